"""Installs the systemd unit and queries its state."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
from pathlib import Path

from edge.core.errors import ConfigError, UnwritableError
from edge.core.files import make_folder, write_whole
from edge.service.unit import NAME, STATE, SYSTEM_FOLDER

_RUNNING = Path("/run/systemd/system")
"""This folder exists if systemd is running (sd_booted(3))."""
_SHOWN = ("LoadState", "UnitFileState", "ActiveState", "StatusText", "NRestarts")


class Manager:
    """The systemd of the device, or of the current user.

    Args:
        user: Whether to use the user's own systemd.
    """

    def __init__(self, *, user: bool) -> None:
        self._options = ["--user"] if user else []
        home = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
        folder = Path(home) / "systemd" / "user" if user else SYSTEM_FOLDER
        self.path = folder / NAME

    @property
    def systemctl(self) -> str:
        """The command with its options, for messages."""
        return " ".join(["systemctl", *self._options])

    @property
    def runs(self) -> bool:
        """Whether systemd runs this device and can be queried."""
        return shutil.which("systemctl") is not None and _RUNNING.is_dir()

    def install(self, text: str) -> None:
        """Write the unit and let systemd read it.

        Raises:
            UnwritableError: The unit cannot be written.
            ConfigError: systemd refuses it.
        """
        try:
            make_folder(self.path.parent)
            write_whole(self.path, text, mode=0o644)
        except UnwritableError as error:
            raise UnwritableError(
                error.what, "Run this as root (sudo), or install it for your user only: --user"
            ) from None
        self._ask("daemon-reload")

    def uninstall(self) -> bool:
        """Stop the service and remove its unit; return whether there was one.

        Raises:
            UnwritableError: The unit cannot be removed.
            ConfigError: systemd cannot stop the service.
        """
        if not self.path.exists():
            return False
        if not os.access(self.path.parent, os.W_OK):
            raise UnwritableError(
                f"{self.path} cannot be removed: permission denied", "Run this as root (sudo)"
            )
        self._ask("disable", "--now", NAME)
        self.path.unlink()
        self._ask("daemon-reload")
        return True

    def status(self) -> dict[str, str]:
        """The service's properties, by systemd's names; empty if systemd does not run."""
        output = self._ask("show", f"--property={','.join(_SHOWN)}", NAME)
        pairs = (line.partition("=") for line in output.splitlines())
        return {name: value for name, _, value in pairs if name in _SHOWN}

    def _ask(self, *words: str) -> str:
        if not self.runs:
            return ""
        command = ["systemctl", *self._options, *words]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            fault = done.stderr.strip().replace("\n", "; ") or f"exit code {done.returncode}"
            raise ConfigError(f"{' '.join(command)} failed: {fault}", "See: journalctl -b")
        return done.stdout


def require_user(name: str) -> None:
    """Make sure that a user exists.

    Raises:
        ConfigError: The user does not exist.
    """
    try:
        pwd.getpwnam(name)
    except KeyError:
        raise ConfigError(
            f"there is no user {name} for the line to run as",
            f"Create it: useradd --system --home-dir {STATE} --shell /usr/sbin/nologin {name}; "
            "or name another with --run-as",
        ) from None


def closed_folder(path: Path) -> Path | None:
    """The first folder in a file's path that other users cannot enter; None if there is none."""
    for folder in reversed(path.parents):
        if folder.is_dir() and not folder.stat().st_mode & stat.S_IXOTH:
            return folder
    return None
