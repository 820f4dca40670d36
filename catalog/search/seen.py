"""A document as a query sees it: its names in the letters that were typed. Pure."""

from dataclasses import dataclass

from catalog.search import analyser, romanisation
from catalog.search.documents import Document


@dataclass(slots=True)
class Seen:
    """Names of a document; `near`, `album` and `tokens` have a space before and behind each word, to look words up."""

    title: str
    core: str
    names: list[str]
    aliases: list[str]
    near: str  # title, names and aliases, with a line end as a word between them
    album: str
    tokens: str

    @classmethod
    def of(cls, document: Document, *, letters: frozenset[str], last: str) -> "Seen":
        """Return the names, those of other scripts spelt as one of the typed words (`letters`) has them, if there are
        such. `last` may be the beginning of a word.
        """
        title, core, names, aliases, album = (
            document.title,
            document.core,
            document.names,
            document.aliases,
            document.album,
        )
        if letters and not (title.isascii() and names.isascii() and aliases.isascii() and album.isascii()):
            title, core, names, aliases, album = (
                text if text.isascii() else "\n".join(_spelt(line, letters, last) for line in text.split("\n"))
                for text in (title, core, names, aliases, album)
            )
        near = f" {title} \n {names} \n {aliases} "
        return cls(
            title,
            core,
            names.split("\n"),
            aliases.split("\n") if aliases else [],
            near.replace("\n", " \n ") if "\n" in names or "\n" in aliases else near,
            f" {album} ",
            f" {document.tokens} ",
        )

    def every_name(self) -> tuple[str, ...]:
        return (self.core, *self.names, *self.aliases)

    def has_key(self, word: str) -> bool:
        """Tell whether a word is a whole name without its spaces."""
        if word not in self.near.replace(" ", ""):
            return False
        return any(word in analyser.keys_of(name) for name in self.every_name())

    def counts(self, pair: str) -> bool:
        """Tell whether a number stands with what it counts in any name, as in `symphony 5`, or is one."""
        names = (self.title, *self.every_name(), self.album.strip())
        return pair.rpartition(" ")[2] in names or any(pair in analyser.numbers_in(name) for name in names)

    def has(self, padded: tuple[str, ...]) -> bool:
        """Tell whether all of these words, with spaces around them, stand in the title, a name or an alias."""
        return padded[0] in self.near and (len(padded) == 1 or all(word in self.near for word in padded))

    def has_in_album(self, padded: tuple[str, ...]) -> bool:
        return padded[0] in self.album and (len(padded) == 1 or all(word in self.album for word in padded))

    def has_phrase(self, words: tuple[str, ...]) -> bool:
        """Tell whether these words stand side by side in any name."""
        phrase = f" {' '.join(words)} "
        return phrase in self.near or phrase in self.album


def _spelt(line: str, letters: frozenset[str], last: str) -> str:
    return " ".join(word if word.isascii() else _as_typed(word, letters, last) for word in line.split())


def _as_typed(word: str, letters: frozenset[str], last: str) -> str:
    """Return a word of another script as it was typed, if it was."""
    if word in letters:
        return word
    spellings = romanisation.spellings(word)
    if typed := next((form for form in spellings if form in letters), None):
        return typed
    parts = romanisation.parts(word)
    if not letters.isdisjoint(parts):
        return " ".join(parts)
    begun = (form for form in spellings if last and form.startswith(last))
    return next(begun, word)
