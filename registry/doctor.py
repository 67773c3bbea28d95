"""Looking a register over: what is missing or out of order before somebody stumbles over it.

Nothing is changed. Whether the history is whole is asked of `gushu verify`, which reads all of it.
"""

import importlib.util
import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry.calendars import calendar_folder, calendar_of
from registry.commands.history import history_head
from registry.db import sqlite_path
from registry.edition import is_unlicensed
from registry.errors import Phrase, RegistryError
from registry.file_store import FileStore
from registry.keys import key_path, read_keys
from registry.models import (
    Authority,
    CaseDocument,
    Edition,
    Event,
    EventItem,
    InstrumentReading,
    Photo,
    Source,
    Tree,
)
from registry.photos import PhotoStore
from registry.rules.public_positions import is_limited
from registry.settings import KNOWN, all_settings
from registry.vocab.words import Label

LEAST_FREE_BYTES = 2 << 30
EXTRAS = {"postgresql": ("psycopg",), "gis": ("ezdxf", "pyogrio"), "cluster": ("distributed",)}
"""Optional extras of the package, and the modules that come with them."""
LABELS = {
    "program": Label("程序", "Program"),
    "keys": Label("密钥", "Keys"),
    "photos": Label("照片", "Photos"),
    "files": Label("案卷材料", "Files of cases"),
    "instrument files": Label("仪器文件", "Instrument files"),
    "edition": Label("公开版", "Public edition"),
    "sources": Label("来源许可", "Licences"),
    "calendar": Label("工作日历", "Days off"),
    "room": Label("磁盘空间", "Room on the disk"),
    "duty": Label("值班联系", "Duty contact"),
    **{f"extra {name}": Label(f"附加包 {name}", f"Extra {name}") for name in EXTRAS},
}
"""What the checks are about; those of settings go by the name of the setting."""


class State(StrEnum):
    """How a check came out. A warning can wait; a problem cannot."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: what it is about, how it came out, what was seen, and what to do."""

    check: str
    state: State
    said: Phrase
    remedy: Phrase | None = None


@dataclass(frozen=True, slots=True)
class Surgery:
    """What is looked over: a register and what lies around it, on a day."""

    session: Session
    address: str
    public: Path
    photos: PhotoStore
    files: FileStore
    today: date


def examine(surgery: Surgery) -> Iterator[Finding]:
    """Every check, in the order in which a person would go through them."""
    settings = all_settings(surgery.session)
    yield _program()
    yield _keys(surgery.address)
    yield from _kept_files(surgery)
    yield from _settings(settings)
    yield from _positions(surgery.session, settings)
    yield _edition(surgery)
    yield _sources(surgery.session)
    yield from _calendars(surgery)
    yield _room(surgery)
    yield from _extras()


def _program() -> Finding:
    with closing(sqlite3.connect(":memory:")) as connection:
        options = {row[0] for row in connection.execute("PRAGMA compile_options")}
    said = Phrase("SQLite {version}, with full-text search", version=sqlite3.sqlite_version)
    if "ENABLE_FTS5" in options:
        return Finding("program", State.OK, said)
    return Finding(
        "program",
        State.PROBLEM,
        Phrase("SQLite {version} has no full-text search (FTS5)", version=sqlite3.sqlite_version),
        Phrase("install a Python whose SQLite has FTS5; those of python.org and Debian do"),
    )


def _keys(address: str) -> Finding:
    path = key_path(address)
    try:
        read_keys(path)
    except RegistryError as error:
        return Finding(
            "keys",
            State.PROBLEM,
            Phrase(error.template, **error.facts),
            Phrase("bring the file back from a copy"),
        )
    if path.stat().st_mode & 0o077:
        said = Phrase("{path} can be read by other accounts of this computer", path=path)
        return Finding("keys", State.WARNING, said, Phrase("chmod 600 {path}", path=path))
    return Finding("keys", State.OK, Phrase("{path} is there; keep a copy elsewhere", path=path))


def _kept_files(surgery: Surgery) -> Iterator[Finding]:
    kept: tuple[tuple[str, Any, Path], ...] = (
        ("photos", col(Photo.sha256), surgery.photos.folder),
        ("files", col(CaseDocument.sha256), surgery.files.folder),
        ("instrument files", col(InstrumentReading.file_sha256), surgery.files.folder),
    )
    for check, column, folder in kept:
        digests = set(surgery.session.execute(sa.select(column).where(column.is_not(None))).scalars())
        if not digests:
            continue
        missing = sum(not (folder / digest[:2] / digest).is_file() for digest in digests)
        if missing:
            facts: dict[str, object] = {"missing": missing, "count": len(digests), "folder": folder}
            said = Phrase("{missing} of {count} files are not in {folder}", **facts)
            yield Finding(check, State.PROBLEM, said, Phrase("bring the folder back from a copy"))
        else:
            yield Finding(check, State.OK, Phrase("{count} files, all in place", count=len(digests)))


def _settings(settings: dict[str, str]) -> Iterator[Finding]:
    if settings["public_address"]:
        said = Phrase("tags and codes lead to {address}", address=settings["public_address"])
        yield Finding("public_address", State.OK, said)
    else:
        said = Phrase("no public address: no tag can be printed")
        yield Finding("public_address", State.WARNING, said, _set("public_address", "https://…"))
    if settings["duty_phone"] or settings["duty_mail"]:
        contact = " · ".join(filter(None, (settings["duty_phone"], settings["duty_mail"])))
        yield Finding("duty", State.OK, Phrase("whoever sees harm reaches {contact}", contact=contact))
    else:
        said = Phrase("no duty telephone and no mail: whoever scans a tag cannot report harm")
        yield Finding("duty", State.WARNING, said, _set("duty_phone", "…"))
    if settings["register_name"] == KNOWN["register_name"].default:
        said = Phrase("the register has no name of its own yet")
        yield Finding("register_name", State.WARNING, said, _set("register_name", "…"))
    if settings["demonstration"] == "yes":
        said = Phrase("this is a demonstration: everything printed says SAMPLE")
        yield Finding("demonstration", State.WARNING, said, _set("demonstration", "no"))


def _positions(session: Session, settings: dict[str, str]) -> Iterator[Finding]:
    names = [settings["jurisdiction"], *session.exec(select(Authority.jurisdiction).distinct())]
    if not any(map(is_limited, names)):
        return
    decimals, review = settings["public_position_decimals"], settings["map_review_no"]
    if decimals:
        said = Phrase("positions are published to {decimals} decimals", decimals=decimals)
        yield Finding("public_position_decimals", State.OK, said)
    else:
        said = Phrase("positions in Chinese jurisdictions are published as exactly as they are recorded")
        remedy = Phrase("settle with the surveying office how exactly they may be; {command}",
                        command=_set("public_position_decimals", "4"))  # fmt: skip
        yield Finding("public_position_decimals", State.WARNING, said, remedy)
    if review:
        yield Finding("map_review_no", State.OK, Phrase("maps show {number}", number=review))
    else:
        said = Phrase("public maps show no map review number (审图号)")
        yield Finding("map_review_no", State.WARNING, said, _set("map_review_no", "…"))


def _edition(surgery: Surgery) -> Finding:
    newest = surgery.session.exec(select(Edition).order_by(col(Edition.number).desc()).limit(1)).first()
    publish = Phrase("gushu publish --out {path}", path=surgery.public)
    if newest is None:
        return Finding("edition", State.WARNING, Phrase("nothing was published yet"), publish)
    facts: dict[str, object] = {"number": newest.number, "path": surgery.public}
    manifest = surgery.public.with_name(surgery.public.name + ".json")
    try:
        stated = json.loads(manifest.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        said = Phrase("edition {number} was published, but not to {path}", **facts)
        return Finding("edition", State.WARNING, said, publish)
    if not isinstance(stated, dict) or stated.get("sha256") != newest.sha256:
        said = Phrase("what lies at {path} is not edition {number}, the newest", **facts)
        return Finding("edition", State.WARNING, said, publish)
    if history_head(surgery.session) != _head_after(surgery.session, newest):
        said = Phrase("the register has changed since edition {number}", **facts)
        return Finding("edition", State.WARNING, said, publish)
    return Finding("edition", State.OK, Phrase("edition {number} is the state of the register", **facts))


def _head_after(session: Session, edition: Edition) -> str | None:
    """The head of the history when the edition was recorded: that of the event that records it."""
    query = (
        select(Event.hash)
        .join(EventItem, col(EventItem.seq) == col(Event.seq))
        .where(Event.kind == "edition:published", EventItem.subject_id == str(edition.number))
    )
    return session.exec(query).first()


def _sources(session: Session) -> Finding:
    unclear = [
        source.title
        for source in session.exec(select(Source).where(col(Source.id).in_(select(Tree.source_id))))
        if is_unlicensed(source.licence)
    ]
    if not unclear:
        return Finding("sources", State.OK, Phrase("every source says on what terms it may be passed on"))
    said = Phrase("no terms of re-use are known of: {titles}", titles=sorted(unclear))
    return Finding(
        "sources",
        State.WARNING,
        said,
        Phrase("ask whoever gave the files, and name the licence in the mapping"),
    )


def _calendars(surgery: Surgery) -> Iterator[Finding]:
    names = sorted(set(surgery.session.exec(select(Authority.jurisdiction))))
    for name in names:
        try:
            calendar = calendar_of(name, calendar_folder(surgery.address))
        except RegistryError:
            said = Phrase("no days off are known for {jurisdiction}: no term in working days can be counted",
                          jurisdiction=name)  # fmt: skip
            yield Finding("calendar", State.WARNING, said, Phrase("write them down as the docs of cases say"))
            continue
        missing = [
            year for year in (surgery.today.year, surgery.today.year + 1) if year not in calendar.years
        ]
        if missing:
            said = Phrase(
                "the days off of {years} are missing for {jurisdiction}", years=missing, jurisdiction=name
            )
            yield Finding("calendar", State.WARNING, said, Phrase("add them as soon as they are announced"))
        else:
            said = Phrase("days off are known to the end of next year for {jurisdiction}", jurisdiction=name)
            yield Finding("calendar", State.OK, said)


def _room(surgery: Surgery) -> Finding:
    path = sqlite_path(surgery.address)
    folder = (path if path is not None else surgery.public).resolve().parent
    while not folder.exists():
        folder = folder.parent
    own = path.stat().st_size if path is not None and path.exists() else 0
    free = shutil.disk_usage(folder).free
    facts: dict[str, object] = {"free": f"{free / 2**30:,.1f}", "folder": folder}
    if free < max(LEAST_FREE_BYTES, 3 * own):
        said = Phrase("only {free} GiB are free in {folder}", **facts)
        return Finding(
            "room", State.WARNING, said, Phrase("a migration and an edition each need a copy of the register")
        )
    return Finding("room", State.OK, Phrase("{free} GiB are free in {folder}", **facts))


def _extras() -> Iterator[Finding]:
    for extra, modules in EXTRAS.items():
        if all(importlib.util.find_spec(module) for module in modules):
            yield Finding(f"extra {extra}", State.OK, Phrase("installed"))
        else:
            said = Phrase("not installed; only some commands ask for it")
            yield Finding(
                f"extra {extra}", State.OK, said, Phrase("pip install 'gushu[{extra}]'", extra=extra)
            )


def _set(name: str, value: str) -> Phrase:
    return Phrase("gushu config set {name} {value}", name=name, value=value)
