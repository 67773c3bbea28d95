"""Then and now: photos of one viewpoint side by side, oldest and newest, on A4."""

from typing import BinaryIO

from exports.dossier_text import texts_of
from exports.flow import Flow, Running
from exports.fonts import new_canvas, prepare_fonts
from exports.kit import A4, BARK, MARGIN, SEAL, SMALL, SOFT, WIDTH, Pen, column_x, span, wrap
from exports.pictures import draw_empty_frame, draw_jpeg
from registry.photo_records import PhotoSeries, missing_viewpoints, photo_series
from registry.records import AreaRecord, PhotoRecord, RegisterFacts, TreeRecord
from registry.vocab.language import Translator
from registry.vocab.viewpoints import VIEWPOINTS

PAIR_HEIGHT = 190.0
SAME_BEARING_DEG = 10.0
SAME_DISTANCE_SHARE = 0.2
"""Viewpoints whose two photos differ by more than this are said to differ."""


def write_photo_pairs(
    record: TreeRecord | AreaRecord, facts: RegisterFacts, out: BinaryIO, *, language: Translator
) -> None:
    """Write a PDF with a pair for each viewpoint, what has no second photo yet, and which are missing.

    Raises GlyphMissingError where no font draws a character.
    """
    t = language
    _ = t.gettext
    number, name = _called(record)
    title = _("{name} · {number} · then and now", name=name, number=number)
    series = photo_series(record.photos)
    fonts = prepare_fonts([*texts_of(record), *texts_of(facts), *_words(series, record, title, t)])
    canvas = new_canvas(
        out,
        pagesize=A4,
        title=title,
        author=record.authority_zh if t.lang == "zh" else record.authority_en,
        subject=facts.register_name,
        keywords="",
        lang=t.html_lang,
        made_at=facts.made_at,
    )
    day = facts.made_on.isoformat()
    foot = _("History head {head} · made on {day}", head=facts.history_head, day=day)
    sample = _("SAMPLE") if facts.is_demonstration else None
    running = Running(title, facts.register_name, foot, _("page {page} of {total}"), sample)
    flow = Flow(Pen(canvas, fonts), running)
    flow.begin()
    _title(flow, title, record, facts, t)
    for place, each in enumerate(series):
        draw_series(flow, each, t, key=f"pair-{place}")
    _ending(flow, record, series, t)
    flow.close()
    canvas.save()


def draw_series(flow: Flow, series: PhotoSeries, t: Translator, *, key: str) -> None:
    """One viewpoint: its oldest and its newest photo side by side."""
    _ = t.gettext
    pair = series.pair
    note = ""
    if pair is not None:
        note = years_apart(series, t)
    flow.heading(t.word(VIEWPOINTS, series.viewpoint), key=key, note=note, keep=PAIR_HEIGHT + 30)
    shown = pair or (series.photos[:1] or (None,))
    missing = _("this photo cannot be read")
    bottom = flow.y - PAIR_HEIGHT
    lowest = bottom
    for place in range(2):
        x = column_x(6 * place)
        photo = shown[place] if place < len(shown) else None
        if photo is None:
            draw_empty_frame(flow.pen, x, bottom, span(6), PAIR_HEIGHT, _("no second day yet"))
            continue
        draw_jpeg(flow.pen, x, bottom, span(6), PAIR_HEIGHT, photo.jpeg, missing=missing)
        lines = wrap(flow.pen.fonts, _caption(photo, t), "sans", 7.8, span(6))
        lowest = min(lowest, flow.pen.lines(x, bottom - 13, lines, 7.8, colour=SOFT))
    flow.y = lowest - 8
    for sentence in _notes(series, t):
        flow.paragraph(sentence, size=SMALL, colour=SOFT)


def _title(
    flow: Flow, title: str, record: TreeRecord | AreaRecord, facts: RegisterFacts, t: Translator
) -> None:
    _ = t.gettext
    lines = wrap(flow.pen.fonts, title, "serif", 17, WIDTH)
    flow.y = flow.pen.lines(MARGIN, flow.y - 16, lines, 17, role="serif", colour=BARK) - 2
    flow.paragraph(" ".join(record.places(t.lang)), size=SMALL, colour=SOFT)
    if facts.is_restricted:
        flow.paragraph(_("For the office only: holds what is not public."), colour=SEAL)


def _ending(flow: Flow, record: TreeRecord | AreaRecord, series: list[PhotoSeries], t: Translator) -> None:
    _ = t.gettext
    if "photos" in record.withheld:
        flow.paragraph(_("Its photos are not shown, because they would give away where it stands."))
        return
    if not series:
        flow.gap(6)
        flow.paragraph(_("No photo names its viewpoint yet."))
    flow.gap(10)
    missing = missing_viewpoints(record.photos)
    names = _(", ").join(t.word(VIEWPOINTS, code) for code in missing)
    told = _("All viewpoints are there.")
    if missing:
        told = _("Not photographed yet: {viewpoints}", viewpoints=names)
    flow.paragraph(told, colour=SOFT)


def _caption(photo: PhotoRecord, t: Translator) -> str:
    _ = t.gettext
    place = []
    if photo.bearing_deg is not None:
        place.append(_("bearing {degrees}°", degrees=f"{photo.bearing_deg:g}"))
    if photo.distance_m is not None:
        place.append(_("{metres} m away", metres=f"{photo.distance_m:g}"))
    credit = f"{t.label('credit')} {photo.credit}" if photo.credit else ""
    day = photo.taken_on.isoformat() if photo.taken_on else _("day not given")
    return " · ".join(filter(None, (day, *place, photo.caption, credit)))


def years_apart(series: PhotoSeries, t: Translator) -> str:
    """How far apart the two photos of a pair were taken."""
    return t.ngettext("{count} year apart", "{count} years apart", round(series.years or 0, 1))


def _notes(series: PhotoSeries, t: Translator) -> list[str]:
    """What to know before the two are compared."""
    _ = t.gettext
    notes = []
    between = len(series.photos) - 2
    if series.pair is not None and between > 0:
        notes.append(_("{count} more in between", count=between))
    if series.undated:
        notes.append(_("not shown, as they bear no day: {count}", count=series.undated))
    if series.pair is not None and _differ(*series.pair):
        notes.append(_("Not taken from quite the same place: compare with care."))
    return notes


def _differ(first: PhotoRecord, last: PhotoRecord) -> bool:
    turned = far = False
    if first.bearing_deg is not None and last.bearing_deg is not None:
        apart = abs(first.bearing_deg - last.bearing_deg) % 360
        turned = min(apart, 360 - apart) > SAME_BEARING_DEG
    if first.distance_m and last.distance_m:
        far = abs(first.distance_m / last.distance_m - 1) > SAME_DISTANCE_SHARE
    return turned or far


def _called(record: TreeRecord | AreaRecord) -> tuple[str, str]:
    if isinstance(record, TreeRecord):
        names = (record.name_zh, record.name_verbatim, record.common_name, record.name_en, record.name_latin)
        return record.tree_no, next(filter(None, names), record.tree_no)
    return record.number, record.name or record.number


def _words(
    series: list[PhotoSeries], record: TreeRecord | AreaRecord, title: str, t: Translator
) -> list[str]:
    """Every sentence that may be drawn, for the fonts."""
    _ = t.gettext
    words = [title, *(text for label in VIEWPOINTS.values() for text in label), t.label("credit")]
    words += [_(", "), *(note for each in series for note in _notes(each, t))]
    words += [_caption(photo, t) for photo in record.photos]
    sentences = (
        *(years_apart(each, t) for each in series), _("no second day yet"), _("this photo cannot be read"),
        _("day not given"),
        _("page {page} of {total}"), _("History head {head} · made on {day}"), _("SAMPLE"),
        _("No photo names its viewpoint yet."),
        _("For the office only: holds what is not public."), _("All viewpoints are there."),
        _("Its photos are not shown, because they would give away where it stands."),
        _("Not photographed yet: {viewpoints}"), "0123456789,.–-:",
    )  # fmt: skip
    return [*words, *sentences]
