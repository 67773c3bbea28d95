"""The survey in a tree's dossier: the form, the texts beside it, sizes over time; and its position."""

from collections.abc import Sequence

from exports.charts import draw_trend, trend_sizes
from exports.dossier_care import draw_growth_words
from exports.dossier_text import FORM_TEXT_LIMIT, SIZE_FIELDS, Said
from exports.flow import Column, Flow
from exports.kit import BODY, MARGIN, SMALL, SOFT, WIDTH, column_x, span, wrap
from exports.legal_parts import Parts
from exports.sketch_map import draw_sketch_map, drawn_neighbours, grid_cell, is_generalised
from registry.office_records import OfficeCare
from registry.records import MapPoint, RegisterFacts, TreeRecord

MAP_HEIGHT = 182.0
MOVED = ("damage", "threats", "protection_measures", "rejuvenation", "values", "address", "small_place")
"""Texts of the form that may be too long for their cell."""


def draw_form_texts(flow: Flow, said: Said, parts: Parts) -> None:
    """Whatever is too long for the form, and its notes, each under its label."""
    tree, t = said.tree, said.t
    told = [field for field in MOVED if len(getattr(tree, field) or "") > FORM_TEXT_LIMIT]
    told += ["notes"] if tree.notes else []
    if told:
        parts.sub(t.gettext("Texts of the form"), note=said.language_note(tree.text_lang), keep=30)
    draw_fields(flow, said, told)


def draw_fields(flow: Flow, said: Said, fields: Sequence[str]) -> None:
    """Texts under their labels, to be read; the story needs none."""
    for field in fields:
        flow.gap(3)
        if field != "history_text":
            flow.need(34)
            flow.paragraph(said.t.label(field), size=SMALL, colour=SOFT)
        flow.paragraph(getattr(said.tree, field), size=BODY + 0.5, role="serif", leading=1.75)


def has_sketch(tree: TreeRecord) -> bool:
    """Whether there is a position to draw: a point, or the cell of one."""
    return (
        grid_cell(tree) is not None if is_generalised(tree) else tree.lon is not None and tree.lat is not None
    )


def draw_position(flow: Flow, said: Said, neighbours: Sequence[MapPoint], facts: RegisterFacts) -> None:
    """The sketch map with the figures of the position beside it."""
    tree, t = said.tree, said.t
    _ = t.gettext
    top = flow.y
    shown = drawn_neighbours(tree, neighbours)
    draw_sketch_map(flow.pen, MARGIN, top - MAP_HEIGHT, span(8), MAP_HEIGHT, tree, shown, t)
    x, width, y = column_x(8) + 4, span(4) - 4, top - 8
    for field in ("lon", "lat", "datum", "coordinate_uncertainty_m", "position_precision", "elevation_m"):
        value = said.value(field)
        if value is not None:
            flow.pen.text(x, y, t.label(field), SMALL, colour=SOFT)
            y = flow.pen.lines(x, y - 12, wrap(flow.pen.fonts, value, "sans", 8.8, width), 8.8) - 2
    notes = [_("Drawn from the register alone, in metres around the tree; not a survey map.")]
    if is_generalised(tree):
        notes = [_("The exact place is not published, so that the tree is left in peace.")]
    elif shown:
        notes.insert(0, _("Grey dots are the nearest registered trees."))
    if facts.map_review_no:
        notes.append(_("Map review number: {number}", number=facts.map_review_no))
    for sentence in notes:
        lines = wrap(flow.pen.fonts, sentence, "sans", SMALL, width)
        y = flow.pen.lines(x, y - 2, lines, SMALL, colour=SOFT)
    flow.y = min(top - MAP_HEIGHT, y) - 6


def draw_sizes(flow: Flow, said: Said, parts: Parts, care: OfficeCare | None = None) -> None:
    """The measurements one below the other, where there are several, and how the tree has grown."""
    tree, t = said.tree, said.t
    _ = t.gettext
    if len(tree.measurements) < 2:
        return
    shown = [f for f in SIZE_FIELDS if any(getattr(m, f) is not None for m in tree.measurements)]
    parts.sub(_("Measurements"))
    columns = [Column(t.label("measured_on"), 2.2)]
    columns += [Column(f"{t.label(f)} {t.unit(f)}", 1.6, align="right") for f in shown]
    rows = [
        [
            m.measured_on.isoformat() if m.measured_on else _("day not given"),
            *(f"{v:g}" if (v := getattr(m, f)) is not None else "—" for f in shown),
        ]
        for m in tree.measurements
    ]
    flow.table(columns, rows)
    model = care.growth.model if care is not None and care.growth is not None else None
    for size in trend_sizes(tree):
        flow.need(124)
        flow.pen.text(MARGIN, flow.y - 12, f"{t.label(size)}（{t.unit(size)}）" if t.lang == "zh" else
                      f"{t.label(size)} ({t.unit(size)})", SMALL, colour=SOFT)  # fmt: skip
        draw_trend(flow.pen, MARGIN, flow.y - 118, WIDTH, 100, tree, size, model)
        flow.y -= 122
    if care is not None:
        draw_growth_words(flow, care, t)
