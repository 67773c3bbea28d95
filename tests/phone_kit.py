"""A phone for tests: the field app open in a browser, with short ways to do what its reader does."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from browser_kit import PATIENCE, until
from field_kit import TREE, FieldServer
from playwright.sync_api import Error

from datasette_plugins.desk.app import COOKIE
from registry.vocab.desk_words import SessionKind

BASE = "/-/desk/field/"
MODULES = f"const load = name => import('{BASE}' + name + '.js');"
CONTROLLED = """() => navigator.serviceWorker.ready.then(() => new Promise(done => {
  if (navigator.serviceWorker.controller) done();
  else navigator.serviceWorker.addEventListener('controllerchange', () => done());
}))"""
FILL = """async ({count, photos, size, first, tree}) => {
  const store = await import('/-/desk/field/store.js');
  const made = [];
  for (let number = 0; number < count; number++) {
    const record = {kind: 'tree', id: tree};
    const draft = {kind: 'visit', record, label: '国槐 ' + (first + number), photos: []};
    for (let index = 0; index < photos; index++) {
      const bytes = new Uint8Array(size);
      for (let at = 0; at < size; at += 65536) crypto.getRandomValues(bytes.subarray(at, at + 65536));
      const blob = size ? new Blob([bytes], {type: 'image/jpeg'}) : await picture();
      await store.addPhoto(draft, blob, {kind: 'whole'});
    }
    await store.saveDraft(draft);
    const content = {kind: 'patrol', no_change: true};
    const captured_at = new Date().toISOString();
    const no_fix_reason = '手机没有定位';
    const told = {captured_at, no_fix_reason, content, photos: draft.photos};
    const said = {kind: 'visit', form: 1, record, ...told};
    await store.queueDraft(draft, said);
    made.push({id: draft.id, photos: draft.photos.map(each => each.sha256)});
  }
  return made;

  async function picture() {
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = 500;
    const drawing = canvas.getContext('2d');
    const dots = drawing.createImageData(500, 500);
    for (let at = 0; at < dots.data.length; at++) dots.data[at] = Math.random() * 256;
    drawing.putImageData(dots, 0, 0);
    return new Promise(done => canvas.toBlob(done, 'image/jpeg', 0.95));
  }
}"""

SHOW = """place => {
  window.shown = null;
  const hear = () => addEventListener('field-shown', event => { window.shown = event.detail; });
  if (decodeURI(location.hash) === decodeURI('#' + place)) {
    import('/-/desk/field/view.js').then(view => { view.again(); hear(); });
    return;
  }
  addEventListener('hashchange', hear, {once: true});
  location.hash = place;
}"""
SHOWN = "place => window.shown !== null && decodeURI(window.shown) === decodeURI(place.split('?')[0])"


def show(page: Any, place: str, patience: float = PATIENCE) -> None:
    """Open a page of the app ("/tree/tree/1f0c…") and wait until it is drawn anew, whatever was shown."""
    page.evaluate(SHOW, place)
    until(page, SHOWN, arg=place, patience=patience)


@dataclass
class Phone:
    """One browser with the app."""

    context: Any
    page: Any
    server: FieldServer
    forms: int = 0

    def call(self, module: str, name: str, *arguments: Any) -> Any:
        """What a function of one of the app's modules answers."""
        return self.page.evaluate(
            f"async ([module, name, given]) => {{ {MODULES} return (await load(module))[name](...given); }}",
            [module, name, list(arguments)],
        )

    def photo_count(self) -> int:
        """How many photos are kept."""
        return self.page.evaluate(f"""async () => {{ {MODULES} const base = await load('database');
          return base.read('photos', store => base.done(store.count())); }}""")

    def thumb_count(self) -> int:
        """How many small pictures are kept."""
        return int(
            self.page.evaluate(f"""async () => {{ {MODULES} const base = await load('database');
          return base.read('thumbs', store => base.done(store.count())); }}""")
        )

    def has_photo(self, digest: str) -> bool:
        """Whether the bytes of a photo are kept."""
        return self.call("store", "photoBytes", digest) is not None

    def retry(self, name: str) -> None:
        """Try one form again."""
        self.call("sync", "retry", name)

    def another_tab(self, init: str = "") -> Any:
        """The app once more, beside the first."""
        tab = self.context.new_page()
        if init:
            tab.add_init_script(init)
        tab.goto(self.server.address + BASE)
        tab.wait_for_selector("html[data-ready]")
        return tab

    def counts(self) -> dict[str, Any]:
        """What waits."""
        return self.call("store", "counts")

    def fill_queue(
        self, count: int, *, photos: int = 0, size: int = 20_000, tree: str = TREE
    ) -> list[dict[str, Any]]:
        """Finish forms with photos of so many bytes of noise (0: real pictures); their ids and checksums."""
        self.forms += count
        facts = {"count": count, "photos": photos, "size": size, "first": self.forms - count, "tree": tree}
        return list(self.page.evaluate(FILL, facts))

    def take_package(self) -> None:
        """Download the district."""
        self.page.evaluate(f"""async () => {{ {MODULES}
          const [pack, http, sync] = await Promise.all(['package', 'http', 'sync'].map(load));
          await sync.whoAmI();
          await pack.take('140404', '上党区', http); }}""")

    def sync(self) -> None:
        """Sync once, and wait for it."""
        self.page.evaluate(f"async () => {{ {MODULES} const sync = await load('sync'); await sync.sync(); }}")

    def send_everything(self) -> None:
        """Send now, whatever failed before."""
        self.page.evaluate(f"async () => {{ {MODULES} const sync = await load('sync'); await sync.sync(); "
                           "await sync.sendEverything(); await sync.sync(); }")  # fmt: skip

    def send_until_empty(self, rounds: int = 60) -> None:
        """Send again and again until nothing waits."""
        for _ in range(rounds):
            if not self.counts()["queue"]:
                return
            self.send_everything()

    def set_photos_wait(self, wanted: bool) -> None:
        """Whether photos wait for Wi-Fi."""
        self.call("store", "setMeta", "photos_wait", wanted)

    def show(self, place: str) -> None:
        """Open a page of the app."""
        show(self.page, place)

    def text(self) -> str:
        """What stands on the page."""
        return str(self.page.inner_text("body"))

    def text_of(self, place: str) -> str:
        """What stands on a page of the app."""
        self.reopen(place)
        return self.text()

    def reopen(self, place: str = "") -> None:
        """Close and open the app again."""
        self.page.goto("about:blank")
        self.page.goto(self.server.address + BASE + place)
        self.page.wait_for_selector("html[data-ready]")

    def go_offline(self) -> None:
        """No signal."""
        self.context.set_offline(True)

    def go_online(self) -> None:
        """A signal."""
        self.context.set_offline(False)

    def version(self) -> str:
        """The version that is kept on the phone."""
        return str(self.page.evaluate("caches.keys().then(names => names[0].replace('gushu-field-', ''))"))

    def look_for_update(self) -> None:
        """Ask the server for a newer version."""
        self.page.evaluate(
            "navigator.serviceWorker.getRegistration('/').then(found => found.update()).catch(() => {})"
        )


def lose_reply(route: Any) -> bool:
    """Let the server take a request, and lose its answer. False where the server was gone before."""
    try:
        route.fetch(timeout=PATIENCE)
    except Error:
        is_taken = False
    else:
        is_taken = True
    route.abort("connectionreset")
    return is_taken


def cookie_of(server: FieldServer, login: str) -> dict[str, Any]:
    """The cookie of a phone on which somebody is signed in at the real desk."""
    token = server.desk.token(login, SessionKind.DEVICE)
    return {"name": COOKIE, "value": token, "url": server.address}


@contextmanager
def opened_phone(
    chromium: Any,
    server: FieldServer,
    *,
    init: str = "",
    is_keeping: bool = True,
    quota: int | None = None,
    cookies: list[dict[str, Any]] | None = None,
    **options: Any,
) -> Iterator[Phone]:
    """The app, opened once with a signal by somebody who is signed in, ready for work without one.

    init: a script before any of the page's; quota: bytes that may be kept; cookies: of a session at the desk.
    """
    context = chromium.new_context(
        **{"viewport": {"width": 390, "height": 844}, "locale": "zh-CN", **options}
    )
    try:
        context.add_cookies(cookies or [])
        page = context.new_page()
        if quota is not None:  # before anything is kept: the browser remembers how much room there is
            tools = context.new_cdp_session(page)
            tools.send("Storage.overrideQuotaForOrigin", {"origin": server.address, "quotaSize": quota})
        if init:
            page.add_init_script(init)
        page.goto(server.address + BASE)
        page.wait_for_selector("html[data-ready]")
        if is_keeping:
            page.wait_for_selector("html[data-offline]")
            page.evaluate(CONTROLLED)
            until(page, "import('/-/desk/field/store.js').then(store => store.account())")
        yield Phone(context, page, server)
    finally:
        context.close()
