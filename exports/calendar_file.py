"""Calendar files (iCalendar, RFC 5545) of all-day events, for the calendars of telephones and offices.

Lines end in CRLF and are folded at 75 octets; an event keeps its UID, so that a file that is read in again
brings what is there up to date.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import BinaryIO

from icalendar import Alarm, Calendar, Event

PRODUCT = "-//gushu//patrols//"


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """One all-day event. `uid`: the same for the same matter, whenever the file is made."""

    uid: str
    on: date
    title: str
    text: str
    place: str = ""
    categories: tuple[str, ...] = ()


def write_calendar(
    entries: Iterable[CalendarEntry],
    out: BinaryIO,
    *,
    name: str,
    lang: str,
    made_at: datetime,
    alarm_days: int | None = 1,
) -> int:
    """Write `entries` as one calendar called `name`; returns how many there are.

    made_at: stamps each event, so that a later file counts as the newer one. alarm_days: how many days before
    it an event is told at nine in the morning; None: not at all.
    """
    calendar = Calendar()
    calendar.add("prodid", f"{PRODUCT}{lang.upper()}")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    count = 0
    for entry in entries:
        calendar.add_component(_event(entry, lang, made_at, alarm_days))
        count += 1
    out.write(calendar.to_ical())
    return count


def _event(entry: CalendarEntry, lang: str, made_at: datetime, alarm_days: int | None) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", made_at)
    event.add("last-modified", made_at)
    event.add("sequence", int(made_at.timestamp()) // 60)
    event.add("dtstart", entry.on)
    event.add("dtend", entry.on + timedelta(days=1))
    event.add("summary", entry.title, parameters={"LANGUAGE": lang})
    event.add("description", entry.text)
    if entry.place:
        event.add("location", entry.place)
    if entry.categories:
        event.add("categories", list(entry.categories))
    event.add("transp", "TRANSPARENT")
    event.add("class", "PRIVATE")
    if alarm_days is not None:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", entry.title)
        alarm.add("trigger", timedelta(hours=9) - timedelta(days=alarm_days))
        event.add_component(alarm)
    return event
