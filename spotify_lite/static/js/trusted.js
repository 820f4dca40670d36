// The only way in for markup: a page of our own server, as a document to take parts from. Nothing else may become
// markup: the content policy names this module's rule, and the browser refuses every other one (Trusted Types).

const rule = globalThis.trustedTypes?.createPolicy("pages", { createHTML: (html) => html });

export function parse(html) {
  return new DOMParser().parseFromString(rule ? rule.createHTML(html) : html, "text/html");
}
