// Small conveniences; every page works without them.
(function () {
  "use strict";
  // The error summary takes the focus, so that a screen reader reads it first.
  var first = document.querySelector("[data-focus]");
  if (first) first.focus();
  // Escape closes the list of people found; what was typed stays.
  var q = document.getElementById("q"), found = document.getElementById("found");
  if (q && found) {
    q.form.addEventListener("keydown", function (e) {
      if (e.key !== "Escape" || !found.firstChild) return;
      e.preventDefault();
      found.replaceChildren();
      q.focus();
    });
    document.addEventListener("click", function (e) {
      if (!q.form.contains(e.target)) found.replaceChildren();
    });
  }
  document.addEventListener("click", function (e) {
    var b = e.target.closest && e.target.closest("[data-print]");
    if (b) window.print();
  });
})();
