"""What an invented catalog is put together of: genres, shapes of bands' names, common titles, remarks. Pure data."""


def _list(text: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in text.split("|"))


SPOKEN = (  # the languages of artists, and how many in a hundred sing in each
    *(("en", 58), ("es", 9), ("pt", 4), ("de", 4), ("fr", 4), ("it", 3), ("sv", 2), ("pl", 2), ("tr", 2)),
    *(("ru", 3), ("el", 1), ("ar", 2), ("ko", 2), ("ja", 3), ("zh", 1)),
)
OWN_SCRIPT = frozenset({"ru", "el", "ar", "ko", "ja", "zh"})
GENRES = _list(  # the commonest first
    "Pop|Rock|Hip-Hop|Electronic|Indie|R&B|Metal|Folk|Country|Jazz|Classical|House|Alternative|Punk|Soul|Ambient|Techno|"
    "Blues|Reggae|Dance|Singer-Songwriter|Funk|Drum & Bass|Trance|Gospel|Ska|New Wave|Shoegaze|Trap|Lo-Fi|Soundtrack|"
    "Disco|Post-Punk|Hardcore|Black Metal|Bluegrass|Dub|Grime|Opera|New Age|Industrial|Swing|Dream Pop|Krautrock|"
    "Math Rock|Vaporwave|Chiptune|Noise|Drone|Children's|Comedy|Polka"
)
OWN_GENRES = {
    "es": ("Latin", "Reggaeton", "Cumbia", "Flamenco"),
    "pt": ("MPB", "Bossa Nova", "Samba", "Fado"),
    "de": ("Schlager", "Krautrock"),
    "fr": ("Chanson",),
    "it": ("Italo Disco",),
    "tr": ("Arabesk",),
    "ru": ("Russian Rock",),
    "el": ("Rebetiko",),
    "ar": ("Arabic Pop", "Raï"),
    "ko": ("K-Pop", "Trot"),
    "ja": ("J-Pop", "City Pop", "Enka"),
    "zh": ("Mandopop",),
}
EXPLICIT = frozenset({"Hip-Hop", "Trap", "Grime", "Reggaeton"})
BANDS = _list(  # several times what is common
    "The {}s|The {}s|The {}s|{}|{}|{}|{} {}|{} {}|{} & the {}s|{} of {}|{}-{}|{}/{}|The {} {}|The {} {} Band|"
    "{} {} Orchestra|!{}!|{}$|{} 182|{}'s {}|{}.|{} x {}|DJ {}|{} and {}|{} Trio|{} Quartet|Los {}s|{}+{}|[{}]|{}*{}|"
    "1000 {}s|{} 5|A {} for {}"
)
KARAOKE = _list("The {} Karaoke Band|Karaoke {}|{} Tribute Players|Sing-Along {}")
NAMESAKES = _list(  # titles that many songs have, the commonest first
    "Intro|Home|Love|Interlude|Outro|Hold On|Alive|Stay|Forever|You|Hello|Time|Rain|Dreams|Fire|Gone|Paradise|Freedom|"
    "Angel|Untitled|Runaway|Crazy|Breathe|1999|Changes|Without You|Tonight|Silent Night|Amazing Grace|Skit|Heaven|Lost|"
    "Falling|Sorry|I Love You|Jingle Bells|Higher|Closer|Smile|Monster|Summertime|24/7|???|...|No."
)
SMALL = frozenset(_list("the|a|of|in|for|on|to|and|at|vs.|'til"))  # words of a title without a capital
KEYS = _list("C|D|E-Flat|F|G|A|B-Flat|C-Sharp")
WORKS = _list("Symphony|Piano Sonata|String Quartet|Piano Concerto|Violin Concerto|Suite|Étude|Nocturne")
TEMPI = _list("Allegro|Andante con moto|Adagio|Scherzo|Presto|Largo|Allegretto|Rondo|Finale")
MOVEMENTS = _list("I|II|III|IV|V|VI")
REMARKS = tuple(
    one.replace("_", " ")
    for one in _list(
        "_(Live)|_- Live|_(Acoustic)|_(Acoustic Version)|_(Radio Edit)|_- Radio Edit|_(Demo)|_(Instrumental)|"
        "_(Extended Mix)|_(Remix)|_({} Remix)|_- {} Remix|_(Live at {} Hall)|_(Live in {})|_(Sped Up)|_(Bonus Track)|"
        "_(Unplugged)|_(Alternate Take)|_(Mono Version)"
    )
)
BEST_OF = _list("Greatest Hits|The Best of {}|{}: Anthology|The Very Best of {}|The Essential {}|Gold|1")
HALL = "Live at {} Hall"
