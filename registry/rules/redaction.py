"""Redaction: what of a tree's file the public may see. The one place where this is decided.

`publish` and every public export pass through `redact`. What is held back is counted by field and reason.
"""

import math
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, fields, replace

from registry.records import AreaRecord, InspectionRecord, PhotoRecord, TreeRecord
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
    "common_name",
)
"""Fields that hold whatever somebody wrote: private until released, read for private matters even then."""

NAME_TEXTS = ("name_verbatim", "name_zh", "latin_verbatim", "age_method", "source_url")
"""Public fields that a file's author may have used for a note: searched for private matters as well."""

_TREE_CALLED_MOU = ("江某", "江")  # Schefflera octophylla in Taiwan: a tree and no Mr Jiang

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
)
"""Fields that would give a generalised position away."""

GRID_DEGREES = {Precision.LOW: 0.001, Precision.MEDIUM: 0.01, Precision.HIGH: 0.1}
GRID_UNCERTAINTY_M = {Precision.LOW: 157.0, Precision.MEDIUM: 1_570.0, Precision.HIGH: 15_691.0}
"""Uncertainty that a grid adds. Source: Chapman 2020, Current Best Practices for Generalizing Sensitive
Species Occurrence Data."""

_HOUSEHOLD = re.compile(
    r"某|[家宅院屋](?:内|內|里|裡|墙|牆|前|后|後|门|門|外)|民宅|住宅|老院|住户|住戶|住家|老宅|私宅|自宅|"
    r"(?:号|號)(?:之[0-9一二三四五六七八九十]+)?(?:门|門)前|家门|家門|门前|門前|门口|門口|庭院|"
    r"(?:^|[^大专專])[\u4e00-\u9fff]{2,3}家(?:$|[的之东西南北前后左右旁边邊侧側门門院屋宅、,，])|"
    r"(?<![A-Za-z])(?:private residence|home of|house of|residence of|mrs?|ms)(?![A-Za-z])",
    re.IGNORECASE,
)
_TELEPHONE = re.compile(r"(?<![0-9A-Za-z])(?:\+?86[- ]?)?1(?:4[5-9]|[35-9]\d)(?:[- ]?[0-9]{4}){2}(?![0-9])|"
                        r"(?<![0-9A-Za-z.])\(?0[0-9]{1,3}\)?[- ]?[0-9]{3,4}[- ]?[0-9]{4}(?![0-9])|"
                        r"(?<![0-9A-Za-z.])09[0-9]{2}[- ]?[0-9]{3}[- ]?[0-9]{3}(?![0-9])|"
                        r"(?<![0-9A-Za-z.-])[5689][0-9]{3}[- ]?[0-9]{4}(?![0-9A-Za-z.-])|"
                        r"(?<![0-9A-Za-z])\+[0-9][0-9 ()-]{7,16}[0-9](?![0-9])|"
                        r"(?:电话|電話|手机|手機|微信|tel|phone)\D{0,5}[0-9][0-9 ()-]{5,}",
                        re.IGNORECASE)  # fmt: skip
_IDENTITY = re.compile(r"(?<![0-9])[1-9][0-9]{16}[0-9Xx](?![0-9])|(?<![0-9A-Za-z])[A-Z][12][0-9]{8}(?![0-9])|"
                       r"(?<![0-9A-Za-z])[A-Z]{1,2}[0-9]{6}\([0-9A]\)|"
                       r"(?<![0-9A-Za-z])[STFGM][0-9]{7}[A-Z](?![0-9A-Za-z])")  # fmt: skip
"""Numbers of identity papers: mainland China, Taiwan, Hong Kong, Singapore."""
_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What may be said of one tree. `released`: free-text fields cleared for the public, plus `caption`
    and `findings`. `steward_kind`: what the steward is. `credits`: photo credits with recorded consent."""

    released: frozenset[str] = frozenset()
    steward_kind: str | None = None
    credits: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Held:
    """One value that was held back."""

    field: str
    reason: str


def private_matter(text: str, *, is_unit: bool = False) -> str | None:
    """Why `text` may not be published (household, telephone, identity, mail), or None.

    is_unit: it names a unit, so that 住宅 in it is an office's business and nobody's home.
    """
    checks = [("telephone", _TELEPHONE), ("identity", _IDENTITY), ("mail", _MAIL)]
    if not is_unit:
        checks.append(("household", _HOUSEHOLD))
    plain = unicodedata.normalize("NFKC", text)
    return next((reason for reason, pattern in checks if pattern.search(plain)), None)


def redact(tree: TreeRecord, disclosure: Disclosure) -> tuple[TreeRecord, tuple[Held, ...]]:
    """`tree` as the public may see it, and what was held back.

    Persons never pass; free text passes when released and free of private matters; a position passes as
    exactly as its precision says, and then without the texts that would give it away.
    """
    held: list[Held] = []
    changes: dict[str, object] = {}

    def hold(field: str, reason: str) -> None:
        held.append(Held(field, reason))
        changes[field] = None

    for field in FREE_TEXTS:
        if (text := getattr(tree, field)) is not None:
            at_home = tree.growth_place == GrowthPlace.PRIVATE_HOME and field in HOME_TEXTS
            if reason := _why(field, text, disclosure) or ("household" if at_home else None):
                hold(field, reason)
    for field in NAME_TEXTS:
        text = (getattr(tree, field) or "").replace(*_TREE_CALLED_MOU)
        if reason := private_matter(text):
            hold(field, reason)
    if tree.surveyor is not None:
        hold("surveyor", "person")
    if tree.steward is not None and (reason := _why_steward(tree.steward, disclosure)):
        hold("steward", reason)
    if tree.position_precision != Precision.EXACT:
        _generalise(tree, hold, changes)
    is_exact = tree.position_precision == Precision.EXACT
    words = disclosure if is_exact else replace(disclosure, released=frozenset())
    changes["inspections"] = tuple(_redact_inspection(row, words, held) for row in tree.inspections)
    changes["photos"] = tuple(_redact_photo(row, disclosure, held) for row in tree.photos)
    if not is_exact:
        changes["flags"] = tuple(flag for flag in tree.flags if flag.field not in {"lon", "lat"})
        if tree.photos:
            held.append(Held("photos", "position"))
            changes["photos"] = ()
    withheld = tuple(sorted({item.field for item in held} | set(tree.withheld)))
    return replace(tree, **changes, withheld=withheld), tuple(held)  # type: ignore[arg-type]


def redact_area(area: AreaRecord, disclosure: Disclosure) -> tuple[AreaRecord, tuple[Held, ...]]:
    """`area` as the public may see it: a boundary passes only where its position is exact."""
    held: list[Held] = []
    changes: dict[str, object] = {}
    words = disclosure if area.position_precision == Precision.EXACT else Disclosure()
    if area.notes is not None and (reason := _why("notes", area.notes, words)):
        held.append(Held("notes", reason))
        changes["notes"] = None
    if area.name is not None and (reason := private_matter(area.name, is_unit=True)):
        held.append(Held("name", reason))
        changes["name"] = None
    if area.boundary and area.position_precision != Precision.EXACT:
        held.append(Held("boundary", "position"))
        changes["boundary"] = ()
    withheld = tuple(sorted({item.field for item in held}))
    return replace(area, **changes, withheld=withheld), tuple(held)  # type: ignore[arg-type]


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


def _generalise(tree: TreeRecord, hold: Callable[[str, str], None], changes: dict[str, object]) -> None:
    for field in (*PLACE_TEXTS, *FREE_TEXTS, "steward", "source_url"):
        if getattr(tree, field) is not None and changes.get(field, "") is not None:
            hold(field, "position")
    changes["datum"] = tree.datum
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


def _redact_inspection(row: InspectionRecord, disclosure: Disclosure, held: list[Held]) -> InspectionRecord:
    findings, notes, by = row.findings, row.notes, row.inspected_by
    if findings and (reason := _why("findings", " ".join(findings), disclosure)):
        held.append(Held("findings", reason))
        findings = ()
    if notes is not None and (reason := _why("notes", notes, disclosure)):
        held.append(Held("notes", reason))
        notes = None
    if by is not None and (reason := private_matter(by, is_unit=True)):
        held.append(Held("inspected_by", reason))
        by = None
    return replace(row, findings=findings, notes=notes, inspected_by=by)


def _redact_photo(row: PhotoRecord, disclosure: Disclosure, held: list[Held]) -> PhotoRecord:
    caption, credit = row.caption, row.credit
    if caption is not None and (reason := _why("caption", caption, disclosure)):
        held.append(Held("caption", reason))
        caption = None
    if credit is not None and credit not in disclosure.credits:
        held.append(Held("credit", "person"))
        credit = None
    return replace(row, caption=caption, credit=credit)


def _why(field: str, text: str, disclosure: Disclosure) -> str | None:
    return private_matter(text) if field in disclosure.released else "not released"


def _why_steward(text: str, disclosure: Disclosure) -> str | None:
    return private_matter(text, is_unit=True) if disclosure.steward_kind == PartyKind.UNIT else "person"


def withheld_fields() -> frozenset[str]:
    """The fields of a tree's record that `redact` may hold back (for docs and tests)."""
    known = {field.name for field in fields(TreeRecord)}
    return frozenset(
        {*FREE_TEXTS, *PLACE_TEXTS, *NAME_TEXTS, "surveyor", "steward", "lon", "lat", "source_url"} & known
    )
