"""Adopting a rule pack: from when on the office goes by it, where, and on whose document."""

from datetime import date, datetime
from pathlib import Path

from sqlmodel import Session, col, select

from registry.commands.history import Change, record_event
from registry.errors import Phrase, RuleAdoptionError, unwritable
from registry.models import Division, RuleAdoption
from registry.rulepacks import RULEPACK_FOLDER, PackLibrary, RulePack, pack_digest


def adopt_pack(
    session: Session,
    pack: RulePack,
    file: Path,
    *,
    adopted_on: date,
    document_no: str | None,
    actor: str,
    now: datetime,
    division_id: str | None = None,
    jurisdiction: str | None = None,
    note: str | None = None,
) -> RuleAdoption:
    """Go by `pack`, whose file is `file`, from `adopted_on` on.

    document_no: the decision to do so; the pack's own document where that is enough. An adoption of the same
    pack for the same place ends on that day. Raises RuleAdoptionError.
    """
    document = document_no or (None if pack.needs_document else pack.document_no or None)
    place = jurisdiction or pack.jurisdiction
    _check(session, pack, document, adopted_on, division_id)
    is_urban = bool(pack.scope.is_urban)
    same = select(RuleAdoption).where(
        col(RuleAdoption.pack_id) == pack.id,
        col(RuleAdoption.ended_on).is_(None),
        col(RuleAdoption.jurisdiction) == place,
    )
    changes: list[Change] = []
    for row in session.exec(same):
        if row.division_id != division_id:
            continue
        if row.adopted_on >= adopted_on:
            reason = Phrase("it is adopted from {day} on already", day=row.adopted_on.isoformat())
            raise RuleAdoptionError(pack=pack.id, reason=reason)
        row.ended_on = adopted_on
        session.add(row)
        told = {"ended_on": (None, adopted_on.isoformat())}
        changes.append(Change("rule_adoption", row.id, "updated", told))
    adoption = RuleAdoption(
        pack_id=pack.id,
        jurisdiction=place,
        division_id=division_id,
        is_urban_only=is_urban,
        adopted_on=adopted_on,
        document_no=document,
        note=note,
        sha256=pack_digest(file),
    )
    session.add(adoption)
    session.flush()
    told_new = adoption.model_dump(mode="json", exclude={"id", "document_no", "note"}, exclude_none=True)
    fields = {name: (None, value) for name, value in told_new.items()}
    changes.append(Change("rule_adoption", adoption.id, "created", fields))
    record_event(session, "rules:adopted", changes, actor=actor, at=now, reason=note, document=document)
    return adoption


def _check(
    session: Session, pack: RulePack, document: str | None, adopted_on: date, division_id: str | None
) -> None:
    reason = None
    if pack.is_base:
        reason = Phrase("it is a base for other packs; extend it in a pack of your own")
    elif document is None:
        reason = Phrase("it needs the number of the decision; give it with --document")
    elif not pack.is_valid(adopted_on):
        reason = Phrase("it is not in force on {day}", day=adopted_on.isoformat())
    elif division_id is not None and session.get(Division, division_id) is None:
        reason = Phrase("there is no division {division}", division=division_id)
    if reason is not None:
        raise RuleAdoptionError(pack=pack.id, reason=reason)


def keep_pack(file: Path, pack: RulePack, folder: Path, library: PackLibrary) -> Path:
    """Copy an office's own pack into the register's folder, so that a backup holds it; its new path.

    A shipped pack stays where it is. Raises RuleAdoptionError where the id is taken by another text,
    OutputError.
    """
    if file.parent in {RULEPACK_FOLDER, folder}:
        return file
    taken = library.path(pack.id)
    content = file.read_bytes()
    if taken is not None and taken.read_bytes() != content:
        reason = Phrase("another pack has this id; give yours an id of its own, such as {other}",
                        other=f"{pack.id}-2")  # fmt: skip
        raise RuleAdoptionError(pack=pack.id, reason=reason)
    target = folder / f"{pack.id}.toml"
    aside = target.with_name(target.name + ".part")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        aside.write_bytes(content)
        aside.replace(target)
    except OSError as error:
        raise unwritable(target, error) from error
    return target
