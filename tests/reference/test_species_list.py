"""The shipped list of species: whole, consistent, and it knows the names that registers use."""

import csv
from collections import Counter
from pathlib import Path

import pytest
from register_kit import REPOSITORY

from registry.errors import InputMissingError, InputUnreadableError
from registry.rules.species_names import latin_key
from registry.species_list import family_names, species_list
from registry.vocab.genera import genus_names

SHARED = REPOSITORY.parent / "shared/data/species-zh-latin"


def test_the_list_is_whole() -> None:
    taxa = species_list().taxa.values()
    assert len(taxa) >= 700
    assert {taxon.genus for taxon in taxa} == set(genus_names())
    assert {taxon.family for taxon in taxa} == set(family_names())
    assert all(taxon.name_en and latin_key(taxon.name_latin) for taxon in taxa)
    assert len({taxon.id for taxon in taxa}) == len(taxa)


def test_no_scientific_name_means_two_taxa() -> None:
    keys = Counter(
        key
        for taxon in species_list().taxa.values()
        for key in {latin_key(name) for name in (taxon.name_latin, *taxon.also_latin)}
    )
    assert {key: count for key, count in keys.items() if count > 1} == {}


@pytest.mark.parametrize(
    ("name_zh", "name_latin", "accepted"),
    [
        ("国槐", "Sophora japonica L.", "Styphnolobium japonicum"),
        ("圆柏", "Sabina chinensis", "Juniperus chinensis"),
        ("乌桕", "Sapium sebiferum", "Triadica sebifera"),
        ("二球悬铃木", "Platanus acerifolia", "Platanus × hispanica"),
        ("白果树", None, "Ginkgo biloba"),
        ("桂花", None, "Osmanthus fragrans"),
        ("广玉兰", None, "Magnolia grandiflora"),
        ("榕", "Ficus microcarpa L. f.", "Ficus microcarpa"),
        ("樟樹", None, "Cinnamomum camphora"),
    ],
)
def test_old_and_folk_names_are_known(name_zh: str, name_latin: str | None, accepted: str) -> None:
    found = species_list().resolve(name_zh, name_latin).accepted
    assert found is not None
    assert found.name_latin == accepted


def test_an_office_adds_its_own_names(tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    own.write_text(
        "name_latin,name_hans,also_zh\nStyphnolobium japonicum,,老槐爷\nQuercus nova,新栎,\n",
        encoding="utf-8-sig",
    )
    listed = species_list(own)
    found = listed.resolve("老槐爷", None).accepted
    assert found is not None
    assert (found.name_latin, found.name_hans) == ("Styphnolobium japonicum", "槐")
    assert "国槐" in found.also_zh
    assert listed.resolve("新栎", None).accepted is not None
    assert species_list().resolve("老槐爷", None).accepted is None
    own.write_text("name_latin,name_hans\n槐,槐\n", encoding="utf-8")
    with pytest.raises(InputUnreadableError, match="row 2"):
        species_list(own)
    own.write_bytes("name_latin,name_hans\nQuercus nova,新栎\n".encode("gb18030"))
    with pytest.raises(InputUnreadableError, match="UTF-8"):
        species_list(own)
    own.unlink()
    with pytest.raises(InputMissingError):
        species_list(own)


@pytest.mark.skipif(not SHARED.exists(), reason="the names of real registers are not at hand")
def test_the_names_of_real_registers_are_known() -> None:
    listed = species_list()
    with (SHARED / "registers_zh_latin.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    found = {
        (row["name_zh"], row["name_latin_as_written"]): listed.resolve(
            row["name_zh"], row["name_latin_as_written"], {"taipei": "zh-Hant"}.get(row["source"], "zh-Hans")
        )
        for row in rows
    }
    unknown = {names for names, answer in found.items() if answer.accepted is None}
    assert unknown == {
        ("樱花", "Cerasus sp."),
        ("毛海棗", "Phoenix tomentosa Gentil."),
        ("黃果蒲桃", "Eugenia xanthocarpa"),
    }
    assert {names[0] for names, answer in found.items() if answer.pairing == "differs"} == {
        "龙柏", "冬青", "桤木", "栓皮栎", "珊瑚朴", "朴树",
    }  # fmt: skip
    assert {names[1].split()[0] for names, answer in found.items() if answer.suggestion} == {
        "Chimononthus", "llex", "wida", "Livitona", "Casuarina", "Taxodiun", "Swietenia",
    }  # fmt: skip
