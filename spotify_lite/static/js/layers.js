// What lies over the page, one thing at a time: the browser's Back closes it, as any other way of closing does.
// It has an entry of its own in the history, marked `layer`; a page that is opened from it takes that entry's place.

let shown = null; // closes what lies on top
let returning = false; // a Back that is ours, after something was closed by hand

// Call before whatever else follows the history.
export function start() {
  addEventListener("popstate", (event) => {
    if (!returning && !shown) return;
    event.stopImmediatePropagation();
    if (!returning) take();
    else if (shown) enter(); // opened while the one before was still on its way out
    returning = false;
  });
  if (history.state?.layer) back(); // a reload: nothing is open any more
}

// Tell of something that is now open; `close` hides it, and knows nothing of the history.
export function opened(close) {
  if (shown) take();
  shown = close;
  if (!history.state?.layer) enter();
}

// Close it.
export function close() {
  if (!shown) return;
  take();
  if (history.state?.layer) back();
}

// Close it because a page comes: its entry of the history is left for that page. Say whether there is one.
export function leave() {
  if (shown) take();
  return Boolean(history.state?.layer);
}

// Return where a menu or a message goes so that it can be used: a modal dialog makes all else inert.
export function top() {
  return document.querySelector("dialog:modal") ?? document.body;
}

function enter() {
  history.pushState({ ...history.state, layer: true }, "");
}

function take() {
  const hide = shown;
  shown = null;
  hide();
}

function back() {
  returning = true;
  history.back();
}
