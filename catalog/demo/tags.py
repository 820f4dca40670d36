"""Write the tags of the demo's files as taggers in the wild do: ID3v2.4, MP4 atoms, Vorbis comments."""

import base64
from pathlib import Path

from mutagen import flac, id3, mp4, oggopus

from catalog.demo.catalog import Record, Song, mbid

REFERENCE = -18.0  # LUFS that ReplayGain 2.0 brings a track to


def write(path: Path, record: Record, song: Song, *, cover: bytes | None, gain: float | None, peak: float) -> None:
    """Tag one file; `cover` is a JPEG, `gain` is in decibels and `peak` is 1 at full scale."""
    fields = _fields(record, song)
    if gain is not None:
        fields["REPLAYGAIN_TRACK_GAIN"] = [f"{gain:.2f} dB"]
        fields["REPLAYGAIN_TRACK_PEAK"] = [f"{peak:.6f}"]
    if path.suffix == ".mp3":
        _write_id3(path, fields, cover)
    elif path.suffix == ".m4a":
        _write_mp4(path, fields, cover)
    else:
        _write_comments(path, fields, cover)


def _fields(record: Record, song: Song) -> dict[str, list[str]]:
    """Return the tags by their names in Vorbis comments, each with its values in order."""
    artists = [song.credit] if song.credit else list(song.artists or (record.artist,))
    fields = {
        "TITLE": [song.title],
        "ARTIST": artists,
        "ALBUM": [record.title],
        "ALBUMARTIST": [record.artist],
        "DATE": [str(song.year or record.year)],
        "GENRE": list(song.genres or record.genres),
        "TRACKNUMBER": [str(record.number(song))],
        "TRACKTOTAL": [str(len(record.on_disc(song.disc)))],
        "DISCNUMBER": [str(song.disc)],
        "DISCTOTAL": [str(record.discs)],
    }
    optional = {
        "COMPILATION": "1" if record.compilation else "",
        "ITUNESADVISORY": "1" if song.explicit else "",
        "REMIXER": song.remixer,
        "COMPOSER": song.composer,
        "ARTISTSORT": record.aliases.get(artists[0], ""),
    }
    if record.musicbrainz:
        optional["MUSICBRAINZ_ARTISTID"] = mbid("artist", artists[0])
        optional["MUSICBRAINZ_ALBUMARTISTID"] = mbid("artist", record.artist)
        optional["MUSICBRAINZ_ALBUMID"] = mbid("release", record.artist, record.title)
        optional["MUSICBRAINZ_TRACKID"] = mbid("recording", record.artist, song.title)
        optional["MUSICBRAINZ_RELEASETRACKID"] = mbid("track", record.artist, record.title, song.title)
    return fields | {name: [value] for name, value in optional.items() if value}


FRAMES = {
    "TITLE": id3.TIT2, "ARTIST": id3.TPE1, "ALBUM": id3.TALB, "ALBUMARTIST": id3.TPE2, "DATE": id3.TDRC,
    "GENRE": id3.TCON, "COMPILATION": id3.TCMP, "REMIXER": id3.TPE4, "COMPOSER": id3.TCOM, "ARTISTSORT": id3.TSOP,
}  # fmt: skip
ATOMS = {
    "TITLE": "©nam", "ARTIST": "©ART", "ALBUM": "©alb", "ALBUMARTIST": "aART", "DATE": "©day", "GENRE": "©gen",
    "COMPOSER": "©wrt", "ARTISTSORT": "soar",
}  # fmt: skip
PICARD = {  # how Picard spells the MusicBrainz ids where names are free text
    "MUSICBRAINZ_ARTISTID": "MusicBrainz Artist Id",
    "MUSICBRAINZ_ALBUMARTISTID": "MusicBrainz Album Artist Id",
    "MUSICBRAINZ_ALBUMID": "MusicBrainz Album Id",
    "MUSICBRAINZ_TRACKID": "MusicBrainz Track Id",
    "MUSICBRAINZ_RELEASETRACKID": "MusicBrainz Release Track Id",
}
PAIRS = {"TRACKNUMBER": "TRACKTOTAL", "DISCNUMBER": "DISCTOTAL"}  # one frame or atom holds both


def _write_id3(path: Path, fields: dict[str, list[str]], cover: bytes | None) -> None:
    written = id3.ID3()
    for name, values in fields.items():
        if name in FRAMES:
            written.add(FRAMES[name](encoding=3, text=values))
        elif name in PAIRS:
            frame = id3.TRCK if name == "TRACKNUMBER" else id3.TPOS
            written.add(frame(encoding=3, text=f"{values[0]}/{fields[PAIRS[name]][0]}"))
        elif name == "MUSICBRAINZ_TRACKID":
            written.add(id3.UFID(owner="http://musicbrainz.org", data=values[0].encode()))
        elif name not in PAIRS.values():
            written.add(id3.TXXX(encoding=3, desc=PICARD.get(name, name), text=values))
    if cover:
        written.add(id3.APIC(encoding=0, mime="image/jpeg", type=3, desc="", data=cover))
    written.save(path)


def _write_mp4(path: Path, fields: dict[str, list[str]], cover: bytes | None) -> None:
    file = mp4.MP4(path)
    if file.tags is None:
        file.add_tags()
    atoms: dict[str, object] = {}
    for name, values in fields.items():
        if name in ATOMS:
            atoms[ATOMS[name]] = values
        elif name in PAIRS:
            atoms["trkn" if name == "TRACKNUMBER" else "disk"] = [(int(values[0]), int(fields[PAIRS[name]][0]))]
        elif name == "COMPILATION":
            atoms["cpil"] = True
        elif name == "ITUNESADVISORY":
            atoms["rtng"] = [1]
        elif name not in PAIRS.values():
            key = f"----:com.apple.iTunes:{PICARD.get(name, name)}"
            atoms[key] = [mp4.MP4FreeForm(value.encode()) for value in values]
    if cover:
        atoms["covr"] = [mp4.MP4Cover(cover, imageformat=mp4.MP4Cover.FORMAT_JPEG)]
    file.update(atoms)
    file.save()


def _write_comments(path: Path, fields: dict[str, list[str]], cover: bytes | None) -> None:
    file = flac.FLAC(path) if path.suffix == ".flac" else oggopus.OggOpus(path)
    for name, values in fields.items():
        file[name] = values
    if cover:
        picture = flac.Picture()
        picture.data, picture.type, picture.mime = cover, 3, "image/jpeg"
        file["METADATA_BLOCK_PICTURE"] = [base64.b64encode(picture.write()).decode()]
    file.save()
