"""The directory of an import: divisions, species and parties, found once and made when new."""

from typing import Any

from sqlmodel import Session, select

from registry.importing.interpret import PartyFacts, SpeciesFacts
from registry.models import Division, Party, Species
from registry.models.base import new_id
from registry.vocab.words import PartyKind


class Directory:
    """Finds or makes what trees refer to. Rows are added to the session; `flush` writes them."""

    def __init__(self, session: Session, jurisdiction: str, division_lang: str) -> None:
        self.session, self.jurisdiction, self.division_lang = session, jurisdiction, division_lang
        self._divisions: dict[str, Division] = {
            row.id: row for row in session.exec(select(Division).where(Division.jurisdiction == jurisdiction))
        }
        self._species: dict[str, Species] = {row.id: row for row in session.exec(select(Species))}
        self._parties: dict[tuple[str, str], str] = {
            (row.kind, row.name): row.id for row in session.exec(select(Party))
        }
        self._names: dict[tuple[str, str], dict[str, Any]] = {}

    def name_division(self, level: dict[str, Any]) -> None:
        """Remember what a mapping says of a fixed division (English name, language)."""
        self._names[level["level"], level["name"]] = level

    def division_id(self, path: tuple[tuple[str, str], ...]) -> str | None:
        """The id of the smallest division in `path` ((level, name), largest first)."""
        parent: str | None = None
        for level, name in path:
            known = f"{parent or self.jurisdiction}/{name}"
            if known not in self._divisions:
                said = self._names.get((level, name), {})
                english = name if self.division_lang == "en" else None
                division = Division(
                    id=known,
                    name=name,
                    name_lang=said.get("name_lang", self.division_lang),
                    name_en=said.get("name_en", english),
                    level=level,
                    parent_id=parent,
                    jurisdiction=self.jurisdiction,
                )
                self._divisions[known] = division
                self.session.add(division)
                self.session.flush()
            parent = known
        return parent

    def species_id(self, facts: SpeciesFacts, text_lang: str) -> str | None:
        """The id of a species: by scientific name, else by its Chinese or English one."""
        key = facts.name_latin or facts.name_zh or facts.name_en
        if key is None:
            return None
        species_id = "-".join(key.lower().replace("×", "x").replace(".", "").split())
        species = self._species.get(species_id)
        if species is None:
            species = Species(id=species_id)
            self._species[species_id] = species
            self.session.add(species)
        chinese = "name_hant" if text_lang == "zh-Hant" else "name_hans"
        facts_by_field = {
            "name_latin": facts.name_latin,
            "name_author": facts.name_author,
            chinese: facts.name_zh,
            "name_en": facts.name_en,
            "family": facts.family,
            "genus": facts.genus or (facts.name_latin.split()[0] if facts.name_latin else None),
        }
        for field, value in facts_by_field.items():
            if value is not None and getattr(species, field) is None:
                setattr(species, field, value)
        return species_id

    def party_id(self, facts: PartyFacts, text_lang: str) -> str:
        """The id of the unit or person of that kind and name."""
        key = (facts.kind, facts.name)
        if key not in self._parties:
            self._parties[key] = new_id()
            kind = PartyKind(facts.kind)
            self.session.add(Party(id=self._parties[key], kind=kind, name=facts.name, name_lang=text_lang))
        return self._parties[key]

    def flush(self) -> None:
        """Write what was added, before the trees that refer to it."""
        self.session.flush()
