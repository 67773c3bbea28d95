"""Stories and legends, walks, withdrawn editions, and webhooks for what changed."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
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
        "webhook",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("url", sa.String(2000), nullable=False),
        sa.Column("filters", sa.Text(), nullable=False),
        sa.Column("may_be_private", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("since_edition", sa.Integer(), nullable=False),
        sa.CheckConstraint("length(trim(name)) > 0", name=op.f("ck_webhook_name_not_blank")),
        sa.CheckConstraint("length(trim(url)) > 0", name=op.f("ck_webhook_url_not_blank")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
        sa.UniqueConstraint("name", name=op.f("uq_webhook_name")),
    )
    op.create_table(
        "walk",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "research_trip",
                "garden",
                "tree_park",
                "city_walk",
                name="walkkind",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("title_en", sa.String(), nullable=True),
        sa.Column("lang", sa.String(16), nullable=False),
        sa.Column("intro", sa.String(), nullable=True),
        sa.Column("intro_en", sa.String(), nullable=True),
        sa.Column("season", sa.String(), nullable=True),
        sa.Column("duration_h", sa.Float(), nullable=True),
        sa.Column("length_m", sa.Float(), nullable=True),
        sa.Column("accessibility", sa.String(), nullable=True),
        sa.Column("start", sa.String(), nullable=True),
        sa.Column("author_id", sa.String(36), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "released",
                "retracted",
                name="walkstate",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("releaser_id", sa.String(36), nullable=True),
        sa.Column("released_on", sa.Date(), nullable=True),
        sa.CheckConstraint("duration_h > 0", name=op.f("ck_walk_duration_h_bounds")),
        sa.CheckConstraint("length(trim(title)) > 0", name=op.f("ck_walk_title_not_blank")),
        sa.CheckConstraint("length_m > 0", name=op.f("ck_walk_length_m_bounds")),
        sa.ForeignKeyConstraint(["author_id"], ["party.id"], name=op.f("fk_walk_author_id")),
        sa.ForeignKeyConstraint(["releaser_id"], ["party.id"], name=op.f("fk_walk_releaser_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_walk")),
        sa.UniqueConstraint("code", name=op.f("uq_walk_code")),
    )
    op.create_index(op.f("ix_walk_author_id"), "walk", ["author_id"], unique=False)
    op.create_index(op.f("ix_walk_releaser_id"), "walk", ["releaser_id"], unique=False)
    op.create_table(
        "webhook_delivery",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("webhook_id", sa.String(36), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "pending",
                "delivered",
                "given_up",
                name="deliverystate",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_status", sa.Integer(), nullable=True),
        sa.Column("last_problem", sa.String(200), nullable=True),
        sa.Column("body_sha256", sa.String(64), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["webhook_id"], ["webhook.id"], name=op.f("fk_webhook_delivery_webhook_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_delivery")),
        sa.UniqueConstraint("webhook_id", "edition", name=op.f("uq_webhook_delivery_webhook_id_edition")),
    )
    op.create_index(op.f("ix_webhook_delivery_webhook_id"), "webhook_delivery", ["webhook_id"], unique=False)
    op.create_table(
        "story",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("tree_id", sa.String(36), nullable=True),
        sa.Column("grove_id", sa.String(36), nullable=True),
        sa.Column("garden_id", sa.String(36), nullable=True),
        sa.Column("place_id", sa.String(36), nullable=True),
        sa.Column("element_id", sa.String(36), nullable=True),
        sa.Column("division_id", sa.String(200), nullable=True),
        sa.Column("species_id", sa.String(200), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "legend",
                "history",
                "event",
                "verse",
                "custom",
                "person",
                "name_origin",
                "other",
                name="storykind",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("lang", sa.String(16), nullable=False),
        sa.Column(
            "reliability",
            sa.Enum(
                "documented",
                "recorded",
                "oral",
                "disputed",
                "unknown",
                name="reliability",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("source_text", sa.String(), nullable=True),
        sa.Column("source_url", sa.String(), nullable=True),
        sa.Column("teller_id", sa.String(36), nullable=True),
        sa.Column("is_historic_teller", sa.Boolean(), nullable=False),
        sa.Column("collector_id", sa.String(36), nullable=True),
        sa.Column("collected_on", sa.Date(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "reviewed",
                "released",
                "retracted",
                name="storystate",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("reviewer_id", sa.String(36), nullable=True),
        sa.Column("reviewed_on", sa.Date(), nullable=True),
        sa.Column("releaser_id", sa.String(36), nullable=True),
        sa.Column("released_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "CASE WHEN tree_id IS NULL THEN 0 ELSE 1 END + CASE WHEN grove_id IS NULL THEN 0 ELSE 1 END + CASE WHEN garden_id IS NULL THEN 0 ELSE 1 END + CASE WHEN place_id IS NULL THEN 0 ELSE 1 END + CASE WHEN element_id IS NULL THEN 0 ELSE 1 END + CASE WHEN division_id IS NULL THEN 0 ELSE 1 END + CASE WHEN species_id IS NULL THEN 0 ELSE 1 END = 1",
            name=op.f("ck_story_one_subject"),
        ),
        sa.CheckConstraint("length(trim(text)) > 0", name=op.f("ck_story_text_not_blank")),
        sa.CheckConstraint("length(trim(title)) > 0", name=op.f("ck_story_title_not_blank")),
        sa.ForeignKeyConstraint(["collector_id"], ["party.id"], name=op.f("fk_story_collector_id")),
        sa.ForeignKeyConstraint(["division_id"], ["division.id"], name=op.f("fk_story_division_id")),
        sa.ForeignKeyConstraint(["element_id"], ["element.id"], name=op.f("fk_story_element_id")),
        sa.ForeignKeyConstraint(["garden_id"], ["heritage_garden.id"], name=op.f("fk_story_garden_id")),
        sa.ForeignKeyConstraint(["grove_id"], ["grove.id"], name=op.f("fk_story_grove_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_story_place_id")),
        sa.ForeignKeyConstraint(["releaser_id"], ["party.id"], name=op.f("fk_story_releaser_id")),
        sa.ForeignKeyConstraint(["reviewer_id"], ["party.id"], name=op.f("fk_story_reviewer_id")),
        sa.ForeignKeyConstraint(["species_id"], ["species.id"], name=op.f("fk_story_species_id")),
        sa.ForeignKeyConstraint(["teller_id"], ["party.id"], name=op.f("fk_story_teller_id")),
        sa.ForeignKeyConstraint(["tree_id"], ["tree.id"], name=op.f("fk_story_tree_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_story")),
        sa.UniqueConstraint("code", name=op.f("uq_story_code")),
    )
    op.create_index(op.f("ix_story_collector_id"), "story", ["collector_id"], unique=False)
    op.create_index(op.f("ix_story_division_id"), "story", ["division_id"], unique=False)
    op.create_index(op.f("ix_story_element_id"), "story", ["element_id"], unique=False)
    op.create_index(op.f("ix_story_garden_id"), "story", ["garden_id"], unique=False)
    op.create_index(op.f("ix_story_grove_id"), "story", ["grove_id"], unique=False)
    op.create_index(op.f("ix_story_place_id"), "story", ["place_id"], unique=False)
    op.create_index(op.f("ix_story_releaser_id"), "story", ["releaser_id"], unique=False)
    op.create_index(op.f("ix_story_reviewer_id"), "story", ["reviewer_id"], unique=False)
    op.create_index(op.f("ix_story_species_id"), "story", ["species_id"], unique=False)
    op.create_index(op.f("ix_story_teller_id"), "story", ["teller_id"], unique=False)
    op.create_index(op.f("ix_story_tree_id"), "story", ["tree_id"], unique=False)
    op.create_table(
        "walk_stop",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("walk_id", sa.String(36), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("tree_id", sa.String(36), nullable=True),
        sa.Column("grove_id", sa.String(36), nullable=True),
        sa.Column("garden_id", sa.String(36), nullable=True),
        sa.Column("place_id", sa.String(36), nullable=True),
        sa.Column("element_id", sa.String(36), nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("name_en", sa.String(), nullable=True),
        sa.Column("text", sa.String(), nullable=True),
        sa.Column("text_en", sa.String(), nullable=True),
        sa.CheckConstraint(
            "CASE WHEN tree_id IS NULL THEN 0 ELSE 1 END + CASE WHEN grove_id IS NULL THEN 0 ELSE 1 END + CASE WHEN garden_id IS NULL THEN 0 ELSE 1 END + CASE WHEN place_id IS NULL THEN 0 ELSE 1 END + CASE WHEN element_id IS NULL THEN 0 ELSE 1 END + CASE WHEN lon IS NULL OR lat IS NULL OR name IS NULL THEN 0 ELSE 1 END = 1",
            name=op.f("ck_walk_stop_one_place"),
        ),
        sa.CheckConstraint("lat >= -90 AND lat <= 90", name=op.f("ck_walk_stop_lat_bounds")),
        sa.CheckConstraint("lon >= -180 AND lon <= 180", name=op.f("ck_walk_stop_lon_bounds")),
        sa.ForeignKeyConstraint(["element_id"], ["element.id"], name=op.f("fk_walk_stop_element_id")),
        sa.ForeignKeyConstraint(["garden_id"], ["heritage_garden.id"], name=op.f("fk_walk_stop_garden_id")),
        sa.ForeignKeyConstraint(["grove_id"], ["grove.id"], name=op.f("fk_walk_stop_grove_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_walk_stop_place_id")),
        sa.ForeignKeyConstraint(["tree_id"], ["tree.id"], name=op.f("fk_walk_stop_tree_id")),
        sa.ForeignKeyConstraint(["walk_id"], ["walk.id"], name=op.f("fk_walk_stop_walk_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_walk_stop")),
        sa.UniqueConstraint("walk_id", "ordinal", name=op.f("uq_walk_stop_walk_id_ordinal")),
    )
    op.create_index(op.f("ix_walk_stop_element_id"), "walk_stop", ["element_id"], unique=False)
    op.create_index(op.f("ix_walk_stop_garden_id"), "walk_stop", ["garden_id"], unique=False)
    op.create_index(op.f("ix_walk_stop_grove_id"), "walk_stop", ["grove_id"], unique=False)
    op.create_index(op.f("ix_walk_stop_place_id"), "walk_stop", ["place_id"], unique=False)
    op.create_index(op.f("ix_walk_stop_tree_id"), "walk_stop", ["tree_id"], unique=False)
    op.create_index(op.f("ix_walk_stop_walk_id"), "walk_stop", ["walk_id"], unique=False)
    op.create_table(
        "story_text",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("story_id", sa.String(36), nullable=False),
        sa.Column("lang", sa.String(16), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("translator_id", sa.String(36), nullable=True),
        sa.CheckConstraint("length(trim(text)) > 0", name=op.f("ck_story_text_text_not_blank")),
        sa.CheckConstraint("length(trim(title)) > 0", name=op.f("ck_story_text_title_not_blank")),
        sa.ForeignKeyConstraint(["story_id"], ["story.id"], name=op.f("fk_story_text_story_id")),
        sa.ForeignKeyConstraint(["translator_id"], ["party.id"], name=op.f("fk_story_text_translator_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_story_text")),
        sa.UniqueConstraint("story_id", "lang", name=op.f("uq_story_text_story_id_lang")),
    )
    op.create_index(op.f("ix_story_text_story_id"), "story_text", ["story_id"], unique=False)
    op.create_index(op.f("ix_story_text_translator_id"), "story_text", ["translator_id"], unique=False)
    with _altered("edition") as table:
        table.add_column(sa.Column("withdrawn_on", sa.Date()))
        table.add_column(sa.Column("withdrawn_reason", sa.String(500)))


def downgrade() -> None:
    with _altered("edition") as table:
        table.drop_column("withdrawn_on")
        table.drop_column("withdrawn_reason")
    op.drop_table("story_text")
    op.drop_table("walk_stop")
    op.drop_table("story")
    op.drop_table("webhook_delivery")
    op.drop_table("walk")
    op.drop_table("webhook")
