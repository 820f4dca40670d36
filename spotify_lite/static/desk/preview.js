// The panel that shows what listeners would see of the form as it stands: the server draws it with their own templates.
// It lives in a shadow tree, where the player's styles meet nothing of the admin's.

import { parse } from "../js/trusted.js";

const PAUSE = 300; // milliseconds without a key before it is drawn again

const panel = document.querySelector("[data-preview]");
const form = panel?.closest("form");
if (panel) start();

function start() {
  const host = panel.querySelector(".preview-page");
  const root = host.attachShadow({ mode: "open" });
  const styles = document.createElement("link");
  styles.rel = "stylesheet";
  styles.href = panel.dataset.styles;
  const page = document.createElement("div");
  page.inert = true; // to look at
  root.append(styles, page);
  let timer = 0;
  let under = null;

  async function draw() {
    under?.abort();
    under = new AbortController();
    const fields = new FormData(form);
    for (const [name, value] of [...fields]) if (value instanceof File) fields.delete(name);
    try {
      const answer = await fetch(panel.dataset.preview, { method: "POST", body: fields, signal: under.signal });
      if (!answer.ok || answer.redirected) return;
      show(await answer.json());
    } catch (error) {
      if (error.name !== "AbortError") panel.hidden = true; // the server is away: an old picture would lie
    }
  }

  function show(told) {
    const drawn = parse(told.page);
    const icons = drawn.querySelector("symbol")?.closest("body > *");
    page.replaceChildren(
      ...[icons, drawn.querySelector("main")].filter(Boolean).map((part) => document.adoptNode(part)),
    );
    const title = page.querySelector("h1")?.textContent ?? "";
    host.setAttribute("aria-label", `${title}, ${page.querySelector(".by")?.textContent.trim() ?? ""}`);
    const list = panel.querySelector(".preview-problems");
    const said = told.problems.map((words) => Object.assign(document.createElement("li"), { textContent: words }));
    if (list.textContent !== told.problems.join("")) list.replaceChildren(...said);
    if (!panel.hidden) return;
    panel.hidden = false; // and has pushed down what has the focus
    if (form.contains(document.activeElement)) document.activeElement.scrollIntoView({ block: "nearest" });
  }

  function soon(event) {
    if (event?.target.type === "file") return;
    clearTimeout(timer);
    timer = setTimeout(draw, PAUSE);
  }
  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
  globalThis.django?.jQuery?.(form).on("change select2:select select2:clear formset:removed", () => soon()); // no DOM events of their own
  document.addEventListener("formset:removed", () => soon());
  draw();
}
