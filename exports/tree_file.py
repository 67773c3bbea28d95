"""A tree's whole file to read or to hand on: as text for a terminal, as one page that opens without a
network, as JSON for another program."""

import json
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from datetime import UTC
from html import escape
from typing import Any, BinaryIO

from exports.assets import asset
from exports.care_words import care_lines, event_words
from exports.dossier_text import CODED, Said
from exports.views import view_lines, view_title
from registry.office_records import OfficeCare
from registry.records import RegisterFacts, TreeRecord
from registry.vocab.fields import FIELDS
from registry.vocab.language import Translator
from registry.vocab.patrol_words import said_checks
from registry.vocab.sentences import event_sentence, field_name
from registry.vocab.words import DesignationKind, InspectionKind, PhotoKind

_FIRST = (
    "tree_no", "number_scheme", "aliases", "authority", "category", "famous_category", "status",
    "protection_grade", "grade_scheme", "listing", "name_zh", "name_latin", "name_en", "name_verbatim",
    "common_name", "family", "genus", "age_years", "ages", "age_basis", "age_method", "age_as_of",
    "vigour", "vigour_scale", "environment", "division", "town", "village", "small_place", "address",
    "growth_place", "distribution", "ownership", "lon", "lat", "datum", "coordinate_uncertainty_m",
    "position_precision", "elevation_m", "steward", "surveyor",
)  # fmt: skip
"""The fields that a reader looks for first, in this order; all others follow in that of their list."""
_ROWS = {
    "measurements": "measured_on",
    "inspections": "inspected_on",
    "designations": "designated_on",
}
_LEFT_OUT = frozenset({"history", "photos", "flags", "care_events", *_ROWS})
_WORDS: dict[str, dict[str, Any]] = {
    "inspections": {"kind": InspectionKind},
    "designations": {"kind": DesignationKind, "grade": CODED["protection_grade"]},
}


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a file: labels with values, or lines of a kind (dated rows, events)."""

    title: str
    pairs: tuple[tuple[str, str], ...] = ()
    lines: tuple[str, ...] = ()


def sections(tree: TreeRecord, t: Translator, care: OfficeCare | None = None) -> list[Section]:
    """All that a record says, in the words of one language. care: what the office keeps beside it."""
    said, _ = Said(tree, t), t.gettext
    names = dict.fromkeys((*_FIRST, *(name for name in FIELDS if hasattr(tree, name)))).keys() - _LEFT_OUT
    ordered = [name for name in (*_FIRST, *FIELDS) if name in names and name in FIELDS]
    values = ((name, _said(said, name)) for name in dict.fromkeys(ordered))
    found = [Section(_("What is recorded"), tuple((t.label(name), text) for name, text in values if text))]
    for name, day in _ROWS.items():
        rows = tuple(_row_line(row, name, day, t) for row in getattr(tree, name))
        found.append(Section(t.label(name), lines=rows))
    if care is not None:
        found += [Section(title, lines=tuple(lines)) for title, lines in care_lines(care, t)]
    else:
        done = tuple(f"{row.happened_on} · {event_words(row, t)}" for row in tree.care_events)
        found.append(Section(_("What was done for it"), lines=done))
    photos = tuple(
        " · ".join(filter(None, (str(photo.taken_on or ""), t.word(PhotoKind, photo.kind), photo.caption)))
        for photo in tree.photos
    )
    found.append(Section(t.label("photos"), lines=photos))
    doubts = tuple(said.flag(flag) for flag in tree.flags)
    found.append(Section(t.label("flags"), lines=doubts))
    events = tuple(_event_line(event, t) for event in tree.history)
    found.append(Section(_("History of this file"), lines=events))
    if tree.withheld:
        withheld = t.gettext(", ").join(t.label(name) if name in FIELDS else name for name in tree.withheld)
        found.append(Section(_("Not in this copy"), lines=(withheld,)))
    return [section for section in found if section.pairs or section.lines]


def _said(said: Said, name: str) -> str | None:
    return said.source_title if name == "source" else said.value(name)


def file_text(
    tree: TreeRecord, facts: RegisterFacts, t: Translator, care: OfficeCare | None = None
) -> Iterator[str]:
    """The file as lines for a terminal."""
    yield f"{Said(tree, t).name} · {tree.tree_no} · {facts.register_name}"
    if facts.view is not None:
        yield f"【{view_title(facts.view, t)}】" if t.lang == "zh" else f"[{view_title(facts.view, t)}]"
    yield from view_lines(facts, t)
    colon = "：" if t.lang == "zh" else ": "
    for section in sections(tree, t, care):
        yield ""
        yield f"— {section.title} —"
        yield from (f"{label}{colon}{text}" for label, text in section.pairs)
        yield from section.lines
    yield ""
    yield t.gettext("Head: {head}", head=facts.history_head)


def write_file_page(
    tree: TreeRecord,
    facts: RegisterFacts,
    out: BinaryIO,
    *,
    language: Translator,
    care: OfficeCare | None = None,
) -> None:
    """Write the file as one HTML page (UTF-8) that needs nothing else."""
    out.write("".join(_page(tree, facts, language, care)).encode("utf-8", "replace"))


def file_facts(tree: TreeRecord, facts: RegisterFacts, care: OfficeCare | None = None) -> dict[str, Any]:
    """The file for a program; of photos their words and sizes, not their bytes."""
    record = asdict(tree)
    for photo in record["photos"]:
        del photo["jpeg"], photo["thumb"]
    return {
        "view": asdict(facts.view) if facts.view else None,
        "is_restricted": facts.is_restricted,
        "register": facts.register_name,
        "history_head": facts.history_head,
        "made_at": facts.made_at,
        "tree": record,
        "care": _care_facts(care),
    }


def _care_facts(care: OfficeCare | None) -> dict[str, Any] | None:
    """What the office keeps beside a file, without pictures."""
    if care is None:
        return None
    told = asdict(care)
    for each in told["assessments"]:
        del each["evidence"]
    for work in (*told["works"], *(work for each in told["strategies"] for work in each["works"])):
        for photo in work["photos"]:
            del photo["jpeg"]
    return told


def write_file_json(
    tree: TreeRecord, facts: RegisterFacts, out: BinaryIO, care: OfficeCare | None = None
) -> None:
    """Write the file as JSON (UTF-8)."""
    text = json.dumps(file_facts(tree, facts, care), ensure_ascii=False, indent=1, default=str)
    out.write(f"{text}\n".encode())


def _page(tree: TreeRecord, facts: RegisterFacts, t: Translator, care: OfficeCare | None) -> Iterator[str]:
    said, _ = Said(tree, t), t.gettext
    title = f"{said.name} · {tree.tree_no}"
    yield f'<!DOCTYPE html>\n<html lang="{t.html_lang}">\n<head>\n<meta charset="utf-8">\n'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    yield f"<title>{escape(title)}</title>\n<style>\n{asset('treefile.css')}</style>\n</head>\n<body>\n"
    yield f"<header><p>{escape(facts.register_name)}</p><h1>{escape(title)}</h1></header>\n<main>\n"
    if lines := view_lines(facts, t):
        yield '<section class="view">\n'
        if facts.view is not None:
            yield f"<h2>{escape(view_title(facts.view, t))}</h2>\n"
        yield "".join(f"<p>{escape(line)}</p>\n" for line in lines) + "</section>\n"
    for section in sections(tree, t, care):
        yield f"<section>\n<h2>{escape(section.title)}</h2>\n"
        if section.pairs:
            rows = (f"<dt>{escape(label)}</dt><dd>{escape(text)}</dd>\n" for label, text in section.pairs)
            yield f"<dl>\n{''.join(rows)}</dl>\n"
        if section.lines:
            yield f"<ul>\n{''.join(f'<li>{escape(line)}</li>' for line in section.lines)}\n</ul>\n"
        if section.title == t.label("photos"):
            yield from (_picture(photo, t) for photo in tree.photos)
        yield "</section>\n"
    day = facts.made_on.isoformat()
    foot = _("History head {head} · made on {day}", head=facts.history_head, day=day)
    yield f"</main>\n<footer><p>{escape(foot)}</p></footer>\n</body>\n</html>\n"


def _picture(photo: Any, t: Translator) -> str:
    if not photo.jpeg:
        return f"<p>{escape(t.gettext('this photo cannot be read'))}</p>\n"
    data = b64encode(photo.jpeg).decode()
    return (
        f'<img src="data:image/jpeg;base64,{data}" width="{photo.width}" height="{photo.height}" '
        f'alt="{escape(photo.caption or "")}">\n'
    )


def _row_line(row: Any, name: str, day: str, t: Translator) -> str:
    """One dated row: its day, then what it says under the labels of its fields."""
    parts: list[str] = []
    for field in fields(row):
        value = getattr(row, field.name)
        if field.name == day or value is None or value == () or field.name in {"text_lang", "authority_en"}:
            continue
        if field.name == "checks":
            parts += said_checks(t, dict(value))
            continue
        words = _WORDS.get(name, {}).get(field.name) or CODED.get(field.name)
        text = _value(value, field.name, words, t)
        has_label = field.name in FIELDS and field.name != "kind"
        parts.append(f"{t.label(field.name)} {text}" if has_label else text)
    when = getattr(row, day)
    return f"{when.isoformat() if when else t.gettext('without a day')} · " + t.gettext(", ").join(parts)


def _value(value: Any, field: str, words: Any, t: Translator) -> str:
    if isinstance(value, tuple):
        return t.gettext(", ").join(map(str, value))
    if words is not None:
        return t.word(words, str(value))
    text = f"{value:g}" if isinstance(value, float) else str(value)
    unit = t.unit(field) if field in FIELDS else ""
    return f"{text} {unit}".rstrip()


def _event_line(event: Any, t: Translator) -> str:
    when = event.at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    names = t.gettext(", ").join(field_name(t, name) for name in event.fields)
    line = f"{event.seq} · {when} · {event_sentence(t, event.kind)}"
    return f"{line} · {names}" if names else line
