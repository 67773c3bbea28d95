"""What tests of review are built with: somebody in the field who sends in."""

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from desk_kit import DeskKit
from PIL import Image
from sqlmodel import select

from registry.access import holder_of
from registry.calendars import register_today
from registry.commands.editing import change_record
from registry.commands.submissions import receive
from registry.commands.uploads import photo_arrived
from registry.db import reading, transaction
from registry.models import Account, Submission, Tree

NOW = datetime.now(UTC) - timedelta(days=1)
SIZES = {"sizes": {"girth_cm": 320}, "notes": "<b>旧疤</b>"}
EDIT = {"fields": {"village": {"base": None, "to": "东和"}, "town": {"base": None, "to": "韩店"}}}
FIX = {"lon": 113.0505, "lat": 36.0503, "accuracy_m": 5}


def photo_bytes() -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (900, 600), "green").save(stream, "JPEG")
    return stream.getvalue()


class Field:
    """Sends in what the tests review."""

    def __init__(self, kit: DeskKit, folder: Path) -> None:
        self.kit, self.folder, self.count = kit, folder, 0

    def send(
        self, kind: str, content: dict[str, Any], *, by: str = "inspector", no: str = "1", **more: Any
    ) -> str:
        self.count += 1
        own = f"submission-{self.count:04d}"
        record = (
            {} if kind == "new_tree" else {"record": {"kind": "tree", "id": self.kit.tree_ids.get(no, no)}}
        )
        sent = {"id": own, "kind": kind, "captured_at": NOW.isoformat(), "content": content, **record, **more}
        with transaction(self.kit.engine) as session:
            account = session.exec(select(Account).where(Account.login == by)).one()
            receive(
                session, sent, holder=holder_of(session, account), today=register_today(session, NOW),
                actor=f"account:{by}", now=NOW + timedelta(seconds=self.count), keys=self.kit.desk.keys,
                photos=self.kit.desk.photos,
            )  # fmt: skip
            for photo in more.get("photos", ()):
                photo_arrived(
                    session, account.id, photo["sha256"], photos=self.kit.desk.photos, actor=f"account:{by}",
                    now=NOW,
                )  # fmt: skip
        return own

    def photo(self) -> dict[str, Any]:
        path = self.folder / "sent.jpg"
        path.write_bytes(photo_bytes())
        digest, _width, _height = self.kit.desk.photos.keep(path)
        return {"sha256": digest, "size": path.stat().st_size, "kind": "whole", "viewpoint": "south"}

    def change(self, **fields: Any) -> None:
        ref = ("tree", self.kit.tree_ids["1"], "1")
        with transaction(self.kit.engine) as session:
            change_record(
                session, ref, fields, today=register_today(session, NOW), actor="account:clerk", now=NOW
            )

    def state(self, own: str) -> tuple[str, str | None]:
        with reading(self.kit.engine) as session:
            row = session.get_one(Submission, own)
            return row.state.value, row.level

    def tree(self) -> Tree:
        with reading(self.kit.engine) as session:
            return session.get_one(Tree, self.kit.tree_ids["1"])
