// How many bytes are said: 3.4 MB, 210 MB, 1.2 GB. Pure.

const UNITS = ["kB", "MB", "GB", "TB"];

export function size(bytes, language = globalThis.document?.documentElement.lang || "en") {
  let [value, unit] = [Math.max(0, bytes) / 1000, 0];
  while (value >= 999.5 && unit < UNITS.length - 1) [value, unit] = [value / 1000, unit + 1];
  const digits = value < 10 && unit > 0 ? 1 : 0;
  return `${new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value)} ${UNITS[unit]}`;
}
