"""Every PDF that the program writes is held against the clauses of PDF/A-3b that can be looked at."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from archive_kit import problems

from exports.assessment_form import write_form_pdf
from exports.care_sheet import SheetTree, write_care_sheet
from exports.case_sheet import write_case_sheet
from exports.enrolment_cards import EnrolmentCard, write_enrolment_cards
from exports.photo_pairs import write_photo_pairs
from exports.proofs import make_paper
from exports.protection_list import write_list_pdf
from exports.report import write_report_pdf
from exports.strategy_book import write_strategy_book
from exports.work_sheet import write_work_sheet
from exports.zone_list import ZoneListFacts, write_zone_pdf
from exports.zone_opinion import write_zone_opinion
from registry.assessment_models import ModelLibrary
from registry.case_records import CaseSheet
from registry.check_records import Asked, CheckResult
from registry.vocab.language import translator
from registry.zone_lists import counts_by_kind
from registry.zone_records import ZoneLine
from tests.exports import (
    test_booklet,
    test_care_letter,
    test_field_sheet,
    test_grove_dossier,
    test_pdf_archive,
    test_plates,
    test_print_map,
    test_protection_list,
    test_report,
    test_strategy_book,
    test_tags,
    test_walk_files,
)
from tests.exports.builders import make_facts, make_photo, make_tree_record

ZH = translator("zh")
DAY, NOW = date(2026, 3, 4), datetime(2026, 3, 4, 5, 6, tzinfo=UTC)
SITE = (
    "0103000000010000000500000000000000000000000000000000000000000000000000f03f0000000000000000"
    "000000000000f03f000000000000f03f0000000000000000000000000000f03f00000000000000000000000000000000"
)
CHECK = CheckResult(
    Asked("site.geojson", "ab" * 32, "WGS84", project="管线"), "none", SITE, "EPSG:4547", 10.0, (), (),
    "2026-03-04", register_name="某县名册", register_name_en="Register", number="ZC-2026-0001",
    code="7HBKM20T", made_at=NOW.isoformat(), valid_to="2026-09-04", history_head="ab" * 32,
)  # fmt: skip
CASE = CaseSheet(
    "事件", "甲-1", "某县名册", "zh", "仅限内部使用", (("编号", "甲-1"),), (), "", (), (), "ab" * 32, NOW
)


def out(write: Callable[..., Any], *first: Any, **more: Any) -> bytes:
    stream = BytesIO()
    write(*first, stream, **more)
    return stream.getvalue()


def paper(kind: str, record: Any) -> Any:
    uuid, facts = "11111111-2222-4333-8444-555555555555", make_facts(history_seq=3)
    return make_paper(kind, uuid, "1", record, facts, test_pdf_archive.SIGNER)


def plate() -> bytes:
    stream = BytesIO()
    laid = test_plates.laid(test_plates.WHOLE, test_plates.TEMPLATES["house"], (120.0, 80.0))
    test_plates.write_plate_pdf(laid, stream, fonts=test_plates.fonts())
    return stream.getvalue()


STRATEGY, LIST = test_strategy_book.whole(), test_protection_list.RECORD
GROWN = make_tree_record(photos=(make_photo(), replace(make_photo(), viewpoint="front")))
PDFS: dict[str, Callable[[], bytes]] = {
    "dossier": test_pdf_archive.dossier,
    "grove_dossier": lambda: test_grove_dossier.made(test_grove_dossier.grove()),
    "booklet": lambda: test_booklet.bind(test_booklet.trees(3), signer=test_pdf_archive.SIGNER)[1][0],
    "strategy_book": lambda: out(
        write_strategy_book, STRATEGY, make_facts(), language=ZH, paper=paper("strategy", STRATEGY)
    ),
    "protection_list": lambda: out(write_list_pdf, LIST, paper=paper("list", LIST)),
    "zone_opinion": lambda: out(write_zone_opinion, CHECK, paper=paper("opinion", CHECK)),
    "care_letter": lambda: test_care_letter.written(test_care_letter.letter()),
    "report": lambda: out(write_report_pdf, test_report.FACTS, language=ZH),
    "walk_leaflet": lambda: test_walk_files.leaflet(test_walk_files.walk(test_walk_files.stop(1))),
    "field_sheet": lambda: test_field_sheet.written([test_field_sheet.tree()]),
    "print_map": lambda: test_print_map.printed(*test_print_map.grid_of_trees(2))[1],
    "sheets": lambda: test_tags.sheets(test_tags.make_tag())[0],
    "pdf": plate,
    "work_sheet": lambda: out(write_work_sheet, test_strategy_book.work(), make_facts(), language=ZH),
    "care_sheet": lambda: out(
        write_care_sheet, "张三", "2026-03", [SheetTree("1", "国槐", "村口")], make_facts(), language=ZH
    ),
    "zone_list": lambda: out(
        write_zone_pdf, [ZoneLine("tree", "u", "1", kind="legal", area_m2=9.0)],
        ZoneListFacts("册", NOW, NOW.date(), counts_by_kind([])), language=ZH,
    ),
    "case_sheet": lambda: out(write_case_sheet, CASE),
    "photo_pairs": lambda: out(write_photo_pairs, GROWN, make_facts(), language=ZH),
    "enrolment_cards": lambda: out(
        write_enrolment_cards, [EnrolmentCard("张三", "zhang", "https://t.example/e", "1234", DAY)],
        register_name="册", made_at=NOW,
    ),
    "blocks": lambda: out(
        write_form_pdf, ModelLibrary().get(ModelLibrary().ids()[0]), ["1"], language=ZH, made_at=NOW
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", PDFS)
def test_no_pdf_goes_against_a_clause(kind: str) -> None:
    assert problems(PDFS[kind]()) == []


def test_no_module_that_draws_a_pdf_is_left_out() -> None:
    folder = Path(__file__).parents[2] / "exports"
    drawn = {
        path.stem for path in folder.rglob("*.py") if re.search(r"= new_canvas\(", path.read_text("utf-8"))
    }
    assert drawn == PDFS.keys()
