// Shows the plate anew as soon as something else is chosen. Without a script the button does it.
const WAIT = 350; // milliseconds after the last key

const form = document.querySelector("form[data-plate]");
let asked = 0;
let timer = 0;

if (form) {
  form.addEventListener("change", () => show());
  form.addEventListener("input", (event) => {
    if (event.target.name !== "own_size") return;
    clearTimeout(timer);
    timer = setTimeout(show, WAIT);
  });
}

async function show() {
  clearTimeout(timer);
  asked += 1;
  const mine = asked;
  const address = location.pathname + "?" + new URLSearchParams(new FormData(form));
  const shown = document.querySelector("[data-plate-shown]");
  shown.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (mine !== asked) return;
    const fresh = page.querySelector("[data-plate-shown]");
    if (!answer.ok || !fresh) return;
    shown.replaceChildren(...fresh.childNodes);
    renew(page);
    history.replaceState(null, "", address);
  } finally {
    if (mine === asked) shown.removeAttribute("aria-busy");
  }
}

/** The sizes are those of the template that was chosen. */
function renew(page) {
  for (const name of ["plate", "of"]) {
    const [own, fresh] = [form.elements[name], page.querySelector(`form[data-plate] [name=${name}]`)];
    const value = fresh.value; // a choice that moves to another document forgets that it was chosen
    if (name === "plate") own.replaceChildren(...fresh.childNodes);
    own.value = value;
  }
}
