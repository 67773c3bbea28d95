"""The directory of an import: divisions, species and parties, found once and made when new."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from registry.chunks import chunks
from registry.commands.bulk import insert_rows
from registry.importing.interpret import PartyFacts, SpeciesFacts
from registry.models import Division, Party, Species
from registry.models.base import new_id

MOST_PARTIES = 50_000
"""More units and persons than these are not kept in memory but looked up."""
_CHUNK = 1000


@dataclass(slots=True)
class Entries:
    """What is new in the directory and not yet written."""

    new: dict[type[SQLModel], list[dict[str, Any]]] = field(default_factory=dict)
    species: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Species that are known better now: what was learned, by id."""

    def add(self, table: type[SQLModel], row: dict[str, Any]) -> None:
        """One more new row."""
        self.new.setdefault(table, []).append(row)

    def write(self, session: Session) -> None:
        """Write what is new, before the trees that refer to it."""
        for table in (Division, Species, Party):
            insert_rows(session, table, self.new.get(table, []))
        for species_id, learned in self.species.items():
            session.execute(sa.update(Species).where(col(Species.id) == species_id).values(learned))


class Directory:
    """Finds or makes what trees refer to. Nothing is written before `take` and `Entries.write`."""

    def __init__(self, session: Session, jurisdiction: str, division_lang: str) -> None:
        self.session, self.jurisdiction, self.division_lang = session, jurisdiction, division_lang
        self._divisions = set(
            session.exec(select(Division.id).where(Division.jurisdiction == jurisdiction)).all()
        )
        self._species: dict[str, dict[str, Any]] = {
            row["id"]: dict(row) for row in session.execute(sa.select(_table(Species))).mappings()
        }
        self._parties: dict[tuple[str, str], str] = {}
        self.has_all_parties = session.exec(select(sa.func.count()).select_from(Party)).one() <= MOST_PARTIES
        if self.has_all_parties:
            self._learn_parties(select(Party.kind, Party.name, Party.id))
        self._names: dict[tuple[str, str], dict[str, Any]] = {}
        self._entries = Entries()

    def name_division(self, level: dict[str, Any]) -> None:
        """Remember what a mapping says of a fixed division (English name, language)."""
        self._names[level["level"], level["name"]] = level

    def look_up(self, parties: Iterable[PartyFacts]) -> None:
        """Find those units and persons that are not in memory; to be called where not all of them are."""
        names = {party.name for party in parties}
        self._parties.clear()
        query = select(Party.kind, Party.name, Party.id)
        for some in chunks(names, _CHUNK):
            self._learn_parties(query.where(col(Party.name).in_(some)))

    def take(self) -> Entries:
        """What is new since the last time. The caller writes it before it asks again."""
        taken, self._entries = self._entries, Entries()
        if len(self._parties) > MOST_PARTIES:
            self.has_all_parties = False
        return taken

    def division_id(self, path: tuple[tuple[str, str], ...]) -> str | None:
        """The id of the smallest division in `path` ((level, name), largest first)."""
        parent: str | None = None
        for level, name in path:
            known = f"{parent or self.jurisdiction}/{name}"
            if known not in self._divisions:
                said = self._names.get((level, name), {})
                english = name if self.division_lang == "en" else None
                self._divisions.add(known)
                self._entries.add(
                    Division,
                    {
                        "id": known,
                        "name": name,
                        "name_lang": said.get("name_lang", self.division_lang),
                        "name_en": said.get("name_en", english),
                        "level": level,
                        "parent_id": parent,
                        "jurisdiction": self.jurisdiction,
                    },
                )
            parent = known
        return parent

    def species_id(self, facts: SpeciesFacts, text_lang: str) -> str | None:
        """The id of a species: by scientific name, else by its Chinese or English one."""
        key = facts.name_latin or facts.name_zh or facts.name_en
        if key is None:
            return None
        species_id = "-".join(key.lower().replace("×", "x").replace(".", "").split())
        species = self._species.get(species_id)
        is_new = species is None
        if species is None:
            species = {"id": species_id, **dict.fromkeys(_SPECIES_NAMES)}
            self._species[species_id] = species
            self._entries.add(Species, species)
        chinese = "name_hant" if text_lang == "zh-Hant" else "name_hans"
        facts_by_field = {
            "name_latin": facts.name_latin,
            "name_author": facts.name_author,
            chinese: facts.name_zh,
            "name_en": facts.name_en,
            "family": facts.family,
            "genus": facts.genus or (facts.name_latin.split()[0] if facts.name_latin else None),
        }
        for name, value in facts_by_field.items():
            if value is not None and species[name] is None:
                species[name] = value
                if not is_new:
                    self._entries.species.setdefault(species_id, {})[name] = value
        return species_id

    def party_id(self, facts: PartyFacts, text_lang: str) -> str:
        """The id of the unit or person of that kind and name."""
        key = (facts.kind, facts.name)
        if key not in self._parties:
            self._parties[key] = new_id()
            row = {"id": self._parties[key], "kind": str(facts.kind), "name": facts.name}
            self._entries.add(Party, {**row, "name_lang": text_lang})
        return self._parties[key]

    def _learn_parties(self, query: Any) -> None:
        self._parties.update({(str(kind), name): party for kind, name, party in self.session.exec(query)})


_SPECIES_NAMES = ("name_latin", "name_author", "name_hans", "name_hant", "name_en", "family", "genus")


def _table(model: type[SQLModel]) -> sa.Table:
    table: sa.Table = model.__table__  # type: ignore[attr-defined]
    return table
