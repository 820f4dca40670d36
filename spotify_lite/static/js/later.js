// What comes later: scripts that the first sound does without are asked for when something of theirs is pressed, or about
// to be. A press that comes before they do is held, and made again once they are here.

const ABOUT = ["pointerover", "pointerdown", "focusin"];

// A picture within a button has no click() of its own.
const pressOf = () => new MouseEvent("click", { bubbles: true, cancelable: true });

// Return ask(), which loads them, once, and resolves to what `load` does. What is pressed of the selector `pressed` asks
// too, and what is right-clicked, or pressed long, of `held`.
export function later({ pressed, held }, load) {
  let asked = null;
  let settled = false; // they are here, or cannot be: a press is what it is without them

  async function ask() {
    asked ??= load();
    try {
      const here = await asked;
      settled = true;
      return here;
    } catch (error) {
      asked = null; // without a network now; the next press asks again
      throw error;
    }
  }

  async function hold(event, again) {
    event.preventDefault();
    event.stopImmediatePropagation();
    const { target } = event;
    const failed = await ask().catch(() => true);
    settled = true;
    if (target.isConnected) again(target);
    if (failed === true) settled = false;
  }

  const of = (selector, event) => !settled && event.target.closest?.(selector);
  const capture = { capture: true }; // before all that listens on the page
  // A finger may be about to press long, or to swipe.
  const about = (event) => of(pressed, event) || (event.pointerType === "touch" && of(held, event));
  for (const name of ABOUT) addEventListener(name, (event) => about(event) && ask().catch(() => {}), capture);
  addEventListener(
    "click",
    (event) => {
      const special = event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
      if (!special && of(pressed, event)) hold(event, (target) => target.dispatchEvent(pressOf()));
    },
    capture,
  );
  addEventListener(
    "contextmenu",
    (event) => {
      const { clientX, clientY, pointerType } = event;
      const same = () =>
        new PointerEvent("contextmenu", { bubbles: true, cancelable: true, clientX, clientY, pointerType });
      if (of(held, event)) hold(event, (target) => target.dispatchEvent(same()));
    },
    capture,
  );
  return ask;
}
