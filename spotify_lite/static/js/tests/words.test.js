import assert from "node:assert/strict";
import { test } from "node:test";

import { gettext, ngettext, say } from "../words.js";

test("without a catalog English is said", () => {
  assert.equal(gettext("Play"), "Play");
  assert.equal(ngettext("%(count)s song", "%(count)s songs", 1), "%(count)s song");
  assert.equal(ngettext("%(count)s song", "%(count)s songs", 0), "%(count)s songs");
});

test("values are put into their places, and a place without one stays", () => {
  assert.equal(say("%(one)s, %(two)s", { one: 1 }), "1, %(two)s");
});

test("a name that runs from right to left is kept apart from the sentence", () => {
  assert.equal(say("“%(title)s” plays next.", { title: "ليل" }), "“\u2068ليل\u2069” plays next.");
  assert.equal(say("“%(title)s” plays next.", { title: "夜" }), "“夜” plays next.");
});
