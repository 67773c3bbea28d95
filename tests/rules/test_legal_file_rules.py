"""The fifteen parts of a legal file: what is there, what is missing, what is not asked for."""

from dataclasses import replace
from pathlib import Path

import pytest

from registry.export_errors import LegalFileRulesError
from registry.legal_file import RULES, file_rules, read_rules
from registry.legal_file_records import MISSING, NOT_REQUIRED, PARTLY, PRESENT, WITHHELD, LegalFileRecord
from registry.rules.legal_file import Subject, judged_parts

RULE = file_rules()
TREE = Subject("tree", "cn-shanxi", grade="3", category="ancient", vigour="normal")


def states(subject: Subject, **facts: int) -> dict[str, str]:
    return {part.id: part.state for part in judged_parts(RULE, subject, facts)}


def scored(subject: Subject, **facts: int) -> LegalFileRecord:
    return LegalFileRecord(subject.kind, judged_parts(RULE, subject, facts), RULE.basis, RULE.confidence)


def test_a_file_has_fifteen_parts_numbered_in_order() -> None:
    assert [part.number for part in RULE.parts] == list(range(1, 16))
    assert len({part.id for part in RULE.parts}) == 15


def test_a_part_is_there_in_part_missing_or_not_required() -> None:
    found = states(TREE, form=1, legal_zone=1)
    assert (found["survey"], found["zone"], found["agreement"]) == (PRESENT, PARTLY, MISSING)
    assert found["insurance"] == NOT_REQUIRED


def test_the_score_is_documents_present_over_documents_required() -> None:
    empty, some = scored(TREE), scored(TREE, form=1, decision=1, adoption=3)
    assert (empty.present, empty.score) == (0, 0.0)
    assert (some.present, some.required) == (2, empty.required)
    assert some.score == pytest.approx(2 / empty.required)


@pytest.mark.parametrize("more", [{"grade": "1"}, {"category": "famous"}, {"vigour": "endangered"}])
def test_first_grade_famous_and_weak_trees_need_a_diagnosis_and_a_strategy(more: dict[str, str]) -> None:
    assert states(TREE)["strategy"] == states(TREE)["diagnosis"] == NOT_REQUIRED
    found = states(replace(TREE, **more))
    assert found["strategy"] == found["diagnosis"] == MISSING


def test_what_happened_calls_for_its_documents() -> None:
    assert states(TREE, damage=1)["incident"] == MISSING
    assert states(TREE, damage=1, incident_case=1)["incident"] == PRESENT
    assert states(TREE, finished_works=1)["strategy"] == MISSING
    assert states(replace(TREE, status="dead"))["closure"] == MISSING
    assert states(replace(TREE, status="transplanted"))["works"] == MISSING


def test_a_dead_tree_needs_no_patrol_and_no_agreement() -> None:
    found = states(replace(TREE, status="dead"))
    assert found["patrol"] == found["agreement"] == found["zone"] == NOT_REQUIRED


def test_what_the_regulation_asks_is_not_asked_elsewhere() -> None:
    found = states(replace(TREE, jurisdiction="hk", grade=None))
    assert found["zone"] == found["agreement"] == found["identification"] == NOT_REQUIRED
    assert found["survey"] == MISSING
    assert RULE.basis_in("cn-shanxi") != RULE.basis_in("cn2") == RULE.elsewhere


def test_every_condition_names_words_that_exist() -> None:
    conditions = [c for part in RULE.parts for each in part.documents for c in each.required]
    assert {kind for c in conditions for kind in c.kinds} <= {"tree", "grove", "garden", "place", "element"}
    assert {fact for c in conditions for fact in c.facts} <= RULE.facts
    assert RULE.confidence == "low"


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('counts = ["form"]', "counts = []", "part 1 · form"),
        ('title = { zh = "鉴定意见", en = "Identification report" }', "title = 3", "part 2 · title"),
        ('required = [{ kinds = ["tree", "grove", "garden"] }]', "required = [{ colour = [1] }]", "part 1"),
        ('confidence = "low"', "", "confidence"),
        ('counts = ["form"]', 'counts = "form"', "part 1 · form · counts"),
        (
            'required = [{ kinds = ["tree", "grove", "garden"] }]',
            "required = [3]",
            "part 1 · form · required",
        ),
        ("[[part]]", "[[part", "-"),
    ],
)
def test_a_list_that_cannot_be_read_names_file_and_key(tmp_path: Path, old: str, new: str, key: str) -> None:
    path = tmp_path / "own.toml"
    path.write_text(RULES.read_text("utf-8").replace(old, new, 1), "utf-8")
    with pytest.raises(LegalFileRulesError, match=r"own\.toml") as caught:
        read_rules(path)
    assert key in str(caught.value)


def test_a_withheld_part_counts_nowhere() -> None:
    whole = scored(TREE, damage=1)
    parts = tuple(replace(p, is_withheld=True) if p.id == "incident" else p for p in whole.parts)
    public = replace(whole, parts=parts)
    assert public.part("incident").state == WITHHELD
    assert public.required == whole.required - 1
