"""Photos in a dossier: series from fixed viewpoints first, oldest beside newest, then all others."""

from collections import defaultdict
from collections.abc import Sequence

from exports.dossier_text import Said
from exports.flow import Flow
from exports.kit import SMALL, SOFT, column_x, span, wrap
from exports.legal_parts import Parts
from exports.pictures import draw_jpeg
from registry.records import PhotoRecord
from registry.vocab.viewpoints import VIEWPOINTS
from registry.vocab.words import PhotoKind

PHOTO_HEIGHT = 178.0
MOST_PHOTOS = 24
"""Photos that the public copy prints; how many are left out is told."""


def draw_photos(
    flow: Flow, said: Said, parts: Parts, photos: Sequence[PhotoRecord], *, is_public: bool
) -> None:
    """All photos, newest first as they come; a viewpoint with two or more makes a series, oldest first."""
    t = said.t
    shown = photos[:MOST_PHOTOS] if is_public else photos
    series: defaultdict[str, list[PhotoRecord]] = defaultdict(list)
    for photo in shown:
        if photo.viewpoint:
            series[photo.viewpoint].append(photo)
    told: set[int] = set()
    for name, rows in series.items():
        if len(rows) > 1:
            count = t.ngettext("{count} photo", "{count} photos", len(rows))
            parts.sub(t.word(VIEWPOINTS, name), note=count, keep=PHOTO_HEIGHT + 26)
            draw_pairs(flow, said, rows[::-1])
            told.update(map(id, rows))
    others = [photo for photo in shown if id(photo) not in told]
    if told and others:
        parts.sub(t.gettext("Other photos"), keep=PHOTO_HEIGHT + 26)
    draw_pairs(flow, said, others)
    if more := len(photos) - len(shown):
        sentence = t.ngettext(
            "{count} older photo is not printed", "{count} older photos are not printed", more
        )
        flow.paragraph(sentence, size=SMALL, colour=SOFT)


def draw_pairs(flow: Flow, said: Said, photos: Sequence[PhotoRecord]) -> None:
    """Two photos beside each other, each with what it shows, when, and whose it is."""
    for first in range(0, len(photos), 2):
        pair = photos[first : first + 2]
        captions = [wrap(flow.pen.fonts, photo_caption(said, p), "sans", 7.8, span(6)) for p in pair]
        height = PHOTO_HEIGHT + 12 + max(map(len, captions)) * 12.1
        flow.need(height)
        for place, (photo, lines) in enumerate(zip(pair, captions, strict=True)):
            x = column_x(6 * place)
            missing = said.t.gettext("this photo cannot be read")
            draw_jpeg(flow.pen, x, flow.y - PHOTO_HEIGHT, span(6), PHOTO_HEIGHT, photo.jpeg, missing=missing)
            flow.pen.lines(x, flow.y - PHOTO_HEIGHT - 13, lines, 7.8, colour=SOFT)
        flow.y -= height + 8


def photo_caption(said: Said, photo: PhotoRecord) -> str:
    """What a photo shows, when it was taken and from where, and whose it is."""
    _ = said.t.gettext
    day = photo.taken_on.isoformat() if photo.taken_on else _("day not given")
    credit = f"{said.t.label('credit')} {photo.credit}" if photo.credit else ""
    note = said.language_note(photo.caption_lang) if photo.caption else ""
    shown = said.t.word(VIEWPOINTS, photo.viewpoint) or said.t.word(PhotoKind, photo.kind)
    stood = []
    if photo.bearing_deg is not None:
        stood.append(f"{photo.bearing_deg:g}°")
    if photo.distance_m is not None:
        stood.append(f"{photo.distance_m:g} m")
    parts = (shown, day, " ".join(stood), photo.caption, credit, note)
    return " · ".join(filter(None, parts))
