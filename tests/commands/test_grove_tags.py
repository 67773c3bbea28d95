"""A grove's tag and photos are kept as a tree's are, and its scan page leads to the grove."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from register_kit import NOW, import_rows, rows_of
from sqlalchemy.engine import Engine

from registry.commands.ledger_fields import DRAFTS, checked
from registry.commands.ledgers import Entry, add_record, own_source
from registry.commands.photos import PhotoFacts, add_photo
from registry.commands.tags import end_tag, issue_tags
from registry.commands.visits import record_visit
from registry.db import reading, transaction
from registry.keys import Keys
from registry.models import Inspection, InspectionDraft, Photo, Tag, Tree
from registry.photos import photo_store
from registry.vocab.words import TagState

ACTOR: dict[str, Any] = {"actor": "tests", "now": NOW}


@pytest.fixture
def grove_id(engine: Engine, tmp_path: Path) -> str:
    import_rows(engine, tmp_path, {"no": "1"})
    with transaction(engine) as session:
        draft = checked(DRAFTS["grove"], "grove:G", {"number": "G", "name": "侧柏林", "tree_count": 20})
        return str(
            add_record(session, Entry("grove", draft, "cn-test", own_source(session, "cn-test")), **ACTOR).id
        )


def test_a_grove_is_issued_one_tag_until_it_ends(engine: Engine, keys: Keys, grove_id: str) -> None:
    with transaction(engine) as session:
        (tag,) = issue_tags(session, [grove_id], keys=keys, owner="grove", **ACTOR)
        (again,) = issue_tags(session, [grove_id], keys=keys, owner="grove", **ACTOR)
        assert (tag.tree_id, tag.printed, tag.is_new, again.is_new) == (grove_id, again.printed, True, False)
        end_tag(session, tag.printed, TagState.REPLACED, keys=keys, reason="旧", **ACTOR)
        (fresh,) = issue_tags(session, [grove_id], keys=keys, owner="grove", **ACTOR)
        assert fresh.is_new
    rows = rows_of(engine, Tag)
    assert {(row.grove_id, row.tree_id) for row in rows} == {(grove_id, None)}


def test_photos_and_visits_of_a_grove_are_kept_once(engine: Engine, grove_id: str, tmp_path: Path) -> None:
    path = tmp_path / "p.jpg"
    Image.new("RGB", (400, 300), (70, 110, 80)).save(path)
    store = photo_store(str(tmp_path / "register.db"))
    for _again in range(2):
        with transaction(engine) as session:
            add_photo(session, grove_id, path, PhotoFacts(), store=store, owner="grove", **ACTOR)
            draft = InspectionDraft(inspected_on=date(2026, 2, 1), findings=("枯梢",))
            record_visit(session, ("grove", grove_id, "grove:G"), draft, today=date(2026, 3, 4), **ACTOR)
    assert [photo.grove_id for photo in rows_of(engine, Photo)] == [grove_id]
    assert [visit.grove_id for visit in rows_of(engine, Inspection)] == [grove_id]
    with reading(engine) as session:
        from registry.area_queries import full_areas

        (full,) = full_areas(session, "grove", store)
        assert (len(full.record.photos), len(full.record.inspections)) == (1, 1)
    assert len(rows_of(engine, Tree)) == 1
