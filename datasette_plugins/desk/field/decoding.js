// A photo of a code, read by the server: for browsers that cannot read codes themselves.

import { askJson } from "./http.js";

/** The texts of the codes in a JPEG. Rejects with an AskError (code "offline" without a signal). */
export async function askBytes(blob) {
  const answer = await askJson("POST", "decode", { body: blob, type: "image/jpeg", tries: 2 });
  return answer.texts || [];
}
