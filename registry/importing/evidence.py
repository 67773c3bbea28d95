"""What the values of a column say of it: numbers and their units, days and their order, names. Pure."""

import re
import statistics
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from itertools import islice

from registry.importing.header_words import language_of_word, unit_of
from registry.rules.names import split_scientific_name

MOST_DISTINCT = 3000
"""So many different values of a column are kept; the rest is only counted."""
_MOST_READ = 400
"""So many different values are looked at closely."""
_NUMBER = re.compile(
    r"[~≈约約]?\s*(?P<number>[+-]?(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?))\s*"
    r"(?P<unit>[^\d\s.,+-]{0,6})\.?"
)
_PAIR = re.compile(r"[(\[]?\s*(-?\d{1,3}\.\d+)\s*[,;\s]\s*(-?\d{1,3}\.\d+)\s*[)\]]?")
_DMS = re.compile(r"\d{1,3}\s*[°º度]\s*\d{1,2}")
_PHONE = re.compile(r"(?:\+?86[- ]?)?1[3-9]\d{9}|0\d{2,3}[- ]?\d{7,8}")
_EPITHET = re.compile(r"[a-z]{3,}(?:-[a-z]+)?")
_HAS_DIGIT = re.compile(r"\d")
_YEAR = re.compile(r"(?:1[5-9]\d\d|20\d\d)(?:年|[-/.年]\d{1,2}月?)?")
_PLAIN_AGE = re.compile(r"\d{1,5}(?:\.0+)?")
_KANA = re.compile("[\u3040-\u30ff]")
_HAN = re.compile("[\u3400-\u9fff]")
DAY_FIRST = ("%d/%m/%Y", "%d-%m-%Y", "%d/%m/%y")
MONTH_FIRST = ("%m/%d/%Y", "%m-%d-%Y", "%m/%d/%y")
YEAR_FIRST = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d")
_OTHER_DAYS = ("%d.%m.%Y", "%d-%b-%y", "%d-%b-%Y", "%d %b %Y", "%d %B %Y", "%Y%m%d%H%M%S")


@dataclass(slots=True)
class Profile:
    """The values of one column: how often each occurs, placeholders aside."""

    header: str
    rows: int = 0
    filled: int = 0
    placeholders: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    more: int = 0
    """Cells whose values came after MOST_DISTINCT others."""

    def add(self, text: str, *, is_placeholder: bool) -> None:
        """Take in one cell."""
        self.rows += 1
        if not text:
            return
        if is_placeholder:
            self.placeholders[text] += 1
            return
        self.filled += 1
        if text in self.counts or len(self.counts) < MOST_DISTINCT:
            self.counts[text] += 1
        else:
            self.more += 1

    @property
    def is_unique(self) -> bool:
        """Whether no value was seen twice."""
        return bool(self.counts) and self.counts.most_common(1)[0][1] == 1

    @property
    def repeated(self) -> int:
        """How many cells repeat a value that an earlier one has."""
        return sum(self.counts.values()) - len(self.counts)

    @property
    def sample(self) -> str:
        """The first value."""
        return next(iter(self.counts), "")

    def share(self, test: Callable[[str], object]) -> float:
        """How much of the cells passes `test`, from 0 to 1; 0 without cells."""
        looked = dict(islice(self.counts.items(), _MOST_READ))
        total = sum(looked.values())
        return sum(count for text, count in looked.items() if test(text)) / total if total else 0.0


@dataclass(frozen=True, slots=True)
class Numbers:
    """What a column says as numbers. `share` of its cells are such; sizes are those of the numbers alone."""

    share: float
    low: float = 0.0
    median: float = 0.0
    high: float = 0.0
    unit: str | None = None
    has_units: bool = False
    has_decimal_commas: bool = False
    is_whole: bool = False
    zeros: int = 0
    odd: tuple[str, ...] = ()
    """Some cells that are no numbers."""


@dataclass(frozen=True, slots=True)
class Days:
    """What a column says as days. formats: the way to read them; () where none or two ways do."""

    share: float
    formats: tuple[str, ...] = ()
    is_undecided: bool = False
    placeholder: date | None = None
    """An odd day that fills more than a twentieth of the column."""


@lru_cache(maxsize=65536)
def read_number(text: str) -> tuple[float, str, bool] | None:
    """The number in a cell, the unit behind it, and whether it has a decimal comma; None for others."""
    match = _NUMBER.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if match is None:
        return None
    digits, unit = match["number"], match["unit"]
    has_comma = bool(re.fullmatch(r"[+-]?\d+,\d+", digits)) and not re.fullmatch(
        r"[+-]?\d{1,3},\d{3}", digits
    )
    plain = digits.replace(",", ".") if has_comma else digits.replace(",", "")
    return float(plain), unit, has_comma


def numbers(profile: Profile) -> Numbers:
    """The column as numbers; a unit counts where at least a third of the cells has it."""
    values: list[float] = []
    units: Counter[str] = Counter()
    odd: list[str] = []
    commas = total = 0
    for text, count in profile.counts.items():
        total += count
        found = read_number(text)
        if found is None or (
            found[1] and unit_of(found[1]) is None and found[1] not in {"年", "岁", "°", "株"}
        ):
            odd.append(text)
            continue
        values.extend([found[0]] * count)
        units[found[1]] += count
        commas += count if found[2] else 0
    if not values:
        return Numbers(0.0, odd=tuple(odd[:3]))
    named = Counter({unit_of(unit): count for unit, count in units.items() if unit_of(unit)})
    common = named.most_common(1)
    unit = common[0][0] if common and common[0][1] * 3 >= len(values) else None
    return Numbers(
        len(values) / total, min(values), statistics.median(values), max(values), unit,
        any(units[text] for text in units if text), commas > 0, all(value.is_integer() for value in values),
        sum(value == 0 for value in values), tuple(odd[:3]),
    )  # fmt: skip


def days(profile: Profile) -> Days:
    """The column as days: year first as it stands; day or month first where a day above 12 settles it."""
    looked = dict(islice(profile.counts.items(), _MOST_READ))
    total = sum(looked.values())
    if not total:
        return Days(0.0)
    shares = {
        how: sum(count for text, count in looked.items() if _day(text, how)) / total
        for how in (*YEAR_FIRST, *DAY_FIRST, *MONTH_FIRST, *_OTHER_DAYS)
    }
    placeholder = _placeholder_day(profile, shares)
    year_first = (
        sum(count for text, count in looked.items() if any(_day(text, how) for how in YEAR_FIRST)) / total
    )
    best = max(shares, key=lambda how: shares[how])
    if year_first >= max(shares[best], 0.5):
        return Days(year_first, YEAR_FIRST, placeholder=placeholder)
    if shares[best] < 0.5:
        return Days(max(year_first, shares[best]))
    swapped = dict(zip((*DAY_FIRST, *MONTH_FIRST), (*MONTH_FIRST, *DAY_FIRST), strict=True)).get(best)
    if swapped and shares[swapped] == shares[best]:
        return Days(shares[best], is_undecided=True)
    return Days(shares[best], (best,), placeholder=placeholder)


@lru_cache(maxsize=65536)
def _day(text: str, how: str) -> date | None:
    bare = text if " " in how else re.split("[T ]", text)[0]
    if (how == "%Y%m%d" and len(bare) != 8) or (how == "%Y%m%d%H%M%S" and len(bare) != 14):
        return None
    with suppress(ValueError):
        found = datetime.strptime(bare, how).date()  # noqa: DTZ007  (a day has no time zone)
        return found if found.year >= 1000 else None
    return None


def _placeholder_day(profile: Profile, shares: dict[str, float]) -> date | None:
    best = max(shares, key=lambda how: shares[how])
    for text, count in profile.counts.most_common(3):
        day = _day(text, best)
        is_odd = day is not None and ((day.month, day.day) == (1, 1) or day.year < 1905)
        if is_odd and count > 10 and count * 20 > profile.filled:
            return day
    return None


def years(profile: Profile) -> float:
    """How much of the column is a bare year, or a month of one."""
    return profile.share(_YEAR.fullmatch)


def scientific_names(profile: Profile) -> float:
    """How much of the column is a genus with an epithet behind it."""
    return profile.share(_is_binomial)


def _is_binomial(text: str) -> bool:
    name = split_scientific_name(text)
    if name is None or " " not in name.name or _HAN.search(text):
        return False
    return len(name.name.split()[1]) > 2 and language_of_word(name.name.split()[1]) is None


def han(profile: Profile) -> float:
    """How much of the column holds Chinese characters."""
    return profile.share(_HAN.search)


def epithets(profile: Profile) -> float:
    """How much of the column is one small word, as the second part of a scientific name is."""
    return profile.share(_EPITHET.fullmatch)


def pairs(profile: Profile) -> list[tuple[float, float]]:
    """Pairs of decimal degrees that stand in one cell; empty unless nearly all cells are such."""
    found = [_PAIR.fullmatch(text.strip()) for text in islice(profile.counts, _MOST_READ)]
    kept = [(float(match[1]), float(match[2])) for match in found if match]
    return kept if found and len(kept) >= 0.9 * len(found) else []


def degrees_written_out(profile: Profile) -> float:
    """How much of the column is degrees, minutes and seconds."""
    return profile.share(_DMS.search)


def telephones(profile: Profile) -> float:
    """How much of the column holds a telephone number as Chinese lists write it."""
    return profile.share(lambda text: _PHONE.fullmatch(text.strip()))


def ages_in_words(profile: Profile) -> float:
    """How much of the column has a number with words or signs to it: `约300年`, `100-200`, `100+ years`."""
    return profile.share(lambda text: _HAS_DIGIT.search(text) and not _PLAIN_AGE.fullmatch(text))


def family_and_genus(profile: Profile) -> bool:
    """Whether the cells hold 科 and 属 in one."""
    return profile.share(re.compile(r"\S+科\s+\S+属\s*").fullmatch) >= 0.8


def script(texts: Iterable[str], simplified: frozenset[str], traditional: frozenset[str]) -> str | None:
    """ja, zh-Hant or zh-Hans by the characters in `texts`; None where there are next to none."""
    text = "".join(filter(str.isalpha, "".join(islice(texts, 5000))))
    if len(_HAN.findall(text)) * 10 < len(text):
        return None
    if len(_KANA.findall(text)) * 20 > len(text):
        return "ja"
    old = sum(letter in traditional for letter in text)
    new = sum(letter in simplified for letter in text)
    return "zh-Hant" if old > new else "zh-Hans"


def ratio(pairs_of: Iterable[tuple[float, float]]) -> float | None:
    """The ratio of the first to the second that most pairs have within a tenth; None where there is none."""
    found = sorted(first / second for first, second in pairs_of if first > 0 and second > 0)
    if len(found) < 5:
        return None
    middle = statistics.median(found)
    near = sum(abs(value - middle) <= 0.1 * middle for value in found)
    return middle if near * 2 > len(found) else None
