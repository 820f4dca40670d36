// The wash of a cover: the tint of app.css that is nearest in hue to most of the picture, as the server finds it for
// covers that it cuts. Only `of` touches the page.

export const TINTS = {
  rust: [200, 80, 47],
  ochre: [217, 152, 47],
  moss: [79, 122, 86],
  sea: [44, 127, 134],
  sky: [63, 111, 181],
  plum: [122, 74, 134],
  rose: [192, 80, 106],
};
export const COLOURLESS = "slate";
const GREY = 0.04; // chroma below which a pixel has no hue worth naming
const FEW = 0.08; // of all pixels: with fewer coloured ones the picture is grey

// Return the name of the tint; pixels are RGBA bytes.
export function nearest(pixels) {
  const hues = Object.entries(TINTS).map(([name, rgb]) => [name, hue(...rgb).angle]);
  const votes = {};
  let coloured = 0;
  for (let at = 0; at + 3 < pixels.length; at += 4) {
    const { angle, chroma } = hue(pixels[at], pixels[at + 1], pixels[at + 2]);
    if (chroma < GREY) continue;
    coloured += 1;
    const far = (other) => Math.abs(Math.atan2(Math.sin(other - angle), Math.cos(other - angle)));
    const [name] = hues.reduce((best, next) => (far(next[1]) < far(best[1]) ? next : best));
    votes[name] = (votes[name] ?? 0) + chroma;
  }
  if (coloured <= (FEW * pixels.length) / 4) return COLOURLESS;
  return Object.entries(votes).reduce((best, next) => (next[1] > best[1] ? next : best))[0];
}

// Return the tint of an image that is loaded or loading; slate where it cannot be read.
export async function of(image) {
  try {
    await image.decode();
    const context = new OffscreenCanvas(32, 32).getContext("2d", { willReadFrequently: true });
    context.drawImage(image, 0, 0, 32, 32);
    return nearest(context.getImageData(0, 0, 32, 32).data);
  } catch {
    return COLOURLESS;
  }
}

// Hue and chroma in OKLab (Ottosson, 2020) of an sRGB colour in bytes.
function hue(...bytes) {
  const [r, g, b] = bytes.map((byte) => {
    const value = byte / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  const a = 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s;
  const c = 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s;
  return { angle: Math.atan2(c, a), chroma: Math.hypot(a, c) };
}
