import assert from "node:assert/strict";
import { test } from "node:test";

import { of } from "../trouble.js";

const track = { title: "Tideline" };
const next = { title: "Kettle On" };

test("a song that does not sound is named, and the next one plays", () => {
  const said = of({ status: null, track, next });
  assert.equal(said.sentence, "“Tideline” cannot be played right now. Going on with “Kettle On”.");
  assert.equal(said.again, false);
});

test("where the queue does not go on, the place is kept", () => {
  const sentence = "“Tideline” cannot be played right now. Your place is kept.";
  assert.deepEqual(of({ status: null, track }), { sentence, again: true });
  assert.equal(of({ status: 404, track }).again, false);
});

test("a server that is away loses nobody their place", () => {
  const said = of({ status: 0, track });
  assert.equal(said.again, true);
  assert.match(said.sentence, /not reached.*kept/);
});

test("who is signed out is told so", () => {
  const said = of({ status: 401, track });
  assert.equal(said.again, false);
  assert.match(said.sentence, /^You are signed out.*Tideline.*kept/);
});

test("without a network the queue goes on with what is here, or says what it waits for", () => {
  const said = of({ status: 0, track, next });
  assert.equal(said.sentence, "“Tideline” waits for the network. Going on with “Kettle On”.");
  assert.equal(said.again, false);
  const pressed = of({ status: 0, track, away: true });
  assert.equal(pressed.sentence, "“Tideline” waits for the network, and plays as soon as it is back.");
  const led = of({ status: 0, track, away: true, onward: true });
  assert.match(led.sentence, /^Nothing further .* is on this device.*“Tideline” plays as soon as/);
  assert.equal(led.again, true);
});

test("a title with a sign of the sentences stays what it is", () => {
  const said = of({ status: null, track: { title: "%(next)s" }, next });
  assert.match(said.sentence, /^“%\(next\)s” cannot/);
});
