"""On which line a key stands: headers, dotted and quoted keys, arrays of tables, long values."""

from __future__ import annotations

import json
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.config.locate import closest, locate

DOCUMENT = '''\
# line = 1
[line]   # [not.this]
speed_m_s = 5.0
"mm per px" = 0.5   # quoted
words = """
[fake]
also = "fake" \\"""
"""
literal = \'\'\'
x = 1\'\'\'
list = [
  1,
  # 2,
  "a = 3",
]
inner.key = { a = 1, b.c = "}" }

[camera.faults]
drop = 0.1

[[rule]]
class = "*"
[rule.more]
deep = true
[[rule]]
  class = 'scratch' # the second

[ "odd name" . x ]
y = 1979-05-27T07:32:00Z
'''


@pytest.mark.parametrize(
    ("key", "line"),
    [
        (("line",), 2),
        (("line", "speed_m_s"), 3),
        (("line", "mm per px"), 4),
        (("line", "words"), 5),
        (("line", "literal"), 9),
        (("line", "list"), 11),
        (("line", "list", 1), 11),
        (("line", "inner"), 16),
        (("line", "inner", "key", "b", "c"), 16),
        (("camera",), 18),
        (("camera", "faults", "drop"), 19),
        (("rule", 0), 21),
        (("rule", 0, "class"), 22),
        (("rule", 0, "more", "deep"), 24),
        (("rule", 1), 25),
        (("rule", 1, "class"), 26),
        (("odd name", "x", "y"), 29),
    ],
)
def test_each_key_has_its_line(key, line):
    assert locate(DOCUMENT)[key] == line
    assert locate(DOCUMENT.replace("\n", "\r\n"))[key] == line


def test_what_has_no_line_has_that_of_the_table_around_it():
    lines = locate(DOCUMENT)
    assert closest(lines, ("rule", 1, "action")) == 25
    assert closest(lines, ("nowhere",)) == 1


def paths(data, before=()):
    items = data.items() if isinstance(data, dict) else enumerate(data)
    for name, value in items:
        yield (*before, name)
        if isinstance(value, dict | list):
            yield from paths(value, (*before, name))


NAMES = st.text(min_size=1, max_size=8)
PLAIN = st.integers(-9, 9) | st.booleans() | st.text(max_size=12) | st.just([])
VALUES = st.recursive(PLAIN, lambda inner: st.lists(inner, max_size=3), max_leaves=5)


def quoted(text):
    # JSON's strings are TOML's, but for the control character that JSON leaves as it is.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def written(value):
    if isinstance(value, list):
        return "[\n" + ",\n".join(map(written, value)) + "\n]"
    return quoted(value) if isinstance(value, str) else json.dumps(value)


@given(st.dictionaries(NAMES, st.dictionaries(NAMES, VALUES, max_size=4), max_size=4))
def test_every_key_of_a_document_is_found_where_it_was_written(data):
    text, expected = "", {}
    for table, keys in data.items():
        expected[table,] = text.count("\n") + 1
        text += f"[{quoted(table)}]\n"
        for key, value in keys.items():
            expected[table, key] = text.count("\n") + 1
            text += f"{quoted(key)} = {written(value)}\n"
    assert tomllib.loads(text) == data
    lines = locate(text)
    assert set(lines) == set(paths(data))
    assert {key: lines[key] for key in expected} == expected
