// What this browser remembers, and what a tab does: JSON in localStorage and sessionStorage, and nothing at all where
// storage is off or full.

export const TAB = "sessionStorage";

export function load(key, otherwise = null, place = "localStorage") {
  try {
    return JSON.parse(globalThis[place].getItem(key)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

// Say whether it is kept.
export function save(key, value, place = "localStorage") {
  try {
    if (value === null) globalThis[place].removeItem(key);
    else globalThis[place].setItem(key, JSON.stringify(value));
    return true;
  } catch {
    return false; // the page works on without a memory
  }
}

// A value of this name, where only one is of interest.
export function cell(key, place) {
  return { load: () => load(key, null, place), save: (value) => save(key, value, place) };
}
