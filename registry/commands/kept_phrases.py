"""Sentences that are kept in the register, to be said in whatever language they are read."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from registry.errors import Phrase, RegistryError
from registry.vocab.labels import Label
from registry.vocab.language import Translator


def kept_phrase(code: str, phrase: Phrase) -> dict[str, Any]:
    """A sentence as it is kept: {code, message, facts}."""
    return {"code": code, "message": phrase.template, "facts": _plain(phrase.facts)}


def kept_error(error: RegistryError) -> dict[str, Any]:
    """What went wrong, as it is kept."""
    return {"code": error.code, "message": error.template, "facts": _plain(error.facts)}


def said_phrase(t: Translator, kept: Mapping[str, Any]) -> str:
    """A kept sentence in the reader's language."""
    return str(t.phrase(_phrase(kept)))


def _phrase(kept: Mapping[str, Any]) -> Phrase:
    sentence: str = kept["message"]
    return Phrase(sentence, **{name: _fact(fact) for name, fact in kept.get("facts", {}).items()})


def _fact(fact: Any) -> Any:
    if isinstance(fact, Mapping):
        return Label(fact["zh"], fact["en"]) if "zh" in fact else _phrase(fact)
    return [_fact(each) for each in fact] if isinstance(fact, list) else fact


def _plain(fact: Any) -> Any:
    if isinstance(fact, Phrase):
        return {"message": fact.template, "facts": _plain(fact.facts)}
    if isinstance(fact, Label):
        return {"zh": fact.zh, "en": fact.en}
    if isinstance(fact, Mapping):
        return {str(name): _plain(each) for name, each in fact.items()}
    if isinstance(fact, list | tuple | set | frozenset):
        return [_plain(each) for each in fact]
    if isinstance(fact, date):
        return fact.isoformat()
    return fact if isinstance(fact, int | float | bool) or fact is None else str(fact)
