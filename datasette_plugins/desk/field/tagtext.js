// What a scanned or typed text is: one of our tags, an address that names a tree, a number, or somebody else's plate.

const CODE = "[0-9A-HJKMNP-TV-Z]{8}";
const CHECK = "[A-Z2-7]{16}";
const SIGNATURE = "[A-Z2-7]{103}";
const PRINTED = new RegExp("^(" + CODE + ")(?:-?(" + CHECK + ")(?:-(" + SIGNATURE + "))?)?$");
const TAG_DOMAIN = "gushu tag hash v1\0";

/**
 * {kind: "tag", code, check: text or "", printed: "CODE-CHECK" or "", signature: text or "", text}: one of ours, on
 * whatever host its address is; {kind: "number", no, text}: the address of a tree's page; {kind: "text", text}: anything else.
 */
export function readTagText(raw) {
  const text = String(raw === null || raw === undefined ? "" : raw).trim();
  const inAddress = /\/t\/([^/?#\s]+)\/?(?:[?#].*)?$/i.exec(text);
  const alone = decoded(inAddress ? inAddress[1] : text).replace(/\s+/g, "").toUpperCase();
  const match = PRINTED.exec(alone);
  if (match) {
    const check = match[2] || "";
    const printed = check ? match[1] + "-" + check : "";
    return { kind: "tag", code: match[1], check, printed, signature: match[3] || "", text };
  }
  const page = /^https?:\/\/.*\/tree\/([^/?#\s]+)\/?(?:[?#].*)?$/i.exec(text);
  if (page) return { kind: "number", no: decoded(page[1].replace(/~/g, "%")).replace(/^[a-z0-9-]+:/, ""), text };
  return { kind: "text", text };
}

/** What the register keeps of a tag's text (CODE-CHECK): SHA-256 of it behind its domain. */
export function tagHash(printed, sha256) {
  return sha256(TAG_DOMAIN + printed);
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    return text;
  }
}
