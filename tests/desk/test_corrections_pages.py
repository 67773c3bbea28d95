"""Putting a change back, merging and splitting files, official numbers, possible duplicates, at the desk."""

import re
from pathlib import Path
from typing import Any

import pytest
from desk_kit import HERE, THERE, DeskKit, alert_of, told_otherwise
from register_kit import MAPPING, NOW, import_rows
from sqlmodel import select

from registry.commands.history import Change, record_event
from registry.db import reading, transaction
from registry.duplicates import find_duplicates
from registry.models import AuditEntry, Event, Tree
from registry.vocab.words import TreeStatus

GREENING = MAPPING.replace('id = "cn-test"', 'id = "cn-green"').replace("某县林业局", "某县园林局")
WHY = {"reason": "两局同一株", "document": "并〔2026〕1号"}


@pytest.fixture
def twin(desk: DeskKit, tmp_path: Path) -> str:
    """Tree 1 once more, on the list of another office; its id."""
    row = {
        "no": "园-7",
        "name": "国槐",
        "girth": "315",
        "age": "500",
        "lon": "113.05003",
        "lat": "36.05",
        "grade": "二级",
    }
    import_rows(desk.engine, tmp_path, {**row, "notes": "园林局登记"}, mapping=GREENING)
    with transaction(desk.engine) as session:
        own = session.exec(select(Tree.id).where(Tree.tree_no == "园-7")).one()
    stand(desk, own, HERE)
    return own


def stand(desk: DeskKit, own: str, division: str) -> None:
    with transaction(desk.engine) as session:
        tree = session.get_one(Tree, own)
        before, tree.division_id = tree.division_id, division
        session.add(tree)
        change = Change("tree", own, "updated", {"division_id": (before, division)})
        record_event(session, "tree:changed", [change], actor="tests", at=NOW)


def tree_at(desk: DeskKit, own: str) -> Tree:
    with reading(desk.engine) as session:
        tree = session.get_one(Tree, own)
        session.expunge_all()
        return tree


def seen_in_audit(desk: DeskKit, action: str) -> int:
    with reading(desk.engine) as session:
        return len(session.exec(select(AuditEntry).where(AuditEntry.action == action)).all())


async def edited(desk: DeskKit, own: str, village: str, was: str = "") -> int:
    """The number of the event by which somebody changed the village at the desk."""
    async with desk.client("clerk") as client:
        answer = await client.post(f"record/tree/{own}/edit", data={"village": village, "was-village": was})
    assert answer.status_code == 303
    with reading(desk.engine) as session:
        return max(session.exec(select(Event.seq)))


async def test_an_edit_is_put_back_from_the_history_on_the_record_s_page(desk: DeskKit):
    own = desk.tree_ids["1"]
    seq = await edited(desk, own, "南村")
    async with desk.client("clerk") as client:
        page = (await client.get(f"tree/{own}")).text
        assert f"/record/tree/{own}/undo/{seq}" in page
        asked = (await client.get(f"record/tree/{own}/undo/{seq}")).text
        assert "南村" in asked
        answer = await client.post(f"record/tree/{own}/undo/{seq}", data={"reason": "录错"})
        assert answer.status_code == 303
        assert "已改回原来的内容" in (await client.get(f"tree/{own}")).text
    assert tree_at(desk, own).village is None
    assert told_otherwise(desk) == []
    assert seen_in_audit(desk, "change undone") == 1


async def test_a_change_that_was_changed_since_is_not_put_back(desk: DeskKit):
    own = desk.tree_ids["1"]
    first = await edited(desk, own, "南村")
    later = await edited(desk, own, "北村", "南村")
    async with desk.client("clerk") as client:
        answer = await client.post(f"record/tree/{own}/undo/{first}", data={"reason": "录错"})
    assert answer.status_code == 422
    assert str(later) in alert_of(answer.text)
    assert "录错" in answer.text, "what was typed is not lost"
    assert tree_at(desk, own).village == "北村"


async def test_putting_back_needs_a_reason(desk: DeskKit):
    own = desk.tree_ids["1"]
    seq = await edited(desk, own, "南村")
    async with desk.client("clerk") as client:
        answer = await client.post(f"record/tree/{own}/undo/{seq}", data={"reason": " "})
    assert "请写明缘由" in alert_of(answer.text)
    assert tree_at(desk, own).village == "南村"


async def test_a_record_s_address_puts_back_no_change_of_another(desk: DeskKit):
    seq = await edited(desk, desk.tree_ids["1"], "南村")
    async with desk.client("clerk") as client:
        for path in (f"tree/{desk.tree_ids['2']}/undo/{seq}", f"tree/{desk.tree_ids['1']}/undo/x",
                     f"tree/{desk.tree_ids['1']}/undo/99999999"):  # fmt: skip
            answer = await client.get(f"record/{path}")
            assert answer.status_code == 404, path
        sent = await client.post(f"record/tree/{desk.tree_ids['2']}/undo/{seq}", data={"reason": "x"})
    assert sent.status_code == 404
    assert tree_at(desk, desk.tree_ids["1"]).village == "南村"


async def test_whoever_only_reads_is_offered_no_correction(desk: DeskKit):
    own = desk.tree_ids["1"]
    await edited(desk, own, "南村")
    async with desk.client("county") as client:
        page = (await client.get(f"tree/{own}")).text
    assert "/undo/" not in page
    assert "/merge" not in page
    assert "/split" not in page


async def test_two_files_that_look_like_one_tree_are_shown_compared_and_merged(desk: DeskKit, twin: str):
    own = desk.tree_ids["1"]
    async with desk.client("clerk") as client:
        pairs = (await client.get("duplicates")).text
        assert pairs.count("比较两份档案") == 1
        assert "园-7" in pairs
        assert "相距 2.7 米" in pairs
        suggested = (await client.get(f"record/tree/{own}/merge")).text
        assert f"merge?other={twin}" in suggested
        compared = (await client.get(f"record/tree/{own}/merge?other={twin}")).text
        assert 'name="take.age_years"' in compared
        assert ">350 年<" in compared
        assert ">500 年<" in compared
        assert ">一级<" in compared
        assert ">二级<" in compared
        said = {"other": twin, "take.age_years": "yes", "take.lon": "", **WHY}
        answer = await client.post(f"record/tree/{own}/merge", data=said)
        assert answer.status_code == 303, alert_of(answer.text)
        assert "园-7 已并入 1 的档案" in (await client.get(f"tree/{own}")).text
        assert "比较两份档案" not in (await client.get("duplicates")).text
        merged = (await client.get(f"tree/{twin}")).text
        assert "撤销合并" in merged
        assert f"/record/tree/{twin}/merge" not in merged
    assert tree_at(desk, own).age_years == 500
    assert tree_at(desk, own).notes == "园林局登记"
    assert tree_at(desk, twin).status == TreeStatus.MERGED
    assert told_otherwise(desk) == []
    assert seen_in_audit(desk, "records merged") == 1


async def test_a_merger_is_undone_on_the_page_of_the_merged_file(desk: DeskKit, twin: str):
    own = desk.tree_ids["1"]
    async with desk.client("clerk") as client:
        await client.post(f"record/tree/{own}/merge", data={"other": "园-7", "take.age_years": "yes", **WHY})
        asked = (await client.get(f"record/tree/{twin}/split")).text
        assert "合并以后新增的内容留在保留的档案里" in asked
        answer = await client.post(f"record/tree/{twin}/split", data=WHY)
        assert answer.headers["location"].endswith(f"/tree/{twin}")
    assert tree_at(desk, own).age_years == 350
    assert tree_at(desk, twin).status == TreeStatus.ALIVE
    assert told_otherwise(desk) == []


async def test_a_clerk_merges_nothing_that_stands_in_another_county(desk: DeskKit, twin: str):
    own = desk.tree_ids["1"]
    stand(desk, twin, THERE)
    async with desk.client("clerk") as client:
        assert "比较两份档案" not in (await client.get("duplicates")).text
        assert "园-7" not in (await client.get(f"record/tree/{own}/merge")).text
        assert (await client.get(f"record/tree/{own}/merge?other={twin}")).status_code == 403
        assert (await client.get(f"record/tree/{own}/merge?other=园-7")).status_code == 403
        sent = await client.post(f"record/tree/{own}/merge", data={"other": twin, **WHY})
        assert sent.status_code == 403
    assert tree_at(desk, twin).status == TreeStatus.ALIVE


async def test_a_clerk_parts_no_file_from_one_in_another_county(desk: DeskKit, twin: str):
    own = desk.tree_ids["1"]
    async with desk.client("registrar") as client:
        await client.post(f"record/tree/{own}/merge", data={"other": twin, **WHY})
    stand(desk, own, THERE)
    async with desk.client("clerk") as client:
        assert (await client.post(f"record/tree/{twin}/split", data=WHY)).status_code == 403
    assert tree_at(desk, twin).status == TreeStatus.MERGED


@pytest.mark.parametrize(
    ("other", "said"), [("没有", "没有"), ("1", "是同一份档案")], ids=["unknown", "itself"]
)
async def test_a_file_that_cannot_be_merged_is_told_in_words(desk: DeskKit, other: str, said: str):
    own = desk.tree_ids["1"]
    async with desk.client("clerk") as client:
        answer = await client.get(f"record/tree/{own}/merge", params={"other": other})
    assert answer.status_code == 422
    assert said in alert_of(answer.text)
    assert "另一档案的编号" in answer.text


async def test_a_merger_without_a_reason_keeps_what_was_chosen(desk: DeskKit, twin: str):
    own = desk.tree_ids["1"]
    said = {"other": twin, "take.age_years": "yes", "reason": "", "document": "并〔2026〕1号"}
    async with desk.client("clerk") as client:
        answer = await client.post(f"record/tree/{own}/merge", data=said)
    assert answer.status_code == 422
    assert re.search(r'name="take.age_years" value="yes" checked', answer.text)
    assert "并〔2026〕1号" in answer.text
    assert tree_at(desk, twin).status == TreeStatus.ALIVE


async def test_a_second_tree_gets_a_file_and_the_next_number_of_its_county(desk: DeskKit):
    own = desk.tree_ids["1"]
    async with desk.client("clerk") as client:
        assert (
            f'name="county" type="text" value="{HERE}"' in (await client.get(f"record/tree/{own}/split")).text
        )
        said = {"county": HERE, "scheme": "other", **WHY}
        answer = await client.post(f"record/tree/{own}/split", data=said)
        assert answer.status_code == 303, alert_of(answer.text)
        fresh = answer.headers["location"].rpartition("/")[2]
        assert "已从 1 分出" in (await client.get(f"tree/{fresh}")).text
    assert tree_at(desk, fresh).tree_no == f"{HERE}00001"
    assert tree_at(desk, fresh).division_id == HERE


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ({"county": HERE, "number": "", "scheme": "other"}, f"{HERE}00001"),
        ({"county": HERE, "number": "晋-0001", "scheme": "other"}, "晋-0001"),
    ],
    ids=["of the county", "by hand"],
)
async def test_a_tree_gets_its_official_number_and_keeps_the_one_before(
    desk: DeskKit, said: dict[str, str], number: str
):
    own = desk.tree_ids["1"]
    async with desk.client("clerk") as client:
        answer = await client.post(f"record/tree/{own}/official-number", data=said)
        assert answer.status_code == 303, alert_of(answer.text)
        page = (await client.get(f"tree/{own}")).text
        assert f"1 的编号现为 {number}" in page
        again = await client.post(f"record/tree/{own}/official-number", data={**said, "county": HERE})
        assert again.status_code == 303
    assert tree_at(desk, own).tree_no == number
    assert seen_in_audit(desk, "number given") == 1


async def test_a_number_that_another_tree_has_is_refused(desk: DeskKit):
    own = desk.tree_ids["1"]
    said = {"county": "", "number": "2", "scheme": tree_at(desk, desk.tree_ids["2"]).number_scheme}
    async with desk.client("clerk") as client:
        answer = await client.post(f"record/tree/{own}/official-number", data=said)
    assert answer.status_code == 422
    assert alert_of(answer.text)
    assert 'value="2"' in answer.text
    assert tree_at(desk, own).tree_no == "1"


@pytest.mark.parametrize("path", ["merge", "split", "official-number", "undo/1"])
async def test_only_trees_are_corrected_so(desk: DeskKit, path: str):
    async with desk.client("registrar") as client:
        assert (await client.get(f"record/garden/{desk.tree_ids['1']}/{path}")).status_code == 404


async def test_too_many_trees_at_once_are_told_and_a_division_helps(desk: DeskKit, twin: str, monkeypatch):
    monkeypatch.setattr("datasette_plugins.desk.record_merging.MOST_TREES", 3)
    async with desk.client("registrar") as client:
        all_of_it = (await client.get("duplicates")).text
        of_county = (await client.get(f"duplicates?division={HERE}")).text
    assert "请选更小的区划" in all_of_it
    assert "比较两份档案" not in all_of_it
    assert "比较两份档案" in of_county


async def test_an_inner_file_of_mergers_is_split_after_the_outer_one(desk: DeskKit, twin: str):
    own, far = desk.tree_ids["1"], desk.tree_ids["3"]
    async with desk.client("registrar") as client:
        await client.post(f"record/tree/{own}/merge", data={"other": twin, **WHY})
        assert (await client.post(f"record/tree/{far}/merge", data={"other": own, **WHY})).status_code == 303
    async with desk.client("clerk") as client:
        assert "银杏" not in (await client.get(f"record/tree/{own}/split")).text, "it lies in another county"
        refused = await client.post(f"record/tree/{twin}/split", data=WHY)
        assert refused.status_code == 422
        assert "请先拆分那一份" in alert_of(refused.text)
    assert tree_at(desk, twin).status == TreeStatus.MERGED
    async with desk.client("registrar") as client:
        for each in (own, twin):
            assert (await client.post(f"record/tree/{each}/split", data=WHY)).status_code == 303
    assert told_otherwise(desk) == []


@pytest.mark.parametrize("path", ["official-number", "split"])
@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"county": THERE}, 403),
        ({"county": "999999"}, 422),
        ({"number": f"{THERE}00500", "scheme": "lyt1664-11"}, 403),
        ({"number": "1", "scheme": "bogus"}, 404),
        ({"number": "1", "scheme": ""}, 404),
        ({"number": "9" * 500, "scheme": "other"}, 422),
    ],
    ids=["another county", "no county", "by hand of another county", "no scheme", "empty scheme", "long"],
)
async def test_a_clerk_gives_numbers_of_the_own_county_alone(
    desk: DeskKit, path: str, said: Any, status: int
):
    own = desk.tree_ids["1"]
    async with desk.client("clerk") as client:
        answer = await client.post(f"record/tree/{own}/{path}", data={**WHY, **said})
    assert answer.status_code == status, alert_of(answer.text)
    assert tree_at(desk, own).tree_no == "1"


async def test_a_number_that_somebody_wrote_wrong_does_not_stop_the_county_s(desk: DeskKit):
    own = desk.tree_ids["1"]
    async with desk.client("clerk") as client:
        for wrong in (f"{HERE}ABCDE", f"{HERE}00007", f"{HERE}0000²"):
            said = {"number": wrong, "scheme": "lyt1664-11"}
            assert (await client.post(f"record/tree/{own}/number", data=said)).status_code == 303
        answer = await client.post(f"record/tree/{own}/official-number", data={"county": HERE})
    assert answer.status_code == 303, alert_of(answer.text)
    assert tree_at(desk, own).tree_no == f"{HERE}00008"


async def test_putting_back_moves_no_tree_into_another_county(desk: DeskKit):
    own = desk.tree_ids["1"]
    stand(desk, own, THERE)
    stand(desk, own, HERE)
    with reading(desk.engine) as session:
        seq = max(session.exec(select(Event.seq)))
    async with desk.client("clerk") as client:
        sent = await client.post(f"record/tree/{own}/undo/{seq}", data={"reason": "x"})
    assert sent.status_code == 403
    assert tree_at(desk, own).division_id == HERE


async def test_putting_back_puts_no_tree_into_a_garden_of_another_county(desk: DeskKit):
    own = desk.tree_ids["1"]
    async with desk.client("registrar") as client:
        made = await client.post("records/new/garden", data={"number": "Y-09", "division": THERE})
        garden = made.headers["location"].rpartition("/")[2]
        await client.post(f"record/garden/{garden}/holds", data={"what": "hold", "numbers": "1"})
        taken = {"what": "release", "held": f"tree:{own}"}
        assert (await client.post(f"record/garden/{garden}/holds", data=taken)).status_code == 303
    with reading(desk.engine) as session:
        seq = max(session.exec(select(Event.seq)))
    async with desk.client("clerk") as client:
        assert (await client.post(f"record/tree/{own}/undo/{seq}", data={"reason": "x"})).status_code == 403
    assert tree_at(desk, own).garden_id is None


async def test_what_cannot_be_put_back_is_not_offered(desk: DeskKit, twin: str):
    own = desk.tree_ids["1"]
    async with desk.client("clerk") as client:
        await client.post(f"record/tree/{own}/number", data={"number": "旧-9", "scheme": "other"})
        await client.post(f"record/tree/{own}/links", data={"other_kind": "tree", "other": "2"})
        assert "/undo/" not in re.sub(r"/undo/3\b", "", (await client.get(f"tree/{own}")).text)
        seq = await edited(desk, twin, "南村")
        await client.post(f"record/tree/{own}/merge", data={"other": twin, **WHY})
        assert "/undo/" not in (await client.get(f"tree/{twin}")).text
        late = await client.post(f"record/tree/{twin}/undo/{seq}", data={"reason": "x"})
    assert late.status_code == 422


async def test_trees_of_one_species_do_not_slow_the_search_for_one_number(desk: DeskKit):
    """Found by the number's index: the plan of the query never walks all trees of a species."""
    plans = []
    with reading(desk.engine) as session:
        tree = session.get_one(Tree, desk.tree_ids["1"])
        execute = session.execute

        def spied(query: Any, *given: Any, **more: Any) -> Any:
            plans.append(str(query.compile(session.get_bind(), compile_kwargs={"literal_binds": True})))
            return execute(query, *given, **more)

        session.execute = spied  # type: ignore[method-assign]
        list(find_duplicates(session, of=tree))
        list(find_duplicates(session))
        session.execute = execute  # type: ignore[method-assign]
        told = [
            row[3]
            for plan in plans
            for row in session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {plan}")
        ]
    assert told
    assert not [line for line in told if "species_id" in line], told
