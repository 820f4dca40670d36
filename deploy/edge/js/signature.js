// Judges our own signatures exactly as playback/signing.py does: HMAC over the raw path, the expiry and the key id.

import crypto from "crypto";
import keys from "keys.js";

const FORM = /^([^?]*)\?exp=([0-9]{1,12})&kid=([A-Za-z0-9_-]{1,32})&sig=([0-9a-f]{64})$/;

function judge(target) {
  const parts = FORM.exec(target);
  if (parts === null || !Object.prototype.hasOwnProperty.call(keys.media, parts[3])) {
    return "bad";
  }
  const text = `v1\n${parts[1]}\n${parts[2]}\n${parts[3]}`;
  const expected = crypto.createHmac("sha256", keys.media[parts[3]]).update(text).digest("hex");
  if (!equal(expected, parts[4])) {
    return "bad";
  }
  return Date.now() < Number(parts[2]) * 1000 ? "valid" : "expired";
}

// In the same time whatever the first difference is.
function equal(one, other) {
  let difference = 0;
  for (let place = 0; place < 64; place++) {
    difference |= one.charCodeAt(place) ^ other.charCodeAt(place);
  }
  return difference === 0;
}

// What is signed is the path as it came over the wire: a listener's /media/..., or one of the web tier's under /edge/.
function verdict(r) {
  return judge(r.variables.request_uri);
}

export default { verdict };
