"""Interpreting rows: cells become checked drafts, or a RowProblem that names the column. Pure."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from registry.importing.ages import AgeFacts, best_age, told_readings
from registry.importing.area_rows import AreaFacts, area_facts
from registry.importing.cells import DATES, Cells, Reader, make_reader, plain_number
from registry.importing.doubting import checker_of, written_doubts
from registry.importing.files import Row
from registry.importing.mapping import (
    INSPECTION_FIELDS,
    MEASUREMENT_FIELDS,
    TREE_FIELDS,
    Column,
    Join,
    Located,
    Mapping,
    When,
)
from registry.importing.parts import (
    PartyFacts,
    SpeciesFacts,
    designations,
    divisions,
    make_draft,
    make_party,
    other_numbers,
    parties,
    place_position,
    species_facts,
    with_remarks,
)
from registry.importing.problems import RowProblem
from registry.models import DesignationDraft, GroveDraft, InspectionDraft, MeasurementDraft, TreeDraft
from registry.rules.numbers import fits_scheme
from registry.rules.plausibility import Doubt, decimals
from registry.vocab.words import AgeBasis, InspectionKind

__all__ = ["AgeFacts", "AreaFacts", "PartyFacts", "SpeciesFacts", "TreeFacts", "interpret"]

FIRST_DAY = date(1800, 1, 1)
"""No record of measuring, inspecting or designating a tree is older."""
_UNREADABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_NO_SIZE = frozenset({"measured_on", "measure_height_m"})
_VISIT_FIELDS = INSPECTION_FIELDS - {"inspected_by", "notes"}


@dataclass(frozen=True, slots=True)
class TreeFacts:
    """Everything that one row says of one tree."""

    tree: TreeDraft
    species: SpeciesFacts
    measurement: MeasurementDraft | None = None
    inspection: InspectionDraft | None = None
    inspected_by: PartyFacts | None = None
    designations: tuple[DesignationDraft, ...] = ()
    aliases: tuple[tuple[str, str], ...] = ()
    parties: tuple[PartyFacts, ...] = ()
    divisions: tuple[tuple[str, str], ...] = ()
    """(level, name), largest first."""
    doubts: tuple[Doubt, ...] = ()
    ages: tuple[AgeFacts, ...] = ()
    """Every way of knowing the age, where the tree's own column does not say it all."""
    grove: AreaFacts | None = None
    """The grove that the tree belongs to, where the row tells of it."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """How the rows of one file are read: readers by the record that a row becomes."""

    readers: dict[str, list[tuple[str, Callable[[str], bool], Reader]]]
    """The header, what tells a cell that means nothing, and the reader."""
    joins: tuple[Join, ...]
    whens: tuple[When, ...]


def interpret(
    row: Row, mapping: Mapping, located: dict[str, Column], *, today: date
) -> "TreeFacts | AreaFacts":
    """What `row` says. `located` as from `Mapping.locate`; no day lies after `today`. Raises RowProblem."""
    if row.missing:
        found, expected = row.missing
        kind = "cells_missing" if found < expected else "cells_extra"
        raise RowProblem(kind, "", "", found=found, expected=expected)
    plan = _plan(mapping, located)
    texts = row.cells
    if plan.joins:
        texts = {**texts, **{join.header: join.cell(texts) for join in plan.joins}}
    record, settled = _decide(plan, mapping, texts)
    cells = Cells(located)
    for header, is_placeholder, read in plan.readers[record]:
        raw = texts.get(header)
        if not raw or is_placeholder(raw):
            continue
        if not raw.isprintable() and (odd := _UNREADABLE.search(raw)):
            raise RowProblem("unreadable_characters", header, _UNREADABLE.sub("�", raw), found=ascii(odd[0]))
        read(cells, raw)
    for name in DATES & cells.values.keys():
        if not FIRST_DAY <= cells.values[name] <= today:
            raise RowProblem("day_impossible", cells.columns[name], cells.raws[name], first=FIRST_DAY)
    values = {**mapping.defaults, **cells.values, **settled}
    if record != "tree":
        return area_facts(record, values, cells, mapping)
    if not cells.numbers and cells.other_numbers:
        cells.numbers.append(cells.other_numbers.pop(0))  # the only number that the tree has
    if not cells.numbers:
        raise RowProblem(
            "number_missing", next((h for h, c in located.items() if c.field == "tree_no"), ""), ""
        )
    return _tree_facts(values, cells, mapping)


def _plan(mapping: Mapping, located: dict[str, Column]) -> _Plan:
    """The plan of a file, made with its first row."""
    made: _Plan | None = getattr(located, "made_ready", None)
    if made is not None:
        return made
    made = _Plan(
        readers={
            record: [
                (header, _is_placeholder(mapping, column), make_reader(header, column, field))
                for header, column in located.items()
                if (field := column.field_in(record, mapping.record))
                or (column.pattern and record == mapping.record)
            ]
            for record in mapping.records
        },
        joins=mapping.joins,
        whens=mapping.whens,
    )
    if isinstance(located, Located):
        located.made_ready = made
    return made


def _is_placeholder(mapping: Mapping, column: Column) -> Callable[[str], bool]:
    """Tells a cell that means nothing; a word of the column's own list means what it says (树体损伤: 无)."""
    texts, beginnings = (
        mapping.placeholder_texts - (column.words or {}).keys(),
        mapping.placeholder_beginnings,
    )
    if beginnings:
        return lambda raw: raw in texts or raw.startswith(beginnings)
    return texts.__contains__


def _decide(plan: _Plan, mapping: Mapping, texts: dict[str, str]) -> tuple[str, dict[str, Any]]:
    """What a row becomes, and values settled for it. Raises RowProblem for one that is left out."""
    if not plan.whens:
        return mapping.record, {}
    record: str | None = None
    settled: dict[str, Any] = {}
    for when in plan.whens:
        cell = texts.get(when.header, "")
        if when.holds(cell):
            if when.left_out:
                raise RowProblem("left_out", when.header, cell, why=when.left_out)
            record = record or when.record
            settled.update({name: None if said == "" else said for name, said in when.settled.items()})
    return record or mapping.record, settled


def _tree_facts(values: dict[str, Any], cells: Cells, mapping: Mapping) -> TreeFacts:
    first_no, first_scheme = cells.numbers[0]
    values["tree_no"] = first_no
    values["number_scheme"] = first_scheme or values["number_scheme"]
    if not fits_scheme(first_no, values["number_scheme"]):
        raise RowProblem("number_malformed", cells.number_column, first_no, scheme=values["number_scheme"])
    doubts = [*cells.doubts, *place_position(values, cells)]
    inspection = _inspection(values, cells, mapping)
    surveyed_on = values.get("surveyed_on")
    if values.get("measured_on") is None and surveyed_on is not None:
        values["measured_on"] = surveyed_on
    ages = _ages(values, cells) if cells.ages else ()
    if inspection is not None and inspection.vigour is not None:
        values["vigour"], values["vigour_scale"] = inspection.vigour, inspection.vigour_scale
    with_remarks(values, cells)
    tree = make_draft(TreeDraft, {k: v for k, v in values.items() if k in TREE_FIELDS}, cells)
    sizes = {k: v for k, v in values.items() if k in MEASUREMENT_FIELDS and v is not None}
    measurement = make_draft(MeasurementDraft, sizes, cells) if sizes.keys() - _NO_SIZE else None
    decided, more = designations(values, mapping, cells)
    doubts.extend(more)
    doubts.extend(_size_doubts(values, cells, mapping))
    return TreeFacts(
        tree=tree,
        species=species_facts(values),
        measurement=measurement,
        inspection=inspection,
        inspected_by=make_party("inspected_by", values.get("inspected_by")) if inspection else None,
        designations=decided,
        aliases=other_numbers(cells),
        parties=parties(values),
        divisions=divisions(values, mapping),
        doubts=tuple(dict.fromkeys(doubts)),
        ages=ages,
        grove=_grove(values, cells) if "grove_name" in values or "grove_tree_count" in values else None,
    )


def _ages(values: dict[str, Any], cells: Cells) -> tuple[AgeFacts, ...]:
    """Give the tree its best age; the readings that are kept beside it."""
    method, evidence, as_of = values.get("age_method"), values.get("age_evidence"), values.get("age_as_of")
    as_of = as_of or values.get("surveyed_on")
    said = values.get("age_basis")
    readings = [
        AgeFacts(
            age.years,
            age.lower_years,
            age.upper_years,
            AgeBasis(said) if len(cells.ages) == 1 and said else age.basis,
            method if age.basis is AgeBasis.ESTIMATED or len(cells.ages) == 1 else None,
            as_of,
            evidence or age.evidence,
        )
        for age in cells.ages
    ]
    if (best := best_age(readings)) is not None:
        values["age_years"], values["age_basis"] = best.years, best.basis
        values.setdefault("age_as_of", as_of)
        if best.method is None and len(readings) > 1:
            values.pop("age_method", None)  # it tells of the estimate, which is not the age that leads
    else:
        values.pop("age_basis", None)
    return told_readings(readings)


def _grove(values: dict[str, Any], cells: Cells) -> AreaFacts | None:
    """What the row of a tree says of its grove."""
    if not values.get("grove_no"):
        return None
    facts = {
        "number": values["grove_no"],
        "name": values.get("grove_name"),
        "name_lang": values.get("text_lang", "zh-Hans"),
        "text_lang": values.get("text_lang", "zh-Hans"),
        "tree_count": values.get("grove_tree_count"),
    }
    return AreaFacts("grove", make_draft(GroveDraft, facts, cells))


def _inspection(values: dict[str, Any], cells: Cells, mapping: Mapping) -> InspectionDraft | None:
    inspected_on, surveyed_on = values.get("inspected_on"), values.get("surveyed_on")
    if inspected_on is None and surveyed_on is None:
        return None
    facts = {k: v for k, v in values.items() if k in _VISIT_FIELDS}
    facts["inspected_on"] = inspected_on or surveyed_on
    facts["kind"] = InspectionKind.ASSESSMENT if inspected_on else InspectionKind.CENSUS
    for finding in mapping.findings:
        for text in facts.get("findings", ()):
            if (match := finding.pattern.fullmatch(text)) and match[1] in finding.words:
                facts.setdefault(finding.field, finding.words[match[1]])
                if finding.scale:
                    facts.setdefault("vigour_scale", finding.scale)
    return make_draft(InspectionDraft, facts, cells)


def _size_doubts(values: dict[str, Any], cells: Cells, mapping: Mapping) -> list[Doubt]:
    rounding = max(
        (_last_digit(name, cells) / 2 for name in ("girth_cm", "diameter_cm") if name in cells.raws),
        default=0.5,
    )
    checker = checker_of(mapping, cells.located)
    return [
        *checker.doubts(values, rounding_cm=rounding),
        *written_doubts(cells.values, cells.raws, cells.again),
    ]


def _last_digit(name: str, cells: Cells) -> float:
    """What one step of the last written digit is worth, in cm."""
    value, raw = cells.values[name], cells.digits.get(name, cells.raws[name])
    written = plain_number(raw)
    factor = value / written if written else 1.0
    return float(10.0 ** -decimals(raw) * factor)
