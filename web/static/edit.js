// The forms: error summary, what changed, undo, the country's fields, choices of a
// merge, sending once. Without this script the server does all of it.
(function () {
  "use strict";

  document.documentElement.dataset.js = "";

  function say(text) {
    var live = document.getElementById("live");
    live.textContent = "";
    setTimeout(function () { live.textContent = text; }, 50);
  }

  function main() { return document.getElementById("form"); }

  function add(parent, tag, className, text) {
    var node = document.createElement(tag);
    if (className) node.className = className;
    if (text) node.textContent = text;
    parent.appendChild(node);
    return node;
  }

  // A link of the error summary shows the label too, and opens what folds the field away.
  document.addEventListener("click", function (e) {
    var link = e.target.closest(".summary a");
    var field = link && document.getElementById(link.hash.slice(1));
    if (!field) return;
    e.preventDefault();
    var fold = field.closest("details");
    if (fold) fold.open = true;
    (field.closest(".field, fieldset") || field).scrollIntoView({ block: "center" });
    field.focus({ preventScroll: true });
  });

  // What changed: a dot at the label, the value before, and a way back.
  function describe(input, id, on) {
    var ids = (input.getAttribute("aria-describedby") || "").split(" ").filter(function (x) { return x && x !== id; });
    if (on) ids.push(id);
    if (ids.length) input.setAttribute("aria-describedby", ids.join(" "));
    else input.removeAttribute("aria-describedby");
  }

  function showChange(input) {
    var form = input.form, field = input.closest(".field");
    if (!form || !("edit" in form.dataset) || !field || input.dataset.base === undefined) return;
    var changed = input.value.trim() !== input.dataset.base.trim();
    var id = input.id + "-was", was = document.getElementById(id), label = field.querySelector("label");
    if (changed === !!was) return;
    setTimeout(tell, 0, form);
    describe(input, id, changed);
    if (!changed) {
      was.remove();
      label.querySelectorAll(".dot, .dot + .vh").forEach(function (n) { n.remove(); });
      return;
    }
    var name = label.firstChild.textContent.trim();
    var optional = label.querySelector(".opt");
    var dot = document.createElement("span"), words = document.createElement("span");
    dot.className = "dot";
    dot.setAttribute("aria-hidden", "true");
    words.className = "vh";
    words.textContent = form.dataset.changed;
    label.insertBefore(dot, optional);
    label.insertBefore(words, optional);
    was = add(field, "p", "was");
    was.id = id;
    add(add(was, "span", "", form.dataset.was + " "), "bdi", "", input.dataset.was);
    var undo = add(was, "button", "linkbtn", form.dataset.undo);
    undo.type = "submit";
    undo.name = "do";
    undo.value = "undo:" + input.name;
    add(undo, "span", "vh", form.dataset.undoOf + name);
  }

  document.addEventListener("input", function (e) { showChange(e.target); });

  // The list of what changed, beside the form, in the form's own labels.
  function tell(form) {
    var list = document.querySelector("[data-live]");
    if (!list) return;
    list.textContent = Array.prototype.map.call(form.querySelectorAll("label .dot"), function (dot, i) {
      var text = dot.parentNode.firstChild.textContent.trim();
      return i && /^.[a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
    }).join(", ") || form.dataset.nothing;
  }

  // Undo here when the value before can simply be put back; the country decides
  // about other fields, so that one is asked of the server.
  function undo(button) {
    var form = button.form, input = form.elements[button.value.slice(5)];
    if (!input || input.dataset.base === undefined || input.name === "defaultAddress.country") return false;
    var was = input.value;
    input.value = input.dataset.base;
    if (input.value !== input.dataset.base) { input.value = was; return false; }
    input.focus();
    showChange(input);
    return true;
  }

  document.addEventListener("click", function (e) {
    var button = e.target.closest("button[name=do]");
    if (!button || !button.form || !("edit" in button.form.dataset) || e.defaultPrevented) return;
    var undoing = button.value.indexOf("undo:") === 0;
    if (!undoing && button.value !== "country") return;
    e.preventDefault();
    if (!undoing || !undo(button)) redraw(button.form, button.value);
  });

  document.addEventListener("change", function (e) {
    if (e.target.name === "defaultAddress.country" && e.target.form && "edit" in e.target.form.dataset) redraw(e.target.form, "country");
  });

  // redraw posts the form as its button would, and takes the new fields from the
  // answer. What is typed meanwhile stays, and so does the focus.
  var pending = null;

  function redraw(form, what) {
    if (pending) pending.abort();
    var sent = new URLSearchParams(new FormData(form));
    sent.set("do", what);
    var request = pending = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("X-Fragment", "fields");
    request.responseType = "document";
    request.onload = function () {
      pending = null;
      var page = request.response, now = page && page.getElementById("swap-main");
      if (!now || !page.getElementById("form")) { plainly(form, what); return; }
      var focus = document.activeElement && document.activeElement.id;
      var typed = Array.prototype.filter.call(form.elements, function (f) {
        return f.name && f.id && f.type !== "hidden" && sent.get(f.name) !== null && sent.get(f.name) !== f.value;
      }).map(function (f) { return [f.id, f.value]; });
      var knew = document.getElementById("news").dataset.save;
      ["swap-main", "swap-aside"].forEach(function (id) {
        var next = page.getElementById(id), old = document.getElementById(id);
        if (next && old) old.replaceWith(document.adoptNode(next));
      });
      var news = told(knew);
      document.title = page.title;
      typed.forEach(function (t) {
        var f = document.getElementById(t[0]);
        if (f && f.name) { f.value = t[1]; showChange(f); }
      });
      var target = focus && document.getElementById(focus) || document.getElementById("defaultAddress-country");
      if (target) target.focus({ preventScroll: true });
      say(main().dataset.updated + (news && ". " + news));
    };
    request.onerror = function () { pending = null; plainly(form, what); };
    request.send(sent);
  }

  function plainly(form, what) {
    var field = document.createElement("input");
    field.type = "hidden";
    field.name = "do";
    field.value = what;
    form.appendChild(field);
    HTMLFormElement.prototype.submit.call(form);
  }

  // Send once. A second press is ignored; the words change only if it takes a while.
  document.addEventListener("submit", function (e) {
    var form = e.target;
    if (!form.dataset.saving || e.defaultPrevented) return;
    if (form.dataset.sent) { e.preventDefault(); return; }
    form.dataset.sent = "1";
    var button = e.submitter && !e.submitter.classList.contains("vh") ? e.submitter : document.querySelector(".foot .primary");
    if (!button) return;
    setTimeout(function () {
      button.setAttribute("aria-disabled", "true");
      button.textContent = form.dataset.saving;
      say(form.dataset.saving);
    }, 400);
  });

  addEventListener("pageshow", function (e) {
    if (e.persisted && document.querySelector("[data-sent]")) location.reload();
  });

  document.addEventListener("keydown", function (e) {
    var form = main();
    if (e.key !== "Enter" || !(e.ctrlKey || e.metaKey) || e.isComposing || !form) return;
    e.preventDefault();
    form.requestSubmit(form.querySelector("button[type=submit]"));
  });

  // Somebody else: while the form is in view, its address is asked every so often who
  // else has it open and whether somebody saved. Told of and put aside, a save stays so.
  var every = 30000, apart = 5000, asked = Date.now(), next, place;

  function plan(wait) {
    clearTimeout(next);
    next = setTimeout(ask, Math.max(wait, 0));
  }

  function ask() {
    var form = main(), news = document.getElementById("news");
    if (!form || !news || document.hidden) return;
    asked = Date.now();
    plan(every);
    var request = new XMLHttpRequest();
    request.open("GET", form.action);
    request.setRequestHeader("X-Fragment", "presence");
    request.setRequestHeader("X-Base", form.elements.base.value);
    request.setRequestHeader("X-Known", news.dataset.save);
    request.responseType = "document";
    request.timeout = every;
    request.onload = function () {
      if (request.status !== 200) return;
      var page = request.response, others = document.getElementById("others");
      if (page.getElementById("others").textContent !== others.textContent) swap(page, "others");
      var old = document.getElementById("news"), knew = old.dataset.save;
      if (page.getElementById("news").dataset.save === knew) return;
      var held = old.contains(document.activeElement);
      swap(page, "news");
      if (held) back();
      var words = told(knew);
      if (words) say(words);
    };
    request.send();
  }

  function swap(page, id) {
    document.getElementById(id).replaceWith(document.adoptNode(page.getElementById(id)));
  }

  // told is what the page tells of a save, unless that is the one it knew.
  function told(knew) {
    var news = document.getElementById("news");
    return news.dataset.save === knew ? "" : Array.prototype.map.call(news.querySelectorAll("h2, p"), function (n) {
      return n.textContent.replace(/\s+/g, " ").trim();
    }).join(" ");
  }

  // back puts the focus where the person was typing.
  function back() {
    (document.getElementById(place) || main().querySelector("input:not([type=hidden])")).focus();
  }

  document.addEventListener("focusin", function (e) {
    if (e.target.id && e.target.form && e.target.form === main()) place = e.target.id;
  });

  document.addEventListener("click", function (e) {
    var news = e.target.closest("[value^='keep:']") && document.getElementById("news");
    if (!news) return;
    e.preventDefault();
    news.textContent = "";
    var known = add(news, "input");
    known.type = "hidden";
    known.name = "known";
    known.value = news.dataset.save;
    known.setAttribute("form", "form");
    back();
  });

  function seen() { if (document.getElementById("news") && !document.hidden) plan(asked + apart - Date.now()); }
  document.addEventListener("visibilitychange", seen);
  addEventListener("focus", seen);
  if (document.getElementById("news")) plan(every);

  // Merge: the tags and the count follow the choices.
  document.addEventListener("change", function (e) {
    var item = e.target.type === "radio" && e.target.closest(".clash");
    if (!item) return;
    item.classList.remove("open");
    var err = document.getElementById(item.id + "-err");
    if (err) { err.remove(); item.removeAttribute("aria-describedby"); }
    item.querySelector(".if-decided").hidden = false;
    item.querySelector(".if-open").hidden = true;
    var items = document.querySelectorAll(".clash"), open = document.querySelectorAll(".clash.open").length;
    var bar = document.querySelector("#progress progress"), words = bar && bar.nextElementSibling;
    if (!words) return;
    bar.value = items.length - open;
    words.textContent = bar.value + words.dataset.of + items.length + (items.length === 1 ? words.dataset.one : words.dataset.many);
  });
})();
