"""The hand-over map: one HTML file that opens anywhere, with no network, built with Folium.

Folium lays out the page and starts Leaflet; its remote scripts and styles are left out and ours stand inside
the file. The trees are data for `static/treemap.js`, not one Folium object each.
"""

import json
import re
from collections.abc import Iterable
from io import TextIOBase
from typing import Any, BinaryIO, NamedTuple, TextIO, cast

import folium
from branca.element import Figure
from folium.template import Template

from exports.assets import MAP_SCRIPTS, MAP_STYLES, asset, inline_script
from exports.map_points import MAP_LIMIT, PlacedTree, pack_points
from registry.records import RegisterFacts, SourceRecord
from registry.vocab.language import Translator, translator

MAX_ZOOM = 19


class Basemap(NamedTuple):
    """A tile service to draw below the trees; the file then asks for its tiles when it is opened."""

    url: str
    attribution: str


def write_map(
    trees: Iterable[PlacedTree],
    out: TextIO | BinaryIO,
    *,
    language: str,
    facts: RegisterFacts,
    limit: int = MAP_LIMIT,
    basemap: Basemap | None = None,
) -> None:
    """Write the map of `trees` as one self-contained HTML file; same content, same bytes.

    Trees without a position are counted and can be searched for; generalised ones are drawn in their cell.
    Without `basemap` the file asks no network for anything. Raises TooManyTreesError past `limit` trees.
    """
    t = translator(language)
    sources = _SourceList(trees)
    points = pack_points(sources, t, limit=limit)
    html = TreeMap(points, t, facts, sources.seen(), basemap).get_root().render()
    if isinstance(out, TextIOBase):
        out.write(html)
    else:
        cast(BinaryIO, out).write(html.encode())


class TreeMap(folium.Map):  # type: ignore[misc]
    """A Folium map that brings its own scripts and styles, and draws trees from compact arrays."""

    default_js: list[tuple[str, str]] = []  # noqa: RUF012  (Folium's name; emptied, not shared)
    default_css: list[tuple[str, str]] = []  # noqa: RUF012
    _template = Template(
        """
        {% macro header(this, kwargs) %}
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<style>{{ this.styles }}</style>
        {% endmacro %}
        {% macro html(this, kwargs) %}
<header><h1>{{ this.page.title|e }}</h1>
<p>{{ this.page.summary|e }}</p><p>{{ this.page.as_of|e }}</p></header>
<main><div class="tm-map" id="{{ this.get_name() }}" role="region" aria-label="{{ this.page.title|e }}">
<noscript><p class="tm-empty">{{ this.page.noscript|e }}</p></noscript></div></main>
<aside>
<form id="search" role="search"><label>{{ this.page.search|e }}
<input type="search" name="q" autocomplete="off"></label>
<p role="status" aria-live="polite"></p><ul></ul></form>
<section id="regions" aria-label="{{ this.page.regions|e }}"></section>
<section><h2>{{ this.page.legend|e }}</h2><div id="legend"></div>
{% for note in this.page.notes %}<p class="small">{{ note|e }}</p>{% endfor %}</section>
<section><h2>{{ this.page.sources|e }}</h2><ul class="sources">
{% for source in this.page.source_list %}<li><b lang="{{ source.lang|e }}">{{ source.title|e }}</b>
{{ source.attribution|e }}<br>
{% if source.licence_url %}<a href="{{ source.licence_url|e }}">{{ source.licence|e }}</a>
{% else %}{{ source.licence|e }}{% endif %}{% if source.as_of %} · {{ source.as_of|e }}{% endif %}</li>
{% endfor %}</ul><p class="small">{{ this.page.made_with|e }}</p></section>
</aside>
<script type="application/json" id="trees">{{ this.data }}</script>
        {% endmacro %}
        {% macro script(this, kwargs) %}
{{ this.scripts }}
var {{ this.get_name() }} = L.map({{ this.get_name()|tojson }}, {{ this.options|tojavascript }});
(function () {
  var part = function (id) { return document.getElementById(id); };
  var given = JSON.parse(part("trees").textContent);
  treeMap({{ this.get_name() }}, given.points, {
    treeBase: given.treeBase, tiles: given.tiles,
    legend: part("legend"), regions: part("regions"), search: part("search")
  });
})();
        {% endmacro %}
        """
    )

    def __init__(
        self,
        points: dict[str, Any],
        t: Translator,
        facts: RegisterFacts,
        sources: list[SourceRecord],
        basemap: Basemap | None,
    ) -> None:
        super().__init__(tiles=None, max_zoom=MAX_ZOOM, maxZoom=MAX_ZOOM, minZoom=2)
        self._name, self._id = "tree", "map"
        _Page(t.html_lang, _title(t, facts)).add_child(self)
        self.page = _page_texts(points["counts"], t, facts, sources)
        self.styles = "\n".join(asset(name) for name in (*MAP_STYLES, "handover.css"))
        self.scripts = inline_script("\n".join(asset(name) for name in MAP_SCRIPTS))
        given = {
            "points": points,
            "treeBase": f"{facts.public_address.rstrip('/')}/tree/" if facts.public_address else None,
            "tiles": basemap._asdict() if basemap else None,
        }
        self.data = json_for_html(given)


class _Page(Figure):  # type: ignore[misc]
    """Folium's figure as a page that names its language and keeps its script inside the body."""

    _template = Template(
        '<!DOCTYPE html>\n<html lang="{{ this.lang|e }}">\n<head>\n<meta charset="utf-8">\n'
        "<title>{{ this.title|e }}</title>\n{{ this.header.render(**kwargs) }}\n</head>\n<body>\n"
        "{{ this.html.render(**kwargs) }}\n<script>\n{{ this.script.render(**kwargs) }}\n</script>\n"
        "</body>\n</html>\n"
    )

    def __init__(self, lang: str, title: str) -> None:
        super().__init__(title=title)
        self.lang = lang
        self.header._children.clear()  # the character set is named in the template, first


class _SourceList:
    """Trees passed on one by one, their sources kept."""

    def __init__(self, trees: Iterable[PlacedTree]) -> None:
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
    """JSON that may stand inside a `<script type="application/json">`: no `<`, `>` or `&` in it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return re.sub("[<>&]", lambda match: f"\\u{ord(match[0]):04x}", text)


def _title(t: Translator, facts: RegisterFacts) -> str:
    return t.gettext("{name}: tree map", name=facts.register_name)


def _page_texts(
    counts: dict[str, int], t: Translator, facts: RegisterFacts, sources: list[SourceRecord]
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
    return {
        "title": _title(t, facts),
        "summary": ngettext("{count} tree on the map", "{count} trees on the map", counts["placed"]),
        "as_of": _as_of(t, facts),
        "noscript": _("This map draws itself with a script, and scripts are turned off here."),
        "search": _("Find by number or name"),
        "regions": _("Go to a place"),
        "legend": _("Legend"),
        "notes": notes,
        "sources": _("Sources and licences"),
        "source_list": [_source_text(source, t) for source in sources],
        "made_with": _("Made with Gushu, Folium, Leaflet and Leaflet.markercluster."),
    }


def _as_of(t: Translator, facts: RegisterFacts) -> str:
    day = t.day(facts.made_at.date())
    if facts.edition is None:
        return t.gettext("As of {day}", day=day)
    return t.gettext("As of {day}, edition {edition}", day=day, edition=facts.edition)


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
