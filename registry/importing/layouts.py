"""Where a table begins and ends in a sheet: titles above, two-row headers, totals and signatures. Pure.

Nothing that could be a tree is left out: only lines that say themselves that they are none, and each is told.
"""

import re
import statistics
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from registry.importing.files import Fits, Notes, Row, clean, make_row
from registry.importing.header_words import is_unit, known_words

Line = tuple[int, Sequence[str]]
"""The number of a row as a spreadsheet shows it, and its cells as read."""

LOOKED_AT = 40
"""So many filled rows are looked at to find the header."""
_DEEPEST_HEADER = 15
_NUMBER = re.compile(r"[+-]?[0-9][0-9.,\s/:-]*(?:[eE][+-]?[0-9]+)?%?")
_TOTAL = re.compile(
    r"(?:合\s*计|总\s*计|小\s*计|共\s*计|本页\s*合计|總\s*計|合\s*計|小\s*計|(?:grand\s+)?total|sub-?total|sum)\s*[:：]?",
    re.I,
)
_SIGNATURE = re.compile(
    r"(?:填表人|制表人|製表人|填报人|审核人|复核人|负责人|填报单位|制表单位|单位负责人|联系电话|填表日期|制表日期"
    r"|填报日期|prepared by|checked by)\s*(?:[（(].*?[)）])?\s*[:：]"
    r"|(?:注|说明|備註|备注|note|notes)\s*[:：]",
    re.I,
)
_LONGEST_LEAD = 12
_FORM_CODE = re.compile(r"c[0-9]{1,2}", re.I)
_DICTIONARY_NAME = re.compile(
    "字典|说明|說明|代码表|编码表|图例|圖例|目录|legend|dictionary|read ?me|codes?$|lookup", re.I
)
_DICTIONARY_HEAD = re.compile(
    "代码|编码|代碼|code|名称|名稱|name|含义|含義|meaning|说明|說明|description|字段|field|取值|选项|value",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Layout:
    """A table inside a sheet: its headers, the last row of its header, and the lines above."""

    headers: tuple[str, ...]
    last_header_row: int
    above: tuple[Line, ...]

    @property
    def known(self) -> int:
        """How many headers are known words."""
        return known_words(self.headers)


def find_layout(lines: Iterable[Line], fits: Fits) -> Layout | None:
    """The table in a sheet's first lines: the likeliest header that `fits`, or the likeliest; or None."""
    filled = [
        (number, [clean(cell) for cell in cells])
        for number, cells in islice((line for line in lines if any(map(clean, line[1]))), LOOKED_AT)
    ]
    found = sorted(_candidates(filled), key=lambda pair: pair[0], reverse=True)
    layouts = [layout for _, layout in found]
    return next((layout for layout in layouts if fits(layout.headers)), layouts[0] if layouts else None)


def table_rows(lines: Iterable[Line], layout: Layout, notes: Notes, sheet: str = "") -> Iterator[Row]:
    """The rows below the header. Lines that are none are told in `notes`; blank ones are passed over."""
    _tell_above(layout, notes, sheet)
    repeated = [name for name in layout.headers if name]
    is_first = True
    for number, raw in lines:
        if number <= layout.last_header_row:
            continue
        cells = [clean(cell) for cell in raw]
        first = next(filter(None, cells), None)
        if first is None:
            continue
        reason = _why_no_row(first, cells, repeated, layout) or (
            _numbers_the_columns(cells, layout) if is_first else None
        )
        if reason is None:
            is_first = False
            yield make_row(number, layout.headers, cells, sheet)
        else:
            notes.tell(reason, row=f"{sheet}!{number}" if sheet else str(number), text=_shown(cells))


def is_dictionary(name: str, layout: Layout | None, lines: Collection[Line]) -> bool:
    """Whether a sheet explains codes or columns and lists no trees: by its name, or by its few columns."""
    if layout is None or layout.known >= 4:
        return False
    if _DICTIONARY_NAME.search(name):
        return True
    heads = [header for header in layout.headers if header]
    return 2 <= len(heads) <= 4 and all(map(_DICTIONARY_HEAD.search, heads)) and len(lines) < 2000


def _candidates(lines: list[tuple[int, list[str]]]) -> Iterator[tuple[tuple[int, int, int], Layout]]:
    for start in range(min(len(lines), _DEEPEST_HEADER)):
        below = lines[start + 1 :]
        names = lines[start][1]
        span = 1
        if below and _is_second_row(lines[start], below[0]):
            names, span = _joined(names, below[0][1]), 2
        filled = [name for name in names if name]
        if sum(bool(_NUMBER.fullmatch(name)) for name in filled) * 2 > len(filled):
            continue
        usual = statistics.median([sum(map(bool, cells)) for _, cells in lines[start + span :]] or [1])
        known = known_words(names)
        if known < 2 and usual > 1 and len(filled) * 2 <= usual:
            continue
        while names and not names[-1]:
            names = names[:-1]
        last = lines[start + span - 1][0]
        headers = tuple(" ".join(name.split()) for name in names)  # a header may be broken into lines
        yield (known if known >= 2 else 0, -start, span), Layout(headers, last, tuple(lines[:start]))


def _is_second_row(first: tuple[int, list[str]], second: tuple[int, list[str]]) -> bool:
    """Whether `second` goes on with the header `first`: units alone, or names under merged cells."""
    if second[0] != first[0] + 1:
        return False
    width = max(len(first[1]), len(second[1]))
    above, below = _padded(first[1], width), _padded(second[1], width)
    filled = [column for column in range(width) if below[column]]
    if not filled or any(_NUMBER.fullmatch(below[column]) or len(below[column]) > 30 for column in filled):
        return False
    if all(is_unit(below[column]) for column in filled):
        return sum(map(bool, above)) >= len(filled)
    gaps = [column for column in range(1, filled[-1] + 1) if not above[column] and any(above[:column])]
    is_tall = any(name and under in {"", name} for name, under in zip(above, below, strict=True))
    if not gaps or not is_tall or not all(below[column] for column in gaps):
        return False  # a title stands above all columns, a header of two rows only above some
    return all(
        not above[column] or above[column] == below[column] or (column + 1 < width and not above[column + 1])
        for column in filled
    )


def _joined(above: list[str], below: list[str]) -> list[str]:
    width = max(len(above), len(below))
    names, group = [], ""
    for over, under in zip(_padded(above, width), _padded(below, width), strict=True):
        group = over or group
        if not under or over == under:
            names.append(over)
        else:
            names.append(f"{group} {under}".strip())
    return names


def _padded(cells: Sequence[str], width: int) -> list[str]:
    return [*cells, *[""] * (width - len(cells))]


def _why_no_row(first: str, cells: list[str], repeated: list[str], layout: Layout) -> str | None:
    """The sentence that says why a line that begins with `first` is no row of the table; None for a row."""
    if first[:1] == repeated[0][:1] and [" ".join(cell.split()) for cell in cells if cell] == repeated:
        return "row {row} repeats the header"
    is_total = len(first) <= _LONGEST_LEAD and _TOTAL.fullmatch(first)
    if not is_total and not _SIGNATURE.match(first):
        return None
    few = sum(map(bool, cells)) * 2 <= max(len(layout.headers), 2)
    if is_total and (few or not first.isascii()):
        return "row {row} is a total and no tree: {text}"
    return "row {row} is a line about the table: {text}" if few else None


def _numbers_the_columns(cells: list[str], layout: Layout) -> str | None:
    """The sentence that says so where a line below the header counts the columns, or names them again."""
    filled = [cell for cell in cells if cell]
    is_form = len(filled) >= 3 and all(map(_FORM_CODE.fullmatch, filled))
    if not is_form and layout.known >= 3 and len(filled) >= 5:
        is_counted = filled == [str(number) for number in range(1, len(filled) + 1)]
        is_form = is_counted or known_words(filled) * 5 >= len(filled) * 4
    return "row {row} numbers the columns: {text}" if is_form else None


def _tell_above(layout: Layout, notes: Notes, sheet: str) -> None:
    if not layout.above:
        return
    first, last = layout.above[0][0], layout.above[-1][0]
    place = str(first) if first == last else f"{first}-{last}"
    text = " / ".join(_shown(cells) for _, cells in layout.above)
    notes.tell(
        "row {row} stands above the header: {text}",
        row=f"{sheet}!{place}" if sheet else place,
        text=text[:80],
    )


def _shown(cells: Sequence[str]) -> str:
    """A line in a few words."""
    text = " ".join(" ".join(filter(None, map(clean, cells))).split())
    return text if len(text) <= 60 else text[:59] + "…"
