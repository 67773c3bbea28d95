"""What the commands on censuses say and write: progress, target lists, comparisons."""

from typing import Any

from exports.workbook import Column, Sheet
from registry.censuses import Comparison, Listed, Progress
from registry.cli.app import Office
from registry.vocab.sentences import field_name, value_words
from registry.vocab.words import CampaignState, TargetOutcome, VillageState

SHOWN = 20


def answer(value: Any) -> str:
    return "—" if value is None else ("、".join(map(str, value)) if isinstance(value, list) else str(value))


def say_progress(office: Office, state: Progress) -> None:
    t = office.t
    found = state.outcomes
    office.say(f"{state.campaign.id}  {state.campaign.title}  {t.word(CampaignState, state.campaign.state)}")
    office.say(
        t.gettext(
            "  on the list {targets} = {parts}",
            targets=t.number(sum(found.values()), 0),
            parts=" + ".join(
                f"{t.word(TargetOutcome, o)} {t.number(found[o], 0)}" for o in TargetOutcome if found[o]
            )
            or "0",
        )
    )
    office.say(
        t.gettext(
            "  forms {forms}, checked {checked}; sample {sampled}, surveyed once more {again}",
            forms=t.number(state.forms, 0),
            checked=t.number(state.checked, 0),
            sampled=t.number(state.sampled, 0),
            again=t.number(state.resurveyed, 0),
        )
    )
    for village in state.villages:
        settled = village.targets - village.outcomes[TargetOutcome.PENDING]
        office.say(
            f"  {village.town} {village.village}  {t.word(VillageState, village.state)}  "
            f"{settled} / {village.targets}  {village.surveyor or '—'}"
        )


def say_listed(office: Office, rows: list[Listed], most: int | None = SHOWN) -> None:
    for row in rows[:most]:
        outcome = office.t.word(TargetOutcome, row.outcome)
        cells = (row.number, row.name or "", f"{row.town} {row.village}", outcome, row.note or "")
        office.say("  " + "  ".join(cells).rstrip())
    if most is not None and len(rows) > most:
        office.say(office.t.gettext("  … and {count} more", count=office.t.number(len(rows) - most, 0)))
    if not rows:
        office.say(office.t.gettext("  none"))


def say_comparison(office: Office, found: Comparison) -> None:
    t = office.t
    office.say(
        t.gettext(
            "In both {both}; only in the earlier {before}; only in the later {now}; changed {changed}.",
            both=t.number(found.both, 0),
            before=t.number(len(found.only_before), 0),
            now=t.number(len(found.only_now), 0),
            changed=t.number(len(found.changed), 0),
        )
    )
    for name, (then, today) in found.totals.items():
        office.say(f"  {total(office, name)}  {t.number(then, 0)} → {t.number(today, 0)}")
    for number, fields in list(found.changed.items())[:SHOWN]:
        told = "; ".join(
            f"{field_name(office.t, f)} {answer(a)} → {answer(b)}" for f, (a, b) in fields.items()
        )
        office.say(f"  {number}: {told}")


def total(office: Office, name: str) -> str:
    if name == "forms":
        return office.t.gettext("forms")
    field, _sign, word = name.partition("=")
    name = "protection_grade" if field == "grade" else field
    return f"{field_name(office.t, name)} {value_words(office.t, field, word)}"


def progress_facts(state: Progress) -> dict[str, Any]:
    return {
        "campaign": state.campaign.id,
        "state": state.campaign.state.value,
        "outcomes": dict(state.outcomes),
        "forms": state.forms,
        "checked": state.checked,
        "sampled": state.sampled,
        "resurveyed": state.resurveyed,
        "villages": [
            {"town": v.town, "village": v.village, "surveyor": v.surveyor, "state": v.state,
             "outcomes": dict(v.outcomes)}
            for v in state.villages
        ],
    }  # fmt: skip


def listed_facts(row: Listed) -> dict[str, Any]:
    return {name: getattr(row, name) for name in Listed.__dataclass_fields__}


def progress_sheets(office: Office, state: Progress) -> list[Sheet]:
    t = office.t
    outcomes = [outcome for outcome in TargetOutcome if state.outcomes[outcome]]
    columns = (
        Column(t.label("town"), 16),
        Column(t.label("village"), 18),
        Column(t.label("surveyor"), 16),
        Column(t.gettext("state"), 12),
        Column(t.gettext("on the list"), 10, "integer"),
        *(Column(t.word(TargetOutcome, outcome), 10, "integer") for outcome in outcomes),
    )
    rows = [
        (
            v.town,
            v.village,
            v.surveyor,
            t.word(VillageState, v.state),
            v.targets,
            *(v.outcomes[o] for o in outcomes),
        )
        for v in state.villages
    ]
    last = (
        t.gettext("total"),
        "",
        "",
        "",
        sum(state.outcomes.values()),
        *(state.outcomes[o] for o in outcomes),
    )
    return [Sheet(t.gettext("Villages"), columns, rows, total=last)]


def listed_sheet(office: Office, rows: list[Listed]) -> Sheet:
    t = office.t
    columns = (
        Column(t.label("tree_no"), 18),
        Column(t.label("name_zh"), 14),
        Column(t.label("town"), 16),
        Column(t.label("village"), 18),
        Column(t.gettext("outcome"), 12),
        Column(t.label("notes"), 40),
    )
    told = [
        (row.number, row.name, row.town, row.village, t.word(TargetOutcome, row.outcome), row.note)
        for row in rows
    ]
    return Sheet(t.gettext("Target list"), columns, told)


def comparison_sheets(office: Office, found: Comparison, before: str, now: str) -> list[Sheet]:
    t = office.t
    totals = (Column("", 32), Column(before, 14, "integer"), Column(now, 14, "integer"))
    changed = (
        Column(t.label("tree_no"), 18),
        Column(t.gettext("field"), 18),
        Column(before, 28),
        Column(now, 28),
    )
    only = (Column(t.label("tree_no"), 18), Column(t.gettext("only in"), 24))
    return [
        Sheet(
            t.gettext("Totals"), totals, [(total(office, name), *pair) for name, pair in found.totals.items()]
        ),
        Sheet(
            t.gettext("Changed trees"),
            changed,
            [
                (number, field_name(office.t, field), answer(pair[0]), answer(pair[1]))
                for number, fields in found.changed.items()
                for field, pair in fields.items()
            ],
        ),
        Sheet(
            t.gettext("In one census only"),
            only,
            [*((n, before) for n in found.only_before), *((n, now) for n in found.only_now)],
        ),
    ]
