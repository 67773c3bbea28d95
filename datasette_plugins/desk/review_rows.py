"""An item of the queue as its page shows it: rows in words, what may be corrected, who and when."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from datasette_plugins.desk.asking import Ask
from datasette_plugins.desk.office_kit import instant
from registry.commands.kept_phrases import said_phrase
from registry.review_items import Item
from registry.rules.review_content import DiffRow
from registry.vocab.desk_words import Decision, ReviewLevel, SubmissionState
from registry.vocab.language import Translator
from registry.vocab.review_words import answer_choices, answer_name, answer_unit
from registry.vocab.sentences import flag_sentence

KEEP, TAKE, OTHER = "ours", "theirs", "other"
"""What may be chosen of a field that two sides changed."""
_LONG = frozenset({"notes", "reason", "small_place", "address", "history_text", "values_note", "text"})


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row of the diff in words. typed, picked: what a form that comes back had in it."""

    row: DiffRow
    name: str
    old: str
    new: str
    base: str
    here_by: str
    value: str
    unit: str
    choices: list[tuple[str, str]]
    is_long: bool
    is_number: bool
    typed: str = ""
    picked: str = ""

    @property
    def field(self) -> str:
        """Its field."""
        return self.row.field


def shown_rows(ask: Ask, item: Item, zone: tzinfo) -> list[ShownRow]:
    """The rows of an item, with what the form that comes back had in it."""
    return [_shown(ask, item, row, zone) for row in item.rows]


def _shown(ask: Ask, item: Item, row: DiffRow, zone: tzinfo) -> ShownRow:
    t, field = ask.t, row.field
    raw = "" if row.new is None else str(row.new)
    return ShownRow(
        row=row,
        name=answer_name(t, field),
        old=item.said(t, field, row.old),
        new=item.said(t, field, row.new),
        base=item.said(t, field, row.base),
        here_by=_here_by(t, row.conflict, zone) if row.conflict else "",
        value=raw,
        unit=answer_unit(t, field),
        choices=_choices(t, item, field),
        is_long=field in _LONG,
        is_number=isinstance(row.new, int | float) and not isinstance(row.new, bool),
        typed=ask.text(f"c.{field}") if ask.form else raw,
        picked=ask.text(f"k.{field}"),
    )


def _choices(t: Translator, item: Item, field: str) -> list[tuple[str, str]]:
    """The values that a field may have, where it is one of a list."""
    if field == "division_id":
        return [(own, t.pick(label)) for own, label in item.divisions.items()]
    return answer_choices(t, field)


def _here_by(t: Translator, conflict: Mapping[str, Any], zone: tzinfo) -> str:
    """Who changed the register's value, and when."""
    by, at = conflict.get("by"), conflict.get("at")
    when = instant(datetime.fromisoformat(at), zone) if at else ""
    return " · ".join(filter(None, [actor_words(t, by), when]))


def actor_words(t: Translator, actor: str | None) -> str:
    """Who acted, as the history names him or her: an account by its login, anything else as it is."""
    if not actor:
        return ""
    return actor.removeprefix("account:") if actor.startswith("account:") else t.gettext("the office")


def chosen_of(ask: Ask, item: Item) -> dict[str, Any]:
    """The values that a form decided on: choices of what two sides changed, and corrections."""
    chosen: dict[str, Any] = {}
    for row in item.rows:
        typed = ask.text(f"c.{row.field}")
        if row.conflict is not None:
            picked = ask.text(f"k.{row.field}")
            if picked in {KEEP, TAKE, OTHER}:
                chosen[row.field] = {KEEP: row.old, TAKE: row.new, OTHER: _value(row, typed)}[picked]
        elif row.can_correct and f"c.{row.field}" in ask.form and typed != _raw(row.new):
            chosen[row.field] = _value(row, typed)
    return chosen


def _raw(value: Any) -> str:
    return "" if value is None else " ".join(str(value).split()) if isinstance(value, str) else str(value)


def _value(row: DiffRow, typed: str) -> Any:
    """A typed value as JSON has it: a number where a number was sent, a yes or no where there was one."""
    if not typed:
        return None
    if isinstance(row.new, bool) or isinstance(row.old, bool):
        return typed.lower() in {"true", "yes", "1", "是"}
    if isinstance(row.new, int | float) or isinstance(row.old, int | float):
        try:
            number = float(typed.replace(",", "").replace("，", ""))
        except ValueError:
            return typed
        return int(number) if number.is_integer() and isinstance(row.new, int) else number
    return typed


def doubts_said(ask: Ask, item: Item) -> list[str]:
    """What is doubtful, in sentences."""
    t = ask.t
    said = [flag_sentence(t, each.check, each.field, each.value) for each in item.doubts]
    said += [said_phrase(t, note) for note in item.notes]
    said += [] if _told_far(item) else far_said(t, item)
    return said


def _told_far(item: Item) -> bool:
    return any(note.get("code") == "far_away" for note in item.notes)


def far_said(t: Translator, item: Item) -> list[str]:
    """That the phone was at another place, where it was."""
    if not item.where.is_far or item.where.distance_m is None:
        return []
    metres = t.number(round(item.where.distance_m), 0)
    return [t.gettext("Captured {metres} m from where the tree is registered.", metres=metres)]


def problem_said(ask: Ask, item: Item) -> str:
    """Why it was set aside."""
    kept = item.submission.problem
    return said_phrase(ask.t, json.loads(kept)) if kept else ""


def history_of(ask: Ask, item: Item, zone: tzinfo) -> list[dict[str, str]]:
    """What happened to a submission so far, the first thing first."""
    t, submission = ask.t, item.submission
    by = t.gettext("{name} by {way}", name=item.sender.name, way=_way(t, submission.via))
    lines = [
        _line(instant(submission.captured_at, zone), t.gettext("Captured"), item.sender.name),
        _line(instant(submission.received_at, zone), t.gettext("Received"), by),
    ]
    for review, name in item.reviews:
        level = t.word(ReviewLevel, review.level) if review.level else ""
        what = " · ".join(filter(None, [level, t.word(Decision, review.decision)]))
        fields = _fields_said(t, item, json.loads(review.fields))
        who = name or t.gettext("the office")
        lines.append(_line(instant(review.at, zone), what, who, review.reason or "", fields))
    if submission.settled_at and submission.state == SubmissionState.ACCEPTED and not item.reviews:
        lines.append(_line(instant(submission.settled_at, zone), t.gettext("Taken over"), ""))
    return lines


def _line(when: str, what: str, who: str, why: str = "", fields: str = "") -> dict[str, str]:
    return {"when": when, "what": what, "who": who, "why": why, "fields": fields}


def _way(t: Translator, via: str) -> str:
    return {
        "app": t.gettext("the phone app"),
        "file": t.gettext("a file of unsent work"),
        "page": t.gettext("a page of the desk"),
        "token": t.gettext("a script"),
    }.get(via, via)


def _fields_said(t: Translator, item: Item, fields: Mapping[str, Any]) -> str:
    joint = "；" if t.lang == "zh" else "; "
    return joint.join(f"{answer_name(t, name)} {item.said(t, name, value)}" for name, value in fields.items())
