"""What a reviewer sees of a form: each answer beside what the register says, and what he or she corrects.

Fields go by plain names: a size is `girth_cm` wherever the form keeps it, an answer of an assessment
`answers.<question>`, one of a patrol `checks.<question>`. Pure.
"""

from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from registry.models.tree import MeasurementDraft, TreeDraft
from registry.rules.merging_edits import is_same, merge_edits
from registry.rules.submission_format import FORMS
from registry.vocab.desk_words import SubmissionKind

SIZES = tuple(MeasurementDraft.model_fields)
_NESTED = ("checks", "answers")
_READ_ONLY = frozenset({"incident", "model", "text", "kind", "no_change", "findings", "vigour_scale"})
"""What is not corrected at the desk: it says what the form is, or is a list of the sender's own words."""
_QUIET = frozenset({"vigour_scale", "no_change"})
"""What a page says elsewhere: the words of a vigour, that nothing changed."""


@dataclass(frozen=True, slots=True)
class DiffRow:
    """One answer: `old` is what the register says now, `new` what was sent, `base` what its sender saw.

    conflict: how it stands with `registry.rules.merging_edits.FieldConflict`, where both changed it.
    is_compared: whether the register has such a value at all. can_correct: whether a reviewer may change it.
    """

    field: str
    old: Any
    new: Any
    base: Any = None
    conflict: Mapping[str, Any] | None = None
    is_compared: bool = True
    can_correct: bool = True

    @property
    def is_changed(self) -> bool:
        """Whether it says something else than the register."""
        return self.is_compared and not is_same(self.old, self.new)


def diff_rows(
    kind: SubmissionKind,
    content: Mapping[str, Any],
    here: Mapping[str, Any],
    conflicts: Iterable[Mapping[str, Any]] = (),
) -> tuple[DiffRow, ...]:
    """The answers of a form in its order, those that nobody gave left out (`_empties`)."""
    by_field = {str(each.get("field")): each for each in conflicts}
    rows = [
        DiffRow(
            field=field,
            old=here.get(field),
            new=new,
            base=base,
            conflict=by_field.get(field),
            is_compared=field in here,
            can_correct=_can_correct(kind, field, new),
        )
        for field, new, base in _answers(kind, content)
        if field not in _QUIET and (new not in (None, "", [], {}) or _empties(kind, field))
    ]
    order = _order(kind)
    return tuple(sorted(rows, key=lambda row: order.get(row.field, len(order))))


def _order(kind: SubmissionKind) -> dict[str, int]:
    """The places of the fields in a form; what is said beside them comes last."""
    if kind == SubmissionKind.EDIT:
        names = [*TreeDraft.model_fields]
    else:
        own = [*FORMS[kind].model_fields]
        names = [
            field for name in own for field in (SIZES if name == "sizes" else (name,)) if field != "notes"
        ]
    return {name: place for place, name in enumerate(names)}


def corrected(kind: SubmissionKind, content: Mapping[str, Any], chosen: Mapping[str, Any]) -> dict[str, Any]:
    """The answers with what reviewers decided in their place; `content` itself stays as it is.

    Raises ValueError that names the field, where the form cannot have such a value.
    """
    made = deepcopy(dict(content))
    for field, value in chosen.items():
        _put(kind, made, field, None if isinstance(value, str) and not value.strip() else value)
    try:
        FORMS[kind].model_validate(made)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = [str(part) for part in first["loc"] if part not in ("sizes", "fields", "to")]
        raise ValueError(".".join(place)) from None
    return made


def to_settle(
    kind: SubmissionKind, content: Mapping[str, Any], chosen: Mapping[str, Any], here: Mapping[str, Any]
) -> dict[str, Any] | None:
    """What settling a form is told of decisions, by the form's own names; None: take it as it is.

    Of an edit all that is to be taken over: what the sender changed, and what was chosen where the register
    (`here`) changed as well. Sizes of a measurement go by themselves, of other forms the whole answer.
    """
    made = corrected(kind, content, chosen)
    if kind == SubmissionKind.EDIT:
        merged = merge_edits(edits_of(content), here)
        return {**merged.apply, **{field: made["fields"][field].get("to") for field in chosen}}
    if kind == SubmissionKind.MEASUREMENT:
        return {field: made["sizes"].get(field) for field in chosen} or None
    return {name: value for name, value in made.items() if value != content.get(name)} or None


def edits_of(content: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """(what the sender saw, what it should be) by field of an edit; of a newer form as far as it is known."""
    fields = content.get("fields")
    said = fields.items() if isinstance(fields, Mapping) else ()
    return {field: (edit.get("base"), edit.get("to")) for field, edit in said if isinstance(edit, Mapping)}


def unsettled(conflicts: Iterable[Mapping[str, Any]], chosen: Mapping[str, Any]) -> tuple[str, ...]:
    """The fields that two sides changed and on which nobody has decided yet."""
    return tuple(str(each["field"]) for each in conflicts if each.get("field") not in chosen)


def _answers(kind: SubmissionKind, content: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """(field, value, what the sender saw) of a form's answers."""
    if kind == SubmissionKind.EDIT:
        for field, (base, to) in edits_of(content).items():
            yield field, to, base
        yield "reason", content.get("reason"), None
        return
    for name, value in content.items():
        if name == "sizes" and isinstance(value, Mapping):
            yield from ((field, size, None) for field, size in value.items())
        elif name in _NESTED and isinstance(value, Mapping):
            yield from ((f"{name}.{field}", each, None) for field, each in value.items())
        else:
            yield name, value, None


def _empties(kind: SubmissionKind, field: str) -> bool:
    """Whether no answer is an answer: a correction may empty a field, and every new tree is to have a
    division."""
    if kind == SubmissionKind.NEW_TREE:
        return field == "division_id"
    return kind == SubmissionKind.EDIT and field != "reason"


def _can_correct(kind: SubmissionKind, field: str, value: Any) -> bool:
    if kind in {SubmissionKind.BIND_TAG, SubmissionKind.MOUNT_TAG, SubmissionKind.PHOTO}:
        return False
    if kind == SubmissionKind.MEASUREMENT:
        return field in SIZES and field != "measured_on"
    if kind == SubmissionKind.EDIT and field == "reason":
        return False
    return field not in _READ_ONLY and "." not in field and not isinstance(value, list | dict)


def _put(kind: SubmissionKind, made: dict[str, Any], field: str, value: Any) -> None:
    if kind == SubmissionKind.EDIT:
        fields = made.setdefault("fields", {})
        fields[field] = {**fields.get(field, {}), "to": value}
    elif field in SIZES and "sizes" in FORMS[kind].model_fields:
        made["sizes"] = {**(made.get("sizes") or {}), field: value}
    elif "." in field:
        group, _, name = field.partition(".")
        made[group] = {**(made.get(group) or {}), name: value}
    else:
        made[field] = value
