// This device: what is kept on it, who sees to that, and what is shown while the server is away. All of it comes late,
// and none of it where the browser keeps nothing for a page, as on one without TLS.

import * as calm from "./calm.js";
import * as kept from "./kept.js";
import * as marks from "./marks.js";
import * as reach from "./reach.js";
import { script } from "./trusted.js";
import * as whose from "./whose.js";

export function start({ api, say }) {
  reach.start({ api });
  calm.start();
  marks.start();
  if (!keeps()) return;
  document.addEventListener("click", async ({ target }) => {
    const button = target.closest?.("[data-keep]");
    if (button) (await keeper({ api, say })).press(button);
  });
  begin({ api, say });
}

// Whose it is comes before all that is brought for them.
async function begin({ api, say }) {
  await whose.start({ api });
  work();
  await kept.ready();
  if (kept.wanted().some(({ state }) => state === "wanted")) await keeper({ api, say });
}

// Say whether this browser keeps anything for us.
export function keeps() {
  return "keeps" in document.documentElement.dataset;
}

let loading = null;

// Say whether somebody asked to keep it: {kind, id}.
export function wished({ kind, id }) {
  return kept.wish(`${kind} ${id}`) !== null;
}

// Return keep.js, once it is here and at work.
export function keeper({ api, say }) {
  loading ??= import("./keep.js").then((keep) => {
    keep.start({ api, tell: say });
    return keep;
  });
  return loading;
}

async function work() {
  try {
    await navigator.serviceWorker.register(script("/sw.js"));
    const { active } = await navigator.serviceWorker.ready;
    active.postMessage({ visited: [location.pathname + location.search] });
  } catch {
    // there is none, or the browser does not want one: pages come from the server
  }
}
