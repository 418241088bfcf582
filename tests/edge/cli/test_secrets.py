"""No secret of a configuration is in anything that a command says or writes."""

from __future__ import annotations

import socket
import string
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.edge.cli.outputs import Said, millsight

pytestmark = pytest.mark.loopback

AWKWARD = "/#?@:&=%!~+.,;*()[]{}|^_-"
SECRETS = st.builds(
    lambda parts, marks: "".join(p + m for p, m in zip(parts, [*marks, ""], strict=False)),
    st.lists(
        st.text(string.ascii_letters + string.digits, min_size=6, max_size=9),
        min_size=1,
        max_size=3,
    ),
    st.lists(st.sampled_from(AWKWARD), min_size=2, max_size=2),
)
"""Passwords in one to three long parts, with what an address makes something else of between."""


def closed_port() -> int:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return int(server.getsockname()[1])


def parts(secret: str) -> list[str]:
    """What must not be seen: the parts between what an address makes something else of."""
    found = "".join(" " if char in AWKWARD else char for char in secret).split()
    return [part for part in found if len(part) >= 6]


def require_hidden(secret: str, said: Said, folder: Path) -> None:
    written = {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    written.pop(str(folder / "c.toml"), None)
    written.pop(str(folder / "secret"), None)
    written |= {"stdout": said.out, "stderr": said.err}
    for place, content in written.items():
        for part in parts(secret):
            assert part.lower().encode() not in content.lower(), (place, content[-400:])


def toml(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


SOURCES = {
    "rtsp": lambda secret, port: f"rtsp://admin:{secret}@127.0.0.1:{port}/live",
    "http": lambda secret, port: f"http://admin:{secret}@127.0.0.1:{port}/live.mjpg",
    "token": lambda secret, port: f"http://127.0.0.1:{port}/live?channel=1&token={secret}",
    "pipeline": lambda secret, port: (
        f'gstreamer:rtspsrc location=rtsp://127.0.0.1:{port}/x user-id=me user-pw="{secret}" '
        "! decodebin ! appsink"
    ),
    "location": lambda secret, port: (
        f'gstreamer:rtspsrc location="rtsp://me:{secret}@127.0.0.1:{port}/x" ! appsink'
    ),
}

steady = settings(
    max_examples=3,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.mark.parametrize("source", SOURCES)
@steady
@given(secret=SECRETS)
def test_a_camera_s_password_is_nowhere(
    source: str, secret: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    if source == "token":
        secret = secret.replace("&", "").replace("#", "").replace("?", "").replace(";", "")
    folder = tmp_path_factory.mktemp("line")
    written = SOURCES[source](secret, closed_port())
    config = folder / "c.toml"
    config.write_text(
        f"[camera]\nsource = {toml(written)}\n[log]\nlevel = 'debug'\npath = '{folder}/log'\n"
        f"[ledger]\npath = '{folder}/l.sqlite'\n[jsonl]\nevents = '{folder}/events'\n"
    )
    for words in (
        ("config", "check", config),
        ("run", "--config", config, "--frames", "2", "--summary", folder / "s"),
        ("inspect", written),
    ):
        said = millsight(*words)
        assert said.code not in {1}, said.text
        require_hidden(secret, said, folder)


@pytest.mark.parametrize("kind", ["env", "file"])
@pytest.mark.parametrize(
    "line",
    [
        '[position]\nsource = "encoder"\nmm_per_count = 1.0\nfeed = "{}"',
        '[camera]\nsource = "rtsp://me:{}@127.0.0.1:1/x"\nwidth = 4',
        '[mqtt]\nhost = "b"\ntopic = "{}#"',
        '[camera]\npixel_format = "{}"',
        '[[disposition]]\nclass = "x"\naction = "{}"',
        '[coil]\nname = "{}"\ngap_mm = "{}"',
        '[line]\nspeed_m_s = "{}"',
        'unknown = "{}"',
    ],
)
@steady
@given(secret=SECRETS)
def test_a_value_that_stands_elsewhere_is_in_no_error(
    line: str, kind: str, secret: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("config")
    (folder / "secret").write_text(secret)
    reference = "${env:SECRET}" if kind == "env" else f"${{file:{folder}/secret}}"
    (folder / "c.toml").write_text(line.replace("{}", reference))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SECRET", secret)
        require_hidden(secret, millsight("config", "check", folder / "c.toml"), folder)


@steady
@given(secret=SECRETS)
def test_a_broker_s_password_is_nowhere(
    secret: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("mqtt")
    (folder / "secret").write_text(secret)
    (folder / "c.toml").write_text(
        f"[mqtt]\nhost = '127.0.0.1'\nport = {closed_port()}\nuser = 'me'\n"
        f"password_file = '{folder}/secret'\n"
        f"[ledger]\npath = '{folder}/l.sqlite'\n[log]\npath = '{folder}/log'\nlevel = 'debug'\n"
    )
    config = folder / "c.toml"
    for words in (("config", "check", config), ("run", "--config", config, "--frames", "2")):
        require_hidden(secret, millsight(*words), folder)
