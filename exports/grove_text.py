"""What the dossier of a grove says: the values of its record as words, or why there is none."""

import string
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from babel.messages.pofile import read_po

from exports.dossier_text import CODED, Said, degrees, dossier_characters
from exports.ledger_tables import share_words
from registry.records import AreaRecord, RegisterFacts
from registry.vocab.fields import FIELDS
from registry.vocab.language import LOCALE_FOLDER, Translator, translator
from registry.vocab.sentences import value_words
from registry.vocab.words import LISTINGS, NUMBER_SCHEMES, ElementKind, PlaceKind, Precision


@dataclass(frozen=True, slots=True)
class GroveSaid(Said):
    """A grove's values in the words of one language; `tree` is the grove, so that sections can be shared."""

    tree: AreaRecord  # type: ignore[assignment]

    def value(self, field: str) -> str | None:
        """What the record says of `field`, with its unit; None where it says nothing."""
        grove, t = self.tree, self.t
        if field in {"division", "place"}:
            return " ".join(grove.places(t.lang)) or None
        if field in {"lon", "lat"}:
            value = getattr(grove, field)
            return None if value is None else degrees(value)
        special: dict[str, Callable[[], str]] = {
            "authority": lambda: self.authority,
            "aliases": lambda: "；".join(
                f"{a.number} {t.word(NUMBER_SCHEMES, a.scheme)}" for a in grove.aliases
            ),
            "composition": lambda: "\n".join(share_words(share, t) for share in grove.composition),
            "elevation_m": self._elevation,
            "listing": lambda: " · ".join(t.word(LISTINGS, code) for code in grove.listings),
            "position_precision": lambda: t.word(Precision, grove.position_precision),
            "kind_word": lambda: kind_word(grove, t),
            "file_count": lambda: t.number(grove.file_count, 0),
        }
        if field in special:
            return special[field]() or None
        value = getattr(grove, field, None) if field != "values" else None
        if value is None:
            value = self.detail(field)
        if value is None:
            return None
        return t.word(CODED[field], value) if field in CODED else value_words(t, field, value)

    def detail(self, field: str) -> str | int | float | bool | None:
        """An answer of the form that has no field of its own in the record."""
        return next((each.value for each in self.tree.details if each.field == field), None)

    def _elevation(self) -> str:
        """海拔 980–1,020 m."""
        ends = [self.detail("elevation_m"), self.detail("elevation_max_m")]
        known = [f"{value:g}" for value in ends if isinstance(value, int | float)]
        return f"{'–'.join(known)} {self.t.unit('elevation_m')}" if known else ""

    @property
    def name(self) -> str:
        """The name on the plaque: its own, or what it is."""
        return self.tree.name or kind_word(self.tree, self.t)

    @property
    def number_label(self) -> str:
        """What its number is called."""
        return self.t.label({"grove": "grove_no", "garden": "garden_no"}.get(self.tree.kind, "number"))

    @property
    def page(self) -> str:
        """Where its page is, below the public address."""
        return f"{self.tree.kind}/{self.tree.path}"

    @property
    def page_label(self) -> str:
        """What its page is called."""
        is_grove = self.tree.kind == "grove"
        return self.t.gettext("Page of this grove") if is_grove else self.t.gettext("Its page")

    @property
    def scan_label(self) -> str:
        """What is below the code that leads to its page."""
        is_grove = self.tree.kind == "grove"
        return (
            self.t.gettext("Scan for the grove's page") if is_grove else self.t.gettext("Scan for its page")
        )

    @property
    def motto(self) -> str:
        """What is written at the head of the cover."""
        _ = self.t.gettext
        return {"grove": _("One grove, one file"), "garden": _("One garden, one file")}.get(
            self.tree.kind, _("One place, one file")
        )


def kind_word(area: AreaRecord, t: Translator) -> str:
    """What kind of record it is: grove, heritage garden, temple, well …"""
    if area.kind in {"grove", "garden"}:
        return t.label(area.kind)
    return t.word(PlaceKind if area.kind == "place" else ElementKind, area.subkind or "other")


def grove_characters(records: tuple[object, ...], facts: RegisterFacts, t: Translator) -> frozenset[str]:
    """Every character that the dossier of a grove may draw."""
    return _own_characters(t.lang).union(dossier_characters(records, facts, t))  # type: ignore[arg-type]


@lru_cache(maxsize=4)
def _own_characters(lang: str) -> frozenset[str]:
    """Those of the sentences that only ledgers and groves need, and of figures."""
    with (LOCALE_FOLDER / "zh_Hans" / "ledgers.po").open("rb") as stream:
        messages = [message.id for message in read_po(stream) if message.id]
    said = [translator(lang).gettext(each if isinstance(each, str) else each[0]) for each in messages]
    said += [translator(lang).ngettext(each[0], each[1], 2, **_blank(each)) for each in messages
             if not isinstance(each, str)]  # fmt: skip
    return frozenset("".join((*said, "0123456789,.%–—…群园地要", *(f.zh + f.en for f in FIELDS.values()))))


def _blank(pair: tuple[str, ...] | list[str]) -> dict[str, str]:
    names = {name for text in pair for _, name, _, _ in string.Formatter().parse(text) if name}
    return dict.fromkeys(names - {"count"}, "")
