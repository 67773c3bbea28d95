"""The edition's plates of other makers and former hosts: by a hash of what their codes say, and no text."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from sqlmodel import Session, col, select

from registry.commands.importing_decided import survivors
from registry.edition import EditionWriter
from registry.models import PlateBinding
from registry.rules.redaction import plate_held
from registry.rules.tag_codes import plate_ending, plate_hash


def write_plates(session: Session, writer: EditionWriter) -> None:
    """Write the plates that are bound today, so that the page behind a scan finds their record.

    An address of another host is also found by what follows `/T/`, where one plate alone has it: where its
    host sends on to ours, our site sees no more. What may not be told is counted in the report.
    """
    bound = list(_bound(session, writer))
    rows = {plate_hash(text): facts for text, facts in bound}
    endings = [(plate_hash(ending), facts) for text, facts in bound if (ending := plate_ending(text)) != text]
    told = Counter(digest for digest, _facts in endings)
    rows = {digest: facts for digest, facts in endings if told[digest] == 1} | rows
    writer.insert("plate", [{"plate_hash": digest, **rows[digest]} for digest in sorted(rows)])


def _bound(session: Session, writer: EditionWriter) -> Iterator[tuple[str, dict[str, Any]]]:
    """The text of each plate in force that may be told, with its record and since when."""
    plates = session.exec(select(PlateBinding).where(col(PlateBinding.ended_on).is_(None))).all()
    merged = survivors(session, (plate.tree_id for plate in plates if plate.tree_id))
    for plate in plates:
        if reason := plate_held(plate.text):
            writer.report.withheld[f"plate: {reason}"] += 1
            continue
        tree = merged.get(plate.tree_id, plate.tree_id) if plate.tree_id else None
        yield plate.text, {"tree_uuid": tree, "grove_uuid": plate.grove_id, "bound_on": plate.bound_on}
