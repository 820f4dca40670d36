// Scripts of what only some pages have: they come with the first page that has it; a form of theirs that is sent before
// waits for them.

const PARTS = [
  ["[data-continue]", () => import("./continues.js")],
  ["[data-device]", () => import("./ondevice.js")],
  ["[data-query]", () => import("./search.js"), "[data-search]"],
  ["[data-figures]", () => import("./figures.js")],
  ["[data-onward], .letters", () => import("./longlists.js")],
  ["[data-theme-choice]", () => import("./theme.js")],
  ["[data-quiet]", () => import("./settings.js")],
  ["[data-reveal], [data-copy], [aria-invalid]", () => import("./settings-forms.js")],
];

// Return page(main), to be called with each page that comes. A part has start(context), show(main, context), or both;
// a function that start returns is called instead, with every page from then on.
export function start(context) {
  const started = new Set();
  const watching = new Map(); // load -> what is called with every page

  async function bring(main, load, form) {
    const release = hold(main, form);
    try {
      const part = await load();
      if (!started.has(load)) watching.set(load, part.start?.(context));
      started.add(load);
      if (main.isConnected) (watching.get(load) ?? part.show)?.(main, context);
    } finally {
      release();
    }
  }

  return function page(main) {
    for (const [selector, load, form] of PARTS) {
      if (watching.get(load)) watching.get(load)(main);
      else if (main.querySelector(selector)) bring(main, load, form).catch(() => {}); // pages work without, too
    }
  };
}

// Let nothing be sent by a form. Return what ends that, and sends what was to be.
function hold(main, form) {
  let sent = null;
  const held = (event) => {
    if (!form || !event.target.matches(form)) return;
    event.preventDefault();
    event.stopPropagation();
    sent = event.target;
  };
  main.addEventListener("submit", held);
  return () => {
    main.removeEventListener("submit", held);
    if (sent?.isConnected) sent.requestSubmit();
  };
}
