"""Putting one change of a tree back, and giving a tree its official number."""

from starlette.responses import Response

from datasette_plugins.desk.asking import Ask
from datasette_plugins.desk.record_history import happened_at
from datasette_plugins.desk.record_merging import county_of, numbered, tree_of
from datasette_plugins.desk.record_reading import demand_records, path_of, title_of
from datasette_plugins.desk.routing import Route, record_place
from datasette_plugins.desk.said_days import need_reason, sent
from registry.commands.numbering import allot_number
from registry.commands.undoing import undo_event
from registry.errors import RegistryError
from registry.models import Tree
from registry.rules.permissions import Right
from registry.vocab.words import NUMBER_SCHEMES


def undo_page(ask: Ask, problem: str = "") -> Response:
    """One change as the history tells it, and why it is put back."""
    with ask.read() as session:
        tree = tree_of(ask, session)
        change = happened_at(ask, session, tree.id, _seq(ask))
        return ask.page(
            "desk/record_undo.html", status=422 if problem else 200, problem=problem, sent=sent(ask),
            change=change, title=title_of("tree", tree), number=tree.tree_no, path=path_of("tree", tree.id),
        )  # fmt: skip


def undo(ask: Ask) -> Response:
    """Put the change back, by a new one."""
    try:
        with ask.write() as session:
            tree = tree_of(ask, session)
            own, holders = tree.id, _holders(tree)
            need_reason(ask, tree.tree_no)
            undo_event(
                session, _seq(ask), tree_id=own, actor=ask.actor, now=ask.now, reason=ask.text("reason"),
                document=ask.text("document") or None,
            )  # fmt: skip
            fresh = _holders(tree) - holders
            demand_records(ask, session, ("tree", own), *fresh)
            ask.audit(session, "change undone", ("tree", own), number=_seq(ask))
    except RegistryError as error:
        return undo_page(ask, ask.t.error(error))
    ask.say(ask.t.gettext("What was before stands again."))
    return ask.go(f"{path_of('tree', own)}#history")


def _holders(tree: Tree) -> set[tuple[str, str]]:
    """The grove, garden and place in which a tree stands."""
    found = (("grove", tree.grove_id), ("garden", tree.garden_id), ("place", tree.place_id))
    return {(kind, own) for kind, own in found if own}


def _seq(ask: Ask) -> int:
    """The number of the event in the address. Raises LookupError."""
    said = ask.vars["seq"]
    if not (said.isascii() and said.isdigit() and len(said) < 16):
        raise LookupError(said)
    return int(said)


def number_page(ask: Ask, problem: str = "") -> Response:
    """The form of an official number."""
    with ask.read() as session:
        tree = tree_of(ask, session)
        schemes = [(scheme, ask.t.word(NUMBER_SCHEMES, scheme)) for scheme in NUMBER_SCHEMES]
        return ask.page(
            "desk/record_number.html", status=422 if problem else 200, problem=problem, sent=sent(ask),
            title=title_of("tree", tree), number=tree.tree_no, path=path_of("tree", tree.id), schemes=schemes,
            scheme=ask.t.word(NUMBER_SCHEMES, tree.number_scheme), county=county_of(session, tree),
        )  # fmt: skip


def give_number(ask: Ask) -> Response:
    """Give the tree its official number."""
    try:
        with ask.write() as session:
            tree = tree_of(ask, session)
            own, before = tree.id, tree.tree_no
            given = allot_number(
                session, tree, **numbered(ask, session, before), actor=ask.actor, now=ask.now,
                reason=ask.text("reason") or None, document=ask.text("document") or None,
            )  # fmt: skip
            if given != before:
                ask.audit(session, "number given", ("tree", own), number=given)
    except RegistryError as error:
        return number_page(ask, ask.t.error(error))
    t = ask.t
    ask.say(t.gettext("Nothing was changed.") if given == before
            else t.gettext("{tree} has the number {number}.", tree=before, number=given))  # fmt: skip
    return ask.go(path_of("tree", own))


_AT = "/record/{kind}/{id}"
ROUTES = (
    Route("GET", f"{_AT}/undo/{{seq}}", undo_page, Right.RECORD, subject=record_place),
    Route("POST", f"{_AT}/undo/{{seq}}", undo, Right.RECORD, subject=record_place),
    Route("GET", f"{_AT}/official-number", number_page, Right.RECORD, subject=record_place),
    Route("POST", f"{_AT}/official-number", give_number, Right.RECORD, subject=record_place),
)
