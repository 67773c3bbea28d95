"""The figures of an edition: each with its denominator, its definition and where its trees are found."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from datasette_plugins.site.counts import STANDING
from registry.vocab.figure_words import AGES, OTHERS, SHARES, TALLIES, UNKNOWN, FigureWords
from registry.vocab.labels import Label
from registry.vocab.words import WORDS, Category, Grade, Vigour

_TOP = 12
_CODES: dict[str, tuple[str, Any]] = {
    "grade": ("protection_grade", Grade),
    "category": ("category", Category),
    "vigour": ("vigour", Vigour),
}
_AGE = (
    "CASE WHEN age_years IS NULL THEN NULL WHEN age_years < 100 THEN '0' WHEN age_years < 300 THEN '100' "
    "WHEN age_years < 500 THEN '300' WHEN age_years < 1000 THEN '500' ELSE '1000' END"
)
_HAS_ZONE = "EXISTS (SELECT 1 FROM zone WHERE tree_uuid = tree.uuid AND zone.kind = '{}')"
_SHARES = {
    "inspected": "last_inspected_on >= :year_before",
    "photographed": "photo_count > 0",
    "zone_legal": _HAS_ZONE.format("legal"),
    "zone_computed": f"{_HAS_ZONE.format('computed')} AND NOT {_HAS_ZONE.format('legal')}",
    "agreement": "has_care_agreement",
    "flagged": "flag_count > 0",
}


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a figure: what is counted (`code`), in both languages, and how many."""

    code: str
    name: Label
    lang: str | None
    """Of a recorded name, None where the name is a word of ours."""
    count: int
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure over `whole` trees."""

    id: str
    words: FigureWords
    whole: int
    bars: tuple[Bar, ...]

    @property
    def most(self) -> int:
        """The longest bar."""
        return max((bar.count for bar in self.bars), default=0)


@dataclass(frozen=True, slots=True)
class Kpi:
    """One figure of the office (考核指标) for one class."""

    id: str
    group: str
    numerator: int
    denominator: int
    unit: str
    target: float | None
    from_on: str
    as_of: str
    name: Label
    sentence: Label
    citation: Label

    @property
    def share(self) -> float:
        """0 to 1."""
        return self.numerator / self.denominator


@dataclass(frozen=True, slots=True)
class Dashboard:
    """All figures of an edition."""

    whole: int
    total: int
    tallies: tuple[Figure, ...]
    shares: tuple[Figure, ...]
    kpis: tuple[Kpi, ...]
    lists: int
    parks: int


def load_dashboard(db: sqlite3.Connection, facts: Mapping[str, str]) -> Dashboard:
    """Every figure; reads the whole table of trees: to be remembered for the edition."""
    total, whole = db.execute(f"SELECT COUNT(*), COUNT(*) FILTER (WHERE {STANDING}) FROM tree").fetchone()
    coded = [_coded(db, own, column, words, whole) for own, (column, words) in _CODES.items()]
    tallies = [*coded[:2], _ages(db, whole), coded[2], _species(db, whole), _districts(db, whole)]
    return Dashboard(
        whole=whole,
        total=total,
        tallies=tuple(tallies),
        shares=_shares(db, whole, year_before(facts.get("made_at", "1970-01-01"))),
        kpis=load_kpis(db),
        lists=count_rows(db, "SELECT COUNT(*) FROM protection_list"),
        parks=count_rows(db, "SELECT COUNT(*) FROM place WHERE subkind IN ('park', 'tree_park')"),
    )


def load_kpis(db: sqlite3.Connection) -> tuple[Kpi, ...]:
    """The office's figures, in its order; none in an edition that has no such table."""
    try:
        rows = db.execute("SELECT * FROM kpi ORDER BY ordinal, \"group\" <> 'all', rowid").fetchall()
    except sqlite3.OperationalError:
        return ()
    return tuple(
        Kpi(
            row["kpi"], row["group"], row["numerator"], row["denominator"], row["unit"], row["target"],
            row["from_on"], row["as_of"], Label(row["name_zh"], row["name_en"]),
            Label(row["sentence_zh"], row["sentence_en"]), Label(row["citation_zh"], row["citation_en"]),
        )
        for row in rows
    )  # fmt: skip


def count_rows(db: sqlite3.Connection, sql: str) -> int:
    """A count, 0 where the edition has no such table."""
    try:
        return int(db.execute(sql).fetchone()[0])
    except sqlite3.OperationalError:
        return 0


def year_before(instant: str) -> str:
    """The same day of the year before."""
    day = date.fromisoformat(instant[:10])
    return day.replace(year=day.year - 1, day=min(day.day, 28) if day.month == 2 else day.day).isoformat()


def _coded(db: sqlite3.Connection, own: str, column: str, words: Any, whole: int) -> Figure:
    found = _counts(db, column)
    order = [word.value for word in words]
    known = sorted((code for code in found if code is not None), key=lambda code: (code not in order, code))
    known.sort(key=lambda code: order.index(code) if code in order else len(order))
    labels = WORDS[words]
    bars = [
        Bar(code, labels.get(code, Label(code, code)), None, found[code], _search(**{_FACET[own]: code}))
        for code in known
    ]
    return Figure(own, TALLIES[own], whole, (*bars, *_unknown(found)))


_FACET = {"grade": "grade", "category": "category", "vigour": "vigour"}


def _ages(db: sqlite3.Connection, whole: int) -> Figure:
    found = _counts(db, _AGE)
    bars = [Bar(code, label, None, found.get(code, 0)) for code, label in AGES.items()]
    return Figure("age", TALLIES["age"], whole, (*bars, *_unknown(found)))


def _counts(db: sqlite3.Connection, what: str) -> dict[str | None, int]:
    return dict(map(tuple, db.execute(f"SELECT {what}, COUNT(*) FROM tree WHERE {STANDING} GROUP BY 1")))


def _unknown(found: Mapping[str | None, int]) -> list[Bar]:
    return [Bar("", UNKNOWN, None, found[None])] if found.get(None) else []


def _species(db: sqlite3.Connection, whole: int) -> Figure:
    rows = db.execute(
        "SELECT s.id, s.path, s.name_hans, s.name_hant, s.name_latin, s.name_en, COUNT(*) AS trees FROM tree "
        f"JOIN species s ON s.id = tree.species_id WHERE {STANDING} GROUP BY s.id "
        "ORDER BY trees DESC, s.id LIMIT ?",
        (_TOP,),
    ).fetchall()
    bars = [
        Bar(
            row["path"],
            Label(
                row["name_hans"] or row["name_hant"] or row["name_latin"] or row["name_en"] or row["id"],
                row["name_en"] or row["name_latin"] or row["id"],
            ),
            "zh-Hans" if row["name_hans"] else "zh-Hant" if row["name_hant"] else "la",
            row["trees"],
            f"/species/{row['path']}",
        )
        for row in rows
    ]
    return Figure("species", TALLIES["species"], whole, _with_others(bars, whole))


def _districts(db: sqlite3.Connection, whole: int) -> Figure:
    """Divisions of the level of counties and districts; a tree belongs to the one that it lies in."""
    rows = db.execute(
        "WITH RECURSIVE up(id, home) AS (SELECT id, id FROM division WHERE level IN ('county', 'district') "
        "UNION SELECT d.id, up.home FROM division d JOIN up ON d.parent_id = up.id "
        "WHERE d.level NOT IN ('county', 'district')) "
        "SELECT d.path, d.name, d.name_lang, d.name_en, COUNT(*) AS trees FROM tree "
        f"JOIN up ON up.id = tree.division_id JOIN division d ON d.id = up.home WHERE {STANDING} "
        "GROUP BY d.id ORDER BY trees DESC, d.id LIMIT ?",
        (_TOP,),
    ).fetchall()
    bars = [
        Bar(
            row["path"], Label(row["name"], row["name_en"] or row["name"]),
            row["name_lang"], row["trees"], f"/place/{row['path']}",
        )
        for row in rows
    ]  # fmt: skip
    return Figure("district", TALLIES["district"], whole, _with_others(bars, whole))


def _with_others(bars: list[Bar], whole: int) -> tuple[Bar, ...]:
    others = whole - sum(bar.count for bar in bars)
    return (*bars, Bar("", OTHERS, None, others)) if others > 0 and bars else tuple(bars)


def _shares(db: sqlite3.Connection, whole: int, since: str) -> tuple[Figure, ...]:
    sums = ", ".join(f"COALESCE(SUM({condition}), 0) AS {own}" for own, condition in _SHARES.items())
    row = db.execute(f"SELECT {sums} FROM tree WHERE {STANDING}", {"year_before": since}).fetchone()
    return tuple(
        Figure(own, words, whole, (Bar(own, words.name, None, row[own]),)) for own, words in SHARES.items()
    )


def _search(**facets: str) -> str:
    return f"/search?{urlencode(facets)}"
