"""Which levels a form has to pass, and what two persons decide."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.errors import RulePackError
from registry.rulepacks import rule_pack
from registry.rules.pack_format import pack_from
from registry.rules.packs import RulePack
from registry.rules.review_levels import (
    USUAL,
    USUAL_TWO,
    levels_for,
    matters_of,
    may_decide_alone,
    needs_second_person,
    rank,
)
from registry.vocab.desk_words import ReviewLevel, SubmissionKind
from registry.vocab.language import translator
from registry.vocab.rule_sentences import row_text

COUNTY, CITY, PROVINCE = ReviewLevel
K = SubmissionKind
HEAD = {"id": "ours", "jurisdiction": "cn", "title_zh": "本县", "title_en": "Ours", "citation": "某文",
        "confidence": "high"}  # fmt: skip
DEAD_EDIT = {"fields": {"vigour": {"base": "weak", "to": "dead"}}}


def pack(**review: Any) -> RulePack:
    return pack_from({**HEAD, "review": review}, "ours.toml", lambda _id: None)


@pytest.mark.parametrize(
    ("kind", "content", "levels"),
    [
        (K.VISIT, {}, ()),
        (K.VISIT, {"no_change": True}, ()),
        (K.VISIT, {"vigour": "weak"}, ()),
        (K.VISIT, {"vigour": "dead"}, (COUNTY,)),
        (K.PHOTO, {}, ()),
        (K.INCIDENT, {"incident": "fire"}, ()),
        (K.MEASUREMENT, {}, (COUNTY,)),
        (K.ASSESSMENT, {"vigour": "dead"}, (COUNTY,)),
        (K.EDIT, {"fields": {"village": {"to": "东和"}}}, (COUNTY,)),
        (K.EDIT, DEAD_EDIT, (COUNTY,)),
        (K.BIND_TAG, {}, (COUNTY,)),
        (K.MOUNT_TAG, {}, (COUNTY,)),
        (K.NEW_TREE, {}, (COUNTY, CITY, PROVINCE)),
        (K.NEW_TREE, {"vigour": "dead"}, (COUNTY, CITY, PROVINCE)),
    ],
)
def test_facts_count_at_once_and_changes_are_looked_at(kind: K, content: Any, levels: Any) -> None:
    assert levels_for(kind, content, None) == levels


@pytest.mark.parametrize(
    ("kind", "content", "submitter", "levels"),
    [
        (K.EDIT, {}, COUNTY, ()),
        (K.EDIT, {}, PROVINCE, ()),
        (K.NEW_TREE, {}, COUNTY, (CITY, PROVINCE)),
        (K.NEW_TREE, {}, CITY, (PROVINCE,)),
        (K.NEW_TREE, {}, PROVINCE, ()),
        (K.VISIT, {"vigour": "dead"}, PROVINCE, (COUNTY,)),
        (K.EDIT, DEAD_EDIT, COUNTY, (COUNTY,)),
    ],
)
def test_a_reviewers_own_form_is_not_provisional_at_his_own_level(
    kind: K, content: Any, submitter: ReviewLevel, levels: Any
) -> None:
    assert levels_for(kind, content, None, submitter) == levels


def test_what_is_usual_is_what_the_shipped_defaults_say() -> None:
    shipped = rule_pack("office-defaults")
    assert shipped is not None
    rows = {name: rule.values["levels"] for name, rule in shipped.section("review").items() if name}
    assert rows == {name: tuple(level.value for level in levels) for name, levels in USUAL.items()}
    assert set(shipped.value("review", "", "two_persons")) == USUAL_TWO
    assert not may_decide_alone(shipped)
    assert {rule.basis.standing for rule in shipped.section("review").values()} == {"default"}


def test_a_pack_lays_down_levels_of_its_own() -> None:
    own = pack(visit={"levels": ["county", "city"]}, edit={"levels": []})
    assert levels_for(K.VISIT, {}, own) == (COUNTY, CITY)
    assert levels_for(K.EDIT, {}, own) == ()
    assert levels_for(K.NEW_TREE, {}, own) == (), "what its rows do not name needs no review"


def test_two_persons_keep_a_reviewers_own_level() -> None:
    own = pack(two_persons=["new_tree", "felling"])
    assert levels_for(K.NEW_TREE, {}, own, PROVINCE) == (COUNTY, CITY, PROVINCE)
    assert needs_second_person("felling", own)
    assert not needs_second_person("death", own)


@pytest.mark.parametrize(
    ("kind", "two"),
    [("designation", True), ("redesignation", True), ("delisting", True), ("death", True), ("works", False)],
)
def test_designation_and_death_are_decided_by_two(kind: str, two: bool) -> None:
    assert needs_second_person(kind, None) is two
    assert needs_second_person(kind, rule_pack("cn-2025")) is two


def test_deciding_alone_has_to_be_said_by_a_pack() -> None:
    assert not may_decide_alone(None)
    assert may_decide_alone(pack(alone=True))


@pytest.mark.parametrize(
    ("review", "key"),
    [
        ({"visit": {"levels": ["city", "county"]}}, "review.visit.levels"),
        ({"visit": {"levels": ["county", "county"]}}, "review.visit.levels"),
        ({"visit": {"levels": ["village"]}}, "review.visit.levels"),
        ({"visit": {"levels": "county"}}, "review.visit.levels"),
        ({"visit": {}}, "review.visit"),
        ({"picnic": {"levels": []}}, "review.picnic"),
        ({"two_persons": ["picnic"]}, "review.two_persons"),
        ({"alone": "yes"}, "review.alone"),
    ],
)
def test_a_wrong_row_is_named(review: dict[str, Any], key: str) -> None:
    with pytest.raises(RulePackError) as caught:
        pack(**review)
    assert caught.value.facts["key"] == key


def test_a_pack_says_its_review_in_words() -> None:
    own = pack(two_persons=["death"], alone=True, edit={"levels": ["county", "city"]}, visit={"levels": []})
    t = translator("zh")
    said = {name: row_text(t, "review", rule.values) for name, rule in own.section("review").items()}
    assert said["edit"] == "县级初审 → 市级复审"
    assert said["visit"] == "不审核，直接生效"
    assert said[""] == "须由两人经手：死亡确认，可以审核本人提交的内容"


@given(
    st.sampled_from(K),
    st.dictionaries(st.sampled_from(["vigour", "fields", "sizes"]), st.none() | st.text() | st.just({})),
    st.none() | st.sampled_from(ReviewLevel),
)
def test_levels_are_in_order_and_above_a_reviewer(kind: K, content: Any, submitter: Any) -> None:
    levels = levels_for(kind, content, None, submitter)
    assert list(levels) == sorted(set(levels), key=rank)
    if submitter is not None and matters_of(kind, content) == (kind.value,):
        assert all(rank(level) > rank(submitter) for level in levels)
