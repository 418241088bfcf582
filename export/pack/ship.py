"""For maintainers: add a bundle to those shipped with millsight, trusted by digest.

``python -m export.pack.ship FILE.millsight`` checks the bundle, copies it to
``edge/bundles/NAME.millsight``, with the name from its manifest, and writes its digest to
``edge/bundle/shipped.py``. Run it in a working copy and commit both files together.
"""

from __future__ import annotations

import sys
from pathlib import Path

import click

import edge
from edge.bundle import read_bundle
from edge.bundle.load import SUFFIX
from edge.bundle.shipped import SHIPPED
from edge.core.errors import (
    BundleError,
    MillsightError,
    MissingPathError,
)
from edge.core.files import write_whole
from edge.install.verify import run_golden_frames

_MARK = "SHIPPED: dict[str, str] = {"


def ship(path: Path, package: Path) -> str:
    """Copy a bundle into the package ``edge`` at ``package`` and trust its digest; its file name.

    Raises:
        MissingPathError: The file does not exist.
        BundleError: The bundle is invalid, or its golden frames do not score as expected.
        UnwritableError: The package cannot be written.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise MissingPathError(f"{path} cannot be read: {error.strerror}") from None
    bundle = read_bundle(data, path)
    if not all(result.agrees for result in run_golden_frames(bundle)):
        raise BundleError(f"{path} does not score its golden frames as expected")
    file_name = bundle.manifest.name + SUFFIX
    write_whole(package / "bundles" / file_name, data)
    code = package / "bundle" / "shipped.py"
    write_whole(code, with_digests(code.read_text(), SHIPPED | {file_name: bundle.digest}))
    return file_name


def with_digests(code: str, digests: dict[str, str]) -> str:
    """The source of ``edge/bundle/shipped.py`` with new digests."""
    before, _, rest = code.partition(_MARK)
    after = rest[rest.index("}") + 1 :]
    lines = "".join(f'\n    "{name}": "{digests[name]}",' for name in sorted(digests))
    return f"{before}{_MARK}{lines}{chr(10) if lines else ''}}}{after}"


@click.command()
@click.argument("bundle", type=click.Path(path_type=Path))
def main(bundle: Path) -> None:
    """Add a bundle to those shipped with millsight, trusted by digest."""
    try:
        name = ship(bundle, Path(edge.__file__).parent)
    except MillsightError as error:
        click.echo(f"export.pack.ship: {error}", err=True)
        sys.exit(error.exit_code)
    click.echo(f"{name} ships; commit edge/bundles/{name} and edge/bundle/shipped.py", err=True)


if __name__ == "__main__":
    main()
