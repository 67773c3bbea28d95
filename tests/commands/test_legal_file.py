"""Legal files out of a register: what is counted, in how few statements, and what the public is told."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from case_kit import ACTOR, appraise, make_trees, opened, take, tree_of
from sqlalchemy.engine import Engine
from sqlmodel import Session, select

from registry.db import open_register, reading, transaction
from registry.export_errors import LegalFileRulesError
from registry.kpi_counts import Period, counted_trees
from registry.legal_file import RULES, FullFile, legal_files, own_rules_path
from registry.legal_file_records import PARTLY, PRESENT
from registry.models import CareAgreement, Party, Photo, Story, Tree, Zone
from registry.rulepacks import PackLibrary, pack_folder
from registry.vocab.care_words import ZoneKind
from registry.vocab.culture_words import Reliability, StoryKind, StoryState
from registry.vocab.words import CaseKind, PartyKind, PhotoKind, StepKind

TODAY = date(2026, 3, 4)


def files_of(session: Session, address: str) -> dict[str, FullFile]:
    numbers = dict(session.execute(sa.select(Tree.id, Tree.tree_no)).all())  # type: ignore[call-overload]
    found = legal_files(session, "tree", sorted(numbers), PackLibrary(pack_folder(address)), TODAY)
    return {numbers[own]: full for own, full in found.items()}


@contextmanager
def counted(engine: Engine) -> Iterator[list[int]]:
    """How many statements run."""
    count = [0]

    def more(*_args: Any) -> None:
        count[0] += 1

    sa.event.listen(engine, "before_cursor_execute", more)
    yield count
    sa.event.remove(engine, "before_cursor_execute", more)


def fill(session: Session) -> None:
    """A tree with something in many parts, and a teller who may not be named."""
    own = tree_of(session, "甲-1").id
    teller = Party(kind=PartyKind.PERSON, name="周讲述")
    unit = Party(kind=PartyKind.UNIT, name="石门村村民委员会")
    session.add_all([teller, unit])
    session.flush()
    box = {"west": 112.8, "south": 35.4, "east": 112.9, "north": 35.6}
    outline = "0101000000000000000000F03F000000000000F03F"
    zone = {"outline": outline, "cell": 0, "area_m2": 10.0, "projection": "EPSG:4547", "made_on": TODAY}
    session.add_all(
        [
            CareAgreement(tree_id=own, party_id=unit.id, signed_on=date(2025, 1, 1)),
            CareAgreement(tree_id=own, party_id=teller.id, signed_on=date(2020, 1, 1), ended_on=TODAY),
            Zone(
                tree_id=own, kind=ZoneKind.LEGAL, document_no="划1号", published_on=TODAY, **box, **zone
            ),
            Photo(tree_id=own, sha256="a" * 64, kind=PhotoKind.TAG, width=1, height=1, added_on=TODAY),
            Story(
                code="S-1", tree_id=own, kind=StoryKind.LEGEND, title="祈雨", text="旱年在树下祈雨。",
                reliability=Reliability.ORAL, state=StoryState.RELEASED, teller_id=teller.id,
            ),
            Story(
                code="S-2", tree_id=own, kind=StoryKind.LEGEND, title="自述", text="周讲述亲见。",
                reliability=Reliability.ORAL, state=StoryState.RELEASED, teller_id=teller.id,
            ),
        ]
    )  # fmt: skip


def test_a_file_fills_as_the_register_does(register_address: str, tmp_path: Path) -> None:
    engine = open_register(register_address)
    make_trees(engine, tmp_path)
    with reading(engine) as session:
        before = files_of(session, register_address)["甲-1"].record
    with transaction(engine) as session:
        fill(session)
        case = opened(session, CaseKind.DESIGNATION)
        appraise(session, case)
        take(session, case, StepKind.APPRAISAL, 3)
    with reading(engine) as session:
        full = files_of(session, register_address)["甲-1"]
    after, public = full.record, full.public
    assert after.required == before.required + 1  # the story asks for its source
    assert after.present > before.present
    for part in ("zone", "agreement", "plate", "identification", "story"):
        assert after.part(part).state == PRESENT, part
    assert after.part("designation").state == PARTLY
    assert [each.party for each in after.agreements] == ["石门村村民委员会", "周讲述"]
    assert [each.party for each in public.agreements] == ["石门村村民委员会", ""]
    assert [story.code for story in public.stories] == ["S-1"]
    assert "周讲述" not in repr(public)
    assert "张专家" not in repr(public)
    assert "张专家" in repr(after)
    engine.dispose()


def test_two_hundred_files_take_as_many_statements_as_two(register_address: str, tmp_path: Path) -> None:
    engine = open_register(register_address)
    make_trees(engine, tmp_path, *({"no": f"乙-{n}", "name": "侧柏"} for n in range(200)))
    library = PackLibrary(pack_folder(register_address))
    with reading(engine) as session:
        ids = list(session.exec(select(Tree.id)))
        with counted(engine) as few:
            legal_files(session, "tree", ids[:2], library, TODAY)
        with counted(engine) as many:
            assert len(legal_files(session, "tree", ids, library, TODAY)) == 200
    assert few == many
    assert many[0] < 40
    engine.dispose()


def test_the_form_is_there_exactly_where_the_figure_of_complete_files_counts_it(
    register_address: str, tmp_path: Path
) -> None:
    engine = open_register(register_address)
    make_trees(engine, tmp_path)
    with reading(engine) as session:
        files = files_of(session, register_address)
        told = sum(full.record.part("survey").documents[0].count for full in files.values())
        period = Period(date(2026, 1, 1), TODAY, TODAY)
        figure = sum(shares["filed"].part for *_key, shares in counted_trees(session, period, TODAY))
    assert told >= figure
    assert ACTOR["actor"] == "tests"
    engine.dispose()


def own_list(path: Path, *changes: tuple[str, str]) -> None:
    """The shipped list with changes, each of which must find its place."""
    text = RULES.read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text, "utf-8")


def test_an_office_that_has_a_list_of_its_own_is_judged_by_it(
    register_address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "own.toml"
    monkeypatch.setenv("GUSHU_LEGAL_FILE", str(own))
    engine = open_register(register_address)
    make_trees(engine, tmp_path, {"no": "甲-1", "grade": "一级"})
    with reading(engine) as session:
        usual = files_of(session, register_address)["甲-1"]
        own_list(
            own,
            ('zh = "调查表", en = "Survey form"', 'zh = "本县登记表", en = "Our form"'),
            ('id = "adoption"', 'id = "adoption"\nrequired = [{ kinds = ["tree"] }]\n'
             'todo = { zh = "登记认养", en = "record it" }'),
            ('id = "survey"', 'id = "survey"\nis_private = true'),
        )  # fmt: skip
        found = files_of(session, register_address)["甲-1"]
        assert found.record.parts[0].title.zh == "本县登记表"
        assert found.record.required == usual.record.required + 1
        assert found.public.part("survey").is_withheld
        assert not usual.public.part("survey").is_withheld


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (('id = "survey"', 'id = "form"'), "part 1 · id"),
        (('counts = ["form"]', 'counts = ["forms"]'), "counts, facts: forms"),
        (("[[part]]", "[part]"), "own.toml cannot be read at -"),
    ],
)
def test_a_list_that_an_office_wrote_wrongly_is_refused_by_file_and_key(
    register_address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: tuple[str, str], key: str
) -> None:
    own_list(tmp_path / "own.toml", change)
    monkeypatch.setenv("GUSHU_LEGAL_FILE", str(tmp_path / "own.toml"))
    engine = open_register(register_address)
    make_trees(engine, tmp_path, {"no": "甲-1"})
    with reading(engine) as session, pytest.raises(LegalFileRulesError, match=r"own\.toml") as caught:
        files_of(session, register_address)
    assert key in str(caught.value)


def test_the_list_of_an_office_lies_beside_its_register(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GUSHU_LEGAL_FILE", raising=False)
    assert own_rules_path(str(tmp_path / "r.db")) == tmp_path / "r.db.legal_file.toml"
    assert own_rules_path("postgresql+psycopg://host/name") == Path("gushu.legal_file.toml")
