"""What tests of strategies are built with: assessments as rows, and a strategy taken as far as wanted."""

import json
from datetime import date
from pathlib import Path
from typing import Any

from PIL import Image
from register_kit import NOW
from sqlalchemy.engine import Engine
from sqlmodel import Session

from registry.commands.history import record_event
from registry.commands.strategies import change_lines, propose_strategy, set_strategy
from registry.commands.strategy_rows import find_strategy, works_of
from registry.commands.strategy_steps import SignatureDraft, approve_strategy, sign_strategy, start_strategy
from registry.commands.subjects import told_rows
from registry.commands.works import WorkDraft, add_work_photo, take_step
from registry.db import transaction
from registry.measure_tables import measure_table
from registry.models import Assessment, Strategy, WorkOrder
from registry.photos import PhotoStore
from registry.selection import find_record
from registry.vocab.care_words import SignRole, WorkStage

TODAY = date(2026, 3, 4)
ACTOR: dict[str, Any] = {"actor": "tests", "now": NOW}
POOR = {"H14": {"value": 60}, "H04": {"value": 20}, "H13": {"level": "heavy"}}


def assess(
    session: Session,
    record: str,
    on: date,
    score: float | None,
    answers: dict[str, Any] | None = None,
    *,
    model: str = "gushu-health",
    version: str = "1",
    **more: Any,
) -> Assessment:
    """An assessment of a record, told in its history."""
    found = find_record(session, record)
    said = POOR if answers is None else answers
    lines = [
        {"code": code, "group": "site", "label": [code, code], "said": ["x", "x"], "score": 30, "note": ""}
        for code in said
    ]
    row = Assessment(
        **{f"{found.kind}_id": found.id},
        model_id=model,
        model_version=version,
        model_sha256="0" * 64,
        assessed_on=on,
        answers=json.dumps(said),
        result=json.dumps({"lines": lines}),
        score=score,
        coverage=0.5,
        **more,
    )
    session.add(row)
    session.flush()
    told = told_rows((found.kind, found.id), "assessments", came=[row])
    record_event(session, "assessment:recorded", [told], actor="tests", at=NOW)
    return row


def proposed(session: Session, record: str, **more: Any) -> Strategy:
    """A draft about a record, proposed from its newest assessment."""
    found = find_record(session, record)
    ref = (found.kind, found.id, found.called)
    return propose_strategy(session, ref, measure_table(), today=TODAY, **{**ACTOR, **more})[0]


def sign(session: Session, strategy: Strategy, name: str, role: SignRole, **more: Any) -> tuple[Any, ...]:
    """Sign, three experts being wanted; returns what the review lacks."""
    draft = SignatureDraft(name, role, more.pop("on", TODAY), **more)
    return sign_strategy(session, strategy, draft, experts=3, today=TODAY, **ACTOR)[1]


def reviewed(session: Session, record: str, **more: Any) -> Strategy:
    """A draft whose lines are confirmed, signed by all who have to."""
    strategy = proposed(session, record, **more)
    set_strategy(session, strategy, {"aims": "恢复树势"}, **ACTOR)
    change_lines(session, strategy, [], confirm=True, **ACTOR)
    sign(session, strategy, "张工", SignRole.PREPARED)
    sign(session, strategy, "李审", SignRole.REVIEWED)
    for name in ("王一", "赵二", "钱三"):
        sign(session, strategy, name, SignRole.EXPERT)
    return strategy


def approve(session: Session, strategy: Strategy) -> list[Strategy]:
    """Approve it; returns what that superseded."""
    facts = {"by": "县林业局", "document": "林〔2026〕1号", "on": TODAY, "today": TODAY, "experts": 3}
    return approve_strategy(session, strategy, **facts, **ACTOR)


def begun(session: Session, record: str, **more: Any) -> tuple[Strategy, list[WorkOrder]]:
    """A strategy that is being carried out, with its works."""
    strategy = reviewed(session, record, **more)
    approve(session, strategy)
    return strategy, start_strategy(session, strategy, today=TODAY, **ACTOR)


def step(session: Session, work: WorkOrder, name: str, **more: Any) -> bool:
    """Take a step of a work order."""
    return take_step(session, work, name, **{"on": TODAY, "today": TODAY, **ACTOR, **more})


def carried_out(session: Session, work: WorkOrder, store: PhotoStore | None, folder: Path) -> None:
    """A work order from order to acceptance, with its photos where there is a store."""
    step(session, work, "order", draft=WorkDraft(crew="某园林公司", due_on=date(2026, 4, 1)))
    step(session, work, "start")
    step(session, work, "finish", draft=WorkDraft(cost_cents=100_010))
    for place, stage in enumerate((WorkStage.BEFORE, WorkStage.AFTER)):
        if store is not None:
            path = folder / f"{work.number}-{stage}.jpg"
            Image.new("RGB", (32, 24), (40 * place, 90, int(work.number[-2:]) * 9)).save(path)
            add_work_photo(session, work, path, stage, store=store, **ACTOR)
    step(session, work, "accept", by="李验", outcome="合格")


def run_until_works_are_accepted(
    engine: Engine, record: str, store: PhotoStore | None, folder: Path, **more: Any
) -> str:
    """Assessment, strategy, works, acceptance of each; returns the number of the strategy."""
    with transaction(engine) as session:
        assess(session, record, date(2026, 3, 1), 52.5)
        strategy, _works = begun(session, record, **more)
        number = strategy.number
    with transaction(engine) as session:
        for work in works_of(session, find_strategy(session, number)):
            carried_out(session, work, store, folder)
    return number
