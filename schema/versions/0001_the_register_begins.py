"""the register as it begins"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "authority",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("name_zh", sa.String(), nullable=False),
        sa.Column("name_zh_lang", sa.String(16), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("jurisdiction", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authority")),
    )
    with op.batch_alter_table("authority", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_authority_jurisdiction"), ["jurisdiction"], unique=False)

    op.create_table(
        "commitment",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("salt", sa.String(64), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("subject_id", sa.String(200), nullable=False),
        sa.Column("field", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_commitment")),
    )
    with op.batch_alter_table("commitment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_commitment_subject_id"), ["subject_id"], unique=False)

    op.create_table(
        "division",
        sa.Column("id", sa.String(200), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_lang", sa.String(16), nullable=False),
        sa.Column("name_en", sa.String(), nullable=True),
        sa.Column("level", sa.String(16), nullable=False),
        sa.Column("parent_id", sa.String(), nullable=True),
        sa.Column("jurisdiction", sa.String(64), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["parent_id"], ["division.id"], name=op.f("fk_division_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_division")),
    )
    with op.batch_alter_table("division", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_division_jurisdiction"), ["jurisdiction"], unique=False)
        batch_op.create_index(batch_op.f("ix_division_parent_id"), ["parent_id"], unique=False)

    op.create_table(
        "edition",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("history_head", sa.String(64), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("tree_count", sa.Integer(), nullable=False),
        sa.Column("withheld", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_edition")),
    )
    op.create_table(
        "event",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("document", sa.String(), nullable=True),
        sa.Column("item_count", sa.Integer(), nullable=False),
        sa.Column("items_hash", sa.String(64), nullable=False),
        sa.Column("previous_hash", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_event")),
        sa.UniqueConstraint("hash", name=op.f("uq_event_hash")),
    )
    op.create_table(
        "party",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("unit", "person", name="partykind", native_enum=False, create_constraint=True, length=20),
            nullable=False,
        ),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_lang", sa.String(16), nullable=False),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("consented_on", sa.Date(), nullable=True),
        sa.Column("consent_document", sa.String(), nullable=True),
        sa.CheckConstraint("length(trim(name)) > 0", name=op.f("ck_party_name_not_blank")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party")),
    )
    with op.batch_alter_table("party", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_party_name"), ["name"], unique=False)

    op.create_table(
        "setting",
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_setting")),
    )
    op.create_table(
        "source",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("title_lang", sa.String(16), nullable=False),
        sa.Column("title_en", sa.String(), nullable=False),
        sa.Column("publisher", sa.String(), nullable=False),
        sa.Column("licence", sa.String(), nullable=False),
        sa.Column("licence_url", sa.String(), nullable=False),
        sa.Column("attribution", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source")),
    )
    op.create_table(
        "species",
        sa.Column("id", sa.String(200), nullable=False),
        sa.Column("name_latin", sa.String(), nullable=True),
        sa.Column("name_author", sa.String(), nullable=True),
        sa.Column("name_hans", sa.String(), nullable=True),
        sa.Column("name_hant", sa.String(), nullable=True),
        sa.Column("name_en", sa.String(), nullable=True),
        sa.Column("family", sa.String(), nullable=True),
        sa.Column("genus", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_species")),
    )
    with op.batch_alter_table("species", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_species_name_latin"), ["name_latin"], unique=False)

    op.create_table(
        "event_item",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("subject_type", sa.String(32), nullable=False),
        sa.Column("subject_id", sa.String(200), nullable=False),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("change", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["seq"], ["event.seq"], name=op.f("fk_event_item_seq")),
        sa.PrimaryKeyConstraint("seq", "ordinal", name=op.f("pk_event_item")),
    )
    with op.batch_alter_table("event_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_item_subject_id"), ["subject_id"], unique=False)

    op.create_table(
        "grove",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("number", sa.String(64), nullable=False),
        sa.Column("authority_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("name_lang", sa.String(16), nullable=False),
        sa.Column("division_id", sa.String(), nullable=True),
        sa.Column("boundary", sa.Text(), nullable=False),
        sa.Column("tree_count", sa.Integer(), nullable=True),
        sa.Column("area_ha", sa.Float(), nullable=True),
        sa.Column("protection_grade", sa.String(), nullable=True),
        sa.Column("grade_scheme", sa.String(), nullable=True),
        sa.Column("notes", sa.String(), nullable=True),
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
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("updated_on", sa.Date(), nullable=False),
        sa.CheckConstraint("length(trim(number)) > 0", name=op.f("ck_grove_number_not_blank")),
        sa.CheckConstraint("tree_count >= 0", name=op.f("ck_grove_tree_count_bounds")),
        sa.ForeignKeyConstraint(["authority_id"], ["authority.id"], name=op.f("fk_grove_authority_id")),
        sa.ForeignKeyConstraint(["division_id"], ["division.id"], name=op.f("fk_grove_division_id")),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_grove_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grove")),
        sa.UniqueConstraint("number", "authority_id", name=op.f("uq_grove_number_authority_id")),
    )
    with op.batch_alter_table("grove", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_grove_authority_id"), ["authority_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_grove_number"), ["number"], unique=False)

    op.create_table(
        "heritage_garden",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("number", sa.String(64), nullable=False),
        sa.Column("authority_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("name_lang", sa.String(16), nullable=False),
        sa.Column("division_id", sa.String(), nullable=True),
        sa.Column("boundary", sa.Text(), nullable=False),
        sa.Column("tree_count", sa.Integer(), nullable=True),
        sa.Column("area_ha", sa.Float(), nullable=True),
        sa.Column("period", sa.String(), nullable=True),
        sa.Column("notes", sa.String(), nullable=True),
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
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("updated_on", sa.Date(), nullable=False),
        sa.CheckConstraint("length(trim(number)) > 0", name=op.f("ck_heritage_garden_number_not_blank")),
        sa.CheckConstraint("tree_count >= 0", name=op.f("ck_heritage_garden_tree_count_bounds")),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authority.id"], name=op.f("fk_heritage_garden_authority_id")
        ),
        sa.ForeignKeyConstraint(
            ["division_id"], ["division.id"], name=op.f("fk_heritage_garden_division_id")
        ),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_heritage_garden_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_heritage_garden")),
        sa.UniqueConstraint("number", "authority_id", name=op.f("uq_heritage_garden_number_authority_id")),
    )
    with op.batch_alter_table("heritage_garden", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_heritage_garden_authority_id"), ["authority_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_heritage_garden_number"), ["number"], unique=False)

    op.create_table(
        "source_file",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("encoding", sa.String(32), nullable=False),
        sa.Column("mapping_id", sa.String(64), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rows_read", sa.Integer(), nullable=False),
        sa.Column("rows_created", sa.Integer(), nullable=False),
        sa.Column("rows_updated", sa.Integer(), nullable=False),
        sa.Column("rows_unchanged", sa.Integer(), nullable=False),
        sa.Column("rows_rejected", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_source_file_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_file")),
    )
    with op.batch_alter_table("source_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_source_file_source_id"), ["source_id"], unique=False)

    op.create_table(
        "tree",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("tree_no", sa.String(64), nullable=False),
        sa.Column("number_scheme", sa.String(32), nullable=False),
        sa.Column("authority_id", sa.String(), nullable=False),
        sa.Column(
            "category",
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
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "alive",
                "dead",
                "missing",
                "transplanted",
                "delisted",
                name="treestatus",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("species_id", sa.String(), nullable=True),
        sa.Column("name_verbatim", sa.String(), nullable=True),
        sa.Column("latin_verbatim", sa.String(), nullable=True),
        sa.Column("common_name", sa.String(), nullable=True),
        sa.Column("division_id", sa.String(), nullable=True),
        sa.Column("town", sa.String(), nullable=True),
        sa.Column("village", sa.String(), nullable=True),
        sa.Column("small_place", sa.String(), nullable=True),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column(
            "growth_place",
            sa.Enum(
                "remote",
                "rural",
                "urban",
                "historic_district",
                "scenic_site",
                "park_street",
                "unit_courtyard",
                "relic_unit",
                "transport_line",
                "waterside",
                "natural_forest",
                "park",
                "school",
                "street",
                "public_place",
                "private_home",
                "other",
                name="growthplace",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=True,
        ),
        sa.Column(
            "distribution",
            sa.Enum(
                "scattered",
                "grouped",
                name="distribution",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=True,
        ),
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
        sa.Column("lon_raw", sa.String(), nullable=True),
        sa.Column("lat_raw", sa.String(), nullable=True),
        sa.Column(
            "datum",
            sa.Enum(
                "WGS84",
                "CGCS2000",
                "GCJ-02",
                "BD-09",
                "unknown",
                name="datum",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("coordinate_uncertainty_m", sa.Float(), nullable=True),
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
        sa.Column("elevation_m", sa.Float(), nullable=True),
        sa.Column("slope", sa.String(), nullable=True),
        sa.Column("slope_position", sa.String(), nullable=True),
        sa.Column("aspect", sa.String(), nullable=True),
        sa.Column("soil", sa.String(), nullable=True),
        sa.Column("soil_compaction", sa.String(), nullable=True),
        sa.Column("soil_depth", sa.String(), nullable=True),
        sa.Column("age_years", sa.Integer(), nullable=True),
        sa.Column(
            "age_basis",
            sa.Enum(
                "documented",
                "estimated",
                "legend",
                name="agebasis",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=True,
        ),
        sa.Column("age_as_of", sa.Date(), nullable=True),
        sa.Column("age_method", sa.String(), nullable=True),
        sa.Column(
            "vigour",
            sa.Enum(
                "normal",
                "weak",
                "slightly_weak",
                "very_weak",
                "endangered",
                "dead",
                "high",
                "low",
                "good",
                "fair",
                "poor",
                name="vigour",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=True,
        ),
        sa.Column("vigour_scale", sa.String(), nullable=True),
        sa.Column(
            "environment",
            sa.Enum(
                "good",
                "medium",
                "poor",
                "very_poor",
                name="environment",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=True,
        ),
        sa.Column("damage", sa.String(), nullable=True),
        sa.Column("threats", sa.String(), nullable=True),
        sa.Column("protection_measures", sa.String(), nullable=True),
        sa.Column("rejuvenation", sa.String(), nullable=True),
        sa.Column("values", sa.String(), nullable=True),
        sa.Column("history_text", sa.String(), nullable=True),
        sa.Column("peculiarity", sa.String(), nullable=True),
        sa.Column("notes", sa.String(), nullable=True),
        sa.Column("text_lang", sa.String(16), nullable=False),
        sa.Column("source_url", sa.String(), nullable=True),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("released", sa.Text(), nullable=False),
        sa.Column("imported_hash", sa.String(64), nullable=True),
        sa.Column("grove_id", sa.String(), nullable=True),
        sa.Column("garden_id", sa.String(), nullable=True),
        sa.Column("updated_on", sa.Date(), nullable=False),
        sa.CheckConstraint("(lon IS NULL) = (lat IS NULL)", name=op.f("ck_tree_position_whole")),
        sa.CheckConstraint("age_years >= 0 AND age_years <= 20000", name=op.f("ck_tree_age_years_bounds")),
        sa.CheckConstraint(
            "coordinate_uncertainty_m >= 0", name=op.f("ck_tree_coordinate_uncertainty_m_bounds")
        ),
        sa.CheckConstraint(
            "elevation_m >= -500 AND elevation_m <= 9000", name=op.f("ck_tree_elevation_m_bounds")
        ),
        sa.CheckConstraint("lat >= -90 AND lat <= 90", name=op.f("ck_tree_lat_bounds")),
        sa.CheckConstraint("length(tree_no) <= 64", name=op.f("ck_tree_tree_no_length")),
        sa.CheckConstraint("length(trim(tree_no)) > 0", name=op.f("ck_tree_tree_no_not_blank")),
        sa.CheckConstraint("lon >= -180 AND lon <= 180", name=op.f("ck_tree_lon_bounds")),
        sa.CheckConstraint(
            "vigour IS NULL OR vigour_scale IS NOT NULL", name=op.f("ck_tree_vigour_has_scale")
        ),
        sa.ForeignKeyConstraint(["authority_id"], ["authority.id"], name=op.f("fk_tree_authority_id")),
        sa.ForeignKeyConstraint(["division_id"], ["division.id"], name=op.f("fk_tree_division_id")),
        sa.ForeignKeyConstraint(["garden_id"], ["heritage_garden.id"], name=op.f("fk_tree_garden_id")),
        sa.ForeignKeyConstraint(["grove_id"], ["grove.id"], name=op.f("fk_tree_grove_id")),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_tree_source_id")),
        sa.ForeignKeyConstraint(["species_id"], ["species.id"], name=op.f("fk_tree_species_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tree")),
        sa.UniqueConstraint(
            "tree_no",
            "number_scheme",
            "authority_id",
            name=op.f("uq_tree_tree_no_number_scheme_authority_id"),
        ),
    )
    with op.batch_alter_table("tree", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tree_authority_id"), ["authority_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_tree_division_id"), ["division_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_tree_garden_id"), ["garden_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_tree_grove_id"), ["grove_id"], unique=False)
        batch_op.create_index("ix_tree_position", ["lat", "lon"], unique=False)
        batch_op.create_index(batch_op.f("ix_tree_source_id"), ["source_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_tree_species_id"), ["species_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_tree_tree_no"), ["tree_no"], unique=False)

    op.create_table(
        "designation",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("tree_id", sa.String(36), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "grade",
                "listing",
                name="designationkind",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("scheme", sa.String(64), nullable=False),
        sa.Column("grade", sa.String(16), nullable=True),
        sa.Column("designated_on", sa.Date(), nullable=True),
        sa.Column("authority_id", sa.String(), nullable=True),
        sa.Column("document_no", sa.String(), nullable=True),
        sa.Column("source_id", sa.String(), nullable=True),
        sa.CheckConstraint("kind <> 'grade' OR grade IS NOT NULL", name=op.f("ck_designation_grade_said")),
        sa.ForeignKeyConstraint(["authority_id"], ["authority.id"], name=op.f("fk_designation_authority_id")),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_designation_source_id")),
        sa.ForeignKeyConstraint(["tree_id"], ["tree.id"], name=op.f("fk_designation_tree_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_designation")),
    )
    with op.batch_alter_table("designation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_designation_tree_id"), ["tree_id"], unique=False)

    op.create_table(
        "flag",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("tree_id", sa.String(36), nullable=False),
        sa.Column("check", sa.String(64), nullable=False),
        sa.Column(
            "severity",
            sa.Enum("note", "warning", name="severity", native_enum=False, create_constraint=True, length=20),
            nullable=False,
        ),
        sa.Column("field", sa.String(64), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["tree_id"], ["tree.id"], name=op.f("fk_flag_tree_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flag")),
        sa.UniqueConstraint("tree_id", "check", "field", name=op.f("uq_flag_tree_id_check_field")),
    )
    with op.batch_alter_table("flag", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_flag_tree_id"), ["tree_id"], unique=False)

    op.create_table(
        "inspection",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("tree_id", sa.String(36), nullable=False),
        sa.Column("inspected_on", sa.Date(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "census",
                "patrol",
                "assessment",
                name="inspectionkind",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column(
            "vigour",
            sa.Enum(
                "normal",
                "weak",
                "slightly_weak",
                "very_weak",
                "endangered",
                "dead",
                "high",
                "low",
                "good",
                "fair",
                "poor",
                name="vigour",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=True,
        ),
        sa.Column("vigour_scale", sa.String(), nullable=True),
        sa.Column(
            "environment",
            sa.Enum(
                "good",
                "medium",
                "poor",
                "very_poor",
                name="environment",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=True,
        ),
        sa.Column(
            "risk_rating",
            sa.Enum(
                "low",
                "moderate",
                "high",
                "extreme",
                name="riskrating",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=True,
        ),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.Column("notes", sa.String(), nullable=True),
        sa.Column("party_id", sa.String(), nullable=True),
        sa.Column("source_id", sa.String(), nullable=True),
        sa.CheckConstraint(
            "vigour IS NULL OR vigour_scale IS NOT NULL", name=op.f("ck_inspection_vigour_has_scale")
        ),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_inspection_party_id")),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_inspection_source_id")),
        sa.ForeignKeyConstraint(["tree_id"], ["tree.id"], name=op.f("fk_inspection_tree_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection")),
    )
    with op.batch_alter_table("inspection", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_inspection_tree_id"), ["tree_id"], unique=False)

    op.create_table(
        "measurement",
        sa.Column("measured_on", sa.Date(), nullable=True),
        sa.Column("girth_cm", sa.Float(), nullable=True),
        sa.Column("diameter_cm", sa.Float(), nullable=True),
        sa.Column("ground_girth_cm", sa.Float(), nullable=True),
        sa.Column("ground_diameter_cm", sa.Float(), nullable=True),
        sa.Column("height_m", sa.Float(), nullable=True),
        sa.Column("crown_m", sa.Float(), nullable=True),
        sa.Column("crown_ew_m", sa.Float(), nullable=True),
        sa.Column("crown_ns_m", sa.Float(), nullable=True),
        sa.Column("measure_height_m", sa.Float(), nullable=True),
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("tree_id", sa.String(36), nullable=False),
        sa.Column("source_id", sa.String(), nullable=True),
        sa.CheckConstraint("crown_m > 0", name=op.f("ck_measurement_crown_m_positive")),
        sa.CheckConstraint("diameter_cm > 0", name=op.f("ck_measurement_diameter_cm_positive")),
        sa.CheckConstraint("girth_cm > 0", name=op.f("ck_measurement_girth_cm_positive")),
        sa.CheckConstraint("ground_diameter_cm > 0", name=op.f("ck_measurement_ground_diameter_cm_positive")),
        sa.CheckConstraint("ground_girth_cm > 0", name=op.f("ck_measurement_ground_girth_cm_positive")),
        sa.CheckConstraint("height_m > 0", name=op.f("ck_measurement_height_m_positive")),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_measurement_source_id")),
        sa.ForeignKeyConstraint(["tree_id"], ["tree.id"], name=op.f("fk_measurement_tree_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measurement")),
    )
    with op.batch_alter_table("measurement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_measurement_tree_id"), ["tree_id"], unique=False)

    op.create_table(
        "photo",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("tree_id", sa.String(36), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "whole",
                "trunk",
                "crown",
                "bark",
                "leaf",
                "site",
                "tag",
                "defect",
                "other",
                name="photokind",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("taken_on", sa.Date(), nullable=True),
        sa.Column("caption", sa.String(), nullable=True),
        sa.Column("caption_released", sa.Boolean(), nullable=False),
        sa.Column("credit_party_id", sa.String(), nullable=True),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("added_on", sa.Date(), nullable=False),
        sa.Column("is_released", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["credit_party_id"], ["party.id"], name=op.f("fk_photo_credit_party_id")),
        sa.ForeignKeyConstraint(["tree_id"], ["tree.id"], name=op.f("fk_photo_tree_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo")),
        sa.UniqueConstraint("tree_id", "sha256", name=op.f("uq_photo_tree_id_sha256")),
    )
    with op.batch_alter_table("photo", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_photo_tree_id"), ["tree_id"], unique=False)

    op.create_table(
        "tag",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("tree_id", sa.String(36), nullable=False),
        sa.Column("code", sa.String(8), nullable=False),
        sa.Column("key_id", sa.String(16), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "issued",
                "replaced",
                "withdrawn",
                name="tagstate",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["tree_id"], ["tree.id"], name=op.f("fk_tag_tree_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tag")),
        sa.UniqueConstraint("code", name=op.f("uq_tag_code")),
    )
    with op.batch_alter_table("tag", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tag_tree_id"), ["tree_id"], unique=False)

    op.create_table(
        "tree_alias",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("tree_id", sa.String(36), nullable=False),
        sa.Column("number", sa.String(64), nullable=False),
        sa.Column("scheme", sa.String(32), nullable=False),
        sa.CheckConstraint("length(trim(number)) > 0", name=op.f("ck_tree_alias_number_not_blank")),
        sa.ForeignKeyConstraint(["tree_id"], ["tree.id"], name=op.f("fk_tree_alias_tree_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tree_alias")),
        sa.UniqueConstraint("tree_id", "number", "scheme", name=op.f("uq_tree_alias_tree_id_number_scheme")),
    )
    with op.batch_alter_table("tree_alias", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tree_alias_number"), ["number"], unique=False)
        batch_op.create_index(batch_op.f("ix_tree_alias_tree_id"), ["tree_id"], unique=False)

    op.create_table(
        "tree_party",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("tree_id", sa.String(36), nullable=False),
        sa.Column("party_id", sa.String(36), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "steward",
                "manager",
                "surveyor",
                "reviewer",
                name="partyrole",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_tree_party_party_id")),
        sa.ForeignKeyConstraint(["tree_id"], ["tree.id"], name=op.f("fk_tree_party_tree_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tree_party")),
        sa.UniqueConstraint("tree_id", "party_id", "role", name=op.f("uq_tree_party_tree_id_party_id_role")),
    )
    with op.batch_alter_table("tree_party", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tree_party_party_id"), ["party_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_tree_party_tree_id"), ["tree_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("tree_party", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tree_party_tree_id"))
        batch_op.drop_index(batch_op.f("ix_tree_party_party_id"))

    op.drop_table("tree_party")
    with op.batch_alter_table("tree_alias", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tree_alias_tree_id"))
        batch_op.drop_index(batch_op.f("ix_tree_alias_number"))

    op.drop_table("tree_alias")
    with op.batch_alter_table("tag", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tag_tree_id"))

    op.drop_table("tag")
    with op.batch_alter_table("photo", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_photo_tree_id"))

    op.drop_table("photo")
    with op.batch_alter_table("measurement", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_measurement_tree_id"))

    op.drop_table("measurement")
    with op.batch_alter_table("inspection", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_inspection_tree_id"))

    op.drop_table("inspection")
    with op.batch_alter_table("flag", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_flag_tree_id"))

    op.drop_table("flag")
    with op.batch_alter_table("designation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_designation_tree_id"))

    op.drop_table("designation")
    with op.batch_alter_table("tree", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tree_tree_no"))
        batch_op.drop_index(batch_op.f("ix_tree_species_id"))
        batch_op.drop_index(batch_op.f("ix_tree_source_id"))
        batch_op.drop_index("ix_tree_position")
        batch_op.drop_index(batch_op.f("ix_tree_grove_id"))
        batch_op.drop_index(batch_op.f("ix_tree_garden_id"))
        batch_op.drop_index(batch_op.f("ix_tree_division_id"))
        batch_op.drop_index(batch_op.f("ix_tree_authority_id"))

    op.drop_table("tree")
    with op.batch_alter_table("source_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_source_file_source_id"))

    op.drop_table("source_file")
    with op.batch_alter_table("heritage_garden", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_heritage_garden_number"))
        batch_op.drop_index(batch_op.f("ix_heritage_garden_authority_id"))

    op.drop_table("heritage_garden")
    with op.batch_alter_table("grove", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_grove_number"))
        batch_op.drop_index(batch_op.f("ix_grove_authority_id"))

    op.drop_table("grove")
    with op.batch_alter_table("event_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_event_item_subject_id"))

    op.drop_table("event_item")
    with op.batch_alter_table("species", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_species_name_latin"))

    op.drop_table("species")
    op.drop_table("source")
    op.drop_table("setting")
    with op.batch_alter_table("party", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_party_name"))

    op.drop_table("party")
    op.drop_table("event")
    op.drop_table("edition")
    with op.batch_alter_table("division", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_division_parent_id"))
        batch_op.drop_index(batch_op.f("ix_division_jurisdiction"))

    op.drop_table("division")
    with op.batch_alter_table("commitment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_commitment_subject_id"))

    op.drop_table("commitment")
    with op.batch_alter_table("authority", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_authority_jurisdiction"))

    op.drop_table("authority")
