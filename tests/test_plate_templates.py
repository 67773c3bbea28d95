"""Plate templates: what comes along agrees with the rule packs; an office's own is read whole or refused."""

import tomllib
from pathlib import Path

import pytest

from registry.errors import InputMissingError
from registry.export_errors import PlateTemplateError, PlateTemplateMissingError
from registry.plate_records import BLANK
from registry.plate_templates import PLATE_FOLDER, PlateLibrary, plate_folder, read_template
from registry.rulepacks import shipped_packs
from registry.rules.plate_format import template_from
from registry.vocab.language import translator

TEMPLATES = PlateLibrary().all()
OWN = """
id = "own"
title_zh = "本县保护牌"
title_en = "County plate"
citation = "本县的约定，非法定"
confidence = "medium"
standing = "default"
kinds = ["tree"]
sizes_mm = [[100, 70]]
arrangement = "form"

[[fields]]
field = "name_zh"
place = "name"

[[fields]]
field = "age_years"
place = "fact"
label = true
"""


def write_own(folder: Path, text: str = OWN) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / "own.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_what_a_rule_pack_asks_of_a_plate_its_template_has():
    followed = {template.rulepack: template for template in TEMPLATES if template.rulepack}
    packs = {pack.id: pack.section("plate")[""] for pack in shipped_packs() if pack.section("plate")}
    assert followed.keys() == packs.keys()
    for pack_id, rule in packs.items():
        assert set(rule.values["fields"]) <= set(followed[pack_id].asked)


def test_every_template_says_what_it_rests_on_and_what_is_not_law_says_so():
    for template in TEMPLATES:
        assert template.citation
        if not template.rulepack:
            assert template.standing != "law"


def test_there_is_a_template_for_blank_tags_and_a_small_one():
    assert [template.id for template in TEMPLATES if BLANK in template.kinds] == ["blank", "code-only"]
    assert min(min(size) for template in TEMPLATES for size in template.sizes_mm) <= 30


def test_a_private_person_is_no_field_of_a_plate():
    for template in TEMPLATES:
        assert "steward_phone" not in template.asked
        assert "surveyor" not in template.asked


def test_an_office_lays_its_own_template_beside_the_register(tmp_path):
    address = f"sqlite:///{tmp_path}/register.db"
    write_own(plate_folder(address))
    library = PlateLibrary(plate_folder(address))
    assert "own" in library.ids()
    own = library.get("own")
    assert own.size_mm == (100.0, 70.0)
    assert own.fields[1].label == ("树龄", "age")
    assert library.get("house") in library.all()


def test_what_comes_along_cannot_be_changed_by_a_file_of_the_same_name(tmp_path):
    write_own(tmp_path, OWN)
    (tmp_path / "house.toml").write_text(OWN.replace('"own"', '"house"'), encoding="utf-8")
    assert PlateLibrary(tmp_path).get("house").title.en == "House template"


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (("confidence = ", "#"), "confidence"),
        (('"medium"', '"sure"'), "confidence"),
        (('"form"', '"oval"'), "arrangement"),
        (('["tree"]', '["bush"]'), "kinds"),
        (("[[100, 70]]", "[100, 70]"), "sizes_mm[1]"),
        (("[[100, 70]]", "[[100, 2]]"), "sizes_mm[1]"),
        (('"age_years"', '"girth"'), "fields[2].field"),
        (('"age_years"', '"name_zh"'), "fields"),
        (('place = "fact"', 'place = "middle"'), "fields[2].place"),
        (("label = true", "label = 1"), "fields[2].label"),
        (("label = true", "most_pt = 2"), "fields[2].most_pt"),
        (("label = true", "most_pt = 8\nleast_pt = 9"), "fields[2].least_pt"),
        (("label = true", "colour = 'red'"), "fields[2].colour"),
        (('"own"', '"Own plate"'), "id"),
        (('"own"', '"another"'), "id"),
        (('arrangement = "form"', 'arrangement = "form"\nqr_share = 2'), "qr_share"),
        (("[[fields]]", "[[fields"), "TOML"),
    ],
)
def test_a_wrong_template_is_refused_with_file_and_key(tmp_path, change, key):
    path = write_own(tmp_path, OWN.replace(*change, 1))
    if change[0] == "label = true" or '"age' in change[0]:
        path = write_own(tmp_path, OWN.replace(*change))
    with pytest.raises(PlateTemplateError) as caught:
        read_template(path)
    assert caught.value.facts["file"] == "own.toml"
    assert caught.value.facts["key"] == key
    assert "own.toml" in translator("zh").error(caught.value)


def test_an_unknown_template_is_told_with_those_there_are():
    with pytest.raises(PlateTemplateMissingError, match="zhengzhou"):
        PlateLibrary().get("../house")
    with pytest.raises(InputMissingError):
        PlateLibrary().get("/nowhere/own.toml")


def test_the_files_that_come_along_are_plain_toml():
    for path in PLATE_FOLDER.glob("*.toml"):
        assert template_from(tomllib.loads(path.read_text(encoding="utf-8")), path.name).id == path.stem
