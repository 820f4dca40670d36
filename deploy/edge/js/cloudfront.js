// Judges CloudFront's signed URLs, canned and custom policy, as the CDN itself does; called as a subrequest.
//
// A promise chain on purpose: an async function with nested awaits crashed the worker of njs 0.7.9, and so did a file
// that also imports the other crypto.

import keys from "keys.js";

const CANNED = /^([^?]+)\?Expires=([0-9]{1,12})&Signature=([A-Za-z0-9~_-]+)&Key-Pair-Id=([A-Za-z0-9-]{1,64})$/;
const CUSTOM = /^([^?]+)\?Policy=([A-Za-z0-9~_-]+)&Signature=([A-Za-z0-9~_-]+)&Key-Pair-Id=([A-Za-z0-9-]{1,64})$/;
const ALGORITHM = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-1" };

// CloudFront's own letters for what base64 has and a URL may not. Of the spellings of the same bytes one is taken.
function decoded(text) {
  const base64 = text.replace(/-/g, "+").replace(/_/g, "=").replace(/~/g, "/");
  const bytes = Buffer.from(base64, "base64");
  if (bytes.toString("base64") !== base64) {
    throw new TypeError("not the one form");
  }
  return bytes;
}

function verdict(r) {
  const target = r.variables.request_uri;
  const canned = CANNED.exec(target);
  const parts = canned || CUSTOM.exec(target);
  if (parts === null || !Object.prototype.hasOwnProperty.call(keys.cloudfront, parts[4])) {
    r.return(403);
    return;
  }
  const address = keys.url + parts[1];
  let policy = "";
  crypto.subtle
    .importKey("spki", Buffer.from(keys.cloudfront[parts[4]], "base64"), ALGORITHM, false, ["verify"])
    .then((key) => {
      policy = canned ? cannedPolicy(address, parts[2]) : decoded(parts[2]).toString();
      return crypto.subtle.verify(ALGORITHM, key, decoded(parts[3]), Buffer.from(policy));
    })
    .then((ours) => r.return(ours && allows(policy, address) ? 204 : 403))
    .catch(() => r.return(403));
}

// The text that is signed where only the expiry is given: to the letter as CloudFront builds it.
function cannedPolicy(address, expires) {
  const condition = `{"DateLessThan":{"AWS:EpochTime":${expires}}}`;
  return `{"Statement":[{"Resource":"${address}","Condition":${condition}}]}`;
}

// A policy's conditions on times and addresses of objects; any other condition is not ours, and refused.
function allows(policy, address) {
  const statements = JSON.parse(policy).Statement;
  if (!Array.isArray(statements) || statements.length !== 1) {
    return false;
  }
  const now = Date.now() / 1000;
  const condition = statements[0].Condition || {};
  const known = Object.keys(condition).every((name) => name === "DateLessThan" || name === "DateGreaterThan");
  const until = condition.DateLessThan && condition.DateLessThan["AWS:EpochTime"];
  const since = condition.DateGreaterThan ? condition.DateGreaterThan["AWS:EpochTime"] : 0;
  return known && since <= now && now < until && covers(String(statements[0].Resource), address);
}

// `*` is any text and `?` any letter, as in CloudFront's own resources.
function covers(resource, address) {
  const pattern = resource
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*/g, ".*")
    .replace(/\?/g, ".");
  return new RegExp(`^${pattern}$`).test(address);
}

export default { verdict };
