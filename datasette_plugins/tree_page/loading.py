"""Everything one tree's page shows, read in one go from one edition."""

import json
import sqlite3
from dataclasses import dataclass
from typing import Any

from datasette_plugins.site.charts import DotMap, dot_map
from datasette_plugins.site.edition_database import EditionDatabase
from datasette_plugins.site.home import jurisdiction_points
from datasette_plugins.site.links import Link, links_of
from datasette_plugins.site.place_names import place_names, place_text
from datasette_plugins.site.stories import is_story_withheld, stories_of
from datasette_plugins.tree_page.rings import Rings, draw_rings
from datasette_plugins.tree_page.sizes import SizeChart, size_chart
from datasette_plugins.tree_page.zones import ZoneDrawing, zone_drawing
from registry.vocab.language import Translator
from registry.vocab.sentences import seal_character

Rows = tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class TreePage:
    """One tree's public file. Rows are dictionaries with the columns of `schema/public.sql`."""

    tree: dict[str, Any]
    species: dict[str, Any] | None
    division: dict[str, Any] | None
    authority: dict[str, Any]
    source: dict[str, Any]
    measurements: Rows
    ages: Rows
    inspections: Rows
    designations: Rows
    aliases: Rows
    flags: Rows
    photos: Rows
    history: Rows
    map: DotMap | None
    here: tuple[float, float] | None
    rings: Rings
    links: tuple[Link, ...] = ()
    care_events: Rows = ()
    sizes: SizeChart | None = None
    zones: ZoneDrawing | None = None

    @property
    def patrols(self) -> Rows:
        """The patrols among the inspections, newest first."""
        return tuple(row for row in self.inspections if row["kind"] == "patrol")

    @property
    def stories(self) -> tuple[str, ...]:
        """The released texts."""
        return stories_of(self.tree)

    @property
    def is_story_withheld(self) -> bool:
        """Whether there is a text that is not released."""
        return is_story_withheld(self.tree["withheld"])

    def place(self, t: Translator) -> str:
        """The tree's place as one text."""
        tree = self.tree
        recorded, english = tree["division_path"], tree["division_path_en"]
        return place_text(t, place_names(t, recorded, english, tree["text_lang"], tree["jurisdiction"]))

    def is_doubted(self, field: str) -> bool:
        """Whether a check did not pass the value of this field."""
        return any(flag["field"] == field for flag in self.flags)

    @property
    def seal(self) -> str:
        """The character of the tree's seal, or ""."""
        return seal_character(self.tree["category"], self.tree["status"], self.tree["protection_grade"])

    @property
    def name_zh(self) -> tuple[str, str] | None:
        """The Chinese name and its language: the tree's, or that of its species."""
        if self.tree["name_zh"]:
            return self.tree["name_zh"], self.tree["name_zh_lang"] or "zh-Hans"
        if self.species and self.species["name_hans"]:
            return self.species["name_hans"], "zh-Hans"
        if self.species and self.species["name_hant"]:
            return self.species["name_hant"], "zh-Hant"
        return None

    @property
    def name_en(self) -> str | None:
        """The English name of the tree, or that of its species."""
        return self.tree["name_en"] or (self.species["name_en"] if self.species else None)

    @property
    def haze(self) -> float | None:
        """Radius in pixels of the circle in which the tree stands, where the small map can show it."""
        metres = self.tree["coordinate_uncertainty_m"]
        radius = self.map.frame.px_of_metres(metres) if self.map and metres else 0
        return round(radius, 1) if radius > 7 else None


def load_tree(edition: EditionDatabase, db: sqlite3.Connection, fid: int) -> TreePage:
    """The page of the tree with this row number."""
    tree = read_tree(db, fid)
    uuid = tree["uuid"]
    measurements = _rows(
        db,
        "SELECT * FROM measurement WHERE tree_uuid = ? ORDER BY measured_on IS NULL, measured_on DESC, id",
        uuid,
    )
    inspections = _rows(
        db, "SELECT * FROM inspection WHERE tree_uuid = ? ORDER BY inspected_on DESC, id", uuid
    )
    for inspection in inspections:
        inspection["findings"] = json.loads(inspection["findings"])
    points = jurisdiction_points(edition, db, tree["jurisdiction"])
    area = edition.remember(
        db, f"dots {tree['jurisdiction']}", lambda _: dot_map(points, width=420, height=240)
    )
    located = area is not None and tree["lon"] is not None
    return TreePage(
        tree=tree,
        species=_one(db, "SELECT * FROM species WHERE id = ?", tree["species_id"]),
        division=_one(db, "SELECT * FROM division WHERE id = ?", tree["division_id"]),
        authority=_one(db, "SELECT * FROM authority WHERE id = ?", tree["authority_id"]) or {},
        source=_one(db, "SELECT * FROM source WHERE id = ?", tree["source_id"]) or {},
        measurements=measurements,
        ages=_rows(db, "SELECT * FROM age WHERE tree_uuid = ? ORDER BY as_of IS NULL, as_of DESC, id", uuid)
        if _has_more_ages(db, tree)
        else (),
        inspections=inspections,
        designations=_rows(
            db, "SELECT * FROM designation WHERE tree_uuid = ? ORDER BY designated_on, id", uuid
        ),
        aliases=_rows(db, "SELECT * FROM alias WHERE tree_uuid = ? ORDER BY id", uuid),
        flags=_rows(db, "SELECT * FROM flag WHERE tree_uuid = ? ORDER BY severity DESC, id", uuid),
        photos=_rows(
            db,
            "SELECT id, kind, taken_on, caption, caption_lang, credit, width, height, viewpoint FROM photo "
            "WHERE tree_uuid = ? ORDER BY taken_on DESC, id LIMIT 60",
            uuid,
        ),
        history=_rows(db, "SELECT * FROM history WHERE tree_uuid = ? ORDER BY seq DESC LIMIT 100", uuid),
        map=area,
        here=area.frame.place(tree["lon"], tree["lat"]) if located and area else None,
        rings=draw_rings(measurements, inspections),
        links=links_of(db, uuid),
        care_events=_rows(
            db,
            "SELECT happened_on, kind, code, label_zh, label_en, detail_zh, detail_en, score, coverage "
            "FROM care_event WHERE tree_uuid = ? ORDER BY happened_on DESC, id LIMIT 100",
            uuid,
        ),
        sizes=size_chart(measurements),
        zones=zone_drawing(db, tree),
    )


def _has_more_ages(db: sqlite3.Connection, tree: dict[str, Any]) -> bool:
    """Whether more is known of the age than the one value to go by."""
    found = db.execute("SELECT count(*), min(years) FROM age WHERE tree_uuid = ?", (tree["uuid"],)).fetchone()
    return bool(found[0] > 1 or (found[0] == 1 and found[1] != tree["age_years"]))


def read_tree(db: sqlite3.Connection, fid: int) -> dict[str, Any]:
    """The row of one tree, its JSON columns read, without its geometry."""
    tree = dict(db.execute("SELECT * FROM tree WHERE fid = ?", (fid,)).fetchone())
    for name in ("fid", "geom"):
        del tree[name]
    for name in ("listings", "division_path", "division_path_en", "withheld"):
        tree[name] = json.loads(tree[name])
    return tree


def _rows(db: sqlite3.Connection, sql: str, *values: Any) -> Rows:
    return tuple(dict(row) for row in db.execute(sql, values))


def _one(db: sqlite3.Connection, sql: str, *values: Any) -> dict[str, Any] | None:
    row = db.execute(sql, values).fetchone()
    return dict(row) if row is not None else None
