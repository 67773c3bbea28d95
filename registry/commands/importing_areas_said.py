"""What rows say of groves, gardens, places and elements, in plain values that cross between processes."""

import hashlib
import json
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any

from registry.commands.history import canonical, told_row
from registry.importing.area_rows import AreaFacts
from registry.importing.files import Row
from registry.importing.parts import SpeciesFacts

RowDict = dict[str, Any]
_TAXON = attrgetter(*(each.name for each in fields(SpeciesFacts)))


@dataclass(slots=True)
class AreaSaid:
    """What one row says of one grove, garden, place or element; parts as in `Said`."""

    record: str
    number: str
    row: int
    place: str
    file: str
    cells: dict[str, str]
    lang: str
    draft: RowDict
    given: list[str]
    """Fields of the area that the row itself gives."""
    species: list[tuple[Any, ...]]
    """(name, scientific name, trees, share in percent, taxon) of a grove's composition."""
    designations: list[RowDict]
    doubts: list[tuple[str, str, str, str]]
    parties: list[tuple[str, str, str]]
    aliases: list[tuple[str, str]]
    divisions: list[tuple[str, str]]
    is_beside: bool
    """Whether the row is a tree's, and tells of its grove by the way."""
    digest: str = ""


def area_said_by(
    row: Row, file: str, facts: AreaFacts, release: tuple[str, ...], *, is_beside: bool
) -> AreaSaid:
    """`facts` in plain values, with the digest of all that the row says of an area."""
    draft = facts.draft.model_dump(mode="json")
    draft["boundary"] = json.dumps(draft["boundary"])
    said = AreaSaid(
        record=facts.record,
        number=facts.draft.number,
        row=row.number,
        place=row.place,
        file=file,
        cells=row.cells,
        lang=facts.draft.text_lang,
        draft=draft,
        given=sorted(facts.draft.model_fields_set - {"number"}),
        species=[
            (s.name_verbatim, s.latin_verbatim, s.tree_count, s.share_percent, s.taxon and _TAXON(s.taxon))
            for s in facts.species
        ],
        designations=[draft.model_dump(mode="json") for draft in facts.designations],
        doubts=[(d.check, d.field, str(d.value), str(d.severity.value)) for d in facts.doubts],
        parties=[(str(party.role), str(party.kind), party.name) for party in facts.parties],
        aliases=list(dict.fromkeys(facts.aliases)),
        divisions=list(facts.divisions),
        is_beside=is_beside,
    )
    parts = (
        told_row(draft),
        said.species,
        [told_row(each) for each in said.designations],
        said.doubts,
        said.parties,
        said.aliases,
        said.divisions,
        sorted(release),
    )
    said.digest = hashlib.sha256(canonical(parts).encode()).hexdigest()
    return said
