import assert from "node:assert/strict";
import { test } from "node:test";

import { LONGEST, Queue } from "../queue.js";

const tracks = (...ids) => ids.map((id) => ({ id }));

test("a list is queued from the pressed row on", () => {
  const queue = new Queue();
  queue.set(tracks(1, 2, 3), 1, "Night Ferry");
  assert.equal(queue.current.id, 2);
  assert.deepEqual(queue.following, tracks(3));
  assert.equal(queue.from, "Night Ferry");
});

test("steps end at both ends and move nothing there", () => {
  const queue = new Queue({ tracks: tracks(1, 2), index: 1 });
  assert.equal(queue.step(1), false);
  assert.equal(queue.current.id, 2);
  assert.equal(queue.step(-1), true);
  assert.equal(queue.step(-1), false);
  assert.equal(queue.current.id, 1);
});

test("steps lead over what is passed over, and count it", () => {
  const queue = new Queue({ tracks: tracks(1, 2, 3, 4, 5), index: 0 });
  queue.passes = ({ id }) => [2, 3, 5].includes(id);
  assert.equal(queue.upcoming.id, 4);
  assert.equal(queue.step(1), true);
  assert.deepEqual([queue.current.id, queue.passed], [4, 2]);
  assert.equal(queue.upcoming.id, 5, "nothing else follows: it may come yet");
  assert.equal(queue.step(-1), true);
  assert.deepEqual([queue.current.id, queue.passed], [1, 2]);
  queue.jump(3);
  assert.equal(queue.passed, 0);
  queue.turnRepeat();
  assert.equal(queue.upcoming.id, 1);
  assert.equal(queue.end(), true);
  assert.deepEqual([queue.current.id, queue.passed], [1, 1]);
});

test("what was added and is passed over stays to come", () => {
  const queue = new Queue({ tracks: tracks(1, 2, 3), index: 0 });
  queue.add(tracks(7));
  queue.passes = ({ id }) => id === 7;
  queue.step(1);
  assert.deepEqual([queue.current.id, queue.passed, queue.ids], [2, 1, [1, 2, 7, 3]]);
  queue.passes = () => false;
  assert.equal(queue.upcoming.id, 7);
});

test("taking a track out keeps the current one current", () => {
  const queue = new Queue({ tracks: tracks(1, 2, 3), index: 1 });
  assert.equal(queue.remove(0), true);
  assert.equal(queue.current.id, 2);
  assert.equal(queue.remove(queue.index), false);
  assert.equal(queue.remove(9), false);
  assert.deepEqual(queue.ids, [2, 3]);
});

test("what is added comes before the rest of the list, in the order of adding, and what plays next before that", () => {
  const queue = new Queue({ tracks: tracks(1, 2), index: 0 });
  queue.add(tracks(3));
  queue.add(tracks(4, 5));
  queue.add(tracks(6), { next: true });
  assert.deepEqual(queue.ids, [1, 6, 3, 4, 5, 2]);
  assert.deepEqual(
    queue.waiting.map((track) => track.id),
    [6, 3, 4, 5],
  );
});

test("what is added to nothing is a list", () => {
  const queue = new Queue();
  queue.add(tracks(1, 2));
  assert.deepEqual(queue.ids, [1, 2]);
  assert.deepEqual(queue.waiting, []);
});

test("what was added stays next when one goes elsewhere in the list", () => {
  const queue = new Queue({ tracks: tracks(1, 2, 3, 4), index: 1 });
  queue.add(tracks(8, 9));
  queue.jump(queue.ids.indexOf(4));
  assert.deepEqual(queue.ids, [1, 2, 3, 4, 8, 9]);
  queue.step(-1);
  assert.deepEqual([queue.current.id, ...queue.following.map((track) => track.id)], [3, 8, 9, 4]);
  queue.step(1);
  assert.equal(queue.current.id, 8);
  assert.deepEqual(
    queue.waiting.map((track) => track.id),
    [9],
  );
});

test("repeating all begins again at the end, repeating one does not hold up a press of next", () => {
  const queue = new Queue({ tracks: tracks(1, 2), index: 1 });
  assert.equal(queue.goesOn, false);
  assert.equal(queue.end(), false);
  queue.repeat = "all";
  assert.equal(queue.goesOn, true);
  assert.equal(queue.end(), true);
  assert.equal(queue.current.id, 1);
  queue.repeat = "one";
  assert.equal(queue.end(), true);
  assert.equal(queue.current.id, 1);
  assert.equal(queue.step(1), true);
  assert.equal(queue.current.id, 2);
  assert.equal(new Queue({ repeat: "one" }).end(), false);
});

test("shuffling keeps what plays and what was added, and its end brings the order back", () => {
  const queue = new Queue({ tracks: tracks(1, 2, 3, 4, 5, 6), index: 2 }, () => 0);
  queue.add(tracks(9));
  queue.shuffle();
  assert.equal(queue.current.id, 3);
  assert.equal(queue.following[0].id, 9);
  assert.deepEqual([...queue.ids].sort(), [1, 2, 3, 4, 5, 6, 9]);
  assert.notDeepEqual(queue.ids.slice(2), [1, 2, 4, 5, 6]);
  queue.shuffle();
  assert.deepEqual(queue.ids, [1, 2, 3, 9, 4, 5, 6]);
  assert.equal(queue.current.id, 3);
  assert.ok(queue.tracks.every((track) => !("place" in track) || track.added));
});

test("what was added and heard while shuffled stands behind what it followed", () => {
  const queue = new Queue({ tracks: tracks(1, 2, 3, 4), index: 0 }, () => 0);
  queue.shuffle(true);
  queue.add(tracks(9));
  queue.step(1);
  assert.equal(queue.current.id, 9);
  queue.shuffle(false);
  assert.deepEqual(queue.ids, [1, 9, 2, 3, 4]);
  assert.equal(queue.index, 1);
});

test("every order of a shuffle comes up, and about as often", () => {
  const seen = {};
  for (let round = 0; round < 3000; round += 1) {
    const queue = new Queue({ tracks: tracks(0, 1, 2, 3) });
    queue.shuffle(true);
    const order = queue.ids.slice(1).join("");
    seen[order] = (seen[order] ?? 0) + 1;
  }
  assert.equal(Object.keys(seen).length, 6);
  for (const count of Object.values(seen)) assert.ok(count > 400 && count < 600, JSON.stringify(seen));
});

test("a new list is shuffled too while shuffle is on, from anywhere unless a row was pressed", () => {
  const queue = new Queue({ shuffled: true }, () => 0.99);
  queue.set(tracks(1, 2, 3, 4), 1);
  assert.equal(queue.current.id, 2);
  assert.equal(queue.index, 0);
  queue.set(tracks(1, 2, 3, 4), null);
  assert.equal(queue.current.id, 4);
  assert.equal(queue.following.length, 3);
});

test("a shuffled queue that was written down is not mixed again, and still knows its order", () => {
  const queue = new Queue({ tracks: tracks(1, 2, 3, 4, 5), index: 0 });
  queue.shuffle(true);
  const again = new Queue(JSON.parse(JSON.stringify(queue)));
  assert.deepEqual(again.ids, queue.ids);
  again.shuffle(false);
  assert.deepEqual(again.ids, [1, 2, 3, 4, 5]);
});

test("a track is moved among what is to come, and belongs to where it lands", () => {
  const queue = new Queue({ tracks: tracks(1, 2, 3, 4), index: 0 });
  queue.add(tracks(8, 9));
  assert.equal(queue.move(4, 1), true); // 3 in front of all that was added
  assert.deepEqual(queue.ids, [1, 3, 8, 9, 2, 4]);
  assert.equal(queue.waiting.length, 3);
  queue.move(2, 5); // 8 to the end of the list
  assert.deepEqual(queue.ids, [1, 3, 9, 2, 4, 8]);
  assert.equal(queue.waiting.length, 2);
  assert.equal(queue.move(0, 2), false);
  assert.equal(queue.move(2, 0), false);
  assert.equal(queue.move(2, 6), false);
  assert.equal(queue.move(2, 2), false);
});

test("what was taken out comes back where it was, unless another list has begun", () => {
  const queue = new Queue({ tracks: tracks(1, 2, 3, 4), index: 1 });
  let undo = queue.undoing();
  queue.remove(2);
  assert.deepEqual(queue.ids, [1, 2, 4]);
  assert.equal(undo(), true);
  assert.deepEqual(queue.ids, [1, 2, 3, 4]);
  undo = queue.undoing();
  queue.clear();
  assert.equal(undo(), true);
  assert.deepEqual(queue.ids, [1, 2, 3, 4]);
  assert.equal(queue.index, 1);
  queue.clear();
  queue.set(tracks(1, 7));
  assert.equal(undo(), false);
  assert.deepEqual(queue.ids, [1, 7]);
});

test("clearing keeps what plays", () => {
  const queue = new Queue({ tracks: tracks(1, 2, 3), index: 2 });
  queue.clear();
  assert.deepEqual(queue.ids, [3]);
  assert.equal(queue.index, 0);
});

test("a list that is too long keeps what is around the pressed row", () => {
  const many = Array.from({ length: 3 * LONGEST }, (_, id) => ({ id }));
  for (const index of [0, 50, 1500, many.length - 1]) {
    const queue = new Queue({ tracks: many, index });
    assert.equal(queue.tracks.length, LONGEST);
    assert.equal(queue.current.id, index);
  }
  const full = new Queue({ tracks: many, index: 0 });
  assert.equal(full.add(tracks(-1)), false);
});

test("an empty queue has no current track", () => {
  const queue = new Queue();
  assert.equal(queue.current, null);
  assert.equal(queue.step(1), false);
  queue.clear();
  assert.deepEqual(queue.ids, []);
});

test("a queue survives being written down", () => {
  const queue = new Queue({ tracks: tracks(1, 2), index: 1, from: "Popular" });
  assert.deepEqual(new Queue(JSON.parse(JSON.stringify(queue))), queue);
});

test("a track that was only an id is filled in, and keeps what the answer leaves out", () => {
  const queue = new Queue({ tracks: [{ id: 1 }, { id: 2, tint: "sea" }] });
  queue.fill({ id: 2, title: "Tideline" });
  assert.deepEqual(queue.tracks[1], { id: 2, tint: "sea", title: "Tideline" });
  assert.deepEqual(queue.tracks[0], { id: 1 });
});

test("a list that goes on is taken up behind all others, up to what a queue holds", () => {
  const queue = new Queue();
  queue.set(tracks(1, 2, 3), 1, "Songs");
  queue.add(tracks(9));
  assert.equal(queue.goOn(tracks(4, 5)), true);
  assert.deepEqual(queue.ids, [1, 2, 9, 3, 4, 5]);
  queue.goOn(Array.from({ length: 2 * LONGEST }, (_, at) => ({ id: 100 + at })));
  assert.equal(queue.tracks.length, LONGEST);
  assert.equal(queue.goOn(tracks(6)), false);
});

test("a shuffled list that goes on is mixed with what comes, and stands in its order once it is not", () => {
  const queue = new Queue({}, () => 0);
  queue.shuffled = true;
  queue.set(tracks(1, 2, 3, 4), 0, "Songs");
  queue.add(tracks(9));
  queue.goOn(tracks(5, 6, 7));
  assert.deepEqual(queue.ids.slice(0, 2), [1, 9]);
  assert.notDeepEqual(queue.ids.slice(2), [2, 3, 4, 5, 6, 7]);
  queue.shuffle(false);
  assert.deepEqual(queue.ids, [1, 9, 2, 3, 4, 5, 6, 7]);
});
