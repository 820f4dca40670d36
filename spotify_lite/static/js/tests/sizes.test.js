import assert from "node:assert/strict";
import test from "node:test";

import { size } from "../sizes.js";

test("sizes are said as people say them", () => {
  assert.deepEqual(
    [0, 999, 12_300, 3_420_000, 210_400_000, 999_600_000, 1_250_000_000].map((bytes) => size(bytes, "en")),
    ["0 kB", "1 kB", "12 kB", "3.4 MB", "210 MB", "1 GB", "1.3 GB"],
  );
});

test("sizes follow the language of the page", () => {
  assert.equal(size(3_420_000, "de"), "3,4 MB");
});
