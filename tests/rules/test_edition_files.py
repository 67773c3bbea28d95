"""Which editions are taken back: of the list beside and the edition's own, the later one holds."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules.edition_files import kept_path, manifest_path, withdrawn_numbers, withdrawn_text

EARLY, LATE = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)


def facts(made_at: datetime, withdrawn: str = "[1]") -> dict[str, str]:
    return {"made_at": made_at.isoformat(), "withdrawn": withdrawn}


def test_a_list_made_after_the_edition_holds() -> None:
    assert withdrawn_numbers(withdrawn_text([3, 2], LATE), facts(EARLY)) == {2, 3}
    assert withdrawn_numbers(withdrawn_text([], LATE), facts(EARLY)) == frozenset()


def test_an_edition_made_after_the_list_holds() -> None:
    assert withdrawn_numbers(withdrawn_text([3], EARLY), facts(LATE)) == {1}


def test_without_a_list_the_edition_is_believed() -> None:
    assert withdrawn_numbers(None, facts(EARLY)) == {1}
    assert withdrawn_numbers(None, {}) == frozenset()


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "1", '{"format": "gushu-withdrawn-1"}', '{"withdrawn": [9]}']
)
def test_a_list_that_cannot_be_read_takes_nothing_back_in(text: str) -> None:
    assert withdrawn_numbers(text, facts(EARLY)) == {1}


@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    assert withdrawn_numbers(text, {"made_at": text, "withdrawn": text}) is not None


def test_what_belongs_to_an_edition_lies_beside_it() -> None:
    public = Path("/x/public.gpkg")
    assert str(kept_path(public, 7)) == "/x/public.gpkg.editions/7.gpkg"
    assert str(manifest_path(kept_path(public, 7))) == "/x/public.gpkg.editions/7.gpkg.json"
