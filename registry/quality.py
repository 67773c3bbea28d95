"""Quality: how complete the files are and what is doubted, counted out of the register. Reads only."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from statistics import median
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from registry.calendars import register_today
from registry.commands.history import PRIVATE_FIELDS
from registry.db import SCHEMA_FOLDER
from registry.models import (
    Authority,
    Designation,
    Flag,
    Inspection,
    Measurement,
    MeasurementDraft,
    Species,
    Tree,
    TreeParty,
)
from registry.records import CheckCount, DoubtRow, FieldShare, FlagRecord, QualityFacts, QualityRow
from registry.selection import count_trees, select_trees
from registry.surroundings import Surroundings
from registry.vocab.checks import Check, all_checks
from registry.vocab.words import Category, DesignationKind, Severity

WORST = 20
SAMPLE = 5000
"""So many trees of a source are enough to tell what its columns hold."""
_SHOWN = frozenset({"lon", "lat", "name_verbatim", "latin_verbatim"})
"""Fields that the history keeps as commitments, yet which an office must see to mend them."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One field that a form asks for: filled where any of `any_of` is."""

    field: str
    any_of: tuple[str, ...]
    is_required: bool


@lru_cache(maxsize=1)
def asked_fields() -> Mapping[str, tuple[Asked, ...]]:
    """What files should hold, by jurisdiction; "*" for all others (`schema/required.toml`)."""
    found = tomllib.loads((SCHEMA_FOLDER / "required.toml").read_text(encoding="utf-8"))
    return {
        form["jurisdiction"]: tuple(
            Asked(one["field"], tuple(one.get("any", (one["field"],))), one.get("required", False))
            for one in form["fields"]
        )
        for form in found["form"]
    }


def asked_in(jurisdiction: str) -> tuple[Asked, ...]:
    """What is asked of a tree of `jurisdiction` ("cn" asks in "cn-shanxi" too)."""
    forms = asked_fields()
    while jurisdiction and jurisdiction not in forms:
        jurisdiction = jurisdiction.rpartition("-")[0]
    return forms[jurisdiction or "*"]


def measure_quality(
    session: Session, where: Sequence[str] = (), *, register_name: str, now: datetime
) -> QualityFacts:
    """Count everything. Raises SelectionError, NothingSelectedError."""
    count_trees(session, where)
    around = Surroundings(session)
    groups = list(_groups(session, where))
    divisions = sorted(
        _rows(groups, lambda group: group.division_id).items(),
        key=lambda pair: (pair[0] is None, around.division_path(pair[0])[:-1], pair[0]),
    )
    named = [
        replace(row, names=around.division_path(key), names_en=around.division_path(key, in_english=True))
        for key, row in divisions
    ]
    sources = [
        replace(
            row,
            names=(around.sources[key].title,),
            names_en=(around.sources[key].title_en,),
            findings=tuple(_source_findings(session, key, where)),
        )
        for key, row in _rows(groups, lambda group: group.source_id).items()
    ]
    return QualityFacts(
        register_name=register_name,
        made_at=now,
        made_on=register_today(session, now),
        where=tuple(where),
        whole=_rows(groups, lambda _group: "")[""],
        divisions=tuple(named),
        sources=tuple(sorted(sources, key=lambda row: (-row.trees, row.names))),
        checks=_check_counts(session, where),
        worst=_worst(session, where, around),
    )


@dataclass(frozen=True, slots=True)
class _Group:
    """Trees of one division, source and jurisdiction: how many, and how many have what."""

    division_id: str | None
    source_id: str
    trees: int
    filled: tuple[FieldShare, ...]
    doubtful: int
    warnings: int
    notes: int


def _groups(session: Session, where: Sequence[str]) -> Iterator[_Group]:
    """The finest groups, each counted by the database in one pass."""
    has = has_value()
    names = sorted({name for form in asked_fields().values() for asked in form for name in asked.any_of})
    sizes = _per_tree(Measurement, [name for name in names if name in MeasurementDraft.model_fields])
    flags = sa.select(
        col(Flag.tree_id),
        sa.func.sum(sa.case((col(Flag.severity) == Severity.WARNING, 1), else_=0)).label("warnings"),
        sa.func.sum(sa.case((col(Flag.severity) == Severity.NOTE, 1), else_=0)).label("notes"),
    ).group_by(col(Flag.tree_id)).subquery()  # fmt: skip
    keys = (col(Tree.division_id), col(Tree.source_id), col(Authority.jurisdiction))
    shares: dict[tuple[str, ...], sa.ColumnElement[int]] = {}
    for any_of in {asked.any_of for form in asked_fields().values() for asked in form}:
        tests = [has[name] if name in has else sizes.c[name] == 1 for name in any_of]
        shares[any_of] = sa.func.sum(sa.case((sa.or_(*tests), 1), else_=0))
    columns = list(shares)
    query = (
        sa.select(
            *keys,
            sa.func.count(),
            sa.func.count(flags.c.tree_id),
            sa.func.coalesce(sa.func.sum(flags.c.warnings), 0),
            sa.func.coalesce(sa.func.sum(flags.c.notes), 0),
            *(shares[name] for name in columns),
        )
        .select_from(Tree)
        .join(Authority, col(Authority.id) == col(Tree.authority_id))
        .outerjoin(sizes, sizes.c.tree_id == col(Tree.id))
        .outerjoin(flags, flags.c.tree_id == col(Tree.id))
        .group_by(*keys)
    )
    for division_id, source_id, jurisdiction, trees, doubtful, warnings, notes, *filled in session.execute(
        _selected(query, where)
    ):
        known = dict(zip(columns, filled, strict=True))
        fields = tuple(
            FieldShare(asked.field, int(known[asked.any_of]), trees, asked.is_required)
            for asked in asked_in(jurisdiction)
        )
        yield _Group(division_id, source_id, trees, fields, doubtful, int(warnings), int(notes))


def _selected(query: Any, where: Sequence[str]) -> Any:
    return query.where(col(Tree.id).in_(select_trees(where).order_by(None))) if where else query


def _per_tree(table: type[Measurement], names: Sequence[str]) -> sa.Subquery:
    """Of each tree, whether any of its rows has a value."""
    known = (
        sa.func.max(sa.case((getattr(table, name).is_not(None), 1), else_=0)).label(name) for name in names
    )
    return sa.select(col(table.tree_id), *known).group_by(col(table.tree_id)).subquery()


def has_value() -> dict[str, sa.ColumnElement[bool]]:
    """For each field that is not a size: whether a tree has it."""
    has: dict[str, sa.ColumnElement[bool]] = {
        name: col(getattr(Tree, name)).is_not(None) for name in Tree.model_fields
    }
    for role in ("steward", "manager"):
        has[role] = sa.exists().where(col(TreeParty.tree_id) == col(Tree.id), col(TreeParty.role) == role)
    has["grade"] = sa.exists().where(
        col(Designation.tree_id) == col(Tree.id), col(Designation.kind) == DesignationKind.GRADE
    )
    has["famous"] = col(Tree.category) == Category.FAMOUS  # not graded by age: nothing is missing
    has["surveyed_on"] = sa.or_(
        sa.exists().where(col(Inspection.tree_id) == col(Tree.id)),
        sa.exists().where(
            col(Measurement.tree_id) == col(Tree.id), col(Measurement.measured_on).is_not(None)
        ),
    )
    return has


def has_values() -> dict[str, sa.ColumnElement[bool]]:
    """For each field, sizes too: whether a tree has it."""
    sized = {
        name: sa.exists().where(
            col(Measurement.tree_id) == col(Tree.id), col(getattr(Measurement, name)).is_not(None)
        )
        for name in MeasurementDraft.model_fields
        if name != "measured_on"
    }
    return {**sized, **has_value()}


def field_shares(session: Session) -> Iterator[tuple[str | None, int, int]]:
    """Of each division and source: fields filled, and fields that the form asks for."""
    for group in _groups(session, ()):
        yield group.division_id, sum(s.filled for s in group.filled), sum(s.asked for s in group.filled)


def _rows(groups: Sequence[_Group], key: Any) -> dict[Any, QualityRow]:
    """Groups put together by `key`."""
    found: dict[Any, list[_Group]] = {}
    for group in groups:
        found.setdefault(key(group), []).append(group)
    return {
        name: QualityRow(
            names=(),
            names_en=(),
            trees=sum(group.trees for group in members),
            doubtful=sum(group.doubtful for group in members),
            warnings=sum(group.warnings for group in members),
            notes=sum(group.notes for group in members),
            fields=_added(members),
        )
        for name, members in found.items()
    }


def _added(groups: Sequence[_Group]) -> tuple[FieldShare, ...]:
    added: dict[str, FieldShare] = {}
    for share in (share for group in groups for share in group.filled):
        before = added.get(share.field, FieldShare(share.field, 0, 0))
        added[share.field] = FieldShare(
            share.field,
            before.filled + share.filled,
            before.asked + share.asked,
            before.is_required or share.is_required,
        )
    return tuple(added.values())


def _check_counts(session: Session, where: Sequence[str]) -> tuple[CheckCount, ...]:
    """Warnings before notes, the most frequent first."""
    query = (
        sa.select(
            col(Flag.check),
            col(Flag.severity),
            sa.func.count(),
            sa.func.count(sa.distinct(col(Flag.tree_id))),
        )
        .join(Tree, col(Tree.id) == col(Flag.tree_id))
        .group_by(col(Flag.check), col(Flag.severity))
    )
    found = [CheckCount(check, str(severity), doubts, trees) for check, severity, doubts, trees in
             session.execute(_selected(query, where))]  # fmt: skip
    return tuple(sorted(found, key=lambda row: (row.severity != Severity.WARNING, -row.trees, row.check)))


def every_doubt(session: Session, where: Sequence[str] = ()) -> Iterator[DoubtRow]:
    """Every doubt, by division, then by number; streamed."""
    around = Surroundings(session)
    query = _doubts().order_by(
        col(Tree.division_id),
        sa.func.length(col(Tree.tree_no)),
        col(Tree.tree_no),
        col(Tree.id),
        col(Flag.check),
    )
    for row in session.execute(_selected(query, where)):
        yield _doubt_row(row, around)


_SAID = ("tree_no", "division_id", "source_id", "name_verbatim")


def _doubts() -> sa.Select[Any]:
    return (
        sa.select(Flag, *(col(getattr(Tree, name)) for name in _SAID), Species)
        .join(Tree, col(Tree.id) == col(Flag.tree_id))
        .outerjoin(Species, col(Species.id) == col(Tree.species_id))
    )


def _doubt_row(row: Any, around: Surroundings) -> DoubtRow:
    flag, number, division_id, source_id, recorded, species = row
    is_private = flag.field in PRIVATE_FIELDS - _SHOWN
    known = (species.name_hans, species.name_hant, species.name_latin, species.name_en) if species else ()
    return DoubtRow(
        tree_no=number,
        name=recorded or next((name for name in known if name), None),
        places=around.division_path(division_id),
        source=around.sources[source_id].title,
        flag=FlagRecord(flag.check, str(flag.severity), flag.field, "" if is_private else flag.value),
        is_private=is_private,
    )


def _worst(session: Session, where: Sequence[str], around: Surroundings) -> tuple[tuple[DoubtRow, ...], ...]:
    """The trees with most warnings, then most doubts: those with more than one."""
    warnings = sa.func.sum(sa.case((col(Flag.severity) == Severity.WARNING, 1), else_=0))
    query = (
        sa.select(col(Flag.tree_id))
        .join(Tree, col(Tree.id) == col(Flag.tree_id))
        .group_by(col(Flag.tree_id), col(Tree.tree_no))
        .having(sa.func.count() > 1)
        .order_by(
            warnings.desc(), sa.func.count().desc(), sa.func.length(col(Tree.tree_no)), col(Tree.tree_no)
        )
        .limit(WORST)
    )
    ids = list(session.execute(_selected(query, where)).scalars())
    rows = session.execute(
        _doubts()
        .where(col(Flag.tree_id).in_(ids))
        .order_by(col(Flag.tree_id), col(Flag.severity).desc(), col(Flag.check))
    )
    found = {
        tree_id: tuple(_doubt_row(row, around) for row in group)
        for tree_id, group in groupby(rows, key=lambda row: row[0].tree_id)
    }
    return tuple(found[tree_id] for tree_id in ids)


def _source_findings(session: Session, source_id: str, where: Sequence[str]) -> Iterator[FlagRecord]:
    """What a whole source makes doubtful that no single tree can tell, with its denominator."""
    checks = [check for check in all_checks().values() if check.kind == "source"]
    for check in checks:
        told = _FINDINGS[check.id](session, source_id, where, check)
        if told:
            yield FlagRecord(check.id, str(check.severity), check.fields[0], told)


def _ratios(session: Session, source_id: str, where: Sequence[str], field: str) -> list[float]:
    """A trunk's size (cm) by height (m), of up to SAMPLE trees of a source."""
    size, height = getattr(Measurement, field), col(Measurement.height_m)
    query = (
        sa.select(size / height)
        .join(Tree, col(Tree.id) == col(Measurement.tree_id))
        .where(col(Tree.source_id) == source_id, size.is_not(None), height.is_not(None))
        .order_by(col(Measurement.id))
        .limit(SAMPLE)
    )
    return list(session.execute(_selected(query, where)).scalars())


def _trunk_median(session: Session, source_id: str, where: Sequence[str], check: Check) -> str | None:
    ratios = _ratios(session, source_id, where, check.fields[0])
    if len(ratios) < check.bounds["trees"]:
        return None
    middle = median(ratios)
    usual = check.bounds.get("low", 0.0) <= middle <= check.bounds.get("high", float("inf"))
    return None if usual else f"{middle:.1f} ({len(ratios)})"


def _share(session: Session, check: Check, of_all: Any, having: Any, where: Sequence[str]) -> str | None:
    """The share of rows with a property, where it is large enough to tell: "81 % (43/53)"."""
    query = of_all.with_only_columns(
        sa.func.count(), sa.func.coalesce(sa.func.sum(sa.case((having, 1), else_=0)), 0)
    )
    total, found = session.execute(_selected(query, where)).one()
    if total < check.bounds["trees"] or not found or found < check.bounds["share"] * total:
        return None
    return f"{found / total:.0%} ({found}/{total})"


def _measured(source_id: str) -> Any:
    trees = sa.select(Measurement).join(Tree, col(Tree.id) == col(Measurement.tree_id))
    return trees.where(col(Tree.source_id) == source_id)


def _alike(session: Session, source_id: str, where: Sequence[str], check: Check) -> str | None:
    girth, diameter = col(Measurement.girth_cm), col(Measurement.diameter_cm)
    both = _measured(source_id).where(girth.is_not(None), diameter.is_not(None))
    return _share(session, check, both, girth == diameter, where)


def _unsaid_height(session: Session, source_id: str, where: Sequence[str], check: Check) -> str | None:
    trunk = sa.or_(col(Measurement.girth_cm).is_not(None), col(Measurement.diameter_cm).is_not(None))
    measured = _measured(source_id).where(trunk)
    return _share(session, check, measured, col(Measurement.measure_height_m).is_(None), where)


def _ages_without_method(session: Session, source_id: str, where: Sequence[str], check: Check) -> str | None:
    aged = sa.select(Tree).where(col(Tree.source_id) == source_id, col(Tree.age_years).is_not(None))
    return _share(session, check, aged, col(Tree.age_method).is_(None), where)


def _shared_points(session: Session, source_id: str, where: Sequence[str], check: Check) -> str | None:
    placed = sa.select(Tree).where(col(Tree.source_id) == source_id, col(Tree.lon).is_not(None))
    flags = sa.select(col(Flag.tree_id)).where(col(Flag.check) == "same_point")
    return _share(session, check, placed, col(Tree.id).in_(flags), where)


_FINDINGS = {
    "girth_column_holds_diameters": _trunk_median,
    "diameter_column_holds_girths": _trunk_median,
    "columns_alike": _alike,
    "points_shared": _shared_points,
    "measure_height_unsaid": _unsaid_height,
    "ages_without_basis": _ages_without_method,
}
