// What comes later: scripts that the first sound does without are asked for once the page is idle, or when something
// of theirs is pressed. A press that comes before they do is held, and made again once they are here.

const IDLE = 2_000; // milliseconds after which they are asked for on a page that is never idle

// Return ask(), which loads them, once, and resolves to what `load` does; what is pressed of `selector` asks too.
export function later(selector, load) {
  let asked = null;
  let settled = false; // they are here, or cannot be: a press is what it is without them

  function ask() {
    asked ??= load().catch((error) => {
      asked = null; // without a network now; the next press asks again
      throw error;
    });
    return asked;
  }

  function press(target) {
    const again = () => {
      settled = true;
      if (target.isConnected) target.click();
    };
    ask().then(again, () => {
      again();
      settled = false;
    });
  }

  addEventListener(
    "click",
    (event) => {
      const target = settled ? null : event.target.closest?.(selector);
      if (!target || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      press(target);
    },
    { capture: true }, // before all that listens on the page
  );
  loaded().then(() =>
    ask()
      .then(() => (settled = true))
      .catch(() => {}),
  );
  return ask;
}

// The page with its pictures is here, and nothing else is to be done.
async function loaded() {
  if (document.readyState !== "complete") await new Promise((done) => addEventListener("load", done, { once: true }));
  const idle = globalThis.requestIdleCallback ?? ((done) => setTimeout(done, IDLE / 10));
  await new Promise((done) => idle(done, { timeout: IDLE }));
}
