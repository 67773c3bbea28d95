// For browsers that know no modules: say so, in words, in both languages.
(function () {
  var place = document.getElementById("app");
  function show() {
    place = document.getElementById("app");
    if (!place) return;
    place.textContent = "";
    var texts = [
      ["h1", "zh-Hans", "请换一个浏览器"],
      ["p", "zh-Hans", "这个浏览器太旧，无法离线填表。请用 Chrome 90 或 Safari 15 以上的版本打开，或使用纸质巡查表。"],
      ["p", "en", "This browser is too old to work without a signal. Open this page in Chrome 90 or Safari 15 or newer, or use the paper sheet."]
    ];
    for (var i = 0; i < texts.length; i++) {
      var element = document.createElement(texts[i][0]);
      element.lang = texts[i][1];
      element.appendChild(document.createTextNode(texts[i][2]));
      place.appendChild(element);
    }
  }
  if (place) show();
  else document.addEventListener("DOMContentLoaded", show);
})();
