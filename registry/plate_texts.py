"""What plates say of a tree beyond its public record: its zone by rule, family and genus in its language."""

from datetime import date

from sqlmodel import Session

from registry.affected import pack_chooser
from registry.records import TreeRecord
from registry.rulepacks import PackLibrary
from registry.rules.grading import protection_class
from registry.rules.packs import Place, is_urban
from registry.rules.zones import zone_rule
from registry.settings import all_settings
from registry.species_list import families_of_genera, family_names
from registry.vocab.genera import genus_names
from registry.vocab.language import TRADITIONAL, Translator
from registry.vocab.rule_sentences import row_text


class PlateTexts:
    """Reads what is asked once, then says it of many trees."""

    def __init__(self, session: Session, library: PackLibrary, on: date, language: Translator) -> None:
        self._choose = pack_chooser(session, library, on)
        settings = all_settings(session)
        self._own = settings["jurisdiction"]
        self._families = families_of_genera(settings["species_list"])
        self._language = language

    def of(self, tree: TreeRecord) -> dict[str, str]:
        """Further texts for a tree's plate, by field: see `TagContent.texts`. `tree` is redacted."""
        found = {"protection_zone": self._zone(tree)}
        genus = (tree.name_latin or "").removeprefix("× ").partition(" ")[0]
        family = self._families.get(genus, "")
        if self._language.lang == "zh":
            chinese, traditional = family_names().get(_latin(tree.family) or family, ("", ""))
            as_recorded = "" if _latin(tree.family) else tree.family or ""
            is_traditional = self._language.tag == TRADITIONAL and traditional
            found["family"] = as_recorded or (traditional if is_traditional else chinese)
            found["genus"] = self._language.ours(genus_names().get(tree.genus or genus, ""), "")
        else:
            found["family"] = _latin(tree.family) or family
            found["genus"] = _latin(tree.genus) or genus
        return {field: text for field, text in found.items() if text}

    def _zone(self, tree: TreeRecord) -> str:
        """The zone in words by the rule in use, "" where it gives no number for such a tree."""
        narrow = self._own if self._own.startswith(f"{tree.jurisdiction}-") else tree.jurisdiction
        pack = self._choose(Place(narrow, tree.division_path, is_urban(tree.growth_place)))
        rule, _ = zone_rule(pack, protection_class(tree.category, tree.protection_grade))
        return "" if rule is None else row_text(self._language, "zone", rule.values)


def _latin(name: str | None) -> str:
    """A family or genus that is recorded in Latin, "" for any other."""
    return name if name and name.isascii() else ""
