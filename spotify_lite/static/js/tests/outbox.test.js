import assert from "node:assert/strict";
import { test } from "node:test";

import { Outbox } from "../outbox.js";

const NOW = Date.parse("2026-01-02T00:00:00Z");
const event = (seq, at = "2026-01-01T00:00:00.000Z") => ({ play_id: "p", seq, at });

function memory(kept = null) {
  const box = { kept };
  return { box, outbox: new Outbox({ load: () => box.kept, save: (value) => (box.kept = structuredClone(value)) }) };
}

test("events wait in order until they are acknowledged", () => {
  const { outbox } = memory();
  [0, 1, 2].forEach((seq) => outbox.add("anna", event(seq)));
  assert.deepEqual(
    outbox.for("anna").map(({ seq }) => seq),
    [0, 1, 2],
  );
  outbox.settle([event(0), event(1)], NOW);
  assert.deepEqual(outbox.for("anna"), [event(2)]);
});

test("a reload finds what was not acknowledged", () => {
  const { box, outbox } = memory();
  outbox.add("anna", event(0));
  assert.deepEqual(memory(box.kept).outbox.for("anna"), [event(0)]);
});

test("one listener's events are never sent as another's", () => {
  const { outbox } = memory();
  outbox.add("anna", event(0));
  outbox.add(null, event(1));
  assert.deepEqual(outbox.for("ben"), [event(1)], "the guest became ben");
  assert.deepEqual(outbox.for("anna"), [event(0), event(1)]);
  assert.deepEqual(outbox.for(null), [event(1)]);
});

test("a batch holds at most a hundred", () => {
  const { outbox } = memory();
  for (let seq = 0; seq < 250; seq += 1) outbox.add(null, event(seq));
  assert.equal(outbox.for(null).length, 100);
  assert.equal(outbox.for(null)[0].seq, 0);
});

test("what is a month old is forgotten", () => {
  const { outbox } = memory();
  outbox.add("anna", event(0, "2025-01-01T00:00:00.000Z"));
  outbox.add("anna", event(1));
  outbox.settle([], NOW);
  assert.deepEqual(outbox.for("anna"), [event(1)]);
});
