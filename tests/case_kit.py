"""What tests of cases are built with: a register with trees, a pack, and cases taken as far as wanted."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from register_kit import NOW, import_rows
from sqlalchemy.engine import Engine
from sqlmodel import Session, select
from typer.testing import Result

from registry.commands.case_effects import Moved
from registry.commands.case_opinions import OpinionDraft, add_opinion
from registry.commands.cases import CaseDraft, StepDraft, open_case, record_step
from registry.db import transaction
from registry.models import CaseFile, Tree
from registry.rules.case_facts import StepFacts
from registry.rules.pack_format import pack_from
from registry.rules.packs import RulePack
from registry.vocab.words import CaseKind, CaseState, Category, StepKind, Verdict

ACTOR: dict[str, Any] = {"actor": "tests", "now": NOW}
PACK: RulePack = pack_from(
    {
        "id": "cn-2025",
        "jurisdiction": "cn",
        "title_zh": "z",
        "title_en": "e",
        "citation": "《条例》",
        "confidence": "high",
        "famous": {"grade": "1"},
        "appraisal": {"experts": 3},
        "deadlines": {"death_verification": {"working_days": 10}},
    },
    "cn-2025.toml",
    lambda _: None,
)


def make_trees(engine: Engine, folder: Path, *rows: dict[str, object]) -> None:
    """Trees of the plain mapping, two of them unless told otherwise."""
    usual = ({"no": "甲-1", "name": "侧柏", "age": 305, "lon": 112.85, "lat": 35.5, "grade": "二级"},
             {"no": "甲-2", "name": "国槐", "age": 120, "lon": 112.86, "lat": 35.51})  # fmt: skip
    import_rows(engine, folder, *(rows or usual))


def tree_of(session: Session, number: str) -> Tree:
    """The tree with this number of its own."""
    return session.exec(select(Tree).where(Tree.tree_no == number)).one()


def facts(kind: StepKind, day: int, **more: Any) -> StepFacts:
    """A step on a day of February 2026."""
    return StepFacts(kind, date(2026, 2, day), **more)


def opened(session: Session, kind: CaseKind, number: str = "甲-1", **more: Any) -> CaseFile:
    """A case about a tree, with its first step."""
    is_report = kind in {CaseKind.DEATH, CaseKind.MISSING, CaseKind.FOUND}
    first = facts(StepKind.REPORT if is_report else StepKind.PROPOSAL, 1, document_no="报〔2026〕1号")
    usual: dict[str, Any] = {"subject": ("tree", tree_of(session, number).id), "first": first}
    return open_case(session, CaseDraft(kind, **{**usual, **more}), pack=PACK, **ACTOR)


def take(session: Session, case: CaseFile, kind: StepKind, day: int, **more: Any) -> CaseFile:
    """One more step. What is settled by it (category, grade, cause …) may be given as well."""
    settled = {
        name: more.pop(name)
        for name in ("category", "grade", "cause", "disposal", "moved", "county")
        if name in more
    }
    return record_step(session, case, StepDraft(facts(kind, day, **more), **settled), pack=PACK, **ACTOR)


def approved_move(session: Session, number: str) -> CaseFile:
    """A case by which a tree may be moved."""
    case = opened(session, CaseKind.MOVE, number)
    take(session, case, StepKind.APPRAISAL, 2)
    appraise(session, case)
    take(session, case, StepKind.DECISION, 3)
    return take(session, case, StepKind.APPROVAL, 4, by="长治市人民政府", document_no="移〔2026〕1号")


def move_tree(engine: Engine, number: str = "1", to: Moved | None = None) -> None:
    """A tree is moved by a case of its own; within the district unless told otherwise."""
    with transaction(engine) as session:
        case = approved_move(session, number)
        take(session, case, StepKind.CONFIRMATION, 20, moved=to or Moved(113.07, 36.07))
        assert case.state == CaseState.GRANTED


def appraise(session: Session, case: CaseFile, *experts: str) -> None:
    """Experts who agree."""
    for name in experts or ("张专家", "李专家", "王专家"):
        draft = OpinionDraft(name, date(2026, 2, 2), Verdict.AGREES, species="侧柏", age_years=305)
        add_opinion(session, case, draft, **ACTOR)


def designated(session: Session, number: str = "甲-1", grade: str | None = "2", **more: Any) -> CaseFile:
    """A designation taken through all its steps."""
    category = more.pop("category", Category.ANCIENT)
    kind = more.pop("kind", CaseKind.DESIGNATION)
    case = opened(session, kind, number, category=category, grade=grade, pack_id="cn-2025", **more)
    take(session, case, StepKind.APPRAISAL, 2)
    appraise(session, case)
    take(session, case, StepKind.NOTICE, 3, ended_on=date(2026, 2, 9))
    take(session, case, StepKind.DECISION, 10, document_no="认〔2026〕1号")
    take(session, case, StepKind.APPROVAL, 12, by="晋城市人民政府")
    return take(session, case, StepKind.PUBLICATION, 13, document_no="公告 1", url="https://x.example/1")


def succeeding(gushu: Callable[..., Result]) -> Callable[..., Result]:
    """`gushu`, which must succeed every time."""

    def run(*words: object, **options: str) -> Result:
        result = gushu(*words, **options)
        assert result.exit_code == 0, result.output
        return result

    return run
