// Answers where nginx would say 416: rightly past the end, or only malformed, which RFC 9110 says to ignore.

const SUFFIX = /^bytes=[ \t]*-[0-9]+[ \t]*$/i;
const SPAN = /^bytes=[ \t]*([0-9]+)-([0-9]*)[ \t]*$/i;

function wellFormed(range) {
  const span = SPAN.exec(range);
  return span ? span[2] === "" || Number(span[1]) <= Number(span[2]) : SUFFIX.test(range);
}

// The refusal comes when an answer has begun: what that one said of itself goes. How long the object is, stands in the
// slice's own Content-Range.
function pastTheEnd(r) {
  for (const name in r.headersOut) {
    delete r.headersOut[name];
  }
  if (!wellFormed(r.headersIn["Range"] || "")) {
    r.internalRedirect("/edge-whole" + r.uri);
    return;
  }
  const total = /\/([0-9]+)$/.exec(r.variables.upstream_http_content_range || "");
  if (total) {
    r.headersOut["Content-Range"] = `bytes */${total[1]}`;
  }
  r.return(416, "The range is past the end.\n");
}

export default { pastTheEnd };
