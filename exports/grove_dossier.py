"""The dossiers of groves (古树群), heritage gardens (历史名园), places and elements: whole files on A4 in the
look and with the fifteen parts of a tree's.

The same record and the same facts give the same bytes.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from exports.area_parts import (
    MAP_HEIGHT,
    draw_area_texts,
    draw_composition,
    draw_extent,
    draw_holdings,
    draw_members,
)
from exports.dossier_care import care_texts, draw_zones
from exports.dossier_content import area_mark
from exports.dossier_form import LABEL_WIDTH, form_section
from exports.dossier_pages import Pages
from exports.dossier_text import texts_of
from exports.flow import Flow, Running
from exports.fonts import Fonts, new_canvas, prepare_fonts
from exports.form import draw_form
from exports.grove_cover import draw_grove_cover
from exports.grove_form import form_plan
from exports.grove_map import has_map
from exports.grove_text import GroveSaid, grove_characters
from exports.kit import A4, BODY, SEAL, SOFT, Pen
from exports.legal_rows import draw_agreements, draw_stories, draw_surveys
from exports.proofs import attach_record, draw_cover_code, prove_record, record_file
from exports.views import view_lines
from registry.ledger_records import AgreementRecord
from registry.legal_file_records import LegalFileRecord
from registry.office_records import OfficeCare
from registry.proof_records import Proof, Signer
from registry.records import AreaRecord, RegisterFacts, TreeRecord
from registry.vocab.language import Translator
from registry.vocab.words import Precision

WEIGHED = 250
"""So many members are as much to draw, and to keep in mind, as one more dossier."""


class AreaDossier(NamedTuple):
    """What the dossier of a grove, garden, place or element is made from; see `write_grove_dossier`."""

    area: AreaRecord
    members: Sequence[TreeRecord] = ()
    holdings: Sequence[AreaRecord] = ()
    file: LegalFileRecord | None = None
    care: OfficeCare | None = None
    proof: Proof | None = None

    @property
    def number(self) -> str:
        """The record's number."""
        return self.area.number

    @property
    def file_name(self) -> str:
        """Its kind and its tilde-encoded number."""
        return f"{self.area.kind}-{self.area.path}.pdf"

    @property
    def weight(self) -> int:
        """How many dossiers of single trees it is worth."""
        return 1 + len(self.members) // WEIGHED

    def mark(self, facts: RegisterFacts, t: Translator, *, is_proved: bool) -> str:
        """The mark of all that it says."""
        more = (self.members, self.holdings, self.file, self.care)
        return area_mark(self.area, more, facts, t, is_proved=is_proved)

    def characters(self, facts: RegisterFacts, t: Translator) -> frozenset[str]:
        """Every character that it may draw."""
        needed = grove_characters((self.area, *self.members, *self.holdings), facts, t)
        needed = needed.union(*texts_of(self.file)) if self.file is not None else needed
        if self.care is not None:
            needed = needed.union(*texts_of(self.care), *care_texts(self.care, t))
        return needed

    def proved(self, facts: RegisterFacts, signer: Signer) -> "AreaDossier":
        """The same with its proof."""
        return self._replace(proof=prove_record(self.area, facts, signer, self.told()))

    def told(self) -> dict[str, Any]:
        """What travels in the PDF beside the record."""
        return {
            "care": self.care,
            "legal_file": self.file,
            "members": [tree.tree_no for tree in self.members],
            "holdings": [each.number for each in self.holdings],
        }

    def write(self, facts: RegisterFacts, out: BinaryIO, t: Translator, fonts: Fonts) -> None:
        """Draw it."""
        write_grove_dossier(
            self.area, facts, out, language=t, members=self.members, holdings=self.holdings, fonts=fonts,
            care=self.care, file=self.file, proof=self.proof,
        )  # fmt: skip


def write_grove_dossier(
    grove: AreaRecord,
    facts: RegisterFacts,
    out: BinaryIO,
    *,
    language: Translator,
    members: Sequence[TreeRecord] = (),
    holdings: Sequence[AreaRecord] = (),
    agreements: Sequence[AgreementRecord] = (),
    fonts: Fonts | None = None,
    extra_fonts: Sequence[Path] = (),
    care: OfficeCare | None = None,
    file: LegalFileRecord | None = None,
    proof: Proof | None = None,
    signer: Signer | None = None,
) -> None:
    """Write the dossier of one grove, garden, place or element: PDF/A-3b, with the record inside it.

    members: its trees that have files of their own. holdings: groves and elements within it.
    agreements, care: for the office's copy alone. file: the fifteen parts with what the register holds.
    proof: what proves that the record was in the register. signer: makes one.
    fonts: faces that hold every character; prepared here if None. Raises GlyphMissingError.
    """
    t = language
    draft = AreaDossier(grove, tuple(members), tuple(holdings), file, care, proof)
    if proof is None and signer is not None:
        proof = draft.proved(facts, signer).proof
    if fonts is None:
        needed = draft.characters(facts, t).union(grove_characters(tuple(agreements), facts, t))
        fonts = prepare_fonts(sorted(needed), extra_fonts=extra_fonts)
    said = GroveSaid(grove, t)
    canvas = new_canvas(
        out,
        pagesize=A4,
        title=t.gettext("{name} · {number} · dossier", name=said.name, number=grove.number),
        author=said.authority,
        subject=facts.register_name,
        keywords=draft.mark(facts, t, is_proved=proof is not None),
        lang=t.html_lang,
        made_at=facts.made_at,
    )
    pen, running = Pen(canvas, fonts), _running(said, facts)
    draw_grove_cover(pen, said, facts, running, file, holdings)
    if proof is not None:
        draw_cover_code(pen, proof, t)
    flow = Flow(pen, running)
    pages = AreaPages(flow, said, facts, (), care, file, proof)
    pages.members, pages.holdings, pages.signed = members, holdings, agreements
    pages.draw()
    flow.close()
    attach_record(canvas, proof.record if proof else record_file(grove, facts, draft.told()), proof)
    canvas.save()


class AreaPages(Pages):
    """The parts of a grove or garden, where they are other than those of a tree."""

    members: Sequence[TreeRecord] = ()
    holdings: Sequence[AreaRecord] = ()
    signed: Sequence[AgreementRecord] = ()

    @property
    def area(self) -> GroveSaid:
        """What the record says."""
        assert isinstance(self.said, GroveSaid)  # noqa: S101 - it was made with one
        return self.said

    def survey(self) -> bool:
        """The form, the composition, what stands in it."""
        flow, said = self.flow, self.area
        _ = self.t.gettext
        title = _("Survey form of the grove") if said.tree.kind == "grove" else ""
        self.heading.begin("survey", title=title, note=said.language_note(said.tree.text_lang))
        for line in view_lines(self.facts, self.t):
            flow.paragraph(line, colour=SEAL)
        plan = form_plan(said.tree.kind, self.t)
        sections = [form_section(said, name, rows) for name, rows in plan]
        draw_form(flow, sections, label_width=LABEL_WIDTH[self.t.lang])
        draw_composition(flow, said, self.heading)
        draw_area_texts(flow, said, self.heading)
        draw_surveys(flow, self.heading, self.file, self.t)
        draw_holdings(flow, self.heading, self.holdings, self.t)
        draw_members(flow, said, self.heading, self.members)
        return True

    def zone(self) -> bool:
        """Boundary and trees on a sketch map, and the zones."""
        grove = self.area.tree
        zones = self.care.zones if self.care is not None else self.file.zones if self.file else ()
        is_hidden, is_drawn = grove.position_precision != Precision.EXACT, has_map(grove, self.members)
        if not is_hidden and not is_drawn and not zones:
            return False
        self.heading.begin("zone", keep=MAP_HEIGHT + 6 if is_drawn else 24)
        if is_hidden:
            hidden = self.t.gettext("The exact place is not published, so that the trees are left in peace.")
            self.flow.paragraph(hidden, colour=SOFT)
        elif is_drawn:
            draw_extent(self.flow, self.area, self.members, self.facts)
        if zones:
            draw_zones(self.flow, zones, self.t)
        elif told := self.heading.words("zone"):
            self.flow.paragraph(told, size=8.6, colour=SOFT)
        return True

    def agreement(self) -> bool:
        """Care agreements, of the file or as they were given."""
        if super().agreement():
            return True
        if self.signed:
            self.heading.begin("agreement")
            draw_agreements(self.flow, self.signed, self.t, is_public=self.is_public)
        return bool(self.signed)

    def story(self) -> bool:
        """What is told of it: its description, and stories."""
        told = self.area.detail("description")
        stories = self.file.stories if self.file is not None else ()
        if not told and not stories:
            return False
        self.heading.begin("story", note=self.area.language_note(self.area.tree.text_lang), keep=30)
        if told:
            self.flow.paragraph(str(told), size=BODY + 0.5, role="serif", leading=1.75)
        draw_stories(self.flow, stories, self.t, is_public=self.is_public)
        return True


def _running(said: GroveSaid, facts: RegisterFacts) -> Running:
    _ = said.t.gettext
    number = f"{said.number_label} {said.tree.number}"
    if facts.edition is not None:
        number += " · " + _("edition {edition}", edition=facts.edition)
    return Running(
        head=f"{said.name} · {facts.register_name}",
        head_right=number,
        foot=_(
            "History head {head} · made on {day}",
            head=facts.history_head,
            day=facts.made_on.isoformat(),
        ),
        page_of=_("page {page} of {total}"),
        sample=_("SAMPLE") if facts.is_demonstration else None,
    )
