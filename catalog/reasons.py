"""Say in the reader's language why something failed, and what was mended in a file: both are kept in English.

Most of them come from modules that know no Django; their sentences stand here for the translators. What does not,
such as the words of ffmpeg or of an exception, is said as it was kept.
"""

import re

from django.utils.formats import number_format
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

SENTENCES = (
    # What is in a file: streams, mpeg, tags
    _("It is empty."),
    _("It holds tags but no sound."),
    _("It is not audio but HTML."),
    _("It is not audio but XML."),
    _("It is not audio but a playlist."),
    _("It is not audio but a PDF document."),
    _("It is not audio but an archive."),
    _("It is not audio but a program."),
    _("It is not audio but a picture."),
    _("It is Matroska or WebM, which is not taken in."),
    _("It holds no audio that can be recognised."),
    _("It holds no sound: it is cut off before any of it is whole."),
    _("It holds no MP3 frames."),
    _("It is an Ogg file without Vorbis, Opus or FLAC in it."),
    _("It is cut off: %(percent)s %% of it is there."),
    _("It is cut off: its index (moov) is missing."),
    _("It is damaged: neither of two readers makes sense of it."),
    _("It holds no sound that can be played."),
    _("It holds no sound, or not enough to tell how long it is."),
    _("It is longer than 24 hours, above 192 kHz or has more than 8 channels."),
    # How reading it went: sandbox, scan, intake, media
    _("It took longer than %(seconds)s s to read."),
    _("It could not be opened: %(cause)s."),
    _("It could not be looked at: %(cause)s."),
    _("It could not be listed: %(cause)s."),
    _("It could not be copied: %(cause)s."),
    _("It is not a file."),
    _("It is a broken link."),
    _("It made the reader fail."),
    _("It made the reader misbehave."),
    _("Its file is gone from the library."),
    _("Its file cannot be read: %(cause)s."),
    _("Its file has changed since it was read; the next scan takes it up."),
    _("Its master is not in the storage."),
    _("The storage did not take %(name)s whole."),
    _("The storage did not take the file whole. Please try again."),
    _("The storage did not give the file back."),
    _("It is gone from the storage; it has to be sent again."),
    # Making it ready for playing: packaging, children, work
    _("Files of the kind %(kind)s are not taken."),
    _("It is longer than 24 hours."),
    _("It has %(channels)s channels; at most %(most)s can be played."),
    _("Its sample rate is %(rate)s Hz; at most %(highest)s can be played."),
    _("ffmpeg could not read it: %(cause)s"),
    _("There is no audio in it."),
    _("Its encoder was killed."),
    _("It takes longer to read than a file may."),
    _("What ffmpeg made is broken: %(cause)s."),
    _("What ffmpeg made is not whole."),
    _("It should be %(wanted)s s long, and %(made)s s can be read."),
    _("It took longer than %(seconds)s s."),
    _("An import is running."),
    _("Its worker stopped without a word, five times."),
    # Pictures: cutter, covers
    _("The picture is larger than 10 MB."),
    _("The picture is larger than 4096 x 4096 pixels."),
    _("The picture is not a JPEG, PNG, WebP, GIF or BMP."),
    _("The picture cannot be decoded."),
    _("The picture is no longer in the file; the next scan looks again."),
    _("The picture was cut, but its tint is unknown."),
    # What was mended in its tags, as the end of a sentence: remarks
    _("a tag of %(size)s MB was left out"),
    _("the title was longer than %(limit)s characters and was cut"),
    _("the artist was longer than %(limit)s characters and was cut"),
    _("the album was longer than %(limit)s characters and was cut"),
    _("control characters were removed from the title"),
    _("control characters were removed from the artist"),
    _("control characters were removed from the album"),
    _("the title holds markup, which is shown as text"),
    _("the artist holds markup, which is shown as text"),
    _("the album holds markup, which is shown as text"),
)
PLACE = re.compile(r"%\((\w+)\)s")
FIGURE = re.compile(r"\d+(\.\d+)?")


def say(kept: str) -> str:
    """Return a kept reason or remark in the language of the page."""
    if kept in _WHOLE:
        return gettext(kept)
    for sentence, pattern in _WITH_PLACES:
        if found := pattern.fullmatch(kept):
            return gettext(sentence) % {name: _value(value) for name, value in found.groupdict().items()}
    return kept


def say_of_file(kept: str) -> str:
    """Return what is kept of a file, the end of "FILE ...", as a sentence; nothing of nothing."""
    return say(f"It {kept}.") if kept else ""


def _value(value: str) -> str:
    return number_format(value, use_l10n=True) if FIGURE.fullmatch(value) else value


def _pattern(sentence: str) -> re.Pattern[str]:
    pieces = PLACE.split(sentence)  # text and names in turn
    texts = [re.escape(piece.replace("%%", "%")) for piece in pieces[::2]]
    places = [f"(?P<{name}>.+)" for name in pieces[1::2]]
    return re.compile("".join(text + place for text, place in zip(texts, [*places, ""], strict=True)), re.DOTALL)


_WHOLE = {sentence for sentence in SENTENCES if not PLACE.search(sentence)}
_WITH_PLACES = [(sentence, _pattern(sentence)) for sentence in SENTENCES if sentence not in _WHOLE]
