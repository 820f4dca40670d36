// Where one was on each page of this tab: how far down, and on what. It outlives a reload.

const NAME = "places";
const MOST = 60; // pages; the history of a tab rarely goes further back
const FOCUSABLE = "a[href], button, input, select, textarea, [tabindex]";

export class Places {
  constructor(storage = globalThis.sessionStorage) {
    this.storage = storage;
    try {
      this.known = new Map(JSON.parse(storage.getItem(NAME)) ?? []);
    } catch {
      this.known = new Map(); // storage is off, or holds what is not ours
    }
  }

  // Remember the place {y, at, ringed} of a page; the least recent one goes when there are too many.
  set(key, place) {
    this.known.delete(key);
    this.known.set(key, place);
    if (this.known.size > MOST) this.known.delete(this.known.keys().next().value);
  }

  get(key) {
    return this.known.get(key) ?? { y: 0, at: null };
  }

  save() {
    try {
      this.storage.setItem(NAME, JSON.stringify([...this.known]));
    } catch {
      // back will show the top of the page
    }
  }
}

// Return what finds the element again on the same page, read anew: what it is called, and the how manyeth so called.
export function describe(main, element) {
  if (!element || element === main || !main.contains(element)) return null;
  const name = called(element);
  return { name, nth: alike(main, name).indexOf(element) };
}

export function find(main, at) {
  return (at && alike(main, at.name)[at.nth]) ?? null;
}

function alike(main, name) {
  return [...main.querySelectorAll(FOCUSABLE)].filter((element) => called(element) === name);
}

function called(element) {
  const told = ["href", "aria-label", "title", "name"].map((name) => element.getAttribute(name)).find(Boolean);
  return `${element.tagName} ${told ?? element.textContent.trim()}`;
}
