"""Plates as single files, many at a time: chunk by chunk, by several workers, taken up again after a kill.

A chunk is made whole or not at all as far as its journal tells: what stands there with the same content, and
still lies in the folder as it was, is not made again.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from exports.fonts import Fonts
from exports.plates.layout import Plate, lay_out
from exports.plates.sheets import prepared_fonts
from exports.qr import encode_batch
from exports.record_json import canonical_json, record_values
from exports.running import check_arrived, run_batches, window_of
from exports.whole_files import written_among_many
from registry.plate_records import PlateTemplate
from registry.records import TagContent
from registry.vocab.language import Translator, translator

CHUNK = 100
KINDS = ("pdf", "svg", "dxf", "png")
_MOST_NAME = 80


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


Made = list[tuple[str, str, str]]
"""(code, file name, SHA-256) of each plate of a chunk."""


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
    known = dict(_journal(journal))
    folder = Path(wanted.folder)

    def fresh() -> Iterator[Sequence[TagContent]]:
        for chunk in _chunked(tags):
            made = known.get(_digest(chunk, wanted))
            if made and all(_lies(folder / name, digest) for _code, name, digest in made):
                kept[_digest(chunk, wanted)] = made
            yield chunk

    kept: dict[str, Made] = {}
    with journal.open("a", encoding="utf-8") as stream:

        def done(chunk: Sequence[TagContent], made: Made) -> None:
            check_arrived(folder / name for _code, name, _digest in made)
            on_done(chunk, made)
            stream.write(json.dumps([_digest(chunk, wanted), made]) + "\n")
            stream.flush()

        waiting = _without_kept(fresh(), kept, wanted, on_done)
        work = partial(make_plate_files, wanted)
        run_batches(waiting, work, executor=executor, window=window_of(executor), on_done=done)


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
        made.append((tag.code, path.name, _write(path, plate, wanted, fonts, language)))
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


def _without_kept(
    chunks: Iterable[Sequence[TagContent]],
    kept: dict[str, Made],
    wanted: PlateFiles,
    on_done: Callable[[Sequence[TagContent], Made], None],
) -> Iterator[Sequence[TagContent]]:
    """The chunks that are to be made; of those that lie there already `on_done` hears at once."""
    for chunk in chunks:
        made = kept.pop(_digest(chunk, wanted), None)
        if made is None:
            yield chunk
        else:
            on_done(chunk, made)


def _chunked(tags: Iterable[TagContent]) -> Iterator[Sequence[TagContent]]:
    stream = iter(tags)
    while chunk := list(islice(stream, CHUNK)):
        yield chunk


def _digest(tags: Sequence[TagContent], wanted: PlateFiles) -> str:
    said = [record_values(wanted), [record_values(tag) for tag in tags]]
    return hashlib.sha256(canonical_json(said)).hexdigest()


def _journal(path: Path) -> Iterator[tuple[str, Made]]:
    """What the journal of a run that broke off tells; its last line may be half a line."""
    if not path.exists():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        with suppress(ValueError):
            digest, made = json.loads(line)
            yield digest, [(code, name, known) for code, name, known in made]


def _lies(path: Path, digest: str) -> bool:
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == digest
