// What this browser can do for the app, and what it lacks.

/** What is missing here: [{key, isFatal}]; the texts are "missing.<key>" and "missing.<key>_how". */
export async function lacks() {
  const found = [];
  const add = (key, isFatal = false) => found.push({ key, isFatal });
  if (inApp()) add("in_app");
  if (!isSecureContext) add("https", true);
  else if (!("serviceWorker" in navigator)) add("worker");
  if (!("indexedDB" in window) || !(await canKeep())) add("keeping", true);
  if (isSecureContext && !(window.crypto && crypto.subtle)) add("crypto", true);
  if (!(navigator.mediaDevices && navigator.mediaDevices.getUserMedia)) add("camera");
  if (!("geolocation" in navigator)) add("place");
  return found;
}

/** The app in which this page was opened (WeChat, Alipay …), or "". */
export function inApp() {
  const agent = navigator.userAgent;
  const known = [["MicroMessenger", "wechat"], ["AlipayClient", "alipay"], ["DingTalk", "dingtalk"], ["Lark|Feishu", "feishu"],
    [" QQ/", "qq"], ["Weibo", "weibo"], ["FBAN|FBAV", "facebook"], ["Line/", "line"]];
  const match = known.find(([pattern]) => new RegExp(pattern, "i").test(agent));
  return match ? match[1] : "";
}

/** Whether the app was opened from the home screen. */
export function isInstalled() {
  return navigator.standalone === true || matchMedia("(display-mode: standalone)").matches;
}

/** iPhone and iPad: what is kept is removed after seven days without use unless the app is installed. */
export function isApple() {
  return /iPhone|iPad|iPod/.test(navigator.userAgent) || (/Macintosh/.test(navigator.userAgent) && navigator.maxTouchPoints > 1);
}

async function canKeep() {
  return new Promise((resolve) => {
    let asked;
    try { asked = indexedDB.open("gushu-field-trial"); } catch (error) { resolve(false); return; }
    asked.onerror = () => resolve(false);
    asked.onsuccess = () => {
      asked.result.close();
      indexedDB.deleteDatabase("gushu-field-trial");
      resolve(true);
    };
  });
}
