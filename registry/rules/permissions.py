"""Who may do what, where. The button and the command ask this one function. Pure: facts come in."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from registry.vocab.desk_words import ReviewLevel, Role


class Right(StrEnum):
    """What may be done at the desk."""

    FIELD = "field"
    """See a record as the field needs it: position, sizes, who looks after it, photos."""
    SUBMIT = "submit"
    """Send in what was found."""
    FILE = "file"
    """See the office's whole file of a record, and its private photos and documents."""
    REVIEW = "review"
    """Decide on what was sent in."""
    RECORD = "record"
    """Change records: import, cases, tags, groves, gardens, parties."""
    EXPORT = "export"
    """Take files out: tags, dossiers, tables, evidence."""
    PUBLISH = "publish"
    """Make and withdraw public editions; rule packs and settings of the register."""
    ACCOUNTS = "accounts"
    """Make accounts, give roles, reset passwords."""
    AUDIT = "audit"
    """See who looked at what and did what."""


REVIEWER_LEVELS = {
    Role.REVIEWER_COUNTY: ReviewLevel.COUNTY,
    Role.REVIEWER_CITY: ReviewLevel.CITY,
    Role.REVIEWER_PROVINCE: ReviewLevel.PROVINCE,
}
_REVIEWER = frozenset({Right.FIELD, Right.SUBMIT, Right.FILE, Right.REVIEW})
RIGHTS: dict[Role, frozenset[Right]] = {
    Role.INSPECTOR: frozenset({Right.FIELD, Right.SUBMIT}),
    Role.CARETAKER: frozenset({Right.FIELD, Right.SUBMIT}),
    Role.REVIEWER_COUNTY: _REVIEWER,
    Role.REVIEWER_CITY: _REVIEWER,
    Role.REVIEWER_PROVINCE: _REVIEWER,
    Role.REGISTRAR: frozenset(
        {Right.FIELD, Right.SUBMIT, Right.FILE, Right.RECORD, Right.EXPORT, Right.PUBLISH}
    ),
    Role.ADMINISTRATOR: frozenset({Right.ACCOUNTS, Right.PUBLISH}),
    Role.AUDITOR: frozenset({Right.FILE, Right.AUDIT, Right.EXPORT}),
}
"""What each role may. A caretaker's rights hold for the records that are in his or her care, alone."""
FIELD_ROLES = frozenset({Role.INSPECTOR, Role.CARETAKER})
"""Roles that a printed code may sign in; whoever has another one signs in with a password."""
WHOLE_REGISTER_ONLY = frozenset({Right.PUBLISH, Right.ACCOUNTS, Right.AUDIT})
"""Rights over the register as a whole: a role that is held within a division does not give them."""


@dataclass(frozen=True, slots=True)
class Grant:
    """One role within a division and all below it; everywhere where `division_id` is None."""

    role: Role
    division_id: str | None = None


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody at the desk. `limited_to`: rights of a token that has fewer than its account; None: all."""

    account_id: str
    login: str
    grants: tuple[Grant, ...] = ()
    party_id: str | None = None
    limited_to: frozenset[Right] | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record is: its division and all above it, and the parties that now look after it."""

    divisions: tuple[str, ...] = ()
    stewards: frozenset[str] = field(default_factory=frozenset)


def may(holder: Holder, right: Right, place: Place | None = None) -> bool:
    """Whether somebody may do something; `place` None asks whether anywhere at all."""
    return any(_gives(holder, grant, right, place) for grant in holder.grants)


def review_level(holder: Holder, place: Place) -> ReviewLevel | None:
    """The highest level at which somebody may review a record here; None: not at all."""
    return max(review_levels(holder, place), key=[*ReviewLevel].index, default=None)


def review_levels(holder: Holder, place: Place) -> frozenset[ReviewLevel]:
    """All levels at which somebody may review a record here."""
    return frozenset(
        REVIEWER_LEVELS[grant.role]
        for grant in holder.grants
        if grant.role in REVIEWER_LEVELS and _gives(holder, grant, Right.REVIEW, place)
    )


def divisions_of(holder: Holder, right: Right) -> frozenset[str] | None:
    """The divisions within which a right is held (with all below them); None: everywhere. What a caretaker
    may is not counted here."""
    grants = [
        grant
        for grant in holder.grants
        if grant.role != Role.CARETAKER and _gives(holder, grant, right, None)
    ]
    if any(grant.division_id is None for grant in grants):
        return None
    return frozenset(grant.division_id for grant in grants if grant.division_id)


def is_caretaker(holder: Holder, right: Right) -> bool:
    """Whether somebody holds a right for the records in his or her own care."""
    return holder.party_id is not None and any(
        grant.role == Role.CARETAKER and _gives(holder, grant, right, None) for grant in holder.grants
    )


def _gives(holder: Holder, grant: Grant, right: Right, place: Place | None) -> bool:
    if right not in RIGHTS[grant.role] or (holder.limited_to is not None and right not in holder.limited_to):
        return False
    if right in WHOLE_REGISTER_ONLY and grant.division_id is not None:
        return False
    if place is None:
        return True
    if grant.role == Role.CARETAKER:
        return holder.party_id in place.stewards
    return grant.division_id is None or grant.division_id in place.divisions


def home_divisions(grants: Iterable[Grant]) -> tuple[str, ...]:
    """The divisions that grants name, each once, in their order."""
    return tuple(dict.fromkeys(grant.division_id for grant in grants if grant.division_id))
