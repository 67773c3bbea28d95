"""Files of one record, for the office: its dossier with all that the office knows."""

import tempfile
from pathlib import Path

from starlette.responses import Response

from datasette_plugins.desk.asking import Ask
from datasette_plugins.desk.record_reading import office_of, ref_of, row_of
from datasette_plugins.desk.routing import Route, record_place
from registry.area_queries import AREAS
from registry.cli.area_dossiers import make_area_dossier
from registry.cli.asof import care_of, file_of, legal_file_of
from registry.cli.exporting import signer_of, written
from registry.errors import Phrase, RecordKindError
from registry.rules.permissions import Right
from registry.selection import neighbours_of


def dossier(ask: Ask) -> Response:
    """The dossier for the office (PDF): nothing held back, not to be handed on."""
    from exports.dossier import write_dossier

    ask.demand(Right.FILE, ask.place)
    office = office_of(ask)
    with ask.write() as session:
        kind, own, called = ref_of(ask, session)
        number = row_of(session, kind, own).tree_no if kind == "tree" else called
        ask.audit(session, "export made", (kind, own), what="dossier")
    if kind not in {"tree", *AREAS}:
        raise RecordKindError(record=called, kinds=Phrase("trees, groves, gardens and places"))
    with tempfile.TemporaryDirectory(prefix="gushu-") as folder:
        out = Path(folder) / "dossier.pdf"
        if kind != "tree":
            make_area_dossier(office, called, out, (), restricted=True, of_then=None)
        else:
            with ask.read() as session:
                tree, facts = file_of(session, office, number, None, None, restricted=True, own=own)
                around = neighbours_of(session, tree, restricted=True)
                care = care_of(session, office, tree, facts)
                whole = legal_file_of(session, office, tree, facts)
                with written(out) as stream:
                    write_dossier(
                        tree, facts, stream, language=ask.t, neighbours=around, care=care, file=whole,
                        signer=signer_of(office),
                    )  # fmt: skip
        return pdf(out.read_bytes(), f"dossier-{number}")


def pdf(content: bytes, name: str) -> Response:
    """A PDF to keep; its name in ASCII."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "-" for c in name)[:80]
    headers = {"content-disposition": f'attachment; filename="{plain}.pdf"'}
    return Response(content, media_type="application/pdf", headers=headers)


ROUTES = (Route("GET", "/record/{kind}/{id}/dossier.pdf", dossier, Right.EXPORT, subject=record_place),)
