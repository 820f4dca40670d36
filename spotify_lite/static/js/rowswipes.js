// Swipe a row aside with a finger, and its song is in the queue: the row's menu offers the same.

import { add } from "./adding.js";
import { el, icon } from "./element.js";
import { trackOf } from "./rows.js";
import { follow } from "./swipe.js";

const ARMED = 72; // pixels after which letting go adds it
const TAUT = 0.25; // of the way from there on
const EDGE = 24; // pixels at the edge of the screen, where phones go back
const BACK = { duration: 140, easing: "ease-out" };

export function start({ player, tell }) {
  const still = matchMedia("(prefers-reduced-motion: reduce)");

  follow(document, {
    axis: "x",
    begins({ target, clientX }) {
      const row = target.closest("main .row[data-id]");
      const scrolled = row?.closest(".shelf"); // a row of covers, which goes sideways itself
      return row && !scrolled && clientX > EDGE && trackOf(row)?.audio_url ? row : null;
    },
    moved(way, row) {
      const side = forward(row);
      const far = Math.max(0, way * side);
      const sign = row.querySelector(".pulled") ?? shown(row);
      sign.classList.toggle("armed", far >= ARMED);
      if (still.matches) return;
      const held = far > ARMED ? ARMED + (far - ARMED) * TAUT : far;
      row.style.transform = `translateX(${side * held}px)`;
    },
    ended(way, _, row) {
      const from = row.style.transform;
      row.style.transform = "";
      const gone = () => row.querySelector(".pulled")?.remove();
      if (from) row.animate([{ transform: from }, { transform: "none" }], BACK).finished.then(gone, gone);
      else gone();
      const track = trackOf(row);
      if (way * forward(row) >= ARMED && track) add([track], track.title, { player, tell });
    },
  });
}

function shown(row) {
  const sign = el("span", { class: "pulled", "aria-hidden": "true" }, icon("add"));
  row.append(sign);
  return sign;
}

// 1: towards the end of the line is to the right.
function forward(row) {
  return getComputedStyle(row).direction === "rtl" ? -1 : 1;
}
