"""What is said of an import: counts, differences, missing trees, rejected rows and their file."""

import csv
import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from sqlmodel import Session, col, select

from exports.csv_cells import harmless
from registry.cli.app import Office
from registry.cli.wording import field_lines
from registry.commands.import_file import Difference, ImportReport
from registry.errors import unwritable
from registry.importing.problems import KINDS, Rejection
from registry.models import Party
from registry.vocab.language import Translator

PREVIEW_ROWS = 5
PREVIEW_NUMBERS = 20


class RejectsFile:
    """Rejected rows on their way to a CSV file: put aside as they come, in place when a file is through."""

    def __init__(self, target: Path, t: Translator) -> None:
        self.target, self._t = target, t
        self._spool: IO[str] | None = None

    def add(self, rejection: Rejection) -> None:
        """One more row."""
        if self._spool is None:
            self._spool = tempfile.TemporaryFile("w+", encoding="utf-8", newline="")  # noqa: SIM115
            _ = self._t.gettext
            heads = (_("file"), _("row"), _("column"), _("value"), _("reason"), _("remedy"), _("whole row"))
            csv.writer(self._spool).writerow(heads)
        cells = json.dumps(rejection.cells, ensure_ascii=False)
        place = (rejection.file, rejection.row, rejection.column, rejection.value)
        row = [*place, *_reason(rejection, self._t), cells]
        csv.writer(self._spool).writerow([harmless(_text(value)) for value in row])

    def close(self) -> None:
        """Forget the rows."""
        if self._spool is not None:
            self._spool.close()

    def keep(self) -> Path | None:
        """Put the file in its place; one of an earlier try goes when all is well."""
        if self._spool is None:
            with suppress(OSError):
                self.target.unlink(missing_ok=True)
            return None
        aside = self.target.with_name(self.target.name + ".part")
        try:
            self._spool.seek(0)
            with aside.open("w", encoding="utf-8-sig", newline="") as stream:
                shutil.copyfileobj(self._spool, stream)
            self._spool.seek(0, 2)
            aside.replace(self.target)
        except OSError as error:
            raise unwritable(self.target, error) from error
        return self.target


def tell_import(office: Office, report: ImportReport, names: dict[str, str], *, dry_run: bool) -> None:
    """Say what came of one file. names: of the parties in its differences, by id."""
    t = office.t
    counts = {name: t.number(value, 0) for name, value in report.counts.items()}
    office.say(
        t.gettext(
            "{file}: read as {mapping}, {encoding}",
            file=report.file,
            mapping=report.mapping,
            encoding=report.encoding,
        )
    )
    office.say(
        t.gettext(
            "  {read} read = {created} created + {updated} updated + {unchanged} unchanged "
            "+ {rejected} rejected; {flagged} with doubts",
            **counts,
        )
    )
    for note in report.notes:
        office.say(f"  {t.phrase(note)}")
    if report.unused_columns:
        office.say(t.gettext("  columns not used: {columns}", columns=", ".join(report.unused_columns)))
    for line in difference_lines(report, names, t):
        office.say(line)
    for rejection in report.rejections[:PREVIEW_ROWS]:
        office.say("  " + sentence(rejection, t))
    if report.rejected > PREVIEW_ROWS:
        more = report.rejected - PREVIEW_ROWS
        message = "  … and {count} more rejected" if dry_run else "  … and {count} more in the rejects file"
        office.say(t.gettext(message, count=more))
    if report.rejects_file:
        office.say(t.gettext("  rejected rows: {path}", path=report.rejects_file))
    if report.missing:
        office.say("  " + _missing(report, t))
    if report.advice and report.created:
        office.say(f"  {report.advice}")
    if dry_run:
        office.say(t.gettext("  tried only: nothing was changed"))


def import_facts(report: ImportReport, t: Translator) -> dict[str, Any]:
    """What came of one file, for a program."""
    return {
        **report.counts,
        "missing": report.missing,
        "file": report.file,
        "mapping": report.mapping,
        "encoding": report.encoding,
        "missing_numbers": report.missing_numbers,
        "notes": [str(t.phrase(note)) for note in report.notes],
        "said": report.said,
        "rejections": [
            {
                "row": each.row,
                "column": each.column,
                "value": each.value[:200],
                **dict(zip(("reason", "remedy"), _reason(each, t), strict=True)),
            }
            for each in report.rejections
        ],
        "differences": [
            {"tree_no": each.tree_no, "action": each.action, "fields": each.fields}
            for each in report.differences
        ],
    }


def party_names(session: Session, report: ImportReport) -> dict[str, str]:
    """The names of the parties in the differences of a report, by id."""
    rows = (
        row
        for each in report.differences
        for name in ("parties", "inspections")
        for side in each.fields.get(name, ())
        for row in side or ()
    )
    ids = {row["party_id"] for row in rows if row.get("party_id")}
    return dict(session.exec(select(Party.id, Party.name).where(col(Party.id).in_(ids))).all())


def sentence(rejection: Rejection, t: Translator) -> str:
    """Where a rejected row stands, why it was rejected and what helps."""
    reason, remedy = _reason(rejection, t)
    return t.gettext(
        "{file} row {row}, column {column}, value “{value}”: {reason}; {remedy}",
        file=rejection.file,
        row=rejection.row,
        column=rejection.column,
        value=rejection.value[:60],
        reason=reason,
        remedy=remedy,
    )


def difference_lines(report: ImportReport, names: dict[str, str], t: Translator) -> Iterator[str]:
    """What changes in the first trees that change, in words. names: of the parties, by id."""
    updated = [each for each in report.differences if each.action == "updated"]
    for each in updated[:PREVIEW_ROWS]:
        yield "  " + t.gettext("{tree_no} changes:", tree_no=each.tree_no)
        for name, pair in _pairs(each):
            yield from (f"    {line}" for line in field_lines(name, pair, names, t))
    if updated and report.updated > PREVIEW_ROWS:
        more = report.updated - PREVIEW_ROWS
        yield "  " + t.ngettext("… and {count} more tree changes", "… and {count} more trees change", more)


def _pairs(difference: Difference) -> Iterator[tuple[str, list[Any]]]:
    """[old, new] by field; where one row takes the place of another, by what differs in the two."""
    for name, (old, new) in difference.fields.items():
        if name in _COMPARED and old and new and len(old) == len(new) == 1:
            gone, come = old[0], new[0]
            keys = [key for key in {**gone, **come} if key != "id" and gone.get(key) != come.get(key)]
            yield from ((key, [gone.get(key), come.get(key)]) for key in keys)
        else:
            yield name, [old, new]


_COMPARED = frozenset({"measurements", "inspections", "designations", "ages"})


def _missing(report: ImportReport, t: Translator) -> str:
    numbers = ", ".join(report.missing_numbers[:PREVIEW_NUMBERS])
    more = " …" if report.missing > PREVIEW_NUMBERS else ""
    return t.ngettext(
        "{count} tree of this source is not in the file and stays as it is: {numbers}",
        "{count} trees of this source are not in the file and stay as they are: {numbers}",
        report.missing,
        numbers=numbers + more,
    )


def _reason(rejection: Rejection, t: Translator) -> tuple[str, str]:
    kind = KINDS[rejection.kind]
    facts = {name: t.phrase(fact) for name, fact in rejection.facts.items()}
    return t.gettext(kind.reason).format(**facts), t.gettext(kind.remedy).format(**facts)


def _text(value: object) -> object:
    """A cell that can be written, whatever stood in the file."""
    return value.encode(errors="replace").decode() if isinstance(value, str) else value
