"""QR codes: one at a time through `qrcode`, and thousands at once with numpy, module for module the same.

A text is written in one mode: alphanumeric where its characters allow (an upper-case address), else bytes
(UTF-8). The version is the smallest that fits; the mask is the one that `qrcode` finds least bad by the
penalties of ISO/IEC 18004. A matrix holds True for dark, row by row from the top, without the quiet zone.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from qrcode import base, constants, util
from qrcode.main import QRCode

Correction = Literal["L", "M", "Q", "H"]
Matrix = NDArray[np.bool_]
Bits = NDArray[np.uint8]
Numbers = NDArray[np.int64]
Words = NDArray[Any]
"""Of uint64."""

QUIET_ZONE = 4
"""Modules of silence that a reader needs on every side."""
BATCH = 128
"""Texts encoded at one time: keeps memory flat and the processor's cache warm."""
MASKS = range(8)
WORD = 64
"""Modules in a row that one number can hold; larger symbols (from version 12) are judged by `qrcode`."""
LEVELS: dict[str, int] = {
    "L": constants.ERROR_CORRECT_L,
    "M": constants.ERROR_CORRECT_M,
    "Q": constants.ERROR_CORRECT_Q,
    "H": constants.ERROR_CORRECT_H,
}


def encode_matrix(
    text: str, *, correction: Correction = "Q", version: int | None = None, mask: int | None = None
) -> Matrix:
    """The symbol of one text, by way of `qrcode`.

    version, mask: the smallest that fits and the best, unless given. Raises ValueError for a text that does
    not fit.
    """
    data = _data(text)
    symbol = QRCode(
        version=version or smallest_version(text, correction=correction),
        error_correction=LEVELS[correction],
        mask_pattern=mask,
    )
    symbol.add_data(data)
    symbol.make(fit=False)
    return np.array(symbol.modules, dtype=np.bool_)


def encode_batch(
    texts: Sequence[str], *, correction: Correction = "Q", mask: int | None = None
) -> list[Matrix]:
    """The symbols of many texts, in their order, each the same as `encode_matrix` makes.

    mask: one mask for all, which is much faster; the best for each if None. Raises ValueError for a text that
    does not fit.
    """
    groups: dict[tuple[int, int, int], list[int]] = defaultdict(list)
    for place, text in enumerate(texts):
        data = _data(text)
        groups[_smallest_version(data.mode, len(data), correction), data.mode, len(data)].append(place)
    made: dict[int, Matrix] = {}
    for (version, mode, _), places in groups.items():
        frame = _frame(version, correction)
        if mask is None and frame.size > WORD:
            made |= {place: encode_matrix(texts[place], correction=correction) for place in places}
            continue
        for start in range(0, len(places), BATCH):
            chunk = places[start : start + BATCH]
            placed = frame.place(frame.codewords([texts[place].encode() for place in chunk], mode))
            chosen = _best_masks(frame, placed) if mask is None else np.full(len(chunk), mask)
            symbols = (placed ^ frame.patterns[False][chosen]).view(np.bool_)
            made.update(zip(chunk, symbols, strict=True))
    return [made[place] for place in range(len(texts))]


def smallest_version(text: str, *, correction: Correction = "Q") -> int:
    """The smallest version (1 to 40) that holds `text`. Raises ValueError where none does."""
    data = _data(text)
    return _smallest_version(data.mode, len(data), correction)


def dark_runs(matrix: Matrix) -> Numbers:
    """Runs of dark modules in rows: an array of (x, y, width), x from the left and y from the top."""
    return dark_runs_of(matrix[None])[0]


def dark_runs_of(matrices: NDArray[np.bool_]) -> tuple[Numbers, Numbers]:
    """The dark runs of many symbols of one size, one symbol after the other, and how many each has."""
    count, high, wide = matrices.shape
    framed = np.zeros((count, high, wide + 2), dtype=np.bool_)
    framed[:, :, 1:-1] = matrices
    edges = np.flatnonzero(framed[:, :, 1:] ^ framed[:, :, :-1])
    starts, widths = edges[::2], edges[1::2] - edges[::2]
    area = high * (wide + 1)
    counts = np.diff(np.searchsorted(starts, np.arange(count + 1) * area))
    places = starts - np.repeat(np.arange(count) * area, counts)
    y, x = np.divmod(np.arange(area), wide + 1)
    return np.stack((x[places], y[places], widths), axis=1), counts


def _data(text: str) -> util.QRData:
    encoded = text.encode()
    alphanumeric = util.RE_ALPHA_NUM.match(encoded)
    return util.QRData(
        encoded, mode=util.MODE_ALPHA_NUM if alphanumeric else util.MODE_8BIT_BYTE, check_data=False
    )


@lru_cache(maxsize=1024)
def _smallest_version(mode: int, length: int, correction: str) -> int:
    payload = 8 * length if mode == util.MODE_8BIT_BYTE else length // 2 * 11 + length % 2 * 6
    limits = util.BIT_LIMIT_TABLE[LEVELS[correction]]
    for version in range(1, 41):
        if 4 + util.length_in_bits(mode, version) + payload <= limits[version]:
            return version
    raise ValueError(f"a text of {length} characters does not fit into a QR code at level {correction}")


class _Blank(QRCode):  # type: ignore[misc]
    """A symbol with everything but its data: the data modules stay None."""

    def map_data(self, data: object, mask_pattern: int) -> None:
        pass

    def drawn(self, *, test: bool, mask: int) -> NDArray[np.object_]:
        """The modules. test: without format and version information, as masks are judged."""
        self.data_cache: list[int] = []
        self.makeImpl(test, mask)
        return np.array(self.modules, dtype=np.object_)


@dataclass(frozen=True)
class _Frame:
    """Everything about the symbols of one version and level that does not depend on the text."""

    version: int
    correction: str

    @cached_property
    def size(self) -> int:
        """Modules on a side."""
        return 17 + 4 * self.version

    @cached_property
    def blocks(self) -> list[tuple[int, int]]:
        """Number of data codewords and of correction codewords of each block."""
        blocks = base.rs_blocks(self.version, LEVELS[self.correction])
        return [(block.data_count, block.total_count - block.data_count) for block in blocks]

    @cached_property
    def order(self) -> Numbers:
        """Where the data bits go, as indices into the flattened symbol: up and down in pairs of columns."""
        free = self.blank(mask=0, test=False) == None  # noqa: E711 – element by element
        columns = [x for x in range(self.size - 1, 0, -2) if x > 6] + [5, 3, 1]
        order = []
        for turn, right in enumerate(columns):
            rows = range(self.size) if turn % 2 else range(self.size - 1, -1, -1)
            order += [y * self.size + x for y in rows for x in (right, right - 1) if free[y, x]]
        return np.array(order)

    @cached_property
    def patterns(self) -> dict[bool, Bits]:
        """The symbols of nothing but zeros under the eight masks, for judging (True) and for good (False).

        Shape (8, size, size). A symbol is one of these with its data bits flipped.
        """
        places = [divmod(int(place), self.size) for place in self.order]
        made = {}
        for test in (True, False):
            blanks = np.stack([(self.blank(mask=mask, test=test) == True).ravel() for mask in MASKS])  # noqa: E712
            for mask in MASKS:
                turns = util.mask_func(mask)
                blanks[mask, self.order] = [turns(y, x) for y, x in places]
            made[test] = blanks.astype(np.uint8).reshape(-1, self.size, self.size)
        return made

    @cached_property
    def packed_patterns(self) -> tuple[Words, Words]:
        """The patterns for judging, as rows and as columns: each of shape (8, size)."""
        return _pack(self.patterns[True]), _pack(self.patterns[True].transpose(0, 2, 1))

    def blank(self, *, mask: int, test: bool) -> NDArray[np.object_]:
        """The function patterns, None where data goes."""
        symbol = _Blank(version=self.version, error_correction=LEVELS[self.correction])
        return symbol.drawn(test=test, mask=mask)

    def codewords(self, texts: Sequence[bytes], mode: int) -> Bits:
        """Data codewords of texts of one length in one mode: shape (texts, codewords)."""
        count, length = len(texts), len(texts[0])
        header = [mode, length], [4, util.length_in_bits(mode, self.version)]
        head = np.concatenate([_bits(np.array([[v]]), w) for v, w in zip(*header, strict=True)], axis=1)
        values = np.frombuffer(b"".join(texts), dtype=np.uint8).reshape(count, length)
        capacity = 8 * sum(data for data, _ in self.blocks)
        bits = np.concatenate([np.repeat(head, count, axis=0), _payload(values, mode)], axis=1)
        used = min(bits.shape[1] + 4, capacity)
        used += -used % 8
        bits = np.pad(bits, ((0, 0), (0, used - bits.shape[1])))
        padding = np.resize(np.array([util.PAD0, util.PAD1], dtype=np.uint8), (capacity - used) // 8)
        return np.concatenate([np.packbits(bits, axis=1), np.tile(padding, (count, 1))], axis=1)

    def place(self, data: Bits) -> Bits:
        """Data and correction bits in their places, zero elsewhere: shape (texts, size, size)."""
        starts = np.cumsum([0, *(count for count, _ in self.blocks)])
        parts = [data[:, a:b] for a, b in pairwise(starts)]
        checks = [_remainders(part, ec) for part, (_, ec) in zip(parts, self.blocks, strict=True)]
        words = np.concatenate([_interleave(parts), _interleave(checks)], axis=1)
        bits = np.unpackbits(words, axis=1)
        placed = np.zeros((len(data), self.size**2), dtype=np.uint8)
        placed[:, self.order[: bits.shape[1]]] = bits
        return placed.reshape(-1, self.size, self.size)


@lru_cache(maxsize=32)
def _frame(version: int, correction: str) -> _Frame:
    return _Frame(version, correction)


def _payload(values: Bits, mode: int) -> Bits:
    if mode == util.MODE_8BIT_BYTE:
        return np.unpackbits(values, axis=1)
    digits = _ALPHANUMERIC[values]
    even = digits.shape[1] // 2 * 2
    pairs = _bits(digits[:, 0:even:2] * 45 + digits[:, 1:even:2], 11)
    return np.concatenate([pairs, _bits(digits[:, even:], 6)], axis=1)


def _bits(values: NDArray[Any], width: int) -> Bits:
    """Each value as `width` bits, highest first: (n, k) becomes (n, k · width)."""
    shifts = np.arange(width - 1, -1, -1)
    return ((values[:, :, None] >> shifts) & 1).astype(np.uint8).reshape(len(values), -1)


_ALPHANUMERIC = np.array([max(util.ALPHA_NUM.find(code), 0) for code in range(256)], dtype=np.int64)


@lru_cache(maxsize=32)
def _multiples(count: int) -> Bits:
    """The generator of `count` correction codewords times each of the 256 factors: shape (256, count)."""
    generator = base.Polynomial([1], 0)
    for power in range(count):
        generator = generator * base.Polynomial([1, base.gexp(power)], 0)
    logs = [base.glog(term) for term in list(generator)[1:]]
    rows = [[base.gexp(base.glog(factor) + log) for log in logs] for factor in range(1, 256)]
    return np.array([[0] * count, *rows], dtype=np.uint8)


def _remainders(data: Bits, count: int) -> Bits:
    """The `count` correction codewords of each text's data: shape (texts, count)."""
    length = data.shape[1]
    remainders: Bits = np.bitwise_xor.reduce(_shares(length, count)[np.arange(length), data], axis=1)
    return remainders


@lru_cache(maxsize=32)
def _shares(length: int, count: int) -> Bits:
    """What each of `length` data codewords adds to the correction codewords, by its value."""
    multiples = _multiples(count)
    shares = np.empty((length, 256, count), dtype=np.uint8)
    shares[-1] = multiples
    for place in range(length - 2, -1, -1):
        later = shares[place + 1]
        shares[place] = multiples[later[:, 0]]
        shares[place, :, :-1] ^= later[:, 1:]
    return shares


def _interleave(parts: Sequence[Bits]) -> Bits:
    longest = max(part.shape[1] for part in parts)
    columns = [part[:, i] for i in range(longest) for part in parts if i < part.shape[1]]
    return np.stack(columns, axis=1)


def _best_masks(frame: _Frame, placed: Bits) -> Numbers:
    lines = np.concatenate([_pack(placed), _pack(placed.transpose(0, 2, 1))], axis=1).T.copy()
    patterns = np.concatenate(frame.packed_patterns, axis=1)
    penalties = [_penalty(lines ^ pattern[:, None], frame.size) for pattern in patterns]
    best: Numbers = np.argmin(penalties, axis=0)
    return best


def _pack(symbols: Bits) -> Words:
    """Each row of at most 64 modules as one number, the left module lowest: (n, size, size) to (n, size)."""
    packed = np.packbits(symbols, axis=2, bitorder="little")
    wide = np.zeros((*packed.shape[:2], 8), dtype=np.uint8)
    wide[:, :, : packed.shape[2]] = packed
    words: Words = wide.view("<u8")[:, :, 0]
    return words


def _penalty(lines: Words, size: int) -> Numbers:
    """The penalties of ISO/IEC 18004 of each symbol: runs, blocks, finder-like lines, share of dark.

    lines: first the rows, then the columns of all symbols: shape (2 · size, n). A run of n >= 5 counts n - 2,
    a block of four 3, 1011101 beside four light modules 40.
    """
    rows = lines[:size]
    edges = lines ^ (lines >> 1)  # a module is not as the next one
    same = ~edges & _ones(size - 1)
    threes = same & (same >> 1)
    fives = threes & (threes >> 2)
    begins = fives & ~(fives << 1)
    turns = edges & (edges >> 1)
    finder = lines & turns & (threes >> 2) & (turns >> 4)
    silence = threes & (threes >> 1) & ~lines
    squares = same[1:size] & same[: size - 1] & ~(rows[1:] ^ rows[:-1])
    penalty = _count(fives) + 2 * _count(begins) + 3 * _count(squares)
    penalty += 40 * (_count(finder & (silence >> 7)) + _count(finder & (silence << 4)))
    share = _count(rows) / size**2
    penalty += (np.abs(share * 100 - 50) / 5).astype(np.int64) * 10
    return penalty


def _ones(width: int) -> np.uint64:
    return np.uint64((1 << width) - 1)


def _count(words: Words) -> Numbers:
    counted: Numbers = np.bitwise_count(words).sum(axis=0, dtype=np.uint16).astype(np.int64)
    return counted
