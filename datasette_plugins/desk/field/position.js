// Where the phone is: one watch for all pages, the newest fix, and why there is none.

let watching = null;
let users = 0;
let newest = null;
let trouble = "";
const listeners = new Set();

/** The newest fix {lon, lat, accuracy_m, at}, or null; older than `seconds` it does not count. */
export function fixNow(seconds = 120) {
  return newest && Date.now() - Date.parse(newest.seen) < seconds * 1000 ? plain(newest) : null;
}

/** Why there is no fix: "" (not known yet), "denied", "unavailable", "timeout", "unsupported". */
export function troubleNow() {
  return trouble;
}

/** Watch the position until the function that this answers with is called: onFix(fix, trouble). */
export function watchPosition(onFix) {
  listeners.add(onFix);
  users += 1;
  begin();
  if (newest) onFix(fixNow(), trouble);
  let isOver = false;
  return () => {
    if (isOver) return;
    isOver = true;
    listeners.delete(onFix);
    users -= 1;
    if (!users) stop();
  };
}

function begin() {
  if (watching !== null) return;
  if (!navigator.geolocation) {
    trouble = "unsupported";
    tell();
    return;
  }
  watching = navigator.geolocation.watchPosition((found) => {
    trouble = "";
    newest = {
      lon: found.coords.longitude, lat: found.coords.latitude, accuracy_m: Math.round(found.coords.accuracy * 10) / 10,
      at: new Date(found.timestamp).toISOString(), seen: new Date().toISOString(),
    };
    tell();
  }, (error) => {
    trouble = { 1: "denied", 2: "unavailable", 3: "timeout" }[error.code] || "unavailable";
    tell();
  }, { enableHighAccuracy: true, maximumAge: 5000, timeout: 30000 });
}

function stop() {
  if (watching !== null) navigator.geolocation.clearWatch(watching);
  watching = null;
}

function tell() {
  listeners.forEach((fn) => fn(fixNow(), trouble));
}

function plain(fix) {
  return { lon: fix.lon, lat: fix.lat, accuracy_m: fix.accuracy_m, at: fix.at };
}

// --- compass ------------------------------------------------------------------------------------------------

let heading = null;
let isListening = false;

/** Begin to listen to the compass, where there is one that may be read. */
export function watchHeading() {
  if (isListening || typeof DeviceOrientationEvent === "undefined") return;
  isListening = true;
  addEventListener("deviceorientationabsolute", (event) => {
    if (event.alpha !== null) heading = { deg: (360 - event.alpha) % 360, at: Date.now() };
  });
  addEventListener("deviceorientation", (event) => {
    if (typeof event.webkitCompassHeading === "number") heading = { deg: event.webkitCompassHeading, at: Date.now() };
  });
}

/** Degrees from north that the phone looks at, or null. */
export function headingNow() {
  return heading && Date.now() - heading.at < 5000 ? Math.round(heading.deg * 10) / 10 : null;
}
