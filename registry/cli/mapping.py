"""`gushu mapping`: what an unknown file was understood to be, on one screen, and a mapping to edit."""

import unicodedata
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Annotated

import typer

from registry.cli.app import Office, _, app
from registry.errors import InputMissingError, OutputTakenError, Phrase, unwritable
from registry.importing.header_words import beside_label
from registry.importing.mapping import PARTY_FIELDS, shipped_mappings
from registry.importing.proposing import Proposal, propose
from registry.importing.proposing_columns import Proposed, Sure
from registry.importing.proposing_text import mapping_text
from registry.importing.reading import open_table
from registry.outputs import check_output
from registry.vocab.fields import FIELDS
from registry.vocab.language import Translator

WIDTH = 108
MOST_QUESTIONS = 9
MOST_NOTES = 3
MOST_LINES = 20
_HALF = WIDTH // 2
_MARKS = {Sure.SURE: " ", Sure.PROBABLY: "~", Sure.UNSURE: "?"}
_ALIKE = {
    "latin_verbatim": "name_latin",
    "age_text": "age_years",
    "alias": "aliases",
    "grade": "protection_grade",
    "district": "division",
    "position": "lon",
}


@app.command(help=_("Propose a mapping for an unknown file, and say what was understood of it."))
def mapping(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE")],
    out: Annotated[Path | None, typer.Option(help=_("Where the mapping goes (.toml)."))] = None,
) -> None:
    """Propose a mapping."""
    office: Office = ctx.obj
    if not file.is_file():
        raise InputMissingError(path=file)
    if out is not None:
        check_output(out, "", office.address)
        if out.resolve() == file.resolve():
            raise OutputTakenError(path=out, what=Phrase("the file to read"))
        if out.exists():
            raise OutputTakenError(path=out, what=Phrase("there already, perhaps edited"))
    table = open_table(file)
    fitting = [shipped.id for shipped in shipped_mappings() if shipped.fits(table.headers)]
    proposal = propose(table)
    if out is not None:
        _write(out, mapping_text(proposal))
    for line in _screen(proposal, fitting, out, office.t):
        office.say(line)
    office.answer({**_facts(proposal, office.t), "fitting": fitting, "mapping": out})


def _write(path: Path, text: str) -> None:
    aside = path.with_name(path.name + ".part")
    try:
        aside.write_text(text, encoding="utf-8")
        aside.replace(path)
    except OSError as error:
        raise unwritable(path, error) from error


def _screen(proposal: Proposal, fitting: list[str], out: Path | None, t: Translator) -> Iterator[str]:
    yield _first_line(proposal, t)
    notes = list(proposal.notes)
    yield from (f"  {_cut(str(t.phrase(note)), WIDTH)}" for note in notes[:MOST_NOTES])
    if len(notes) > MOST_NOTES:
        yield "  " + t.gettext("… and {count} more", count=len(notes) - MOST_NOTES)
    if fitting:
        yield t.gettext("A mapping that comes with Gushu fits already: {names}", names=", ".join(fitting))
    yield t.gettext("Columns (~ probably, ? unsure and not read until you settle it):")
    yield from _column_lines(proposal, t)
    yield from _left_out(proposal, t)
    yield from _questions(proposal, t)
    yield from _what_next(proposal, out, t)


def _first_line(proposal: Proposal, t: Translator) -> str:
    kinds = {"csv": "CSV", "json": "JSON", "workbook": "XLSX", "html": "HTML", "geopackage": "GeoPackage"}
    sheets = ""
    if proposal.sheets:
        sheets = t.gettext("sheets: {sheets}; ", sheets=", ".join(proposal.sheets))
    return t.gettext(
        "{file}: {kind}, {encoding}; {sheets}{rows}, {columns}",
        file=proposal.path.name,
        kind=kinds.get(proposal.kind, proposal.kind),
        encoding=proposal.encoding.upper(),
        sheets=_cut(sheets, WIDTH // 2),
        rows=t.ngettext("{count} row", "{count} rows", proposal.rows),
        columns=t.ngettext("{count} column", "{count} columns", len(proposal.columns)),
    )


def _column_lines(proposal: Proposal, t: Translator) -> Iterator[str]:
    """One line a column; two beside each other where there are many. The unsure ones come last, and whole."""
    shown = [column for column in proposal.columns if column.field]
    shown.sort(key=lambda column: list(Sure).index(column.sure))
    lines = [
        _column_line(column, proposal, t, _HALF if len(shown) > MOST_LINES // 2 else WIDTH)
        for column in shown
    ]
    if len(shown) > MOST_LINES // 2:
        rows = (len(lines) + 1) // 2
        lines = [
            left + (lines[at + rows] if at + rows < len(lines) else "")
            for at, left in enumerate(lines[:rows])
        ]
    yield from (line.rstrip() for line in lines[:MOST_LINES])
    if len(lines) > MOST_LINES:
        yield "  " + t.gettext("… and {count} more", count=len(lines) - MOST_LINES)


def _column_line(column: Proposed, proposal: Proposal, t: Translator, width: int) -> str:
    unit = column.keys.get("unit", "")
    shown = unit[-1] if isinstance(unit, list) else unit
    meaning = _label(str(column.field), t) + (f" [{shown}]" if shown else "")
    sample = (
        t.gettext("(private)") if column.field in PARTY_FIELDS else proposal.samples.get(column.header, "")
    )
    name, field = (17, 16) if width < WIDTH else (30, 26)
    left = f"{_MARKS[column.sure]} {_fit(_cut(column.header, name), name)} → {_fit(meaning, field)} "
    return _fit(left + _cut(sample, width), width - 1) + " "


def _label(field: str, t: Translator) -> str:
    name = field if field in FIELDS else _ALIKE.get(field, field)
    if field == "position":
        return f"{t.label('lon')} + {t.label('lat')}"
    return t.label(name) if name in FIELDS else field


def _left_out(proposal: Proposal, t: Translator) -> Iterator[str]:
    empty = Phrase("the column is empty")
    known = [column for column in proposal.columns if column.field is None and column.reason != empty]
    alike = groupby(known, key=lambda column: _why(column, t))
    pieces = [f"{', '.join(_cut(each.header, 24) for each in columns)} ({why})" for why, columns in alike]
    void = [column.header for column in proposal.columns if column.field is None and column.reason == empty]
    if pieces:
        yield t.gettext("Left out: {columns}", columns=_cut("; ".join(pieces), 2 * WIDTH))
    if void:
        yield t.gettext("Empty: {columns}", columns=_cut(", ".join(void), WIDTH))


def _why(column: Proposed, t: Translator) -> str:
    return beside_label(column.beside, t.lang) if column.beside else str(t.phrase(column.reason))


def _questions(proposal: Proposal, t: Translator) -> Iterator[str]:
    asked = proposal.all_questions
    if asked:
        yield t.gettext("To settle before the import:")
    for number, question in enumerate(asked[:MOST_QUESTIONS], start=1):
        yield f"  {number}. {_cut(str(t.phrase(question)), 2 * WIDTH)}"
    if len(asked) > MOST_QUESTIONS:
        yield "  " + t.gettext("… and {count} more", count=len(asked) - MOST_QUESTIONS)


def _what_next(proposal: Proposal, out: Path | None, t: Translator) -> Iterator[str]:
    if out is None:
        yield t.gettext("Nothing was written; --out M.toml keeps this as a mapping to edit.")
        return
    yield t.gettext("The mapping stands at {path}: look through its comments.", path=out)
    if proposal.has("tree_no"):
        yield t.gettext("Then: gushu import {file} --mapping {path} --dry-run", file=proposal.path, path=out)
    else:
        yield t.gettext("It can be used once a column gives each tree its number.")


def _facts(proposal: Proposal, t: Translator) -> dict[str, object]:
    return {
        "file": proposal.path.name,
        "kind": proposal.kind,
        "encoding": proposal.encoding,
        "sheets": list(proposal.sheets),
        "rows": proposal.rows,
        "text_lang": proposal.text_lang,
        "datum": proposal.datum,
        "number_scheme": proposal.number_scheme,
        "columns": [
            {
                "header": column.header,
                "field": column.field,
                "sure": column.sure.value,
                "is_read": column.is_used,
                "left_out_as": column.beside,
                "reason": t.phrase(column.reason) if column.reason else None,
                "keys": column.keys,
                "sample": "" if column.field in PARTY_FIELDS else proposal.samples.get(column.header, ""),
                "questions": [t.phrase(question) for question in column.questions],
            }
            for column in proposal.columns
        ],
        "questions": [t.phrase(question) for question in proposal.all_questions],
        "notes": [t.phrase(note) for note in proposal.notes],
    }


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _cut(text: str, width: int) -> str:
    """`text` on one line in at most `width` columns of a terminal, with … where it goes on."""
    plain = " ".join("".join(letter if letter.isprintable() else " " for letter in text[: 4 * width]).split())
    return _shortened(plain, width)


def _shortened(text: str, width: int) -> str:
    if _width(text) <= width:
        return text
    while text and _width(text) > width - 1:
        text = text[:-1]
    return text + "…"


def _fit(text: str, width: int) -> str:
    """`text` in exactly `width` columns of a terminal."""
    cut = _shortened(text, width)
    return cut + " " * (width - _width(cut))
