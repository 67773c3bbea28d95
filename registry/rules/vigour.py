"""Vigour (生长势) between scales: the classes of LY/T 2738 and GB/T 51168 do not map one to one."""

from registry.vocab.words import Vigour

LYT2738, GBT51168 = "lyt2738", "gbt51168"
_TO_LYT2738 = {
    Vigour.NORMAL: Vigour.NORMAL,
    Vigour.SLIGHTLY_WEAK: Vigour.WEAK,
    Vigour.VERY_WEAK: Vigour.WEAK,
    Vigour.ENDANGERED: Vigour.ENDANGERED,
}


def as_lyt2738(vigour: str | None, scale: str | None) -> Vigour | None:
    """A reading in the classes of LY/T 2738, None where its scale has no translation into them.

    轻弱 and 重弱 of GB/T 51168 are both 衰弱 here, with no way back; GB/T 51168 has none for the dead.
    Source: LY/T 2738-2016 and GB/T 51168-2016, class names as public projects show them.
    """
    if vigour is None or vigour not in set(Vigour):
        return None
    if scale == LYT2738:
        return Vigour(vigour)
    return _TO_LYT2738.get(Vigour(vigour)) if scale == GBT51168 else None
