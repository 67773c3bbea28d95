"""A backup is the register as of one moment, whole; what is put back is what was there, on any database."""

import errno
import os
import sqlite3
import tarfile
from contextlib import closing
from io import BytesIO
from pathlib import Path

import pytest
import sqlalchemy as sa
from PIL import Image
from register_kit import NOW, import_rows
from sqlalchemy.engine import Engine
from sqlmodel import Session, select

from registry.backups import archive, making
from registry.backups.archive import check
from registry.backups.making import make_backup
from registry.backups.places import Places, places_in, places_of
from registry.backups.restoring import restore
from registry.backups.tables import reflected
from registry.commands.comparing import deviations
from registry.commands.photos import PhotoFacts, add_photo
from registry.commands.tags import issue_tags
from registry.commands.verifying import verify_history
from registry.db import make_engine, migrate_to, open_register, reading, transaction
from registry.desk_errors import (
    BackupBrokenError,
    BackupForeignError,
    BackupNewerError,
    PassphraseError,
    RestoreTakenError,
)
from registry.errors import HistoryBrokenError, OutputError, RegistryError
from registry.file_store import file_store
from registry.keys import key_path, read_keys
from registry.models import Photo, Tag, Tree
from registry.photos import photo_store
from registry.rules.tag_codes import is_genuine, printed_text

PASSPHRASE = b"correct horse battery"
ROWS = (
    {"no": "甲-1", "name": "侧柏", "age": 305, "lon": 112.85, "lat": 35.5, "address": "村口"},
    {"no": "甲-2", "name": "国槐", "age": 120, "designated": "2001-02-03", "grade": "一级", "document": "1"},
)


@pytest.fixture
def places(register_address: str, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    """A register with trees, a tag, a photo, a private file and a rule pack of its own."""
    for name in ("files", "rulepacks", "assessments", "calendars"):
        monkeypatch.setenv(f"GUSHU_{name.upper()}", str(tmp_path / f"own.{name}"))
    monkeypatch.setenv("GUSHU_MEASURES", str(tmp_path / "own.measures.toml"))
    import_rows(engine, tmp_path, *ROWS)
    picture = tmp_path / "photo.jpg"
    Image.new("RGB", (40, 30), "green").save(picture)
    with transaction(engine) as session:
        tree = session.exec(select(Tree).where(Tree.tree_no == "甲-1")).one()
        store = photo_store(register_address)
        add_photo(session, tree.id, picture, PhotoFacts(caption="树"), store=store, actor="t", now=NOW)
        issue_tags(session, [tree.id], keys=read_keys(key_path(register_address)), actor="t", now=NOW)
    file_store(register_address).keep_bytes(b"a private file")
    (tmp_path / "own.rulepacks").mkdir()
    (tmp_path / "own.rulepacks" / "own.toml").write_text('id = "own"\n')
    (tmp_path / "own.measures.toml").write_text("# none\n")
    return places_of(register_address)


def take(places: Places, folder: Path, passphrase: bytes | None = PASSPHRASE) -> Path:
    out = folder / "b.tar"
    make_backup(places, out, passphrase=passphrase, now=NOW)
    return out


def contents(address: str) -> dict[str, list[tuple[str, ...]]]:
    """Every row of every table, as text that both databases share."""
    with make_engine(address).execution_options(gushu_reads=True).connect() as connection:
        return {
            name: sorted(tuple(map(_plain, row)) for row in connection.execute(table.select()))
            for name, table in reflected(connection).items()
        }


def _plain(value: object) -> str:
    return str(value.replace(tzinfo=None) if hasattr(value, "tzinfo") else value)


def test_what_is_restored_elsewhere_is_what_was_there(places: Places, tmp_path: Path) -> None:
    found = restore(take(places, tmp_path), places_in(tmp_path / "new"), PASSPHRASE)
    new = places_in(tmp_path / "new")
    assert found.trouble is None
    assert found.has_keys
    assert contents(new.address) == contents(places.address)
    assert new.keys.read_bytes() == places.keys.read_bytes()
    assert (new.folders["rulepacks"] / "own.toml").read_text() == 'id = "own"\n'
    assert new.measures.is_file()
    with reading(open_register(new.address)) as session:
        assert verify_history(session) == found.checked.about.events
        assert list(deviations(session)) == []
        digest = session.exec(select(Photo.sha256)).one()
        tag = session.exec(select(Tag)).one()
        restored = read_keys(new.keys)
        printed = printed_text(tag.code, read_keys(places.keys).tag_key(tag.key_id))
        assert is_genuine(printed, restored.tag_key(tag.key_id))
    assert (new.folders["photos"] / digest[:2] / digest).read_bytes() == (tmp_path / "photo.jpg").read_bytes()


def test_all_of_it_is_for_its_owner_alone(places: Places, tmp_path: Path) -> None:
    out = take(places, tmp_path)
    assert out.stat().st_mode & 0o077 == 0
    restore(out, places_in(tmp_path / "new"), PASSPHRASE)
    for path in (tmp_path / "new").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path


def test_without_a_passphrase_no_key_is_in_it_and_it_says_so(places: Places, tmp_path: Path) -> None:
    out = take(places, tmp_path, None)
    key = places.keys.read_bytes()
    assert check(out).about.keys == "left_out"
    with tarfile.open(out) as tar:
        assert not any("keys" in name for name in tar.getnames())
        text = tar.extractfile("gushu-backup/README.txt").read().decode()
    assert places.keys.name in text
    new = places_in(tmp_path / "new")
    (tmp_path / "new").mkdir()
    new.keys.write_bytes(key)  # a copy of the keys may lie there already
    restore(out, new, None)
    assert new.keys.read_bytes() == key


def test_sealed_keys_open_with_their_passphrase_alone(places: Places, tmp_path: Path) -> None:
    out = take(places, tmp_path)
    for wrong in (None, b"another passphrase"):
        with pytest.raises(PassphraseError):
            restore(out, places_in(tmp_path / "new"), wrong)
    assert not list((tmp_path / "new").glob("*")) if (tmp_path / "new").exists() else True
    assert not restore(out, places_in(tmp_path / "new"), None, without_keys=True).has_keys


def test_nothing_that_stands_there_is_written_over(places: Places, tmp_path: Path) -> None:
    out = take(places, tmp_path)
    before = contents(places.address)
    with pytest.raises(RestoreTakenError):
        restore(out, places, PASSPHRASE)
    assert contents(places.address) == before


@pytest.mark.parametrize("damage", ["flipped", "cut", "cut_early", "stranger", "sums_gone"])
def test_a_damaged_backup_is_refused_before_anything_is_put_in_place(
    places: Places, tmp_path: Path, damage: str
) -> None:
    out = take(places, tmp_path)
    content = bytearray(out.read_bytes())
    if damage == "flipped":
        at = content.index(b"gushu-backup/photos/") + 600
        content[at] ^= 1
    elif damage.startswith("cut"):
        del content[len(content) // 2 if damage == "cut" else 3000 :]
    elif damage == "sums_gone":
        del content[content.index(b"gushu-backup/SHA256SUMS") :]
        content += bytes(1024)
    out.write_bytes(content)
    if damage == "stranger":
        with tarfile.open(out, "a") as tar:
            info = tarfile.TarInfo("gushu-backup/../../evil")
            info.size = 1
            tar.addfile(info, BytesIO(b"x"))
    with pytest.raises(BackupBrokenError):
        check(out)
    with pytest.raises(BackupBrokenError):
        restore(out, places_in(tmp_path / "new"), PASSPHRASE)
    assert not (tmp_path / "new").exists() or not list((tmp_path / "new").iterdir())


@pytest.mark.parametrize("content", [b"", b"no tar at all", b"PK\x03\x04" + bytes(2000)])
def test_any_other_file_is_no_backup(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.tar").write_bytes(content)
    with pytest.raises(BackupForeignError):
        check(tmp_path / "x.tar")


def test_a_backup_of_a_newer_program_asks_for_that_program(
    places: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "b.tar"
    with monkeypatch.context() as patch:
        patch.setattr(archive, "VERSION", 2)
        make_backup(places, out, passphrase=None, now=NOW)
    with pytest.raises(BackupNewerError):
        check(out)


def test_a_full_disk_leaves_nothing_and_the_earlier_backup_stays(
    places: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = take(places, tmp_path)
    before, names = out.read_bytes(), sorted(os.listdir(tmp_path))

    def full(*_words: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(archive.tarfile.TarFile, "addfile", full)
    with pytest.raises(OutputError, match="full"):
        make_backup(places, out, passphrase=None, now=NOW)
    assert out.read_bytes() == before
    assert sorted(os.listdir(tmp_path)) == names


def test_photos_that_are_missing_or_altered_are_counted_and_stop_nothing(
    places: Places, tmp_path: Path
) -> None:
    lost = next(making.stored(places.folders["files"]))
    lost.chmod(0o600)
    lost.write_bytes(b"altered")
    next(making.stored(places.folders["photos"])).unlink()
    found = check(take(places, tmp_path))
    assert (found.about.missing, found.unsound, found.photos, found.files) == (1, 1, 0, 1)


def test_a_register_that_was_altered_is_restored_and_told_of(places: Places, tmp_path: Path) -> None:
    with transaction(open_register(places.address)) as session:
        session.execute(sa.text("UPDATE event SET actor = 'somebody' WHERE seq = 1"))
    found = restore(take(places, tmp_path), places_in(tmp_path / "new"), PASSPHRASE)
    assert isinstance(found.trouble, HistoryBrokenError)
    assert (tmp_path / "new" / "register.db").is_file()


def test_others_go_on_writing_while_a_backup_is_made(
    places: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = open_register(places.address)
    reflect = making.reflected

    def write_then_reflect(connection: sa.Connection) -> dict[str, sa.Table]:
        connection.execute(sa.text("SELECT count(*) FROM event")).scalar()
        import_rows(engine, tmp_path, {"no": "乙-1", "name": "银杏"})
        return reflect(connection)

    monkeypatch.setattr(making, "reflected", write_then_reflect)
    out = take(places, tmp_path)
    restored = places_in(tmp_path / "new")
    assert restore(out, restored, PASSPHRASE).trouble is None
    with reading(open_register(restored.address)) as session:
        assert trees(session) == ["甲-1", "甲-2"]
    with reading(engine) as session:
        assert trees(session) == ["乙-1", "甲-1", "甲-2"]


def trees(session: Session) -> list[str]:
    return sorted(session.exec(select(Tree.tree_no)))


def test_a_register_moves_from_either_database_to_postgresql(
    places: Places, tmp_path: Path, postgresql: sa.URL
) -> None:
    before, out = contents(places.address), take(places, tmp_path)
    address = make_database(postgresql, "moved")
    new = Places(address, tmp_path / "m.keys", {name: tmp_path / f"m.{name}" for name in places.folders},
                 tmp_path / "m.toml", tmp_path / "m.supplements")  # fmt: skip
    found = restore(out, new, PASSPHRASE)
    assert found.trouble is None
    assert contents(address) == before
    with transaction(open_register(address)) as session, pytest.raises(sa.exc.IntegrityError):
        session.execute(sa.text("UPDATE tag SET tree_id = 'nobody'"))  # the foreign keys are back
    with pytest.raises(RestoreTakenError):
        restore(out, new, PASSPHRASE)


def make_database(url: sa.URL, name: str) -> str:
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name}")
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    return url.set(database=name).render_as_string(hide_password=False)


def test_a_register_of_an_older_version_is_backed_up_and_restored_as_it_stands(tmp_path: Path) -> None:
    address = str(tmp_path / "old.db")
    engine = make_engine(address)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA application_id = 0x47555348")
        connection.commit()
    with engine.execution_options(gushu_migrates=True).begin() as connection:
        migrate_to(connection, "0003")
        connection.exec_driver_sql("INSERT INTO setting VALUES ('register_name', '旧册')")
    found = restore(take(places_of(address), tmp_path, None), places_in(tmp_path / "new"), None)
    assert found.is_older
    with closing(sqlite3.connect(tmp_path / "new" / "register.db")) as db:
        assert db.execute("SELECT value FROM setting").fetchone() == ("旧册",)


def test_what_fails_half_way_takes_back_what_it_had_put_in_place(
    places: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = take(places, tmp_path)

    def fail(*_words: object) -> None:
        raise RegistryError

    monkeypatch.setattr("registry.backups.restoring._put_register", fail)
    with pytest.raises(RegistryError):
        restore(out, places_in(tmp_path / "new"), PASSPHRASE)
    assert list((tmp_path / "new").iterdir()) == []
