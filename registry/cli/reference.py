"""Commands that look things up: what a name of a species means, what a place is and was."""

from dataclasses import asdict
from typing import Any

import typer

from registry.cli.app import Office, _, app
from registry.db import reading
from registry.divisions import ListedDivision
from registry.errors import PlaceNotFoundError, SpeciesNotFoundError
from registry.lookups import MOST, PlaceFound, SpeciesFound, find_places, find_species
from registry.vocab.language import Translator

_NAMES_SHOWN = 12


@app.command(help=_("What a name of a species means: accepted name, other names, trees of the register."))
def species(ctx: typer.Context, name: str) -> None:
    """Look up a species by a Chinese or scientific name."""
    office: Office = ctx.obj
    with reading(office.engine()) as session:
        found = find_species(session, name)
    if not found:
        raise SpeciesNotFoundError(name=name)
    if len(found) > 1:
        office.say(office.t.gettext("“{name}” may mean {count} species:", name=name, count=len(found)))
    for each in found:
        for line in _species_lines(each, office.t):
            office.say(line)
    office.answer({"asked": name, "species": [_species_facts(each) for each in found]})


@app.command(help=_("What a place is: code, what lies around it, former codes, trees of the register."))
def place(ctx: typer.Context, code_or_name: str) -> None:
    """Look up a division by its code, its name, or a path of names with /."""
    office: Office = ctx.obj
    with reading(office.engine()) as session:
        found = find_places(session, code_or_name)
    if not found:
        raise PlaceNotFoundError(place=code_or_name)
    if len(found) > 1:
        shown = f"{len(found)}+" if len(found) >= MOST else str(len(found))
        office.say(office.t.gettext("{count} places are called “{name}”:", count=shown, name=code_or_name))
    for each in found:
        for line in _place_lines(each, office.t):
            office.say(line)
    office.answer({"asked": code_or_name, "places": [_place_facts(each) for each in found]})


def _species_lines(found: SpeciesFound, t: Translator) -> list[str]:
    taxon = found.taxon
    if taxon is None:
        head = " · ".join(found.own_names)
        return [head, "  " + t.gettext("not in the list of species"), *_trees_lines(found, t)]
    first = (taxon.name_en if t.lang == "en" else None) or taxon.name_hans or taxon.name_hant or ""
    latin = " ".join(part for part in (taxon.name_latin, taxon.name_author) if part)
    groups = ((found.family[0] if found.family else "", taxon.family or ""), (found.genus or "", taxon.genus))
    said = " · ".join(" ".join(pair).strip() for pair in groups)
    lines = [f"{first} {latin}".strip(), "  " + t.gettext("Family and genus: {groups}", groups=said)]
    also = [name for name in (*taxon.names_zh, taxon.name_en) if name and name != first]
    if also:
        lines.append("  " + t.gettext("Also called: {names}", names=" · ".join(also)))
    if taxon.also_latin:
        lines.append("  " + t.gettext("Former scientific names: {names}", names=" · ".join(taxon.also_latin)))
    return [*lines, *_trees_lines(found, t)]


def _trees_lines(found: SpeciesFound, t: Translator) -> list[str]:
    lines = ["  " + t.ngettext("{count} tree of the register", "{count} trees of the register", found.trees)]
    for name, trees in found.written[:_NAMES_SHOWN]:
        lines.append("    " + t.gettext("recorded as {name}: {trees}", name=name, trees=t.number(trees, 0)))
    if len(found.written) > _NAMES_SHOWN:
        more = len(found.written) - _NAMES_SHOWN
        lines.append("    " + t.ngettext("and {count} more name", "and {count} more names", more))
    return lines


def _species_facts(found: SpeciesFound) -> dict[str, Any]:
    facts = asdict(found.taxon) if found.taxon else {}
    return {
        "id": found.id,
        **facts,
        "family_zh": found.family[0] if found.family else None,
        "genus_zh": found.genus,
        "trees": found.trees,
        "recorded_as": dict(found.written),
    }


def _place_lines(found: PlaceFound, t: Translator) -> list[str]:
    levels = {
        "province": t.gettext("province"),
        "city": t.gettext("city"),
        "county": t.gettext("county"),
        "district": t.gettext("district"),
        "town": t.gettext("township"),
        "village": t.gettext("village"),
    }
    around = " › ".join((*found.parents, found.name))
    code = found.code or t.gettext("no code")
    lines = [f"{around}  {code}  {levels.get(found.level, found.level)}"]
    if found.successor:
        what, until = _shown(found.successor), found.until or "?"
        lines.append("  " + t.gettext("until {year}; since then {place}", year=until, place=what))
    if found.former:
        former = " · ".join(f"{_shown(each)} ({each.until or '?'})" for each in found.former)
        lines.append("  " + t.gettext("formerly: {places}", places=former))
    lines.append(
        "  " + t.ngettext("{count} tree of the register", "{count} trees of the register", found.trees)
    )
    if found.numbered:
        prefixes = " · ".join(f"{prefix}… {t.number(trees, 0)}" for prefix, trees in found.numbered)
        lines.append("  " + t.gettext("their numbers begin with: {prefixes}", prefixes=prefixes))
    return lines


def _shown(division: ListedDivision) -> str:
    return f"{division.name} {division.code}"


def _place_facts(found: PlaceFound) -> dict[str, Any]:
    return {
        **asdict(found),
        "parents": list(found.parents),
        "former": [asdict(each) for each in found.former],
        "numbered": dict(found.numbered),
    }
