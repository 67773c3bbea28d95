"""What follows the parts of a dossier: doubts, what was held back, the history, the source, boxes to sign."""

from collections.abc import Callable
from datetime import UTC

from exports.dossier_cover import page_address
from exports.dossier_text import Said, shown_flags
from exports.flow import Column, Flow
from exports.kit import BARK, BODY, LINE, MARGIN, SMALL, SOFT, WIDTH, column_x, span, wrap
from exports.legal_parts import Parts
from registry.records import RegisterFacts
from registry.vocab.fields import FIELDS
from registry.vocab.sentences import event_sentence, field_name

SIGNATURE_HEIGHT = 84.0


def draw_doubts(flow: Flow, said: Said, heading: Parts) -> None:
    """What in the data should be checked, and what was held back from this copy."""
    tree, t = said.tree, said.t
    _ = t.gettext
    if flags := shown_flags(tree):
        heading(_("Data to check"), keep=24)
        for flag in flags:
            _item(flow, said.flag(flag))
        flow.paragraph(_("The values are shown as recorded; nothing was corrected."), size=SMALL, colour=SOFT)
    if tree.withheld:
        heading(_("Not in this copy"), keep=24)
        labels = [t.label(f) if f in FIELDS else f for f in tree.withheld]
        sentence = _(
            "Held back because they are private or sensitive: {fields}.", fields=_(", ").join(labels)
        )
        flow.paragraph(sentence)


def _item(flow: Flow, text: str) -> None:
    flow.need(BODY * 1.7)
    flow.pen.dot(MARGIN + 3, flow.y - 6.4, 1.6, BARK)
    flow.paragraph(text, x=MARGIN + 12, width=WIDTH - 12)


def draw_history(flow: Flow, said: Said, heading: Parts, facts: RegisterFacts) -> None:
    tree, t = said.tree, said.t
    _ = t.gettext
    if not tree.history:
        return
    heading(_("History of this file"))
    columns = [
        Column(_("No."), 0.8, size=7.6, colour=SOFT),
        Column(_("Time (UTC)"), 2.2, size=7.6),
        Column(_("Event"), 2.2, size=7.6),
        Column(_("Fields"), 4.2, size=7.6),
        Column(_("Fingerprint in the chain"), 3.8, size=5.2, colour=SOFT),
    ]
    rows = []
    for event in tree.history:
        fields = [field_name(t, f) for f in event.fields]
        when = event.at.astimezone(UTC).strftime("%Y-%m-%d %H:%M")
        chain = f"{event.hash[:32]}\n{event.hash[32:]}"
        rows.append([str(event.seq), when, event_sentence(t, event.kind), _(", ").join(fields) or "—", chain])
    flow.table(columns, rows)
    head = _("Head of the chain when this copy was made: {head}", head=facts.history_head)
    flow.paragraph(head, size=6.4, colour=SOFT)


def draw_source(flow: Flow, said: Said, heading: Parts, facts: RegisterFacts, keep: float) -> None:
    """Where the data are from. keep: points that follow the boxes to sign, on the same page."""
    tree, t = said.tree, said.t
    _ = t.gettext
    source = tree.source
    as_of = source.as_of.isoformat() if source.as_of else ""
    address = page_address(said, facts)
    rows: list[tuple[str, str]] = [
        (t.label("source"), said.source_title),
        (_("Publisher"), source.publisher),
        (_("As of"), as_of),
        (_("Origin of the data"), source.origin),
        (t.label("licence"), " ".join(filter(None, (source.licence, source.licence_url)))),
        (t.label("attribution"), source.attribution),
        (_("Record at the source"), tree.source_url or ""),
        (said.page_label, address or _("The register's public address has not been set.")),
    ]
    label_width = 84.0
    wrapped = [
        (label, value, wrap(flow.pen.fonts, value, "sans", 8.8, WIDTH - label_width))
        for label, value in rows
        if value
    ]
    height = sum(len(lines) * 13.7 + 4 for *_rest, lines in wrapped)
    heading(_("Source and licence"), keep=height + SIGNATURE_HEIGHT + 14 + keep)
    for label, value, lines in wrapped:
        flow.need(len(lines) * 13.7 + 4)
        flow.pen.text(MARGIN, flow.y - 9, label, SMALL, colour=SOFT)
        flow.pen.lines(MARGIN + label_width, flow.y - 9, lines, 8.8)
        if value == address:
            flow.pen.canvas.linkURL(
                address, (MARGIN + label_width, flow.y - 13, MARGIN + WIDTH, flow.y + 1), relative=0
            )
        flow.y -= len(lines) * 13.7 + 4


def draw_signatures(flow: Flow, said: Said, keep: float) -> None:
    """Boxes to sign and to stamp, at the end. keep: points that follow on the same page."""
    _ = said.t.gettext
    height = SIGNATURE_HEIGHT
    flow.gap(14)
    flow.need(height + keep)
    width = span(4)
    boxes: tuple[tuple[str, Callable[[], str]], ...] = (
        (_("Compiled by"), lambda: _("name and signature")),
        (_("Reviewed by"), lambda: _("name and signature")),
        (_("Authority in charge"), lambda: _("official seal")),
    )
    for place, (title, hint) in enumerate(boxes):
        x = column_x(4 * place)
        flow.pen.box(x, flow.y - height, width, height, stroke=BARK, line=0.8)
        flow.pen.text(x + 8, flow.y - 16, title, 9, role="serif", colour=BARK)
        flow.pen.text(x + width - 8, flow.y - 16, hint(), 6.6, colour=SOFT, align="right")
        flow.pen.rule(x + 8, flow.y - height + 24, x + width - 8, flow.y - height + 24, LINE)
        flow.pen.text(x + 8, flow.y - height + 10, _("Date"), 7.2, colour=SOFT)
    flow.y -= height
