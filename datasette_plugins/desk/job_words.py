"""What jobs are called, and what came of them in the reader's language."""

from collections.abc import Callable, Mapping
from typing import Any

from registry.commands.jobs import LOST, message_of
from registry.models import Job
from registry.vocab.desk_words import JOB_KINDS, JobState
from registry.vocab.language import Translator

STATE_CLASS = {
    JobState.WAITING: "wait",
    JobState.RUNNING: "wait",
    JobState.DONE: "good",
    JobState.FAILED: "bad",
    JobState.CANCELLED: "",
}


def title_of(kind: str, t: Translator) -> str:
    """What a job is, as a heading."""
    text = t.pick(JOB_KINDS[kind]) if kind in JOB_KINDS else kind
    return text[:1].upper() + text[1:]


def outcome(job: Job, t: Translator) -> list[str]:
    """What came of a job that is done, in sentences."""
    facts = message_of(job).get("facts", {})
    say = _SAY.get(job.kind)
    lines = say(t, facts) if say else []
    if unread := int(facts.get("photos_unread_count", 0)):
        lines.append(
            t.ngettext(
                "{count} photo cannot be read and is not shown; put its file back from a backup.",
                "{count} photos cannot be read and are not shown; put their files back from a backup.",
                unread,
            )
        )
    return [line for line in lines if line]


def failure(job: Job, t: Translator) -> dict[str, str]:
    """Why a job failed: code, sentence, and the language the sentence is in."""
    told = message_of(job)
    if told.get("code") == LOST:
        text = t.gettext("The computer was interrupted at this work several times. Please ask for it again.")
        return {"code": LOST, "message": text, "lang": t.lang}
    return {
        "code": str(told.get("code", "")),
        "message": str(told.get("message", ""))
        or t.gettext("Something went wrong here; nothing was changed."),
        "lang": str(told.get("lang", t.lang)),
    }


def progress_said(done: int, total: int | None, t: Translator) -> str:
    """How far a job is."""
    if total:
        return t.gettext("{done} of {total}", done=t.number(done, 0), total=t.number(total, 0))
    return t.gettext("{done} so far", done=t.number(done, 0)) if done else ""


def import_counts(t: Translator, facts: Mapping[str, Any]) -> str:
    """The numbers of an import in a sentence."""
    names = ("read", "created", "updated", "unchanged", "rejected", "flagged")
    if "read" not in facts:
        return ""
    return t.gettext(
        "{read} rows read = {created} created + {updated} updated + {unchanged} unchanged + {rejected} "
        "rejected; {flagged} with doubts.",
        **{name: t.number(int(facts.get(name, 0)), 0) for name in names},
    )


def _imported(t: Translator, facts: Mapping[str, Any]) -> list[str]:
    return [import_counts(t, facts)]


def _field_file(t: Translator, facts: Mapping[str, Any]) -> list[str]:
    if "new" not in facts:
        return [t.gettext("The file was taken in.")]
    names = ("read", "new", "known", "photos", "photos_new", "photos_known")
    counts = {name: t.number(int(facts.get(name, 0)), 0) for name in names}
    waited_for = int(facts.get("waited_for", 0))
    return [
        t.gettext(
            "{read} forms = {new} new + {known} known already; {photos} photos = {photos_new} new + "
            "{photos_known} known already.",
            **counts,
        ),
        t.ngettext(
            "{count} announced photo has not come yet.",
            "{count} announced photos have not come yet.",
            waited_for,
        )
        if waited_for
        else "",
    ]


def _published(t: Translator, facts: Mapping[str, Any]) -> list[str]:
    return [
        t.gettext(
            "Edition {number}: {trees}, {groves}, {gardens}.",
            number=facts.get("number", ""),
            trees=t.ngettext("{count} tree", "{count} trees", int(facts.get("trees", 0))),
            groves=t.ngettext("{count} grove", "{count} groves", int(facts.get("groves", 0))),
            gardens=t.ngettext("{count} garden", "{count} gardens", int(facts.get("gardens", 0))),
        )
    ]


def _plates(t: Translator, facts: Mapping[str, Any]) -> list[str]:
    count = int(facts.get("tags", 0))
    return [
        t.ngettext("{count} plate as a file of its own.", "{count} plates, each a file of its own.", count),
        *_lettering(t, facts),
    ]


def _lettering(t: Translator, facts: Mapping[str, Any]) -> list[str]:
    finest, gone = facts.get("finest_mm"), int(facts.get("left_out_count", 0))
    return [
        t.gettext("The finest stroke of the lettering is {mm} mm.", mm=t.number(finest, 3)) if finest else "",
        t.ngettext(
            "{count} text found no room on its plate and was left out.",
            "{count} texts found no room on their plates and were left out.",
            gone,
        )
        if gone
        else "",
    ]


def _tags(t: Translator, facts: Mapping[str, Any]) -> list[str]:
    lines = [
        t.gettext(
            "{tags} on {sheets}; the next may start at place {place}.",
            tags=t.ngettext("{count} tag", "{count} tags", int(facts.get("tags", 0))),
            sheets=t.ngettext("{count} sheet", "{count} sheets", int(facts.get("sheets", 0))),
            place=facts.get("next_place", ""),
        ),
        *_lettering(t, facts),
    ]
    if new := int(facts.get("new", 0)):
        lines.append(
            t.ngettext(
                "{count} of them is new: publish before it is hung.",
                "{count} of them are new: publish before they are hung.",
                new,
            )
        )
    return lines


def _trees(t: Translator, facts: Mapping[str, Any]) -> list[str]:
    return [t.ngettext("{count} tree", "{count} trees", int(facts.get("trees", 0)))]


def _dossiers(t: Translator, facts: Mapping[str, Any]) -> list[str]:
    failed = int(facts.get("failed_count", 0))
    return [
        t.ngettext("{count} dossier", "{count} dossiers", int(facts.get("written", 0))),
        t.ngettext("{count} could not be made.", "{count} could not be made.", failed) if failed else "",
    ]


def _list(t: Translator, facts: Mapping[str, Any]) -> list[str]:
    return [
        t.gettext(
            "Edition {number} of the list: {trees}, {groves}.",
            number=facts.get("edition", ""),
            trees=t.ngettext("{count} tree", "{count} trees", int(facts.get("trees", 0))),
            groves=t.ngettext("{count} grove", "{count} groves", int(facts.get("groves", 0))),
        ),
        "" if facts.get("new") else t.gettext("Nothing has changed since; it was printed again."),
    ]


def _zones(t: Translator, facts: Mapping[str, Any]) -> list[str]:
    return [t.ngettext("{count} zone", "{count} zones", int(facts.get("zones", 0)))]


def _tables(t: Translator, facts: Mapping[str, Any]) -> list[str]:
    counts = facts.get("counts", {})
    trees = int(counts.get("scattered", 0)) + int(counts.get("in_groves", 0))
    return [t.ngettext("{count} tree", "{count} trees", trees)]


def _check(t: Translator, facts: Mapping[str, Any]) -> list[str]:
    return [t.gettext("Check {number}", number=facts.get("number", ""))]


_SAY: dict[str, Callable[[Translator, Mapping[str, Any]], list[str]]] = {
    "import": _imported,
    "import_try": _imported,
    "field_file": _field_file,
    "publish": _published,
    "export_tags": _tags,
    "export_plates": _plates,
    "export_map": _trees,
    "export_dossiers": _dossiers,
    "export_office_dossiers": _dossiers,
    "export_list": _list,
    "export_zones": _zones,
    "export_field_sheets": _trees,
    "export_tables": _tables,
    "export_office_tables": _tables,
    "zone_check": _check,
}
