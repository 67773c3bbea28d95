"""Administrative divisions of mainland China by code and name, down to the village where they come along.

`schema/divisions/`: provinces, cities and counties (six digits, GB/T 2260), townships of the whole country
(nine), villages of Shanxi and Chengdu (twelve), as the National Bureau of Statistics listed them in 2023, and
`changes.csv`: counties that ended, the year, and what they became. An office adds changes in a CSV of the
same columns. A number that was allotted under an old code stays as it is: nothing here makes a new one of it.

For whoever maps files: a path of names is what `DIVISION_LEVELS` give, largest first; levels may be missing.
"""

import csv
import gzip
import io
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from registry.db import SCHEMA_FOLDER
from registry.errors import InputMissingError, InputUnreadableError, Phrase

DIVISION_FOLDER = SCHEMA_FOLDER / "divisions"
LEVELS = {2: "province", 4: "city", 6: "county", 9: "town", 12: "village"}
"""Levels by how many digits of a code say them."""
_NOT_NAMES = frozenset({"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"})
"""What stands between a province and its counties in the lists and on no map."""
_ENDINGS: dict[str, tuple[str, ...]] = {
    "维吾尔自治区": ("province",), "壮族自治区": ("province",),
    "回族自治区": ("province",), "自治区": ("province",), "省": ("province",), "自治州": ("city",),
    "地区": ("city",), "盟": ("city",), "市": ("province", "city", "county"), "自治县": ("county",),
    "自治旗": ("county",), "林区": ("county",), "区": ("county",), "县": ("county",), "旗": ("county",),
    "街道": ("town",), "镇": ("town",), "乡": ("town",), "社区居委会": ("village",), "村委会": ("village",),
    "居委会": ("village",), "社区": ("village",), "村": ("village",),
}  # fmt: skip
"""Words that end a name, the longer first, and the levels they stand for."""
_CHANGE_COLUMNS = ("code", "name", "until", "successor")


@dataclass(frozen=True, slots=True)
class ListedDivision:
    """One division. `until` and `successor` say when it ended and what it became; None while it lasts."""

    code: str
    name: str
    until: str | None = None
    successor: str | None = None

    @property
    def level(self) -> str:
        """One of LEVELS' words."""
        return LEVELS[len(stem(self.code))]


@dataclass(slots=True)
class Divisions:
    """Divisions by code, by name, and by what they became."""

    by_code: dict[str, ListedDivision] = field(default_factory=dict)
    _by_name: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _former: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def add(self, division: ListedDivision) -> None:
        """Add one; an earlier one of the same code is replaced."""
        if division.code not in self.by_code:
            self._by_name[division.name].append(division.code)
            if (short := _short(division.name)[0]) != division.name:
                self._by_name[short].append(division.code)
        self.by_code[division.code] = division
        if division.successor:
            self._former[division.successor].append(division.code)

    def find(self, code: str) -> ListedDivision | None:
        """The division of a code in any of its lengths: 14, 1404, 140404, 140404100, 140404000000."""
        return self.by_code.get(padded(code))

    def named(self, name: str) -> tuple[ListedDivision, ...]:
        """Every division of that name, the largest first; 省, 市, 县 may be missing or another such word.

        长治 finds 长治市; 屯留县, which is a 区 now, finds 屯留区 where the list of changes does not know it.
        """
        found = [self.by_code[code] for code in self._by_name.get(name.strip(), ())]
        whole = [division for division in found if division.name == name.strip()]
        if not whole:
            short, levels = _short(name.strip())
            alike = (self.by_code[code] for code in self._by_name.get(short, ()))
            found += [division for division in alike if division.level in levels]
        sizes = {division.code: (len(stem(division.code)), division.code) for division in whole or found}
        return tuple(self.by_code[code] for code in sorted(sizes, key=lambda code: sizes[code]))

    def parents(self, code: str) -> tuple[ListedDivision, ...]:
        """Those around a division, largest first, without the list's own fillers such as 市辖区."""
        own = stem(padded(code))
        around = (self.by_code.get(padded(own[:length])) for length in LEVELS if length < len(own))
        return tuple(division for division in around if division and division.name not in _NOT_NAMES)

    def former(self, code: str) -> tuple[ListedDivision, ...]:
        """The divisions that became this one, at one or more removes."""
        found: list[ListedDivision] = []
        waiting = [code]
        while waiting:
            for earlier in self._former.get(waiting.pop(), ()):
                if self.by_code[earlier] not in found:
                    found.append(self.by_code[earlier])
                    waiting.append(earlier)
        return tuple(sorted(found, key=lambda division: division.code))

    def by_names(self, names: Sequence[str]) -> str | None:
        """The code of the last of `names`, largest first, some may be missing; None where it is unclear.

        市辖区 and its like count for nothing; a name that is not known there makes the whole unclear.
        """
        at: list[str] = [""]
        for name in (name.strip() for name in names):
            if not name or name in _NOT_NAMES:
                continue
            at = [
                division.code
                for division in self.named(name)
                if any(division.code.startswith(stem(parent)) for parent in at)
            ]
            widest = min((len(stem(code)) for code in at), default=0)
            first = [code for code in at if len(stem(code)) == widest]
            if len(first) == 1 and all(code.startswith(stem(first[0])) for code in at):
                at = first  # 东莞市 is a city and, in the list, its only county
        return at[0] if len(at) == 1 and at[0] else None

    def same_county(self, code: str, other: str) -> bool:
        """Whether two county codes name one place over time, or `other` its city (140400, 140401)."""
        if code == other or other in (code[:4] + "00", code[:4] + "01"):
            return True
        return any(
            other in {division.code for division in self.former(one)}
            or one in {division.code for division in self.former(other)}
            or one == other
            for one in (code, self.current(code))
        )

    def current(self, code: str) -> str:
        """The code of what a division became, itself where it lasts."""
        seen = {code}
        while (division := self.by_code.get(code)) and division.successor and division.successor not in seen:
            code = division.successor
            seen.add(code)
        return code


def divisions(own_changes: Path | str | None = None, *, to_village: bool = False) -> Divisions:
    """The shipped divisions, with an office's changes.

    to_village: townships and villages too, which takes about a third of a second.
    Raises InputMissingError, InputUnreadableError naming the row of the office's file.
    """
    if not own_changes:
        return _shipped(to_village)
    path = Path(own_changes)
    try:
        stamp = path.stat().st_mtime_ns
    except OSError as error:
        raise InputMissingError(path=path) from error
    return _with_changes(path, stamp, to_village)


def division_by_code(code: str) -> ListedDivision | None:
    """The shipped division of a code, whatever its length."""
    return divisions(to_village=len(code) > 6).find(code)


def division_by_names(names: Sequence[str]) -> str | None:
    """The code of a path of names of provinces, cities and counties; None where it is not clear."""
    return divisions().by_names(names)


def padded(code: str) -> str:
    """A code as it is kept: six digits for provinces, cities and counties, nine and twelve below them."""
    own = stem(code)
    return own.ljust(6, "0") if len(own) <= 6 else own


def stem(code: str) -> str:
    """The digits of a code that say something: 14 for 140000, 140404 for 140404000000."""
    if len(code) == 12 and code.endswith("000"):
        code = code[:9]
    if len(code) == 9 and code.endswith("000"):
        code = code[:6]
    if len(code) == 6 and code.endswith("0000"):
        return code[:2]
    if len(code) == 6 and code.endswith("00"):
        return code[:4]
    return code


@lru_cache(maxsize=2)
def _shipped(to_village: bool) -> Divisions:
    found = Divisions()
    files = ["counties.csv", *(["towns.csv.gz", "villages.csv.gz"] if to_village else [])]
    for name in files:
        for row in _rows(DIVISION_FOLDER / name):
            found.add(ListedDivision(row["code"], row["name"]))
    _change(found, DIVISION_FOLDER / "changes.csv")
    return found


@lru_cache(maxsize=4)
def _with_changes(path: Path, _stamp: int, to_village: bool) -> Divisions:
    made = Divisions()
    for division in _shipped(to_village).by_code.values():
        made.add(division)
    _change(made, path)
    return made


def _change(found: Divisions, path: Path) -> None:
    for number, row in enumerate(_rows(path), start=2):
        said = {name: (row.get(name) or "").strip() for name in _CHANGE_COLUMNS}
        for column in ("code", "successor"):
            is_empty = column == "successor" and not said[column]
            if not is_empty and not (said[column].isdigit() and len(said[column]) in {6, 9, 12}):
                reason = Phrase(
                    "row {row}: the column {column} needs a code of 6, 9 or 12 digits, not “{value}”",
                    row=number,
                    column=column,
                    value=said[column],
                )
                raise InputUnreadableError(path=path, reason=reason)
        found.add(
            ListedDivision(said["code"], said["name"], said["until"] or None, said["successor"] or None)
        )


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        data = path.read_bytes()
        text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8-sig")
    except (UnicodeDecodeError, OSError, EOFError) as error:
        raise InputUnreadableError(path=path, reason=Phrase("save the list as UTF-8")) from error
    return list(csv.DictReader(io.StringIO(text, newline="")))


def _short(name: str) -> tuple[str, tuple[str, ...]]:
    """A name without what kind of division it is, and the levels of that kind; two characters are left."""
    for ending, levels in _ENDINGS.items():
        if name.endswith(ending) and len(name) - len(ending) >= 2:
            return name.removesuffix(ending), levels
    return name, ()
