"""Texts of care letters and defaults of caretakers: the data in `schema/letters`, `schema/caretakers.toml`.

An office writes its own terms in a TOML file of the same shape and names it; nothing of ours is in it then.
"""

import hashlib
import string
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from registry.care_errors import TermsError
from registry.db import SCHEMA_FOLDER
from registry.errors import InputMissingError, Phrase
from registry.letter_records import LetterTerms, Passage, TermsSection
from registry.rules.caretakers import CaretakerRule
from registry.vocab.care_words import LetterKind
from registry.vocab.labels import Label
from registry.vocab.words import GrowthPlace, Ownership

LETTER_FOLDER = SCHEMA_FOLDER / "letters"
SECTION_KEYS = (
    "parties", "records", "duties", "rights", "forbidden", "reporting", "payment", "term", "breach",
    "signatures",
)  # fmt: skip
NEEDED_SECTIONS = ("records", "signatures")
CONDITIONS = ("", "paid", "unpaid", "until", "open")
PLACES = frozenset({"office", "caretaker", "records", "amount", "from", "until"})
"""What a text may ask for between braces."""
_TEXTS = ("title", "note", "first", "second")
_HEAD = {"id", "version", "kind", "section", "jurisdiction", "is_model", "is_paid_by_month"}


def read_terms(kind: LetterKind, lang: str, path: Path | None = None) -> LetterTerms:
    """The terms of a kind of letter in a language: ours, or those of the office's file `path`.

    Raises InputMissingError, TermsError that names the key.
    """
    file = path or LETTER_FOLDER / f"{kind.value}.toml"
    if not file.is_file():
        raise InputMissingError(path=file)
    content = file.read_bytes()
    try:
        found = tomllib.loads(content.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TermsError(file=file.name, key="", reason=str(error)) from error
    terms = _Reader(file.name, lang).terms(found, hashlib.sha256(content).hexdigest()[:12])
    if terms.kind != kind:
        reason = Phrase("it is for {kind} and not for {wanted}", kind=terms.kind, wanted=kind.value)
        raise TermsError(file=file.name, key="kind", reason=reason)
    return terms


@dataclass(frozen=True, slots=True)
class _Reader:
    """Checks a file of terms whole; a text that is missing in one language is an error in that language."""

    file: str
    lang: str

    def terms(self, found: Mapping[str, Any], digest: str) -> LetterTerms:
        known = _HEAD | {f"{name}_{lang}" for name in _TEXTS for lang in ("zh", "en")}
        for key in found:
            if key not in known:
                self._refuse(key, Phrase("there is no such key; there are {known}", known=sorted(known)))
        head = {name: self._text(found, name, name) for name in ("id", "version", "kind")}
        if head["kind"] not in set(LetterKind):
            self._refuse(
                "kind", Phrase("it must be one of {known}", known=[kind.value for kind in LetterKind])
            )
        for name in ("is_model", "is_paid_by_month"):
            if not isinstance(found.get(name, False), bool):
                self._refuse(name, Phrase("it must be true or false"))
        said = {name: self._text(found, f"{name}_{self.lang}", name) for name in _TEXTS if name != "note"}
        return LetterTerms(
            version=f"{head['id'][:36]} {head['version'][:12]} {digest}",
            kind=head["kind"],
            jurisdiction=str(found.get("jurisdiction", "")),
            note=str(found.get(f"note_{self.lang}", "")),
            is_model=found.get("is_model", False),
            is_paid_by_month=found.get("is_paid_by_month", False),
            sections=self._sections(found.get("section")),
            **said,
        )

    def _sections(self, found: Any) -> tuple[TermsSection, ...]:
        if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
            self._refuse("section", Phrase("it must be a list"))
        sections = tuple(self._section(each, number) for number, each in enumerate(found, start=1))
        keys = [section.key for section in sections]
        for key in NEEDED_SECTIONS:
            if keys.count(key) != 1:
                self._refuse("section", Phrase("the section {key} must stand there once", key=key))
        return sections

    def _section(self, found: Mapping[str, Any], number: int) -> TermsSection:
        where = f"section {number}"
        key = self._text(found, "key", f"{where}.key")
        if key not in SECTION_KEYS:
            self._refuse(f"{where}.key", Phrase("it must be one of {known}", known=list(SECTION_KEYS)))
        title = self._text(found, f"title_{self.lang}", f"{where}.title_{self.lang}")
        texts = found.get("text", [])
        if not isinstance(texts, list) or not all(isinstance(each, dict) for each in texts):
            self._refuse(f"{where}.text", Phrase("it must be a list"))
        return TermsSection(key, title, tuple(self._passage(each, where) for each in texts))

    def _passage(self, found: Mapping[str, Any], where: str) -> Passage:
        text = self._text(found, self.lang, f"{where}.text.{self.lang}")
        try:
            asked = {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
        except ValueError as error:
            self._refuse(f"{where}.text.{self.lang}", str(error))
        if not asked <= PLACES:
            told = Phrase("{names} cannot be filled in; there are {known}", names=sorted(asked - PLACES),
                          known=sorted(PLACES))  # fmt: skip
            self._refuse(f"{where}.text.{self.lang}", told)
        if found.get("when", "") not in CONDITIONS:
            self._refuse(
                f"{where}.text.when", Phrase("it must be one of {known}", known=list(CONDITIONS[1:]))
            )
        return Passage(text, found.get("when", ""))

    def _text(self, found: Mapping[str, Any], key: str, where: str) -> str:
        value = found.get(key)
        if not isinstance(value, str) or not value.strip():
            self._refuse(where, Phrase("it must be a text"))
        return str(value).strip()

    def _refuse(self, key: str, reason: str) -> None:
        raise TermsError(file=self.file, key=key, reason=reason)


@dataclass(frozen=True, slots=True)
class CaretakerTable:
    """Who looks after a tree by kind of place: the rows, and what they rest on."""

    rules: tuple[CaretakerRule, ...]
    citation: Label
    confidence: str
    note: Label


@lru_cache(maxsize=1)
def caretaker_table() -> CaretakerTable:
    """The table that comes with the program."""
    found = tomllib.loads((SCHEMA_FOLDER / "caretakers.toml").read_text("utf-8"))
    rules = tuple(
        CaretakerRule(
            id=row["id"],
            unit=Label(row["unit_zh"], row["unit_en"]),
            place=Label(row["place_zh"], row["place_en"]),
            growth_places=frozenset(GrowthPlace(word) for word in row.get("growth_places", ())),
            ownerships=frozenset(Ownership(word) for word in row.get("ownerships", ())),
        )
        for row in found["rule"]
    )
    return CaretakerTable(
        rules,
        Label(found["citation"], found["citation_en"]),
        found["confidence"],
        Label(found["note_zh"], found["note_en"]),
    )
