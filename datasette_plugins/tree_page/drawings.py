"""Drawings of a tree's page as SVG: the rings, sizes over the years, where it stands, its zones."""

from datasette_plugins.site.charts import DotMap
from datasette_plugins.tree_page.rings import Rings
from datasette_plugins.tree_page.sizes import SizeChart
from datasette_plugins.tree_page.view import View, esc
from datasette_plugins.tree_page.zones import ZoneDrawing
from registry.vocab.words import JURISDICTIONS


def rings_svg(view: View, chart: Rings) -> str:
    """The rings: the outer one the latest size, dashed where it has no date."""
    t, _ = view.t, view.t.gettext
    parts = []
    if chart.field and chart.rings:
        unit, label, latest = t.unit(chart.field), t.label(chart.field), chart.rings[0].value
        doubtful = chart.field in view.doubts
        said = _("Rings: {field}, {count} dated sizes, the latest {value}", field=label,
                 count=len(chart.rings), value=f"{t.number(latest, 1)} {unit}"
                 + (_(" (doubtful)") if doubtful else ""))  # fmt: skip
        for place, ring in reversed(list(enumerate(chart.rings))):
            today = "" if place else " ring-today"
            dashed = "" if ring.on else ' stroke-dasharray="5 4"'
            parts.append(f'<circle class="ring{today}" r="{ring.radius}"{dashed}/>')
        parts.append(
            f'<text y="2" text-anchor="middle" font-size="22" font-weight="600">{t.number(latest, 0)}</text>'
            f'<text y="20" text-anchor="middle" font-size="11" class="soft">{label} {unit}</text>'
        )
        if doubtful:
            word = _("doubtful")
            parts.append(f'<text y="36" text-anchor="middle" font-size="11" class="doubted">{word}</text>')
    else:
        said = _("Rings: no size has been recorded yet")
        parts.append(_EMPTY_RINGS + f'class="soft">{_("not measured")}</text>')
    parts.extend(f'<circle class="visit" cx="{dot.x}" cy="{dot.y}" r="4.5"/>' for dot in chart.dots)
    return (
        '<svg class="rings" width="190" height="190" viewBox="-95 -95 190 190" role="img" '
        f'aria-label="{esc(said)}">{"".join(parts)}</svg>'
    )


_EMPTY_RINGS = (
    "".join(
        f'<circle class="ring-faint" r="{radius}" stroke-dasharray="3 5"/>' for radius in (22, 39, 56, 74)
    )
    + '<text y="6" text-anchor="middle" font-size="15" '
)


def rings_caption(view: View, chart: Rings) -> str:
    """What the rings mean."""
    _ = view.t.gettext
    said = []
    if chart.field and (doubt := view.doubt(chart.field)):
        said.append(f"{view.t.label(chart.field)}{doubt}<br>")
    if chart.rings:
        dated = _("One ring is one dated size, the green one the latest.")
        said.append(dated if chart.rings[0].on else _("One ring is one size; dashed where it has no date."))
    if chart.dots:
        said.append(_("Red dots are inspections, by day of the year."))
    return (" " if view.t.lang == "en" else "").join(said)


def sizes_svg(view: View, chart: SizeChart) -> str:
    """A size over the years."""
    t = view.t
    unit, label = t.unit(chart.field), t.label(chart.field)
    first, last = chart.points[0], chart.points[-1]
    facts = {
        "field": label, "first": f"{t.number(first.value, 1)} {unit}", "from": first.on,
        "last": f"{t.number(last.value, 1)} {unit}", "to": last.on,
    }  # fmt: skip
    said = t.gettext("{field} over time: {first} on {from}, {last} on {to}", **facts)
    marks = []
    for point in chart.points:
        marks.append(f'<circle cx="{point.x}" cy="{point.y}" r="4"/>')
        if point.is_named:
            y = point.y - 9
            marks.append(
                f'<text x="{point.x}" y="{y:.1f}" text-anchor="middle">{t.number(point.value, 1)}</text>'
                f'<text class="soft" x="{point.x}" y="{chart.foot + 16}" text-anchor="middle">'
                f"{esc(point.on[:4])}</text>"
            )
    return (
        f'<svg viewBox="0 0 {chart.width} {chart.height}" width="{chart.width}" height="{chart.height}" '
        f'role="img" aria-label="{esc(said)}"><line class="axis" x1="8" x2="{chart.width - 8}" '
        f'y1="{chart.foot}" y2="{chart.foot}"/><polyline points="{chart.path}"/>{"".join(marks)}</svg>'
    )


def place_svg(view: View, map: DotMap) -> str:
    """Where the tree stands among the trees of its jurisdiction."""
    t, tree, frame = view.t, view.tree, map.frame
    x, y = frame.place(tree["lon"], tree["lat"])
    place = t.word(JURISDICTIONS, tree["jurisdiction"])
    said = t.gettext("Where the tree stands among the trees of {place}", place=place)
    metres = tree["coordinate_uncertainty_m"]
    radius = frame.px_of_metres(metres) if metres else 0.0
    haze = f'<circle class="haze" cx="{x}" cy="{y}" r="{radius:.1f}"/>' if radius > 7 else ""
    bar, length = frame.scale_bar
    long = f"{bar // 1000} km" if bar >= 1000 else f"{bar} m"
    return (
        f'<svg class="dotmap locator" viewBox="0 0 {frame.width:.0f} {frame.height:.0f}" role="img" '
        f'aria-label="{esc(said)}"><path d="{map.dots}" stroke="currentColor" class="dot-path" '
        f'stroke-width="3" stroke-linecap="round" fill="none"/>{haze}'
        f'<circle class="here" cx="{x}" cy="{y}" r="6"/><g transform="translate(12 {frame.height - 12:.0f})">'
        f'<path class="bar" d="M0 -4V0H{length}V-4" fill="none"/>'
        f'<text x="{length + 6:.1f}" y="1">{long}</text></g></svg>'
    )


def zone_svg(view: View, drawing: ZoneDrawing) -> str:
    """The zones to scale, north up; the dot is the trunk."""
    said = view.t.gettext("The zone around the tree, to scale, north up")
    width, height, (x, y) = drawing.width, drawing.height, drawing.trunk
    bar, length = drawing.bar
    paths = "".join(
        f'<path class="zone zone-{esc(kind)}" d="{path}" fill-rule="evenodd"/>'
        for kind, path in drawing.paths
    )
    haze = f'<circle class="zone-haze" cx="{x}" cy="{y}" r="{drawing.haze}"/>' if drawing.haze else ""
    return (
        f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
        f'aria-label="{esc(said)}">{paths}{haze}<circle class="zone-trunk" cx="{x}" cy="{y}" r="4.5"/>'
        f'<path class="zone-bar" d="M14 {height - 16}v5h{length}v-5"/>'
        f'<text class="soft" x="{20 + length:.1f}" y="{height - 9}">{bar} m</text>'
        f'<path class="zone-north" d="M{width - 20} 34V14m-5 7l5-8 5 8"/>'
        f'<text class="soft" x="{width - 20}" y="48" text-anchor="middle">{view.t.gettext("N")}</text></svg>'
    )
