"""Calendar files: whole days, lines ended and folded as is due, the same UID for the same matter."""

import io
from datetime import UTC, date, datetime

import icalendar
import pytest

from exports.calendar_file import CalendarEntry, write_calendar

MADE = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
LONG = "古树名木巡查，" * 40 + "; , \\ \n第二行"


def written(*entries: CalendarEntry, made_at: datetime = MADE, **options: int | None) -> bytes:
    out = io.BytesIO()
    assert write_calendar(entries, out, name="巡查", lang="zh", made_at=made_at, **options) == len(entries)
    return out.getvalue()


ENTRY = CalendarEntry("a@gushu", date(2026, 12, 31), "巡查：" + LONG, LONG, "某村", ("巡查",))


def test_lines_end_in_crlf_and_are_folded_at_75_octets_between_characters() -> None:
    content = written(ENTRY)
    lines = content.split(b"\r\n")
    assert lines[-1] == b""
    assert all(b"\n" not in line and b"\r" not in line for line in lines)
    assert max(map(len, lines)) <= 75
    for line in lines:
        line.decode("utf-8")  # no character is cut in two


def test_an_event_is_one_whole_day_and_reads_back_as_it_was() -> None:
    (event,) = icalendar.Calendar.from_ical(written(ENTRY)).walk("VEVENT")
    assert event["DTSTART"].params["VALUE"] == "DATE"
    assert (event.decoded("dtstart"), event.decoded("dtend")) == (date(2026, 12, 31), date(2027, 1, 1))
    assert str(event["DESCRIPTION"]) == LONG
    assert str(event["UID"]) == "a@gushu"
    (alarm,) = event.walk("VALARM")
    assert alarm["TRIGGER"].dt.total_seconds() == -15 * 3600


def test_a_later_file_counts_as_newer_under_the_same_uid() -> None:
    later = datetime(2026, 3, 5, 5, 6, 7, tzinfo=UTC)
    old, new = (
        icalendar.Calendar.from_ical(written(ENTRY, made_at=at)).walk("VEVENT")[0] for at in (MADE, later)
    )
    assert old["UID"] == new["UID"]
    assert new["SEQUENCE"] > old["SEQUENCE"]
    assert new["SEQUENCE"] < 2**31
    assert written(ENTRY) == written(ENTRY)


@pytest.mark.parametrize("days", [None, 0])
def test_without_an_alarm_there_is_none_and_on_the_day_it_is_at_nine(days: int | None) -> None:
    alarms = icalendar.Calendar.from_ical(written(ENTRY, alarm_days=days)).walk("VALARM")
    assert [alarm["TRIGGER"].dt.total_seconds() for alarm in alarms] == ([] if days is None else [9 * 3600])


def test_a_calendar_without_events_is_valid() -> None:
    assert icalendar.Calendar.from_ical(written()).walk("VEVENT") == []
