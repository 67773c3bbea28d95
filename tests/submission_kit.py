"""What tests of the field are built with: people, submissions as a phone makes them, photos."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from desk_kit import COUNTIES, HERE, THERE, TREES
from PIL import Image
from register_kit import import_rows
from sqlalchemy.engine import Engine
from sqlmodel import select

from registry.access import holder_of
from registry.calendars import register_today
from registry.commands.accounts import add_account
from registry.commands.comparing import deviations
from registry.commands.submissions import receive
from registry.commands.verifying import verify_history
from registry.db import reading, transaction
from registry.keys import Keys
from registry.models import Account, Division, Submission, Tree
from registry.photos import PhotoStore
from registry.rules.permissions import Grant
from registry.vocab.desk_words import Role

AT = datetime(2026, 3, 5, 2, 0, tzinfo=UTC)
"""Ten in the morning in China."""
TODAY = date(2026, 3, 5)
PEOPLE: dict[str, tuple[Role, str | None]] = {
    "inspector": (Role.INSPECTOR, HERE),
    "second": (Role.INSPECTOR, HERE),
    "stranger": (Role.INSPECTOR, THERE),
    "county": (Role.REVIEWER_COUNTY, HERE),
}


def sent(
    own: str, kind: str, content: dict[str, Any], tree: str | None = None, **more: Any
) -> dict[str, Any]:
    """One submission as a phone sends it. own: its id, made long enough; tree: the id of its record.

    A visit without a position says why.
    """
    record = {"record": {"kind": "tree", "id": tree}} if tree else {}
    if kind == "visit" and "fix" not in more:
        more = {"no_fix_reason": "山谷里收不到", **more}
    return {
        "id": f"{own}-0000-0000", "kind": kind, "form": 1, "captured_at": AT.isoformat(), "content": content,
        **record, **more,
    }  # fmt: skip


def jpeg(red: int = 10, width: int = 64) -> bytes:
    """A small photo."""
    stream = BytesIO()
    Image.new("RGB", (width, 48), (red, 120, 90)).save(stream, "JPEG")
    return stream.getvalue()


def photo_said(content: bytes, **more: Any) -> dict[str, Any]:
    """A photo as a form announces it."""
    return {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content), **more}


@dataclass
class Field:
    """A register with people who send in what they find."""

    engine: Engine
    keys: Keys
    photos: PhotoStore
    trees: dict[str, str] = field(default_factory=dict)

    def send(self, submission: dict[str, Any], login: str = "inspector", **more: Any) -> Submission:
        """Send one submission in a transaction of its own; returns its row as it then is."""
        facts = {"via": "app", "now": AT, **more}
        with transaction(self.engine) as session:
            account = session.exec(select(Account).where(Account.login == login)).one()
            row = receive(
                session, submission, holder=holder_of(session, account), actor=f"account:{login}",
                today=register_today(session, facts["now"]), keys=self.keys, photos=self.photos, **facts,
            )  # fmt: skip
            session.flush()
            session.refresh(row)
            session.expunge(row)
        return row

    def tree(self, number: str) -> Tree:
        """A tree as the register has it."""
        with reading(self.engine) as session:
            tree = session.get_one(Tree, self.trees[number])
            session.expunge(tree)
        return tree

    def rows(self, table: type[Any]) -> list[Any]:
        """All rows of a table."""
        with reading(self.engine) as session:
            found = list(session.exec(select(table)))
            session.expunge_all()
        return found

    def assert_whole(self) -> None:
        """The history holds, and the tables say what it says."""
        with reading(self.engine) as session:
            verify_history(session)
            assert list(deviations(session)) == []


def make_field(engine: Engine, keys: Keys, folder: Path, people: Iterable[str] = PEOPLE) -> Field:
    """Trees 1 and 2 HERE, tree 3 THERE, and people. Divisions are set as an import of addresses would."""
    import_rows(engine, folder, *TREES)
    made = Field(engine, keys, PhotoStore(folder / "photos"))
    with transaction(engine) as session:
        for own, name, level, parent in COUNTIES:
            facts = {"name": name, "level": level, "parent_id": parent, "code": own}
            session.add(Division(id=own, jurisdiction="cn-shanxi", **facts))
            session.flush()
        for login in people:
            role, division = PEOPLE[login]
            add_account(
                session, login, login.title(), [Grant(role, division)], password=f"{login}-long-password",
                actor="tests", now=AT,
            )  # fmt: skip
        for tree in session.exec(select(Tree)):
            _move(session, tree, THERE if tree.tree_no == "3" else HERE)
            made.trees[tree.tree_no] = tree.id
    return made


def _move(session: Any, tree: Tree, division_id: str) -> None:
    from registry.commands.history import Change, record_event

    change = Change("tree", tree.id, "updated", {"division_id": (tree.division_id, division_id)})
    tree.division_id = division_id
    session.add(tree)
    session.flush()
    record_event(session, "tree:edited", [change], actor="tests", at=AT)
