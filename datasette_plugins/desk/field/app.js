// The beginning: words, account, pages, service worker, sync.

import "./forms/index.js";
import "./pages/queue.js";
import "./pages/packages.js";
import "./pages/storage.js";
import "./pages/more.js";
import "./pages/missing.js";
import { lacks } from "./abilities.js";
import { again, closed, fill, h, href, otherwise, put, start } from "./view.js";
import { page } from "./frame.js";
import { _, loadTexts } from "./texts.js";
import { database } from "./database.js";
import { watchRoom } from "./eviction.js";
import { welcome } from "./pages/welcome.js";
import { reader } from "./store.js";
import { startSync } from "./sync.js";
import { startWorker } from "./update.js";

const TAG = /^(?:\/(?:en|zh-hant))?\/t\/([^/]+)\/?$/i;

async function begin() {
  const place = document.getElementById("app");
  try {
    await loadTexts();
  } catch (error) {
    fill(place, h("main", { class: "page" }, h("h1", null, "没有打开 · ", h("span", { lang: "en" }, "Not opened")),
      h("p", null, "请检查网络后再试。 ", h("span", { lang: "en" }, "Please try again with a signal.")),
      h("p", null, h("a", { class: "button", href: location.href }, "再试 · ", h("span", { lang: "en" }, "Try again")))));
    return;
  }
  otherwise(() => page({ title: _("app.no_page"), back: "/", body: [h("p", null, h("a", { href: href("/") }, _("app.home")))] }));
  closed(async () => ((await reader()) ? null : welcome()));
  const worker = startWorker();
  const isKeeping = await database().then(() => true, () => false);
  const tag = TAG.exec(location.pathname);
  if (tag) history.replaceState(null, "", href("/scan/" + tag[1]));
  else if (location.pathname !== "/-/desk/field/") history.replaceState(null, "", "/-/desk/field/" + location.hash);
  if ((!isKeeping || (await lacks()).some((each) => each.isFatal)) && !location.hash.startsWith("#/missing")) {
    history.replaceState(null, "", href("/missing"));
  }
  await start(place);
  document.documentElement.dataset.ready = "yes";
  if (!isKeeping) return;
  addEventListener("field-account", () => again());
  await startSync();
  watchRoom();
  if (await worker) document.documentElement.dataset.offline = "ready";
}

begin().catch((error) => {
  console.error(error);
  put(document.getElementById("app"), h("p", { class: "line is-bad" }, String(error.message || error)));
});
