"""A report of figures as tables: what stands in its workbook, its page and its PDF alike."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from exports.workbook import Column, Sheet
from registry.report_records import Kpi, KpiLine, MoneyRow, ReportFacts, Share, Tally
from registry.vocab.care_words import FundSource, TrialState
from registry.vocab.columns import COLUMNS
from registry.vocab.language import Translator
from registry.vocab.measures import measure_labels
from registry.vocab.money import money_text
from registry.vocab.words import (
    GRADE_SCHEMES,
    VIGOUR_SCALES,
    Category,
    Environment,
    Grade,
    GrowthPlace,
    Ownership,
    Vigour,
)

_WORDS: dict[str, Any] = {
    "category": Category,
    "environment": Environment,
    "ownership": Ownership,
    "growth_place": GrowthPlace,
}
_SCALED: dict[str, tuple[Any, Mapping[str, Any]]] = {
    "vigour": (Vigour, VIGOUR_SCALES),
    "protection_grade": (Grade, GRADE_SCHEMES),
}
_OTHERS = "others"
_NARROW = 6
"""So many digits and separators of a count and its whole stand on one line of a narrow column."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart: what it is called, its share of the longest (0 to 1), what is written beside it,
    and where the target stands (0 to 1)."""

    label: str
    share: float
    text: str
    target: float | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """One table of a report with the chart that shows it (empty: none).

    printed: the same for paper and pages, where the sheet is made to be filtered.
    """

    sheet: Sheet
    bars: tuple[Bar, ...] = ()
    printed: Sheet | None = None


def report_title(facts: ReportFacts, t: Translator) -> str:
    """What the report is called: of which division, about which period."""
    _ = t.gettext
    names = facts.division if t.lang == "zh" else facts.division_en
    place = "".join(names) if t.lang == "zh" else ", ".join(reversed(names))
    name = _("Report on ancient and famous trees")
    period = _period(facts, t)
    return " · ".join(part for part in (place, name, period) if part)


def register_called(facts: ReportFacts, t: Translator) -> str:
    """The register's name in the language of the report, the Chinese one where it has no other."""
    english = facts.register_name_en if t.lang == "en" else ""
    return english or facts.register_name or "Gushu"


def report_lines(facts: ReportFacts, t: Translator) -> tuple[str, ...]:
    """Of which register and day the figures are, and what they leave out."""
    _ = t.gettext
    made = _(
        "{register}: as of {to}, and what happened from {start} to {to}; counted on {day}.",
        register=register_called(facts, t),
        to=min(facts.to_on, facts.made_on).isoformat(),
        start=facts.from_on.isoformat(),
        day=facts.made_on.isoformat(),
    )
    counted = _(
        "Standing: {scattered}; {groves}.",
        scattered=t.ngettext("{count} scattered tree", "{count} scattered trees", facts.scattered),
        groves=t.ngettext(
            "{count} grove with {inside}",
            "{count} groves with {inside}",
            facts.groves,
            inside=t.ngettext("{count} tree", "{count} trees", facts.in_groves),
        ),
    )
    lines = [made, counted]
    if facts.undated:
        lines.append(
            t.ngettext(
                "{count} record is off the register without a dated case: it counts on no day.",
                "{count} records are off the register without dated cases: they count on no day.",
                facts.undated,
            )
        )
    if facts.before:
        lines.append(_("Compared with {period}.", period=_period(facts.before, t)))
    return tuple(lines)


def report_sections(facts: ReportFacts, t: Translator) -> Iterator[Section]:
    """The tables of a report in their order; tables with nothing in them are left out, the figures never."""
    yield _figures(facts, t)
    if any(line.division_id for line in facts.lines):
        yield _divisions(facts, t)
    for tally in facts.tallies:
        if tally.total:
            yield _tally(tally, facts, t)
    yield _activities(facts, t)
    if facts.works:
        yield _money(t.gettext("Works finished"), t.gettext("Measure"), facts.works, t, measure=True)
        yield _money(t.gettext("Money by source"), t.gettext("Source of the money"), facts.sources, t)
    if facts.conditions:
        yield _conditions(facts, t)
    if facts.trials:
        yield _trials(facts, t)


def group_word(group: str, t: Translator) -> str:
    """What a class of the figures is called."""
    _ = t.gettext
    words = {
        "all": _("All trees"),
        "ancient": _("Ancient trees"),
        "famous": _("Famous trees"),
        "reserve": _("Reserve trees"),
        "other": _("Other listed trees"),
        "grove": _("Groves"),
    }
    return words[group]


def share_text(share: Share | None, t: Translator) -> str:
    """A share with its denominator: 12/30 = 40.0 %; what cannot be known is said so."""
    if share is None:
        return t.gettext("not known for that day")
    if share.value is None:
        return t.gettext("nothing to count")
    return f"{t.number(share.part, 0)}/{t.number(share.whole, 0)} = {share.value:.1%}"


def kpi_word(kpi: Kpi, t: Translator) -> str:
    """What a figure is called."""
    return kpi.zh if t.lang == "zh" else kpi.en


def kpi_basis(kpi: Kpi, t: Translator) -> str:
    """What a figure counts over what."""
    if t.lang == "zh":
        return f"{kpi.part_zh} ÷ {kpi.whole_zh}"
    return f"{kpi.part_en} ÷ {kpi.whole_en}"


def _period(facts: ReportFacts, t: Translator) -> str:
    start, end = facts.from_on, facts.to_on
    if (start.month, start.day, end.month, end.day) == (1, 1, 12, 31) and start.year == end.year:
        return t.gettext("{year}", year=start.year)
    return t.gettext("{start} to {end}", start=start.isoformat(), end=end.isoformat())


def _whole(lines: Sequence[KpiLine]) -> dict[str, KpiLine]:
    return {line.group: line for line in lines if line.division_id is None}


def _figures(facts: ReportFacts, t: Translator) -> Section:
    _ = t.gettext
    columns = (
        Column(_("Figure"), 18),
        Column(_("Class"), 14),
        Column(_("Counted"), 9, "integer"),
        Column(_("Of"), 9, "integer"),
        Column(_("Share"), 9, "percent"),
        Column(_("Start"), 9, "percent"),
        Column(_("Earlier"), 9, "percent"),
        Column(_("Target"), 9, "percent"),
        Column(_("What is counted"), 46),
    )
    now, start = _whole(facts.lines), _whole(facts.start)
    before = _whole(facts.before.lines) if facts.before else {}
    rows, bars = [], []
    for kpi in facts.kpis:
        for group, line in now.items():
            share = line.shares[kpi.id]
            if group != "all" and (share is None or not share.whole):
                continue
            if group == "other" and share == now["all"].shares[kpi.id]:
                continue
            is_dated = kpi.unit == "trees" and kpi.id != "died"
            rows.append(
                (
                    kpi_word(kpi, t),
                    group_word(group, t) if kpi.unit != "fields" else "",
                    share.part if share else None,
                    share.whole if share else None,
                    share.value if share else None,
                    _value(start.get(group), kpi.id) if is_dated else None,
                    _value(before.get(group), kpi.id),
                    kpi.target,
                    kpi_basis(kpi, t),
                )
            )
            if group == "all" and share and share.value is not None:
                bars.append(Bar(kpi_word(kpi, t), share.value, share_text(share, t), kpi.target))
    notes = tuple(
        f"{kpi_word(kpi, t)}: {kpi.citation if t.lang == 'zh' else kpi.citation_en}" for kpi in facts.kpis
    )
    both = _("A tree that is both ancient and famous counts in both classes, and once in all.")
    return Section(Sheet(_("Figures"), columns, rows, notes=(both, *notes)), tuple(bars))


def _value(line: KpiLine | None, kpi: str) -> float | None:
    share = line.shares[kpi] if line else None
    return share.value if share else None


def _divisions(facts: ReportFacts, t: Translator) -> Section:
    """A row for each division and figure, to be filtered by either; on paper a row for each division."""
    _ = t.gettext
    columns = (
        Column(t.label("division"), 26),
        Column(_("Class"), 14),
        Column(_("Figure"), 18),
        Column(_("Counted"), 9, "integer"),
        Column(_("Of"), 9, "integer"),
        Column(_("Share"), 9, "percent"),
    )
    lines = [line for line in facts.lines if line.division_id]
    whole = {line.division_id: line.shares for line in lines if line.group == "all"}
    told = [line for line in lines if line.group != "other" or not _is_same(line, whole[line.division_id])]
    rows = [
        (_place(line, t), group_word(line.group, t), kpi_word(kpi, t), share.part, share.whole, share.value)
        for line in told
        for kpi in facts.kpis
        if (share := line.shares[kpi.id]) is not None and share.whole
    ]
    shown = [kpi for kpi in facts.kpis if any((s := line.shares[kpi.id]) and s.whole for line in told)]
    matrix = [
        (_place(line, t), group_word(line.group, t), *(_cell(line.shares[kpi.id], t) for kpi in shown))
        for line in told
    ]
    heads = (*columns[:2], *(Column(kpi_word(kpi, t), 13) for kpi in shown))
    title = _("By division")
    return Section(Sheet(title, columns, rows), _division_bars(lines, facts, t), Sheet(title, heads, matrix))


def _division_bars(lines: Sequence[KpiLine], facts: ReportFacts, t: Translator) -> tuple[Bar, ...]:
    """How many trees each division has, by the figure that counts all of them; the largest first."""
    kpi = next((each for each in facts.kpis if each.unit == "trees" and each.id != "died"), None)
    counted = [
        (share.whole, _place(line, t))
        for line in lines
        if line.group == "all" and kpi and (share := line.shares[kpi.id]) and share.whole
    ]
    total, most = sum(count for count, _name in counted), max(counted, default=(1, ""))[0]
    return tuple(
        Bar(name, count / most, f"{t.number(count, 0)} ({count / total:.1%})")
        for count, name in sorted(counted, key=lambda pair: (-pair[0], pair[1]))
    )


def _is_same(line: KpiLine, whole: Mapping[str, Share | None]) -> bool:
    """Whether a class says no more than all trees do."""
    return all(not share or not share.whole or share == whole[name] for name, share in line.shares.items())


def _place(line: KpiLine, t: Translator) -> str:
    return " ".join(line.names if t.lang == "zh" else line.names_en)


def _cell(share: Share | None, t: Translator) -> str:
    """A share in little room: the counts, then the percentage."""
    if share is None or share.value is None:
        return ""
    part, whole = t.number(share.part, 0), t.number(share.whole, 0)
    between = "/\n" if len(part) + len(whole) > _NARROW else "/"
    return f"{part}{between}{whole}\n{share.value:.1%}"


def tally_key(field: str, key: str | None, t: Translator) -> str:
    """What a row of a tally is called."""
    _ = t.gettext
    if key is None:
        return _("Not said")
    if key == _OTHERS:
        return _("Other species")
    if field in _WORDS:
        return t.word(_WORDS[field], key)
    if field in _SCALED:
        return _scaled(field, key, t)
    return _years(key, t) if field == "age_years" else key


def _scaled(field: str, key: str, t: Translator) -> str:
    """A word with the scale by which it was read: words of two scales are never one row."""
    words, scales = _SCALED[field]
    scheme, _colon, word = key.rpartition(":")
    said = t.word(words, word)
    return f"{said} ({t.word(scales, scheme)})" if scheme else said


def _years(key: str, t: Translator) -> str:
    low, _dash, high = key.rstrip("+").partition("-")
    if high:
        return t.gettext("{low} to {high} years", low=low, high=high)
    return t.gettext("{low} years and more", low=t.number(int(low), 0))


def _grade_place(row: tuple[str | None, int]) -> tuple[bool, str]:
    """Grades in their order, scheme by scheme; what is not recorded last."""
    return row[0] is None, row[0] or ""


def _tally(tally: Tally, facts: ReportFacts, t: Translator) -> Section:
    _ = t.gettext
    label = t.pick(COLUMNS["species_id"]) if tally.field == "species" else t.label(tally.field)
    before = next((b for b in facts.before.tallies if b.field == tally.field), None) if facts.before else None
    then = dict(before.rows) if before else {}
    columns = (
        Column(label, 40),
        Column(t.label("tree_count"), 12, "integer"),
        Column(_("Share"), 10, "percent"),
        Column(_("Earlier"), 12, "integer"),
        Column(_("Change"), 10, "integer"),
    )
    rows, bars = [], []
    most = max(count for _key, count in tally.rows)
    told = sorted(tally.rows, key=_grade_place) if tally.field == "protection_grade" else tally.rows
    for key, count in told:
        name = tally_key(tally.field, key, t)
        old = then.get(key, 0) if before else None
        rows.append((name, count, count / tally.total, old, count - old if old is not None else None))
        bars.append(
            Bar(name, count / most if most else 0.0, f"{t.number(count, 0)} ({count / tally.total:.1%})")
        )
    title = _("Trees by {field}", field=label if t.lang == "zh" else label.lower())
    total = (_("All"), tally.total, 1.0, sum(then.values()) if before else None, None)
    return Section(Sheet(title, columns, rows, total=total), tuple(bars))


def activity_word(name: str, t: Translator) -> str:
    """What something that was done is called."""
    _ = t.gettext
    words = {
        "patrols": _("Patrols"),
        "inspections": _("Visits of all kinds"),
        "assessments": _("Assessments"),
        "measured": _("Trees measured"),
        "care": _("Entries of the care log"),
        "photos": _("Photos taken"),
        "cases_opened": _("Cases opened"),
        "cases_closed": _("Cases closed"),
    }
    return words[name]


def _activities(facts: ReportFacts, t: Translator) -> Section:
    _ = t.gettext
    then = dict(facts.before.activities) if facts.before else {}
    columns = (
        Column(_("What was done"), 34),
        Column(_("Count"), 12, "integer"),
        Column(_("Earlier"), 12, "integer"),
        Column(_("Change"), 10, "integer"),
    )
    rows = [
        (activity_word(name, t), count, then.get(name), count - then[name] if name in then else None)
        for name, count in facts.activities
    ]
    return Section(Sheet(_("What was done in the period"), columns, rows))


def _money(
    title: str, head: str, rows: Sequence[MoneyRow], t: Translator, *, measure: bool = False
) -> Section:
    _ = t.gettext
    columns = (
        Column(head, 34),
        Column(_("Works"), 10, "integer"),
        Column(_("Currency"), 10),
        Column(_("Planned"), 16, "decimal", decimals=2),
        Column(_("Spent"), 16, "decimal", decimals=2),
    )

    def name(row: MoneyRow) -> str:
        if not row.key:
            return _("Not said")
        return measure_word(row.key, t) if measure else t.word(FundSource, row.key)

    told = [
        (name(row), row.count, row.currency, row.planned_cents / 100, row.cost_cents / 100) for row in rows
    ]
    sums = _sums(rows)
    notes = tuple(
        _("All in {currency}: planned {planned}, spent {spent}.", currency=currency,
          planned=money_text(planned, currency, t), spent=money_text(spent, currency, t))
        for currency, (planned, spent) in sums.items()
    )  # fmt: skip
    most = max((row.cost_cents for row in rows), default=0)
    bars = tuple(
        Bar(name(row), row.cost_cents / most, money_text(row.cost_cents, row.currency, t))
        for row in rows
        if most and len(sums) == 1
    )
    on_paper = [(*row[:3], *(f"{amount:,.2f}" for amount in row[3:])) for row in told]
    return Section(
        Sheet(title, columns, told, notes=notes), bars, Sheet(title, columns, on_paper, notes=notes)
    )


def _sums(rows: Sequence[MoneyRow]) -> dict[str, tuple[int, int]]:
    sums: dict[str, tuple[int, int]] = {}
    for row in rows:
        planned, spent = sums.get(row.currency, (0, 0))
        sums[row.currency] = (planned + row.planned_cents, spent + row.cost_cents)
    return sums


def measure_word(code: str, t: Translator) -> str:
    """A measure under its code and name."""
    return f"{code} {t.word(measure_labels(), code)}" if code in measure_labels() else code


def _conditions(facts: ReportFacts, t: Translator) -> Section:
    _ = t.gettext
    columns = (
        Column(_("Records"), 20),
        Column(_("On the register"), 12, "integer"),
        Column(_("Assessed"), 12, "integer"),
        Column(_("Share"), 10, "percent"),
        Column(_("Condition"), 44),
        Column(_("Works finished"), 12, "integer"),
        Column(_("Works accepted"), 12, "integer"),
    )
    words = {"garden": _("Heritage gardens"), "place": _("Parks and places")}
    rows = []
    for row in facts.conditions:
        bands = _("; ").join(f"{band or _('no band')} {count}" for _model, band, count in row.bands)
        share = row.assessed / row.records if row.records else None
        rows.append((words[row.kind], row.records, row.assessed, share, bands, row.works, row.works_accepted))
    return Section(Sheet(_("Heritage gardens and parks"), columns, rows))


def _trials(facts: ReportFacts, t: Translator) -> Section:
    _ = t.gettext
    columns = (
        Column(_("No."), 16),
        Column(_("Trial"), 36),
        Column(_("State"), 12),
        Column(_("Partners"), 10, "integer"),
        Column(_("Records"), 10, "integer"),
        Column(_("Results"), 50),
    )
    rows = [
        (row.number, row.title, t.word(TrialState, row.state), row.partners, row.subjects, row.results)
        for row in facts.trials
    ]
    return Section(Sheet(_("Research trials"), columns, rows))
