"""What can be taken out at the desk, and the commands that make it."""

from dataclasses import dataclass

from registry.rules.permissions import Right
from registry.vocab.labels import Label


@dataclass(frozen=True, slots=True)
class Export:
    """One thing that can be taken out.

    scope: "where" (trees that a selection chooses), "record" or "strategy" (one), or "all" (the whole
    register, for those whose right holds everywhere). kinds: endings of the file. rights: all that are
    needed; a selection is kept within each.
    """

    name: str
    about: Label
    command: tuple[str, ...]
    file: str
    kinds: tuple[str, ...]
    scope: str
    rights: tuple[Right, ...] = (Right.EXPORT,)
    out_as: tuple[str, ...] = ("{out}",)
    asks: tuple[str, ...] = ()
    is_folder: bool = False
    is_restricted: bool = False
    """Whether it holds what is not public, whatever is chosen."""

    @property
    def kind(self) -> str:
        """What its job is called."""
        return f"export_{self.name}"


_OUT_OPTION = ("--out", "{out}")
_OFFICE = (Right.EXPORT, Right.FILE)
_KEEPS = (Right.EXPORT, Right.RECORD)
_ALL = (
    Export(
        "dossier",
        Label("一棵树或一处古树群的全部档案，一份 PDF。", "The whole file of one tree or grove as a PDF."),
        ("dossier",), "dossier", (".pdf",), "record", asks=("restricted",),
    ),
    Export(
        "dossiers",
        Label(
            "所选树木每株一份 PDF，打包为 ZIP；公开内容。",
            "A PDF for each tree chosen, in one ZIP; public content.",
        ),
        ("dossiers",), "dossiers", (".zip",), "where", is_folder=True,
    ),
    Export(
        "office_dossiers",
        Label(
            "所选树木每株一份 PDF，打包为 ZIP，含不公开的内容；仅限内部使用。",
            "A PDF for each tree chosen, in one ZIP, with what is not public: for the office only.",
        ),
        ("dossiers", "--restricted"), "office-dossiers", (".zip",), "where", _OFFICE, is_folder=True,
        is_restricted=True,
    ),
    Export(
        "tags",
        Label(
            "整张标牌，带签名二维码，与清单、校验值一并打包为 ZIP；没有标牌的树会获发一块。",
            "Sheets of tags with signed QR codes, with manifest and checksums in one ZIP; trees without "
            "a tag are issued one.",
        ),
        ("tags",), "tags", (".pdf",), "where", _KEEPS, asks=("start_at", "plates", "sheet"),
    ),
    Export(
        "plates",
        Label(
            "每块标牌一个文件（PDF、SVG、DXF 或 PNG），供制牌单位使用，与清单、校验值一并打包为 ZIP。",
            "A file for each tag (PDF, SVG, DXF or PNG), for whoever makes the plates, with manifest and "
            "checksums in one ZIP.",
        ),
        ("tags",), "plates", (".zip",), "where", _KEEPS, asks=("plates", "file_kind"), is_folder=True,
    ),
    Export(
        "map",
        Label(
            "地图：不用网络也能打开的网页，或 A4 纸质地图（PDF、PNG）；公开内容。",
            "A map: a page that opens without a network, or A4 on paper (PDF, PNG); public content.",
        ),
        ("map",), "map", (".html", ".pdf", ".png"), "where",
    ),
    Export(
        "tables",
        Label(
            "每木汇总表和分树种、等级、树龄等统计表；公开内容。",
            "Trees one by one, and counts by species, grade, age …; public content.",
        ),
        ("tables",), "tables", (".xlsx", ".ods"), "where",
    ),
    Export(
        "office_tables",
        Label(
            "同样的表，含不公开的内容；仅限内部使用。",
            "The same tables with what is not public: for the office only.",
        ),
        ("tables", "--restricted"), "office-tables", (".xlsx", ".ods"), "where", _OFFICE,
        is_restricted=True,
    ),
    Export(
        "patrols",
        Label(
            "到期和逾期的巡查，附养护责任人。",
            "Patrols that are due and overdue, with who looks after the trees.",
        ),
        ("patrol", "due"), "patrols", (".xlsx",), "where", _OFFICE, _OUT_OPTION, ("days",),
        is_restricted=True,
    ),
    Export(
        "field_sheets",
        Label(
            "给没有手机的巡查人、养护人的纸质现场记录表，每棵树一页，或按村列表。",
            "Sheets of paper for inspectors and caretakers without a phone: a page for each tree, or lists.",
        ),
        ("field-sheet",), "field-sheets", (".pdf",), "where", _OFFICE, asks=("steward", "as_list"),
        is_restricted=True,
    ),
    Export(
        "zones",
        Label("保护范围图层，供规划“一张图”使用。", "Protection zones as layers for planning's one map."),
        ("zones", "export"), "zones", (".gpkg", ".geojson"), "where", _OFFICE, is_restricted=True,
    ),
    Export(
        "quality",
        Label(
            "档案完整度与疑点：按区划、来源、检查项。",
            "How complete the files are and what is doubted: by division, source and check.",
        ),
        ("quality",), "quality", (".xlsx", ".html"), "where", _OFFICE, is_restricted=True,
    ),
    Export(
        "strategy",
        Label("一树一策成册（PDF）。", "A strategy as a book of its own (PDF)."),
        ("strategy", "print"), "strategy", (".pdf",), "strategy", _OFFICE, is_restricted=True,
    ),
    Export(
        "list",
        Label(
            "保护名录的下一版；每一版都留存。",
            "The next edition of the protection list; every edition is kept.",
        ),
        ("list", "make"), "protection-list", (".pdf", ".xlsx", ".html"), "all", _KEEPS,
        asks=("authority", "document"),
    ),
    Export(
        "report",
        Label("一年的统计报告，与上一年对照。", "The report of a year, compared with the year before."),
        ("report", "make"), "report", (".xlsx", ".pdf", ".html"), "all", out_as=(), asks=("year",),
    ),
    Export(
        "ledger",
        Label("古树群、名园、地点或要素的台账。", "The ledger of groves, gardens, places or elements."),
        ("ledger", "list"), "ledger", (".xlsx", ".html"), "all", asks=("ledger", "restricted"),
    ),
    Export(
        "assessments",
        Label("全部健康评估。", "All assessments of health."),
        ("assess", "list"), "assessments", (".xlsx",), "all", _OFFICE, _OUT_OPTION, is_restricted=True,
    ),
)  # fmt: skip
EXPORTS: dict[str, Export] = {each.name: each for each in _ALL}
