"""Looking up a species or a place: what the lists say of it, and which trees of the register are of it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry.divisions import Divisions, ListedDivision, divisions, padded, stem
from registry.models import Division, Species, SpeciesName, Tree
from registry.rules.species_names import SpeciesList, Taxon, latin_key, zh_key
from registry.settings import all_settings
from registry.species_list import family_names, species_list
from registry.vocab.genera import genus_names

MOST = 50
"""So many places of one name are told at most."""


@dataclass(frozen=True, slots=True)
class SpeciesFound:
    """A species: its taxon in the list, or None; how many trees the register has of it, under which names."""

    id: str
    taxon: Taxon | None
    family: tuple[str, str] | None = None
    """In Simplified and in Traditional characters."""
    genus: str | None = None
    trees: int = 0
    written: tuple[tuple[str, int], ...] = ()
    """Names as recorded, with the trees that have them, most first."""
    own_names: tuple[str, ...] = ()
    """Names in the register, for a species that the list does not know."""


@dataclass(frozen=True, slots=True)
class PlaceFound:
    """A place: its code where it has one, what lies around it, what it was, and its trees."""

    name: str
    level: str
    code: str | None = None
    parents: tuple[str, ...] = ()
    until: str | None = None
    successor: ListedDivision | None = None
    former: tuple[ListedDivision, ...] = ()
    trees: int = 0
    """Trees that the register has in it and in all below it, under its code, a former one or its name."""
    numbered: tuple[tuple[str, int], ...] = field(default=())
    """How their census numbers begin (six digits), with the trees of each."""


def find_species(session: Session, name: str) -> list[SpeciesFound]:
    """What a Chinese or scientific name means: every taxon of the list that has it, and species of the
    register that the list does not know. Empty where neither knows it."""
    listed = species_list(all_settings(session)["species_list"])
    by_latin = listed.by_latin(name) if latin_key(name) else None
    taxa = (by_latin,) if by_latin else listed.meanings(name)
    rows = list(session.exec(select(Species)))
    found = [_of_taxon(session, taxon, listed, rows) for taxon in taxa]
    ids = {each.id for each in found}
    asked = zh_key(name).casefold()
    for row in rows:
        names = [text for text in (row.name_latin, row.name_hans, row.name_hant, row.name_en) if text]
        if row.id not in ids and asked in {zh_key(text).casefold() for text in (*names, row.id)}:
            if _taxon_of(row, listed) in taxa:
                continue
            trees, written = _trees_of_species(session, [row.id])
            own = tuple(dict.fromkeys(names))
            found.append(SpeciesFound(row.id, None, trees=trees, written=written, own_names=own))
    return found


def find_places(session: Session, asked: str) -> list[PlaceFound]:
    """The places of a code, a name or a path of names (山西省/长治市/上党区), the largest first."""
    listed = divisions(all_settings(session)["division_changes"], to_village=True)
    asked = asked.strip()
    rows = {row.id: row for row in session.exec(select(Division))}
    if asked.isdigit():
        one = listed.find(asked)
        return [_of_code(session, one, listed, rows)] if one else []
    parts = [part.strip() for part in asked.replace("／", "/").split("/") if part.strip()]
    code = listed.by_names(parts) if len(parts) > 1 else None
    known = [listed.by_code[code]] if code else list(listed.named(asked)) if len(parts) == 1 else []
    found = [_of_code(session, division, listed, rows) for division in known[:MOST]]
    for row in rows.values():
        if row.code is None and asked in {row.id, row.name, row.name_en}:
            trees, numbered = _trees_of_divisions(session, _below([row.id], rows))
            above = tuple(parent.name for parent in _parents(row, rows))
            found.append(PlaceFound(row.name, row.level, None, above, trees=trees, numbered=numbered))
    return found


def _of_taxon(session: Session, taxon: Taxon, listed: SpeciesList, rows: Iterable[Species]) -> SpeciesFound:
    ids = [row.id for row in rows if row.id == taxon.id or _taxon_of(row, listed) == taxon]
    extra = session.exec(select(SpeciesName.species_id).where(SpeciesName.name == taxon.name_latin))
    trees, written = _trees_of_species(session, [*dict.fromkeys((*ids, *extra))])
    family = family_names().get(taxon.family or "")
    return SpeciesFound(taxon.id, taxon, family, genus_names().get(taxon.genus), trees, written)


def _taxon_of(row: Species, listed: SpeciesList) -> Taxon | None:
    return listed.resolve(row.name_hans or row.name_hant, row.name_latin).accepted


def _trees_of_species(session: Session, ids: list[str]) -> tuple[int, tuple[tuple[str, int], ...]]:
    query = (
        sa.select(col(Tree.name_verbatim), col(Tree.latin_verbatim), sa.func.count())
        .where(col(Tree.species_id).in_(ids))
        .group_by(col(Tree.name_verbatim), col(Tree.latin_verbatim))
    )
    written: Counter[str] = Counter()
    for name, latin, trees in session.execute(query):
        written[" ".join(part for part in (name, latin) if part) or "—"] += trees
    return sum(written.values()), tuple(written.most_common())


def _of_code(
    session: Session, division: ListedDivision, listed: Divisions, rows: dict[str, Division]
) -> PlaceFound:
    former = listed.former(division.code)
    codes = {each.code for each in (division, *former)}
    own = [row.id for row in rows.values() if row.code and _lies_in(row.code, codes)]
    trees, numbered = _trees_of_divisions(session, _below(own, rows))
    return PlaceFound(
        name=division.name,
        level=division.level,
        code=division.code,
        parents=tuple(parent.name for parent in listed.parents(division.code)),
        until=division.until,
        successor=listed.find(division.successor) if division.successor else None,
        former=former,
        trees=trees,
        numbered=numbered,
    )


def _lies_in(code: str, codes: set[str]) -> bool:
    return any(padded(code).startswith(stem(around)) for around in codes)


def _below(ids: list[str], rows: dict[str, Division]) -> list[str]:
    """Divisions and all that lie in them."""
    children: dict[str | None, list[str]] = {}
    for row in rows.values():
        children.setdefault(row.parent_id, []).append(row.id)
    found = dict.fromkeys(ids)
    waiting = list(ids)
    while waiting:
        fresh = [child for child in children.get(waiting.pop(), ()) if child not in found]
        found.update(dict.fromkeys(fresh))
        waiting.extend(fresh)
    return list(found)


def _parents(row: Division, rows: dict[str, Division]) -> list[Division]:
    found: list[Division] = []
    while row.parent_id is not None and row.parent_id in rows:
        row = rows[row.parent_id]
        found.insert(0, row)
    return found


def _trees_of_divisions(session: Session, ids: list[str]) -> tuple[int, tuple[tuple[str, int], ...]]:
    begins = sa.func.substr(col(Tree.tree_no), 1, 6)
    query = (
        sa.select(begins, col(Tree.number_scheme), sa.func.count())
        .where(col(Tree.division_id).in_(ids))
        .group_by(begins, col(Tree.number_scheme))
    )
    trees, numbered = 0, Counter[str]()
    for prefix, scheme, count in session.execute(query):
        trees += count
        if scheme == "lyt1664-11":
            numbered[prefix] += count
    return trees, tuple(numbered.most_common())
