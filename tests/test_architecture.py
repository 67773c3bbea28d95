"""Who imports whom: the arrows point one way, and this keeps them so."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from register_kit import REPOSITORY

ERRORS = {"care_errors", "desk_errors", "export_errors"}
"""One family in four files, open to all."""
LAYERS = {
    "registry.errors": set(),
    "registry.doctor": {
        "calendars",
        "commands",
        "db",
        "edition",
        "errors",
        "file_store",
        "keys",
        "models",
        "photos",
        "rules",
        "settings",
        "vocab",
    },
    "registry.backups": {
        "assessment_models",
        "calendars",
        "chunks",
        "commands",
        "db",
        "errors",
        "file_store",
        "keys",
        "measure_tables",
        "photos",
        "rulepacks",
        "settings",
        "webhook_keys",
    },
    "registry.evidence": {
        "commands",
        "db",
        "errors",
        "file_store",
        "keys",
        "models",
        "photos",
        "rules",
        "settings",
        "vocab",
    },
    "registry.tls": {"errors"},
    "registry.doctor_desk": {"doctor", "errors", "file_store", "models", "tls", "vocab"},
    "registry.exchange": {"chunks", "errors", "models", "rules", "selection", "vocab"},
    "registry.public_part": {
        "area_queries",
        "calendars",
        "commands",
        "edition",
        "geopackage",
        "layer_styles",
        "qgis_project",
        "models",
        "photos",
        "public_culture",
        "public_visits",
        "public_zones",
        "queries",
        "records",
        "rulepacks",
        "rules",
        "selection",
        "db",
        "exchange",
        "settings",
    },
    "registry.care_errors": {"errors"},
    "registry.desk_errors": {"errors"},
    "registry.export_errors": {"errors"},
    "registry.field_words": {"commands", "vocab"},
    "registry.field_divisions": {"access", "field_package", "models", "rules"},
    "registry.field_package": {
        "access",
        "affected",
        "assessment_models",
        "chunks",
        "commands",
        "field_words",
        "keys",
        "models",
        "patrols",
        "rulepacks",
        "rules",
        "settings",
        "surroundings",
        "vocab",
    },
    "registry.unsent_work": {
        "access",
        "calendars",
        "commands",
        "db",
        "errors",
        "importing",
        "keys",
        "models",
        "photos",
    },
    "registry.thumbnails": {"errors", "file_store", "photos"},
    "registry.file_store": {"errors", "db"},
    "registry.job_room": {"errors", "db", "file_store"},
    "registry.geofiles": {"errors", "rules"},
    "registry.check_records": set(),
    "registry.zone_candidates": {"boundaries", "chunks", "models", "rules", "surroundings", "vocab"},
    "registry.zone_check_lists": {
        "affected",
        "check_records",
        "chunks",
        "models",
        "rulepacks",
        "rules",
        "surroundings",
        "zone_candidates",
        "zoning",
    },
    "registry.zone_checks": {
        "affected",
        "check_records",
        "errors",
        "geofiles",
        "models",
        "rulepacks",
        "rules",
        "zone_candidates",
        "zone_check_lists",
    },
    "registry.zone_check_reviews": {
        "check_records",
        "commands",
        "errors",
        "models",
        "rulepacks",
        "rules",
        "zone_checks",
    },
    "registry.calendars": {"errors", "db", "models", "rules", "settings"},
    "registry.care_log": {"models", "vocab"},
    "registry.patrols": {"affected", "chunks", "models", "rulepacks", "rules", "selection", "vocab"},
    "registry.records": set(),
    "registry.proof_records": set(),
    "registry.list_records": set(),
    "registry.report_records": set(),
    "registry.kpi_counts": {
        "affected",
        "calendars",
        "chunks",
        "models",
        "quality",
        "report_records",
        "rulepacks",
        "rules",
        "vocab",
    },
    "registry.kpis": {"db", "kpi_counts", "report_records", "rulepacks", "rules", "surroundings"},
    "registry.reports": {
        "kpi_counts",
        "kpis",
        "rulepacks",
        "models",
        "report_records",
        "rules",
        "surroundings",
        "vocab",
    },
    "registry.webhook_keys": {"errors"},
    "registry.webhook_messages": {"errors", "vocab"},
    "registry.webhook_sending": {"rules"},
    "registry.webhook_delivery": {
        "commands",
        "db",
        "errors",
        "models",
        "rules",
        "webhook_keys",
        "webhook_messages",
        "webhook_sending",
    },
    "registry.public_changes": {"edition", "models"},
    "registry.public_search": {"chunks", "rules", "species_list", "vocab"},
    "registry.public_kpis": {
        "calendars",
        "errors",
        "edition",
        "kpi_counts",
        "kpis",
        "report_records",
        "rulepacks",
    },
    "registry.public_lists": {"calendars", "chunks", "edition", "models", "rules"},
    "registry.letter_records": set(),
    "registry.care_data": {"errors", "db", "letter_records", "rules", "vocab"},
    "registry.care_letters": {
        "area_queries",
        "chunks",
        "letter_records",
        "models",
        "queries",
        "records",
        "selection",
        "surroundings",
        "vocab",
    },
    "registry.care_due": {
        "affected",
        "calendars",
        "chunks",
        "models",
        "rulepacks",
        "rules",
        "selection",
        "vocab",
    },
    "registry.care_notices": {"calendars", "care_due", "chunks", "models", "rulepacks", "selection", "vocab"},
    "registry.unassigned": {"care_data", "chunks", "models", "rules", "selection", "surroundings", "vocab"},
    "registry.care_payments": {"letter_records", "models", "rules"},
    "registry.scanning": {"errors", "photos"},
    "registry.plate_records": {"vocab"},
    "registry.plate_texts": {
        "affected",
        "records",
        "rulepacks",
        "rules",
        "settings",
        "species_list",
        "vocab",
    },
    "registry.plate_templates": {"db", "errors", "plate_records", "rules"},
    "registry.growth_records": {"vocab"},
    "registry.photo_records": {"records", "vocab"},
    "registry.office_records": {"growth_records", "health_records", "strategy_records", "zone_records"},
    "registry.office_care": {
        "care_log",
        "growing",
        "health",
        "models",
        "office_records",
        "rulepacks",
        "strategies",
        "vocab",
        "zone_lists",
    },
    "registry.care_events": {"models", "records", "vocab"},
    "registry.growing": {"errors", "db", "models", "rules", "parts", "vocab", "growth_records"},
    "registry.ledger_records": {"records", "rules"},
    "registry.legal_file_records": {"ledger_records", "strategy_records", "vocab", "zone_records"},
    "registry.legal_file_rows": {
        "ledger_records",
        "legal_file_records",
        "models",
        "parts",
        "rulepacks",
        "strategy_records",
        "vocab",
        "zone_lists",
    },
    "registry.legal_file": {
        "area_queries",
        "db",
        "errors",
        "kpi_counts",
        "legal_file_records",
        "legal_file_rows",
        "models",
        "parts",
        "rulepacks",
        "rules",
        "settings",
        "vocab",
    },
    "registry.ledgers": {
        "errors",
        "records",
        "vocab",
        "models",
        "rules",
        "chunks",
        "surroundings",
        "area_queries",
        "censuses",
        "ledger_records",
    },
    "registry.health_records": {"vocab"},
    "registry.assessment_models": {"errors", "db", "rules", "health_records"},
    "registry.health": {
        "chunks",
        "errors",
        "health_records",
        "models",
        "photos",
        "rules",
        "selection",
        "vocab",
    },
    "registry.vocab": {"errors"},
    "registry.models": {"errors", "vocab"},
    "registry.rules": {
        "errors",
        "records",
        "list_records",
        "health_records",
        "report_records",
        "growth_records",
        "table_records",
        "plate_records",
        "strategy_records",
        "legal_file_records",
        "ledger_records",
        "zone_records",
        "vocab",
        "models",
    },
    "registry.db": {"errors"},
    "registry.keys": {"errors", "db", "rules"},
    "registry.settings": {"errors", "models"},
    "registry.photos": {"errors", "db", "file_store"},
    "registry.geopackage": set(),
    "registry.chunks": set(),
    "registry.rulepacks": {"errors", "db", "rules"},
    "registry.negative_list": {"errors", "db", "rules", "vocab"},
    "registry.case_records": set(),
    "registry.strategy_records": set(),
    "registry.measure_tables": {"errors", "db", "rules"},
    "registry.strategies": {
        "models",
        "rules",
        "vocab",
        "chunks",
        "surroundings",
        "photos",
        "commands",
        "strategy_records",
    },
    "registry.spending": {"models", "rules", "vocab", "commands", "strategies", "strategy_records"},
    "registry.affected": {
        "chunks",
        "models",
        "rulepacks",
        "rules",
        "selection",
        "surroundings",
        "vocab",
    },
    "registry.zone_records": {"records"},
    "registry.zoning": {
        "affected",
        "chunks",
        "models",
        "rulepacks",
        "rules",
        "selection",
        "surroundings",
        "vocab",
    },
    "registry.zone_lists": {
        "chunks",
        "models",
        "rules",
        "selection",
        "surroundings",
        "vocab",
        "zone_records",
        "zoning",
        "rulepacks",
    },
    "registry.species_list": {"errors", "db", "rules"},
    "registry.divisions": {"errors", "db"},
    "registry.boundaries": {"errors", "db"},
    "registry.lookups": {"rules", "models", "settings", "species_list", "divisions", "vocab"},
    "registry.importing": {"errors", "vocab", "models", "rules", "rulepacks", "db"},
    "registry.surroundings": {"records", "models", "rules", "settings", "vocab"},
    "registry.selection": {"settings", "errors", "records", "vocab", "models", "rules", "surroundings"},
    "registry.duplicates": {"errors", "models", "rules", "vocab"},
    "registry.outputs": {"errors", "db", "keys", "photos", "file_store"},
    "registry.parts": {"records", "vocab", "models", "rules", "photos", "surroundings"},
    "registry.queries": {
        "care_events",
        "chunks",
        "records",
        "vocab",
        "models",
        "rules",
        "photos",
        "surroundings",
        "parts",
    },
    "registry.area_queries": {
        "care_events",
        "chunks",
        "records",
        "vocab",
        "models",
        "rules",
        "photos",
        "surroundings",
        "parts",
    },
    "registry.commands": {
        "access",
        "affected",
        "assessment_models",
        "errors",
        "exchange",
        "vocab",
        "models",
        "rules",
        "importing",
        "db",
        "keys",
        "settings",
        "photos",
        "chunks",
        "rulepacks",
        "species_list",
        "divisions",
        "boundaries",
        "list_records",
        "health_records",
        "report_records",
        "growth_records",
        "letter_records",
        "check_records",
        "file_store",
        "calendars",
    },
    "registry.edition": {
        "records",
        "models",
        "rules",
        "keys",
        "settings",
        "geopackage",
        "commands",
        "chunks",
    },
    "registry.censuses": {"db", "models", "rules", "vocab"},
    "registry.dictionary": {"db", "vocab", "rules", "importing", "area_queries"},
    "registry.edition_store": {"errors", "commands", "outputs", "rules"},
    "registry.layer_styles": {"geopackage", "vocab"},
    "registry.qgis_project": {"geopackage", "layer_styles"},
    "registry.publish": {
        "calendars",
        "qgis_project",
        "public_search",
        "edition_store",
        "layer_styles",
        "settings",
        "errors",
        "records",
        "models",
        "rules",
        "db",
        "keys",
        "photos",
        "queries",
        "selection",
        "geopackage",
        "edition",
        "commands",
        "area_queries",
        "public_changes",
        "public_kpis",
        "public_lists",
        "public_map",
        "public_plates",
        "public_culture",
        "public_visits",
        "public_zones",
        "rulepacks",
    },
    "registry.public_culture": {
        "commands",
        "edition",
        "geopackage",
        "models",
        "rules",
        "settings",
        "vocab",
    },
    "registry.public_zones": {"settings", "edition", "geopackage", "models", "rulepacks", "rules", "vocab"},
    "registry.public_map": {"rules"},
    "registry.public_plates": {"commands", "edition", "models", "rules"},
    "registry.public_visits": {"calendars", "edition", "patrols", "rulepacks"},
    "registry.asof": {
        "calendars",
        "errors",
        "records",
        "vocab",
        "models",
        "rules",
        "photos",
        "commands",
        "queries",
        "surroundings",
    },
    "registry.quality": {
        "calendars",
        "commands",
        "db",
        "models",
        "records",
        "selection",
        "surroundings",
        "vocab",
    },
    "registry.table_records": {"records", "rules", "vocab"},
    "registry.table_layouts": {"db", "errors", "rules", "table_records", "vocab"},
    "registry.tables": {
        "area_queries",
        "models",
        "queries",
        "records",
        "rules",
        "selection",
        "surroundings",
        "table_records",
        "vocab",
    },
    "registry.template_maps": {"errors", "importing", "rules", "table_records"},
    "registry.cli": {"*"},
    "exports": {
        "errors",
        "records",
        "list_records",
        "check_records",
        "health_records",
        "report_records",
        "plate_records",
        "table_records",
        "ledger_records",
        "legal_file_records",
        "case_records",
        "letter_records",
        "growth_records",
        "zone_records",
        "photo_records",
        "proof_records",
        "office_records",
        "strategy_records",
        "vocab",
    },
    "registry.access": {"models", "rules", "vocab"},
    "registry.audit_log": {"chunks", "models", "vocab"},
    "registry.review_items": {
        "access",
        "commands",
        "errors",
        "models",
        "review_queue",
        "rules",
        "surroundings",
        "vocab",
    },
    "registry.review_queue": {"access", "commands", "models", "rules", "vocab"},
    "datasette_plugins.desk": {"*"},
    "datasette_plugins": {"errors", "records", "proof_records", "vocab", "rules"},
    "schema": set(),
}
"""What each part may import of `registry`, itself and the standard library and libraries aside."""

HEAVY = {"sqlmodel", "sqlalchemy", "alembic", "typer", "datasette", "uvicorn"}
PURE = (
    "registry.rules",
    "registry.vocab",
    "registry.records",
    "registry.list_records",
    "registry.report_records",
    "registry.errors",
)


def modules() -> Iterator[tuple[str, Path]]:
    for folder in ("registry", "exports", "datasette_plugins", "schema"):
        for path in sorted((REPOSITORY / folder).rglob("*.py")):
            yield ".".join(path.relative_to(REPOSITORY).with_suffix("").parts).removesuffix(".__init__"), path


def imports(path: Path) -> set[str]:
    """Full names of what a file imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


MODULES = dict(modules())


@pytest.mark.parametrize("name", MODULES)
def test_imports_point_one_way(name: str) -> None:
    if name == "registry":
        return
    layer = next(layer for layer in LAYERS if f"{name}.".startswith(f"{layer}."))
    allowed = LAYERS[layer]
    for imported in imports(MODULES[name]):
        top, _, rest = imported.partition(".")
        part = rest.partition(".")[0]
        part = "errors" if part in ERRORS else part
        if top == "registry" and "*" not in allowed and f"registry.{part}" != layer:
            assert part in allowed, f"{name} imports {imported}"
        if top in {"datasette_plugins", "exports"} and top != name.partition(".")[0]:
            assert name.startswith(("registry.cli", "datasette_plugins")), f"{name} imports {imported}"
        assert top != "schema", f"{name} imports {imported}"


@pytest.mark.parametrize("name", [name for name in MODULES if name.startswith(PURE)])
def test_rules_words_and_records_know_no_database_and_no_web(name: str) -> None:
    assert {imported.partition(".")[0] for imported in imports(MODULES[name])} & HEAVY == set()


@pytest.mark.parametrize("name", [name for name in MODULES if name.startswith("registry.rules")])
def test_rules_ask_no_clock_and_read_no_file(name: str) -> None:
    source = MODULES[name].read_text("utf-8")
    for asked in ("datetime.now", "date.today", "time.time", "open(", "os.environ"):
        assert asked not in source


@pytest.mark.parametrize("name", [name for name in MODULES if name.startswith("registry.commands")])
def test_commands_never_commit(name: str) -> None:
    calls = {
        node.func.attr
        for node in ast.walk(ast.parse(MODULES[name].read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    if name != "registry.commands.register":  # it makes whole registers
        assert calls & {"commit", "rollback"} == set()


@pytest.mark.parametrize("name", [name for name in MODULES if name.startswith("registry.commands")])
def test_commands_keep_the_day_it_is_where_the_register_belongs(name: str) -> None:
    """`register_today`: the date of `now` is that of UTC, and in China yesterday's until eight."""
    assert "now.date()" not in MODULES[name].read_text("utf-8")


@pytest.mark.parametrize("name", [name for name in MODULES if name.startswith("registry.cli")])
def test_commands_of_the_office_ask_what_day_it_is_where_the_register_belongs(name: str) -> None:
    source = MODULES[name].read_text("utf-8")
    for asked in ("now().date()", "now.date()", "now().astimezone().date()", "now.astimezone().date()"):
        assert asked not in source or name == "registry.cli.app"  # `Office.today`, and no register at all


@pytest.mark.parametrize("name", [name for name in MODULES if name.startswith(("exports", "registry.cli"))])
def test_no_paper_prints_the_day_of_an_instant_in_utc(name: str) -> None:
    """`made_on` is the day where the register belongs; `made_at` is an instant, and its date that of UTC
    or of the computer."""
    other_day = re.compile(
        r"made_at(?:\"\])?(?:\.astimezone\(UTC\))?\.date\(\)|made_at:%Y-%m-%d\}|made_at\.astimezone\(\)"
    )
    assert not other_day.search(MODULES[name].read_text("utf-8"))


def test_tests_start_no_program_that_a_fresh_machine_may_lack() -> None:
    """GDAL, poppler and the like are asked through the packages that the project installs itself."""
    started = re.compile(r"(?:run|Popen|call|check_call|check_output)\(\s*\[\s*\"([\w./-]+)\"")
    found = {
        (path.name, program)
        for path in Path(__file__).parent.rglob("*.py")
        for program in started.findall(path.read_text("utf-8"))
    }
    assert {program for _, program in found} <= {"sh"}, found


def test_tests_wait_for_a_page_by_what_can_await_a_promise() -> None:
    """Page.wait_for_function takes the promise itself for a true answer: it waits for nothing."""
    folder = Path(__file__).parent
    waiting = {
        path.name for path in folder.rglob("*.py") if "page.wait_for_function(" in path.read_text("utf-8")
    }
    assert waiting <= {Path(__file__).name}, waiting
