"""The page of a tree, put together: the template is drawn once for each shape, then only filled in."""

from collections.abc import Callable, Hashable, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote_plus

from datasette_plugins.site.forms import Form
from datasette_plugins.tree_page.citing import citation, licence_html
from datasette_plugins.tree_page.drawings import place_svg, rings_caption, rings_svg, sizes_svg, zone_svg
from datasette_plugins.tree_page.facts import (
    badges_html,
    care_lines,
    facts_html,
    identity_lines,
    names_html,
    place_lines,
    source_lines,
    story_html,
    withheld_words,
)
from datasette_plugins.tree_page.life import life_html
from datasette_plugins.tree_page.linked import linked_data
from datasette_plugins.tree_page.next_visit import visit_lines
from datasette_plugins.tree_page.photos import photos_html
from datasette_plugins.tree_page.rings import draw_rings
from datasette_plugins.tree_page.sizes import size_chart
from datasette_plugins.tree_page.view import View, esc
from datasette_plugins.tree_page.zones import ZoneDrawing, zone_drawing
from registry.vocab.language import translator
from registry.vocab.sentences import event_sentence, flag_sentence, seal_character
from registry.vocab.words import TreeStatus

_FORM = Form("tree_page/tree.html")
_TABLE = ("girth_cm", "diameter_cm", "height_m", "crown_m")


def draw_tree(view: View, via: str = "", around: Callable[[], Mapping[str, Any]] = dict) -> str:
    """The page. via: another number of the tree, by which the reader came; around: see `Form.fill`."""
    tree, t, file = view.tree, view.t, view.file
    plaque = view.zh or view.latin or view.name
    chart = size_chart(file.measurements)
    zones = zone_drawing(file.zones, tree)
    is_placed = file.map is not None and tree["lon"] is not None
    gone = "" if tree["status"] in {"alive", "transplanted"} else tree["status"]
    facts = {
        "name": view.name[0],
        "name_lang": view.name[1],
        "number": tree["tree_no"],
        "path": tree["path"],
        "via": via,
        "plaque": plaque[0],
        "plaque_lang": plaque[1],
        "seal": seal_character(tree["category"], tree["status"], tree["protection_grade"]),
        "status": t.word(TreeStatus, tree["status"]),
        "description": description(view),
        "cite": citation(view),
        "withheld": withheld_words(view),
        "map_key": quote_plus(tree["path"]),
    }
    rings = draw_rings(file.measurements, file.inspections)
    ready = {
        "linked": linked_data(view),
        "names": names_html(view),
        "badges": badges_html(view),
        "story": story_html(view),
        "facts": facts_html(view),
        "rings": rings_svg(view, rings),
        "rings_caption": rings_caption(view, rings),
        "photos": photos_html(view),
        "flags": _flags(view),
        "life": life_html(view),
        "visits": visit_lines(view),
        "chart": sizes_svg(view, chart) if chart else "",
        "chart_caption": _chart_caption(view, chart) if chart else "",
        "sizes": _sizes_table(view),
        "map": place_svg(view, file.map) if is_placed and file.map else "",
        "place": place_lines(view),
        "zones": _zones(view, zones) if zones else "",
        "care": care_lines(view),
        "identity": identity_lines(view),
        "source": source_lines(view),
        "licence": licence_html(view),
        "history": _history(view),
    }
    shape: dict[str, Hashable] = {
        "upright": plaque[1].startswith("zh"),
        "long": len(plaque[0]) > 4,
        "is_latin": view.name[1] == "la",
        "gone": gone,
        "hides_photos": "photos" in tree["withheld"],
        "can_be_told": bool(file.authority.get("duty_phone") or file.authority.get("duty_mail")),
        "compares": any(row["score"] is not None for row in file.care_events),
    }
    return _FORM.fill(view.visit, shape, facts, ready=ready, edition=view.edition, around=around)


def description(view: View) -> str:
    """One sentence for search engines and for shared links."""
    tree, t = view.tree, view.t
    latin = f" ({tree['name_latin']})" if tree["name_latin"] and view.name[1] != "la" else ""
    told = [f"{view.name[0]}{latin}", view.place, tree["address"] or ""]
    if tree["age_years"] is not None:
        told.append(f"{t.label('age_years')} {tree['age_years']} {t.unit('age_years')}")
    return t.gettext(", ").join(part for part in told if part)


def _flags(view: View) -> str:
    t = view.t
    return "".join(
        f"<li>{esc(flag_sentence(t, row['check'], row['field'], row['value']))}</li>"
        for row in view.file.flags
    )


def _history(view: View) -> str:
    return "".join(
        f'<li class="record"><time datetime="{esc(row["at"])}">{esc(row["at"][:10])}</time> '
        f'{_happened(view.t.tag, row["kind"])} <span class="hash" title="{esc(row["hash"])}">'
        f"#{row['seq']} {esc(row['hash'][:12])}</span></li>"
        for row in view.file.history
    )


@lru_cache(maxsize=500)
def _happened(tag: str, kind: str) -> str:
    return esc(event_sentence(translator(tag), kind))


def _chart_caption(view: View, chart: Any) -> str:
    t = view.t
    told = f"{t.label(chart.field)}{t.gettext(', ')}{t.unit(chart.field)}"
    if chart.height_m:
        told += f" · {t.gettext('at {height} m', height=t.number(chart.height_m, 1))}"
    said = t.ngettext("{count} dated reading", "{count} dated readings", len(chart.points))
    return f"{told} · {said}"


def _sizes_table(view: View) -> str:
    """All sizes as a table, where they were taken more than once."""
    t, rows = view.t, view.file.measurements
    if len(rows) < 2:
        return ""
    fields = [field for field in _TABLE if any(row[field] is not None for row in rows)]
    head = "".join(f'<th scope="col" class="num">{t.label(name)} {t.unit(name)}</th>' for name in fields)
    body = "".join(
        f"<tr><td>{esc(row['measured_on'] or t.gettext('undated'))}</td>"
        + "".join(_size_cell(view, row, field) for field in fields)
        + "</tr>"
        for row in rows
    )
    return f'<thead><tr><th scope="col">{t.label("measured_on")}</th>{head}</tr></thead><tbody>{body}</tbody>'


def _size_cell(view: View, row: Mapping[str, Any], field: str) -> str:
    if row[field] is None:
        return '<td class="num">—</td>'
    doubt = view.doubt(field) if row[field] == view.tree[field] else ""
    return f'<td class="num">{view.t.number(row[field], 1)}{doubt}</td>'


def _zones(view: View, drawing: ZoneDrawing) -> str:
    """The sketch of the zones, what each of them is and rests on."""
    t, _ = view.t, view.t.gettext
    html = f'<figure class="growth zone-sketch">{zone_svg(view, drawing)}</figure>'
    bases = drawing.bases(t.lang)
    for row, (basis, _source) in zip(drawing.rows, bases, strict=True):
        html += f'<dl class="lines">{_zone(view, drawing, row, t.ours(basis, basis))}</dl>'
    html += "".join(f'<p class="small sub">{esc(t.ours(text, text))}</p>' for text in drawing.sources(t.lang))
    place = view.tree["jurisdiction"]
    if not drawing.is_delineated:
        said = _("Only a zone that the authority has delineated and published binds.")
        html += f'<p class="small sub">{said}</p>'
    elif place == "cn" or place.startswith("cn-"):
        said = _(
            "Within it the ground may not be sealed, no open fire lit, nothing heavy piled up and nothing "
            "harmful dumped; works that cannot avoid it are reported before they begin."
        )
        html += f'<p class="small sub">{said}</p>'
    return html


def _zone(view: View, drawing: ZoneDrawing, row: dict[str, Any], basis: str) -> str:
    t, _ = view.t, view.t.gettext
    is_legal = row["kind"] == "legal"
    state = ""
    if not is_legal:
        default = drawing.is_default(row)
        state = _("default, not legally published") if default else _("computed, not legally published")
    elif not row["published_on"]:
        state = _("not yet published")
    strong = f'<br><strong class="small">{state}</strong>' if state else ""
    key = f'<span class="key-box key-{esc(row["kind"])}" aria-hidden="true"></span>'
    word = _("Delineated") if is_legal else _("Computed")
    area = f"{t.number(row['area_m2'], 0)} m²{strong}"
    html = f'<div><dt>{key}{word}</dt><dd class="tabular">{area}</dd></div>'
    if basis:
        sure = ""
        if row["confidence"]:
            said = _("confidence: {word}", word=t.word(drawing.confidences, row["confidence"]))
            sure = f' <span class="small sub">({said})</span>'
        html += f"<div><dt>{_('Basis')}</dt><dd>{esc(basis)}{sure}</dd></div>"
    if row["document_no"]:
        url = row["published_url"] or ""
        number = view.recorded(row["document_no"])
        if url.startswith("https://"):
            number = f'<a href="{esc(url)}" rel="noopener">{number}</a>'
        for text in (
            row["approved_by"] and view.recorded(row["approved_by"]),
            row["published_on"] and esc(_("published {day}", day=row["published_on"])),
        ):
            number += f'<br><span class="small sub">{text}</span>' if text else ""
        html += f"<div><dt>{_('Document')}</dt><dd>{number}</dd></div>"
    return html
