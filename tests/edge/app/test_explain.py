"""What a person reads of a configuration before the line starts."""

from __future__ import annotations

import pytest

from edge.app.explain import explain
from edge.config import Config, read


def said(tmp_path, text):
    path = tmp_path / "c.toml"
    path.write_text(text)
    return "\n".join(explain(read(path)))


def test_the_defaults():
    text = "\n".join(explain(Config()))
    assert "Frames come from the simulated line." in text
    assert "5 m/s; a line is 0.5 mm of it" in text
    assert "256 lines passes in 25.6 ms at 5 m/s: its verdict is due within that time" in text
    assert "the installed one, or simulated if none is installed, in int8 unless" in text
    assert "No ledger is kept." in text


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('[camera]\nsource = "0"', "Frames come from a USB camera: 0."),
        ('[camera]\nsource = "rtsp://me:s3cret@cam/1"', "from a stream: rtsp://cam/1."),
        ('[camera]\nsource = "watch:/in"', "as they come into a folder: watch:/in."),
        (
            '[position]\nsource = "encoder"\nmm_per_count = 0.05\nfeed = "udp://127.0.0.1:5577"',
            "encoder counts received at udp://127.0.0.1:5577, 0.05 mm each",
        ),
        ("[line]\nbudget_ms = 20", "its verdict is due within 20 ms, outlines within 1000 ms"),
        ("[line]\nspeed_m_s = 10\nlines_per_frame = 128", "128 lines passes in 6.4 ms at 10 m/s"),
        (
            '[bundle]\nfile = "cold-strip"\nallow_unsigned = true',
            "cold-strip, which may be UNSIGNED",
        ),
        (
            '[coil]\nname = "A"\ngap_mm = 5000',
            "first coil is A; coils end by command and after more than 5 m",
        ),
        (
            '[[disposition]]\nclass = "*"\nmin_length_mm = 50\nfrom_count = 3\naction = "reject"',
            "Any defect, 50 mm or longer, from number 3 of its class on the coil: reject.\n"
            "Every other defect: pass.",
        ),
        ('[[disposition]]\nclass = "dent"\naction = "divert:b"', "of class dent: divert:b."),
        ('[[disposition]]\nclass = "unclassified"\naction = "hold"', "unclassified defect: hold."),
        ('[ledger]\npath = "/l.sqlite"', "The ledger is /l.sqlite."),
        (
            '[jsonl]\npath = "-"\nevents = "e"',
            "JSON line to -.\nEach event is written as a JSON line to e.",
        ),
        ('[csv]\npath = "d.csv"', "a row to d.csv."),
        ('[pictures]\nfolder = "p"', "go to p."),
        (
            '[mqtt]\nhost = "b"\nuser = "u"\npassword_env = "P"',
            "MQTT messages go to b:1883 under millsight/line as u, NOT encrypted.",
        ),
        ('[mqtt]\nhost = "b"\ntls = true', "b:8883 under millsight/line, encrypted."),
        (
            '[log]\npath = "m.log"\nmax_mb = 0.5\nkeep = 3',
            "The log is m.log, from level info, and takes up to 2 MB.",
        ),
        ("[metrics]\nport = 9000", "http://127.0.0.1:9000/metrics."),
    ],
)
def test_each_choice_is_a_sentence(tmp_path, text, sentence):
    told = said(tmp_path, text)
    assert sentence in told
    assert "s3cret" not in told
