"""How items of the history are told: fields under their labels, codes as words, rows as what they hold."""

from datetime import UTC
from enum import StrEnum
from typing import Any

from exports.dossier_text import CODED
from registry.commands.history import CHILDREN
from registry.commands.replay import Told
from registry.rules.commitments import ERASED
from registry.vocab.care_columns import CARE_ROWS
from registry.vocab.care_words import FundSource, SignRole, StrategyState, TrialState, WorkStage, WorkState
from registry.vocab.columns import COLUMNS
from registry.vocab.fields import FIELDS
from registry.vocab.language import Translator
from registry.vocab.measures import UNITS, measure_labels
from registry.vocab.money import money_text
from registry.vocab.sentences import event_sentence
from registry.vocab.strategy_words import STRATEGY_TEXTS
from registry.vocab.words import (
    GRADE_SCHEMES,
    LISTINGS,
    NUMBER_SCHEMES,
    DesignationKind,
    InspectionKind,
    Label,
    PartyRole,
    PhotoKind,
)

_LABELS = {
    "authority_id": "authority",
    "division_id": "division",
    "species_id": "name_latin",
    "source_id": "source",
    "latin_verbatim": "name_latin",
    "lat_raw": "lat",
    "lon_raw": "lon",
    "grove_id": "grove_no",
    "garden_id": "garden_no",
    "place_id": "place_no",
    "grade": "protection_grade",
    "parties": "steward",
}
_KINDS = {"inspections": InspectionKind, "designations": DesignationKind, "photos": PhotoKind}
_SCHEMES = {**NUMBER_SCHEMES, **GRADE_SCHEMES, **LISTINGS}
_STATES: dict[str, type[StrEnum]] = {"strategy": StrategyState, "work": WorkState, "trial": TrialState}
_CARE_WORDS: dict[str, Any] = {
    "measure": measure_labels(),
    "fund_source": FundSource,
    "stage": WorkStage,
    "unit": UNITS,
}
_OWN_LABELS: dict[str, Label] = {
    "strategy.basis": STRATEGY_TEXTS["basis"],
    "strategy.outcome": Label("验收结论", "Outcome"),
    "work.outcome": Label("验收结论", "Outcome"),
}
"""Fields that mean something else in one kind of record than in others."""
_SILENT = frozenset(
    {"id", "source_id", "authority_id", "sha256", "width", "height", "text_lang"}
    | {"strategy_id", "work_id", "trial_id", "photo_id", "content_sha256", "proposed_by"}
    | {"tree_id", "grove_id", "garden_id", "place_id", "case_id", "letter_id"}
)
_SILENT_FIELDS = frozenset(
    {"text_lang", "released", "lon_raw", "lat_raw", "name_lang", "left"}
    | {"tree_id", "strategy_id", "line_id", "case_id", "assessment_id", "outcome_id", "submission_id"}
)
"""Fields that say nothing to a reader, or the same again."""


def told_lines(
    told: Told, names: dict[str, str], t: Translator, called: str = "", currency: str = ""
) -> list[str]:
    """One item: its event in a line, then a line for each field. names: of parties and authorities, by id.

    called: the number of the strategy, work or case that it is about, where it is not the tree itself.
    currency: that of its amounts, where it is known.
    """
    when = told.at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    kind = event_sentence(t, f"{told.kind}:{told.action}")
    lines = [" · ".join(filter(None, (str(told.seq), when, told.actor, kind, called)))]
    if told.reason:
        lines.append("    " + t.gettext("Why: {reason}", reason=told.reason))
    if told.document:
        lines.append("    " + t.gettext("Document: {document}", document=told.document))
    return [*lines, *(f"  {line}" for line in told_fields(told, names, t, currency))]


def told_fields(told: Told, names: dict[str, str], t: Translator, currency: str = "") -> list[str]:
    """The fields of one item, a line for each. names: of parties and authorities, by id."""
    lines: list[str] = []
    for field, pair in told.fields.items():
        if field not in _SILENT_FIELDS:
            lines += field_lines(*_of_kind(told.subject_type, field, pair, t), names, t, currency)
    return lines


def shown(value: Any) -> Any:
    """A value for JSON: what was erased is said so."""
    return {"erased": True} if value is ERASED else value


def field_lines(
    field: str, pair: list[Any], names: dict[str, str], t: Translator, currency: str = ""
) -> list[str]:
    """[old, new] of one field: a line, or one for each row that went or came. names: of parties, by id."""
    label, colon = _label(field, t), "：" if t.lang == "zh" else ": "
    if field == "erased":
        gone = sorted({name for part in pair[1] for name in part["fields"]})
        return [
            f"{t.gettext('erased for good')}{colon}{t.gettext(', ').join(_label(name, t) for name in gone)}"
        ]
    if ERASED in pair:
        return [f"{label}{colon}{t.gettext('erased for good')}"]
    if field in CHILDREN or field in CARE_ROWS:
        signs = (("−", pair[0]), ("+", pair[1]))
        return [
            f"{label}{colon}{sign} {_row(field, row, names, t)}" for sign, rows in signs for row in rows or ()
        ]
    old, new = (
        _value(field, names.get(side, side) if isinstance(side, str) else side, t, currency) for side in pair
    )
    return [f"{label}{colon}{old} → {new}" if pair[0] is not None else f"{label}{colon}{new}"]


def _of_kind(kind: str, field: str, pair: list[Any], t: Translator) -> tuple[str, list[Any]]:
    """A field under the name, and a state in the words, that its kind of record has for it."""
    own = f"{kind}.{field}"
    if field == "state" and kind in _STATES and ERASED not in pair:
        return field, [side and t.word(_STATES[kind], side) for side in pair]
    return (own if own in _OWN_LABELS else field), pair


def _row(name: str, row: Any, names: dict[str, str], t: Translator) -> str:
    if not isinstance(row, dict):
        return str(row)
    parts: list[str] = []
    for field, value in row.items():
        if field in _SILENT or value in ("[]", False):
            continue
        if field in {"party_id", "credit_party_id"}:
            parts.append(names.get(value) or str(value))
        elif field == "role":
            parts.append(t.word(SignRole if name == "signatures" else PartyRole, value))
        elif field == "kind" and name in _KINDS:
            parts.append(t.word(_KINDS[name], value))
        else:
            label = "" if field == "scheme" else _label(field, t) + " "
            parts.append(f"{label}{_value(field, value, t, row.get('currency') or '')}")
    return t.gettext(", ").join(parts)


def _value(field: str, value: Any, t: Translator, currency: str = "") -> str:
    if value is None:
        return t.gettext("nothing")
    if isinstance(value, bool):
        return t.gettext("yes") if value else t.gettext("no")
    known = _LABELS.get(field, field)
    if field == "scheme":
        return t.word(_SCHEMES, str(value))
    if field == "division_id":
        return " ".join(str(value).split("/")[1:]) or str(value)
    if words := _CARE_WORDS.get(field) or CODED.get(known):
        return t.word(words, str(value))
    text = _figure(field, value, t, currency)
    return f"{text} {t.unit(known)}".rstrip() if known in FIELDS else text


def _figure(field: str, value: Any, t: Translator, currency: str) -> str:
    if field.endswith("_cents") and isinstance(value, int):
        return money_text(value, currency, t).strip()
    return f"{value:g}" if isinstance(value, float) and field not in {"lon", "lat"} else str(value)


def _label(field: str, t: Translator) -> str:
    known = _LABELS.get(field, field)
    if field in _OWN_LABELS:
        return t.pick(_OWN_LABELS[field])
    if known in FIELDS:
        return t.label(known)
    word = COLUMNS.get(field) or CARE_ROWS.get(field)
    return t.pick(word) if word else field
