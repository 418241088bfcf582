"""``millsight bundle keygen`` and ``sign``: who vouches for a bundle."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(short_help="Make a pair of keys, NAME.key.pem and NAME.pub.pem.")
@click.argument("name", type=click.Path(path_type=Path))
@click.option(
    "--force",
    is_flag=True,
    help="Replace a pair of that name. Bundles that the old key signed must be signed anew.",
)
def keygen(name: Path, force: bool) -> None:
    """Make a pair of keys: NAME.key.pem, which is secret, and NAME.pub.pem for the devices."""
    from edge.bundle.keys import make_keys
    from edge.bundle.signature import fingerprint

    pair = make_keys(name, force=force)
    click.echo(
        f"{pair.private}: signs; keep it to yourself and off the devices\n"
        f"{pair.public}: goes into the folder of trusted keys of each device "
        f"(by default /etc/millsight/keys)\n"
        f"fingerprint {fingerprint(pair.key)}",
        err=True,
    )


@click.command(short_help="Sign a bundle file with Ed25519.")
@click.argument("path", metavar="BUNDLE", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--key",
    "key_path",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="The secret key, NAME.key.pem.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the signed bundle here. [default: sign BUNDLE itself]",
)
@click.option("--force", is_flag=True, help="Replace OUT, or another's signature.")
def sign(path: Path, key_path: Path, out: Path | None, force: bool) -> None:
    """Sign a bundle file: Ed25519 over its manifest, which has the SHA-256 of all else.

    Nothing of the bundle is run: verify it first.
    """
    from edge.bundle import load_bundle
    from edge.bundle.keys import others_may_read, read_private_key
    from edge.bundle.shipped import SHIPPED
    from edge.bundle.signature import Signature, fingerprint
    from edge.core.errors import ConfigError, UnwritableError
    from edge.core.files import write_whole

    key = read_private_key(key_path)
    if others_may_read(key_path):
        click.echo(f"warning: others may read {key_path}; chmod 600 {key_path}", err=True)
    bundle = load_bundle(path)
    if bundle.digest in SHIPPED.values() and out is None:
        raise ConfigError(
            f"{path} ships with millsight and is trusted without a signature",
            "Sign a copy of it: --out FILE.millsight",
        )
    signature = Signature.of(bundle.manifest.to_json(), key)
    if bundle.signature and bundle.signature.key != signature.key and not force:
        raise UnwritableError(
            f"{path} is signed already, by {fingerprint(bundle.signature.key)}",
            "Give --force to put your signature in its place",
        )
    if out is not None and out.exists() and not force:
        raise UnwritableError(f"{out} exists already", "Give --force to replace it")
    write_whole(out or path, bundle.to_bytes(signature))
    click.echo(f"{out or path}: signed by {fingerprint(signature.key)}", err=True)
