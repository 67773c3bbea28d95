"""The card of a tree for shared links: a PNG with plaque, name, seal and number, drawn when asked for."""

from functools import lru_cache
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw, ImageFont
from pylopdf_fonts_zh_cn import sans_path, serif_path

from datasette_plugins.tree_page.view import View
from registry.vocab.sentences import age_words, seal_character

WIDTH, HEIGHT = 1200, 630
_PAPER, _INK, _SOFT, _BARK, _SEAL, _LINE = "#faf7f0", "#1d2b22", "#56635a", "#5b422f", "#b3372a", "#e2dccd"
_PLAQUE_INK, _GONE = "#f6ead2", "#575752"
_LEFT, _TEXT, _RIGHT = 84, 310, 1130
_PLAQUE_MOST = 6
_ELLIPSIS = "…"


def card_png(view: View) -> bytes:
    """The card as PNG, 1200 by 630 pixels."""
    image = Image.new("RGB", (WIDTH, HEIGHT), _PAPER)
    draw = ImageDraw.Draw(image)
    tree, t = view.tree, view.t
    gone = tree["status"] not in {"alive", "transplanted"}
    draw.rectangle((0, HEIGHT - 12, WIDTH, HEIGHT), fill=_GONE if gone else _BARK)
    _plaque(draw, (view.zh or view.name)[0] if view.zh else "", fill=_GONE if gone else _BARK)
    left = _TEXT if view.zh else _LEFT
    y = 96
    y = _line(draw, (left, y), view.name[0], 76, _INK)
    others = [pair[0] for pair in (view.latin, view.en, view.zh) if pair and pair != view.name]
    if others:
        y = _line(draw, (left, y + 6), " · ".join(others[:2]), 38, _SOFT)
    facts = [view.place]
    if tree["age_years"] is not None:
        facts.append(age_words(t, tree["age_years"], tree["age_basis"]))
    facts.append(f"{t.label('tree_no')} {tree['tree_no']}")
    y += 26
    for text in filter(None, facts):
        y = _line(draw, (left, y), text, 36, _INK, serif=False)
    seal = seal_character(tree["category"], tree["status"], tree["protection_grade"])
    if seal:
        _seal(draw, seal, (_RIGHT - 78, 448), fill=_GONE if gone else _SEAL)
    draw.line((left, 546, _RIGHT, 546), fill=_LINE, width=2)
    edition = t.gettext("Edition {number}", number=view.edition.get("number", "—"))
    _line(draw, (left, 558), f"{view.register} · {edition}", 28, _SOFT, serif=False)
    out = BytesIO()
    image.save(out, "PNG", compress_level=6)
    return out.getvalue()


def _plaque(draw: Any, name: str, fill: str) -> None:
    """The Chinese name written downwards, as on a wooden board."""
    if not name:
        return
    letters = name if len(name) <= _PLAQUE_MOST else name[: _PLAQUE_MOST - 1] + _ELLIPSIS
    size = 92 if len(letters) < 4 else 72
    step = int(size * 1.12)
    top = 70
    bottom = top + step * len(letters) + 56
    draw.rounded_rectangle((_LEFT, top, _LEFT + 156, bottom), 14, fill=fill)
    for place, letter in enumerate(letters):
        at = (_LEFT + 78, top + 28 + step * place + step // 2)
        draw.text(at, letter, font=_font(True, size), fill=_PLAQUE_INK, anchor="mm")


def _seal(draw: Any, letter: str, at: tuple[int, int], fill: str) -> None:
    x, y = at
    draw.rounded_rectangle((x, y, x + 78, y + 78), 12, fill=fill)
    draw.rounded_rectangle((x + 5, y + 5, x + 73, y + 73), 9, outline=_PAPER, width=2)
    draw.text((x + 39, y + 39), letter, font=_font(True, 46), fill=_PAPER, anchor="mm")


def _line(draw: Any, at: tuple[int, int], text: str, size: int, fill: str, *, serif: bool = True) -> int:
    """One line, cut where there is no more room; returns where the next one begins."""
    font = _font(serif, size)
    room = _RIGHT - at[0]
    said = text
    while len(said) > 1 and font.getlength(said) > room:
        said = said[: max(1, min(len(said) - 2, int(len(said) * room / font.getlength(said))))] + _ELLIPSIS
    draw.text(at, said, font=font, fill=fill)
    return at[1] + int(size * 1.42)


@lru_cache(maxsize=16)
def _font(serif: bool, size: int) -> Any:
    return ImageFont.truetype(str(serif_path() if serif else sans_path()), size)
