// A long press of a finger, where a mouse would press its right button.

const LONG = 500; // milliseconds
const STILL = 10; // pixels that a finger may tremble

// Call `open(event)` on a right-click, the menu key or a long press; it says whether it took it.
export function start(open) {
  let timer = 0;
  let from = null;
  let taken = false; // this touch has opened something: its lifting is not a press

  const stop = () => clearTimeout(timer);
  document.addEventListener("pointerdown", (event) => {
    stop();
    taken = false;
    if (event.pointerType !== "touch" || !event.isPrimary) return;
    from = event;
    timer = setTimeout(() => (taken = open(event)), LONG);
  });
  document.addEventListener("pointermove", (event) => {
    if (from && Math.hypot(event.clientX - from.clientX, event.clientY - from.clientY) > STILL) stop();
  });
  for (const name of ["pointerup", "pointercancel"]) document.addEventListener(name, stop);
  document.addEventListener("scroll", stop, { capture: true, passive: true });

  document.addEventListener("contextmenu", (event) => {
    stop();
    if (!taken && !open(event)) return;
    event.preventDefault();
    taken = event.pointerType === "touch"; // Chrome on Android tells a long press as this
  });
  document.addEventListener(
    "click",
    (event) => {
      if (!taken) return;
      taken = false;
      event.preventDefault();
      event.stopPropagation();
    },
    { capture: true },
  );
}
