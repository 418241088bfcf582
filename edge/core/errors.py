"""The errors that an operator may see, each with its exit code and a hint.

``MillsightError`` is the root. The command line prints ``what: hint`` on one line to stderr
and exits with ``exit_code``; no traceback. Exit code 0 is success and 2 is click's wrong usage.
"""

from __future__ import annotations


class MillsightError(Exception):
    """An error that the user can act on.

    Args:
        what: What happened and where, one line.
        hint: What to do about it, one line; None uses the class's ``default_hint``.
    """

    exit_code = 1
    default_hint = ""

    def __init__(self, what: str, hint: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.hint = self.default_hint if hint is None else hint

    def __str__(self) -> str:
        stop = "" if self.what.endswith("?") else "."
        return f"{self.what}{stop} {self.hint}" if self.hint else self.what


class MissingExtraError(MillsightError):
    """A command needs packages that the base install does not include."""

    exit_code = 3


class MissingPathError(MillsightError):
    """A file or folder that was named does not exist."""

    exit_code = 4
    default_hint = "Check the path"


class UnwritableError(MillsightError):
    """A file or folder cannot be written: permissions, or the disk is full."""

    exit_code = 5
    default_hint = "Choose a folder that you may write to, or free some space"


class ReaderGoneError(MillsightError):
    """The reader of stdout closed it, as ``| head`` does: the command ends without a message."""

    exit_code = 0


class ImageError(MillsightError):
    """An image cannot be read as a frame: truncated, of the wrong size, or in colour."""

    exit_code = 6
    default_hint = "Copy or export the image again, or leave it out"


class LabelError(MillsightError):
    """Labels are wrong: missing columns, run lengths out of range, an unknown class."""

    exit_code = 7
    default_hint = "Mend the file; millsight data check lists every fault"


class DataError(MillsightError):
    """A data set as a whole cannot be used: empty, no such split, too few groups."""

    exit_code = 8
    default_hint = "See what is there with: millsight data check"


class BundleError(MillsightError):
    """A bundle is corrupt or tampered with."""

    exit_code = 9
    default_hint = "Copy the bundle again from where it was made"


class NewerFormatError(BundleError):
    """A bundle has a newer format version than this millsight reads."""

    exit_code = 15
    default_hint = "Install a newer millsight here, or export the bundle with this one's version"


class OlderFormatError(BundleError):
    """A bundle has an older format version than this millsight reads."""

    exit_code = 16
    default_hint = "Export the bundle again with this millsight"


class UntrustedError(BundleError):
    """A bundle is intact, but unsigned or signed with a key that this device does not trust."""

    exit_code = 18
    default_hint = "Sign it with a key that this device trusts: millsight bundle sign"


class EngineError(MillsightError):
    """No inference engine can run a model on this device."""

    exit_code = 10


class NotFiniteError(EngineError):
    """A network gave a score that is no finite number: a frame can have no verdict by it."""

    default_hint = "Export the bundle again; it must not inspect"


class CameraError(MillsightError):
    """A camera cannot be opened, or stopped unexpectedly."""

    exit_code = 11
    default_hint = "Check the cable, the address, and that no other program holds the camera"


class ExportGateError(MillsightError):
    """A quantized model is worse than its float original by more than the margin."""

    exit_code = 12


class TrainingError(MillsightError):
    """Training cannot start, cannot resume, or has diverged."""

    exit_code = 13


class ConfigError(MillsightError):
    """The configuration or a combination of options is invalid."""

    exit_code = 14


class FetchError(MillsightError):
    """A download failed: no credentials, rules not accepted, no network, a damaged archive."""

    exit_code = 17
    default_hint = "Try again: what has come is kept"


class LedgerError(MillsightError):
    """A ledger cannot be read: damaged, in use by another run, or not a ledger."""

    exit_code = 19
    default_hint = (
        "Name the file that millsight run writes; look at it with: millsight ledger check"
    )


class NewerLedgerError(LedgerError):
    """A ledger was written by a newer millsight than this one."""

    exit_code = 20
    default_hint = "Install that millsight here, or begin a ledger of another name"


class NoLineError(MillsightError):
    """No running line was found that could receive a command."""

    exit_code = 21
    default_hint = (
        "Start one: millsight run; it listens where its state folder exists. --state names another"
    )


class UnfitError(MillsightError):
    """``millsight doctor`` found a fault: the line cannot run, or not fast enough."""

    exit_code = 22
    default_hint = "The findings say what to do"


class NotKeptError(MillsightError):
    """A run has ended, and could not keep all that it was asked to keep: a disk was full."""

    exit_code = 23
    default_hint = "Check the disks and the network that outputs go to"


INTERRUPTED_EXIT_CODE = 130
"""Exit code after Ctrl-C (128 + SIGINT). Outputs are closed; no file is half-written."""
