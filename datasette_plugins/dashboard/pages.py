"""`/dashboard`, `/kpi` and `/dashboard.json`: an edition in figures, for people and for a city's platform."""

import json
from typing import Any

from datasette import Response

from datasette_plugins.dashboard.figures import Dashboard, Figure, load_dashboard
from datasette_plugins.site.pages import caching, edition_of, read_edition, render_page
from datasette_plugins.site.visits import visit_of
from registry.vocab.figure_words import GROUPS, LEDGERS, WHOLE
from registry.vocab.labels import Label

FORMAT = "gushu-dashboard-1"


async def dashboard_page(datasette: Any, request: Any) -> Response:
    """`/dashboard`"""
    page = await _load(datasette, request)
    return render_page(
        datasette, request, "dashboard/dashboard.html", page=page, whole=WHOLE, ledgers=LEDGERS
    )


async def kpi_page(datasette: Any, request: Any) -> Response:
    """`/kpi`: the office's figures, class by class."""
    page = await _load(datasette, request)
    return render_page(datasette, request, "dashboard/kpi.html", page=page, groups=GROUPS)


async def dashboard_json(datasette: Any, request: Any) -> Response:
    """`/dashboard.json`: the same for programs; names are lasting, see docs/en/changes.md."""
    page = await _load(datasette, request)
    facts = edition_of(datasette).facts
    found = {
        "format": FORMAT,
        "edition": int(facts.get("number", 0)),
        "made_at": facts.get("made_at"),
        "register": {"zh": facts.get("register_name"), "en": facts.get("register_name_en")},
        "denominator": {"trees": page.whole, **_words("definition", WHOLE)},
        "tree_count": page.total,
        "figures": [_figure(figure) for figure in (*page.tallies, *page.shares)],
        "kpis": [
            {
                "id": kpi.id, "group": kpi.group, "numerator": kpi.numerator, "denominator": kpi.denominator,
                "unit": kpi.unit, "target": kpi.target, "from_on": kpi.from_on, "as_of": kpi.as_of,
                **_words("name", kpi.name), **_words("sentence", kpi.sentence),
                **_words("citation", kpi.citation),
            }
            for kpi in page.kpis
        ],
    }  # fmt: skip
    headers = {**caching(visit_of(request), lasting=True), "access-control-allow-origin": "*"}
    text = json.dumps(found, ensure_ascii=False, indent=1) + "\n"
    return Response(text, headers=headers, content_type="application/json; charset=utf-8")


async def _load(datasette: Any, request: Any) -> Dashboard:
    edition = edition_of(datasette)
    return await read_edition(
        datasette,
        request,
        lambda db: edition.remember(db, "dashboard", lambda db: load_dashboard(db, edition.facts_of(db))),
    )


def _figure(figure: Figure) -> dict[str, Any]:
    return {
        "id": figure.id,
        **_words("name", figure.words.name),
        **_words("definition", figure.words.about),
        "denominator": figure.whole,
        "rows": [{"code": bar.code, **_words("name", bar.name), "count": bar.count} for bar in figure.bars],
    }


def _words(name: str, label: Label) -> dict[str, str]:
    return {f"{name}_zh": label.zh, f"{name}_en": label.en}
