import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.MouseEvent = class extends Event {
  button = 0;
};

// A page of which only what later.js asks of it is there.
function page() {
  const here = new EventTarget();
  globalThis.addEventListener = here.addEventListener.bind(here);
  const pressed = [];
  const button = { isConnected: true, closest: (selector) => (selector === ".late" ? button : null) };
  button.dispatchEvent = (event) => {
    Object.defineProperty(event, "target", { value: button });
    here.dispatchEvent(event);
    if (!event.defaultPrevented) pressed.push("heard");
  };
  button.click = () => button.dispatchEvent(new MouseEvent("click", { cancelable: true }));
  return { button, pressed };
}

const arrived = () => new Promise((done) => setTimeout(done));

test("a press that comes before its script is made again once it is here, and what follows passes", async () => {
  const { button, pressed } = page();
  const { later } = await import("../later.js");
  let arrive;
  let asked = 0;
  later({ pressed: ".late", held: ".held" }, () => (asked++, new Promise((done) => (arrive = done))));
  button.click();
  assert.deepEqual(pressed, []);
  arrive();
  await arrived();
  assert.deepEqual(pressed, ["heard"]);
  button.click();
  assert.deepEqual(pressed, ["heard", "heard"]);
  assert.equal(asked, 1);
});

test("a press does what it does without scripts where they cannot be had, and the next one asks again", async () => {
  const { button, pressed } = page();
  const { later } = await import("../later.js");
  let asked = 0;
  later({ pressed: ".late", held: ".held" }, () => (asked++, Promise.reject(new TypeError("no network"))));
  button.click();
  await arrived();
  assert.deepEqual(pressed, ["heard"]);
  button.click();
  await arrived();
  assert.deepEqual(pressed, ["heard", "heard"]);
  assert.equal(asked, 2);
});
