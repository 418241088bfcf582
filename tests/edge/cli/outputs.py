"""The whole command, as a shell starts it, with streams of any encoding."""

from __future__ import annotations

import io
import sys
import unicodedata
from dataclasses import dataclass

import pytest

from edge.cli import main


@dataclass(frozen=True, slots=True)
class Said:
    """What a command said on its streams, as bytes."""

    code: int
    out: bytes
    err: bytes
    encoding: str

    @property
    def text(self) -> str:
        """All that a terminal of the encoding shows."""
        return (self.out + self.err).decode(self.encoding)

    @property
    def unprintable(self) -> set[str]:
        """Characters that a terminal would obey."""
        return {
            char
            for char in self.text
            if char not in "\n\t" and unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"}
        }


def millsight(*words: object, encoding: str = "utf-8") -> Said:
    """Run the command in this process, its streams of an encoding that takes nothing else."""
    out, err = io.BytesIO(), io.BytesIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["millsight", *map(str, words)])
        for name, stream in (("stdout", out), ("stderr", err)):
            patch.setattr(sys, name, io.TextIOWrapper(stream, encoding, write_through=True))
        with pytest.raises(SystemExit) as ended:
            main()
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        code = ended.value.code
        said = Said(code if isinstance(code, int) else 1, out.getvalue(), err.getvalue(), encoding)
    assert "Traceback" not in said.text
    return said
