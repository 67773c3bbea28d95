"""Names of trees as registers write them: taking scientific names apart, telling units from persons."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from registry.rules.unit_words import (
    COMPOUND_SURNAMES,
    ENDINGS,
    LONG_ENDINGS,
    OFFICE_WORDS,
    SUBJECTS_EN,
    SURNAMES,
)

_AUTHOR_WORDS = {"ex", "et", "in", "de", "den", "van", "von"}
_RANKS = {"subsp.": "subsp.", "ssp.": "subsp.", "var.": "var.", "f.": "f.", "forma": "f.", "cv.": "cv."}
_SYNONYM = re.compile(r"\(\s*syn\..*?\)", re.IGNORECASE)
_AUTHOR = re.compile(r"(?:[A-Za-z\u00c0-\u024f.,&()\[\]'\u2019 -])+")
_GENUS = re.compile(r"[A-Z][a-zë-]+")
_EPITHET = re.compile(r"[a-zë][a-zë-]+")
_SHOUTED_EPITHET = re.compile(r"[A-Z][a-z]+(?:a|us|um|is|i|e|ens)")
_RANK_GLUED = re.compile(r"\b(subsp|ssp|var|cv)\.(?=[a-z])")


@dataclass(frozen=True, slots=True)
class ScientificName:
    """A scientific name without its author, and the author as written."""

    name: str
    author: str | None


@lru_cache(maxsize=4096)
def split_scientific_name(text: str) -> ScientificName | None:
    """The name and the author in `text`; None where it does not begin like a scientific name.

    `Ficus virens (syn. …)` and `Eucalyptus citriodora / Corymbia citriodora` give their first name: the
    recorded text is kept beside it.
    """
    plain = _SYNONYM.sub(" ", unicodedata.normalize("NFKC", text)).split(" / ")[0]
    words = _RANK_GLUED.sub(r"\1. ", plain).replace("×", " × ").split()
    if not words or not _GENUS.fullmatch(words[0]):
        return None
    name = [words.pop(0)]
    if len(words) > 1 and _SHOUTED_EPITHET.fullmatch(words[0]):
        words[0] = words[0].lower()
    if words and words[0] in {"x", "×", "X"}:
        words.pop(0)
        name.append("×")
    if words and _EPITHET.fullmatch(words[0]):
        name.append(words.pop(0))
        _take_infraspecific(words, name)
    elif words and words[0] in {"sp.", "spp."}:
        words.pop(0)
        name.append("sp.")
    author = " ".join(words).strip(" ,;")
    return ScientificName(" ".join(name), author if is_author(author) else None)


def is_author(text: str) -> bool:
    """Whether `text` looks like the author of a scientific name: Latin letters, dots, &, commas, brackets."""
    return bool(_AUTHOR.fullmatch(text)) and len(text) <= 120


def _take_infraspecific(words: list[str], name: list[str]) -> None:
    if words and _EPITHET.fullmatch(words[0]) and words[0] not in _AUTHOR_WORDS:
        name.append(words.pop(0))  # a third epithet without its rank
        return
    for position, word in enumerate(words[:-1]):
        if word in _RANKS and _EPITHET.fullmatch(words[position + 1]):
            name.extend((_RANKS[word], words[position + 1]))
            del words[: position + 2]
            return


_OFFICES = tuple(word + ending for word in OFFICE_WORDS for ending in ENDINGS)
_WHOLE_ENDINGS = (*LONG_ENDINGS, *_OFFICES)
_CLEAR_ENDINGS = ("政府", "公所", "法院", *_OFFICES)
"""Endings that make no given name even where one character stands before them: 县政府, 林业局."""
_SHORT_ENDINGS = (*ENDINGS, "村", "店", "庄", "莊")
SURNAME = f"(?:{'|'.join(COMPOUND_SURNAMES)}|[{SURNAMES}])"
"""One Chinese family name, single or compound, as a pattern: for rules that look for persons in texts."""
_PERSONS = re.compile(rf"(?:{SURNAME}[{SURNAMES}]?[\u3400-\u9fff]{{1,2}})+")
"""Nothing but personal names, one after another: surname or two surnames, and one or two characters."""
_BEGINS_LIKE_A_PERSON = re.compile(SURNAME)
_LEGAL_PERSON = re.compile(r"(?:財團|财团|社團|社团)法人[\u3400-\u9fff]{4,}")

_UNIT_WORDS_EN = re.compile(
    r"\b(?:department|bureau|authority|university|college|hospital|council|company|limited|ltd\.?|corporation|"
    r"government|committee|association|ministry|agency|commission|institute|secretariat|museum|kindergarten|"
    r"foundation|society|board|centre|services|division|jockey club|police force|defence force|"
    r"office of the [a-z ]+)$",
    re.IGNORECASE,
)
"""Words that end the name of a unit and of nobody."""
_UNIT_OF_EN = re.compile(
    r"(?:the (?:[a-z]+ ){0,4})?(?:church|temple|school|office|trust|club|force|hall|park)$", re.IGNORECASE
)
"""Words of units that are surnames too: they count in `Church of …`, `the … Temple` only."""
_PRIVATE = re.compile(
    r"\b(?:mr|mrs|ms|miss|dr)\b|私人|个人|個人|住户|住戶|屋主|业主(?!委)|業主(?!委)|先生|女士|小姐|某某|某[甲乙丙丁]|"
    r"[\u4e00-\u9fff][某○〇]|联系人|聯絡人|户主|戶主",
    re.IGNORECASE,
)
_DAY = r"[0-9]{2,4} ?[年./-] ?[0-9]{1,2} ?[月./-] ?[0-9]{1,2} ?日?"
_TERM = re.compile(rf"[自至到]?{_DAY}[起止]?")
"""From when to when a tree is looked after: `代管至181.5.23`, `代管自114.06.01至117.05.31`."""
_KEEPING = re.compile(r"(?:共同)?(?:代管|維管|维管|代為巡查|管理|辦理|办理|等)$")
_BETWEEN_PARTS = re.compile(
    r"[、,，;；:：/()（）\[\]【】]+|(?<=[\u3400-\u9fff])[\s-]+|(?<=[\s-])(?=[\u3400-\u9fff])|[與与]"
)
_LONGEST_UNIT = 500


@lru_cache(maxsize=4096)
def is_unit_name(text: str) -> bool:
    """Whether `text` names a unit and no person. In doubt it does not: what looks private stays private.

    Every part between 、,;:/ and brackets, and between blanks beside Chinese characters, must look like a
    unit; `(…代管)` counts by what stands before 代管. Longer than 500 characters is no name.
    """
    if len(text) > _LONGEST_UNIT or _PRIVATE.search(text):
        return False
    if text.isascii() and _is_department_of_subjects(text):
        return True
    dateless = _TERM.sub("", unicodedata.normalize("NFKC", text))
    parts = [part.strip(" -\t") for part in _BETWEEN_PARTS.split(dateless) if part.strip(" -\t")]
    return bool(parts) and all(_is_unit_part(part) for part in parts)


def _is_department_of_subjects(text: str) -> bool:
    *subjects, last = (part.strip() for part in text.split(","))
    words = [word for subject in subjects for word in subject.lower().split()]
    first = last.split(" ")[0].lower()
    known = bool(words) and all(word in SUBJECTS_EN for word in words) and first in SUBJECTS_EN
    return known and bool(_UNIT_WORDS_EN.search(last))


def _is_unit_part(part: str) -> bool:
    if part.isascii():
        first, of, _ = part.partition(" of ")
        ambiguous = (of or part.lower().startswith("the ")) and _UNIT_OF_EN.fullmatch(first)
        return bool(_UNIT_WORDS_EN.search(first) or ambiguous)
    core = _KEEPING.sub("", part).strip()
    if len(core) < 3:
        return False
    if core.endswith(_WHOLE_ENDINGS):
        return core.endswith(_CLEAR_ENDINGS) or not (len(core) == 3 and _BEGINS_LIKE_A_PERSON.match(core))
    if _LEGAL_PERSON.fullmatch(core):
        return True
    if len(core) <= 4 and _BEGINS_LIKE_A_PERSON.match(core):
        return False
    return core.endswith(_SHORT_ENDINGS) and not (len(core) <= 12 and _PERSONS.fullmatch(core))
