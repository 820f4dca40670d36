// A list that has rows where one looks: the list is as high as all of them, and each row stands at its place in it.
// A row that had the focus last, or is being dragged, stays, wherever one scrolls.

import { MOST, around, seen } from "./span.js";

const AT_ONCE = 12; // rows out of sight that are made in one frame
const USUAL = 56; // pixels of a row, until one has been seen
const living = new Set(); // lists that may be in the page
let asked = false; // for the next frame

export class Virtual {
  // `row(place, now)` returns the row of a place, `now` being the one that stands there, or null where there is none
  // yet; `scroller` is what scrolls it, else the window. `looked()` is called when one has scrolled, `put()` when rows
  // have come.
  constructor(list, { count = 0, row, scroller = null, looked = () => {}, put = () => {} }) {
    Object.assign(this, { list, row, scroller, looked, put });
    this.count = count;
    this.rows = new Map(); // place -> row
    this.range = null; // {first, last} of the places that should have rows
    this.lacks = false; // some of them have none to have
    this.short = false; // some will have theirs in the next frame
    this.sight = { first: 0, last: 0 }; // places that one sees
    this.focused = null; // the row that had the focus last
    this.size = USUAL; // pixels of a row
    this.width = null; // of the list, when the size was measured
    list.classList.add("long");
    list.addEventListener("focusin", ({ target }) => (this.focused = target.closest(".row, .holding")));
    new ResizeObserver(() => this.#resized()).observe(list);
    this.#measure([...list.children]);
    living.add(this);
    this.resize();
  }

  // It is in the page again; the page is still to be scrolled to where it was.
  revive() {
    living.add(this);
    soon();
  }

  // There are more places or fewer; `anew` says that rows have changed.
  resize(count = this.count, { anew = this.lacks } = {}) {
    this.count = count;
    this.list.style.height = `${count * this.size}px`;
    this.update({ anew });
  }

  // Put rows where one looks.
  update({ anew = false } = {}) {
    const { top, above, below } = this.#view();
    this.sight = seen({ top: above - top, bottom: below - top, size: this.size, count: this.count });
    const range = around(this.range, this.sight, this.count);
    if (range !== this.range || anew || this.short) this.#draw(range);
    if (this.width === null && this.rows.size) {
      this.#measure([...this.rows.values()]);
      this.#place();
    }
    this.looked();
  }

  // Say whether all that is in sight has rows.
  get complete() {
    for (let place = this.sight.first; place < this.sight.last; place += 1) if (!this.rows.has(place)) return false;
    return true;
  }

  get page() {
    return Math.max(1, this.sight.last - this.sight.first - 2);
  }

  // Bring a place into sight and return its row, or null.
  show(place) {
    const view = this.#view();
    const { scrollPaddingTop, scrollPaddingBottom } = getComputedStyle(this.scroller ?? document.documentElement);
    const from = view.above + (parseFloat(scrollPaddingTop) || 0);
    const to = view.below - (parseFloat(scrollPaddingBottom) || 0);
    const top = view.top + place * this.size;
    if (top < from) this.#scroll(top - from);
    else if (top + this.size > to) this.#scroll(top + this.size - to);
    this.update();
    return this.rows.get(place) ?? null;
  }

  // Return the place of a row, or undefined.
  placeOf(row) {
    for (const [place, other] of this.rows) if (other === row) return place;
    return undefined;
  }

  // Rows in sight are made at once, those beside them a few in each frame, the nearest first.
  #draw(range) {
    const { list, sight } = this;
    const before = this.rows;
    const far = (place) => Math.max(sight.first - place, place - sight.last + 1, 0);
    const wanted = Array.from({ length: range.last - range.first }, (_, at) => range.first + at);
    const stays = ([place, row]) => (row === this.focused || row.matches(".held")) && !wanted.includes(place);
    wanted.push(...[...before].filter(stays).map(([place]) => place));
    const found = [];
    let room = AT_ONCE;
    this.lacks = this.short = false;
    for (const place of wanted.sort((one, other) => far(one) - far(other))) {
      const stood = before.get(place);
      if (!stood && far(place) > 0 && room <= 0) this.short = true;
      else {
        const row = place < this.count ? this.row(place, stood) : null;
        if (row) found.push([place, row]);
        else this.lacks = true;
        if (row !== stood) room -= 1;
      }
    }
    this.range = range;
    this.rows = new Map(found.sort(([one], [other]) => one - other));
    for (const [place, row] of this.rows) {
      if (row.dataset.at === String(place)) continue;
      row.dataset.at = place;
      row.style.top = `${place * this.size}px`;
    }
    order(list, [...this.rows.values()]);
    if (this.short) soon();
    if (room < AT_ONCE) this.put();
  }

  // Return where the list begins, and what is in sight.
  #view() {
    const { top } = this.list.getBoundingClientRect();
    const box = this.scroller?.getBoundingClientRect() ?? { top: 0, bottom: innerHeight };
    return { top, above: box.top, below: box.bottom };
  }

  // Put all rows where they belong, now that they are of another height.
  #place() {
    for (const row of this.rows.values()) delete row.dataset.at;
    this.resize(this.count, { anew: true });
  }

  #scroll(by) {
    (this.scroller ?? window).scrollBy({ top: by, behavior: "instant" });
  }

  // Rows are all as high as the highest one: names are cut, but a reader's own letters may be large.
  #measure(rows) {
    this.list.style.setProperty("--row", "auto");
    if (!rows.length || !this.list.clientWidth) return;
    this.width = this.list.clientWidth;
    this.size = Math.max(1, ...rows.slice(0, MOST).map((row) => row.getBoundingClientRect().height));
    this.list.style.setProperty("--row", `${this.size}px`);
  }

  // The window is wider or narrower: rows may be of another height, and what one looked at stays in sight.
  #resized() {
    if (!this.list.isConnected || this.list.clientWidth === this.width || !this.rows.size) return;
    const view = this.#view();
    const at = Math.max(0, (view.above - view.top) / this.size);
    const before = this.size;
    this.#measure([...this.rows.values()]);
    if (this.size === before) return;
    this.#place();
    if (at > 0) this.#scroll(at * (this.size - before));
    this.update();
  }
}

// Make these the children of a list, and leave alone those that stand where they should.
function order(list, rows) {
  const stay = new Set(rows);
  for (const child of [...list.children]) if (!stay.has(child)) child.remove();
  let next = list.firstElementChild;
  for (const row of rows) {
    if (row === next) next = next.nextElementSibling;
    else list.insertBefore(row, next);
  }
}

function look() {
  asked = false;
  for (const virtual of living) {
    if (!virtual.list.isConnected) living.delete(virtual);
    else if (virtual.list.clientHeight) virtual.update();
  }
}

function soon() {
  if (!asked) requestAnimationFrame(look);
  asked = true;
}

document.addEventListener("scroll", soon, { capture: true, passive: true });
addEventListener("resize", soon);
