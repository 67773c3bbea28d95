"""Zones, health, strategies with their works and money, daily care, and cases about works and harm."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
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
        "map_layer",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "green_line",
                "building",
                "road",
                "pipeline",
                "paving",
                "planning",
                "other",
                name="layerkind",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("document_no", sa.String(), nullable=True),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("file_sha256", sa.String(64), nullable=False),
        sa.Column("projection", sa.String(200), nullable=False),
        sa.Column("feature_count", sa.Integer(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_map_layer")),
    )
    op.create_table(
        "trial",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("number", sa.String(64), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "running",
                "finished",
                "stopped",
                name="trialstate",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("aims", sa.String(), nullable=True),
        sa.Column("method", sa.String(), nullable=True),
        sa.Column("results", sa.String(), nullable=True),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("budget_cents", sa.Integer(), nullable=True),
        sa.Column(
            "fund_source",
            sa.Enum(
                "central",
                "province",
                "city",
                "county",
                "owner",
                "builder",
                "donation",
                "adoption",
                "other",
                name="fundsource",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=True,
        ),
        sa.Column("document_no", sa.String(), nullable=True),
        sa.Column("url", sa.String(), nullable=True),
        sa.CheckConstraint("length(trim(number)) > 0", name=op.f("ck_trial_number_not_blank")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trial")),
        sa.UniqueConstraint("number", name=op.f("uq_trial_number")),
    )
    op.create_table(
        "budget",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("division_id", sa.String(), nullable=True),
        sa.Column(
            "fund_source",
            sa.Enum(
                "central",
                "province",
                "city",
                "county",
                "owner",
                "builder",
                "donation",
                "adoption",
                "other",
                name="fundsource",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column("document_no", sa.String(), nullable=True),
        sa.Column("notes", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["division_id"], ["division.id"], name=op.f("fk_budget_division_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budget")),
        sa.UniqueConstraint(
            "year",
            "division_id",
            "fund_source",
            "document_no",
            name=op.f("uq_budget_year_division_id_fund_source_document_no"),
        ),
    )
    op.create_index(op.f("ix_budget_division_id"), "budget", ["division_id"], unique=False)
    op.create_table(
        "care_letter",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("code", sa.String(16), nullable=False),
        sa.Column("batch", sa.String(64), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "agreement",
                "responsibility",
                name="letterkind",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("terms_version", sa.String(64), nullable=False),
        sa.Column("document_no", sa.String(), nullable=False),
        sa.Column("party_id", sa.String(36), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("page_count", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("yearly_cents", sa.Integer(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "made",
                "signed",
                "void",
                name="letterstate",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("scan_name", sa.String(), nullable=True),
        sa.Column("scan_sha256", sa.String(64), nullable=True),
        sa.Column("pages_seen", sa.Text(), nullable=False),
        sa.Column("content_sha256", sa.String(64), nullable=True),
        sa.Column("is_paid_by_month", sa.Boolean(), nullable=False),
        sa.Column("submission_id", sa.String(64), nullable=True),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_care_letter_party_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_letter")),
        sa.UniqueConstraint("code", name=op.f("uq_care_letter_code")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_care_letter_submission_id")),
    )
    op.create_index(op.f("ix_care_letter_batch"), "care_letter", ["batch"], unique=False)
    op.create_index(op.f("ix_care_letter_party_id"), "care_letter", ["party_id"], unique=False)
    op.create_table(
        "care_payment",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("party_id", sa.String(36), nullable=False),
        sa.Column("record_count", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "due",
                "paid",
                "cancelled",
                name="paymentstate",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("document_no", sa.String(), nullable=True),
        sa.Column("notes", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_care_payment_party_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_payment")),
        sa.UniqueConstraint("year", "party_id", name=op.f("uq_care_payment_year_party_id")),
    )
    op.create_index(op.f("ix_care_payment_party_id"), "care_payment", ["party_id"], unique=False)
    op.create_table(
        "map_feature",
        sa.Column("layer_id", sa.String(64), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("outline", sa.Text(), nullable=False),
        sa.Column("west", sa.Float(), nullable=False),
        sa.Column("south", sa.Float(), nullable=False),
        sa.Column("east", sa.Float(), nullable=False),
        sa.Column("north", sa.Float(), nullable=False),
        sa.Column("cell", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["layer_id"], ["map_layer.id"], name=op.f("fk_map_feature_layer_id")),
        sa.PrimaryKeyConstraint("layer_id", "ordinal", name=op.f("pk_map_feature")),
    )
    op.create_index(op.f("ix_map_feature_cell"), "map_feature", ["cell"], unique=False)
    op.create_table(
        "trial_partner",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("trial_id", sa.String(36), nullable=False),
        sa.Column("party_id", sa.String(36), nullable=False),
        sa.Column("task", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_trial_partner_party_id")),
        sa.ForeignKeyConstraint(["trial_id"], ["trial.id"], name=op.f("fk_trial_partner_trial_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trial_partner")),
        sa.UniqueConstraint("trial_id", "party_id", name=op.f("uq_trial_partner_trial_id_party_id")),
    )
    op.create_index(op.f("ix_trial_partner_party_id"), "trial_partner", ["party_id"], unique=False)
    op.create_index(op.f("ix_trial_partner_trial_id"), "trial_partner", ["trial_id"], unique=False)
    op.create_table(
        "year_report",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("division_id", sa.String(), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("history_head", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["division_id"], ["division.id"], name=op.f("fk_year_report_division_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_year_report")),
    )
    op.create_index(op.f("ix_year_report_division_id"), "year_report", ["division_id"], unique=False)
    op.create_table(
        "assessment",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("tree_id", sa.String(36), nullable=True),
        sa.Column("grove_id", sa.String(36), nullable=True),
        sa.Column("garden_id", sa.String(36), nullable=True),
        sa.Column("place_id", sa.String(36), nullable=True),
        sa.Column("model_id", sa.String(64), nullable=False),
        sa.Column("model_version", sa.String(32), nullable=False),
        sa.Column("model_sha256", sa.String(64), nullable=False),
        sa.Column("assessed_on", sa.Date(), nullable=False),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("band", sa.String(32), nullable=True),
        sa.Column("coverage", sa.Float(), nullable=False),
        sa.Column("knocked_out_by", sa.String(64), nullable=True),
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
        sa.Column("time_frame_years", sa.Float(), nullable=True),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.Column("notes", sa.String(), nullable=True),
        sa.Column("party_id", sa.String(36), nullable=True),
        sa.Column("document_no", sa.String(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "reviewed",
                name="assessmentstate",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("reviewed_on", sa.Date(), nullable=True),
        sa.Column("reviewer_id", sa.String(36), nullable=True),
        sa.Column("submission_id", sa.String(64), nullable=True),
        sa.CheckConstraint(
            "CASE WHEN tree_id IS NULL THEN 0 ELSE 1 END + CASE WHEN grove_id IS NULL THEN 0 ELSE 1 END + CASE WHEN garden_id IS NULL THEN 0 ELSE 1 END + CASE WHEN place_id IS NULL THEN 0 ELSE 1 END = 1",
            name=op.f("ck_assessment_one_subject"),
        ),
        sa.CheckConstraint("coverage >= 0 AND coverage <= 1", name=op.f("ck_assessment_coverage_bounds")),
        sa.CheckConstraint(
            "vigour IS NULL OR vigour_scale IS NOT NULL", name=op.f("ck_assessment_vigour_has_scale")
        ),
        sa.ForeignKeyConstraint(["garden_id"], ["heritage_garden.id"], name=op.f("fk_assessment_garden_id")),
        sa.ForeignKeyConstraint(["grove_id"], ["grove.id"], name=op.f("fk_assessment_grove_id")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_assessment_party_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_assessment_place_id")),
        sa.ForeignKeyConstraint(["reviewer_id"], ["party.id"], name=op.f("fk_assessment_reviewer_id")),
        sa.ForeignKeyConstraint(["tree_id"], ["tree.id"], name=op.f("fk_assessment_tree_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_assessment_submission_id")),
    )
    op.create_index(op.f("ix_assessment_garden_id"), "assessment", ["garden_id"], unique=False)
    op.create_index(op.f("ix_assessment_grove_id"), "assessment", ["grove_id"], unique=False)
    op.create_index(op.f("ix_assessment_party_id"), "assessment", ["party_id"], unique=False)
    op.create_index(op.f("ix_assessment_place_id"), "assessment", ["place_id"], unique=False)
    op.create_index(op.f("ix_assessment_reviewer_id"), "assessment", ["reviewer_id"], unique=False)
    op.create_index(op.f("ix_assessment_tree_id"), "assessment", ["tree_id"], unique=False)
    op.create_table(
        "care_entry",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("tree_id", sa.String(36), nullable=True),
        sa.Column("grove_id", sa.String(36), nullable=True),
        sa.Column("garden_id", sa.String(36), nullable=True),
        sa.Column("place_id", sa.String(36), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "watering",
                "drainage",
                "feeding",
                "treatment",
                "pruning",
                "weeding",
                "cleaning",
                "support",
                "protection",
                "monitoring",
                "other",
                name="carekind",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("amount", sa.Float(), nullable=True),
        sa.Column("unit", sa.String(16), nullable=True),
        sa.Column("agent", sa.String(), nullable=True),
        sa.Column("notes", sa.String(), nullable=True),
        sa.Column("party_id", sa.String(36), nullable=True),
        sa.Column("checked_on", sa.Date(), nullable=True),
        sa.Column("checker_id", sa.String(36), nullable=True),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("check_note", sa.String(), nullable=True),
        sa.Column("submission_id", sa.String(64), nullable=True),
        sa.CheckConstraint(
            "CASE WHEN tree_id IS NULL THEN 0 ELSE 1 END + CASE WHEN grove_id IS NULL THEN 0 ELSE 1 END + CASE WHEN garden_id IS NULL THEN 0 ELSE 1 END + CASE WHEN place_id IS NULL THEN 0 ELSE 1 END = 1",
            name=op.f("ck_care_entry_one_subject"),
        ),
        sa.CheckConstraint("score >= 0 AND score <= 100", name=op.f("ck_care_entry_score_bounds")),
        sa.ForeignKeyConstraint(["checker_id"], ["party.id"], name=op.f("fk_care_entry_checker_id")),
        sa.ForeignKeyConstraint(["garden_id"], ["heritage_garden.id"], name=op.f("fk_care_entry_garden_id")),
        sa.ForeignKeyConstraint(["grove_id"], ["grove.id"], name=op.f("fk_care_entry_grove_id")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_care_entry_party_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_care_entry_place_id")),
        sa.ForeignKeyConstraint(["tree_id"], ["tree.id"], name=op.f("fk_care_entry_tree_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_entry")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_care_entry_submission_id")),
    )
    op.create_index(op.f("ix_care_entry_checker_id"), "care_entry", ["checker_id"], unique=False)
    op.create_index(op.f("ix_care_entry_done_on"), "care_entry", ["done_on"], unique=False)
    op.create_index(op.f("ix_care_entry_garden_id"), "care_entry", ["garden_id"], unique=False)
    op.create_index(op.f("ix_care_entry_grove_id"), "care_entry", ["grove_id"], unique=False)
    op.create_index(op.f("ix_care_entry_party_id"), "care_entry", ["party_id"], unique=False)
    op.create_index(op.f("ix_care_entry_place_id"), "care_entry", ["place_id"], unique=False)
    op.create_index(op.f("ix_care_entry_tree_id"), "care_entry", ["tree_id"], unique=False)
    op.create_table(
        "care_letter_item",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("letter_id", sa.String(36), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("tree_id", sa.String(36), nullable=True),
        sa.Column("grove_id", sa.String(36), nullable=True),
        sa.Column("yearly_cents", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "CASE WHEN tree_id IS NULL THEN 0 ELSE 1 END + CASE WHEN grove_id IS NULL THEN 0 ELSE 1 END = 1",
            name=op.f("ck_care_letter_item_one_subject"),
        ),
        sa.ForeignKeyConstraint(["grove_id"], ["grove.id"], name=op.f("fk_care_letter_item_grove_id")),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["care_letter.id"], name=op.f("fk_care_letter_item_letter_id")
        ),
        sa.ForeignKeyConstraint(["tree_id"], ["tree.id"], name=op.f("fk_care_letter_item_tree_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_letter_item")),
        sa.UniqueConstraint("letter_id", "ordinal", name=op.f("uq_care_letter_item_letter_id_ordinal")),
    )
    op.create_index(op.f("ix_care_letter_item_grove_id"), "care_letter_item", ["grove_id"], unique=False)
    op.create_index(op.f("ix_care_letter_item_letter_id"), "care_letter_item", ["letter_id"], unique=False)
    op.create_index(op.f("ix_care_letter_item_tree_id"), "care_letter_item", ["tree_id"], unique=False)
    op.create_table(
        "steward_notice",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("tree_id", sa.String(36), nullable=True),
        sa.Column("grove_id", sa.String(36), nullable=True),
        sa.Column("garden_id", sa.String(36), nullable=True),
        sa.Column("place_id", sa.String(36), nullable=True),
        sa.Column("party_id", sa.String(36), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "designation",
                "caretaker",
                "zone",
                "warning",
                "works",
                "agreement",
                "other",
                name="noticekind",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.Column("means", sa.String(), nullable=True),
        sa.Column("document_no", sa.String(), nullable=True),
        sa.Column("text", sa.String(), nullable=True),
        sa.Column("acknowledged_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "CASE WHEN tree_id IS NULL THEN 0 ELSE 1 END + CASE WHEN grove_id IS NULL THEN 0 ELSE 1 END + CASE WHEN garden_id IS NULL THEN 0 ELSE 1 END + CASE WHEN place_id IS NULL THEN 0 ELSE 1 END = 1",
            name=op.f("ck_steward_notice_one_subject"),
        ),
        sa.ForeignKeyConstraint(
            ["garden_id"], ["heritage_garden.id"], name=op.f("fk_steward_notice_garden_id")
        ),
        sa.ForeignKeyConstraint(["grove_id"], ["grove.id"], name=op.f("fk_steward_notice_grove_id")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_steward_notice_party_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_steward_notice_place_id")),
        sa.ForeignKeyConstraint(["tree_id"], ["tree.id"], name=op.f("fk_steward_notice_tree_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_steward_notice")),
    )
    op.create_index(op.f("ix_steward_notice_garden_id"), "steward_notice", ["garden_id"], unique=False)
    op.create_index(op.f("ix_steward_notice_grove_id"), "steward_notice", ["grove_id"], unique=False)
    op.create_index(op.f("ix_steward_notice_party_id"), "steward_notice", ["party_id"], unique=False)
    op.create_index(op.f("ix_steward_notice_place_id"), "steward_notice", ["place_id"], unique=False)
    op.create_index(op.f("ix_steward_notice_tree_id"), "steward_notice", ["tree_id"], unique=False)
    op.create_table(
        "trial_subject",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("trial_id", sa.String(36), nullable=False),
        sa.Column("tree_id", sa.String(36), nullable=True),
        sa.Column("grove_id", sa.String(36), nullable=True),
        sa.Column("garden_id", sa.String(36), nullable=True),
        sa.Column("place_id", sa.String(36), nullable=True),
        sa.Column("treatment", sa.String(), nullable=True),
        sa.Column("result", sa.String(), nullable=True),
        sa.CheckConstraint(
            "CASE WHEN tree_id IS NULL THEN 0 ELSE 1 END + CASE WHEN grove_id IS NULL THEN 0 ELSE 1 END + CASE WHEN garden_id IS NULL THEN 0 ELSE 1 END + CASE WHEN place_id IS NULL THEN 0 ELSE 1 END = 1",
            name=op.f("ck_trial_subject_one_subject"),
        ),
        sa.ForeignKeyConstraint(
            ["garden_id"], ["heritage_garden.id"], name=op.f("fk_trial_subject_garden_id")
        ),
        sa.ForeignKeyConstraint(["grove_id"], ["grove.id"], name=op.f("fk_trial_subject_grove_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_trial_subject_place_id")),
        sa.ForeignKeyConstraint(["tree_id"], ["tree.id"], name=op.f("fk_trial_subject_tree_id")),
        sa.ForeignKeyConstraint(["trial_id"], ["trial.id"], name=op.f("fk_trial_subject_trial_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trial_subject")),
    )
    op.create_index(op.f("ix_trial_subject_garden_id"), "trial_subject", ["garden_id"], unique=False)
    op.create_index(op.f("ix_trial_subject_grove_id"), "trial_subject", ["grove_id"], unique=False)
    op.create_index(op.f("ix_trial_subject_place_id"), "trial_subject", ["place_id"], unique=False)
    op.create_index(op.f("ix_trial_subject_tree_id"), "trial_subject", ["tree_id"], unique=False)
    op.create_index(op.f("ix_trial_subject_trial_id"), "trial_subject", ["trial_id"], unique=False)
    op.create_table(
        "zone",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("tree_id", sa.String(36), nullable=True),
        sa.Column("grove_id", sa.String(36), nullable=True),
        sa.Column("garden_id", sa.String(36), nullable=True),
        sa.Column("place_id", sa.String(36), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "computed", "legal", name="zonekind", native_enum=False, create_constraint=True, length=20
            ),
            nullable=False,
        ),
        sa.Column("pack_id", sa.String(64), nullable=True),
        sa.Column("rule", sa.String(64), nullable=True),
        sa.Column("rule_sha256", sa.String(64), nullable=True),
        sa.Column("confidence", sa.String(16), nullable=True),
        sa.Column("inputs", sa.Text(), nullable=False),
        sa.Column("outline", sa.Text(), nullable=False),
        sa.Column("west", sa.Float(), nullable=False),
        sa.Column("south", sa.Float(), nullable=False),
        sa.Column("east", sa.Float(), nullable=False),
        sa.Column("north", sa.Float(), nullable=False),
        sa.Column("cell", sa.BigInteger(), nullable=False),
        sa.Column("area_m2", sa.Float(), nullable=False),
        sa.Column("projection", sa.String(32), nullable=False),
        sa.Column("uncertainty_m", sa.Float(), nullable=True),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("document_no", sa.String(), nullable=True),
        sa.Column("approved_by", sa.String(), nullable=True),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("published_url", sa.String(), nullable=True),
        sa.Column("deviation", sa.String(), nullable=True),
        sa.Column("file_name", sa.String(), nullable=True),
        sa.Column("file_sha256", sa.String(64), nullable=True),
        sa.CheckConstraint(
            "kind <> 'legal' OR document_no IS NOT NULL", name=op.f("ck_zone_legal_has_document")
        ),
        sa.CheckConstraint(
            "CASE WHEN tree_id IS NULL THEN 0 ELSE 1 END + CASE WHEN grove_id IS NULL THEN 0 ELSE 1 END + CASE WHEN garden_id IS NULL THEN 0 ELSE 1 END + CASE WHEN place_id IS NULL THEN 0 ELSE 1 END = 1",
            name=op.f("ck_zone_one_subject"),
        ),
        sa.ForeignKeyConstraint(["garden_id"], ["heritage_garden.id"], name=op.f("fk_zone_garden_id")),
        sa.ForeignKeyConstraint(["grove_id"], ["grove.id"], name=op.f("fk_zone_grove_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_zone_place_id")),
        sa.ForeignKeyConstraint(["tree_id"], ["tree.id"], name=op.f("fk_zone_tree_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zone")),
    )
    op.create_index(op.f("ix_zone_cell"), "zone", ["cell"], unique=False)
    op.create_index(op.f("ix_zone_garden_id"), "zone", ["garden_id"], unique=False)
    op.create_index(op.f("ix_zone_grove_id"), "zone", ["grove_id"], unique=False)
    op.create_index(op.f("ix_zone_place_id"), "zone", ["place_id"], unique=False)
    op.create_index(op.f("ix_zone_tree_id"), "zone", ["tree_id"], unique=False)
    op.create_index(op.f("ix_zone_uncertainty_m"), "zone", ["uncertainty_m"], unique=False)
    op.create_table(
        "case_document",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("case_id", sa.String(36), nullable=False),
        sa.Column(
            "step",
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
                "application",
                "survey",
                "plan",
                "advice",
                "measures",
                "supervision",
                "acceptance",
                "handling",
                "evidence",
                "referral",
                "penalty",
                "compensation",
                "restoration",
                "follow_up",
                name="stepkind",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=True,
        ),
        sa.Column(
            "kind",
            sa.Enum(
                "application",
                "permit",
                "plan",
                "decision",
                "report",
                "opinion",
                "photo",
                "evidence",
                "receipt",
                "other",
                name="documentkind",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(), nullable=True),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(100), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("document_no", sa.String(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_case_document_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_document")),
        sa.UniqueConstraint("case_id", "sha256", name=op.f("uq_case_document_case_id_sha256")),
    )
    op.create_index(op.f("ix_case_document_case_id"), "case_document", ["case_id"], unique=False)
    op.create_table(
        "case_subject",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("case_id", sa.String(36), nullable=False),
        sa.Column("tree_id", sa.String(36), nullable=True),
        sa.Column("grove_id", sa.String(36), nullable=True),
        sa.CheckConstraint(
            "CASE WHEN tree_id IS NULL THEN 0 ELSE 1 END + CASE WHEN grove_id IS NULL THEN 0 ELSE 1 END = 1",
            name=op.f("ck_case_subject_one_subject"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_case_subject_case_id")),
        sa.ForeignKeyConstraint(["grove_id"], ["grove.id"], name=op.f("fk_case_subject_grove_id")),
        sa.ForeignKeyConstraint(["tree_id"], ["tree.id"], name=op.f("fk_case_subject_tree_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_subject")),
    )
    op.create_index(op.f("ix_case_subject_case_id"), "case_subject", ["case_id"], unique=False)
    op.create_index(op.f("ix_case_subject_grove_id"), "case_subject", ["grove_id"], unique=False)
    op.create_index(op.f("ix_case_subject_tree_id"), "case_subject", ["tree_id"], unique=False)
    op.create_table(
        "instrument_reading",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("tree_id", sa.String(36), nullable=True),
        sa.Column("grove_id", sa.String(36), nullable=True),
        sa.Column("garden_id", sa.String(36), nullable=True),
        sa.Column("place_id", sa.String(36), nullable=True),
        sa.Column("assessment_id", sa.String(36), nullable=True),
        sa.Column(
            "instrument",
            sa.Enum(
                "tomograph",
                "resistograph",
                "radar",
                "penetrometer",
                "soil",
                "lidar",
                "sensor",
                "model",
                "other",
                name="instrumentkind",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("measured_on", sa.Date(), nullable=False),
        sa.Column("position", sa.String(), nullable=True),
        sa.Column("readings", sa.Text(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=True),
        sa.Column("file_sha256", sa.String(64), nullable=True),
        sa.Column("party_id", sa.String(36), nullable=True),
        sa.Column("notes", sa.String(), nullable=True),
        sa.CheckConstraint(
            "CASE WHEN tree_id IS NULL THEN 0 ELSE 1 END + CASE WHEN grove_id IS NULL THEN 0 ELSE 1 END + CASE WHEN garden_id IS NULL THEN 0 ELSE 1 END + CASE WHEN place_id IS NULL THEN 0 ELSE 1 END = 1",
            name=op.f("ck_instrument_reading_one_subject"),
        ),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessment.id"], name=op.f("fk_instrument_reading_assessment_id")
        ),
        sa.ForeignKeyConstraint(
            ["garden_id"], ["heritage_garden.id"], name=op.f("fk_instrument_reading_garden_id")
        ),
        sa.ForeignKeyConstraint(["grove_id"], ["grove.id"], name=op.f("fk_instrument_reading_grove_id")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_instrument_reading_party_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_instrument_reading_place_id")),
        sa.ForeignKeyConstraint(["tree_id"], ["tree.id"], name=op.f("fk_instrument_reading_tree_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instrument_reading")),
    )
    op.create_index(
        op.f("ix_instrument_reading_assessment_id"), "instrument_reading", ["assessment_id"], unique=False
    )
    op.create_index(
        op.f("ix_instrument_reading_garden_id"), "instrument_reading", ["garden_id"], unique=False
    )
    op.create_index(op.f("ix_instrument_reading_grove_id"), "instrument_reading", ["grove_id"], unique=False)
    op.create_index(op.f("ix_instrument_reading_party_id"), "instrument_reading", ["party_id"], unique=False)
    op.create_index(op.f("ix_instrument_reading_place_id"), "instrument_reading", ["place_id"], unique=False)
    op.create_index(op.f("ix_instrument_reading_tree_id"), "instrument_reading", ["tree_id"], unique=False)
    op.create_table(
        "strategy",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("number", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("tree_id", sa.String(36), nullable=True),
        sa.Column("grove_id", sa.String(36), nullable=True),
        sa.Column("garden_id", sa.String(36), nullable=True),
        sa.Column("place_id", sa.String(36), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "reviewed",
                "approved",
                "in_progress",
                "accepted",
                "superseded",
                "withdrawn",
                name="strategystate",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("is_rescue", sa.Boolean(), nullable=False),
        sa.Column("assessment_id", sa.String(36), nullable=True),
        sa.Column("basis", sa.String(), nullable=True),
        sa.Column("site", sa.String(), nullable=True),
        sa.Column("diagnosis", sa.String(), nullable=True),
        sa.Column("risks", sa.String(), nullable=True),
        sa.Column("problems", sa.String(), nullable=True),
        sa.Column("aims", sa.String(), nullable=True),
        sa.Column("monitoring", sa.String(), nullable=True),
        sa.Column("emergency_plan", sa.String(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("approved_by", sa.String(), nullable=True),
        sa.Column("approved_on", sa.Date(), nullable=True),
        sa.Column("document_no", sa.String(), nullable=True),
        sa.Column("accepted_on", sa.Date(), nullable=True),
        sa.Column("outcome_id", sa.String(36), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("submission_id", sa.String(64), nullable=True),
        sa.CheckConstraint(
            "CASE WHEN tree_id IS NULL THEN 0 ELSE 1 END + CASE WHEN grove_id IS NULL THEN 0 ELSE 1 END + CASE WHEN garden_id IS NULL THEN 0 ELSE 1 END + CASE WHEN place_id IS NULL THEN 0 ELSE 1 END = 1",
            name=op.f("ck_strategy_one_subject"),
        ),
        sa.CheckConstraint("length(trim(number)) > 0", name=op.f("ck_strategy_number_not_blank")),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessment.id"], name=op.f("fk_strategy_assessment_id")),
        sa.ForeignKeyConstraint(["garden_id"], ["heritage_garden.id"], name=op.f("fk_strategy_garden_id")),
        sa.ForeignKeyConstraint(["grove_id"], ["grove.id"], name=op.f("fk_strategy_grove_id")),
        sa.ForeignKeyConstraint(["outcome_id"], ["assessment.id"], name=op.f("fk_strategy_outcome_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_strategy_place_id")),
        sa.ForeignKeyConstraint(["tree_id"], ["tree.id"], name=op.f("fk_strategy_tree_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_strategy")),
        sa.UniqueConstraint("number", "version", name=op.f("uq_strategy_number_version")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_strategy_submission_id")),
    )
    op.create_index(op.f("ix_strategy_assessment_id"), "strategy", ["assessment_id"], unique=False)
    op.create_index(op.f("ix_strategy_garden_id"), "strategy", ["garden_id"], unique=False)
    op.create_index(op.f("ix_strategy_grove_id"), "strategy", ["grove_id"], unique=False)
    op.create_index(op.f("ix_strategy_number"), "strategy", ["number"], unique=False)
    op.create_index(op.f("ix_strategy_outcome_id"), "strategy", ["outcome_id"], unique=False)
    op.create_index(op.f("ix_strategy_place_id"), "strategy", ["place_id"], unique=False)
    op.create_index(op.f("ix_strategy_tree_id"), "strategy", ["tree_id"], unique=False)
    op.create_table(
        "zone_check",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("number", sa.String(64), nullable=False),
        sa.Column("code", sa.String(16), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("project", sa.String(), nullable=True),
        sa.Column("applicant_id", sa.String(36), nullable=True),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("file_sha256", sa.String(64), nullable=False),
        sa.Column("projection", sa.String(200), nullable=False),
        sa.Column("outline", sa.Text(), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum(
                "conflict",
                "undecided",
                "none",
                name="zoneverdict",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("hit_count", sa.Integer(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=True),
        sa.Column("history_head", sa.String(64), nullable=False),
        sa.Column("case_id", sa.String(36), nullable=True),
        sa.Column("submission_id", sa.String(64), nullable=True),
        sa.CheckConstraint("length(trim(number)) > 0", name=op.f("ck_zone_check_number_not_blank")),
        sa.ForeignKeyConstraint(["applicant_id"], ["party.id"], name=op.f("fk_zone_check_applicant_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_zone_check_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zone_check")),
        sa.UniqueConstraint("code", name=op.f("uq_zone_check_code")),
        sa.UniqueConstraint("number", name=op.f("uq_zone_check_number")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_zone_check_submission_id")),
    )
    op.create_index(op.f("ix_zone_check_applicant_id"), "zone_check", ["applicant_id"], unique=False)
    op.create_index(op.f("ix_zone_check_case_id"), "zone_check", ["case_id"], unique=False)
    op.create_table(
        "strategy_line",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("strategy_id", sa.String(36), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("measure", sa.String(16), nullable=False),
        sa.Column("text", sa.String(), nullable=True),
        sa.Column("finding", sa.String(), nullable=True),
        sa.Column("proposed_by", sa.String(64), nullable=True),
        sa.Column("is_confirmed", sa.Boolean(), nullable=False),
        sa.Column("quantity", sa.Float(), nullable=True),
        sa.Column("unit", sa.String(16), nullable=True),
        sa.Column("unit_price_cents", sa.Integer(), nullable=True),
        sa.Column("amount_cents", sa.Integer(), nullable=True),
        sa.Column(
            "fund_source",
            sa.Enum(
                "central",
                "province",
                "city",
                "county",
                "owner",
                "builder",
                "donation",
                "adoption",
                "other",
                name="fundsource",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=True,
        ),
        sa.Column("party_id", sa.String(36), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_strategy_line_party_id")),
        sa.ForeignKeyConstraint(["strategy_id"], ["strategy.id"], name=op.f("fk_strategy_line_strategy_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_strategy_line")),
        sa.UniqueConstraint("strategy_id", "ordinal", name=op.f("uq_strategy_line_strategy_id_ordinal")),
    )
    op.create_index(op.f("ix_strategy_line_party_id"), "strategy_line", ["party_id"], unique=False)
    op.create_index(op.f("ix_strategy_line_strategy_id"), "strategy_line", ["strategy_id"], unique=False)
    op.create_table(
        "strategy_signature",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("strategy_id", sa.String(36), nullable=False),
        sa.Column("party_id", sa.String(36), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "prepared",
                "reviewed",
                "expert",
                "approved",
                "accepted",
                name="signrole",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("is_favourable", sa.Boolean(), nullable=False),
        sa.Column("opinion", sa.String(), nullable=True),
        sa.Column("document_no", sa.String(), nullable=True),
        sa.Column("content_sha256", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_strategy_signature_party_id")),
        sa.ForeignKeyConstraint(
            ["strategy_id"], ["strategy.id"], name=op.f("fk_strategy_signature_strategy_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_strategy_signature")),
        sa.UniqueConstraint(
            "strategy_id", "party_id", "role", name=op.f("uq_strategy_signature_strategy_id_party_id_role")
        ),
    )
    op.create_index(op.f("ix_strategy_signature_party_id"), "strategy_signature", ["party_id"], unique=False)
    op.create_index(
        op.f("ix_strategy_signature_strategy_id"), "strategy_signature", ["strategy_id"], unique=False
    )
    op.create_table(
        "work_order",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("number", sa.String(64), nullable=False),
        sa.Column("tree_id", sa.String(36), nullable=True),
        sa.Column("grove_id", sa.String(36), nullable=True),
        sa.Column("garden_id", sa.String(36), nullable=True),
        sa.Column("place_id", sa.String(36), nullable=True),
        sa.Column("strategy_id", sa.String(36), nullable=True),
        sa.Column("line_id", sa.String(36), nullable=True),
        sa.Column("case_id", sa.String(36), nullable=True),
        sa.Column("measure", sa.String(16), nullable=False),
        sa.Column("text", sa.String(), nullable=True),
        sa.Column("quantity", sa.Float(), nullable=True),
        sa.Column("unit", sa.String(16), nullable=True),
        sa.Column("party_id", sa.String(36), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "ordered",
                "in_progress",
                "finished",
                "accepted",
                "rejected",
                "cancelled",
                name="workstate",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("ordered_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("finished_on", sa.Date(), nullable=True),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("planned_cents", sa.Integer(), nullable=True),
        sa.Column("cost_cents", sa.Integer(), nullable=True),
        sa.Column(
            "fund_source",
            sa.Enum(
                "central",
                "province",
                "city",
                "county",
                "owner",
                "builder",
                "donation",
                "adoption",
                "other",
                name="fundsource",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=True,
        ),
        sa.Column("accepted_on", sa.Date(), nullable=True),
        sa.Column("accepted_by_id", sa.String(36), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("notes", sa.String(), nullable=True),
        sa.Column("submission_id", sa.String(64), nullable=True),
        sa.CheckConstraint(
            "CASE WHEN tree_id IS NULL THEN 0 ELSE 1 END + CASE WHEN grove_id IS NULL THEN 0 ELSE 1 END + CASE WHEN garden_id IS NULL THEN 0 ELSE 1 END + CASE WHEN place_id IS NULL THEN 0 ELSE 1 END = 1",
            name=op.f("ck_work_order_one_subject"),
        ),
        sa.CheckConstraint("cost_cents >= 0", name=op.f("ck_work_order_cost_cents_bounds")),
        sa.CheckConstraint("length(trim(number)) > 0", name=op.f("ck_work_order_number_not_blank")),
        sa.CheckConstraint("planned_cents >= 0", name=op.f("ck_work_order_planned_cents_bounds")),
        sa.ForeignKeyConstraint(["accepted_by_id"], ["party.id"], name=op.f("fk_work_order_accepted_by_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_work_order_case_id")),
        sa.ForeignKeyConstraint(["garden_id"], ["heritage_garden.id"], name=op.f("fk_work_order_garden_id")),
        sa.ForeignKeyConstraint(["grove_id"], ["grove.id"], name=op.f("fk_work_order_grove_id")),
        sa.ForeignKeyConstraint(["line_id"], ["strategy_line.id"], name=op.f("fk_work_order_line_id")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_work_order_party_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_work_order_place_id")),
        sa.ForeignKeyConstraint(["strategy_id"], ["strategy.id"], name=op.f("fk_work_order_strategy_id")),
        sa.ForeignKeyConstraint(["tree_id"], ["tree.id"], name=op.f("fk_work_order_tree_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_order")),
        sa.UniqueConstraint("number", name=op.f("uq_work_order_number")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_work_order_submission_id")),
    )
    op.create_index(op.f("ix_work_order_accepted_by_id"), "work_order", ["accepted_by_id"], unique=False)
    op.create_index(op.f("ix_work_order_case_id"), "work_order", ["case_id"], unique=False)
    op.create_index(op.f("ix_work_order_garden_id"), "work_order", ["garden_id"], unique=False)
    op.create_index(op.f("ix_work_order_grove_id"), "work_order", ["grove_id"], unique=False)
    op.create_index(op.f("ix_work_order_line_id"), "work_order", ["line_id"], unique=False)
    op.create_index(op.f("ix_work_order_party_id"), "work_order", ["party_id"], unique=False)
    op.create_index(op.f("ix_work_order_place_id"), "work_order", ["place_id"], unique=False)
    op.create_index(op.f("ix_work_order_strategy_id"), "work_order", ["strategy_id"], unique=False)
    op.create_index(op.f("ix_work_order_tree_id"), "work_order", ["tree_id"], unique=False)
    op.create_table(
        "work_photo",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("work_id", sa.String(36), nullable=False),
        sa.Column("photo_id", sa.String(36), nullable=False),
        sa.Column(
            "stage",
            sa.Enum(
                "before",
                "during",
                "hidden",
                "after",
                name="workstage",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["photo_id"], ["photo.id"], name=op.f("fk_work_photo_photo_id")),
        sa.ForeignKeyConstraint(["work_id"], ["work_order.id"], name=op.f("fk_work_photo_work_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_photo")),
        sa.UniqueConstraint("work_id", "photo_id", name=op.f("uq_work_photo_work_id_photo_id")),
    )
    op.create_index(op.f("ix_work_photo_photo_id"), "work_photo", ["photo_id"], unique=False)
    op.create_index(op.f("ix_work_photo_work_id"), "work_photo", ["work_id"], unique=False)
    with _altered("tree") as table:
        table.create_index(
            op.f("ix_tree_coordinate_uncertainty_m"), ["coordinate_uncertainty_m"], unique=False
        )
    with _altered("care_agreement") as table:
        table.add_column(sa.Column("version", sa.Integer()))
        table.add_column(sa.Column("letter_id", sa.String(36)))
        table.add_column(sa.Column("currency", sa.String(3)))
        table.add_column(sa.Column("yearly_cents", sa.Integer()))
        table.create_foreign_key(op.f("fk_care_agreement_letter_id"), "care_letter", ["letter_id"], ["id"])
        table.create_index(op.f("ix_care_agreement_letter_id"), ["letter_id"], unique=False)
    with _altered("case_file") as table:
        table.drop_constraint(op.f("casekind"), type_="check")
        table.drop_constraint(op.f("ck_case_file_one_subject"), type_="check")
        table.add_column(sa.Column("place_id", sa.String(36)))
        table.add_column(sa.Column("parent_id", sa.String(36)))
        table.add_column(sa.Column("project", sa.String()))
        table.add_column(sa.Column("project_class", sa.String(32)))
        table.add_column(sa.Column("applicant_id", sa.String(36)))
        table.add_column(sa.Column("reporter_id", sa.String(36)))
        table.add_column(sa.Column("incident", sa.String(8)))
        table.add_column(sa.Column("practices", sa.Text(), nullable=False, server_default="[]"))
        table.add_column(sa.Column("until_on", sa.Date()))
        table.add_column(sa.Column("currency", sa.String(3), nullable=False, server_default="CNY"))
        table.add_column(sa.Column("penalty_cents", sa.Integer()))
        table.add_column(sa.Column("compensation_cents", sa.Integer()))
        table.create_foreign_key(op.f("fk_case_file_place_id"), "place", ["place_id"], ["id"])
        table.create_foreign_key(op.f("fk_case_file_parent_id"), "case_file", ["parent_id"], ["id"])
        table.create_foreign_key(op.f("fk_case_file_applicant_id"), "party", ["applicant_id"], ["id"])
        table.create_foreign_key(op.f("fk_case_file_reporter_id"), "party", ["reporter_id"], ["id"])
        table.create_check_constraint(
            op.f("casekind"),
            sa.text(
                "kind IN ('designation', 'redesignation', 'delisting', 'death', 'missing', 'move', 'found', 'works', 'transplant', 'aftercare', 'felling', 'incident', 'rescue', 'greening')"
            ),
        )
        table.create_check_constraint(
            op.f("ck_case_file_one_subject"),
            sa.text(
                "CASE WHEN tree_id IS NULL THEN 0 ELSE 1 END + CASE WHEN grove_id IS NULL THEN 0 ELSE 1 END + CASE WHEN garden_id IS NULL THEN 0 ELSE 1 END + CASE WHEN place_id IS NULL THEN 0 ELSE 1 END = 1"
            ),
        )
        table.create_index(op.f("ix_case_file_applicant_id"), ["applicant_id"], unique=False)
        table.create_index(op.f("ix_case_file_parent_id"), ["parent_id"], unique=False)
        table.create_index(op.f("ix_case_file_place_id"), ["place_id"], unique=False)
        table.create_index(op.f("ix_case_file_reporter_id"), ["reporter_id"], unique=False)
    with _altered("inspection") as table:
        table.add_column(sa.Column("checks", sa.Text()))
    with _altered("measurement") as table:
        table.add_column(sa.Column("crown_n_m", sa.Float()))
        table.add_column(sa.Column("crown_e_m", sa.Float()))
        table.add_column(sa.Column("crown_s_m", sa.Float()))
        table.add_column(sa.Column("crown_w_m", sa.Float()))
    with _altered("photo") as table:
        table.add_column(sa.Column("viewpoint", sa.String(32)))
        table.add_column(sa.Column("bearing_deg", sa.Float()))
        table.add_column(sa.Column("distance_m", sa.Float()))
    with _altered("case_step") as table:
        table.drop_constraint(op.f("stepkind"), type_="check")
        table.create_check_constraint(
            op.f("stepkind"),
            sa.text(
                "kind IN ('proposal', 'appraisal', 'notice', 'decision', 'approval', 'publication', 'report', 'confirmation', 'cause', 'disposal', 'tag_recovery', 'archive', 'application', 'survey', 'plan', 'advice', 'measures', 'supervision', 'acceptance', 'handling', 'evidence', 'referral', 'penalty', 'compensation', 'restoration', 'follow_up')"
            ),
        )


def downgrade() -> None:
    with _altered("case_step") as table:
        table.drop_constraint(op.f("stepkind"), type_="check")
        table.create_check_constraint(
            op.f("stepkind"),
            sa.text(
                "kind IN ('proposal', 'appraisal', 'notice', 'decision', 'approval', 'publication', 'report', 'confirmation', 'cause', 'disposal', 'tag_recovery', 'archive')"
            ),
        )
    with _altered("photo") as table:
        table.drop_column("viewpoint")
        table.drop_column("bearing_deg")
        table.drop_column("distance_m")
    with _altered("measurement") as table:
        table.drop_column("crown_n_m")
        table.drop_column("crown_e_m")
        table.drop_column("crown_s_m")
        table.drop_column("crown_w_m")
    with _altered("inspection") as table:
        table.drop_column("checks")
    with _altered("case_file") as table:
        table.drop_index(op.f("ix_case_file_applicant_id"))
        table.drop_index(op.f("ix_case_file_parent_id"))
        table.drop_index(op.f("ix_case_file_place_id"))
        table.drop_index(op.f("ix_case_file_reporter_id"))
        table.drop_constraint(op.f("casekind"), type_="check")
        table.drop_constraint(op.f("ck_case_file_one_subject"), type_="check")
        table.drop_constraint(op.f("fk_case_file_place_id"), type_="foreignkey")
        table.drop_constraint(op.f("fk_case_file_parent_id"), type_="foreignkey")
        table.drop_constraint(op.f("fk_case_file_applicant_id"), type_="foreignkey")
        table.drop_constraint(op.f("fk_case_file_reporter_id"), type_="foreignkey")
        table.drop_column("place_id")
        table.drop_column("parent_id")
        table.drop_column("project")
        table.drop_column("project_class")
        table.drop_column("applicant_id")
        table.drop_column("reporter_id")
        table.drop_column("incident")
        table.drop_column("practices")
        table.drop_column("until_on")
        table.drop_column("currency")
        table.drop_column("penalty_cents")
        table.drop_column("compensation_cents")
        table.create_check_constraint(
            op.f("casekind"),
            sa.text(
                "kind IN ('designation', 'redesignation', 'delisting', 'death', 'missing', 'move', 'found')"
            ),
        )
        table.create_check_constraint(
            op.f("ck_case_file_one_subject"),
            sa.text(
                "CASE WHEN tree_id IS NULL THEN 0 ELSE 1 END + CASE WHEN grove_id IS NULL THEN 0 ELSE 1 END + CASE WHEN garden_id IS NULL THEN 0 ELSE 1 END = 1"
            ),
        )
    with _altered("care_agreement") as table:
        table.drop_index(op.f("ix_care_agreement_letter_id"))
        table.drop_constraint(op.f("fk_care_agreement_letter_id"), type_="foreignkey")
        table.drop_column("version")
        table.drop_column("letter_id")
        table.drop_column("currency")
        table.drop_column("yearly_cents")
    with _altered("tree") as table:
        table.drop_index(op.f("ix_tree_coordinate_uncertainty_m"))
    op.drop_table("work_photo")
    op.drop_table("work_order")
    op.drop_table("strategy_signature")
    op.drop_table("strategy_line")
    op.drop_table("zone_check")
    op.drop_table("strategy")
    op.drop_table("instrument_reading")
    op.drop_table("case_subject")
    op.drop_table("case_document")
    op.drop_table("zone")
    op.drop_table("trial_subject")
    op.drop_table("steward_notice")
    op.drop_table("care_letter_item")
    op.drop_table("care_entry")
    op.drop_table("assessment")
    op.drop_table("year_report")
    op.drop_table("trial_partner")
    op.drop_table("map_feature")
    op.drop_table("care_payment")
    op.drop_table("care_letter")
    op.drop_table("budget")
    op.drop_table("trial")
    op.drop_table("map_layer")
