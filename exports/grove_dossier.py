"""The dossier of a grove (古树群, 一群一档): its whole file on A4, in the look of a tree's.

The same record and the same facts give the same bytes.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from exports.dossier_form import LABEL_WIDTH, form_section
from exports.dossier_pages import (
    Headings,
    draw_designations,
    draw_doubts,
    draw_history,
    draw_inspections,
    draw_photos,
    draw_signatures,
    draw_source,
)
from exports.dossier_text import FORM_TEXT_LIMIT
from exports.flow import Column, Flow, Running
from exports.fonts import Fonts, new_canvas, prepare_fonts
from exports.form import draw_form
from exports.grove_cover import draw_grove_cover
from exports.grove_map import draw_grove_map, has_map
from exports.grove_text import GroveSaid, grove_characters
from exports.kit import A4, BODY, MARGIN, SEAL, SMALL, SOFT, Pen, column_x, span, wrap
from exports.views import view_lines
from registry.ledger_records import AgreementRecord
from registry.records import AreaRecord, RegisterFacts, TreeRecord
from registry.vocab.language import Translator
from registry.vocab.sentences import age_words
from registry.vocab.words import Grade, PartyKind, Precision, TreeStatus, Vigour

MAP_HEIGHT = 226.0


def write_grove_dossier(
    grove: AreaRecord,
    facts: RegisterFacts,
    out: BinaryIO,
    *,
    language: Translator,
    members: Sequence[TreeRecord] = (),
    agreements: Sequence[AgreementRecord] = (),
    fonts: Fonts | None = None,
    extra_fonts: Sequence[Path] = (),
) -> None:
    """Write the dossier of one grove.

    members: its trees that have files of their own. agreements: care agreements, for the office's copy alone.
    fonts: faces that hold every character; prepared here if None. Raises GlyphMissingError.
    """
    t = language
    if fonts is None:
        needed = grove_characters((grove, *members, *agreements), facts, t)
        fonts = prepare_fonts(sorted(needed), extra_fonts=extra_fonts)
    said = GroveSaid(grove, t)
    canvas = new_canvas(
        out,
        pagesize=A4,
        title=t.gettext("{name} · {number} · dossier", name=said.name, number=grove.number),
        author=said.authority,
        subject=facts.register_name,
        lang=t.html_lang,
        made_at=facts.made_at,
    )
    pen, running = Pen(canvas, fonts), _running(said, facts)
    draw_grove_cover(pen, said, facts, running)
    flow = Flow(pen, running)
    _draw_pages(flow, said, facts, members, agreements)
    flow.close()
    canvas.save()


def _draw_pages(
    flow: Flow,
    said: GroveSaid,
    facts: RegisterFacts,
    members: Sequence[TreeRecord],
    agreements: Sequence[AgreementRecord],
) -> None:
    headings = Headings(flow, said.t)
    flow.new_page()
    headings(said.t.gettext("Survey form of the grove"), note=said.language_note(said.tree.text_lang))
    for line in view_lines(facts, said.t):
        flow.paragraph(line, colour=SEAL)
    sections = [form_section(said, title, rows) for title, rows in _form_plan(said.t)]
    draw_form(flow, sections, label_width=LABEL_WIDTH[said.t.lang])
    _composition(flow, said, headings)
    _texts(flow, said, headings)
    _position(flow, said, headings, members, facts)
    _members(flow, said, headings, members)
    draw_designations(flow, said, headings)
    draw_inspections(flow, said, headings)
    _agreements(flow, said, headings, agreements)
    draw_photos(flow, said, headings)
    draw_doubts(flow, said, headings)
    draw_history(flow, said, headings, facts)
    draw_source(flow, said, headings, facts)
    draw_signatures(flow, said)


def _form_plan(t: Translator) -> list[tuple[str, tuple[str, ...]]]:
    """The sections of the grove form and the fields of their rows, in the order of the official form of the
    third census; what only that of the second asks stands beside what it belongs to."""
    _ = t.gettext
    return [
        (
            _("Basics"),
            (
                "number name status",
                "?aliases",
                "census_scope survey_method",
                "authority jurisdiction",
                "?garden_no ?place_no",
            ),
        ),
        (
            _("Place and setting"),
            (
                "division town",
                "village small_place",
                "?address",
                "growth_place lon lat",
                "extent_text",
                "elevation_m area_ha",
                "?datum ?position_precision",
            ),
        ),
        (
            _("Site conditions"),
            ("slope slope_position aspect", "soil soil_depth"),
        ),
        (
            _("Trees and grades"),
            (
                "tree_count file_count protection_grade",
                "?grade_scheme ?listing",
                "count_first count_second count_third",
                "share_over_500 share_300_500 share_100_300",
                "mean_age_years max_age_years",
                "?dominant_species ?target_species",
            ),
        ),
        (
            _("State of protection"),
            ("department ownership", "steward", "lead cooperating", "protection_measures"),
        ),
        (
            _("Structure of the stand"),
            (
                "layers",
                "canopy_closure mean_diameter_cm mean_height_m",
                "shrub_species shrub_cover_percent shrub_height_m",
                "herb_species herb_cover_percent herb_height_m",
            ),
        ),
        (
            _("Values and changes"),
            ("values", "values_note", "disturbance", "care_advice", "change_reason", "photo_note", "notes"),
        ),
    ]


def _composition(flow: Flow, said: GroveSaid, heading: Headings) -> None:
    shares, t = said.tree.composition, said.t
    if not shares:
        return
    keep = min(60.0 + 21.0 * len(shares), 320.0)
    heading(t.label("composition"), note=said.language_note(said.tree.text_lang), keep=keep)
    columns = [
        Column(t.gettext("No."), 0.8, colour=SOFT),
        Column(t.gettext("Species"), 4.0),
        Column(t.gettext("Latin as recorded"), 4.4, role="italic"),
        Column(t.label("tree_count"), 1.8, align="right"),
        Column(t.gettext("Share"), 1.6, align="right"),
    ]
    rows = [
        [
            str(place),
            share.name_verbatim,
            share.latin_verbatim or "",
            "—" if share.tree_count is None else t.number(share.tree_count, 0),
            "—" if share.share_percent is None else f"{share.share_percent:g}%",
        ]
        for place, share in enumerate(shares, start=1)
    ]
    counts = [share.tree_count for share in shares]
    counted = sum(count for count in counts if count is not None)
    if len(shares) > 1 and counted:
        rows.append(["", t.gettext("Total"), "", t.number(counted, 0), ""])
    flow.table(columns, rows)
    whole = said.tree.tree_count
    if whole is not None and counted and counted != whole:
        sentence = t.gettext(
            "The species are counted as {counted} trees, the form says {whole}; neither was corrected.",
            counted=t.number(counted, 0),
            whole=t.number(whole, 0),
        )
        flow.paragraph(sentence, size=SMALL, colour=SOFT)


def _texts(flow: Flow, said: GroveSaid, heading: Headings) -> None:
    """Texts that are too long for a cell of the form."""
    t = said.t
    fields = ("extent_text", "layers", "protection_measures", "values", "values_note", "disturbance",
              "care_advice", "change_reason", "photo_note", "notes")  # fmt: skip
    told = [
        (f, text) for f in fields if (text := said.value(f)) and (len(text) > FORM_TEXT_LIMIT or f == "notes")
    ]
    if not told:
        return
    heading(t.gettext("Texts of the form"), note=said.language_note(said.tree.text_lang), keep=30)
    for field, text in told:
        flow.gap(3)
        flow.need(34)
        flow.paragraph(t.label(field), size=SMALL, colour=SOFT)
        flow.paragraph(text, size=BODY + 0.5, role="serif", leading=1.75)


def _position(
    flow: Flow, said: GroveSaid, heading: Headings, members: Sequence[TreeRecord], facts: RegisterFacts
) -> None:
    grove, t = said.tree, said.t
    _ = t.gettext
    if grove.position_precision != Precision.EXACT:
        heading(_("Position"), keep=24)
        flow.paragraph(
            _("The exact place is not published, so that the trees are left in peace."), colour=SOFT
        )
        return
    if not has_map(grove, members):
        return
    heading(_("Position and extent"), keep=MAP_HEIGHT + 6)
    top = flow.y
    draw_grove_map(flow.pen, MARGIN, top - MAP_HEIGHT, span(8), MAP_HEIGHT, grove, members)
    x, width, y = column_x(8) + 4, span(4) - 4, top - 8
    for field in ("lon", "lat", "datum", "area_ha", "elevation_m"):
        value = said.value(field)
        if value is not None and (field != "datum" or grove.lon is not None):
            flow.pen.text(x, y, t.label(field), SMALL, colour=SOFT)
            y = flow.pen.lines(x, y - 12, wrap(flow.pen.fonts, value, "sans", 8.8, width), 8.8) - 2
    notes = [_("Drawn from the register alone; not a survey map.")]
    if any(tree.lon is not None for tree in members):
        notes.insert(0, _("Green dots are its trees that have files."))
    if grove.boundary:
        notes.insert(0, _("The line is the boundary on record."))
    if facts.map_review_no:
        notes.append(_("Map review number: {number}", number=facts.map_review_no))
    for sentence in notes:
        lines = wrap(flow.pen.fonts, sentence, "sans", SMALL, width)
        y = flow.pen.lines(x, y - 2, lines, SMALL, colour=SOFT)
    flow.y = min(top - MAP_HEIGHT, y) - 6


def _members(flow: Flow, said: GroveSaid, heading: Headings, members: Sequence[TreeRecord]) -> None:
    """The trees with files, and how many have none."""
    grove, t = said.tree, said.t
    _ = t.gettext
    if not members and not grove.file_count:
        return
    heading(_("Trees with files of their own"))
    if members:
        columns = [
            Column(_("No."), 0.8, size=7.6, colour=SOFT),
            Column(t.label("tree_no"), 2.8),
            Column(t.gettext("Species"), 3.0),
            Column(t.label("age_years"), 2.0),
            Column(f"{t.label('girth_cm')} cm", 1.5, align="right"),
            Column(f"{t.label('height_m')} m", 1.4, align="right"),
            Column(t.label("vigour"), 1.5),
            Column(t.label("protection_grade"), 1.5),
        ]
        flow.table(columns, [_member(place, tree, t) for place, tree in enumerate(members, start=1)])
    told = [
        t.ngettext(
            "{count} tree has a file of its own", "{count} trees have files of their own", grove.file_count
        )
    ]
    if grove.tree_count is not None:
        told.append(t.gettext("the form counts {count}", count=t.number(grove.tree_count, 0)))
    if len(members) < grove.file_count:
        told.append(t.ngettext("{count} is not in this copy", "{count} are not in this copy",
                               grove.file_count - len(members)))  # fmt: skip
    flow.paragraph(_(", ").join(told) + ("。" if t.lang == "zh" else "."), size=SMALL, colour=SOFT)


def _member(place: int, tree: TreeRecord, t: Translator) -> list[str]:
    size = tree.size
    name = tree.name_zh or tree.name_verbatim or tree.name_latin or tree.name_en or "—"
    status = "" if tree.status == TreeStatus.ALIVE else f" ({t.word(TreeStatus, tree.status)})"
    return [
        str(place),
        tree.tree_no,
        (tree.name_en or tree.name_latin or name) + status if t.lang == "en" else name + status,
        age_words(t, tree.age_years, tree.age_basis) if tree.age_years is not None else "—",
        f"{size.girth_cm:g}" if size and size.girth_cm is not None else "—",
        f"{size.height_m:g}" if size and size.height_m is not None else "—",
        t.word(Vigour, tree.vigour) or "—",
        t.word(Grade, tree.protection_grade) or "—",
    ]


def _agreements(
    flow: Flow, said: GroveSaid, heading: Headings, agreements: Sequence[AgreementRecord]
) -> None:
    """Care agreements, in the office's copy."""
    t = said.t
    _ = t.gettext
    if not agreements:
        return
    heading(_("Care agreements"))
    columns = [
        Column(_("Signed on"), 1.8),
        Column(_("With"), 3.4),
        Column(_("Unit or person"), 1.5),
        Column(_("Agreement"), 2.8),
        Column(_("Valid to"), 1.8),
        Column(t.label("ended_on"), 1.8),
    ]
    rows = [
        [
            each.signed_on.isoformat(),
            each.party,
            t.word(PartyKind, each.party_kind),
            each.document_no or "—",
            each.valid_to.isoformat() if each.valid_to else "—",
            each.ended_on.isoformat() if each.ended_on else "—",
        ]
        for each in agreements
    ]
    flow.table(columns, rows)


def _running(said: GroveSaid, facts: RegisterFacts) -> Running:
    _ = said.t.gettext
    number = f"{said.t.label('grove_no')} {said.tree.number}"
    if facts.edition is not None:
        number += " · " + _("edition {edition}", edition=facts.edition)
    return Running(
        head=f"{said.name} · {facts.register_name}",
        head_right=number,
        foot=_(
            "History head {head} · made on {day}",
            head=facts.history_head,
            day=facts.made_at.date().isoformat(),
        ),
        page_of=_("page {page} of {total}"),
        sample=_("SAMPLE") if facts.is_demonstration else None,
    )
