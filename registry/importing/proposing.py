"""Proposing a mapping for a file that no mapping knows: what it understood, and what a person has to settle.

The headers suggest, the values decide (`proposing_columns`), columns are held against each other here. What
stays open is a question, and its column is left out until somebody has answered. Pure.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from dataclasses import field as default_field
from datetime import date
from functools import partial
from itertools import chain, islice
from pathlib import Path

from registry.errors import Phrase
from registry.importing import evidence
from registry.importing.evidence import Profile
from registry.importing.files import Row, Table
from registry.importing.header_words import (
    is_placeholder,
    language_of,
    letters_of_scripts,
    placeholder_beginnings,
    read_heading,
)
from registry.importing.mapping import DIVISION_LEVELS
from registry.importing.proposing_columns import Proposed, Sure, age_basis, candidates, with_keys
from registry.importing.proposing_own import is_own, own_proposals, said_once
from registry.importing.proposing_pairs import held_together
from registry.rules.numbers import fits_scheme

LOOKED_AT = 100_000
"""So many rows are looked at closely; those after them are only counted."""
_COMPARED = 2000
"""So many rows are kept to hold columns against each other."""
_TEXTS = 400
_SMALL_NUMBER = re.compile("[0-9]{1,4}")
_REPEATED = frozenset({"alias", "age_years", "age_text"})
_DATUMS = (
    ("CGCS2000", "cgcs ?2000|国家2000|2000国家"),
    ("WGS84", "wgs[ -]?(?:19)?84"),
    ("GCJ-02", "gcj-?02|火星坐标|高德坐标"),
    ("BD-09", "bd-?09|百度坐标"),
)
_LAW_CHANGED = date(2025, 3, 15)
"""The day the Regulation on ancient and famous trees came into force: grades before it followed LY/T 2738."""
_PROVINCES = re.compile("1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]")
"""Province codes of GB/T 2260: an 11-digit number that begins otherwise is of another scheme."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a file was understood to be. `columns` in the order of the file."""

    path: Path
    kind: str
    encoding: str
    sheets: tuple[str, ...]
    rows: int
    columns: tuple[Proposed, ...]
    samples: dict[str, str]
    notes: tuple[Phrase, ...]
    questions: tuple[Phrase, ...]
    """What no single column settles, weightiest first."""
    text_lang: str
    datum: str | None
    """What the file itself says of it, in a header or above the table; None where it says nothing."""
    number_scheme: str
    grade_scheme: str
    placeholders: tuple[str, ...]
    beginnings: tuple[str, ...]
    placeholder_dates: tuple[date, ...]
    told: dict[str, str] = default_field(default_factory=dict)
    """What a public file of this program says of who published it, by the names of its columns."""

    @property
    def all_questions(self) -> tuple[Phrase, ...]:
        """All that a person has to settle, each once."""
        of_columns = chain.from_iterable(column.questions for column in self.columns)
        return tuple(dict.fromkeys((*self.questions, *of_columns)))

    def has(self, field: str) -> bool:
        """Whether a column is read into `field`."""
        return any(column.field == field and column.is_used for column in self.columns)


def propose(table: Table) -> Proposal:
    """Read `table` to its end and say what its columns are."""
    profiles, compared, rows = _profiles(table)
    if is_own(table.headers):
        return _own_proposal(table, profiles, rows)
    language = _language(table.headers)
    text_lang, lang_question = _text_language(profiles, table.headers)
    found = {
        header: candidates(profile, read_heading(header), language) for header, profile in profiles.items()
    }
    _turn_coordinates(found)
    columns = _with_some_number(_assigned(profiles, found), profiles)
    columns = held_together(columns, compared, is_chinese=text_lang.startswith("zh"))
    columns = [_with_age_basis(column) for column in columns]
    by_field: dict[str | None, Proposed] = {column.field: column for column in columns if column.field}
    dates = _placeholder_dates(profiles, columns)
    grade_scheme, grade_question = _grade_scheme(profiles, by_field)
    datum = _said_datum(columns, table)
    questions = (
        *_number_questions(by_field, profiles, compared),
        *(() if datum else _datum_question(by_field)),
        *_record_question(columns, found),
        *grade_question,
        *lang_question,
    )
    texts = sorted({text for profile in profiles.values() for text in profile.placeholders})
    beginnings = placeholder_beginnings()
    return _proposal_of(table, profiles, rows)(
        columns=tuple(columns),
        questions=questions,
        text_lang=text_lang,
        datum=datum,
        number_scheme=_number_scheme(profiles, by_field),
        grade_scheme=grade_scheme,
        placeholders=tuple(text for text in texts if not text.startswith(beginnings)),
        beginnings=tuple(start for start in beginnings if any(text.startswith(start) for text in texts)),
        placeholder_dates=dates,
    )


def _own_proposal(table: Table, profiles: dict[str, Profile], rows: int) -> Proposal:
    """A file that this program published answers for itself; only grades by several rules are asked for."""
    schemes = sorted(profiles["grade_scheme"].counts) if "grade_scheme" in profiles else []
    scheme = said_once(profiles, "grade_scheme") or "cn-2025"
    question = Phrase("by which rules were the grades given? Read as {scheme}", scheme=scheme)
    told = ("authority_id", "jurisdiction", "source_id", "licence", "attribution")
    return _proposal_of(table, profiles, rows)(
        columns=tuple(own_proposals(profiles)),
        questions=(question,) if len(schemes) > 1 else (),
        text_lang=said_once(profiles, "text_lang") or "und",
        datum="WGS84",
        number_scheme=said_once(profiles, "number_scheme") or "other",
        grade_scheme=scheme,
        placeholders=(),
        beginnings=(),
        placeholder_dates=(),
        told={name: text for name in told if (text := said_once(profiles, name))},
    )


def _proposal_of(table: Table, profiles: dict[str, Profile], rows: int) -> partial[Proposal]:
    """What a proposal says of the file itself."""
    return partial(
        Proposal,
        path=table.path,
        kind=table.kind,
        encoding=table.encoding,
        sheets=table.sheets,
        rows=rows,
        samples={header: profile.sample for header, profile in profiles.items()},
        notes=tuple(table.notes),
    )


def _profiles(table: Table) -> tuple[dict[str, Profile], list[Row], int]:
    profiles = {header: Profile(header) for header in table.headers if header}
    compared: list[Row] = []
    rows = 0
    for row in table.rows:
        rows += 1
        if rows <= _COMPARED:
            compared.append(row)
        if rows <= LOOKED_AT:
            for header, profile in profiles.items():
                text = row.cells.get(header, "")
                profile.add(text, is_placeholder=bool(text) and is_placeholder(text))
    return profiles, compared, rows


def _language(headers: Sequence[str]) -> str | None:
    """The language most headers are in, short codes aside."""
    votes: dict[str, int] = {}
    for header in headers:
        for sense in read_heading(header).senses:
            if sense.whole and sense.language not in {"short", "other", ""}:
                votes[sense.language] = votes.get(sense.language, 0) + 1
    return max(votes, key=lambda name: votes[name]) if votes else None


def _text_language(profiles: dict[str, Profile], headers: Sequence[str]) -> tuple[str, tuple[Phrase, ...]]:
    texts = list(chain.from_iterable(islice(profile.counts, _TEXTS) for profile in profiles.values()))
    if script := evidence.script(texts, *letters_of_scripts()):
        return script, ()
    said = {heading.language for heading in map(read_heading, headers) if heading.language}
    language = language_of(texts) or (said.pop() if len(said) == 1 else None)
    if language:
        return language, ()
    return "und", (Phrase("in which language are the texts? Write it under text_lang"),)


def _turn_coordinates(found: dict[str, list[Proposed]]) -> None:
    """Where the column of latitudes can only hold longitudes, the two headers are interchanged."""
    for header, proposals in found.items():
        fields = {proposed.field for proposed in proposals}
        if not _says(header, "lat") or "lat" in fields or "lon" not in fields:
            continue
        for other, others in found.items():
            if _says(other, "lon") and {"lon", "lat"} <= {proposed.field for proposed in others}:
                found[header] = [each for each in proposals if each.field == "lon"]
                found[other] = [each for each in others if each.field == "lat"]
                return


def _says(header: str, field: str) -> bool:
    return field in {sense.name for sense in read_heading(header).senses}


def _assigned(profiles: dict[str, Profile], found: dict[str, list[Proposed]]) -> list[Proposed]:
    """One column for each field, the best first; what is left of a column is said."""
    taken: dict[str, str] = {}
    settled: dict[str, Proposed] = {}
    ranked = sorted(
        chain.from_iterable(found.values()),
        key=lambda proposed: (proposed.score, profiles[proposed.header].filled),
        reverse=True,
    )
    for proposed in ranked:
        if proposed.header in settled:
            continue
        if proposed.field is None or proposed.field in _REPEATED:
            settled[proposed.header] = proposed
        elif proposed.field not in taken:
            taken[proposed.field] = proposed.header
            settled[proposed.header] = proposed
    return [
        settled.get(header) or _left_over(profile, found[header], taken)
        for header, profile in profiles.items()
    ]


def _with_some_number(columns: list[Proposed], profiles: dict[str, Profile]) -> list[Proposed]:
    """Where no column is the number, one that tells all rows apart might be: asked, never taken."""
    if any(column.field == "tree_no" for column in columns):
        return columns
    for column in columns:
        profile = profiles[column.header]
        is_id = re.search(r"(?i)(?:id|no|nr|号|號)$", column.header)
        if is_id and profile.is_unique and profile.filled == profile.rows:
            question = Phrase(
                "is {column} a number that stays with the tree, or only one of the file?",
                column=column.header,
            )
            unsure = Proposed(
                column.header, "tree_no", Sure.UNSURE, keys={"field": "tree_no"}, questions=(question,)
            )
            return [unsure if each.header == column.header else each for each in columns]
    return columns


def _left_over(profile: Profile, found: list[Proposed], taken: dict[str, str]) -> Proposed:
    """A column whose fields other columns fill, or that says nothing known."""
    best = found[0] if found else None
    if best is None:
        reason = Phrase("the column is empty") if not profile.filled else Phrase("not understood")
        return Proposed(profile.header, None, Sure.UNSURE, reason=reason)
    field = str(best.field)
    is_number = field == "tree_no" and profile.is_unique and not read_heading(profile.header).is_generic
    if is_number:
        return replace(best, field="alias", sure=Sure.PROBABLY, keys={"field": "alias"}, questions=())
    reason = Phrase("not understood")
    if field in taken:
        reason = Phrase("{column} has this field already", column=taken[field])
    return Proposed(profile.header, None, Sure.PROBABLY, reason=reason)


def _with_age_basis(column: Proposed) -> Proposed:
    basis = age_basis(column.header) if column.field == "age_years" else None
    return with_keys(column, also={"age_basis": basis}) if basis else column


def _number_scheme(profiles: dict[str, Profile], by_field: dict[str | None, Proposed]) -> str:
    column = by_field.get("tree_no")
    if column is None:
        return "other"
    share = profiles[column.header].share(
        lambda text: fits_scheme(text, "lyt1664-11") and _PROVINCES.match(text)
    )
    return "lyt1664-11" if share >= 0.95 else "other"


def _number_questions(
    by_field: dict[str | None, Proposed], profiles: dict[str, Profile], compared: list[Row]
) -> tuple[Phrase, ...]:
    column = by_field.get("tree_no")
    if column is None:
        return (Phrase("no column gives a number to each tree: which number is permanent here?"),)
    if not profiles[column.header].repeated:
        return ()
    for header, profile in profiles.items():
        is_counter = profile.share(_SMALL_NUMBER.fullmatch) == 1 and profile.filled == profile.rows
        both = [(row.cells.get(column.header), row.cells.get(header)) for row in compared]
        if is_counter and len(set(both)) == len(both):
            return (
                Phrase(
                    "{first} and {second} together tell all rows apart: "
                    "is the number made of both? See `join`",
                    first=column.header,
                    second=header,
                ),
            )
    return ()


def _said_datum(columns: list[Proposed], table: Table) -> str | None:
    of_positions = [column.header for column in columns if column.field in {"lon", "lat", "position"}]
    text = " ".join((*of_positions, *map(str, table.notes)))
    said = [name for name, pattern in _DATUMS if re.search(pattern, text, re.IGNORECASE)]
    return said[0] if of_positions and len(said) == 1 else None


def _datum_question(by_field: dict[str | None, Proposed]) -> tuple[Phrase, ...]:
    if not {"lon", "lat", "position"} & by_field.keys():
        return ()
    return (
        Phrase(
            "in which datum are the positions (CGCS2000, WGS84, GCJ-02, BD-09 …)? "
            "The numbers do not show it, "
            "and a wrong one is hundreds of metres off: ask who made the file"
        ),
    )


def _record_question(columns: list[Proposed], found: dict[str, list[Proposed]]) -> tuple[Phrase, ...]:
    besides = [each.beside for proposals in found.values() for each in proposals]
    if besides.count("garden") >= 3:
        return (Phrase('this looks like a list of gardens, not of trees: see `record = "garden"`'),)
    if besides.count("grove") >= 2:
        return (Phrase('this looks like a list of groves, not of trees: see `record = "grove"`'),)
    counted = [
        column.header for column in columns if column.beside in {"count", "group"} and not column.reason
    ]
    if counted:
        return (
            Phrase("{column}: are there rows that are several trees, or none?", column=", ".join(counted)),
        )
    return ()


def _grade_scheme(
    profiles: dict[str, Profile], by_field: dict[str | None, Proposed]
) -> tuple[str, tuple[Phrase, ...]]:
    """The rules that grades followed, by the day of the survey; asked for in any case."""
    if "grade" not in by_field:
        return "cn-2025", ()
    surveyed = by_field.get("surveyed_on")
    latest = max(profiles[surveyed.header].counts, default="") if surveyed else ""
    scheme = "cn-lyt2738" if "1900" < latest[:10] < _LAW_CHANGED.isoformat() else "cn-2025"
    return scheme, (Phrase("by which rules were the grades given? Read as {scheme}", scheme=scheme),)


def _placeholder_dates(profiles: dict[str, Profile], columns: list[Proposed]) -> tuple[date, ...]:
    found = (
        evidence.days(profiles[column.header]).placeholder
        for column in columns
        if column.field == "designated_on" and column.is_used
    )
    return tuple(sorted({day for day in found if day}))


def division_fields(proposal: Proposal) -> list[str]:
    """Levels of administration that columns give."""
    return [level for level in DIVISION_LEVELS if proposal.has(level)]
