"""A desk for each test, over a register of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from desk_kit import DeskKit, make_desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[DeskKit]:
    """A register of two counties with its desk and its cast."""
    kit = make_desk(tmp_path)
    yield kit
    kit.engine.dispose()
