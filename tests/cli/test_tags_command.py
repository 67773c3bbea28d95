"""`gushu tags`: batches, single plates, verification and keys, as an office meets them."""

import csv
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ezdxf
import pytest
from register_kit import NOW, import_rows, rows_of
from sqlalchemy.engine import Engine

from registry.commands.comparing import deviations
from registry.commands.tags import issue_tags
from registry.db import reading, transaction
from registry.keys import Keys, key_path, read_keys
from registry.models import Tag, TagNote, Tree
from registry.rules.tag_codes import printed_text
from registry.rules.tag_signatures import signed_text

Office = Callable[..., Any]


@pytest.fixture
def office(gushu: Any, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    """Runs a command that must succeed and gives its JSON; four trees, an address."""
    import_rows(engine, tmp_path, *({"no": str(number)} for number in range(1, 5)))
    monkeypatch.chdir(tmp_path)

    def run(*words: object, code: int = 0) -> Any:
        result = gushu("--json", *words)
        assert result.exit_code == code, result.output
        return json.loads(result.stdout) if result.stdout.startswith("{") else result.output

    run("config", "set", "public_address", "https://trees.example.org")
    run("config", "set", "demonstration", "no")
    return run


def manifest(path: str) -> list[dict[str, str]]:
    return list(csv.DictReader(Path(path).read_text(encoding="utf-8-sig").splitlines()))


def test_a_batch_leaves_a_manifest_and_checksums_that_hold(office: Office, engine: Engine) -> None:
    told = office("tags", "tags.pdf", "--start-at", "6")
    assert (told["tags"], told["sheets"], told["next_place"], told["batch"]) == (4, 2, 2, "tags")
    rows = manifest(told["manifest"])
    assert [(row["Number"], row["Sheet"], row["Place on the sheet"]) for row in rows] == [
        ("1", "1", "6"), ("2", "1", "7"), ("3", "1", "8"), ("4", "2", "1"),
    ]  # fmt: skip
    assert {row["SHA-256"] for row in rows} == {hashlib.sha256(Path("tags.pdf").read_bytes()).hexdigest()}
    assert {"never nailed" in row["Mounting"] for row in rows} == {True}
    for line in Path("tags.pdf.sha256").read_text().splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256(Path(name).read_bytes()).hexdigest() == digest
    assert len(rows_of(engine, TagNote)) == 4


def test_the_same_batch_again_makes_the_same_bytes_and_notes_nothing(office: Office, engine: Engine) -> None:
    def made() -> list[bytes]:
        return [Path(f"tags.pdf{ending}").read_bytes() for ending in ("", ".csv", ".sha256")]

    office("tags", "tags.pdf")
    first = made()
    assert office("tags", "tags.pdf")["new"] == 0
    assert made() == first
    assert len(rows_of(engine, TagNote)) == 4


def test_another_batch_prints_nothing_twice_unless_told_why(
    office: Office, engine: Engine, gushu: Any
) -> None:
    office("tags", "a.pdf", "--where", "tree_no=1")
    told = office("tags", "b.pdf")
    assert (told["tags"], told["elsewhere"]) == (3, {"a": 1})
    refused = gushu("tags", "c.pdf")
    assert refused.exit_code == 1
    assert "tags_nothing_to_print" in refused.stderr
    assert not Path("c.pdf").exists()
    assert office("tags", "c.pdf", "--where", "tree_no=1", "--reprint", "faded")["tags"] == 1
    names = [each["name"] for each in office("tags", "batches")["batches"]]
    assert sorted(names) == ["b", "c"]
    assert office("tags", "batches", "c")["batches"][0]["tags"] == 1
    with reading(engine) as session:
        assert list(deviations(session)) == []


def test_a_run_that_fails_notes_nothing_and_leaves_no_file(
    office: Office, engine: Engine, monkeypatch: pytest.MonkeyPatch, gushu: Any
) -> None:
    def full(*_given: object, **_more: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("exports.plates.sheets.write_plate_sheets", full)
    assert gushu("tags", "tags.pdf").exit_code == 1
    assert rows_of(engine, TagNote) == []
    assert list(Path().glob("tags*")) == []


def test_a_run_killed_before_its_file_stood_goes_on(
    office: Office, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    office("tags", "whole.pdf", "--batch", "春")
    kept = Path("whole.pdf").read_bytes()
    Path("whole.pdf").unlink()
    office("tags", "whole.pdf", "--batch", "春")
    assert Path("whole.pdf").read_bytes() == kept
    assert len(rows_of(engine, TagNote)) == 4


@pytest.mark.parametrize(("kind", "head"), [("pdf", b"%PDF"), ("svg", b"<svg"), ("png", b"\x89PNG")])
def test_single_plates_go_into_a_folder(office: Office, kind: str, head: bytes) -> None:
    dots = ("--dpi", "100") if kind == "png" else ()
    told = office("tags", "plates", "--as", kind, "--plate", "120x80", *dots)
    rows = manifest(told["manifest"])
    assert [row["File"].split("-")[0] for row in rows] == [f"plates/{number}" for number in range(1, 5)]
    for row in rows:
        content = Path(row["File"]).read_bytes()
        assert head in content[:200]
        assert hashlib.sha256(content).hexdigest() == row["SHA-256"]
        assert row["Size (mm)"] == "120 × 80"
    assert sorted(path.name for path in Path().iterdir() if path.name.startswith("plates")) == [
        "plates", "plates.csv", "plates.sha256",
    ]  # fmt: skip


def test_single_plates_that_lie_there_are_not_made_again(
    office: Office, engine: Engine, monkeypatch: pytest.MonkeyPatch, gushu: Any
) -> None:
    from exports import plate_files

    monkeypatch.setattr(plate_files, "CHUNK", 2)
    calls = []
    real = plate_files.make_plate_files

    def breaking(wanted: Any, tags: Any) -> Any:
        calls.append([tag.tree_no for tag in tags])
        if len(calls) == 2:
            raise OSError(28, "No space left on device")
        return real(wanted, tags)

    monkeypatch.setattr(plate_files, "make_plate_files", breaking)
    assert gushu("tags", "plates", "--as", "svg").exit_code == 1
    assert len(rows_of(engine, TagNote)) == 2
    first = {path.name: path.stat().st_mtime_ns for path in Path("plates").glob("*.svg")}
    assert office("tags", "plates", "--as", "svg")["tags"] == 4
    assert calls == [["1", "2"], ["3", "4"], ["3", "4"]]
    assert {name: (Path("plates") / name).stat().st_mtime_ns for name in first} == first
    assert len(rows_of(engine, TagNote)) == 4


def test_the_bar_of_blank_tags_goes_to_its_end(
    office: Office, gushu: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GUSHU_PROGRESS", "json")
    said = gushu("--json", "tags", "box.pdf", "--blank", "3").stderr.splitlines()
    assert json.loads(said[-1]) == {"done": 3, "total": 3}


def test_blank_tags_are_made_once_for_their_box(office: Office, engine: Engine) -> None:
    for _again in range(2):
        told = office("tags", "box.pdf", "--blank", "3", "--batch", "箱-1")
        assert (told["tags"], told["batch"]) == (3, "箱-1")
    assert [tag.state for tag in rows_of(engine, Tag)] == ["blank"] * 3


@pytest.mark.parametrize(
    "words",
    [
        ("--plate", "big"),
        ("--as", "bmp"),
        ("--page", "A9"),
        ("--gap", "x"),
        ("--grid", "2"),
        ("--copies", "0"),
    ],
)
def test_what_is_no_size_or_kind_is_a_usage_error(gushu: Any, office: Office, words: tuple[str, ...]) -> None:
    assert gushu("tags", "tags.pdf", *words).exit_code == 2
    assert not Path("tags.pdf").exists()


@pytest.mark.parametrize(
    ("words", "code"),
    [(("--grid", "9x9"), "plate_grid"), (("--template", "nowhere"), "plate_template_missing"),
     (("--signed",), "tag_signed_too_fine")],
)  # fmt: skip
def test_what_cannot_be_printed_is_refused(
    gushu: Any, office: Office, words: tuple[str, ...], code: str
) -> None:
    refused = gushu("tags", "tags.pdf", *words)
    assert (refused.exit_code, code in refused.stderr) == (1, True), refused.output
    assert not Path("tags.pdf").exists()


def printed(engine: Engine, keys: Keys) -> str:
    with transaction(engine) as session:
        own = rows_of(engine, Tree)[0].id
        (tag,) = issue_tags(session, [own], keys=keys, actor="tests", now=NOW)
        return tag.printed


def verdict(told: Any) -> str:
    (found,) = told["tags"]
    return str(found["verdict"])


def test_a_typed_text_is_verified(office: Office, engine: Engine, keys: Keys) -> None:
    genuine = printed(engine, keys)
    assert verdict(office("tags", "verify", f"HTTPS://TREES.EXAMPLE.ORG/T/{genuine}")) == "genuine"
    signed = signed_text(genuine, keys.tag_key("1"))
    assert office("tags", "verify", signed)["tags"][0]["signed"] is True
    forged = printed_text(genuine[:8], b"another key")
    for text, said in (
        (forged, "forged"), (signed_text(genuine, b"another key"), "forged"), (genuine[:8], "unproven"),
        ("00000000-AAAAAAAAAAAAAAAA", "unknown"), ("https://elsewhere.example/x", "unknown"),
    ):  # fmt: skip
        assert verdict(office("tags", "verify", text, code=1)) == said
    office("tag", "withdraw", genuine, "--reason", "gone")
    assert verdict(office("tags", "verify", genuine, code=1)) == "withdrawn"


def test_a_printed_sheet_and_a_picture_of_a_plate_are_verified(office: Office, tmp_path: Path) -> None:
    from PIL import Image

    office("tags", "tags.pdf")
    told = office("tags", "verify", "tags.pdf")
    assert (told["is_genuine"], len(told["tags"])) == (True, 4)
    assert {each["record"][0] for each in told["tags"]} == {"tree"}
    Image.new("L", (300, 300), 255).save(tmp_path / "white.png")
    assert "no_tag_seen" in office("tags", "verify", "white.png", code=1)
    assert "input_missing" in office("tags", "verify", "nothing.png", code=1)


def photographed(plate: Any, seed: int) -> Any:
    """A plate as a phone sees it: askew, on rough ground, in a band of shade, soft and grainy."""
    import numpy as np
    from PIL import Image, ImageFilter

    dice = np.random.default_rng(seed)
    wide, high = 1600, 1200
    width = 0.6 * wide
    height = width * plate.height / plate.width
    left, top = (wide - width) / 2, (high - height) / 2
    corners = [(left, top), (left + width, top), (left + width, top + height), (left, top + height)]
    seen = [
        (x + dice.uniform(-0.08, 0.08) * width, y + dice.uniform(-0.08, 0.08) * width) for x, y in corners
    ]
    own = [(0, 0), (plate.width, 0), (plate.width, plate.height), (0, plate.height)]
    rows, values = [], []
    for (x, y), (u, v) in zip(seen, own, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    how = (Image.Transform.PERSPECTIVE, tuple(np.linalg.solve(np.array(rows), np.array(values))))
    scene = (
        Image.effect_noise((wide, high), 60).filter(ImageFilter.GaussianBlur(6)).point(lambda v: v // 2 + 40)
    )
    mask = Image.new("L", plate.size, 255).transform((wide, high), *how)
    scene.paste(plate.transform((wide, high), *how, Image.Resampling.BICUBIC), mask=mask)
    y, x = np.mgrid[0:high, 0:wide]
    light = (0.7 + 0.3 * np.sin((x + seed * y) / wide * 3)) * np.where((x + 2 * y) % 600 < 200, 0.55, 1.0)
    soft = Image.fromarray((np.asarray(scene) * light).astype("uint8")).filter(ImageFilter.GaussianBlur(1.5))
    grain = np.asarray(soft) + dice.normal(0, 9, (high, wide))
    return Image.fromarray(np.clip(grain, 0, 255).astype("uint8"))


@pytest.mark.parametrize("signed", [(), ("--signed",)])
def test_a_photo_of_a_plate_is_verified(office: Office, tmp_path: Path, signed: tuple[str, ...]) -> None:
    from PIL import Image

    office("tags", "plates", "--as", "png", "--dpi", "200", "--plate", "120x80", *signed)
    plates = sorted((tmp_path / "plates").glob("*.png"))
    for seed, path in enumerate(plates):
        with Image.open(path) as plate:
            photographed(plate.convert("L"), seed).save(tmp_path / f"photo-{seed}.jpg", quality=80)
        (found,) = office("tags", "verify", f"photo-{seed}.jpg")["tags"]
        assert (found["verdict"], found["signed"]) == ("genuine", bool(signed))


def test_plates_for_an_engraver_are_drawings_that_can_be_read_again(office: Office, tmp_path: Path) -> None:
    office("tags", "plates", "--as", "dxf", "--plate", "120x80", "--engraved")
    drawings = sorted((tmp_path / "plates").glob("*.dxf"))
    assert len(drawings) == 4
    for path in drawings:
        drawing = ezdxf.readfile(path)
        assert (drawing.units, len(drawing.audit().errors)) == (ezdxf.units.MM, 0)
        (edge,) = [each for each in drawing.modelspace() if each.dxf.layer == "CUT"]
        assert edge.closed
        corners = edge.get_points("xy")
        assert max(x for x, _y in corners) - min(x for x, _y in corners) == pytest.approx(120)


def test_a_rotated_key_lets_older_tags_stay_and_a_revoked_one_ends_them(
    office: Office, engine: Engine, keys: Keys, register_address: str
) -> None:
    old = printed(engine, keys)
    assert office("tags", "keys", "rotate")["key"] == "2"
    path = key_path(register_address)
    assert path.stat().st_mode & 0o777 == 0o600
    assert verdict(office("tags", "verify", old)) == "genuine"
    office("tags", "tags.pdf")
    assert {tag.key_id for tag in rows_of(engine, Tag)} == {"1", "2"}
    told = office("tags", "keys", "revoke", "1", "--reason", "the key file was sent by mail")
    assert (told["withdrawn"], told["key"]) == (1, "2")
    assert office("tags", "keys", "revoke", "1", "--reason", "again")["withdrawn"] == 0
    assert verdict(office("tags", "verify", old, code=1)) == "revoked"
    listed = {each["key_id"]: each for each in office("tags", "keys", "list")["keys"]}
    assert (listed["1"]["is_revoked"], listed["2"]["is_signing"]) == (True, True)
    assert read_keys(path).edition_key == keys.edition_key
    assert set(read_keys(path).tag_public_keys) == {"2"}
    assert office("tags", "new.pdf")["new"] == 1
    assert "tag_key_unknown" in office("tags", "keys", "revoke", "9", "--reason", "x", code=1)
    with reading(engine) as session:
        assert list(deviations(session)) == []


def test_revoking_the_key_in_use_makes_a_new_one(office: Office, register_address: str) -> None:
    office("tags", "keys", "revoke", "1", "--reason", "stolen")
    keys = read_keys(key_path(register_address))
    assert (keys.tag_key_id, keys.revoked) == ("2", frozenset({"1"}))
    assert json.loads(key_path(register_address).read_text())["desk_key"]


def test_the_public_learns_of_a_revoked_key_with_the_next_edition(
    office: Office, engine: Engine, keys: Keys
) -> None:
    import sqlite3
    from contextlib import closing

    printed(engine, keys)
    office("publish", "--out", "public.gpkg")
    office("tags", "keys", "revoke", "1", "--reason", "stolen")
    office("publish", "--out", "public.gpkg")
    with closing(sqlite3.connect("public.gpkg")) as db:
        assert db.execute("SELECT state FROM tag").fetchall() == [("revoked",)]
        (told,) = db.execute("SELECT value FROM edition WHERE key = 'tag_keys'").fetchone()
    assert list(json.loads(told)) == ["2"]


def test_templates_are_listed_with_their_source(office: Office) -> None:
    found = {each["id"]: each for each in office("tags", "templates")["templates"]}
    assert {"house", "zhengzhou", "shanghai", "jining", "she-county"} <= set(found)
    assert all(each["citation"] for each in found.values())


@pytest.mark.parametrize("half", [("--lon", "113.05"), ("--lat", "36.05")], ids=" ".join)
def test_half_a_position_is_refused_and_a_whole_one_is_kept(
    office: Office, engine: Engine, half: tuple[str, str]
) -> None:
    [blank] = office("tag", "blank", "1")["tags"]
    assert "--lon and --lat belong together" in office("tag", "mount", "1", blank, *half, code=2)
    assert rows_of(engine, TagNote) == []
    office("tag", "mount", "1", blank)
    office("tag", "mount", "1", blank, "--lon", "113.05", "--lat", "36.05")
    told = [(note.lon, note.lat) for note in rows_of(engine, TagNote) if note.kind == "mounted"]
    assert sorted(told, key=str) == [(113.05, 36.05), (None, None)]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("x.pdf", "--cluster", "tcp://127.0.0.1:1"), "--cluster: only for single plates"),
        (("x.pdf", "--cluster", "tcp://127.0.0.1:1", "--dpi", "600"), "--cluster, --dpi: only for single"),
        (("x", "--as", "svg", "--copies", "3", "--start-at", "4"), "--copies, --start-at: only for sheets"),
        (("x", "--as", "png", "--no-cut-marks", "--page", "A4"), "--page, --cut-marks: only for sheets"),
        (("x", "--as", "svg", "--dpi", "600"), "--dpi is for --as png"),
        (("x.pdf", "--blank", "3", "--where", "status=alive"), "--where: a blank tag is of no tree"),
    ],
)
def test_options_of_tags_that_mean_nothing_together_are_refused(
    gushu: Any, office: Office, engine: Engine, words: tuple[str, ...], reason: str
) -> None:
    refused = gushu("tags", *words)
    assert refused.exit_code == 2
    assert reason in " ".join(refused.stderr.split())
    assert rows_of(engine, Tag) == []
    assert not Path(words[0]).exists()


OWN_TEMPLATE = """
title_zh = "本县牌"
title_en = "County plate"
citation = "本县的约定，非法定"
confidence = "medium"
standing = "default"
kinds = ["tree"]
sizes_mm = [[120, 80]]
arrangement = "form"
qr_share = 0.36
fields = [
    { field = "tree_no", place = "number", most_pt = 9, least_pt = 6 },
    { field = "code", place = "note", most_pt = 190, least_pt = 190, may_fall = true },
]
"""


@pytest.mark.parametrize("words", [("tags.pdf",), ("plates", "--as", "svg")], ids=["sheets", "files"])
def test_what_found_no_room_and_the_finest_stroke_are_told(
    gushu: Any, office: Office, register_address: str, words: tuple[str, ...]
) -> None:
    folder = Path(f"{register_address}.plates")
    folder.mkdir()
    (folder / "own.toml").write_text(f'id = "own"\n{OWN_TEMPLATE}', "utf-8")
    said = gushu("tags", *words, "--template", "own")
    assert said.exit_code == 0, said.output
    assert "code found no room on 4 plates and was left out: 1, 2, 3, 4" in said.stdout
    assert "The finest stroke of the lettering is 0." in said.stdout
    told = office("tags", *words, "--template", "own", "--where", "status=alive")
    assert told["left_out"] == [{"tree_no": number, "field": "code"} for number in "1234"]
    assert told["finest_mm"] > 0.05
    chinese = gushu("tags", *words, "--template", "own", lang="zh").stdout
    assert "编码在 4 块牌上放不下，未印：1、2、3、4" in chinese
    assert "最细的笔画" in chinese
