// Signed tags: known genuine without a network by the register's public keys, which come with every package.

import { verify } from "./ed25519.js";

const DOMAIN = "gushu tag signature v1\0";
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/**
 * Whether a tag's signature (103 characters) over CODE-CHECK is by one of the keys (base64 of 32 bytes each).
 */
export async function isSigned(printed, signature, keys) {
  const bytes = fromBase32(signature);
  if (!bytes) return false;
  const message = new TextEncoder().encode(DOMAIN + printed);
  for (const key of keys) {
    if (await verify(Uint8Array.from(atob(key), (char) => char.charCodeAt(0)), message, bytes)) return true;
  }
  return false;
}

/** The 64 bytes of 103 characters; null where they are no such text, or have spare bits set. */
export function fromBase32(text) {
  const bytes = [];
  let value = 0;
  let bits = 0;
  for (const char of text) {
    const five = ALPHABET.indexOf(char);
    if (five < 0) return null;
    value = (value << 5) | five;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((value >> bits) & 255);
      value &= (1 << bits) - 1;
    }
  }
  return bytes.length === 64 && value === 0 ? Uint8Array.from(bytes) : null;
}
