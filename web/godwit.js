// Small conveniences; every page works without them.
(function () {
  "use strict";
  // The error summary takes the focus, so that a screen reader reads it first.
  var first = document.querySelector("[data-focus]");
  if (first) first.focus();
  document.addEventListener("click", function (e) {
    var b = e.target.closest && e.target.closest("[data-print]");
    if (b) window.print();
  });
})();
