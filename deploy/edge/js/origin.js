// Signs a request to a private origin (AWS Signature Version 4), and tidies what it says of an object.

import crypto from "crypto";
import keys from "keys.js";

const EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"; // SHA-256 of no body
const KEPT = ["content-length", "content-range"];
const MIMES = {
  mp3: "audio/mpeg",
  m4a: "audio/mp4",
  mp4: "audio/mp4",
  aac: "audio/aac",
  flac: "audio/flac",
  ogg: "audio/ogg",
  oga: "audio/ogg",
  opus: "audio/ogg",
  wav: "audio/wav",
  webm: "audio/webm",
  webp: "image/webp",
};

function hmac(key, text) {
  return crypto.createHmac("sha256", key).update(text).digest();
}

// One moment for the date's header and the signature.
function date(r) {
  return new Date().toISOString().replace(/[:-]|\.[0-9]{3}/g, "");
}

// Range stays unsigned: the slice may change it.
function authorization(r) {
  const v = r.variables;
  const day = v.amz_date.slice(0, 8);
  const signed = "host;x-amz-content-sha256;x-amz-date";
  const headers = `host:${v.origin_host}\nx-amz-content-sha256:${EMPTY}\nx-amz-date:${v.amz_date}\n`;
  const request = `${r.method}\n/${v.origin_bucket}${r.uri}\n\n${headers}\n${signed}\n${EMPTY}`;
  const scope = `${day}/${v.origin_region}/s3/aws4_request`;
  const digest = crypto.createHash("sha256").update(request).digest("hex");
  const key = [day, v.origin_region, "s3", "aws4_request"].reduce(hmac, `AWS4${keys.secret}`);
  const signature = hmac(key, `AWS4-HMAC-SHA256\n${v.amz_date}\n${scope}\n${digest}`).toString("hex");
  return `AWS4-HMAC-SHA256 Credential=${keys.access}/${scope},SignedHeaders=${signed},Signature=${signature}`;
}

// Keep the lengths alone: type and tag follow from the name, as on the web node, whatever the storage says. So a slice
// fits the others, whichever origin it came from. A body without a length may be a stump, and the next slice would be
// sent in the place of its rest: it goes no further.
function tidy(r) {
  if (r.headersOut["Content-Length"] === undefined) {
    throw new Error("an origin sends a body without its length");
  }
  for (const name in r.headersOut) {
    if (KEPT.indexOf(name.toLowerCase()) < 0) {
      delete r.headersOut[name];
    }
  }
  const parts = /\/([0-9a-f]{64})(?:\/([0-9]+))?\.([a-z0-9]+)$/.exec(r.uri);
  r.headersOut["ETag"] = parts[2] ? `"${parts[1]}-${parts[2]}"` : `"${parts[1]}"`;
  r.headersOut["Content-Type"] = MIMES[parts[3]] || "application/octet-stream";
}

export default { authorization, date, tidy };
