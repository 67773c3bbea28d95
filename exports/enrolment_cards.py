"""Cards that enrol a phone (手机入册卡): two on a page of A4, each with its PIN on a strip to cut off.

Large print, Chinese with English below: they are read by people who carry a phone and no glasses.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO

from exports.fonts import new_canvas, prepare_fonts
from exports.kit import A4, BARK, INK, LEAF, LINE, MM, SEAL, SOFT, WHITE, Pen, wrap
from exports.pictures import draw_qr
from exports.qr import QUIET_ZONE, encode_matrix
from registry.vocab.labels import Label

CARD = A4[1] / 2
EDGE = 15 * MM
RIGHT = A4[0] - EDGE
STRIP = 27 * MM
"""Height of the strip at a card's foot that has the PIN."""
QR = 62 * MM
"""Width of a QR code with its quiet zone."""
COLUMN = RIGHT - EDGE - QR - 4 * MM
TITLE = Label("手机入册卡", "Card to enrol a phone")
STEPS = (
    Label("用手机相机扫右边的二维码", "Scan the code with the phone's camera"),
    Label("输入纸条上的六位数字", "Enter the six digits on the strip"),
    Label("点“继续”，手机就登录好了", "Tap “Go on”: the phone is signed in"),
)
CUT = Label("沿线剪下，当面交给本人，不和卡片放在一起", "Cut off; hand over in person, apart from the card")
ENDS = Label("有效期至", "Valid until")
ONCE = Label("只能用一次。卡片丢了，请马上告诉办公室。", "Works once. Lost? Tell the office at once.")


@dataclass(frozen=True, slots=True)
class EnrolmentCard:
    """One card. address: where the phone enters the PIN; ends_on: the last day on which it works."""

    name: str
    login: str
    address: str
    pin: str
    ends_on: date


def write_enrolment_cards(
    cards: Sequence[EnrolmentCard],
    out: BinaryIO,
    *,
    register_name: str,
    duty_phone: str = "",
    made_at: datetime | None = None,
    extra_fonts: Sequence[Path] = (),
) -> None:
    """Write the cards as PDF. Raises GlyphMissingError, ValueError for an address too long for a QR code."""
    words = [TITLE, *STEPS, CUT, ENDS, ONCE]
    texts = [text for word in words for text in (word.zh, word.en)]
    texts += [register_name, duty_phone, *(card.name + card.login + card.address for card in cards)]
    canvas = new_canvas(
        out,
        pagesize=A4,
        title=f"{TITLE.zh} · {TITLE.en}",
        author=register_name,
        lang="zh-Hans",
        made_at=made_at,
    )
    pen = Pen(canvas, prepare_fonts(texts, extra_fonts=extra_fonts))
    for place, card in enumerate(cards):
        foot = CARD * (1 - place % 2)
        _draw_card(pen, card, foot, register_name, duty_phone)
        if place % 2 == 0:
            _cut_line(pen, CARD)
        if place % 2 or place == len(cards) - 1:
            canvas.showPage()
    canvas.save()


def _draw_card(pen: Pen, card: EnrolmentCard, foot: float, register_name: str, duty_phone: str) -> None:
    top = foot + CARD - 13 * MM
    pen.fitted(EDGE, top, register_name, 9, COLUMN, colour=SOFT)
    pen.bold(EDGE, top - 24, TITLE.zh, 17, colour=BARK)
    pen.text(EDGE + pen.fonts.width(TITLE.zh, "serif", 17) + 9, top - 24, TITLE.en, 10, colour=SOFT)
    pen.rule(EDGE, top - 33, RIGHT, top - 33, BARK, 0.8)
    pen.fitted(EDGE, top - 65, card.name, 27, COLUMN, role="serif", least=13)
    y = top - 98
    for number, step in enumerate(STEPS, start=1):
        y = _draw_step(pen, number, step, y)
    symbol = encode_matrix(card.address, correction="M")
    quiet = QR * QUIET_ZONE / (len(symbol) + 2 * QUIET_ZONE)
    left, low = RIGHT - QR, top - 37 - QR
    draw_qr(pen, left + quiet, low + quiet, QR - 2 * quiet, symbol)
    pen.fitted(left + QR / 2, low - 5, card.address, 7, QR, colour=SOFT, align="center", least=3.5)
    ends = f"{ENDS.zh} {card.ends_on.isoformat()} · {ENDS.en} {card.ends_on.isoformat()}"
    line = foot + STRIP + 25
    pen.fitted(EDGE, line, ends, 10, COLUMN)
    pen.fitted(EDGE, line - 13, f"{ONCE.zh} {ONCE.en}", 9.5, RIGHT - EDGE, colour=SOFT)
    if duty_phone:
        pen.text(RIGHT, line, duty_phone, 10, align="right")
    _draw_strip(pen, card, foot)


def _draw_step(pen: Pen, number: int, step: Label, y: float) -> float:
    """A step with its number in a ring; returns where the next begins."""
    indent = 26.0
    pen.dot(EDGE + 9, y + 6, 10.5, LEAF)
    pen.text(EDGE + 9, y + 1.4, str(number), 13, colour=WHITE, align="center")
    for line in wrap(pen.fonts, step.zh, "sans", 18, COLUMN - indent):
        pen.text(EDGE + indent, y, line, 18, colour=INK)
        y -= 23
    pen.fitted(EDGE + indent, y + 5, step.en, 11, COLUMN - indent, colour=SOFT)
    return y - 26


def _draw_strip(pen: Pen, card: EnrolmentCard, foot: float) -> None:
    """The PIN in large figures, whose it is, and what to do with the strip."""
    line = foot + STRIP
    _cut_line(pen, line)
    pen.fitted(EDGE, line - 11, f"{CUT.zh} · {CUT.en}", 8, RIGHT - EDGE, colour=SOFT)
    pin = f"{card.pin[:3]} {card.pin[3:]}"
    pen.text(EDGE, line - 45, "PIN", 13, colour=SOFT)
    pen.bold(EDGE + 34, line - 47, pin, 30, colour=SEAL)
    pen.fitted(RIGHT, line - 45, f"{card.name} · {card.login}", 12, COLUMN - 20, align="right")


def _cut_line(pen: Pen, y: float) -> None:
    with pen.state() as canvas:
        canvas.setDash(4, 3)
        pen.rule(0, y, A4[0], y, LINE, 0.9)
