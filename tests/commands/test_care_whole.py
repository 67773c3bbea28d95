"""What is done for a tree stays whole: told by its history, merged and split, altered by nobody."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from care_kit import fill, is_true, ref_of
from case_kit import ACTOR
from sqlalchemy.engine import Engine
from sqlmodel import Session, SQLModel, select

from registry.commands.comparing import deviations
from registry.commands.merging import merge_trees, unmerge_tree
from registry.commands.strategy_rows import facts_of
from registry.db import open_register, transaction
from registry.models import Strategy


@pytest.fixture
def engine(register_address: str, tmp_path: Path) -> Engine:
    engine = open_register(register_address)
    fill(engine, tmp_path)
    return engine


ALTERED: tuple[str, ...] = (
    "UPDATE assessment SET score=1",
    "UPDATE assessment SET reviewer_id=party_id",
    "UPDATE assessment SET result='{}'",
    "UPDATE instrument_reading SET readings='{}'",
    "UPDATE instrument_reading SET file_sha256='0'",
    "UPDATE zone SET outline='00'",
    "UPDATE zone SET area_m2=1",
    "DELETE FROM zone",
    "UPDATE strategy SET aims='x'",
    "UPDATE strategy SET approved_by='x'",
    "UPDATE strategy_line SET amount_cents=1",
    "UPDATE strategy_signature SET opinion='x'",
    "UPDATE strategy_signature SET content_sha256='x'",
    "DELETE FROM strategy_signature WHERE role='prepared'",
    "UPDATE work_order SET cost_cents=1",
    "DELETE FROM work_photo",
    "UPDATE care_payment SET amount_cents=1",
    "UPDATE care_payment SET state='due'",
    "UPDATE care_letter SET state='void'",
    "UPDATE care_letter SET pages_seen='[]'",
    "UPDATE care_letter SET scan_sha256='0'",
    "UPDATE care_letter_item SET yearly_cents=1",
    "UPDATE care_letter_item SET tree_id=SECOND",
    "UPDATE case_subject SET tree_id=(SELECT id FROM tree WHERE tree_no = '甲-1')",
    "UPDATE trial_subject SET tree_id=SECOND",
    "UPDATE trial_subject SET result='x'",
    "UPDATE trial_partner SET task='x'",
    "UPDATE trial SET budget_cents=1",
    "UPDATE budget SET amount_cents=1",
    "UPDATE case_file SET penalty_cents=1",
    "UPDATE case_file SET compensation_cents=1",
    "UPDATE case_file SET reporter_id=NULL",
    "UPDATE case_file SET reason='x'",
    "UPDATE case_file SET practices='{}'",
    "UPDATE case_file SET incident='I02'",
    "UPDATE case_document SET sha256='0'",
    "DELETE FROM case_document",
    "UPDATE year_report SET content='{}'",
    "UPDATE year_report SET sha256='0'",
    "UPDATE year_report SET title='0'",
    "DELETE FROM year_report",
    "UPDATE zone_check SET result='{}'",
    "UPDATE zone_check SET verdict='none'",
    "UPDATE zone_check SET valid_to='2030-01-01'",
    "UPDATE map_layer SET title='x'",
    "UPDATE map_feature SET outline='00'",
    "UPDATE map_feature SET name='x'",
    "DELETE FROM map_feature",
    "UPDATE care_entry SET score=1",
    "UPDATE care_entry SET checker_id=NULL",
    "UPDATE steward_notice SET acknowledged_on='2026-03-03'",
    "UPDATE care_agreement SET yearly_cents=1",
    "UPDATE care_agreement SET letter_id=NULL",
    "UPDATE photo SET viewpoint='x'",
    "UPDATE photo SET bearing_deg=4",
    "UPDATE strategy SET assessment_id=NULL",
    "UPDATE strategy SET tree_id=SECOND",
    "UPDATE work_order SET strategy_id=NULL",
    "UPDATE case_file SET tree_id=SECOND",
    "UPDATE assessment SET tree_id=SECOND",
)
"""Statements that alter one fact of what was recorded."""


def test_each_fact_altered_behind_the_back_of_the_register_is_named(engine: Engine) -> None:
    is_true(engine)
    unseen, second = [], "(SELECT id FROM tree WHERE tree_no = '甲-2')"
    for statement in ALTERED:
        with Session(engine) as session:
            done = session.execute(sa.text(statement.replace("SECOND", second)))
            assert done.rowcount > 0, statement  # type: ignore[attr-defined]
            if not list(deviations(session)):
                unseen.append(statement)
            session.rollback()
    assert unseen == []


@pytest.mark.parametrize(("into", "other"), [("甲-1", "甲-2"), ("甲-2", "甲-1")])
def test_all_that_was_done_goes_over_with_a_merger_and_comes_back(
    engine: Engine, into: str, other: str
) -> None:
    before = owners(engine)
    with transaction(engine) as session:
        survivor, merged = ref_of(session, into)[1], ref_of(session, other)[1]
        merge_trees(session, survivor, merged, reason="同一株", **ACTOR)
    is_true(engine)
    now = owners(engine)
    assert {own for table in MOVING for own in now[table].values()} == {survivor}
    with Session(engine) as session:
        strategy = session.exec(select(Strategy)).one()
        assert all(each.is_current for each in facts_of(session, strategy).signatures)
    with transaction(engine) as session:
        unmerge_tree(session, merged, reason="不是", **ACTOR)
    is_true(engine)
    assert owners(engine) == before


MOVING = (
    "zone", "assessment", "instrument_reading", "strategy", "work_order", "trial_subject", "case_file",
    "case_subject", "care_entry", "care_letter_item", "care_agreement", "steward_notice", "photo",
)  # fmt: skip


def owners(engine: Engine) -> dict[str, dict[str, str]]:
    """Which tree each row belongs to, by table."""
    with engine.connect() as connection:
        tables = [SQLModel.metadata.tables[name] for name in MOVING]
        found = {table.name: sa.select(table.c.id, table.c.tree_id) for table in tables}
        return {name: dict(map(tuple, connection.execute(query))) for name, query in found.items()}
