// Put the rows of a list into another order: with the grip under a finger or the mouse, or with its arrow keys.

const NEAR = 56; // pixels from the edge of the panel within which it scrolls
const STEP = 10; // pixels it scrolls at a time

// Call `move(row, by)` when a row has been moved by so many places; only rows with a grip take part.
export function start(panel, { move }) {
  let held = null; // {row, rows, place, y, top}

  panel.addEventListener("pointerdown", (event) => {
    const grip = event.target.closest("[data-grip]");
    if (!grip || event.button) return;
    event.preventDefault();
    const row = grip.closest(".row");
    const rows = [...panel.querySelectorAll(".row:has([data-grip])")];
    grip.setPointerCapture(event.pointerId);
    held = { row, rows, at: rows.indexOf(row), to: rows.indexOf(row), y: event.clientY, scroll: panel.scrollTop };
    held.middles = rows.map((other) => {
      const box = other.getBoundingClientRect();
      return box.top + box.height / 2 + panel.scrollTop;
    });
    row.classList.add("held");
  });
  panel.addEventListener("pointermove", (event) => {
    if (!held) return;
    const { row, rows, at, middles } = held;
    const box = panel.getBoundingClientRect();
    if (event.clientY > box.bottom - NEAR) panel.scrollTop += STEP;
    else if (event.clientY < box.top + 64 + NEAR) panel.scrollTop -= STEP;
    const way = event.clientY - held.y + panel.scrollTop - held.scroll;
    const middle = middles[at] + way;
    held.to = middles.filter((other, place) => place !== at && other < middle).length;
    row.style.transform = `translateY(${way}px)`;
    const size = row.offsetHeight;
    rows.forEach((other, place) => {
      if (other === row) return;
      const passed = place > at && place <= held.to ? -size : place < at && place >= held.to ? size : 0;
      other.style.transform = passed ? `translateY(${passed}px)` : "";
    });
  });
  for (const name of ["pointerup", "pointercancel"]) {
    panel.addEventListener(name, () => {
      if (!held) return;
      const { row, rows, at, to } = held;
      held = null;
      row.classList.remove("held");
      for (const other of rows) other.style.transform = "";
      if (name === "pointerup" && to !== at) move(row, to - at);
    });
  }
  panel.addEventListener("keydown", (event) => {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const grip = event.target.closest("[data-grip]");
    if (!by || !grip) return;
    event.preventDefault();
    event.stopPropagation();
    move(grip.closest(".row"), by);
    grip.focus();
    grip.scrollIntoView({ block: "nearest" });
  });
}
