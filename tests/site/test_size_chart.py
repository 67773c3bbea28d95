"""The size chart of a tree's page: dated readings of one height, never joined across heights."""

from typing import Any

from datasette_plugins.tree_page.sizes import HEIGHT, WIDTH, size_chart

BLANK = dict.fromkeys(
    ("girth_cm", "diameter_cm", "ground_girth_cm", "ground_diameter_cm", "height_m", "crown_m")
)


def row(on: str | None, at: float | None = 1.3, **sizes: float) -> dict[str, Any]:
    return {**BLANK, "measured_on": on, "measure_height_m": at, **sizes}


def test_readings_of_one_height_make_the_chart_oldest_first() -> None:
    rows = [
        row("2020-05-01", girth_cm=320),
        row("2010-05-01", girth_cm=300),
        row("2015-05-01", 0.5, girth_cm=400),
        row(None, girth_cm=999),
    ]
    chart = size_chart(rows)
    assert chart is not None
    assert (chart.field, chart.height_m) == ("girth_cm", 1.3)
    assert [point.value for point in chart.points] == [300, 320]
    assert all(0 < point.x < WIDTH and 0 < point.y < HEIGHT for point in chart.points)
    assert chart.points[0].y > chart.points[1].y


def test_without_two_days_there_is_no_chart_and_another_size_may_have_them() -> None:
    assert size_chart([]) is None
    assert size_chart([row("2020-05-01", girth_cm=320), row("2020-05-01", girth_cm=330)]) is None
    found = size_chart([row("2020-05-01", girth_cm=3, height_m=9), row("2010-05-01", height_m=8)])
    assert found is not None
    assert found.field == "height_m"


def test_days_are_written_only_where_there_is_room() -> None:
    rows = [row(f"2020-05-{day:02d}", girth_cm=300 + day) for day in range(1, 30)]
    chart = size_chart(rows)
    assert chart is not None
    assert 2 <= sum(point.is_named for point in chart.points) <= 8
