"""What was done for a tree is published as day, model, band and measure; nothing else of it leaves."""

import json
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from leak_kit import EXACT_NO, GENERALISED_NO, Office, plant, publish_again
from sqlmodel import select

from registry.db import transaction
from registry.models import Assessment, Party, Tree, WorkOrder
from registry.vocab.care_words import AssessmentState, WorkState
from registry.vocab.measures import all_measures
from registry.vocab.words import PartyKind

SECRETS = {
    "assessor": "谌评估", "note": "评估里的私话", "crew": "亓施工队", "text": "工单里的私话",
    "outcome": "验收私话", "answer": "答案里的私话", "number": "GD-SECRET-7", "document": "机密评字9号",
}  # fmt: skip
COST = 98765432


def result(about: str, band: str | None = "亚健康") -> str:
    told = {
        "title": ["健康评估", "Health"], "about": about, "is_scored": True,
        "band_label": [band, "fair"] if band else None, "lines": [{"note": SECRETS["answer"]}],
    }  # fmt: skip
    return json.dumps(told, ensure_ascii=False)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    made = plant(tmp_path_factory.mktemp("care"))
    measure = next(iter(all_measures()))
    with transaction(made.engine) as session:
        person = Party(kind=PartyKind.PERSON, name=SECRETS["assessor"])
        crew = Party(kind=PartyKind.UNIT, name=SECRETS["crew"])
        session.add_all([person, crew])
        session.flush()
        trees = {tree.tree_no: tree.id for tree in session.exec(select(Tree))}
        said: dict[str, Any] = {
            "model_version": "1", "model_sha256": "0" * 64, "notes": SECRETS["note"], "party_id": person.id,
            "reviewer_id": person.id, "score": 71.5, "coverage": 0.8, "document_no": SECRETS["document"],
        }  # fmt: skip
        for number in (EXACT_NO, GENERALISED_NO):
            for day, about, state in (
                (1, "health", AssessmentState.REVIEWED),
                (2, "health", AssessmentState.DRAFT),
                (3, "risk", AssessmentState.REVIEWED),
            ):
                session.add(
                    Assessment(
                        tree_id=trees[number], model_id=about, assessed_on=date(2025, 5, day),
                        state=state, result=result(about), **said,
                    )
                )  # fmt: skip
            for place, state in enumerate(WorkState):
                session.add(
                    WorkOrder(
                        tree_id=trees[number], number=f"{SECRETS['number']}-{number}-{place}",
                        measure=measure, state=state, accepted_on=date(2025, 6, 1 + place),
                        cost_cents=COST, party_id=crew.id,
                        text=SECRETS["text"], outcome=SECRETS["outcome"],
                    )
                )  # fmt: skip
    publish_again(made)
    return made


def rows(office: Office) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(office.edition)) as db:
        db.row_factory = sqlite3.Row
        query = "SELECT c.*, t.tree_no FROM care_event c JOIN tree t ON t.uuid = c.tree_uuid "
        query += "WHERE c.happened_on < '2026' ORDER BY c.id"
        return [dict(row) for row in db.execute(query)]


def test_only_reviewed_health_and_accepted_works_are_published(office: Office) -> None:
    found = [(row["tree_no"], row["kind"], row["happened_on"], row["detail_zh"]) for row in rows(office)]
    accepted = f"2025-06-{1 + list(WorkState).index(WorkState.ACCEPTED):02d}"
    for number in (EXACT_NO, GENERALISED_NO):
        assert sorted(row[1:3] for row in found if row[0] == number) == [
            ("assessment", "2025-05-01"),
            ("works", accepted),
        ]
    assert {row[3] for row in found if row[1] == "assessment"} == {"亚健康"}


def test_nothing_else_of_it_is_in_the_edition(office: Office) -> None:
    content = Path(office.edition).read_bytes()
    for secret in SECRETS.values():
        assert secret.encode() not in content
    assert str(COST).encode() not in content
    assert b"987,654" not in content


def test_the_columns_are_these_alone(office: Office) -> None:
    assert set(rows(office)[0]) - {"tree_no"} == {
        "id", "tree_uuid", "area_uuid", "happened_on", "kind", "code", "label_zh", "label_en", "detail_zh",
        "detail_en", "score", "coverage",
    }  # fmt: skip
