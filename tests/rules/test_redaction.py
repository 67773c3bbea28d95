"""Redaction: what may not be said is not said, whoever wrote it wherever."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from register_kit import SOURCE, make_tree

from registry.records import (
    AreaRecord,
    FlagRecord,
    InspectionRecord,
    PhotoRecord,
    TreeRecord,
)
from registry.rules.redaction import (
    FREE_TEXTS,
    GRID_DEGREES,
    NAME_TEXTS,
    PLACE_TEXTS,
    Disclosure,
    grid_cell,
    private_matter,
    redact,
    redact_area,
    withheld_fields,
)
from registry.vocab.words import PartyKind, Precision

OPEN = Disclosure(frozenset({*FREE_TEXTS, "caption", "findings"}), PartyKind.UNIT)

HOUSEHOLDS = [
    "王某",
    "张三家院内",
    "李四家旁",
    "王家门前",
    "老宅后",
    "屋后",
    "民宅旁",
    "住戶王先生",
    "12號之3門前",
    "自宅庭院",
    "Private residence",
    "the home of John Chan",
    "Mrs Lee's garden",
]
TELEPHONES = [
    "13912345678",
    "139 1234 5678",
    "139-1234-5678",
    "+86 13912345678",
    "１３９１２３４５６７８",
    "0355-8765432",
    "(02)2720-8889",
    "0912-345-678",
    "0912345678",
    "+852 2345 6789",
    "9123 4567",
    "电话：23456789",
    "Tel: (852) 2345 6789",
]
IDENTITIES = ["140404199001011234", "14040419900101123X", "A123456789", "A123456(7)", "S1234567D"]
MAILS = ["zhen@secret.example", "a.b+c@d.org"]
HARMLESS = [
    "村委会西侧五十米",
    "Sha Lo Wan Tsuen, Lantau (The slope next to the school)",
    "臺北市中正區仁愛路一段1號",
    "城隍廟東側",
    "树高12.5米，胸围310厘米，1998年5月20日测",
    "14040400001",
    "海拔 1024 米，坐标 113.045678, 36.123456",
    "Pulau Ubin, near Chek Jawa",
    "HT 2007-163",
]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        *((text, "household") for text in HOUSEHOLDS),
        *((text, "telephone") for text in TELEPHONES),
        *((text, "identity") for text in IDENTITIES),
        *((text, "mail") for text in MAILS),
        *((text, None) for text in HARMLESS),
    ],
)
def test_private_matters_are_seen_in_any_form(text: str, reason: str | None) -> None:
    assert private_matter(text) == reason
    assert (private_matter(f"此树位于{text}，长势好。") is not None) == (reason is not None)


@pytest.mark.parametrize("field", FREE_TEXTS)
def test_free_text_is_private_until_released_and_read_even_then(field: str) -> None:
    tree = make_tree(**{field: "城隍庙东侧"})
    assert getattr(redact(tree, Disclosure())[0], field) is None
    assert getattr(redact(tree, OPEN)[0], field) == "城隍庙东侧"
    public, held = redact(make_tree(**{field: "甲，电话13912345678"}), OPEN)
    assert getattr(public, field) is None
    assert field in public.withheld
    assert [(item.field, item.reason) for item in held] == [(field, "telephone")]


@pytest.mark.parametrize("field", NAME_TEXTS)
def test_a_private_note_beside_a_name_is_held_back(field: str) -> None:
    assert getattr(redact(make_tree(**{field: "国槐(13912345678)"}), OPEN)[0], field) is None
    assert getattr(redact(make_tree(**{field: "国槐"}), OPEN)[0], field) == "国槐"


def test_a_tree_called_mou_keeps_its_name() -> None:
    assert redact(make_tree(name_verbatim="江某", name_zh="江某"), OPEN)[0].name_zh == "江某"


@pytest.mark.parametrize(
    ("steward", "kind", "public"),
    [
        ("林业局", PartyKind.UNIT, "林业局"),
        ("国家住宅中心", PartyKind.UNIT, "国家住宅中心"),
        ("林业局", PartyKind.PERSON, None),
        ("林业局", None, None),
        ("林业局 13912345678", PartyKind.UNIT, None),
    ],
)
def test_a_steward_is_public_only_as_a_unit(steward: str, kind: PartyKind | None, public: str | None) -> None:
    assert redact(make_tree(steward=steward), Disclosure(steward_kind=kind))[0].steward == public


def test_a_surveyor_is_never_public() -> None:
    public, held = redact(make_tree(surveyor="林业局"), OPEN)
    assert public.surveyor is None
    assert [item.reason for item in held] == ["person"]


def _photo(**facts: object) -> PhotoRecord:
    return PhotoRecord(
        "whole", None, **{"caption": None, "credit": None, **facts}, width=1, height=1, jpeg=b"j", thumb=b"t"
    )  # type: ignore[arg-type]


def test_a_photographer_is_named_only_with_consent() -> None:
    tree = make_tree(photos=(_photo(credit="甄摄影"),))
    assert redact(tree, Disclosure())[0].photos[0].credit is None
    assert redact(tree, Disclosure(credits=frozenset({"甄摄影"})))[0].photos[0].credit == "甄摄影"


def test_a_caption_is_private_until_released() -> None:
    tree = make_tree(photos=(_photo(caption="全株"),))
    assert redact(tree, Disclosure())[0].photos[0].caption is None
    assert redact(tree, Disclosure(frozenset({"caption"})))[0].photos[0].caption == "全株"


def test_findings_and_notes_of_an_inspection_are_read_like_any_free_text() -> None:
    row = InspectionRecord(
        date(2026, 1, 1),
        "patrol",
        findings=("Dead branch", "call 13912345678"),
        notes="n",
        inspected_by="林业局 13912345678",
    )
    public = redact(make_tree(inspections=(row,)), OPEN)[0].inspections[0]
    assert (public.findings, public.inspected_by) == ((), None)
    assert redact(make_tree(inspections=(row,)), Disclosure())[0].inspections[0].notes is None


GENERALISED = [Precision.LOW, Precision.MEDIUM, Precision.HIGH, Precision.WITHHELD]
PLACES = {
    **{field: "某处" for field in (*PLACE_TEXTS, *FREE_TEXTS) if field != "elevation_m"},
    "elevation_m": 812.0,
    "steward": "甲村委会",
    "source_url": "https://example.org/1",
}


@pytest.mark.parametrize("precision", GENERALISED)
def test_no_text_gives_a_generalised_position_away(precision: Precision) -> None:
    tree = make_tree(
        lon=113.045678,
        lat=36.123456,
        position_precision=precision,
        photos=(_photo(),),
        flags=(FlagRecord("x", "warning", "lon", "113.045678"), FlagRecord("x", "note", "girth_cm", "1")),
        inspections=(
            InspectionRecord(date(2026, 1, 1), "patrol", findings=("by a mill",), notes="by a mill"),
        ),
        **PLACES,
    )
    public, _ = redact(tree, OPEN)
    assert {field for field in PLACES if getattr(public, field) is not None} == set()
    assert public.photos == ()
    assert [flag.field for flag in public.flags] == ["girth_cm"]
    assert (public.inspections[0].findings, public.inspections[0].notes) == ((), None)
    assert "113.045678" not in repr(public)
    assert "36.123456" not in repr(public)
    assert (public.lon is None) == (precision == Precision.WITHHELD)


@given(
    st.floats(-180, 180),
    st.floats(-90, 90),
    st.floats(0, 0.99),
    st.floats(0, 0.99),
    st.sampled_from(GENERALISED[:3]),
)
def test_a_grid_cell_is_the_same_for_every_point_in_it(
    lon: float, lat: float, right: float, up: float, precision: Precision
) -> None:
    cell = grid_cell(lon, lat, precision)
    assert cell is not None
    step = GRID_DEGREES[precision]
    east, north = cell[0] - step / 2 + right * step, cell[1] - step / 2 + up * step
    assert grid_cell(east + step * 0.001, north + step * 0.001, precision) == cell
    assert -180 <= cell[0] <= 180
    assert -90 <= cell[1] <= 90
    assert abs(cell[0] - lon) <= step * 0.501 + 1e-9
    assert abs(cell[1] - lat) <= step * 0.501 + 1e-9


def test_exact_and_withheld_positions() -> None:
    assert grid_cell(113.045678, 36.123456, Precision.EXACT) == (113.045678, 36.123456)
    assert grid_cell(113.045678, 36.123456, Precision.WITHHELD) is None
    assert (
        redact(make_tree(lon=1.0, lat=2.0, coordinate_uncertainty_m=5.0), OPEN)[0].coordinate_uncertainty_m
        == 5.0
    )


@pytest.mark.parametrize(("own", "public"), [(None, 1570.0), (5.0, 1570.0), (20_000.0, 20_000.0)])
def test_a_grid_never_makes_a_position_look_better_than_it_is(own: float | None, public: float) -> None:
    tree = make_tree(lon=1.0, lat=2.0, position_precision=Precision.MEDIUM, coordinate_uncertainty_m=own)
    assert redact(tree, OPEN)[0].coordinate_uncertainty_m == public


def _area(**facts: object) -> AreaRecord:
    names = ("uuid", "kind", "number", "path", "authority_id", "authority_zh", "authority_en", "jurisdiction")
    usual = {**dict.fromkeys(names, "x"), "name": "柏树群", "name_lang": "zh-Hans", "source": SOURCE}
    return AreaRecord(**{**usual, **facts})  # type: ignore[arg-type]


RING = ((1.0, 1.0), (1.0, 2.0), (2.0, 2.0), (1.0, 1.0))


def test_an_area_shows_its_boundary_and_notes_only_where_it_may() -> None:
    released = Disclosure(frozenset({"notes"}))
    assert redact_area(_area(boundary=RING, notes="碑旁"), released)[0].boundary == RING
    assert redact_area(_area(boundary=RING, notes="碑旁"), Disclosure())[0].notes is None
    public, _ = redact_area(_area(boundary=RING, notes="碑旁", position_precision="0.01"), released)
    assert (public.boundary, public.notes, public.withheld) == ((), None, ("boundary", "notes"))


def test_what_is_held_back_is_always_a_field_that_may_be() -> None:
    everything = {
        field: "甲家院内" for field in withheld_fields() if field not in {"lon", "lat", "elevation_m"}
    }
    public, held = redact(
        make_tree(**everything, lon=1.0, lat=1.0, elevation_m=1.0, position_precision="0.1"), OPEN
    )
    assert {item.field for item in held} <= withheld_fields()
    assert set(public.withheld) == {item.field for item in held}


def test_redacting_twice_changes_nothing_more() -> None:
    tree = make_tree(lon=1.23456, lat=2.34567, position_precision="0.01", address="庙旁", steward="王小明")
    once: TreeRecord = redact(tree, OPEN)[0]
    assert redact(once, OPEN)[0].withheld == once.withheld


@pytest.mark.parametrize(
    ("growth_place", "is_shown"), [("private_home", False), ("park", True), (None, True)]
)
def test_the_address_of_a_private_home_is_held_back_whatever_it_says(
    growth_place: str | None, is_shown: bool
) -> None:
    tree = make_tree(address="泉州街2號", growth_place=growth_place)
    public, held = redact(tree, Disclosure(released=frozenset({"address"})))
    assert (public.address == "泉州街2號") is is_shown
    assert [(item.field, item.reason) for item in held] == ([] if is_shown else [("address", "household")])
