"""Calendars of working days and time zones by jurisdiction (`schema/calendars/*.toml`), as data.

An office may have files of its own beside the register: their years add to what comes along or stand in
place of it.
"""

import os
import tomllib
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlmodel import Session, select

from registry.care_errors import CalendarFileError
from registry.db import SCHEMA_FOLDER, sqlite_path
from registry.errors import Phrase
from registry.models import Authority
from registry.rules.workdays import WEEKEND, Calendar, CalendarYear
from registry.settings import get_setting

CALENDAR_FOLDER = SCHEMA_FOLDER / "calendars"
TIME_ZONES = "time_zones"
CONFIDENCES = ("high", "medium", "low")
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_AHEAD = timedelta(hours=14)
"""Where the day begins first, it is that much later than UTC."""


def calendar_folder(address: str) -> Path:
    """Where the register at `address` keeps its own calendars (env GUSHU_CALENDARS overrides it)."""
    if named := os.environ.get("GUSHU_CALENDARS"):
        return Path(named)
    path = sqlite_path(address)
    return Path("gushu.calendars") if path is None else path.with_name(path.name + ".calendars")


def calendar_of(jurisdiction: str, folder: Path | None = None) -> Calendar:
    """The calendar of a jurisdiction, or of the one around it: of cn-shanxi, that of cn.

    A jurisdiction without any has a calendar without years: asked for a working day, it names the file to
    write. Raises CalendarFileError.
    """
    for name in _wider(jurisdiction):
        shipped = read_calendar(CALENDAR_FOLDER / f"{name}.toml")
        own = read_calendar(folder / f"{name}.toml") if folder else None
        if shipped and own:
            years = {**shipped.years, **own.years}
            return Calendar(name, own.file, own.weekend, MappingProxyType(years))
        if found := own or shipped:
            file = found.file if own or not folder else str(folder / f"{name}.toml")
            return Calendar(name, file, found.weekend, found.years)
    country = jurisdiction.partition("-")[0] or "cn"
    return Calendar(country, str((folder or CALENDAR_FOLDER) / f"{country}.toml"))


def read_calendar(path: Path) -> Calendar | None:
    """The calendar in a TOML file, checked whole; None where there is none. Raises CalendarFileError."""
    if not path.is_file():
        return None
    return _read(path, path.stat().st_mtime_ns)


def time_zone(jurisdiction: str, folder: Path | None = None) -> ZoneInfo | None:
    """The time zone of a jurisdiction, None where none is known. Raises CalendarFileError."""
    zones: dict[str, Any] = {}
    for where in filter(None, (CALENDAR_FOLDER, folder)):
        path = where / f"{TIME_ZONES}.toml"
        if path.is_file():
            zones |= _zones(path, path.stat().st_mtime_ns)
    for name in _wider(jurisdiction):
        if name in zones:
            try:
                return ZoneInfo(str(zones[name]))
            except (ZoneInfoNotFoundError, ValueError) as error:
                reason = Phrase("{zone} is no time zone, such as Asia/Shanghai", zone=zones[name])
                raise CalendarFileError(path=path, key=name, reason=reason) from error
    return None


def local_today(jurisdiction: str, now: datetime, folder: Path | None = None) -> date:
    """What day it is in a jurisdiction at this instant; where it is not known, the latest day anywhere."""
    zone = time_zone(jurisdiction, folder)
    return now.astimezone(zone).date() if zone else (now + _AHEAD).date()


def register_today(session: Session, now: datetime) -> date:
    """What day it is in the jurisdiction of a register: by its setting, else by those of its authorities (the
    latest day there); of an empty register, the day of this computer. Raises CalendarFileError."""
    folder = _own_folder(session)
    days = (local_today(name, now, folder) for name in _jurisdictions(session))
    return max(days, default=now.astimezone().date())


def register_zone(session: Session) -> tzinfo:
    """The time zone in which a register's days begin: by its setting, else by its authorities; UTC where none
    is known. Raises CalendarFileError."""
    folder = _own_folder(session)
    return next(filter(None, (time_zone(name, folder) for name in _jurisdictions(session))), UTC)


def _jurisdictions(session: Session) -> list[str]:
    """Where a register belongs: what its setting names, else the jurisdictions of its authorities."""
    own = get_setting(session, "jurisdiction")
    return [own] if own else sorted(session.exec(select(Authority.jurisdiction).distinct()))


def _own_folder(session: Session) -> Path:
    """Where the register of a session keeps its own calendars."""
    url = session.get_bind().engine.url
    return calendar_folder((url.database if url.get_backend_name() == "sqlite" else None) or str(url))


def _wider(jurisdiction: str) -> Iterator[str]:
    """A jurisdiction and those around it, the narrowest first: cn-shanxi, cn."""
    parts = jurisdiction.split("-")
    yield from ("-".join(parts[:count]) for count in range(len(parts), 0, -1))


@lru_cache(maxsize=8)
def _zones(path: Path, _changed_ns: int) -> Mapping[str, Any]:
    return _parsed(path)


@lru_cache(maxsize=64)
def _read(path: Path, _changed_ns: int) -> Calendar:
    found = _parsed(path)
    jurisdiction, weekend = found.pop("jurisdiction", None), found.pop("weekend", None)
    if jurisdiction != path.stem:
        raise CalendarFileError(
            path=path, key="jurisdiction", reason=Phrase("it must be the name of the file")
        )
    if weekend is not None and not (isinstance(weekend, list) and set(weekend) <= set(_DAYS)):
        raise CalendarFileError(
            path=path, key="weekend", reason=Phrase("one of {known}", known=" · ".join(_DAYS))
        )
    days = WEEKEND if weekend is None else frozenset(map(_DAYS.index, weekend))
    years = {int(key): _year(path, key, section, days) for key, section in _years(path, found)}
    return Calendar(path.stem, str(path), days, MappingProxyType(years))


def _years(path: Path, found: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for key, section in found.items():
        if not (key.isascii() and key.isdigit() and len(key) == 4 and isinstance(section, dict)):
            reason = Phrase("a section is a year, such as [2027]")
            raise CalendarFileError(path=path, key=key, reason=reason)
        yield key, section


def _year(path: Path, key: str, section: Mapping[str, Any], weekend: frozenset[int]) -> CalendarYear:
    """One year, checked: each day lies in it, and a make-up workday is on a weekend and not off."""
    if unknown := set(section) - {"source", "confidence", "off", "work"}:
        known = "source · confidence · off · work"
        raise CalendarFileError(
            path=path, key=f"{key}.{min(unknown)}", reason=Phrase("one of {known}", known=known)
        )
    if not isinstance(section.get("source"), str) or not section["source"].strip():
        raise CalendarFileError(path=path, key=f"{key}.source", reason=Phrase("say which notice it rests on"))
    confidence = section.get("confidence", "high")
    if confidence not in CONFIDENCES:
        reason = Phrase("one of {known}", known=" · ".join(CONFIDENCES))
        raise CalendarFileError(path=path, key=f"{key}.confidence", reason=reason)
    off, work = (frozenset(_days(path, key, name, section.get(name))) for name in ("off", "work"))
    for day in sorted(work):
        if day in off or day.weekday() not in weekend:
            reason = Phrase("{day} is no day of a weekend, or it is off as well", day=day)
            raise CalendarFileError(path=path, key=f"{key}.work", reason=reason)
    return CalendarYear(off, work, section["source"], confidence)


def _days(path: Path, key: str, name: str, entries: Any) -> Iterator[date]:
    """The days of a list of days and of ranges first/last. Raises CalendarFileError."""
    where = f"{key}.{name}"
    if not isinstance(entries, list):
        reason = Phrase("a list of days, such as 2027-01-01, and of ranges, such as 2027-02-05/2027-02-11")
        raise CalendarFileError(path=path, key=where, reason=reason)
    for entry in entries:
        first, sign, last = str(entry).partition("/")
        try:
            begin = date.fromisoformat(first)
            end = date.fromisoformat(last) if sign else begin
        except ValueError:
            begin, end = date.max, date.min
        if not (begin <= end and begin.year == end.year == int(key)):
            reason = Phrase("{entry} is no day or range of {year}", entry=entry, year=key)
            raise CalendarFileError(path=path, key=where, reason=reason)
        yield from (begin + timedelta(days=n) for n in range((end - begin).days + 1))


def _parsed(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise CalendarFileError(path=path, key="TOML", reason=str(error)) from error
