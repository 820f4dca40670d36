"""Say what was mended in a file's tags, or left out of them, for whoever keeps the files. Pure."""

import re

from catalog import credits, tagnames  # noqa: A004 - the built-in one is for the console

MARKUP = re.compile(r"<[A-Za-z/]")


def of(found: tagnames.Found) -> list[str]:
    """Return the remarks, each the end of "FILE: ..."."""
    said = [f"a tag of {length / 1e6:.1f} MB was left out" for length in found.left_out]
    for name, limit in (("title", credits.NAME_LIMIT), ("artist", credits.CREDIT_LIMIT), ("album", credits.NAME_LIMIT)):
        text = "".join(found.texts[name][:1])
        if len(text) > limit:
            said.append(f"the {name} was longer than {limit} characters and was cut")
        if credits.hides_something(text):
            said.append(f"control characters were removed from the {name}")
        if MARKUP.search(text):
            said.append(f"the {name} holds markup, which is shown as text")
    return said
