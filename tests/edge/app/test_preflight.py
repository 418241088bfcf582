"""What would stop a line is found before it starts, all of it."""

from __future__ import annotations

import pytest

from edge.app import preflight
from edge.app.preflight import find_faults
from edge.bundle import load_bundle, shipped_bundle
from edge.config import read
from edge.core.errors import MissingPathError


def found(tmp_path, text, load=lambda: load_bundle(shipped_bundle())):
    path = tmp_path / "c.toml"
    path.write_text(text)
    return find_faults(read(path), load)


def test_a_good_configuration_has_none(tmp_path):
    text = f'[ledger]\npath = "{tmp_path}/a/b/l.sqlite"\n[pictures]\nfolder = "{tmp_path}/p"\n'
    text += f'[csv]\npath = "{tmp_path}/d.csv"\n[jsonl]\npath = "-"\n'
    text += f'[log]\npath = "{tmp_path}/logs/m.log"\n'
    assert found(tmp_path, text) == []
    assert [p.name for p in tmp_path.iterdir()] == ["c.toml"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[camera]\nsource = "/no/such"', "[camera] source: there is no file or folder /no/such"),
        ("[camera]\nfps = 3", "[camera] fps is for the kinds usb"),
        ('[camera]\nsource = "watch:/no/such"', "no file or folder /no/such"),
        ('[[disposition]]\nclass = "dent"\naction = "hold"', "class 'dent', which the bundle does"),
        ('[ledger]\npath = "/proc/none/l.sqlite"', "cannot be written"),
        ('[pictures]\nfolder = "/proc/none"', "cannot be written"),
        ('[log]\npath = "/proc/none/m.log"', "/proc/none/m.log cannot be written"),
        ('[log]\npath = "/tmp"', "/tmp cannot be written: Is a directory"),
        ('[csv]\npath = "/no/such/d.csv"', "there is no folder /no/such"),
        ('[jsonl]\nevents = "/no/such/e.jsonl"', "there is no folder /no/such"),
        (
            '[mqtt]\nhost = "b"\nuser = "u"\npassword_env = "NO_SUCH_VARIABLE"',
            "NO_SUCH_VARIABLE is not set",
        ),
    ],
)
def test_each_fault_is_one_sentence(tmp_path, text, said):
    [sentence] = found(tmp_path, text)
    assert said in sentence


def test_all_are_found_at_once(tmp_path, monkeypatch):
    monkeypatch.setattr(preflight, "find_spec", lambda name: None)

    def load():
        raise MissingPathError("there is no bundle x")

    text = '[camera]\nsource = "/no"\n[csv]\npath = "/no/d"\n[mqtt]\nhost = "b"\n[metrics]\n'
    sentences = " | ".join(found(tmp_path, text, load))
    for said in ("/no. ", "no bundle x", "/no/d", "'millsight[mqtt]'", "'millsight[metrics]'"):
        assert said in sentences
