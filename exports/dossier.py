"""The dossier of a tree (一树一档): its whole file on A4, one PDF for each tree.

The same record and the same facts give the same bytes. Many dossiers are made by a pool of processes; no more
than a few wait in memory at any time.
"""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from dataclasses import dataclass
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import BinaryIO

from exports.dossier_care import care_texts
from exports.dossier_content import content_mark, stands_whole
from exports.dossier_cover import draw_cover
from exports.dossier_pages import draw_pages
from exports.dossier_text import Said, dossier_characters, texts_of
from exports.flow import Flow, Running
from exports.fonts import Fonts, new_canvas, prepare_fonts
from exports.kit import A4, Pen
from exports.sketch_map import drawn_neighbours
from exports.views import view_title
from registry.errors import GlyphMissingError, RegistryError, unwritable
from registry.office_records import OfficeCare
from registry.records import MapPoint, RegisterFacts, TreeRecord
from registry.vocab.language import Translator, translator

Dossier = tuple[TreeRecord, Sequence[MapPoint]]
"""What a dossier is made from: the record, and the trees around it."""

Failed = tuple[str, RegistryError]
"""The number of a tree that has no dossier, and why."""

BATCH = 8
"""Dossiers that a worker is given at a time."""
WAITING = 3
"""Batches that wait for each worker."""


@dataclass(frozen=True, slots=True)
class Written:
    """How many dossiers were made, how many stood there already, and which could not be made."""

    made: int
    kept: int
    failed: tuple[Failed, ...] = ()


def write_dossier(
    tree: TreeRecord,
    facts: RegisterFacts,
    out: BinaryIO,
    *,
    language: Translator,
    neighbours: Sequence[MapPoint] = (),
    fonts: Fonts | None = None,
    extra_fonts: Sequence[Path] = (),
    care: OfficeCare | None = None,
) -> None:
    """Write the dossier of one tree.

    care: what the office keeps beside the file, for a dossier that stays in the office.

    neighbours: registered trees around it, for the sketch map; unused where the position is generalised.
    fonts: faces that hold every character of the record; prepared here if None.
    Raises GlyphMissingError where no font draws a character.
    """
    t = language
    if fonts is None:
        needed = _characters((tree, neighbours), facts, t)
        if care is not None:
            needed = needed.union(*texts_of(care), *care_texts(care, t))
        fonts = prepare_fonts(needed, extra_fonts=extra_fonts)
    said = Said(tree, t)
    canvas = new_canvas(
        out,
        pagesize=A4,
        title=t.gettext("{name} · {number} · dossier", name=said.name, number=tree.tree_no),
        author=said.authority,
        subject=facts.register_name,
        keywords=content_mark(tree, neighbours, facts, t),
        lang=t.html_lang,
        made_at=facts.made_at,
    )
    pen = Pen(canvas, fonts)
    running = _running(said, facts)
    draw_cover(pen, said, facts, running)
    flow = Flow(pen, running)
    draw_pages(flow, said, facts, neighbours, care)
    flow.close()
    canvas.save()


def write_dossiers(
    dossiers: Iterable[Dossier],
    folder: Path,
    facts: RegisterFacts,
    *,
    language: Translator,
    executor: Executor | None = None,
    workers: int | None = None,
    overwrite: bool = False,
    extra_fonts: Sequence[Path] = (),
    on_progress: Callable[[int], None] | None = None,
) -> Written:
    """Write a dossier for each tree into `folder`, as `<path>.pdf`; each appears whole or not at all.

    One that stands there is kept if it says the same, its day and edition aside. A tree with a character that
    no font draws is left out and named in the result; a dossier of it that says something else is removed.

    executor: runs the work; a pool of `workers` processes (as many as there are processors) if None.
    overwrite: make those again that stand there already.
    on_progress: called with the number of dossiers done since the last call.
    Raises OutputError where the folder cannot be written, GlyphMissingError where no font draws the
    register's own name.
    """
    prepare_fonts([facts.register_name], extra_fonts=extra_fonts)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(folder, error) from error
    job = _Job(folder, facts, language.lang, tuple(extra_fonts))
    skipped = _Skipped(dossiers, job, overwrite)
    workers = workers or os.cpu_count() or 1
    if executor is not None:
        made, failed = _run(skipped, job, executor, workers, on_progress)
    else:
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            made, failed = _run(skipped, job, pool, workers, on_progress)
    return Written(made, skipped.count, tuple(failed))


def file_name(tree: TreeRecord) -> str:
    """The name of a tree's dossier: its tilde-encoded number."""
    return f"{tree.path}.pdf"


@dataclass(frozen=True, slots=True)
class _Job:
    """What all dossiers of a run share."""

    folder: Path
    facts: RegisterFacts
    lang: str
    extra_fonts: tuple[Path, ...]

    def stands(self, dossier: Dossier, t: Translator) -> bool:
        """Whether this dossier is in the folder, whole and saying the same."""
        tree, neighbours = dossier
        return stands_whole(self.folder / file_name(tree), content_mark(tree, neighbours, self.facts, t))

    def write(self, batch: Sequence[Dossier]) -> list[Failed]:
        """Write a batch, in a process of the pool; returns those of its trees that it could not write."""
        t = translator(self.lang)
        try:
            fonts = self._fonts(batch, t)
        except GlyphMissingError as error:
            if len(batch) > 1:
                return [failed for dossier in batch for failed in self.write([dossier])]
            tree, _ = batch[0]
            if not self.stands(batch[0], t):
                self._remove(tree)
            return [(tree.tree_no, error)]
        for tree, neighbours in batch:
            self._write_one(tree, neighbours, t, fonts)
        return []

    def _fonts(self, batch: Sequence[Dossier], t: Translator) -> Fonts:
        needed = frozenset[str]().union(*(_characters(dossier, self.facts, t) for dossier in batch))
        return prepare_fonts(sorted(needed), extra_fonts=self.extra_fonts)

    def _remove(self, tree: TreeRecord) -> None:
        """Take away a dossier that no longer holds: it may show what is not public any more."""
        path = self.folder / file_name(tree)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise unwritable(path, error) from error

    def _write_one(
        self, tree: TreeRecord, neighbours: Sequence[MapPoint], t: Translator, fonts: Fonts
    ) -> None:
        final = self.folder / file_name(tree)
        aside = final.with_name(f"{final.name}.part")
        try:
            with aside.open("wb") as out:
                write_dossier(tree, self.facts, out, language=t, neighbours=neighbours, fonts=fonts)
            aside.replace(final)
        except OSError as error:
            raise unwritable(final, error) from error
        finally:
            aside.unlink(missing_ok=True)


class _Skipped:
    """The dossiers that remain to be made; counts those that stand in the folder already."""

    def __init__(self, dossiers: Iterable[Dossier], job: _Job, overwrite: bool) -> None:
        self.dossiers = dossiers
        self.job = job
        self.overwrite = overwrite
        self.count = 0

    def __iter__(self) -> Iterator[Dossier]:
        t = translator(self.job.lang)
        for dossier in self.dossiers:
            if not self.overwrite and self.job.stands(dossier, t):
                self.count += 1
            else:
                yield dossier


def _run(
    dossiers: Iterable[Dossier],
    job: _Job,
    executor: Executor,
    workers: int,
    on_progress: Callable[[int], None] | None,
) -> tuple[int, list[Failed]]:
    """Keep the workers busy with few batches in memory; returns how many were made, and which were not.

    A tree that cannot be drawn stops nothing; every other error stops what has not begun.
    """
    waiting: deque[tuple[int, Future[list[Failed]]]] = deque()
    made = 0
    failed: list[Failed] = []

    def finish() -> None:
        nonlocal made
        count, future = waiting.popleft()
        without = future.result()
        failed.extend(without)
        made += count - len(without)
        if on_progress:
            on_progress(count)

    source = iter(dossiers)
    try:
        while batch := list(islice(source, BATCH)):
            waiting.append((len(batch), executor.submit(job.write, batch)))
            if len(waiting) >= workers * WAITING:
                finish()
        while waiting:
            finish()
    finally:
        for _, future in waiting:
            future.cancel()
    return made, failed


def _characters(dossier: Dossier, facts: RegisterFacts, t: Translator) -> frozenset[str]:
    """Every character that this dossier may draw, the numbers of its neighbours among them."""
    tree, neighbours = dossier
    numbers = (point.tree_no for point in drawn_neighbours(tree, neighbours))
    return dossier_characters(tree, facts, t).union(*numbers)


def _running(said: Said, facts: RegisterFacts) -> Running:
    _ = said.t.gettext
    number = f"{said.t.label('tree_no')} {said.tree.tree_no}"
    if facts.edition is not None:
        number += " · " + _("edition {edition}", edition=facts.edition)
    made = facts.made_at.date().isoformat()
    of_then = f" · {view_title(facts.view, said.t)}" if facts.view else ""
    return Running(
        head=f"{said.name} · {facts.register_name}{of_then}",
        head_right=number,
        foot=_("History head {head} · made on {day}", head=facts.history_head, day=made),
        page_of=_("page {page} of {total}"),
        sample=_("SAMPLE") if facts.is_demonstration else None,
    )
