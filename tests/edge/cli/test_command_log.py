"""The command's log: nothing twice, a file beside it, priorities for the journal, no secrets."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

import edge.cli
from edge.app.log_file import LogFile
from edge.cli import main, millsight
from edge.cli.command_log import LEVELS, PACKAGES, CommandLog, current_log
from edge.config.log import LogConfig, LogLevel
from edge.core.errors import MissingPathError
from edge.core.stderr_log import StderrHandler
from tests.edge.cli.test_run import MILLSIGHT


@pytest.fixture
def log():
    made = CommandLog()
    yield made
    made.close()


@pytest.fixture
def command(monkeypatch, capsys):
    """Runs ``main`` with a command of the test's own; gives its exit code and stderr."""

    def run(body, *words, file=None):
        @click.command()
        def sample():
            if file is not None:
                current_log().start_file(LogConfig(path=file, format="json"))
            body()

        monkeypatch.setattr(edge.cli.LazyGroup, "get_command", lambda *_: sample)
        monkeypatch.setattr(sys, "argv", ["millsight", *words, "sample"])
        with pytest.raises(SystemExit) as ended:
            main()
        return ended.value.code, capsys.readouterr().err

    return run


def told(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def fail():
    raise MissingPathError("there is no file x\n")


def crash():
    raise KeyError("nobody foresaw it")


def test_on_import_nothing_is_configured():
    script = (
        "import edge, train, export, logging, edge.cli\n"
        "for name in ('edge', 'train', 'export'):\n"
        "    [only] = logging.getLogger(name).handlers\n"
        "    assert type(only) is logging.NullHandler, only\n"
        "    logging.getLogger(name + '.line').error('quiet')\n"
        "assert logging.root.handlers == []\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_the_choices_are_the_configuration_s():
    assert set(LEVELS) == set(LogLevel.__args__)


def test_an_error_is_said_as_ever_and_is_in_the_file(command, tmp_path):
    code, err = command(fail, file=tmp_path / "m.log")
    assert (code, err) == (4, "millsight: there is no file x\\n. Check the path\n")
    [record] = told(tmp_path / "m.log")
    assert (record["level"], record["text"]) == ("error", "there is no file x\n. Check the path")


def test_with_a_level_an_error_is_one_line_of_the_log(command):
    code, err = command(fail, "--log-level", "INFO")
    assert code == 4
    assert err.endswith(" ERROR    edge.cli: there is no file x\\n. Check the path\n")
    assert err.count("\n") == 1


def test_a_level_may_come_from_the_environment(command, monkeypatch):
    monkeypatch.setenv("MILLSIGHT_LOG_LEVEL", "debug")
    _, err = command(lambda: logging.getLogger("train.loop").debug("epoch 1"))
    assert err.endswith(" DEBUG    train.loop: epoch 1\n")


def test_an_unknown_level_is_wrong_usage():
    ended = CliRunner().invoke(millsight, ["--log-level", "loud", "run"])
    assert ended.exit_code == 2 and "'loud' is not one of 'debug'" in ended.stderr


def test_without_a_level_only_a_library_s_warnings_show(command):
    def body():
        logging.getLogger("edge.line").info("a detail")
        logging.getLogger("edge.line").warning("odd")

    assert command(body) == (0, "millsight: odd\n")


def test_an_unforeseen_error_s_traceback_is_in_the_file_alone(command, tmp_path):
    path = tmp_path / "m.log"
    code, err = command(crash, file=path)
    assert code == 1
    assert err == (
        f"millsight: unexpected KeyError: 'nobody foresaw it'. The log {path} has its traceback\n"
    )
    [record] = told(path)
    assert record["level"] == "critical"
    assert record["traceback"][-1] == "KeyError: 'nobody foresaw it'"


def test_without_a_file_it_ends_as_python_ends(monkeypatch, command):
    with pytest.raises(KeyError):
        command(crash)


def test_with_a_file_that_fails_its_traceback_is_on_stderr(command, tmp_path):
    with pytest.raises(KeyError):
        command(crash, file=tmp_path)


def test_in_the_journal_lines_have_priorities(log, capsys):
    log.start_on_stderr(None, journal=lambda: True)
    logger = logging.getLogger("edge.line")
    logger.info("ready")
    logger.warning("the camera is lost")
    logger.debug("a detail")
    assert capsys.readouterr().err == "<6>ready\n<4>the camera is lost\n"


def test_in_the_journal_a_traceback_has_its_priority(log, capsys):
    log.start_on_stderr("error", journal=lambda: True)
    assert log.keep_traceback(KeyError("x"))
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "<2>unexpected KeyError: 'x'"
    assert lines[-1] == "<2>KeyError: 'x'"


def test_a_command_within_a_command_logs_nothing_twice(log, capsys):
    log.start_on_stderr("info", journal=lambda: False)
    inner = CommandLog()
    inner.start_on_stderr("info", journal=lambda: False)
    logging.getLogger("export.pack").info("packed")
    inner.close()
    logging.getLogger("export.pack").info("done")
    assert [line.rpartition(": ")[2] for line in capsys.readouterr().err.splitlines()] == [
        "packed",
        "done",
    ]


def test_it_leaves_logging_as_it_was(log, tmp_path):
    before = [list(logging.getLogger(name).handlers) for name in PACKAGES]
    log.start_on_stderr("debug", journal=lambda: False)
    log.start_file(LogConfig(path=tmp_path / "m.log"))
    kinds = {type(handler) for handler in logging.getLogger("edge").handlers}
    assert {StderrHandler, LogFile} <= kinds
    log.close()
    assert [list(logging.getLogger(name).handlers) for name in PACKAGES] == before
    for name in PACKAGES:
        assert logging.getLogger(name).level == logging.NOTSET and logging.getLogger(name).propagate


@pytest.fixture(scope="module")
def logged_run(tmp_path_factory):
    """A run in the journal's stead with a file, whose camera's address holds a password."""
    folder = tmp_path_factory.mktemp("logged")
    (folder / "line.toml").write_text(
        '[coil]\nname = "A\\u001b1"\n'
        '[log]\npath = "logs/m.log"\nformat = "json"\n'
        '[mqtt]\nhost = "127.0.0.1"\nport = 1\nuser = "${env:USER_NAME}"\n'
        'password_env = "MQTT_PASSWORD"\n'
    )
    with (folder / "stderr").open("wb") as stderr:
        found = os.fstat(stderr.fileno())
        environ = {
            **os.environ,
            "USER_NAME": "somebody-4711",
            "MQTT_PASSWORD": "hush-hush",
            "JOURNAL_STREAM": f"{found.st_dev}:{found.st_ino}",
        }
        words = [*MILLSIGHT, "run", "--config", "line.toml", "--frames", "12"]
        done = subprocess.run(words, stderr=stderr, env=environ, cwd=folder, check=False)
    assert done.returncode == 0, (folder / "stderr").read_text()
    return (folder / "stderr").read_text(), told(folder / "logs" / "m.log")


def test_a_run_s_events_are_in_the_journal_once_and_in_the_file(logged_run):
    err, records = logged_run
    assert err.count("coil A\\x1b1 began") == 1
    assert "<6>coil A\\x1b1 began\n" in err
    assert err.startswith("<6>bundle simulated")
    [began] = [record for record in records if record.get("event") == "coil began"]
    assert (began["level"], began["coil"], began["position_mm"]) == ("info", "A\x1b1", 0.0)
    assert records[0]["text"].startswith("bundle simulated")
    assert "12 frames" in records[-1]["text"] or "12 frames" in records[-2]["text"]


def test_a_broker_that_is_away_is_a_warning(logged_run):
    err, records = logged_run
    [away] = [record for record in records if record.get("event") == "sink"][:1]
    assert away["level"] == "warning"
    assert f"<4>{away['text']}\n" in err


def test_no_secret_is_in_a_run_s_log(logged_run):
    err, records = logged_run
    for secret in ("hush-hush", "somebody-4711"):
        assert secret not in err + json.dumps(records)
