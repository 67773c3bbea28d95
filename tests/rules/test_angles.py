"""Angles: every typography of the same angle is the same number; what can be read in two ways is refused."""

from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from registry.errors import Phrase
from registry.rules.angles import format_angle, parse_angle, parse_position

SAME = 112 + 30 / 60 + 15.6 / 3600


@pytest.mark.parametrize(
    "text",
    [
        "112°30′15.6″",
        "112°30'15.6\"E",
        "112度30分15.6秒",
        "112-30-15.6",
        "112:30:15.6",
        "112 30 15.6",
        "１１２°３０′１５．６″",
        "112º30’15.6”",
        "112˚30‘15.6“",
        "112°30`15.6``",
        "112°30´15.6´´",
        "112°30''15.6".replace("''", "'"),
        "112° 30.26'",
        "112°30,26′",
        "112o30'15.6''",
        "东经112°30′15.6″",
        "東經112度30分15.6秒",
        "E 112 ° 30 ′ 15.6 ″",
        "112°30′15.6″ East.",
        "112d30m15.6s",
        "112 deg 30 min 15.6 sec",
        "经度：112°30′15.6″",
        "Lon: 112°30′15.6″",
        "\u00a0112°30′15.6″\ufeff",
        "112.5043333333",
        "112,5043333333",
    ],
)
def test_every_typography_of_an_angle_is_that_angle(text: str) -> None:
    assert parse_angle(text, "lon") == pytest.approx(SAME, abs=1e-9)


@pytest.mark.parametrize(
    ("text", "degrees"),
    [
        ("W 112.5", -112.5),
        ("112.5W", -112.5),
        ("西经112.5", -112.5),
        ("33°51′S", -33.85),
        ("南纬33度51分", -33.85),
        ("-112-30-15", -112.50416666666666),
        ("−112.5", -112.5),
        ("112.5 Ouest", -112.5),
        ("112.5 Ost", 112.5),
        ("1e-05", 1e-05),
        ("0", 0),
        ("39°59′59.9999″N", 39.99999997222222),
    ],
)
def test_hemispheres_and_signs_say_the_direction(text: str, degrees: float) -> None:
    assert parse_angle(text) == pytest.approx(degrees, abs=1e-12)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "无",
        "112°60′",
        "112°59′60″",
        "112.5°30′",
        "112°30.5′15″",
        "112°30″",
        "112.30.15",
        "112,504,12",
        "-112.5E",
        "-112.5W",
        "112.5 E W",
        "112.5O",
        "181",
        "1123015",
        "1.4E+10",
        "nan",
        "∞",
        "112°30′15″.6",
        "N" * 100_000,
        "1 " * 50_000,
    ],
)
def test_what_is_impossible_or_ambiguous_is_refused_with_a_reason(text: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        parse_angle(text)
    assert isinstance(caught.value.args[0], Phrase)


@pytest.mark.parametrize(("text", "axis"), [("36.1N", "lon"), ("112.5E", "lat"), ("112.5", "lat")])
def test_an_angle_of_the_other_axis_is_refused(text: str, axis: str) -> None:
    with pytest.raises(ValueError, match=r"axis|beyond"):
        parse_angle(text, axis)  # type: ignore[arg-type]


def test_the_letter_o_means_what_the_mapping_says() -> None:
    assert parse_angle("8°30′O", letter_o="W") == -8.5
    assert parse_angle("8°30′O", letter_o="E") == 8.5


@pytest.mark.parametrize(
    "text",
    [
        "36.1712,112.5042",
        "36.1712，112.5042",
        "(36.1712, 112.5042)",
        "112.5042 / 36.1712",
        "112.5042\n36.1712",
        "36,1712 112,5042",
        "36,1712;112,5042",
        "36,1712,112,5042",
        "POINT(112.5042 36.1712)",
        "经度112.5042 纬度36.1712",
        "北纬36.1712，东经112.5042",
        "N36°10′16.32″ E112°30′15.12″",
        "36°10′16.32″N112°30′15.12″E",
        "36 10 16.32 112 30 15.12",
        "112°30'15.12\" 36°10'16.32\"",
    ],
)
def test_both_in_one_cell_are_told_apart(text: str) -> None:
    assert parse_position(text) == pytest.approx((112.5042, 36.1712), abs=1e-9)


def test_the_mapping_says_the_order_where_the_cell_does_not() -> None:
    assert parse_position("39.9, 25.1", "lat-lon") == (25.1, 39.9)
    assert parse_position("39.9, 25.1", "lon-lat") == (39.9, 25.1)
    assert parse_position("39.9N, 25.1E", "lon-lat") == (25.1, 39.9)
    with pytest.raises(ValueError, match="which is the longitude"):
        parse_position("39.9, 25.1")


@pytest.mark.parametrize(
    "text", ["112,5", "112.5", "112.5 136.1", "E112.5 E36.1", "", "a b", "1 2 3 4 5 6 7"]
)
def test_what_is_no_pair_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_position(text, "lon-lat")


@given(st.floats(-180, 180), st.integers(0, 6))
@example(-36.99999999, 1)
@example(180.0, 0)
def test_an_angle_that_was_written_is_read_again(degrees: float, digits: int) -> None:
    text = format_angle(degrees, "lon", digits=digits)
    assert parse_angle(text, "lon") == pytest.approx(degrees, abs=0.5001 * 10**-digits / 3600 + 1e-12)


@given(st.floats(-180, 180), st.floats(-90, 90), st.sampled_from([" ", ", ", "; ", "", "，"]))
def test_a_pair_that_was_written_is_read_again(lon: float, lat: float, between: str) -> None:
    text = format_angle(lat, "lat", digits=4) + between + format_angle(lon, "lon", digits=4)
    assert parse_position(text) == pytest.approx((lon, lat), abs=1e-7)


@given(st.text(max_size=40))
@example("1 " * 90)
def test_no_text_breaks_the_parsers(text: str) -> None:
    for parse in (parse_angle, parse_position):
        with suppress(ValueError):
            parse(text)
