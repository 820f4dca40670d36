// A worker that searches names, or brings them up to date and ends: two of the same script, so that nobody who types
// waits for an index that is being built, and what building takes is given back. Messages are {id, ask, ...}; answers
// {id, answer} or {id, refused}.

import { INDEX, renew, SHAPE } from "./fetching.js";
import { Index } from "./index.js";
import { answer } from "./presenting.js";
import * as romanisation from "./romanisation.js";
import * as storage from "./storage.js";

let index = null;
let told = null;

const asked = {
  // Return what is told of the stored names, null where none are.
  async open() {
    const stored = await storage.load(INDEX);
    if (stored?.shape === SHAPE) take(stored);
    return told;
  },
  take({ found }) {
    take(found);
    return told;
  },
  search({ query, limit, kinds }) {
    const started = performance.now();
    const found = index && answer(query, index, { limit, kinds, whole: told.tracks >= told.of });
    return found && { ...found, took_ms: performance.now() - started };
  },
  renew: ({ version }) => renew({ version }),
  async wipe() {
    index = told = null;
    await storage.clear();
  },
};

function take(found) {
  romanisation.learn(found.letters);
  index = new Index(found.flat);
  ({ told } = found);
}

addEventListener("message", async ({ data: { id, ask, ...more } }) => {
  try {
    postMessage({ id, answer: await asked[ask](more) });
  } catch (error) {
    postMessage({ id, refused: error.status ?? -1 });
  }
});
