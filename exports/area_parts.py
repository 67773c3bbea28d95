"""What the dossier of a grove or garden shows of its own: composition, texts, extent, what stands in it."""

from collections.abc import Sequence

from exports.dossier_text import FORM_TEXT_LIMIT
from exports.flow import Column, Flow
from exports.grove_map import draw_grove_map
from exports.grove_text import GroveSaid, kind_word
from exports.kit import BODY, MARGIN, SMALL, SOFT, column_x, span, wrap
from exports.legal_parts import Parts
from registry.records import AreaRecord, RegisterFacts, TreeRecord
from registry.vocab.language import Translator
from registry.vocab.sentences import age_words
from registry.vocab.words import Grade, TreeStatus, Vigour

MAP_HEIGHT = 226.0


def draw_composition(flow: Flow, said: GroveSaid, parts: Parts) -> None:
    shares, t = said.tree.composition, said.t
    if not shares:
        return
    keep = min(60.0 + 21.0 * len(shares), 320.0)
    parts.sub(t.label("composition"), note=said.language_note(said.tree.text_lang), keep=keep)
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


def draw_area_texts(flow: Flow, said: GroveSaid, parts: Parts) -> None:
    """Texts that are too long for a cell of the form."""
    t = said.t
    fields = ("extent_text", "layers", "protection_measures", "values", "values_note", "disturbance",
              "care_advice", "change_reason", "photo_note", "current_use", "extant_elements",
              "notes")  # fmt: skip
    told = [
        (f, text) for f in fields if (text := said.value(f)) and (len(text) > FORM_TEXT_LIMIT or f == "notes")
    ]
    if not told:
        return
    parts.sub(t.gettext("Texts of the form"), note=said.language_note(said.tree.text_lang), keep=30)
    for field, text in told:
        flow.gap(3)
        flow.need(34)
        flow.paragraph(t.label(field), size=SMALL, colour=SOFT)
        flow.paragraph(text, size=BODY + 0.5, role="serif", leading=1.75)


def draw_extent(flow: Flow, said: GroveSaid, members: Sequence[TreeRecord], facts: RegisterFacts) -> None:
    """The sketch map of the boundary and the trees within it, with the figures of the position beside it."""
    grove, t = said.tree, said.t
    _ = t.gettext
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


def draw_members(flow: Flow, said: GroveSaid, parts: Parts, members: Sequence[TreeRecord]) -> None:
    """The trees with files, and how many have none."""
    grove, t = said.tree, said.t
    _ = t.gettext
    if not members and not grove.file_count:
        return
    parts.sub(_("Trees with files of their own"))
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


def draw_holdings(flow: Flow, parts: Parts, holdings: Sequence[AreaRecord], t: Translator) -> None:
    """Groves, places and landmark elements within it, each with its number."""
    if not holdings:
        return
    _ = t.gettext
    parts.sub(_("Groves and landmarks within it"))
    columns = [Column(_("Kind"), 2), Column(t.label("number"), 2.4), Column(t.label("name"), 4)]
    columns += [Column(t.label("period"), 2), Column(t.label("tree_count"), 1.4, align="right")]
    rows = [
        [
            kind_word(each, t),
            each.number,
            each.name or "—",
            each.period or "—",
            "—" if each.tree_count is None else t.number(each.tree_count, 0),
        ]
        for each in holdings
    ]
    flow.table(columns, rows)
