"""The directory of an import: divisions, species and parties, found once and made when new."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from registry.chunks import chunks
from registry.commands.bulk import insert_rows
from registry.commands.history import Change
from registry.commands.reference import Reference
from registry.models import Division, Party, Species, SpeciesName
from registry.models.base import new_id
from registry.rules.species_names import SpeciesList, Taxon, species_id
from registry.species_list import LIST_ID

MOST_PARTIES = 50_000
"""More units and persons than these are not kept in memory but looked up; so with ways to name a species."""
_CHUNK = 1000


@dataclass(slots=True)
class Entries:
    """What is new in the directory and not yet written."""

    new: dict[type[SQLModel], list[dict[str, Any]]] = field(default_factory=dict)
    species: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Species that are known better now: what was learned, by id."""
    codes: dict[str, str] = field(default_factory=dict)
    """Divisions whose code is known now, by id."""

    def add(self, table: type[SQLModel], row: dict[str, Any]) -> None:
        """One more new row."""
        self.new.setdefault(table, []).append(row)

    def told_parties(self) -> list[Change]:
        """New units and persons as the history tells them: their names as commitments."""
        return [
            Change("party", row["id"], "created", {name: (None, row[name]) for name in ("kind", "name")})
            for row in self.new.get(Party, [])
        ]

    def write(self, session: Session) -> None:
        """Write what is new, before the trees that refer to it."""
        for table in (Division, Species, SpeciesName, Party):
            insert_rows(session, table, self.new.get(table, []))
        for known_as, learned in self.species.items():
            session.execute(sa.update(Species).where(col(Species.id) == known_as).values(learned))
        for division_id, code in self.codes.items():
            session.execute(sa.update(Division).where(col(Division.id) == division_id).values(code=code))


class Directory:
    """Finds or makes what trees refer to. Nothing is written before `take` and `Entries.write`."""

    def __init__(
        self, session: Session, jurisdiction: str, division_lang: str, reference: Reference | None = None
    ) -> None:
        self.session, self.jurisdiction, self.division_lang = session, jurisdiction, division_lang
        self.reference = reference or Reference(session, jurisdiction)
        self._divisions: dict[str, str | None] = dict(
            session.exec(
                select(Division.id, Division.code).where(Division.jurisdiction == jurisdiction)
            ).all()
        )
        named = session.exec(
            select(SpeciesName.species_id, SpeciesName.name, SpeciesName.kind, SpeciesName.source)
        ).all()
        self._listed = {known_as for known_as, _, _, source in named if source == LIST_ID}
        """Species that have their names from the list."""
        self._named = {(known_as, name, kind) for known_as, name, kind, _ in named}
        self._species: dict[str, dict[str, Any]] = {
            row["id"]: dict(row) for row in session.execute(sa.select(_table(Species))).mappings()
        }
        self._found: dict[tuple[tuple[str | None, ...], str | None, str], str | None] = {}
        self._parties: dict[tuple[str, str], str] = {}
        self.has_all_parties = session.exec(select(sa.func.count()).select_from(Party)).one() <= MOST_PARTIES
        if self.has_all_parties:
            self._learn_parties(select(Party.kind, Party.name, Party.id))
        self._names: dict[tuple[str, str], dict[str, Any]] = {}
        self._entries = Entries()

    def name_division(self, level: dict[str, Any]) -> None:
        """Remember what a mapping says of a fixed division (English name, language)."""
        self._names[level["level"], level["name"]] = level

    def look_up(self, names: Iterable[str]) -> None:
        """Find units and persons of these names; to be called where not all of them are in memory."""
        self._parties.clear()
        query = select(Party.kind, Party.name, Party.id)
        for some in chunks(set(names), _CHUNK):
            self._learn_parties(query.where(col(Party.name).in_(some)))

    def take(self) -> Entries:
        """What is new since the last time. The caller writes it before it asks again."""
        taken, self._entries = self._entries, Entries()
        if len(self._parties) > MOST_PARTIES:
            self.has_all_parties = False
        return taken

    def division_id(self, path: Iterable[tuple[str, str]]) -> str | None:
        """The id of the smallest division in `path` ((level, name), largest first)."""
        parent: str | None = None
        above: tuple[tuple[str, str], ...] = ()
        for level, name in path:
            above = (*above, (level, name))
            known = f"{parent or self.jurisdiction}/{name}"
            if known not in self._divisions:
                said = self._names.get((level, name), {})
                english = name if self.division_lang == "en" else None
                self._divisions[known] = self.reference.code(above)
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
                        "code": self._divisions[known],
                    },
                )
            elif self._divisions[known] is None and (code := self.reference.code(above)):
                self._divisions[known] = self._entries.codes[known] = code
            parent = known
        return parent

    def species_id(
        self, names: tuple[str | None, ...], text_lang: str, verbatim: str | None = None
    ) -> str | None:
        """The id of a species: that of the taxon that its names mean in the list of species, where they are
        clear, else made of its scientific name, or its Chinese or English one.

        names: as in SpeciesFacts, in its order. verbatim: the scientific name as written, with its cultivar.
        """
        key = (names, verbatim, text_lang)
        if key not in self._found:
            if len(self._found) > MOST_PARTIES:
                self._found.clear()
            name_latin, _, name_zh, *_ = names
            taxon = self.reference.resolve(name_zh, verbatim or name_latin, text_lang).accepted
            self._found[key] = (
                self._taxon_id(taxon, *names[3:]) if taxon else self._species_id(*names, text_lang=text_lang)
            )
        return self._found[key]

    def _taxon_id(self, taxon: Taxon, name_en: str | None, family: str | None, genus: str | None) -> str:
        """The id of a taxon of the list. What a source calls its family in its own language stays."""
        accepted = {
            "name_latin": taxon.name_latin,
            "name_author": taxon.name_author,
            "name_hans": taxon.name_hans,
            "name_hant": taxon.name_hant,
        }
        said = {"name_en": name_en or taxon.name_en, "family": family, "genus": genus or taxon.genus}
        self._learn(taxon.id, {**accepted, **said})
        if taxon.id not in self._listed:
            self._listed.add(taxon.id)
            for row in _names_of(taxon, self.reference.species):
                if (taxon.id, row["name"], row["kind"]) not in self._named:
                    self._entries.add(SpeciesName, row)
        return taxon.id

    def _species_id(
        self,
        name_latin: str | None,
        name_author: str | None,
        name_zh: str | None,
        name_en: str | None,
        family: str | None,
        genus: str | None,
        *,
        text_lang: str,
    ) -> str | None:
        main = name_latin or name_zh or name_en
        if main is None:
            return None
        known_as = species_id(main)
        learned = {
            "name_latin": name_latin,
            "name_author": name_author,
            "name_hant" if text_lang == "zh-Hant" else "name_hans": name_zh,
            "name_en": name_en,
            "family": family,
            "genus": genus or (name_latin.split()[0] if name_latin else None),
        }
        self._learn(known_as, learned)
        return known_as

    def _learn(self, known_as: str, learned: dict[str, str | None]) -> None:
        """Make a species, or fill in what was not known of it."""
        species = self._species.get(known_as)
        is_new = species is None
        if species is None:
            species = {"id": known_as, **dict.fromkeys(_SPECIES_NAMES)}
            self._species[known_as] = species
            self._entries.add(Species, species)
        for name, value in learned.items():
            if value is not None and species[name] is None:
                species[name] = value
                if not is_new:
                    self._entries.species.setdefault(known_as, {})[name] = value

    def party_id(self, kind: str, name: str, text_lang: str) -> str:
        """The id of the unit or person of that kind and name."""
        key = (kind, name)
        if key not in self._parties:
            self._parties[key] = new_id()
            row = {"id": self._parties[key], "kind": kind, "name": name, "name_lang": text_lang}
            self._entries.add(Party, row)
        return self._parties[key]

    def _learn_parties(self, query: Any) -> None:
        self._parties.update({(str(kind), name): party for kind, name, party in self.session.exec(query)})


def _names_of(taxon: Taxon, listed: SpeciesList) -> list[dict[str, Any]]:
    """Every name of a taxon of the list, as rows; a Chinese name that others have too is "shared"."""
    folk = ((name, "also" if len(listed.meanings(name)) < 2 else "shared") for name in taxon.also_zh)
    named = [
        (taxon.name_latin, "la", "accepted"),
        (taxon.name_hans, "zh-Hans", "accepted"),
        (taxon.name_hant, "zh-Hant", "accepted"),
        (taxon.name_en, "en", "accepted"),
        *((name, "la", "synonym") for name in taxon.also_latin),
        *((name, "zh", kind) for name, kind in folk),
    ]
    rows = {(name, kind): (name, lang, kind) for name, lang, kind in named if name}
    return [
        {
            "id": new_id(), "species_id": taxon.id, "name": name, "name_lang": lang, "kind": kind,
            "source": LIST_ID,
        }
        for name, lang, kind in rows.values()
    ]  # fmt: skip


_SPECIES_NAMES = ("name_latin", "name_author", "name_hans", "name_hant", "name_en", "family", "genus")


def _table(model: type[SQLModel]) -> sa.Table:
    table: sa.Table = model.__table__  # type: ignore[attr-defined]
    return table
