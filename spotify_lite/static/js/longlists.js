// Lists that the server gives a page at a time: rows come as one scrolls, and only those in sight are in the page.
// A list that something follows on its page grows once "Show more" was pressed, any other by itself.

import { BASE } from "./api.js";
import { Keyset } from "./keyset.js";
import { LONGEST } from "./queue.js";
import * as rows from "./rows.js";
import { song } from "./songrows.js";
import { step } from "./span.js";
import * as store from "./store.js";
import { Virtual } from "./virtual.js";

const AHEAD = 150; // rows that are fetched before one sees them
const BEYOND = 1_000; // places behind the last row that was here: so far may one scroll at once
const BEFORE = LONGEST / 10; // rows in front of the pressed one that the queue takes, as it would of a list without pages
const QUIET = 1_500; // milliseconds that a song has to begin before its queue takes what is not here yet
const PASSING = 120; // milliseconds without new rows after which their covers are fetched: nobody sees those of a flick
const REMEMBERED = 5; // lists of this tab that stand again after a reload
const NAME = "lists";

const known = new WeakMap(); // list -> LongList
const visits = new Map(store.load(NAME, [], store.TAB)); // key of the history -> {rows, y}

// Take over the lists of a page that has come, or has come again; of the letters they can begin at, show which it is.
export function show(main, { player, api }) {
  main.querySelector(".letters [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });
  for (const list of main.querySelectorAll("[data-onward]")) {
    if (known.has(list)) known.get(list).revive();
    else known.set(list, new LongList(list, { player, api }));
  }
}

addEventListener("pagehide", () => store.save(NAME, [...visits], store.TAB));
addEventListener("online", () => {
  for (const list of document.querySelectorAll("main [data-onward]")) known.get(list)?.retry();
});

class LongList {
  constructor(list, { player, api }) {
    Object.assign(this, { list, player, api });
    this.first = [...list.children]; // rows that the server drew
    this.onward = list.parentElement.querySelector(".onward");
    this.address = list.dataset.onward; // of the second page, in the API
    this.visit = history.state?.key;
    this.virtual = null;
    this.coming = false; // rows are on their way
    this.failed = false;
    this.covers = 0; // the timer until they are fetched
    this.rows = new Keyset({
      rows: this.first.map(rows.trackOf),
      next: cursorOf(this.address),
      count: Number(list.dataset.count) || null,
      read: (cursor) => this.#read(cursor),
    });
    this.onward.addEventListener("click", (event) => {
      event.preventDefault();
      this.onward.hidden = true;
      this.failed = false;
      if (this.virtual) this.#load();
      else this.#grow();
    });
    rows.lengthen(list, this);
    if (visits.has(this.visit)) this.#stand(visits.get(this.visit));
    else if ("grows" in list.dataset) this.#grow();
  }

  revive() {
    this.virtual?.revive();
  }

  retry() {
    if (this.failed) this.onward.querySelector("a").click();
  }

  // Play from a row on, or from the first one: it and its neighbours; what is not here yet follows once it sounds.
  play(item, { shuffle } = {}) {
    const place = item ? (this.virtual?.placeOf(item) ?? this.first.indexOf(item)) : 0;
    let from = place;
    while (from > Math.max(0, place - BEFORE) && this.rows.at(from - 1) !== undefined) from -= 1;
    const found = this.rows.run(from, LONGEST);
    const tracks = found.filter(playable);
    const index = item ? tracks.indexOf(found[place - from]) : null;
    this.player.playList(tracks, index, { from: this.list.dataset.list, shuffle });
    if (navigator.connection?.saveData || found.length === LONGEST) return;
    const { current } = this.player.queue;
    setTimeout(() => this.#lengthen(current, from, found.length).catch(() => {}), QUIET);
  }

  async #lengthen(begun, from, taken) {
    const { queue } = this.player;
    const { length } = queue.tracks;
    await this.rows.reach(from + LONGEST - 1);
    if (!queue.tracks.includes(begun) || queue.tracks.length < length) return; // something else plays, or less was wanted
    const more = this.rows.run(from + taken, LONGEST - taken).filter(playable);
    if (more.length) this.player.edit(() => queue.goOn(more));
  }

  // Stand where an earlier visit did.
  #stand({ rows: before, y }) {
    this.rows.resume(before);
    this.#grow();
    scrollTo({ top: y, behavior: "instant" });
    this.virtual.update();
  }

  #grow() {
    this.onward.hidden = true;
    this.virtual = new Virtual(this.list, {
      count: this.#extent(),
      row: (place, now) => now ?? this.#row(place),
      looked: () => this.#looked(),
      put: () => this.#came(),
    });
    this.list.addEventListener("keydown", (event) => this.#walk(event));
    this.#looked();
  }

  // Return how many places the list has room for: all, but no more than one may scroll over before the next rows come.
  #extent() {
    const most = this.rows.known + BEYOND;
    return this.rows.next === null ? this.rows.known : Math.min(this.rows.total ?? most, most);
  }

  // Return the row of a place, which says where in the whole list it is to those who do not see that.
  #row(place) {
    const track = this.rows.at(place);
    if (!track && !(place in this.first)) return null;
    const item = this.first[place] ?? song(track, { picture: true, later: true, under: this.list.dataset.under });
    item.setAttribute("aria-posinset", place + 1);
    item.setAttribute("aria-setsize", this.rows.total ?? -1);
    return item;
  }

  #came() {
    rows.mark(this.list, this.player);
    clearTimeout(this.covers);
    this.covers = setTimeout(() => {
      for (const image of this.list.querySelectorAll("img[data-src]")) {
        image.src = image.dataset.src;
        delete image.dataset.src;
      }
    }, PASSING);
  }

  #looked() {
    if (!this.virtual) return;
    visits.delete(this.visit);
    visits.set(this.visit, { rows: this.rows, y: scrollY });
    if (visits.size > REMEMBERED) visits.delete(visits.keys().next().value);
    this.#load();
  }

  // Read what is lacking, a page at a time: what is in sight first, which may have changed meanwhile.
  async #load() {
    this.list.toggleAttribute("data-waits", !this.virtual.complete);
    if (this.coming || this.failed) return;
    this.coming = true;
    try {
      for (let place = this.#lacking(); place !== undefined; place = this.#lacking()) {
        await this.rows.reach(Math.min(place, this.rows.known));
        this.virtual.resize(this.#extent());
      }
    } catch {
      this.failed = true;
      this.onward.hidden = false;
    }
    this.coming = false;
  }

  #lacking() {
    const { first, last } = this.virtual.sight;
    const places = [first, last - 1, last - 1 + AHEAD, first - AHEAD];
    return places.map((place) => Math.max(0, place)).find((place) => this.rows.lacks(place));
  }

  async #read(cursor) {
    const url = new URL(this.address, location.href);
    url.searchParams.set("cursor", cursor);
    const { results, next } = await this.api.get(url.pathname.slice(BASE.length) + url.search);
    return { rows: results, next: cursorOf(next) };
  }

  // Arrow keys walk from row to row, Page keys by what is in sight, Home and End to the ends of what is here.
  async #walk(event) {
    const { key, target, ctrlKey, metaKey, altKey, shiftKey } = event;
    const at = this.virtual.placeOf(target.closest(".row"));
    const to = step(key, at, { count: this.rows.known, page: this.virtual.page });
    if (at === undefined || to === null || ctrlKey || metaKey || altKey || shiftKey) return;
    event.preventDefault();
    const kind = target.matches("[data-menu]") ? "[data-menu]" : ".hit";
    const row = this.virtual.show(to) ?? (await this.rows.reach(to).catch(() => {}), this.virtual.show(to));
    row?.querySelector(kind).focus({ preventScroll: true });
  }
}

function cursorOf(address) {
  return address && new URL(address, location.href).searchParams.get("cursor");
}

function playable(track) {
  return Boolean(track?.audio_url);
}
