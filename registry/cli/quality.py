"""The commands on quality: what is complete, what is doubted, and asking the whole register."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from registry.cli.app import Office, _, app
from registry.cli.exporting import Where, written
from registry.cli.rule_tables import table
from registry.commands.checking import check_register
from registry.db import reading, transaction
from registry.errors import OutputError, Phrase
from registry.outputs import check_output
from registry.quality import every_doubt, measure_quality
from registry.records import QualityFacts, QualityRow
from registry.settings import all_settings
from registry.vocab.language import Translator
from registry.vocab.sentences import flag_name, flag_sentence
from registry.vocab.words import Severity

KINDS = (".xlsx", ".html")
SHOWN = 12
"""So many checks and fields are shown on a terminal; the files hold all."""


@app.command(help=_("Say how complete the files are and what is doubted: by division, check and source."))
def quality(
    ctx: typer.Context,
    out: Annotated[Path | None, typer.Argument(help=_("A .xlsx or .html file to write."))] = None,
    where: Where = None,
    check: Annotated[
        bool, typer.Option("--check", help=_("First ask what needs the whole register; keep its doubts."))
    ] = False,
) -> None:
    """Tell the quality of the register."""
    from exports.quality_book import write_quality_book
    from exports.quality_page import write_quality_page

    office: Office = ctx.obj
    if out is not None:
        if out.suffix.lower() not in KINDS:
            raise OutputError(path=out, reason=Phrase("a quality report is a .xlsx or .html file"))
        check_output(out, out.suffix.lower(), office.address)
    engine = office.engine()
    if check:
        with transaction(engine) as session:
            found = check_register(session)
        office.say(
            office.t.ngettext("The whole register was asked; {count} doubt.",
                              "The whole register was asked; {count} doubts.", found)
        )  # fmt: skip
    with reading(engine) as session:
        name = all_settings(session)["register_name"]
        facts = measure_quality(session, where or (), register_name=name, now=office.now())
        if out is not None:
            with written(out) as stream:
                if out.suffix.lower() == ".html":
                    write_quality_page(facts, stream, language=office.t)
                else:
                    write_quality_book(facts, every_doubt(session, where or ()), stream, language=office.t)
    for line in _lines(facts, office.t):
        office.say(line)
    if out is not None:
        office.say(office.t.gettext("Written: {path}", path=out))
    office.answer(_answer(facts))


def _lines(facts: QualityFacts, t: Translator) -> Iterator[str]:
    from exports.quality_book import emptiest, group_name, made_line

    _, whole = t.gettext, facts.whole
    yield made_line(facts, t)
    head: tuple[str, ...] = (
        t.label("division"), t.label("tree_count"), _("Complete"), _("Trees with doubts"),
        t.word(Severity, Severity.WARNING), t.word(Severity, Severity.NOTE), _("Emptiest fields"),
    )  # fmt: skip
    rows = [(group_name(row, t), row) for row in facts.divisions]
    yield ""
    yield from table([head, *(_cells(name, row, emptiest(row, t), t) for name, row in rows),
                      _cells(_("All"), whole, emptiest(whole, t), t)])  # fmt: skip
    if facts.checks:
        yield ""
        checks = [
            (flag_name(t, row.check), t.word(Severity, row.severity), t.number(row.trees, 0), row.check)
            for row in facts.checks
        ]
        yield from table([(_("Check"), _("Degree"), t.label("tree_count"), _("Code")), *checks[:SHOWN]])
        if len(checks) > SHOWN:
            yield _("… and {count} more: write a file to see all.", count=len(checks) - SHOWN)
    for row in facts.sources:
        for found in row.findings:
            yield ""
            yield f"{group_name(row, t)}: {flag_sentence(t, found.check, found.field, found.value)}"


def _cells(name: str, row: QualityRow, lacking: str, t: Translator) -> tuple[str, ...]:
    counts = (row.doubtful, row.warnings, row.notes)
    return (name, t.number(row.trees, 0), f"{row.share:.1%}", *(t.number(n, 0) for n in counts), lacking)


def _answer(facts: QualityFacts) -> dict[str, Any]:
    return {
        **_counts(facts.whole),
        "divisions": [{"division": list(row.names), **_counts(row)} for row in facts.divisions],
        "checks": [
            {"check": row.check, "severity": row.severity, "trees": row.trees, "doubts": row.doubts}
            for row in facts.checks
        ],
        "sources": [
            {
                "source": row.names[0],
                **_counts(row),
                "findings": [{"check": found.check, "value": found.value} for found in row.findings],
            }
            for row in facts.sources
        ],
    }


def _counts(row: QualityRow) -> dict[str, Any]:
    return {
        "trees": row.trees,
        "doubtful": row.doubtful,
        "warnings": row.warnings,
        "notes": row.notes,
        "fields": {f.field: {"filled": f.filled, "asked": f.asked} for f in row.fields},
    }
