"""A booklet (档案汇编): the trees of a county in one PDF, or in volumes where it would grow too large.

Title page, contents, figures; an entry for each tree, town by town; indexes by species and by place; sources.
Trees come one at a time and go into the file as their pages fill, so memory holds lists of numbers and pages,
not pages. The front is drawn last, when its page numbers are known, and put first: it has Roman numbers.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from exports.booklet_counts import BETWEEN, Chapter, Place, Volume
from exports.booklet_entry import draw_entry, entry_height, entry_name
from exports.booklet_index import draw_charts, draw_contents, draw_index
from exports.dossier_text import Said, dossier_characters
from exports.flow import Flow, Running
from exports.fonts import Fonts, new_canvas, prepare_fonts
from exports.kit import (
    A4,
    BARK,
    INK,
    LINE,
    MARGIN,
    PAPER,
    SEAL,
    SMALL,
    SOFT,
    WIDTH,
    Pen,
    draw_plaque,
    draw_sample_mark,
    fit,
    wrap,
)
from exports.proofs import (
    RECORD_FORMAT,
    attach_record,
    draw_cover_code,
    draw_last_strip,
    prove_content,
    record_file,
)
from exports.record_json import canonical_json
from registry.errors import GlyphMissingError, RegistryError
from registry.proof_records import Proof, Signer
from registry.records import RegisterFacts, TreeRecord
from registry.vocab.language import Translator

CHUNK = 100
"""Trees whose characters are looked up at a time."""
NOBODY = "00000000-0000-0000-0000-000000000000"
_LINES_A_PAGE = 160
"""Lines of an index on a page, three columns together."""
_GLYPH, _ENTRY, _FIXED = 300, 900, 90_000
"""Bytes that are still to come, by rule of thumb: a character in both faces, a tree's links, all the rest."""

OpenVolume = Callable[[int], AbstractContextManager[BinaryIO]]
"""Gives the file of a volume, by its number from 1."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a volume may grow. None: as large as it is."""

    pages: int | None = None
    size: int | None = None


@dataclass(slots=True)
class Bound:
    """What came of a booklet: volumes with their pages and trees, and the trees that could not be drawn."""

    volumes: list[tuple[int, int]] = field(default_factory=list)
    failed: list[tuple[str, RegistryError]] = field(default_factory=list)

    @property
    def trees(self) -> int:
        """Trees in all volumes."""
        return sum(trees for _pages, trees in self.volumes)

    @property
    def pages(self) -> int:
        """Pages of all volumes."""
        return sum(pages for pages, _trees in self.volumes)


def write_booklet(
    trees: Iterable[TreeRecord],
    facts: RegisterFacts,
    open_volume: OpenVolume,
    *,
    language: Translator,
    place: str = "",
    limits: Limits = Limits(),
    signer: Signer | None = None,
    extra_fonts: Sequence[Path] = (),
    on_progress: Callable[[int], None] | None = None,
) -> Bound:
    """Write the trees into as many volumes as the limits ask for; they come town by town.

    place: what the booklet is about, such as a county; the register's name stands on it in any case.
    A tree with a character that no font draws is left out and named in the result.
    """
    bound, job = Bound(), _Job(facts, language, place, limits, signer, tuple(extra_fonts))
    source = _drawable(trees, job, bound)
    entry = next(source, None)
    while entry is not None:
        number = len(bound.volumes) + 1
        with open_volume(number) as out:
            volume = _VolumeWriter(out, job, number, entry[1])
            while entry is not None and not volume.is_full:
                volume.add(*entry)
                if on_progress:
                    on_progress(1)
                entry = next(source, None)
            volume.finish(is_last=entry is None)
        bound.volumes.append((volume.pages, volume.counted.trees))
    return bound


@dataclass(frozen=True, slots=True)
class _Job:
    """What all volumes share."""

    facts: RegisterFacts
    t: Translator
    place: str
    limits: Limits
    signer: Signer | None
    extra_fonts: tuple[Path, ...]

    @property
    def title(self) -> str:
        """What the booklet is called."""
        return self.t.gettext("Ancient and famous trees: the files")

    def fonts(self, trees: Sequence[TreeRecord]) -> Fonts:
        """Faces that draw all of these trees. Raises GlyphMissingError."""
        needed = (dossier_characters(tree, self.facts, self.t) for tree in trees)
        characters = frozenset(self.place).union(*needed)
        return prepare_fonts(sorted(characters), extra_fonts=self.extra_fonts)


def _drawable(trees: Iterable[TreeRecord], job: _Job, bound: Bound) -> Iterator[tuple[TreeRecord, Fonts]]:
    """Each tree with the faces that draw it; those that none draws are noted."""
    source = iter(trees)
    while chunk := list(islice(source, CHUNK)):
        try:
            fonts = job.fonts(chunk)
            yield from ((tree, fonts) for tree in chunk)
        except GlyphMissingError:
            for tree in chunk:
                try:
                    fonts = job.fonts([tree])
                except GlyphMissingError as error:
                    bound.failed.append((tree.tree_no, error))
                    continue
                yield tree, fonts


class _BookFlow(Flow):
    """Pages that say their own number and not how many there are; Roman ones in the front."""

    is_front = False

    def begin(self) -> None:
        """Give the first page its head and foot."""
        self._head()
        self._foot()

    def new_page(self) -> None:
        """Finish this page and begin the next."""
        self.pen.canvas.showPage()
        self.page += 1
        self.y = A4[1] - 68
        self.begin()

    def _foot(self) -> None:
        pen, right, y = self.pen, MARGIN + WIDTH, 34.0
        label = roman(self.page) if self.is_front else str(self.page)
        pen.rule(MARGIN, y + 12, right, y + 12, LINE)
        pen.text(right, y, label, SMALL + 0.8, colour=BARK, align="right")
        size, foot = fit(pen.fonts, self.running.foot, "sans", 6.2, WIDTH - 40, 4.6)
        pen.text(MARGIN, y, foot, size, colour=SOFT)


class _VolumeWriter:
    """One volume: body first, then what follows it, then the front, which is put before."""

    def __init__(self, out: BinaryIO, job: _Job, number: int, fonts: Fonts) -> None:
        self.job, self.number = job, number
        self.counted = Volume()
        self.characters: set[str] = set()
        self.pages = 0
        t, facts = job.t, job.facts
        self.label = t.gettext("Volume {number}", number=number)
        self.canvas = new_canvas(
            out,
            pagesize=A4,
            title=" · ".join(filter(None, (job.place, job.title, self.label))),
            author=facts.register_name,
            subject=facts.register_name,
            lang=t.html_lang,
            made_at=facts.made_at,
        )
        for title, key in (
            (t.gettext("Contents"), "contents"),
            (t.gettext("Figures of this volume"), "figures"),
        ):
            self.canvas.addOutlineEntry(title, key, level=0)
        running = Running(
            head=" · ".join(filter(None, (job.place, facts.register_name))),
            head_right=self.label,
            foot=t.gettext(
                "History head {head} · made on {day}",
                head=facts.history_head,
                day=facts.made_on.isoformat(),
            ),
            page_of="",
            sample=t.gettext("SAMPLE") if facts.is_demonstration else None,
        )
        self.flow = _BookFlow(Pen(self.canvas, fonts), running)
        self.flow.begin()

    @property
    def is_full(self) -> bool:
        """Whether another tree might be one too many."""
        limits, counted = self.job.limits, self.counted
        if not counted.trees:
            return False
        if limits.pages is not None:
            lists = 2 * (counted.trees + len(counted.by_species)) // _LINES_A_PAGE
            if self.flow.page + lists + len(counted.chapters) // 45 + 11 >= limits.pages:
                return True
        if limits.size is None:
            return False
        to_come = len(self.characters) * _GLYPH + counted.trees * _ENTRY + _FIXED
        return bool(self.canvas.file.size + to_come >= limits.size)

    def add(self, tree: TreeRecord, fonts: Fonts) -> None:
        """Draw a tree; its town gets a heading where it is the first of it."""
        flow, t = self.flow, self.job.t
        flow.pen = Pen(self.canvas, fonts)
        said, chapter = Said(tree, t), chapter_of(tree, t)
        if not self.counted.chapters or self.counted.chapters[-1].title != chapter:
            key = f"town-{len(self.counted.chapters) + 1}"
            flow.heading(chapter, key=key, keep=entry_height(said))
            self.counted.chapters.append(Chapter(chapter, key, flow.page))
        key = f"tree-{self.counted.trees + 1}"
        draw_entry(flow, said, self.job.facts, key)
        page = flow.pen.canvas._destinations[key].page.name.removeprefix("Page")
        self.counted.count(said, chapter, Place(tree.tree_no, entry_name(said), key, int(page)))
        digest = sha256(record_file(tree, self.job.facts)).hexdigest()
        self.counted.records.append({"number": tree.tree_no, "sha256": digest, "uuid": tree.uuid})
        if self.job.limits.size is not None:
            self.characters |= dossier_characters(tree, self.job.facts, t)

    def finish(self, *, is_last: bool) -> None:
        """Draw what follows the trees, then the front, and close the file."""
        proof = self._proof()
        after = self._back(proof)
        self.canvas.showPage()
        body = len(self.canvas._doc.Pages.pages)
        self._front(after, proof, is_only=is_last and self.number == 1)
        self.canvas.showPage()
        pages = self.canvas._doc.Pages
        front = pages.pages[body:]
        pages.pages = [*front, *pages.pages[:body]]
        self.canvas.addPageLabel(0, style="ROMAN_LOWER")
        self.canvas.addPageLabel(len(front), style="ARABIC", start=1)
        self.pages = len(pages.pages)
        attach_record(self.canvas, self._record(), proof)
        self.canvas.save()

    def _back(self, proof: Proof | None) -> list[Chapter]:
        """Indexes, sources, proof; returns them as chapters."""
        flow, t, counted = self.flow, self.job.t, self.counted
        _ = t.gettext
        lists = [(_("Index by species"), "by-species", counted.by_species, False)]
        if counted.by_place:
            lists.append((_("Index by town and village"), "by-place", counted.by_place, True))
        after = []
        for title, key, entries, named in lists:
            flow.new_page()
            flow.heading(title, key=key)
            after.append(Chapter(title, key, flow.page))
            draw_index(flow, entries, named=named)
        flow.heading(_("Sources and licences"), key="sources", keep=60)
        after.append(Chapter(_("Sources and licences"), "sources", flow.page))
        for title, licence, attribution in counted.sources.values():
            flow.need(40)
            flow.paragraph(title, role="serif", colour=INK)
            flow.paragraph(licence, size=SMALL + 0.6, colour=SOFT)
            flow.paragraph(attribution, size=SMALL + 0.6, colour=SOFT)
            flow.gap(5)
        if proof is not None:
            draw_last_strip(flow, proof, self.job.facts, t)
        return after

    def _front(self, after: Sequence[Chapter], proof: Proof | None, *, is_only: bool) -> None:
        """Title page, contents, figures."""
        t, counted = self.job.t, self.counted
        flow = _BookFlow(self.flow.pen, self.flow.running)
        flow.is_front = True
        _draw_title(flow.pen, self.job, counted, "" if is_only else self.label)
        if proof is not None:
            draw_cover_code(flow.pen, proof, t)
        flow.new_page()
        _heading(flow, t.gettext("Contents"), "contents")
        draw_contents(flow, counted.chapters, counted.in_chapter, after, t)
        flow.new_page()
        _heading(flow, t.gettext("Figures of this volume"), "figures")
        flow.paragraph(_figures(counted, t), size=SMALL + 0.8, colour=SOFT)
        draw_charts(flow, counted.charts(t), counted.trees, t)

    def _record(self) -> bytes:
        """What the volume holds, tree by tree, as JSON."""
        values: dict[str, Any] = {
            "format": RECORD_FORMAT,
            "kind": "booklet",
            "is_restricted": self.job.facts.is_restricted,
            "record": {"number": self._number, "trees": self.counted.records},
        }
        return canonical_json(values)

    @property
    def _number(self) -> str:
        return f"{self.job.place} {self.number}".strip()

    def _proof(self) -> Proof | None:
        if self.job.signer is None:
            return None
        return prove_content(self._record(), "booklet", NOBODY, self._number, self.job.facts, self.job.signer)


def roman(number: int) -> str:
    """A number below 4,000 in small Roman figures."""
    told = ""
    for value, figure in zip(
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
        ("m", "cm", "d", "cd", "c", "xc", "l", "xl", "x", "ix", "v", "iv", "i"),
        strict=True,
    ):
        count, number = divmod(number, value)
        told += figure * count
    return told


def _heading(flow: Flow, title: str, key: str) -> None:
    """A heading in the front, which has its outline entry already."""
    pen = flow.pen
    pen.canvas.bookmarkPage(key, fit="Fit")
    pen.bold(MARGIN, flow.y - 14, title, 15, colour=BARK)
    pen.rule(MARGIN, flow.y - 22, MARGIN + WIDTH, flow.y - 22, BARK, 0.8)
    flow.y -= 32


def _draw_title(pen: Pen, job: _Job, counted: Volume, label: str) -> None:
    """The title page in the look of a dossier's cover."""
    t, facts = job.t, job.facts
    _ = t.gettext
    pen.box(0, 0, *A4, fill=PAPER)
    right, y = MARGIN + WIDTH, A4[1] - 62
    pen.fitted(MARGIN, y, facts.register_name, 14, WIDTH * 0.7, role="serif", colour=BARK)
    if facts.is_demonstration:
        draw_sample_mark(pen, right, y, _("SAMPLE"))
    pen.rule(MARGIN, y - 12, right, y - 12, BARK, 1.6)
    pen.rule(MARGIN, y - 15.5, right, y - 15.5, BARK, 0.5)
    draw_plaque(pen, MARGIN, 420, 96, 300, job.place or facts.register_name)
    x, y = MARGIN + 128, 690.0
    for line in wrap(pen.fonts, job.title, "serif", 27, right - x):
        pen.bold(x, y, line, 27, colour=INK)
        y -= 38
    pen.rule(x, y + 10, x + 68, y + 10, SEAL, 1.6)
    y -= 18
    for said in filter(None, (job.place, label)):
        y = pen.lines(x, y, wrap(pen.fonts, said, "serif", 15, right - x), 15, role="serif", colour=BARK) - 4
    told = [
        (t.label("tree_count"), t.number(counted.trees, 0)),
        (_("Species"), t.number(len(counted.by_species), 0)),
        (_("Towns and districts"), t.number(len(counted.chapters), 0)),
        (_("Edition"), str(facts.edition) if facts.edition is not None else _("not from an edition")),
        (_("Made on"), t.day(facts.made_on)),
    ]
    y = 520.0
    for name, value in told:
        pen.text(x, y, name, 8.4, colour=SOFT)
        pen.text(x + 96, y, value, 11, role="serif")
        y -= 22


def _figures(counted: Volume, t: Translator) -> str:
    trees = t.ngettext("{count} tree", "{count} trees", counted.trees)
    return t.gettext("Counted in this volume: {trees}, each once.", trees=trees)


def chapter_of(tree: TreeRecord, t: Translator) -> str:
    """The town that a tree stands in, as a chapter is called."""
    parts = [*tree.places(t.lang)[-2:], tree.town or ""]
    return BETWEEN.join(dict.fromkeys(filter(None, parts))) or t.gettext("place not known")
