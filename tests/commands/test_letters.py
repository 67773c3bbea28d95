"""Care letters: made once, printed again as they were, signed only when every page has been seen."""

import io
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2
import pytest
from PIL import Image, ImageFilter
from register_kit import MAPPING, NOW, import_rows, rows_of
from sqlalchemy.engine import Engine

from exports.care_letter import paginate, write_letters
from registry.care_data import read_terms
from registry.care_due import DueKind, due_agreements
from registry.care_errors import LetterError, ScanError
from registry.care_letters import Rates, letter_drafts
from registry.care_notices import not_told
from registry.commands.adoption import adopt_pack
from registry.commands.agreements import AgreementDraft, sign_agreement
from registry.commands.areas import AreaPlace, register_grove
from registry.commands.comparing import deviations
from registry.commands.duties import set_duties
from registry.commands.letters import Batch, find_letter, make_letters, void_letter
from registry.commands.scans import LetterSeen, SeenPage, assigned_page, record_pages, sort_codes
from registry.commands.verifying import verify_history
from registry.db import reading, transaction
from registry.errors import SelectionError
from registry.file_store import FileStore
from registry.keys import Keys
from registry.ledgers import agreement_records
from registry.letter_records import letter_bytes, letter_from
from registry.models import CareAgreement, CareLetter, CareLetterItem, GroveDraft, Tree
from registry.rulepacks import RULEPACK_FOLDER, PackLibrary
from registry.rules.letter_codes import page_text
from registry.scanning import read_scan, scan_files
from registry.selection import find_tree
from registry.vocab.care_words import LetterKind, LetterState, NoticeKind
from registry.vocab.language import translator
from registry.vocab.words import PartyRole, TreeStatus

TODAY = date(2026, 3, 4)
ACTOR: dict[str, Any] = {"actor": "tests", "now": NOW}
UNIT = "某村村民委员会"


@pytest.fixture
def office(engine: Engine, tmp_path: Path) -> Engine:
    rows = [
        {"no": f"A{number}", "name": "国槐", "grade": "一级", "steward": "张三"} for number in range(1, 4)
    ]
    rows += [
        {"no": f"B{number}", "name": "侧柏", "grade": "二级", "steward": UNIT} for number in range(1, 41)
    ]
    import_rows(engine, tmp_path, *rows, {"no": "C1"})
    return engine


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files")


def make(
    engine: Engine, store: FileStore, batch: str = "2026", where: Sequence[str] = (), **facts: Any
) -> list[Any]:
    rates = Rates(30_000, {"1": 80_000})
    with transaction(engine) as session:
        drafts = letter_drafts(session, translator("zh"), where, rates=facts.pop("rates", rates))
        common = Batch(
            batch, f"YH-{batch}", TODAY, facts.pop("valid_to", None), "CNY", "zh", "某县古树名木名册"
        )
        terms = read_terms(facts.pop("kind", LetterKind.AGREEMENT), "zh")
        made = make_letters(
            session, drafts, common, terms, paginate=paginate, store=store, **{**ACTOR, **facts}
        )
        return [(each.row.model_dump(), each.record, each.is_new, each.not_in_it) for each in made]


def printed(made: Sequence[Any], keys: Keys) -> bytes:
    ready = []
    for row, record, *_rest in made:
        pages = range(1, row["page_count"] + 1)
        key = keys.tag_keys[keys.tag_key_id]
        ready.append((record, [page_text(row["code"], page, row["page_count"], key) for page in pages]))
    out = io.BytesIO()
    write_letters(ready, out)
    return out.getvalue()


def pictures(pdf: bytes, dpi: int = 150) -> list[Image.Image]:
    with pypdfium2.PdfDocument(pdf) as document:
        return [page.render(scale=dpi / 72, grayscale=True).to_pil().convert("L") for page in document]


def scanned(images: Sequence[Image.Image], path: Path, dpi: int = 150) -> Path:
    images[0].save(path, save_all=True, append_images=list(images[1:]), resolution=dpi)
    return path


def worn(image: Image.Image, turn: float, seed: int = 1) -> Image.Image:
    """A page as it comes off a scanner: turned, grey, speckled, soft."""
    turned = image.rotate(turn, expand=True, fillcolor=235, resample=Image.Resampling.BICUBIC)
    grey = np.asarray(turned, dtype=np.float32) * 0.82 + 22
    noise = np.random.default_rng(seed)
    grey += noise.normal(0, 9, grey.shape)
    grey[noise.random(grey.shape) < 0.002] = 30
    return Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(0.5))


def note(
    engine: Engine, keys: Keys, files: Sequence[Path], store: FileStore, signed_on: date | None = None
) -> list[LetterSeen]:
    with transaction(engine) as session:
        reports = record_pages(
            session, list(seen_in(files, keys, store)), signed_on=signed_on, today=TODAY, **ACTOR
        )
        session.flush()
        session.expunge_all()
        return reports


def seen_in(files: Sequence[Path], keys: Keys, store: FileStore) -> Iterator[SeenPage]:
    for file in files:
        digest, _size = store.keep(file)
        for page in read_scan(file):
            for mark in sort_codes(page.texts, tuple(keys.tag_keys.values())).marks:
                yield SeenPage(mark.code, mark.page, mark.pages, digest, file.name, page.number)


def assert_true(engine: Engine) -> None:
    with reading(engine) as session:
        assert list(deviations(session)) == []
        verify_history(session)


def test_each_caretaker_has_one_letter_with_all_their_trees(office: Engine, store: FileStore) -> None:
    made = make(office, store)
    assert [(record.caretaker, len(record.lines)) for _row, record, *_ in made] == [("张三", 3), (UNIT, 40)]
    assert [row["yearly_cents"] for row, *_ in made] == [3 * 80_000, 40 * 30_000]
    assert [row["document_no"] for row, *_ in made] == ["YH-2026-0001", "YH-2026-0002"]
    items = rows_of(office, CareLetterItem)
    assert {item.page for item in items if item.letter_id == made[1][0]["id"]} == {1, 2}
    assert rows_of(office, CareAgreement) == []
    assert_true(office)


def test_a_batch_made_again_is_the_same_to_the_byte(office: Engine, store: FileStore, keys: Keys) -> None:
    first = make(office, store)
    with transaction(office) as session:
        tree = session.get_one(Tree, find_tree(session, "A1"))
        tree.name_verbatim = "龙爪槐"
        session.add(tree)
        ref = ("tree", find_tree(session, "C1"), "C1")
        set_duties(session, ref, {PartyRole.STEWARD: ["张三"]}, from_on=TODAY, today=TODAY, **ACTOR)
    second = make(office, store)
    assert [is_new for *_, is_new, _more in second] == [False, False]
    assert [more for *_, more in second] == [1, 0]
    assert printed(first, keys) == printed(second, keys)
    assert len(rows_of(office, CareLetter)) == 2


def test_what_is_printed_is_kept_word_for_word(office: Engine, store: FileStore) -> None:
    for _row, record, *_rest in make(office, store):
        assert letter_from(letter_bytes(record)) == record


def test_a_letter_that_was_withdrawn_is_made_anew_and_its_pages_are_refused(
    office: Engine, store: FileStore, keys: Keys, tmp_path: Path
) -> None:
    old = make(office, store)
    with transaction(office) as session:
        void_letter(session, old[0][0]["code"], reason="写错", **ACTOR)
    again = make(office, store)
    assert [is_new for *_, is_new, _more in again] == [True, False]
    file = scanned(pictures(printed(old[:1], keys)), tmp_path / "old.pdf")
    (report,) = note(office, keys, [file], store, TODAY)
    assert (report.is_signed_now, report.refused) == (False, "it was withdrawn")
    assert_true(office)


def test_a_letter_is_signed_when_its_last_page_is_seen(
    office: Engine, store: FileStore, keys: Keys, tmp_path: Path
) -> None:
    made = make(office, store, valid_to=date(2028, 12, 31))
    first, second = (pictures(printed([one], keys)) for one in made)
    mixed = [worn(second[1], 180), worn(first[0], 90), worn(second[0], 2.5)]
    (village, person) = note(office, keys, [scanned(mixed, tmp_path / "1.pdf")], store, TODAY)
    assert (village.party, village.is_signed_now, village.missing) == (UNIT, False, [3])
    assert (person.party, person.is_signed_now, person.missing) == ("张三", False, [2])
    assert rows_of(office, CareAgreement) == []
    rest = scanned([worn(first[1], -2, 3), worn(second[2], 270, 4)], tmp_path / "2.pdf")
    assert [report.is_signed_now for report in note(office, keys, [rest], store)] == [False, False]  # no day
    assert [report.is_signed_now for report in note(office, keys, [rest], store, TODAY)] == [True, True]
    assert [report.is_signed_now for report in note(office, keys, [rest], store, TODAY)] == [False, False]
    agreements = rows_of(office, CareAgreement)
    assert len(agreements) == 43
    assert {(a.version, a.signed_on, a.valid_to, a.currency) for a in agreements} == {
        (1, TODAY, date(2028, 12, 31), "CNY")
    }
    assert {letter.state for letter in rows_of(office, CareLetter)} == {LetterState.SIGNED}
    with reading(office) as session:
        told = agreement_records(session)
    assert {(a.version, a.letter, a.yearly_cents) for a in told if a.party == "张三"} == {
        (1, made[0][0]["code"], 80_000)
    }
    assert_true(office)


@pytest.mark.parametrize("dpi", [150, 200, 300])
def test_pages_are_found_at_every_usual_resolution(
    office: Engine, store: FileStore, keys: Keys, tmp_path: Path, dpi: int
) -> None:
    made = make(office, store, where=["tree_no=A1"])
    images = [
        worn(image, turn) for image, turn in zip(pictures(printed(made, keys), dpi), (1.5, 179), strict=True)
    ]
    assert len(list(seen_in([scanned(images, tmp_path / "s.pdf", dpi)], keys, store))) == 2


def test_photos_of_the_pages_do_as_well_and_other_pages_are_told(
    office: Engine, store: FileStore, keys: Keys, tmp_path: Path
) -> None:
    made = make(office, store, where=["tree_no=A1"])
    folder = tmp_path / "photos"
    folder.mkdir()
    for number, image in enumerate(pictures(printed(made, keys)), start=1):
        worn(image, 4).convert("RGB").save(folder / f"{number}.jpg", quality=55)
    Image.new("L", (800, 1100), 230).save(folder / "z.png")
    files = scan_files(folder)
    assert [page.texts == () for file in files for page in read_scan(file)] == [False, False, True]
    (report,) = note(office, keys, files, store, TODAY)
    assert report.is_signed_now


def test_a_forged_code_is_named_and_counts_for_nothing(office: Engine, store: FileStore, keys: Keys) -> None:
    made = make(office, store)
    row = made[0][0]
    forged = page_text(row["code"], 1, row["page_count"], b"x" * 32)
    told = sort_codes([forged, "https://example.org", "HTTPS://X/T/7HBKM20T"], tuple(keys.tag_keys.values()))
    assert (told.marks, told.foreign) == ((), (forged,))


def test_a_page_without_readable_code_is_named_by_hand(office: Engine, store: FileStore) -> None:
    made = make(office, store, where=["tree_no=A1"])
    number = made[0][0]["document_no"]
    with transaction(office) as session:
        marks = [assigned_page(session, number, page) for page in (1, 2)]
        seen = [SeenPage(m.code, m.page, m.pages, "a" * 64, "s.pdf", m.page) for m in marks]
        assert record_pages(session, seen, signed_on=TODAY, today=TODAY, **ACTOR)[0].is_signed_now
        with pytest.raises(LetterError, match="there is no page 3"):
            assigned_page(session, number, 3)
        with pytest.raises(LetterError, match="no letter"):
            assigned_page(session, "YH-2026-9999", 1)


def seen_whole(engine: Engine, code: str, signed_on: date) -> LetterSeen:
    with transaction(engine) as session:
        letter = find_letter(session, code)
        pages = [
            SeenPage(letter.code, page, letter.page_count, "a" * 64, "s.pdf", page)
            for page in range(1, letter.page_count + 1)
        ]
        return record_pages(session, pages, signed_on=signed_on, today=TODAY, **ACTOR)[0]


@pytest.mark.parametrize("day", [TODAY + timedelta(days=1), TODAY - timedelta(days=1)])
def test_a_day_ahead_and_one_before_the_printing_are_refused(
    office: Engine, store: FileStore, day: date
) -> None:
    code = make(office, store)[0][0]["code"]
    assert seen_whole(office, code, day).refused
    assert rows_of(office, CareAgreement) == []
    assert_true(office)


def test_a_letter_ends_what_was_in_force_and_is_the_next_version(office: Engine, store: FileStore) -> None:
    with transaction(office) as session:
        ref = ("tree", find_tree(session, "A1"), "A1")
        sign_agreement(session, ref, AgreementDraft("李四", date(2024, 1, 1), "责1"), today=TODAY, **ACTOR)
    code = make(office, store)[0][0]["code"]
    report = seen_whole(office, code, TODAY)
    assert report.ended == ["李四"]
    with reading(office) as session:
        told = agreement_records(session, ("tree", find_tree(session, "A1")))
    assert [(a.party, a.version, a.ended_on) for a in told] == [("张三", 2, None), ("李四", 1, TODAY)]
    assert_true(office)


def test_what_stands_no_more_gets_no_agreement(office: Engine, store: FileStore) -> None:
    code = make(office, store)[0][0]["code"]
    with transaction(office) as session:
        tree = session.get_one(Tree, find_tree(session, "A2"))
        tree.status = TreeStatus.DEAD
        session.add(tree)
    report = seen_whole(office, code, TODAY)
    assert (report.bound, report.gone) == (2, ["A2"])


def test_who_cares_together_is_bound_together(office: Engine, store: FileStore) -> None:
    with transaction(office) as session:
        ref = ("tree", find_tree(session, "A1"), "A1")
        both = {PartyRole.STEWARD: ["张三", UNIT]}
        set_duties(session, ref, both, from_on=TODAY, today=TODAY, **ACTOR)
    for row, *_rest in make(office, store):
        assert seen_whole(office, row["code"], TODAY).is_signed_now
    with reading(office) as session:
        told = agreement_records(session, ("tree", find_tree(session, "A1")))
    assert sorted((a.party, a.ended_on) for a in told) == [("张三", None), (UNIT, None)]


def test_a_grove_is_a_line_of_the_letter(office: Engine, store: FileStore) -> None:
    with transaction(office) as session:
        draft = GroveDraft(number="G1", name="侧柏林", tree_count=120)
        place = AreaPlace("cn-test", "plain", None)
        grove = register_grove(session, draft, place, **ACTOR)
        ref = ("grove", grove.id, "grove:G1")
        set_duties(session, ref, {PartyRole.STEWARD: ["张三"]}, from_on=TODAY, today=TODAY, **ACTOR)
    made = make(office, store)
    assert made[0][1].lines[-1].name == "侧柏林 · 120 株"
    assert seen_whole(office, made[0][0]["code"], TODAY).bound == 4
    assert_true(office)


def test_a_selection_that_nobody_knows_is_refused(office: Engine, store: FileStore) -> None:
    with pytest.raises(SelectionError):
        make(office, store, where=["colour=green"])


def test_a_term_that_ends_before_it_begins_is_refused(office: Engine, store: FileStore) -> None:
    with pytest.raises(LetterError, match="end before"):
        make(office, store, valid_to=date(2025, 1, 1))


def test_what_is_no_scan_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.pdf").write_bytes(b"%PDF-1.7 nothing")
    (tmp_path / "y.jpg").write_bytes(b"no picture")
    for name in ("x.pdf", "y.jpg"):
        with pytest.raises(ScanError):
            list(read_scan(tmp_path / name))
    (tmp_path / "empty").mkdir()
    with pytest.raises(ScanError):
        scan_files(tmp_path / "empty")


def change_steward(engine: Engine, called: str, name: str, on: date) -> None:
    with transaction(engine) as session:
        ref = ("tree", find_tree(session, called), called)
        set_duties(session, ref, {PartyRole.STEWARD: [name]}, from_on=on, today=TODAY, **ACTOR)


def due(engine: Engine, **facts: Any) -> dict[tuple[str, str], Any]:
    with reading(engine) as session:
        found, _counts = due_agreements(session, PackLibrary(), facts.pop("today", TODAY), **facts)
    return {(each.number, each.party): each for each in found}


def test_a_change_of_caretaker_starts_the_clock_of_the_rule_pack(engine: Engine, tmp_path: Path) -> None:
    mapping = MAPPING.replace('jurisdiction = "cn"', 'jurisdiction = "cn-zhengzhou"')
    import_rows(
        engine, tmp_path, {"no": "1", "steward": "张三"}, {"no": "2", "steward": "张三"}, mapping=mapping
    )
    with transaction(engine) as session:
        pack = PackLibrary().get("zhengzhou-2021")
        adopt_pack(session, pack, RULEPACK_FOLDER / "zhengzhou-2021.toml", adopted_on=date(2025, 1, 1),
                   document_no="郑园〔2025〕1号", **ACTOR)  # fmt: skip
        for called in ("1", "2"):
            ref = ("tree", find_tree(session, called), called)
            draft = AgreementDraft("张三", date(2025, 1, 1), f"责{called}")
            sign_agreement(session, ref, draft, today=TODAY, **ACTOR)
    assert due(engine) == {}
    change_steward(engine, "1", "李四", date(2026, 2, 1))
    (found,) = due(engine).values()
    assert (found.kind, found.before, found.since, found.due_on) == (
        DueKind.CHANGED, "张三", date(2026, 2, 1), date(2026, 3, 3),
    )  # fmt: skip
    assert found.basis is not None
    assert found.basis.pack_id == "zhengzhou-2021"


def test_without_a_deadline_in_the_pack_none_is_invented(office: Engine) -> None:
    with transaction(office) as session:
        ref = ("tree", find_tree(session, "A1"), "A1")
        sign_agreement(session, ref, AgreementDraft("张三", date(2025, 1, 1), "责"), today=TODAY, **ACTOR)
    change_steward(office, "A1", "李四", date(2026, 2, 1))
    found = due(office)["A1", "李四"]
    assert (found.kind, found.since, found.due_on, found.basis) == (
        DueKind.CHANGED, date(2026, 2, 1), None, None,
    )  # fmt: skip


def test_a_change_that_an_import_brings_counts_from_the_day_on_which_it_was_told(
    office: Engine, tmp_path: Path
) -> None:
    with transaction(office) as session:
        ref = ("tree", find_tree(session, "A1"), "A1")
        sign_agreement(session, ref, AgreementDraft("张三", date(2025, 1, 1), "责"), today=TODAY, **ACTOR)
    import_rows(office, tmp_path, {"no": "A1", "name": "国槐", "grade": "一级", "steward": "李四"})
    found = due(office)["A1", "李四"]
    assert (found.kind, found.since, found.is_since_told) == (
        DueKind.CHANGED, NOW.astimezone().date(), True,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("valid_to", "kind"),
    [
        (date(2026, 3, 3), DueKind.RUN_OUT),
        (date(2026, 3, 4), DueKind.RUNNING_OUT),
        (date(2026, 5, 3), DueKind.RUNNING_OUT),
        (date(2026, 5, 4), None),
        (None, None),
    ],
)
def test_terms_running_out_are_told_sixty_days_before(
    office: Engine, valid_to: date | None, kind: DueKind | None
) -> None:
    with transaction(office) as session:
        ref = ("tree", find_tree(session, "A1"), "A1")
        draft = AgreementDraft("张三", date(2025, 1, 1), "责", valid_to)
        sign_agreement(session, ref, draft, today=TODAY, **ACTOR)
    found = due(office).get(("A1", "张三"))
    assert (found and found.kind) == kind
    assert due(office)["A2", "张三"].kind == DueKind.NEVER


def test_a_letter_is_to_be_told_of_since_the_day_on_which_it_was_printed_here(
    office: Engine, store: FileStore
) -> None:
    make(office, store, where=["tree_no=A1"], now=datetime(2026, 3, 3, 17, 0, tzinfo=UTC))
    with reading(office) as session:
        untold = not_told(session, NoticeKind.AGREEMENT, PackLibrary(), TODAY, ["tree_no=A1"])
    assert [each.since for each in untold] == [date(2026, 3, 4)]
