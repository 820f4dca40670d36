"""A finger on the screen of a page that takes touches."""

from collections.abc import Iterable

from playwright.sync_api import Page

STEPS = 12  # moves of one stroke
BETWEEN = 12  # milliseconds


class Finger:
    def __init__(self, page: Page) -> None:
        self._page = page
        self._session = page.context.new_cdp_session(page)
        self._at = (0.0, 0.0)

    def stroke(self, *places: tuple[float, float], lift: bool = True) -> None:
        """Touch the first place, go on to the others, and let go."""
        self._send("touchStart", [places[0]])
        self._at = places[0]
        for place in places[1:]:
            self._go(place)
        if lift:
            self.lift()

    def lift(self) -> None:
        self._send("touchEnd", [])

    def _go(self, place: tuple[float, float]) -> None:
        (x, y), (to_x, to_y) = self._at, place
        for step in range(1, STEPS + 1):
            self._page.wait_for_timeout(BETWEEN)
            self._send("touchMove", [(x + (to_x - x) * step / STEPS, y + (to_y - y) * step / STEPS)])
        self._at = place

    def _send(self, kind: str, places: Iterable[tuple[float, float]]) -> None:
        points = [{"x": x, "y": y} for x, y in places]
        self._session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
