"""The queue: what was added comes first, what was taken out comes back, and it is sorted by keys and by hand."""

from playwright.sync_api import Page, expect

from spotify_lite.tests.e2e.playing import QUEUE, open_queue, queued, title, titles


def test_what_was_added_plays_before_the_rest_of_the_list(album: Page) -> None:
    order = titles(album)
    for name in ("Add to queue", "Play next"):
        album.locator("main [data-menu]").nth(3 if name == "Play next" else 2).click()
        album.get_by_role("menuitem", name=name).click()
    panel = open_queue(album)
    expect(panel.get_by_role("heading", name="You added")).to_be_visible()
    assert queued(album) == [order[3], order[2], *order[1:]]


def test_what_is_taken_out_of_the_queue_can_be_brought_back(album: Page) -> None:
    order = titles(album)
    panel = open_queue(album)
    panel.get_by_role("button", name=f"Take {order[1]} out").focus()
    album.keyboard.press("Enter")
    assert queued(album) == order[2:]
    message = album.get_by_role("region", name="Message")
    expect(message).to_contain_text(f"“{order[1]}” is out of the queue.")
    message.get_by_role("button", name="Undo").focus()
    album.keyboard.press("Enter")
    assert queued(album) == order[1:]
    expect(panel.get_by_role("button", name=f"Take {order[2]} out")).to_be_focused()  # where one was
    panel.get_by_role("button", name="Clear").click()
    assert queued(album) == []
    expect(panel.get_by_role("heading", name="Nothing comes after this song")).to_be_visible()
    message.get_by_role("button", name="Undo").click()
    assert queued(album) == order[1:]
    assert [track["title"] for track in album.evaluate(QUEUE)["tracks"]] == order


def test_queue_is_sorted_by_arrow_keys_and_by_the_grip(album: Page) -> None:
    order = titles(album)
    panel = open_queue(album)
    grip = panel.get_by_role("button", name=f"Move {order[1]}:")
    grip.focus()
    album.keyboard.press("ArrowDown")
    assert queued(album) == [order[2], order[1], *order[3:]]
    expect(grip).to_be_focused()
    start, end = (panel.locator("[data-grip]").nth(place).bounding_box() for place in (0, 2))
    assert start
    assert end
    album.mouse.move(start["x"] + 20, start["y"] + 20)
    album.mouse.down()
    album.mouse.move(end["x"] + 20, end["y"] + 26, steps=5)
    album.mouse.up()
    assert queued(album) == [order[1], order[3], order[2], *order[4:]]
    stored = [track["title"] for track in album.evaluate(QUEUE)["tracks"]]
    assert stored == [order[0], order[1], order[3], order[2], *order[4:]]


def test_queue_of_a_thousand_songs_opens_at_once(album: Page) -> None:
    album.evaluate(
        """() => {
            const kept = JSON.parse(localStorage.player);
            const many = Array.from({ length: 1000 }, (_, at) => ({ ...kept.tracks[at % 4], title: `Song ${at}` }));
            addEventListener("pagehide", () => {
                localStorage.player = JSON.stringify({ ...kept, tracks: many, index: 0 });
            });
        }"""
    )
    album.reload()
    expect(title(album)).to_have_text("Song 0")
    took = album.evaluate(
        """() => new Promise((done) => {
            const begin = performance.now();
            document.querySelector('#player [data-do="queue"]').click();
            requestAnimationFrame(() => setTimeout(() => done(performance.now() - begin)));
        })"""
    )
    assert took < 500  # milliseconds, on a machine with other things to do; 30 alone
    rows = album.locator("#queue .row")
    expect(rows.first).to_be_visible()
    assert rows.count() < 150
    album.evaluate("document.querySelector('#queue').scrollTop = 1e6")
    expect(album.locator("#queue .row[data-place='999']")).to_be_in_viewport()
    assert rows.count() < 150
