"""Reading legal files (一树一档) out of the register: many records in a constant number of statements."""

import os
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from registry.area_queries import AREAS
from registry.db import SCHEMA_FOLDER, sqlite_path
from registry.export_errors import LegalFileRulesError
from registry.kpi_counts import has_complete_file
from registry.legal_file_records import LegalFileRecord
from registry.legal_file_rows import FileRows
from registry.models import Authority, Tree
from registry.parts import in_force, word
from registry.rulepacks import PackLibrary
from registry.rules.legal_file import (
    Condition,
    DocumentRule,
    FileRules,
    PartRule,
    Subject,
    judged_parts,
    redact_file,
)
from registry.rules.public_positions import decimals_for
from registry.settings import get_setting
from registry.vocab.care_words import FundSource, StrategyState, WorkState, ZoneKind
from registry.vocab.labels import Label
from registry.vocab.words import CaseKind, CaseState, InspectionKind, PhotoKind, StepKind

RULES = SCHEMA_FOLDER / "legal_file.toml"
PARTS = 15
GIVEN = frozenset({FundSource.ADOPTION, FundSource.DONATION})
CLOSING = frozenset({CaseKind.DEATH, CaseKind.DELISTING, CaseKind.MISSING})
WORKS = frozenset({CaseKind.WORKS, CaseKind.TRANSPLANT, CaseKind.AFTERCARE, CaseKind.FELLING, CaseKind.MOVE,
                   CaseKind.GREENING})  # fmt: skip
INCIDENTS = frozenset({CaseKind.INCIDENT, CaseKind.RESCUE})
_BINDING = frozenset({StrategyState.APPROVED, StrategyState.IN_PROGRESS, StrategyState.ACCEPTED})


@dataclass(frozen=True, slots=True)
class FullFile:
    """A legal file and what decides what of it the public may see."""

    record: LegalFileRecord
    subject: Subject
    rules: FileRules

    @property
    def public(self) -> LegalFileRecord:
        """The file as the public may see it."""
        return redact_file(self.record, self.subject, private_parts(self.rules))


def legal_files(
    session: Session, kind: str, ids: Sequence[str], library: PackLibrary, today: date, *, lang: str = "zh"
) -> dict[str, FullFile]:
    """The legal file of each record `ids` of a kind (tree, grove, garden, place, element).

    The number of statements does not grow with that of the records. Raises LegalFileRulesError.
    """
    rules, rows = rules_of(session), FileRows(session, kind, list(ids), library, lang)
    filled = _with_complete_forms(session, kind, list(ids))
    subjects = dict(_subjects(session, kind, list(ids), rows, today))
    found = {}
    for own in ids:
        subject = subjects[own]
        facts = file_facts(rows, own, today)
        facts["form"] = int(own in filled)
        basis = rules.basis_in(subject.jurisdiction)
        record = rows.record(own, basis, rules.confidence, judged_parts(rules, subject, facts))
        found[own] = FullFile(record, subject, rules)
    return found


def _with_complete_forms(session: Session, kind: str, ids: list[str]) -> set[str]:
    """Those whose form has what it requires, as the figure 建档率 counts; an area's form is its record."""
    if kind != "tree":
        return set(ids)
    query = sa.select(col(Tree.id)).where(col(Tree.id).in_(ids), has_complete_file(session))
    return set(session.execute(query).scalars())


def _subjects(
    session: Session, kind: str, ids: list[str], rows: FileRows, today: date
) -> Iterator[tuple[str, Subject]]:
    record: Any = Tree if kind == "tree" else AREAS[kind]
    table: sa.Table = record.__table__
    office = sa.select(col(Authority.id), col(Authority.jurisdiction))
    jurisdictions: dict[str, str] = {row[0]: row[1] for row in session.execute(office)}
    setting = get_setting(session, "public_position_decimals")
    for row in session.execute(sa.select(table).where(table.c.id.in_(ids))):
        jurisdiction = jurisdictions[row.authority_id]
        rows.texts[row.id] = row
        graded = in_force(rows.decisions[row.id], today)
        yield (
            row.id,
            Subject(
                kind,
                jurisdiction,
                word(row.status),
                graded["protection_grade"] or getattr(row, "protection_grade", None),
                word(getattr(row, "category", None)),
                word(getattr(row, "vigour", None)),
                word(row.position_precision),
                word(getattr(row, "growth_place", None)),
                row.lon,
                row.lat,
                decimals_for(jurisdiction, setting),
            ),
        )


def file_facts(rows: FileRows, own: str, today: date) -> dict[str, int]:
    """How many of each the register holds for one record, by the names that the rules count by."""
    text, cases = rows.texts[own], rows.cases_of(own)
    counts: Counter[str] = Counter()
    counts["census"] = len(rows.surveys[own])
    counts["species_record"] = int(bool(getattr(text, "species_record", None)))
    told = (getattr(text, name, None) for name in ("history_text", "description"))
    counts["history_text"] = sum(map(bool, told))
    counts["transplanted"] = int(word(getattr(text, "condition", None)) == "transplanted")
    counts["decision"] = len(rows.decisions[own])
    counts["publication"] = sum(row.published_on is not None for row in rows.decisions[own])
    counts["publication"] += rows.listed[own]
    counts.update(_case_facts(rows, cases))
    for row in rows.visits[own]:
        counts["patrol" if row.kind == InspectionKind.PATROL else "examined"] += 1
        counts["damage"] += '"damage":["' in (row.checks or "")
    counts["assessment"] = rows.assessed[own]
    for row in rows.pictures[own]:
        counts["photo"] += row.kind != PhotoKind.TAG
        counts["plate_photo"] += row.kind == PhotoKind.TAG or row.viewpoint == "plate"
        counts["viewpoint_photo"] += row.viewpoint is not None and row.viewpoint != "plate"
    counts["plate_photo"] += sum(plate.photos for plate in rows.plates_of(own))
    for zone in rows.zones[own]:
        counts["legal_zone"] += zone.kind == ZoneKind.LEGAL
        counts["published_zone"] += zone.kind == ZoneKind.LEGAL and zone.published_on is not None
    counts["agreement"] = sum(each.is_in_force(today) for each in rows.agreements_of(own))
    counts["strategy"] = sum(row.state in _BINDING for row in rows.strategies[own])
    counts.update(_work_facts(rows, own))
    for story in rows.stories[own]:
        counts["story"] += 1
        counts["sourced_story"] += bool(story.source_text or story.source_url or story.teller_id)
    return dict(counts)


def _case_facts(rows: FileRows, cases: Iterable[Any]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for case in cases:
        steps = {step.kind for step in rows.steps[case.id] if step.omitted_reason is None}
        is_granted = case.state == CaseState.GRANTED
        if case.kind in {CaseKind.DESIGNATION, CaseKind.REDESIGNATION}:
            counts["opinion"] += len(rows.opinions[case.id])
            counts["appraisal"] += StepKind.APPRAISAL in steps
            counts["publication"] += StepKind.PUBLICATION in steps
        counts["incident_case"] += case.kind in INCIDENTS
        counts["works_case"] += case.kind in WORKS
        counts["transplant_case"] += case.kind == CaseKind.TRANSPLANT and (
            is_granted or StepKind.APPROVAL in steps
        )
        counts["closing_case"] += case.kind in CLOSING and is_granted
    return counts


def _work_facts(rows: FileRows, own: str) -> Counter[str]:
    counts: Counter[str] = Counter()
    for work in rows.works[own]:
        is_accepted = work.state == WorkState.ACCEPTED
        counts["finished_works"] += is_accepted or work.state == WorkState.FINISHED
        counts["accepted_works"] += is_accepted
        counts["costed_works"] += is_accepted and work.cost_cents is not None
        counts["adoption"] += work.fund_source in GIVEN
    return counts


def private_parts(rules: FileRules) -> frozenset[str]:
    """The parts that are for the office alone."""
    return frozenset(part.id for part in rules.parts if part.is_private)


def own_rules_path(address: str) -> Path:
    """Where the register at `address` looks for a list of its own (env GUSHU_LEGAL_FILE overrides it)."""
    if named := os.environ.get("GUSHU_LEGAL_FILE"):
        return Path(named)
    path = sqlite_path(address)
    name = "legal_file.toml"
    return Path(f"gushu.{name}") if path is None else path.with_name(f"{path.name}.{name}")


def rules_of(session: Session) -> FileRules:
    """The office's own list of parts where there is one beside the register, else the one that is shipped.

    The parts stay the same fifteen, and counts name facts that the shipped list knows. Raises
    LegalFileRulesError.
    """
    shipped = file_rules()
    path = own_rules_path(session.get_bind().engine.url.render_as_string(hide_password=False))
    if not path.exists():
        return shipped
    own = read_rules(path)
    known = [part.id for part in shipped.parts]
    for part, name in zip(own.parts, known, strict=True):
        if part.id != name:
            raise LegalFileRulesError(path=path.name, key=f"part {part.number} · id", reason=f"≠ {name}")
    if strange := own.facts - shipped.facts:
        raise LegalFileRulesError(path=path.name, key="counts, facts", reason=", ".join(sorted(strange)))
    return own


@lru_cache(maxsize=1)
def file_rules() -> FileRules:
    """The list that is shipped, the same object each time."""
    return read_rules(RULES)


def read_rules(path: Path) -> FileRules:
    """The parts of a file and what is required of whom. Raises LegalFileRulesError, naming file and key."""
    try:
        found = tomllib.loads(path.read_bytes().decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError, OSError) as error:
        raise LegalFileRulesError(path=path.name, key="-", reason=str(error)) from error
    parts = found.get("part", [])
    if not isinstance(parts, list) or len(parts) != PARTS:
        count = len(parts) if isinstance(parts, list) else parts
        raise LegalFileRulesError(path=path.name, key="part", reason=f"{count} ≠ {PARTS}")
    return FileRules(
        tuple(_part(number, part, path.name) for number, part in enumerate(parts, start=1)),
        Label(_text(found, "zh", path.name), _text(found, "en", path.name)),
        _label(found, "elsewhere", path.name, ""),
        _text(found, "confidence", path.name),
    )


def _part(number: int, part: Mapping[str, Any], name: str) -> PartRule:
    where = f"part {number}"
    if not isinstance(part, dict) or not isinstance(part.get("document", []), list):
        raise LegalFileRulesError(path=name, key=where, reason="document")
    documents = tuple(_document(each, name, where) for each in part.get("document", ()))
    if not documents:
        raise LegalFileRulesError(path=name, key=where, reason="document")
    private = bool(part.get("is_private", False))
    return PartRule(
        number, _text(part, "id", name, where), _label(part, "title", name, where), documents, private
    )


def _document(found: Any, name: str, where: str) -> DocumentRule:
    if not isinstance(found, dict):
        raise LegalFileRulesError(path=name, key=where, reason="document")
    where = f"{where} · {_text(found, 'id', name, where)}"
    for key in ("required", "counts"):
        if not isinstance(found.get(key, []), list):
            raise LegalFileRulesError(path=name, key=f"{where} · {key}", reason="[ … ]")
    conditions = tuple(_condition(each, name, where) for each in found.get("required", ()))
    todo = _label(found, "todo", name, where) if conditions or "todo" in found else Label("", "")
    counts = tuple(found.get("counts", ()))
    if not counts:
        raise LegalFileRulesError(path=name, key=where, reason="counts")
    title = _label(found, "title", name, where)
    return DocumentRule(str(found["id"]), title, counts, conditions, todo, str(found.get("command", "")))


def _condition(found: Any, name: str, where: str) -> Condition:
    if not isinstance(found, dict):
        raise LegalFileRulesError(path=name, key=f"{where} · required", reason="{ … }")
    unknown = {key for key, values in found.items() if not isinstance(values, list)}
    unknown |= set(found) - set(Condition.__dataclass_fields__)
    if unknown:
        raise LegalFileRulesError(path=name, key=where, reason=", ".join(sorted(unknown)))
    return Condition(**{key: tuple(values) for key, values in found.items()})


def _label(found: Mapping[str, Any], key: str, name: str, where: str) -> Label:
    label = found.get(key)
    if not isinstance(label, dict) or not label.get("zh") or not label.get("en"):
        raise LegalFileRulesError(path=name, key=f"{where} · {key}", reason="zh, en")
    return Label(str(label["zh"]), str(label["en"]))


def _text(found: Mapping[str, Any], key: str, name: str, where: str = "") -> str:
    text = found.get(key)
    if not isinstance(text, str) or not text:
        raise LegalFileRulesError(path=name, key=" · ".join(filter(None, (where, key))), reason="text")
    return text
