"""Writes the systemd unit that keeps the line running, with a reason for each setting."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from edge.core.errors import ConfigError

if TYPE_CHECKING:
    from edge.config import Config

NAME = "millsight.service"
SYSTEM_FOLDER = Path("/etc/systemd/system")
STATE = Path("/var/lib/millsight")
_HOMES = (Path("/home"), Path("/root"), Path("/run/user"))


@dataclass(frozen=True, slots=True)
class _Choice:
    reason: str
    lines: tuple[str, ...]
    system: bool = True
    """Whether only root may choose it; a user's own systemd may not."""


_RUNNING = (
    _Choice(
        "The line reports when it is ready; the one-file binary does so from a child process.",
        ("Type=notify", "NotifyAccess=all"),
        system=False,
    ),
    _Choice(
        "A line that is stuck for so long is killed and restarted. The journal gets each thread's "
        "stack; no core dump is written.",
        ("WatchdogSec=30", "Environment=PYTHONFAULTHANDLER=1", "LimitCORE=0"),
        system=False,
    ),
    _Choice(
        "The cause of an end may be repaired meanwhile, so the line is always restarted.",
        ("Restart=always", "RestartSec=5"),
        system=False,
    ),
    _Choice(
        "A slow device verifies its bundle before it is ready; at the end outputs are flushed.",
        ("TimeoutStartSec=180", "TimeoutStopSec=45"),
        system=False,
    ),
    _Choice(
        "Folder of bundles, ledger and pictures, and of relative paths. Its group may read them.",
        ("StateDirectory=millsight", f"WorkingDirectory={STATE}", "UMask=0027"),
    ),
    _Choice(
        "A verdict has milliseconds: the line has priority over other programs.",
        ("Nice=-5", "CPUWeight=500", "OOMScoreAdjust=-500"),
    ),
    _Choice(
        "Three times the memory that it needs: a leak causes a restart and never swapping.",
        ("MemoryMax=1G", "MemorySwapMax=0", "TasksMax=256"),
        system=False,
    ),
)

_SANDBOX = (
    _Choice(
        "Neither it nor its child processes can gain privileges.",
        ("NoNewPrivileges=yes", "RestrictSUIDSGID=yes"),
        system=False,
    ),
    _Choice("", ("CapabilityBoundingSet=", "AmbientCapabilities=")),
    _Choice(
        "No devices except cameras: V4L2, and USB3 Vision through the USB bus.",
        (
            "DevicePolicy=closed",
            "DeviceAllow=char-video4linux rw",
            "DeviceAllow=char-usb_device rw",
        ),
    ),
    _Choice(
        "It sees its own temporary files and processes, and cannot change the kernel or the "
        "device's name.",
        (
            "PrivateTmp=yes",
            "ProtectProc=invisible",
            "ProtectKernelTunables=yes",
            "ProtectKernelModules=yes",
            "ProtectKernelLogs=yes",
            "ProtectControlGroups=yes",
            "ProtectHostname=yes",
        ),
    ),
    _Choice(
        "Cameras, brokers and Prometheus use IP; Aravis lists interfaces with netlink.",
        ("RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK",),
        system=False,
    ),
    _Choice(
        "What a service needs, and no more. Not forbidden: memory that is written and run "
        "(MemoryDenyWriteExecute), since GStreamer compiles as it goes; nor to be less urgent "
        "(setpriority), as what catches up is; nor to ask whether a time service keeps the clock "
        "(adjtimex, hence no ProtectClock), which without rights it cannot set.",
        (
            "SystemCallFilter=@system-service",
            "SystemCallFilter=~@privileged",
            "SystemCallFilter=adjtimex clock_adjtime",
            "SystemCallErrorNumber=EPERM",
            "SystemCallArchitectures=native",
            "RestrictNamespaces=yes",
            "RestrictRealtime=yes",
            "LockPersonality=yes",
        ),
        system=False,
    ),
)


def unit(
    command: Sequence[str],
    *,
    run_as: str | None,
    writable: Iterable[Path] = (),
) -> str:
    """The unit's text.

    Args:
        command: The program, with an absolute path, and its arguments.
        run_as: User of the service; None makes a unit for a user's own systemd, with the settings
            that are allowed there.
        writable: Folders that it writes besides ``/var/lib/millsight``.

    Raises:
        ConfigError: A path cannot be written in a unit.
    """
    system = run_as is not None
    lines = [
        "# Written by: millsight service install. Change it with: systemctl edit millsight",
        "[Unit]",
        "Description=millsight inspects the strip under its camera",
        "# The line retries cameras and brokers itself: no other service has to be up first.",
        "After=network.target",
        "StartLimitIntervalSec=0",
        "",
        "[Service]",
        f"ExecStart={' '.join(map(_argument, command))}",
    ]
    if system:
        lines += [
            "# The user owns only the state folder; cameras belong to the group video.",
            f"User={run_as}",
            "SupplementaryGroups=video",
        ]
    lines += _lines(_RUNNING, system)
    if system:
        lines += _files(command, writable)
    lines += _lines(_SANDBOX, system)
    target = "multi-user.target" if system else "default.target"
    return "\n".join([*lines, "", "[Install]", f"WantedBy={target}", ""])


def program() -> list[str]:
    """The command of this millsight: the binary, the script beside Python, or the module."""
    if getattr(sys, "frozen", False):
        return [sys.executable]
    beside = Path(sys.prefix) / "bin" / "millsight"
    return [str(beside)] if beside.is_file() else [sys.executable, "-m", "edge"]


def writable_folders(config: Config) -> list[Path]:
    """Folders outside of the state folder that a line with this configuration writes."""
    sections = (config.ledger, config.csv, config.log)
    files = [section.path for section in sections if section is not None]
    if config.jsonl is not None:
        files += [config.jsonl.path, config.jsonl.events]
    folders = {file.parent for file in files if file is not None and str(file) != "-"}
    if config.pictures is not None:
        folders.add(config.pictures.folder)
    absolute = {STATE / folder for folder in folders}
    return sorted(folder for folder in absolute if not folder.is_relative_to(STATE))


def _lines(choices: Iterable[_Choice], system: bool) -> list[str]:
    lines: list[str] = []
    for choice in choices:
        if system or not choice.system:
            lines += [f"# {line}" for line in textwrap.wrap(choice.reason, 96)]
            lines += choice.lines
    return lines


def _files(command: Sequence[str], writable: Iterable[Path]) -> list[str]:
    at_home = any(Path(word).is_relative_to(home) for word in command for home in _HOMES)
    lines = ["# The file system is read-only except the state folder and these folders."]
    lines += ["ProtectSystem=strict"]
    lines += [f"ReadWritePaths=-{_quoted(str(folder))}" for folder in writable]
    if at_home:
        lines += ["# The program or its configuration is in a home.", "ProtectHome=read-only"]
    else:
        lines += ["# Home folders are not accessible.", "ProtectHome=yes"]
    return lines


def _argument(word: str) -> str:
    """A word of a command line, with $ escaped."""
    return _quoted(word.replace("$", "$$"))


def _quoted(word: str) -> str:
    """A word of a unit (systemd.syntax(7)), quoted if necessary, with % escaped."""
    if not word.isprintable():
        raise ConfigError(
            f"the path {word!r} cannot be written in a systemd unit",
            "Rename it without unprintable characters",
        )
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    plain = all(char.isalnum() or char in "/._-+:@,=$%" for char in escaped)
    return escaped if plain else f'"{escaped}"'
