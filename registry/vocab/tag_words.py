"""What is found when a tag is verified."""

from enum import StrEnum

from registry.vocab.labels import Label


class Verdict(StrEnum):
    """What a tag is found to be; only GENUINE is genuine and in force."""

    GENUINE = "genuine"
    BLANK = "blank"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"
    REVOKED = "revoked"
    FORGED = "forged"
    UNPROVEN = "unproven"
    UNKNOWN = "unknown"


VERDICTS: dict[str, Label] = {
    Verdict.GENUINE: Label("真牌，有效", "genuine"),
    Verdict.BLANK: Label("真牌，尚未绑定树木", "genuine, bound to nothing yet"),
    Verdict.REPLACED: Label("已更换，不再有效", "replaced, no longer valid"),
    Verdict.WITHDRAWN: Label("已作废", "withdrawn"),
    Verdict.REVOKED: Label("密钥已吊销，不能算真", "not genuine: its key was revoked"),
    Verdict.FORGED: Label("仿制：校验不符", "forged: its check or signature is wrong"),
    Verdict.UNPROVEN: Label("牌码属实；只凭牌码不能判断真伪", "a code of ours, which alone proves nothing"),
    Verdict.UNKNOWN: Label("不是本名册的标牌", "not a tag of this register"),
}
VERDICT_ADVICE: dict[str, Label] = {
    Verdict.BLANK: Label("若已挂在树上，请绑定。", "If it hangs on a tree already, bind it."),
    Verdict.REPLACED: Label("若仍挂在树上，请收回。", "If it still hangs, take it back."),
    Verdict.WITHDRAWN: Label("若仍挂在树上，请收回。", "If it still hangs, take it back."),
    Verdict.REVOKED: Label("请收回，另发新牌。", "Take it back and issue a new one."),
    Verdict.FORGED: Label("请拍照留证并查明来源。", "Photograph it and find out where it comes from."),
    Verdict.UNPROVEN: Label("请扫描二维码，或输入完整文字。", "Scan its QR code, or type the whole text."),
}
NEVER_NAIL = Label(
    "用可调节的弹性绑带或牌架悬挂，不得钉钉、不得缠死，随树干增粗放松。",
    "Hang it by an adjustable spring band or on a post: never nailed, never tied tight; ease the band as the "
    "trunk grows.",
)
"""How a plate is hung; nailing is among the acts that the law forbids (《古树名木保护条例》)."""
