"""No page breaks a rule of axe-core, its best practices among them: in no state, width, theme or language."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from spotify_lite.tests import rig
from spotify_lite.tests.rig.pages import PAGES, View
from spotify_lite.tests.rig.stage import Stage

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
RUN = """async (tags) => {
    const found = await axe.run(document, { runOnly: tags, resultTypes: ["violations"], elementRef: false });
    const told = (id, { target, html, failureSummary }) =>
        [id, target.join(" "), html.slice(0, 200), failureSummary.replace(/\\s+/g, " ")].join("\\n    ");
    return found.violations.flatMap(({ id, nodes }) => nodes.map((node) => told(id, node)));
}"""


@pytest.fixture(scope="module")
def checked(looking: Stage, chromium: Browser) -> Iterator[Stage]:
    """Return a stage whose pages have axe in them; the content policy is left out, since it would refuse it."""
    stage = Stage(looking.full, looking.empty, looking.showcase, chromium, rig.need_module("axe-core/axe.min.js"))
    yield stage
    stage.close()


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("view", PAGES, ids=lambda view: view.name)
def test_page_breaks_no_rule_of_accessibility(checked: Stage, view: View, language: str) -> None:
    """Looked at on a phone in the dark and on a desk in the light, in German the other way round."""
    found: list[str] = []
    for width, theme in ways(language):
        page = checked.look(view, width=width, theme=theme, language=language)
        found += [f"{width} {theme} {language}: {one}" for one in broken(page)]
    assert not found, f"{view.name}\n" + "\n".join(dict.fromkeys(found))


def ways(language: str) -> list[tuple[int, str]]:
    return [(width, theme) for width in (390, 1280) for theme in ("dark", "light")]


def broken(page: Page) -> list[str]:
    """Return what breaks a rule, each with its place and what would mend it."""
    told: list[Any] = page.evaluate(RUN, TAGS)
    return [str(one) for one in told]
