"""Names of trees as registers write them: taking scientific names apart, telling units from persons."""

import re
import unicodedata
from dataclasses import dataclass

_AUTHOR_WORDS = {"ex", "et", "in", "de", "den", "van", "von"}
_RANKS = {"subsp.": "subsp.", "ssp.": "subsp.", "var.": "var.", "f.": "f.", "forma": "f.", "cv.": "cv."}
_SYNONYM = re.compile(r"\(\s*syn\..*?\)", re.IGNORECASE)
_GENUS = re.compile(r"[A-Z][a-zë-]+")
_EPITHET = re.compile(r"[a-zë][a-zë-]+")
_SHOUTED_EPITHET = re.compile(r"[A-Z][a-z]+(?:a|us|um|is|i|e|ens)")
_RANK_GLUED = re.compile(r"\b(subsp|ssp|var|cv)\.(?=[a-z])")


@dataclass(frozen=True, slots=True)
class ScientificName:
    """A scientific name without its author, and the author as written."""

    name: str
    author: str | None


def split_scientific_name(text: str) -> ScientificName | None:
    """The name and the author in `text`; None where it does not begin like a scientific name.

    `Ficus virens (syn. …)` and `Eucalyptus citriodora / Corymbia citriodora` give their first name: the
    recorded text is kept beside it.
    """
    plain = _SYNONYM.sub(" ", unicodedata.normalize("NFKC", text)).split(" / ")[0]
    words = _RANK_GLUED.sub(r"\1. ", plain).replace("×", " × ").split()
    if not words or not _GENUS.fullmatch(words[0]):
        return None
    name = [words.pop(0)]
    if len(words) > 1 and _SHOUTED_EPITHET.fullmatch(words[0]):
        words[0] = words[0].lower()
    if words and words[0] in {"x", "×", "X"}:
        words.pop(0)
        name.append("×")
    if words and _EPITHET.fullmatch(words[0]):
        name.append(words.pop(0))
        _take_infraspecific(words, name)
    elif words and words[0] in {"sp.", "spp."}:
        words.pop(0)
        name.append("sp.")
    author = " ".join(words).strip(" ,;")
    return ScientificName(" ".join(name), author or None)


def _take_infraspecific(words: list[str], name: list[str]) -> None:
    if words and _EPITHET.fullmatch(words[0]) and words[0] not in _AUTHOR_WORDS:
        name.append(words.pop(0))  # a third epithet without its rank
        return
    for position, word in enumerate(words[:-1]):
        if word in _RANKS and _EPITHET.fullmatch(words[position + 1]):
            name.extend((_RANKS[word], words[position + 1]))
            del words[: position + 2]
            return


_UNIT_ENDINGS = [
    "局",
    "处",
    "處",
    "署",
    "厅",
    "廳",
    "部",
    "委",
    "委员会",
    "委員會",
    "所",
    "院",
    "馆",
    "館",
    "中心",
    "公司",
    "大学",
    "大學",
    "学院",
    "學院",
    "中学",
    "中學",
    "小学",
    "小學",
    "国小",
    "國小",
    "国中",
    "國中",
    "高中",
    "学校",
    "學校",
    "银行",
    "銀行",
    "社区",
    "社區",
    "寺",
    "庙",
    "廟",
    "宫",
    "宮",
    "观",
    "祠",
    "教会",
    "教會",
    "人会",
    "人會",
    "基金会",
    "基金會",
    "协会",
    "協會",
    "村委",
    "村委会",
    "居委会",
    "管理委员会",
    "管理委員會",
    "合作社",
    "办事处",
    "辦事處",
    "街道办",
    "分署",
    "总队",
    "總隊",
    "警察局",
    "政府",
    "公所",
    "农场",
    "農場",
    "林场",
    "林場",
    "集团",
    "集團",
    "陵园",
    "陵園",
    "公园",
    "公園",
    "医院",
    "醫院",
    "法院",
    "检察署",
    "檢察署",
    "站",
    "队",
    "隊",
    "厂",
    "廠",
    "会",
    "會",
    "大队",
    "村",
    "镇政府",
    "乡政府",
    "科",
    "园",
    "園",
    "府",
    "店",
]
_UNIT_WORDS_EN = re.compile(
    r"\b(department|office|bureau|board|authority|university|college|school|hospital|park|council|division|"
    r"company|ltd|limited|corporation|government|force|service|services|committee|association|trust|club|"
    r"church|temple|police|centre|center|housing)\b",
    re.IGNORECASE,
)
_SURNAMES_EN = frozenset({"park", "church", "temple", "school", "force", "club", "trust", "office", "center"})
"""Words of units that are surnames too: with one more word they may be a person (Chan Park)."""
_PRIVATE = re.compile(
    r"\b(?:mr|mrs|ms|miss|dr)\b|私人|个人|個人|住户|住戶|屋主|业主|業主|先生|女士|小姐|某某|某[甲乙丙丁]|[\u4e00-\u9fff][某○〇]|联系人|聯絡人|户主|戶主",
    re.IGNORECASE,
)


_BETWEEN_PARTS = re.compile(
    r"[、,，;；:：/()（）\[\]【】]+|(?<=[\u3400-\u9fff])[\s-]+|[\s-]+(?=[\u3400-\u9fff])"
)
_GIVEN_NAME_ENDINGS = (
    "会",
    "會",
    "村",
    "科",
    "园",
    "園",
    "队",
    "隊",
    "店",
    "站",
    "观",
    "宫",
    "宮",
    "府",
    "厂",
    "廠",
)
"""Endings of units with which given names end as well: three characters are too few to tell (王新村)."""


def is_unit_name(text: str) -> bool:
    """Whether `text` names a unit and no person. In doubt it does not: what looks private stays private.

    Every part between 、,;:/ and brackets, and between blanks beside Chinese characters, must look like a
    unit; `(…代管)` counts by what stands before 代管.
    """
    if _PRIVATE.search(text):
        return False
    parts = [part.strip() for part in _BETWEEN_PARTS.split(text) if part.strip()]
    return bool(parts) and all(_is_unit_part(part) for part in parts)


def _is_unit_part(part: str) -> bool:
    if part.isascii():
        found = _UNIT_WORDS_EN.findall(part)
        return bool(found) and (len(part.split()) > 2 or found[0].lower() not in _SURNAMES_EN)
    core = re.sub(r"(代管|管理|等)(至[0-9.]+)?$", "", part).strip()
    if len(core) == 3 and (core.endswith(_GIVEN_NAME_ENDINGS) or core[1:] in _UNIT_ENDINGS):
        return core.endswith(("政府", "公所", "法院"))
    return len(core) >= 3 and core.endswith(tuple(_UNIT_ENDINGS))
