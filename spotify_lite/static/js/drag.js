// Put the rows of a list into another order: with the grip under a finger or the mouse, or with its arrow keys.

const NEAR = 56; // pixels from the edge of the panel within which it scrolls
const STEP = 10; // pixels it scrolls at a time

// Call `move(row, by)` when a row has been moved by so many places; only rows with a grip take part. Not all of them are
// in the page: `middles()` returns {first, at}, the data-place of the first one and where the middle of each is.
export function start(panel, { move, middles }) {
  let held = null; // {row, first, middles, at, to, y, scroll, moved}

  panel.addEventListener("pointerdown", (event) => {
    const grip = event.target.closest("[data-grip]");
    if (!grip || event.button) return;
    event.preventDefault();
    const row = grip.closest(".row");
    const { first, at: all } = middles();
    const at = placeOf(row) - first;
    grip.setPointerCapture(event.pointerId);
    held = { row, first, middles: all, at, to: at, y: event.clientY, scroll: panel.scrollTop, moved: new Set() };
    row.classList.add("held");
  });
  panel.addEventListener("pointermove", (event) => {
    if (!held) return;
    const { row, first, at, middles: all, moved } = held;
    const box = panel.getBoundingClientRect();
    if (event.clientY > box.bottom - NEAR) panel.scrollTop += STEP;
    else if (event.clientY < box.top + 64 + NEAR) panel.scrollTop -= STEP;
    const way = event.clientY - held.y + panel.scrollTop - held.scroll;
    const middle = all[at] + way;
    held.to = all.filter((other, place) => place !== at && other < middle).length;
    const size = row.offsetHeight;
    for (const other of panel.querySelectorAll(".row:has([data-grip])")) {
      const place = placeOf(other) - first;
      const passed = place > at && place <= held.to ? -size : place < at && place >= held.to ? size : 0;
      const by = other === row ? way : passed;
      other.style.transform = by ? `translateY(${by}px)` : "";
      moved.add(other);
    }
  });
  for (const name of ["pointerup", "pointercancel"]) {
    panel.addEventListener(name, () => {
      if (!held) return;
      const { row, moved, at, to } = held;
      held = null;
      row.classList.remove("held");
      for (const other of moved) other.style.transform = "";
      if (name === "pointerup" && to !== at) move(row, to - at);
    });
  }
  panel.addEventListener("keydown", (event) => {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const grip = event.target.closest("[data-grip]");
    if (!by || !grip) return;
    event.preventDefault();
    event.stopPropagation();
    grip.scrollIntoView({ block: "nearest" }); // where one looks, its new place has a row too
    move(grip.closest(".row"), by);
    grip.focus();
    grip.scrollIntoView({ block: "nearest" });
  });
}

function placeOf(row) {
  return Number(row.dataset.place);
}
