// Times from a press to the first sound: the press is a trusted event, by its own timeStamp; the sound is there when an
// element's position moves as time does, after whatever sounded before was cut off.

(() => {
  const MOVED = 0.005; // seconds of sound
  const LEAP = 0.15; // seconds that a position cannot gain on the clock by playing
  const { play } = HTMLMediaElement.prototype;
  const elements = new Map(); // element -> {at, wall, from}: where it was, when, and where its sound began (null: not cut yet)
  let pressed = null;

  HTMLMediaElement.prototype.play = function (...rest) {
    if (!elements.has(this)) elements.set(this, { at: this.currentTime, wall: performance.now(), from: this.currentTime });
    return play.apply(this, rest);
  };
  for (const name of ["click", "keydown"]) {
    addEventListener(
      name,
      (event) => {
        if (!event.isTrusted) return;
        pressed = event.timeStamp;
        for (const [element, was] of elements) was.from = element.paused ? element.currentTime : null;
      },
      { capture: true },
    );
  }

  function sounds(element, was, now) {
    const { currentTime: at } = element;
    const leapt = at < was.at || at - was.at > (now - was.wall) / 1000 + LEAP;
    if (element.paused || element.seeking || leapt) was.from = at;
    Object.assign(was, { at, wall: now });
    return was.from !== null && !element.paused && at - was.from >= MOVED;
  }

  // Resolve to the milliseconds since the press once it sounds and the player shows this title (any, where it is empty).
  window.firstSound = (title) =>
    new Promise((done, fail) => {
      const since = performance.now();
      pressed = null;
      (function look() {
        const now = performance.now();
        const moving = [...elements].filter(([element, was]) => sounds(element, was, now)).length > 0;
        const shown = !title || document.querySelector("#player [data-title]").textContent === title;
        if (pressed !== null && moving && shown) done(now - pressed);
        else if (now - since > 60_000) fail(new Error(`no sound of ${title}`));
        else setTimeout(look, 1);
      })();
    });
})();
