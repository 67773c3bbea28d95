"""The dossiers of groves, heritage gardens, places and landmark elements."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
import typer
from sqlmodel import Session, col

from registry.area_queries import AREAS, full_areas_of
from registry.chunks import chunks
from registry.cli.app import Office
from registry.cli.exporting import register_facts, signer_of, written
from registry.cli.ledgers import ref_of
from registry.db import reading
from registry.errors import NothingSelectedError, Phrase
from registry.ledgers import select_records
from registry.legal_file import legal_files
from registry.legal_file_records import LegalFileRecord
from registry.models import Tree
from registry.office_care import office_care
from registry.office_records import OfficeCare
from registry.queries import full_trees
from registry.records import AreaRecord, RegisterFacts, TreeRecord
from registry.rulepacks import PackLibrary
from registry.rules.redaction import redact, redact_area
from registry.selection import select_trees
from registry.vocab.words import Precision

if TYPE_CHECKING:
    from exports.grove_dossier import AreaDossier

BATCH = 20
"""Records that are read at a time: their photos wait in memory."""
MOST_MEMBERS = 2000
"""Members that a dossier lists; more are counted."""
_HELD = {"garden": ("grove", "element"), "place": ("grove", "element")}
"""What may stand in a garden or place."""
_NOTHING = {
    "grove": Phrase("anything: there is no grove"),
    "garden": Phrase("anything: there is no heritage garden"),
}


@dataclass(frozen=True)
class _Selection:
    """Areas of one kind whose dossiers are made, read for the office or as the public sees them."""

    session: Session
    office: Office
    kind: str
    facts: RegisterFacts

    @cached_property
    def library(self) -> PackLibrary:
        """The rule packs, read once."""
        return self.office.packs()

    def areas(self, ids: Sequence[str]) -> Iterator[AreaRecord]:
        """The records, with their photos."""
        for full in full_areas_of(self.session, self.kind, list(ids), self.office.paper_photos()):
            yield self._shown(full)

    def files(self, ids: Sequence[str]) -> dict[str, LegalFileRecord]:
        """The legal files of the records."""
        today, lang = self.office.today(self.session), self.office.t.lang
        found = legal_files(self.session, self.kind, ids, self.library, today, lang=lang)
        return {own: full.record if self.facts.is_restricted else full.public for own, full in found.items()}

    def dossiers(self, ids: Sequence[str]) -> Iterator["AreaDossier"]:
        """What the dossiers of the records are made from, read some at a time."""
        from exports.grove_dossier import AreaDossier

        for some in chunks(ids, BATCH):
            files = self.files(some)
            for area in self.areas(some):
                members, holdings = self._members(area), self._holdings(area)
                yield AreaDossier(area, members, holdings, files[area.uuid], self._care(area))

    def _care(self, area: AreaRecord) -> OfficeCare | None:
        """What the office keeps beside the file."""
        if not self.facts.is_restricted or self.kind == "element":
            return None
        today, lang = self.office.today(self.session), self.office.t.lang
        return office_care(self.session, area.uuid, self.library, today, lang=lang, kind=self.kind)

    def _shown(self, full: Any) -> Any:
        record = full.record
        if self.facts.is_restricted:
            return record
        return (redact if isinstance(record, TreeRecord) else redact_area)(record, full.disclosure)[0]

    def _members(self, area: AreaRecord) -> tuple[TreeRecord, ...]:
        """Its trees that have files; for the public none where a place is hidden."""
        owner = getattr(Tree, f"{self.kind}_id", None)
        if owner is None:
            return ()
        chosen = select_trees(()).where(col(owner) == area.uuid).limit(MOST_MEMBERS)
        ids = list(self.session.execute(chosen).scalars())
        trees: Iterator[TreeRecord] = (self._shown(full) for full in full_trees(self.session, ids))
        return tuple(tree for tree in trees if self._is_open(area, tree))

    def _holdings(self, area: AreaRecord) -> tuple[AreaRecord, ...]:
        """The groves and landmark elements within it."""
        found: list[AreaRecord] = []
        for kind in _HELD.get(self.kind, ()):
            table: Any = AREAS[kind]
            owner = col(getattr(table, f"{self.kind}_id"))
            query = sa.select(table.id).where(owner == area.uuid).order_by(table.number)
            ids = list(self.session.execute(query).scalars())
            found += [self._shown(full) for full in full_areas_of(self.session, kind, ids)]
        return tuple(each for each in found if self._is_open(area, each))

    def _is_open(self, area: AreaRecord, row: TreeRecord | AreaRecord) -> bool:
        """Whether a record may be named in the file of its area: for the public, where both places are."""
        if self.facts.is_restricted:
            return True
        return row.position_precision == area.position_precision == Precision.EXACT


def make_area_dossier(
    office: Office, called: str, out: Path, fonts: Sequence[Path], *, restricted: bool, of_then: str | None
) -> None:
    """Make the dossier of one grove, garden, place or element."""
    from exports.grove_dossier import write_grove_dossier

    t = office.t
    if of_then:
        raise typer.BadParameter(t.gettext("--as-of and --effective are for trees"))
    with reading(office.engine()) as session:
        kind, own, _called = ref_of(session, called)
        facts = replace(register_facts(session, office), is_restricted=restricted)
        selection = _Selection(session, office, kind, facts)
        [draft] = selection.dossiers([own])
        with written(out) as stream:
            write_grove_dossier(
                draft.area, facts, stream, language=t, members=draft.members, holdings=draft.holdings,
                extra_fonts=tuple(fonts), care=draft.care, file=draft.file, signer=signer_of(office),
            )  # fmt: skip
    office.say(t.gettext("The dossier of {tree_no}: {path}", tree_no=called, path=out))
    office.answer({"record": called, "path": str(out)})


def area_dossiers(
    session: Session, office: Office, kind: str, where: Sequence[str], facts: RegisterFacts
) -> tuple[int, Iterator["AreaDossier"]]:
    """How many groves or gardens are chosen, and what their dossiers are made from.

    Raises NothingSelectedError, SelectionError.
    """
    ids = select_records(session, kind, where)
    if not ids:
        raise NothingSelectedError(where=" ".join(where) or _NOTHING[kind])
    return len(ids), _Selection(session, office, kind, facts).dossiers(ids)
