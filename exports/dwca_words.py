"""What an archive says of itself, and what its facts are called."""

from dataclasses import dataclass

CELLS_DEG = {"low": "0.001", "medium": "0.01", "high": "0.1"}
"""Width of the cell in which a generalised position lies, by precision, degrees."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A size as a Darwin Core fact: column of the edition, name, unit and how it is taken."""

    column: str
    name: str
    unit: str
    method: str = ""


FACTS = (
    Fact("girth_cm", "trunk girth", "cm", "at 1.3 m above ground unless said otherwise"),
    Fact("diameter_cm", "trunk diameter", "cm", "at 1.3 m above ground unless said otherwise"),
    Fact("ground_girth_cm", "trunk girth at ground level", "cm"),
    Fact("ground_diameter_cm", "trunk diameter at ground level", "cm"),
    Fact("height_m", "tree height", "m"),
    Fact("crown_m", "crown width", "m", "mean"),
    Fact("crown_ew_m", "crown width", "m", "east to west"),
    Fact("crown_ns_m", "crown width", "m", "north to south"),
)


@dataclass(frozen=True, slots=True)
class Dataset:
    """An archive's description.

    address: of the public site, "" where it has none. licence, licence_address: of every record in it.
    box: west, south, east, north of what is published, degrees, or None. days: first and last day seen.
    """

    title: str
    publisher: str
    edition: str
    made_on: str
    licence: str
    licence_address: str
    identifier: str
    """A name of this dataset that stays the same from edition to edition."""
    total: int
    is_for_gbif: bool
    address: str = ""
    contact_mail: str = ""
    box: tuple[float, float, float, float] | None = None
    days: tuple[str, str] | None = None
    language: str = "zh"

    @property
    def citation(self) -> str:
        """How to name this dataset."""
        where = f" {self.address}" if self.address else ""
        return (
            f"{self.publisher}: {self.title}. Edition {self.edition}, {self.made_on}. {self.licence}.{where}"
        )

    def page(self, path: str) -> str:
        """The address of a page of the site, "" where the site has no address."""
        return self.address + path if self.address else ""
