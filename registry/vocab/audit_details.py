"""What an entry of the audit says beside who, what and about what: names and values of its facts in words."""

from typing import Any

from registry.vocab.desk_words import JOB_KINDS, Decision, Role
from registry.vocab.labels import Label
from registry.vocab.language import Translator
from registry.vocab.sentences import field_name
from registry.vocab.words import CaseState, StepKind

NAMES: dict[str, Label] = {
    "action": Label("事项", "what"),
    "batch": Label("批次", "batch"),
    "case": Label("案卷", "case"),
    "chosen": Label("范围", "chosen"),
    "count": Label("数量", "how many"),
    "decision": Label("决定", "decision"),
    "division": Label("区划", "division"),
    "ended": Label("会话", "session"),
    "fields": Label("字段", "fields"),
    "file": Label("文件", "file"),
    "files": Label("文件数", "files"),
    "forms": Label("表单数", "forms"),
    "head": Label("历史链头", "head of the history"),
    "job": Label("任务", "job"),
    "keys": Label("含密钥", "with keys"),
    "new": Label("新收", "new"),
    "number": Label("编号", "number"),
    "pack": Label("规则包", "rule pack"),
    "person": Label("人员", "person"),
    "photos": Label("新照片", "new photos"),
    "reason": Label("原因", "reason"),
    "record": Label("档案", "record"),
    "released": Label("公开", "released"),
    "role": Label("角色", "role"),
    "sha256": Label("SHA-256", "SHA-256"),
    "since": Label("自", "from"),
    "size": Label("字节", "bytes"),
    "state": Label("结果", "outcome"),
    "step": Label("步骤", "step"),
    "together": Label("批量", "together with others"),
    "token": Label("令牌", "token"),
    "until": Label("至", "to"),
    "what": Label("内容", "what"),
    "whose": Label("所属账户", "account"),
}
_WORDS: dict[str, Any] = {
    "decision": Decision, "job": JOB_KINDS, "role": Role, "state": CaseState, "step": StepKind
}  # fmt: skip
_WHATS = {
    "applicant": Label("申请单位", "the applicant"),
    "blank tags": Label("空白牌", "blank tags"),
    "case sheet": Label("案卷摘要", "sheet of the case"),
    "changed": Label("登记库的变更", "changes of the register"),
    "dossier": Label("一树一档", "dossier"),
    "seen": Label("办公端的查看与操作", "seen and done at the desk"),
    "tag": Label("标牌", "tag"),
}
_YES_NO = {True: Label("是", "yes"), False: Label("否", "no")}


def detail_said(name: str, value: Any, t: Translator) -> str:
    """One fact as "name: value" in the reader's language; what has no word stays as it is."""
    colon = t.ours("：", ": ")
    return f"{t.pick(NAMES[name]) if name in NAMES else name}{colon}{_value(name, value, t)}"


def _value(name: str, value: Any, t: Translator) -> str:
    if isinstance(value, bool):
        return t.pick(_YES_NO[value])
    if isinstance(value, list):
        each = [field_name(t, str(one)) if name == "fields" else str(one) for one in value]
        return t.ours("、", ", ").join(each)
    text = str(value)
    if name == "what" and text in _WHATS:
        return t.pick(_WHATS[text])
    return (t.word(_WORDS[name], text) if name in _WORDS else "") or text
