"""The negative list of greening practice as data: `schema/negative_list.toml`, checked whole."""

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

from registry.care_errors import NegativeListError
from registry.db import SCHEMA_FOLDER
from registry.rules.negative_list import Practice
from registry.rules.packs import Basis, Scope
from registry.vocab.labels import Label
from registry.vocab.rule_words import CONFIDENCES, STANDINGS
from registry.vocab.words import CaseKind

LIST_FILE = SCHEMA_FOLDER / "negative_list.toml"


@lru_cache(maxsize=4)
def negative_list(path: Path = LIST_FILE) -> tuple[Practice, ...]:
    """Every item by its code. Raises NegativeListError that names the file and the item."""
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
        scope = found["scope"]
        area = Scope(scope["jurisdiction"], tuple(scope.get("divisions", ())))
        items = found["items"].items()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, AttributeError) as error:
        raise NegativeListError(path=path, item="TOML", reason=str(error)) from error
    return tuple(_practice(path, code, {**found, **item}, area) for code, item in sorted(items))


def _practice(path: Path, code: str, item: dict[str, Any], scope: Scope) -> Practice:
    try:
        confidence, standing = item["confidence"], item["standing"]
        if confidence not in CONFIDENCES or standing not in STANDINGS:
            raise ValueError(f"{confidence}, {standing}")
        citation_en = "" if standing == "law" else item["citation_en"]
        basis = Basis("negative-list", item["citation"], "", confidence, standing, citation_en)
        kinds = frozenset(map(CaseKind, item["kinds"]))
        return Practice(
            code, Label(item["zh"], item["en"]), kinds, basis, scope, item.get("forbidden") is True
        )
    except (KeyError, ValueError, TypeError) as error:
        raise NegativeListError(path=path, item=code, reason=str(error)) from error
