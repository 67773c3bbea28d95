"""Rows that are no tree: a grove, a garden, a place of a ledger, a landmark element. Pure."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from registry.importing.cells import Cells
from registry.importing.mapping import DESIGNATION_FIELDS, Column, Mapping
from registry.importing.parts import (
    PartyFacts,
    SpeciesFacts,
    designations,
    divisions,
    is_chinese,
    make_draft,
    other_numbers,
    parties,
    place_position,
    with_remarks,
)
from registry.importing.problems import RowProblem
from registry.models import AreaDraft, DesignationDraft
from registry.models.areas import AREA_DRAFTS
from registry.rules.names import split_scientific_name
from registry.rules.plausibility import Doubt

DESIGNATED = frozenset({"grove", "garden"})
"""Records that a decision can be about, and that doubts are kept for."""
_LINES = re.compile(r"[;；\n|]+")
_LIST = re.compile(r"[、,，]\s*(?=\D)")
_PIECE = re.compile(
    r"(?P<name>[^\d:：(（]+?)[\s:：(（,，、/]*"
    r"(?:(?P<count>\d{1,6})\s*(?:株|棵|trees?))?[\s,，、/)）]*"
    r"(?:[(（占约]*\s*(?P<share>\d{1,3}(?:\.\d+)?)\s*[%％])?[\s)）。.]*"
)


@dataclass(frozen=True, slots=True)
class SpeciesShare:
    """One species of a grove as it was written, its taxon, its trees and their share in percent."""

    name_verbatim: str
    latin_verbatim: str | None = None
    tree_count: int | None = None
    share_percent: float | None = None
    taxon: SpeciesFacts | None = None


@dataclass(frozen=True, slots=True)
class AreaFacts:
    """Everything that one row says of one grove, garden, place or element (`record` says which)."""

    record: str
    draft: AreaDraft
    species: tuple[SpeciesShare, ...] = ()
    designations: tuple[DesignationDraft, ...] = ()
    aliases: tuple[tuple[str, str], ...] = ()
    parties: tuple[PartyFacts, ...] = ()
    divisions: tuple[tuple[str, str], ...] = ()
    doubts: tuple[Doubt, ...] = ()


def area_facts(record: str, values: dict[str, Any], cells: Cells, mapping: Mapping) -> AreaFacts:
    """What a row says of an area. `values`: defaults, cells and settled values. Raises RowProblem."""
    draft_of: type[AreaDraft] = AREA_DRAFTS[record]
    if not cells.numbers:
        raise RowProblem("number_missing", _number_header(cells), "")
    values["number"] = cells.numbers[0][0]
    doubts = [*cells.doubts, *place_position(values, cells)]
    with_remarks(values, cells)
    if record == "grove":
        _name_of_grove(values)
    decided: tuple[DesignationDraft, ...] = ()
    if record in DESIGNATED:
        decided, more = designations(values, mapping, cells)
        doubts.extend(more)
    draft = make_draft(draft_of, {k: v for k, v in values.items() if k in draft_of.model_fields}, cells)
    return AreaFacts(
        record=record,
        draft=draft,
        species=read_composition(values) if record == "grove" else (),
        designations=decided,
        aliases=other_numbers(cells),
        parties=parties(values) if record != "element" else (),
        divisions=divisions(values, mapping),
        doubts=tuple(dict.fromkeys(doubts)),
    )


def _number_header(cells: Cells) -> str:
    return next((h for h, c in cells.located.items() if c.field in {"tree_no", "number"}), "")


def _name_of_grove(values: dict[str, Any]) -> None:
    values.setdefault("name_lang", values.get("text_lang", "zh-Hans"))


def read_composition(values: dict[str, Any]) -> tuple[SpeciesShare, ...]:
    """The species of a grove: lines of its composition (侧柏 120株 60%; 油松 80株 40%), or its one species.

    A line that is written otherwise is kept whole as the name: nothing is guessed and nothing lost.
    """
    text = values.get("composition")
    if not text:
        name, latin = values.get("name_verbatim"), values.get("latin_verbatim")
        known = name or latin
        if not known:
            return ()
        return (SpeciesShare(known, latin, taxon=_taxon(name, latin, values.get("name_en"))),)
    lines = [line.strip() for line in _LINES.split(text) if line.strip()]
    if len(lines) == 1 and not any(map(str.isdigit, lines[0])):
        lines = [line.strip() for line in _LIST.split(lines[0]) if line.strip()]
    elif len(lines) == 1:
        pieces = [piece.strip() for piece in _LIST.split(lines[0]) if piece.strip()]
        lines = pieces if all(map(_PIECE.fullmatch, pieces)) else lines
    return tuple(_share(line) for line in lines)


def _share(line: str) -> SpeciesShare:
    match = _PIECE.fullmatch(unicodedata.normalize("NFKC", line))
    if match is None:
        return SpeciesShare(line)
    name = match["name"].strip()
    latin = name if split_scientific_name(name) and name.isascii() else None
    share = float(match["share"]) if match["share"] else None
    if share is not None and share > 100:
        return SpeciesShare(line)
    count = int(match["count"]) if match["count"] else None
    return SpeciesShare(name, latin, count, share, _taxon(name, latin, None))


def _taxon(name: str | None, latin: str | None, name_en: str | None) -> SpeciesFacts:
    scientific = split_scientific_name(latin) if latin else None
    return SpeciesFacts(
        name_latin=scientific.name if scientific else None,
        name_author=scientific.author if scientific else None,
        name_zh=name if is_chinese(name) else None,
        name_en=name_en,
    )


def area_fields(mapping: Mapping, columns: Iterable[Column], record: str) -> frozenset[str]:
    """What of such a record a file with these columns can say: silence on anything else changes nothing."""
    columns = tuple(columns)
    given = mapping.given_fields(columns)
    names = set(AREA_DRAFTS[record].model_fields)
    said = set()
    for column in columns:
        if name := column.field_in(record, mapping.record):
            said.add(name)
        said |= set(column.also) | set(column.pattern.groupindex if column.pattern else ())
    for when in mapping.whens:
        said |= set(when.settled)
    if "position" in said or "lon" in said:
        said |= {"lon", "lat", "lon_raw", "lat_raw", "datum", "datum_code"}
    if "remark" in said:
        said.add("notes")
    if DESIGNATION_FIELDS & said:
        said.add("designations")
    return (
        frozenset(said & names) | (frozenset({"composition"}) & said) | (given & frozenset({"division_id"}))
    )
