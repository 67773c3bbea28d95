"""The files of the rule packs: checked whole, every value with its source, and the documents held to them."""

import re
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from register_kit import REPOSITORY

from registry.errors import InputMissingError, RulePackError, RulePackMissingError
from registry.rulepacks import RULEPACK_FOLDER, PackLibrary, pack_folder, read_pack, rule_pack, shipped_packs
from registry.rules.pack_format import FORMAT, PACK_KEYS, SCOPE_KEYS, pack_from
from registry.rules.packs import RulePack
from registry.vocab.language import translator
from registry.vocab.rule_sentences import row_name, row_text
from registry.vocab.rule_words import SECTIONS, STANDINGS
from registry.vocab.words import GRADE_SCHEMES, JURISDICTIONS, LISTINGS

WANTED = {
    "cn-2025", "cn-2025-urban-uplift", "cn-lyt2738", "shanxi-urban-2022", "shanghai-2017", "zhengzhou-2021",
    "beijing-1998", "hk-ovt", "sg-heritage", "tw-taipei", "uk-ati", "it-ami",
}  # fmt: skip
HEAD = """
id = "own"
jurisdiction = "cn"
title_zh = "本县"
title_en = "Our county"
citation = "某政发〔2026〕1号"
confidence = "high"
"""
PACKS = shipped_packs()


def write(folder: Path, text: str, name: str = "own.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_the_packs_that_were_promised_are_there() -> None:
    assert {pack.id for pack in PACKS} >= WANTED


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.id)
def test_every_value_says_where_it_stands_and_how_sure_it_is(pack: RulePack) -> None:
    assert pack.rules
    for rule in pack.rules.values():
        assert rule.basis.citation
        assert rule.basis.confidence in {"high", "medium", "low"}
        assert rule.basis.standing in STANDINGS
        if rule.basis.standing == "default":
            assert "默认" in rule.basis.citation
            assert rule.basis.citation_en


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.id)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_rule_can_be_read_in_both_languages(pack: RulePack, lang: str) -> None:
    t = translator(lang)
    for rule in pack.rules.values():
        text = row_text(t, rule.section, rule.values)
        assert text or row_name(t, rule.section, rule.name) or set(rule.values) <= {"list"}, rule
        numbers = [v for k, v in rule.values.items() if type(v) in (int, float) and k != "below"]
        assert all(f"{number:g}" in text for number in numbers if number), (rule, text)  # 0 is said in words
    assert pack.jurisdiction in JURISDICTIONS
    assert pack.id in {*GRADE_SCHEMES, *LISTINGS} or pack.is_base


def test_a_pack_that_needs_a_decision_is_never_in_force_by_itself() -> None:
    assert all(not (pack.needs_document and pack.is_automatic) for pack in PACKS)
    assert [pack.id for pack in PACKS if pack.needs_document] == ["cn-2025-urban-uplift"]


def test_a_section_stands_in_the_place_of_the_extended_one_but_time_limits_add_up() -> None:
    pack, nation = rule_pack("zhengzhou-2021"), rule_pack("cn-2025")
    assert pack is not None
    assert nation is not None
    assert set(pack.section("deadlines")) == {
        *nation.section("deadlines"),
        "report_check",
        "caretaker_change",
    }
    assert "any" not in pack.section("zone")
    assert pack.section("grove") == nation.section("grove")
    assert pack.value("grove", "", "grade") == "highest"


def test_sections_that_were_dropped_are_not_inherited() -> None:
    pack = rule_pack("shanxi-urban-2022")
    assert pack is not None
    assert pack.section("designation") == {}
    assert "designation" in pack.unverified


@pytest.mark.parametrize(
    ("text", "key", "reason"),
    [
        ("colour = 1", "colour", "there is no such key"),
        ("valid_from = true", "valid_from", "a day such as"),
        ("valid_from = 2025-03-15\nvalid_to = 2025-03-14", "valid_to", "before valid_from"),
        ('extends = "nowhere"', "extends", "no rule pack nowhere"),
        ('extends = "own"', "extends", "no rule pack own"),
        ('standing = "sure"', "standing", "not one of"),
        ('note_zh = "注"', "note_en", "both languages"),
        ("grades = 3", "grades", "a table"),
        ("[grades]\n5 = { from = 20 }", "grades.5", "not one of"),
        ("[grades]\n1 = { below = 20 }", "grades.1", "it needs one of from"),
        ('[grades]\n1 = { from = "500" }', "grades.1.from", "whole number"),
        ("[grades]\n1 = { from = -1 }", "grades.1.from", "whole number"),
        ("[grades]\n1 = { from = 500, to = 3 }", "grades.1.to", "no such key"),
        ("[grades]\n1 = { from = 500, below = 500 }", "grades.1", "greater than from"),
        (
            "[grades]\n1 = { from = 300 }\n2 = { from = 400, below = 500 }",
            "grades.1",
            "overlaps with grades.2",
        ),
        (
            "[grades]\n3 = { from = 90 }\n[reserve]\nfrom = 80\nbelow = 100",
            "reserve",
            "overlaps with grades.3",
        ),
        ('[patrol]\n1 = { text_zh = "常" }', "patrol.1.text_en", "both languages"),
        ("[zone]\nany = { crown_offset_m = -5 }", "zone.any.crown_offset_m", "0 or more"),
        ('[listing]\na = { measure = "girth_cm" }', "listing.a", "one of from, over"),
        ('[listing]\na = { measure = "girth_cm", from = 1, over = 2 }', "listing.a", "one of from, over"),
        ('[transplant]\nnational_key = { classes = ["9"] }', "transplant.national_key.classes", "not one of"),
        ("[scope]\nurban = 1", "scope.urban", "true or false"),
        ('[plate]\nfields = ["phone_of_owner"]', "plate.fields", "not one of"),
        ("[appraisal]\nexperts = 99999999999999999999", "appraisal.experts", "at most"),
        (
            "[deadlines]\ndeath_verification = { working_days = 99999999 }",
            "deadlines.death_verification.working_days",
            "at most",
        ),
        ("x = " + "[" * 100_000, "TOML", "recursion"),
    ],
)
def test_a_wrong_pack_is_named_with_its_file_and_key(
    tmp_path: Path, text: str, key: str, reason: str
) -> None:
    path = write(tmp_path, f"{HEAD}{text}\n")
    with pytest.raises(RulePackError) as met:
        read_pack(path, PackLibrary(tmp_path))
    assert reason in translator("en").error(met.value)
    assert met.value.facts["pack"] == "own.toml"
    assert met.value.facts["key"] == key


@pytest.mark.parametrize("missing", ["id", "jurisdiction", "title_zh", "title_en", "citation", "confidence"])
def test_a_pack_says_who_it_is_and_where_it_stands(tmp_path: Path, missing: str) -> None:
    lines = [line for line in HEAD.splitlines() if not line.startswith(f"{missing} ")]
    with pytest.raises(RulePackError) as met:
        read_pack(write(tmp_path, "\n".join(lines)))
    assert met.value.facts["key"] == missing


def test_what_is_no_toml_or_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(RulePackError, match="TOML"):
        read_pack(write(tmp_path, "id = "))
    with pytest.raises(InputMissingError):
        read_pack(tmp_path / "none.toml")
    with pytest.raises(RulePackMissingError, match="cn-2025"):
        PackLibrary().get("cn-1949")
    for name in ("../cn-2025", "/etc/passwd", ""):
        assert PackLibrary(tmp_path).find(name) is None


def test_own_packs_are_found_beside_the_register_and_cannot_replace_a_shipped_one(tmp_path: Path) -> None:
    folder = pack_folder(str(tmp_path / "register.db"))
    folder.mkdir()
    assert folder.name == "register.db.rulepacks"
    write(folder, HEAD + 'extends = "cn-2025"\n[grades]\n1 = { from = 400 }\n')
    write(folder, HEAD.replace('"own"', '"cn-2025"'), "cn-2025.toml")
    library = PackLibrary(folder)
    own = library.get("own")
    assert own.grade_ages == {"1": (400, None)}
    assert own.value("grades", "1", "from") == 400
    assert own.may_transplant("national_key", "1")
    assert library.get("cn-2025") == rule_pack("cn-2025")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(
        ["from", "below", "measure", "1", "any", "grade", "text_zh", "citation", "x"]), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


@given(st.dictionaries(st.sampled_from([*FORMAT, *PACK_KEYS, "scope", "odd"]), JSON, max_size=4))
def test_whatever_stands_in_a_file_it_is_a_pack_or_one_clear_error(found: dict[str, object]) -> None:
    head = {"id": "own", "jurisdiction": "cn", "title_zh": "本", "title_en": "o", "citation": "c",
            "confidence": "low"}  # fmt: skip
    with suppress(RulePackError):
        assert isinstance(pack_from({**head, **found}, "own.toml", rule_pack), RulePack)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_document_lists_every_pack_with_its_dates_and_how_sure_it_is(lang: str) -> None:
    text = (REPOSITORY / "docs" / lang / "rules.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| `([a-z0-9-]+)` \| (.+) \|$", text, re.MULTILINE))
    words = {
        "zh": {"high": "高", "medium": "中", "low": "低"},
        "en": {"high": "high", "medium": "medium", "low": "low"},
    }
    assert {pack.id for pack in PACKS} <= set(rows)
    for pack in PACKS:
        cells = [cell.strip() for cell in rows[pack.id].split("|")]
        title = pack.title_zh if lang == "zh" else pack.title_en
        since = str(pack.since) if pack.since else "–"
        span = f"{since} – {pack.until}" if pack.until else since
        assert cells[:3] == [title, span, words[lang][pack.confidence]], pack.id
        for low, high in pack.grade_ages.values():
            assert str(low) in cells[3], pack.id
            assert high is None or str(high - 1) in cells[3], pack.id


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_document_names_every_key_of_the_format(lang: str) -> None:
    text = (REPOSITORY / "docs" / lang / "rules.md").read_text("utf-8")
    known = set(re.findall(r"`([^`\n]+)`", text))
    assert set(PACK_KEYS) - known == set()
    assert set(SCOPE_KEYS) - known == set()
    assert set(FORMAT) - known == set()
    values = {key for form in FORMAT.values() for key in (*form.values, *form.own)}
    assert values - known == set()
    assert set(STANDINGS) - known == set()
    assert set(FORMAT) == set(SECTIONS)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_example_of_the_document_is_a_pack(lang: str, tmp_path: Path) -> None:
    text = (REPOSITORY / "docs" / lang / "rules.md").read_text("utf-8")
    (example,) = re.findall(r"^```toml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert read_pack(write(tmp_path, example)).grade_ages["1"] == (500, None)


def test_the_file_of_a_shipped_pack_has_its_id() -> None:
    assert {path.stem for path in RULEPACK_FOLDER.glob("*.toml")} == {pack.id for pack in PACKS}
