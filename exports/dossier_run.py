"""A run of many dossiers: a PDF each, in a folder, with a list of them; taken up again where it broke off.

They are made by several processes, or machines; no more than a few wait in memory at any time.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol

from exports.csv_cells import BYTE_ORDER_MARK, csv_line
from exports.dossier_content import read_standing
from exports.fonts import Fonts, prepare_fonts
from exports.running import check_arrived, local_pool, one_export_into, run_batches, window_of
from exports.whole_files import written, written_among_many
from registry.errors import GlyphMissingError, OutputTakenError, Phrase, RegistryError, unwritable
from registry.proof_records import Signer
from registry.records import RegisterFacts
from registry.vocab.language import Translator, translator

BATCH = 8
"""Dossiers that a worker is given at a time."""
KEPT = 200
"""So many that stand already make a batch of their own."""
MANIFEST = "dossiers.csv"
"""The list of a run: which file holds which record, with its SHA-256."""
RESTRICTED = ".restricted"
"""What stands before the ending of each name of the edition for the office: `768.restricted.pdf`."""


class Draft(Protocol):
    """What one dossier is made from."""

    @property
    def number(self) -> str:
        """The number of the record, as it is told."""

    @property
    def file_name(self) -> str:
        """The name of the file."""

    @property
    def weight(self) -> int:
        """How many common dossiers it is worth, in work and memory."""

    def mark(self, facts: RegisterFacts, t: Translator, *, is_proved: bool) -> str:
        """The mark of all that it says, as it stands in the PDF."""

    def characters(self, facts: RegisterFacts, t: Translator) -> frozenset[str]:
        """Every character that it may draw."""

    def proved(self, facts: RegisterFacts, signer: Signer) -> "Draft":
        """The same with its proof."""

    def write(self, facts: RegisterFacts, out: BinaryIO, t: Translator, fonts: Fonts) -> None:
        """Draw it."""


class Settled(NamedTuple):
    """What became of one dossier: a line of the manifest. state: made, kept or failed."""

    number: str
    file: str
    state: str
    sha256: str = ""
    size: int = 0
    error: RegistryError | None = None


Failed = tuple[str, RegistryError]
"""The number of a record that has no dossier, and why."""


@dataclass(frozen=True, slots=True)
class Written:
    """How many dossiers were made, how many stood there already, and which could not be made."""

    made: int
    kept: int
    failed: tuple[Failed, ...] = ()


def write_dossiers(
    drafts: Iterable[Draft],
    folder: Path,
    facts: RegisterFacts,
    *,
    language: Translator,
    executor: Executor | None = None,
    workers: int | None = None,
    overwrite: bool = False,
    extra_fonts: Sequence[Path] = (),
    on_progress: Callable[[int], None] | None = None,
    signer: Signer | None = None,
    manifest: str = MANIFEST,
) -> Written:
    """Write a dossier for each record into `folder`; each appears whole or not at all.

    One that stands there is kept if it says the same, its day and edition aside. A record with a character
    that no font draws is left out and named in the result; a dossier of it that says something else goes.
    What is for the office alone has names of its own, see `RESTRICTED`, and never stands beside what is
    public.

    executor: runs the work; a pool of `workers` processes (as many as there are processors) if None. Where it
    has other machines, `folder` must be one that they share.
    overwrite: make those again that stand there already.
    on_progress: is told how many are done so far.
    signer: signs the proofs, in this process: no worker, and no other machine, is given the key.
    manifest: the name of the list that comes beside them, in the order of the records, when all is done.
    Raises OutputError where the folder cannot be written, FolderBusyError where another export is at work in
    it, OutputTakenError where it holds dossiers of the other edition, GlyphMissingError where no font draws
    the register's own name.
    """
    prepare_fonts([facts.register_name], extra_fonts=extra_fonts)
    folder = folder.absolute()
    job = _Job(
        folder, facts, language.lang, tuple(font.absolute() for font in extra_fonts), signer is not None
    )
    todo = _todo(drafts, job, signer, overwrite=overwrite)
    with one_export_into(folder):
        job.check_edition()
        with (
            _manifest(job.path(manifest), language) as write_row,
            nullcontext(executor) if executor else local_pool(workers) as workforce,
        ):
            tally = _Tally(job, on_progress, write_row)
            window = window_of(workforce, workers)
            run_batches(_batches(todo), job.write, executor=workforce, window=window, on_done=tally.add)
    return Written(tally.made, tally.kept, tuple(tally.failed))


def path_in(folder: Path, name: str, facts: RegisterFacts) -> Path:
    """Where a file of an edition lies, the list of its dossiers too."""
    path = folder / name
    return path.with_suffix(f"{RESTRICTED}{path.suffix}") if facts.is_restricted else path


@dataclass(frozen=True, slots=True)
class _Job:
    """What all dossiers of a run share."""

    folder: Path
    facts: RegisterFacts
    lang: str
    extra_fonts: tuple[Path, ...]
    is_proved: bool

    def path(self, name: str) -> Path:
        """Where a file of this edition lies."""
        return path_in(self.folder, name, self.facts)

    def check_edition(self) -> None:
        """Raises OutputTakenError where dossiers of the other edition lie in the folder."""
        is_ours = self.facts.is_restricted
        if any(path.stem.endswith(RESTRICTED) is not is_ours for path in self.folder.glob("*.pdf")):
            public, office = (
                Phrase("a folder of public dossiers"),
                Phrase("a folder of dossiers for the office"),
            )
            raise OutputTakenError(path=self.folder, what=public if is_ours else office)

    def standing(self, draft: Draft, t: Translator) -> Settled | None:
        """This dossier where it is in the folder, whole and saying the same."""
        path = self.path(draft.file_name)
        pdf = read_standing(path, draft.mark(self.facts, t, is_proved=self.is_proved))
        if pdf is None:
            return None
        return Settled(draft.number, path.name, "kept", hashlib.sha256(pdf).hexdigest(), len(pdf))

    def write(self, batch: Sequence[Draft | Settled]) -> list[Settled]:
        """Write a batch, in a process of the pool; tells what became of each of its dossiers, in order."""
        done = iter(self._written([each for each in batch if not isinstance(each, Settled)]))
        return [each if isinstance(each, Settled) else next(done) for each in batch]

    def _written(self, batch: Sequence[Draft]) -> list[Settled]:
        t = translator(self.lang)
        try:
            fonts = self._fonts(batch, t)
        except GlyphMissingError as error:
            if len(batch) > 1:
                return [settled for draft in batch for settled in self._written([draft])]
            draft = batch[0]
            path = self.path(draft.file_name)
            if self.standing(draft, t) is None:
                self._remove(path)
            return [Settled(draft.number, path.name, "failed", error=error)]
        return [self._write_one(draft, t, fonts) for draft in batch]

    def _fonts(self, batch: Sequence[Draft], t: Translator) -> Fonts:
        needed = frozenset[str]().union(*(draft.characters(self.facts, t) for draft in batch))
        return prepare_fonts(sorted(needed), extra_fonts=self.extra_fonts)

    def _remove(self, path: Path) -> None:
        """Take away a dossier that no longer holds: it may show what is not public any more."""
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise unwritable(path, error) from error

    def _write_one(self, draft: Draft, t: Translator, fonts: Fonts) -> Settled:
        drawn = BytesIO()
        draft.write(self.facts, drawn, t, fonts)
        pdf, path = drawn.getvalue(), self.path(draft.file_name)
        with written_among_many(path) as stream:
            stream.write(pdf)
        return Settled(draft.number, path.name, "made", hashlib.sha256(pdf).hexdigest(), len(pdf))


def _todo(
    drafts: Iterable[Draft], job: _Job, signer: Signer | None, *, overwrite: bool
) -> Iterator[Draft | Settled]:
    """The dossiers that remain to be made, signed here, and in between those that stand already."""
    t = translator(job.lang)
    for draft in drafts:
        if not overwrite and (standing := job.standing(draft, t)) is not None:
            yield standing
        else:
            yield draft.proved(job.facts, signer) if signer else draft


class _Tally:
    """What came of the batches that are done."""

    def __init__(
        self, job: _Job, on_progress: Callable[[int], None] | None, write_row: Callable[[Settled], None]
    ) -> None:
        self.job = job
        self.on_progress = on_progress
        self.write_row = write_row
        self.made = self.kept = self.done = 0
        self.failed: list[Failed] = []

    def add(self, batch: Sequence[Draft | Settled], settled: Sequence[Settled]) -> None:
        """A record that cannot be drawn stops nothing. Raises FolderNotSharedError, OutputError."""
        check_arrived(self.job.folder / each.file for each in settled if each.state == "made")
        for each in settled:
            self.write_row(each)
            self.made += each.state == "made"
            self.kept += each.state == "kept"
            if each.error is not None:
                self.failed.append((each.number, each.error))
        self.done += len(batch)
        if self.on_progress:
            self.on_progress(self.done)


@contextmanager
def _manifest(path: Path, t: Translator) -> Iterator[Callable[[Settled], None]]:
    """Writes the manifest aside, row by row, and puts it in place where nothing went wrong."""
    with written(path) as stream:
        head = ("number", "file", "state", "sha256", "bytes", "reason")
        stream.write(BYTE_ORDER_MARK.encode() + csv_line(head))

        def write_row(each: Settled) -> None:
            reason = t.error(each.error) if each.error is not None else ""
            stream.write(csv_line((each.number, each.file, each.state, each.sha256, each.size or "", reason)))

        yield write_row


def _batches(entries: Iterable[Draft | Settled]) -> Iterator[Sequence[Draft | Settled]]:
    """Work for one worker at a time; what stands already goes along, so that the order stays."""
    batch: list[Draft | Settled] = []
    todo = 0
    for each in entries:
        batch.append(each)
        todo += 0 if isinstance(each, Settled) else each.weight
        if todo >= BATCH or len(batch) == KEPT:
            yield batch
            batch, todo = [], 0
    if batch:
        yield batch
