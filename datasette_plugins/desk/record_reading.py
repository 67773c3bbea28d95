"""What pages about records share: how a record is called, its fields as the form groups them, its rows."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from types import UnionType
from typing import Any, Union, get_args, get_origin

from sqlmodel import Session, SQLModel, col, select

from datasette_plugins.desk.asking import Ask
from registry.access import divisions_above, place_of
from registry.cli.app import Office
from registry.commands.editing import DRAFTS, EDITABLE
from registry.commands.ledgers import TABLES
from registry.commands.subjects import Ref
from registry.models import Division
from registry.rules.permissions import Right
from registry.vocab.field_names import field_name
from registry.vocab.fields import FIELDS
from registry.vocab.labels import Label
from registry.vocab.language import Translator

KINDS: dict[str, Label] = {
    "tree": Label("树木", "Trees"),
    "grove": Label("古树群", "Groves"),
    "garden": Label("历史名园", "Heritage gardens"),
    "place": Label("地点", "Places"),
    "element": Label("景观要素", "Landmark elements"),
}
"""The kinds of records that the desk shows."""
ONE: dict[str, Label] = {
    "tree": Label("树木", "Tree"),
    "grove": Label("古树群", "Grove"),
    "garden": Label("历史名园", "Heritage garden"),
    "place": Label("地点", "Place"),
    "element": Label("景观要素", "Landmark element"),
}
GROUPS: tuple[tuple[Label, str], ...] = (
    (Label("名称", "Names"), "name name_verbatim latin_verbatim common_name species_record"),
    (
        Label("位置", "Where it stands"),
        "town village small_place address lon lat datum datum_code coordinate_uncertainty_m "
        "position_precision elevation_m elevation_max_m",
    ),
    (
        Label("立地与生境", "Site"),
        "growth_place distribution slope slope_position aspect soil soil_compaction soil_depth "
        "is_in_timber_plantation disturbance extent_text",
    ),
    (
        Label("树龄与树体", "Age and trunk"),
        "age_years age_basis age_as_of age_method planted_year planted_by stem_count condition "
        "famous_category",
    ),
    (
        Label("数量与林分", "Numbers and stand"),
        "tree_count area_ha count_first count_second count_third share_over_500 share_300_500 share_100_300 "
        "dominant_species mean_age_years max_age_years mean_height_m mean_diameter_cm canopy_closure layers "
        "shrub_species shrub_cover_percent shrub_height_m herb_species herb_cover_percent herb_height_m "
        "target_species survey_method",
    ),
    (
        Label("权属与管理", "Ownership and management"),
        "ownership department forest_bureau forest_farm forest_group is_key_state_forest has_care_agreement "
        "survey_serial feature_code green_class list_batch relic_level is_world_heritage opening current_use "
        "state_of_care material period",
    ),
    (
        Label("状况与保护", "Condition and protection"),
        "damage threats protection_measures rejuvenation care_advice change_reason",
    ),
    (
        Label("价值、历史与备注", "Values, history and notes"),
        "values values_note history_text peculiarity extant_elements description notes photo_note",
    ),
)
"""The editable fields in the groups of the official form."""
_LONG = frozenset(
    {"small_place", "address", "history_text", "peculiarity", "notes", "damage", "threats", "values"}
    | {"protection_measures", "rejuvenation", "values_note", "species_record", "extent_text", "layers"}
    | {"disturbance", "care_advice", "change_reason", "photo_note", "extant_elements", "description"}
    | {"shrub_species", "herb_species", "target_species", "current_use"}
)


def office_of(ask: Ask) -> Office:
    """The office as commands of the command line take it: they do the same for the desk."""
    return Office(ask.desk.address, ask.t, False, ask.actor)


def row_of(session: Session, kind: str, own: str) -> Any:
    """The row of a record. Raises LookupError where there is none."""
    row = session.get(TABLES[kind], own) if kind in KINDS else None
    if row is None:
        raise LookupError(own)
    return row


def number_of(kind: str, row: Any) -> str:
    """The number of a record."""
    return str(row.tree_no if kind == "tree" else row.number)


def ref_of(ask: Ask, session: Session) -> Ref:
    """The record that an address names by `kind` and `id`, as commands take it."""
    kind, own = ask.vars.get("kind", "tree"), ask.vars["id"]
    row = row_of(session, kind, own)
    number = number_of(kind, row)
    return kind, own, number if kind == "tree" else f"{kind}:{number}"


def demand_records(ask: Ask, session: Session, *records: tuple[str, str]) -> None:
    """Raises Refused unless whoever asks may change each of the records (kind and id)."""
    today = ask.today(session)
    for kind, own in records:
        ask.demand(Right.RECORD, place_of(session, kind, own, today))


def may_see(ask: Ask, session: Session, kind: str, own: str) -> bool:
    """Whether whoever asks may see the file of a record."""
    return ask.may(Right.FILE, place_of(session, kind, own, ask.today(session)))


def title_of(kind: str, row: Any) -> str:
    """What a record is called by people: its name, else its number."""
    name = (row.name_verbatim or row.common_name or row.latin_verbatim) if kind == "tree" else row.name
    return str(name or number_of(kind, row))


def path_of(kind: str, own: str) -> str:
    """The page of a record below the desk."""
    return f"/{kind}/{own}"


def division_words(session: Session, division_id: str | None, t: Translator) -> str:
    """The names of a division and those above it, the largest first."""
    ids = divisions_above(session, division_id)
    rows = {row.id: row for row in session.exec(select(Division).where(col(Division.id).in_(ids)))}
    is_english = t.lang == "en"
    names = [(rows[own].name_en if is_english else None) or rows[own].name for own in reversed(ids)]
    return (" " if is_english else "").join(names)


def field_groups(kind: str) -> list[tuple[Label, list[str]]]:
    """The editable fields of a kind of record, grouped; what no group names comes last."""
    known = EDITABLE[kind]
    groups = [(label, [name for name in names.split() if name in known]) for label, names in GROUPS]
    named = {name for _label, names in groups for name in names}
    rest = [name for name in known if name not in named]
    if rest:
        groups.append((Label("其他", "Other"), rest))
    return [(label, names) for label, names in groups if names]


def type_of(draft: type[SQLModel], name: str) -> Any:
    """The type of a field without its None."""
    kind: Any = draft.model_fields[name].annotation
    if get_origin(kind) in {Union, UnionType}:
        kind = next(each for each in get_args(kind) if each is not type(None))
    return kind


def is_required(draft: type[SQLModel], name: str) -> bool:
    """Whether a field always says something."""
    return type(None) not in get_args(draft.model_fields[name].annotation)


def shown(t: Translator, kind: str, name: str, value: Any) -> str:
    """A value of a record's own field as people read it; "" where nothing is known."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return t.gettext("yes") if value else t.gettext("no")
    if isinstance(value, date):
        return value.isoformat()
    found = type_of(DRAFTS[kind], name) if name in DRAFTS[kind].model_fields else None
    if isinstance(found, type) and issubclass(found, StrEnum):
        return t.word(found, str(value))
    text = f"{value:g}" if isinstance(value, float) and name not in {"lon", "lat"} else str(value)
    return f"{text} {unit_of(t, name)}".strip()


def choices(t: Translator, words: type[StrEnum]) -> list[tuple[str, str]]:
    """A code list as pairs for a field of a form."""
    return [(word.value, t.word(words, word.value)) for word in words]


def inputs(t: Translator, kind: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The groups of the edit form: for each field its label, how it is asked and what it says now."""
    draft = DRAFTS[kind]
    return [
        {"name": t.pick(label), "fields": [_input(t, draft, name, values.get(name)) for name in names]}
        for label, names in field_groups(kind)
    ]


def label_of(t: Translator, name: str) -> str:
    """What a field is called."""
    return t.pick(field_name(name))


def unit_of(t: Translator, name: str) -> str:
    """In what a field is measured; "" for none."""
    return t.unit(name) if name in FIELDS else ""


def _input(t: Translator, draft: type[SQLModel], name: str, value: Any) -> dict[str, Any]:
    found = type_of(draft, name)
    unit = unit_of(t, name)
    label = label_of(t, name) + (f" ({unit})" if unit else "")
    facts: dict[str, Any] = {"name": name, "label": label, "value": typed(value), "how": "text"}
    if isinstance(found, type) and issubclass(found, StrEnum):
        facts |= {"how": "select", "choices": choices(t, found), "must": is_required(draft, name)}
    elif found is bool:
        yes_no = [("yes", t.gettext("yes")), ("no", t.gettext("no"))]
        facts |= {"how": "select", "choices": yes_no, "must": False}
    elif found is date:
        facts["how"] = "date"
    elif found in {int, float}:
        facts["how"] = "number"
    elif name in _LONG:
        facts["how"] = "area"
    return facts


def typed(value: Any) -> str:
    """A value as somebody would type it into its field."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    return str(getattr(value, "value", value))


def rows_about(session: Session, table: Any, kind: str, own: str, *, by: str = "") -> list[Any]:
    """The rows of a table that belong to a record, the newest by `by` first; none where it keeps no such."""
    column = f"{kind}_id"
    if column not in table.model_fields:
        return []
    rows = list(session.exec(select(table).where(col(getattr(table, column)) == own)))
    if not by:
        return rows
    dated = [row for row in rows if getattr(row, by) is not None]
    undated = [row for row in rows if getattr(row, by) is None]
    return [*sorted(dated, key=lambda row: getattr(row, by), reverse=True), *undated]
