// Ed25519 signatures (RFC 8032), verified only: by the browser where it knows how, else here with BigInt. Everything
// handled is public, so nothing has to take the same time.

const P = 2n ** 255n - 19n;
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
const D = modulo(-121665n * power(121666n, P - 2n));
const ROOT = power(2n, (P - 1n) / 4n);
const BASE = point(15112221349535400772501151409588531511454012693041857206046113283949847762202n,
  46316835694926478169428394003475163141307993866256225615783033603165251855960n);
const NEUTRAL = [0n, 1n, 1n, 0n];

/** Whether `signature` (64 bytes) over `message` is by `key` (32 bytes); all of them Uint8Array. */
export async function verify(key, message, signature) {
  if (key.length !== 32 || signature.length !== 64) return false;
  const said = await byBrowser(key, message, signature);
  return said === null ? verifyHere(key, message, signature) : said;
}

/** The same without the browser's own; exported for its tests. */
export async function verifyHere(key, message, signature) {
  const owner = key.length === 32 && signature.length === 64 ? decoded(key) : null;
  const s = owner ? number(signature.subarray(32)) : ORDER;
  if (s >= ORDER) return false;
  const hashed = new Uint8Array(await crypto.subtle.digest("SHA-512", joined(signature.subarray(0, 32), key, message)));
  const negative = [modulo(-owner[0]), owner[1], owner[2], modulo(-owner[3])];
  const found = encoded(sum(BASE, s, negative, number(hashed) % ORDER));
  return found.every((byte, place) => byte === signature[place]);
}

/** True or false; null where this browser has no Ed25519. */
async function byBrowser(key, message, signature) {
  try {
    const known = await crypto.subtle.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]);
    return await crypto.subtle.verify({ name: "Ed25519" }, known, signature, message);
  } catch (error) {
    return null;
  }
}

/** a times one point plus b times another, bit by bit (points are [X, Y, Z, T], extended coordinates). */
function sum(one, a, other, b) {
  const both = add(one, other);
  let found = NEUTRAL;
  for (let bit = 252n; bit >= 0n; bit -= 1n) {
    found = add(found, found);
    const inA = (a >> bit) & 1n;
    const inB = (b >> bit) & 1n;
    if (inA && inB) found = add(found, both);
    else if (inA) found = add(found, one);
    else if (inB) found = add(found, other);
  }
  return found;
}

function add(one, other) {
  const a = modulo((one[1] - one[0]) * (other[1] - other[0]));
  const b = modulo((one[1] + one[0]) * (other[1] + other[0]));
  const c = modulo(2n * D * one[3] * other[3]);
  const d = modulo(2n * one[2] * other[2]);
  const [e, f, g, h] = [b - a, d - c, d + c, b + a];
  return [modulo(e * f), modulo(g * h), modulo(f * g), modulo(e * h)];
}

function point(x, y) {
  return [x, y, 1n, modulo(x * y)];
}

/** The point of 32 bytes, or null where they are none. */
function decoded(bytes) {
  const y = number(bytes) & ((1n << 255n) - 1n);
  if (y >= P) return null;
  const sign = BigInt(bytes[31] >> 7);
  const u = modulo(y * y - 1n);
  const v = modulo(D * y * y + 1n);
  let x = modulo(u * v ** 3n * power(modulo(u * v ** 7n), (P - 5n) / 8n));
  const check = modulo(v * x * x);
  if (check === modulo(-u)) x = modulo(x * ROOT);
  else if (check !== u) return null;
  if (x === 0n && sign) return null;
  return point((x & 1n) === sign ? x : P - x, y);
}

function encoded([x, y, z]) {
  const inverse = power(z, P - 2n);
  const text = (modulo(y * inverse) | ((modulo(x * inverse) & 1n) << 255n)).toString(16).padStart(64, "0");
  return Array.from({ length: 32 }, (unused, place) => parseInt(text.slice(62 - 2 * place, 64 - 2 * place), 16));
}

function power(base, exponent) {
  let found = 1n;
  let square = modulo(base);
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) found = modulo(found * square);
    square = modulo(square * square);
  }
  return found;
}

function modulo(value) {
  const rest = value % P;
  return rest < 0n ? rest + P : rest;
}

/** Bytes as a number, the lowest first. */
function number(bytes) {
  return Array.from(bytes).reduceRight((found, byte) => (found << 8n) | BigInt(byte), 0n);
}

function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  parts.reduce((begin, part) => { whole.set(part, begin); return begin + part.length; }, 0);
  return whole;
}
