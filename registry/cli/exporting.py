"""What commands that make files share: what is chosen, what is public, what is written aside."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from sqlmodel import Session, col, func, select

from exports import whole_files
from registry.calendars import register_today
from registry.cli.app import Office, _
from registry.commands.history import history_head
from registry.commands.ledgers import find_division
from registry.errors import KeyMissingError
from registry.keys import Keys
from registry.models import Edition, Event, EventItem
from registry.photos import PhotoStore
from registry.proof_records import Signer
from registry.queries import full_trees
from registry.records import RegisterFacts, TreeRecord
from registry.rules.redaction import redact
from registry.settings import all_settings

if TYPE_CHECKING:
    from exports.proofs import Paper

Where = Annotated[
    list[str] | None, typer.Option(help=_("Only trees with field=value; may be given several times."))
]
Groves = Annotated[bool, typer.Option("--groves", help=_("Of groves instead of trees."))]
Gardens = Annotated[bool, typer.Option("--gardens", help=_("Of heritage gardens instead of trees."))]
DivisionName = Annotated[
    str | None, typer.Option("--division", help=_("Of one division: its code, name or names."))
]
FontFiles = Annotated[
    list[Path] | None, typer.Option("--font", help=_("A further .ttf font for rare characters."))
]
Cluster = Annotated[
    str | None,
    typer.Option(
        "--cluster",
        metavar="ADDRESS",
        help=_(
            "Work on the machines of a Dask scheduler, such as tcp://10.0.0.5:8786, instead of here alone."
        ),
    ),
]


def workers_of(cluster: str | None) -> AbstractContextManager[Executor]:
    """Who does the work: the workers of the scheduler `cluster`, or processes of this machine."""
    from exports.running import cluster_executor, local_pool

    return cluster_executor(cluster) if cluster else local_pool()


def public_trees(session: Session, ids: Iterable[str], photos: PhotoStore | None) -> Iterator[TreeRecord]:
    """The public records of `ids`: through the one redaction, like the edition's."""
    for full in full_trees(session, ids, photos):
        yield redact(full.record, full.disclosure)[0]


def division_chosen(session: Session, called: str | None) -> tuple[str | None, list[str]]:
    """The id of the division that `--division` names, and how a selection says so; (None, []) without one.

    Raises LedgerFieldError where no division is called so, or several are.
    """
    own = find_division(session, "--division", called) if called else None
    return own, [f"within={own}"] if own else []


def register_facts(session: Session, office: Office, made_at: datetime | None = None) -> RegisterFacts:
    """What exports say of the register. made_at: None means now."""
    settings, made_at = all_settings(session), made_at or office.now()
    name = settings["register_name" if office.t.lang == "zh" else "register_name_en"]
    return RegisterFacts(
        register_name=name,
        public_address=settings["public_address"] or None,
        history_head=history_head(session),
        made_at=made_at,
        made_on=register_today(session, made_at),
        edition=session.exec(select(Edition.number).order_by(col(Edition.number).desc()).limit(1)).first(),
        is_demonstration=settings["demonstration"] == "yes",
        map_review_no=settings["map_review_no"] or None,
        history_seq=session.exec(select(func.max(Event.seq))).one() or 0,
    )


def signer_of(office: Office) -> Signer | None:
    """What signs the proofs of documents; None where the register's keys are not here."""
    return signer_with(office.keys)


def signer_with(read: Callable[[], Keys]) -> Signer | None:
    """What signs with the keys that `read` gives; None where they are not here."""
    try:
        keys = read()
    except KeyMissingError:
        return None
    return Signer(keys.sign, keys.public_key)


def kept_paper(
    session: Session,
    kind: str,
    subject: tuple[str, str],
    number: str,
    record: Any,
    signer: Signer | None,
    *,
    register_name: str,
    is_restricted: bool = True,
) -> "Paper":
    """The paper of what was kept once and stays: it rests on the event that made it, whenever it is printed.

    subject: its type and id in the history.
    """
    from exports.proofs import make_paper

    made = select(Event).join(EventItem, col(EventItem.seq) == col(Event.seq))
    made = made.where(EventItem.subject_type == subject[0], EventItem.subject_id == subject[1])
    event = session.exec(made.order_by(col(Event.seq)).limit(1)).one()
    facts = RegisterFacts(
        register_name=register_name,
        public_address=all_settings(session)["public_address"] or None,
        history_head=event.hash,
        made_at=event.at,
        made_on=register_today(session, event.at),
        edition=None,
        is_demonstration=False,
        is_restricted=is_restricted,
        history_seq=event.seq,
    )
    return make_paper(kind, subject[1], number, record, facts, signer)


written = whole_files.written
