// Asking the server: with a time limit, tried again where the line breaks, and errors told apart.

import { lang } from "./texts.js";

const API = "/-/desk/api/";
const PAUSES = [250, 800, 2000];
let csrf = "";

/** What went wrong: code "offline" (no answer), "signed_out", "busy" (later), or what the server says. */
export class AskError extends Error {
  constructor(code, message, status = 0, answer = null) {
    super(message || code);
    this.code = code;
    this.status = status;
    this.answer = answer;
  }

  /** Whether the same may succeed later without anybody doing anything. */
  get isPassing() {
    return this.code === "offline" || this.code === "busy";
  }
}

/** The token that belongs to the session now; sent along with everything that changes something. */
export function setCsrf(token) {
  csrf = token || "";
}

/** A number of milliseconds, with jitter, so that fifty phones do not come back at once. */
export function jitter(milliseconds) {
  return milliseconds * (0.5 + Math.random() / 2);
}

/** Wait. */
export function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** An answer of the server, tried again up to three times where the line breaks or the server is busy. */
export async function ask(method, path, { body = null, type = null, timeout = 30000, tries = 4, headers = {} } = {}) {
  for (let number = 0; ; number++) {
    try {
      return await once(method, path, body, type, timeout, headers);
    } catch (error) {
      if (!(error instanceof AskError) || !error.isPassing || number + 1 >= tries || navigator.onLine === false) throw error;
      await pause(jitter(PAUSES[Math.min(number, PAUSES.length - 1)]));
    }
  }
}

/** The same, read as JSON. */
export async function askJson(method, path, options = {}) {
  const { response, stop } = await ask(method, path, options);
  try {
    return await response.json();
  } catch (error) {
    throw new AskError("offline", String(error));
  } finally {
    stop();
  }
}

/** Download JSON of any size: {value, bytes}; `onBytes(count)` as it comes. */
export async function fetchJson(path, onBytes = () => {}) {
  const { response, stop } = await ask("GET", path, { timeout: 180000 });
  try {
    if (!response.body || !response.body.getReader) {
      const text = await response.text();
      return { value: JSON.parse(text), bytes: text.length };
    }
    const reader = response.body.getReader();
    const pieces = [];
    let bytes = 0;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      pieces.push(value);
      bytes += value.byteLength;
      onBytes(bytes);
    }
    return { value: JSON.parse(await new Blob(pieces).text()), bytes };
  } catch (error) {
    throw new AskError("offline", String(error));
  } finally {
    stop();
  }
}

/** Download a small file. */
export async function fetchBytes(path) {
  const { response, stop } = await ask("GET", path);
  try {
    return await response.arrayBuffer();
  } catch (error) {
    throw new AskError("offline", String(error));
  } finally {
    stop();
  }
}

async function once(method, path, body, type, timeout, more) {
  const control = new AbortController();
  const timer = setTimeout(() => control.abort(), timeout);
  const stop = () => clearTimeout(timer);
  const headers = Object.assign({ accept: "application/json" }, more);
  if (type) headers["content-type"] = type;
  if (method !== "GET" && csrf) headers["x-gushu-csrf"] = csrf;
  let response;
  try {
    response = await fetch((lang() === "en" ? "/en" : "") + API + path, {
      method, body, headers, signal: control.signal, credentials: "same-origin", cache: "no-store", redirect: "error",
    });
  } catch (error) {
    stop();
    throw new AskError("offline", String(error));
  }
  if (response.ok) return { response, stop };
  const answer = await response.json().catch(() => null);
  stop();
  const said = (answer && answer.error) || {};
  if (response.status === 401) throw new AskError("signed_out", said.message, 401, answer);
  const isBusy = response.status === 408 || response.status === 429 || response.status >= 500;
  throw new AskError(isBusy ? "busy" : said.code || "http_" + response.status, said.message, response.status, answer);
}
