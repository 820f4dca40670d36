// Dark or light: the device's own, unless one was chosen; early.js applies the choice before the first paint.

const root = document.documentElement;

let started = false; // by the desk, a page of settings, or a press of the button in the frame

export function start() {
  if (started) return;
  started = true;
  document.addEventListener("click", (event) => {
    if (!event.target.closest?.("[data-theme-toggle]")) return;
    const shown = root.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
    choose(shown === "dark" ? "light" : "dark");
  });
  document.addEventListener("change", (event) => {
    if (event.target.closest?.("[data-theme-choice]")) choose(event.target.value);
  });
}

// Show on a settings page what is chosen.
export function show(main) {
  for (const choice of main.querySelectorAll("[data-theme-choice] input")) {
    choice.checked = choice.value === (root.dataset.theme ?? "");
  }
}

function choose(theme) {
  if (theme) root.dataset.theme = theme;
  else delete root.dataset.theme;
  try {
    if (theme) localStorage.setItem("theme", theme);
    else localStorage.removeItem("theme");
  } catch {
    // it holds until the page is loaded again
  }
  show(document);
}
