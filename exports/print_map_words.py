"""What a print map says, in the reader's language: title, edition, counts, legend, notes and sources."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from exports.map_details import left_off_words
from exports.print_map_content import Content
from exports.print_map_ground import Ground
from exports.print_map_layers import Inside
from exports.print_map_panel import PanelText
from exports.print_map_sheets import Sheet
from registry.records import RegisterFacts, SourceRecord
from registry.vocab.language import Translator

_LOOK_ORDER = ("zone_legal", "zone_computed", "area", "cell", "division", "hull")
_WGS84_A, _WGS84_E2 = 6_378_137.0, 0.00669437999


def panel_text(
    content: Content,
    kinds: Sequence[dict[str, Any]],
    facts: RegisterFacts,
    ground: Ground,
    t: Translator,
    *,
    inside: Inside,
    sheet: Sheet | None,
    sheets: int,
    is_series: bool,
) -> PanelText:
    """Everything in the panel of one page."""
    _ = t.gettext
    looks = content.looks() | ({"cell"} if content.generalised else set())
    said = look_words(t)
    lines = [as_of_words(facts, t)]
    if facts.map_review_no:
        lines.append(_("Map review number: {number}", number=facts.map_review_no))
    lines.append(count_words(content, inside, t, is_sheet=sheet is not None))
    return PanelText(
        title=_("{name}: tree map", name=facts.register_name),
        lines=tuple(lines),
        legend=_("Legend"),
        kinds=kinds,
        looks=[(look, said[look]) for look in _LOOK_ORDER if look in looks],
        notes=(
            *note_words(content, inside.unlabelled, t, is_sheet=sheet is not None),
            *grid_words(ground, t),
        ),
        sources=tuple(source_line(source, t) for source in content.sources),
        sources_title=_("Sources and licences"),
        true_north=north_words(ground, t),
        sample=_("SAMPLE") if facts.is_demonstration else None,
        sheet=sheet_words(t, sheet.number if sheet else 0, sheets) if is_series else "",
        number=sheet.number if sheet else 0,
        around=sheet.around if sheet else None,
    )


def count_words(content: Content, inside: Inside, t: Translator, *, is_sheet: bool) -> str:
    """How many trees the page shows."""
    if is_sheet:
        return t.ngettext("{count} tree on this sheet", "{count} trees on this sheet", inside.trees)
    return t.ngettext("{count} tree on the map", "{count} trees on the map", len(content.spots))


def look_words(t: Translator) -> dict[str, str]:
    """What the shapes of the legend are."""
    _ = t.gettext
    return {
        "zone_legal": _("Protection zone, delineated"),
        "zone_computed": _("Protection zone, computed, not legally published"),
        "area": _("Grove or heritage garden"),
        "cell": _("Cell of a generalised position, with its number of trees"),
        "division": _("Outline of a division, for orientation only"),
        "hull": _("Outline of registered trees, not a boundary"),
    }


def as_of_words(facts: RegisterFacts, t: Translator) -> str:
    """Of which day and edition the map is."""
    day = t.day(facts.made_on)
    if facts.edition is None:
        return t.gettext("As of {day}", day=day)
    return t.gettext("As of {day}, edition {edition}", day=day, edition=facts.edition)


def note_words(content: Content, left_out: int, t: Translator, *, is_sheet: bool = False) -> list[str]:
    """What is not on the map, or not as a point, or without its number."""
    notes = []
    if content.missing:
        notes.append(
            t.ngettext(
                "{count} tree has no position that can be shown and is not on the map.",
                "{count} trees have no position that can be shown and are not on the map.",
                content.missing,
            )
        )
    if content.generalised:
        notes.append(
            t.ngettext(
                "{count} position is generalised to protect the tree: it stands somewhere in its cell.",
                "{count} positions are generalised to protect the trees: each stands somewhere in its cell.",
                content.generalised,
            )
        )
    if content.areas_left_off:
        notes.append(left_off_words(content.areas_left_off, t))
    if left_out and not is_sheet and left_out == len(content.spots) - content.generalised:
        notes.append(t.gettext("There is no room for numbers at this scale; a series of sheets shows them."))
    elif left_out and is_sheet:
        notes.append(
            t.ngettext(
                "{count} number of this sheet found no room.",
                "{count} numbers of this sheet found no room.",
                left_out,
            )
        )
    elif left_out:
        notes.append(
            t.ngettext(
                "{count} number found no room at this scale; a series of sheets shows more.",
                "{count} numbers found no room at this scale; a series of sheets shows more.",
                left_out,
            )
        )
    return notes


def grid_words(ground: Ground, t: Translator) -> list[str]:
    """The grid that the map is drawn in, and how true its scale is at the edges."""
    said = t.gettext("Grid: {name} ({code}); degrees: WGS84.", name=ground.grid.name, code=ground.grid.code)
    percent = scale_error_percent(ground)
    if percent < 0.1:
        return [said]
    told = t.gettext("Lengths are up to {percent} % off at the edges.", percent=t.number(percent, 1))
    return [f"{said} {told}"]


def north_words(ground: Ground, t: Translator) -> str:
    """How far the arrow is from true north."""
    turn = ground.convergence_degrees()
    degrees = t.number(abs(turn), 1)
    if turn > 0:
        return t.gettext("Grid north lies {degrees}° east of true north.", degrees=degrees)
    return t.gettext("Grid north lies {degrees}° west of true north.", degrees=degrees)


def sheet_words(t: Translator, number: int, total: int) -> str:
    """Which sheet of how many; number 0 is the index."""
    if not number:
        return t.ngettext("Index of {count} sheet", "Index of {count} sheets", total)
    return t.gettext("Sheet {number} of {total}", number=number, total=total)


def scale_error_percent(ground: Ground) -> float:
    """By how much a length on the map is off at its worst corner, measured along the parallels."""
    west, south, east, north = ground.box
    corners = np.array([[x, y] for x in (west, (west + east) / 2, east) for y in (south, north)])
    degrees = ground.grid.to_degrees(corners)
    step = 1e-4
    moved = ground.grid.to_metres(degrees + np.array([step, 0.0]))
    phi = np.radians(degrees[:, 1])
    true = _WGS84_A / np.sqrt(1 - _WGS84_E2 * np.sin(phi) ** 2) * np.cos(phi) * np.radians(step)
    drawn = np.hypot(*(moved - corners).T)
    return float(np.max(np.abs(drawn / true - 1)) * 100)


def source_line(source: SourceRecord, t: Translator) -> str:
    """Title, whom to name, licence and day of a source."""
    title = source.title_en if t.lang == "en" and source.title_en else source.title
    told = [title, source.attribution, source.licence]
    if source.as_of:
        told.append(t.gettext("data of {day}", day=source.as_of.isoformat()))
    return " · ".join(dict.fromkeys(filter(None, told)))
