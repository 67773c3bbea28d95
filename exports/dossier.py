"""The dossier of a tree (一树一档): its whole file on A4, one PDF for each tree.

The same record and the same facts give the same bytes.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from exports.dossier_care import care_texts
from exports.dossier_content import tree_mark
from exports.dossier_cover import draw_cover
from exports.dossier_pages import draw_pages
from exports.dossier_text import Said, dossier_characters, texts_of
from exports.flow import Flow, Running
from exports.fonts import Fonts, new_canvas, prepare_fonts
from exports.kit import A4, Pen
from exports.proofs import attach_record, draw_cover_code, prove_record, record_file
from exports.sketch_map import drawn_neighbours
from exports.views import view_title
from registry.legal_file_records import LegalFileRecord
from registry.office_records import OfficeCare
from registry.proof_records import Proof, Signer
from registry.records import MapPoint, RegisterFacts, TreeRecord
from registry.vocab.language import Translator


class Dossier(NamedTuple):
    """What a dossier is made from: the record, the trees around it, what its legal file holds, and what the
    office keeps beside it."""

    tree: TreeRecord
    neighbours: Sequence[MapPoint] = ()
    file: LegalFileRecord | None = None
    care: OfficeCare | None = None
    proof: Proof | None = None

    @property
    def number(self) -> str:
        """The tree's number."""
        return self.tree.tree_no

    @property
    def file_name(self) -> str:
        """The tilde-encoded number."""
        return f"{self.tree.path}.pdf"

    @property
    def weight(self) -> int:
        """One: it is what others are weighed by."""
        return 1

    def mark(self, facts: RegisterFacts, t: Translator, *, is_proved: bool) -> str:
        """The mark of all that it says."""
        return tree_mark(self.tree, self.neighbours, facts, t, self.file, self.care, is_proved=is_proved)

    def characters(self, facts: RegisterFacts, t: Translator) -> frozenset[str]:
        """Every character that it may draw, those of its neighbours' numbers among them."""
        numbers = (point.tree_no for point in drawn_neighbours(self.tree, self.neighbours))
        needed = dossier_characters(self.tree, facts, t).union(*numbers)
        needed = needed.union(*texts_of(self.file)) if self.file is not None else needed
        return (
            needed.union(*texts_of(self.care), *care_texts(self.care, t)) if self.care is not None else needed
        )

    def proved(self, facts: RegisterFacts, signer: Signer) -> "Dossier":
        """The same with its proof."""
        return self._replace(proof=prove_record(self.tree, facts, signer, self.told()))

    def told(self) -> dict[str, Any]:
        """What travels in the PDF beside the record."""
        return {"care": self.care, "legal_file": self.file}

    def write(self, facts: RegisterFacts, out: BinaryIO, t: Translator, fonts: Fonts) -> None:
        """Draw it."""
        write_dossier(
            self.tree, facts, out, language=t, neighbours=self.neighbours, fonts=fonts, care=self.care,
            file=self.file, proof=self.proof,
        )  # fmt: skip


def write_dossier(
    tree: TreeRecord,
    facts: RegisterFacts,
    out: BinaryIO,
    *,
    language: Translator,
    neighbours: Sequence[MapPoint] = (),
    fonts: Fonts | None = None,
    extra_fonts: Sequence[Path] = (),
    care: OfficeCare | None = None,
    file: LegalFileRecord | None = None,
    proof: Proof | None = None,
    signer: Signer | None = None,
) -> None:
    """Write the dossier of one tree: PDF/A-3b, with the record inside it.

    proof: what proves that the record was in the register; printed, and inside the PDF. signer: makes one.

    file: the fifteen parts with what the register holds of each; without it no part is judged, such as in
    the file of another day.

    care: what the office keeps beside the file, for a dossier that stays in the office.

    neighbours: registered trees around it, for the sketch map; unused where the position is generalised.
    fonts: faces that hold every character of the record; prepared here if None.
    Raises GlyphMissingError where no font draws a character.
    """
    t = language
    draft = Dossier(tree, neighbours, file, care, proof)
    if proof is None and signer is not None:
        proof = draft.proved(facts, signer).proof
    if fonts is None:
        fonts = prepare_fonts(draft.characters(facts, t), extra_fonts=extra_fonts)
    said = Said(tree, t)
    canvas = new_canvas(
        out,
        pagesize=A4,
        title=t.gettext("{name} · {number} · dossier", name=said.name, number=tree.tree_no),
        author=said.authority,
        subject=facts.register_name,
        keywords=draft.mark(facts, t, is_proved=proof is not None),
        lang=t.html_lang,
        made_at=facts.made_at,
    )
    pen = Pen(canvas, fonts)
    running = _running(said, facts)
    draw_cover(pen, said, facts, running, file)
    if proof is not None:
        draw_cover_code(pen, proof, t)
    flow = Flow(pen, running)
    draw_pages(flow, said, facts, neighbours, care, file, proof)
    flow.close()
    attach_record(canvas, proof.record if proof else record_file(tree, facts, draft.told()), proof)
    canvas.save()


def _running(said: Said, facts: RegisterFacts) -> Running:
    _ = said.t.gettext
    number = f"{said.t.label('tree_no')} {said.tree.tree_no}"
    if facts.edition is not None:
        number += " · " + _("edition {edition}", edition=facts.edition)
    made = facts.made_on.isoformat()
    of_then = f" · {view_title(facts.view, said.t)}" if facts.view else ""
    return Running(
        head=f"{said.name} · {facts.register_name}{of_then}",
        head_right=number,
        foot=_("History head {head} · made on {day}", head=facts.history_head, day=made),
        page_of=_("page {page} of {total}"),
        sample=_("SAMPLE") if facts.is_demonstration else None,
    )
