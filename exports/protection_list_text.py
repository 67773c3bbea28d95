"""What a protection list says: Chinese first, English beside it. Texts that PDF, page and workbook share."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from registry.list_records import ListChange, ListCount, ListedGrove, ListedTree, ListRecord
from registry.vocab.language import Translator, translator
from registry.vocab.words import GRADE_SCHEMES, LISTINGS, AgeBasis, Category, Grade, TreeStatus

ZH, EN = translator("zh"), translator("en")
TOWN = 4
"""Lines are grouped by so many names of their division: province, city, county, town."""


class Both(NamedTuple):
    """One thing said in both languages."""

    zh: str
    en: str

    @property
    def line(self) -> str:
        """Both on one line, once where the Chinese ends with the other."""
        return self.zh if self.zh.endswith(self.en) else f"{self.zh} {self.en}"


def both(message: str, /, **facts: object) -> Both:
    """A sentence of the catalogue in both languages."""
    return Both(ZH.gettext(message, **facts), EN.gettext(message, **facts))


_ = both


@dataclass(frozen=True, slots=True)
class Group:
    """Lines of one division: its name, and a row of texts for each line."""

    title: str
    rows: list[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class ListText:
    """Everything that a list says, ready to be set."""

    title: str
    subtitle: str
    facts: list[tuple[Both, str]]
    count_head: tuple[Both, ...]
    counts: list[tuple[str, ...]]
    tree_head: tuple[Both, ...]
    trees: list[Group]
    grove_head: tuple[Both, ...]
    groves: list[tuple[str, ...]]
    change_head: tuple[Both, ...]
    changes: list[tuple[str, ...]]
    change_note: Both
    notes: list[Both]
    sample: Both | None

    def texts(self) -> Iterator[str]:
        """Every text, for the fonts."""
        yield from (self.title, self.subtitle)
        for label, value in self.facts:
            yield from (*label, value)
        for head in (self.count_head, self.tree_head, self.grove_head, self.change_head):
            for said in head:
                yield from said
        for group in self.trees:
            yield group.title
            for row in group.rows:
                yield from row
        for row in (*self.counts, *self.groves, *self.changes):
            yield from row
        for note in (*self.notes, self.change_note, *filter(None, [self.sample])):
            yield from note


def list_text(record: ListRecord) -> ListText:
    """The texts of a list."""
    facts = record.facts
    return ListText(
        title=facts.title,
        subtitle=_("Protection list of ancient and famous trees").en,
        facts=_facts(record),
        count_head=(_("Class"), _("Scattered trees"), _("Groves"), _("Trees in groves"),
                    _("Trees in all")),
        counts=[*map(_count_row, record.counts), _total_row(record.counts)],
        tree_head=TREE_HEAD,
        trees=list(_tree_groups(record.trees)),
        grove_head=GROVE_HEAD,
        groves=[_grove_row(place, grove) for place, grove in enumerate(record.groves, start=1)],
        change_head=(_("Change"), _("Number"), _("Name"), _("Before"), _("Now")),
        changes=list(map(_change_row, record.changes)),
        change_note=_change_note(record),
        notes=_notes(record),
        sample=_("SAMPLE") if facts.is_demonstration else None,
    )  # fmt: skip


TREE_HEAD = (
    _("No."),
    _("Tree number"),
    _("Species"),
    _("Scientific name"),
    _("Family"),
    _("Class"),
    _("Age (years)"),
    _("Place"),
)
GROVE_HEAD = (
    _("No."),
    _("Grove number"),
    _("Name"),
    _("Class"),
    _("Number of trees"),
    _("Main species"),
    _("Place"),
)


def class_word(kind: str) -> Both:
    """What a class of trees is called: a grade, a category, or a list."""
    if kind in set(Grade):
        return Both(ZH.word(Grade, kind), EN.word(Grade, kind))
    if kind in set(Category):
        return Both(ZH.word(Category, kind), EN.word(Category, kind))
    words = {**GRADE_SCHEMES, **LISTINGS}
    return Both(ZH.word(words, kind), EN.word(words, kind))


def line_class(tree: ListedTree) -> str:
    """A tree's class in Chinese: its grade, 名木 with the grade of its protection, or the list it is on."""
    if tree.category in {Category.FAMOUS, Category.ANCIENT_FAMOUS}:
        return ZH.word(Category, tree.category)
    if tree.grade:
        return ZH.word(Grade, tree.grade)
    return "、".join(class_word(listing).zh for listing in tree.listings)


def age_text(tree: ListedTree) -> str:
    """An age with ~ unless a document says so; "" where it is not known."""
    if tree.age_years is None:
        return ""
    return str(tree.age_years) if tree.age_basis == AgeBasis.DOCUMENTED else f"~{tree.age_years}"


def _facts(record: ListRecord) -> list[tuple[Both, str]]:
    facts = record.facts
    made = facts.made_on.isoformat()
    in_groves = sum(count.in_groves for count in record.counts)
    rows = [
        (_("Published by"), Both(facts.authority_zh, facts.authority_en).line),
        (_("Document"), facts.document_no or ""),
        (_("Published on"), facts.published_on.isoformat() if facts.published_on else ""),
        (_("Published at"), facts.url or ""),
        (_("Edition"), _("No. {number}, made on {day}", number=facts.edition, day=made).line),
        (_("On the list"), Both(_listed(record, in_groves, ZH), _listed(record, in_groves, EN)).line),
        (_("Selection"), "; ".join(facts.where)),
        (_("History head"), facts.history_head),
        (_("Fingerprint (SHA-256)"), facts.sha256),
    ]  # fmt: skip
    return [(label, value) for label, value in rows if value]


def _listed(record: ListRecord, in_groves: int, t: Translator) -> str:
    """How many trees and groves stand on the list."""
    trees = t.ngettext("{count} scattered tree", "{count} scattered trees", len(record.trees))
    inside = t.ngettext("{count} tree", "{count} trees", in_groves)
    groves = t.ngettext(
        "{count} grove with {inside}", "{count} groves with {inside}", len(record.groves), inside=inside
    )
    return t.gettext("{trees}; {groves}", trees=trees, groves=groves)


def _count_row(count: ListCount) -> tuple[str, ...]:
    return (class_word(count.kind).line, *_numbers(count.scattered, count.groves, count.in_groves))


def _total_row(counts: Sequence[ListCount]) -> tuple[str, ...]:
    sums = (sum(getattr(count, name) for count in counts) for name in ("scattered", "groves", "in_groves"))
    return (_("Total").line, *_numbers(*sums))


def _numbers(scattered: int, groves: int, in_groves: int) -> tuple[str, ...]:
    return tuple(f"{number:,}" for number in (scattered, groves, in_groves, scattered + in_groves))


def _tree_groups(trees: Sequence[ListedTree]) -> Iterator[Group]:
    place = 0
    for division, lines in groupby(trees, key=lambda tree: tree.division[:TOWN]):
        rows: list[tuple[str, ...]] = []
        for tree in lines:
            place += 1
            below = " ".join(filter(None, (*tree.division[TOWN:], tree.place)))
            rows.append(
                (
                    str(place),
                    tree.number,
                    tree.name_zh or tree.name_en or "",
                    tree.name_latin or "",
                    tree.family or "",
                    line_class(tree),
                    age_text(tree),
                    below,
                )
            )
        yield Group(" · ".join(division) or _("Division not recorded").line, rows)


def _grove_row(place: int, grove: ListedGrove) -> tuple[str, ...]:
    count = f"{grove.tree_count:,}" if grove.tree_count else ""
    where = " ".join(filter(None, (*grove.division, grove.place)))
    kind = ZH.word(Grade, grove.grade)
    return (str(place), grove.number, grove.name or "", kind, count, grove.species or "", where)


def _change_row(change: ListChange) -> tuple[str, ...]:
    kinds = {"added": _("Added"), "removed": _("Removed"), "changed": _("Changed")}
    was = class_word(change.was).zh if change.was else ""
    if change.number_before and change.number_before != change.number:
        was = f"{was} {change.number_before}"
    now = class_word(change.now).zh if change.now else ZH.word(TreeStatus, change.became)
    return (kinds[change.kind].line, change.number, change.name or "", was, now)


def _change_note(record: ListRecord) -> Both:
    if record.facts.previous is None:
        return _("This is the first edition of this list.")
    counts = {kind: sum(change.kind == kind for change in record.changes)
              for kind in ("added", "removed", "changed")}  # fmt: skip
    return _(
        "Since edition {previous}: {added} added, {removed} removed, {changed} changed.",
        previous=record.facts.previous,
        **counts,
    )


def _notes(record: ListRecord) -> list[Both]:
    notes = [
        _("“~” before an age: an estimate. Classes are those of the decisions in force."),
        _("Names of households and private addresses are not published."),
    ]
    if record.groves:
        notes.append(_("A grove is protected as a whole; its trees are counted with it."))
    if any(tree.category in {Category.FAMOUS, Category.ANCIENT_FAMOUS} for tree in record.trees):
        notes.append(_("Famous trees have no grade by age; the law protects them as the first grade."))
    return notes
