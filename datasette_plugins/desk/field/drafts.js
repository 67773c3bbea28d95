// All drafts: opened again where they were left, or thrown away after a question.

import { h, route } from "./view.js";
import { ask, button, note, page } from "./frame.js";
import { _ } from "./texts.js";
import * as store from "./store.js";
import { draftRow } from "./day.js";
import { word } from "./forms/fields.js";

route("/drafts", async (params, query, ctx) => {
  const drafts = await store.drafts();
  return page({ title: _("draft.title"), back: "/", sub: drafts.length ? _("draft.count", { n: drafts.length }) : null, body: drafts.length
    ? [h("ul", { class: "rows with-ends" }, drafts.map((draft) => {
      const row = draftRow(draft);
      row.append(button(_("draft.delete"), async () => {
        if (!(await ask(_("draft.delete_ask"), word("form", draft.kind) + " " + (draft.label || ""), _("draft.delete_yes")))) return;
        await store.deleteDraft(draft.id);
        ctx.again();
      }, { class: "button small-button", "aria-label": _("draft.delete") + " " + word("form", draft.kind) + " " + (draft.label || "") }));
      return row;
    }))]
    : [note("info", "", _("draft.none"))] });
});
