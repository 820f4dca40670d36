// Runs before the first paint: the theme that was chosen, and the room for what was open here last time,
// so that nothing flashes and nothing shifts.
(() => {
  const root = document.documentElement;
  try {
    const theme = localStorage.getItem("theme");
    if (theme) root.dataset.theme = theme;
    if (localStorage.getItem("player")) root.dataset.player = "";
    if (window.caches && window.indexedDB && navigator.serviceWorker) root.dataset.keeps = ""; // not on a page without TLS
    const continues = Number(localStorage.getItem("continues"));
    if (continues) root.dataset.continues = continues;
    const searches = JSON.parse(localStorage.getItem("searches") ?? "[]").length;
    if (searches) root.dataset.searches = searches;
  } catch {
    // storage is off: the device's own theme, and nothing to continue
  }
})();
