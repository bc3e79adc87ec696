// The tap counter. Each press is shown with the next frame, written into the browser's own
// storage as soon as that frame is drawn, and sent in batches. A batch has an id that is made here and never changes
// what it says once it is sent, so that the node counts it once however often it
// arrives. Without this script the same buttons send a form each.
(function () {
  "use strict";
  var box = document.querySelector("[data-taps]");
  if (!box || !window.JSON || !window.crypto) return;
  var PREFIX = "godwit-tap.", HOLD = 15000, IDLE = 120000;
  var shift = box.getAttribute("data-taps"), offset = +box.getAttribute("data-offset") * 60000, url = box.getAttribute("data-url");
  var what = {}, ahead = +box.getAttribute("data-now") - Date.now(); // this clock against the node's
  var mine = null, memory = {}, kept = true, out = false, stopped = false, timer = 0, undo = [];
  var shown = {}, base = {};

  function each(sel, f) { Array.prototype.forEach.call(document.querySelectorAll(sel), f); }
  each("button[data-counts]", function (b) { what[b.value] = b.getAttribute("data-counts").split(" "); });
  each("[data-count]", function (e) { base[e.getAttribute("data-count")] = +e.getAttribute("data-n"); shown[e.getAttribute("data-count")] = e; });

  // What is kept: in the browser's storage, or in memory where it refuses.
  function put(key, b) {
    memory[key] = b;
    try { localStorage.setItem(PREFIX + key, JSON.stringify(b)); } catch (e) { kept = false; }
  }
  function get(key) {
    try { var t = localStorage.getItem(PREFIX + key); if (t) return JSON.parse(t); if (kept) return null; } catch (e) { kept = false; }
    return memory[key] || null;
  }
  function drop(key) { delete memory[key]; try { localStorage.removeItem(PREFIX + key); } catch (e) { kept = false; } }
  function keys() {
    var all = {}, k;
    for (k in memory) all[k] = 1;
    try { for (var i = 0; i < localStorage.length; i++) { k = localStorage.key(i); if (k.indexOf(PREFIX) === 0) all[k.slice(PREFIX.length)] = 1; } } catch (e) { kept = false; }
    return Object.keys(all).sort();
  }
  // An id as RFC 9562 version 7 has it: time first, then chance.
  function newID() {
    var a = new Uint8Array(16), t = Date.now() + ahead, i, s = "";
    crypto.getRandomValues(a);
    for (i = 5; i >= 0; i--) { a[i] = t % 256; t = Math.floor(t / 256); }
    a[6] = a[6] & 15 | 112; a[8] = a[8] & 63 | 128;
    for (i = 0; i < 16; i++) { s += (i === 4 || i === 6 || i === 8 || i === 10 ? "-" : "") + (a[i] + 256).toString(16).slice(1); }
    return s;
  }
  // The direction and the age that are chosen, read when they change and not at each press.
  var tail = null;
  function chosen(name) { var e = box.querySelector("input[name=" + name + "]:checked"); return e ? e.value : ""; }
  box.addEventListener("change", function () { tail = null; });

  // The batch that is open on this page. Another page takes one that rests for long, so
  // what is held here is what is kept only while presses follow each other.
  var held = null, unwritten = false, asked = false;
  function open() {
    if (held && mine && !held.sent && Date.now() - held.at < IDLE / 4) return held;
    keep();
    held = mine && get(mine);
    if (held && !held.sent && held.shift === shift) return held;
    mine = newID();
    held = { shift: shift, sent: false, at: Date.now(), counts: {} };
    return held;
  }
  // keep writes what is held; a press asks for it once its frame is drawn.
  function keep() {
    asked = false;
    if (!unwritten) return;
    unwritten = false;
    put(mine, held);
  }
  function keepSoon() {
    if (asked) return;
    asked = true;
    if (document.hidden) { keep(); return; }
    requestAnimationFrame(function () { setTimeout(keep, 0); });
  }
  function add(list, n) {
    var b = open();
    list.forEach(function (k) { b.counts[k] = (b.counts[k] || 0) + n; if (!b.counts[k]) delete b.counts[k]; });
    b.at = Date.now();
    unwritten = true;
    keepSoon();
    list.forEach(function (k) { show(k.split("|")[1], n); });
  }
  // show adds to a number on the page: its text alone changes, so that nothing around it
  // is laid out again.
  function show(w, n) {
    base[w] = (base[w] || 0) + n;
    var e = shown[w];
    if (!e) return;
    if (e.firstChild && e.firstChild.nodeType === 3) e.firstChild.data = base[w]; else e.textContent = base[w];
  }
  function tap(code) {
    if (tail === null) tail = "|" + chosen("direction") + "|" + chosen("age");
    var h = Math.floor((Date.now() + ahead + offset) / 3600000);
    var list = what[code].map(function (w) { return h + "|" + w + tail; });
    add(list, 1);
    undo = [mine, list];
    soon();
    if (!timer) timer = setTimeout(flush, kept ? HOLD : 0);
  }

  // What waits is told when the thumb rests: a press must cost nothing that it can do without.
  // It is told at the latest a second after the first press that was not told.
  var telling = 0, since = 0;
  function soon() {
    var now = Date.now();
    if (telling && now - since > 1000) return;
    if (!telling) since = now;
    clearTimeout(telling);
    telling = setTimeout(function () { telling = 0; say(); }, 200);
  }

  function rows(b) {
    return Object.keys(b.counts).map(function (k) { var p = k.split("|"); return { h: +p[0], w: p[1], d: p[2], a: p[3], n: b.counts[k] }; });
  }
  function send(key, b) {
    out = true;
    b.sent = true; // from here on it says what it says
    put(key, b);
    if (key === mine) { mine = null; held = null; }
    var x = new XMLHttpRequest();
    x.open("POST", url);
    x.setRequestHeader("Content-Type", "application/json");
    if (Date.now() - b.at > HOLD * 2) x.setRequestHeader("Godwit-Background", "1");
    x.timeout = 20000;
    x.onloadend = function () {
      out = false;
      var a = null;
      try { a = JSON.parse(x.responseText); } catch (e) { a = null; }
      if (x.status === 200 && a && a.counted === key) { drop(key); say(); flush(); return; }
      if (a && a.refused === key) { b.refused = true; put(key, b); say(); flush(); return; }
      stopped = !!x.status && x.status < 500; // not a page for taps: somebody has to log in
      say();
      if (!stopped) { clearTimeout(timer); timer = setTimeout(flush, HOLD); }
    };
    x.send(JSON.stringify({ id: key, shift: b.shift, counts: rows(b) }));
  }
  function flush() {
    clearTimeout(timer);
    timer = 0;
    keep(); // also while a batch is on its way: the screen may be locked before the next frame
    if (out || stopped) return;
    var list = keys();
    for (var i = 0; i < list.length; i++) {
      var b = get(list[i]);
      if (!b || b.refused) continue;
      if (!b.sent && list[i] !== mine && Date.now() - b.at < IDLE) continue; // another page is at it
      if (!rows(b).length) { drop(list[i]); continue; }
      send(list[i], b);
      return;
    }
    say();
  }
  function say() {
    var waiting = 0, refused = 0;
    keep();
    keys().forEach(function (k) {
      var b = get(k);
      if (!b) return;
      var n = 0;
      rows(b).forEach(function (r) { n += r.n; });
      if (b.refused) refused += n; else waiting += n;
    });
    var state = refused ? "refused" : stopped ? "stopped" : !kept ? "unkept" : waiting ? "waiting" : "sent";
    // What says the same already is not touched.
    each("[data-say]", function (e) { hide(e, e.getAttribute("data-say") !== state); });
    each("[data-waiting]", function (e) { var t = String(refused || waiting); if (e.textContent !== t) e.textContent = t; });
    var last = undo.length && get(undo[0]);
    each("[data-undo]", function (e) { hide(e, !last || last.sent); });
  }
  function hide(e, is) { if (e.hidden !== is) e.hidden = is; }

  // The press itself, not the sending of the form that would follow it: that looks through
  // the whole form first.
  box.addEventListener("click", function (e) {
    var b = e.target.closest ? e.target.closest("button[name=tap]") : null;
    if (!b || !what[b.value]) return;
    e.preventDefault();
    tap(b.value);
  });
  box.addEventListener("submit", function (e) {
    var b = e.submitter || document.activeElement;
    if (!b || !what[b.value]) return;
    e.preventDefault();
    tap(b.value);
  });
  each("[data-undo]", function (e) {
    e.addEventListener("click", function () {
      keep();
      var b = undo.length && get(undo[0]);
      if (b && !b.sent) { mine = undo[0]; held = b; add(undo[1], -1); }
      undo = [];
      say();
    });
  });
  window.addEventListener("online", flush);
  document.addEventListener("visibilitychange", flush);
  window.addEventListener("pagehide", function () { keep(); held = null; var b = mine && get(mine); if (b && !b.sent && rows(b).length) { b.at = 0; put(mine, b); mine = null; } });
  // What waits on this phone is not in the node's numbers yet.
  keys().forEach(function (k) { var b = get(k); if (b && b.shift === shift && !b.refused) rows(b).forEach(function (r) { show(r.w, r.n); }); });
  say();
  flush();
})();
