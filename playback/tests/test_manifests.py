"""Manifests: what stands in them for a known table, what holds for every table, and what other parsers read."""

import re
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpegdash.parser import MPEGDASHParser

from playback import manifests
from playback.manifests import Place, Rendition, Variant

GOLDEN = Path(__file__).parent / "golden"
AAC = 'audio/mp4; codecs="mp4a.40.2"'
BYTERANGE = re.compile(r"#EXTINF:([0-9.]+),\n#EXT-X-BYTERANGE:(\d+)@(\d+)\n(.+)\n")
ATTRIBUTES = re.compile(r'#EXT-X-STREAM-INF:BANDWIDTH=(\d+),AVERAGE-BANDWIDTH=(\d+),CODECS="mp4a.40.2"')
SEGMENTS = {  # as ffmpeg cut seven seconds of a chirp
    64: [(16_543, 88_064), (17_020, 89_088), (17_192, 89_088), (8_404, 42_460)],
    128: [(32_417, 88_064), (32_813, 89_088), (32_971, 89_088), (15_310, 42_460)],
    256: [(50_395, 88_064), (50_529, 89_088), (51_039, 89_088), (24_711, 42_460)],
}
LADDER = [
    Rendition(f"aac{bitrate}", AAC, index_start=732, init_size=820, timescale=44_100, segments=segments)
    for bitrate, segments in SEGMENTS.items()
]

tables = st.builds(
    Rendition,
    name=st.just("aac128"),
    mime=st.just(AAC),
    index_start=st.integers(1, 2_000),
    init_size=st.integers(2_001, 90_000),
    timescale=st.sampled_from([8_000, 44_100, 48_000, 90_000]),
    segments=st.lists(st.tuples(st.integers(1, 1 << 24), st.integers(1, 1 << 20)), min_size=1, max_size=40),
)


def url(name: str, place: str = "one") -> str:
    return f"https://{place}.example/media/{name}.mp4?exp=900&kid=a&sig=00"


def described() -> list[tuple[Rendition, list[Place]]]:
    ladder = manifests.start_first(LADDER, "aac128")
    return [(one, [Place(url(one.name, place), place) for place in ("one", "two")]) for one in ladder]


@pytest.mark.parametrize(
    ("name", "made"),
    [
        (
            "multivariant.m3u8",
            manifests.multivariant(
                [
                    Variant(one, f"https://a.example/{one.name}.m3u8{query}")
                    for query in ("", "?edge=two")
                    for one in manifests.start_first(LADDER, "aac128")
                ]
            ),
        ),
        ("media.m3u8", manifests.media_playlist(LADDER[0], url("aac64"))),
        ("presentation.mpd", manifests.presentation(described()).decode()),
    ],
)
def test_a_manifest_stands_as_its_golden_file(name: str, made: str) -> None:
    assert made == (GOLDEN / name).read_text()


@given(tables)
def test_segments_follow_each_other_and_end_with_the_file(rendition: Rendition) -> None:
    lines = BYTERANGE.findall(manifests.media_playlist(rendition, "/a.mp4?x"))
    assert len(lines) == len(rendition.segments)
    offset = rendition.init_size
    for _, size, start, address in lines:
        assert (int(start), address) == (offset, "/a.mp4?x")
        offset += int(size)
    assert offset == rendition.init_size + sum(size for size, _ in rendition.segments)


@given(tables)
def test_durations_never_drift_and_none_is_longer_than_the_target(rendition: Rendition) -> None:
    playlist = manifests.media_playlist(rendition, "/a.mp4")
    target = int(re.findall(r"#EXT-X-TARGETDURATION:(\d+)\n", playlist)[0])
    told = exact = Fraction(0)
    for (seconds, *_), (_, ticks) in zip(BYTERANGE.findall(playlist), rendition.segments, strict=True):
        told, exact = told + Fraction(seconds), exact + Fraction(ticks, rendition.timescale)
        assert abs(told - exact) <= Fraction(1, 2_000_000)
        assert int(Fraction(ticks, rendition.timescale) + Fraction(1, 2)) <= target


@given(tables)
def test_rates_are_those_of_the_standard(rendition: Rendition) -> None:
    [(peak, average)] = ATTRIBUTES.findall(manifests.multivariant([Variant(rendition, "/a.m3u8")]))
    seconds = [Fraction(ticks, rendition.timescale) for _, ticks in rendition.segments]
    bits = [size * 8 for size, _ in rendition.segments]
    assert abs(int(average) - sum(bits) / sum(seconds)) <= Fraction(1, 2)
    target = rendition.target
    rates = [
        sum(bits[first:last]) / sum(seconds[first:last])
        for first in range(len(bits))
        for last in range(first + 1, len(bits) + 1)
        if Fraction(target, 2) <= sum(seconds[first:last]) <= Fraction(target * 3, 2)
    ]
    assert int(peak) == max(-(-max(rates, default=Fraction(0)) // 1), int(average))


def test_a_day_of_audio_fits_a_playlist() -> None:
    day = Rendition("aac64", AAC, 732, 520_000, 44_100, [(16_000, 88_200)] * 43_200)
    playlist = manifests.media_playlist(day, url("aac64"))
    lines = BYTERANGE.findall(playlist)
    assert len(lines) <= manifests.MOST_PARTS
    assert len(playlist) < 250_000
    assert sum(Fraction(seconds) for seconds, *_ in lines) == 86_400
    assert int(lines[-1][1]) + int(lines[-1][2]) == 520_000 + 16_000 * 43_200
    assert f"#EXT-X-TARGETDURATION:{86_400 // 1_200}\n" in playlist


def test_audio_of_a_tenth_of_a_second_has_manifests() -> None:
    blink = Rendition("aac64", AAC, 732, 784, 44_100, [(900, 4_410)])
    assert (blink.target, blink.average, blink.peak) == (1, 72_000, 72_000)
    assert 'mediaPresentationDuration="PT0.1S"' in manifests.presentation([(blink, [Place("/a", "a")])]).decode()


def test_an_independent_parser_reads_the_presentation() -> None:
    mpd = MPEGDASHParser.parse(manifests.presentation(described()).decode())
    assert (mpd.profiles, mpd.type) == ("urn:mpeg:dash:profile:isoff-on-demand:2011", "static")
    assert mpd.media_presentation_duration == "PT7S"
    [period] = mpd.periods
    [adaptation] = period.adaptation_sets
    assert (adaptation.mime_type, adaptation.content_type) == ("audio/mp4", "audio")
    for found, rendition in zip(
        adaptation.representations, manifests.start_first(LADDER, "aac128"), strict=True
    ):  # in the same order as HLS has it
        assert (found.id, found.codecs, found.bandwidth) == (rendition.name, "mp4a.40.2", rendition.peak)
        assert int(found.audio_sampling_rate) == 44_100
        assert [base.base_url_value for base in found.base_urls] == [url(rendition.name), url(rendition.name, "two")]
        [base] = found.segment_bases
        assert base.index_range == "732-819"
        assert base.initializations[0].range == "0-731"


def test_an_address_with_every_character_of_markup_stays_one() -> None:
    address = "https://a.example/<x>?a=1&b=\"'&amp;"
    written = manifests.presentation([(LADDER[0], [Place(address, 'a"&<')])])
    mpd = ElementTree.fromstring(written)  # noqa: S314 - our own
    [base] = mpd.iter("{urn:mpeg:dash:schema:mpd:2011}BaseURL")
    assert (base.text, base.get("serviceLocation")) == (address, 'a"&<')


def test_renditions_cut_differently_do_not_claim_to_be_aligned() -> None:
    other = Rendition("aac32", AAC, 732, 820, 44_100, [(8_000, 90_000)])
    places = [Place("/a", "a")]
    assert b'subsegmentAlignment="false"' in manifests.presentation([(LADDER[0], places), (other, places)])
    assert b'subsegmentAlignment="true"' in manifests.presentation(described())
