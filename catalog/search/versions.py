"""Tell a song from its versions: live, remastered, karaoke and the like. Pure."""

import re

from catalog.search import analyser

# Words that tell a version of a song from the song, where they stand behind its name.
MARKS = frozenset(
    (
        *(
            "live",
            "session",
            "sessions",
            "unplugged",
            "acoustic",
            "demo",
            "instrumental",
            "karaoke",
            "cover",
            "tribute",
        ),
        *("remaster", "remastered", "rerecorded", "mono", "stereo", "version", "edit", "mix", "remix", "extended"),
        *("rework", "style", "slowed", "sped", "nightcore", "8d", "lullaby"),
    )
)

_FEATURING = re.compile(r"\s+[(\[]?(?:feat\.?|ft\.?|featuring)\s.*$", re.IGNORECASE)
_BRACKETED = re.compile(r"\s*[(\[（]([^()\[\]（）]*)[)\]）]\s*$")
_DASHED = re.compile(r"\s+[-–—]\s+([^-–—]*)$")


def core_title(title: str) -> str:
    """Return the title without guests and version remarks: `Tideline (feat. X) - 2011 Remaster` is `Tideline`."""
    core = _FEATURING.sub("", title[: analyser.LONGEST_TEXT])
    while match := _BRACKETED.search(core) or _DASHED.search(core):
        remark = set(analyser.read(match[1]).words)
        if not (remark & MARKS or "feat" in remark) or not core[: match.start()].strip():
            break
        core = core[: match.start()]
    return core


def marks_of(*, title: str, core: str, credited: str) -> frozenset[str]:
    """Return the version words behind a song's name (its words, and those of it alone), and what whole albums and bands
    that are `credited` are made of.
    """
    remarks = title.split()[len(core.split()) :] if title != core else []
    return MARKS.intersection(remarks) | {"karaoke", "tribute"}.intersection(credited.split())
