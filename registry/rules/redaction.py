"""Redaction: what of a tree's file the public may see. The one place where this is decided.

`publish` and every public export pass through `redact`. What is held back is counted by field and reason.
"""

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import MISSING, dataclass, fields, is_dataclass, replace
from functools import lru_cache
from typing import Any, TypeVar, get_args

from registry.records import (
    AreaRecord,
    DesignationRecord,
    DetailRecord,
    HistoryRecord,
    InspectionRecord,
    PhotoRecord,
    TreeRecord,
)
from registry.rules.names import is_author
from registry.rules.private_matters import private_matter
from registry.rules.public_positions import middle, moved, rounded, rounding_m, shift_of
from registry.rules.redaction_care import public_care_events
from registry.vocab.checks import is_public_check
from registry.vocab.viewpoints import VIEWPOINTS
from registry.vocab.words import GrowthPlace, PartyKind, Precision

FREE_TEXTS = (
    "small_place",
    "address",
    "history_text",
    "peculiarity",
    "notes",
    "damage",
    "threats",
    "protection_measures",
    "rejuvenation",
    "values",
    "values_note",
    "species_record",
    "photo_note",
    "planted_by",
    "common_name",
)
"""Fields that hold whatever somebody wrote: private until released, read for private matters even then."""

AREA_TEXTS = ("small_place", "address", "notes")
DETAIL_TEXTS = frozenset(
    {"extent_text", "disturbance", "care_advice", "protection_measures", "values", "values_note"}
    | {"change_reason", "photo_note", "current_use", "extant_elements", "description"}
)
"""Free texts of groves, gardens, places and elements, in fields of their own and among the details."""

SPECIES_NAMES = ("name_latin", "name_zh", "name_en")
"""Names of the species; its id is made from the first that is known, and falls with it."""

OWN_NUMBERS = frozenset({"uuid", "tree_no", "number", "path", "number_scheme", "hash"})
"""Numbers of the record itself: public whatever they look like (an alias is no such number)."""

OFFICE_TEXTS = frozenset(
    {"authority_id", "authority_zh", "authority_en", "authority", "jurisdiction", "duty_phone", "duty_mail"}
    | {"source"}
)
"""What the office says of itself and of its sources: a duty telephone is there to be called."""

UNIT_TEXTS = frozenset({"steward", "inspected_by", "lead", "cooperating"})
"""Names of units: 住宅 in them is an office's business and nobody's home."""

_TREE_CALLED_MOU = ("江某", "江")  # Schefflera octophylla in Taiwan: a tree and no Mr Jiang
_TREE_NAMES = frozenset({"name_zh", "name_verbatim", "common_name", "species_id"})

HOME_TEXTS = ("small_place", "address")
"""Fields that, where a tree grows at a private home, are the address of a household whatever they say."""

PLACE_TEXTS = (
    "town",
    "village",
    "small_place",
    "address",
    "elevation_m",
    "slope",
    "slope_position",
    "aspect",
    "forest_group",
    "forest_bureau",
    "forest_farm",
    "grove_no",
    "garden_no",
    "place_no",
)
"""Fields that would give a generalised position away."""

GRID_DEGREES = {Precision.LOW: 0.001, Precision.MEDIUM: 0.01, Precision.HIGH: 0.1}
GRID_UNCERTAINTY_M = {Precision.LOW: 157.0, Precision.MEDIUM: 1_570.0, Precision.HIGH: 15_691.0}
"""Uncertainty that a grid adds. Source: Chapman 2020, Current Best Practices for Generalizing Sensitive
Species Occurrence Data."""

_PLACE_NAME = re.compile(r"[\u3400-\u9fff]{1,10}(?:村|庄|莊|镇|鎮|乡|鄉|街道|区|區|县|縣|市|省|社区|社區|里)")
"""The name of a division or settlement: 老院村 is a village and no household."""
_PLACE_FIELDS = frozenset({"division_path", "division_path_en", "division_id", "town", "village"})
_OWN_NAMES = ("name_verbatim", "common_name")
_SHORT = 80
"""Characters: what is longer is the story of one tree, not worth remembering."""
_PLAIN_CODE = re.compile(r"[A-Z0-9]{1,8}(?:[-/. ]?[A-Z0-9]{1,8}){0,8}")
"""A number of a tree that is no more than a number: `AFCD/IS/00001`."""


_Record = TypeVar("_Record", TreeRecord, AreaRecord)
_Row = TypeVar("_Row")


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What may be said of one tree. `released`: free-text fields cleared for the public, plus `findings`.
    `steward_kind`: what the stewards are; where a person is among them, `steward_units` are those that may be
    named. `species_name`: what the species is called, whatever this tree is. Captions and credits are cleared
    photo by photo: see `PhotoRecord`. `position_decimals`: to how many decimals of a degree positions may be
    published where the record belongs; None: as they are. `hidden_holders`: which of `grove_no`, `garden_no`
    and `place_no` name an area whose place is not published exactly."""

    released: frozenset[str] = frozenset()
    steward_kind: str | None = None
    steward_units: str | None = None
    species_name: str | None = None
    position_decimals: int | None = None
    hidden_holders: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Held:
    """One value that was held back."""

    field: str
    reason: str


def redact(tree: TreeRecord, disclosure: Disclosure) -> tuple[TreeRecord, tuple[Held, ...]]:
    """`tree` as the public may see it, and what was held back.

    Persons never pass; free text passes when released and free of private matters; a position passes as
    exactly as its precision says, and then without the texts that would give it away.
    """
    held: list[Held] = []
    changes: dict[str, Any] = {}

    def hold(field: str, reason: str) -> None:
        held.append(Held(field, reason))
        changes[field] = None

    for field in FREE_TEXTS:
        if (text := getattr(tree, field)) is not None:
            at_home = tree.growth_place == GrowthPlace.PRIVATE_HOME and field in HOME_TEXTS
            if reason := _why(field, text, disclosure) or ("household" if at_home else None):
                hold(field, reason)
    if tree.name_author is not None and not is_author(tree.name_author):
        hold("name_author", "no author")
    if tree.surveyor is not None:
        hold("surveyor", "person")
    _hold_units(tree, disclosure, hold, changes)
    is_exact = tree.position_precision == Precision.EXACT
    if not is_exact:
        _generalise(tree, disclosure, hold, changes)
    words = disclosure if is_exact else replace(disclosure, released=frozenset())
    changes["inspections"] = tuple(_redact_inspection(row, words, held) for row in tree.inspections)
    changes["photos"] = tuple(_redact_photo(row, held) for row in tree.photos)
    changes["care_events"] = public_care_events(tree.care_events)
    unready = len(tree.care_events) - len(changes["care_events"])
    if not is_exact:
        _generalise_rows(tree, held, changes)
    public = _swept(_changed(tree, changes), held)
    made_of = next((field for field in SPECIES_NAMES if getattr(tree, field) is not None), "")
    if public.species_id is not None and made_of in {item.field for item in held}:
        held.append(Held("species_id", "name held back"))
        public = replace(public, species_id=None)
    withheld = tuple(sorted({item.field for item in held} | set(tree.withheld)))
    public = _rounded(public, disclosure.position_decimals, held)
    public = _parted(public, disclosure.hidden_holders, held)
    held.extend(
        Held("assessments", "not released") for _row in range(unready)
    )  # the office's, not the tree's
    flags = tuple(flag for flag in public.flags if is_public_check(flag.check) and flag.field not in withheld)
    return _changed(public, {"withheld": withheld, "flags": flags}), tuple(held)


def redact_area(area: AreaRecord, disclosure: Disclosure) -> tuple[AreaRecord, tuple[Held, ...]]:
    """`area` as the public may see it: a boundary passes only where its position is exact."""
    held: list[Held] = []
    changes: dict[str, Any] = {}

    def hold(field: str, reason: str) -> None:
        held.append(Held(field, reason))
        changes[field] = None

    is_exact = area.position_precision == Precision.EXACT
    words = disclosure if is_exact else replace(disclosure, released=frozenset())
    for field in AREA_TEXTS:
        text = getattr(area, field)
        if text is not None and (reason := _why(field, text, words)):
            hold(field, reason)
    _hold_units(area, disclosure, hold, changes)
    kept = []
    for detail in area.details:
        reason = _why_detail(detail, words, is_exact=is_exact)
        if reason:
            held.append(Held(detail.field, reason))
        else:
            kept.append(detail)
    changes["details"] = tuple(kept)
    changes["inspections"] = tuple(_redact_inspection(row, words, held) for row in area.inspections)
    changes["photos"] = tuple(_redact_photo(row, held) for row in area.photos)
    changes["care_events"] = public_care_events(area.care_events)
    if not is_exact:
        _generalise_area(area, held, changes)
    public = _swept(replace(area, **changes), held)
    public = replace(public, withheld=tuple(sorted({item.field for item in held})))
    unready = len(area.care_events) - len(changes["care_events"])
    held.extend(Held("assessments", "not released") for _row in range(unready))
    public = _parted(public, disclosure.hidden_holders, held)
    return _rounded(public, disclosure.position_decimals, held), tuple(held)


def _changed(record: _Row, changes: dict[str, Any]) -> _Row:
    """`record` with `changes`; where they change nothing, the record itself: copies cost more than looks."""
    real = {name: value for name, value in changes.items() if getattr(record, name) != value}
    return replace(record, **real) if real else record  # type: ignore[type-var]


def _parted(record: _Record, holders: frozenset[str], held: list[Held]) -> _Record:
    """`record` without the numbers of areas whose place is hidden: its own point would tell where they are.

    The record does not name them among what is withheld: that it stands in some such area tells as much.
    """
    parted: dict[str, Any] = {
        name: None for name in sorted(holders) if getattr(record, name, None) is not None
    }
    held.extend(Held(name, "position") for name in parted)
    return replace(record, **parted) if parted else record


def _rounded(record: _Record, decimals: int | None, held: list[Held]) -> _Record:
    """`record` with its position as exactly as positions may be published; an outline moves along."""
    if decimals is None:
        return record
    changes: dict[str, Any] = {}
    if record.lon is not None and record.lat is not None:
        changes["lon"], changes["lat"] = rounded(record.lon, record.lat, decimals)
        changes["flags"] = tuple(flag for flag in record.flags if flag.field not in {"lon", "lat"})
    if isinstance(record, TreeRecord) and changes:
        known = record.coordinate_uncertainty_m or 0.0
        changes["coordinate_uncertainty_m"] = round(known + rounding_m(decimals), 1)
    if isinstance(record, AreaRecord) and record.boundary:
        shift = shift_of(*outline_anchor(record.lon, record.lat, record.boundary), decimals)
        changes["boundary"] = moved(record.boundary, shift)
    if changes:
        held.append(Held("lon", "decimals"))
    return replace(record, **changes)


def outline_anchor(
    lon: float | None, lat: float | None, outline: Sequence[tuple[float, float]]
) -> tuple[float, float]:
    """The point with which an outline is moved: that of its record, else the middle of the outline."""
    return (lon, lat) if lon is not None and lat is not None else middle(outline)


def _hold_units(
    record: TreeRecord | AreaRecord,
    disclosure: Disclosure,
    hold: Callable[[str, str], None],
    changes: dict[str, Any],
) -> None:
    """Hold back stewards who are persons, and units whose name holds a private matter."""
    for field in ("lead", "cooperating"):
        if (text := getattr(record, field)) is not None and (reason := private_matter(text, is_unit=True)):
            hold(field, reason)
    if record.steward is not None and (reason := _why_steward(record.steward, disclosure)):
        hold("steward", reason)
        if reason == "person" and disclosure.steward_units and not private_matter(disclosure.steward_units):
            changes["steward"] = disclosure.steward_units


def _why_detail(detail: DetailRecord, words: Disclosure, *, is_exact: bool) -> str | None:
    if detail.field in DETAIL_TEXTS and isinstance(detail.value, str):
        return _why(detail.field, detail.value, words)
    if not is_exact and detail.field in {*PLACE_TEXTS, "elevation_max_m"}:
        return "position"
    return private_matter(detail.value) if isinstance(detail.value, str) else None


def _generalise_area(area: AreaRecord, held: list[Held], changes: dict[str, Any]) -> None:
    for field in ("town", "village", "name", "source_url", "steward", "garden_no", "place_no"):
        if getattr(area, field) is not None:
            held.append(Held(field, "position"))
            changes[field] = None
    for field, empty in (("boundary", ()), ("photos", ()), ("aliases", ()), ("flags", ())):
        if getattr(area, field):
            held.append(Held(field, "position"))
            changes[field] = empty
    changes["designations"] = tuple(map(_without_papers, area.designations))
    changes["inspections"] = tuple(replace(row, inspected_by=None) for row in changes["inspections"])
    if area.lon is not None and area.lat is not None:
        held.append(Held("lon", "position"))
        cell = grid_cell(area.lon, area.lat, area.position_precision)
        changes["lon"], changes["lat"] = cell or (None, None)


def _swept(record: _Record, held: list[Held]) -> _Record:
    """`record` without any text that holds a private matter, wherever in it or in its rows it stands."""
    changes: dict[str, Any] = {}
    for name, emptied in _fields_of(record):
        value = getattr(record, name)
        if isinstance(value, str):
            if reason := _matter_in(name, value):
                held.append(Held(name, reason))
                changes[name] = emptied
        elif isinstance(value, tuple) and value:
            kept = tuple(_swept_rows(name, value, held))
            if kept != value:
                changes[name] = kept
    if "division_path" in changes:
        changes["division_id"] = None
    return replace(record, **changes) if changes else record


def _swept_rows(name: str, rows: tuple[Any, ...], held: list[Held]) -> Iterator[Any]:
    """The rows, or texts, that may stay; a text that a row can do without is taken out of it."""
    for row in rows:
        if isinstance(row, str):
            if reason := _matter_in(name, row):
                held.append(Held(name, reason))
            else:
                yield row
        elif not is_dataclass(row):
            yield row
        elif (public := _swept_row(name, row, held)) is not None:
            yield public


def _swept_row(name: str, row: Any, held: list[Held]) -> Any:
    changes: dict[str, Any] = {}
    for field, emptied in _fields_of(row):
        value = getattr(row, field)
        if isinstance(value, tuple):
            kept = tuple(_swept_rows(field, value, held))
            if kept != value:
                changes[field] = kept
        elif isinstance(value, str) and (reason := _matter_in(field, value)):
            if emptied is not None:  # the row says nothing without it
                held.append(Held(name, reason))
                return None
            held.append(Held(field, reason))
            changes[field] = None
    return replace(row, **changes) if changes else row


def _matter_in(field: str, text: str) -> str | None:
    """Why the text of a field may not be published; what one tree after another says is looked at once."""
    return _short_matter_in(field, text) if len(text) <= _SHORT else _look_into(field, text)


def _look_into(field: str, text: str) -> str | None:
    if field in _TREE_NAMES:
        text = text.replace(*_TREE_CALLED_MOU)
    is_place = field in _PLACE_FIELDS and all(_PLACE_NAME.fullmatch(part) for part in text.split("/"))
    return private_matter(text, is_unit=field in UNIT_TEXTS or (is_place and "某" not in text))


_short_matter_in = lru_cache(maxsize=32_768)(_look_into)


def _fields_of(record: Any) -> tuple[tuple[str, Any], ...]:
    kind: Any = type(record)
    return _swept_fields(kind)


@lru_cache(maxsize=16)
def _swept_fields(record: Any) -> tuple[tuple[str, Any], ...]:
    """The fields of a record that are read, each with what it is where it is empty."""
    own = OWN_NUMBERS if record in {TreeRecord, AreaRecord, HistoryRecord} else frozenset()
    return tuple(
        (field.name, _emptied(field))
        for field in fields(record)
        if field.name not in own | OFFICE_TEXTS | {"withheld", "boundary"}
    )


def may_show_zone(precision: str, growth_place: str | None, *, is_published: bool) -> bool:
    """Whether the outline of a protection zone may leave: only where the position does, as it is; around a
    tree at a private home only where the zone itself was legally published."""
    if precision != Precision.EXACT:
        return False
    return is_published or growth_place != GrowthPlace.PRIVATE_HOME


def public_text(text: str | None, *, is_unit: bool = False) -> str | None:
    """A short text of an office (a number of a document, a government) unless it holds a private matter."""
    return None if text is None or private_matter(text, is_unit=is_unit) else text


def plate_held(text: str) -> str | None:
    """Why not even a hash of what another maker's plate says may be published, or None.

    A telephone or an identity number is found by trying all of them.
    """
    return private_matter(text)


def grid_cell(lon: float, lat: float, precision: str) -> tuple[float, float] | None:
    """The centre of the grid cell that holds a point; the point itself where exact; None where withheld."""
    if precision == Precision.EXACT:
        return lon, lat
    if precision == Precision.WITHHELD:
        return None
    step = GRID_DEGREES[Precision(precision)]
    digits = len(str(step)) - 1
    last = (round(180 / step) - 1, round(90 / step) - 1)  # the north pole belongs to the cell south of it
    cells = (min(math.floor(value / step + 1e-9), top) for value, top in zip((lon, lat), last, strict=True))
    centre = ((cell + 0.5) * step for cell in cells)
    east, north = (round(value, digits) for value in centre)
    return east, north


def cells_around(value: float, precision: str, margin: float) -> tuple[float, float]:
    """From where to where (degrees, of one coordinate) the grid cells reach that a point is in or nearer to
    than `margin`. A withheld record is looked for in the coarsest cells, for it must not be found at all."""
    step = GRID_DEGREES.get(Precision(precision), max(GRID_DEGREES.values()))
    first, last = (math.floor((value + east) / step + 1e-9) for east in (-margin, margin))
    return (first - 1e-9) * step, (last + 1 - 1e-9) * step


def _emptied(field: Any) -> Any:
    if type(None) in get_args(field.type):
        return None
    return "" if field.default is MISSING else field.default


def _generalise(
    tree: TreeRecord, disclosure: Disclosure, hold: Callable[[str, str], None], changes: dict[str, object]
) -> None:
    """Hold back what would tell where the tree is: texts, names of its own, all but the cell of its point."""
    names = {field for field in _OWN_NAMES if getattr(tree, field) != disclosure.species_name}
    for field in dict.fromkeys(
        (*PLACE_TEXTS, *FREE_TEXTS, "steward", "source_url", "age_method", *sorted(names))
    ):
        if getattr(tree, field) is not None and changes.get(field, "") is not None:
            hold(field, "position")
    if changes.get("name_verbatim", "") is None and tree.name_zh == tree.name_verbatim:
        changes["name_zh"] = disclosure.species_name
    for field in ("latin_verbatim", *SPECIES_NAMES, "name_author", "family", "genus"):
        text = changes.get(field, getattr(tree, field))
        if isinstance(text, str) and _names_place_of(tree, text):
            hold(field, "position")
    if tree.latin_verbatim is not None and not is_author(tree.latin_verbatim.replace("×", "x")):
        hold("latin_verbatim", "position")
    cell = None
    if tree.lon is not None and tree.lat is not None:
        cell = grid_cell(tree.lon, tree.lat, tree.position_precision)
        hold("lon", "position")
    changes["lon"], changes["lat"] = cell or (None, None)
    changes["coordinate_uncertainty_m"] = (
        max(GRID_UNCERTAINTY_M[Precision(tree.position_precision)], tree.coordinate_uncertainty_m or 0.0)
        if cell
        else None
    )


def _generalise_rows(tree: TreeRecord, held: list[Held], changes: dict[str, Any]) -> None:
    told = {"lon", "lat", "datum", *PLACE_TEXTS, *FREE_TEXTS}
    changes["flags"] = tuple(flag for flag in tree.flags if flag.field not in told)
    changes["aliases"] = tuple(alias for alias in tree.aliases if _PLAIN_CODE.fullmatch(alias.number))
    changes["designations"] = tuple(map(_without_papers, tree.designations))
    changes["inspections"] = tuple(replace(row, inspected_by=None) for row in changes["inspections"])
    if len(changes["aliases"]) < len(tree.aliases):
        held.append(Held("aliases", "position"))
    held.extend(Held("document_no", "position") for row in tree.designations if row.document_no)
    held.extend(Held("inspected_by", "position") for row in tree.inspections if row.inspected_by)
    if tree.photos:
        held.append(Held("photos", "position"))
        changes["photos"] = ()


def _without_papers(row: DesignationRecord) -> DesignationRecord:
    """A decision without what could be looked up: its number, its page, the government that approved."""
    return replace(row, document_no=None, published_url=None, approved_by=None)


def _names_place_of(tree: TreeRecord, text: str) -> bool:
    """Whether `text` says the village, town or small place of the tree, as 隐秘沟古槐 does."""
    places = (getattr(tree, field) for field in ("town", "village", "small_place"))
    return any(len(place) > 1 and place in text for place in places if place)


def _redact_inspection(row: InspectionRecord, disclosure: Disclosure, held: list[Held]) -> InspectionRecord:
    findings, notes = row.findings, row.notes
    if findings and (reason := _why("findings", " ".join(findings), disclosure)):
        held.append(Held("findings", reason))
        findings = ()
    if notes is not None and (reason := _why("notes", notes, disclosure)):
        held.append(Held("notes", reason))
        notes = None
    return _changed(row, {"findings": findings, "notes": notes, "checks": ()})


def _redact_photo(row: PhotoRecord, held: list[Held]) -> PhotoRecord:
    caption, credit = row.caption, row.credit
    reason = private_matter(caption or "") if row.is_caption_released else "not released"
    if caption is not None and reason:
        held.append(Held("caption", reason))
        caption = None
    if credit is not None and not row.is_credit_cleared:
        held.append(Held("credit", "person"))
        credit = None
    viewpoint = row.viewpoint
    if viewpoint is not None and viewpoint not in VIEWPOINTS:  # a name of the office's own, in its words
        held.append(Held("caption", "not released"))
        viewpoint = None
    return _changed(row, {"caption": caption, "credit": credit, "viewpoint": viewpoint})


def _why(field: str, text: str, disclosure: Disclosure) -> str | None:
    return private_matter(text) if field in disclosure.released else "not released"


def _why_steward(text: str, disclosure: Disclosure) -> str | None:
    return private_matter(text, is_unit=True) if disclosure.steward_kind == PartyKind.UNIT else "person"


def withheld_fields() -> frozenset[str]:
    """The fields of a tree's record that `redact` may hold back (for docs and tests)."""
    tree: Any = TreeRecord
    return frozenset(name for name, _ in _swept_fields(tree)) | {"lon", "lat", "elevation_m"}
