"""Changes in words: how a record is called, which fields are others now, from which word to which."""

import json
from typing import Any

from datasette_plugins.feeds.loading import ChangeRow
from registry.vocab.change_words import KIND, POSITION, WHAT
from registry.vocab.fields import FIELDS
from registry.vocab.language import Translator
from registry.vocab.words import LISTINGS, Category, Grade, TreeStatus, Vigour

_CODES: dict[str, Any] = {
    "category": Category,
    "protection_grade": Grade,
    "listings": LISTINGS,
    "status": TreeStatus,
    "vigour": Vigour,
}


def called(t: Translator, row: ChangeRow) -> tuple[str, str]:
    """How a record is called in the reader's language, and the language of that name."""
    if t.lang == "en" and row.name_en:
        return row.name_en, "en"
    if row.name:
        return row.name, row.name_lang or "zh-Hans"
    return t.pick(KIND[row.kind]), t.html_lang


def field_names(t: Translator, row: ChangeRow) -> list[str]:
    """The fields that changed beside those whose values are told."""
    return [
        t.pick(POSITION) if name == "position" else t.label(name)
        for name in row.fields
        if name not in row.codes and (name == "position" or name in FIELDS)
    ]


def code_changes(t: Translator, row: ChangeRow) -> list[tuple[str, str, str]]:
    """(field, before, now) of codes, in words; "—" where there was or is none."""
    return [
        (t.label(name), _said(t, name, pair[0]), _said(t, name, pair[1]))
        for name, pair in row.codes.items()
        if name in _CODES and name in FIELDS
    ]


def summary(t: Translator, row: ChangeRow) -> str:
    """The whole change on one line."""
    parts = [f"{field}: {before} → {now}" for field, before, now in code_changes(t, row)]
    parts += field_names(t, row)
    told = t.pick(WHAT[row.what])
    return f"{told}: {', '.join(parts)}" if parts else told


def _said(t: Translator, name: str, value: Any) -> str:
    values = json.loads(value) if isinstance(value, str) and value.startswith("[") else value
    codes = values if isinstance(values, list) else [values]
    return " · ".join(t.word(_CODES[name], str(code)) for code in codes if code is not None) or "—"
