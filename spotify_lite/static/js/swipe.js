// Pull with a finger: a sheet by its handle, or what plays to the song beside it. What is pulled follows the finger; far
// or fast enough, and it is done. CSS keeps the browser from scrolling that way there (touch-action); where it scrolls
// after all, it takes the finger away, and nothing is done.

const SLOP = 10; // pixels after which it shows which way a finger goes
const FAR = 120; // pixels
const FAST = 0.6; // pixels a millisecond
const LEAST = 24; // pixels, however fast
const LATELY = 60; // milliseconds over which speed is measured
const TAUT = 0.2; // of the way, where it leads nowhere
const MOVING = { duration: 140, easing: "cubic-bezier(0.2, 0.7, 0.3, 1)" };
const PICTURE = 300; // milliseconds that a new cover may take before it is shown as it comes

const still = matchMedia("(prefers-reduced-motion: reduce)");

// Follow fingers along the "x" or "y" axis: `begins(event)` returns what is pulled, or null; `moved(way, pulled)` and
// `ended(way, speed, pulled)` are told pixels and pixels a millisecond, `ended` of no way at all where it is off.
export function follow(handle, { axis, begins = () => handle, moved, ended }) {
  let finger = null;

  handle.addEventListener("pointerdown", (event) => {
    if (finger?.taken) stop();
    finger = null;
    if (event.pointerType !== "touch" || !event.isPrimary || event.target.closest("input, .seek")) return;
    const pulled = begins(event);
    if (!pulled) return;
    const { pointerId: id, clientX: x, clientY: y, timeStamp: at } = event;
    finger = { id, x, y, pulled, taken: false, last: { way: 0, at }, speed: 0 };
  });
  handle.addEventListener("pointermove", (event) => {
    if (finger?.id !== event.pointerId) return;
    const [x, y] = [event.clientX - finger.x, event.clientY - finger.y];
    const [way, across] = axis === "x" ? [x, y] : [y, x];
    if (!finger.taken) {
      if (Math.hypot(x, y) < SLOP) return;
      if (Math.abs(way) <= Math.abs(across)) return void (finger = null); // something else is meant
      finger.taken = true;
    }
    const { last } = finger;
    const since = event.timeStamp - last.at;
    if (since > LATELY) Object.assign(finger, { speed: (way - last.way) / since, last: { way, at: event.timeStamp } });
    moved(way, finger.pulled);
  });
  handle.addEventListener("pointerup", (event) => {
    if (finger?.id !== event.pointerId) return;
    const { x, y, pulled, taken, last, speed } = finger;
    finger = null;
    if (!taken) return;
    const way = axis === "x" ? event.clientX - x : event.clientY - y;
    const since = event.timeStamp - last.at;
    ended(way, since > LATELY / 2 ? (way - last.way) / since : speed, pulled);
  });
  handle.addEventListener("pointercancel", (event) => finger?.id === event.pointerId && stop());

  function stop() {
    const { pulled, taken } = finger;
    finger = null;
    if (taken) ended(0, 0, pulled);
  }
}

// Pull a sheet: `by` is 1 for down, -1 for up; what moves follows the finger, if anything does.
export function start(handle, { by = 1, moves = null, done }) {
  follow(handle, {
    axis: "y",
    moved(way) {
      if (moves) moves.style.transform = by * way > 0 ? `translateY(${way}px)` : "";
    },
    ended(way, speed) {
      if (moves) moves.style.transform = "";
      if (goes(by * way, by * speed)) done();
    },
  });
}

// Pull what plays aside: `may(way)` says whether there is something on the side that comes from behind (-1: it goes left,
// 1: right), `done(way)` brings it. All of `moves` go with the finger; the first is the picture that is waited for.
export function turn(handle, { moves, may, done }) {
  const place = (way) => moves.forEach((one) => (one.style.transform = way ? `translateX(${way}px)` : ""));
  const slide = (frames, options) =>
    Promise.all(moves.map((one) => one.animate(frames, { ...MOVING, ...options }).finished));

  follow(handle, {
    axis: "x",
    moved(way) {
      if (!still.matches) place(may(Math.sign(way)) ? way : way * TAUT);
    },
    async ended(way, speed) {
      const side = Math.sign(way);
      const from = moves[0].style.transform;
      place(0);
      if (!may(side) || !goes(Math.abs(way), side * speed)) {
        if (from && !still.matches) slide([{ transform: from }, {}]);
        return;
      }
      if (still.matches) return void done(side);
      const away = side * handle.clientWidth;
      await slide([{ transform: from }, { transform: `translateX(${away}px)`, opacity: 0 }], { fill: "forwards" });
      done(side);
      const shown = moves[0].decode?.().catch(() => {});
      await Promise.race([shown, new Promise((late) => setTimeout(late, PICTURE))]);
      for (const one of moves) for (const animation of one.getAnimations()) animation.cancel();
      slide([{ transform: `translateX(${-away / 3}px)`, opacity: 0 }, {}]);
    },
  });
}

function goes(way, speed) {
  return way > FAR || (way > LEAST && speed > FAST);
}
