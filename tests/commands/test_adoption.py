"""Adopting a rule pack, on SQLite and on PostgreSQL: what the register goes by, and what is due."""

from datetime import date
from pathlib import Path

import pytest
from register_kit import MAPPING, NOW, import_rows, rows_of
from sqlalchemy.engine import Engine

from registry.affected import Tally, adoptions_of, affected_trees, due_trees, facts_of_trees, suggestion_for
from registry.commands.adoption import adopt_pack, keep_pack
from registry.db import reading, transaction
from registry.errors import RuleAdoptionError
from registry.models import Event, EventItem, RuleAdoption, Tree
from registry.rulepacks import RULEPACK_FOLDER, PackLibrary

TODAY = date(2026, 3, 4)
LIBRARY = PackLibrary()


def adopt(
    engine: Engine, pack_id: str, adopted_on: date, document_no: str | None = "某政发〔2026〕1号"
) -> None:
    with transaction(engine) as session:
        adopt_pack(
            session,
            LIBRARY.get(pack_id),
            RULEPACK_FOLDER / f"{pack_id}.toml",
            adopted_on=adopted_on,
            document_no=document_no,
            actor="tests",
            now=NOW,
            note="城市提级",
        )


def test_an_adoption_is_kept_with_its_document_and_told_in_the_history(engine: Engine) -> None:
    adopt(engine, "cn-2025-urban-uplift", TODAY)
    (adoption,) = rows_of(engine, RuleAdoption)
    assert (adoption.pack_id, adoption.jurisdiction, adoption.is_urban_only) == (
        "cn-2025-urban-uplift",
        "cn",
        True,
    )
    event = max(rows_of(engine, Event), key=lambda row: row.seq)
    assert (event.kind, event.document, event.reason) == ("rules:adopted", "某政发〔2026〕1号", "城市提级")
    (item,) = [row for row in rows_of(engine, EventItem) if row.seq == event.seq]
    assert (item.subject_type, item.subject_id, item.action) == ("rule_adoption", adoption.id, "created")
    with reading(engine) as session:
        (read,) = adoptions_of(session, LIBRARY)
    assert (read.pack.id, read.adopted_on, read.is_urban_only) == ("cn-2025-urban-uplift", TODAY, True)


def test_a_refused_adoption_leaves_nothing(engine: Engine) -> None:
    before = len(rows_of(engine, Event))
    with pytest.raises(RuleAdoptionError):
        adopt(engine, "cn-2025-urban-uplift", TODAY, document_no=None)
    assert (rows_of(engine, RuleAdoption), len(rows_of(engine, Event))) == ([], before)


def test_the_newest_decision_in_force_is_what_is_compared(engine: Engine, tmp_path: Path) -> None:
    import_rows(
        engine,
        tmp_path,
        {"no": "1", "age": 320, "grade": "二级", "designated": "2020-01-01"},
        {"no": "2", "age": 520, "grade": "二级", "designated": "2020-01-01"},
        {"no": "3", "age": "", "grade": "一级"},
        mapping=MAPPING.replace('number_scheme = "legacy"', 'number_scheme = "legacy"\ncategory = "ancient"'),
    )
    tally = Tally()
    with reading(engine) as session:
        due = list(due_trees(session, LIBRARY, TODAY, tally))
        ids = [tree.id for tree in rows_of(engine, Tree)]
        assert {place.jurisdiction for _, place, _ in facts_of_trees(session, ids, TODAY)} == {"cn"}
        proposed = suggestion_for(session, due[0].tree_id, LIBRARY, TODAY)
        assert proposed == due[0].suggestion
        affected = list(affected_trees(session, LIBRARY.get("cn-2025"), LIBRARY, TODAY, Tally()))
    assert [(one.tree_no, one.old, one.new) for one in due] == [("2", ("ancient", "2"), ("ancient", "1"))]
    assert [one.tree_no for one in affected] == ["2"]
    assert (tally.read, tally.regraded, tally.unknown) == (3, 1, 1)
    with reading(engine) as session:  # on a day before its decision a tree had no grade
        before = list(due_trees(session, LIBRARY, date(2019, 1, 1), Tally()))
    assert [(one.tree_no, one.legal_grade) for one in before] == [("1", None), ("2", None)]


def test_a_pack_of_ones_own_is_copied_whole_or_not_at_all(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(
        (RULEPACK_FOLDER / "uk-ati.toml").read_text("utf-8").replace('"uk-ati"', '"ours"', 1), "utf-8"
    )
    folder = tmp_path / "packs"
    pack = LIBRARY.get(str(own))
    kept = keep_pack(own, pack, folder, PackLibrary(folder))
    assert kept == folder / "ours.toml"
    assert keep_pack(kept, pack, folder, PackLibrary(folder)) == kept
    assert [path.name for path in folder.iterdir()] == ["ours.toml"]
    own.write_text(own.read_text("utf-8") + "\n# changed\n", "utf-8")
    with pytest.raises(RuleAdoptionError, match="ours-2"):
        keep_pack(own, pack, folder, PackLibrary(folder))
