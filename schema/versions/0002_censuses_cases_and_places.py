"""Censuses, cases step by step, places of a ledger, and whatever else the census forms ask."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


@contextmanager
def _altered(name: str) -> Iterator[Any]:
    """A table to be altered; SQLite rebuilds it, with the CHECK constraints that it had."""
    bind = op.get_bind()
    whole = None
    if bind.dialect.name == "sqlite":
        whole = sa.Table(name, sa.MetaData(), autoload_with=bind, resolve_fks=False)
        for check in sa.inspect(bind).get_check_constraints(name):
            whole.append_constraint(sa.CheckConstraint(sa.text(check["sqltext"]), name=check["name"]))
    with op.batch_alter_table(name, copy_from=whole) as table:
        yield table


def upgrade() -> None:
    op.create_table(
        "record_link",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("from_type", sa.String(16), nullable=False),
        sa.Column("from_id", sa.String(36), nullable=False),
        sa.Column("to_type", sa.String(16), nullable=False),
        sa.Column("to_id", sa.String(36), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_link")),
        sa.UniqueConstraint(
            "kind",
            "from_type",
            "from_id",
            "to_type",
            "to_id",
            name=op.f("uq_record_link_kind_from_type_from_id_to_type_to_id"),
        ),
    )
    op.create_index(op.f("ix_record_link_from_id"), "record_link", ["from_id"], unique=False)
    op.create_index(op.f("ix_record_link_to_id"), "record_link", ["to_id"], unique=False)
    op.create_table(
        "campaign",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("form", sa.String(64), nullable=False),
        sa.Column("authority_id", sa.String(), nullable=True),
        sa.Column("previous_id", sa.String(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "open", "frozen", name="campaignstate", native_enum=False, create_constraint=True, length=20
            ),
            nullable=False,
        ),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("totals", sa.Text(), nullable=False),
        sa.Column("history_head", sa.String(64), nullable=True),
        sa.ForeignKeyConstraint(["authority_id"], ["authority.id"], name=op.f("fk_campaign_authority_id")),
        sa.ForeignKeyConstraint(["previous_id"], ["campaign.id"], name=op.f("fk_campaign_previous_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
    )
    op.create_table(
        "craft",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("number", sa.String(64), nullable=False),
        sa.Column("authority_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_lang", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(), nullable=True),
        sa.Column("period", sa.String(), nullable=True),
        sa.Column("description", sa.String(), nullable=True),
        sa.Column("lineage", sa.String(), nullable=True),
        sa.Column("state_of_care", sa.String(), nullable=True),
        sa.Column("text_lang", sa.String(16), nullable=False),
        sa.Column("released", sa.Text(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("updated_on", sa.Date(), nullable=False),
        sa.CheckConstraint("length(trim(number)) > 0", name=op.f("ck_craft_number_not_blank")),
        sa.ForeignKeyConstraint(["authority_id"], ["authority.id"], name=op.f("fk_craft_authority_id")),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_craft_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_craft")),
        sa.UniqueConstraint("number", "authority_id", name=op.f("uq_craft_number_authority_id")),
    )
    op.create_index(op.f("ix_craft_authority_id"), "craft", ["authority_id"], unique=False)
    op.create_table(
        "place",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("number", sa.String(64), nullable=False),
        sa.Column("authority_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("name_lang", sa.String(16), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "alive",
                "dead",
                "missing",
                "transplanted",
                "delisted",
                "merged",
                name="treestatus",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("division_id", sa.String(), nullable=True),
        sa.Column("town", sa.String(), nullable=True),
        sa.Column("village", sa.String(), nullable=True),
        sa.Column("small_place", sa.String(), nullable=True),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("lon_raw", sa.String(), nullable=True),
        sa.Column("lat_raw", sa.String(), nullable=True),
        sa.Column(
            "datum",
            sa.Enum(
                "WGS84",
                "CGCS2000",
                "GCJ-02",
                "BD-09",
                "TWD97",
                "grid",
                "local",
                "unknown",
                name="datum",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("datum_code", sa.String(32), nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("boundary", sa.Text(), nullable=False),
        sa.Column("tree_count", sa.Integer(), nullable=True),
        sa.Column("area_ha", sa.Float(), nullable=True),
        sa.Column(
            "ownership",
            sa.Enum(
                "state",
                "collective",
                "private",
                "other",
                name="ownership",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=True,
        ),
        sa.Column("notes", sa.String(), nullable=True),
        sa.Column("period", sa.String(), nullable=True),
        sa.Column("text_lang", sa.String(16), nullable=False),
        sa.Column("source_url", sa.String(), nullable=True),
        sa.Column("released", sa.Text(), nullable=False),
        sa.Column(
            "position_precision",
            sa.Enum(
                "exact",
                "0.001",
                "0.01",
                "0.1",
                "withheld",
                name="precision",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("imported_hash", sa.String(64), nullable=True),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("updated_on", sa.Date(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "village",
                "temple",
                "linpan",
                "tree_park",
                "old_town_green",
                "big_trees",
                "park",
                "green_space",
                "relic_site",
                "other",
                name="placekind",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("green_class", sa.String(), nullable=True),
        sa.Column("opening", sa.String(), nullable=True),
        sa.Column("current_use", sa.String(), nullable=True),
        sa.Column("relic_level", sa.String(), nullable=True),
        sa.Column("state_of_care", sa.String(), nullable=True),
        sa.Column("description", sa.String(), nullable=True),
        sa.Column("parent_id", sa.String(), nullable=True),
        sa.CheckConstraint("lat >= -90 AND lat <= 90", name=op.f("ck_place_lat_bounds")),
        sa.CheckConstraint("length(trim(number)) > 0", name=op.f("ck_place_number_not_blank")),
        sa.CheckConstraint("lon >= -180 AND lon <= 180", name=op.f("ck_place_lon_bounds")),
        sa.CheckConstraint("tree_count >= 0", name=op.f("ck_place_tree_count_bounds")),
        sa.ForeignKeyConstraint(["authority_id"], ["authority.id"], name=op.f("fk_place_authority_id")),
        sa.ForeignKeyConstraint(["division_id"], ["division.id"], name=op.f("fk_place_division_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["place.id"], name=op.f("fk_place_parent_id")),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_place_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place")),
        sa.UniqueConstraint("number", "authority_id", name=op.f("uq_place_number_authority_id")),
    )
    op.create_index(op.f("ix_place_authority_id"), "place", ["authority_id"], unique=False)
    op.create_index(op.f("ix_place_number"), "place", ["number"], unique=False)
    op.create_index(op.f("ix_place_parent_id"), "place", ["parent_id"], unique=False)
    op.create_table(
        "protection_list",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("authority_id", sa.String(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document_no", sa.String(), nullable=True),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("url", sa.String(), nullable=True),
        sa.Column("selection", sa.Text(), nullable=False),
        sa.Column("entry_count", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("history_head", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authority.id"], name=op.f("fk_protection_list_authority_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_protection_list")),
        sa.UniqueConstraint("authority_id", "edition", name=op.f("uq_protection_list_authority_id_edition")),
    )
    op.create_index(
        op.f("ix_protection_list_authority_id"), "protection_list", ["authority_id"], unique=False
    )
    op.create_table(
        "rule_adoption",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("pack_id", sa.String(64), nullable=False),
        sa.Column("jurisdiction", sa.String(64), nullable=False),
        sa.Column("division_id", sa.String(), nullable=True),
        sa.Column("is_urban_only", sa.Boolean(), nullable=False),
        sa.Column("adopted_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("document_no", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["division_id"], ["division.id"], name=op.f("fk_rule_adoption_division_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_adoption")),
    )
    op.create_index(op.f("ix_rule_adoption_pack_id"), "rule_adoption", ["pack_id"], unique=False)
    op.create_table(
        "species_name",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("species_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_lang", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("source", sa.String(), nullable=True),
        sa.CheckConstraint("length(trim(name)) > 0", name=op.f("ck_species_name_name_not_blank")),
        sa.ForeignKeyConstraint(["species_id"], ["species.id"], name=op.f("fk_species_name_species_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_species_name")),
        sa.UniqueConstraint("species_id", "name", "kind", name=op.f("uq_species_name_species_id_name_kind")),
    )
    op.create_index(op.f("ix_species_name_name"), "species_name", ["name"], unique=False)
    op.create_index(op.f("ix_species_name_species_id"), "species_name", ["species_id"], unique=False)
    op.create_table(
        "campaign_village",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("campaign_id", sa.String(64), nullable=False),
        sa.Column("division_id", sa.String(), nullable=True),
        sa.Column("town", sa.String(), nullable=False),
        sa.Column("village", sa.String(), nullable=False),
        sa.Column("surveyor_id", sa.String(36), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "surveying",
                "surveyed",
                "checked",
                "returned",
                name="villagestate",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("updated_on", sa.Date(), nullable=False),
        sa.CheckConstraint("length(trim(village)) > 0", name=op.f("ck_campaign_village_village_not_blank")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_village_campaign_id")
        ),
        sa.ForeignKeyConstraint(
            ["division_id"], ["division.id"], name=op.f("fk_campaign_village_division_id")
        ),
        sa.ForeignKeyConstraint(["surveyor_id"], ["party.id"], name=op.f("fk_campaign_village_surveyor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_village")),
        sa.UniqueConstraint(
            "campaign_id", "town", "village", name=op.f("uq_campaign_village_campaign_id_town_village")
        ),
    )
    op.create_index(
        op.f("ix_campaign_village_campaign_id"), "campaign_village", ["campaign_id"], unique=False
    )
    op.create_index(
        op.f("ix_campaign_village_surveyor_id"), "campaign_village", ["surveyor_id"], unique=False
    )
    op.create_table(
        "craftsman",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("craft_id", sa.String(36), nullable=False),
        sa.Column("party_id", sa.String(36), nullable=False),
        sa.Column("title", sa.String(), nullable=True),
        sa.Column("learned_from", sa.String(), nullable=True),
        sa.Column("since_year", sa.Integer(), nullable=True),
        sa.Column("works", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["craft_id"], ["craft.id"], name=op.f("fk_craftsman_craft_id")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_craftsman_party_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_craftsman")),
        sa.UniqueConstraint("craft_id", "party_id", name=op.f("uq_craftsman_craft_id_party_id")),
    )
    op.create_index(op.f("ix_craftsman_craft_id"), "craftsman", ["craft_id"], unique=False)
    op.create_index(op.f("ix_craftsman_party_id"), "craftsman", ["party_id"], unique=False)
    op.create_table(
        "element",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("number", sa.String(64), nullable=False),
        sa.Column("authority_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("name_lang", sa.String(16), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "alive",
                "dead",
                "missing",
                "transplanted",
                "delisted",
                "merged",
                name="treestatus",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("division_id", sa.String(), nullable=True),
        sa.Column("town", sa.String(), nullable=True),
        sa.Column("village", sa.String(), nullable=True),
        sa.Column("small_place", sa.String(), nullable=True),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("lon_raw", sa.String(), nullable=True),
        sa.Column("lat_raw", sa.String(), nullable=True),
        sa.Column(
            "datum",
            sa.Enum(
                "WGS84",
                "CGCS2000",
                "GCJ-02",
                "BD-09",
                "TWD97",
                "grid",
                "local",
                "unknown",
                name="datum",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("datum_code", sa.String(32), nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("boundary", sa.Text(), nullable=False),
        sa.Column("tree_count", sa.Integer(), nullable=True),
        sa.Column("area_ha", sa.Float(), nullable=True),
        sa.Column(
            "ownership",
            sa.Enum(
                "state",
                "collective",
                "private",
                "other",
                name="ownership",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=True,
        ),
        sa.Column("notes", sa.String(), nullable=True),
        sa.Column("period", sa.String(), nullable=True),
        sa.Column("text_lang", sa.String(16), nullable=False),
        sa.Column("source_url", sa.String(), nullable=True),
        sa.Column("released", sa.Text(), nullable=False),
        sa.Column(
            "position_precision",
            sa.Enum(
                "exact",
                "0.001",
                "0.01",
                "0.1",
                "withheld",
                name="precision",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("imported_hash", sa.String(64), nullable=True),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("updated_on", sa.Date(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "bridge",
                "well",
                "stele",
                "paving",
                "pavilion",
                "building",
                "wall",
                "water",
                "rockery",
                "other",
                name="elementkind",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("material", sa.String(), nullable=True),
        sa.Column("relic_level", sa.String(), nullable=True),
        sa.Column("state_of_care", sa.String(), nullable=True),
        sa.Column("description", sa.String(), nullable=True),
        sa.Column("place_id", sa.String(), nullable=True),
        sa.Column("garden_id", sa.String(), nullable=True),
        sa.CheckConstraint("lat >= -90 AND lat <= 90", name=op.f("ck_element_lat_bounds")),
        sa.CheckConstraint("length(trim(number)) > 0", name=op.f("ck_element_number_not_blank")),
        sa.CheckConstraint("lon >= -180 AND lon <= 180", name=op.f("ck_element_lon_bounds")),
        sa.CheckConstraint("tree_count >= 0", name=op.f("ck_element_tree_count_bounds")),
        sa.ForeignKeyConstraint(["authority_id"], ["authority.id"], name=op.f("fk_element_authority_id")),
        sa.ForeignKeyConstraint(["division_id"], ["division.id"], name=op.f("fk_element_division_id")),
        sa.ForeignKeyConstraint(["garden_id"], ["heritage_garden.id"], name=op.f("fk_element_garden_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_element_place_id")),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_element_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_element")),
        sa.UniqueConstraint("number", "authority_id", name=op.f("uq_element_number_authority_id")),
    )
    op.create_index(op.f("ix_element_authority_id"), "element", ["authority_id"], unique=False)
    op.create_index(op.f("ix_element_garden_id"), "element", ["garden_id"], unique=False)
    op.create_index(op.f("ix_element_number"), "element", ["number"], unique=False)
    op.create_index(op.f("ix_element_place_id"), "element", ["place_id"], unique=False)
    op.create_table(
        "grove_species",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("grove_id", sa.String(36), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("name_verbatim", sa.String(), nullable=False),
        sa.Column("latin_verbatim", sa.String(), nullable=True),
        sa.Column("species_id", sa.String(), nullable=True),
        sa.Column("tree_count", sa.Integer(), nullable=True),
        sa.Column("share_percent", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(["grove_id"], ["grove.id"], name=op.f("fk_grove_species_grove_id")),
        sa.ForeignKeyConstraint(["species_id"], ["species.id"], name=op.f("fk_grove_species_species_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grove_species")),
        sa.UniqueConstraint("grove_id", "ordinal", name=op.f("uq_grove_species_grove_id_ordinal")),
    )
    op.create_index(op.f("ix_grove_species_grove_id"), "grove_species", ["grove_id"], unique=False)
    op.create_table(
        "age_reading",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("tree_id", sa.String(36), nullable=False),
        sa.Column("years", sa.Integer(), nullable=True),
        sa.Column("lower_years", sa.Integer(), nullable=True),
        sa.Column("upper_years", sa.Integer(), nullable=True),
        sa.Column(
            "basis",
            sa.Enum(
                "documented",
                "estimated",
                "legend",
                name="agebasis",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("method", sa.String(), nullable=True),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column("evidence", sa.String(), nullable=True),
        sa.Column("party_id", sa.String(), nullable=True),
        sa.Column("source_id", sa.String(), nullable=True),
        sa.CheckConstraint(
            "lower_years IS NULL OR upper_years IS NULL OR lower_years <= upper_years",
            name=op.f("ck_age_reading_range_in_order"),
        ),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_age_reading_party_id")),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_age_reading_source_id")),
        sa.ForeignKeyConstraint(["tree_id"], ["tree.id"], name=op.f("fk_age_reading_tree_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_age_reading")),
    )
    op.create_index(op.f("ix_age_reading_tree_id"), "age_reading", ["tree_id"], unique=False)
    op.create_table(
        "campaign_survey",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("campaign_id", sa.String(64), nullable=False),
        sa.Column("tree_id", sa.String(36), nullable=True),
        sa.Column("grove_id", sa.String(36), nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("surveyed_on", sa.Date(), nullable=True),
        sa.Column("surveyor_id", sa.String(36), nullable=True),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.Column("checked_on", sa.Date(), nullable=True),
        sa.Column("checker_id", sa.String(36), nullable=True),
        sa.Column(
            "verdict",
            sa.Enum(
                "agrees",
                "disagrees",
                "abstains",
                name="verdict",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=True,
        ),
        sa.Column("note", sa.String(), nullable=True),
        sa.CheckConstraint(
            "CASE WHEN tree_id IS NULL THEN 0 ELSE 1 END + CASE WHEN grove_id IS NULL THEN 0 ELSE 1 END = 1",
            name=op.f("ck_campaign_survey_one_subject"),
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_survey_campaign_id")
        ),
        sa.ForeignKeyConstraint(["checker_id"], ["party.id"], name=op.f("fk_campaign_survey_checker_id")),
        sa.ForeignKeyConstraint(["grove_id"], ["grove.id"], name=op.f("fk_campaign_survey_grove_id")),
        sa.ForeignKeyConstraint(["surveyor_id"], ["party.id"], name=op.f("fk_campaign_survey_surveyor_id")),
        sa.ForeignKeyConstraint(["tree_id"], ["tree.id"], name=op.f("fk_campaign_survey_tree_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_survey")),
        sa.UniqueConstraint(
            "campaign_id", "grove_id", "round", name=op.f("uq_campaign_survey_campaign_id_grove_id_round")
        ),
        sa.UniqueConstraint(
            "campaign_id", "tree_id", "round", name=op.f("uq_campaign_survey_campaign_id_tree_id_round")
        ),
    )
    op.create_index(op.f("ix_campaign_survey_campaign_id"), "campaign_survey", ["campaign_id"], unique=False)
    op.create_index(op.f("ix_campaign_survey_checker_id"), "campaign_survey", ["checker_id"], unique=False)
    op.create_index(op.f("ix_campaign_survey_grove_id"), "campaign_survey", ["grove_id"], unique=False)
    op.create_index(op.f("ix_campaign_survey_surveyor_id"), "campaign_survey", ["surveyor_id"], unique=False)
    op.create_index(op.f("ix_campaign_survey_tree_id"), "campaign_survey", ["tree_id"], unique=False)
    op.create_table(
        "campaign_target",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("campaign_id", sa.String(64), nullable=False),
        sa.Column("village_id", sa.String(36), nullable=True),
        sa.Column("tree_id", sa.String(36), nullable=True),
        sa.Column("grove_id", sa.String(36), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                "pending",
                "found",
                "not_found",
                "dead",
                "new",
                "duplicate",
                name="targetoutcome",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("outcome_on", sa.Date(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("is_sampled", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "CASE WHEN tree_id IS NULL THEN 0 ELSE 1 END + CASE WHEN grove_id IS NULL THEN 0 ELSE 1 END = 1",
            name=op.f("ck_campaign_target_one_subject"),
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_target_campaign_id")
        ),
        sa.ForeignKeyConstraint(["grove_id"], ["grove.id"], name=op.f("fk_campaign_target_grove_id")),
        sa.ForeignKeyConstraint(["tree_id"], ["tree.id"], name=op.f("fk_campaign_target_tree_id")),
        sa.ForeignKeyConstraint(
            ["village_id"], ["campaign_village.id"], name=op.f("fk_campaign_target_village_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_target")),
        sa.UniqueConstraint("campaign_id", "grove_id", name=op.f("uq_campaign_target_campaign_id_grove_id")),
        sa.UniqueConstraint("campaign_id", "tree_id", name=op.f("uq_campaign_target_campaign_id_tree_id")),
    )
    op.create_index(op.f("ix_campaign_target_campaign_id"), "campaign_target", ["campaign_id"], unique=False)
    op.create_index(op.f("ix_campaign_target_grove_id"), "campaign_target", ["grove_id"], unique=False)
    op.create_index(op.f("ix_campaign_target_tree_id"), "campaign_target", ["tree_id"], unique=False)
    op.create_index(op.f("ix_campaign_target_village_id"), "campaign_target", ["village_id"], unique=False)
    op.create_table(
        "care_agreement",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("tree_id", sa.String(36), nullable=True),
        sa.Column("grove_id", sa.String(36), nullable=True),
        sa.Column("party_id", sa.String(36), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("document_no", sa.String(), nullable=True),
        sa.Column("terms", sa.String(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "CASE WHEN tree_id IS NULL THEN 0 ELSE 1 END + CASE WHEN grove_id IS NULL THEN 0 ELSE 1 END = 1",
            name=op.f("ck_care_agreement_one_subject"),
        ),
        sa.ForeignKeyConstraint(["grove_id"], ["grove.id"], name=op.f("fk_care_agreement_grove_id")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_care_agreement_party_id")),
        sa.ForeignKeyConstraint(["tree_id"], ["tree.id"], name=op.f("fk_care_agreement_tree_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_agreement")),
    )
    op.create_index(op.f("ix_care_agreement_grove_id"), "care_agreement", ["grove_id"], unique=False)
    op.create_index(op.f("ix_care_agreement_party_id"), "care_agreement", ["party_id"], unique=False)
    op.create_index(op.f("ix_care_agreement_tree_id"), "care_agreement", ["tree_id"], unique=False)
    op.create_table(
        "case_file",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("number", sa.String(64), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "designation",
                "redesignation",
                "delisting",
                "death",
                "missing",
                "move",
                "found",
                name="casekind",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "granted",
                "refused",
                "withdrawn",
                name="casestate",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("tree_id", sa.String(36), nullable=True),
        sa.Column("grove_id", sa.String(36), nullable=True),
        sa.Column("garden_id", sa.String(36), nullable=True),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("authority_id", sa.String(), nullable=True),
        sa.Column("pack_id", sa.String(64), nullable=True),
        sa.Column(
            "proposed_category",
            sa.Enum(
                "ancient",
                "famous",
                "ancient_famous",
                "reserve",
                "city_big",
                "listed",
                name="category",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=True,
        ),
        sa.Column("proposed_grade", sa.String(16), nullable=True),
        sa.Column(
            "cause",
            sa.Enum(
                "ageing",
                "natural_disaster",
                "pest_or_disease",
                "human_damage",
                "moved_out",
                "other",
                name="removalreason",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=True,
        ),
        sa.Column(
            "disposal",
            sa.Enum(
                "kept",
                "kept_in_part",
                "felled",
                name="deathdisposal",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=True,
        ),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("submission_id", sa.String(64), nullable=True),
        sa.CheckConstraint(
            "CASE WHEN tree_id IS NULL THEN 0 ELSE 1 END + CASE WHEN grove_id IS NULL THEN 0 ELSE 1 END + CASE WHEN garden_id IS NULL THEN 0 ELSE 1 END = 1",
            name=op.f("ck_case_file_one_subject"),
        ),
        sa.CheckConstraint("length(trim(number)) > 0", name=op.f("ck_case_file_number_not_blank")),
        sa.ForeignKeyConstraint(["authority_id"], ["authority.id"], name=op.f("fk_case_file_authority_id")),
        sa.ForeignKeyConstraint(["garden_id"], ["heritage_garden.id"], name=op.f("fk_case_file_garden_id")),
        sa.ForeignKeyConstraint(["grove_id"], ["grove.id"], name=op.f("fk_case_file_grove_id")),
        sa.ForeignKeyConstraint(["tree_id"], ["tree.id"], name=op.f("fk_case_file_tree_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_file")),
        sa.UniqueConstraint("number", name=op.f("uq_case_file_number")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_case_file_submission_id")),
    )
    op.create_index(op.f("ix_case_file_garden_id"), "case_file", ["garden_id"], unique=False)
    op.create_index(op.f("ix_case_file_grove_id"), "case_file", ["grove_id"], unique=False)
    op.create_index(op.f("ix_case_file_tree_id"), "case_file", ["tree_id"], unique=False)
    op.create_table(
        "protection_list_entry",
        sa.Column("list_id", sa.String(36), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("tree_id", sa.String(36), nullable=True),
        sa.Column("grove_id", sa.String(36), nullable=True),
        sa.Column("number", sa.String(64), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "CASE WHEN tree_id IS NULL THEN 0 ELSE 1 END + CASE WHEN grove_id IS NULL THEN 0 ELSE 1 END = 1",
            name=op.f("ck_protection_list_entry_one_subject"),
        ),
        sa.ForeignKeyConstraint(["grove_id"], ["grove.id"], name=op.f("fk_protection_list_entry_grove_id")),
        sa.ForeignKeyConstraint(
            ["list_id"], ["protection_list.id"], name=op.f("fk_protection_list_entry_list_id")
        ),
        sa.ForeignKeyConstraint(["tree_id"], ["tree.id"], name=op.f("fk_protection_list_entry_tree_id")),
        sa.PrimaryKeyConstraint("list_id", "ordinal", name=op.f("pk_protection_list_entry")),
    )
    op.create_index(
        op.f("ix_protection_list_entry_grove_id"), "protection_list_entry", ["grove_id"], unique=False
    )
    op.create_index(
        op.f("ix_protection_list_entry_tree_id"), "protection_list_entry", ["tree_id"], unique=False
    )
    op.create_table(
        "appraisal_opinion",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("case_id", sa.String(36), nullable=False),
        sa.Column("party_id", sa.String(36), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum(
                "agrees",
                "disagrees",
                "abstains",
                name="verdict",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("species", sa.String(), nullable=True),
        sa.Column("age_years", sa.Integer(), nullable=True),
        sa.Column("age_method", sa.String(), nullable=True),
        sa.Column("text", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_appraisal_opinion_case_id")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_appraisal_opinion_party_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appraisal_opinion")),
        sa.UniqueConstraint("case_id", "party_id", name=op.f("uq_appraisal_opinion_case_id_party_id")),
    )
    op.create_index(op.f("ix_appraisal_opinion_case_id"), "appraisal_opinion", ["case_id"], unique=False)
    op.create_index(op.f("ix_appraisal_opinion_party_id"), "appraisal_opinion", ["party_id"], unique=False)
    op.create_table(
        "case_step",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("case_id", sa.String(36), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "proposal",
                "appraisal",
                "notice",
                "decision",
                "approval",
                "publication",
                "report",
                "confirmation",
                "cause",
                "disposal",
                "tag_recovery",
                "archive",
                name="stepkind",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("by", sa.String(), nullable=True),
        sa.Column("document_no", sa.String(), nullable=True),
        sa.Column("url", sa.String(), nullable=True),
        sa.Column("text", sa.String(), nullable=True),
        sa.Column("omitted_reason", sa.String(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_case_step_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_step")),
        sa.UniqueConstraint("case_id", "ordinal", name=op.f("uq_case_step_case_id_ordinal")),
    )
    op.create_index(op.f("ix_case_step_case_id"), "case_step", ["case_id"], unique=False)
    op.create_table(
        "objection",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("case_id", sa.String(36), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("party_id", sa.String(36), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("is_upheld", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_objection_case_id")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_objection_party_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objection")),
    )
    op.create_index(op.f("ix_objection_case_id"), "objection", ["case_id"], unique=False)
    op.create_index(op.f("ix_objection_party_id"), "objection", ["party_id"], unique=False)
    with _altered("division") as table:
        table.add_column(sa.Column("code", sa.String(20)))
        table.add_column(sa.Column("successor_id", sa.String()))
        table.create_foreign_key(op.f("fk_division_successor_id"), "division", ["successor_id"], ["id"])
        table.create_index(op.f("ix_division_code"), ["code"], unique=False)
    with _altered("heritage_garden") as table:
        table.add_column(sa.Column("status", sa.String(20), nullable=False, server_default="alive"))
        table.add_column(sa.Column("town", sa.String()))
        table.add_column(sa.Column("village", sa.String()))
        table.add_column(sa.Column("small_place", sa.String()))
        table.add_column(sa.Column("address", sa.String()))
        table.add_column(sa.Column("lon_raw", sa.String()))
        table.add_column(sa.Column("lat_raw", sa.String()))
        table.add_column(sa.Column("datum", sa.String(20), nullable=False, server_default="unknown"))
        table.add_column(sa.Column("datum_code", sa.String(32)))
        table.add_column(sa.Column("lon", sa.Float()))
        table.add_column(sa.Column("lat", sa.Float()))
        table.add_column(sa.Column("ownership", sa.String(20)))
        table.add_column(sa.Column("text_lang", sa.String(16), nullable=False, server_default="zh-Hans"))
        table.add_column(sa.Column("source_url", sa.String()))
        table.add_column(sa.Column("imported_hash", sa.String(64)))
        table.add_column(sa.Column("list_batch", sa.String()))
        table.add_column(sa.Column("state_of_care", sa.String()))
        table.add_column(sa.Column("opening", sa.String()))
        table.add_column(sa.Column("current_use", sa.String()))
        table.add_column(sa.Column("relic_level", sa.String()))
        table.add_column(sa.Column("is_world_heritage", sa.Boolean()))
        table.add_column(sa.Column("extant_elements", sa.String()))
        table.add_column(sa.Column("description", sa.String()))
        table.create_check_constraint(
            op.f("ck_heritage_garden_lat_bounds"), sa.text("lat >= -90 AND lat <= 90")
        )
        table.create_check_constraint(
            op.f("ck_heritage_garden_lon_bounds"), sa.text("lon >= -180 AND lon <= 180")
        )
        table.create_check_constraint(
            op.f("datum"),
            sa.text("datum IN ('WGS84', 'CGCS2000', 'GCJ-02', 'BD-09', 'TWD97', 'grid', 'local', 'unknown')"),
        )
        table.create_check_constraint(
            op.f("ownership"), sa.text("ownership IN ('state', 'collective', 'private', 'other')")
        )
        table.create_check_constraint(
            op.f("treestatus"),
            sa.text("status IN ('alive', 'dead', 'missing', 'transplanted', 'delisted', 'merged')"),
        )
    with _altered("grove") as table:
        table.add_column(sa.Column("status", sa.String(20), nullable=False, server_default="alive"))
        table.add_column(sa.Column("town", sa.String()))
        table.add_column(sa.Column("village", sa.String()))
        table.add_column(sa.Column("small_place", sa.String()))
        table.add_column(sa.Column("address", sa.String()))
        table.add_column(sa.Column("lon_raw", sa.String()))
        table.add_column(sa.Column("lat_raw", sa.String()))
        table.add_column(sa.Column("datum", sa.String(20), nullable=False, server_default="unknown"))
        table.add_column(sa.Column("datum_code", sa.String(32)))
        table.add_column(sa.Column("lon", sa.Float()))
        table.add_column(sa.Column("lat", sa.Float()))
        table.add_column(sa.Column("ownership", sa.String(20)))
        table.add_column(sa.Column("period", sa.String()))
        table.add_column(sa.Column("text_lang", sa.String(16), nullable=False, server_default="zh-Hans"))
        table.add_column(sa.Column("source_url", sa.String()))
        table.add_column(sa.Column("imported_hash", sa.String(64)))
        table.add_column(sa.Column("census_scope", sa.String(20)))
        table.add_column(sa.Column("survey_method", sa.String()))
        table.add_column(sa.Column("growth_place", sa.String(20)))
        table.add_column(sa.Column("extent_text", sa.String()))
        table.add_column(sa.Column("elevation_m", sa.Float()))
        table.add_column(sa.Column("elevation_max_m", sa.Float()))
        table.add_column(sa.Column("slope", sa.String()))
        table.add_column(sa.Column("slope_position", sa.String()))
        table.add_column(sa.Column("aspect", sa.String()))
        table.add_column(sa.Column("soil", sa.String()))
        table.add_column(sa.Column("soil_depth", sa.String()))
        table.add_column(sa.Column("count_first", sa.Integer()))
        table.add_column(sa.Column("count_second", sa.Integer()))
        table.add_column(sa.Column("count_third", sa.Integer()))
        table.add_column(sa.Column("share_over_500", sa.Float()))
        table.add_column(sa.Column("share_300_500", sa.Float()))
        table.add_column(sa.Column("share_100_300", sa.Float()))
        table.add_column(sa.Column("dominant_species", sa.String()))
        table.add_column(sa.Column("mean_age_years", sa.Integer()))
        table.add_column(sa.Column("max_age_years", sa.Integer()))
        table.add_column(sa.Column("mean_height_m", sa.Float()))
        table.add_column(sa.Column("mean_diameter_cm", sa.Float()))
        table.add_column(sa.Column("canopy_closure", sa.Float()))
        table.add_column(sa.Column("layers", sa.String()))
        table.add_column(sa.Column("shrub_species", sa.String()))
        table.add_column(sa.Column("shrub_cover_percent", sa.Float()))
        table.add_column(sa.Column("shrub_height_m", sa.Float()))
        table.add_column(sa.Column("herb_species", sa.String()))
        table.add_column(sa.Column("herb_cover_percent", sa.Float()))
        table.add_column(sa.Column("herb_height_m", sa.Float()))
        table.add_column(sa.Column("target_species", sa.String()))
        table.add_column(sa.Column("disturbance", sa.String()))
        table.add_column(sa.Column("care_advice", sa.String()))
        table.add_column(sa.Column("department", sa.String(20)))
        table.add_column(sa.Column("protection_measures", sa.String()))
        table.add_column(sa.Column("values", sa.String()))
        table.add_column(sa.Column("values_note", sa.String()))
        table.add_column(sa.Column("change_reason", sa.String()))
        table.add_column(sa.Column("photo_note", sa.String()))
        table.add_column(sa.Column("garden_id", sa.String()))
        table.add_column(sa.Column("place_id", sa.String()))
        table.create_foreign_key(op.f("fk_grove_garden_id"), "heritage_garden", ["garden_id"], ["id"])
        table.create_foreign_key(op.f("fk_grove_place_id"), "place", ["place_id"], ["id"])
        table.create_check_constraint(op.f("censusscope"), sa.text("census_scope IN ('same', 'added')"))
        table.create_check_constraint(op.f("ck_grove_lat_bounds"), sa.text("lat >= -90 AND lat <= 90"))
        table.create_check_constraint(op.f("ck_grove_lon_bounds"), sa.text("lon >= -180 AND lon <= 180"))
        table.create_check_constraint(
            op.f("datum"),
            sa.text("datum IN ('WGS84', 'CGCS2000', 'GCJ-02', 'BD-09', 'TWD97', 'grid', 'local', 'unknown')"),
        )
        table.create_check_constraint(
            op.f("department"), sa.text("department IN ('forestry', 'urban_greening')")
        )
        table.create_check_constraint(
            op.f("growthplace"),
            sa.text(
                "growth_place IN ('remote', 'rural', 'urban', 'historic_district', 'scenic_site', 'park_street', 'unit_courtyard', 'relic_unit', 'transport_line', 'waterside', 'natural_forest', 'park', 'school', 'street', 'public_place', 'private_home', 'other')"
            ),
        )
        table.create_check_constraint(
            op.f("ownership"), sa.text("ownership IN ('state', 'collective', 'private', 'other')")
        )
        table.create_check_constraint(
            op.f("treestatus"),
            sa.text("status IN ('alive', 'dead', 'missing', 'transplanted', 'delisted', 'merged')"),
        )
        table.create_index(op.f("ix_grove_garden_id"), ["garden_id"], unique=False)
        table.create_index(op.f("ix_grove_place_id"), ["place_id"], unique=False)
    with _altered("tree") as table:
        table.drop_constraint(op.f("datum"), type_="check")
        table.drop_constraint(op.f("treestatus"), type_="check")
        table.add_column(sa.Column("datum_code", sa.String(32)))
        table.add_column(sa.Column("survey_serial", sa.String()))
        table.add_column(sa.Column("feature_code", sa.String()))
        table.add_column(sa.Column("census_scope", sa.String(20)))
        table.add_column(sa.Column("is_key_state_forest", sa.Boolean()))
        table.add_column(sa.Column("forest_group", sa.String()))
        table.add_column(sa.Column("forest_bureau", sa.String()))
        table.add_column(sa.Column("forest_farm", sa.String()))
        table.add_column(sa.Column("department", sa.String(20)))
        table.add_column(sa.Column("famous_category", sa.String(20)))
        table.add_column(sa.Column("condition", sa.String(20)))
        table.add_column(sa.Column("values_note", sa.String()))
        table.add_column(sa.Column("added_reason", sa.String(20)))
        table.add_column(sa.Column("removal_reason", sa.String(20)))
        table.add_column(sa.Column("death_disposal", sa.String(20)))
        table.add_column(sa.Column("species_record", sa.String()))
        table.add_column(sa.Column("photo_note", sa.String()))
        table.add_column(sa.Column("has_care_agreement", sa.Boolean()))
        table.add_column(sa.Column("is_in_timber_plantation", sa.Boolean()))
        table.add_column(sa.Column("stem_count", sa.Integer()))
        table.add_column(sa.Column("planted_year", sa.Integer()))
        table.add_column(sa.Column("planted_by", sa.String()))
        table.add_column(sa.Column("grove_no", sa.String()))
        table.add_column(sa.Column("place_id", sa.String()))
        table.create_foreign_key(op.f("fk_tree_place_id"), "place", ["place_id"], ["id"])
        table.create_check_constraint(
            op.f("addedreason"), sa.text("added_reason IN ('grew_old', 'missed_before', 'moved_in', 'other')")
        )
        table.create_check_constraint(op.f("censusscope"), sa.text("census_scope IN ('same', 'added')"))
        table.create_check_constraint(
            op.f("condition"), sa.text("condition IN ('normal', 'transplanted', 'maimed', 'new')")
        )
        table.create_check_constraint(
            op.f("datum"),
            sa.text("datum IN ('WGS84', 'CGCS2000', 'GCJ-02', 'BD-09', 'TWD97', 'grid', 'local', 'unknown')"),
        )
        table.create_check_constraint(
            op.f("deathdisposal"), sa.text("death_disposal IN ('kept', 'kept_in_part', 'felled')")
        )
        table.create_check_constraint(
            op.f("department"), sa.text("department IN ('forestry', 'urban_greening')")
        )
        table.create_check_constraint(
            op.f("famouscategory"),
            sa.text(
                "famous_category IN ('leader', 'foreign_guest', 'cultural_figure', 'recorded_event', 'world_heritage', 'commemorative', 'type_specimen', 'precious_species', 'other')"
            ),
        )
        table.create_check_constraint(
            op.f("removalreason"),
            sa.text(
                "removal_reason IN ('ageing', 'natural_disaster', 'pest_or_disease', 'human_damage', 'moved_out', 'other')"
            ),
        )
        table.create_check_constraint(
            op.f("treestatus"),
            sa.text("status IN ('alive', 'dead', 'missing', 'transplanted', 'delisted', 'merged')"),
        )
        table.create_index(op.f("ix_tree_grove_no"), ["grove_no"], unique=False)
        table.create_index(op.f("ix_tree_place_id"), ["place_id"], unique=False)
    with _altered("flag") as table:
        table.add_column(sa.Column("grove_id", sa.String(36)))
        table.add_column(sa.Column("garden_id", sa.String(36)))
        table.alter_column("tree_id", existing_type=sa.String(36), nullable=True)
        table.create_foreign_key(op.f("fk_flag_grove_id"), "grove", ["grove_id"], ["id"])
        table.create_foreign_key(op.f("fk_flag_garden_id"), "heritage_garden", ["garden_id"], ["id"])
        table.create_check_constraint(
            op.f("ck_flag_one_subject"),
            sa.text(
                "CASE WHEN tree_id IS NULL THEN 0 ELSE 1 END + CASE WHEN grove_id IS NULL THEN 0 ELSE 1 END + CASE WHEN garden_id IS NULL THEN 0 ELSE 1 END = 1"
            ),
        )
        table.create_index(op.f("ix_flag_garden_id"), ["garden_id"], unique=False)
        table.create_index(op.f("ix_flag_grove_id"), ["grove_id"], unique=False)
    with _altered("inspection") as table:
        table.drop_constraint(op.f("inspectionkind"), type_="check")
        table.add_column(sa.Column("grove_id", sa.String(36)))
        table.alter_column("tree_id", existing_type=sa.String(36), nullable=True)
        table.create_foreign_key(op.f("fk_inspection_grove_id"), "grove", ["grove_id"], ["id"])
        table.create_check_constraint(
            op.f("ck_inspection_one_subject"),
            sa.text(
                "CASE WHEN tree_id IS NULL THEN 0 ELSE 1 END + CASE WHEN grove_id IS NULL THEN 0 ELSE 1 END = 1"
            ),
        )
        table.create_check_constraint(
            op.f("inspectionkind"), sa.text("kind IN ('census', 'patrol', 'assessment', 'resurvey')")
        )
        table.create_index(op.f("ix_inspection_grove_id"), ["grove_id"], unique=False)
    with _altered("measurement") as table:
        table.add_column(sa.Column("stem_girths", sa.String()))
    with _altered("photo") as table:
        table.add_column(sa.Column("grove_id", sa.String(36)))
        table.add_column(sa.Column("garden_id", sa.String(36)))
        table.alter_column("tree_id", existing_type=sa.String(36), nullable=True)
        table.create_foreign_key(op.f("fk_photo_grove_id"), "grove", ["grove_id"], ["id"])
        table.create_foreign_key(op.f("fk_photo_garden_id"), "heritage_garden", ["garden_id"], ["id"])
        table.create_check_constraint(
            op.f("ck_photo_one_subject"),
            sa.text(
                "CASE WHEN tree_id IS NULL THEN 0 ELSE 1 END + CASE WHEN grove_id IS NULL THEN 0 ELSE 1 END + CASE WHEN garden_id IS NULL THEN 0 ELSE 1 END = 1"
            ),
        )
        table.create_index(op.f("ix_photo_garden_id"), ["garden_id"], unique=False)
        table.create_index(op.f("ix_photo_grove_id"), ["grove_id"], unique=False)
    with _altered("tag") as table:
        table.add_column(sa.Column("grove_id", sa.String(36)))
        table.alter_column("tree_id", existing_type=sa.String(36), nullable=True)
        table.create_foreign_key(op.f("fk_tag_grove_id"), "grove", ["grove_id"], ["id"])
        table.create_check_constraint(
            op.f("ck_tag_one_subject"),
            sa.text(
                "CASE WHEN tree_id IS NULL THEN 0 ELSE 1 END + CASE WHEN grove_id IS NULL THEN 0 ELSE 1 END = 1"
            ),
        )
        table.create_index(op.f("ix_tag_grove_id"), ["grove_id"], unique=False)
    with _altered("tree_alias") as table:
        table.add_column(sa.Column("grove_id", sa.String(36)))
        table.add_column(sa.Column("garden_id", sa.String(36)))
        table.alter_column("tree_id", existing_type=sa.String(36), nullable=True)
        table.create_foreign_key(op.f("fk_tree_alias_grove_id"), "grove", ["grove_id"], ["id"])
        table.create_foreign_key(op.f("fk_tree_alias_garden_id"), "heritage_garden", ["garden_id"], ["id"])
        table.create_check_constraint(
            op.f("ck_tree_alias_one_subject"),
            sa.text(
                "CASE WHEN tree_id IS NULL THEN 0 ELSE 1 END + CASE WHEN grove_id IS NULL THEN 0 ELSE 1 END + CASE WHEN garden_id IS NULL THEN 0 ELSE 1 END = 1"
            ),
        )
        table.create_index(op.f("ix_tree_alias_garden_id"), ["garden_id"], unique=False)
        table.create_index(op.f("ix_tree_alias_grove_id"), ["grove_id"], unique=False)
    with _altered("tree_party") as table:
        table.drop_constraint(op.f("partyrole"), type_="check")
        table.drop_constraint(op.f("uq_tree_party_tree_id_party_id_role"), type_="unique")
        table.add_column(sa.Column("grove_id", sa.String(36)))
        table.add_column(sa.Column("garden_id", sa.String(36)))
        table.add_column(sa.Column("place_id", sa.String(36)))
        table.alter_column("tree_id", existing_type=sa.String(36), nullable=True)
        table.create_foreign_key(op.f("fk_tree_party_grove_id"), "grove", ["grove_id"], ["id"])
        table.create_foreign_key(op.f("fk_tree_party_garden_id"), "heritage_garden", ["garden_id"], ["id"])
        table.create_foreign_key(op.f("fk_tree_party_place_id"), "place", ["place_id"], ["id"])
        table.create_unique_constraint(
            op.f("uq_tree_party_tree_id_party_id_role_from_on"), ["tree_id", "party_id", "role", "from_on"]
        )
        table.create_check_constraint(
            op.f("ck_tree_party_one_subject"),
            sa.text(
                "CASE WHEN tree_id IS NULL THEN 0 ELSE 1 END + CASE WHEN grove_id IS NULL THEN 0 ELSE 1 END + CASE WHEN garden_id IS NULL THEN 0 ELSE 1 END + CASE WHEN place_id IS NULL THEN 0 ELSE 1 END = 1"
            ),
        )
        table.create_check_constraint(
            op.f("partyrole"),
            sa.text("role IN ('steward', 'manager', 'surveyor', 'reviewer', 'lead', 'cooperating', 'owner')"),
        )
        table.create_index(op.f("ix_tree_party_garden_id"), ["garden_id"], unique=False)
        table.create_index(op.f("ix_tree_party_grove_id"), ["grove_id"], unique=False)
        table.create_index(op.f("ix_tree_party_place_id"), ["place_id"], unique=False)
    with _altered("designation") as table:
        table.add_column(sa.Column("grove_id", sa.String(36)))
        table.add_column(sa.Column("garden_id", sa.String(36)))
        table.add_column(sa.Column("category", sa.String(20)))
        table.add_column(sa.Column("approved_by", sa.String()))
        table.add_column(sa.Column("approved_on", sa.Date()))
        table.add_column(sa.Column("published_on", sa.Date()))
        table.add_column(sa.Column("published_url", sa.String()))
        table.add_column(sa.Column("ended_on", sa.Date()))
        table.add_column(sa.Column("case_id", sa.String(36)))
        table.alter_column("tree_id", existing_type=sa.String(36), nullable=True)
        table.create_foreign_key(op.f("fk_designation_grove_id"), "grove", ["grove_id"], ["id"])
        table.create_foreign_key(op.f("fk_designation_garden_id"), "heritage_garden", ["garden_id"], ["id"])
        table.create_foreign_key(op.f("fk_designation_case_id"), "case_file", ["case_id"], ["id"])
        table.create_check_constraint(
            op.f("category"),
            sa.text("category IN ('ancient', 'famous', 'ancient_famous', 'reserve', 'city_big', 'listed')"),
        )
        table.create_check_constraint(
            op.f("ck_designation_one_subject"),
            sa.text(
                "CASE WHEN tree_id IS NULL THEN 0 ELSE 1 END + CASE WHEN grove_id IS NULL THEN 0 ELSE 1 END + CASE WHEN garden_id IS NULL THEN 0 ELSE 1 END = 1"
            ),
        )
        table.create_index(op.f("ix_designation_case_id"), ["case_id"], unique=False)
        table.create_index(op.f("ix_designation_garden_id"), ["garden_id"], unique=False)
        table.create_index(op.f("ix_designation_grove_id"), ["grove_id"], unique=False)


def downgrade() -> None:
    op.execute("DELETE FROM designation WHERE tree_id IS NULL")
    with _altered("designation") as table:
        table.drop_index(op.f("ix_designation_case_id"))
        table.drop_index(op.f("ix_designation_garden_id"))
        table.drop_index(op.f("ix_designation_grove_id"))
        table.drop_constraint(op.f("category"), type_="check")
        table.drop_constraint(op.f("ck_designation_one_subject"), type_="check")
        table.drop_constraint(op.f("fk_designation_grove_id"), type_="foreignkey")
        table.drop_constraint(op.f("fk_designation_garden_id"), type_="foreignkey")
        table.drop_constraint(op.f("fk_designation_case_id"), type_="foreignkey")
        table.drop_column("grove_id")
        table.drop_column("garden_id")
        table.drop_column("category")
        table.drop_column("approved_by")
        table.drop_column("approved_on")
        table.drop_column("published_on")
        table.drop_column("published_url")
        table.drop_column("ended_on")
        table.drop_column("case_id")
        table.alter_column("tree_id", existing_type=sa.String(36), nullable=False)
    op.execute("DELETE FROM tree_party WHERE tree_id IS NULL")
    with _altered("tree_party") as table:
        table.drop_index(op.f("ix_tree_party_garden_id"))
        table.drop_index(op.f("ix_tree_party_grove_id"))
        table.drop_index(op.f("ix_tree_party_place_id"))
        table.drop_constraint(op.f("ck_tree_party_one_subject"), type_="check")
        table.drop_constraint(op.f("partyrole"), type_="check")
        table.drop_constraint(op.f("uq_tree_party_tree_id_party_id_role_from_on"), type_="unique")
        table.drop_constraint(op.f("fk_tree_party_grove_id"), type_="foreignkey")
        table.drop_constraint(op.f("fk_tree_party_garden_id"), type_="foreignkey")
        table.drop_constraint(op.f("fk_tree_party_place_id"), type_="foreignkey")
        table.drop_column("grove_id")
        table.drop_column("garden_id")
        table.drop_column("place_id")
        table.alter_column("tree_id", existing_type=sa.String(36), nullable=False)
        table.create_unique_constraint(
            op.f("uq_tree_party_tree_id_party_id_role"), ["tree_id", "party_id", "role"]
        )
        table.create_check_constraint(
            op.f("partyrole"), sa.text("role IN ('steward', 'manager', 'surveyor', 'reviewer')")
        )
    op.execute("DELETE FROM tree_alias WHERE tree_id IS NULL")
    with _altered("tree_alias") as table:
        table.drop_index(op.f("ix_tree_alias_garden_id"))
        table.drop_index(op.f("ix_tree_alias_grove_id"))
        table.drop_constraint(op.f("ck_tree_alias_one_subject"), type_="check")
        table.drop_constraint(op.f("fk_tree_alias_grove_id"), type_="foreignkey")
        table.drop_constraint(op.f("fk_tree_alias_garden_id"), type_="foreignkey")
        table.drop_column("grove_id")
        table.drop_column("garden_id")
        table.alter_column("tree_id", existing_type=sa.String(36), nullable=False)
    op.execute("DELETE FROM tag WHERE tree_id IS NULL")
    with _altered("tag") as table:
        table.drop_index(op.f("ix_tag_grove_id"))
        table.drop_constraint(op.f("ck_tag_one_subject"), type_="check")
        table.drop_constraint(op.f("fk_tag_grove_id"), type_="foreignkey")
        table.drop_column("grove_id")
        table.alter_column("tree_id", existing_type=sa.String(36), nullable=False)
    op.execute("DELETE FROM photo WHERE tree_id IS NULL")
    with _altered("photo") as table:
        table.drop_index(op.f("ix_photo_garden_id"))
        table.drop_index(op.f("ix_photo_grove_id"))
        table.drop_constraint(op.f("ck_photo_one_subject"), type_="check")
        table.drop_constraint(op.f("fk_photo_grove_id"), type_="foreignkey")
        table.drop_constraint(op.f("fk_photo_garden_id"), type_="foreignkey")
        table.drop_column("grove_id")
        table.drop_column("garden_id")
        table.alter_column("tree_id", existing_type=sa.String(36), nullable=False)
    with _altered("measurement") as table:
        table.drop_column("stem_girths")
    op.execute("DELETE FROM inspection WHERE tree_id IS NULL")
    with _altered("inspection") as table:
        table.drop_index(op.f("ix_inspection_grove_id"))
        table.drop_constraint(op.f("ck_inspection_one_subject"), type_="check")
        table.drop_constraint(op.f("inspectionkind"), type_="check")
        table.drop_constraint(op.f("fk_inspection_grove_id"), type_="foreignkey")
        table.drop_column("grove_id")
        table.alter_column("tree_id", existing_type=sa.String(36), nullable=False)
        table.create_check_constraint(
            op.f("inspectionkind"), sa.text("kind IN ('census', 'patrol', 'assessment')")
        )
    op.execute("DELETE FROM flag WHERE tree_id IS NULL")
    with _altered("flag") as table:
        table.drop_index(op.f("ix_flag_garden_id"))
        table.drop_index(op.f("ix_flag_grove_id"))
        table.drop_constraint(op.f("ck_flag_one_subject"), type_="check")
        table.drop_constraint(op.f("fk_flag_grove_id"), type_="foreignkey")
        table.drop_constraint(op.f("fk_flag_garden_id"), type_="foreignkey")
        table.drop_column("grove_id")
        table.drop_column("garden_id")
        table.alter_column("tree_id", existing_type=sa.String(36), nullable=False)
    with _altered("tree") as table:
        table.drop_index(op.f("ix_tree_grove_no"))
        table.drop_index(op.f("ix_tree_place_id"))
        table.drop_constraint(op.f("addedreason"), type_="check")
        table.drop_constraint(op.f("censusscope"), type_="check")
        table.drop_constraint(op.f("condition"), type_="check")
        table.drop_constraint(op.f("datum"), type_="check")
        table.drop_constraint(op.f("deathdisposal"), type_="check")
        table.drop_constraint(op.f("department"), type_="check")
        table.drop_constraint(op.f("famouscategory"), type_="check")
        table.drop_constraint(op.f("removalreason"), type_="check")
        table.drop_constraint(op.f("treestatus"), type_="check")
        table.drop_constraint(op.f("fk_tree_place_id"), type_="foreignkey")
        table.drop_column("datum_code")
        table.drop_column("survey_serial")
        table.drop_column("feature_code")
        table.drop_column("census_scope")
        table.drop_column("is_key_state_forest")
        table.drop_column("forest_group")
        table.drop_column("forest_bureau")
        table.drop_column("forest_farm")
        table.drop_column("department")
        table.drop_column("famous_category")
        table.drop_column("condition")
        table.drop_column("values_note")
        table.drop_column("added_reason")
        table.drop_column("removal_reason")
        table.drop_column("death_disposal")
        table.drop_column("species_record")
        table.drop_column("photo_note")
        table.drop_column("has_care_agreement")
        table.drop_column("is_in_timber_plantation")
        table.drop_column("stem_count")
        table.drop_column("planted_year")
        table.drop_column("planted_by")
        table.drop_column("grove_no")
        table.drop_column("place_id")
        table.create_check_constraint(
            op.f("datum"), sa.text("datum IN ('WGS84', 'CGCS2000', 'GCJ-02', 'BD-09', 'unknown')")
        )
        table.create_check_constraint(
            op.f("treestatus"), sa.text("status IN ('alive', 'dead', 'missing', 'transplanted', 'delisted')")
        )
    with _altered("grove") as table:
        table.drop_index(op.f("ix_grove_garden_id"))
        table.drop_index(op.f("ix_grove_place_id"))
        table.drop_constraint(op.f("censusscope"), type_="check")
        table.drop_constraint(op.f("ck_grove_lat_bounds"), type_="check")
        table.drop_constraint(op.f("ck_grove_lon_bounds"), type_="check")
        table.drop_constraint(op.f("datum"), type_="check")
        table.drop_constraint(op.f("department"), type_="check")
        table.drop_constraint(op.f("growthplace"), type_="check")
        table.drop_constraint(op.f("ownership"), type_="check")
        table.drop_constraint(op.f("treestatus"), type_="check")
        table.drop_constraint(op.f("fk_grove_garden_id"), type_="foreignkey")
        table.drop_constraint(op.f("fk_grove_place_id"), type_="foreignkey")
        table.drop_column("status")
        table.drop_column("town")
        table.drop_column("village")
        table.drop_column("small_place")
        table.drop_column("address")
        table.drop_column("lon_raw")
        table.drop_column("lat_raw")
        table.drop_column("datum")
        table.drop_column("datum_code")
        table.drop_column("lon")
        table.drop_column("lat")
        table.drop_column("ownership")
        table.drop_column("period")
        table.drop_column("text_lang")
        table.drop_column("source_url")
        table.drop_column("imported_hash")
        table.drop_column("census_scope")
        table.drop_column("survey_method")
        table.drop_column("growth_place")
        table.drop_column("extent_text")
        table.drop_column("elevation_m")
        table.drop_column("elevation_max_m")
        table.drop_column("slope")
        table.drop_column("slope_position")
        table.drop_column("aspect")
        table.drop_column("soil")
        table.drop_column("soil_depth")
        table.drop_column("count_first")
        table.drop_column("count_second")
        table.drop_column("count_third")
        table.drop_column("share_over_500")
        table.drop_column("share_300_500")
        table.drop_column("share_100_300")
        table.drop_column("dominant_species")
        table.drop_column("mean_age_years")
        table.drop_column("max_age_years")
        table.drop_column("mean_height_m")
        table.drop_column("mean_diameter_cm")
        table.drop_column("canopy_closure")
        table.drop_column("layers")
        table.drop_column("shrub_species")
        table.drop_column("shrub_cover_percent")
        table.drop_column("shrub_height_m")
        table.drop_column("herb_species")
        table.drop_column("herb_cover_percent")
        table.drop_column("herb_height_m")
        table.drop_column("target_species")
        table.drop_column("disturbance")
        table.drop_column("care_advice")
        table.drop_column("department")
        table.drop_column("protection_measures")
        table.drop_column("values")
        table.drop_column("values_note")
        table.drop_column("change_reason")
        table.drop_column("photo_note")
        table.drop_column("garden_id")
        table.drop_column("place_id")
    with _altered("heritage_garden") as table:
        table.drop_constraint(op.f("ck_heritage_garden_lat_bounds"), type_="check")
        table.drop_constraint(op.f("ck_heritage_garden_lon_bounds"), type_="check")
        table.drop_constraint(op.f("datum"), type_="check")
        table.drop_constraint(op.f("ownership"), type_="check")
        table.drop_constraint(op.f("treestatus"), type_="check")
        table.drop_column("status")
        table.drop_column("town")
        table.drop_column("village")
        table.drop_column("small_place")
        table.drop_column("address")
        table.drop_column("lon_raw")
        table.drop_column("lat_raw")
        table.drop_column("datum")
        table.drop_column("datum_code")
        table.drop_column("lon")
        table.drop_column("lat")
        table.drop_column("ownership")
        table.drop_column("text_lang")
        table.drop_column("source_url")
        table.drop_column("imported_hash")
        table.drop_column("list_batch")
        table.drop_column("state_of_care")
        table.drop_column("opening")
        table.drop_column("current_use")
        table.drop_column("relic_level")
        table.drop_column("is_world_heritage")
        table.drop_column("extant_elements")
        table.drop_column("description")
    with _altered("division") as table:
        table.drop_index(op.f("ix_division_code"))
        table.drop_constraint(op.f("fk_division_successor_id"), type_="foreignkey")
        table.drop_column("code")
        table.drop_column("successor_id")
    op.drop_table("objection")
    op.drop_table("case_step")
    op.drop_table("appraisal_opinion")
    op.drop_table("protection_list_entry")
    op.drop_table("case_file")
    op.drop_table("care_agreement")
    op.drop_table("campaign_target")
    op.drop_table("campaign_survey")
    op.drop_table("age_reading")
    op.drop_table("grove_species")
    op.drop_table("element")
    op.drop_table("craftsman")
    op.drop_table("campaign_village")
    op.drop_table("species_name")
    op.drop_table("rule_adoption")
    op.drop_table("protection_list")
    op.drop_table("place")
    op.drop_table("craft")
    op.drop_table("campaign")
    op.drop_table("record_link")
