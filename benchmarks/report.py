"""What `benchmarks.search` has measured, in Markdown."""

from collections.abc import Iterator
from typing import Any

from benchmarks import figures

TARGETS = {("sqlite", 1_000_000): 20, ("sqlite", 10_000_000): 50, ("postgres", 1_000_000): 30}  # p95 of all kinds, ms
TARGETS |= {("postgres", 10_000_000): 50}
MB = 1_000_000


def written(told: dict[str, Any]) -> str:
    parts = [part for name, part in PARTS.items() if name in told]
    return "\n\n".join([*_head(told), *(text for part in parts for text in part(told))]) + "\n"


def _head(told: dict[str, Any]) -> Iterator[str]:
    documents = ", ".join(f"{count:,} {kind}s" for kind, count in told["built"]["documents"].items())
    yield f"# Search: {told['name']}" + (", the index alone" if told["index_only"] else "")
    yield "; ".join(told["machine"]) + "."
    yield f"{documents}. Milliseconds are p50 / p95 / p99; CPU is that of the process and of the database's behind it."
    took = ", ".join(f"{what} {seconds} s" for what, seconds in told["built"].items() if what != "documents")
    if took:
        yield f"Built in: {took}."
    target = TARGETS.get((told["database"], told["tracks"]))
    if target and "warm" in told:
        of_all = told["warm"]["warm"]["all"]
        wall, cpu = of_all["wall"], of_all["cpu"]
        verdict = "met" if wall[1] <= target else "met by CPU alone" if cpu[1] <= target else "missed"
        yield f"**p95 of all kinds: {wall[1]:.1f} ms, CPU {cpu[1]:.1f} ms; wanted: {target} ms, {verdict}.**"


def _kinds(told: dict[str, Any]) -> Iterator[str]:
    warm, cached = told["warm"]["warm"], told["warm"]["cached"]
    yield "## By kind of query, one client"
    yield _noise(told["warm"])
    rows = [
        (
            f"**{kind}**" if kind == "all" else kind,
            figures.spelt(of["wall"]),
            figures.spelt(of["cpu"]),
            figures.spelt(cached[kind]["wall"]),
            _share(of),
            _stages(of["stages"]),
            of["slowest"][:60].replace("|", " "),
        )
        for kind, of in sorted(warm.items(), key=lambda item: (item[0] == "all", -item[1]["wall"][1]))
    ]
    yield figures.table(("kind", "ms", "CPU ms", "ms with answers kept", "first", "stages", "slowest"), rows)


def _cold(told: dict[str, Any]) -> Iterator[str]:
    of = told["cold"]["first"]["all"]
    yield "## Cold"
    yield _noise(told["cold"])
    took = f"{figures.spelt(of['wall'])} ms of {of['asked']}, CPU {figures.spelt(of['cpu'])}"
    yield f"A new process, the kernel asked to forget the files' pages: {took}."


def _crowd(told: dict[str, Any]) -> Iterator[str]:
    of = told["crowd"]
    yield "## Eight processes at once"
    yield _noise(of)
    rate = f"{of['rate']:.0f} searches/s past all caches"
    yield f"{figures.spelt(of['wall'])} ms, {rate}; stages {_stages(of['stages'])}."


def _http(told: dict[str, Any]) -> Iterator[str]:
    yield "## Over HTTP, one web process"
    yield _noise(told["http"])
    rows = [
        (name, figures.spelt(of["cuts"]), f"{of['rate']:.0f}", f"{of['cpu']:.1f}", of["partial"], of["bad"])
        for name, of in told["http"]["loads"].items()
    ]
    yield figures.table(("", "ms", "searches/s", "CPU ms a search", "partial", "other than 200"), rows)


def _beside(told: dict[str, Any]) -> Iterator[str]:
    yield "## Beside what the databases have of their own, on the same documents"
    yield _noise(told["beside"])
    rows = [
        (name, figures.spelt(of["wall"]), figures.spelt(of["cpu"]), of["asked"], _share(of), of["built"])
        for name, of in told["beside"].items()
        if name != "noise"
    ]
    yield figures.table(("", "ms", "CPU ms", "queries", "first by title and artist", "built in s"), rows)


def _slow(told: dict[str, Any]) -> Iterator[str]:
    yield "## The database takes 300 ms for each statement, 16 clients"
    yield figures.table(("", ""), [(name, value) for name, value in told["slow"].items() if name != "noise"])


def _writes(told: dict[str, Any]) -> Iterator[str]:
    yield "## 1,000 edits a minute while eight search"
    yield _noise(told["writes"])
    yield figures.table(("", ""), [(name, value) for name, value in told["writes"].items() if name != "noise"])


def _sizes(told: dict[str, Any]) -> Iterator[str]:
    tables = told["sizes"]["tables"]
    whole = sum(tables.values())
    each = whole / told["built"]["documents"]["track"]
    yield "## Size of the index"
    yield f"{whole / MB:,.0f} MB, {each:.0f} bytes a track."
    rows = [(name, f"{size / MB:,.1f}") for name, size in tables.items() if size > MB / 10]
    yield figures.table(("table", "MB"), rows)


PARTS = {"warm": _kinds, "cold": _cold, "crowd": _crowd, "http": _http, "beside": _beside, "slow": _slow}
PARTS |= {"writes": _writes, "sizes": _sizes}


def _share(of: dict[str, Any]) -> str:
    return f"{of['first'] / of['wanted']:.1%}" if of["wanted"] else ""


def _stages(stages: dict[str, int]) -> str:
    return ", ".join(f"{stage}: {count}" for stage, count in sorted(stages.items()))


def _noise(part: dict[str, Any]) -> str:
    noise = part["noise"]
    loops = "; ".join(f"{best:.1f} ms, the median {more:.0%} more" for best, more in noise["loops"])
    return f"At {noise['at']} UTC, load {noise['load']}; the same loop before and after: {loops}."
