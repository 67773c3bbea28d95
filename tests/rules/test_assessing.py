"""Scores out of answers, bands only with enough of them, knock-outs, and the matrices of risk."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.assessment_models import MODEL_FOLDER, ModelLibrary, read_model
from registry.care_errors import AssessmentError, AssessmentModelError, AssessmentModelMissingError
from registry.health_records import RISK, AssessmentModel, AssessmentRecord, Indicator, result_from
from registry.rules.answers import read_answers
from registry.rules.assessing import assess, band_of, score_at
from registry.rules.assessment_format import model_from
from registry.rules.redaction_care import public_assessments
from registry.rules.traq import rate
from registry.rules.trends import by_model, by_scale, change_of, months_later
from registry.vocab.language import translator

LIBRARY = ModelLibrary()
HEALTH, ISA = LIBRARY.get("gushu-health"), LIBRARY.get("isa-basic")
SCORED = [each for each in LIBRARY.all() if each.is_scored]


def result(model: AssessmentModel, **told: Any) -> Any:
    return assess(model, read_answers(model, told, "1"))


@st.composite
def answers_of(draw: st.DrawFn, model: AssessmentModel) -> dict[str, Any]:
    """Answers to some of the scored indicators of a model."""
    told: dict[str, Any] = {}
    for each in model.indicators:
        if each.weight and draw(st.booleans()):
            told[each.code] = draw(_value(each))
    return told


def _value(each: Indicator) -> st.SearchStrategy[Any]:
    if each.kind == "number":
        return st.floats(each.least or 0, each.most or 100).map(lambda value: round(value, 3))
    return st.sampled_from([level.code for level in each.levels])


# ------------------------------------------------------------------ the matrices of the ISA, cell by cell


FAILURES = {
    "imminent": ("unlikely", "somewhat-likely", "likely", "very-likely"),
    "probable": ("unlikely", "unlikely", "somewhat-likely", "likely"),
    "possible": ("unlikely", "unlikely", "unlikely", "somewhat-likely"),
    "improbable": ("unlikely", "unlikely", "unlikely", "unlikely"),
}
RISKS = {
    "very-likely": ("low", "moderate", "high", "extreme"),
    "likely": ("low", "moderate", "high", "high"),
    "somewhat-likely": ("low", "low", "moderate", "moderate"),
    "unlikely": ("low", "low", "low", "low"),
}
IMPACTS = ("very-low", "low", "medium", "high")
CONSEQUENCES = ("negligible", "minor", "significant", "severe")


@pytest.mark.parametrize(
    ("failure", "impact", "likelihood"),
    [
        (row, column, word)
        for row, words in FAILURES.items()
        for column, word in zip(IMPACTS, words, strict=True)
    ],
)
def test_failure_and_impact_give_the_likelihood_of_matrix_1(
    failure: str, impact: str, likelihood: str
) -> None:
    assert rate(ISA, failure, impact, "minor")[0] == likelihood


@pytest.mark.parametrize(
    ("likelihood", "consequence", "risk"),
    [(row, col, word) for row, words in RISKS.items() for col, word in zip(CONSEQUENCES, words, strict=True)],
)
def test_likelihood_and_consequence_give_the_risk_of_matrix_2(
    likelihood: str, consequence: str, risk: str
) -> None:
    failure, impact = next(
        (failure, impact)
        for failure, words in FAILURES.items()
        for impact, word in zip(IMPACTS, words, strict=True)
        if word == likelihood
    )
    assert rate(ISA, failure, impact, consequence) == (likelihood, risk)


def test_the_rating_of_a_tree_is_that_of_its_worst_pair_and_works_leave_a_rest() -> None:
    found = result(
        ISA,
        RISK="枯枝|行人|probable|medium|significant|清枯枝|improbable; 主干 | 车 | imminent | high | severe",
    )
    assert found.rating == "extreme"
    assert [pair.risk.en for pair in found.pairs] == ["moderate", "extreme"]
    assert found.pairs[0].residual.en == "low"
    assert found.pairs[1].residual is None
    assert found.score is None
    assert found.band is None


@pytest.mark.parametrize(
    "pair",
    [
        "枯枝|行人|probable|medium",
        "枯枝|行人|perhaps|medium|minor",
        "|行人|probable|medium|minor",
        "a|b|c|d|e|f|g|h|i|j",
    ],
)
def test_a_pair_that_is_not_whole_is_refused(pair: str) -> None:
    with pytest.raises(AssessmentError):
        result(ISA, RISK=pair)


# ------------------------------------------------------------------ scores


@pytest.mark.parametrize(("value", "score"), [(0, 0), (25, 20), (50, 40), (72.5, 70), (95, 100), (100, 100)])
def test_a_number_scores_on_the_line_between_its_points(value: float, score: float) -> None:
    """By hand: 25 % lies half-way from (0, 0) to (50, 40); 72.5 % half-way from (50, 40) to (95, 100)."""
    assert score_at(((0, 0), (50, 40), (95, 100)), value) == score


def test_scores_are_weighted_means_of_what_was_answered() -> None:
    """By hand: H01 (10 %) 50 % → 40, H13 (8 %) level 2 → 75; (0.10·40 + 0.08·75) / 0.18 = 55.56."""
    found = result(HEALTH, H01=50, H13=2)
    assert (found.score, found.coverage) == (55.56, 0.18)
    assert {group.code: group.score for group in found.groups if group.score is not None} == {
        "crown": 40.0,
        "pest": 75.0,
    }


def test_below_the_required_coverage_there_is_no_band_and_from_it_on_there_is() -> None:
    few = {"H01": 95, "H02": 1, "H03": 15}
    assert result(HEALTH, **few).band is None
    assert result(HEALTH, **few).lacks_coverage
    more = {**few, "H04": 0, "H06": 0, "H07": 100, "H08": 1, "H09": 0, "H10": 1}
    assert result(HEALTH, **more).coverage == pytest.approx(0.62)
    assert result(HEALTH, **more).band == "healthy"
    assert result(replace(HEALTH, required_coverage=0.62), **more).band == "healthy"


@pytest.mark.parametrize(
    ("score", "band"), [(100, "healthy"), (80, "healthy"), (79.99, "sub"), (40, "poor"), (0, "endangered")]
)
def test_the_lower_bound_of_a_band_belongs_to_it(score: float, band: str) -> None:
    found = band_of(HEALTH.bands, score)
    assert found is not None
    assert found.code == band


def test_a_knock_out_overrides_the_sum_and_says_so() -> None:
    good = {"H01": 95, "H02": 1, "H04": 0, "H13": 1}
    dead = result(HEALTH, **good, LIFE="dead")
    assert (dead.score, dead.total, dead.band, dead.knocked_out_by) == (0, 100, "endangered", "dead")
    assert not dead.lacks_coverage
    both = result(HEALTH, **good, LIFE="dead", FAIL="imminent")
    assert both.knocked_out_by == "dead"
    assert result(HEALTH, **good, FAIL="imminent").score == 10


@pytest.mark.parametrize("model", SCORED, ids=lambda model: model.id)
def test_the_best_answers_score_100_and_the_worst_0(model: AssessmentModel) -> None:
    for wanted, choose in ((100.0, max), (0.0, min)):
        told: dict[str, Any] = {}
        for each in model.indicators:
            if each.points:
                told[each.code] = choose(each.points, key=lambda point: point[1])[0]
            elif each.weight:
                told[each.code] = choose(each.levels, key=lambda level: level.score or 0).code
        found = result(model, **told)
        scores = [found.score] if model.sums else [group.score for group in found.groups]
        assert scores == [wanted] * len(scores)
        assert found.coverage == 1


@pytest.mark.parametrize("model", SCORED, ids=lambda model: model.id)
@given(data=st.data())
def test_every_score_lies_between_0_and_100_and_is_kept_whole(
    model: AssessmentModel, data: st.DataObject
) -> None:
    found = result(model, **data.draw(answers_of(model)))
    scores = [found.score, *(group.score for group in found.groups)]
    assert all(0 <= score <= 100 for score in scores if score is not None)
    assert 0 <= found.coverage <= 1
    assert (found.band is None) <= (
        found.coverage < model.required_coverage or not model.sums or found.score is None
    )
    import json

    assert result_from(json.loads(json.dumps(found.as_json()))) == found


@given(told=answers_of(HEALTH), data=st.data())
def test_a_better_answer_never_lowers_the_score(told: dict[str, Any], data: st.DataObject) -> None:
    numbers = [each for each in HEALTH.indicators if each.direction in {"up", "down"} and each.weight]
    each = data.draw(st.sampled_from(numbers))
    one, other = sorted((data.draw(_value(each)), data.draw(_value(each))))
    worse, better = (one, other) if each.direction == "up" else (other, one)
    low, high = (result(HEALTH, **{**told, each.code: value}).score for value in (worse, better))
    assert low <= high


@given(told=answers_of(HEALTH), factor=st.floats(0.01, 100))
def test_scores_depend_on_the_share_of_a_weight_alone(told: dict[str, Any], factor: float) -> None:
    scaled = replace(
        HEALTH, indicators=tuple(replace(each, weight=each.weight * factor) for each in HEALTH.indicators)
    )
    answered = set(read_answers(HEALTH, told, "1"))
    alone = replace(HEALTH, indicators=tuple(each for each in HEALTH.indicators if each.code in answered))
    whole = result(HEALTH, **told).score
    for other in (scaled, alone):
        assert result(other, **told).score == pytest.approx(whole, abs=0.011) if whole is not None else True


def test_the_three_scores_of_the_shanxi_opinion_are_never_added_up() -> None:
    model = LIBRARY.get("shanxi-comprehensive")
    found = result(
        model, A01=95, A02=0, A03=1, A04=1, A05=1, B01=5, B02=5, B03=5, B04=5, B05=5, C01=3, C02=3, C03=3
    )
    assert found.score is None
    assert found.band is None
    assert [(group.code, group.score, group.band.en if group.band else None) for group in found.groups] == [
        ("health", 100.0, "Good"),
        ("difficulty", 0.0, "Easy"),
        ("use", 50.0, "Medium"),
    ]


def test_what_does_not_apply_is_no_gap() -> None:
    model = LIBRARY.get("garden-condition")
    told = {"G01": 1, "G02": 1, "G03": 1, "G05": 1, "G06": 1, "G08": 1}
    dry = dict.fromkeys(("G04", "G07", "G09", "G10", "G11"), "不适用")
    assert result(model, **told).coverage == pytest.approx(0.51)
    assert result(model, **told, **dry).coverage == 1
    assert result(model, **told, **dry).band == "good"
    with pytest.raises(AssessmentError):
        result(model, G01="na")


# ------------------------------------------------------------------ answers


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ({"H01": "85 %"}, {"H01": {"value": 85.0}}),
        ({"叶片正常率": "85"}, {"H01": {"value": 85.0}}),
        ({"h13": "轻度"}, {"H13": {"level": "2"}}),
        ({"H13": {"level": "2", "note": "蚧壳虫"}}, {"H13": {"level": "2", "note": "蚧壳虫"}}),
        ({"H13": 2, "H13.note": "蚧壳虫"}, {"H13": {"level": "2", "note": "蚧壳虫"}}),
        ({"H01": "", "H13": None}, {}),
    ],
)
def test_answers_are_read_as_they_are_written(told: dict[str, Any], kept: dict[str, Any]) -> None:
    assert read_answers(HEALTH, told, "1") == kept


@pytest.mark.parametrize(
    "told",
    [
        {"H99": 1},
        {"H01": "viele"},
        {"H01": 101},
        {"H01": "nan"},
        {"H13": "9"},
        {"H13.note": "x"},
        {"H01": True},
    ],
)
def test_an_answer_that_fits_nowhere_is_refused_by_name(told: dict[str, Any]) -> None:
    with pytest.raises(AssessmentError) as error:
        read_answers(HEALTH, told, "tree 7")
    assert error.value.facts["record"] == "tree 7"
    assert next(iter(told)).removesuffix(".note") in str(error.value)


def test_the_conditions_of_hong_kong_are_read_in_its_own_words() -> None:
    model = LIBRARY.get("hk-form2")
    trunk = model.indicator("TRUNK")
    assert trunk is not None
    assert len(trunk.levels) == 22
    kept = read_answers(model, {"TRUNK": "傷痕或機械損傷、腐爛或樹洞,canker"}, "1")
    assert kept == {"TRUNK": {"levels": ["canker", "decay", "wounds"]}}


@given(told=answers_of(HEALTH))
def test_answers_that_were_kept_are_read_as_the_same(told: dict[str, Any]) -> None:
    kept = read_answers(HEALTH, told, "1")
    assert read_answers(HEALTH, kept, "1") == kept


# ------------------------------------------------------------------ models


@pytest.mark.parametrize("path", sorted(MODEL_FOLDER.glob("*.toml")), ids=lambda path: path.stem)
def test_every_shipped_model_is_whole_and_says_how_sure_we_are(path: Any) -> None:
    model = read_model(path)
    assert model.citation.zh
    assert model.citation.en
    assert model.standing == "default" or model.confidence != "low" or not model.is_scored
    assert len(model.sha256) == 64


def test_a_model_of_the_office_stands_beside_those_shipped(tmp_path: Any) -> None:
    text = (MODEL_FOLDER / "uk-ati.toml").read_text("utf-8").replace('id = "uk-ati"', 'id = "our-own"')
    (tmp_path / "our-own.toml").write_text(text, "utf-8")
    library = ModelLibrary(tmp_path)
    assert {"our-own", "gushu-health"} <= set(library.ids())
    assert library.get("our-own").indicators == LIBRARY.get("uk-ati").indicators
    with pytest.raises(AssessmentModelMissingError):
        library.get("../our-own")
    (tmp_path / "our-own.toml").write_text("id = [", "utf-8")
    with pytest.raises(AssessmentModelError):
        library.get("our-own")


PLAIN: dict[str, Any] = {
    "id": "plain", "version": "1", "title_zh": "甲", "title_en": "A", "citation": "丙", "confidence": "low",
    "standing": "default", "about": "health", "applies_to": ["tree"],
    "groups": [{"code": "g", "zh": "组", "en": "group"}],
    "indicators": [{"code": "A", "group": "g", "zh": "甲", "en": "a", "kind": "number", "weight": 1,
                    "direction": "up", "points": [[0, 0], [10, 100]]}],
    "bands": [{"code": "all", "zh": "全", "en": "all", "from": 0}],
}  # fmt: skip

KNOCKOUT: dict[str, Any] = {
    "code": "k",
    "zh": "否",
    "en": "no",
    "indicator": "A",
    "at_least": 1,
    "band": "all",
    "score": 0,
}


def changed(key: str, value: Any) -> dict[str, Any]:
    if "." not in key:
        return {**PLAIN, key: value}
    table, name = key.split(".")
    return {**PLAIN, table: [{**PLAIN[table][0], name: value}]}


@pytest.mark.parametrize(
    ("key", "value", "at"),
    [
        ("id", "Not A Slug", "id"),
        ("colour", "green", "colour"),
        ("title_en", 3, "title_en"),
        ("confidence", "sure", "confidence"),
        ("applies_to", ["cloud"], "applies_to"),
        ("applies_to", [], "applies_to"),
        ("required_coverage", 60, "required_coverage"),
        ("groups", [], "indicators[A].group"),
        ("indicators", [], "indicators"),
        ("indicators.weight", 0.5, "indicators"),
        ("indicators.weight", 0, "indicators[A].weight"),
        ("indicators.kind", "guess", "indicators[A].kind"),
        ("indicators.direction", "down", "indicators[A].points"),
        ("indicators.points", [[10, 0], [0, 100]], "indicators[A].points"),
        ("indicators.points", [[0, 0]], "indicators[A].points"),
        ("indicators.points", [[0, 0], [1, 101]], "indicators[A].points"),
        ("indicators.least", "low", "indicators[A].least"),
        ("bands.from", 101, "bands[all].from"),
        ("bands.group", "x", "bands[all].group"),
        ("knockouts", [{**KNOCKOUT, "indicator": "B"}], "knockouts[k].indicator"),
        ("knockouts", [{**KNOCKOUT, "band": "x"}], "knockouts[k].band"),
        ("matrices", [{"code": "m", "rows": "a", "columns": "b", "gives": "c"}], "matrices[m].rows"),
    ],
)  # fmt: skip
def test_an_error_in_a_model_names_its_file_and_key(key: str, value: Any, at: str) -> None:
    assert model_from(PLAIN, "plain.toml").indicators
    with pytest.raises(AssessmentModelError) as error:
        model_from(changed(key, value), "plain.toml")
    assert (error.value.facts["model"], error.value.facts["key"]) == ("plain.toml", at)


# ------------------------------------------------------------------ over the years, and in public


def record(
    on: date, model: AssessmentModel = HEALTH, state: str = "reviewed", **facts: Any
) -> AssessmentRecord:
    told = facts.pop("told", {"H01": 50})
    usual: dict[str, Any] = {"id": str(on), "kind": "tree", "number": "1", "name": None, "model_id": model.id}
    return AssessmentRecord(
        **{
            **usual,
            "model_version": "1",
            "assessed_on": on,
            "state": state,
            "result": result(model, **told),
            **facts,
        }
    )


def test_trends_keep_models_versions_and_scales_apart() -> None:
    first, last = record(date(2020, 1, 1)), record(date(2025, 1, 1), told={"H01": 95})
    assert change_of([first, last]) == 60
    assert change_of([first, replace(last, model_version="2")]) is None
    assert change_of([first]) is None
    risky = record(date(2021, 1, 1), ISA, told={"VIGOR": "low"}, vigour="low", vigour_scale="hk-vigor")
    weak = replace(last, vigour="weak", vigour_scale="lyt2738")
    assert list(by_model([weak, risky, first])) == ["gushu-health", "isa-basic"]
    assert list(by_scale([weak, risky, first])) == ["hk-vigor", "lyt2738"]


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2025, 8, 31), 6, date(2026, 2, 28)),
        (date(2025, 12, 1), 1, date(2026, 1, 1)),
    ],
)
def test_months_later_is_the_same_day_or_the_last_of_its_month(day: date, months: int, later: date) -> None:
    assert months_later(day, months) == later


def test_only_reviewed_assessments_are_public_without_risk_persons_notes_and_answers() -> None:
    private = {"party": "张三", "reviewer": "李四", "notes": "私", "document_no": "X1", "risk_rating": "high",
               "evidence": (b"jpeg",)}  # fmt: skip
    shown = record(
        date(2025, 1, 1), told={"H01": 95, "LIFE": "dead"}, vigour="weak", vigour_scale="lyt2738", **private
    )
    draft = record(date(2025, 2, 1), state="draft")
    risk = record(date(2025, 3, 1), ISA, told={"RISK": "枝|人|imminent|high|severe"})
    assert risk.result.about == RISK
    (public,) = public_assessments([shown, draft, risk])
    told = repr(public)
    for secret in ("张三", "李四", "私", "X1", "high", "H01", "整株死亡", "jpeg"):
        assert secret not in told
    kept = (
        public.model_id,
        public.assessed_on,
        public.result.band,
        public.result.score,
        public.result.coverage,
    )
    assert kept == ("gushu-health", date(2025, 1, 1), "endangered", 0, 0.1)


def test_all_faults_of_the_answers_are_told_at_once() -> None:
    with pytest.raises(AssessmentError) as caught:
        read_answers(HEALTH, {"H01": 160, "H02": 9, "H99": 3}, "1")
    said = translator("zh").error(caught.value)
    assert all(part in said for part in ("H01 160", "H02 9", "H99")), said
