"""Patrols on the command line: what is due, who has how much of it, a calendar, warnings of bad weather."""

import heapq
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlmodel import Session

from exports.workbook import Column, Sheet, numbered, write_workbook
from registry.cli.app import Office, _, app, day_of
from registry.cli.exporting import DivisionName, Where, division_chosen, register_facts, written
from registry.cli.patrol_calendar import calendar_entries, write_patrols
from registry.cli.rule_tables import list_of, looked_at, months_text, table
from registry.commands.erasing import find_party
from registry.commands.warnings import record_warnings
from registry.db import reading, transaction
from registry.outputs import check_output
from registry.patrols import (
    NO_CLASS,
    NO_PACK,
    NO_RULE,
    NOBODY,
    NOT_STANDING,
    AtRisk,
    Extra,
    PatrolDue,
    Steward,
    Tally,
    Workload,
    months_from,
    next_patrols,
    trees_at_risk,
    weeks_from,
    workload,
)
from registry.selection import STANDING
from registry.vocab.care_words import AlertKind
from registry.vocab.language import Translator
from registry.vocab.rule_words import CLASSES, STANDINGS
from registry.vocab.words import RiskRating, Vigour

patrol = typer.Typer(
    no_args_is_help=True, help=_("Patrols by the rule pack: due and overdue, workload, calendars, warnings.")
)
app.add_typer(patrol, name="patrol")

SHOWN = 20
By = Annotated[str | None, typer.Option(metavar="PARTY", help=_("Only trees that this party looks after."))]
Day = Annotated[str | None, typer.Option(help=_("As of this day, YYYY-MM-DD; otherwise today."))]
Out = Annotated[Path | None, typer.Option(help=_("Write the whole list as a workbook (.xlsx)."))]
After = Annotated[
    AlertKind | None, typer.Option(help=_("Also every tree not visited since this, with --since."))
]
Since = Annotated[str | None, typer.Option(help=_("Day of what --after names, YYYY-MM-DD."))]


@dataclass(slots=True)
class _Kept:
    """What is kept of a stream: the most urgent, and all for a program that asks."""

    most: list[PatrolDue] = field(default_factory=list)
    facts: list[dict[str, Any]] = field(default_factory=list)


@patrol.command(help=_("List the patrols that are due, overdue or due soon, the most urgent first."))
def due(
    ctx: typer.Context,
    where: Where = None,
    by: By = None,
    days: Annotated[int, typer.Option(min=0, help=_("Also what falls due within so many days."))] = 0,
    after: After = None,
    since: Since = None,
    on: Day = None,
    out: Out = None,
) -> None:
    """List what is due."""
    office: Office = ctx.obj
    t, tally, kept = office.t, Tally(), _Kept()
    extra = _extra(t, after, since)
    if out:
        check_output(out, ".xlsx", office.address)
    with reading(office.engine()) as session:
        today = day_of(on, "--on") or office.today(session)
        last = today + timedelta(days=days)
        found = (
            each
            for each in next_patrols(session, office.packs(), today, tally, where=where or (),
                                     by=_party(session, by), extra=extra)
            if each.due_on <= last
        )  # fmt: skip
        passing = _passing(found, today, tally, kept, t, as_json=office.as_json)
        if out is None:
            deque(passing, maxlen=0)
        else:
            _write_due(office, session, passing, today, out)
    office.say(looked_at(t, today, tally.read))
    office.say(
        t.gettext(
            "Patrols due: {due}; overdue: {overdue}; never visited: {never}",
            due=t.number(tally.due, 0), overdue=t.number(tally.overdue, 0), never=t.number(tally.never, 0),
        )
    )  # fmt: skip
    _say_passed_over(office, tally)
    for line in table([_line(t, each, today) for each in kept.most]):
        office.say(line)
    if tally.due > SHOWN and out is None:
        more = t.number(tally.due - SHOWN, 0)
        office.say(t.gettext("… and {count} more; --out FILE.xlsx lists all", count=more))
    if out is not None:
        office.say(list_of(t, tally.due, out))
    elif tally.due:
        office.say(t.gettext("Record a patrol with `gushu inspect`; a calendar: `gushu patrol calendar`."))
    office.answer({**_counts(tally, today), "patrols": kept.facts, "path": str(out) if out else None})


@patrol.command("workload", help=_("How many patrols each steward has in the weeks or months to come."))
def workload_(
    ctx: typer.Context,
    where: Where = None,
    weeks: Annotated[int | None, typer.Option(min=1, max=53, help=_("So many weeks."))] = None,
    months: Annotated[int, typer.Option(min=1, max=24, help=_("So many months."))] = 3,
    on: Day = None,
    out: Out = None,
) -> None:
    """Tell the workload."""
    office: Office = ctx.obj
    t, tally = office.t, Tally()
    if out:
        check_output(out, ".xlsx", office.address)
    with reading(office.engine()) as session:
        today = day_of(on, "--on") or office.today(session)
        periods = weeks_from(today, weeks) if weeks else months_from(today, months)
        found = workload(
            next_patrols(session, office.packs(), today, tally, where=where or ()), today, periods
        )
        if out:
            _write_workload(office, session, found, today, out)
    office.say(looked_at(t, today, tally.read))
    rows = [[column.title for column in _load_columns(t, found)]]
    rows += [[str(cell) for cell in row] for row in _load_rows(t, found)]
    for line in table(rows) if found.trees else [t.gettext("No patrol is due.")]:
        office.say(line)
    _say_passed_over(office, tally)
    if out:
        office.say(str(out))
    office.answer(
        {
            "on": today,
            "read": tally.read,
            "passed_over": dict(tally.passed_over),
            "periods": [{"from": first, "to": last} for first, last in found.periods],
            "stewards": [
                {
                    "steward": steward[1] or None,
                    "trees": found.trees[steward],
                    "overdue": found.overdue[steward],
                    "never_visited": found.never[steward],
                    "patrols": [found.counts[steward][place] for place in range(len(found.periods))],
                }
                for steward in _stewards(found)
            ],
        }
    )


@patrol.command(help=_("Write the patrols to come as a calendar file (.ics) for telephones and computers."))
def calendar(
    ctx: typer.Context,
    out: Annotated[Path, typer.Option(help=_("The calendar file (.ics)."))],
    where: Where = None,
    by: By = None,
    days: Annotated[int, typer.Option(min=1, max=800, help=_("For so many days ahead."))] = 92,
    each: Annotated[
        bool, typer.Option("--each", help=_("One event for each tree, not for each village and day."))
    ] = False,
    alarm: Annotated[
        int, typer.Option(min=0, help=_("Remind so many days before, at nine; 0: on the day."))
    ] = 1,
    on: Day = None,
) -> None:
    """Write a calendar."""
    office: Office = ctx.obj
    t, tally = office.t, Tally()
    check_output(out, ".ics", office.address)
    with reading(office.engine()) as session:
        today = day_of(on, "--on") or office.today(session)
        party = _party(session, by)
        found = next_patrols(session, office.packs(), today, tally, where=where or (), by=party)
        soon = (one for one in found if one.due_on <= today + timedelta(days=days))
        counted = _counted(soon, today, tally)
        entries = calendar_entries(counted, today, t, each=each, whose=party or "")
        name = register_facts(session, office).register_name
        title = (
            t.gettext("Patrols of {name}", name=by) if by else t.gettext("Patrols: {register}", register=name)
        )
        with written(out) as stream:
            count = write_patrols(entries, stream, title, t, office.now(), alarm)
    said = t.ngettext("{count} event", "{count} events", count)
    trees = t.ngettext("{count} tree", "{count} trees", tally.due)
    office.say(t.gettext("{events} for {trees}: {path}", events=said, trees=trees, path=out))
    office.say(t.gettext("For the office only: it says where the trees are and who looks after them."))
    office.answer({**_counts(tally, today), "events": count, "path": str(out)})


@patrol.command(help=_("List the trees in the path of bad weather and who is to be warned."))
def alert(
    ctx: typer.Context,
    kind: Annotated[AlertKind, typer.Option(help=_("What they are warned of."))],
    on: Annotated[str, typer.Option(help=_("Day of the warning, YYYY-MM-DD."))],
    division: DivisionName = None,
    where: Where = None,
    text: Annotated[str | None, typer.Option(help=_("What the stewards are told."))] = None,
    means: Annotated[str | None, typer.Option(help=_("By which means, such as telephone."))] = None,
    document: Annotated[str | None, typer.Option(help=_("Number of the warning."))] = None,
    record: Annotated[
        bool, typer.Option("--record", help=_("Record that the stewards were told this."))
    ] = False,
    out: Out = None,
) -> None:
    """Warn of bad weather."""
    office: Office = ctx.obj
    t, day = office.t, day_of(on, "--on")
    if out:
        check_output(out, ".xlsx", office.address)
    if day is None or (division is None and not where):
        raise typer.BadParameter(t.gettext("say for where the warning is: --division or --where"))
    message = text or t.gettext("Warning: {kind}, {day}", kind=t.word(AlertKind, kind), day=day)
    tally, made = _Warned(), None
    opened = transaction(office.engine()) if record else reading(office.engine())
    with opened as session:
        _own, within = division_chosen(session, division)
        found = tally.passing(trees_at_risk(session, [STANDING, *(where or ()), *within], day))
        if out:
            _write_alert(office, session, found, message, out)
        else:
            deque(found, maxlen=0)
        if record:
            made = record_warnings(
                session, tally.pairs, sent_on=day, text=message, means=means, document=document,
                actor=office.actor, now=office.now(),
            )  # fmt: skip
    _say_alert(office, tally, message, made, out)
    office.answer(
        {
            "kind": kind.value,
            "on": day,
            "trees": tally.trees,
            "first": [each.tree_no for each in tally.first],
            "without_steward": tally.unwatched,
            "stewards": [{"steward": name, "trees": count} for (_id, name), count in tally.stewards.items()],
            "recorded": made,
        }
    )


@dataclass(slots=True)
class _Warned:
    """Who is to be warned of what: counted as the trees pass by."""

    trees: int = 0
    unwatched: int = 0
    first: list[AtRisk] = field(default_factory=list)
    stewards: Counter[tuple[str, str]] = field(default_factory=Counter)
    pairs: list[tuple[str, str]] = field(default_factory=list)

    def passing(self, found: Iterable[AtRisk]) -> Iterator[AtRisk]:
        """The trees as they come, counted."""
        for each in found:
            self.trees += 1
            self.unwatched += not each.stewards
            if each.is_first:
                self.first.append(each)
            self.stewards.update(each.stewards)
            self.pairs += [(each.tree_id, party_id) for party_id, _name in each.stewards]
            yield each


def _party(session: Session, name: str | None) -> str | None:
    return find_party(session, name).id if name else None


def _extra(t: Translator, after: AlertKind | None, since: str | None) -> Extra | None:
    day = day_of(since, "--since")
    if (after is None) != (day is None):
        raise typer.BadParameter(t.gettext("--after and --since belong together"))
    return Extra(t.word(AlertKind, after), day) if after and day else None


def _counted(found: Iterable[PatrolDue], today: date, tally: Tally) -> Iterator[PatrolDue]:
    for each in found:
        tally.add(each, today)
        yield each


def _passing(
    found: Iterable[PatrolDue], today: date, tally: Tally, kept: _Kept, t: Translator, *, as_json: bool
) -> Iterator[PatrolDue]:
    """The patrols as they come, counted; the most urgent are kept, all of them for a program."""
    heap: list[tuple[int, int, PatrolDue]] = []
    for place, each in enumerate(_counted(found, today, tally)):
        urgency = (today - each.due_on).days if not each.is_never_visited or each.event else 0
        heapq.heappush(heap, (urgency, -place, each))
        if len(heap) > SHOWN:
            heapq.heappop(heap)
        if as_json:
            kept.facts.append(_told(t, each, today))
        yield each
    kept.most = [each for *_rest, each in sorted(heap, key=lambda one: one[:2], reverse=True)]


def _say_passed_over(office: Office, tally: Tally) -> None:
    t = office.t
    sentences = {
        NOT_STANDING: t.gettext("no longer standing: {count}"),
        NO_PACK: t.gettext("no rule pack holds there: {count}"),
        NO_CLASS: t.gettext("no grade and no class yet: {count}"),
        NO_RULE: t.gettext("the rule pack gives no interval: {count}"),
    }
    told = [
        text.format(count=t.number(tally.passed_over[reason], 0))
        for reason, text in sentences.items()
        if tally.passed_over[reason]
    ]
    if told:
        office.say(t.gettext("Without a patrol that is due: {reasons}", reasons=t.gettext("; ").join(told)))


def _state(t: Translator, each: PatrolDue, today: date) -> str:
    if each.event:
        return t.gettext("after {event}", event=each.event)
    if each.is_never_visited:
        return t.gettext("never visited")
    if overdue := each.overdue_days(today):
        return t.ngettext("{count} day overdue", "{count} days overdue", overdue)
    return t.gettext("due on {day}", day=each.due_on)


def _line(t: Translator, each: PatrolDue, today: date) -> list[str]:
    return [
        each.tree_no,
        each.name,
        each.division[-1] if each.division else "",
        _state(t, each, today),
        months_text(t, each.months),
        t.gettext(", ").join(name for _id, name in each.stewards) or t.gettext("no steward"),
    ]


def _told(t: Translator, each: PatrolDue, today: date) -> dict[str, Any]:
    return {
        "tree_no": each.tree_no,
        "name": each.name,
        "division": list(each.division),
        "class": each.kind,
        "vigour": each.vigour,
        "months": each.months,
        "last_on": each.last_on,
        "due_on": each.due_on,
        "overdue_days": each.overdue_days(today),
        "event": each.event,
        "stewards": [name for _id, name in each.stewards],
        "pack": each.basis.pack_id or None,
        "citation": each.basis.cited(t.lang) or None,
        "standing": each.basis.standing or None,
    }


def _counts(tally: Tally, today: date) -> dict[str, Any]:
    return {
        "on": today,
        "read": tally.read,
        "due": tally.due,
        "overdue": tally.overdue,
        "never_visited": tally.never,
        "passed_over": dict(tally.passed_over),
    }


def _write_due(office: Office, session: Session, found: Iterable[PatrolDue], today: date, out: Path) -> None:
    t = office.t
    columns = (
        Column(t.gettext("No."), 6, "integer"),
        Column(t.label("tree_no"), 18),
        Column(t.label("name_zh"), 14),
        Column(t.label("division"), 26),
        Column(t.gettext("Class"), 12),
        Column(t.label("vigour"), 10),
        Column(t.gettext("Interval"), 9, "decimal", t.gettext("months")),
        Column(t.gettext("Last visit"), 12, "date"),
        Column(t.gettext("Due on"), 12, "date"),
        Column(t.gettext("Days overdue"), 9, "integer"),
        Column(t.gettext("State"), 16),
        Column(t.gettext("Stewards"), 26),
        Column(t.gettext("Source of the rule"), 40),
        Column(t.gettext("Standing"), 10),
    )
    rows = (
        (each.tree_no, each.name, " ".join(each.division), t.word(CLASSES, each.kind),
         t.word(Vigour, each.vigour), each.months, each.last_on, each.due_on,
         each.overdue_days(today) or None, _state(t, each, today),
         t.gettext(", ").join(name for _id, name in each.stewards), each.basis.cited(t.lang),
         t.word(STANDINGS, each.basis.standing) if each.basis.standing else "")
        for each in found
    )  # fmt: skip
    title = t.gettext("Patrols due")
    _write(office, session, [Sheet(title, columns, numbered(rows))], title, out, today)


def _load_columns(t: Translator, found: Workload) -> tuple[Column, ...]:
    return (
        Column(t.gettext("Steward"), 26),
        Column(t.gettext("Trees in care"), 9, "integer"),
        Column(t.gettext("Overdue"), 8, "integer"),
        Column(t.gettext("Never visited"), 9, "integer"),
        *(Column(_period(first, last), 11, "integer") for first, last in found.periods),
    )


def _period(first: date, last: date) -> str:
    """A period in a column's head: a month as 2026-05, a week by its first day."""
    return f"{first:%Y-%m}" if (last - first).days > 6 else f"{first:%m-%d}"


def _stewards(found: Workload) -> list[Steward]:
    """Stewards, the one with most trees first; trees without a steward last."""
    return sorted(found.trees, key=lambda one: (one == NOBODY, -found.trees[one], one[1], one[0]))


def _load_rows(t: Translator, found: Workload) -> Iterator[tuple[Any, ...]]:
    for one in _stewards(found):
        counts = (found.counts[one][place] for place in range(len(found.periods)))
        said = one[1] or t.gettext("without a steward")
        yield (said, found.trees[one], found.overdue[one], found.never[one], *counts)


def _write_workload(office: Office, session: Session, found: Workload, today: date, out: Path) -> None:
    t = office.t
    title = t.gettext("Workload of patrols")
    note = t.gettext(
        "A tree with several stewards counts for each of them. What is overdue falls into the first period."
    )
    sheet = Sheet(title, _load_columns(t, found), _load_rows(t, found), (note,))
    _write(office, session, [sheet], title, out, today)


def _write_alert(office: Office, session: Session, found: Iterable[AtRisk], message: str, out: Path) -> None:
    t = office.t
    columns = (
        Column(t.gettext("No."), 6, "integer"),
        Column(t.label("tree_no"), 18),
        Column(t.label("name_zh"), 14),
        Column(t.label("division"), 26),
        Column(t.gettext("To be seen first"), 9),
        Column(t.label("vigour"), 10),
        Column(t.label("risk_rating"), 10),
        Column(t.gettext("Stewards"), 30),
    )
    yes = t.gettext("yes")
    rows = (
        (each.tree_no, each.name, " ".join(each.division), yes if each.is_first else "",
         t.word(Vigour, each.vigour), t.word(RiskRating, each.risk),
         t.gettext(", ").join(name for _id, name in each.stewards) or t.gettext("no steward"))
        for each in found
    )  # fmt: skip
    title = t.gettext("Trees at risk")
    _write(office, session, [Sheet(title, columns, numbered(rows), (message,))], title, out, None)


def _write(
    office: Office, session: Session, sheets: Sequence[Sheet], title: str, out: Path, day: date | None
) -> None:
    t, name = office.t, register_facts(session, office).register_name
    made_by = (
        " · ".join(filter(None, (name, day.isoformat() if day else ""))),
        t.gettext("For the office only: holds what is not public."),
    )
    with written(out) as stream:
        write_workbook(sheets, stream, title=title, made_by=made_by, language=t, made_at=office.now())


def _say_alert(office: Office, tally: _Warned, message: str, made: int | None, out: Path | None) -> None:
    t = office.t
    office.say(message)
    office.say(t.ngettext("{count} tree at risk", "{count} trees at risk", tally.trees))
    if tally.first:
        office.say(t.gettext("To be seen first, weak or rated a high risk:"))
        for line in table([_risk_line(t, each) for each in tally.first[:SHOWN]], indent=2):
            office.say(line)
        if len(tally.first) > SHOWN and out is None:
            more = t.number(len(tally.first) - SHOWN, 0)
            office.say(t.gettext("… and {count} more; --out FILE.xlsx lists all", count=more))
    if tally.stewards:
        office.say(t.gettext("To be warned:"))
        rows = [
            [name, t.ngettext("{count} tree", "{count} trees", count)]
            for (_id, name), count in sorted(tally.stewards.items(), key=lambda one: (-one[1], one[0][1]))
        ]
        for line in table(rows, indent=2):
            office.say(line)
    if tally.unwatched:
        office.say(
            t.ngettext("{count} tree has no steward: the office goes itself.",
                       "{count} trees have no steward: the office goes itself.", tally.unwatched)
        )  # fmt: skip
    if out:
        office.say(str(out))
    if made is not None:
        office.say(t.ngettext("{count} notice recorded.", "{count} notices recorded.", made))
    elif tally.stewards:
        office.say(t.gettext("Once they have been told, record it with --record."))


def _risk_line(t: Translator, each: AtRisk) -> list[str]:
    said = [t.word(Vigour, each.vigour), t.word(RiskRating, each.risk)]
    place = each.division[-1] if each.division else ""
    return [each.tree_no, each.name, place, " · ".join(filter(None, said))]
