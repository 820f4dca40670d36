// Bring the names up to date: ask what there is, fetch the pieces that are not here, and build an index of them.

import { refuse } from "../refuse.js";
import { build } from "./building.js";
import * as packing from "./packing.js";
import * as romanisation from "./romanisation.js";
import * as storage from "./storage.js";

const NAMES = "/api/v1/names";
const AT_ONCE = 4; // pieces that are fetched side by side
export const INDEX = "index"; // the key of what is stored beside the pieces
export const SHAPE = 1; // of stored indexes; one more when they look otherwise

// Return {told, flat, letters} of a newer index; null where the stored one is as new, or there is nothing to have.
// Raises {status} where the server refuses, or cannot be reached (0).
export async function renew({ version }) {
  const told = await ask(NAMES);
  if (!told.version || told.layout !== packing.LAYOUT || told.version === version) return null;
  const wanted = [...told.pieces, told.letters, ...(told.changes ? [told.changes] : [])];
  const pieces = await gather(wanted.map(({ digest }) => digest));
  const tables = packing.empty();
  for (const { digest } of told.pieces) packing.add(tables, pieces.get(digest));
  const { letters } = pieces.get(told.letters.digest);
  romanisation.learn(letters);
  const standing = packing.change(tables, told.changes && pieces.get(told.changes.digest));
  const found = { shape: SHAPE, told, letters, flat: build(tables, standing) };
  await storage.save(INDEX, found);
  await tidy(wanted);
  return found;
}

// Return the pieces by digest, those that are stored from there.
async function gather(digests) {
  const found = new Map();
  const left = [...digests];
  const take = async () => {
    for (let digest = left.shift(); digest; digest = left.shift()) {
      const stored = await storage.load(digest);
      const piece = stored ?? (await ask(`${NAMES}/${digest}`));
      if (!stored) await storage.save(digest, piece);
      found.set(digest, piece);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, take));
  return found;
}

async function ask(path) {
  let response;
  try {
    response = await fetch(path, { headers: { Accept: "application/json" }, priority: "low" });
  } catch {
    throw Object.assign(new Error("The server was not reached."), { status: 0 });
  }
  if (!response.ok) {
    refuse(response);
    throw Object.assign(new Error(response.statusText), { status: response.status });
  }
  return response.json();
}

async function tidy(wanted) {
  const named = new Set([INDEX, ...wanted.map(({ digest }) => digest)]);
  for (const key of await storage.keys()) if (!named.has(key)) await storage.remove(key);
}
