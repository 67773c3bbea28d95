"""Plates as single files, many at a time: chunk by chunk, by several workers, taken up again after a kill.

A chunk is made whole or not at all as far as its journal tells: what stands there with the same content, and
still lies in the folder as it was, is not made again.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import BinaryIO, NamedTuple

from exports.fonts import Fonts
from exports.plates.layout import Plate, lay_out
from exports.plates.sheets import prepared_fonts
from exports.qr import encode_batch
from exports.record_json import canonical_json, record_values
from exports.running import check_arrived, run_batches, window_of
from exports.whole_files import written_among_many
from registry.errors import unwritable
from registry.plate_records import PlateTemplate
from registry.records import TagContent
from registry.vocab.language import Translator, translator

CHUNK = 100
KINDS = ("pdf", "svg", "dxf", "png")
_MOST_NAME = 80


class Drawn(NamedTuple):
    """A plate that was made. left_out: fields that found no room; finest_mm: its finest stroke."""

    code: str
    name: str
    sha256: str
    left_out: Sequence[str] = ()
    finest_mm: float = 0.0


Made = list[Drawn]
"""The plates of a chunk."""


@dataclass(frozen=True, slots=True)
class PlateFiles:
    """What files are made, and where. `lang`: of the words on them; `author`, `made_at`: of PDFs."""

    folder: str
    kind: str
    template: PlateTemplate
    size_mm: tuple[float, float]
    lang: str
    dpi: int = 300
    is_sample: bool = False
    author: str = ""
    made_at: datetime | None = None
    extra_fonts: tuple[str, ...] = ()

    def name_of(self, tag: TagContent) -> str:
        """The file's name: the number as far as a file system takes it, and the tag's code."""
        number = re.sub(r"[^\w.-]+", "-", tag.tree_no).strip("-.")[:_MOST_NAME]
        parts = [number, tag.code] if number and number != tag.code else [tag.code]
        return f"{'-'.join(parts)}.{self.kind}"


class _Chunk(NamedTuple):
    """Plates that are made together. standing: where they lie in the folder already, as they were made."""

    digest: str
    tags: Sequence[TagContent]
    standing: Made | None


def write_plate_files(
    tags: Iterable[TagContent],
    wanted: PlateFiles,
    journal: Path,
    *,
    executor: Executor,
    on_done: Callable[[Sequence[TagContent], Made], None],
) -> None:
    """Write every plate into the folder, which exists; `on_done` hears of each chunk in order.

    journal: where finished chunks are kept in mind; the caller removes it when all is done.
    Raises TagTextTooLongError, TagAddressTooLongError, GlyphMissingError, OutputError.
    """

    def done(chunk: _Chunk, made: Made) -> None:
        check_arrived(Path(wanted.folder) / each.name for each in made)
        on_done(chunk.tags, made)
        if chunk.standing is None:
            _remember(journal, chunk.digest, made)

    chunks = _chunked(tags, wanted, _remembered(journal))
    work = partial(_made, wanted)
    run_batches(chunks, work, executor=executor, window=window_of(executor), on_done=done)


def make_plate_files(wanted: PlateFiles, tags: Sequence[TagContent]) -> Made:
    """Write the plates of one chunk, each aside and renamed; the same chunk makes the same bytes."""
    language = translator(wanted.lang)
    extra = [Path(each) for each in wanted.extra_fonts]
    fonts = prepared_fonts(tags, wanted.template, language, extra_fonts=extra)
    has_code = bool(wanted.template.qr_share)
    symbols = encode_batch([tag.address for tag in tags]) if has_code else [None] * len(tags)
    made: Made = []
    for tag, symbol in zip(tags, symbols, strict=True):
        plate = lay_out(
            tag, wanted.template, wanted.size_mm, language, fonts, symbol=symbol, is_sample=wanted.is_sample
        )
        path = Path(wanted.folder) / wanted.name_of(tag)
        digest = _write(path, plate, wanted, fonts, language)
        made.append(Drawn(tag.code, path.name, digest, plate.left_out, plate.finest_mm))
    return made


def draw_plate(plate: Plate, out: BinaryIO, wanted: PlateFiles, fonts: Fonts, language: Translator) -> None:
    """One plate in the kind that is wanted."""
    if wanted.kind == "pdf":
        from exports.plates.pdf import write_plate_pdf

        write_plate_pdf(
            plate, out, fonts=fonts, author=wanted.author, lang=language.html_lang, made_at=wanted.made_at
        )
    elif wanted.kind == "svg":
        from exports.plates.svg import write_plate_svg

        write_plate_svg(plate, out, fonts=fonts, lang=language.html_lang)
    elif wanted.kind == "dxf":
        from exports.plates.dxf import write_plate_dxf

        write_plate_dxf(plate, out, fonts=fonts)
    else:
        from exports.plates.png import write_plate_png

        write_plate_png(plate, out, fonts=fonts, dpi=wanted.dpi)


def _write(path: Path, plate: Plate, wanted: PlateFiles, fonts: Fonts, language: Translator) -> str:
    with written_among_many(path) as stream:
        draw_plate(plate, stream, wanted, fonts, language)
        stream.seek(0)
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _made(wanted: PlateFiles, chunk: _Chunk) -> Made:
    """In a worker; what stands already goes along, so that the order stays."""
    return make_plate_files(wanted, chunk.tags) if chunk.standing is None else chunk.standing


def _chunked(
    tags: Iterable[TagContent], wanted: PlateFiles, remembered: Mapping[str, Made]
) -> Iterator[_Chunk]:
    stream = iter(tags)
    while chunk := list(islice(stream, CHUNK)):
        digest = _digest(chunk, wanted)
        made = remembered.get(digest)
        stands = made and all(_lies(Path(wanted.folder) / each.name, each.sha256) for each in made)
        yield _Chunk(digest, chunk, made if stands else None)


def _digest(tags: Sequence[TagContent], wanted: PlateFiles) -> str:
    said = [record_values(wanted), [record_values(tag) for tag in tags]]
    return hashlib.sha256(canonical_json(said)).hexdigest()


def _remember(journal: Path, digest: str, made: Made) -> None:
    try:
        with journal.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps([digest, made]) + "\n")
    except OSError as error:
        raise unwritable(journal, error) from error


def _remembered(journal: Path) -> dict[str, Made]:
    """What the journal of a run that broke off tells, by digest; its last line may be half a line."""
    found: dict[str, Made] = {}
    try:
        lines = journal.read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return found
    except OSError as error:
        raise unwritable(journal, error) from error
    for line in lines:
        with suppress(ValueError, TypeError):
            digest, made = json.loads(line)
            found[digest] = [Drawn(*each) for each in made]
    return found


def _lies(path: Path, digest: str) -> bool:
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == digest
