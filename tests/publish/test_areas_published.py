"""Of areas the edition tells what was done; it never tells where one lies whose place is hidden."""

import json
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from leak_kit import EXACT_NO, Office, plant, publish_again
from sqlmodel import select

from registry.db import transaction
from registry.models import Assessment, Grove, Party, Tree, WorkOrder
from registry.vocab.care_words import AssessmentState, WorkState
from registry.vocab.measures import all_measures
from registry.vocab.words import PartyKind, Precision

SECRETS = {"assessor": "谌评群", "note": "群评估里的私话", "answer": "群答案私话", "text": "群工单私话"}
HIDDEN, SHOWN = "Q-HIDDEN", "Q-SHOWN"


def _result(about: str) -> str:
    told = {"title": ["群评估", "Grove"], "about": about, "is_scored": True, "band_label": ["良", "fair"]}
    return json.dumps({**told, "lines": [{"note": SECRETS["answer"]}]}, ensure_ascii=False)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    made = plant(tmp_path_factory.mktemp("areas"))
    with transaction(made.engine) as session:
        tree = session.exec(select(Tree).where(Tree.tree_no == EXACT_NO)).one()
        own = {"authority_id": tree.authority_id, "source_id": tree.source_id, "updated_on": date(2026, 1, 1)}
        hidden = Grove(number=HIDDEN, position_precision=Precision.WITHHELD, lon=113.1, lat=36.1, **own)
        shown = Grove(number=SHOWN, **own)
        person = Party(kind=PartyKind.PERSON, name=SECRETS["assessor"])
        session.add_all([hidden, shown, person])
        session.flush()
        tree.grove_id = hidden.id
        said: dict[str, Any] = {
            "model_version": "1", "model_sha256": "0" * 64, "party_id": person.id, "notes": SECRETS["note"],
            "grove_id": shown.id, "score": 71.5, "coverage": 0.8,
        }  # fmt: skip
        for day, about, state in (
            (1, "health", AssessmentState.REVIEWED),
            (2, "health", AssessmentState.DRAFT),
            (3, "risk", AssessmentState.REVIEWED),
        ):
            on = date(2025, 5, day)
            session.add(
                Assessment(model_id=about, assessed_on=on, state=state, result=_result(about), **said)
            )
        for place, state in enumerate((WorkState.ACCEPTED, WorkState.FINISHED)):
            session.add(
                WorkOrder(
                    grove_id=shown.id, number=f"GD-Q-{place}", measure=next(iter(all_measures())),
                    state=state, accepted_on=date(2025, 6, 1 + place), text=SECRETS["text"],
                )
            )  # fmt: skip
    publish_again(made)
    return made


def rows(office: Office, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(office.edition)) as db:
        return db.execute(sql).fetchall()


def test_of_an_area_reviewed_assessments_and_accepted_works_are_published(office: Office) -> None:
    found = rows(
        office,
        "SELECT grove.number, care_event.kind, happened_on FROM care_event "
        "JOIN grove ON grove.uuid = area_uuid ORDER BY happened_on",
    )
    assert found == [(SHOWN, "assessment", "2025-05-01"), (SHOWN, "works", "2025-06-01")]


def test_nobodys_words_on_it_are(office: Office) -> None:
    content = Path(office.edition).read_bytes()
    assert [secret for secret in SECRETS.values() if secret.encode() in content] == []


def test_a_tree_with_an_exact_point_does_not_say_in_which_hidden_grove_it_stands(office: Office) -> None:
    (grove_no, withheld) = rows(office, f"SELECT grove_no, withheld FROM tree WHERE tree_no = '{EXACT_NO}'")[
        0
    ]
    assert grove_no is None
    assert "grove_no" not in json.loads(withheld)
    assert rows(office, f"SELECT lon, lat FROM grove WHERE number = '{HIDDEN}'") == [(None, None)]


def test_names_of_species_come_with_their_kinds(office: Office) -> None:
    kinds = {row[0] for row in rows(office, "SELECT kind FROM species_name")}
    assert {"accepted", "synonym"} <= kinds
