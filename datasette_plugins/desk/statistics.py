"""Statistics over the register itself, within one's reach: each number with what it is counted over."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select
from starlette.responses import Response

from datasette_plugins.desk.asking import Ask
from datasette_plugins.desk.office_kit import within
from datasette_plugins.desk.routing import Route
from datasette_plugins.site.place_names import lang_of
from exports.csv_cells import BYTE_ORDER_MARK, csv_line
from registry.access import reach
from registry.models import Division, Flag, Species, Submission, Tree
from registry.patrols import Tally, next_patrols
from registry.reports import AGE_BANDS
from registry.rulepacks import PackLibrary, pack_folder
from registry.rules.permissions import Right
from registry.selection import grade_in_force
from registry.vocab.desk_words import SubmissionState
from registry.vocab.language import Translator
from registry.vocab.words import ON_REGISTER, WORDS, Grade, Severity, TreeStatus, Vigour

_SPECIES, _DIVISIONS = 30, 200
MOST_FOR_PATROLS = 20_000
"""Of more trees than these the patrols are not looked through for a page; the list of patrols is a job."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: what it is, how many, and how their list is asked for, where there is one."""

    name: str
    count: int
    query: dict[str, str]
    lang: str = ""
    """Language of the name, where it is not the page's."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table. of: what it is counted over; below: what is left out of it."""

    key: str
    title: str
    rows: list[Row]
    of: int
    below: str = ""

    @property
    def most(self) -> int:
        """The largest number."""
        return max((row.count for row in self.rows), default=0)


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything of the page."""

    standing: int
    all: int
    tables: list[Table]
    pending: int
    warned: int
    noted: int
    patrols: Tally | None


def statistics_page(ask: Ask) -> Response:
    """The page."""
    with ask.read() as session:
        figures = measure(ask, session)
        today = ask.today(session)
    return ask.page(
        "desk/office/statistics.html", figures=figures, today=today, reach=within(ask, Right.FILE),
        sees_submissions=ask.may(Right.REVIEW) or ask.may(Right.RECORD),
    )  # fmt: skip


def statistics_table(ask: Ask) -> Response:
    """The same as a table for a spreadsheet."""
    with ask.read() as session:
        figures = measure(ask, session)
        today = ask.today(session)
    t = ask.t
    heads = [t.gettext("Table"), t.gettext("Group"), t.label("tree_count"), t.gettext("Counted over")]
    rows = ((table.title, row.name, row.count, table.of) for table in figures.tables for row in table.rows)
    content = BYTE_ORDER_MARK.encode() + b"".join(map(csv_line, (heads, *rows)))
    with ask.write() as session:
        ask.audit(session, "export_taken", None, file="statistics.csv")
    name = f"statistics-{today.isoformat()}.csv"
    return Response(
        content,
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )


def measure(ask: Ask, session: Session) -> Figures:
    """Count everything within the right to see files."""
    t, today = ask.t, ask.today(session)
    here = sa.and_(reach(ask.holder, Right.FILE, Tree, today), col(Tree.status) != TreeStatus.MERGED)
    stands = sa.and_(here, col(Tree.status).in_(ON_REGISTER))
    everything, standing = _count(session, here), _count(session, stands)
    tables = [
        _words(session, t, "status", t.label("status"), col(Tree.status), TreeStatus, here, everything),
        _by_division(session, t, stands, standing),
        _words(session, t, "grade", t.label("protection_grade"), grade_in_force(), Grade, stands, standing),
        _words(session, t, "vigour", t.label("vigour"), col(Tree.vigour), Vigour, stands, standing),
        _by_age(session, t, stands, standing),
        _by_species(session, t, stands, standing),
    ]
    pending = session.exec(
        select(sa.func.count())
        .select_from(Submission)
        .where(Submission.state == SubmissionState.PENDING, reach(ask.holder, Right.FILE, Submission, today))
    ).one()
    return Figures(
        standing, everything, tables, int(pending),
        _doubted(session, stands, Severity.WARNING), _doubted(session, stands, Severity.NOTE),
        _patrols(ask, session) if standing <= MOST_FOR_PATROLS else None,
    )  # fmt: skip


def _count(session: Session, condition: Any) -> int:
    return int(session.execute(sa.select(sa.func.count()).select_from(Tree).where(condition)).scalar_one())


def _words(
    session: Session, t: Translator, key: str, title: str, column: Any, words: Any, of: Any, total: int
) -> Table:
    """Trees by a word of a code list, in its order; those without one last."""
    inner = sa.select(column.label("word")).select_from(Tree).where(of).subquery()
    counts = {
        None if word is None else str(word): count
        for word, count in session.execute(
            sa.select(inner.c.word, sa.func.count()).group_by(inner.c.word)
        )
    }  # fmt: skip
    unknown = counts.pop(None, 0)
    rows = [
        Row(t.pick(label), counts.pop(word), {key: word})
        for word, label in WORDS[words].items()
        if word in counts
    ]
    rows += [Row(word or "", count, {key: word or ""}) for word, count in sorted(counts.items())]
    if unknown:
        rows.append(Row(t.gettext("not on record"), unknown, {}))
    return Table(key, title, rows, total)


def _by_division(session: Session, t: Translator, of: Any, total: int) -> Table:
    rows = session.execute(
        sa.select(Tree.division_id, sa.func.count())  # type: ignore[call-overload]
        .where(of)
        .group_by(Tree.division_id)
        .order_by(sa.func.count().desc(), Tree.division_id)
    ).all()
    divisions = {row.id: row for row in session.exec(select(Division))}
    shown = []
    for own, count in rows[:_DIVISIONS]:
        if own not in divisions:
            shown.append(Row(t.gettext("not on record"), count, {}))
            continue
        name = _named(divisions, own, t)
        lang = "" if t.lang == "zh" or name.isascii() else lang_of(name)
        shown.append(Row(name, count, {"division": own}, lang))
    rest = sum(count for _own, count in rows[_DIVISIONS:])
    below = t.ngettext("{count} tree in further divisions", "{count} trees in further divisions", rest)
    return Table("division", t.label("division"), shown, total, below if rest else "")


def _named(divisions: dict[str, Division], own: str | None, t: Translator) -> str:
    names: list[str] = []
    while own in divisions and len(names) < 8:
        row = divisions[own]
        names.insert(0, (row.name_en or row.name) if t.lang == "en" else row.name)
        own = row.parent_id
    return " › ".join(names)


def _by_species(session: Session, t: Translator, of: Any, total: int) -> Table:
    rows = session.execute(
        sa.select(Tree.species_id, Species.name_hans, Species.name_latin, sa.func.count())  # type: ignore[call-overload]
        .select_from(Tree)
        .outerjoin(Species, col(Species.id) == col(Tree.species_id))
        .where(of)
        .group_by(Tree.species_id, Species.name_hans, Species.name_latin)
        .order_by(sa.func.count().desc(), Tree.species_id)
    ).all()
    shown = []
    for own, zh, latin, count in rows[:_SPECIES]:
        name = (zh or latin if t.lang == "zh" else latin or zh) or (own or t.gettext("not on record"))
        lang = "la" if name == latin else lang_of(name) if name == zh and t.lang != "zh" else ""
        shown.append(Row(name, count, {"q": name} if own else {}, lang))
    rest = sum(count for *_names, count in rows[_SPECIES:])
    below = t.ngettext("{count} tree of further species", "{count} trees of further species", rest)
    return Table("species", t.gettext("Species"), shown, total, below if rest else "")


def _by_age(session: Session, t: Translator, of: Any, total: int) -> Table:
    age = col(Tree.age_years)
    columns = [
        sa.func.count().filter(age >= low if high is None else sa.and_(age >= low, age < high))
        for low, high in AGE_BANDS
    ]
    *found, unknown = session.execute(
        sa.select(*columns, sa.func.count().filter(age.is_(None))).select_from(Tree).where(of)
    ).one()
    rows = [
        Row(_band(low, high, t), count, {})
        for (low, high), count in zip(AGE_BANDS, found, strict=True)
        if count
    ]
    if unknown:
        rows.append(Row(t.gettext("not on record"), unknown, {}))
    return Table("age", t.gettext("Age on record"), rows, total)


def _band(low: int, high: int | None, t: Translator) -> str:
    if high is None:
        return t.gettext("{low} years and more", low=t.number(low, 0))
    return t.gettext("{low} to {high} years", low=t.number(low, 0), high=t.number(high - 1, 0))


def _doubted(session: Session, of: Any, severity: Severity) -> int:
    doubt = sa.exists().where(col(Flag.tree_id) == col(Tree.id), col(Flag.severity) == severity)
    return _count(session, sa.and_(of, doubt))


def _patrols(ask: Ask, session: Session) -> Tally:
    """Patrols that are due today."""
    tally, today = Tally(), ask.today(session)
    library = PackLibrary(pack_folder(ask.desk.address))
    for each in next_patrols(session, library, today, tally, where=within(ask, Right.FILE)):
        if each.due_on <= today:
            tally.add(each, today)
    return tally


ROUTES = (
    Route("GET", "/statistics", statistics_page, Right.FILE),
    Route("GET", "/statistics.csv", statistics_table, Right.FILE),
)
