import assert from "node:assert/strict";
import { test } from "node:test";

import { compact } from "../compact.js";

const NOW = Date.parse("2026-01-02T00:00:00Z");

// Events of {event} from [seconds, position in seconds, state].
function play(list, id = "p") {
  return list.map(([seconds, position, state = "playing"], seq) => ({
    event: {
      play_id: id,
      seq,
      track_id: 1,
      at: new Date(NOW + seconds * 1000).toISOString(),
      position_ms: position * 1000,
      state,
    },
  }));
}

// What the server's merge rule says was heard.
function heard(entries) {
  const events = entries.map(({ event }) => event).sort((one, other) => one.seq - other.seq);
  return events.slice(1).reduce((sum, later, at) => {
    const earlier = events[at];
    if (earlier.state !== "playing") return sum;
    const moved = later.position_ms - earlier.position_ms;
    return sum + Math.max(0, Math.min(moved, Date.parse(later.at) - Date.parse(earlier.at)));
  }, 0);
}

const seqs = (entries) => entries.map(({ event }) => event.seq);

test("of a stretch that plays on the ends are kept", () => {
  const entries = play([[0, 0], [10, 10], [20, 20], [30, 30], [35, 35, "paused"]]); // prettier-ignore
  assert.deepEqual(seqs(compact(entries)), [0, 4]);
});

test("jumps, pauses and stalls are kept", () => {
  const jump = play([[0, 0], [10, 10], [10, 60], [20, 70], [30, 80]]); // prettier-ignore
  assert.deepEqual(seqs(compact(jump)), [0, 1, 2, 4]);
  const pause = play([[0, 0], [10, 10], [10, 10, "paused"], [60, 10], [70, 20]]); // prettier-ignore
  assert.deepEqual(seqs(compact(pause)), [0, 2, 3, 4]);
  const stall = play([[0, 0], [10, 10], [40, 12], [50, 22]]); // prettier-ignore
  assert.deepEqual(seqs(compact(stall)), [0, 1, 2, 3]);
});

test("plays are looked at apart, in whatever order they lie", () => {
  const [one, other] = [play([[0, 0], [10, 10], [20, 20]], "a"), play([[5, 0], [15, 10], [25, 20]], "b")]; // prettier-ignore
  const mixed = [other[2], one[0], other[0], one[2], one[1], other[1]];
  assert.deepEqual(seqs(compact(mixed)).sort(), [0, 0, 2, 2]);
});

test("whatever was listened to, nothing heard is lost and the last of a play stays", () => {
  let seed = 6;
  const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  for (let round = 0; round < 300; round += 1) {
    let [at, position] = [0, 0];
    const list = [];
    for (let step = 0; step < 30; step += 1) {
      const took = random() * 10;
      at += took;
      if (random() < 0.8) position += took + (random() - 0.5) * 0.3;
      else position = random() * 200;
      list.push([at, Math.max(0, position), random() < 0.9 ? "playing" : "paused"]);
    }
    const all = play(list);
    const few = compact(all);
    const more = heard(few) - heard(all);
    assert.ok(more >= -1e-6, `round ${round}: ${-more} ms are lost`);
    assert.ok(more <= 250 * (all.length - few.length) + 1e-6, `round ${round}: ${more} ms were never heard`);
    assert.equal(few.at(-1), all.at(-1));
  }
});
