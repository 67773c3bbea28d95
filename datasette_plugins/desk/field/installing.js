// Putting the app on the home screen, where the browser offers it.

let offered = null;

addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  offered = event;
});
addEventListener("appinstalled", () => { offered = null; });

/** Whether the browser would install the app now. */
export function canInstall() {
  return offered !== null;
}

/** Let the browser ask; answers whether the reader agreed. */
export async function install() {
  if (!offered) return false;
  offered.prompt();
  const { outcome } = await offered.userChoice;
  offered = null;
  return outcome === "accepted";
}
