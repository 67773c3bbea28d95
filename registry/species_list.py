"""Lists of species: the one that comes along (`schema/species/*.csv`), and an office's own on top of it.

The shipped list is our own compilation of facts: accepted scientific names, their former ones, and the names
that census files, labels and people use. An office's list is a CSV with any of the same columns; a taxon that
is in both is taken from the office's, and `also_zh`, `also_latin` of the two are joined.
"""

import csv
import dataclasses
import io
from functools import lru_cache
from pathlib import Path

from registry.db import SCHEMA_FOLDER
from registry.errors import InputMissingError, InputUnreadableError, Phrase
from registry.rules.species_names import SpeciesList, Taxon, clean_name, latin_key

SPECIES_FOLDER = SCHEMA_FOLDER / "species"
SHIPPED = SPECIES_FOLDER / "taxa.csv"
LIST_ID = "gushu-species"
"""What is said as the source of a name from the shipped list."""
COLUMNS = (
    "name_latin", "name_author", "family", "name_hans", "name_hant", "name_en", "also_zh", "also_latin",
)  # fmt: skip
LARGEST_BYTES = 20_000_000


def species_list(own: Path | str | None = None) -> SpeciesList:
    """The shipped list, with the taxa of the CSV `own` where it is given; read once, again when it changes.

    Raises InputMissingError, InputUnreadableError naming the row.
    """
    if not own:
        return _shipped()
    path = Path(own)
    try:
        stamp = path.stat().st_mtime_ns
    except OSError as error:
        raise InputMissingError(path=path) from error
    return _with_own(path, stamp)


@lru_cache(maxsize=1)
def family_names() -> dict[str, tuple[str, str]]:
    """Families in Latin: (name in Simplified, in Traditional characters)."""
    rows = _rows(SPECIES_FOLDER / "families.csv")
    return {row["family"]: (row["name_hans"], row["name_hant"]) for row in rows}


def families_of_genera(own: Path | str | None = None) -> dict[str, str]:
    """The family of each genus of the list, both in Latin. Raises as `species_list`."""
    return {taxon.genus: taxon.family for taxon in species_list(own).taxa.values() if taxon.family}


@lru_cache(maxsize=1)
def _shipped() -> SpeciesList:
    return SpeciesList.of(_taxon(row, SHIPPED, number) for number, row in enumerate(_rows(SHIPPED), start=2))


@lru_cache(maxsize=4)
def _with_own(path: Path, _stamp: int) -> SpeciesList:
    taxa = dict(_shipped().taxa)
    for number, row in enumerate(_rows(path), start=2):
        taxon = _taxon(row, path, number)
        if earlier := taxa.get(taxon.name_latin):
            said = {name: value for name, value in dataclasses.asdict(taxon).items() if value}
            for names in ("also_zh", "also_latin"):
                said[names] = tuple(dict.fromkeys((*getattr(taxon, names), *getattr(earlier, names))))
            taxon = dataclasses.replace(earlier, **said)
        taxa[taxon.name_latin] = taxon
    return SpeciesList.of(taxa.values())


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise InputUnreadableError(path=path, reason=Phrase("a list of species has at most 20 MB"))
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputUnreadableError(path=path, reason=Phrase("save the list as UTF-8")) from error
    except OSError as error:
        raise InputUnreadableError(path=path, reason=error.strerror or str(error)) from error
    reader = csv.DictReader(io.StringIO(text, newline=""))
    return [{name: value or "" for name, value in row.items() if name is not None} for row in reader]


def _taxon(row: dict[str, str], path: Path, number: int) -> Taxon:
    said = {name: clean_name(row.get(name, "")) for name in COLUMNS}
    if latin_key(said["name_latin"]) is None:
        reason = Phrase(
            "row {row}: the column {column} needs a scientific name, not “{value}”",
            row=number,
            column="name_latin",
            value=said["name_latin"],
        )
        raise InputUnreadableError(path=path, reason=reason)
    lists = {name: tuple(_parts(said.pop(name))) for name in ("also_zh", "also_latin")}
    return Taxon(**{name: value or None for name, value in said.items()}, **lists)  # type: ignore[arg-type]


def _parts(text: str) -> list[str]:
    return list(dict.fromkeys(part.strip() for part in text.replace("；", ";").split(";") if part.strip()))
