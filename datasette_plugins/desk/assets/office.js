// Keeps the bar of a job up to date, and shows what came of it when it is over.
const EVERY = 1200; // milliseconds
const PATIENCE = 8; // so many answers may fail before the page is loaded anew

for (const box of document.querySelectorAll("[data-job]")) follow(box);

async function follow(box) {
  const bar = box.querySelector("[data-job-bar]");
  const said = box.querySelector("[data-job-said]");
  const word = box.querySelector("[data-job-word]");
  let failures = 0;
  while (failures < PATIENCE) {
    await new Promise((done) => setTimeout(done, EVERY));
    if (document.hidden) continue;
    const told = await ask(box.dataset.job);
    if (!told) {
      failures += 1;
      continue;
    }
    failures = 0;
    if (told.is_over) break;
    if (told.total) {
      bar.max = told.total;
      bar.value = told.done;
    }
    if (said.textContent !== told.said) said.textContent = told.said;
    if (word.textContent !== told.word) word.textContent = told.word;
  }
  location.reload();
}

async function ask(address) {
  try {
    const answer = await fetch(address, { headers: { accept: "application/json" } });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}
