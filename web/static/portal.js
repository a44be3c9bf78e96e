// Every page works without this script; it makes the same things quicker.
// Keys, copying, rows, where the focus starts, and waiting for a save to settle.
(function () {
  "use strict";

  var live = document.getElementById("live");

  // say fills the page's one status region; emptied first, so that the same words
  // twice are read twice.
  function say(text) {
    live.textContent = "";
    setTimeout(function () { live.textContent = text; }, 50);
  }

  // Where the focus starts: an error summary or the result of a save, if there is one.
  // Not every browser does this by itself for what is no control.
  var first = document.querySelector("[autofocus]");
  if (first && !location.hash) first.focus();

  // Keys. Single ones do nothing in a field, with a modifier, while composing, behind a
  // dialog, or for people who switched them off.
  var leader = 0, off = document.documentElement.dataset.keys === "off";

  function typing(node) {
    return node.isContentEditable || /^(INPUT|SELECT|TEXTAREA)$/.test(node.tagName);
  }

  function rowLinks() {
    return Array.prototype.slice.call(document.querySelectorAll("[data-rows] tbody a"));
  }

  function move(by) {
    var links = rowLinks();
    if (!links.length) return;
    var at = links.indexOf(document.activeElement);
    var to = at < 0 ? (by > 0 ? 0 : links.length - 1) : Math.min(Math.max(at + by, 0), links.length - 1);
    links[to].focus();
  }

  function follow(selector) {
    var link = document.querySelector(selector);
    if (link) link.click();
    return !!link;
  }

  // showKeys shows the list of shortcuts, which stands on the page of help, over this one.
  function showKeys() {
    var here = document.getElementById("keyboard");
    if (here && document.getElementById("shortcuts")) { here.focus(); return; }
    var request = new XMLHttpRequest();
    request.open("GET", "/help");
    request.setRequestHeader("X-Fragment", "keys");
    request.responseType = "document";
    request.onload = function () {
      var keys = request.response && request.response.getElementById("shortcuts");
      if (!keys || !window.HTMLDialogElement) { location.assign("/help#keyboard"); return; }
      if (document.querySelector("dialog[open]")) return;
      var dialog = document.createElement("dialog");
      keys.querySelector("[data-close]").hidden = false;
      dialog.setAttribute("aria-labelledby", "keyboard");
      dialog.append(document.adoptNode(keys));
      dialog.addEventListener("close", function () { dialog.remove(); });
      document.body.append(dialog);
      dialog.showModal();
    };
    request.send();
  }

  document.addEventListener("keydown", function (e) {
    if (e.defaultPrevented || e.isComposing) return;
    if (e.key === "Escape" && document.activeElement && document.activeElement.type === "search") {
      document.activeElement.blur();
      return;
    }
    if (off || typing(e.target) || e.ctrlKey || e.metaKey || e.altKey || document.querySelector("dialog[open]")) return;
    var key = e.key.toLowerCase(), letter = /^[a-z]$/.test(key);
    if (letter && e.shiftKey) return;
    var led = Date.now() - leader < 1500;
    leader = 0;
    if (key === "?") {
      e.preventDefault();
      showKeys();
    } else if (key === "/") {
      var box = document.getElementById("q") || document.getElementById("find");
      if (box) { e.preventDefault(); box.focus(); box.select(); }
    } else if (led && letter) {
      if (follow("[data-go=" + key + "]")) e.preventDefault();
    } else if (key === "g") {
      leader = Date.now();
    } else if (key === "j") {
      move(1);
    } else if (key === "k") {
      move(-1);
    } else if (key === "e") {
      if (follow("[data-key=e]")) e.preventDefault();
    }
  });

  // The find box offers customers and actions while somebody types. Down and Enter
  // pressed before they are there hold for the first of them. Without a choice Enter
  // sends the form.
  function offer(input) {
    var list = document.getElementById(input.id + "-hits"), at = -1, timer, request, first, go;
    if (!list) return;
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-controls", list.id);
    input.setAttribute("aria-expanded", "false");

    function options() { return list.querySelectorAll("[role=option]"); }

    function choose(to) {
      var all = options();
      if (all[at]) all[at].setAttribute("aria-selected", "false");
      at = to;
      if (!all[at]) { at = -1; input.removeAttribute("aria-activedescendant"); return; }
      all[at].setAttribute("aria-selected", "true");
      input.setAttribute("aria-activedescendant", all[at].id);
      all[at].scrollIntoView({ block: "nearest" });
    }

    function stop() {
      clearTimeout(timer);
      if (request) request.abort();
      timer = request = first = go = null;
    }

    function close() {
      stop();
      choose(-1);
      list.hidden = true;
      list.replaceChildren();
      input.setAttribute("aria-expanded", "false");
    }

    function ask() {
      timer = null;
      request = new XMLHttpRequest();
      request.open("GET", input.form.action + "?q=" + encodeURIComponent(input.value.trim()));
      request.setRequestHeader("X-Fragment", "find");
      request.responseType = "document";
      request.onload = function () {
        var hits = request.status === 200 && request.response && request.response.getElementById("hits");
        var down = first, enter = go;
        close();
        if (hits) {
          list.append.apply(list, Array.from(hits.children, function (n) { return document.adoptNode(n); }));
          say(hits.dataset.said);
        }
        var some = options().length > 0;
        list.hidden = !some;
        input.setAttribute("aria-expanded", String(some));
        if (some && down) choose(0);
        if (enter && some) options()[0].click();
        else if (enter) input.form.requestSubmit();
      };
      request.onerror = function () {
        var enter = go;
        close();
        if (enter) input.form.requestSubmit();
      };
      request.send();
    }

    input.addEventListener("input", function () {
      stop();
      choose(-1);
      if (input.value.trim().length < 2) { close(); return; }
      timer = setTimeout(ask, 150);
    });

    input.addEventListener("keydown", function (e) {
      var waiting = timer || request, n = options().length;
      if (e.isComposing || e.ctrlKey || e.metaKey || e.altKey) return;
      if (e.key === "Escape" && (waiting || n)) {
        close();
      } else if (e.key === "ArrowDown" && waiting) {
        first = true;
      } else if (/^Arrow(Down|Up)$/.test(e.key) && n) {
        // One more place than options: nothing chosen, the text alone.
        choose((at + 1 + (e.key === "ArrowDown" ? 1 : n)) % (n + 1) - 1);
      } else if (e.key === "ArrowDown" && input.value.trim().length > 1) {
        first = true;
        ask();
      } else if (e.key === "Enter" && waiting && first) {
        go = true;
      } else if (e.key === "Enter" && at >= 0) {
        options()[at].click();
      } else {
        return;
      }
      e.preventDefault();
    });

    input.addEventListener("blur", close);
    list.addEventListener("mousedown", function (e) { e.preventDefault(); });
    list.addEventListener("click", function () { setTimeout(close); });
  }
  document.querySelectorAll("input[type=search]").forEach(offer);

  // A click anywhere in a row follows the row's link, unless it selects text.
  document.addEventListener("click", function (e) {
    var row = e.target.closest("[data-rows] tbody tr");
    if (!row || e.defaultPrevented || e.button || e.ctrlKey || e.metaKey || e.shiftKey || e.altKey) return;
    if (e.target.closest("a, button, input") || String(getSelection())) return;
    var link = row.querySelector("a");
    if (link) link.click();
  });

  // Copy buttons. They are hidden where copying cannot work.
  function offerCopies(root) {
    if (!navigator.clipboard) return;
    root.querySelectorAll("[data-copy]").forEach(function (b) { b.hidden = false; });
  }
  offerCopies(document);

  document.addEventListener("click", function (e) {
    var button = e.target.closest("[data-copy]");
    if (!button) return;
    navigator.clipboard.writeText(button.dataset.copy).then(function () {
      var word = button.querySelector("span");
      if (!button.dataset.word) button.dataset.word = word.textContent;
      word.textContent = button.dataset.done;
      say(button.dataset.done);
      setTimeout(function () { word.textContent = button.dataset.word; }, 2000);
    }, function () {});
  });

  // The demo bar on a page that holds typed text: its forms are answered without a
  // page, so the press is confirmed here.
  document.addEventListener("submit", function (e) {
    var form = e.target, button = e.submitter;
    if (!button || !form.closest(".demo") || !form.elements.back || form.elements.back.value) return;
    e.preventDefault();
    var fields = new URLSearchParams(new FormData(form));
    fields.set(button.name, button.value);
    var request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.onload = function () {
      if (request.status !== 204) return;
      button.setAttribute("aria-pressed", "true");
      say(button.textContent + ": " + form.dataset.done);
      setTimeout(function () { button.setAttribute("aria-pressed", "false"); }, 4000);
    };
    request.send(fields);
  });

  // A save that is not settled is asked about again, less and less often. The page
  // is only read; nothing is ever sent twice.
  var wait = 2000;

  function poll() {
    var request = new XMLHttpRequest();
    request.open("GET", location.href);
    request.setRequestHeader("X-Fragment", "result");
    request.responseType = "document";
    request.onload = function () {
      var was = document.getElementById("result");
      var now = request.response && request.response.getElementById("result");
      if (!now && request.status >= 429) { again(); return; }
      if (!now) { location.reload(); return; }
      if (now.dataset.said !== was.dataset.said) {
        var held = was.contains(document.activeElement);
        was.replaceWith(document.adoptNode(now));
        document.title = request.response.title;
        offerCopies(now);
        say(now.dataset.said);
        if (held) now.querySelector("h1").focus();
      }
      if ("poll" in now.dataset) again();
    };
    request.onerror = again;
    request.send();
  }

  function again() {
    setTimeout(poll, wait);
    wait = Math.min(wait * 1.4, 15000);
  }

  if (document.querySelector("#result[data-poll]")) again();
})();
