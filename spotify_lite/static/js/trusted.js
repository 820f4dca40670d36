// The only way in for markup: a page of our own server, as a document to take parts from. Nothing else may become
// markup: the content policy names this module's rule, and the browser refuses every other one (Trusted Types).

const rule = globalThis.trustedTypes?.createPolicy("pages", { createHTML: (html) => html, createScriptURL: own });

// Return the address of a script of ours, as what starts a worker takes it; raises for any other.
export function script(url) {
  return rule ? rule.createScriptURL(url) : own(url);
}

function own(url) {
  const { href, origin } = new URL(url, location.href);
  if (origin !== location.origin) throw new TypeError(`${url} is not a script of ours.`);
  return href;
}

export function parse(html) {
  return new DOMParser().parseFromString(rule ? rule.createHTML(html) : html, "text/html");
}
