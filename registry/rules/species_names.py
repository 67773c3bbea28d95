"""Species: what a Chinese and a scientific name mean together, by a list of taxa. Pure over that list.

For whoever reads names from files: keep both names as they are written (`name_verbatim`, `latin_verbatim`),
and ask `SpeciesList.resolve`. The answer says which taxon is meant and by what name it is known here, whether
one of the names is another name of it, whether the two names belong together, and what a misspelt scientific
name was probably meant to be. Nothing is corrected: `species_doubts` says what to look at. What the list does
not know stays as it was written; that it does not know a name is no doubt.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from registry.rules.plausibility import Doubt, doubt

Pairing = Literal["agrees", "differs", "unknown"]
LatinKey = tuple[str, str, str, str]
"""Genus, epithet, infraspecific epithet and cultivar, in small letters; "" where there is none."""

_DEBRIS = re.compile(r"_x[0-9A-Fa-f]{4}_|[\u200b\u200e\u200f\ufeff]")
_SYNONYM = re.compile(r"\(\s*syn\..*?\)", re.IGNORECASE)
_CULTIVAR = re.compile(r"\bcv\.?\s*([A-Za-z][\w-]*)|['‘’‛`\"“”]\s*([A-Za-z][^'‘’`\"“”]*?)\s*['‘’`\"“”]")
_RANKS = frozenset({"subsp", "ssp", "var", "f", "forma", "fo"})
_AUTHOR_WORDS = frozenset(
    {"ex", "et", "in", "de", "den", "van", "von", "non", "auct", "sensu", "hort", "and"}
)
_WORD = re.compile(r"[A-Za-zë-]+")
_VARIANTS = str.maketrans({"臺": "台", "溼": "濕", "艷": "豔", "裏": "裡"})
_BRACKETS = re.compile(r"[(（\[【].*?[)）\]】]")
_TREE_ENDINGS = "树樹"
_FAR = 3


@dataclass(frozen=True, slots=True)
class Taxon:
    """One taxon of a list: the name it has here, and the other names it is known by."""

    name_latin: str
    name_author: str | None = None
    family: str | None = None
    name_hans: str | None = None
    name_hant: str | None = None
    """The name usual where Traditional characters are written, not the other one converted."""
    name_en: str | None = None
    also_zh: tuple[str, ...] = ()
    also_latin: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """Its segment in addresses: styphnolobium-japonicum."""
        return species_id(self.name_latin)

    @property
    def genus(self) -> str:
        """The genus, without a hybrid's sign."""
        return self.name_latin.removeprefix("× ").split()[0]

    @property
    def names_zh(self) -> tuple[str, ...]:
        """Every Chinese name, the accepted ones first."""
        own = (name for name in (self.name_hans, self.name_hant) if name)
        return tuple(dict.fromkeys((*own, *self.also_zh)))


@dataclass(frozen=True, slots=True)
class Resolution:
    """What two names mean together."""

    accepted: Taxon | None = None
    matched_by: str | None = None
    """"latin" or "zh": the name that told; None where neither did."""
    synonym_of: str | None = None
    """The accepted scientific name where the name that told is another one."""
    pairing: Pairing = "unknown"
    suggestion: str | None = None
    """The name that a scientific name of the list was probably meant to be."""
    meant_by_zh: str | None = None
    """Where the names differ: the scientific name of what the Chinese one means."""


def species_id(name: str) -> str:
    """The id of a species by its name; the same for every way to write its signs."""
    plain = re.sub(r"['‘’\"“”.]", "", name.lower().replace("×", "x"))
    return "-".join(plain.split())


def clean_name(text: str) -> str:
    """A name without what spreadsheets leave in it: `_x000D_`, no-break and repeated blanks."""
    return " ".join(_DEBRIS.sub(" ", unicodedata.normalize("NFKC", text)).split())


def latin_key(text: str) -> LatinKey | None:
    """What identifies a scientific name, without authors, signs and ranks; None where it is none.

    Accepts ×, x, cv., quotes, authors in between, notes `(syn. …)`, a small first letter. `Ficus sp.` and a
    genus alone have an empty epithet.
    """
    plain = _SYNONYM.sub(" ", clean_name(text)).split(" / ")[0]
    cultivar = _CULTIVAR.search(plain)
    called = (cultivar[1] or cultivar[2]).lower() if cultivar else ""
    plain = _CULTIVAR.sub(" ", plain).replace("×", " ")
    words = [word for word in re.sub(r"\.(?=\S)", ". ", plain).split() if word not in {"x", "X"}]
    if not words or not re.fullmatch(r"[A-Za-zë]{3,}(?:-[a-z]+)?", words[0]):
        return None
    genus, rest = words[0].lower(), words[1:]
    if not rest or not _WORD.fullmatch(rest[0]) or rest[0].lower().rstrip(".") in {"sp", "spp"}:
        return genus, "", "", called
    if rest[0][0].isupper() and not (len(rest) > 1 and re.search(r"(?:a|us|um|is|i|e|ens)$", rest[0])):
        return genus, "", "", called  # an author: Ficus Blume
    return genus, rest[0].lower(), _infra(rest[1:]), called


def _infra(words: list[str]) -> str:
    for position, word in enumerate(words):
        if word.lower().rstrip(".") in _RANKS and word.endswith(".") and position + 1 < len(words):
            following = words[position + 1]
            if following[0].islower() and _WORD.fullmatch(following) and following not in _AUTHOR_WORDS:
                return following
    if words and _WORD.fullmatch(words[0]) and words[0].islower() and words[0] not in _AUTHOR_WORDS:
        return words[0] if len(words[0]) > 3 else ""
    return ""


def zh_key(text: str) -> str:
    """A Chinese name as it is looked up: without blanks and debris, usual variants of characters alike."""
    return clean_name(text).replace(" ", "").translate(_VARIANTS)


def edit_distance(a: str, b: str, *, limit: int = 2) -> int:
    """How many letters to change, add, leave out or swap with the next; `limit` + 1 where it is more."""
    if abs(len(a) - len(b)) > limit:
        return limit + 1
    before, row = list[int](), list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        earlier, before, row = before, row, [i]
        for j, y in enumerate(b, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
        if min(row) > limit:
            return limit + 1
    return min(row[-1], limit + 1)


@dataclass(slots=True)
class SpeciesList:
    """Taxa with their names, looked up by either."""

    taxa: dict[str, Taxon] = field(default_factory=dict)
    _latin: dict[LatinKey, Taxon] = field(default_factory=dict)
    _own: dict[str, dict[str, dict[str, Taxon]]] = field(default_factory=dict)
    _also: dict[str, dict[str, Taxon]] = field(default_factory=dict)
    _by_genus: dict[str, set[str]] = field(default_factory=dict)
    _by_epithet: dict[str, set[str]] = field(default_factory=dict)
    _known: dict[tuple[str | None, str | None, str], Resolution] = field(default_factory=dict)

    @classmethod
    def of(cls, taxa: Iterable[Taxon]) -> "SpeciesList":
        """A list of `taxa`, indexed."""
        made = cls({taxon.name_latin: taxon for taxon in taxa})
        made._index()
        return made

    def _index(self) -> None:
        own: dict[str, dict[str, dict[str, Taxon]]] = {"zh-Hans": {}, "zh-Hant": {}}
        also: defaultdict[str, dict[str, Taxon]] = defaultdict(dict)
        genera, epithets = defaultdict(set), defaultdict(set)
        for taxon in self.taxa.values():
            for name in (taxon.name_latin, *taxon.also_latin):
                key = latin_key(name)
                if key is None:
                    continue
                if name == taxon.name_latin:
                    self._latin[key] = taxon
                else:
                    self._latin.setdefault(key, taxon)
                genera[key[0]].add(key[1])
                epithets[key[1]].add(key[0])
            for lang, called in (("zh-Hans", taxon.name_hans), ("zh-Hant", taxon.name_hant)):
                if called:
                    own[lang].setdefault(zh_key(called), {})[taxon.name_latin] = taxon
            for called in taxon.also_zh:
                also[zh_key(called)][taxon.name_latin] = taxon
        self._own, self._also = own, dict(also)
        self._by_genus, self._by_epithet = dict(genera), dict(epithets)

    def resolve(self, name_zh: str | None, name_latin: str | None, lang: str = "zh-Hans") -> Resolution:
        """What the two names mean. `lang`: the script of the Chinese one, for names that differ by region."""
        key = (name_zh, name_latin, lang)
        if key not in self._known:
            if len(self._known) > 20_000:
                self._known.clear()
            self._known[key] = self._resolve(name_zh, name_latin, lang)
        return self._known[key]

    def by_latin(self, name: str) -> Taxon | None:
        """The taxon of a scientific name, accepted or not; without its cultivar where that is not known."""
        key = latin_key(name)
        return self._find(key) if key else None

    def by_zh(self, name: str, lang: str = "zh-Hans") -> tuple[Taxon, ...]:
        """The taxa that a Chinese name may mean, the likelier ones alone where some are: by accepted name in
        this script, in either script, then by their other names; with and without 树 at the end."""
        for form in _zh_forms(name):
            own = self._own.get(lang, {}).get(form) or {
                latin: taxon for names in self._own.values() for latin, taxon in names.get(form, {}).items()
            }
            if found := own or self._also.get(form):
                return tuple(found.values())
        return ()

    def meanings(self, name: str) -> tuple[Taxon, ...]:
        """Every taxon that has this Chinese name in any way."""
        for form in _zh_forms(name):
            found = {**self._also.get(form, {})}
            for names in self._own.values():
                found.update(names.get(form, {}))
            if found:
                return tuple(found.values())
        return ()

    def _find(self, key: LatinKey) -> Taxon | None:
        genus, epithet, infra, cultivar = key
        if not epithet:
            return None
        for tried in (key, (genus, epithet, infra, ""), (genus, epithet, "", cultivar)):
            if tried in self._latin:
                return self._latin[tried]
        return self._latin.get((genus, epithet, "", "")) if infra in {"", epithet} else None

    def _resolve(self, name_zh: str | None, name_latin: str | None, lang: str) -> Resolution:
        key = latin_key(name_latin) if name_latin else None
        by_latin = self._find(key) if key else None
        meant = self.meanings(name_zh) if name_zh else ()
        likely = self.by_zh(name_zh, lang) if name_zh else ()
        if by_latin is None:
            return self._by_zh_alone(key, meant, likely)
        if not meant:
            return self._told(by_latin, "latin", name_latin)
        same = [taxon for taxon in meant if _binomial(taxon) == _binomial(by_latin)]
        if by_latin in meant or (same and _is_plain(by_latin)):
            finer = [taxon for taxon in same if not _is_plain(taxon)]
            taxon = finer[0] if by_latin not in meant and len(finer) == 1 else by_latin
            return self._told(taxon, "latin", name_latin, pairing="agrees")
        if any(_is_plain(taxon) for taxon in same):
            return self._told(by_latin, "latin", name_latin, pairing="agrees")
        meaning = (likely or meant)[0].name_latin
        return self._told(by_latin, "latin", name_latin, pairing="differs", meant_by_zh=meaning)

    def _by_zh_alone(
        self, key: LatinKey | None, meant: tuple[Taxon, ...], likely: tuple[Taxon, ...]
    ) -> Resolution:
        suggestion = self._suggestion(key, meant) if key else None
        if suggestion and (taxon := self.by_latin(suggestion)) in meant and taxon:
            return Resolution(taxon, "zh", pairing="unknown", suggestion=suggestion)
        if key and key[1]:  # a name that the list does not know may be a taxon that it does not know
            return Resolution(suggestion=suggestion)
        if key:
            likely = tuple(taxon for taxon in meant if taxon.genus.lower() == key[0])
        if len(likely) == 1:
            return Resolution(likely[0], "zh")
        return Resolution()

    def _told(
        self,
        taxon: Taxon,
        by: str,
        name_latin: str | None,
        *,
        pairing: Pairing = "unknown",
        meant_by_zh: str | None = None,
    ) -> Resolution:
        written, own = latin_key(name_latin or ""), latin_key(taxon.name_latin)
        is_other = written is not None and own is not None and written[:2] != own[:2]
        return Resolution(
            accepted=taxon,
            matched_by=by,
            synonym_of=taxon.name_latin if is_other else None,
            pairing=pairing,
            meant_by_zh=meant_by_zh,
        )

    def _suggestion(self, key: LatinKey, meant: tuple[Taxon, ...]) -> str | None:
        """A known name one letter away, two where the Chinese name means it; one of its words is right."""
        genus, epithet, _, _ = key
        if not epithet:
            return None
        near = [
            (edit_distance(genus, other), other, epithet) for other in self._by_epithet.get(epithet, ())
        ] + [(edit_distance(epithet, other), genus, other) for other in self._by_genus.get(genus, ())]
        for distance, *words in sorted(near):
            if distance >= _FAR or not all(words):
                return None
            name = f"{words[0].capitalize()} {words[1]}"
            taxon = self.by_latin(name)
            wrong = genus if words[0] != genus else epithet
            if taxon and (taxon in meant or (distance == 1 and len(wrong) > 4 and not meant)):
                return name
        return None


def species_doubts(found: Resolution, name_zh: str | None, name_latin: str | None) -> list[Doubt]:
    """Doubts about the names of a tree: names that do not belong together, a probable slip in spelling."""
    doubts: list[Doubt] = []
    if found.pairing == "differs" and found.accepted and name_zh:
        shown = f"{clean_name(name_zh)} = {found.meant_by_zh} ≠ {found.accepted.name_latin}"
        doubts.append(doubt("species_pairing", "latin_verbatim", shown))
    if found.suggestion and name_latin:
        shown = f"{clean_name(name_latin)} → {found.suggestion}"
        doubts.append(doubt("species_spelling", "latin_verbatim", shown))
    return doubts


def _zh_forms(name: str) -> tuple[str, ...]:
    """How a Chinese name is looked up: as written, without a remark in brackets, with and without 树."""
    whole = zh_key(name)
    bare = _BRACKETS.sub("", whole)
    forms = [whole, bare]
    if len(bare) > 1 and bare[-1] in _TREE_ENDINGS:
        forms.append(bare[:-1])
    elif bare:
        forms += [bare + ending for ending in _TREE_ENDINGS]
    return tuple(dict.fromkeys(form for form in forms if form))


def _binomial(taxon: Taxon) -> tuple[str, ...]:
    key = latin_key(taxon.name_latin)
    return key[:2] if key else (taxon.name_latin,)


def _is_plain(taxon: Taxon) -> bool:
    """Whether a taxon is a whole species: no variety, no cultivar."""
    key = latin_key(taxon.name_latin)
    return key is not None and not (key[2] or key[3])
