"""What is hidden or taken back leaves nothing in the next edition; the office hears of what is kept."""

from pathlib import Path
from typing import Any

import pytest
from leak_kit import EXACT_NO, NOW, Office, unpacked
from public_kit import full_office, own_addresses
from sqlmodel import select

from datasette_plugins.asgi import create_datasette
from registry.commands.stories import find_story, retract_story
from registry.db import transaction
from registry.edition import PublishReport
from registry.keys import key_path, read_keys
from registry.models import Tree
from registry.photos import photo_store
from registry.publish import publish
from registry.vocab.words import Precision
from registry.webhook_messages import message

SHOWN_BEFORE = ("公开的故事", "A public story", "起点")
"""What edition 3 shows of the tree, its story and its walk and what is taken back then."""
DAYS: dict[str, Any] = {"actor": "test", "now": NOW}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return full_office(tmp_path_factory.mktemp("taken") / "office")


@pytest.fixture(scope="module")
def report(office: Office) -> PublishReport:
    """The edition after the exact tree was hidden and the stories of it were taken back."""
    assert b"A public story" in office.edition.read_bytes()
    with transaction(office.engine) as session:
        tree = session.exec(select(Tree).where(Tree.tree_no == EXACT_NO)).one()
        tree.position_precision = Precision.WITHHELD
        for code in ("ST-0001", "ST-0003"):
            retract_story(session, find_story(session, code), reason="test", **DAYS)
    return publish_once(office)


def publish_once(office: Office) -> PublishReport:
    store, keys = photo_store(office.address), read_keys(key_path(office.address))
    return publish(office.engine, office.edition, keys=keys, photos=store, **DAYS)


def gone(office: Office) -> list[bytes]:
    """Of what was shown before, what the earlier edition really had and the new one may have no more."""
    before = (Path(f"{office.edition}.editions") / "3.gpkg").read_bytes()
    found = [text.encode() for text in SHOWN_BEFORE if text.encode() in before]
    assert len(found) >= 3
    return found


async def test_nothing_of_it_is_in_any_answer_of_the_next_edition(
    office: Office, report: PublishReport
) -> None:
    addresses = own_addresses(office)
    asked = [a for a in addresses["pages"] + addresses["files"] if "/edition/2/" not in a]
    datasette = create_datasette(office.edition)
    try:
        answers = {address: (await datasette.client.get(address)).content for address in asked}
        old = await datasette.client.get("/edition/3/trees.csv")
    finally:
        datasette.executor.shutdown()
        for database in datasette.databases.values():
            database.close()
    answers["webhook"] = message(office.edition, report.number, {}, "d")
    needles = gone(office)
    for address, content in answers.items():
        for part in unpacked("", content):
            assert not [text for text in needles if text in part], address
    assert old.status_code == 200


def test_the_office_is_told_how_much_earlier_editions_show_more(
    office: Office, report: PublishReport
) -> None:
    assert report.shown_less >= 2
    assert report.kept > 1
    assert publish_once(office).shown_less == 0


def test_a_new_private_text_is_nothing_that_was_shown_before(office: Office) -> None:
    with transaction(office.engine) as session:
        for tree in session.exec(select(Tree)):
            tree.damage = "新记的损伤"
    assert publish_once(office).shown_less == 0
