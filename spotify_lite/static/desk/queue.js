// What is to be sent, a few at a time, in order. Pure: how one is sent comes in, and what has changed goes out.

export const AT_ONCE = 2;

export class Queue {
  // `send(item, signal)` resolves when the item is sent and rejects with words; `changed(item)` follows each step.
  constructor(send, changed) {
    this.send = send;
    this.changed = changed;
    this.items = [];
  }

  add(item) {
    item.step = "waiting";
    this.items.push(item);
    this.changed(item);
    this.#next();
  }

  // Send again what failed.
  retry(item) {
    if (item.step !== "failed") return;
    item.step = "waiting";
    this.changed(item);
    this.#next();
  }

  // Take an item out, also while it is being sent.
  cancel(item) {
    this.items = this.items.filter((one) => one !== item);
    item.control?.abort();
    item.step = "cancelled";
    this.changed(item);
    this.#next();
  }

  get busy() {
    return this.items.some((item) => item.step === "waiting" || item.step === "sending");
  }

  #next() {
    const sending = this.items.filter((item) => item.step === "sending").length;
    const waiting = this.items.filter((item) => item.step === "waiting");
    for (const item of waiting.slice(0, Math.max(0, AT_ONCE - sending))) this.#begin(item);
  }

  async #begin(item) {
    item.step = "sending";
    item.control = new AbortController();
    this.changed(item);
    try {
      item.answer = await this.send(item, item.control.signal);
      if (item.step === "cancelled") return;
      item.step = "sent";
      this.items = this.items.filter((one) => one !== item);
    } catch (error) {
      if (item.step === "cancelled") return;
      item.step = "failed";
      item.words = error.message;
    }
    this.changed(item);
    this.#next();
  }
}
