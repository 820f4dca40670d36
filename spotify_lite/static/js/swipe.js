// Pull a sheet by its handle with a finger: down far or fast enough, and it closes. CSS keeps the browser from scrolling
// there (touch-action).

const FAR = 120; // pixels
const FAST = 0.6; // pixels a millisecond

// `by` is 1 for down, -1 for up; what moves follows the finger, if anything does.
export function start(handle, { by = 1, moves = null, done }) {
  let from = null;

  handle.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "touch" && event.isPrimary && !event.target.closest("input")) {
      from = { id: event.pointerId, x: event.clientX, y: event.clientY, at: event.timeStamp };
    }
  });
  handle.addEventListener("pointermove", (event) => {
    if (from?.id !== event.pointerId) return;
    const way = by * (event.clientY - from.y);
    if (Math.abs(event.clientX - from.x) > Math.max(24, way)) return end(); // sideways: something else is meant
    if (way > 8 && !handle.hasPointerCapture(event.pointerId)) handle.setPointerCapture(event.pointerId);
    if (moves) moves.style.transform = way > 0 ? `translateY(${by * way}px)` : "";
  });
  handle.addEventListener("pointerup", (event) => {
    if (from?.id !== event.pointerId) return;
    const way = by * (event.clientY - from.y);
    const fast = way / Math.max(1, event.timeStamp - from.at) > FAST;
    end();
    if (way > FAR || (way > 24 && fast)) done();
  });
  handle.addEventListener("pointercancel", end);

  function end() {
    from = null;
    if (moves) moves.style.transform = "";
  }
}
