"""A proposal as a mapping file that a registrar can edit: every open point is a comment in both languages.

What is unsure stands there as a comment and is not read: to settle it, take the mark away.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from registry.errors import Phrase
from registry.importing.proposing import Proposal, division_fields
from registry.importing.proposing_columns import Proposed
from registry.vocab.language import translator

_LINE = 100
_TO_FILL = "待填写 / to be filled in"
_LICENCE = "未授权公开使用 / not licensed for re-use"
_ADVICE = (
    "这份映射是自动提出的草稿：来源、主管部门、许可和坐标系待填写。 "
    "This mapping is a proposed draft: source, authority, licence and datum are to be filled in."
)


def mapping_text(proposal: Proposal) -> str:
    """The mapping in TOML. `read_mapping` takes it unless no column is the number: then it says so."""
    parts = (
        _head(proposal), _source(proposal), _authority(proposal), _defaults(proposal), _designation(proposal),
        _divisions(proposal), _placeholders(proposal), _columns(proposal), _whens(proposal),
    )  # fmt: skip
    return "\n".join("\n".join(part) + "\n" for part in map(list, parts) if part)


def slug(proposal: Proposal) -> str:
    """An identifier for the file: its name where that is ASCII, else one made from it."""
    stem = proposal.path.name.partition(".")[0]
    plain = re.sub(r"[^a-z0-9]+", "-", stem.lower()).strip("-")
    digest = hashlib.sha256(stem.encode("utf-8", "replace")).hexdigest()[:8]
    return plain[:60] if plain and stem.isascii() else f"file-{digest}"


def _head(proposal: Proposal) -> Iterator[str]:
    yield _comment(f"{proposal.path.name}: `gushu mapping`")
    yield "# 自动提出的映射草稿。“不确定”的列前有 #，回答问题后去掉 # 才会读入。"
    yield "# A proposed mapping. Unsure columns have a # before them: answer the question, take it away."
    for question in proposal.questions:
        yield from _asked(question)
    yield f"id = {_string(slug(proposal))}"
    yield f"title = {_string(proposal.path.name)}"
    yield "release = []  # 不公开任何自由文本 / no free text is published"
    if not proposal.told:
        yield f"advice = {_string(_ADVICE)}"
    is_own = bool(proposal.told)
    left_out = [
        column.header for column in proposal.columns if not column.field and (is_own or column.beside)
    ]
    if left_out:
        yield f"ignore = {_value(left_out)}"
    if proposal.placeholder_dates:
        days = ", ".join(day.isoformat() for day in proposal.placeholder_dates)
        yield f"placeholder_dates = [{days}]  # 是否表示“不详”？ do they mean “not known”?"


def _source(proposal: Proposal) -> Iterator[str]:
    yield "[source]  # 请改为数据的正式名称、发布单位与许可 / name the data, its publisher and its licence"
    told = proposal.told
    facts = {
        "id": slug(proposal), "title": proposal.path.name, "title_lang": proposal.text_lang,
        "title_en": proposal.path.name, "publisher": told.get("attribution", _TO_FILL),
        "licence": told.get("licence", _LICENCE), "licence_url": "",
        "attribution": told.get("attribution", _TO_FILL), "origin": "",
    }  # fmt: skip
    yield from (f"{key} = {_string(text)}" for key, text in facts.items())


def _authority(proposal: Proposal) -> Iterator[str]:
    yield "[authority]  # 编号由谁编定 / who allots the numbers"
    is_mainland = proposal.text_lang == "zh-Hans"
    facts = {
        "id": "cn-local" if is_mainland else f"{slug(proposal)[:50]}-authority",
        "name_zh": "本级古树名木主管部门" if is_mainland else "主管部门（待填写）",
        "name_zh_lang": "zh-Hans", "name_en": "Authority (to be filled in)",
        "jurisdiction": "cn" if is_mainland else "other",
    }  # fmt: skip
    if proposal.told:
        told = proposal.told["authority_id"]
        facts |= {"id": told, "name_zh": told, "name_en": told, "jurisdiction": proposal.told["jurisdiction"]}
    yield from (f"{key} = {_string(text)}" for key, text in facts.items())


def _defaults(proposal: Proposal) -> Iterator[str]:
    yield "[defaults]"
    yield f"number_scheme = {_string(proposal.number_scheme)}"
    if not proposal.has("category"):
        yield 'category = "listed"  # 古树 ancient、名木 famous……不明时不改 / change it where it is known'
    fields = {column.field for column in proposal.columns}
    if {"lon", "lat", "position"} & fields:
        yield from _datum(proposal)
    note = "  # 请写语言代码 / write the language" if proposal.text_lang == "und" else ""
    yield f"text_lang = {_string(proposal.text_lang)}{note}"
    if "vigour" in fields and not proposal.has("vigour_scale"):
        yield 'vigour_scale = "lyt2738"  # 正常、衰弱、濒危、死亡'


def _datum(proposal: Proposal) -> Iterator[str]:
    if proposal.datum:
        yield f"datum = {_string(proposal.datum)}  # 文件中写明 / said in the file"
        return
    yield "# 坐标系看不出来：请向制表单位问明。 The datum cannot be seen: ask who made the file."
    yield 'datum = "unknown"'
    yield '# datum = "CGCS2000"  # 或 / or "WGS84", "GCJ-02", "BD-09", "EPSG:4547" …'
    if any("twd97" in column.header.lower() for column in proposal.columns):
        yield '# datum = "EPSG:3826"  # TWD97 / TM2 121°；118° 为 / is EPSG:3825'


def _designation(proposal: Proposal) -> Iterator[str]:
    if proposal.has("grade"):
        yield "[designation]"
        yield "# 等级按何规定评定 / the rules behind the grades"
        yield f"grade_scheme = {_string(proposal.grade_scheme)}"


def _divisions(proposal: Proposal) -> Iterator[str]:
    if division_fields(proposal):
        yield "[divisions]"
        yield f"lang = {_string(proposal.text_lang)}"


def _placeholders(proposal: Proposal) -> Iterator[str]:
    if proposal.placeholders or proposal.beginnings:
        yield "[placeholders]  # 表示“没有记载”的字样 / words that stand for nothing"
        yield f"texts = {_value(list(proposal.placeholders))}"
        yield f"beginnings = {_value(list(proposal.beginnings))}"


def _columns(proposal: Proposal) -> Iterator[str]:
    yield "[columns]"
    later: list[Proposed] = []
    for column in proposal.columns:
        if column.field is None:
            yield from _left_out(column, proposal)
        elif not _can_be_written(column.header):
            yield _comment(f"{column.header!a}: 列名有无法显示的字符 / a header that cannot be shown")
        elif len(_inline(column)) > _LINE and "vocabulary" in column.keys:
            later.append(column)
        else:
            yield from _in_question(column, [f"{_string(column.header)} = {_inline(column)}"])
    for column in later:
        yield ""
        yield from _in_question(column, _as_table(column))


def _left_out(column: Proposed, proposal: Proposal) -> Iterator[str]:
    if not column.beside and not proposal.told and _can_be_written(column.header):
        why = _both(column.reason) if column.reason else ""
        sample = proposal.samples.get(column.header, "")[:40]
        yield _comment(f'{_string(column.header)} = {{ field = "…", optional = true }}  # {why}; {sample}')


def _in_question(column: Proposed, lines: list[str]) -> Iterator[str]:
    for question in column.questions:
        yield from _asked(question)
    if not column.is_used:
        yield "# 不确定 / unsure:"
    yield from lines if column.is_used else map(_comment, lines)


def _keys(column: Proposed) -> dict[str, Any]:
    return column.keys if column.field == "tree_no" else {**column.keys, "optional": True}


def _inline(column: Proposed) -> str:
    return _value(_keys(column))


def _as_table(column: Proposed) -> list[str]:
    name = f"columns.{_string(column.header)}"
    plain = {key: value for key, value in _keys(column).items() if key != "vocabulary"}
    words = column.keys["vocabulary"]
    return [
        f"[{name}]",
        *(f"{key} = {_value(value)}" for key, value in plain.items()),
        f"[{name}.vocabulary]",
        *(f"{_string(text)} = {_value(word)}" for text, word in words.items() if _can_be_written(text)),
    ]


def _whens(proposal: Proposal) -> Iterator[str]:
    """Rows whose grade column says 名木 are famous trees."""
    for column in proposal.columns:
        is_said = "名木" in column.keys.get("vocabulary", {}) and column.field == "grade" and column.is_used
        if is_said and not proposal.has("category"):
            yield "[[when]]"
            yield f"column = {_string(column.header)}"
            yield 'values = ["名木"]'
            yield 'set = { category = "famous" }'


def _asked(question: Phrase) -> Iterator[str]:
    for lang in ("zh", "en"):
        yield _comment(f"? {translator(lang).phrase(question)}")


def _both(phrase: Phrase) -> str:
    return f"{translator('zh').phrase(phrase)} / {translator('en').phrase(phrase)}"


def _comment(text: str) -> str:
    """One line of comment: no line break and no control character gets out of it."""
    plain = "".join(letter if letter.isprintable() else " " for letter in text)
    return "# " + " ".join(plain.split()) if not text.startswith(("[", '"')) else "# " + plain


def _can_be_written(text: str) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


def _string(text: str) -> str:
    """A TOML basic string; JSON's escapes are among TOML's."""
    plain = "".join("\ufffd" if "\ud800" <= letter <= "\udfff" else letter for letter in text)
    return json.dumps(plain, ensure_ascii=False).replace("\x7f", "\\u007F")


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, dict):
        inner: Iterable[str] = (f"{_key(key)} = {_value(item)}" for key, item in value.items())
        return "{ " + ", ".join(inner) + " }" if value else "{}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    return str(value)


def _key(text: str) -> str:
    return text if re.fullmatch("[A-Za-z0-9_-]+", text) else _string(text)
