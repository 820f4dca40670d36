// Events on their way to the server: kept until it answers, in order, marked with whose they are. Pure.

const MOST = 2000; // events kept; the oldest go first
const LONGEST = 30 * 24 * 3600 * 1000; // milliseconds; nobody continues what is older

export class Outbox {
  constructor({ load, save }) {
    this.save = save;
    this.kept = load() ?? []; // {listener, event}
  }

  // Keep an event; one of the same play that nothing followed yet replaces nothing: all are heard time.
  add(listener, event) {
    this.kept.push({ listener, event });
    this.kept = this.kept.slice(-MOST);
    this.save(this.kept);
  }

  // Return up to `most` events that may be sent for this listener: their own, and the guest's who became them.
  for(listener, most = 100) {
    return this.kept
      .filter((entry) => entry.listener === listener || entry.listener === null)
      .slice(0, most)
      .map((entry) => entry.event);
  }

  // Forget events that the server has answered for, accepted or not, and what is too old for anyone.
  settle(events, now) {
    const done = new Set(events.map(key));
    this.kept = this.kept.filter(({ event }) => !done.has(key(event)) && Date.parse(event.at) > now - LONGEST);
    this.save(this.kept);
  }
}

function key(event) {
  return `${event.play_id} ${event.seq}`;
}
