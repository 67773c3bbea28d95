"""What goes along into the field: the records of a division, or those in somebody's own care, as one JSON.

Only what the field right reaches; neither money nor who reported what. It is written as it is read, so that
memory stays flat; how many questions the database is asked does not depend on how many trees there are.
"""

import base64
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry.access import cares_for, divisions_below, reach
from registry.affected import pack_chooser, trees_with_class
from registry.assessment_models import ModelLibrary
from registry.chunks import chunks
from registry.commands.editing import EDITABLE
from registry.commands.replay import plain
from registry.field_words import package_words
from registry.keys import Keys
from registry.models import (
    Division,
    Event,
    EventItem,
    Grove,
    Inspection,
    Measurement,
    Photo,
    PlateBinding,
    Tag,
    Tree,
    WorkOrder,
)
from registry.patrols import last_visits, stewards_of
from registry.rulepacks import PackLibrary
from registry.rules.patrol_record import next_due
from registry.rules.permissions import Holder, Right, divisions_of
from registry.rules.tag_codes import printed_text, tag_hash
from registry.settings import get_setting
from registry.surroundings import Surroundings
from registry.vocab.care_words import WorkState
from registry.vocab.labels import Label
from registry.vocab.words import ON_REGISTER, PhotoKind, TagState, TreeStatus

BATCH = 2000
SHOWN = (*ON_REGISTER, TreeStatus.MISSING)
"""What is taken along: also what is looked for."""
SIZES = ("girth_cm", "height_m", "crown_m")
_OPEN_WORKS = frozenset({WorkState.PLANNED, WorkState.ORDERED, WorkState.IN_PROGRESS})


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whose package: `division_id` and all below it, or what is in the holder's own care (None)."""

    holder: Holder
    division_id: str | None
    today: date
    now: datetime


def write_package(
    session: Session,
    wanted: Wanted,
    *,
    keys: Keys,
    packs: PackLibrary,
    models: ModelLibrary,
    outline: Mapping[str, Any] | None = None,
) -> Iterator[str]:
    """The package as pieces of one JSON text."""
    head = session.exec(select(sa.func.max(Event.seq))).one() or 0
    facts = {
        "made_at": wanted.now.isoformat(timespec="seconds"),
        "head_seq": head,
        "divisions": _divisions(session, wanted),
        "words": package_words(),
        "models": [_model(model) for model in models.all()],
        "outline": outline,
        "duty_phone": get_setting(session, "duty_phone") or None,
        "tag_keys": {name: base64.b64encode(key).decode() for name, key in keys.tag_public_keys.items()},
    }
    yield _json(facts)[:-1] + ',"trees":['
    sign = ""
    reader = _Reader(session, wanted, keys, packs)
    for record in reader.records():
        yield sign + _json(record)
        sign = ","
    yield "]}"


class _Reader:
    """Reads records in batches, each with a fixed number of questions."""

    def __init__(self, session: Session, wanted: Wanted, keys: Keys, packs: PackLibrary) -> None:
        self.session, self.wanted, self.keys = session, wanted, keys
        self.today = wanted.today
        self.choose = pack_chooser(session, packs, wanted.today)
        self.around = Surroundings(session)

    def records(self) -> Iterator[dict[str, Any]]:
        """Every record of the package."""
        for kind, table in (("tree", Tree), ("grove", Grove)):
            for ids in chunks(self._ids(kind, table), BATCH):
                yield from self._trees(ids) if kind == "tree" else self._groves(ids)

    def _ids(self, kind: str, table: Any) -> Iterable[str]:
        holder, number = self.wanted.holder, table.tree_no if table is Tree else table.number
        query = select(table.id).where(
            reach(holder, Right.FIELD, table, self.today), col(table.status).in_(SHOWN)
        )
        if self.wanted.division_id is not None:
            query = query.where(col(table.division_id).in_(divisions_below([self.wanted.division_id])))
        else:
            query = query.where(col(table.id).in_(cares_for(kind, holder.party_id or "", self.today)))
        return list(self.session.exec(query.order_by(sa.func.length(number), number, table.id)))

    def _trees(self, ids: list[str]) -> Iterator[dict[str, Any]]:
        session = self.session
        beside = _Beside(session, "tree", ids, self.today)
        sizes = _newest_sizes(session, ids)
        stewards = stewards_of(session, ids, self.today)
        rows = {row.id: row for row in session.exec(select(Tree).where(col(Tree.id).in_(ids)))}
        for tree, place, kind in trees_with_class(session, ids, self.today):
            row, last = rows[tree.id], beside.visits.get(tree.id)
            pack = self.choose(place)
            months = pack.patrol_months(kind or "any", tree.vigour) if pack else None
            due_on = (next_due(last, months) if last else self.today) if months else None
            species = self.around.species.get(row.species_id) if row.species_id else None
            yield _without_nothing({
                **self._common("tree", row, beside),
                "no": row.tree_no,
                "name": row.common_name or tree.name,
                "species": (species and (species.name_hans or species.name_latin)) or row.name_verbatim,
                "latin": (species and species.name_latin) or row.latin_verbatim,
                "lon": row.lon, "lat": row.lat, "uncertainty_m": row.coordinate_uncertainty_m,
                "grade": tree.legal_grade, "category": row.category, "vigour": row.vigour,
                "vigour_scale": row.vigour_scale, "environment": row.environment,
                "stewards": [name for _id, name in stewards.get(tree.id, ())],
                "last": _without_nothing({"visited_on": last, **sizes.get(tree.id, {})}),
                "due_on": due_on,
                "is_overdue": bool(due_on and last and due_on < self.today),
            })  # fmt: skip
        session.expunge_all()

    def _groves(self, ids: list[str]) -> Iterator[dict[str, Any]]:
        beside = _Beside(self.session, "grove", ids, self.today)
        for row in self.session.exec(select(Grove).where(col(Grove.id).in_(ids))):
            yield _without_nothing({
                **self._common("grove", row, beside),
                "no": row.number, "name": row.name, "lon": row.lon, "lat": row.lat,
                "last": _without_nothing({"visited_on": beside.visits.get(row.id)}),
                "is_overdue": False,
            })  # fmt: skip
        self.session.expunge_all()

    def _common(self, kind: str, row: Any, beside: "_Beside") -> dict[str, Any]:
        photos = beside.photos.get(row.id, [])
        whole = next(
            (each for each in photos if each["kind"] == PhotoKind.WHOLE), photos[0] if photos else None
        )
        tags = [
            _without_nothing({
                "code": code,
                "hash": tag_hash(printed_text(code, self.keys.tag_key(key_id))),
                "state": None if state == TagState.ISSUED else state,
            })
            for code, key_id, state in beside.tags.get(row.id, ())
        ]  # fmt: skip
        names = (*self.around.division_path(row.division_id)[-1:], row.town, row.village, row.small_place)
        return {
            "kind": kind, "id": row.id, "path": f"/-/desk/{kind}/{row.id}", "status": row.status,
            "place": " ".join(dict.fromkeys(filter(None, names))), "division_id": row.division_id,
            "tags": tags, "plates": beside.plates.get(row.id), "works": beside.works.get(row.id),
            "thumb": whole["sha256"] if whole else None, "photos": photos,
            "editable": _without_nothing({name: plain(getattr(row, name)) for name in EDITABLE[kind]}),
            "base_seq": beside.seqs.get(row.id, 0),
        }  # fmt: skip


class _Beside:
    """What belongs to the records of one batch, by their ids."""

    def __init__(self, session: Session, kind: str, ids: list[str], today: date) -> None:
        self._session, self._column, self._ids = session, f"{kind}_id", ids
        self.visits = last_visits(session, ids, today) if kind == "tree" else self._grove_visits(today)
        self.tags = self._grouped(Tag, ("code", "key_id", "state"), Tag.state != TagState.BLANK)
        plates = self._grouped(PlateBinding, ("text_hash",), col(PlateBinding.ended_on).is_(None))
        self.plates = {own: [text_hash for (text_hash,) in rows] for own, rows in plates.items()}
        names = ("id", "number", "measure", "text", "due_on", "state")
        works = self._grouped(WorkOrder, names, col(WorkOrder.state).in_(_OPEN_WORKS))
        self.works = {own: [_told(names, row) for row in rows] for own, rows in works.items()}
        self.photos = self._photos()
        seqs = (
            sa.select(col(EventItem.subject_id), sa.func.max(col(EventItem.seq)))
            .where(col(EventItem.subject_id).in_(ids))
            .group_by(col(EventItem.subject_id))
        )
        self.seqs: dict[str, int] = {row[0]: row[1] for row in session.execute(seqs)}

    def _grouped(self, table: Any, names: tuple[str, ...], *where: Any) -> dict[str, list[Any]]:
        whose = col(getattr(table, self._column))
        columns = [whose, *(col(getattr(table, name)) for name in names)]
        found: defaultdict[str, list[Any]] = defaultdict(list)
        query = sa.select(*columns).where(whose.in_(self._ids), *where).order_by(col(table.id))
        for own, *values in self._session.execute(query):
            found[own].append(values)
        return found

    def _grove_visits(self, today: date) -> dict[str, date]:
        query = (
            sa.select(col(Inspection.grove_id), sa.func.max(col(Inspection.inspected_on)))
            .where(col(Inspection.grove_id).in_(self._ids), col(Inspection.inspected_on) <= today)
            .group_by(col(Inspection.grove_id))
        )
        return {row[0]: row[1] for row in self._session.execute(query)}

    def _photos(self) -> dict[str, list[dict[str, Any]]]:
        """The newest photo of each kind and viewpoint, the newest first."""
        names = ("sha256", "kind", "viewpoint", "taken_on", "added_on")
        found: dict[str, list[dict[str, Any]]] = {}
        for own, rows in self._grouped(Photo, names).items():
            rows.sort(key=lambda row: row[3] or row[4], reverse=True)
            newest = {(row[1], row[2]): row for row in reversed(rows)}
            found[own] = [_told(names[:4], row) for row in sorted(newest.values(), key=rows.index)]
        return found


def _newest_sizes(session: Session, ids: list[str]) -> dict[str, dict[str, Any]]:
    """The newest value of each size with the day of the newest measurement."""
    columns = [col(getattr(Measurement, name)) for name in ("tree_id", "measured_on", *SIZES)]
    query = sa.select(*columns).where(col(Measurement.tree_id).in_(ids))
    found: defaultdict[str, dict[str, Any]] = defaultdict(dict)
    rows = sorted(session.execute(query), key=lambda row: str(row[1] or ""))
    for own, day, *values in rows:
        said = {name: value for name, value in zip(SIZES, values, strict=True) if value is not None}
        found[own] |= said
        if said and day:
            found[own]["measured_on"] = day
    return found


def _divisions(session: Session, wanted: Wanted) -> list[dict[str, Any]]:
    """Those of the package that lie within the holder's reach: a new tree is sent to one of them."""
    if wanted.division_id is None:
        return []
    query = select(Division).where(col(Division.id).in_(divisions_below([wanted.division_id])))
    held = divisions_of(wanted.holder, Right.FIELD)
    if held is not None:
        query = query.where(col(Division.id).in_(divisions_below(held)))
    return [
        _without_nothing(
            {
                "id": row.id,
                "name": row.name,
                "name_en": row.name_en,
                "level": row.level,
                "parent": row.parent_id,
            }
        )
        for row in session.exec(query.order_by(Division.id))
    ]


def _model(model: Any) -> dict[str, Any]:
    """An assessment model as the forms need it: keys of a matrix joined by a bar."""
    facts = _plain_keys(asdict(model))
    return {name: value for name, value in facts.items() if name != "knockouts"}


def _plain_keys(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {
            "|".join(key) if isinstance(key, tuple) else str(key): _plain_keys(each)
            for key, each in value.items()
        }
    if isinstance(value, Label):
        return {"zh": value.zh, "en": value.en}
    return [_plain_keys(each) for each in value] if isinstance(value, list | tuple) else value


def _told(names: Iterable[str], values: Iterable[Any]) -> dict[str, Any]:
    return _without_nothing(dict(zip(names, values, strict=False)))


def _without_nothing(facts: dict[str, Any]) -> dict[str, Any]:
    """What is empty is not sent: a phone takes what is missing for nothing."""
    return {name: value for name, value in facts.items() if value not in (None, "", [], {})}


def _json(facts: Any) -> str:
    return json.dumps(facts, ensure_ascii=False, separators=(",", ":"), default=plain)
