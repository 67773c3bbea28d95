"""Files of records on the command line: taking them in, with the photos beside, and what came of it."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from registry.cli.app import Office
from registry.commands.import_records import RecordsReport, import_records
from registry.db import transaction
from registry.photos import PhotoStore

_DIGEST = re.compile("[0-9a-f]{64}")


def take_records_files(office: Office, files: Sequence[Path], *, dry_run: bool) -> None:
    """Take in files of records, one after the other, each wholly or not at all."""
    engine, facts = office.engine(), []
    for path in files:
        with transaction(engine, patient=True) as session:
            report = import_records(session, path, actor=office.actor, now=office.now())
            if dry_run:
                session.rollback()
        kept = 0 if dry_run else _keep_photos(office, report, path)
        missing = sum(not office.photos().has(digest) for digest in report.photos)
        for line in _lines(office, report, kept, missing, dry_run=dry_run):
            office.say(line)
        facts.append(
            {"file": report.file, "created": dict(report.created), "unchanged": dict(report.unchanged),
             "kept": dict(report.kept), "sha256": report.sha256, "photos": kept, "missing": missing}
        )  # fmt: skip
    office.answer({"dry_run": dry_run, "files": facts})


def _keep_photos(office: Office, report: RecordsReport, path: Path) -> int:
    """Take in the originals beside the file that its records name; each is what its name says."""
    store, beside = office.photos(), PhotoStore(path.with_name(path.name + ".photos"))
    kept = 0
    for digest in sorted(report.photos):
        if _DIGEST.fullmatch(digest) and beside.has(digest) and not store.has(digest):
            beside.rendition(digest)  # says so where it is damaged or another
            kept += store.keep(beside.path(digest))[0] == digest
    return kept


def _lines(office: Office, report: RecordsReport, kept: int, missing: int, *, dry_run: bool) -> Iterator[str]:
    t = office.t
    yield t.gettext("{file}: a file of records, content {sha256}", file=report.file, sha256=report.sha256)
    created, unchanged = report.records(report.created), report.records(report.unchanged)
    yield t.gettext(
        "  {read} read = {created} created + {unchanged} unchanged",
        read=t.number(created + unchanged, 0), created=t.number(created, 0), unchanged=t.number(unchanged, 0),
    )  # fmt: skip
    if others := sum(report.kept.values()):
        yield t.ngettext(
            "  {count} office, source, division, species or party stays as the register has it",
            "  {count} offices, sources, divisions, species or parties stay as the register has them",
            others,
        )
    if kept:
        yield t.ngettext("  {count} photo taken in", "  {count} photos taken in", kept)
    if missing:
        yield t.ngettext(
            "  the original of {count} photo is not beside the file",
            "  the originals of {count} photos are not beside the file",
            missing,
        )
    if dry_run:
        yield t.gettext("  tried only: nothing was changed")
