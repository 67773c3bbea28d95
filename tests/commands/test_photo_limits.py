"""What is taken in as a photo: judged by its content, before it is decoded; and what leaves of it."""

import hashlib
import struct
import threading
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from PIL import ExifTags, Image, ImageFile
from register_kit import NOW, import_rows
from sqlalchemy.engine import Engine
from sqlmodel import select

from registry import photos
from registry.commands import photos as adding
from registry.commands.photos import PhotoFacts, add_photo
from registry.db import transaction
from registry.errors import PhotoError
from registry.models import Tree
from registry.photos import PhotoStore


@pytest.fixture
def store(tmp_path: Path) -> PhotoStore:
    return PhotoStore(tmp_path / "photos")


def picture(kind: str = "JPEG", size: tuple[int, int] = (64, 48), **words: object) -> bytes:
    stream = BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(stream, kind, **words)
    return stream.getvalue()


def with_exif() -> bytes:
    """A JPEG that says where, when and with what it was taken, lying on its side."""
    exif = Image.Exif()
    exif[ExifTags.Base.Make], exif[ExifTags.Base.Orientation] = "Phone of Wang", 6
    exif.get_ifd(ExifTags.IFD.GPSInfo).update({1: "N", 2: (36.0, 3.0, 1.0), 3: "E", 4: (113.0, 3.0, 1.0)})
    return picture(exif=exif.tobytes(), comment=b"home of Wang")


def kept(store: PhotoStore, tmp_path: Path, content: bytes, name: str = "photo.jpg") -> str:
    path = tmp_path / name
    path.write_bytes(content)
    return store.keep(path)[0]


def huge_png(width: int, height: int) -> bytes:
    """The head of a PNG of any size, with hardly anything behind it."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_a_photo_is_told_by_its_content_and_not_by_its_name(
    store: PhotoStore, tmp_path: Path, kind: str
) -> None:
    content = picture(kind)
    digest = kept(store, tmp_path, content, "document.txt")
    assert store.path(digest).read_bytes() == content
    assert digest == hashlib.sha256(content).hexdigest()


def test_a_phones_jpeg_with_a_second_picture_inside_is_a_photo(store: PhotoStore, tmp_path: Path) -> None:
    content = picture("MPO", save_all=True, append_images=[Image.new("RGB", (8, 6))])
    digest = kept(store, tmp_path, content)
    assert store.path(digest).read_bytes() == content
    assert store.rendition(digest).width == 64


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not an image"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not an image"),
        (b"MZ" + bytes(400), "not an image"),
        (picture("GIF"), "not one of"),
        (picture("BMP"), "not one of"),
        (picture("WEBP", save_all=True, append_images=[Image.new("RGB", (64, 48))]), "several pictures"),
        (picture("TIFF", save_all=True, append_images=[Image.new("RGB", (64, 48))]), "several pictures"),
        (b"\0\0\0\x18ftypheic" + bytes(100), "HEIC"),
        (picture()[:-200], "cut off"),
        (picture("PNG", (900, 700))[:-600], "cut off"),
        (huge_png(60_000, 60_000), "more than"),
        (huge_png(10_000, 6_000), "more than 50 million pixels"),
        (huge_png(2**31 - 1, 2**31 - 1), "more than"),
    ],
)
def test_what_is_no_photo_is_refused_with_its_reason(
    store: PhotoStore, tmp_path: Path, content: bytes, reason: str
) -> None:
    with pytest.raises(PhotoError, match=reason):
        kept(store, tmp_path, content)
    assert not store.folder.exists()


def test_nothing_is_decoded_before_format_size_and_pixels_are_looked_at(
    store: PhotoStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def decode(_image: object) -> None:
        raise AssertionError("decoded")

    bitmap, photo = picture("BMP"), picture()
    monkeypatch.setattr(ImageFile.ImageFile, "load", decode)
    for content in (bitmap, huge_png(60_000, 60_000)):
        with pytest.raises(PhotoError):
            kept(store, tmp_path, content)
    monkeypatch.setattr(photos, "MAX_PHOTO_BYTES", 100)
    with pytest.raises(PhotoError, match="larger than"):
        kept(store, tmp_path, photo)


def test_what_leaves_is_upright_and_says_nothing_of_where_and_with_what(
    store: PhotoStore, tmp_path: Path
) -> None:
    content = with_exif()
    digest = kept(store, tmp_path, content)
    rendition = store.rendition(digest)
    assert (rendition.width, rendition.height) == (48, 64)
    for left in (rendition.jpeg, rendition.thumb, store.thumb(digest)):
        assert b"Wang" not in left
        with Image.open(BytesIO(left)) as image:
            assert dict(image.getexif()) == {}
            assert image.size == (48, 64)
            assert not {"comment", "icc_profile", "xmp", "photoshop"} & image.info.keys()
    assert store.path(digest).read_bytes() == content


def test_a_small_picture_is_drawn_once(
    store: PhotoStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = kept(store, tmp_path, picture(size=(1200, 900)))
    first = store.thumb(digest)
    with Image.open(BytesIO(first)) as image:
        assert image.size == (320, 240)
    monkeypatch.setattr(photos, "_jpeg", lambda _: b"drawn anew")
    assert store.thumb(digest) == first
    assert PhotoStore(store.folder).thumb(digest) == first


def test_originals_and_small_pictures_are_for_their_owner_alone(store: PhotoStore, tmp_path: Path) -> None:
    store.thumb(kept(store, tmp_path, picture()))
    for path in (store.folder, *store.folder.rglob("*")):
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600)


def test_one_photo_taken_in_by_five_at_once_is_kept_once(store: PhotoStore, tmp_path: Path) -> None:
    path, errors = tmp_path / "photo.jpg", []
    path.write_bytes(picture(size=(900, 700)))

    def keep() -> None:
        try:
            store.keep(path)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=keep) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert [found.name for found in store.folder.rglob("*") if found.is_file()] == [
        hashlib.sha256(path.read_bytes()).hexdigest()
    ]


def test_a_file_holds_only_so_many_photos(
    engine: Engine, tmp_path: Path, store: PhotoStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_rows(engine, tmp_path, {"no": "甲-1", "name": "侧柏"})
    monkeypatch.setattr(adding, "MOST_PHOTOS", 2)
    facts = {"store": store, "actor": "t", "now": NOW}
    with transaction(engine) as session:
        tree = session.exec(select(Tree)).one()
        for side in (10, 11):
            (tmp_path / "p.jpg").write_bytes(picture(size=(side, side)))
            add_photo(session, tree.id, tmp_path / "p.jpg", PhotoFacts(), **facts)
        add_photo(session, tree.id, tmp_path / "p.jpg", PhotoFacts(caption="again"), **facts)
        (tmp_path / "p.jpg").write_bytes(picture(size=(12, 12)))
        with pytest.raises(PhotoError, match="as many as it may"):
            add_photo(session, tree.id, tmp_path / "p.jpg", PhotoFacts(), **facts)
