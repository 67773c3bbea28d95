"""Risk by matrices: failure × impact give a likelihood, likelihood × consequence a risk (ISA BMP / TRAQ).

The matrices are data of the model; the rating of a tree is that of its worst pair of part and target.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from registry.health_records import AssessmentModel, Matrix, PairLine
from registry.vocab.labels import Label

LIKELIHOOD, RATING = "likelihood", "risk"
JUDGED = ("failure", "impact", "consequence")
RESIDUAL = ("residual_failure", "residual_impact", "residual_consequence")
"""What may be judged anew of a pair as it will be after works; what is not, stays as it is."""


def rate(model: AssessmentModel, failure: str, impact: str, consequence: str) -> tuple[str, str]:
    """(likelihood, risk) of one pair. Raises KeyError for a word that is none of the matrices'.

    Source: ISA Best Management Practices, Tree Risk Assessment: matrices 1 and 2, as the model has them.
    """
    likelihood = _matrix(model, LIKELIHOOD).cells[failure, impact]
    return likelihood, _matrix(model, RATING).cells[likelihood, consequence]


def pair_line(model: AssessmentModel, pair: Mapping[str, Any]) -> tuple[PairLine, str]:
    """A pair as people read it, and the code of its risk."""
    judged = [pair[name] for name in JUDGED]
    likelihood, risk = rate(model, *judged)
    after = [pair.get(later) or now for later, now in zip(RESIDUAL, judged, strict=True)]
    is_judged_anew = any(pair.get(name) for name in RESIDUAL)
    words = dict(zip(JUDGED, judged, strict=True))
    line = PairLine(
        part=pair["part"],
        target=pair["target"],
        likelihood=_label(model, LIKELIHOOD, likelihood),
        risk=_label(model, RATING, risk),
        mitigation=pair.get("mitigation") or "",
        residual=_label(model, RATING, rate(model, *after)[1]) if is_judged_anew else None,
        **{name: _label(model, name, word) for name, word in words.items()},
    )
    return line, risk


def worst(model: AssessmentModel, risks: Sequence[str]) -> str | None:
    """The worst of some risks; None of none."""
    scale = model.scale(RATING)
    order = scale.codes if scale else ()
    return max(risks, key=order.index) if risks else None


def risk_label(model: AssessmentModel, risk: str) -> Label:
    """What a risk is called in the model."""
    return _label(model, RATING, risk)


def _matrix(model: AssessmentModel, code: str) -> Matrix:
    return next(each for each in model.matrices if each.code == code)


def _label(model: AssessmentModel, scale: str, code: str) -> Label:
    found = model.scale(scale)
    levels = found.levels if found else ()
    return next((level.label for level in levels if level.code == code), Label(code, code))
