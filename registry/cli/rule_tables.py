"""Rule packs and judgements as lines, cells and JSON: what `gushu rules` prints."""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from registry.affected import NO_PACK, NOT_STANDING, OUTSIDE, URBAN_UNKNOWN, Judged, Tally
from registry.rules.grading import Turn
from registry.rules.pack_format import FORMAT
from registry.rules.packs import Basis, Rule, RulePack
from registry.vocab.language import Translator
from registry.vocab.rule_sentences import row_name, row_text
from registry.vocab.rule_words import CLASSES, CONFIDENCES, SECTIONS, STANDINGS
from registry.vocab.words import JURISDICTIONS, Category

WIDEST = 56


def width(text: str) -> int:
    """Columns that a terminal gives a text: two for a Chinese character."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def table(rows: Sequence[Sequence[str]], *, indent: int = 0) -> Iterator[str]:
    """Rows as lines with their columns one below the other; the last column runs free."""
    last = max((len(row) for row in rows), default=1) - 1
    widths = [
        max((width(row[place]) for row in rows if place < len(row)), default=0) for place in range(last)
    ]
    for row in rows:
        cells = [
            cell + " " * (min(widths[place], WIDEST) - width(cell)) if place < last else cell
            for place, cell in enumerate(row)
        ]
        yield " " * indent + "  ".join(cells).rstrip()


def pack_title(t: Translator, pack: RulePack) -> str:
    """What a pack is called."""
    return pack.title_zh if t.lang == "zh" else pack.title_en


def validity(t: Translator, pack: RulePack) -> str:
    """From when to when a pack is in force; a year alone where no more is known."""
    since, until = (str(day) if day is not None else "" for day in (pack.since, pack.until))
    if since and until:
        return t.gettext("{since} to {until}", since=since, until=until)
    if since:
        return t.gettext("since {since}", since=since)
    return t.gettext("until {until}", until=until) if until else t.gettext("beginning not known")


def place_of(t: Translator, pack: RulePack) -> str:
    """Where a pack holds."""
    place = t.word(JURISDICTIONS, pack.jurisdiction)
    if pack.scope.is_urban:
        return t.gettext("{place}, in cities only", place=place)
    return place


def certainty(t: Translator, basis: Basis) -> str:
    """How sure a value is: its confidence, and what it rests on where that is no law."""
    if basis.standing in {"default", "unverified"}:
        return t.word(STANDINGS, basis.standing)
    return t.gettext(
        "{standing}, confidence {confidence}",
        standing=t.word(STANDINGS, basis.standing),
        confidence=t.word(CONFIDENCES, basis.confidence),
    )


def show_lines(t: Translator, pack: RulePack) -> Iterator[str]:
    """A whole pack, readable: every value with a number that leads to what it rests on."""
    yield f"{pack.id}  {pack_title(t, pack)}"
    head = [place_of(t, pack), validity(t, pack)]
    if pack.extends:
        head.append(t.gettext("extends {pack}", pack=pack.extends))
    if pack.supersedes:
        head.append(t.gettext("supersedes {packs}", packs=", ".join(pack.supersedes)))
    if pack.needs_document:
        head.append(t.gettext("to be adopted by a decision with its number"))
    yield " · ".join(head)
    if note := pack.note_zh if t.lang == "zh" else pack.note_en:
        yield note
    bases: dict[Basis, int] = {}
    for section in FORMAT:
        rows = [_row(t, rule, bases) for rule in pack.section(section).values() if says_something(t, rule)]
        if rows:
            yield ""
            yield t.word(SECTIONS, section)
            is_named = any(name for name, _text in rows)
            yield from table([[name or "—", text] if is_named else [text] for name, text in rows], indent=2)
    if pack.unverified:
        names = ("、" if t.lang == "zh" else ", ").join(t.word(SECTIONS, name) for name in pack.unverified)
        yield ""
        yield t.gettext("Not verified, there may be rules that were not seen: {sections}", sections=names)
    if bases:
        yield ""
        yield t.gettext("Where it stands")
        for basis, number in bases.items():
            origin = "" if basis.pack_id == pack.id else f" · {basis.pack_id}"
            yield f"  [{number}] {basis.cited(t.lang)} · {certainty(t, basis)}{origin}"
            if basis.source:
                yield f"      {basis.source}"


def says_something(t: Translator, rule: Rule) -> bool:
    """Whether a row of a pack has anything to read."""
    return bool(row_text(t, rule.section, rule.values) or row_name(t, rule.section, rule.name))


def _row(t: Translator, rule: Rule, bases: dict[Basis, int]) -> list[str]:
    number = bases.setdefault(rule.basis, len(bases) + 1)
    mark = f"[{number}]" if rule.basis.is_lawful else f"[{number}] *"
    text = row_text(t, rule.section, rule.values)
    return [row_name(t, rule.section, rule.name), f"{text}  {mark}".strip()]


def pack_facts(pack: RulePack) -> dict[str, Any]:
    """A whole pack for programs."""
    return {
        "id": pack.id,
        "jurisdiction": pack.jurisdiction,
        "title_zh": pack.title_zh,
        "title_en": pack.title_en,
        "valid_from": pack.since,
        "valid_to": pack.until,
        "extends": pack.extends,
        "supersedes": pack.supersedes,
        "divisions": pack.scope.divisions,
        "urban": pack.scope.is_urban,
        "citation": pack.citation,
        "source": pack.source,
        "document_no": pack.document_no,
        "confidence": pack.confidence,
        "standing": pack.standing,
        "needs_document": pack.needs_document,
        "unverified": pack.unverified,
        "rules": [rule_facts(rule) for rule in pack.rules.values()],
    }


def rule_facts(rule: Rule) -> dict[str, Any]:
    """One row for programs."""
    basis = rule.basis
    return {
        "section": rule.section,
        "name": rule.name,
        "values": dict(rule.values),
        "pack": basis.pack_id,
        "citation": basis.citation,
        "source": basis.source,
        "confidence": basis.confidence,
        "standing": basis.standing,
    }


Difference = tuple[str, str, Rule | None, Rule | None]


def differences(one: RulePack, other: RulePack) -> list[Difference]:
    """(section, row, in the one, in the other) of every row whose values differ."""
    found: list[Difference] = []
    for section in FORMAT:
        rows = [one.section(section), other.section(section)]
        for name in dict.fromkeys([*rows[0], *rows[1]]):
            left, right = rows[0].get(name), rows[1].get(name)
            if left is None or right is None or left.values != right.values:
                found.append((section, name, left, right))
    return found


def diff_lines(t: Translator, one: RulePack, other: RulePack) -> Iterator[str]:
    """What differs between two packs, row by row."""
    yield t.gettext("{one} → {other}", one=one.id, other=other.id)
    section = ""
    found = differences(one, other)
    for name, row, left, right in found:
        if name != section:
            section = name
            yield ""
            yield t.word(SECTIONS, section)
        yield "  " + f"{row_name(t, name, row)}  {_sides(t, left, right)}".strip()
        yield from table(_bases(t, left, right), indent=4)
    if not found:
        yield t.gettext("All values are the same.")


def _sides(t: Translator, left: Rule | None, right: Rule | None) -> str:
    """Old → new; of two lists, what goes and what comes."""
    lists = [dict(rule.values) if rule else {} for rule in (left, right)]
    key = next((key for key in ("categories", "fields") if all(key in values for values in lists)), None)
    if key is None or left is None:
        return f"{_side(t, left)} → {_side(t, right)}"
    old, new = (values[key] for values in lists)
    gone, come = [word for word in old if word not in new], [word for word in new if word not in old]
    parts = [
        f"{sign} {row_text(t, left.section, {key: tuple(words)})}"
        for sign, words in (("−", gone), ("+", come))
        if words
    ]
    return "  ".join(parts)


def _side(t: Translator, rule: Rule | None) -> str:
    if rule is None:
        return t.gettext("nothing said")
    return row_text(t, rule.section, rule.values) or t.gettext("applies")


def _bases(t: Translator, left: Rule | None, right: Rule | None) -> list[list[str]]:
    return [
        [sign, f"{rule.basis.cited(t.lang)} · {certainty(t, rule.basis)}"]
        for sign, rule in (("−", left), ("+", right))
        if rule is not None
    ]


def class_text(t: Translator, category: str | None, grade: str | None) -> str:
    """A category and grade in few words: 古树 二级."""
    if category is None and grade is None:
        return t.gettext("not listed by age or size")
    words = t.word(Category, category)
    if grade is None:
        return words
    joint = "" if t.lang == "zh" else ", "
    return f"{words}{joint}{t.word(CLASSES, grade) if t.lang == 'zh' else t.word(CLASSES, grade).lower()}"


def looked_at(t: Translator, day: date, count: int) -> str:
    """How many trees were looked at as of a day."""
    return t.ngettext("On {day}: {count} tree looked at", "On {day}: {count} trees looked at", count, day=day)


def list_of(t: Translator, count: int, path: Path) -> str:
    """Where the list of so many trees was written."""
    return t.ngettext(
        "The list of {count} tree: {path}", "The list of {count} trees: {path}", count, path=path
    )


def months_text(t: Translator, months: float | None) -> str:
    """An interval between patrols: 6 个月."""
    if months is None:
        return ""
    if months == int(months):
        return t.ngettext("{count} month", "{count} months", int(months))
    return t.gettext("{months} months", months=f"{months:g}")


def reasons(t: Translator, judged: Judged) -> str:
    """Why a tree is on the list, and what is doubtful."""
    suggestion = judged.suggestion
    stop = "；" if t.lang == "zh" else "; "
    said = [str(t.phrase(phrase)) for phrase in suggestion.why]
    if suggestion.doubts:
        doubts = stop.join(str(t.phrase(phrase)) for phrase in suggestion.doubts)
        said.append(t.gettext("to be confirmed: {doubts}", doubts=doubts))
    return stop.join(said)


def change_cells(t: Translator, tally: Tally) -> Iterator[tuple[str, str, str, int]]:
    """Counts per district: (district, old, new, count)."""
    for (division, old, new), count in sorted(
        tally.changes.items(), key=lambda item: (item[0][0], str(item[0][1:]))
    ):
        district = " ".join(division[-2:]) or t.gettext("no district recorded")
        yield district, class_text(t, *old), class_text(t, *new), count


def change_lines(t: Translator, tally: Tally) -> Iterator[str]:
    """Counts per district: old → new."""
    rows = [
        [district, f"{old} → {new}", t.number(count, 0)]
        for district, old, new, count in change_cells(t, tally)
    ]
    yield from table(rows, indent=2)


def passed_lines(t: Translator, tally: Tally) -> Iterator[str]:
    """What was not judged, and why."""
    sentences = {
        OUTSIDE: t.gettext("outside the place of the pack: {count}"),
        URBAN_UNKNOWN: t.gettext("not known whether in a city; fill in the growth place: {count}"),
        NO_PACK: t.gettext("no rule pack in force there: {count}"),
        NOT_STANDING: t.gettext("dead, missing or delisted: {count}"),
    }
    for what, count in sorted(tally.passed_over.items()):
        yield "  " + sentences[what].format(count=t.number(count, 0))
    if tally.unknown:
        yield "  " + t.gettext("not enough is known to tell: {count}", count=t.number(tally.unknown, 0))


def turn_word(t: Translator, turn: Turn) -> str:
    """What re-designation would do."""
    return {
        Turn.NONE: t.gettext("as it is"),
        Turn.UNKNOWN: t.gettext("cannot be told"),
        Turn.NEW: t.gettext("to be designated"),
        Turn.RAISE: t.gettext("higher grade"),
        Turn.REVIEW: t.gettext("to be reviewed"),
        Turn.CATEGORY: t.gettext("other category"),
    }[turn]


def judged_facts(t: Translator, judged: Judged) -> dict[str, Any]:
    """One tree for programs."""
    suggestion = judged.suggestion
    return {
        "tree_no": judged.tree_no,
        "number_scheme": judged.number_scheme,
        "name": judged.name,
        "division": judged.division,
        "age_years": judged.age_years,
        "age_as_of": judged.age_as_of,
        "age_on_day": suggestion.age_years,
        "old_category": judged.old[0],
        "old_grade": judged.old[1],
        "legal_scheme": judged.legal_scheme,
        "new_category": suggestion.category,
        "new_grade": suggestion.grade,
        "new_protection": suggestion.protection,
        "turn": suggestion.turn.value,
        "old_patrol_months": judged.old_months,
        "new_patrol_months": judged.new_months,
        "pack": suggestion.pack_id,
        "why": [t.phrase(phrase) for phrase in suggestion.why],
        "doubts": [t.phrase(phrase) for phrase in suggestion.doubts],
        "citation": suggestion.citation,
    }


def cells(t: Translator, found: Iterable[Judged]) -> Iterator[tuple[Any, ...]]:
    """Rows of the workbook, in the order of `HEADS` of the command."""
    for judged in found:
        suggestion = judged.suggestion
        yield (
            judged.tree_no, judged.name, " ".join(judged.division[-2:]), judged.age_years,
            judged.age_as_of if isinstance(judged.age_as_of, date) else None, suggestion.age_years,
            class_text(t, *judged.old), class_text(t, *judged.new), turn_word(t, suggestion.turn),
            judged.old_months, judged.new_months, reasons(t, judged), suggestion.citation,
        )  # fmt: skip
