"""`gushu backup` and `gushu restore`: the whole register in one file, and back."""

import os
import re
import shlex
from pathlib import Path
from typing import Annotated

import typer

from registry.backups.archive import Checked, check
from registry.backups.making import make_backup
from registry.backups.places import places_in, places_of
from registry.backups.restoring import restore as restore_backup
from registry.backups.sealing import read_passphrase
from registry.cli.app import Office, _, app
from registry.commands.auditing import record_audit
from registry.db import newest_revision, open_register, shown_address, transaction
from registry.errors import RegisterOlderError
from registry.outputs import check_output

BACKUP_MADE, BACKUP_RESTORED = "backup_made", "backup_restored"
_OURS = re.compile(r"gushu-backup-\d{8}-\d{6}\.tar")

Passphrase = Annotated[
    Path | None,
    typer.Option(
        "--passphrase-file",
        envvar="GUSHU_BACKUP_PASSPHRASE_FILE",
        help=_("File whose first line is the passphrase that seals the keys."),
    ),
]


@app.command(help=_("Put the whole register into one file, while others go on working."))
def backup(
    ctx: typer.Context,
    out: Annotated[Path, typer.Argument(metavar="OUT", help=_("A .tar file, or a folder of backups."))],
    passphrase_file: Passphrase = None,
    only_check: Annotated[
        bool, typer.Option("--check", help=_("Make none: look whether the one in OUT is whole."))
    ] = False,
    keep: Annotated[
        int | None,
        typer.Option(
            min=1, help=_("In a folder: how many backups stay, the newest; older ones are deleted.")
        ),
    ] = None,
) -> None:
    """Make a backup, or look one over."""
    office: Office = ctx.obj
    if only_check:
        _tell(office, out, check(out))
        return
    passphrase = read_passphrase(passphrase_file) if passphrase_file is not None else None
    now, folder = office.now(), out if out.is_dir() or (not out.exists() and not out.suffix) else None
    path = out / f"gushu-backup-{now:%Y%m%d-%H%M%S}.tar" if folder is not None else out
    if folder is not None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    check_output(path, ".tar", office.address)
    found = make_backup(places_of(office.address), path, passphrase=passphrase, now=now)
    _audit(office, office.address, found, BACKUP_MADE, path)
    _tell(office, path, found)
    if folder is not None and keep is not None:
        _delete_old(office, folder, keep)


@app.command(help=_("Put a backup back, where no register stands yet."))
def restore(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help=_("The backup."))],
    to: Annotated[
        Path | None, typer.Option(help=_("Folder for all of it; otherwise where --register says."))
    ] = None,
    passphrase_file: Passphrase = None,
    without_keys: Annotated[
        bool, typer.Option("--without-keys", help=_("Leave sealed keys out: you have them elsewhere."))
    ] = False,
) -> None:
    """Restore a backup."""
    office: Office = ctx.obj
    t = office.t
    places = places_of(office.address) if to is None else places_in(to)
    passphrase = read_passphrase(passphrase_file) if passphrase_file is not None else None
    found = restore_backup(file, places, passphrase, without_keys=without_keys)
    where = shown_address(places.address)
    _audit(office, places.address, found.checked, BACKUP_RESTORED, file)
    about = found.checked.about
    office.say(
        t.gettext("The register of {made_at} stands at {address}.", made_at=about.made_at, address=where)
    )
    office.say(
        t.ngettext("{count} event holds.", "{count} events hold.", about.events)
        if found.trouble is None and not found.is_older
        else t.gettext("Its history is the one that the backup states: {head}", head=about.head)
    )
    if found.is_older:
        office.say(t.gettext("It is of an older version: run `gushu migrate`, then `gushu verify`."))
    if not places.keys.exists():
        office.say(
            t.gettext("Its keys are not there: put your copy of the key file at {path}.", path=places.keys)
        )
    for name, path in found.supplements.items():
        office.say(f"gushu config set {name} {shlex.quote(str(path))}")
    facts = {"register": where, "made_at": about.made_at, "events": about.events, "head": about.head,
             "keys": found.has_keys, "is_older": found.is_older}  # fmt: skip
    office.answer(facts | {"settings": found.supplements})
    if found.trouble is not None:
        raise found.trouble


def _audit(office: Office, address: str, found: Checked, action: str, path: Path) -> None:
    """Note it in the audit log of the register, which an older one does not have yet."""
    try:
        engine = open_register(address)
    except RegisterOlderError:
        return
    with transaction(engine, patient=True) as session:
        record_audit(
            session, action, account_id=None, login=office.actor, now=office.now(),
            file=path.name, size=found.size, head=found.about.head, keys=found.about.keys,
        )  # fmt: skip


def _tell(office: Office, path: Path, found: Checked) -> None:
    t, about = office.t, found.about
    size = t.number(found.size / 2**20, 1)
    office.say(
        t.gettext("{path}: whole, {size} MiB, as of {made_at}.", path=path, size=size, made_at=about.made_at)
    )
    office.say(
        t.gettext(
            "{events}, {photos}, {files}; head {head}",
            events=t.ngettext("{count} event of the history", "{count} events of the history", about.events),
            photos=t.ngettext("{count} photo", "{count} photos", found.photos),
            files=t.ngettext("{count} private file", "{count} private files", found.files),
            head=about.head,
        )
    )
    if about.keys == "sealed":
        office.say(t.gettext("The keys are in it, sealed: keep the passphrase elsewhere, on paper."))
    else:
        office.say(
            t.gettext(
                "The keys are not in it: keep a copy of the key file elsewhere, or seal them in with "
                "--passphrase-file."
            )
        )
    if about.missing:
        said = t.ngettext(
            "{count} file that the register names was not there.",
            "{count} files that the register names were not there.",
            about.missing,
        )
        office.say(said)
    if found.unsound:
        said = t.ngettext(
            "{count} file is not what was taken in; it is in the backup as it is.",
            "{count} files are not what was taken in; they are in the backup as they are.",
            found.unsound,
        )
        office.say(said)
    office.answer(
        {
            "file": str(path), "bytes": found.size, "made_at": about.made_at, "database": about.database,
            "revision": about.revision, "is_older": about.revision != newest_revision(),
            "events": about.events, "head": about.head, "photos": found.photos, "files": found.files,
            "keys": about.keys, "missing": about.missing, "unsound": found.unsound,
        }
    )  # fmt: skip


def _delete_old(office: Office, folder: Path, keep: int) -> None:
    """Only what this command named itself; the names sort by time."""
    old = sorted(path for path in folder.iterdir() if _OURS.fullmatch(path.name))[:-keep]
    for path in old:
        os.unlink(path)
        office.say(office.t.gettext("Deleted: {path}", path=path))
