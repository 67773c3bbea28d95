"""A form of mine that names something of theirs: what somebody tries who may work in one county alone."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from desk_kit import HERE, DeskKit
from register_kit import NOW
from submission_kit import jpeg, sent

from registry.commands.photos import PhotoFacts, add_photo
from registry.db import transaction
from registry.models import Tree
from registry.vocab.words import PhotoKind

NUMBER, VILLAGE = "GEHEIM-3", "外县深山村"
NAMED = ("photo", "fix", "record")
"""What a form may name of theirs."""


@dataclass(frozen=True)
class Theirs:
    """A tree of another county, with a photo that nobody released."""

    desk: DeskKit
    tree_id: str
    lon: float
    lat: float
    photo_id: str
    photo: bytes

    @property
    def digest(self) -> str:
        """How the photo may be named without having it."""
        return hashlib.sha256(self.photo).hexdigest()

    def is_in(self, content: bytes) -> bool:
        """Whether an answer tells any of it: number, place, or a picture (any: it may be made smaller)."""
        told = (NUMBER.encode(), VILLAGE.encode(), self.photo)
        return content.startswith(b"\xff\xd8") or any(each in content for each in told)

    def form(self, named: str, own: str) -> dict[str, Any]:
        """A form that is mine as a whole, but for what it names of theirs."""
        tree, at = self.desk.tree_ids["1"], {"captured_at": datetime.now(UTC).isoformat()}
        if named == "photo":
            photo = {"sha256": self.digest, "size": len(self.photo), "evidence": True}
            return sent(own, "photo", {}, tree, photos=[photo], **at)
        if named == "fix":
            fix = {"lon": self.lon + 0.0001, "lat": self.lat, "accuracy_m": 3}
            return sent(own, "new_tree", {"species": "银杏", "division_id": HERE}, fix=fix, **at)
        return sent(own, "visit", {"no_change": True}, self.tree_id, **at)


def theirs_of(desk: DeskKit, folder: Path) -> Theirs:
    """What the other county has in a desk's register."""
    photo = jpeg(77, 300)
    (folder / "theirs.jpg").write_bytes(photo)
    with transaction(desk.engine) as session:
        tree = session.get_one(Tree, desk.tree_ids["3"])
        tree.tree_no, tree.village = NUMBER, VILLAGE
        session.add(tree)
        facts = PhotoFacts(PhotoKind.WHOLE, None, is_released=False)
        row = add_photo(
            session, tree.id, folder / "theirs.jpg", facts, store=desk.desk.photos, actor="tests", now=NOW,
            owner="tree",
        )  # fmt: skip
        assert tree.lon is not None
        assert tree.lat is not None
        return Theirs(desk, tree.id, tree.lon, tree.lat, row.id, photo)


async def send_naming(client: httpx.AsyncClient, theirs: Theirs, named: str, own: str) -> dict[str, Any]:
    """Send such a form; returns what the phone is told of it."""
    body = json.dumps({"submission": theirs.form(named, own)})
    answer = await client.post("api/submissions", content=body.encode())
    assert answer.status_code == 200, answer.text
    assert not theirs.is_in(answer.content), named
    return dict(answer.json())
