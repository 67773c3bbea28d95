"""Two files of one tree become one, one file two; and the pairs that may be of one tree."""

from dataclasses import dataclass
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select
from starlette.responses import Response

from datasette_plugins.desk.asking import Ask
from datasette_plugins.desk.record_lists import divisions_within
from datasette_plugins.desk.record_reading import (
    demand_records,
    division_words,
    label_of,
    may_see,
    path_of,
    row_of,
    shown,
    title_of,
)
from datasette_plugins.desk.routing import Route, record_place
from datasette_plugins.desk.said_days import need_reason, sent
from registry.access import divisions_above, divisions_below, reach
from registry.commands.merging import (
    Conflict,
    merge_conflicts,
    merge_trees,
    merged_into,
    split_tree,
    unmerge_tree,
)
from registry.commands.numbering import COUNTY_SCHEME
from registry.duplicates import Among, find_duplicates
from registry.errors import NumberAllotError, Phrase, RegistryError
from registry.models import Division, Species, Tree
from registry.rules.duplicates import Suspects
from registry.rules.permissions import Place, Right
from registry.selection import find_tree
from registry.vocab.words import NUMBER_SCHEMES, WORDS, Grade

MOST_TREES = 20_000
"""Pairs are looked for among so many trees at a time: about a second."""
_MOST_PAIRS = 50
_NEAREST = 10


@dataclass(frozen=True, slots=True)
class Side:
    """One file of a pair as a list shows it."""

    id: str
    path: str
    title: str
    number: str
    lang: str
    place: str


@dataclass(frozen=True, slots=True)
class Pair:
    """Two files that may be of one tree, and why."""

    first: Side
    second: Side
    why: str


@dataclass(frozen=True, slots=True)
class Differs:
    """A field in which two files differ."""

    field: str
    label: str
    own: str
    other: str
    is_taken: bool


def duplicates_page(ask: Ask) -> Response:
    """Pairs that may be of one tree, within one's reach, in one division where the whole is too much."""
    wanted = ask.query.get("division", "")[:64]
    with ask.read() as session:
        among = _within(ask, session, wanted)
        count = int(session.exec(select(sa.func.count()).select_from(Tree).where(among(Tree))).one())
        is_much = count > MOST_TREES
        found = [] if is_much else list(islice(find_duplicates(session, among=among), _MOST_PAIRS + 1))
        pairs = [_pair(ask, session, each) for each in found[:_MOST_PAIRS]]
        return ask.page(
            "desk/duplicates.html", pairs=pairs, has_more=len(found) > _MOST_PAIRS, is_much=is_much,
            trees=count, most=MOST_TREES, division=wanted,
            divisions=divisions_within(ask, session, Right.RECORD),
        )  # fmt: skip


def merge_page(ask: Ask, problem: str = "") -> Response:
    """Which file goes into this one; once that is said, where the two differ."""
    with ask.read() as session:
        tree = tree_of(ask, session)
        other, conflicts = None, ()
        try:
            other = _other(ask, session)
            conflicts = merge_conflicts(session, tree.id, other.id, ask.today(session)) if other else ()
        except RegistryError as error:
            problem, other = problem or ask.t.error(error), None
        response = ask.page(
            "desk/record_merge.html", status=422 if problem else 200, problem=problem, sent=sent(ask),
            this=_side(ask, session, tree), other=other and _side(ask, session, other),
            differs=[_differs(ask, session, each) for each in conflicts],
            pairs=[] if other else _pairs_of(ask, session, tree), number=ask.query.get("other", ""),
        )  # fmt: skip
        seen = [each.id for each in (tree, other) if each is not None]
    with ask.write() as session:
        for own in seen:
            ask.audit(session, "record seen", ("tree", own))
    return response


def merge(ask: Ask) -> Response:
    """Make two files one."""
    try:
        with ask.write() as session:
            tree, other = tree_of(ask, session), _other(ask, session)
            if other is None:
                return ask.go(f"/record{path_of('tree', tree.id)}/merge")
            need_reason(ask, tree.tree_no)
            take = [
                name.removeprefix("take.") for name in ask.form if name.startswith("take.") and ask.text(name)
            ]
            merged = merge_trees(
                session, tree.id, other.id, take=take, reason=ask.text("reason"),
                document=ask.text("document") or None, actor=ask.actor, now=ask.now,
            )  # fmt: skip
            ask.audit(session, "records merged", ("tree", tree.id), record=merged.other)
            path = path_of("tree", tree.id)
    except RegistryError as error:
        return merge_page(ask, ask.t.error(error))
    ask.say(ask.t.gettext("{other} goes on in the file of {survivor}; both numbers lead to it.",
                          other=merged.other, survivor=merged.survivor))  # fmt: skip
    return ask.go(path)


def split_page(ask: Ask, problem: str = "") -> Response:
    """Undo a merger, or the number of the second tree that this file tells of."""
    with ask.read() as session:
        tree = tree_of(ask, session)
        into = merged_into(session, tree.id)
        schemes = [(scheme, ask.t.word(NUMBER_SCHEMES, scheme)) for scheme in NUMBER_SCHEMES]
        return ask.page(
            "desk/record_split.html", status=422 if problem else 200, problem=problem, sent=sent(ask),
            this=_side(ask, session, tree), into=into and _near(ask, session, session.get_one(Tree, into)),
            schemes=schemes, county=county_of(session, tree),
        )  # fmt: skip


def split(ask: Ask) -> Response:
    """Part what is one file."""
    t, why = ask.t, {"reason": ask.text("reason"), "document": ask.text("document") or None}
    try:
        with ask.write() as session:
            tree = tree_of(ask, session)
            own, number, into = tree.id, tree.tree_no, merged_into(session, tree.id)
            need_reason(ask, number)
            if into is not None:
                demand_records(ask, session, ("tree", into))
                survivor = unmerge_tree(session, own, **why, actor=ask.actor, now=ask.now)
                ask.audit(session, "record split", ("tree", own), record=survivor)
                ask.say(t.gettext("{tree} has its own file again, apart from {survivor}.",
                                  tree=number, survivor=survivor))  # fmt: skip
            else:
                fresh = split_tree(
                    session, own, **numbered(ask, session, number), **why, actor=ask.actor, now=ask.now
                )
                ask.audit(session, "record split", ("tree", own), record=fresh.tree_no)
                own = fresh.id
                ask.say(t.gettext("{number} is a file of its own, parted from {tree}.",
                                  number=fresh.tree_no, tree=number))  # fmt: skip
    except RegistryError as error:
        return split_page(ask, ask.t.error(error))
    return ask.go(path_of("tree", own))


def numbered(ask: Ask, session: Session, called: str) -> dict[str, str]:
    """How a form gives a number: the next of a county, or one by hand with its scheme.

    Numbers of a county are given by whoever is in charge there. Raises Refused, NumberAllotError.
    """
    number, scheme = ask.text("number"), ask.text("scheme")
    if number and scheme not in NUMBER_SCHEMES:
        raise LookupError(scheme)
    county = number[:6] if number else ask.text("county")
    is_of_county = not number or scheme == COUNTY_SCHEME
    if is_of_county and not ask.may(Right.RECORD, Place()):
        found = session.exec(select(Division.id).where(Division.code == county)).all()
        if not found:
            reason = Phrase("the register knows no county with this code")
            raise NumberAllotError(tree_no=called, number=county[:64] or "—", reason=reason)
        for own in found:
            ask.demand(Right.RECORD, Place(divisions_above(session, own)))
    return {"number": number, "scheme": scheme} if number else {"county": county}


def county_of(session: Session, tree: Tree) -> str:
    """The six-digit code of the county where a tree stands, "" where it is not known."""
    for own in divisions_above(session, tree.division_id):
        code = session.get_one(Division, own).code or ""
        if len(code) == 6 and code.isascii() and code.isdigit():
            return code
    return ""


def tree_of(ask: Ask, session: Session) -> Tree:
    """The tree that the address names. Raises LookupError for another kind of record."""
    if ask.vars["kind"] != "tree":
        raise LookupError(ask.vars["kind"])
    tree: Tree = row_of(session, "tree", ask.vars["id"])
    return tree


def _other(ask: Ask, session: Session) -> Tree | None:
    """The other file that is named, by its id or a number, where it may be changed. Raises RegistryError."""
    said = ask.text("other") or ask.query.get("other", "").strip()[:200]
    if not said:
        return None
    other = session.get(Tree, said) or session.get_one(Tree, find_tree(session, said))
    demand_records(ask, session, ("tree", other.id))
    return other


def _within(ask: Ask, session: Session, division: str = "") -> Among:
    """The trees whose files one may change, of a division alone where one is named."""
    today = ask.today(session)

    def among(table: Any) -> Any:
        within = reach(ask.holder, Right.RECORD, table, today)
        own = col(table.division_id).in_(divisions_below([division])) if division else sa.true()
        return sa.and_(within, own)

    return among


def _pairs_of(ask: Ask, session: Session, tree: Tree) -> list[Pair]:
    """The files that may be of the same tree as this one; it is the first of each pair."""
    found = islice(find_duplicates(session, among=_within(ask, session), of=tree), _NEAREST)
    pairs = [_pair(ask, session, each) for each in found]
    return [each if each.first.id == tree.id else Pair(each.second, each.first, each.why) for each in pairs]


def _pair(ask: Ask, session: Session, found: Suspects) -> Pair:
    first, second = (_side(ask, session, session.get_one(Tree, own)) for own in (found.first, found.second))
    return Pair(first, second, ask.t.gettext("; ").join(str(ask.t.phrase(phrase)) for phrase in found.why))


def _side(ask: Ask, session: Session, tree: Tree) -> Side:
    place = " ".join(
        filter(None, (division_words(session, tree.division_id, ask.t), tree.town, tree.village))
    )
    return Side(
        tree.id, path_of("tree", tree.id), title_of("tree", tree), tree.tree_no, tree.text_lang, place
    )


def _near(ask: Ask, session: Session, tree: Tree) -> Side:
    """As `_side`; of a file that one may not see the number alone."""
    if may_see(ask, session, "tree", tree.id):
        return _side(ask, session, tree)
    return Side(tree.id, "", "", tree.tree_no, tree.text_lang, "")


def _differs(ask: Ask, session: Session, conflict: Conflict) -> Differs:
    own, other = (_said(ask, session, conflict.field, value) for value in (conflict.own, conflict.other))
    is_taken = bool(ask.text(f"take.{conflict.field}"))
    return Differs(conflict.field, label_of(ask.t, conflict.field), own, other, is_taken)


def _said(ask: Ask, session: Session, field: str, value: Any) -> str:
    if field == "division_id":
        return division_words(session, value, ask.t)
    if field == "species_id":
        species = session.get_one(Species, value)
        named = species.name_latin if ask.t.lang == "en" else species.name_hans
        return named or species.name_latin or str(value)
    if field == "protection_grade":
        return ask.t.word(Grade, value)
    if field in {"grove_id", "garden_id", "place_id"}:
        kind = field.removesuffix("_id")
        return title_of(kind, row_of(session, kind, value))
    return ask.t.word(type(value), value) if type(value) in WORDS else shown(ask.t, "tree", field, value)


_AT = "/record/{kind}/{id}"
ROUTES = (
    Route("GET", "/duplicates", duplicates_page, Right.RECORD),
    Route("GET", f"{_AT}/merge", merge_page, Right.RECORD, subject=record_place),
    Route("POST", f"{_AT}/merge", merge, Right.RECORD, subject=record_place),
    Route("GET", f"{_AT}/split", split_page, Right.RECORD, subject=record_place),
    Route("POST", f"{_AT}/split", split, Right.RECORD, subject=record_place),
)
