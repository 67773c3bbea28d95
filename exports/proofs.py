"""The proof of a document on its way out: the record inside it, what is printed of the proof, where it lies.

The record travels as `record.json` in the one canonical form, so that its digest is the one that was signed.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from exports.dossier_text import shown_flags
from exports.flow import Flow, Running
from exports.kit import BARK, CARD, INK, LINE, MARGIN, SOFT, WIDTH, Pen, fit_lines, wrap
from exports.pdf_archive import Attachment
from exports.pdf_canvas import ArchiveCanvas
from exports.pictures import draw_qr
from exports.qr import encode_batch
from exports.record_json import canonical_json, record_values
from exports.sketch_map import is_generalised
from registry.proof_records import Proof, Signer, Statement, prove
from registry.records import AreaRecord, RegisterFacts, TreeRecord
from registry.vocab.language import Translator

RECORD_FORMAT = "gushu-record-1"
RECORD_FILE, PROOF_FILE = "record.json", "proof.json"
STRIP_HEIGHT = 96.0
LAST_STRIP = STRIP_HEIGHT + 14
"""Points that the strip at the end of a document takes, with the space before it."""
QR_STRIP = 80.0
"""Points: a code of 53 modules is read from paper at 150 dots to the inch."""
CODE_LINE = 56.0
"""Baseline of the check code on a cover, above the foot."""
_PAD = 8.0
_WORDS, _LEAST_WORDS, _LEADING = 7.4, 4.8, 1.5


def told_tree(tree: TreeRecord, facts: RegisterFacts) -> dict[str, Any]:
    """What a document of a tree says of it. An exact place that is not to be shown does not travel along."""
    if is_generalised(tree) and not facts.is_restricted:
        tree = replace(tree, lon=None, lat=None, flags=tuple(shown_flags(tree)))
    return record_values(tree)


def record_file(
    record: TreeRecord | AreaRecord, facts: RegisterFacts, more: Mapping[str, Any] | None = None
) -> bytes:
    """The record as JSON, in its canonical form.

    more: what else is told, by name: a record, or numbers of records; what is None or empty is left out.
    """
    is_tree = isinstance(record, TreeRecord)
    values: dict[str, Any] = {
        "format": RECORD_FORMAT,
        "kind": "tree" if isinstance(record, TreeRecord) else record.kind,
        "is_restricted": facts.is_restricted,
        "record": told_tree(record, facts) if isinstance(record, TreeRecord) else record_values(record),
    }
    if facts.view is not None and is_tree:
        values["view"] = record_values(facts.view)
    for name, part in (more or {}).items():
        if part:
            values[name] = part if isinstance(part, list) else record_values(part)
    return canonical_json(values)


def prove_record(
    record: TreeRecord | AreaRecord,
    facts: RegisterFacts,
    signer: Signer,
    more: Mapping[str, Any] | None = None,
) -> Proof:
    """The proof of a document that is made from `record`, signed with the register's key."""
    content, view = record_file(record, facts, more), facts.view
    if not isinstance(record, TreeRecord):
        return prove_content(content, record.kind, record.uuid, record.number, facts, signer)
    view_seq = None if view is None else (view.seq if view.kind == "as_of" else 0)
    return prove_content(content, "tree", record.uuid, record.tree_no, facts, signer, view_seq)


def prove_content(
    content: bytes,
    kind: str,
    uuid: str,
    number: str,
    facts: RegisterFacts,
    signer: Signer,
    view_seq: int | None = None,
) -> Proof:
    """The proof of a document that holds `content`, the record as JSON; kind, uuid, number: its own."""
    statement = Statement(
        kind=kind,
        uuid=uuid,
        number=number,
        register=facts.register_name,
        made_at=facts.made_at.replace(microsecond=0),
        history_head=facts.history_head,
        history_seq=facts.history_seq,
        record_sha256=hashlib.sha256(content).hexdigest(),
        is_restricted=facts.is_restricted,
        view_seq=view_seq,
    )
    return prove(statement, content, signer.sign, signer.public_key)


@dataclass(frozen=True, slots=True)
class Paper:
    """What a document that is handed out or filed carries along: the record as JSON, and its proof.

    The check code stands in the foot of every page, the strip with its QR code at the end.
    """

    content: bytes
    proof: Proof | None
    facts: RegisterFacts

    def foot(self, running: Running, t: Translator) -> Running:
        """What runs on each page, with the check code in its foot."""
        if self.proof is None:
            return running
        code = f"{t.gettext('Check code')} {self.proof.check_code}"
        return replace(running, foot=" · ".join(filter(None, (code, running.foot))))

    def texts(self, *languages: Translator) -> list[str]:
        """What it says on the pages, for the fonts."""
        if self.proof is None:
            return []
        return [text for t in languages for text in (t.gettext("Check code"), *proof_words(self.proof, t))]


def make_paper(
    kind: str, uuid: str, number: str, record: Any, facts: RegisterFacts, signer: Signer | None
) -> Paper:
    """The paper of a document made from a frozen record. signer: None where nothing can be proved."""
    content = canonical_json(
        {
            "format": RECORD_FORMAT,
            "kind": kind,
            "is_restricted": facts.is_restricted,
            "record": record_values(record),
        }
    )
    proof = None if signer is None else prove_content(content, kind, uuid, number, facts, signer)
    return Paper(content, proof, facts)


def close_paper(flow: Flow, paper: Paper | None, *languages: Translator) -> None:
    """Finish a document: strip, record, proof, file. languages: of the strip, one or two."""
    canvas = flow.pen.canvas
    if paper is not None and paper.proof is not None:
        draw_last_strip(flow, paper.proof, paper.facts, *languages)
    flow.close()
    if paper is not None:
        attach_record(canvas, paper.content, paper.proof)
    canvas.save()


def attach_record(canvas: ArchiveCanvas, content: bytes, proof: Proof | None) -> None:
    """Put the record, and its proof where there is one, into the PDF."""
    about = "The record that this document was made from"
    canvas.file.attach(Attachment(RECORD_FILE, content, "application/json", "Data", about))
    if proof is not None:
        about = "What proves that the record was in the register"
        canvas.file.attach(Attachment(PROOF_FILE, proof.to_json(), "application/json", "Supplement", about))


def proof_words(proof: Proof, t: Translator) -> list[str]:
    """What is printed beside the code: what it proves, and how anybody checks it."""
    statement = proof.statement
    said = t.gettext(
        "This copy holds the record as the register {register} had it at event {seq} of its history "
        "({when}).",
        register=statement.register,
        seq=t.number(statement.history_seq, 0),
        when=statement.made_at.strftime("%Y-%m-%d %H:%M UTC"),
    )
    how = t.gettext(
        "Scan the code and compare the check code; the office checks the file with gushu verify --file."
    )
    return [said, how]


def draw_cover_code(pen: Pen, proof: Proof, t: Translator) -> None:
    """The check code at the foot of a cover."""
    label = t.gettext("Check code")
    pen.text(MARGIN, CODE_LINE, label, 7.4, colour=SOFT)
    x = MARGIN + pen.fonts.width(label, "sans", 7.4) + 8
    pen.text(x, CODE_LINE, proof.check_code, 9.4, role="serif", colour=BARK)
    x += pen.fonts.width(proof.check_code, "serif", 9.4) + 10
    hint = t.gettext("what it proves, and its QR code, stand on the last page")
    pen.fitted(x, CODE_LINE, hint, 7, MARGIN + WIDTH - x, colour=SOFT)


def draw_last_strip(flow: Flow, proof: Proof, facts: RegisterFacts, *languages: Translator) -> None:
    """The strip with the proof at the end of a document, in one language or two."""
    flow.gap(LAST_STRIP - STRIP_HEIGHT)
    flow.need(STRIP_HEIGHT)
    draw_proof_strip(flow.pen, flow.y, proof, facts.public_address, *languages)
    flow.y -= STRIP_HEIGHT


def draw_proof_strip(
    pen: Pen, top: float, proof: Proof, public_address: str | None, t: Translator, *under: Translator
) -> None:
    """A strip over the width with code, check code and words, below `top`; `STRIP_HEIGHT` high.

    under: further languages, which say the same smaller.
    """
    low = top - STRIP_HEIGHT
    pen.box(MARGIN, low, WIDTH, STRIP_HEIGHT, fill=CARD, stroke=LINE)
    x = MARGIN + 12
    if public_address:
        draw_proof_code(pen, MARGIN + _PAD, low + _PAD, QR_STRIP, proof, public_address)
        x += QR_STRIP + 8
    room = MARGIN + WIDTH - x - 12
    label = " ".join(each.gettext("Check code") for each in (t, *under))
    pen.text(x, top - 17, label, 7.4, colour=SOFT)
    pen.text(x, top - 35, proof.check_code, 14, role="serif", colour=BARK)
    y = top - 52 + 4 * len(under)
    said = [("\n".join(proof_words(proof, t)), 1.0, INK)]
    said += [(" ".join(proof_words(proof, each)), 0.8, SOFT) for each in under]

    def height(size: float) -> float:
        counts = [(len(wrap(pen.fonts, text, "sans", size * part, room)), part) for text, part, _c in said]
        return sum(count * size * part * _LEADING for count, part in counts)

    size = _WORDS
    while size > _LEAST_WORDS and height(size) > y - low:
        size *= 0.96
    for text, part, colour in said:
        own = size * part
        most = max(int((y - low - 4) / (own * _LEADING)) + 1, 1)
        _own, lines = fit_lines(pen.fonts, text, "sans", own, room, most, own)
        y = pen.lines(x, y, lines, own, colour=colour, leading=_LEADING)


def draw_proof_code(pen: Pen, x: float, y: float, size: float, proof: Proof, public_address: str) -> None:
    """The QR code alone, from its lower left corner."""
    matrix = encode_batch([proof.address(public_address)], correction="M")[0]
    draw_qr(pen, x, y, size, matrix)
