"""The quality of a register as one page: opens without a network, reads on a phone, prints on A4."""

from collections.abc import Iterable, Iterator
from html import escape
from typing import BinaryIO

from exports.assets import asset
from exports.quality_book import emptiest, group_name, made_line
from registry.records import CheckCount, DoubtRow, FieldShare, QualityFacts, QualityRow
from registry.vocab.language import Translator
from registry.vocab.sentences import flag_name, flag_remedy, flag_sentence
from registry.vocab.words import Severity

Cell = tuple[str, str]
"""The class of a cell and its HTML."""


def write_quality_page(facts: QualityFacts, out: BinaryIO, *, language: Translator) -> None:
    """Write the page (UTF-8)."""
    out.write("".join(_page(facts, language)).encode("utf-8", "replace"))


def _page(facts: QualityFacts, t: Translator) -> Iterator[str]:
    _ = t.gettext
    title = _("Quality of the register")
    yield f'<!DOCTYPE html>\n<html lang="{t.html_lang}">\n<head>\n<meta charset="utf-8">\n'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    yield f"<title>{escape(title)} · {escape(facts.register_name)}</title>\n"
    yield f"<style>\n{asset('quality.css')}</style>\n</head>\n<body>\n"
    yield f"<header><h1>{escape(title)}</h1><p>{escape(made_line(facts, t))}</p></header>\n<main>\n"
    yield _sums(facts.whole, t)
    yield _heading(_("By division"))
    yield _group_table(_("By division"), t.label("division"), facts.divisions, facts.whole, t)
    yield _heading(_("Emptiest fields first"))
    yield _field_table(facts.whole.fields, t)
    if facts.checks:
        yield _heading(_("By check"))
        yield _check_table(facts.checks, t)
    if facts.worst:
        yield _heading(_("Trees with most doubts"))
        yield _trees(facts.worst, t)
    yield _heading(_("By source"))
    yield _group_table(_("By source"), t.label("source"), facts.sources, None, t)
    yield _findings(facts.sources, t)
    yield "</main>\n<footer>"
    yield f'<p class="soft">{escape(_("A doubt is a question, not a correction: true oddities exist."))} '
    yield f"{escape(_('For use in the office.'))}</p></footer>\n</body>\n</html>\n"


def _heading(text: str) -> str:
    return f"<h2>{escape(text)}</h2>\n"


def _sums(whole: QualityRow, t: Translator) -> str:
    _ = t.gettext
    share = whole.doubtful / whole.trees if whole.trees else 0.0
    filled = _("{filled} of {asked} fields", filled=t.number(whole.filled, 0), asked=t.number(whole.asked, 0))
    trees = t.ngettext("{count} tree", "{count} trees", whole.trees)
    of_trees = _("{share} of {trees}", share=f"{share:.1%}", trees=trees)
    sums = (
        (t.label("tree_count"), t.number(whole.trees, 0), "", ""),
        (_("Complete"), f"{whole.share:.1%}", filled, ""),
        (_("Trees with doubts"), t.number(whole.doubtful, 0), of_trees, ""),
        (t.word(Severity, Severity.WARNING), t.number(whole.warnings, 0), _("very likely slips"), "warning"),
        (t.word(Severity, Severity.NOTE), t.number(whole.notes, 0), _("worth a look; often right"), "note"),
    )
    items = "".join(
        f'<div><dt>{escape(name)}</dt><dd class="{look}">{escape(value)}'
        f"<small>{escape(small)}</small></dd></div>"
        for name, value, small, look in sums
    )
    return f'<dl class="sums">{items}</dl>\n'


def _group_table(
    caption: str, heading: str, groups: tuple[QualityRow, ...], whole: QualityRow | None, t: Translator
) -> str:
    _ = t.gettext
    heads = [
        ("", heading),
        ("n", t.label("tree_count")),
        ("n", _("Complete")),
        ("n", _("Trees with doubts")),
        ("n", t.word(Severity, Severity.WARNING)),
        ("n", t.word(Severity, Severity.NOTE)),
        ("", _("Emptiest fields")),
    ]
    rows = (_group_cells(group_name(row, t), row, t) for row in groups)
    total = None if whole is None else _group_cells(_("All"), whole, t)
    return _table(caption, heads, rows, total)


def _group_cells(name: str, row: QualityRow, t: Translator) -> list[Cell]:
    share = row.doubtful / row.trees if row.trees else 0.0
    return [
        ("", escape(name)),
        ("n", t.number(row.trees, 0)),
        ("n", _bar(row.share)),
        ("n", f"{t.number(row.doubtful, 0)} ({share:.0%})"),
        ("n", t.number(row.warnings, 0)),
        ("n", t.number(row.notes, 0)),
        ("lacks", escape(emptiest(row, t))),
    ]


def _field_table(fields: tuple[FieldShare, ...], t: Translator) -> str:
    _ = t.gettext
    heads = [("", _("Field")), ("n", _("Complete")), ("n", _("Filled")), ("n", _("Trees asked"))]
    rows = (
        [
            ("", escape(t.label(f.field)) + (" *" if f.is_required else "")),
            ("n", _bar(f.share)),
            ("n", t.number(f.filled, 0)),
            ("n", t.number(f.asked, 0)),
        ]
        for f in sorted(fields, key=lambda f: (f.share, f.field))
    )
    note = f'<p class="soft">{escape(_("* required by the form"))}</p>\n' if _any_required(fields) else ""
    return _table(_("Completeness"), heads, rows) + note


def _any_required(fields: Iterable[FieldShare]) -> bool:
    return any(f.is_required for f in fields)


def _check_table(checks: tuple[CheckCount, ...], t: Translator) -> str:
    _ = t.gettext
    heads = [("", _("Check")), ("", _("Degree")), ("n", t.label("tree_count")), ("", _("What helps"))]
    rows = (
        [
            ("", escape(flag_name(t, row.check))),
            (row.severity, escape(t.word(Severity, row.severity))),
            ("n", t.number(row.trees, 0)),
            ("help", escape(flag_remedy(t, row.check))),
        ]
        for row in checks
    )
    return _table(_("By check"), heads, rows)


def _trees(worst: tuple[tuple[DoubtRow, ...], ...], t: Translator) -> str:
    items = []
    for doubts in worst:
        first = doubts[0]
        said = "".join(f'<li class="{row.flag.severity}">{escape(_doubt(row, t))}</li>' for row in doubts)
        name = f" {escape(first.name)}" if first.name else ""
        place = f'<div class="soft">{escape(" ".join(first.places))}</div>'
        items.append(f"<li><b>{escape(first.tree_no)}</b>{name}{place}<ul>{said}</ul></li>")
    return f'<ul class="trees">{"".join(items)}</ul>\n'


def _doubt(row: DoubtRow, t: Translator) -> str:
    if row.is_private:
        return flag_name(t, row.flag.check)
    return flag_sentence(t, row.flag.check, row.flag.field, row.flag.value)


def _findings(sources: tuple[QualityRow, ...], t: Translator) -> str:
    items = [
        f"<li><b>{escape(group_name(row, t))}</b> "
        f"{escape(flag_sentence(t, found.check, found.field, found.value))} "
        f'<span class="soft">{escape(flag_remedy(t, found.check))}</span></li>'
        for row in sources
        for found in row.findings
    ]
    return f'<ul class="findings">{"".join(items)}</ul>\n' if items else ""


def _bar(share: float) -> str:
    return f'{share:.1%}<span class="bar" aria-hidden="true"><i style="width:{share:.1%}"></i></span>'


def _table(
    caption: str,
    heads: list[Cell],
    rows: Iterable[list[Cell]],
    total: list[Cell] | None = None,
) -> str:
    head = "".join(f'<th scope="col" class="{look}">{escape(text)}</th>' for look, text in heads)
    body = "".join(f"<tr>{_cells(row)}</tr>\n" for row in rows)
    foot = f"<tfoot><tr>{_cells(total)}</tr></tfoot>" if total else ""
    return (
        f'<div class="table" tabindex="0" role="region" aria-label="{escape(caption)}"><table>'
        f"<caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead>\n"
        f"<tbody>{body}</tbody>{foot}</table></div>\n"
    )


def _cells(row: list[Cell]) -> str:
    (_look, first), *rest = row
    others = "".join(f'<td class="{look}">{text}</td>' for look, text in rest)
    return f'<th scope="row">{first}</th>{others}'
