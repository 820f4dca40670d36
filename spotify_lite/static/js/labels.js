// What this browser is called, as people do: "Firefox on Linux". The words are those of accounts/devices.py. Pure.

// The first that is found names it: most browsers also claim to be those further down.
const BROWSERS = [
  ["Edg", "Edge"],
  ["OPR/", "Opera"],
  ["Vivaldi/", "Vivaldi"],
  ["YaBrowser/", "Yandex"],
  ["SamsungBrowser/", "Samsung Internet"],
  ["FxiOS/", "Firefox"],
  ["CriOS/", "Chrome"],
  ["Firefox/", "Firefox"],
  ["Chrome/", "Chrome"],
  ["Safari/", "Safari"],
];
const SYSTEMS = [
  ["iPhone", "iPhone"],
  ["iPad", "iPad"],
  ["Android", "Android"],
  ["CrOS", "ChromeOS"],
  ["Windows", "Windows"],
  ["Macintosh", "Mac"],
  ["Linux", "Linux"],
];
const ON = " on ";

export function label(userAgent) {
  const named = (known) => known.find(([mark]) => userAgent.includes(mark))?.[1];
  return [named(BROWSERS), named(SYSTEMS)].filter(Boolean).join(ON);
}

// Return {browser, system} of a label; null of a device that its owner has named.
export function parts(device) {
  const [browser, system] = device.split(ON);
  const names = (known) => known.map(([, name]) => name);
  const ours = names(BROWSERS).includes(browser) && names(SYSTEMS).includes(system) && device === browser + ON + system;
  return ours ? { browser, system } : null;
}
