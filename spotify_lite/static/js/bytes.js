// What is here of a file: pieces of it, in order, without overlaps. Pure.

export class Bytes {
  constructor() {
    this.pieces = []; // {at, bytes}
  }

  // Keep a piece; what of it is here already is left out.
  add(at, bytes) {
    if (!bytes.length || this.missing(at, at + bytes.length) === null) return;
    const from = this.missing(at, at + bytes.length);
    const next = this.pieces.find((piece) => piece.at >= from);
    const end = Math.min(at + bytes.length, next?.at ?? Infinity);
    this.pieces.push({ at: from, bytes: bytes.subarray(from - at, end - at) });
    this.pieces.sort((one, other) => one.at - other.at);
    if (end < at + bytes.length) this.add(end, bytes.subarray(end - at));
  }

  // Return the first place from `from` on that is not here, or null where all up to `to` is.
  missing(from, to) {
    let at = from;
    for (const piece of this.pieces) {
      if (piece.at > at) break;
      at = Math.max(at, piece.at + piece.bytes.length);
    }
    return at < to ? at : null;
  }

  // Return where what is missing from a place on ends.
  until(from, to) {
    return Math.min(to, ...this.pieces.filter(({ at }) => at >= from).map(({ at }) => at));
  }

  // Return what is here from `from` on without a hole, up to `to`.
  read(from, to = Infinity) {
    const end = this.missing(from, to) ?? to;
    const found = new Uint8Array(end - from);
    for (const { at, bytes } of this.pieces) {
      if (at >= end || at + bytes.length <= from) continue;
      const part = bytes.subarray(Math.max(0, from - at), end - at);
      found.set(part, Math.max(0, at - from));
    }
    return found;
  }

  // Return the file as a list of its pieces, or null where some of its `size` bytes are not here.
  whole(size) {
    return this.missing(0, size) === null ? this.pieces.map(({ bytes }) => bytes) : null;
  }

  get size() {
    return this.pieces.reduce((sum, { bytes }) => sum + bytes.length, 0);
  }

  // Let go of what lies before a place.
  forget(before) {
    this.pieces = this.pieces.filter(({ at, bytes }) => at + bytes.length > before);
  }
}
