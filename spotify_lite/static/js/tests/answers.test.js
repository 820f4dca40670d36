import assert from "node:assert/strict";
import test from "node:test";

import { Answers, key } from "../answers.js";

function kept() {
  const clock = { at: 0 };
  return { clock, answers: new Answers(() => clock.at) };
}

test("an answer is there at once when the same is asked again", () => {
  const { answers } = kept();
  answers.set(key("tide"), "<p>Tideline</p>");
  assert.deepEqual(answers.get(key(" Tide ")), { html: "<p>Tideline</p>", fresh: true });
  assert.equal(answers.get(key("tide", "songs")), null);
  assert.equal(answers.get(key("tidel")), null);
});

test("after ten seconds it is shown and asked for again, after five minutes it is forgotten", () => {
  const { answers, clock } = kept();
  answers.set("a", "x");
  clock.at = 10_000;
  assert.deepEqual(answers.get("a"), { html: "x", fresh: false });
  clock.at = 300_001;
  assert.equal(answers.get("a"), null);
});

test("the answers that were asked for longest ago go when there are too many", () => {
  const { answers } = kept();
  for (let number = 0; number < 61; number += 1) answers.set(`${number}`, "x");
  assert.equal(answers.get("0"), null);
  assert.ok(answers.get("1"));
  answers.set("1", "y");
  answers.set("62", "x");
  assert.equal(answers.get("1").html, "y");
  assert.equal(answers.get("2"), null);
});

test("case, width and spaces do not make another search, a voiced kana does", () => {
  assert.equal(key("ＢＪÖＲＫ  live "), key("björk live"));
  assert.notEqual(key("が"), key("か"));
});
