"""What a byte that is repeated without end means to a JPEG's Huffman tables (ITU-T T.81, F.2.2)."""

from __future__ import annotations

from collections.abc import Mapping

_MOST_BITS = 24
"""Bits of a block that can be smooth: a step of its mean, and one or two waves."""

_Codes = dict[tuple[int, int], int]


class FillTest:
    """Tells a smooth area, which encoders write as one byte again and again, from a hole.

    A hole of equal bytes decodes to blocks as well, and the decoder sees it only where they are not
    as many as those that were lost. But those blocks are full of waves: with the tables that almost
    every camera uses, zeros are 63 equal waves a block.

    Args:
        tables: Huffman tables by class and number; those of T.81's annex K are in force where a
            picture has none (motion JPEG).
        components: How many components are interleaved in the scan.
    """

    def __init__(self, tables: Mapping[int, bytes], components: int) -> None:
        self._tables = tables
        self._components = components
        self._known: dict[int, bool] = {}

    def may_be_smooth(self, value: int) -> bool:
        """Whether blocks of few bits can have been written as this byte again and again."""
        if value not in self._known:
            self._known[value] = any(self._smooth(value, phase) for phase in range(8))
        return self._known[value]

    def _smooth(self, value: int, phase: int) -> bool:
        pairs = [(0x00, 0x10), (0x01, 0x11)] if self._components > 1 else [(0x00, 0x10)]
        if not all(table in self._tables for pair in pairs for table in pair):
            return False
        codes = {each: _codes(self._tables[each]) for pair in pairs for each in pair}
        bits = _Bits(value, phase)
        for _ in range(8):
            for luma_or_chroma in pairs:
                began = bits.read
                dc, ac = (codes[each] for each in luma_or_chroma)
                if not _block(bits, dc, ac) or bits.read - began > _MOST_BITS:
                    return False
        return True


class _Bits:
    """Endless bits of one byte, and how many were read."""

    def __init__(self, value: int, phase: int) -> None:
        self._value = value
        self.read = phase

    def next(self) -> int:
        bit = self._value >> (7 - self.read % 8) & 1
        self.read += 1
        return bit

    def symbol(self, codes: _Codes) -> int | None:
        code = 0
        for length in range(1, 17):
            code = code << 1 | self.next()
            if (found := codes.get((length, code))) is not None:
                return found
        return None


def _block(bits: _Bits, dc: _Codes, ac: _Codes) -> bool:
    """Read one block; whether its codes exist."""
    size = bits.symbol(dc)
    if size is None:
        return False
    bits.read += size
    at = 1
    while at < 64:
        symbol = bits.symbol(ac)
        if symbol is None:
            return False
        if symbol == 0:
            break
        at += (symbol >> 4) + 1
        bits.read += symbol & 15
    return True


def _codes(table: bytes) -> _Codes:
    """Symbols by length and code (T.81, C.2): 16 counts, then the symbols in order of codes."""
    codes: _Codes = {}
    code, at = 0, 16
    for length, count in enumerate(table[:16], start=1):
        for _ in range(count):
            codes[length, code] = table[at]
            code += 1
            at += 1
        code <<= 1
    return codes
