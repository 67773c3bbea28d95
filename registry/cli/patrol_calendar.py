"""The events of a calendar of patrols: for each village and day, or for each tree."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import BinaryIO

from exports.calendar_file import CalendarEntry, write_calendar
from registry.cli.rule_tables import months_text
from registry.patrols import PatrolDue
from registry.vocab.language import Translator

HOST = "gushu"
MOST_TOLD = 60
"""Trees that one event tells of by number; more are counted."""


def calendar_entries(
    dues: Iterable[PatrolDue], today: date, t: Translator, *, each: bool, whose: str
) -> Iterator[CalendarEntry]:
    """Events for `dues`. What is overdue or was never done stands on `today`.

    each: an event for every tree, else for every village (or the smallest division known) and day. whose: the
    party that the calendar is for, part of what tells one event from another.
    """
    if each:
        yield from (_of_tree(due, today, t, whose) for due in dues)
        return
    groups: defaultdict[tuple[date, str, str], list[PatrolDue]] = defaultdict(list)
    for due in dues:
        groups[max(due.due_on, today), due.division_id or "", due.village].append(due)
    for (day, division_id, village), found in sorted(groups.items()):
        yield _of_village(day, f"{division_id}/{village}", found, today, t, whose)


def write_patrols(
    entries: Iterable[CalendarEntry], out: BinaryIO, title: str, t: Translator, now: datetime, alarm: int
) -> int:
    """Write the calendar; returns how many events it has."""
    return write_calendar(entries, out, name=title, lang=t.lang, made_at=now, alarm_days=alarm)


def _of_tree(due: PatrolDue, today: date, t: Translator, whose: str) -> CalendarEntry:
    place = " ".join(filter(None, (*due.division, due.village)))
    title = t.gettext("Patrol: {name} {number}", name=due.name, number=due.tree_no)
    return CalendarEntry(
        _uid("tree", due.tree_id, whose), max(due.due_on, today), title.strip(), _text(due, today, t),
        place, (t.gettext("Patrols"),),
    )  # fmt: skip


def _of_village(
    day: date, place: str, found: list[PatrolDue], today: date, t: Translator, whose: str
) -> CalendarEntry:
    division, village = found[0].division, found[0].village
    where = village or (division[-1] if division else t.gettext("place not known"))
    count = t.ngettext("{count} tree", "{count} trees", len(found))
    title = t.gettext("Patrol: {place}, {trees}", place=where, trees=count)
    lines = [_text(due, today, t) for due in found[:MOST_TOLD]]
    if (more := len(found) - MOST_TOLD) > 0:
        lines.append(t.gettext("… and {count} more: gushu patrol due", count=t.number(more, 0)))
    address = " ".join(filter(None, (*division, village)))
    uid = _uid("village", f"{place}/{day.isoformat()}", whose)
    return CalendarEntry(uid, day, title, "\n".join(lines), address, (t.gettext("Patrols"),))


def _text(due: PatrolDue, today: date, t: Translator) -> str:
    """One tree in an event: number, name, its last visit, how often it is to be seen."""
    last = t.gettext("last visit {day}", day=due.last_on) if due.last_on else t.gettext("never visited")
    parts = [due.tree_no, due.name, last, months_text(t, due.months)]
    if overdue := due.overdue_days(today):
        parts.append(t.ngettext("{count} day overdue", "{count} days overdue", overdue))
    return "  ".join(filter(None, parts))


def _uid(kind: str, what: str, whose: str) -> str:
    return f"{hashlib.sha256(f'{kind}/{what}/{whose}'.encode()).hexdigest()[:32]}@{HOST}"
