"""Figures and ledgers for a city's platform: protection lists, directories, ledgers, KPIs."""

from typing import Any

from datasette import hookimpl

from datasette_plugins.dashboard.ledgers import ledger_page, ledger_table
from datasette_plugins.dashboard.lists import list_page, list_table, lists_page
from datasette_plugins.dashboard.pages import dashboard_json, dashboard_page, kpi_page


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    return [
        (r"^/dashboard$", dashboard_page),
        (r"^/dashboard\.json$", dashboard_json),
        (r"^/kpi$", kpi_page),
        (r"^/lists$", lists_page),
        (r"^/list/(?:(?P<authority>[^/]+)/)?(?P<number>[^/.]+)\.(?P<ending>csv|json)$", list_table),
        (r"^/list/(?:(?P<authority>[^/]+)/)?(?P<number>[^/]+)$", list_page),
        (r"^/ledger/(?P<kind>parks|green|trees)$", ledger_page),
        (r"^/ledger/(?P<kind>parks|green|trees)\.(?P<ending>csv|json)$", ledger_table),
    ]
