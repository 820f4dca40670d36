import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { label, parts } from "../labels.js";

const AGENTS = {
  "Firefox on Linux": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
  "Chrome on Android":
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36",
  "Edge on Windows":
    "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0",
  "Safari on iPhone":
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1",
  "": "Something/1.0",
};

test("browsers are called as people call them", () => {
  for (const [name, agent] of Object.entries(AGENTS)) assert.equal(label(agent), name);
});

test("a name is taken apart only where it is one of ours", () => {
  assert.deepEqual(parts("Samsung Internet on Android"), { browser: "Samsung Internet", system: "Android" });
  for (const named of ["", "Firefox", "Mood on Monday", "Firefox on Mars", "Firefox on Linux on Mars"])
    assert.equal(parts(named), null);
});

test("the words are those that the server has for the same browsers", async () => {
  const pairs = (text, mark) => [...text.matchAll(mark)].map(([, agent, name]) => [agent, name]);
  const here = await readFile(new URL("../labels.js", import.meta.url), "utf8");
  const server = await readFile(new URL("../../../../accounts/devices.py", import.meta.url), "utf8");
  const known = pairs(here, /^ {2}\["(.+)", "(.+)"\],$/gm);
  assert.ok(known.length > 10);
  assert.deepEqual(known, pairs(server, /^ {4}\("(.+)", "(.+)"\),$/gm));
});
