"""For the leak tests: a register with private values planted in every place, and all that leaves it."""

import base64
import csv
import io
import json
import re
import sqlite3
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pypdf
import shapely
from PIL import Image
from sqlmodel import Session, select

from datasette_plugins.asgi import create_datasette
from exports.dossier import write_dossier
from exports.folium_map import write_map
from exports.map_details import MapArea
from exports.map_zones import MapZone
from exports.plates.sheets import write_plate_sheets
from exports.plates.single import write_plate
from exports.print_map import PrintOptions, write_print_map
from registry.cli.map_content import page_areas, printed_areas, printed_grid
from registry.commands.areas import AreaPlace, register_garden, register_grove
from registry.commands.history import history_head
from registry.commands.import_file import import_table
from registry.commands.photos import PhotoFacts, add_photo
from registry.commands.register import change_setting, init_register
from registry.commands.tags import issue_tags
from registry.commands.zones import LegalDraft, compute_zones, set_legal_zones
from registry.db import reading, transaction
from registry.importing.mapping import named_mapping
from registry.importing.reading import open_table
from registry.keys import key_path, read_keys
from registry.legal_file import legal_files
from registry.models import (
    AppraisalOpinion,
    Assessment,
    Campaign,
    CampaignSurvey,
    CareAgreement,
    CareEntry,
    CareLetter,
    CarePayment,
    CaseDocument,
    CaseFile,
    Craft,
    Craftsman,
    Element,
    GardenDraft,
    GroveDraft,
    InstrumentReading,
    Objection,
    Party,
    Photo,
    Place,
    PlateBinding,
    StewardNotice,
    Strategy,
    StrategyLine,
    StrategySignature,
    Tree,
    Trial,
    TrialPartner,
    WorkOrder,
    ZoneCheck,
)
from registry.photos import photo_store
from registry.plate_records import PlateTemplate
from registry.plate_templates import shipped_template
from registry.public_zones import zones_around
from registry.publish import publish
from registry.queries import full_trees
from registry.records import RegisterFacts, TagContent, TreeRecord
from registry.rulepacks import PackLibrary
from registry.rules.redaction import redact
from registry.rules.tag_content import tag_content
from registry.rules.zone_shapes import Plan, drawn
from registry.rules.zones import Proposed
from registry.selection import neighbours_of, stream_ids
from registry.vocab.care_words import (
    AssessmentState,
    CareKind,
    DocumentKind,
    InstrumentKind,
    LetterKind,
    NoticeKind,
    SignRole,
    WorkState,
    ZoneVerdict,
)
from registry.vocab.language import Translator, translator
from registry.vocab.measures import all_measures
from registry.vocab.words import (
    CaseKind,
    ElementKind,
    PartyKind,
    PhotoKind,
    PlaceKind,
    Precision,
    Verdict,
)

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
ZH = translator("zh")

PLANTED = {
    "zone deviation": "甄家老宅在北侧",
    "zone file": "甄家.geojson",
    "plate text": "旧厂暗号牌",
    "surveyor": "甄调查员",
    "steward": "贾管护",
    "phone": "13912345678",
    "landline": "0355-8765432",
    "identity": "140404199001011234",
    "mail": "zhen@secret.example",
    "household": "戚某家院内",
    "unreleased history": "未放行的故事",
    "unreleased notes": "未放行的备注",
    "unreleased damage": "未放行的损伤",
    "unreleased peculiarity": "未放行的性状",
    "photo caption": "未放行的图注",
    "photographer": "尚未同意摄影者",
    "photo camera": "SecretCamera9000",
    "grove notes": "群落内部备注",
    "garden notes": "名园内部备注",
    "party phone": "13887654321",
    "species record": "未放行的鉴定记载",
    "photo note": "未放行的照片说明",
    "reviewer": "符审核",
    "grove extent": "未放行的四至",
    "grove advice": "未放行的保护建议",
    "garden description": "未放行的名园描述",
    "place description": "未放行的村落描述",
    "element description": "未放行的古桥描述",
    "expert": "宓专家",
    "expert opinion": "专家保留的看法",
    "objection": "邻居不愿公开的异议",
    "objector": "訾异议",
    "survey answer": "调查表里的私话",
    "agreement terms": "责任书私密条款",
    "craftsman": "亓工匠",
    "assessor": "谌评估员",
    "assessment note": "评估备注的私话",
    "assessment answer": "评估答案的私话",
    "reading note": "仪器检测的私话",
    "care note": "养护日志的私话",
    "strategy aims": "方案目标的私话",
    "work text": "工程单的私话",
    "work outcome": "验收意见的私话",
    "viewpoint": "蔺家二楼阳台",
    "reporter": "阚举报",
    "reporter phone": "13698765432",
    "applicant": "逄申请",
    "project": "某户翻建的私事",
    "crew": "郗施工队",
    "signature": "签字意见的私话",
    "line text": "措施行的私话",
    "check result": "核查答复的私话",
    "notice text": "告知书的私话",
    "letter scan": "责任书扫描私名.pdf",
    "instrument place": "仪器位置的私话",
    "document name": "案卷文件私名.pdf",
    "trial task": "试验分工的私话",
    "payment note": "补助发放的私话",
}
"""Private values, each in one or more private columns and free texts of the register."""
COST = 876543219
"""An amount that stands nowhere else, hundredths."""

SECRET_POINT = (113.047163, 36.041287)
OTHER_POINT_SAME_CELL = (113.042918, 36.046711)
SECRET_PLACE = "隐秘沟"
GENERALISED_NO = "14040400002"
EXACT_NO = "14040400001"
EXACT_ZONE = (113.1, 36.1)
TOKEN = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{8,64}|[A-Za-z0-9+/]{86}=="
    r"|\"timeStamp\": \"[^\"]*\"|[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2} \(UTC[+-][0-9]{4}\)"
)
"""What differs between any two registers: record ids, hashes, signatures; and when an answer was given."""


@dataclass(frozen=True, slots=True)
class Office:
    """A register in a folder."""

    folder: Path
    engine: Any

    @property
    def address(self) -> str:
        return str(self.folder / "register.db")

    @property
    def edition(self) -> Path:
        return self.folder / "public.gpkg"


def plant(
    folder: Path, *, point: tuple[float, float] = SECRET_POINT, precision: Precision = Precision.MEDIUM
) -> Office:
    """A register with trees, a grove, a garden and photos; every private column holds a planted value."""
    folder.mkdir(exist_ok=True)
    _same_keys(folder / "register.db.keys")
    office = Office(folder, init_register(str(folder / "register.db"), actor="test", now=NOW))
    _import(office, point)
    with transaction(office.engine) as session:
        for name, value in (("public_address", "https://trees.example"), ("duty_phone", "12345")):
            change_setting(session, name, value, actor="test", now=NOW)
        for person in session.exec(select(Party)):
            person.phone = PLANTED["party phone"]
        trees = {tree.tree_no: tree for tree in session.exec(select(Tree))}
        trees[GENERALISED_NO].position_precision = precision
        trees[EXACT_NO].released = '["notes","small_place"]'
        for number in (EXACT_NO, GENERALISED_NO):
            facts = PhotoFacts(
                PhotoKind.WHOLE, date(2026, 1, 2), PLANTED["photo caption"], credit=PLANTED["photographer"],
                viewpoint=PLANTED["viewpoint"], bearing_deg=12.25, distance_m=7.75,
            )  # fmt: skip
            _photo(folder / f"{number}.jpg", point)
            add_photo(
                session,
                trees[number].id,
                folder / f"{number}.jpg",
                facts,
                store=photo_store(office.address),
                actor="test",
                now=NOW,
            )
        assert session.exec(select(Photo)).all()
        place = AreaPlace("cn-local", "cn-census-2", trees[EXACT_NO].division_id)
        ring = tuple(
            (point[0] + east, point[1] + north) for east, north in ((0, 0), (0.0001, 0), (0, 0.0001), (0, 0))
        )
        for draft, register in AREAS_PLANTED:
            plain = {"name": "一处", "boundary": ring, "position_precision": precision}
            plain |= {"lon": point[0], "lat": point[1], "lon_raw": str(point[0]), "lat_raw": str(point[1])}
            register(session, draft.model_copy(update=plain), place, actor="test", now=NOW)
        for table, number, kind, what in LEDGER_PLANTED:
            facts = {"number": number, "kind": kind, "description": PLANTED[what], "updated_on": NOW.date()}
            own = {"authority_id": "cn-local", "source_id": "cn-census-2", "position_precision": precision}
            session.add(table(**facts, **own, boundary=json.dumps(ring), lon=point[0], lat=point[1]))
        _plant_office_matters(session, trees[EXACT_NO])
        _plant_zones(session, trees, point)
        _plant_desk(session, trees)
        with _same_codes():
            issue_tags(
                session, [t.id for _, t in sorted(trees.items())], keys=_keys(office), actor="test", now=NOW
            )
    publish_again(office)
    return office


AREAS_PLANTED: tuple[tuple[Any, Any], ...] = (
    (
        GroveDraft(
            number="G1",
            notes=PLANTED["grove notes"],
            extent_text=PLANTED["grove extent"],
            care_advice=PLANTED["grove advice"],
        ),
        register_grove,
    ),
    (
        GardenDraft(number="Y1", notes=PLANTED["garden notes"], description=PLANTED["garden description"]),
        register_garden,
    ),
)
LEDGER_PLANTED: tuple[tuple[Any, str, Any, str], ...] = (
    (Place, "P1", PlaceKind.VILLAGE, "place description"),
    (Element, "E1", ElementKind.BRIDGE, "element description"),
)


def _plant_zones(session: Session, trees: dict[str, Tree], point: tuple[float, float]) -> None:
    """Zones of every tree, computed and delineated, those of the generalised one as exact as its point."""
    session.flush()
    square = [(0.0, 0.0), (0.0001, 0.0), (0.0001, 0.0001), (0.0, 0.0001)]
    for number, (lon, lat) in ((EXACT_NO, EXACT_ZONE), (GENERALISED_NO, point)):
        shape = shapely.Polygon([(lon + east, lat + north) for east, north in square])
        draft = LegalDraft(
            shape, "划〔2026〕1号", approved_by="某县人民政府", published_on=NOW.date(),
            deviation=PLANTED["zone deviation"], file_name=PLANTED["zone file"],
        )  # fmt: skip
        ref = ("tree", trees[number].id, number)
        set_legal_zones(session, [(ref, draft)], today=NOW.date(), actor="test", now=NOW)
        (outline,) = drawn([Plan(lon, lat, (6.0,) * 4, 5.0)])
        proposed = Proposed(
            ("tree", trees[number].id), number, "1", json.dumps({"lon": lon, "lat": lat}), None, "cn-2025",
            "zone.any", "0" * 64, "low", outline,
        )  # fmt: skip
        compute_zones(session, [proposed], today=NOW.date(), actor="test", now=NOW)


def _plant_office_matters(session: Session, tree: Tree) -> None:
    """What offices keep beside a tree: a case with experts and objections, a survey form, an agreement."""
    people = {
        name: Party(kind=PartyKind.PERSON, name=PLANTED[name]) for name in ("expert", "objector", "craftsman")
    }
    answers = json.dumps({"notes": PLANTED["survey answer"]}, ensure_ascii=False)
    case = CaseFile(number="A-1", kind=CaseKind.DESIGNATION, tree_id=tree.id, opened_on=NOW.date())
    campaign = Campaign(id="c", title="普查", form="cn-census-2", starts_on=NOW.date())
    plain = {"number": "K1", "authority_id": tree.authority_id, "source_id": tree.source_id, "name": "叠石"}
    craft = Craft(**plain, updated_on=NOW.date())
    session.add_all([*people.values(), case, campaign, craft])
    session.flush()
    session.add_all(
        [
            AppraisalOpinion(
                case_id=case.id, party_id=people["expert"].id, given_on=NOW.date(), verdict=Verdict.AGREES,
                text=PLANTED["expert opinion"],
            ),
            Objection(
                case_id=case.id, party_id=people["objector"].id, received_on=NOW.date(),
                text=PLANTED["objection"],
            ),
            CampaignSurvey(campaign_id="c", tree_id=tree.id, answers=answers),
            CareAgreement(
                tree_id=tree.id, party_id=people["objector"].id, signed_on=NOW.date(),
                terms=PLANTED["agreement terms"],
            ),
            Craftsman(craft_id=craft.id, party_id=people["craftsman"].id),
        ]
    )  # fmt: skip
    session.flush()
    _plant_care(session, tree)


def _plant_care(session: Session, tree: Tree) -> None:
    """What is done for a tree: of all of it only the model, band, measure and days may leave."""
    person = Party(kind=PartyKind.PERSON, name=PLANTED["assessor"])
    session.add(person)
    session.flush()
    told = {
        "title": ["健康评估", "Health"],
        "about": "health",
        "is_scored": True,
        "band_label": ["弱", "weak"],
    }
    answers = [{"note": PLANTED["assessment answer"]}]
    own: dict[str, Any] = {"tree_id": tree.id, "party_id": person.id}
    measure = next(iter(all_measures()))
    session.add_all(
        [
            Assessment(
                **own, model_id="m", model_version="1", model_sha256="0" * 64, assessed_on=NOW.date(),
                state=AssessmentState.REVIEWED, notes=PLANTED["assessment note"], reviewer_id=person.id,
                result=json.dumps({**told, "lines": answers}, ensure_ascii=False),
            ),
            InstrumentReading(
                **own, instrument=InstrumentKind.RESISTOGRAPH, measured_on=NOW.date(),
                notes=PLANTED["reading note"],
            ),
            CareEntry(**own, done_on=NOW.date(), kind=CareKind.WATERING, notes=PLANTED["care note"]),
            Strategy(tree_id=tree.id, number="CL-1", made_on=NOW.date(), aims=PLANTED["strategy aims"]),
            WorkOrder(
                **own, number="GD-1", measure=measure, state=WorkState.ACCEPTED, accepted_on=NOW.date(),
                text=PLANTED["work text"], outcome=PLANTED["work outcome"], cost_cents=987654321,
            ),
        ]
    )  # fmt: skip
    session.flush()


def _plant_desk(session: Session, trees: dict[str, Tree]) -> None:
    """What stands beside every tree at the desk: cases, signatures, letters, money, notices, checks."""
    names = ("reporter", "applicant", "crew")
    people = {name: Party(kind=PartyKind.PERSON, name=PLANTED[name]) for name in names}
    people["reporter"].phone = PLANTED["reporter phone"]
    session.add_all(people.values())
    session.flush()
    reporter, applicant, crew = (people[name].id for name in names)
    for place, tree in enumerate(trees.values()):
        own: dict[str, Any] = {"tree_id": tree.id}
        day = NOW.date()
        case = CaseFile(
            **own, number=f"B-{place}", kind=CaseKind.INCIDENT, opened_on=day, reporter_id=reporter,
            applicant_id=applicant, project=PLANTED["project"], penalty_cents=COST,
        )  # fmt: skip
        strategy = Strategy(**own, number=f"CL-B{place}", made_on=day)
        trial = Trial(number=f"TR-{place}", title="试验", budget_cents=COST)
        letter = CareLetter(
            code=f"C{place}", batch="b", kind=LetterKind.AGREEMENT, terms_version="1",
            document_no=f"YH-{place}", party_id=applicant, made_at=NOW, valid_from=day, page_count=1,
            yearly_cents=COST,
            scan_name=PLANTED["letter scan"],
        )  # fmt: skip
        session.add_all([case, strategy, trial, letter])
        session.flush()
        session.add_all(
            [
                CaseDocument(
                    case_id=case.id, kind=DocumentKind.EVIDENCE, file_name=PLANTED["document name"],
                    media_type="application/pdf", size_bytes=1, sha256="0" * 64, added_at=NOW,
                ),
                PlateBinding(
                    **own, text=f"{PLANTED['plate text']}{place}", text_hash=f"{place:064}", bound_on=day
                ),
                StrategyLine(strategy_id=strategy.id, ordinal=1, measure="T01", text=PLANTED["line text"]),
                StrategySignature(
                    strategy_id=strategy.id, party_id=reporter, role=SignRole.EXPERT, signed_on=day,
                    opinion=PLANTED["signature"], content_sha256="0" * 64,
                ),
                TrialPartner(trial_id=trial.id, party_id=crew, task=PLANTED["trial task"]),
                CarePayment(
                    year=2020 + place, party_id=applicant, record_count=1, amount_cents=COST,
                    notes=PLANTED["payment note"],
                ),
                StewardNotice(
                    **own, party_id=applicant, kind=NoticeKind.WARNING, sent_on=day,
                    text=PLANTED["notice text"],
                ),
                InstrumentReading(
                    **own, instrument=InstrumentKind.RESISTOGRAPH, measured_on=day,
                    position=PLANTED["instrument place"], party_id=crew,
                ),
                WorkOrder(
                    **own, number=f"GD-B{place}", measure="T01", state=WorkState.ACCEPTED, accepted_on=day,
                    party_id=crew, accepted_by_id=reporter, cost_cents=COST,
                ),
                ZoneCheck(
                    number=f"ZC-{place}", code=f"Z{place}", made_at=NOW, valid_to=day,
                    project=PLANTED["project"], applicant_id=applicant, file_name="a",
                    file_sha256="0" * 64, projection="WGS84", outline="",
                    verdict=ZoneVerdict.NONE, hit_count=0, sha256="0" * 64, history_head="0" * 64,
                    result=json.dumps({"said": PLANTED["check result"]}, ensure_ascii=False),
                ),
            ]
        )  # fmt: skip
    session.flush()


def publish_again(office: Office) -> None:
    """The next edition of the register."""
    publish(
        office.engine,
        office.edition,
        keys=_keys(office),
        photos=photo_store(office.address),
        actor="test",
        now=NOW,
    )


def public_records(office: Office) -> list[TreeRecord]:
    """All trees through the redaction, as exports get them; hashes, which always differ, made the same."""
    with reading(office.engine) as session:
        ids = stream_ids(session, ())
        trees = [
            redact(f.record, f.disclosure)[0] for f in full_trees(session, ids, photo_store(office.address))
        ]
    return [replace(t, history=tuple(replace(event, hash="0" * 64) for event in t.history)) for t in trees]


def _plate(tag: TagContent, kind: str, template: PlateTemplate, t: Translator) -> bytes:
    """One plate with all that its template asks for."""
    size = (240.0, 180.0)
    return _bytes(lambda out: write_plate(tag, out, kind, template=template, size_mm=size, language=t))


def exported_files(office: Office) -> dict[str, bytes]:
    """Every public export as bytes by name: edition, manifest, tags, map, dossiers in both languages."""
    files = {path.name: path.read_bytes() for path in (office.edition, Path(f"{office.edition}.json"))}
    trees = public_records(office)
    with transaction(office.engine) as session:
        issued = issue_tags(session, [t.uuid for t in trees], keys=_keys(office), actor="test", now=NOW)
        assert history_head(session)
        around = {tree.uuid: neighbours_of(session, tree) for tree in trees}
        whole = legal_files(session, "tree", [tree.uuid for tree in trees], PackLibrary(), NOW.date())
        shown = {
            tree.uuid: (tree.tree_no, tree.name_zh, tree.position_precision, tree.growth_place)
            for tree in trees
            if tree.lon is not None
        }
        zones = [
            MapZone(row["kind"], row["number"], row["name"], row["area_m2"], row["document_no"],
                    row["basis_zh"] or "", row["geom"])
            for row in zones_around(session, PackLibrary(), shown)
        ]  # fmt: skip
        areas: list[MapArea] = page_areas(session, ())[0]
        printed = printed_areas(session, ())[0]
    facts = RegisterFacts("名册", "https://trees.example", "0" * 64, NOW, NOW.date(), 1, False)
    for lang in ("zh", "en"):
        t = translator(lang)
        tags = [
            tag_content(tree, tag.printed, "https://trees.example", t)
            for tree, tag in zip(trees, issued, strict=True)
        ]
        files[f"tags.{lang}.pdf"] = _bytes(
            lambda out, t=t, tags=tags: write_plate_sheets(
                tags, out, facts=facts, language=t, template=shipped_template("house")
            )
        )
        for kind in ("svg", "dxf"):
            files[f"tags.{lang}.{kind}"] = b"".join(
                _plate(tag, kind, shipped_template(name), t)
                for name in ("zhengzhou", "visitor", "linqing-nantong")
                for tag in tags[:12]
            )
        files[f"map.{lang}.html"] = _bytes(
            lambda out, lang=lang: write_map(trees, out, language=lang, facts=facts, zones=zones, areas=areas)
        )
        files[f"map.{lang}.pdf"] = _bytes(
            lambda out, lang=lang: write_print_map(
                trees, out, language=lang, facts=facts, grid_for=printed_grid, zones=zones, areas=printed,
                options=PrintOptions(is_series=True, scale=50_000),
            )
        )  # fmt: skip
        for tree in trees:
            files[f"{tree.tree_no}.{lang}.pdf"] = _bytes(
                lambda out, t=t, tree=tree: write_dossier(
                    tree,
                    facts,
                    out,
                    language=t,
                    neighbours=around[tree.uuid],
                    file=whole[tree.uuid].public,
                )
            )
    return files


async def site_answers(office: Office, addresses: list[str]) -> dict[str, bytes]:
    """What the site answers at `addresses`, and at every address of its own that its pages name."""
    datasette = create_datasette(office.edition)
    try:
        answers: dict[str, bytes] = {}
        waiting = list(addresses)
        while waiting and len(answers) < 400:
            address = waiting.pop(0)
            response = await datasette.client.get(address)
            answers[address] = response.content
            if not address.startswith("/public") and "html" in response.headers.get("content-type", ""):
                found = re.findall(r"(?:href|src|data-points|data-src)=\"(/[^\"#]*)", response.text)
                waiting += [
                    a.replace("&amp;", "&")
                    for a in found
                    if a.replace("&amp;", "&") not in {*answers, *waiting}
                ]
        return answers
    finally:
        datasette.executor.shutdown()
        for database in datasette.databases.values():
            database.close()


def unpacked(name: str, content: bytes) -> Iterator[bytes]:
    """`content` and everything inside it: cells, PDF text and attachments, ZIP members, image metadata."""
    yield content
    if content.startswith(b"SQLite format 3\0"):
        yield from _cells(content)
    elif content.startswith(b"%PDF"):
        yield from _pdf_parts(content)
    elif content.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in archive.namelist():
                yield from unpacked(member, archive.read(member))
    elif content.startswith(b"\xff\xd8"):
        with Image.open(io.BytesIO(content)) as image:
            yield repr(dict(image.getexif())).encode()
            yield repr(image.info).encode()
    elif content.startswith(b"\x1f\x8b"):
        yield from unpacked(name, zlib.decompress(content, 47))


def blurred(content: bytes) -> list[str]:
    """The readable parts of `content`, with identifiers, hashes and tag codes taken out, for comparison."""
    return [
        TOKEN.sub("*", part.decode("utf-8", "replace"))
        for part in unpacked("", content)
        if not _is_container(part)
    ]


def _is_container(part: bytes) -> bool:
    return part.startswith((b"SQLite format 3\0", b"%PDF", b"PK\x03\x04", b"\x1f\x8b", b"\xff\xd8"))


def _keys(office: Office) -> Any:
    return read_keys(key_path(office.address))


def _same_keys(path: Path) -> None:
    """Keys that are the same in every planted register, so that only what was planted differs."""
    key = base64.b64encode(bytes(range(32))).decode()
    path.write_text(json.dumps({"tag_key_id": "1", "tag_keys": {"1": key}, "edition_key": key}))


@contextmanager
def _same_codes() -> Iterator[None]:
    numbers = count(1)
    with patch(
        "registry.commands.tags.secrets.token_bytes",
        lambda size: sha256(bytes([next(numbers)])).digest()[:size],
    ):
        yield


def _bytes(write: Any) -> bytes:
    stream = io.BytesIO()
    write(stream)
    return stream.getvalue()


def _import(office: Office, point: tuple[float, float]) -> None:
    mapping = replace(named_mapping("cn-census-2"), release=("history_text",))
    base = {c.header: "" for c in mapping.columns}
    common = base | {
        "类别": "古树",
        "省": "山西省",
        "市": "长治市",
        "县区": "上党区",
        "乡镇": "韩店街道",
        "村": "某村",
        "生长场所": "乡村",
        "分布特点": "散生",
        "中文名": "国槐",
        "拉丁名": "Styphnolobium japonicum",
        "科": "豆科",
        "属": "槐属",
        "权属": "集体",
        "树龄(年)": "350",
        "古树等级": "二级",
        "树高(m)": "18",
        "胸围(cm)": "320",
        "冠幅东西(m)": "12",
        "冠幅南北(m)": "12",
        "冠幅平均(m)": "12",
        "海拔(m)": "980",
        "生长势": "正常",
        "生长环境": "良好",
        "调查日期": "2017-06-22",
        "调查人": PLANTED["surveyor"],
        "管护人": PLANTED["steward"],
        "审核人": PLANTED["reviewer"],
    }
    exact = common | {
        "古树编号": EXACT_NO,
        "经度": "113.1",
        "纬度": "36.1",
        "小地名": PLANTED["household"],
        "古树历史": f"院主电话 {PLANTED['phone']}，身份证 {PLANTED['identity']}",
        "备注": f"信箱 {PLANTED['mail']} {PLANTED['landline']}",
        "受害情况": PLANTED["unreleased damage"],
        "奇特性状描述": PLANTED["unreleased peculiarity"],
        "树种鉴定记载": PLANTED["species record"],
        "照片及说明": PLANTED["photo note"],
    }
    hidden = common | {
        "古树编号": GENERALISED_NO,
        "经度": str(point[0]),
        "纬度": str(point[1]),
        "小地名": SECRET_PLACE,
        "村": SECRET_PLACE,
        "海拔(m)": str(round(900 + point[0] % 1 * 1000)),
        "古树历史": f"{SECRET_PLACE}往东三十步",
        "备注": PLANTED["unreleased notes"],
    }
    third = common | {"古树编号": "14040400003", "经度": "113.2", "纬度": "36.2", "古树历史": ""}
    third["备注"] = PLANTED["unreleased history"]
    path = office.folder / "census.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(base))
        writer.writeheader()
        writer.writerows([exact, hidden, third])
    with transaction(office.engine) as session:
        report = import_table(session, open_table(path, fits=mapping.fits), mapping, actor="test", now=NOW)
    assert report.counts["created"] == 3, report


def _photo(path: Path, point: tuple[float, float]) -> None:
    image = Image.new("RGB", (640, 480), (40, 90, 60))
    exif = image.getexif()
    exif[0x0110] = PLANTED["photo camera"]
    gps = exif.get_ifd(0x8825)
    gps[2] = tuple(float(part) for part in (point[1], 0, 0))
    gps[4] = tuple(float(part) for part in (point[0], 0, 0))
    image.save(path, "JPEG", exif=exif)


def _cells(content: bytes) -> Iterator[bytes]:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.deserialize(content)
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            if table in ("tree_search", "found_search"):
                continue
            for row in connection.execute(f'SELECT * FROM "{table}"'):
                for value in row:
                    yield from unpacked("", value) if isinstance(value, bytes) else (str(value).encode(),)


def _pdf_parts(content: bytes) -> Iterator[bytes]:
    reader = pypdf.PdfReader(io.BytesIO(content))
    for page in reader.pages:
        yield page.extract_text().encode()
        yield page.get_contents().get_data()
        for image in page.images:
            yield from unpacked("", image.data)
    yield repr(reader.metadata).encode()
    for attachments in reader.attachments.values():
        for attachment in attachments:
            yield from unpacked("", attachment)
