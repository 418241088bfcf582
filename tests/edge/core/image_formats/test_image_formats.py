"""What is read, what is refused and why, format by format; whole files give OpenCV's pixels."""

from __future__ import annotations

import struct
import tracemalloc
import zlib
from io import BytesIO

import cv2
import numpy as np
import pytest

from edge.core.errors import ImageError
from edge.core.image_formats import MAX_PIXELS, UnfitImageError, check
from edge.core.images import decode_grey
from tests.edge.core.image_formats import build
from tests.edge.core.image_formats.build import HEIGHT, STRIP, WIDTH, encoded, jpeg, pgm, png, tiff

RST = cv2.IMWRITE_JPEG_RST_INTERVAL
PROGRESSIVE = cv2.IMWRITE_JPEG_PROGRESSIVE
COMPRESSION = cv2.IMWRITE_TIFF_COMPRESSION
LZW, DEFLATE, PACKBITS = 5, 8, 32773

SMOOTH = np.tile(np.linspace(0, 255, 1600), (64, 1)).astype(np.uint8)


def with_pillow(suffix: str, frames: int = 1, **options: object) -> bytes:
    image = pytest.importorskip("PIL.Image", reason="Pillow writes this")
    made = [image.fromarray(np.roll(STRIP, n)) for n in range(frames)]
    out = BytesIO()
    more = {"save_all": True, "append_images": made[1:]} if frames > 1 else {}
    made[0].save(out, suffix, **more, **options)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "lossless"),
    [
        pytest.param(jpeg(), False, id="JPEG"),
        pytest.param(jpeg(RST, 2), False, id="JPEG with restarts"),
        pytest.param(jpeg(PROGRESSIVE, 1), False, id="progressive JPEG"),
        pytest.param(jpeg(cv2.IMWRITE_JPEG_OPTIMIZE, 1), False, id="JPEG with tables of its own"),
        pytest.param(encoded(".jpg", pixels=np.dstack([STRIP] * 3)), False, id="JPEG of colour"),
        pytest.param(jpeg() + b"\0" * 100 + b"camera 7", False, id="JPEG and something after it"),
        pytest.param(
            build.with_segment(jpeg(), 0xE1, b"Exif\0\0" + build.exif(1)), False, id="upright"
        ),
        pytest.param(
            build.with_segment(jpeg(), 0xE1, b"Exif\0\0" + build.exif(1) + jpeg()),
            False,
            id="JPEG with a thumbnail in it",
        ),
        pytest.param(encoded(".jpg", pixels=SMOOTH), False, id="smooth JPEG"),
        pytest.param(encoded(".jpg", pixels=SMOOTH * 0), False, id="black JPEG"),
        pytest.param(
            encoded(".jpg", cv2.IMWRITE_JPEG_OPTIMIZE, 1, pixels=SMOOTH * 0),
            False,
            id="black JPEG whose data are zeros",
        ),
        pytest.param(png(), True, id="PNG"),
        pytest.param(png() + b"more", True, id="PNG and something after it"),
        pytest.param(encoded(".png", pixels=np.dstack([STRIP] * 3)), True, id="PNG of colour"),
        pytest.param(
            encoded(".png", pixels=np.dstack([STRIP] * 3 + [STRIP * 0 + 255])), True, id="opaque"
        ),
        pytest.param(
            png(build.chunk(b"PLTE", bytes(n for n in range(256) for _ in "rgb")), colour=3),
            True,
            id="PNG with a palette",
        ),
        pytest.param(tiff(), True, id="TIFF"),
        pytest.param(tiff(">"), True, id="TIFF, big end first"),
        pytest.param(tiff(big=True), True, id="BigTIFF"),
        pytest.param(encoded(".tif", COMPRESSION, LZW), True, id="TIFF by LZW"),
        pytest.param(encoded(".tif", COMPRESSION, DEFLATE), True, id="TIFF by deflate"),
        pytest.param(encoded(".tif", COMPRESSION, PACKBITS), True, id="TIFF by PackBits"),
        pytest.param(build.bmp(), True, id="BMP"),
        pytest.param(build.bmp(32), True, id="BMP of 32 bits"),
        pytest.param(build.bmp(height=-HEIGHT), True, id="BMP from the top down"),
        pytest.param(encoded(".bmp"), True, id="BMP with a palette"),
        pytest.param(pgm(), True, id="PGM"),
        pytest.param(pgm(b"P5\n# line 2\n%d %d\n255\n" % (WIDTH, HEIGHT)), True, id="comment"),
        pytest.param(encoded(".ppm", pixels=np.dstack([STRIP] * 3)), True, id="PPM"),
        pytest.param(encoded(".webp", cv2.IMWRITE_WEBP_QUALITY, 101), True, id="WebP"),
        pytest.param(encoded(".webp", cv2.IMWRITE_WEBP_QUALITY, 80), False, id="lossy WebP"),
    ],
)
def test_a_whole_picture_is_read_as_opencv_reads_it(data: bytes, lossless: bool) -> None:
    pixels = decode_grey(data, "a", convert_colour=True)
    expected = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if expected.ndim == 3:
        expected = cv2.cvtColor(expected[..., :3], cv2.COLOR_BGR2GRAY)
    assert np.array_equal(pixels, expected)
    if lossless:
        assert np.array_equal(pixels, STRIP)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("compression", [LZW, DEFLATE, PACKBITS])
@pytest.mark.parametrize("size", [(1, 1), (3, 70), (256, 1600), (300, 4000)])
def test_tiffs_of_all_kinds_of_pictures_are_measured_rightly(
    compression: int, seed: int, size: tuple[int, int]
) -> None:
    rng = np.random.default_rng(seed)
    noise = rng.normal(0, (0, 0.3, 3, 30, 200)[seed], size)
    pixels = (110 + noise + np.arange(size[1]) / 50).clip(0, 255).astype(np.uint8)
    data = encoded(".tif", COMPRESSION, compression, pixels=pixels)
    assert np.array_equal(decode_grey(data, "a"), pixels)


def jpeg_without(what: str) -> bytes:
    """A JPEG that lost something that libjpeg makes up, or does not miss."""
    plain, progressive, restarts = jpeg(), jpeg(PROGRESSIVE, 1), jpeg(RST, 1)
    middle = len(plain) // 2
    first = progressive.index(b"\xff\xda")
    mark = restarts.index(b"\xff\xd2", restarts.index(b"\xff\xda"))
    following = restarts.index(b"\xff\xd3", mark)
    return {
        "lower half": plain[:middle].rstrip(b"\xff") + b"\xff\xd9",
        "piece": plain[:middle] + plain[middle + 300 :],
        "scans": progressive[: progressive.rindex(b"\xff\xda")] + b"\xff\xd9",
        "all scans but one": progressive[: progressive.index(b"\xff\xc4", first)] + b"\xff\xd9",
        "restart": restarts[:mark] + restarts[mark + 2 :],
        "interval": restarts[:mark] + restarts[following:],
        "eight intervals": restarts[:mark] + restarts[restarts.index(b"\xff\xd2", following) :],
    }[what]


def hole(data: bytes, filling: bytes) -> bytes:
    start = len(data) * 2 // 5
    return data[:start] + filling + data[start + len(filling) :]


@pytest.mark.parametrize(
    "what",
    [
        "lower half",
        "piece",
        "scans",
        "all scans but one",
        "restart",
        "interval",
        "eight intervals",
    ],
)
def test_what_libjpeg_would_make_up_is_refused(what: str) -> None:
    with pytest.raises(ImageError, match="is a damaged JPEG: "):
        decode_grey(jpeg_without(what), "a")


@pytest.mark.parametrize("value", [0x00, 0x55, 0x20, 0xAA, 0xFF])
@pytest.mark.parametrize("length", [64, 300, 1000, 1700])
@pytest.mark.parametrize("options", [(), (RST, 4), (cv2.IMWRITE_JPEG_OPTIMIZE, 1)])
def test_a_hole_in_a_jpeg_is_refused(value: int, length: int, options: tuple[int, ...]) -> None:
    with pytest.raises(ImageError, match=r"is a damaged JPEG: |is cut off"):
        decode_grey(hole(jpeg(*options), bytes([value]) * length), "a")


def test_a_hole_that_gives_as_many_blocks_as_it_took_is_refused() -> None:
    """Zeros are 63 waves a block with the usual tables: as many bits as rolled strip has here."""
    noise = np.random.default_rng(1).normal(110, 9, (256, 1600)).clip(0, 255).astype(np.uint8)
    data = encoded(".jpg", cv2.IMWRITE_JPEG_QUALITY, 92, pixels=noise)
    start = len(data) // 2
    with pytest.raises(ImageError, match="bytes of its data or more are all 0x00"):
        decode_grey(data[:start] + bytes(2000) + data[start + 2000 :], "a")


TRANSPARENT = np.dstack([STRIP] * 3 + [STRIP])


@pytest.mark.parametrize(
    ("data", "says"),
    [
        pytest.param(b"", "is empty", id="nothing"),
        pytest.param(b"coil 7: hold for rework\n" * 50, "is not an image or video", id="text"),
        pytest.param(b"GIF89a" + bytes(50), "is GIF, which is not read", id="GIF"),
        pytest.param(b"\0\0\0\x1cftypavif" + bytes(50), "is AVIF or HEIF", id="AVIF"),
        pytest.param(b"\0\0\0\x0cjP  \r\n" + bytes(50), "is JPEG 2000", id="JPEG 2000"),
        pytest.param(pgm()[:3], "damaged PGM", id="begun"),
        pytest.param(b"RIFF\0\0\0\0AVI LIST" + bytes(50), "is AVI", id="a video"),
        # JPEG
        pytest.param(jpeg()[:-2], "cut off", id="JPEG without its end"),
        pytest.param(jpeg()[:30], "cut off", id="JPEG's head"),
        pytest.param(jpeg() * 2, "holds several pictures", id="two JPEGs"),
        pytest.param(
            build.with_segment(jpeg(), 0xE2, b"MPF\0" + bytes(40)), "several", id="JPEG of MPO"
        ),
        pytest.param(
            build.with_segment(jpeg(), 0xE1, b"Exif\0\0" + build.exif(6)),
            r"turned or mirrored \(orientation 6\)",
            id="turned JPEG",
        ),
        pytest.param(
            build.with_segment(jpeg(), 0xE1, b"Exif\0\0" + build.exif(2, ">")),
            "orientation 2",
            id="mirrored JPEG",
        ),
        pytest.param(jpeg().replace(b"\xff\xc0", b"\xff\xc9"), "arithmetic", id="arithmetic"),
        pytest.param(jpeg().replace(b"\xff\xc0", b"\xff\xc3"), "lossless", id="lossless JPEG"),
        pytest.param(
            jpeg().replace(b"\xff\xc0\0\x0b\x08", b"\xff\xc1\0\x0b\x0c"), "12 bits", id="12 bits"
        ),
        pytest.param(
            jpeg().replace(struct.pack(">HH", HEIGHT, WIDTH), b"\xff\xff\xff\xff"),
            "65535×65535 pixels by its header",
            id="huge JPEG",
        ),
        pytest.param(
            jpeg().replace(struct.pack(">HH", HEIGHT, WIDTH), struct.pack(">HH", 400, WIDTH)),
            "damaged JPEG",
            id="JPEG that says it is longer",
        ),
        pytest.param(
            jpeg().replace(struct.pack(">HH", HEIGHT, WIDTH), struct.pack(">HH", 16, WIDTH)),
            "damaged JPEG",
            id="JPEG that says it is shorter",
        ),
        # PNG
        pytest.param(png()[:-4], "cut off", id="PNG without its end"),
        pytest.param(png()[:5], "cut off", id="PNG's first bytes"),
        pytest.param(
            png().replace(b"\r\n", b"\n", 1), "as FTP's text mode does", id="PNG through FTP"
        ),
        pytest.param(png(build.chunk(b"acTL", bytes(8))), "animated PNG", id="animated PNG"),
        pytest.param(png(build.chunk(b"tRNS", bytes(2))), "transparent", id="one grey clear"),
        pytest.param(encoded(".png", pixels=TRANSPARENT), "transparent", id="PNG with alpha"),
        pytest.param(png(build.chunk(b"eXIf", build.exif(8))), r"orientation 8", id="turned PNG"),
        pytest.param(png(depth=16, size=(52, HEIGHT)), "16 bits a pixel", id="PNG of 16 bits"),
        pytest.param(png(size=(32767, 32767)), "32767×32767 pixels by its header", id="huge PNG"),
        pytest.param(png(size=(0, 5)), "0×5 pixels by its header", id="PNG of no width"),
        pytest.param(png(data=zlib.compress(bytes(500))), "cannot be decoded", id="few lines"),
        pytest.param(png() + png(), "several", id="two PNGs"),
        pytest.param(png().replace(b"IDAT", b"IDAX"), "checksum of b'IDAX'", id="other chunk"),
        # TIFF
        pytest.param(tiff(pages=5), "holds several pictures", id="TIFF of pages"),
        pytest.param(tiff(big=True, pages=2), "holds several pictures", id="BigTIFF of pages"),
        pytest.param(tiff(tag_274=6), "orientation 6", id="turned TIFF"),
        pytest.param(tiff(tag_258=16), "16 bits a pixel", id="TIFF of 16 bits"),
        pytest.param(tiff(tag_258=1), "no TIFF of 8 bits", id="TIFF of 1 bit"),
        pytest.param(tiff(tag_339=2), "no TIFF of 8 bits", id="TIFF of signed pixels"),
        pytest.param(tiff(tag_259=7), "compressed by JPEG", id="TIFF by JPEG"),
        pytest.param(tiff(tag_262=5), "neither grey nor RGB", id="TIFF of CMYK"),
        pytest.param(tiff(tag_266=2), "neither grey nor RGB", id="TIFF of bits turned round"),
        pytest.param(tiff(tag_279=100), "data of a strip are missing", id="short strip"),
        pytest.param(tiff(tag_279=10**7), "cut off", id="strip past the end"),
        pytest.param(tiff(tag_279=None), "not as many", id="no lengths"),
        pytest.param(tiff(tag_278=HEIGHT // 2), "not as many", id="one strip of two"),
        pytest.param(tiff(tag_256=10**6, tag_257=10**6), "1000000×1000000", id="huge TIFF"),
        pytest.param(
            tiff(tag_322=16, tag_323=16, tag_324=8, tag_325=256), "not as many", id="tiles"
        ),
        pytest.param(
            tiff(tag_259=DEFLATE, data=zlib.compress(STRIP.tobytes())[:-6]),
            "data of a strip",
            id="deflate without its end",
        ),
        pytest.param(
            tiff(tag_259=DEFLATE, data=zlib.compress(STRIP.tobytes()[:-99])),
            "data of a strip",
            id="deflate of too little",
        ),
        pytest.param(
            tiff(tag_259=PACKBITS, data=b"\x81\x07" * 4), "data of a strip", id="few runs"
        ),
        pytest.param(encoded(".tif", COMPRESSION, LZW)[:-9], "cut off", id="TIFF without its end"),
        # BMP
        pytest.param(build.bmp()[:-9], "cut off", id="BMP without its end"),
        pytest.param(build.bmp()[:20], "cut off", id="BMP's head"),
        pytest.param(build.bmp(compression=1), "run lengths", id="BMP of run lengths"),
        pytest.param(build.bmp(more=bytes(99)), "more than its header says", id="BMP and more"),
        pytest.param(build.bmp() * 2, "several", id="two BMPs"),
        pytest.param(build.bmp(height=2**30), "pixels by its header", id="huge BMP"),
        pytest.param(b"BM, the mill's maintenance book: " * 9, "damaged BMP", id="text: BM"),
        # PGM
        pytest.param(pgm()[:-1], "cut off", id="PGM without its end"),
        pytest.param(pgm() * 3, "several", id="three PGMs"),
        pytest.param(pgm(more=b"tail"), "more than its header says", id="PGM and more"),
        pytest.param(pgm(b"P5 %d %d 65535\n" % (WIDTH, HEIGHT // 2)), "16 bits", id="16 bits"),
        pytest.param(pgm(b"P5 %d %d 200\n" % (WIDTH, HEIGHT)), "whose white is 200", id="white"),
        pytest.param(pgm(b"P5 99999 99999 255\n"), "99999×99999", id="huge PGM"),
        pytest.param(pgm(b"P5 x y 255\n"), "header cannot be read", id="PGM of no size"),
        pytest.param(b"P2 2 1 255\n7 9\n", "figures in text", id="PGM in text"),
        # WebP
        pytest.param(encoded(".webp")[:-9], "cut off", id="WebP without its end"),
        pytest.param(encoded(".webp") + encoded(".webp"), "several", id="two WebPs"),
        pytest.param(encoded(".webp") + b"tail", "more than its header says", id="WebP and more"),
        pytest.param(
            build.riff((b"VP8X", bytes([2]) + bytes(9)), (b"ANIM", bytes(6))),
            "animated WebP",
            id="animated WebP",
        ),
        pytest.param(
            build.riff((b"VP8X", bytes(4) + b"\xff\xff\xff\xff\xff\xff")),
            "16777216×16777216",
            id="huge WebP",
        ),
        pytest.param(
            build.riff((b"EXIF", build.exif(3)), *build.webp_parts(encoded(".webp"))),
            "orientation 3",
            id="turned WebP",
        ),
        pytest.param(build.riff((b"ICCP", bytes(50))), "no picture data", id="empty WebP"),
    ],
)
def test_what_is_no_whole_picture_is_refused_with_its_cause(data: bytes, says: str) -> None:
    with pytest.raises(ImageError, match=says) as error:
        decode_grey(data, "7.img")
    assert str(error.value).startswith("7.img ")


@pytest.mark.parametrize(
    ("suffix", "frames", "options", "says"),
    [
        ("PNG", 3, {}, "animated PNG"),
        ("WEBP", 3, {}, "animated WebP"),
        ("TIFF", 3, {}, "several"),
        ("GIF", 3, {}, "is GIF"),
        ("JPEG2000", 1, {}, "is JPEG 2000"),
        ("TIFF", 1, {"compression": "jpeg"}, "compressed by JPEG"),
        ("MPO", 2, {}, "several"),
    ],
)
def test_what_other_programs_write_is_refused_by_name(
    suffix: str, frames: int, options: dict[str, object], says: str
) -> None:
    with pytest.raises(UnfitImageError, match=says):
        check(with_pillow(suffix, frames, **options))


@pytest.mark.parametrize("compression", [None, "tiff_lzw", "tiff_adobe_deflate", "packbits"])
def test_tiffs_of_other_programs_are_read(compression: str | None) -> None:
    data = with_pillow("TIFF", compression=compression)
    assert np.array_equal(decode_grey(data, "a"), STRIP)


def test_an_interlaced_png_is_read_line_by_line_like_others() -> None:
    passes = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2))
    data = b""
    for x, y, across, along in (*passes, (0, 1, 1, 2)):
        data += b"".join(b"\0" + line.tobytes() for line in STRIP[y::along, x::across])
    interlaced = png(data=zlib.compress(data), interlaced=1)
    assert np.array_equal(decode_grey(interlaced, "a"), STRIP)


def test_a_header_of_millions_of_strips_takes_no_memory() -> None:
    data = tiff(tag_256=1, tag_257=MAX_PIXELS, tag_278=1)
    tracemalloc.start()
    try:
        with pytest.raises(UnfitImageError, match="not as many as its lines need"):
            check(data)
        assert tracemalloc.get_traced_memory()[1] < 100 * len(data) + 100_000
    finally:
        tracemalloc.stop()


def repeated(bits: str, length: int) -> bytes:
    """Bits again and again, as bytes."""
    return (int(bits * 8, 2).to_bytes(len(bits)) * (length // len(bits) + 1))[:length]


def inserted(data: bytes, before: int, more: bytes) -> bytes:
    return data[:before] + more + data[before:]


CLEAR, LITERAL = "100000000", "001000001"
OPEN = {"tag_256": 8000, "tag_257": 8000, "tag_278": 8000}


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (tiff(data=repeated(CLEAR, 10**7), tag_259=LZW, **OPEN), "contradict"),
        (tiff(data=repeated(CLEAR + LITERAL, 10**7), tag_259=LZW, **OPEN), "contradict"),
        (inserted(jpeg(), 2, b"\xff\xfe\0\2" * 20_000), "10,000 segments"),
        (inserted(png(), len(png()) - 12, build.chunk(b"teXt", b"") * 1_000_000), "chunks"),
    ],
    ids=["LZW of Clears alone", "LZW of a byte each", "JPEG of segments", "PNG of chunks"],
)
def test_what_only_keeps_a_reader_busy_is_refused(data: bytes, says: str) -> None:
    with pytest.raises(UnfitImageError, match=says):
        check(data)


def test_any_filling_before_a_marker_is_read_over() -> None:
    check(inserted(jpeg(), 2, b"\xff" * 10**6))


def test_strips_that_share_their_data_are_refused() -> None:
    strips, begin = 500, 8
    data = struct.pack(f"<{strips}I", *[begin] * strips)
    data += struct.pack(f"<{strips}I", *[len(data)] * strips)
    whole = bytearray(tiff(data=data, tag_256=8, tag_257=strips, tag_278=1, tag_259=PACKBITS))
    for tag, place in ((273, begin), (279, begin + 4 * strips)):
        at = whole.index(struct.pack("<HHI", tag, 4, 1), begin + len(data))
        struct.pack_into("<II", whole, at + 4, strips, place)
    with pytest.raises(UnfitImageError, match="its strips overlap"):
        check(bytes(whole))


def test_the_limit_of_pixels_is_the_caller_s() -> None:
    assert MAX_PIXELS == 64_000_000
    check(png(), HEIGHT * WIDTH)
    with pytest.raises(UnfitImageError, match=r"0\.004159 million are allowed"):
        check(png(), HEIGHT * WIDTH - 1)


def test_a_jpeg_is_refused_where_its_damage_could_not_be_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "simplejpeg", None)
    with pytest.raises(ImageError, match="without the package simplejpeg"):
        decode_grey(jpeg(), "a")
    assert np.array_equal(decode_grey(png(), "a"), STRIP)
