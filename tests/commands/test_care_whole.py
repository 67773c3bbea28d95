"""What is done for a tree stays whole: recorded as its history tells it, merged and split, altered by nobody."""

from pathlib import Path

import pytest
from care_kit import fill, is_true
from sqlalchemy.engine import Engine

from registry.db import open_register


@pytest.fixture
def engine(register_address: str, tmp_path: Path) -> Engine:
    engine = open_register(register_address)
    fill(engine, tmp_path)
    return engine


def test_all_that_was_recorded_is_what_its_history_tells(engine: Engine) -> None:
    is_true(engine)
