// A list that the server gives a page at a time, each page with the cursor of the next one. Pages come in their order;
// of those that were here all cursors are known, and the rows of some: any of them can be read again. Pure.

const HELD = 24; // pages whose rows are here: 2,400 songs, about 5 MB

export class Keyset {
  // `rows` are the first page, `next` the cursor of the second one, null at the end; `count` how many rows there are,
  // null where nobody knows. `read(cursor)` promises {rows, next}.
  constructor({ rows, next, count = null, read }) {
    Object.assign(this, { next, count, read });
    this.pages = [{ start: 0, count: rows.length, cursor: null, rows }];
    this.reading = new Map(); // cursor -> promise
  }

  // How many rows have been here.
  get known() {
    const last = this.pages.at(-1);
    return last.start + last.count;
  }

  // How many there are in all; null where nobody knows.
  get total() {
    return this.next === null ? this.known : this.count === null ? null : Math.max(this.count, this.known + 1);
  }

  // Return a row that is here, or undefined.
  at(place) {
    const page = this.#page(place);
    return page?.rows?.[place - page.start];
  }

  // Say whether rows of a place are still to be read: it was here, and was let go, or it has never been.
  lacks(place) {
    const page = this.#page(place);
    return page ? !page.rows : place >= this.known && this.next !== null;
  }

  // Return the rows from a place on that are here, one behind the other, at most so many.
  run(from, most) {
    const found = [];
    for (let place = from; found.length < most; place += 1) {
      const row = this.at(place);
      if (row === undefined) break;
      found.push(row);
    }
    return found;
  }

  // Promise that rows up to a place are here, and that one again if it has been; say whether there is such a row.
  async reach(place) {
    while (place >= this.known && this.next !== null) await this.#once(this.next, () => this.#goOn());
    const page = this.#page(place);
    if (page && !page.rows) await this.#once(page.cursor, () => this.#again(page));
    return Boolean(page);
  }

  // What a later visit needs to stand where this one does: a cursor and a number for each page but the first.
  toJSON() {
    return { next: this.next, pages: this.pages.slice(1).map(({ cursor, count }) => [cursor, count]) };
  }

  // Stand where an earlier visit did, if the list begins as it did then.
  resume({ next, pages }) {
    if (!pages.length || pages[0][0] !== this.next || this.pages.length > 1) return;
    for (const [cursor, count] of pages) this.pages.push({ start: this.known, count, cursor, rows: null });
    this.next = next;
  }

  async #goOn() {
    const cursor = this.next;
    const { rows, next } = await this.read(cursor);
    const page = { start: this.known, count: rows.length, cursor, rows };
    this.pages.push(page);
    this.next = next;
    this.#let(page);
  }

  // Rows that came or went meanwhile would move all that follow: a page keeps its number.
  async #again(page) {
    const { rows } = await this.read(page.cursor);
    page.rows = rows.slice(0, page.count);
    this.#let(page);
  }

  #once(cursor, act) {
    if (!this.reading.has(cursor))
      this.reading.set(
        cursor,
        act().finally(() => this.reading.delete(cursor)),
      );
    return this.reading.get(cursor);
  }

  // Let go of the rows that are farthest from a page; the first page stays, nobody can read it again.
  #let(page) {
    const held = this.pages.filter(({ rows, cursor }) => rows && cursor !== null);
    if (held.length <= HELD) return;
    const far = ({ start }) => Math.abs(start - page.start);
    held.reduce((one, other) => (far(other) > far(one) ? other : one)).rows = null;
  }

  #page(place) {
    let [low, high] = [0, this.pages.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.pages[middle].start <= place) low = middle;
      else high = middle - 1;
    }
    const page = this.pages[low];
    return place >= page.start && place < page.start + page.count ? page : null;
  }
}
