"""`gushu map`: maps to hand over, as a page that opens anywhere or on paper."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from sqlmodel import Session

from registry.cli.app import Office, _, app
from registry.cli.exporting import FontFiles, Where, public_trees, register_facts, written
from registry.cli.map_content import (
    map_zones,
    noted,
    page_areas,
    page_divisions,
    printed_areas,
    printed_basemap,
    printed_divisions,
    printed_grid,
)
from registry.cli.progress import progress_bar
from registry.db import reading
from registry.errors import TooManyTreesError
from registry.outputs import check_output
from registry.public_zones import Shown
from registry.records import TreeRecord
from registry.rules.basemaps import basemap_of
from registry.selection import count_trees, stream_ids
from registry.settings import all_settings

if TYPE_CHECKING:
    from exports.print_map import Printed, PrintOptions

_DPI = 200


class ColourBy(StrEnum):
    """What a map colours its trees by."""

    GRADE = "grade"
    VIGOUR = "vigour"
    AGE = "age"
    GENUS = "genus"


@app.command(
    "map",
    help=_("Make a map: a page that opens without a network (.html), or one on paper (.pdf, .png)."),
)
def map_(
    ctx: typer.Context,
    out: Path,
    where: Where = None,
    colour_by: Annotated[
        ColourBy, typer.Option(help=_("What the trees are coloured by; genus on a page alone."))
    ] = ColourBy.GRADE,
    divisions: Annotated[
        bool,
        typer.Option(
            "--divisions", help=_("Draw the outlines of divisions that come along, for orientation only.")
        ),
    ] = False,
    scale: Annotated[
        str | None, typer.Option(help=_("Of a map on paper: 1:5000, or auto for the largest that fits."))
    ] = None,
    page: Annotated[
        str | None, typer.Option(help=_("Of a map on paper: A4, A3, A2, A1, A0, or 600x400 in mm."))
    ] = None,
    landscape: Annotated[bool, typer.Option("--landscape", help=_("The page lies on its side."))] = False,
    sheets: Annotated[
        bool, typer.Option("--sheets", help=_("A series of sheets with an index, for a large area (PDF)."))
    ] = False,
    no_numbers: Annotated[
        bool, typer.Option("--no-numbers", help=_("Leave the numbers of the trees out, on paper."))
    ] = False,
    basemap: Annotated[
        Path | None,
        typer.Option(help=_("Roads and waters to draw below, on paper: your own GeoJSON file.")),
    ] = None,
    dpi: Annotated[
        int | None, typer.Option(min=36, max=2400, help=_("Of a picture (.png): dots per inch, 200."))
    ] = None,
    font: FontFiles = None,
) -> None:
    """Make a map."""
    office: Office = ctx.obj
    kind = out.suffix.lower()
    paper = {
        "--scale": scale, "--page": page, "--landscape": landscape, "--sheets": sheets, "--dpi": dpi,
        "--no-numbers": no_numbers, "--basemap": basemap, "--font": font,
    }  # fmt: skip
    _check(office, kind, paper, colour_by)
    check_output(out, ".html" if kind not in {".pdf", ".png"} else kind, office.address)
    job = _Job(office, out, where or (), colour_by.value, divisions)
    if kind not in {".pdf", ".png"}:
        _make_page(job)
        return
    options = _options(office, job, page or "A4", scale or "auto", landscape, sheets, not no_numbers)
    _make_print(job, options, basemap, font or (), dpi or _DPI)


@dataclass(frozen=True, slots=True)
class _Job:
    """One map to make."""

    office: Office
    out: Path
    where: Sequence[str]
    colour_by: str
    shipped_divisions: bool
    shown: dict[str, Shown] = field(default_factory=dict)

    def trees(self, session: Session, total: int) -> Iterator[TreeRecord]:
        """The trees of the map, redacted, with progress."""
        t = self.office.t
        with progress_bar(t.gettext("trees"), total, quiet=self.office.as_json) as tell:
            ids = stream_ids(session, self.where)
            for done, tree in enumerate(noted(public_trees(session, ids, None), self.shown), start=1):
                yield tree
                if done % 200 == 0 or done == total:
                    tell(done)


def _check(office: Office, kind: str, paper: Mapping[str, object], colour_by: ColourBy) -> None:
    """Options that do not go together are refused, never ignored."""
    _ = office.t.gettext
    given = [name for name, value in paper.items() if value]
    if kind not in {".pdf", ".png"}:
        if given:
            told = _("{options}: only for a map on paper, OUT.pdf or OUT.png", options=", ".join(given))
            raise typer.BadParameter(told)
        return
    if colour_by is ColourBy.GENUS:
        raise typer.BadParameter(_("--colour-by genus is for OUT.html; on paper: grade, vigour or age"))
    if kind == ".png" and paper["--sheets"]:
        raise typer.BadParameter(_("a series of sheets is a PDF: name OUT.pdf"))
    if kind == ".pdf" and paper["--dpi"]:
        raise typer.BadParameter(_("--dpi is for OUT.png; a PDF is sharp at any size"))


def _options(
    office: Office, job: _Job, page: str, scale: str, landscape: bool, sheets: bool, numbers: bool
) -> "PrintOptions":
    from exports.print_map import PrintOptions
    from exports.print_map_paper import page_mm, scale_of

    _ = office.t.gettext
    try:
        size = page_mm(page, is_landscape=landscape)
    except ValueError:
        told = _("--page takes A4, A3, A2, A1, A0, or a size in mm such as 600x400 (120 to 2500)")
        raise typer.BadParameter(told) from None
    try:
        wanted = scale_of(scale)
    except ValueError:
        raise typer.BadParameter(_("--scale takes auto, or a scale such as 1:5000")) from None
    return PrintOptions(size, wanted, job.colour_by, is_series=sheets, has_numbers=numbers)


def _make_page(job: _Job) -> None:
    from exports.folium_map import write_map
    from exports.map_details import left_off_words
    from exports.map_points import MAP_LIMIT

    office = job.office
    t = office.t
    with reading(office.engine()) as session:
        total = count_trees(session, job.where)
        if total > MAP_LIMIT:
            raise TooManyTreesError(count=t.number(total, 0), limit=t.number(MAP_LIMIT, 0))
        below = basemap_of(all_settings(session), t)
        is_drawn = below is not None and below.is_for_files
        areas, left_off = page_areas(session, job.where)
        with written(job.out) as stream:
            write_map(
                job.trees(session, total),
                stream,
                language=t.lang,
                facts=register_facts(session, office),
                tiles=below.given() if below and is_drawn else None,
                zones=map_zones(session, office, job.shown),
                areas=areas,
                areas_left_off=left_off,
                divisions=page_divisions(session, shipped=job.shipped_divisions),
                colour_by=job.colour_by,
            )
    office.say(
        t.ngettext("A map of {count} tree: {path}", "A map of {count} trees: {path}", total, path=job.out)
    )
    if below and not is_drawn:
        office.say(
            t.gettext(
                "The base map of the settings is not drawn: a file shows tiles in WGS84 from an address of "
                "their own alone (basemap tianditu or url)."
            )
        )
    if left_off:
        office.say(left_off_words(left_off, t))
    office.answer({"trees": total, "areas_left_off": left_off, "basemap": is_drawn, "path": str(job.out)})


def _make_print(
    job: _Job, options: "PrintOptions", basemap: Path | None, fonts: Iterable[Path], dpi: int
) -> None:
    from exports.print_map import check_picture, write_print_map, write_print_picture

    office = job.office
    is_picture = job.out.suffix.lower() == ".png"
    if is_picture:
        check_picture(options.page_mm, dpi)
    below = printed_basemap(basemap) if basemap else ()
    with reading(office.engine()) as session, written(job.out) as stream:
        total = count_trees(session, job.where)
        areas, left_off = printed_areas(session, job.where)
        drawn = BytesIO() if is_picture else stream
        printed = write_print_map(
            job.trees(session, total),
            drawn,
            language=office.t.lang,
            facts=register_facts(session, office),
            grid_for=printed_grid,
            options=options,
            zones=map_zones(session, office, job.shown),
            areas=areas,
            areas_left_off=left_off,
            divisions=printed_divisions(session, shipped=job.shipped_divisions),
            basemap=below,
            extra_fonts=tuple(fonts),
        )
        if isinstance(drawn, BytesIO):
            write_print_picture(drawn.getvalue(), stream, dpi=dpi)
    _tell(job, printed, left_off)


def _tell(job: _Job, printed: "Printed", left_off: int) -> None:
    """How many trees are on the map, how many are not, at which scale, on how many pages."""
    from exports.map_details import left_off_words

    office, t = job.office, job.office.t
    _, ngettext = t.gettext, t.ngettext
    scale = t.number(printed.scale, 0)
    head = ngettext(
        "A map of {count} tree at 1:{scale}: {path}", "A map of {count} trees at 1:{scale}: {path}",
        printed.placed, scale=scale, path=job.out,
    )  # fmt: skip
    office.say(head)
    if printed.sheets:
        pages = ngettext("{count} page", "{count} pages", printed.pages)
        office.say(
            ngettext("{pages}: an index and {count} sheet", "{pages}: an index and {count} sheets",
                     printed.sheets, pages=pages)
        )  # fmt: skip
    missing, cells, bare = printed.trees - printed.placed, printed.generalised, printed.unlabelled
    for count, told in (
        (
            missing,
            ngettext(
                "{count} tree has no position that can be shown and is not on the map.",
                "{count} trees have no position that can be shown and are not on the map.",
                missing,
            ),
        ),
        (
            cells,
            ngettext("{count} position is drawn as a cell.", "{count} positions are drawn as cells.", cells),
        ),
        (bare, ngettext("{count} number found no room.", "{count} numbers found no room.", bare)),
        (left_off, left_off_words(left_off, t)),
    ):
        if count:
            office.say(told)
    office.answer({**printed._asdict(), "areas_left_off": left_off, "path": str(job.out)})
