"""The hand-over map: one HTML file that opens anywhere, with no network, built with Folium.

Folium lays out the page and starts Leaflet; its remote scripts and styles are left out and ours stand inside
the file. The trees are data for `static/treemap.js`, not one Folium object each.
"""

import html
import json
import re
import string
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from io import TextIOBase
from typing import Any, BinaryIO, TextIO, cast

import folium
from branca.element import Figure
from folium.template import Template

from exports.assets import MAP_SCRIPTS, MAP_STYLES, asset, inline_script
from exports.map_details import (
    DetailedTree,
    Details,
    MapArea,
    MapDivision,
    collected,
    left_off_words,
    pack_areas,
    pack_divisions,
)
from exports.map_marks import GRADE
from exports.map_points import MAP_LIMIT, east_of_180, pack_points
from exports.map_zones import MapZone, pack_zones
from registry.records import RegisterFacts, SourceRecord
from registry.vocab.language import Translator, translator

MAX_ZOOM = 19
Box = tuple[float, float, float, float]


def write_map(
    trees: Iterable[DetailedTree],
    out: TextIO | BinaryIO,
    *,
    language: str,
    facts: RegisterFacts,
    limit: int = MAP_LIMIT,
    tiles: Mapping[str, Any] | None = None,
    zones: Iterable[MapZone] = (),
    areas: Iterable[MapArea] = (),
    areas_left_off: int = 0,
    divisions: Callable[[Box], Sequence[MapDivision]] | None = None,
    colour_by: str = GRADE,
) -> None:
    """Write the map of `trees` as one self-contained HTML file; same content, same bytes.

    Trees without a position are counted and can be searched for; generalised ones are drawn in their cell.
    zones, areas: read after the trees; areas_left_off: how many more have no place to show, which the page
    tells. divisions: those that meet a box in degrees (west, south, east,
    north). colour_by: grade, vigour, age or genus, by which the trees are coloured at first.
    tiles: what to draw below the trees, as a base map says it to the script; the file then asks for them when
    it is opened, without them it asks no network for anything.
    Raises TooManyTreesError past `limit` trees.
    """
    t = translator(language)
    sources, details = _SourceList(trees), Details()
    points = pack_points(collected(iter(sources), details), t, limit=limit)
    around = _around(points, divisions) if divisions else []
    if around:
        points["outlines"] = []
    base = facts.public_address.rstrip("/") if facts.public_address else None
    given = {
        "points": points,
        "treeBase": f"{base}/tree/" if base else None,
        "areaBase": f"{base}/" if base else None,
        "tiles": dict(tiles) if tiles else None,
        "zones": pack_zones(zones),
        "areas": pack_areas(list(areas)),
        "divisions": pack_divisions(around),
        "details": details.said(t, colour_by),
    }
    east_of_180(given)
    made = _page_html(points, _page_texts(points["counts"], t, facts, sources.seen(), areas_left_off), given)
    if isinstance(out, TextIOBase):
        out.write(made)
    else:
        cast(BinaryIO, out).write(made.encode())


def _around(points: dict[str, Any], divisions: Callable[[Box], Sequence[MapDivision]]) -> list[MapDivision]:
    """The divisions about the trees of each region, each once."""
    found: dict[Any, MapDivision] = {}
    for _name, _count, box in points["regions"]:
        for division in divisions(tuple(box)):
            found.setdefault((division.name, tuple(division.rings[0][:2])), division)
    return list(found.values())


class TreeMap(folium.Map):  # type: ignore[misc]
    """A Folium map that brings its own scripts and styles, and leaves gaps for them and for all that is said.

    Folium compiles what a map renders as a template a second time, so nothing from a register may be in it.
    """

    default_js: list[tuple[str, str]] = []  # noqa: RUF012  (Folium's name; emptied, not shared)
    default_css: list[tuple[str, str]] = []  # noqa: RUF012
    _template = Template(
        """
        {% macro header(this, kwargs) %}
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<style>$styles</style>
        {% endmacro %}
        {% macro html(this, kwargs) %}
$body
<script type="application/json" id="trees">$data</script>
        {% endmacro %}
        {% macro script(this, kwargs) %}
$scripts
var {{ this.get_name() }} = L.map({{ this.get_name()|tojson }}, {{ this.options|tojavascript }});
(function () {
  var part = function (id) { return document.getElementById(id); };
  var given = JSON.parse(part("trees").textContent);
  var trees = treeMap({{ this.get_name() }}, given.points, {
    treeBase: given.treeBase, tiles: given.tiles, zones: given.zones, facts: handOver.facts(given),
    legend: part("legend"), regions: part("regions"), search: part("search")
  });
  handOver({{ this.get_name() }}, given, trees, {
    legend: part("legend"), themes: part("themes"), time: part("time"), play: part("play"),
    year: part("year"), yearSaid: part("year-said"), timeSaid: part("time-said"), print: part("print")
  });
})();
        {% endmacro %}
        """
    )

    def __init__(self) -> None:
        super().__init__(tiles=None, max_zoom=MAX_ZOOM, maxZoom=MAX_ZOOM, minZoom=2)
        self._name, self._id = "tree", "map"


class _Page(Figure):  # type: ignore[misc]
    """Folium's figure as a page that names its language and keeps its script inside the body."""

    _template = Template(
        '<!DOCTYPE html>\n<html lang="$lang">\n<head>\n<meta charset="utf-8">\n'
        "<title>$title</title>\n{{ this.header.render(**kwargs) }}\n</head>\n<body>\n"
        "{{ this.html.render(**kwargs) }}\n<script>\n{{ this.script.render(**kwargs) }}\n</script>\n"
        "</body>\n</html>\n"
    )

    def __init__(self) -> None:
        super().__init__()
        self.header._children.clear()  # the character set is named in the template, first


_BODY = Template(
    """<header><h1>{{ page.title|e }}</h1>
<p>{{ page.summary|e }}</p><p>{{ page.as_of|e }}</p></header>
<main><div class="tm-map" id="tree_map" role="region" aria-label="{{ page.title|e }}">
<noscript><p class="tm-empty">{{ page.noscript|e }}</p></noscript></div></main>
<aside>
<form id="search" role="search"><label>{{ page.search|e }}
<input type="search" name="q" autocomplete="off"></label>
<p role="status" aria-live="polite"></p><ul></ul></form>
<section id="regions" aria-label="{{ page.regions|e }}"></section>
<fieldset id="themes"><legend>{{ page.colour_by|e }}</legend></fieldset>
<section id="time" hidden><div class="tm-time">
<button type="button" id="play" aria-pressed="false"></button>
<input type="range" id="year" step="1" aria-label="{{ page.year|e }}">
<output id="year-said" for="year"></output></div>
<p id="time-said" role="status"></p></section>
<section><h2>{{ page.legend|e }}</h2><div id="legend"></div>
{% for note in page.notes %}<p class="small">{{ note|e }}</p>{% endfor %}</section>
<section><h2>{{ page.sources|e }}</h2><ul class="sources">
{% for source in page.source_list %}<li><b lang="{{ source.lang|e }}">{{ source.title|e }}</b>
{{ source.attribution|e }}<br>
{% if source.licence_url %}<a href="{{ source.licence_url|e }}">{{ source.licence|e }}</a>
{% else %}{{ source.licence|e }}{% endif %}{% if source.as_of %} · {{ source.as_of|e }}{% endif %}</li>
{% endfor %}</ul><p class="small">{{ page.made_with|e }}</p>
<p><button type="button" id="print">{{ page.print|e }}</button></p></section>
</aside>"""
)
"""Everything between the head and the script; rendered once, its result never compiled."""


@lru_cache(maxsize=1)
def page_frame() -> str:
    """The page as Folium renders it, the same for every register: `$name` where something is to be put in."""
    tree_map = TreeMap()
    _Page().add_child(tree_map)
    return str(tree_map.get_root().render())


def _page_html(points: dict[str, Any], page: dict[str, Any], given: dict[str, Any]) -> str:
    """The frame with everything put in: one pass after all templates, so that nothing is looked at again."""
    return string.Template(page_frame()).substitute(
        lang=points["lang"],
        title=_no_braces(html.escape(page["title"])),
        styles="\n".join(asset(name) for name in (*MAP_STYLES, "handover.css")),
        body=_no_braces(_BODY.render(page=page)),
        data=json_for_html(given),
        scripts=inline_script("\n".join(asset(name) for name in MAP_SCRIPTS)),
    )


class _SourceList:
    """Trees passed on one by one, their sources kept."""

    def __init__(self, trees: Iterable[DetailedTree]) -> None:
        self._trees = trees
        self._sources: dict[SourceRecord, None] = {}

    def __iter__(self) -> Any:
        for tree in self._trees:
            self._sources[tree.source] = None
            yield tree

    def seen(self) -> list[SourceRecord]:
        """The sources so far, in the order of first use."""
        return list(self._sources)


def json_for_html(value: Any) -> str:
    """JSON that may stand inside a `<script type="application/json">`: no `<`, `>` or `&` in it.

    Nor anything that a template could take for its own: `{{`, `{%` or `{#`, which JSON itself never has.
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return re.sub("[<>&]|{(?=[{%#])", lambda match: f"\\u{ord(match[0]):04x}", text)


def _no_braces(markup: str) -> str:
    """Markup with the same meaning in which no template could take a text for its own."""
    return markup.replace("{", "&#123;")


def _title(t: Translator, facts: RegisterFacts) -> str:
    return t.gettext("{name}: tree map", name=facts.register_name)


def _page_texts(
    counts: dict[str, int],
    t: Translator,
    facts: RegisterFacts,
    sources: list[SourceRecord],
    areas_left_off: int,
) -> dict[str, Any]:
    _, ngettext = t.gettext, t.ngettext
    notes = []
    if missing := counts["total"] - counts["placed"]:
        notes.append(
            ngettext(
                "{count} tree has no position that can be shown; the search finds it by number or name.",
                "{count} trees have no position that can be shown; the search finds them by number or name.",
                missing,
            )
        )
    if counts["generalised"]:
        notes.append(
            ngettext(
                "{count} position is generalised to protect the tree: the dashed cell shows where it is.",
                "{count} positions are generalised to protect the trees: dashed cells show where they are.",
                counts["generalised"],
            )
        )
    if areas_left_off:
        notes.append(left_off_words(areas_left_off, t))
    return {
        "title": _title(t, facts),
        "summary": ngettext("{count} tree on the map", "{count} trees on the map", counts["placed"]),
        "as_of": _as_of(t, facts),
        "noscript": _("This map draws itself with a script, and scripts are turned off here."),
        "search": _("Find by number or name"),
        "regions": _("Go to a place"),
        "colour_by": _("Colour by"),
        "year": _("Up to the year"),
        "print": _("Print this view"),
        "legend": _("Legend"),
        "notes": notes,
        "sources": _("Sources and licences"),
        "source_list": [_source_text(source, t) for source in sources],
        "made_with": _("Made with Gushu, Folium, Leaflet and Leaflet.markercluster."),
    }


def _as_of(t: Translator, facts: RegisterFacts) -> str:
    day = t.day(facts.made_on)
    said = t.gettext("As of {day}", day=day)
    if facts.edition is not None:
        said = t.gettext("As of {day}, edition {edition}", day=day, edition=facts.edition)
    review = t.gettext("Map review number: {number}", number=facts.map_review_no)
    return f"{said} · {review}" if facts.map_review_no else said


def _source_text(source: SourceRecord, t: Translator) -> dict[str, str | None]:
    in_english = t.lang == "en" and bool(source.title_en)
    return {
        "title": source.title_en if in_english else source.title,
        "lang": "en" if in_english else source.title_lang,
        "attribution": source.attribution,
        "licence": source.licence,
        "licence_url": source.licence_url if source.licence_url.startswith(("https://", "http://")) else None,
        "as_of": t.gettext("data of {day}", day=source.as_of.isoformat()) if source.as_of else None,
    }
