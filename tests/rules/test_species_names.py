"""Species: which names mean the same, which do not belong together, and what a slip was meant to be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules.species_names import (
    SpeciesList,
    Taxon,
    clean_name,
    edit_distance,
    latin_key,
    species_doubts,
    species_id,
)

LIST = SpeciesList.of(
    [
        Taxon("Styphnolobium japonicum", name_hans="槐", name_hant="槐", also_zh=("国槐", "國槐"),
              also_latin=("Sophora japonica",)),
        Taxon("Quercus acutissima", name_hans="麻栎", name_hant="麻櫟"),
        Taxon("Quercus variabilis", name_hans="栓皮栎", name_hant="栓皮櫟"),
        Taxon("Ilex cornuta", name_hans="枸骨", name_hant="枸骨"),
        Taxon("Juniperus chinensis", name_hans="圆柏", name_hant="圓柏", also_latin=("Sabina chinensis",)),
        Taxon("Juniperus chinensis 'Kaizuca'", name_hans="龙柏", name_hant="龍柏",
              also_latin=("Sabina chinensis 'Kaizuca'",)),
        Taxon("Juniperus chinensis 'Globosa'", name_hans="球柏", also_latin=("Sabina chinensis 'Globosa'",)),
        Taxon("Taxus wallichiana var. chinensis", name_hans="红豆杉"),
        Taxon("Taxus wallichiana var. mairei", name_hans="南方红豆杉", also_zh=("红豆杉",)),
        Taxon("Platanus × hispanica", name_hans="二球悬铃木", also_latin=("Platanus acerifolia",)),
        Taxon("Chaenomeles sinensis", name_hans="木瓜"),
        Taxon("Carica papaya", name_hans="番木瓜", name_hant="木瓜"),
        Taxon("Paulownia fortunei", name_hans="白花泡桐", also_zh=("泡桐",)),
        Taxon("Paulownia tomentosa", name_hans="毛泡桐", also_zh=("泡桐",)),
    ]
)  # fmt: skip


def accepted(name_zh: str | None, name_latin: str | None, lang: str = "zh-Hans") -> str | None:
    found = LIST.resolve(name_zh, name_latin, lang).accepted
    return found.name_latin if found else None


@pytest.mark.parametrize(
    ("name_zh", "name_latin"),
    [
        ("国槐", "Sophora japonica L."),
        ("国槐", None),
        ("國槐", None),
        ("槐", None),
        ("槐树", None),
        ("国槐（龙王庙）", None),
        (None, "Sophora japonica"),
        (None, "sophora japonica linn."),
        ("国 槐_x000D_", "Styphnolobium\u00a0japonicum (L.) Schott"),
    ],
)
def test_one_species_is_one_under_all_its_names(name_zh: str | None, name_latin: str | None) -> None:
    assert accepted(name_zh, name_latin) == "Styphnolobium japonicum"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Platanus ×acerifolia (Aiton) Willd.", ("platanus", "acerifolia", "", "")),
        ("Platanus x acerifolia", ("platanus", "acerifolia", "", "")),
        ("× Taxodiomeria peizhongii", ("taxodiomeria", "peizhongii", "", "")),
        ("Sabina chinensis cv.Globosa", ("sabina", "chinensis", "", "globosa")),
        ("Sabina chinensis (L.) Ant. 'Kaizuca'", ("sabina", "chinensis", "", "kaizuca")),
        ("Sabina chinensis (L.) Ant. ‘Kaizuca’", ("sabina", "chinensis", "", "kaizuca")),
        ("Ficus virens (syn. Ficus infectoria)", ("ficus", "virens", "", "")),
        ("Taxus wallichiana var. mairei (Lemée & H.Lév.) L.K.Fu", ("taxus", "wallichiana", "mairei", "")),
        ("Fraxinus chinensis Roxb. var.rhynchophylla", ("fraxinus", "chinensis", "rhynchophylla", "")),
        ("Pinus thunbergii Parl.", ("pinus", "thunbergii", "", "")),
        ("Ehretia thyrsiflora (Sieb. et Zucc.) Nakai", ("ehretia", "thyrsiflora", "", "")),
        ("Euphoria Longana Lam.", ("euphoria", "longana", "", "")),
        ("Cerasus sp.", ("cerasus", "", "", "")),
        ("Ficus Blume", ("ficus", "", "", "")),
        ("wida walteri (Wanger.) Sojak", ("wida", "walteri", "", "")),
    ],
)
def test_a_scientific_name_is_known_whatever_stands_around_it(text: str, key: tuple[str, ...]) -> None:
    assert latin_key(text) == key


@pytest.mark.parametrize("text", ["", "国槐", "-", "123", "Q. robur", "(syn. x)"])
def test_what_is_no_scientific_name_has_no_key(text: str) -> None:
    assert latin_key(text) is None


@pytest.mark.parametrize(
    ("name_zh", "name_latin", "pairing"),
    [
        ("栓皮栎", "Quercus variabilis Blume", "agrees"),
        ("栓皮栎", "Quercus acutissima", "differs"),
        ("红豆杉", "Taxus wallichiana var. mairei", "agrees"),
        ("红豆杉", "Taxus wallichiana var. chinensis", "agrees"),
        ("龙柏", "Sabina chinensis", "agrees"),
        ("圆柏", "Sabina chinensis 'Kaizuca'", "agrees"),
        ("龙柏", "Sabina chinensis cv.Globosa", "differs"),
        ("某树", "Quercus acutissima", "unknown"),
        ("栓皮栎", "Quercus ignota", "unknown"),
        ("栓皮栎", None, "unknown"),
        (None, "Quercus acutissima", "unknown"),
    ],
)
def test_two_names_belong_together_or_not(name_zh: str | None, name_latin: str | None, pairing: str) -> None:
    found = LIST.resolve(name_zh, name_latin)
    assert found.pairing == pairing
    checks = [doubt.check for doubt in species_doubts(found, name_zh, name_latin)]
    assert checks == (["species_pairing"] if pairing == "differs" else [])


def test_where_two_names_differ_the_scientific_one_stands_and_the_doubt_says_both() -> None:
    found = LIST.resolve("栓皮栎", "Quercus acutissima")
    assert found.accepted is not None
    assert found.accepted.name_latin == "Quercus acutissima"
    (doubt,) = species_doubts(found, "栓皮栎", "Quercus acutissima")
    assert doubt.value == "栓皮栎 = Quercus variabilis ≠ Quercus acutissima"


def test_the_finer_name_is_kept() -> None:
    assert accepted("龙柏", "Sabina chinensis") == "Juniperus chinensis 'Kaizuca'"
    assert accepted("圆柏", "Sabina chinensis (L.) Ant. 'Kaizuca'") == "Juniperus chinensis 'Kaizuca'"
    assert accepted("圆柏", "Sabina chinensis 'Unheard'") == "Juniperus chinensis"


def test_a_name_of_two_species_is_decided_by_script_or_not_at_all() -> None:
    assert accepted("木瓜", None) == "Chaenomeles sinensis"
    assert accepted("木瓜", None, "zh-Hant") == "Carica papaya"
    assert accepted("泡桐", None) is None
    assert accepted("泡桐", "Paulownia sp.") is None
    assert accepted("泡桐", "Paulownia fortunei") == "Paulownia fortunei"


@pytest.mark.parametrize(
    ("name_zh", "name_latin", "suggestion"),
    [
        ("枸骨", "llex cornuta", "Ilex cornuta"),
        ("枸骨", "Ilex cornutta Lindl.", "Ilex cornuta"),
        ("枸骨", "Ilex corunta", "Ilex cornuta"),
        (None, "Quercus acutisima", "Quercus acutissima"),
        (None, "Quercus acutizzima", None),
        ("麻栎", "Quercus acutizzima", "Quercus acutissima"),
        ("枸骨", "Quercus acutisima", None),
        (None, "Ilex ignota", None),
    ],
)
def test_a_slip_is_pointed_out_and_never_corrected(
    name_zh: str | None, name_latin: str, suggestion: str | None
) -> None:
    found = LIST.resolve(name_zh, name_latin)
    assert found.suggestion == suggestion
    doubts = species_doubts(found, name_zh, name_latin)
    assert [doubt.check for doubt in doubts] == (["species_spelling"] if suggestion else [])
    assert (found.accepted is not None) == bool(suggestion and name_zh)


@pytest.mark.parametrize(
    ("a", "b", "distance"),
    [
        ("ilex", "ilex", 0),
        ("llex", "ilex", 1),
        ("ielx", "ilex", 1),
        ("il", "ilex", 2),
        ("quercus", "ilex", 3),
    ],
)
def test_distance_counts_slips_up_to_its_limit(a: str, b: str, distance: int) -> None:
    assert edit_distance(a, b) == edit_distance(b, a) == distance


def test_ids_and_debris() -> None:
    assert species_id("Platanus × hispanica") == "platanus-x-hispanica"
    assert species_id("Juniperus chinensis 'Kaizuca'") == "juniperus-chinensis-kaizuca"
    assert clean_name(" 乌桕_x000D_ ") == "乌桕"


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_text_breaks_the_list(name_zh: str, name_latin: str) -> None:
    found = LIST.resolve(name_zh, name_latin)
    species_doubts(found, name_zh, name_latin)
