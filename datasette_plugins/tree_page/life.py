"""The tree's life in one list: decisions, visits, assessments, works, sizes, photos, zones, planting."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

from datasette_plugins.tree_page.view import View, esc
from registry.vocab.words import (
    GRADE_SCHEMES,
    LISTINGS,
    VIGOUR_SCALES,
    AgeBasis,
    Environment,
    Grade,
    InspectionKind,
    PhotoKind,
    RiskRating,
    Vigour,
)

_OPEN = 14
"""So many entries are shown at once; those before them in a box that scrolls, and whole in print."""
_SIZES = (("girth_cm", 0), ("diameter_cm", 1), ("ground_girth_cm", 0), ("height_m", 1), ("crown_m", 1))


class Entry(NamedTuple):
    """One thing that happened. `day`: ISO, or a year, "" where none is known; `html`: what is told of it."""

    day: str
    kind: str
    html: str
    doubt: str = ""


def life_html(view: View) -> str:
    """The whole list, newest first, what has no day last; "" where nothing is known."""
    entries = sorted(_entries(view), key=lambda entry: entry.day, reverse=True)
    if not entries:
        return ""
    words = _kinds(view)
    items = [_item(view, words, entry) for entry in entries]
    html = f'<ol class="time life">{"".join(items[:_OPEN])}</ol>'
    if len(items) > _OPEN:
        said = view.t.ngettext("{count} earlier entry", "{count} earlier entries", len(items) - _OPEN)
        html += (
            f'<h3 id="earlier">{said}</h3><div class="older" tabindex="0" role="region" '
            f'aria-labelledby="earlier"><ol class="time life">{"".join(items[_OPEN:])}</ol></div>'
        )
    return html


def _kinds(view: View) -> dict[str, str]:
    _ = view.t.gettext
    return {
        "decision": _("Decision"),
        "visit": _("Visit"),
        "assessment": _("Assessment"),
        "works": _("Works done"),
        "size": _("Measured"),
        "photo": _("Photo"),
        "zone": _("Protection zone"),
        "age": _("Age"),
        "planting": _("Planted"),
    }


def _item(view: View, words: dict[str, str], entry: Entry) -> str:
    day = (
        f'<time datetime="{esc(entry.day)}">{esc(entry.day)}</time>'
        if entry.day
        else f"<time>{view.t.gettext('undated')}</time>"
    )
    mark = entry.doubt
    return (
        f'<li class="is-{entry.kind}">{day}{mark} <b class="kind">{words[entry.kind]}</b> {entry.html}</li>'
    )


def _entries(view: View) -> Iterator[Entry]:
    file = view.file
    yield from (_designation(view, row) for row in file.designations)
    yield from (_visit(view, row, is_last=not place) for place, row in enumerate(file.inspections))
    yield from (_care(view, row) for row in file.care_events)
    yield from (_size(view, row) for row in file.measurements if row["measured_on"])
    yield from _photos(view)
    yield from (_zone(view, row) for row in file.zones if row["kind"] == "legal")
    yield from (_age(view, row) for row in file.ages if row["as_of"])
    if year := view.tree["planted_year"]:
        by = view.tree["planted_by"]
        yield Entry(str(year), "planting", view.recorded(by) if by else "")


def _designation(view: View, row: dict[str, Any]) -> Entry:
    t, _ = view.t, view.t.gettext
    if row["kind"] == "grade":
        what = f"{t.word(Grade, row['grade'])} · {t.word(GRADE_SCHEMES, row['scheme'])}"
    else:
        what = _("Placed on the list: {list}", list=t.word(LISTINGS, row["scheme"]))
    day = row["designated_on"] or ""
    doubt = view.doubt("designated_on") if day and day == view.tree["designated_on"] else ""
    office = row["authority_en"] if t.lang == "en" and row["authority_en"] else row["authority"]
    named = " ".join(view.recorded(text) for text in (office, row["document_no"]) if text)
    papers = [named] if named else []
    if approved_by := row.get("approved_by"):
        approved_on = row.get("approved_on")
        said = _("approved by {office}", office="\x02").replace("\x02", view.recorded(approved_by))
        papers.append(f"{said} {esc(approved_on)}" if approved_on else said)
    if published_on := row.get("published_on"):
        said = _("published {day}", day=published_on)
        url = row.get("published_url") or ""
        is_link = url.startswith("https://")
        papers.append(f'<a href="{esc(url)}" rel="noopener">{said}</a>' if is_link else esc(said))
    if ended_on := row.get("ended_on"):
        papers.append(esc(_("until {day}", day=ended_on)))
    small = f' <span class="small sub">{" · ".join(papers)}</span>' if papers else ""
    return Entry(day, "decision", f"{esc(what)}{small}", doubt)


def _visit(view: View, row: dict[str, Any], *, is_last: bool) -> Entry:
    t = view.t
    told = [t.word(InspectionKind, row["kind"])]
    if row["vigour"]:
        scale = f" ({t.word(VIGOUR_SCALES, row['vigour_scale'])})" if row["vigour_scale"] else ""
        told.append(f"{t.label('vigour')} {t.word(Vigour, row['vigour'])}{scale}")
    if row["environment"]:
        told.append(f"{t.label('environment')} {t.word(Environment, row['environment'])}")
    if row["risk_rating"]:
        told.append(f"{t.label('risk_rating')} {t.word(RiskRating, row['risk_rating'])}")
    html = esc(" · ".join(told))
    doubt = view.doubt("last_inspected_on", "inspected_on") if is_last else ""
    lang = row["text_lang"]
    if row["findings"]:
        items = "".join(f"<li>{esc(text)}</li>" for text in row["findings"])
        html += f'<ul class="findings small" lang="{esc(lang)}">{items}</ul>'
    if row["notes"]:
        html += f'<p class="small" lang="{esc(lang)}">{esc(row["notes"])}</p>'
    if row["inspected_by"]:
        html += f'<div class="small sub">{view.recorded(row["inspected_by"], lang)}</div>'
    return Entry(row["inspected_on"][:10], "visit", html, doubt)


def _care(view: View, row: dict[str, Any]) -> Entry:
    t, _ = view.t, view.t.gettext
    name = t.ours(row["label_zh"], row["label_en"])
    day = row["happened_on"][:10]
    if row["kind"] == "works":
        return Entry(day, "works", esc(_("Works accepted: {measure}", measure=name)))
    band = t.ours(row["detail_zh"], row["detail_en"]) if row["detail_zh"] and row["detail_en"] else ""
    html = esc(name) + (f"{_(': ')}<b>{esc(band)}</b>" if band else "")
    if row["score"] is not None:
        score = _("{score} of 100", score=t.number(row["score"], 1))
        if row["coverage"] is not None and row["coverage"] < 0.995:
            share = _("{share} of the model answered", share=f"{row['coverage'] * 100:.0f} %")
            score += _(", ") + share
        html += f' <span class="small sub tabular">{esc(score)}</span>'
    return Entry(day, "assessment", html)


def _size(view: View, row: dict[str, Any]) -> Entry:
    t = view.t
    told = [
        f"{t.label(field)} {t.number(row[field], digits)} {t.unit(field)}"
        for field, digits in _SIZES
        if row[field] is not None
    ]
    doubt = view.doubt("measured_on") if row["measured_on"] == view.tree["measured_on"] else ""
    return Entry(row["measured_on"][:10], "size", esc(" · ".join(told)), doubt)


def _photos(view: View) -> Iterator[Entry]:
    """The photos of each day as one entry."""
    days: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in view.file.photos:
        if row["taken_on"]:
            days[row["taken_on"][:10]].append(row)
    for day, rows in days.items():
        said = view.t.ngettext("{count} photo", "{count} photos", len(rows))
        kinds = dict.fromkeys(view.t.word(PhotoKind, row["kind"]) for row in rows)
        link = f'<a href="#photo-{rows[0]["id"]}">{said}</a>'
        yield Entry(day, "photo", f'{link} <span class="small sub">{esc(" · ".join(kinds))}</span>')


def _zone(view: View, row: dict[str, Any]) -> Entry:
    _ = view.t.gettext
    day = (row["published_on"] or row["since"])[:10]
    said = _("Protection zone delineated and published") if row["published_on"] else _("Zone delineated")
    papers = [view.recorded(text) for text in (row["approved_by"], row["document_no"]) if text]
    small = f' <span class="small sub">{" · ".join(papers)}</span>' if papers else ""
    return Entry(day, "zone", f'<a href="#zones">{said}</a>{small}')


def _age(view: View, row: dict[str, Any]) -> Entry:
    basis = esc(view.t.word(AgeBasis, row["basis"]))
    return Entry(row["as_of"][:10], "age", f"{basis} {age_range(view, row)}")


def age_range(view: View, row: dict[str, Any]) -> str:
    """An age as it is known: a value, a range, method and evidence."""
    low, high, years = row["lower_years"], row["upper_years"], row["years"]
    known = [str(years)] if years is not None else []
    if low is not None or high is not None:
        known.append(f"{'' if low is None else low}–{'' if high is None else high}")
    more = [view.recorded(row[name]) for name in ("method", "evidence") if row[name]]
    small = f" <small>{view.t.gettext(', ').join(more)}</small>" if more else ""
    return f"{' · '.join(known)} {view.t.unit('age_years')}{small}"
