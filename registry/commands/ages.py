"""Entering an estimate of a tree's age beside the others: the age to go by and the grade stay as they are."""

from datetime import datetime

from sqlmodel import Session, select

from registry.calendars import register_today
from registry.care_errors import AgeRecordError
from registry.commands.history import record_event
from registry.commands.subjects import Ref, told_rows
from registry.errors import Phrase, RecordKindError
from registry.growth_records import AgeEstimate
from registry.models import AgeReading, Tree
from registry.vocab.growth_words import INPUTS, SETTINGS
from registry.vocab.words import AgeBasis, Label

MOST_YEARS = 20_000


def input_words(estimate: AgeEstimate, *, is_zh: bool) -> str:
    """What an estimate was reckoned from: 胸围 240 cm，测量高度 1.3 m."""

    def word(label: Label) -> str:
        return label.zh if is_zh else label.en

    said = (
        f"{word(INPUTS[name])} {word(SETTINGS[value]) if name == 'setting' else value}"
        for name, value in estimate.inputs
    )
    return ("，" if is_zh else ", ").join(said)


def record_age(
    session: Session, ref: Ref, estimate: AgeEstimate, *, actor: str, now: datetime
) -> tuple[AgeReading, bool]:
    """Enter an estimate among what is known of a tree's age, in the language of its file.

    Returns it and whether it is new: the same estimate again is entered once. The tree's age, its basis and
    its grade stay. Raises RecordKindError, AgeRecordError where the estimate is beyond any tree.
    """
    kind, own, called = ref
    if kind != "tree":
        raise RecordKindError(record=called, kinds=Phrase("trees"))
    if estimate.upper_years > MOST_YEARS:
        raise AgeRecordError(
            record=called, reason=Phrase("{years} years is beyond any tree", years=estimate.upper_years)
        )
    tree = session.get_one(Tree, own)
    is_zh = tree.text_lang.startswith("zh")
    evidence = f"{input_words(estimate, is_zh=is_zh)}{'；' if is_zh else '; '}{estimate.source}"
    row = AgeReading(
        tree_id=own,
        years=estimate.years,
        lower_years=estimate.lower_years,
        upper_years=estimate.upper_years,
        basis=AgeBasis.ESTIMATED,
        method=estimate.method.label.zh if is_zh else estimate.method.label.en,
        as_of=estimate.as_of,
        evidence=evidence,
    )
    said = row.model_dump(exclude={"id"})
    for earlier in session.exec(select(AgeReading).where(AgeReading.tree_id == own)):
        if earlier.model_dump(exclude={"id"}) == said:
            return earlier, False
    session.add(row)
    tree.updated_on = register_today(session, now)
    session.add(tree)
    session.flush()
    record_event(session, "age:estimated", [told_rows(ref, "ages", came=[row])], actor=actor, at=now)
    return row, True
