"""Files of unsent work on the command line: what was in them, and what came of it."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from registry.cli.app import Office
from registry.commands.kept_phrases import said_phrase
from registry.commands.uploads import upload_folder
from registry.unsent_work import Office as Taking
from registry.unsent_work import UnsentReport, take_unsent, try_unsent
from registry.vocab.desk_words import DESK_WORDS, SubmissionState

SHOWN = 20


def take_unsent_files(office: Office, files: Sequence[Path], *, dry_run: bool) -> None:
    """Take in files of unsent work, one after the other."""
    engine, reports = office.engine(), []
    taking = Taking(
        engine, office.keys(), office.photos(), upload_folder(office.address), office.actor, office.now()
    )
    for path in files:
        report = try_unsent(engine, path) if dry_run else take_unsent(taking, path)
        reports.append(report)
        for line in _lines(office, report, dry_run=dry_run):
            office.say(line)
    names = ("read", "new", "known", "photos", "photos_new", "photos_known", "waited_for")
    totals = {name: sum(getattr(report, name) for report in reports) for name in names}
    office.answer({**totals, "dry_run": dry_run, "files": [report.as_json() for report in reports]})


def _lines(office: Office, report: UnsentReport, *, dry_run: bool) -> Iterator[str]:
    t = office.t
    yield t.gettext("{file}: unsent work of {login}", file=report.file, login=report.login)
    counts = {name: t.number(getattr(report, name), 0) for name in ("new", "known")}
    yield t.ngettext(
        "  {count} form = {new} new + {known} known already",
        "  {count} forms = {new} new + {known} known already",
        report.read,
        **counts,
    )
    for state in SubmissionState:
        if report.states[state]:
            word = t.word(DESK_WORDS[SubmissionState], state)
            yield f"    {word}: {t.number(report.states[state], 0)}"
    if dry_run:
        yield "  " + t.ngettext("{count} photo", "{count} photos", report.photos)
        yield t.gettext("  tried only: nothing was changed")
    else:
        counts = {"new": t.number(report.photos_new, 0), "known": t.number(report.photos_known, 0)}
        yield t.ngettext(
            "  {count} photo: {new} new, {known} known already",
            "  {count} photos: {new} new, {known} known already",
            report.photos,
            **counts,
        )
    if report.waited_for:
        yield t.ngettext(
            "  {count} announced photo is not in the file and has not come yet",
            "  {count} announced photos are not in the file and have not come yet",
            report.waited_for,
        )
    for bad in report.bad[:SHOWN]:
        yield f"  {bad.what}: {said_phrase(t, bad.why)}"
    if len(report.bad) > SHOWN:
        yield t.gettext("  … and {count} more", count=len(report.bad) - SHOWN)
    waits = report.states[SubmissionState.PENDING] + report.states[SubmissionState.QUARANTINED]
    if waits:
        yield t.gettext("  What waits or was set aside: `gushu submissions list`")
