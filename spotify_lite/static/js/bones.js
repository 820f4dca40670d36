// What stands while a page is on its way: its shape by its address, in the final geometry, without words.

import { el } from "./element.js";
import { gettext } from "./words.js";

const ROWS = 8;
const CHART = 10; // of home
const CARDS = 12;

export function draw(url) {
  const address = new URL(url, location.href);
  const { pathname } = address;
  const headed = /^\/(albums|artists|genres|tracks)\/[^/]+$/.exec(pathname);
  const [, kind] = headed ?? [];
  const asks = pathname === "/search";
  const parts = headed ? [list(kind === "albums" ? "row" : "row pic")] : shapeOf(address);
  return el(
    "main",
    { id: "main", class: kind === "albums" ? "album" : null, "data-bones": true, "data-passing": true },
    ...(headed ? [head(kind)] : []),
    ...(asks ? [el("div", { class: "inner ask", "aria-hidden": "true" }, el("div", { class: "field" }))] : []),
    el(
      "div",
      { class: "inner", "aria-hidden": "true" },
      ...(headed || asks ? [] : [el("div", { class: "top" })]),
      ...parts,
    ),
    el("h1", { class: "sr" }, gettext("Loading")), // last: the first of a page stands below its upper edge
  );
}

function shapeOf({ pathname, searchParams }) {
  if (pathname === "/") return [resume(), ...part(list("row pic rank", "rows duo trend", CHART)), ...part(grid())];
  if (pathname === "/search" && searchParams.get("q")) return [list("row pic")];
  if (pathname === "/search") return [el("div", { class: "part first" }, heading(), tiles())];
  if (pathname === "/genres") return [title(), tiles()];
  return [title(), pathname.endsWith("albums") ? grid() : list("row pic")];
}

function part(...nodes) {
  return [el("div", { class: "part" }, heading()), ...nodes];
}

// What was left open: app.css shows it only where there is something to continue.
function resume() {
  const carry = el("div", { class: "carry" }, el("div", { class: "lead" }), el("div", { class: "open" }));
  return el("div", { class: "part first resume" }, heading(), carry);
}

function head(kind) {
  return el(
    "div",
    { class: `head${kind === "artists" ? " person" : ""}`, "aria-hidden": "true" },
    el(
      "div",
      { class: "inner" },
      el("div", { class: "back top" }),
      el("div", { class: "bone sleeve" }),
      el("div", { class: "name" }, bone("high w5"), bone("t w3")),
      el("div", { class: "acts" }, el("div", { class: "bone pill" })),
    ),
  );
}

function title() {
  return el("div", { class: "tall" }, bone("high w3"));
}

function heading() {
  return el("header", {}, bone("high w3"));
}

function list(row, rows = "rows", count = ROWS) {
  const picture = row.includes("pic") ? [bone("thumb")] : [bone("t")];
  const one = () =>
    el(
      "div",
      { class: row },
      ...(row.includes("rank") ? [el("span", {})] : []),
      ...picture.map((node) => node.cloneNode()),
      el("span", { class: "what" }, bone("t w5"), ...(row.includes("pic") ? [bone("t w3")] : [])),
    );
  return el("div", { class: rows }, ...Array.from({ length: count }, one));
}

function grid() {
  const card = () => el("div", { class: "card" }, bone("sq"), bone("t w7"), bone("t w5"));
  return el("div", { class: "grid fewer" }, ...Array.from({ length: CARDS }, card));
}

function tiles() {
  return el("div", { class: "weaves" }, ...Array.from({ length: CARDS }, () => bone("tile")));
}

function bone(kind) {
  return el("span", { class: `bone ${kind}` });
}
