"""Files that hide modules: a script called ``types.py`` hides Python's own module ``types``.

Python looks for a module first in the folder of the script, or in the working folder. This module
finds such files and refuses to import them, with an error that names the file. It imports only
modules that Python itself has loaded at its start, because a file may hide any other module.
"""

from __future__ import annotations

import _thread
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType, TracebackType

LIBRARIES = (
    "ai_edge_litert",
    "click",
    "cryptography",
    "cv2",
    "keras",
    "matplotlib",
    "numpy",
    "onnx",
    "onnxruntime",
    "openvino",
    "paho",
    "prometheus_client",
    "pyarrow",
    "pycocotools",
    "pydantic",
    "rich",
    "scipy",
    "tensorflow",
    "tf2onnx",
    "tflite_runtime",
)
"""Packages that millsight imports. All are folders: a single file of such a name hides one."""

_KNOWN = sys.stdlib_module_names | frozenset(LIBRARIES)


class HiddenModuleError(ImportError):
    """A module that millsight needs is hidden by a file or package of the same name."""


def hidden_error(name: str, file: str) -> HiddenModuleError:
    """The error that names the file that hides a module, and the remedy.

    Args:
        name: The module.
        file: The file that Python finds instead.
    """
    if name in sys.stdlib_module_names:
        what = f"Python's own module {name!r}"
    elif name in LIBRARIES:
        what = f"the library {name!r}"
    else:
        what = f"millsight's own package {name!r}"
    return HiddenModuleError(
        f"millsight: {file} hides {what}: rename it, or run from another folder",
        name=name,
        path=file,
    )


def refuse_foreign(package: str, home: str) -> None:
    """Make sure that Python finds our own package of this name, without importing it.

    Args:
        package: ``edge``, ``train`` or ``export``.
        home: The folder that holds it.

    Raises:
        HiddenModuleError: Another file or package of the name is found first.
    """
    if getattr(sys, "frozen", False):  # the one-file binary holds all that it imports
        return
    found = _origin(package)
    ours = os.path.realpath(os.path.join(home, package))
    if found is not None and os.path.dirname(os.path.realpath(found)) != ours:
        raise hidden_error(package, found)


def hidden_modules() -> dict[str, str]:
    """Modules of Python and of libraries that are hidden, each with the file that hides it.

    A hidden module does no harm until it is imported: most files called ``test.py`` or ``code.py``
    hide a module that nobody needs.
    """
    if getattr(sys, "frozen", False):
        return {}
    hidden = {}
    for folder in _before_python():
        for name in sorted(_module_names(folder) & _KNOWN):
            file = _origin(name)
            if file is None or name in hidden:
                continue
            if os.path.dirname(file) == folder or (
                name in sys.stdlib_module_names
                and file == os.path.join(folder, name, "__init__.py")
            ):
                hidden[name] = file
    return hidden


class Refusing:
    """A context that refuses to import hidden modules in the thread that entered it.

    Args:
        hidden: Modules and the files that hide them.

    Raises:
        HiddenModuleError: On exit, if the block failed and an import was refused, or if the block
            failed and such a file had been imported already by other code.
    """

    def __init__(self, hidden: Mapping[str, str]) -> None:
        self._hidden = hidden
        self._thread = _thread.get_ident()
        self._refused: HiddenModuleError | None = None

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Refuse a hidden module (called by Python before each import); finds none itself."""
        if name in self._hidden and _thread.get_ident() == self._thread:
            self._refused = hidden_error(name, self._hidden[name])
            raise self._refused
        return None

    def __enter__(self) -> None:
        if self._hidden:
            sys.meta_path.insert(0, self)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if not self._hidden:
            return
        sys.meta_path.remove(self)
        if error is None or isinstance(error, (SystemExit, KeyboardInterrupt, GeneratorExit)):
            return
        if self._refused is not None:
            # Libraries replace a failed import by errors of their own, which name no file; those
            # of libraries in Rust do not even derive from Exception.
            raise self._refused from None
        for name, file in self._hidden.items():
            if name in sys.modules:
                raise hidden_error(name, file) from error


def run_command(command: Callable[[], None]) -> None:
    """Run a program; if a module is hidden, end with one line on stderr and exit code 1."""
    try:
        with Refusing(hidden_modules()):
            command()
    except HiddenModuleError as error:
        sys.exit(str(error))


def _before_python() -> list[str]:
    """Folders that Python searches before its own."""
    own = os.path.realpath(os.path.dirname(os.__file__))
    folders: list[str] = []
    for entry in sys.path:
        folder = os.path.abspath(entry)
        if os.path.realpath(folder) == own:
            return folders
        if folder not in folders:
            folders.append(folder)
    # Python's own modules lie in no folder of the path: the order is not known.
    return []


def _module_names(folder: str) -> set[str]:
    try:
        return {entry.partition(".")[0] for entry in os.listdir(folder)}
    except OSError:
        return set()


def _origin(name: str) -> str | None:
    """The file from which Python has imported, or would import, a module; None if it has none."""
    loaded = sys.modules.get(name)
    spec = getattr(loaded, "__spec__", None) if loaded is not None else _search(name)
    origin: str | None = getattr(spec, "origin", None) or getattr(loaded, "__file__", None)
    if origin is None or not getattr(spec, "has_location", True):
        return None
    return os.path.abspath(origin)


def _search(name: str) -> ModuleSpec | None:
    for finder in sys.meta_path:
        spec = finder.find_spec(name, None) if hasattr(finder, "find_spec") else None
        if spec is not None:
            return spec
    return None
