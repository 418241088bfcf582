"""Who signed a bundle, and that nothing was changed since."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.bundle import read_bundle
from edge.bundle.container import MANIFEST, SIGNATURE, read_container, write_container
from edge.bundle.signature import Signature, fingerprint
from edge.core.errors import BundleError
from tests.edge.bundle.samples import FILES, bundle_bytes, manifest
from tests.edge.bundle.signing import KEY, STRANGER, signed_bytes

FIT = Signature.of(b"manifest", KEY)


def test_a_signed_bundle_says_by_whom() -> None:
    bundle = read_bundle(signed_bytes())
    assert bundle.signature is not None
    assert bundle.signature.key == KEY.public_key().public_bytes_raw()
    assert bundle.files == read_bundle(bundle_bytes()).files
    assert bundle.trust is None


def test_an_unsigned_one_says_nothing() -> None:
    assert read_bundle(bundle_bytes()).signature is None


@pytest.mark.parametrize("data", [bundle_bytes(), signed_bytes()], ids=["unsigned", "signed"])
def test_a_bundle_gives_its_bytes_back(data: bytes) -> None:
    assert read_bundle(data).to_bytes() == data


def test_it_is_the_signature_of_rfc_8032() -> None:
    """Its first test vector: an empty message under a known key."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    secret = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
    public = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    value = (
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701"
        "cf9b46bd25bf5f0595bbe24655141438e7a100b"
    )
    signature = Signature.of(b"", Ed25519PrivateKey.from_private_bytes(bytes.fromhex(secret)))
    assert (signature.key.hex(), signature.value.hex()) == (public, value)


@given(st.binary(max_size=200))
def test_what_is_signed_is_read(data: bytes) -> None:
    signature = Signature.of(data, KEY)
    assert Signature.read(signature.to_bytes(), data) == signature


@given(st.integers(0, 96 * 8 - 1))
def test_a_changed_bit_is_refused(bit: int) -> None:
    changed = bytearray(FIT.to_bytes())
    changed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(BundleError, match="does not fit its manifest"):
        Signature.read(bytes(changed), b"manifest")


@given(st.binary(max_size=100).filter(lambda data: data != b"manifest"))
def test_another_manifest_is_refused(data: bytes) -> None:
    with pytest.raises(BundleError, match="changed after it was signed"):
        Signature.read(FIT.to_bytes(), data)


@pytest.mark.parametrize("data", [b"", FIT.to_bytes()[:-1], FIT.to_bytes() + b"\0", FIT.value])
def test_another_length_is_refused(data: bytes) -> None:
    with pytest.raises(BundleError, match="a signature has 96"):
        Signature.read(data, b"manifest")


def test_a_value_beyond_the_group_s_order_is_refused() -> None:
    """Adding the order to the second half would give another signature that fits."""
    order = 2**252 + 27742317777372353535851937790883648493
    half = int.from_bytes(FIT.value[32:], "little") + order
    other = FIT.key + FIT.value[:32] + half.to_bytes(32, "little")
    with pytest.raises(BundleError, match="does not fit"):
        Signature.read(other, b"manifest")


def test_a_key_that_signs_whatever_it_is_given_is_refused() -> None:
    for number in range(16):
        written = manifest(description=f"Number {number}.").to_json()
        for key in (bytes(32), bytes([1]) + bytes(31), bytes(31) + b"\x80"):
            with pytest.raises(BundleError):
                Signature.read(key + key + bytes(32), written)


@pytest.mark.parametrize(
    "signed",
    [
        FIT.to_bytes(),
        Signature.of(manifest(description="Other.").to_json(), KEY).to_bytes(),
        KEY.public_key().public_bytes_raw() + Signature.of(manifest().to_json(), STRANGER).value,
        bytes(96),
        b"",
    ],
    ids=["of something else", "of another bundle", "by another key", "zeros", "nothing"],
)
def test_a_bundle_with_a_wrong_signature_is_refused(signed: bytes) -> None:
    files = FILES | {MANIFEST: manifest().to_json(), SIGNATURE: signed}
    with pytest.raises(BundleError, match=r"the bundle is refused: its (signature|manifest\.sig)"):
        read_bundle(write_container(files))


def test_a_file_cannot_be_exchanged_under_a_signature() -> None:
    files = read_container(signed_bytes())
    files["models/gate-int8.tflite"] = b"INT8 network"
    with pytest.raises(BundleError, match="is not the file that the manifest lists"):
        read_bundle(write_container(files))


def test_a_fingerprint_is_short_and_tells_keys_apart() -> None:
    prints = {fingerprint(key.public_key().public_bytes_raw()) for key in (KEY, STRANGER)}
    assert len(prints) == 2
    assert {len(each) for each in prints} == {32}
