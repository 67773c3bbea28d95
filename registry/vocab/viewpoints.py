"""Fixed viewpoints (固定视点) of the photo protocol: from where a tree is photographed again and again."""

from collections.abc import Mapping

from registry.vocab.words import Label, PhotoKind

VIEWPOINTS: Mapping[str, Label] = {
    "north": Label("北面全株", "Whole tree from the north"),
    "east": Label("东面全株", "Whole tree from the east"),
    "south": Label("南面全株", "Whole tree from the south"),
    "west": Label("西面全株", "Whole tree from the west"),
    "base": Label("树干基部", "Trunk base"),
    "crown": Label("树冠仰视", "Crown from below"),
    "bark": Label("树皮", "Bark"),
    "leaf": Label("叶花果", "Leaf, flower or fruit"),
    "plate": Label("标牌近景", "Plate close-up"),
    "site": Label("立地与地面硬化", "Site and hardening"),
    "defect": Label("病损（带比例尺）", "Defect with a scale"),
    "works": Label("保护设施", "Protective works"),
}
"""The viewpoints of the protocol, by code; an office may have others under names of its own."""
ONLY_IF_ANY = frozenset({"defect", "works"})
"""Viewpoints that a tree without such a thing does not need."""
KINDS: Mapping[str, PhotoKind] = {
    "base": PhotoKind.TRUNK,
    "crown": PhotoKind.CROWN,
    "bark": PhotoKind.BARK,
    "leaf": PhotoKind.LEAF,
    "plate": PhotoKind.TAG,
    "site": PhotoKind.SITE,
    "defect": PhotoKind.DEFECT,
    "works": PhotoKind.OTHER,
}
"""What a photo from a viewpoint shows, where it is not the whole tree."""


def viewpoint_code(text: str) -> str:
    """The code of a viewpoint that is named by its code or label; any other name as it is."""
    wanted = text.strip()
    by_label = (
        code for code, label in VIEWPOINTS.items() if wanted.lower() in {code, label.zh, label.en.lower()}
    )
    return next(by_label, wanted)
