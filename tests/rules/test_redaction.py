"""Redaction: what may not be said is not said, whoever wrote it wherever."""

import re
import time
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st
from register_kit import SOURCE, make_tree

from registry.records import (
    AgeRecord,
    AliasRecord,
    AreaRecord,
    CareEventRecord,
    DesignationRecord,
    DetailRecord,
    FlagRecord,
    HistoryRecord,
    InspectionRecord,
    MeasurementRecord,
    PhotoRecord,
    SpeciesShareRecord,
    TreeRecord,
)
from registry.rules import names, private_matters
from registry.rules.private_matters import private_matter
from registry.rules.redaction import (
    DETAIL_TEXTS,
    FREE_TEXTS,
    GRID_DEGREES,
    OFFICE_TEXTS,
    OWN_NUMBERS,
    PLACE_TEXTS,
    Disclosure,
    grid_cell,
    redact,
    redact_area,
    withheld_fields,
)
from registry.vocab.words import PartyKind, Precision

OPEN = Disclosure(frozenset({*FREE_TEXTS, "findings"}), PartyKind.UNIT)
NAME_TEXTS = (
    "name_verbatim", "name_zh", "name_en", "name_latin", "latin_verbatim", "family", "genus", "age_method",
    "source_url", "town", "village", "soil",
)  # fmt: skip

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
    "户主王小明",
    "屋主陳大文",
    "业主王先生",
    "12号3单元402室",
]
PERSONS = ["看护人王小明", "联系人：王小明", "管护员 李四", "Call 负责人: Wong"]
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
    "QQ 123456789",
    "QQ：123456789",
    "微信号wxid_abc12",
    "WeChat: zhang_san",
    "138.1234.5678",
    "138\u200c12345678",
    "1\u00ad38\u20601234\ufe0f5678",
    "138–1234—5678",
    "1 3 8 1 2 3 4 5 6 7 8",
    "一三八一二三四五六七八",
]
IDENTITIES = ["140404199001011234", "14040419900101123X", "A123456789", "A123456(7)", "S1234567D",
              "140404900101123",
              "140404 19900101 1234"]  # fmt: skip
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
    "131.12345678",
    "业主委员会",
    "二〇〇八年",
]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        *((text, "household") for text in HOUSEHOLDS),
        *((text, "telephone") for text in TELEPHONES),
        *((text, "person") for text in PERSONS),
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


@pytest.mark.parametrize("village", ["興家里", "老院村", "门前村", "李家庄"])
def test_a_village_that_sounds_like_a_household_is_a_village(village: str) -> None:
    assert redact(make_tree(village=village), OPEN)[0].village == village


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
    """The same name without consent is another person, or the same one who was asked for another photo."""
    tree = make_tree(photos=(_photo(credit="甄摄影", is_credit_cleared=True), _photo(credit="甄摄影")))
    assert [photo.credit for photo in redact(tree, OPEN)[0].photos] == ["甄摄影", None]


def test_a_caption_is_released_photo_by_photo() -> None:
    tree = make_tree(photos=(_photo(caption="全株", is_caption_released=True), _photo(caption="枝条")))
    public, held = redact(tree, Disclosure(frozenset({"caption"})))
    assert [photo.caption for photo in public.photos] == ["全株", None]
    assert [(item.field, item.reason) for item in held] == [("caption", "not released")]
    assert (
        redact(make_tree(photos=(_photo(caption="王某家", is_caption_released=True),)), OPEN)[0]
        .photos[0]
        .caption
        is None
    )


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


def test_no_row_and_no_name_gives_a_generalised_position_away() -> None:
    secret = "隐秘沟"
    tree = make_tree(
        position_precision=Precision.MEDIUM,
        lon=1.0,
        lat=1.0,
        village=secret,
        name_verbatim=f"{secret}古槐",
        name_zh=f"{secret}古槐",
        common_name=f"{secret}大树",
        latin_verbatim=f"Sophora japonica ({secret})",
        age_method=f"据{secret}碑",
        steward=f"{secret}村委会",
        inspections=(InspectionRecord(date(2026, 1, 1), "patrol", inspected_by=f"{secret}村委会"),),
        designations=(DesignationRecord("listing", "名录", document_no=f"{secret}〔2020〕1号"),),
        aliases=(AliasRecord(f"{secret}1", "old"), AliasRecord("AFCD/IS/00001", "hk-tr")),
        flags=(FlagRecord("same_point", "note", "lon", "2"), FlagRecord("x", "note", "village", secret)),
    )
    public, held = redact(tree, Disclosure(frozenset(FREE_TEXTS), PartyKind.UNIT, species_name="国槐"))
    assert secret not in repr(public)
    assert public.name_zh == "国槐"
    assert [alias.number for alias in public.aliases] == ["AFCD/IS/00001"]
    assert {"aliases", "document_no", "inspected_by", "name_verbatim"} <= {item.field for item in held}


@pytest.mark.parametrize(("verbatim", "public"), [("国槐", "国槐"), ("三抱槐", None)])
def test_a_generalised_tree_keeps_the_name_of_its_species_alone(verbatim: str, public: str | None) -> None:
    tree = make_tree(name_verbatim=verbatim, name_zh=verbatim, position_precision=Precision.LOW)
    shown = redact(tree, Disclosure(species_name="国槐"))[0]
    assert (shown.name_verbatim, shown.name_zh) == (public, "国槐")


def test_a_species_made_from_a_private_text_is_not_named() -> None:
    text = "国槐 13912345678"
    public, _ = redact(make_tree(name_zh=text, name_verbatim=text, species_id="国槐-13912345678"), OPEN)
    assert (public.species_id, public.name_zh, public.name_verbatim) == (None, None, None)
    assert redact(make_tree(name_zh="甲某家槐", species_id="x"), OPEN)[0].species_id is None


@pytest.mark.parametrize(("author", "public"), [("L. f.", "L. f."), ("戚建国", None), ("L. 1753", None)])
def test_an_author_looks_like_one(author: str, public: str | None) -> None:
    assert redact(make_tree(name_author=author), OPEN)[0].name_author == public


ROWS = {
    "ages": AgeRecord("estimated"),
    "aliases": AliasRecord("1", "x"),
    "measurements": MeasurementRecord(date(2026, 1, 1)),
    "inspections": InspectionRecord(date(2026, 1, 1), "patrol"),
    "designations": DesignationRecord("listing", "x"),
    "photos": PhotoRecord("whole", None, None, None, 1, 1, b"j", b"t", is_caption_released=True,
                          is_credit_cleared=True),
    "flags": FlagRecord("x", "note", "girth_cm", "1"),
    "care_events": CareEventRecord(date(2026, 1, 1), "works", "T01", "浇水", "Watering", state="accepted"),
    "history": HistoryRecord(1, datetime(2026, 1, 1, tzinfo=UTC), "x", (), "0"),
}  # fmt: skip
"""One row of every kind that a tree's record has."""
AREA_ROWS = {"details": DetailRecord("layers", "x"), "composition": SpeciesShareRecord("x")}
"""The rows that only the record of an area has."""
EVERYTHING_OPEN = Disclosure(frozenset({*FREE_TEXTS, "findings"}), PartyKind.UNIT)


def _texts_of(record: type) -> Iterator[str]:
    for name, hint in get_type_hints(record).items():
        if str in {hint, *get_args(hint)}:
            yield name


def _planted() -> Iterator[tuple[type, str, str]]:
    for record in (TreeRecord, AreaRecord, *(type(row) for row in (ROWS | AREA_ROWS).values())):
        for field in _texts_of(record):
            own = record in {TreeRecord, AreaRecord, HistoryRecord} and field in OWN_NUMBERS
            if not own and field not in OFFICE_TEXTS | {"withheld"}:
                for value in ("13912345678", "140404199001011234", "戚某家院内"):
                    yield record, field, value


def test_every_kind_of_row_is_among_those_planted() -> None:
    rows = {hint for hint in get_type_hints(TreeRecord).values() if any(map(is_dataclass, get_args(hint)))}
    assert {get_args(hint)[0] for hint in rows} == {type(row) for row in ROWS.values()}
    assert len(fields(TreeRecord)) > 60


@pytest.mark.parametrize(("record", "field", "value"), list(_planted()))
def test_no_text_of_any_record_lets_a_private_matter_through(record: type, field: str, value: str) -> None:
    is_tuple = str(get_type_hints(record)[field]).startswith("tuple")
    facts: dict[str, Any] = {field: (value,) if is_tuple else value}
    if record is AreaRecord:
        public: Any = redact_area(_area(**facts), Disclosure(frozenset({"notes"})))
    elif record is TreeRecord:
        public = redact(make_tree(**facts), EVERYTHING_OPEN)
    elif record in map(type, AREA_ROWS.values()):
        name, row = next((name, row) for name, row in AREA_ROWS.items() if type(row) is record)
        public = redact_area(_area(**{name: (replace(row, **facts),)}), EVERYTHING_OPEN)
    else:
        name, row = next((name, row) for name, row in ROWS.items() if type(row) is record)
        plain = {f.name: getattr(row, f.name) for f in fields(row)}
        public = redact(make_tree(**{name: (record(**{**plain, **facts}),)}), EVERYTHING_OPEN)
    shown, held = public
    assert value not in repr(shown)
    assert held


PATTERNS = [value for value in vars(private_matters).values() if isinstance(value, re.Pattern)]
REPEATED = [
    *("国", "王", "家", "号之一", "1", "1 ", "13 9", "+1 (", "a", "a.", "a@", "@", ".", "电话", "tel", "QQ"),
    *(
        "微信",
        "看护人",
        "看护人 ",
        " ",
        "-",
        "the ",
        "至1.1",
        "1年1月",
        "、",
        "(",
        "〇",
        "王小",
        "欧阳",
        "A1",
        "0",
    ),
    *("01-", "业主", "管护人\t", "́", "L. ", "Lx ", "\u200b"),
]


@pytest.mark.parametrize("text", REPEATED)
def test_the_time_a_text_takes_grows_with_its_length_and_no_faster(text: str) -> None:
    long = (text * 60_000)[:60_000]
    readers = [
        *(pattern.search for pattern in PATTERNS),
        private_matter,
        names.is_unit_name,
        names.is_author,
        names.split_scientific_name,
    ]
    assert len(readers) > 8
    for reader in readers:
        began = time.perf_counter()
        reader(long)
        assert time.perf_counter() - began < 0.5, reader


@pytest.mark.parametrize("field", sorted(DETAIL_TEXTS))
def test_a_free_text_of_an_area_passes_only_when_released(field: str) -> None:
    area = _area(details=(DetailRecord(field, "碑旁"),))
    assert redact_area(area, Disclosure(frozenset({field})))[0].details == area.details
    public, held = redact_area(area, Disclosure())
    assert (public.details, [item.field for item in held]) == ((), [field])


def test_a_person_who_cares_for_a_grove_is_not_named_but_the_unit_beside_him_is() -> None:
    people = Disclosure(steward_kind=PartyKind.PERSON, steward_units="某县林业局".replace("某", "沁水"))
    public, _ = redact_area(_area(steward="戚建国、沁水县林业局"), people)
    assert public.steward == "沁水县林业局"


def test_a_generalised_area_keeps_neither_its_point_nor_what_would_tell_it() -> None:
    facts = {"lon": 112.123456, "lat": 35.654321, "village": "沟底", "photos": (ROWS["photos"],)}
    area = _area(**facts, position_precision="0.01", details=(DetailRecord("elevation_m", 911.0),))
    public, _ = redact_area(area, EVERYTHING_OPEN)
    assert (public.lon, public.lat) == (112.125, 35.655)
    assert (public.village, public.photos, public.details) == (None, (), ())


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
    assert (public.boundary, public.notes, public.withheld) == ((), None, ("boundary", "name", "notes"))


def test_a_private_matter_in_the_name_of_an_area_is_held_back() -> None:
    for name in ("王某家古柏群", "柏树群 13912345678"):
        public, held = redact_area(_area(name=name), Disclosure())
        assert (public.name, public.withheld) == (None, ("name",))
        assert [item.field for item in held] == ["name"]
    assert redact_area(_area(name="柏树群"), Disclosure())[0].name == "柏树群"


def test_what_is_held_back_is_always_a_field_that_may_be() -> None:
    texts = {name for name, hint in get_type_hints(TreeRecord).items() if str in {hint, *get_args(hint)}}
    texts -= {"position_precision", "listings", "division_path", "division_path_en"}
    everything = dict.fromkeys(withheld_fields() & texts, "甲家院内")
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
