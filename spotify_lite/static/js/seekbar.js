// What is drawn where one seeks: the waveform, how much is there to play, the time under the pointer; and a finger that
// seeks finely. The range itself stays what is operated, see bar.js.

import { clock } from "./clock.js";
import { el } from "./element.js";
import { Peaks } from "./peaks.js";
import { Scrub } from "./scrub.js";
import { address, heights, outline } from "./waveform.js";

const STEP = 4; // pixels from bar to bar
const TOLD = 1_000; // milliseconds of a song after which the server has told all of it
const AGAIN = 10_000; // milliseconds until a server that was away is asked again
const FINE = { 0.5: "½", 0.25: "¼", 0.1: "⅒" };

export function start({ player }) {
  const peaks = new Peaks();
  const bars = [...document.querySelectorAll(".seek:has([data-seek])")].map((seek) => new Bar(seek, player));
  let shown = null; // the address whose peaks are drawn, null for a line
  let asked = { url: null, at: 0 }; // the last question, and performance.now() then

  function draw() {
    const url = player.track && address(player.track);
    const found = peaks.of(url) ?? null;
    const now = found && url;
    if (now === shown) return;
    shown = now;
    for (const bar of bars) bar.draw(found);
  }

  // Before the first tone it would only be in its way, and whether there are peaks is told soon after that.
  function ask() {
    const { track, playing, waiting, position } = player;
    if (!track || (playing && (waiting || position < (track.hls_url === undefined ? TOLD : 1)))) return;
    const wanted = [track, player.upcoming].filter((one) => one === track || one?.hls_url).map(address);
    const url = wanted.find((one) => peaks.of(one) === undefined);
    const at = performance.now();
    if (url === undefined || (url === asked.url && at - asked.at < AGAIN)) return;
    asked = { url, at };
    peaks.ask(url).then((found) => found && draw());
  }

  player.addEventListener("change", () => {
    draw();
    ask();
  });
  player.addEventListener("time", () => {
    ask();
    for (const bar of bars) bar.ready();
  });
  draw();
  ask();
}

class Bar {
  constructor(seek, player) {
    this.player = player;
    this.seek = seek;
    this.range = seek.querySelector("[data-seek]");
    this.peaks = null;
    this.scrub = null;
    this.paths = [path("rest"), path("done")];
    this.there = el("i", { class: "there", "aria-hidden": "true" });
    this.time = el("span", { class: "peek time", "aria-hidden": "true" });
    seek.prepend(...this.paths.map((one) => one.parentElement), this.there);
    seek.append(this.time);
    new ResizeObserver(() => this.#outline()).observe(seek);
    this.#hover();
    this.#touch();
  }

  draw(peaks) {
    this.peaks = peaks;
    this.seek.toggleAttribute("data-drawn", Boolean(peaks));
    if (peaks) this.#outline();
  }

  // Show how far it can play without the network.
  ready() {
    const { buffered, duration } = this.player;
    const share = buffered > 0 && duration > 0 ? Math.min(1, buffered / duration) : 0;
    this.seek.style.setProperty("--there", share.toFixed(3));
  }

  #outline() {
    const { clientWidth: width, clientHeight: height } = this.seek;
    const count = Math.floor(width / STEP);
    if (!this.peaks || !count) return;
    const from = Math.floor((width - count * STEP) / 2); // whole pixels, or the bars would blur
    const drawn = outline(heights(this.peaks, count), { from, step: STEP, height: height - 4 });
    for (const one of this.paths) {
      one.parentElement.setAttribute("viewBox", `0 -2 ${width} ${height}`);
      one.setAttribute("d", drawn);
    }
  }

  #hover() {
    this.seek.addEventListener("pointermove", (event) => {
      if (event.pointerType === "mouse" && !this.range.disabled) this.#peek(this.#share(event.clientX));
    });
    this.seek.addEventListener("pointerleave", () => this.scrub || this.#peek(null));
  }

  // A finger is followed here and not by the range, which would know no fineness.
  #touch() {
    const { seek, range } = this;
    range.addEventListener("touchstart", (event) => event.cancelable && event.preventDefault(), { passive: false });
    seek.addEventListener("pointerdown", (event) => {
      if (event.pointerType !== "touch" || !event.isPrimary || range.disabled) return;
      const [x, y] = [event.clientX, event.clientY];
      this.scrub = new Scrub({
        x,
        y,
        share: this.#share(x),
        width: this.#mirrored ? -seek.clientWidth : seek.clientWidth,
      });
      seek.setPointerCapture(event.pointerId);
      this.#show();
    });
    seek.addEventListener("pointermove", (event) => {
      if (!this.scrub || event.pointerType !== "touch" || !event.isPrimary) return;
      const box = seek.getBoundingClientRect();
      const [x, y] = [event.clientX, event.clientY];
      const away = Math.max(0, box.top - y, y - box.bottom);
      if (this.scrub.move({ x, y, away })) this.#show();
      else this.#end("forgo");
    });
    seek.addEventListener("pointerup", () => this.scrub && this.#end("change"));
    seek.addEventListener("pointercancel", () => this.scrub && this.#end("forgo"));
  }

  #show() {
    const { scrub, range } = this;
    range.value = scrub.share * Number(range.max);
    range.dispatchEvent(new Event("input", { bubbles: true }));
    this.#peek(scrub.share, FINE[scrub.fineness]);
  }

  #end(name) {
    this.scrub = null;
    this.#peek(null);
    this.range.dispatchEvent(new Event(name, { bubbles: true }));
  }

  #peek(share, fine) {
    this.time.classList.toggle("on", share !== null);
    if (share === null) return;
    this.seek.style.setProperty("--peek", share.toFixed(4));
    this.time.textContent = clock(share * Number(this.range.max)) + (fine ? ` · ${fine}` : "");
  }

  get #mirrored() {
    return getComputedStyle(this.seek).direction === "rtl";
  }

  #share(x) {
    const { left, width } = this.seek.getBoundingClientRect();
    const share = Math.max(0, Math.min(1, (x - left) / Math.max(1, width)));
    return this.#mirrored ? 1 - share : share;
  }
}

function path(name) {
  const [svg, line] = ["svg", "path"].map((tag) => document.createElementNS("http://www.w3.org/2000/svg", tag));
  svg.setAttribute("class", `wave ${name}`);
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.append(line);
  return line;
}
