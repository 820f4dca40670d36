// UUIDv7 (RFC 9562, section 5.7): 48 bits of Unix milliseconds, then 74 random bits. Pure.

export function uuid7(ms = Date.now(), random = crypto.getRandomValues(new Uint8Array(10))) {
  const time = Math.floor(ms).toString(16).padStart(12, "0").slice(-12);
  const bytes = Uint8Array.from(random);
  bytes[0] = (bytes[0] & 0x0f) | 0x70; // version
  bytes[2] = (bytes[2] & 0x3f) | 0x80; // variant
  const rest = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${time.slice(0, 8)}-${time.slice(8)}-${rest.slice(0, 4)}-${rest.slice(4, 8)}-${rest.slice(8)}`;
}
