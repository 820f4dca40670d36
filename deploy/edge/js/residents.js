// What this cache holds whole, what must go from it, and how it is: for the web tier.

import fs from "fs";

import place from "place.js";

const SLICE = 1048576; // bytes, as in media.conf
const LARGEST = 1024; // slices of the largest object
const STALE = 15; // seconds without a word from the sidecar
const OBJECT = /^\/edge\/(?:resident|purge)(\/media\/([0-9a-f]{2})\/\2[0-9a-f]{62}\.[a-z0-9]{1,8})$/;

function answer(r, status, body) {
  r.headersOut["Content-Type"] = "application/json";
  r.headersOut["Cache-Control"] = "no-store";
  r.headersOut["X-Content-Type-Options"] = "nosniff";
  r.return(status, JSON.stringify(body) + "\n");
}

// What run.py measured last; without it nobody knows how full the disk is, so no listener should come.
function health(r) {
  if (r.method !== "GET" && r.method !== "HEAD") {
    r.return(405);
    return;
  }
  let measured = {};
  try {
    measured = JSON.parse(fs.readFileSync(place.run + "/health.json"));
  } catch (error) {
    // not written yet
  }
  const fresh = Date.now() / 1000 - measured.at < STALE;
  if (!fresh) {
    measured.status = "unknown";
  }
  answer(r, fresh ? 200 : 503, measured);
}

function range(number) {
  return `bytes=${number * SLICE}-${(number + 1) * SLICE - 1}`;
}

// Say whether every slice is here, without a word to the origin.
function show(r) {
  const object = OBJECT.exec(r.uri);
  if (object === null) {
    r.return(404);
    return;
  }
  if (r.method !== "GET" && r.method !== "HEAD") {
    r.return(405);
    return;
  }
  sized(r, object[1], (size) => {
    const slices = Math.ceil(size / SLICE);
    function next(number) {
      if (number >= slices) {
        answer(r, size ? 200 : 404, { resident: size > 0, size: size });
        return;
      }
      r.subrequest("/edge-slice" + object[1], { args: range(number), method: "HEAD" }, (reply) => {
        if (reply.status === 206) {
          next(number + 1);
        } else {
          answer(r, 404, { resident: false, size: size });
        }
      });
    }
    next(1);
  });
}

// Find the object's size in its first slice; 0 where that one is not here.
function sized(r, object, found) {
  r.subrequest("/edge-slice" + object, { args: range(0), method: "HEAD" }, (reply) => {
    const total = /\/([0-9]+)$/.exec(reply.headersOut["Content-Range"] || "");
    found(reply.status === 206 && total ? Number(total[1]) : 0);
  });
}

// Drop every slice. Where the first one is gone already nobody knows how many there are: then all that could be.
function purge(r) {
  const object = OBJECT.exec(r.uri);
  if (object === null) {
    r.return(404);
    return;
  }
  if (r.method !== "POST") {
    r.return(405);
    return;
  }
  sized(r, object[1], (size) => {
    const slices = size ? Math.ceil(size / SLICE) : LARGEST;
    let dropped = 0;
    function next(number) {
      if (number >= slices) {
        answer(r, 200, { purged: dropped });
        return;
      }
      r.subrequest("/edge-drop" + object[1], { args: range(number), method: "GET" }, (reply) => {
        dropped += reply.status === 200 ? 1 : 0;
        next(number + 1);
      });
    }
    next(0);
  });
}

export default { health, purge, show };
