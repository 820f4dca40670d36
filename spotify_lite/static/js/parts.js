// Scripts of what only some pages have: they come with the first page that has it.

const PARTS = [
  ["[data-continue]", () => import("./continues.js")],
  ["[data-device]", () => import("./ondevice.js")],
  ["[data-onward]", () => import("./longlists.js")],
  ["[data-quiet]", () => import("./settings.js")],
  ["[data-reveal], [data-copy], [aria-invalid]", () => import("./settings-forms.js")],
];

// Return page(main), to be called with each page that comes; a part has start(context), show(main, context), or both.
export function start(context) {
  const started = new Set();

  async function bring(main, load) {
    const part = await load();
    if (!started.has(part)) part.start?.(context);
    started.add(part);
    if (main.isConnected) part.show?.(main, context);
  }

  return function page(main) {
    for (const [selector, load] of PARTS) {
      if (main.querySelector(selector)) bring(main, load).catch(() => {}); // pages work without, too
    }
  };
}
