"""Rule packs at the desk: which are at hand and in use, what each says and on what it rests, adopting one."""

from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select
from starlette.responses import Response

from datasette_plugins.desk.asking import Ask
from datasette_plugins.desk.routing import Route
from datasette_plugins.desk.said_days import day_said, sent
from registry.affected import Tally, affected_trees
from registry.cli.rule_tables import (
    certainty,
    change_cells,
    class_text,
    pack_title,
    passed_lines,
    place_of,
    reasons,
    says_something,
    validity,
)
from registry.commands.adoption import adopt_pack, keep_pack
from registry.errors import RegistryError
from registry.models import Division, RuleAdoption, Tree
from registry.rulepacks import PackLibrary, pack_folder
from registry.rules.pack_format import FORMAT
from registry.rules.packs import RulePack
from registry.rules.permissions import Right
from registry.vocab.rule_sentences import row_name, row_text
from registry.vocab.rule_words import CONFIDENCES, SECTIONS, STANDINGS

MOST_TREES = 20_000
"""Of more trees than these the command line answers who is affected."""
SHOWN = 50


def _library(ask: Ask) -> PackLibrary:
    return PackLibrary(pack_folder(ask.desk.address))


def _adoptions(session: Session) -> list[RuleAdoption]:
    return list(session.exec(select(RuleAdoption).order_by(col(RuleAdoption.adopted_on).desc())))


def packs_page(ask: Ask) -> Response:
    """The packs at hand, those in use first."""
    t, library = ask.t, _library(ask)
    with ask.read() as session:
        today = ask.today(session)
        used = {row.pack_id: row for row in _adoptions(session) if row.ended_on is None}
        lines = [
            {
                "id": pack.id,
                "title": pack_title(t, pack),
                "place": place_of(t, pack),
                "validity": validity(t, pack),
                "confidence": t.word(CONFIDENCES, pack.confidence),
                "standing": t.word(STANDINGS, pack.standing),
                "citation": pack.citation_en if t.lang == "en" and pack.citation_en else pack.citation,
                "adopted": used.get(pack.id),
                "is_valid": pack.is_valid(today),
                "is_automatic": pack.is_automatic,
            }
            for pack in library.all()
        ]
        lines.sort(key=lambda line: (line["adopted"] is None, not line["is_automatic"], not line["is_valid"]))
        return ask.page("desk/packs.html", lines=lines)


def pack_page(ask: Ask, problem: str = "") -> Response:
    """One pack: every value with its source and how sure it is; its adoptions; adopting it."""
    t = ask.t
    pack = _library(ask).get(ask.vars["pack"])
    with ask.read() as session:
        adoptions = [row for row in _adoptions(session) if row.pack_id == pack.id]
        divisions = session.exec(
            select(Division).where(col(Division.level).in_(("province", "city", "county"))).limit(500)
        )
        return ask.page(
            "desk/pack.html", status=422 if problem else 200, problem=problem, pack=pack, sent=sent(ask),
            title=pack_title(t, pack), place=place_of(t, pack), validity=validity(t, pack),
            sections=list(_sections(ask, pack)), adoptions=adoptions, today=ask.today(session).isoformat(),
            note=pack.note_zh if t.lang != "en" else pack.note_en,
            unverified=[t.word(SECTIONS, name) for name in pack.unverified],
            divisions=[(row.id, (row.name_en if t.lang == "en" else None) or row.name) for row in divisions],
            may_adopt=ask.may(Right.PUBLISH),
        )  # fmt: skip


def _sections(ask: Ask, pack: RulePack) -> Any:
    """(section, [(name, what it says, citation, how sure, source, whether it is law)])."""
    t = ask.t
    for section in FORMAT:
        rows = [
            (
                row_name(t, rule.section, rule.name),
                row_text(t, rule.section, rule.values),
                rule.basis.cited(t.lang),
                certainty(t, rule.basis),
                rule.basis.source,
                rule.basis.is_lawful,
            )
            for rule in pack.section(section).values()
            if says_something(t, rule)
        ]
        if rows:
            yield t.word(SECTIONS, section), rows


def adopt(ask: Ask) -> Response:
    """Go by a pack from a day on."""
    library = _library(ask)
    pack = library.get(ask.vars["pack"])
    try:
        given = library.path(pack.id)
        if given is None:
            raise LookupError(pack.id)
        file = keep_pack(given, pack, pack_folder(ask.desk.address), library)
        with ask.write() as session:
            adopt_pack(
                session, pack, file, adopted_on=day_said(ask, "from") or ask.today(session),
                document_no=ask.text("document") or None, division_id=ask.text("division") or None,
                note=ask.text("note") or None, actor=ask.actor, now=ask.now,
            )  # fmt: skip
            ask.audit(session, "rule pack adopted", None, pack=pack.id)
    except RegistryError as error:
        return pack_page(ask, ask.t.error(error))
    ask.say(ask.t.gettext("The register goes by this pack from that day on."))
    return ask.go(f"/pack/{pack.id}")


def affected_page(ask: Ask) -> Response:
    """Whom a pack affects, before it is adopted: counts by district, and the first trees."""
    t, library, tally = ask.t, _library(ask), Tally()
    pack = library.get(ask.vars["pack"])
    first: list[Any] = []
    with ask.read() as session:
        trees = int(session.exec(select(sa.func.count()).select_from(Tree)).one())
        if trees <= MOST_TREES:
            for one in affected_trees(session, pack, library, ask.today(session), tally):
                if len(first) < SHOWN:
                    was, now = class_text(t, *one.old), class_text(t, *one.new)
                    first.append((one.tree_id, one.tree_no, one.name, was, now, reasons(t, one)))
        return ask.page(
            "desk/pack_affected.html", pack=pack, title=pack_title(t, pack), tally=tally, first=first,
            changes=list(change_cells(t, tally)), passed=[line.strip() for line in passed_lines(t, tally)],
            is_too_many=trees > MOST_TREES, shown=SHOWN,
        )  # fmt: skip


ROUTES = (
    Route("GET", "/packs", packs_page, Right.FILE),
    Route("GET", "/pack/{pack}", pack_page, Right.FILE),
    Route("POST", "/pack/{pack}/adopt", adopt, Right.PUBLISH),
    Route("GET", "/pack/{pack}/affected", affected_page, Right.PUBLISH),
)
