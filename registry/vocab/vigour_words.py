"""The words of each scale of vigour (生长势): a reading says by which scale it was made."""

from registry.vocab.words import Vigour

SCALE_WORDS: dict[str, frozenset[Vigour]] = {
    "lyt2738": frozenset({Vigour.NORMAL, Vigour.WEAK, Vigour.ENDANGERED, Vigour.DEAD}),
    "gbt51168": frozenset({Vigour.NORMAL, Vigour.SLIGHTLY_WEAK, Vigour.VERY_WEAK, Vigour.ENDANGERED}),
    "hk-vigor": frozenset({Vigour.HIGH, Vigour.NORMAL, Vigour.LOW}),
    "hk-health": frozenset({Vigour.GOOD, Vigour.FAIR, Vigour.POOR}),
}
"""LY/T 2738 alone has a word for the dead."""
