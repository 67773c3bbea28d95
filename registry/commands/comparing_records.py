"""Comparing records that are no trees with the history: areas, cases, lists, tags, censuses, settings.

Groves, gardens, places and elements are compared whole; of the others what their events tell: every event
of a list, say, tells the hash of its lines.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from registry.chunks import chunks
from registry.commands.history import CHILDREN, canonical, streamed
from registry.commands.importing_decided import survivors
from registry.commands.map_layers import FEATURES, features_sha256
from registry.commands.protection_lists import is_whole
from registry.commands.replay import State, plain, plain_row, row_key, told_items
from registry.models import (
    Account,
    AccountRole,
    AppraisalOpinion,
    Budget,
    Campaign,
    CampaignSurvey,
    CareLetter,
    CareLetterItem,
    CarePayment,
    CaseDocument,
    CaseFile,
    CaseStep,
    CaseSubject,
    Craft,
    Craftsman,
    Element,
    EventItem,
    Grove,
    GroveSpecies,
    HeritageGarden,
    MapLayer,
    Objection,
    Party,
    Place,
    PlateBinding,
    ProtectionList,
    RuleAdoption,
    Setting,
    Story,
    StoryText,
    Strategy,
    StrategyLine,
    StrategySignature,
    Tag,
    TagNote,
    Trial,
    TrialPartner,
    TrialSubject,
    Walk,
    WalkStop,
    Webhook,
    WorkOrder,
    WorkPhoto,
    YearReport,
    ZoneCheck,
)
from registry.rules.commitments import ERASED

_CHUNK = 500
_NOT_TOLD = frozenset({"id", "imported_hash", "updated_on", "released"})
_OF_AREAS: dict[str, type[SQLModel]] = {
    name: CHILDREN[name] for name in CHILDREN if name not in {"flags", "measurements", "ages"}
}


@dataclass(frozen=True, slots=True)
class _Kind:
    """How records of a kind are compared.

    whole: also what no event told must be as a new record has it. rows: tables of what belongs to them, by
    the name under which items tell it, and the column that says whose they are.
    """

    table: type[SQLModel]
    whole: bool = False
    named: str = "id"
    whose: str = ""
    rows: tuple[tuple[str, type[SQLModel]], ...] = ()

    @property
    def columns(self) -> dict[str, Any]:
        """The columns that are compared whole, each with its value where nothing was told."""
        fields = self.table.model_fields.items() if self.whole else ()
        return {
            name: None if info.is_required() else plain(info.get_default())
            for name, info in fields
            if name not in _NOT_TOLD
        }


def _area(table: type[SQLModel], kind: str) -> _Kind:
    whose = f"{kind}_id"
    rows = [(name, each) for name, each in _OF_AREAS.items() if whose in each.model_fields]
    more = (("composition", GroveSpecies),) if kind == "grove" else ()
    return _Kind(table, True, "number", whose, (*rows, *more))


_KINDS: dict[str, _Kind] = {
    "grove": _area(Grove, "grove"),
    "garden": _area(HeritageGarden, "garden"),
    "place": _area(Place, "place"),
    "element": _area(Element, "element"),
    "craft": _Kind(Craft, named="number", whose="craft_id", rows=(("craftsmen", Craftsman),)),
    "case": _Kind(
        CaseFile,
        named="number",
        whose="case_id",
        rows=(
            ("steps", CaseStep),
            ("opinions", AppraisalOpinion),
            ("objections", Objection),
            ("subjects", CaseSubject),
            ("documents", CaseDocument),
        ),
    ),
    "strategy": _Kind(
        Strategy,
        named="number",
        whose="strategy_id",
        rows=(("lines", StrategyLine), ("signatures", StrategySignature)),
    ),
    "work": _Kind(WorkOrder, named="number", whose="work_id", rows=(("work_photos", WorkPhoto),)),
    "trial": _Kind(
        Trial,
        named="number",
        whose="trial_id",
        rows=(("partners", TrialPartner), ("subjects", TrialSubject)),
    ),
    "story": _Kind(Story, True, "code", whose="story_id", rows=(("translations", StoryText),)),
    "walk": _Kind(Walk, True, "code", whose="walk_id", rows=(("stops", WalkStop),)),
    "care_letter": _Kind(CareLetter, named="code", whose="letter_id", rows=(("items", CareLetterItem),)),
    "care_payment": _Kind(CarePayment),
    "budget": _Kind(Budget),
    "zone_check": _Kind(ZoneCheck, named="number"),
    "map_layer": _Kind(MapLayer),
    "year_report": _Kind(YearReport, named="title"),
    "tag": _Kind(Tag, named="code", whose="tag_id", rows=(("tag_notes", TagNote),)),
    "plate": _Kind(PlateBinding, named="text_hash"),
    "party": _Kind(Party),
    "account": _Kind(Account, named="login", whose="account_id", rows=(("roles", AccountRole),)),
    "protection_list": _Kind(ProtectionList, named="edition"),
    "campaign": _Kind(Campaign),
    "campaign_survey": _Kind(CampaignSurvey),
    "rule_adoption": _Kind(RuleAdoption, named="pack_id"),
    "webhook": _Kind(Webhook, named="name"),
    "setting": _Kind(Setting, named="name"),
}
_ALWAYS_TOLD = frozenset(_KINDS) - {"setting", "party"}
"""Kinds of which no record comes or goes without an event."""


@dataclass(frozen=True, slots=True)
class Stray:
    """A value of a record that its history does not tell so: kind, id, what it is called, field, event."""

    kind: str
    id: str
    called: str
    field: str
    seq: int


def stray_values(session: Session) -> Iterator[Stray]:
    """Every value of these records that is not what the history says; memory stays flat."""
    for kind, facts in _KINDS.items():
        key = col(getattr(facts.table, _key(facts)))
        for batch in chunks(streamed(session, select(key).order_by(key)), _CHUNK):
            yield from _of_batch(session, kind, facts, batch)
        if kind in _ALWAYS_TOLD:
            yield from _gone(session, kind, facts)
    yield from _altered_lists(session)
    yield from _altered_reports(session)
    yield from _altered_layers(session)


def _of_batch(session: Session, kind: str, facts: _Kind, ids: list[str]) -> Iterator[Stray]:
    told: defaultdict[str, State] = defaultdict(State)
    names = frozenset(name for name, _ in facts.rows) - CHILDREN.keys()
    for item in told_items(session, ids):
        if item.subject_type == kind:
            told[item.subject_id].apply(item, rows=names)
    rows = {name: _grouped(session, table, facts.whose, ids) for name, table in facts.rows}
    table: sa.Table = facts.table.__table__  # type: ignore[attr-defined]
    for record in session.execute(sa.select(table).where(table.c[_key(facts)].in_(ids))):
        values = record._mapping
        own = values[_key(facts)]
        called, state = str(values[facts.named]), told[own]
        if not state.seq:
            if kind in _ALWAYS_TOLD:
                yield Stray(kind, own, called, "", 0)
            continue
        expected = {**facts.columns, **{n: v for n, v in state.fields.items() if n in values}}
        for name, value in expected.items():
            if name in state.cleaned or _is_so(values[name], value, facts.columns.get(name)):
                continue
            if name != "tree_id" or survivors(session, [value]).get(value) != values[name]:
                yield Stray(kind, own, called, name, state.set_by.get(name, 0))
        for name, _ in facts.rows:
            expected_rows = _followed(session, state.rows.get(name, {}))
            is_same = {row_key(row): row for row in rows[name][own]} == expected_rows
            if not is_same and name not in state.erased | state.cleaned:
                yield Stray(kind, own, called, name, state.set_by.get(name, 0))


def _followed(session: Session, rows: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Rows as told, those about a tree that was merged since about the tree in whose file it goes on."""
    into = survivors(session, [row["tree_id"] for row in rows.values() if "tree_id" in row])
    return {
        key: {**row, "tree_id": into[row["tree_id"]]} if row.get("tree_id") in into else row
        for key, row in rows.items()
    }


def _key(facts: _Kind) -> str:
    return "name" if facts.table is Setting else "id"


def _is_so(found: Any, expected: Any, default: Any) -> bool:
    if expected is ERASED or found == expected or plain(found) == expected:
        return True
    if expected is None:
        return bool(plain(found) == default)
    return isinstance(found, str) and not isinstance(expected, str) and found == canonical(expected)


def _grouped(
    session: Session, table: type[SQLModel], whose: str, ids: list[str]
) -> defaultdict[str, list[dict[str, Any]]]:
    groups: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    own: sa.Table = table.__table__  # type: ignore[attr-defined]
    for row in session.execute(sa.select(own).where(own.c[whose].in_(ids))):
        groups[row._mapping[whose]].append(plain_row(table, row))
    return groups


def _gone(session: Session, kind: str, facts: _Kind) -> Iterator[Stray]:
    """Records that the history tells of and that are in no table any more."""
    here = sa.exists().where(col(getattr(facts.table, _key(facts))) == col(EventItem.subject_id))
    query = select(EventItem.subject_id, sa.func.min(EventItem.seq)).where(
        EventItem.subject_type == kind, ~here
    )
    for own, seq in session.exec(query.group_by(col(EventItem.subject_id))):
        yield Stray(kind, own, own, "", seq)


def _altered_lists(session: Session) -> Iterator[Stray]:
    """Protection lists whose lines are not those that their hash was made of."""
    for made in session.exec(select(ProtectionList).order_by(ProtectionList.id)).all():
        if not is_whole(session, made):
            yield Stray("protection_list", made.id, str(made.edition), "entries", 0)


def _altered_reports(session: Session) -> Iterator[Stray]:
    """Reports whose figures are not those that their hash was made of."""
    for kept in streamed(session, select(YearReport).order_by(YearReport.id)):
        if hashlib.sha256(kept.content.encode()).hexdigest() != kept.sha256:
            yield Stray("year_report", kept.id, kept.title, "content", 0)


def _altered_layers(session: Session) -> Iterator[Stray]:
    """Map layers whose features are not those that were loaded."""
    layers = {layer.id: layer for layer in session.exec(select(MapLayer).order_by(MapLayer.id)).all()}
    told = {
        item.subject_id: (item.fields[FEATURES][1], item.seq)
        for item in told_items(session, layers)
        if item.subject_type == "map_layer" and FEATURES in item.fields
    }
    for own, (digest, seq) in told.items():
        if digest != features_sha256(session, own):
            yield Stray("map_layer", own, own, "features", seq)
