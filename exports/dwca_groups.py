"""Darwin Core Archives out of an edition: one for each licence, for GBIF takes no mixture."""

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from exports.dwca import archive_pieces
from exports.dwca_terms import GBIF_LICENCES, licence_key
from exports.dwca_words import Dataset


@dataclass(frozen=True, slots=True)
class LicenceGroup:
    """Trees under one licence: its short name, how sources write it, and how many."""

    key: str
    licence: str
    address: str
    written: tuple[str, ...]
    trees: int

    @property
    def is_for_gbif(self) -> bool:
        """Whether GBIF takes data under this licence."""
        return self.key in GBIF_LICENCES


def licence_groups(
    db: sqlite3.Connection, where: str = "1", values: Mapping[str, Any] | None = None
) -> list[LicenceGroup]:
    """The licences of the trees that `where` finds, those that GBIF takes first."""
    addresses = dict(db.execute("SELECT licence, licence_url FROM source").fetchall())
    sql = f"SELECT licence, COUNT(*) FROM tree WHERE {where} GROUP BY 1 ORDER BY 2 DESC, 1"
    groups: dict[str, LicenceGroup] = {}
    for licence, trees in db.execute(sql, values or {}).fetchall():
        address = addresses.get(licence) or ""
        key = licence_key(licence, address)
        name, page = GBIF_LICENCES.get(key, (licence, address))
        known = groups.get(key, LicenceGroup(key, name, page, (), 0))
        groups[key] = LicenceGroup(key, name, page, (*known.written, licence), known.trees + trees)
    return sorted(groups.values(), key=lambda group: (not group.is_for_gbif, -group.trees))


def archive_dataset(
    db: sqlite3.Connection,
    said: Mapping[str, str],
    group: LicenceGroup,
    where: str = "1",
    values: Mapping[str, Any] | None = None,
) -> Dataset:
    """What the archive of a group says of itself. said: the facts of the edition."""
    condition, asked = of_group(group, where, values or {})
    sql = (
        "SELECT MIN(lon), MIN(lat), MAX(lon), MAX(lat), MIN(COALESCE(last_inspected_on, measured_on)), "
        f"MAX(COALESCE(last_inspected_on, measured_on)) FROM tree WHERE {condition}"
    )
    west, south, east, north, first, last = db.execute(sql, asked).fetchone()
    address = said.get("public_address", "")
    publisher = said.get("register_name_en") or said.get("register_name") or "Gushu"
    mail = db.execute(
        "SELECT duty_mail FROM authority WHERE duty_mail IS NOT NULL ORDER BY tree_count DESC, id LIMIT 1"
    ).fetchone()
    return Dataset(
        title=f"{publisher} ({said.get('register_name', '')}): {group.licence}",
        publisher=publisher,
        edition=said.get("number", ""),
        made_on=said.get("made_at", "")[:10],
        licence=group.licence,
        licence_address=group.address,
        identifier=f"{address or 'gushu:' + said.get('public_key', '')}/dwca/{group.key}",
        total=group.trees,
        is_for_gbif=group.is_for_gbif,
        address=address,
        contact_mail=mail[0] if mail else "",
        box=None if west is None else (west, south, east, north),
        days=(first[:10], last[:10]) if first else None,
    )


def archive_of(
    db: sqlite3.Connection, dataset: Dataset, group: LicenceGroup, where: str, values: Mapping[str, Any]
) -> Iterator[bytes]:
    """The archive in pieces."""
    condition, asked = of_group(group, where, values)
    numbers = "(SELECT group_concat(number, ' | ') FROM alias WHERE tree_uuid = tree.uuid)"
    chosen = f"SELECT fid, uuid, path, licence, attribution FROM tree WHERE {condition}"
    return archive_pieces(
        dataset,
        _rows(db, f"SELECT tree.*, {numbers} AS aliases FROM tree WHERE {condition} ORDER BY fid", asked),
        _rows(db, _joined("measurement", chosen), asked),
        _rows(db, _joined("age", chosen), asked),
        _rows(
            db,
            _joined("photo", chosen, "own.id, own.tree_uuid, own.caption, own.taken_on, own.credit"),
            asked,
        ),
    )


def _joined(table: str, chosen: str, columns: str = "own.*") -> str:
    """Rows of `table` that belong to the chosen trees, in their order."""
    return (
        f"SELECT {columns}, chosen.path, chosen.licence, chosen.attribution FROM ({chosen}) AS chosen "
        f"CROSS JOIN {table} AS own ON own.tree_uuid = chosen.uuid ORDER BY chosen.fid, own.id"
    )


def _rows(db: sqlite3.Connection, sql: str, values: Mapping[str, Any]) -> Iterator[Any]:
    """Rows, asked for when the first is wanted."""
    cursor = db.cursor()
    cursor.row_factory = sqlite3.Row
    yield from cursor.execute(sql, values)


def of_group(group: LicenceGroup, where: str, values: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The condition that finds the trees of a group, with its values."""
    names = [f"licence_{number}" for number in range(len(group.written))]
    marks = ", ".join(f":{name}" for name in names)
    return f"({where}) AND licence IN ({marks})", {**values, **dict(zip(names, group.written, strict=True))}
