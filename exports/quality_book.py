"""The quality of a register as a workbook: summary, divisions, checks with what helps, and every doubt."""

from collections.abc import Iterable, Iterator
from typing import BinaryIO

from exports.workbook import Column, Sheet, write_workbook
from registry.records import DoubtRow, QualityFacts, QualityRow
from registry.vocab.checks import all_checks
from registry.vocab.language import Translator
from registry.vocab.sentences import field_name, flag_name, flag_remedy, flag_sentence
from registry.vocab.words import Severity


def write_quality_book(
    facts: QualityFacts, doubts: Iterable[DoubtRow], out: BinaryIO, *, language: Translator
) -> None:
    """Write the workbook. `doubts`, all of them, are read once and never held."""
    t = language
    _ = t.gettext
    sheets = (
        _summary(facts, t),
        _groups(_("By division"), t.label("division"), facts.divisions, facts.whole, t),
        _groups(_("By source"), t.label("source"), facts.sources, None, t),
        _checks(facts, t),
        Sheet(_("Every doubt"), _doubt_columns(t), _doubt_rows(doubts, t)),
    )
    title = _("Quality of the register")
    told = (made_line(facts, t),)
    write_workbook(sheets, out, title=title, made_by=told, language=t, made_at=facts.made_at)


def made_line(facts: QualityFacts, t: Translator) -> str:
    """Of which register, when, and of how many trees."""
    _ = t.gettext
    parts = [
        facts.register_name,
        facts.made_on.isoformat(),
        t.ngettext("{count} tree", "{count} trees", facts.whole.trees),
        *(_("only {where}", where=where) for where in facts.where),
    ]
    return " · ".join(parts)


def group_name(row: QualityRow, t: Translator) -> str:
    """What a group is called."""
    names = (t.lang == "en" and row.names_en) or row.names
    return " ".join(names) if names else t.gettext("without a division")


def _summary(facts: QualityFacts, t: Translator) -> Sheet:
    _ = t.gettext
    columns = (
        Column(_("Field"), 24),
        Column(_("Required by the form"), 12),
        Column(_("Filled"), 11, "integer"),
        Column(_("Trees asked"), 11, "integer"),
        Column(_("Complete"), 11, "percent"),
    )
    rows = [
        (t.label(f.field), _("yes") if f.is_required else "", f.filled, f.asked, f.share)
        for f in sorted(facts.whole.fields, key=lambda f: (f.share, f.field))
    ]
    whole = facts.whole
    notes = (
        _("Complete: fields that have a value ÷ fields that are asked for, over all trees."),
        t.ngettext(
            "{count} of {trees} has doubts: {warnings}, {notes}.",
            "{count} of {trees} have doubts: {warnings}, {notes}.",
            whole.doubtful,
            trees=t.ngettext("{count} tree", "{count} trees", whole.trees),
            warnings=t.ngettext("{count} doubtful value", "{count} doubtful values", whole.warnings),
            notes=t.ngettext("{count} note", "{count} notes", whole.notes),
        ),
    )
    total = (_("All"), "", whole.filled, whole.asked, whole.share)
    return Sheet(_("Completeness"), columns, rows, notes=notes, total=total)


def _groups(
    title: str, heading: str, groups: tuple[QualityRow, ...], whole: QualityRow | None, t: Translator
) -> Sheet:
    _ = t.gettext
    columns = (
        Column(heading, 34),
        Column(t.label("tree_count"), 10, "integer"),
        Column(_("Complete"), 10, "percent"),
        Column(_("Trees with doubts"), 12, "integer"),
        Column(_("Share"), 10, "percent"),
        Column(t.word(Severity, Severity.WARNING), 10, "integer"),
        Column(t.word(Severity, Severity.NOTE), 10, "integer"),
        Column(_("Emptiest fields"), 46),
    )
    total = None if whole is None else _group_row(_("All"), whole, t)
    rows = [_group_row(group_name(row, t), row, t) for row in groups]
    return Sheet(title, columns, rows, total=total, notes=tuple(_findings(groups, t)))


def _group_row(name: str, row: QualityRow, t: Translator) -> tuple[object, ...]:
    share = row.doubtful / row.trees if row.trees else None
    return (name, row.trees, row.share, row.doubtful, share, row.warnings, row.notes, emptiest(row, t))


def _findings(groups: Iterable[QualityRow], t: Translator) -> Iterator[str]:
    for row in groups:
        for found in row.findings:
            said = flag_sentence(t, found.check, found.field, found.value)
            yield f"{group_name(row, t)} — {said} {flag_remedy(t, found.check)}"


def emptiest(row: QualityRow, t: Translator, count: int = 3) -> str:
    """The fields that are emptiest, with what share of the trees asked has them."""
    lacking = sorted((f for f in row.fields if f.share < 1), key=lambda f: (f.share, f.field))[:count]
    comma = "、" if t.lang == "zh" else ", "
    return comma.join(f"{t.label(f.field)} {f.share:.0%}" for f in lacking)


def _checks(facts: QualityFacts, t: Translator) -> Sheet:
    _ = t.gettext
    columns = (
        Column(_("Check"), 28),
        Column(_("Degree"), 9),
        Column(t.label("tree_count"), 9, "integer"),
        Column(_("Doubts"), 9, "integer"),
        Column(_("What helps"), 56),
        Column(_("Rests on"), 36),
        Column(_("Code"), 26),
    )
    known = all_checks()
    rows = [
        (
            flag_name(t, row.check),
            t.word(Severity, row.severity),
            row.trees,
            row.doubts,
            flag_remedy(t, row.check),
            t.pick(known[row.check].source).replace("`", "") if row.check in known else "",
            row.check,
        )
        for row in facts.checks
    ]
    return Sheet(_("By check"), columns, rows)


def _doubt_columns(t: Translator) -> tuple[Column, ...]:
    _ = t.gettext
    return (
        Column(t.label("tree_no"), 18),
        Column(_("Species"), 16),
        Column(t.label("division"), 26),
        Column(t.label("source"), 24),
        Column(_("Check"), 24),
        Column(_("Degree"), 9),
        Column(_("Field"), 12),
        Column(_("Value"), 22),
        Column(_("What helps"), 52),
    )


def _doubt_rows(doubts: Iterable[DoubtRow], t: Translator) -> Iterator[tuple[object, ...]]:
    for row in doubts:
        flag = row.flag
        yield (
            row.tree_no,
            row.name,
            " ".join(row.places),
            row.source,
            flag_name(t, flag.check),
            t.word(Severity, flag.severity),
            field_name(t, flag.field),
            t.gettext("(private)") if row.is_private else flag.value,
            flag_remedy(t, flag.check),
        )
