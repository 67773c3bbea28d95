"""Accounts and sessions, what the field sends and its review, tags in their life, long work."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
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
        "sign_in_attempt",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempt")),
    )
    op.create_index(op.f("ix_sign_in_attempt_key"), "sign_in_attempt", ["key"], unique=False)
    op.create_table(
        "account",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("login", sa.String(40), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("party_id", sa.String(36), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "active", "closed", name="accountstate", native_enum=False, create_constraint=True, length=20
            ),
            nullable=False,
        ),
        sa.Column("lang", sa.String(8), nullable=True),
        sa.Column("password_hash", sa.String(300), nullable=True),
        sa.Column("password_set_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("second_factor", sa.String(400), nullable=True),
        sa.Column("second_factor_on", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(trim(login)) > 0", name=op.f("ck_account_login_not_blank")),
        sa.CheckConstraint("length(trim(name)) > 0", name=op.f("ck_account_name_not_blank")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_account_party_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("login", name=op.f("uq_account_login")),
    )
    op.create_index(op.f("ix_account_party_id"), "account", ["party_id"], unique=False)
    op.create_table(
        "account_role",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("account_id", sa.String(36), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "inspector",
                "caretaker",
                "reviewer_county",
                "reviewer_city",
                "reviewer_province",
                "registrar",
                "administrator",
                "auditor",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("division_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_account_role_account_id")),
        sa.ForeignKeyConstraint(["division_id"], ["division.id"], name=op.f("fk_account_role_division_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_role")),
        sa.UniqueConstraint(
            "account_id", "role", "division_id", name=op.f("uq_account_role_account_id_role_division_id")
        ),
    )
    op.create_index(op.f("ix_account_role_account_id"), "account_role", ["account_id"], unique=False)
    op.create_index(op.f("ix_account_role_division_id"), "account_role", ["division_id"], unique=False)
    op.create_table(
        "account_session",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("account_id", sa.String(36), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "browser", "device", name="sessionkind", native_enum=False, create_constraint=True, length=20
            ),
            nullable=False,
        ),
        sa.Column("address", sa.String(64), nullable=True),
        sa.Column("device", sa.String(200), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_account_session_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_account_session_token_hash")),
    )
    op.create_index(op.f("ix_account_session_account_id"), "account_session", ["account_id"], unique=False)
    op.create_table(
        "api_token",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("account_id", sa.String(36), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("rights", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("length(trim(name)) > 0", name=op.f("ck_api_token_name_not_blank")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_api_token_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_token_token_hash")),
    )
    op.create_index(op.f("ix_api_token_account_id"), "api_token", ["account_id"], unique=False)
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.String(36), nullable=True),
        sa.Column("login", sa.String(40), nullable=True),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("subject_type", sa.String(32), nullable=True),
        sa.Column("subject_id", sa.String(200), nullable=True),
        sa.Column("address", sa.String(64), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_audit_entry_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    op.create_index(op.f("ix_audit_entry_account_id"), "audit_entry", ["account_id"], unique=False)
    op.create_index("ix_audit_entry_at", "audit_entry", ["at"], unique=False)
    op.create_index("ix_audit_entry_subject", "audit_entry", ["subject_type", "subject_id"], unique=False)
    op.create_table(
        "enrolment",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("account_id", sa.String(36), nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("pin_hash", sa.String(300), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_enrolment_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_enrolment_code_hash")),
    )
    op.create_index(op.f("ix_enrolment_account_id"), "enrolment", ["account_id"], unique=False)
    op.create_table(
        "job",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("account_id", sa.String(36), nullable=False),
        sa.Column("arguments", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "running",
                "done",
                "failed",
                "cancelled",
                name="jobstate",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("result_name", sa.String(200), nullable=True),
        sa.Column("result_sha256", sa.String(64), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_job_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
    )
    op.create_index(op.f("ix_job_account_id"), "job", ["account_id"], unique=False)
    op.create_index("ix_job_state", "job", ["state"], unique=False)
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("account_id", sa.String(36), nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_recovery_code_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
    )
    op.create_index(op.f("ix_recovery_code_account_id"), "recovery_code", ["account_id"], unique=False)
    op.create_table(
        "submission",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("account_id", sa.String(36), nullable=False),
        sa.Column("device_id", sa.String(64), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "visit",
                "measurement",
                "assessment",
                "edit",
                "photo",
                "incident",
                "new_tree",
                "bind_tag",
                "mount_tag",
                name="submissionkind",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("form", sa.Integer(), nullable=False),
        sa.Column("subject_type", sa.String(16), nullable=True),
        sa.Column("subject_id", sa.String(36), nullable=True),
        sa.Column("provisional_no", sa.String(64), nullable=True),
        sa.Column("division_id", sa.String(), nullable=True),
        sa.Column("captured_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("clock_offset_s", sa.Integer(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("via", sa.String(16), nullable=False),
        sa.Column("base_seq", sa.Integer(), nullable=True),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("circumstances", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "pending",
                "accepted",
                "returned",
                "refused",
                "quarantined",
                "replaced",
                name="submissionstate",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("levels", sa.Text(), nullable=False),
        sa.Column(
            "level",
            sa.Enum(
                "county",
                "city",
                "province",
                name="reviewlevel",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=True,
        ),
        sa.Column("conflicts", sa.Text(), nullable=False),
        sa.Column("problem", sa.String(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replaces_id", sa.String(64), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_submission_account_id")),
        sa.ForeignKeyConstraint(["division_id"], ["division.id"], name=op.f("fk_submission_division_id")),
        sa.ForeignKeyConstraint(["replaces_id"], ["submission.id"], name=op.f("fk_submission_replaces_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission")),
    )
    op.create_index(op.f("ix_submission_account_id"), "submission", ["account_id"], unique=False)
    op.create_index(op.f("ix_submission_provisional_no"), "submission", ["provisional_no"], unique=False)
    op.create_index("ix_submission_queue", "submission", ["state", "received_at", "id"], unique=False)
    op.create_index("ix_submission_state_division", "submission", ["state", "division_id"], unique=False)
    op.create_index("ix_submission_subject", "submission", ["subject_type", "subject_id"], unique=False)
    op.create_table(
        "review",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("submission_id", sa.String(64), nullable=False),
        sa.Column(
            "level",
            sa.Enum(
                "county",
                "city",
                "province",
                name="reviewlevel",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=True,
        ),
        sa.Column("account_id", sa.String(36), nullable=True),
        sa.Column(
            "decision",
            sa.Enum(
                "accept",
                "correct",
                "return",
                "refuse",
                name="decision",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_review_account_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_review_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
    )
    op.create_index(op.f("ix_review_account_id"), "review", ["account_id"], unique=False)
    op.create_index(op.f("ix_review_submission_id"), "review", ["submission_id"], unique=False)
    op.create_table(
        "plate_binding",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("tree_id", sa.String(36), nullable=True),
        sa.Column("grove_id", sa.String(36), nullable=True),
        sa.Column("text", sa.String(2000), nullable=False),
        sa.Column("text_hash", sa.String(64), nullable=False),
        sa.Column("bound_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "CASE WHEN tree_id IS NULL THEN 0 ELSE 1 END + CASE WHEN grove_id IS NULL THEN 0 ELSE 1 END = 1",
            name=op.f("ck_plate_binding_one_subject"),
        ),
        sa.ForeignKeyConstraint(["grove_id"], ["grove.id"], name=op.f("fk_plate_binding_grove_id")),
        sa.ForeignKeyConstraint(["tree_id"], ["tree.id"], name=op.f("fk_plate_binding_tree_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plate_binding")),
        sa.UniqueConstraint("text_hash", name=op.f("uq_plate_binding_text_hash")),
    )
    op.create_index(op.f("ix_plate_binding_grove_id"), "plate_binding", ["grove_id"], unique=False)
    op.create_index(op.f("ix_plate_binding_tree_id"), "plate_binding", ["tree_id"], unique=False)
    op.create_table(
        "submission_photo",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("submission_id", sa.String(64), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
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
        sa.Column("viewpoint", sa.String(32), nullable=True),
        sa.Column("is_evidence", sa.Boolean(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("accuracy_m", sa.Float(), nullable=True),
        sa.Column("bearing_deg", sa.Float(), nullable=True),
        sa.Column("device", sa.String(200), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("photo_id", sa.String(36), nullable=True),
        sa.ForeignKeyConstraint(["photo_id"], ["photo.id"], name=op.f("fk_submission_photo_photo_id")),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_submission_photo_submission_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission_photo")),
        sa.UniqueConstraint("submission_id", "sha256", name=op.f("uq_submission_photo_submission_id_sha256")),
    )
    op.create_index(op.f("ix_submission_photo_photo_id"), "submission_photo", ["photo_id"], unique=False)
    op.create_index(op.f("ix_submission_photo_sha256"), "submission_photo", ["sha256"], unique=False)
    op.create_index(
        op.f("ix_submission_photo_submission_id"), "submission_photo", ["submission_id"], unique=False
    )
    op.create_table(
        "tag_note",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("tag_id", sa.String(36), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "printed",
                "bound",
                "mounted",
                "damaged",
                "lost",
                "found",
                name="tagnotekind",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("photo_sha256", sa.String(64), nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("accuracy_m", sa.Float(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("submission_id", sa.String(64), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_tag_note_submission_id")),
        sa.ForeignKeyConstraint(["tag_id"], ["tag.id"], name=op.f("fk_tag_note_tag_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tag_note")),
    )
    op.create_index(op.f("ix_tag_note_submission_id"), "tag_note", ["submission_id"], unique=False)
    op.create_index(op.f("ix_tag_note_tag_id"), "tag_note", ["tag_id"], unique=False)
    with _altered("tag") as table:
        table.drop_constraint(op.f("ck_tag_one_subject"), type_="check")
        table.drop_constraint(op.f("tagstate"), type_="check")
        table.add_column(sa.Column("batch", sa.String(64)))
        table.add_column(sa.Column("condition", sa.String(20)))
        table.create_check_constraint(
            op.f("ck_tag_owner"),
            sa.text(
                "(state = 'blank' AND tree_id IS NULL AND grove_id IS NULL) OR (state <> 'blank' AND (tree_id IS NULL) <> (grove_id IS NULL)) OR (state = 'withdrawn')"
            ),
        )
        table.create_check_constraint(
            op.f("tagnotekind"),
            sa.text("condition IN ('printed', 'bound', 'mounted', 'damaged', 'lost', 'found')"),
        )
        table.create_check_constraint(
            op.f("tagstate"), sa.text("state IN ('blank', 'issued', 'replaced', 'withdrawn')")
        )
        table.create_index(op.f("ix_tag_batch"), ["batch"], unique=False)


def downgrade() -> None:
    with _altered("tag") as table:
        table.drop_index(op.f("ix_tag_batch"))
        table.drop_constraint(op.f("ck_tag_owner"), type_="check")
        table.drop_constraint(op.f("tagnotekind"), type_="check")
        table.drop_constraint(op.f("tagstate"), type_="check")
        table.drop_column("batch")
        table.drop_column("condition")
        table.create_check_constraint(
            op.f("ck_tag_one_subject"),
            sa.text(
                "CASE WHEN tree_id IS NULL THEN 0 ELSE 1 END + CASE WHEN grove_id IS NULL THEN 0 ELSE 1 END = 1"
            ),
        )
        table.create_check_constraint(
            op.f("tagstate"), sa.text("state IN ('issued', 'replaced', 'withdrawn')")
        )
    op.drop_table("tag_note")
    op.drop_table("submission_photo")
    op.drop_table("plate_binding")
    op.drop_table("review")
    op.drop_table("submission")
    op.drop_table("recovery_code")
    op.drop_table("job")
    op.drop_table("enrolment")
    op.drop_table("audit_entry")
    op.drop_table("api_token")
    op.drop_table("account_session")
    op.drop_table("account_role")
    op.drop_table("account")
    op.drop_table("sign_in_attempt")
