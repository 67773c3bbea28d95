"""Ledgers (台账) as tables: directory of parks, green spaces, landmark elements, gardens, groves, crafts.

One shape for the workbook and the page: sheets of plain rows. A column that nobody fills is left out, but for
those that a ledger must have; whatever is counted says out of how many.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import Any, BinaryIO, NamedTuple

from exports.workbook import Column, Kind, Sheet, numbered, write_workbook
from registry.ledger_records import CraftRecord, LedgerEntry, LedgerFacts
from registry.records import AreaRecord, SpeciesShareRecord
from registry.vocab.fields import FIELDS
from registry.vocab.language import Translator
from registry.vocab.sentences import count_sentence, value_words
from registry.vocab.words import (
    GRADE_SCHEMES,
    LISTINGS,
    ElementKind,
    Grade,
    Ownership,
    PartyKind,
    PlaceKind,
    TreeStatus,
)


class Spec(NamedTuple):
    """One column of a ledger: its field (label and unit come with it), width, kind, how it is read.

    always: it stays where no line fills it.
    """

    field: str
    width: float = 12
    kind: Kind = "text"
    read: Callable[[LedgerEntry, Translator], Any] | None = None
    always: bool = False
    label: str = ""


def _words(field: str, words: Any) -> Callable[[LedgerEntry, Translator], Any]:
    return lambda entry, t: t.word(words, getattr(entry.area, field))


def _division(entry: LedgerEntry, t: Translator) -> str:
    return " ".join(entry.area.places(t.lang))


def _place(entry: LedgerEntry, _t: Translator) -> str:
    area = entry.area
    parts = dict.fromkeys(filter(None, (area.town, area.village, area.small_place, area.address)))
    return " ".join(parts)


def _listings(entry: LedgerEntry, t: Translator) -> str:
    return " · ".join(t.word(LISTINGS, code) for code in entry.area.listings)


def _composition(entry: LedgerEntry, t: Translator) -> str:
    return ("；" if t.lang == "zh" else "; ").join(share_words(share, t) for share in entry.area.composition)


def share_words(share: SpeciesShareRecord, t: Translator) -> str:
    """One species of a grove in words: 侧柏 120 株 60%."""
    name = share.name_verbatim
    if share.latin_verbatim and share.latin_verbatim != name:
        name = f"{name} {share.latin_verbatim}"
    parts = [name]
    if share.tree_count is not None:
        parts.append(t.ngettext("{count} tree", "{count} trees", share.tree_count))
    if share.share_percent is not None:
        parts.append(f"{share.share_percent:g}%")
    return " ".join(parts)


_WHO = (Spec("lead", 20, always=True), Spec("cooperating", 20), Spec("steward", 20))
_WHERE = (
    Spec("division", 26, read=_division, always=True),
    Spec("place", 22, read=_place),
)
_TREES = (
    Spec("trees_scattered", 10, "integer", lambda entry, _t: entry.trees.scattered, always=True),
    Spec("groves", 8, "integer", lambda entry, _t: entry.trees.groves, always=True),
    Spec("trees_in_groves", 10, "integer", lambda entry, _t: entry.trees.in_groves, always=True),
)
_BEGIN = (
    Spec("number", 14, always=True),
    Spec("name", 20, always=True),
    Spec("status", 9, read=_words("status", TreeStatus)),
)
_END = (Spec("notes", 26), Spec("updated_on", 12, "date", always=True))
_STATE = (Spec("period", 12), Spec("relic_level", 16), Spec("state_of_care", 12))
LEDGERS: dict[str, tuple[Spec, ...]] = {
    "grove": (
        *_BEGIN,
        Spec("protection_grade", 10, read=_words("protection_grade", Grade), always=True),
        Spec("grade_scheme", 18, read=_words("grade_scheme", GRADE_SCHEMES)),
        *_WHERE,
        Spec("tree_count", 9, "integer", always=True),
        Spec("with_files", 9, "integer", lambda entry, _t: entry.trees.with_files, always=True),
        Spec("count_first", 9, "integer"),
        Spec("count_second", 9, "integer"),
        Spec("count_third", 9, "integer"),
        Spec("composition", 34, read=_composition, always=True),
        Spec("mean_age_years", 9, "integer"),
        Spec("max_age_years", 9, "integer"),
        Spec("mean_height_m", 9, "decimal"),
        Spec("mean_diameter_cm", 9, "decimal"),
        Spec("canopy_closure", 9, "decimal"),
        Spec("area_ha", 9, "decimal", always=True),
        Spec("ownership", 9, read=_words("ownership", Ownership)),
        Spec("garden_no", 12),
        Spec("place_no", 12),
        *_WHO,
        *_END,
    ),
    "garden": (
        *_BEGIN,
        Spec("list_batch", 14, always=True),
        Spec("listing", 18, read=_listings),
        *_WHERE,
        *_STATE,
        Spec("is_world_heritage", 9),
        Spec("area_ha", 9, "decimal", always=True),
        Spec("opening", 14),
        Spec("current_use", 18),
        Spec("extant_elements", 26),
        *_TREES,
        Spec("ownership", 9, read=_words("ownership", Ownership)),
        *_WHO,
        *_END,
    ),
    "place": (
        *_BEGIN,
        Spec("green_class", 14),
        *_WHERE,
        Spec("area_ha", 9, "decimal", always=True),
        *_STATE,
        Spec("opening", 14),
        Spec("current_use", 18),
        Spec("tree_count", 9, "integer"),
        *_TREES,
        Spec("ownership", 9, read=_words("ownership", Ownership)),
        *_WHO,
        *_END,
    ),
    "element": (
        *_BEGIN[:2],
        Spec("kind", 10, read=_words("subkind", ElementKind), always=True),
        *_BEGIN[2:],
        Spec("garden_no", 14),
        Spec("place_no", 14),
        *_WHERE,
        *_STATE,
        Spec("material", 12),
        Spec("ownership", 9, read=_words("ownership", Ownership)),
        *_END,
    ),
}
"""The columns of each ledger, in their order."""
_COVERED = ("area_ha", "boundary", "period", "relic_level", "lead", "steward")
"""What a ledger says of how many of its records have it."""


def write_ledger_book(
    entries: Sequence[LedgerEntry], facts: LedgerFacts, out: BinaryIO, *, language: Translator
) -> None:
    """Write a ledger as a workbook: a summary, then the lines, a sheet for each kind of place."""
    write_workbook(
        ledger_sheets(entries, facts, language),
        out,
        title=ledger_title(facts.kind, language),
        made_by=made_lines(facts, language),
        language=language,
        made_at=facts.made_at,
    )


def ledger_sheets(entries: Sequence[LedgerEntry], facts: LedgerFacts, t: Translator) -> Iterator[Sheet]:
    """The summary of a ledger and its lines, for a workbook or a page."""
    yield _summary(entries, facts, t)
    yield from _lines(entries, facts.kind, t)


def write_craft_book(
    crafts: Sequence[CraftRecord],
    made_by: Sequence[str],
    out: BinaryIO,
    *,
    language: Translator,
    made_at: Any,
) -> None:
    """Write the archive of garden crafts and the directory of craftsmen (园林工匠人才库) as a workbook."""
    title = language.gettext("Garden crafts and craftsmen")
    write_workbook(
        craft_sheets(crafts, language), out, title=title, made_by=made_by, language=language, made_at=made_at
    )


def ledger_title(kind: str, t: Translator) -> str:
    """What a ledger is called."""
    _ = t.gettext
    return {
        "grove": _("Ledger of groves"),
        "garden": _("Ledger of heritage gardens"),
        "place": _("Ledger of places"),
        "element": _("Ledger of landmark elements"),
    }[kind]


def made_lines(facts: LedgerFacts, t: Translator) -> tuple[str, ...]:
    """Of which register, when, by which choice, and how many trees there are in it all."""
    _ = t.gettext
    first = [facts.register_name, facts.made_on.isoformat()]
    first += [_("only {where}", where=where) for where in facts.where]
    if facts.is_restricted:
        first.append(_("For the office only: holds what is not public."))
    whole = _("Whole register: {counts}", counts=count_sentence(t, facts.register))
    if facts.kind == "element":
        return " · ".join(first), whole
    here = _("In this ledger: {counts}", counts=count_sentence(t, facts.trees))
    return " · ".join(first), f"{here} · {whole}"


def cell_of(spec: Spec, entry: LedgerEntry, t: Translator) -> Any:
    """What a line says in a column; None for nothing."""
    if spec.read is not None:
        return spec.read(entry, t)
    value = getattr(entry.area, spec.field, None)
    if value is None:
        value = next((each.value for each in entry.area.details if each.field == spec.field), None)
    return value_words(t, spec.field, value) if isinstance(value, bool) else value


def _label(spec: Spec, t: Translator) -> str:
    _ = t.gettext
    own = {
        "trees_scattered": _("Scattered trees"),
        "groves": _("Groves"),
        "trees_in_groves": _("Trees in groves"),
        "with_files": _("Trees with files"),
        "grade_scheme": _("Graded by"),
    }
    return own.get(spec.field) or t.label(spec.field)


def _unit(spec: Spec, t: Translator) -> str:
    return t.unit(spec.field) if spec.field in FIELDS and spec.field != "groves" else ""


def _lines(entries: Sequence[LedgerEntry], kind: str, t: Translator) -> Iterator[Sheet]:
    """The lines of a ledger; places in a sheet for each kind of them, gardens by batch."""
    if not entries:
        yield _sheet(ledger_title(kind, t), entries, LEDGERS[kind], t)
    elif kind == "place":
        order = list(PlaceKind)
        ordered = sorted(entries, key=lambda entry: order.index(PlaceKind(entry.area.subkind or "other")))
        for subkind, group in groupby(ordered, key=lambda entry: entry.area.subkind):
            yield _sheet(t.word(PlaceKind, subkind), list(group), LEDGERS[kind], t)
    else:
        yield _sheet(ledger_title(kind, t), sorted(entries, key=_order(kind)), LEDGERS[kind], t)


def _order(kind: str) -> Callable[[LedgerEntry], Any]:
    """Elements by where they stand and what they are, gardens by batch, all else as it comes: by number."""

    def key(entry: LedgerEntry) -> Any:
        area = entry.area
        number = (len(area.number), area.number)
        if kind == "element":
            return (area.garden_no or "", area.place_no or "", area.subkind or "", *number)
        if kind == "garden":
            return (_detail(area, "list_batch") or "\uffff", *number)
        return number

    return key


def _detail(area: AreaRecord, field: str) -> Any:
    return next((each.value for each in area.details if each.field == field), None)


def _sheet(title: str, entries: Sequence[LedgerEntry], specs: Sequence[Spec], t: Translator) -> Sheet:
    cells = [[cell_of(spec, entry, t) for spec in specs] for entry in entries]
    kept = [
        place
        for place, spec in enumerate(specs)
        if spec.always
        or any(row[place] not in (None, "") and not _is_plain(spec, row[place], t) for row in cells)
    ]
    columns = (
        Column(t.gettext("No."), 6, "integer"),
        *(Column(_label(s, t), s.width, s.kind, _unit(s, t)) for s in (specs[place] for place in kept)),
    )
    total = None
    if len(cells) > 1:
        sums = [_sum(specs[place], [row[place] for row in cells]) for place in kept]
        total = (None, t.gettext("Total"), *sums[1:]) if any(each is not None for each in sums) else None
    return Sheet(title, columns, numbered([row[place] for place in kept] for row in cells), total=total)


def _is_plain(spec: Spec, value: Any, t: Translator) -> bool:
    """A status that says nothing: alive, as all of them are."""
    return spec.field == "status" and value == t.word(TreeStatus, TreeStatus.ALIVE)


_SUMMED = frozenset({"tree_count", "with_files", "trees_scattered", "groves", "trees_in_groves", "area_ha",
                     "count_first", "count_second", "count_third"})  # fmt: skip


def _sum(spec: Spec, values: Sequence[Any]) -> Any:
    known = [value for value in values if value is not None]
    return round(sum(known), 4) if spec.field in _SUMMED and known else None


def _summary(entries: Sequence[LedgerEntry], facts: LedgerFacts, t: Translator) -> Sheet:
    """How many of which kind, and of how many something is known: each count with what it is a count of."""
    _ = t.gettext
    total = len(entries)
    rows: list[tuple[Any, ...]] = [(_("Records"), total, total, None)]
    for word, count in _kinds(entries, facts.kind, t):
        rows.append((word, count, total, count / total if total else None))
    for field in _COVERED:
        if facts.kind == "element" and field in {"lead", "steward", "area_ha"}:
            continue
        known = sum(_has(entry.area, field) for entry in entries)
        rows.append((_("with {field}", field=t.label(field)), known, total, known / total if total else None))
    if facts.kind == "grove":
        counted = total - facts.trees.uncounted
        rows.append((_("with a number of trees"), counted, total, counted / total if total else None))
    columns = (
        Column(_("What is counted"), 34),
        Column(_("Count"), 12, "integer"),
        Column(_("of"), 12, "integer"),
        Column(_("Share"), 10, "percent"),
    )
    return Sheet(_("Summary"), columns, rows)


def _kinds(entries: Sequence[LedgerEntry], kind: str, t: Translator) -> Iterator[tuple[str, int]]:
    def named(area: AreaRecord) -> str:
        _ = t.gettext
        if kind == "grove":
            return t.word(Grade, area.protection_grade) or _("without a grade")
        if kind == "garden":
            return str(_detail(area, "list_batch") or _("batch not said"))
        return t.word(PlaceKind if kind == "place" else ElementKind, area.subkind)

    counts: dict[str, int] = {}
    for entry in sorted(entries, key=lambda each: str(each.area.subkind or each.area.protection_grade or "")):
        name = named(entry.area)
        counts[name] = counts.get(name, 0) + 1
    yield from counts.items()


def _has(area: AreaRecord, field: str) -> bool:
    return bool(getattr(area, field, None) or _detail(area, field))


def craft_sheets(crafts: Sequence[CraftRecord], t: Translator) -> Iterator[Sheet]:
    """The archive of crafts, then the directory of craftsmen."""
    _ = t.gettext
    yield Sheet(
        _("Garden crafts"),
        (
            Column(t.label("number"), 14),
            Column(t.label("name"), 24),
            Column(t.label("kind"), 14),
            Column(t.label("period"), 14),
            Column(t.label("lineage"), 30),
            Column(t.label("state_of_care"), 16),
            Column(t.label("description"), 40),
            Column(_("Craftsmen"), 11, "integer"),
        ),
        [
            (c.number, c.name, c.kind, c.period, c.lineage, c.state_of_care, c.description,
             len(c.craftsmen) + c.hidden)
            for c in crafts
        ],
    )  # fmt: skip
    hidden = sum(craft.hidden for craft in crafts)
    rows = [
        (m.name, t.word(PartyKind, m.kind), craft.name, m.title, m.since_year, m.learned_from, m.works)
        for craft in crafts
        for m in craft.craftsmen
    ]
    named = _("{shown} of {all} are named", shown=len(rows), all=len(rows) + hidden)
    yield Sheet(
        _("Craftsmen"),
        (
            Column(t.label("name"), 20),
            Column(_("Unit or person"), 12),
            Column(_("Craft"), 24),
            Column(_("Title"), 22),
            Column(_("Since"), 9),
            Column(_("Learned from"), 22),
            Column(_("Works"), 40),
        ),
        rows,
        notes=(named,) if hidden else (),
    )
