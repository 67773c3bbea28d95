"""The pages of a dossier behind its cover, a section a function. A section without content is left out
where its absence is told elsewhere (in the form), and says so where it is not."""

from collections.abc import Callable, Sequence
from datetime import UTC

from exports.charts import draw_trend, trend_sizes
from exports.dossier_care import draw_care_events, draw_growth_words, draw_office_care
from exports.dossier_cover import page_address
from exports.dossier_form import draw_survey_form
from exports.dossier_text import FORM_TEXT_LIMIT, FREE_TEXTS, SIZE_FIELDS, Said, shown_flags
from exports.flow import Column, Flow
from exports.kit import (
    BARK,
    BODY,
    LINE,
    MARGIN,
    SEAL,
    SMALL,
    SOFT,
    WIDTH,
    column_x,
    span,
    wrap,
)
from exports.pictures import draw_jpeg
from exports.sketch_map import draw_sketch_map, drawn_neighbours, grid_cell, is_generalised
from exports.views import view_lines
from registry.office_records import OfficeCare
from registry.records import MapPoint, PhotoRecord, RegisterFacts
from registry.vocab.fields import FIELDS
from registry.vocab.language import Translator
from registry.vocab.patrol_words import said_checks
from registry.vocab.sentences import event_sentence, field_name
from registry.vocab.viewpoints import VIEWPOINTS
from registry.vocab.words import (
    GRADE_SCHEMES,
    LISTINGS,
    VIGOUR_SCALES,
    DesignationKind,
    Environment,
    Grade,
    InspectionKind,
    PhotoKind,
    RiskRating,
    Vigour,
)

MAP_HEIGHT = 182.0
SIGNATURE_HEIGHT = 84.0
PHOTO_HEIGHT = 178.0
CHINESE_NUMBERS = ("〇", *"一二三四五六七八九十", *(f"十{digit}" for digit in "一二三四五六七八九"))


def draw_pages(
    flow: Flow,
    said: Said,
    facts: RegisterFacts,
    neighbours: Sequence[MapPoint],
    care: OfficeCare | None = None,
) -> None:
    """Draw every section that this tree has. care: only in a dossier that stays in the office."""
    headings = Headings(flow, said.t)
    flow.new_page()
    headings(said.t.gettext("Survey form of the tree"), note=said.language_note(said.tree.text_lang))
    for line in view_lines(facts, said.t):
        flow.paragraph(line, colour=SEAL)
    draw_survey_form(flow, said)
    _texts(flow, said, headings)
    draw_designations(flow, said, headings)
    _position(flow, said, headings, neighbours, facts)
    _sizes(flow, said, headings, care)
    if care is not None:
        draw_office_care(flow, care, said.t, headings)
    else:
        draw_care_events(flow, said, headings)
    draw_inspections(flow, said, headings)
    draw_photos(flow, said, headings)
    draw_doubts(flow, said, headings)
    draw_history(flow, said, headings, facts)
    draw_source(flow, said, headings, facts)
    draw_signatures(flow, said)


class Headings:
    """Numbers the sections as they come: 一、二、三、 or 1, 2, 3."""

    def __init__(self, flow: Flow, t: Translator) -> None:
        self.flow = flow
        self.t = t
        self.count = 0

    def __call__(self, title: str, *, note: str = "", keep: float = 60.0) -> None:
        self.count += 1
        mark = f"{CHINESE_NUMBERS[self.count]}、" if self.t.lang == "zh" else f"{self.count}  "
        self.flow.heading(mark + title, key=f"section-{self.count}", note=note, keep=keep)


def _texts(flow: Flow, said: Said, heading: Headings) -> None:
    """The story and whatever is too long for the form, each under its label."""
    tree, t = said.tree, said.t
    moved = ("damage", "threats", "protection_measures", "rejuvenation", "values", "address", "small_place")
    told = [f for f in FREE_TEXTS if getattr(tree, f)]
    told += [f for f in moved if len(getattr(tree, f) or "") > FORM_TEXT_LIMIT]
    if not told:
        return
    heading(t.gettext("The tree's story"), note=said.language_note(tree.text_lang), keep=30)
    for field in told:
        flow.gap(3)
        if field != "history_text":
            flow.need(34)
            flow.paragraph(t.label(field), size=SMALL, colour=SOFT)
        flow.paragraph(getattr(tree, field), size=BODY + 0.5, role="serif", leading=1.75)


def _position(
    flow: Flow, said: Said, heading: Headings, neighbours: Sequence[MapPoint], facts: RegisterFacts
) -> None:
    tree, t = said.tree, said.t
    _ = t.gettext
    if not is_generalised(tree) and (tree.lon is None or tree.lat is None):
        return  # the form has said so
    if is_generalised(tree) and grid_cell(tree) is None:
        heading(_("Position"), keep=24)
        flow.paragraph(_("The exact place is not published, so that the tree is left in peace."), colour=SOFT)
        return
    heading(_("Position"), keep=MAP_HEIGHT + 6)
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


def _sizes(flow: Flow, said: Said, heading: Headings, care: OfficeCare | None = None) -> None:
    """The measurements one below the other, where there are several, and how the tree has grown."""
    tree, t = said.tree, said.t
    _ = t.gettext
    if len(tree.measurements) < 2:
        return
    shown = [f for f in SIZE_FIELDS if any(getattr(m, f) is not None for m in tree.measurements)]
    heading(_("Measurements"))
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


def draw_designations(flow: Flow, said: Said, heading: Headings) -> None:
    tree, t = said.tree, said.t
    _ = t.gettext
    if not tree.designations:
        return
    heading(_("Designations"))
    columns = [
        Column(_("Kind"), 1.7),
        Column(_("What was decided"), 4.2),
        Column(t.label("designated_on"), 1.8),
        Column(t.label("authority"), 3.2),
        Column(t.label("document_no"), 2.4),
    ]
    rows = []
    for d in tree.designations:
        scheme = t.word({**GRADE_SCHEMES, **LISTINGS}, d.scheme)
        decided = " · ".join(filter(None, (t.word(Grade, d.grade), scheme)))
        day = d.designated_on.isoformat() if d.designated_on else _("not in the source")
        rows.append(
            [
                t.word(DesignationKind, d.kind),
                decided,
                day,
                (d.authority_en if t.lang == "en" else d.authority) or said.authority,
                d.document_no or "—",
            ]
        )
    flow.table(columns, rows)


def draw_inspections(flow: Flow, said: Said, heading: Headings) -> None:
    tree, t = said.tree, said.t
    _ = t.gettext
    if not tree.inspections:
        return
    heading(_("Inspections"), note=said.language_note(tree.inspections[0].text_lang))
    columns = [
        Column(t.label("inspected_on"), 1.8),
        Column(_("Kind"), 1.6),
        Column(_("Condition"), 3.1),
        Column(t.label("findings"), 7.4, size=8.0),
    ]
    rows = []
    for visit in tree.inspections:
        answers = [f"· {answer}" for answer in said_checks(t, dict(visit.checks))]
        findings = [f"· {finding}" for finding in visit.findings]
        found = "\n".join([*findings, *answers, *filter(None, [visit.notes])])
        condition = [
            (t.label("vigour"), t.word(Vigour, visit.vigour)),
            ("", t.word(VIGOUR_SCALES, visit.vigour_scale) if visit.vigour else ""),
            (t.label("environment"), t.word(Environment, visit.environment)),
            (t.label("risk_rating"), t.word(RiskRating, visit.risk_rating)),
            (t.label("inspected_by"), visit.inspected_by or ""),
        ]
        said_lines = [" ".join(filter(None, pair)) for pair in condition if pair[1]]
        day = visit.inspected_on.isoformat()
        rows.append([day, t.word(InspectionKind, visit.kind), "\n".join(said_lines) or "—", found or "—"])
    flow.table(columns, rows)


def draw_photos(flow: Flow, said: Said, heading: Headings) -> None:
    """Two photos beside each other, each with what it shows, when, and whose it is."""
    photos = said.tree.photos
    if not photos:
        return
    heading(said.t.gettext("Photos"), keep=PHOTO_HEIGHT + 44)
    for first in range(0, len(photos), 2):
        pair = photos[first : first + 2]
        captions = [wrap(flow.pen.fonts, _caption(said, p), "sans", 7.8, span(6)) for p in pair]
        height = PHOTO_HEIGHT + 12 + max(map(len, captions)) * 12.1
        flow.need(height)
        for place, (photo, lines) in enumerate(zip(pair, captions, strict=True)):
            x = column_x(6 * place)
            missing = said.t.gettext("this photo cannot be read")
            draw_jpeg(flow.pen, x, flow.y - PHOTO_HEIGHT, span(6), PHOTO_HEIGHT, photo.jpeg, missing=missing)
            flow.pen.lines(x, flow.y - PHOTO_HEIGHT - 13, lines, 7.8, colour=SOFT)
        flow.y -= height + 8


def _caption(said: Said, photo: PhotoRecord) -> str:
    _ = said.t.gettext
    day = photo.taken_on.isoformat() if photo.taken_on else _("day not given")
    credit = f"{said.t.label('credit')} {photo.credit}" if photo.credit else ""
    note = said.language_note(photo.caption_lang) if photo.caption else ""
    shown = said.t.word(VIEWPOINTS, photo.viewpoint) or said.t.word(PhotoKind, photo.kind)
    parts = (shown, day, photo.caption, credit, note)
    return " · ".join(filter(None, parts))


def draw_doubts(flow: Flow, said: Said, heading: Headings) -> None:
    """What in the data should be checked, and what was held back from this copy."""
    tree, t = said.tree, said.t
    _ = t.gettext
    if flags := shown_flags(tree):
        heading(_("Data to check"), keep=24)
        for flag in flags:
            _item(flow, said.flag(flag))
        flow.paragraph(_("The values are shown as recorded; nothing was corrected."), size=SMALL, colour=SOFT)
    if tree.withheld:
        heading(_("Not in this copy"), keep=24)
        labels = [t.label(f) if f in FIELDS else f for f in tree.withheld]
        sentence = _(
            "Held back because they are private or sensitive: {fields}.", fields=_(", ").join(labels)
        )
        flow.paragraph(sentence)


def _item(flow: Flow, text: str) -> None:
    flow.need(BODY * 1.7)
    flow.pen.dot(MARGIN + 3, flow.y - 6.4, 1.6, BARK)
    flow.paragraph(text, x=MARGIN + 12, width=WIDTH - 12)


def draw_history(flow: Flow, said: Said, heading: Headings, facts: RegisterFacts) -> None:
    tree, t = said.tree, said.t
    _ = t.gettext
    if not tree.history:
        return
    heading(_("History of this file"))
    columns = [
        Column(_("No."), 0.8, size=7.6, colour=SOFT),
        Column(_("Time (UTC)"), 2.2, size=7.6),
        Column(_("Event"), 2.2, size=7.6),
        Column(_("Fields"), 4.2, size=7.6),
        Column(_("Fingerprint in the chain"), 3.8, size=5.2, colour=SOFT),
    ]
    rows = []
    for event in tree.history:
        fields = [field_name(t, f) for f in event.fields]
        when = event.at.astimezone(UTC).strftime("%Y-%m-%d %H:%M")
        chain = f"{event.hash[:32]}\n{event.hash[32:]}"
        rows.append([str(event.seq), when, event_sentence(t, event.kind), _(", ").join(fields) or "—", chain])
    flow.table(columns, rows)
    head = _("Head of the chain when this copy was made: {head}", head=facts.history_head)
    flow.paragraph(head, size=6.4, colour=SOFT)


def draw_source(flow: Flow, said: Said, heading: Headings, facts: RegisterFacts) -> None:
    tree, t = said.tree, said.t
    _ = t.gettext
    source = tree.source
    as_of = source.as_of.isoformat() if source.as_of else ""
    address = page_address(said, facts)
    rows: list[tuple[str, str]] = [
        (t.label("source"), said.source_title),
        (_("Publisher"), source.publisher),
        (_("As of"), as_of),
        (_("Origin of the data"), source.origin),
        (t.label("licence"), " ".join(filter(None, (source.licence, source.licence_url)))),
        (t.label("attribution"), source.attribution),
        (_("Record at the source"), tree.source_url or ""),
        (said.page_label, address or _("The register's public address has not been set.")),
    ]
    label_width = 84.0
    wrapped = [
        (label, value, wrap(flow.pen.fonts, value, "sans", 8.8, WIDTH - label_width))
        for label, value in rows
        if value
    ]
    height = sum(len(lines) * 13.7 + 4 for *_rest, lines in wrapped)
    heading(_("Source and licence"), keep=height + SIGNATURE_HEIGHT + 14)
    for label, value, lines in wrapped:
        flow.need(len(lines) * 13.7 + 4)
        flow.pen.text(MARGIN, flow.y - 9, label, SMALL, colour=SOFT)
        flow.pen.lines(MARGIN + label_width, flow.y - 9, lines, 8.8)
        if value == address:
            flow.pen.canvas.linkURL(
                address, (MARGIN + label_width, flow.y - 13, MARGIN + WIDTH, flow.y + 1), relative=0
            )
        flow.y -= len(lines) * 13.7 + 4


def draw_signatures(flow: Flow, said: Said) -> None:
    """Boxes to sign and to stamp, at the end."""
    _ = said.t.gettext
    height = SIGNATURE_HEIGHT
    flow.gap(14)
    flow.need(height)
    width = span(4)
    boxes: tuple[tuple[str, Callable[[], str]], ...] = (
        (_("Compiled by"), lambda: _("name and signature")),
        (_("Reviewed by"), lambda: _("name and signature")),
        (_("Authority in charge"), lambda: _("official seal")),
    )
    for place, (title, hint) in enumerate(boxes):
        x = column_x(4 * place)
        flow.pen.box(x, flow.y - height, width, height, stroke=BARK, line=0.8)
        flow.pen.text(x + 8, flow.y - 16, title, 9, role="serif", colour=BARK)
        flow.pen.text(x + width - 8, flow.y - 16, hint(), 6.6, colour=SOFT, align="right")
        flow.pen.rule(x + 8, flow.y - height + 24, x + width - 8, flow.y - height + 24, LINE)
        flow.pen.text(x + 8, flow.y - height + 10, _("Date"), 7.2, colour=SOFT)
    flow.y -= height
