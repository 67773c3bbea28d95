"""Works, transplants, emergency fellings and greening works, opened and led at the desk."""

from typing import Any

import pytest
from desk_kit import DeskKit, alert_of, rows

from registry.models import CaseFile, CaseStep, CaseSubject
from registry.negative_list import negative_list
from registry.rules.negative_list import practices_for
from registry.vocab.words import CaseKind

WORKS = {
    "kind": "works",
    "on": "2026-03-02",
    "project": "燃气管线",
    "applicant": "燃气公司",
    "text": "穿越保护范围",
}
NOT_TOUCHED = {f"practice.{each.code}": "no" for each in practices_for(negative_list(), CaseKind.WORKS)}


async def opened(desk: DeskKit, said: dict[str, str], login: str = "clerk", number: str = "1") -> Any:
    async with desk.client(login) as client:
        return await client.post(f"record/tree/{desk.tree_ids[number]}/cases/open", data=said)


async def test_works_go_from_the_application_to_the_advice_at_the_desk(desk: DeskKit):
    answer = await opened(desk, {**WORKS, "also": "2\n", "class": "other_infrastructure"})
    assert answer.status_code == 303, alert_of(answer.text)
    path = str(answer.headers["location"]).removeprefix("/-/desk/")
    async with desk.client("clerk") as client:
        page = (await client.get(path)).text
        assert "燃气管线" in page
        assert "其他基础设施工程" in page
        survey = {"step": "survey", "on": "2026-03-03", "by": "林业局", "text": "现场踏勘"}
        assert (await client.post(f"{path}/step", data=survey)).status_code == 303
        advice = {"step": "advice", "on": "2026-03-06", "document": "林函〔2026〕1号", "text": "绕行"}
        refused = await client.post(f"{path}/step", data=advice)
        assert refused.status_code == 422
        assert "范围核查编号" in alert_of(refused.text)
        assert "--" not in alert_of(refused.text), "options of the command line mean nothing here"
        assert "林函〔2026〕1号" in refused.text
        said = {**advice, **NOT_TOUCHED, "no_check": "现场丈量，在范围以外"}
        done = await client.post(f"{path}/step", data=said)
        assert done.status_code == 303, alert_of(done.text)
    (case,) = rows(desk, CaseFile)
    assert (case.kind, case.project, case.project_class) == ("works", "燃气管线", "other_infrastructure")
    assert [each.tree_id for each in rows(desk, CaseSubject)] == [desk.tree_ids["2"]]
    texts = [each.text for each in rows(desk, CaseStep) if each.kind == "advice"]
    assert texts == ["无核查：现场丈量，在范围以外；绕行"]


async def test_what_the_works_touch_is_kept_with_its_reason(desk: DeskKit):
    said = {
        **WORKS,
        **NOT_TOUCHED,
        "practice.N04": "yes",
        "why.N04": "危树处置，许可 3 号",
        "practice.N07": "no",
    }
    answer = await opened(desk, said)
    assert answer.status_code == 303, alert_of(answer.text)
    (case,) = rows(desk, CaseFile)
    assert "危树处置，许可 3 号" in case.practices
    assert "N07" not in case.practices, "that is not asked of works"


@pytest.mark.parametrize("gone", ["project", "applicant"])
async def test_works_without_a_project_or_an_applicant_are_refused_in_words(desk: DeskKit, gone: str):
    answer = await opened(desk, {**WORKS, gone: ""})
    assert answer.status_code == 422
    assert "--" not in alert_of(answer.text)
    assert "穿越保护范围" in answer.text, "what was typed is not lost"
    assert rows(desk, CaseFile) == []


async def test_works_about_a_tree_of_another_county_are_not_a_clerk_s(desk: DeskKit):
    answer = await opened(desk, {**WORKS, "also": "3"})
    assert answer.status_code == 403
    assert rows(desk, CaseFile) == []
    assert (await opened(desk, {**WORKS, "also": "3"}, "registrar")).status_code == 303


async def test_a_case_that_another_comes_from_is_named_by_whoever_may_see_it(desk: DeskKit):
    felling = {"kind": "felling", "on": "2026-05-02", "by": "应急局", "text": "倒伏", "until": "2026-05-03"}
    first = await opened(desk, felling, "registrar", "3")
    assert first.status_code == 303, alert_of(first.text)
    (case,) = rows(desk, CaseFile)
    death = {"kind": "death", "on": "2026-05-04", "text": "枯死", "parent": case.number}
    assert (await opened(desk, death)).status_code == 403
    assert (await opened(desk, death, "registrar")).status_code == 303
    assert [each.parent_id for each in rows(desk, CaseFile) if each.kind == "death"] == [case.id]


async def test_aftercare_opens_by_itself_alone(desk: DeskKit):
    assert (await opened(desk, {"kind": "aftercare", "on": "2026-05-02"})).status_code == 404
