"""Taking things out: tags, maps, dossiers, lists, reports. What is chosen is kept within one's reach."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select
from starlette.responses import Response

from datasette_plugins.desk.asking import Ask, Refused
from datasette_plugins.desk.export_kinds import EXPORTS, Export
from datasette_plugins.desk.export_plates import ask_file_kind, ask_plates, ask_sheet, plate_templates
from datasette_plugins.desk.job_words import title_of
from datasette_plugins.desk.office_kit import has_all, put_in_line, within
from datasette_plugins.desk.routing import Route
from registry.access import cares_for, place_of, reach, stewards_within
from registry.commands.erasing import find_party
from registry.errors import NothingSelectedError, RegistryError
from registry.models import Authority, Division, Grove, Species, Strategy, Tree
from registry.rules.permissions import Place, Right
from registry.selection import STANDING, count_trees, find_record, select_trees
from registry.surroundings import Surroundings
from registry.vocab.labels import Label
from registry.vocab.words import WORDS, Grade, TreeStatus, Vigour

_SELECTED = ("division", "species", "grade", "vigour", "status")
"""Fields by which a form lets trees be chosen."""
_MOST_CHOICES = 400
_LEDGERS = {
    "grove": Label("古树群", "groves"),
    "garden": Label("历史名园", "heritage gardens"),
    "place": Label("台账地点", "places of ledgers"),
    "element": Label("要素", "landmark elements"),
}


@dataclass(slots=True)
class Chosen:
    """What a form asked for: arguments, what is said of it, how much it is; terms of a selection of trees."""

    argv: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    total: int | None = None
    terms: list[str] = field(default_factory=list)


def export_page(ask: Ask) -> Response:
    """What can be taken out; with `what`, its form."""
    name = ask.query.get("what", "")
    return _page(ask, EXPORTS.get(name))


def export(ask: Ask) -> Response:
    """Have it made."""
    wanted = EXPORTS.get(ask.text("what"))
    if wanted is None:
        raise LookupError(ask.text("what"))
    for right in wanted.rights:
        ask.demand(right)
    if wanted.scope == "all" and not all(has_all(ask, right) for right in wanted.rights):
        raise Refused
    try:
        with ask.read() as session:
            chosen = _CHOOSE[wanted.scope](ask, session, wanted)
            for name in wanted.asks:
                _ASKED[name](ask, session, chosen)
    except (RegistryError, ValueError) as error:
        wrong = ask.t.error(error) if isinstance(error, RegistryError) else str(error)
        return _page(ask, wanted, wrong=wrong, status=422)
    kind = ask.text("kind") if ask.text("kind") in wanted.kinds else wanted.kinds[0]
    arguments = {
        "argv": [*wanted.command, *chosen.argv, *wanted.out_as],
        "name": f"{wanted.file}-{ask.now:%Y%m%d}{kind}",
        "folder": wanted.is_folder,
        "about": " · ".join(chosen.said),
    }
    own = put_in_line(
        ask, wanted.kind, arguments, action="export_asked", total=chosen.total, chosen=" ".join(chosen.argv)
    )
    return ask.go(f"/jobs/{own}")


def may_take(ask: Ask, wanted: Export) -> bool:
    """Whether somebody may ask for it at all."""
    if wanted.scope == "all":
        return all(has_all(ask, right) for right in wanted.rights)
    return all(ask.may(right) for right in wanted.rights)


def _page(ask: Ask, wanted: Export | None, *, wrong: str = "", status: int = 200) -> Response:
    t = ask.t
    if wanted is not None and not may_take(ask, wanted):
        raise Refused
    offered = [
        (each, title_of(each.kind, t), t.pick(each.about)) for each in EXPORTS.values() if may_take(ask, each)
    ]
    context: dict[str, Any] = {"offered": offered, "wanted": wanted, "wrong": wrong, "sent": ask.form}
    if wanted is not None:
        with ask.read() as session:
            context |= _choices(ask, session, wanted)
        context["title"] = title_of(wanted.kind, t)
        context["about"] = t.pick(wanted.about)
        context["given"] = {
            name: ask.text(name) or ask.query.get(name, "") for name in (*_SELECTED, *_FIELDS)
        }
    return ask.page("desk/office/export.html", status=status, **context)


_FIELDS = ("record", "days", "start_at", "year", "authority", "document", "ledger", "kind", "strategy",
           "template", "plate", "engraved", "signed", "batch", "reprint", "page", "grid", "gap", "copies",
           "file_kind", "steward", "as_list")  # fmt: skip


def _choices(ask: Ask, session: Session, wanted: Export) -> dict[str, Any]:
    """What the form of an export lets one choose between."""
    t = ask.t
    found: dict[str, Any] = {
        "year_choices": [(str(year), str(year)) for year in range(ask.now.year, ask.now.year - 8, -1)],
        "kind_choices": [(kind, kind[1:].upper()) for kind in wanted.kinds],
        "ledgers": [(name, t.pick(label)) for name, label in _LEDGERS.items()],
        "authorities": [],
        "templates": plate_templates(ask) if "plates" in wanted.asks else [],
        "may_be_restricted": all(ask.may(right) for right in (Right.EXPORT, Right.FILE)),
    }
    if "authority" in wanted.asks:
        rows = session.exec(select(Authority).order_by(col(Authority.name_zh))).all()
        found["authorities"] = [
            (row.id, row.name_zh if t.lang == "zh" else row.name_en or row.name_zh) for row in rows
        ]
    if wanted.scope != "where":
        return found
    here = reach(ask.holder, wanted.rights[0], Tree, ask.today(session))
    columns = {
        "grade_choices": [(word, t.pick(label)) for word, label in WORDS[Grade].items()],
        "vigour_choices": _held_words(session, Tree.vigour, Vigour, here, t),
        "status_choices": _held_words(session, Tree.status, TreeStatus, here, t),
    }
    found.update(columns)
    many = {"divisions": _divisions(session, here, t), "species_names": _species(session, here, t)}
    if "steward" in wanted.asks:
        many["stewards"] = stewards_within(session, here, ask.today(session), _MOST_CHOICES + 1)
    found |= {name: choices[:_MOST_CHOICES] for name, choices in many.items()}
    found["divisions"].sort(key=lambda pair: pair[1])
    found["cut"] = {name for name, choices in many.items() if len(choices) > _MOST_CHOICES}
    found["most"] = _MOST_CHOICES
    found["reach"] = within(ask, wanted.rights[0])
    return found


def _held_words(session: Session, column: Any, words: Any, here: Any, t: Any) -> list[tuple[str, str]]:
    query = sa.select(column).where(here, column.is_not(None)).distinct()
    held = {str(value) for value in session.execute(query).scalars()}
    return [(word, t.pick(label)) for word, label in WORDS[words].items() if word in held]


def _divisions(session: Session, here: Any, t: Any) -> list[tuple[str, str]]:
    """The divisions that hold trees within reach, and those above them, the largest first."""
    used = set(session.execute(sa.select(Tree.division_id).where(here).distinct()).scalars()) - {None}  # type: ignore[call-overload]
    around = Surroundings(session)
    wanted = set(used)
    for own in used:
        above = around.divisions[own].parent_id
        while above is not None and above not in wanted:
            wanted.add(above)
            above = around.divisions[above].parent_id
    paths = {own: around.division_path(own, in_english=t.lang == "en") for own in wanted}
    largest = sorted(paths, key=lambda own: (len(paths[own]), paths[own]))[: _MOST_CHOICES + 1]
    return [(own, " › ".join(paths[own])) for own in largest]


def _species(session: Session, here: Any, t: Any) -> list[tuple[str, str]]:
    query = (
        sa.select(Species.id, Species.name_hans, Species.name_latin, sa.func.count())  # type: ignore[call-overload]
        .join(Tree, col(Tree.species_id) == col(Species.id))
        .where(here)
        .group_by(Species.id, Species.name_hans, Species.name_latin)
        .order_by(sa.func.count().desc(), Species.id)
        .limit(_MOST_CHOICES + 1)
    )
    return [
        (
            own,
            f"{zh or latin or own} ({t.number(count, 0)})"
            if t.lang == "zh"
            else f"{latin or zh or own} ({t.number(count, 0)})",
        )
        for own, zh, latin, count in session.execute(query)
    ]


def _choose_where(ask: Ask, session: Session, wanted: Export) -> Chosen:
    """Trees by the form, within every right that is needed. Raises NothingSelectedError."""
    terms, said = [], []
    for name in _SELECTED:
        if value := ask.text(name):
            terms.append(f"{name}={value}")
            said.append(_said(session, name, value, ask))
    for right in wanted.rights:
        terms += [term for term in within(ask, right) if term not in terms]
    total = count_trees(session, terms)
    return Chosen([word for term in terms for word in ("--where", term)], said, total, terms)


def _said(session: Session, name: str, value: str, ask: Ask) -> str:
    """A term of a selection as people read it."""
    t = ask.t
    if name == "division":
        found = session.get(Division, value)
        return found.name if found else value
    if name == "species":
        species = session.get(Species, value)
        return (species.name_hans or species.name_latin or value) if species else value
    words: Any = {"grade": Grade, "vigour": Vigour, "status": TreeStatus}[name]
    return str(t.word(words, value))


def _choose_record(ask: Ask, session: Session, wanted: Export) -> Chosen:
    """One tree or grove that lies within reach; beyond it there is none. Raises RegistryError, Refused."""
    number = ask.text("record")
    if not number:
        raise ValueError(ask.t.gettext("Please give a number."))
    ref = find_record(session, number)
    if ref.kind not in {"tree", "grove"}:
        raise ValueError(ask.t.gettext("A dossier is made of a tree or of grove:NUMBER."))
    ask.place = place_of(session, ref.kind, ref.id, ask.today(session))
    for right in wanted.rights:
        ask.demand(right, ask.place)
    row: Any = session.get_one(Tree if ref.kind == "tree" else Grove, ref.id)
    if ref.kind == "tree":
        return Chosen([f"{row.authority_id}:{row.number_scheme}:{row.tree_no}"], [row.tree_no])
    return Chosen([f"grove:{row.authority_id}:{row.number}"], [f"{row.name or ''} {row.number}".strip()])


def _choose_strategy(ask: Ask, session: Session, wanted: Export) -> Chosen:
    """A strategy by its number, of a record within reach."""
    number = ask.text("strategy")
    try:
        ask.place = place_of_strategy(session, number, ask.today(session))
    except LookupError:
        raise ValueError(ask.t.gettext("There is no strategy of this number.")) from None
    for right in wanted.rights:
        ask.demand(right, ask.place)
    return Chosen([number], [number])


def place_of_strategy(session: Session, number: str, today: date) -> Place:
    """Where the record of a strategy lies. Raises LookupError."""
    row = session.exec(select(Strategy).where(Strategy.number == number)).first() if number else None
    for kind in ("tree", "grove", "garden", "place"):
        if own := getattr(row, f"{kind}_id", None):
            return place_of(session, kind, own, today)
    raise LookupError(number)


def _choose_all(_ask: Ask, _session: Session, _wanted: Export) -> Chosen:
    return Chosen()


def _ask_restricted(ask: Ask, _session: Session, chosen: Chosen) -> None:
    """All of it, for the office alone."""
    if ask.text("restricted"):
        ask.demand(Right.FILE, ask.place) if ask.place else ask.demand(Right.FILE)
        chosen.argv.append("--restricted")
        chosen.said.append(ask.t.gettext("for the office only"))


def _ask_number(name: str, option: str, low: int, high: int) -> Callable[[Ask, Session, Chosen], None]:
    def put(ask: Ask, _session: Session, chosen: Chosen) -> None:
        text = ask.text(name)
        if not text:
            return
        if not re.fullmatch("[0-9]{1,4}", text) or not low <= int(text) <= high:
            raise ValueError(
                ask.t.gettext("A whole number from {low} to {high}, please.", low=low, high=high)
            )
        chosen.argv += [option, text]

    return put


def _ask_text(name: str, option: str) -> Callable[[Ask, Session, Chosen], None]:
    def put(ask: Ask, _session: Session, chosen: Chosen) -> None:
        if text := ask.text(name)[:200]:
            chosen.argv.append(f"{option}={text}")
            chosen.said.append(text)

    return put


def _ask_year(ask: Ask, session: Session, chosen: Chosen) -> None:
    text = ask.text("year") or str(ask.today(session).year)
    if not re.fullmatch("(19|2[0-9])[0-9]{2}", text):
        raise ValueError(ask.t.gettext("A year such as {year}, please.", year=ask.today(session).year))
    chosen.argv += ["{out}", text]
    chosen.said.append(text)


def _ask_ledger(ask: Ask, _session: Session, chosen: Chosen) -> None:
    name = ask.text("ledger") if ask.text("ledger") in _LEDGERS else "grove"
    chosen.argv.insert(0, name)
    chosen.said.append(ask.t.pick(_LEDGERS[name]))


def _ask_steward(ask: Ask, session: Session, chosen: Chosen) -> None:
    """The trees of one steward, who is named by an id alone: a job and the audit outlast a person's file.

    Raises NothingSelectedError, which names the steward to whoever asked.
    """
    if own := ask.text("steward"):
        party = find_party(session, own)
        theirs = cares_for("tree", party.id, ask.today(session))
        trees = select_trees([*chosen.terms, STANDING]).where(col(Tree.id).in_(theirs))
        if session.execute(trees.limit(1)).first() is None:
            raise NothingSelectedError(where=" ".join([*chosen.said, party.name]))
        chosen.argv.append(f"--steward={party.id}")
        chosen.said.append(ask.t.gettext("Trees of one steward."))
        chosen.total = None


def _ask_list(ask: Ask, _session: Session, chosen: Chosen) -> None:
    if ask.text("as_list"):
        chosen.argv.append("--list")


_CHOOSE: dict[str, Callable[[Ask, Session, Export], Chosen]] = {
    "where": _choose_where,
    "record": _choose_record,
    "strategy": _choose_strategy,
    "all": _choose_all,
}
_ASKED: dict[str, Callable[[Ask, Session, Chosen], None]] = {
    "restricted": _ask_restricted,
    "days": _ask_number("days", "--days", 0, 999),
    "start_at": _ask_number("start_at", "--start-at", 1, 999),
    "year": _ask_year,
    "authority": _ask_text("authority", "--authority"),
    "document": _ask_text("document", "--document"),
    "ledger": _ask_ledger,
    "steward": _ask_steward,
    "as_list": _ask_list,
    "plates": ask_plates,
    "sheet": ask_sheet,
    "file_kind": ask_file_kind,
}
ROUTES = (
    Route("GET", "/export", export_page, Right.EXPORT),
    Route("POST", "/export", export, Right.EXPORT),
)
