"""How plates are asked for on the command line, and how a run of them is written with its manifest."""

import hashlib
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future
from contextlib import nullcontext, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import typer

from registry.cli.app import Office
from registry.cli.exporting import workers_of, written
from registry.errors import OutputTakenError, Phrase
from registry.export_errors import TagSignedTooFineError
from registry.outputs import check_output
from registry.plate_records import PlateTemplate
from registry.plate_templates import BLANK, HOUSE, PlateLibrary, plate_folder
from registry.records import RegisterFacts, TagContent
from registry.rules.plate_format import FIELDS
from registry.rules.tag_signatures import LEAST_SIGNED_MODULE_MM
from registry.vocab.language import Translator
from registry.vocab.words import TagState

P = ParamSpec("P")
R = TypeVar("R")
FILE_KINDS = ("pdf", "svg", "dxf", "png")
_SIZE = re.compile(r"([0-9]{1,5}(?:\.[0-9]{1,3})?)[x×*]([0-9]{1,5}(?:\.[0-9]{1,3})?)")
_DEFAULT_GAP = "6"
MOST_NAMED = 20
"""So many trees are named in a line; more are counted."""
FEW = 200
"""So many single plates are made before workers would have begun."""


class Here(Executor):
    """Does what it is given at once, in this process."""

    def submit(self, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> "Future[R]":
        """Do it, and keep what came of it."""
        future: Future[R] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # told where the result is asked for, as other executors do
            future.set_exception(error)
        return future


@dataclass(frozen=True, slots=True)
class Asked:
    """What plates are wanted. kind: of single files; None for sheets, whose layout is `sheet`."""

    template: PlateTemplate
    size_mm: tuple[float, float]
    sheet: Any
    kind: str | None
    dpi: int
    is_sample: bool
    signed: bool
    is_blank: bool
    fonts: tuple[Path, ...]
    cluster: str | None
    is_few: bool = False

    @property
    def size(self) -> str:
        """The plate's size as people write it."""
        return f"{self.size_mm[0]:g} × {self.size_mm[1]:g}"

    @property
    def state(self) -> str:
        """The state of the tags that are printed."""
        return (TagState.BLANK if self.is_blank else TagState.ISSUED).value


def asked_of(
    office: Office, *, template: str | None, plate: str | None, page: str, grid: str | None,
    gap: str | None, margin: str | None, copies: int, cut_marks: bool, kind: str | None, dpi: int,
    engraved: bool, sample: bool, signed: bool, start_at: int, is_blank: bool, fonts: tuple[Path, ...],
    cluster: str | None,
) -> Asked:  # fmt: skip
    """The options, read and checked. Raises PlateTemplateMissingError, PlateGridError, SettingInvalidError;
    a size or kind that is none is a usage error."""
    chosen = PlateLibrary(plate_folder(office.address)).get(template or (BLANK if is_blank else HOUSE))
    if engraved:
        chosen = replace(chosen, look="engraved")
    size = size_of(plate, "--plate") if plate else chosen.size_mm
    if kind is not None and kind not in FILE_KINDS:
        raise typer.BadParameter(f"--as: {' | '.join(FILE_KINDS)}")
    sheet = None
    if kind is None:
        sheet = _sheet(size, page, grid, gap, margin, copies=copies, has_marks=cut_marks, start_at=start_at)
    return Asked(chosen, size, sheet, kind, dpi, sample, signed, is_blank, fonts, cluster)


_OF_SHEETS = ("--page", "--grid", "--gap", "--margin", "--copies", "--cut-marks", "--start-at")
_OF_RECORDS = ("--where", "--groves", "--reprint")


def check_together(given: Collection[str], kind: str | None, *, is_blank: bool, t: Translator) -> None:
    """Options that mean nothing with the others are refused, never ignored. given: as they were written."""
    _ = t.gettext

    def those(options: Collection[str]) -> str:
        return ", ".join(each for each in options if each in given)

    if kind is not None and (idle := those(_OF_SHEETS)):
        raise typer.BadParameter(_("{options}: only for sheets, without --as", options=idle))
    if kind is None and (idle := those(("--cluster", "--dpi"))):
        raise typer.BadParameter(_("{options}: only for single plates, with --as", options=idle))
    if kind != "png" and those(("--dpi",)):
        raise typer.BadParameter(_("--dpi is for --as png; other plates are sharp at any size"))
    if is_blank and (idle := those(_OF_RECORDS)):
        raise typer.BadParameter(_("{options}: a blank tag is of no tree yet", options=idle))


def size_of(text: str, option: str) -> tuple[float, float]:
    """Width and height, such as 120x80. What is none is a usage error."""
    found = _SIZE.fullmatch(text.strip().lower())
    if found is None:
        raise typer.BadParameter(f"{option}: 120x80")
    return float(found[1]), float(found[2])


def _pair(text: str, option: str) -> tuple[float, float]:
    return size_of(text if _SIZE.fullmatch(text.strip().lower()) else f"{text}x{text}", option)


def _sheet(
    size: tuple[float, float], page: str, grid: str | None, gap: str | None, margin: str | None, *,
    copies: int, has_marks: bool, start_at: int,
) -> Any:  # fmt: skip
    """The sheet; without a grid as many plates as a page has room for."""
    from exports.plates.sheets import PAGES_MM, SheetLayout

    page_mm = PAGES_MM.get(page.lower()) or size_of(page, "--page")
    gaps = _pair(gap or _DEFAULT_GAP, "--gap")
    fullest = SheetLayout.fullest(page_mm, size, gap_mm=gaps, has_marks=has_marks)
    columns, rows = fullest.columns, fullest.rows
    if grid:
        columns, rows = (int(side) for side in size_of(grid, "--grid"))
    edges = _pair(margin, "--margin") if margin else None
    return SheetLayout(page_mm, size, columns, rows, gaps, edges, has_marks, start_at, copies)


def check_out(office: Office, out: Path, asked: Asked) -> None:
    """Raises OutputTakenError where what is to be written would stand in the place of something else."""
    if asked.kind is None:
        check_output(out, ".pdf", office.address)
    elif out.exists() and not out.is_dir():
        raise OutputTakenError(path=out, what=Phrase("a file; single plates go into a folder"))
    for path in (manifest_of(out), checksums_of(out)):
        check_output(path, "", office.address)


def manifest_of(out: Path) -> Path:
    """Where the manifest of a run stands: tags.pdf.csv beside tags.pdf."""
    return out.with_name(out.name + ".csv")


def checksums_of(out: Path) -> Path:
    """Where the checksums of a run stand."""
    return out.with_name(out.name + ".sha256")


def write_plates(
    tags: Iterable[TagContent], out: Path, asked: Asked, *, facts: RegisterFacts, language: Translator,
    note: Callable[[Sequence[str]], None], count: int,
) -> dict[str, Any]:  # fmt: skip
    """Write a run of `count` plates, its manifest and its checksums; answers with what is told of it.

    note: is told the codes of what is drawn, before files of sheets come to stand under their name.
    """
    from exports.tag_manifest import checksums, write_manifest

    if asked.cluster is None and count <= FEW:
        asked = replace(asked, is_few=True)

    checked = map(_checked(asked), tags) if asked.signed else tags
    write = _write_sheets if asked.kind is None else _write_files
    rows, files, told = write(checked, out, asked, facts, language, note)
    manifest = manifest_of(out)
    with written(manifest) as stream:
        write_manifest(rows, stream, language)
    sums = [*files, (manifest.name, _sha256(manifest))]
    with written(checksums_of(out)) as stream:
        stream.write(checksums(sums))
    return {**told, "manifest": str(manifest), "path": str(out)}


def _checked(asked: Asked) -> Callable[[TagContent], TagContent]:
    """Lets a signed tag pass whose code is coarse enough. Raises TagSignedTooFineError."""
    from exports.plates.layout import module_mm

    def check(tag: TagContent) -> TagContent:
        fine = module_mm(tag, asked.template, asked.size_mm)
        if fine < LEAST_SIGNED_MODULE_MM:
            raise TagSignedTooFineError(
                tree_no=tag.tree_no, module_mm=f"{fine:.2f}", least_mm=LEAST_SIGNED_MODULE_MM
            )
        return tag

    return check


_Written = tuple[list[Any], list[tuple[str, str]], dict[str, Any]]


def _write_sheets(
    tags: Iterable[TagContent], out: Path, asked: Asked, facts: RegisterFacts, language: Translator,
    note: Callable[[Sequence[str]], None],
) -> _Written:  # fmt: skip
    from exports.plates.sheets import write_plate_sheets
    from exports.tag_manifest import row_of

    drawn: list[TagContent] = []
    with written(out) as stream:
        report = write_plate_sheets(
            _remembered(tags, drawn), stream, facts=facts, language=language, template=asked.template,
            sheet=asked.sheet, sample=asked.is_sample, extra_fonts=asked.fonts,
        )  # fmt: skip
        stream.flush()
        note([tag.code for tag in drawn])
    digest, sheet = _sha256(out), asked.sheet
    rows = []
    for number, tag in enumerate(drawn):
        page, spot = divmod(sheet.start_at - 1 + number * sheet.copies, sheet.places)
        rows.append(
            row_of(tag, asked.template.id, asked.size, asked.state, out.name, digest, page + 1, spot + 1)
        )
    said = language.gettext(
        "{tags} on {sheets}: {path}; the next may start at place {place}.",
        tags=language.ngettext("{count} tag", "{count} tags", report.tags),
        sheets=language.ngettext("{count} sheet", "{count} sheets", report.sheets), path=out,
        place=report.next_place,
    )  # fmt: skip
    told = {
        "tags": report.tags, "sheets": report.sheets, "next_place": report.next_place,
        "least_module_mm": report.least_module_mm,
    }  # fmt: skip
    return rows, [(out.name, digest)], told | _drawing_told(said, report.left_out, report.finest_mm, language)


def _write_files(
    tags: Iterable[TagContent], out: Path, asked: Asked, facts: RegisterFacts, language: Translator,
    note: Callable[[Sequence[str]], None],
) -> _Written:  # fmt: skip
    from exports.plate_files import Made, PlateFiles, write_plate_files
    from exports.running import one_export_into
    from exports.tag_manifest import PlateRow, row_of

    wanted = PlateFiles(
        str(out.absolute()), asked.kind or "pdf", asked.template, asked.size_mm, language.lang, asked.dpi,
        asked.is_sample or facts.is_demonstration, facts.register_name, facts.made_at,
        tuple(str(font.absolute()) for font in asked.fonts),
    )  # fmt: skip
    rows: list[PlateRow] = []
    files: list[tuple[str, str]] = []
    left_out: list[tuple[str, str]] = []
    finest: list[float] = []

    def done(chunk: Sequence[TagContent], made: Made) -> None:
        note([each.code for each in made])
        for tag, each in zip(chunk, made, strict=True):
            file = f"{out.name}/{each.name}"
            rows.append(row_of(tag, asked.template.id, asked.size, asked.state, file, each.sha256))
            files.append((file, each.sha256))
            left_out.extend((tag.tree_no, name) for name in each.left_out)
            finest.append(each.finest_mm)

    journal = out.with_name(out.name + ".part")
    workers = nullcontext(Here()) if asked.is_few else workers_of(asked.cluster)
    with one_export_into(out), workers as executor:
        write_plate_files(tags, wanted, journal, executor=executor, on_done=done)
    with suppress(OSError):
        journal.unlink()
    said = language.ngettext(
        "{count} plate as a file of its own in {path}.", "{count} plates, each a file of its own, in {path}.",
        len(rows), path=out,
    )  # fmt: skip
    told = {"tags": len(rows), "files": len(files)}
    return rows, files, told | _drawing_told(said, left_out, min(finest, default=None), language)


def _drawing_told(
    said: str, left_out: Sequence[tuple[str, str]], finest_mm: float | None, t: Translator
) -> dict[str, Any]:
    """What is told of a run besides its files: fields that found no room (number of the tree, field), and the
    finest stroke; `said` is what a person reads first."""
    lines = [said]
    if finest_mm:
        lines.append(t.gettext("The finest stroke of the lettering is {mm} mm.", mm=t.number(finest_mm, 3)))
    for field in dict.fromkeys(name for _tree_no, name in left_out):
        trees = [tree_no for tree_no, name in left_out if name == field]
        named = t.gettext(", ").join(trees[:MOST_NAMED] + ["…"] * (len(trees) > MOST_NAMED))
        lines.append(
            t.ngettext(
                "{field} found no room on {count} plate and was left out: {trees}",
                "{field} found no room on {count} plates and was left out: {trees}",
                len(trees), field=t.word(FIELDS, field), trees=named,
            )
        )  # fmt: skip
    gone = [{"tree_no": tree_no, "field": name} for tree_no, name in left_out]
    return {"finest_mm": finest_mm, "left_out": gone, "said": "\n".join(lines)}


def _remembered(tags: Iterable[TagContent], drawn: list[TagContent]) -> Iterator[TagContent]:
    for tag in tags:
        drawn.append(tag)
        yield tag


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
