"""A protection list (保护名录) as PDF, as a page and as workbook; the same record gives the same bytes."""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import BinaryIO

from exports.flow import Column, Flow, Running, draw_foot
from exports.fonts import new_canvas, prepare_fonts
from exports.kit import A4, BARK, INK, MARGIN, SEAL, SMALL, SOFT, WIDTH, Pen, draw_sample_mark, fit, wrap
from exports.proofs import Paper, close_paper
from exports.protection_list_text import EN, ZH, Both, ListText, class_word, line_class, list_text
from exports.protection_list_text import both as _
from exports.workbook import Column as Cell
from exports.workbook import Sheet, write_workbook
from registry.list_records import ListRecord
from registry.vocab.words import AgeBasis

_LABEL = 130.0
_TREE_SHARES = (1.6, 3.9, 3.0, 6.6, 2.7, 2.6, 2.2, 6.4)
_GROVE_SHARES = (1.5, 4.2, 4.4, 2.7, 2.2, 5.4, 7.0)
_CHANGE_SHARES = (2.6, 4.2, 4.4, 5.0, 5.0)
_COUNT_SHARES = (5.0, 3.0, 3.0, 3.0, 3.0)
_LATIN = 3
"""Place of the scientific name in a line."""


def write_list_pdf(
    record: ListRecord, out: BinaryIO, *, extra_fonts: Sequence[Path] = (), paper: Paper | None = None
) -> None:
    """Write the list as PDF. paper: its proof. Raises GlyphMissingError where no font draws a character."""
    text = list_text(record)
    facts = record.facts
    running = Running(
        head=text.title,
        head_right=_("edition {number}", number=facts.edition).line,
        foot=_("History head {head}", head=facts.history_head).zh,
        page_of=ZH.gettext("page {page} of {total}"),
        sample=text.sample.line if text.sample else None,
    )
    said = {*text.texts(), *map(str, vars_of(running)), *_HEADINGS_ZH, facts.authority_zh}
    if paper is not None:
        said, running = said.union(paper.texts(ZH, EN)), paper.foot(running, ZH)
    fonts = prepare_fonts(sorted(said), extra_fonts=extra_fonts)
    canvas = new_canvas(
        out,
        pagesize=A4,
        title=f"{text.title} · {facts.edition}",
        author=facts.authority_zh,
        subject=facts.register_zh,
        keywords=facts.sha256,
        lang="zh-Hans",
        made_at=facts.made_at,
    )
    flow = Flow(Pen(canvas, fonts), running)
    _cover(flow, text)
    _sections(flow, text, record)
    close_paper(flow, paper, ZH, EN)


def vars_of(running: Running) -> tuple[str, ...]:
    """The texts at the head and foot of each page."""
    return (running.head, running.head_right, running.foot, running.page_of, running.sample or "")


_COUNTS = _("Counts")
_CHANGES = _("Changes")
_TREES = _("Trees")
_GROVES = _("Protected groves")
_HEADINGS = (_COUNTS, _CHANGES, _TREES, _GROVES)
_HEADINGS_ZH = tuple(part for heading in _HEADINGS for part in heading) + tuple("一二三四、")


def _cover(flow: Flow, text: ListText) -> None:
    """The title, what the list says of itself, and notes; on the first page, above the counts."""
    pen = flow.pen
    draw_foot(pen, flow.running, 1)
    y = A4[1] - 78
    if text.sample:
        draw_sample_mark(pen, MARGIN + WIDTH, A4[1] - 42, text.sample.line)
    size = fit(pen.fonts, text.title, "serif", 25, WIDTH - 20, 15)[0]
    for line in wrap(pen.fonts, text.title, "serif", size, WIDTH - 20):
        pen.bold(A4[0] / 2, y, line, size, colour=BARK, align="center")
        y -= size * 1.35
    pen.text(A4[0] / 2, y + 6, text.subtitle, 11, role="serif", colour=SOFT, align="center")
    y -= 8
    pen.rule(A4[0] / 2 - 34, y, A4[0] / 2 + 34, y, SEAL, 1.4)
    flow.y = y - 16
    for label, value in text.facts:
        lines = wrap(pen.fonts, value, "sans", 9, WIDTH - _LABEL)
        pen.fitted(MARGIN, flow.y - 9, label.line, SMALL, _LABEL - 8, colour=SOFT, least=5)
        pen.lines(MARGIN + _LABEL, flow.y - 9, lines, 9)
        flow.y -= len(lines) * 14 + 3
    flow.gap(4)


def _sections(flow: Flow, text: ListText, record: ListRecord) -> None:
    heading = _numbered(flow)
    heading(_COUNTS)
    heads = zip(text.count_head, _COUNT_SHARES, strict=True)
    columns = [
        Column(head.zh, share, align="right" if place else "left", under=head.en)
        for place, (head, share) in enumerate(heads)
    ]
    flow.table(columns, text.counts)
    for note in text.notes:
        flow.paragraph(note.line, size=SMALL, colour=SOFT)
    heading(_CHANGES, keep=24)
    flow.paragraph(text.change_note.line)
    if text.changes:
        flow.table(_columns(text.change_head, _CHANGE_SHARES), text.changes)
    if text.groves:
        heading(_GROVES)
        flow.table(_columns(text.grove_head, _GROVE_SHARES, right=(4,)), text.groves)
    if record.trees:
        heading(_TREES)
        kept = _filled(text)
        columns = _columns(text.tree_head, _TREE_SHARES, right=(6,), latin=_LATIN)
        for group in text.trees:
            _group_title(flow, group.title, len(group.rows))
            rows = [[row[place] for place in kept] for row in group.rows]
            flow.table([columns[place] for place in kept], rows)


def _filled(text: ListText) -> list[int]:
    """The places of the columns in which any tree has something."""
    rows = [row for group in text.trees for row in group.rows]
    return [place for place in range(len(text.tree_head)) if any(row[place] for row in rows)]


def _numbered(flow: Flow) -> Callable[..., None]:
    numbers = iter("一二三四")

    def heading(title: Both, keep: float = 60.0) -> None:
        number = next(numbers)
        flow.heading(f"{number}、{title.zh}", key=f"section-{number}", note=title.en, keep=keep)

    return heading


def _columns(
    head: Sequence[Both], shares: Sequence[float], *, right: Sequence[int] = (), latin: int | None = None
) -> list[Column]:
    return [
        Column(
            said.zh,
            share,
            size=7.6,
            align="right" if place in right else "left",
            colour=SOFT if place == 0 else INK,
            role="italic" if place == latin else "sans",
            under=said.en,
        )
        for place, (said, share) in enumerate(zip(head, shares, strict=True))
    ]


def _group_title(flow: Flow, title: str, count: int) -> None:
    flow.gap(5)
    flow.need(64)
    flow.y -= 12
    flow.pen.fitted(MARGIN, flow.y, title, 9.5, WIDTH - 60, role="serif", colour=BARK)
    flow.pen.text(MARGIN + WIDTH, flow.y, f"{count:,}", SMALL, colour=SOFT, align="right")
    flow.y -= 5


def write_list_page(record: ListRecord, out: BinaryIO) -> None:
    """Write the list as one HTML file that asks for nothing else, reads on a telephone and prints well."""
    for piece in _page(list_text(record), record):
        out.write(piece.encode())


@lru_cache(maxsize=1)
def _style() -> str:
    return (Path(__file__).parent / "static" / "protection_list.css").read_text(encoding="utf-8")


def _page(text: ListText, record: ListRecord) -> Iterator[str]:
    facts = record.facts
    yield (
        '<!DOCTYPE html>\n<html lang="zh-Hans">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(text.title)}</title>\n<style>\n{_style()}</style>\n</head>\n<body>\n<header>\n"
    )
    if text.sample:
        yield f'<p class="sample">{_said(text.sample)}</p>\n'
    yield f"<h1>{escape(text.title)}</h1>\n"
    yield f'<p class="subtitle" lang="en">{escape(text.subtitle)}</p>\n</header>\n'
    yield "<main>\n<dl>\n"
    for label, value in text.facts:
        yield f"<div><dt>{_said(label)}</dt><dd>{_linked(value)}</dd></div>\n"
    yield "</dl>\n"
    yield f"<section>\n{_heading(_COUNTS)}"
    yield from _table(text.count_head, text.counts, "counts", right=(1, 2, 3, 4), foot=True)
    yield "".join(f'<p class="note">{_said(note)}</p>\n' for note in text.notes)
    yield f"</section>\n<section>\n{_heading(_CHANGES)}<p>{_said(text.change_note)}</p>\n"
    if text.changes:
        yield from _table(text.change_head, text.changes, "changes")
    yield "</section>\n"
    if text.groves:
        yield f"<section>\n{_heading(_GROVES)}"
        yield from _table(text.grove_head, text.groves, "lines", right=(4,))
        yield "</section>\n"
    if text.trees:
        yield f"<section>\n{_heading(_TREES)}"
        kept = _filled(text)
        head = [text.tree_head[place] for place in kept]
        right = [place for place, column in enumerate(kept) if column == 6]
        for group in text.trees:
            yield f"<h3>{escape(group.title)} <small>{len(group.rows):,}</small></h3>\n"
            rows = [[row[place] for place in kept] for row in group.rows]
            yield from _table(head, rows, "lines", right=right, latin=_LATIN)
        yield "</section>\n"
    made = _("Made by Gushu out of the register; edition {number}.", number=facts.edition)
    yield f"</main>\n<footer><p>{_said(made)}</p></footer>\n</body>\n</html>\n"


def _said(said: Both) -> str:
    if said.zh == said.en:
        return escape(said.zh)
    return f'{escape(said.zh)} <span lang="en">{escape(said.en)}</span>'


def _linked(value: str) -> str:
    text = escape(value)
    return f'<a href="{text}">{text}</a>' if value.startswith(("https://", "http://")) else text


def _heading(said: Both) -> str:
    return f"<h2>{_said(said)}</h2>\n"


def _table(
    head: Sequence[Both],
    rows: Sequence[Sequence[str]],
    name: str,
    *,
    right: Sequence[int] = (),
    latin: int | None = None,
    foot: bool = False,
) -> Iterator[str]:
    """A table; on a narrow screen each of its rows is a card whose cells name themselves."""
    cells = "".join(f"<th{_class(place, right, None)}>{_said(said)}</th>" for place, said in enumerate(head))
    yield f'<div class="wide"><table class="{name}">\n<thead><tr>{cells}</tr></thead>\n<tbody>\n'
    for number, row in enumerate(rows):
        last = ' class="total"' if foot and number == len(rows) - 1 else ""
        yield (
            f"<tr{last}>"
            + "".join(
                f'<td{_class(place, right, latin)} data-label="{escape(head[place].zh)}">{escape(cell)}</td>'
                for place, cell in enumerate(row)
            )
            + "</tr>\n"
        )
    yield "</tbody></table></div>\n"


def _class(place: int, right: Sequence[int], latin: int | None) -> str:
    return ' class="number"' if place in right else ' class="latin" lang="la"' if place == latin else ""


def write_list_workbook(record: ListRecord, out: BinaryIO) -> None:
    """Write the list as XLSX: trees with their sizes, groves, counts, changes."""
    text, facts = list_text(record), record.facts
    made_by = [f"{label.line}: {value}" for label, value in text.facts]
    sheets = [Sheet(_TREES.zh, _TREE_CELLS, _tree_rows(record), tuple(note.line for note in text.notes))]
    if record.groves:
        sheets.append(Sheet(_("Groves").zh, _GROVE_CELLS, _grove_rows(record)))
    counts = [
        (class_word(c.kind).line, c.scattered, c.groves, c.in_groves, c.scattered + c.in_groves)
        for c in record.counts
    ]
    total = (_("Total").line, *(sum(row[place] for row in counts) for place in range(1, 5)))  # type: ignore[misc]
    numbers = tuple(Cell(said.line, 16, "integer") for said in text.count_head[1:])
    sheets.append(Sheet(_COUNTS.zh, (Cell(text.count_head[0].line, 30), *numbers), counts, total=total))
    sheets.append(
        Sheet(
            _CHANGES.zh,
            tuple(Cell(said.line, 22) for said in text.change_head),
            text.changes,
            (text.change_note.line,),
        )
    )
    write_workbook(sheets, out, title=text.title, made_by=made_by, language=ZH, made_at=facts.made_at)


_TREE_CELLS = (
    Cell(_("No.").line, 8, "integer"),
    Cell(_("Tree number").line, 18),
    Cell(_("Division").line, 30),
    Cell(_("Place").line, 34),
    Cell(_("Species").line, 16),
    Cell(_("Scientific name").line, 28),
    Cell(_("Family").line, 14),
    Cell(_("Class").line, 14),
    Cell(_("Age (years)").line, 11, "integer"),
    Cell(_("How the age is known").line, 16),
    Cell(ZH.label("girth_cm"), 10, "decimal", "cm", 1),
    Cell(ZH.label("diameter_cm"), 10, "decimal", "cm", 1),
    Cell(ZH.label("height_m"), 10, "decimal", "m", 1),
    Cell(ZH.label("crown_m"), 10, "decimal", "m", 1),
    Cell(_("Designated on").line, 14, "date"),
    Cell(_("Document").line, 22),
)
_GROVE_CELLS = (
    Cell(_("No.").line, 8, "integer"),
    Cell(_("Grove number").line, 18),
    Cell(_("Name").line, 22),
    Cell(_("Division").line, 30),
    Cell(_("Place").line, 34),
    Cell(_("Class").line, 12),
    Cell(_("Number of trees").line, 12, "integer"),
    Cell(_("Main species").line, 24),
    Cell(ZH.label("area_ha"), 10, "decimal", "hm²", 2),
    Cell(_("Designated on").line, 14, "date"),
    Cell(_("Document").line, 22),
)


def _tree_rows(record: ListRecord) -> Iterator[tuple[object, ...]]:
    for number, tree in enumerate(record.trees, start=1):
        yield (
            *(number, tree.number, " · ".join(tree.division), tree.place, tree.name_zh or tree.name_en),
            *(tree.name_latin, tree.family, line_class(tree), tree.age_years),
            *(ZH.word(AgeBasis, tree.age_basis), tree.girth_cm, tree.diameter_cm, tree.height_m),
            *(tree.crown_m, tree.designated_on, tree.document_no),
        )


def _grove_rows(record: ListRecord) -> Iterator[tuple[object, ...]]:
    for number, grove in enumerate(record.groves, start=1):
        kind = class_word(grove.grade).zh if grove.grade else None
        yield (
            *(number, grove.number, grove.name, " · ".join(grove.division), grove.place, kind),
            *(grove.tree_count, grove.species, grove.area_ha, grove.designated_on, grove.document_no),
        )
