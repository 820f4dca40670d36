// Keys of the player, where nothing is being typed; `?` shows them. They can be turned off: some people speak to their
// machine, and words are many keys.

import * as switches from "./switches.js";

const TYPED = "input:not([type=range], [type=checkbox], [type=radio]), textarea, select, [contenteditable]";
const LOUDER = 0.05; // of full volume

export function start({ player, sound, navigate, toggleNow, toggleQueue, showKeys }) {
  const view = document.querySelector("#now");
  const { loudness } = sound;
  const louder = (by) => () => (loudness.volume += by);
  const seek = (ms) => () => player.seek(player.position + ms);
  const acts = {
    " ": () => player.toggle(),
    ArrowLeft: seek(-5_000),
    ArrowRight: seek(5_000),
    j: seek(-10_000),
    l: seek(10_000),
    n: () => player.next(),
    p: () => player.previous(),
    s: () => player.edit((queue) => queue.shuffle()),
    r: () => player.edit((queue) => queue.turnRepeat()),
    m: () => (loudness.muted = !loudness.muted),
    "+": louder(LOUDER),
    "=": louder(LOUDER), // plus without Shift, where that is so
    "-": louder(-LOUDER),
    f: toggleNow,
    q: toggleQueue,
    "/": () => view.open || search(navigate),
    "?": showKeys,
  };
  const large = { ArrowUp: acts["+"], ArrowDown: acts["-"] }; // elsewhere they scroll the page

  document.addEventListener("keydown", (event) => {
    const { target, key } = event;
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || target.matches?.(TYPED)) return;
    const dialog = document.querySelector("dialog:modal");
    if (dialog && dialog !== view) return;
    if (key === " " && target.closest?.("button, a, summary, input")) return;
    if (key.startsWith("Arrow") && target.closest?.("input, [data-grip]")) return;
    if (key.length === 1 && key !== " " && !switches.on("keys")) return;
    const name = key.length === 1 ? key.toLowerCase() : key;
    const act = acts[name] ?? (view.open ? large[name] : undefined);
    if (!act) return;
    event.preventDefault();
    act();
  });
}

async function search(navigate) {
  if (!document.querySelector("[data-query]")) await navigate("/search");
  const field = document.querySelector("[data-query]");
  field?.focus();
  field?.select();
}
