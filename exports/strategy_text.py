"""What the book of a strategy (一树一策) says: its headings with everything below them, as plain text."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from exports.dossier_text import Said
from registry.records import TreeRecord
from registry.strategy_records import AnswerBrief, AssessmentBrief, LineRecord, StrategyRecord, WorkRecord
from registry.vocab.care_words import FundSource, SignRole, StrategyState, WorkStage, WorkState
from registry.vocab.language import Translator
from registry.vocab.measures import MEASURE_GROUPS, UNITS, all_measures, measure_labels
from registry.vocab.money import money_text
from registry.vocab.rule_words import DEADLINES
from registry.vocab.strategy_words import HEADINGS
from registry.vocab.words import RiskRating, Vigour

_STAGES = [str(stage) for stage in WorkStage]
SITE_GROUPS = frozenset({"site", "human"})
"""Groups of indicators that speak of the place, not of the tree."""
_FACTS = (
    "tree_no", "name_zh", "name_latin", "family", "category", "protection_grade", "age_years", "girth_cm",
    "diameter_cm", "height_m", "crown_m", "vigour", "division_path", "address", "small_place", "growth_place",
    "ownership", "steward",
)  # fmt: skip
_SITE = (
    "growth_place",
    "environment",
    "elevation_m",
    "slope",
    "aspect",
    "soil",
    "soil_compaction",
    "soil_depth",
)


@dataclass(frozen=True, slots=True)
class Para:
    """A paragraph; soft: a note, strong: a small heading."""

    text: str
    look: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A ruled table: (title, share of the width, alignment) of its columns, and rows of texts."""

    columns: tuple[tuple[str, float, str], ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """A line of the calendar: planned from to, and really from to."""

    label: str
    begins: date | None
    ends: date | None
    began: date | None = None
    ended: date | None = None


@dataclass(frozen=True, slots=True)
class Gantt:
    """The calendar of the works."""

    bars: tuple[Bar, ...]
    planned: str
    done: str


@dataclass(frozen=True, slots=True)
class Pictures:
    """Photos side by side: (jpeg, caption); None where there is none."""

    shown: tuple[tuple[bytes | None, str], ...]


Block = Para | Table | Gantt | Pictures


@dataclass(frozen=True, slots=True)
class Section:
    """One heading with what stands below it."""

    key: str
    title: str
    blocks: tuple[Block, ...]

    def texts(self) -> Iterator[str]:
        """Every text, for the fonts."""
        yield self.title
        for block in self.blocks:
            yield from block_texts(block)


def block_texts(block: Block) -> Iterator[str]:
    """The texts of a block."""
    if isinstance(block, Para):
        yield block.text
    elif isinstance(block, Table):
        yield from (title for title, _share, _align in block.columns)
        yield from (cell for row in block.rows for cell in row)
    elif isinstance(block, Gantt):
        yield from (bar.label for bar in block.bars)
        yield from (block.planned, block.done)
    else:
        yield from (caption for _jpeg, caption in block.shown)


def called(record: StrategyRecord, t: Translator) -> str:
    """Number and version, as a title says them."""
    return t.gettext("{number}, version {version}", number=record.number, version=record.version)


def strategy_sections(record: StrategyRecord, t: Translator, tree: TreeRecord | None = None) -> list[Section]:
    """Sections 2 to 18; the first is the cover. Nothing is left out: what is empty says so."""
    writer = _Writer(record, t, tree)
    return [
        Section(key, f"{place}  {t.pick(label)}", tuple(getattr(writer, key)()) or (writer.unwritten,))
        for place, (key, label) in enumerate(HEADINGS.items(), start=1)
        if key != "cover"
    ]


class _Writer:
    """Says each section of one record in one language."""

    def __init__(self, record: StrategyRecord, t: Translator, tree: TreeRecord | None) -> None:
        self.record, self.t, self.tree = record, t, tree
        self.unwritten = Para(t.gettext("not yet written"), "soft")

    def basis(self) -> Iterator[Block]:
        yield from self._text(self.record.basis)
        before = self.record.before
        if before is not None:
            yield Para(self._assessed(before), "soft")

    def facts(self) -> Iterator[Block]:
        about, t = self.record.about, self.t
        if self.tree is None:
            rows = [(t.label("number"), about.number), (t.label("name"), about.name or "")]
            rows.append((t.label("division"), " ".join(about.division_path)))
            yield self._pairs([row for row in rows if row[1]])
            return
        yield self._pairs(self._fields(_FACTS))
        if self.tree.history_text:
            yield Para(t.label("history_text"), "strong")
            yield Para(self.tree.history_text)

    def site(self) -> Iterator[Block]:
        yield from self._text(self.record.site)
        if self.tree is not None and (rows := self._fields(_SITE)):
            yield self._pairs(rows)
        yield from self._answers(inside=True)

    def diagnosis(self) -> Iterator[Block]:
        before = self.record.before
        yield from self._text(self.record.diagnosis)
        if before is not None:
            yield Para(self._assessed(before), "soft")
            yield from self._answers(inside=False)
            if before.notes:
                yield Para(before.notes)

    def risks(self) -> Iterator[Block]:
        yield from self._text(self.record.risks)
        rating = self.record.before and self.record.before.risk_rating
        if rating:
            yield Para(self.t.gettext("Risk as assessed: {risk}", risk=self.t.word(RiskRating, rating)))

    def problems(self) -> Iterator[Block]:
        yield from self._text(self.record.problems)
        why = [line.why_zh if self.t.lang == "zh" else line.why_en for line in self.record.lines]
        found = list(dict.fromkeys(filter(None, why)))
        if found:
            yield Para(self.t.gettext("What the measures answer"), "strong")
            yield from (Para(f"· {each}") for each in found)

    def aims(self) -> Iterator[Block]:
        yield from self._text(self.record.aims)

    def measures(self) -> Iterator[Block]:
        measures, t = all_measures(), self.t
        for group, label in MEASURE_GROUPS.items():
            lines = [each for each in self.record.lines if _group(each.measure) == group]
            if not lines:
                yield Para(f"{group}  {t.pick(label)}: {t.gettext('not part of this strategy')}", "soft")
                continue
            yield Para(f"{group}  {t.pick(label)}", "strong")
            for each in lines:
                mark = "" if each.is_confirmed else t.gettext(" (proposed, not confirmed)")
                head = f"{each.ordinal}. {each.measure} {t.word(measure_labels(), each.measure)}{mark}"
                yield Para("  ".join(filter(None, (head, each.text))))
                yield Para(
                    t.gettext("Mind: {caution}", caution=t.pick(measures[each.measure].caution)), "soft"
                )

    def quantities(self) -> Iterator[Block]:
        _, t = self.t.gettext, self.t
        if self.record.lines:
            columns = ((_("No."), 1, "left"), (_("Code"), 1.2, "left"), (_("Item"), 4, "left"),
                       (_("Specification"), 6, "left"), (_("Unit"), 1.6, "left"),
                       (_("Quantity"), 2, "right"))  # fmt: skip
            rows = (
                (str(each.ordinal), each.measure, t.word(measure_labels(), each.measure), each.text or "",
                 _unit(t, each.unit), "" if each.quantity is None else t.number(each.quantity))
                for each in self.record.lines
            )  # fmt: skip
            yield Table(columns, tuple(rows))

    def budget(self) -> Iterator[Block]:
        _, record = self.t.gettext, self.record
        priced = [each for each in record.lines if each.amount_cents is not None]
        if not priced:
            return
        columns = ((_("No."), 1, "left"), (_("Item"), 4, "left"), (_("Unit price"), 3, "right"),
                   (_("Sum"), 3.4, "right"), (_("Source of the money"), 3, "left"))  # fmt: skip
        yield Table(columns, tuple(self._money_row(each) for each in priced))
        yield from (Para(text) for text in self._sums(priced))
        if len(priced) < len(record.lines):
            count = len(record.lines) - len(priced)
            said = self.t.ngettext(
                "{count} line has no amount yet.", "{count} lines have no amount yet.", count
            )
            yield Para(said, "soft")
        if record.spent_cents is not None:
            spent = money_text(record.spent_cents, record.currency, self.t)
            yield Para(_("Spent so far: {amount}", amount=spent))

    def calendar(self) -> Iterator[Block]:
        works = {work.line: work for work in self.record.works if work.line is not None}
        bars = [_bar(each, works.get(each.ordinal), self.record, self.t) for each in self.record.lines]
        if any(bar.begins or bar.ends for bar in bars):
            yield Gantt(tuple(bars), self.t.gettext("planned"), self.t.gettext("carried out"))
        if self.record.starts_on or self.record.ends_on:
            span = " – ".join(str(day) for day in (self.record.starts_on, self.record.ends_on) if day)
            yield Para(self.t.gettext("Term of the strategy: {span}", span=span), "soft")
        if due := self.record.due:
            kind = "rescue" if self.record.is_rescue else "strategy"
            step = self.t.word(DEADLINES, f"{kind}_{due.step}")
            said = self.t.gettext("{step} due on {day}", step=step, day=due.due_on)
            yield Para(f"{said} ({due.citation})", "soft")

    def people(self) -> Iterator[Block]:
        _, record, t = self.t.gettext, self.record, self.t
        rows = [(t.label("steward"), self.tree.steward)] if self.tree and self.tree.steward else []
        rows += [(t.word(SignRole, s.role), s.party) for s in record.signatures if s.role != "expert"]
        crews = [(each.party or _crew(record.works, each.ordinal), each) for each in record.lines]
        rows += [(t.word(measure_labels(), each.measure), crew) for crew, each in crews if crew]
        rows += [(t.word(SignRole, "approved"), record.approved_by)] if record.approved_by else []
        if rows:
            yield Table(((_("For"), 3, "left"), (_("Who"), 7, "left")), tuple(dict.fromkeys(rows)))

    def monitoring(self) -> Iterator[Block]:
        yield from self._text(self.record.monitoring)

    def emergency_plan(self) -> Iterator[Block]:
        yield from self._text(self.record.emergency_plan)

    def photos(self) -> Iterator[Block]:
        t = self.t
        shown = [(p.jpeg, " ".join(filter(None, (p.caption, str(p.taken_on or "")))))
                 for p in (self.tree.photos if self.tree else ())][:4]  # fmt: skip
        for work in self.record.works:
            shown += [
                (
                    p.jpeg,
                    "  ".join(filter(None, (work.number, t.word(WorkStage, p.stage), str(p.taken_on or "")))),
                )
                for p in sorted(work.photos, key=lambda p: _STAGES.index(str(p.stage)))
            ]
        if shown:
            yield Pictures(tuple(shown))

    def experts(self) -> Iterator[Block]:
        _ = self.t.gettext
        given = [each for each in self.record.signatures if each.role == "expert"]
        if given:
            columns = ((_("Expert"), 2.6, "left"), (_("Day"), 2.2, "left"), (_("In favour"), 1.6, "left"),
                       (_("Opinion"), 7, "left"))  # fmt: skip
            void = _("does not count: the content was changed since")
            rows = (
                (s.party, s.signed_on.isoformat(), _("yes") if s.is_favourable else _("no"),
                 " ".join(filter(None, (s.opinion, f"({void})" if s.is_void else ""))))
                for s in given
            )  # fmt: skip
            yield Table(columns, tuple(rows))

    def acceptance(self) -> Iterator[Block]:
        _, record, t = self.t.gettext, self.record, self.t
        if record.works:
            yield self._works()
        unwritten = self.unwritten.text
        by = next((s.party for s in record.signatures if s.role == "accepted"), unwritten)
        day = str(record.accepted_on or unwritten)
        yield self._pairs(
            [
                (_("Outcome"), record.outcome or unwritten),
                (_("Accepted on"), day),
                (_("Accepted by"), by),
                (_("Signature or seal"), " "),
            ]
        )
        if record.before and record.after and record.change is not None:
            facts = {"before": t.number(record.before.score or 0), "after": t.number(record.after.score or 0)}
            yield Para(_("Score before {before}, afterwards {after}", **facts) + f" ({record.change:+.1f})")
        elif record.state == StrategyState.ACCEPTED:
            yield Para(_("Not compared: no score of the same model before and after."), "soft")

    def _works(self) -> Table:
        _, t = self.t.gettext, self.t
        heads = (_("Work order"), _("What is done"), _("State"), _("Cost"), _("Accepted on"),
                 _("Accepted by"), _("Outcome"))  # fmt: skip
        shares = (2.7, 3.2, 2.1, 3, 2.4, 2.2, 3.6)
        columns = [(head, share, "left") for head, share in zip(heads, shares, strict=True)]
        rows = (
            (w.number, t.word(measure_labels(), w.measure), t.word(WorkState, w.state),
             money_text(w.cost_cents, w.currency, t), str(w.accepted_on or ""), w.accepted_by or "",
             w.outcome or "")
            for w in self.record.works
        )  # fmt: skip
        return Table(tuple(columns), tuple(rows))

    def _text(self, text: str | None) -> Iterator[Block]:
        if text:
            yield Para(text)

    def _pairs(self, rows: Sequence[tuple[str, str]]) -> Table:
        """Labels and values, two to a row."""
        padded = [*rows, ("", "")] if len(rows) % 2 else list(rows)
        columns = (("", 2.2, "left"), ("", 5, "left"), ("", 2.2, "left"), ("", 5, "left"))
        return Table(columns, tuple((*padded[i], *padded[i + 1]) for i in range(0, len(padded), 2)))

    def _fields(self, names: Sequence[str]) -> list[tuple[str, str]]:
        if self.tree is None:
            return []
        said = Said(self.tree, self.t)
        rows = [(name, said.value(name)) for name in names if name != "division_path"]
        found = [(self.t.label(name), value) for name, value in rows if value]
        place = " ".join(self.tree.division_path) if "division_path" in names else ""
        return [*found, (self.t.label("division"), place)] if place else found

    def _answers(self, *, inside: bool) -> Iterator[Block]:
        """The answers of the assessment about the place, or about the tree."""
        _, before = self.t.gettext, self.record.before
        found = [a for a in before.answers if (a.group in SITE_GROUPS) == inside] if before else []
        if found:
            columns = ((_("Indicator"), 4, "left"), (_("Found"), 4, "left"), (_("Points"), 1.6, "right"),
                       (_("Note"), 5, "left"))  # fmt: skip
            yield Table(columns, tuple(self._answer(each) for each in found))

    def _answer(self, each: AnswerBrief) -> tuple[str, ...]:
        at = 0 if self.t.lang == "zh" else 1
        points = "" if each.score is None else self.t.number(each.score)
        return f"{each.code} {each.label[at]}", each.said[at], points, each.note

    def _assessed(self, brief: AssessmentBrief) -> str:
        _, t = self.t.gettext, self.t
        at = 0 if t.lang == "zh" else 1
        model = brief.title[at] if brief.title else brief.model_id
        parts = [
            _("assessed on {day} by {model}", day=brief.assessed_on, model=f"{model} {brief.model_version}")
        ]
        if brief.score is not None:
            band = brief.band_label[at] if brief.band_label else brief.band or ""
            parts.append(_("score {score}", score=t.number(brief.score)) + (f" ({band})" if band else ""))
            parts.append(_("coverage {share}", share=f"{brief.coverage:.0%}"))
        if brief.vigour:
            parts.append(f"{t.label('vigour')} {t.word(Vigour, brief.vigour)}")
        return ("，" if t.lang == "zh" else ", ").join(parts)

    def _money_row(self, each: LineRecord) -> tuple[str, ...]:
        t, currency = self.t, self.record.currency
        return (
            str(each.ordinal),
            t.word(measure_labels(), each.measure),
            money_text(each.unit_price_cents, currency, t),
            money_text(each.amount_cents, currency, t),
            t.word(FundSource, each.fund_source),
        )

    def _sums(self, priced: Sequence[LineRecord]) -> Iterator[str]:
        t, currency = self.t, self.record.currency
        ordered = sorted(priced, key=lambda each: each.fund_source or "")
        for source, own in groupby(ordered, key=lambda each: each.fund_source):
            amount = money_text(sum(each.amount_cents or 0 for each in own), currency, t)
            name = t.word(FundSource, source) if source else t.gettext("source not named")
            yield t.gettext("{source}: {amount}", source=name, amount=amount)
        total = money_text(self.record.planned_cents, currency, t)
        yield t.gettext("In all: {amount}", amount=total)


def _group(code: str) -> str:
    known = all_measures().get(code)
    return known.group if known else "9.9"


def _unit(t: Translator, unit: str | None) -> str:
    return t.word(UNITS, unit) if unit in UNITS else unit or ""


def _crew(works: Sequence[WorkRecord], line: int) -> str | None:
    return next((work.crew for work in works if work.line == line and work.crew), None)


def _bar(line: LineRecord, work: WorkRecord | None, record: StrategyRecord, t: Translator) -> Bar:
    ends = line.due_on or (work.due_on if work else None)
    begins = line.starts_on or (
        record.starts_on if ends and record.starts_on and record.starts_on <= ends else ends
    )
    label = f"{line.ordinal}  {t.word(measure_labels(), line.measure)}"
    return Bar(label, begins, ends, work.started_on if work else None, work.finished_on if work else None)
