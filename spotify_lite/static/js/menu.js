// A menu: a list of things to do, where it was asked for; under a thumb a sheet at the bottom.

import { el, icon } from "./element.js";

const SOON = 700; // milliseconds between two letters of one name that is typed
const EDGE = 8; // pixels that stay free around it

// Return open({label, items, x, y, opener, end}): an item has a text, an icon, and an act, a link, or with `checked`
// one choice of several. `end` says that x is its right edge.
export function start() {
  const menu = document.querySelector("#menu");
  let opener = null;
  let typed = { text: "", at: 0 };

  function open({ label, items, x, y, from, end = false }) {
    hide();
    opener = from;
    (from?.closest("dialog, main, aside, section.player") ?? document.querySelector("main")).append(menu);
    menu.setAttribute("aria-label", label);
    menu.replaceChildren(
      el("p", { class: "menu-head cut", dir: "auto", "aria-hidden": "true" }, label),
      ...items.map(item),
    );
    menu.showPopover();
    const { width, height } = menu.getBoundingClientRect();
    const left = end ? x - width : x;
    menu.style.setProperty("--x", `${Math.max(EDGE, Math.min(left, innerWidth - width - EDGE))}px`);
    menu.style.setProperty("--y", `${y + height + EDGE > innerHeight ? Math.max(EDGE, y - height) : y}px`);
    const chosen = menu.querySelector("[aria-checked=true]") ?? choices()[0];
    chosen.focus({ preventScroll: true });
  }

  function item({ icon: name, text, act = () => {}, href, checked }) {
    const role = checked === undefined ? "menuitem" : "menuitemradio";
    const words = el("span", { class: "cut", dir: "auto" }, text);
    const shown = checked === undefined ? icon(name) : icon("tick", checked ? "" : "unseen");
    const node = href
      ? el("a", { href, role, tabindex: -1 }, shown, words)
      : el("button", { type: "button", role, tabindex: -1, "aria-checked": checked?.toString() }, shown, words);
    node.addEventListener("click", () => {
      close();
      act();
    });
    return node;
  }

  const choices = () => [...menu.querySelectorAll("[role^=menuitem]")];
  const shown = () => menu.matches(":popover-open");
  const hide = () => shown() && menu.hidePopover();

  // Hide it and give the focus back to where it came from.
  function close() {
    if (!shown()) return;
    hide();
    if (opener?.isConnected) opener.focus({ preventScroll: true });
  }

  const to = {
    ArrowDown: (items, at) => items[(at + 1) % items.length],
    ArrowUp: (items, at) => items.at(at - 1),
    Home: (items) => items[0],
    End: (items) => items.at(-1),
  };
  menu.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    event.stopPropagation(); // the keys of the player wait
    const items = choices();
    const at = items.indexOf(document.activeElement);
    if (event.key === "Escape" || event.key === "Tab") close();
    else if (to[event.key]) to[event.key](items, at).focus();
    else if (event.key === " " && !typing()) items[at]?.click();
    else if (event.key.length === 1) named(event.key, items, at)?.focus();
    else return;
    if (event.key !== "Tab") event.preventDefault();
  });

  const typing = () => (performance.now() - typed.at < SOON ? typed.text : "");

  // Return the next item whose name begins with what is being typed.
  function named(letter, items, at) {
    const text = typing() + letter.toLocaleLowerCase();
    typed = { text, at: performance.now() };
    const begin = text.length > 1 ? at : at + 1;
    const round = [...items.slice(begin), ...items.slice(0, begin)];
    return round.find((other) => other.textContent.trim().toLocaleLowerCase().startsWith(text));
  }

  // A press beside it closes it and does nothing else.
  let beside = false;
  const swallow = (event) => {
    if (!beside) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.type === "click") beside = false;
  };
  document.addEventListener(
    "pointerdown",
    (event) => {
      beside = shown() && !menu.contains(event.target);
      if (!beside) return;
      swallow(event);
      close();
    },
    { capture: true },
  );
  document.addEventListener("click", swallow, { capture: true });
  addEventListener("resize", hide);
  return open;
}
