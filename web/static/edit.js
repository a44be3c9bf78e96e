// The forms: error summary, what changed, undo, the country's fields, choices of a
// merge, sending once, keeping drafts, the session's end. Without this script the
// server does all of it that it can.
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
    if (optional) optional.before(" ");
    was = add(field, "p", "was");
    was.id = id;
    var around = form.dataset.was.split("{value}"), said = add(was, "span", "", around[0]);
    add(said, "bdi", "", input.dataset.was);
    said.append(around[1]);
    var undo = add(was, "button", "linkbtn", form.dataset.undo);
    undo.type = "submit";
    undo.name = "do";
    undo.value = "undo:" + input.name;
    add(undo, "span", "vh", " " + form.dataset.undoOf.replace("{label}", name));
  }

  document.addEventListener("input", function (e) { showChange(e.target); });

  // The list of what changed, beside the form, in the form's own labels.
  function tell(form) {
    var list = document.querySelector("[data-live]");
    if (!list) return;
    var names = Array.prototype.map.call(form.querySelectorAll("label .dot"), function (dot) { return dot.parentNode.dataset.inside; });
    var all = names.length ? names.reduce(function (so, name, i) {
      return form.dataset[i < names.length - 1 ? "more" : "last"].replace("{list}", so).replace("{name}", name);
    }) : form.dataset.nothing;
    list.textContent = all.charAt(0).toUpperCase() + all.slice(1);
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
    typed(soon);
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
    settled();
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
      var meanwhile = Array.prototype.filter.call(form.elements, function (f) {
        return f.name && f.id && f.type !== "hidden" && sent.get(f.name) !== null && sent.get(f.name) !== f.value;
      }).map(function (f) { return [f.id, f.value]; });
      var knew = document.getElementById("news").dataset.save;
      ["swap-main", "swap-aside"].forEach(function (id) {
        var next = page.getElementById(id), old = document.getElementById(id);
        if (next && old) old.replaceWith(document.adoptNode(next));
      });
      var news = told(knew);
      document.title = page.title;
      meanwhile.forEach(function (t) {
        var f = document.getElementById(t[0]);
        if (f && f.name) { f.value = t[1]; showChange(f); }
      });
      isKept(request.getResponseHeader("X-Draft-Kept"));
      var target = focus && document.getElementById(focus) || document.getElementById("defaultAddress-country");
      if (target) target.focus({ preventScroll: true });
      say(news ? main().dataset.updatedNews.replace("{news}", news) : main().dataset.updated);
    };
    request.onerror = function () { pending = null; plainly(form, what); };
    request.send(sent);
  }

  // Errors go when their field is repaired and left: the server is asked which of those
  // on the page still hold. New ones wait until the form is sent.
  var leaving, asking = null, judged = filled();

  function filled() { return main() && String(new URLSearchParams(new FormData(main()))); }

  function left(e) {
    if (!main() || !main().dataset.check || !e.target.closest("#form, #problems")) return;
    clearTimeout(leaving);
    leaving = setTimeout(check, 300);
  }
  document.addEventListener("change", left);
  document.addEventListener("focusout", left);

  function check() {
    var summary = document.getElementById("problems"), now = filled();
    if (!summary || pending || now === judged || summary.contains(document.activeElement)) return;
    if (asking) asking.abort();
    var links = summary.querySelectorAll("a"), request = asking = new XMLHttpRequest();
    request.open("POST", main().dataset.check);
    request.setRequestHeader("X-Wrong", Array.from(links, function (link) { return target(link).name; }).join(" "));
    request.responseType = "document";
    request.onload = function () {
      var page = request.response, answer = page && page.getElementById("check");
      if (!answer || summary.contains(document.activeElement)) return;
      judged = now;
      links.forEach(function (link) { settle(link, answer.querySelector(".summary a[href='" + link.hash + "']")); });
      document.querySelectorAll(".onpage a").forEach(function (link) {
        fill(link, answer.querySelector(".onpage a[href='" + link.hash + "']"));
      });
      var title = page.getElementById("problems-t");
      if (title) fill(document.getElementById("problems-t"), title);
      else summary.remove();
      document.title = page.title;
      if (summary.querySelectorAll("a").length < links.length) say(answer.dataset.said);
    };
    request.send(new URLSearchParams(now));
  }

  function target(link) { return document.getElementById(link.hash.slice(1)); }

  function fill(node, from) { node.replaceChildren.apply(node, Array.from(from.childNodes)); }

  // settle takes an error away, or changes its words unless somebody is at its field.
  function settle(link, still) {
    var field = target(link), whole = field.closest("fieldset") || field;
    var err = document.getElementById(whole.id + "-err");
    if (still) {
      if (field === document.activeElement) return;
      err.lastElementChild.lastChild.textContent = link.textContent = still.textContent;
      return;
    }
    link.parentNode.remove();
    describe(whole, err.id, false);
    whole.removeAttribute("aria-invalid");
    whole.closest(".wrong").classList.remove("wrong");
    err.remove();
  }

  function plainly(form, what) {
    settled();
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
    if (e.defaultPrevented) return;
    if (form === main() || form.id === "ask") settled();
    if (!form.dataset.saving) return;
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
  // Review and merge ask too, so that others see that somebody is still at it.
  var every = 30000, apart = 5000, asked = Date.now(), next, place;

  // here is the address of the open form, also while it is reviewed or merged.
  function here() { return main() && main().dataset.here; }

  function plan(wait) {
    clearTimeout(next);
    next = setTimeout(ask, Math.max(wait, 0));
  }

  function ask() {
    var form = main(), news = document.getElementById("news");
    if (!here() || document.hidden) return;
    asked = Date.now();
    plan(every);
    var request = new XMLHttpRequest();
    request.open("GET", here());
    request.setRequestHeader("X-Fragment", "presence");
    if (news) {
      request.setRequestHeader("X-Base", form.elements.base.value);
      request.setRequestHeader("X-Known", news.dataset.save);
    }
    request.responseType = "document";
    request.timeout = every;
    request.onload = function () {
      lasts(request.getResponseHeader("X-Session-Left"));
      if (!news || request.status !== 200) return;
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

  function seen() { if (here() && !document.hidden) plan(asked + apart - Date.now()); }
  document.addEventListener("visibilitychange", seen);
  addEventListener("focus", seen);
  if (here()) plan(every);

  // Drafts: what is typed is kept on the server, two seconds after the last change, on
  // leaving a field, and when the page goes out of sight. One request at a time.
  var bar = document.getElementById("draft");
  var pause = 2000, soon = 300, patience = 10000;
  var unkept = false, failed = false, sending = null, sentAt = 0, timer, after;

  function typed(wait) {
    if (!bar) return;
    unkept = true;
    if (!failed) state("again", bar.dataset.saving);
    clearTimeout(timer);
    timer = setTimeout(keep, wait);
  }

  // settled forgets what is unkept or to be checked: something else takes it along now.
  function settled() {
    unkept = failed = false;
    clearTimeout(timer);
    clearTimeout(leaving);
    if (sending) sending.abort();
    if (asking) asking.abort();
  }

  function keep(fresh) {
    clearTimeout(timer);
    if (!bar || !unkept || sending) return;
    unkept = false;
    sentAt = Date.now();
    sending = new AbortController();
    fetch(bar.dataset.keep, {
      method: "POST", body: new URLSearchParams(new FormData(main())), keepalive: true, signal: sending.signal
    }).then(function (answer) { answered(answer, fresh === true); }, function (e) {
      sending = null;
      if (e.name !== "AbortError") unsaved(true);
      goOn();
    });
  }

  function answered(answer, fresh) {
    var kept = answer.headers.get("X-Draft-Kept"), known = answer.status === 204;
    sending = null;
    lasts(answer.headers.get("X-Session-Left"));
    if (answer.status === 401) over();
    else if (known) signedIn();
    if (answer.status === 403 && !fresh) renew();
    else if (!known && !kept) unsaved(answer.status >= 429);
    else if (unkept) typed(pause);
    else isKept(kept);
    goOn();
  }

  // goOn does what waited for the draft to be kept.
  function goOn() {
    var then = after;
    after = null;
    if (then) then();
  }

  function isKept(at) {
    if (!bar) return;
    if (failed && at) say(bar.dataset.saved.replace("{clock}", at));
    failed = false;
    state(at ? "check" : "", bar.dataset.saved.replace("{clock}", at));
    document.querySelectorAll(".foot [data-leave], .foot [data-ask]").forEach(function (link) {
      link.hidden = "leave" in link.dataset === !!at;
    });
  }

  function unsaved(again) {
    if (!failed) say(bar.dataset.failed);
    unkept = failed = true;
    state("alert", bar.dataset.failed);
    if (again) timer = setTimeout(keep, patience);
  }

  function state(icon, text) {
    var part = bar.querySelector("[data-kept]"), use = part.querySelector("use");
    part.hidden = !icon;
    if (!icon) return;
    use.setAttribute("href", use.getAttribute("href").replace(/#.*/, "#" + icon));
    part.lastElementChild.textContent = text;
  }

  // renew takes a fresh token for the form after a new sign-in, and tries once more.
  // Somebody else's session gets a token too, but cannot keep this person's form.
  function renew() {
    var form = main(), request = new XMLHttpRequest();
    unkept = true;
    request.open("GET", form.action + "&keep=1");
    request.setRequestHeader("X-Fragment", "token");
    request.responseType = "document";
    request.onload = function () {
      var theirs = request.status < 400 && request.response && request.response.getElementById("form");
      if (!theirs) { unsaved(request.status >= 429); return; }
      form.elements.csrf.value = theirs.elements.csrf.value;
      keep(true);
    };
    request.onerror = function () { unsaved(true); };
    request.send();
  }

  // What came back without having been kept is kept now.
  if (main() && "unkept" in main().dataset) typed(soon);

  function inForm(e) { return e.target.form && e.target.form === main(); }
  document.addEventListener("input", function (e) { if (inForm(e)) typed(pause); });
  document.addEventListener("change", function (e) { if (inForm(e)) typed(soon); });
  addEventListener("pagehide", keep);
  addEventListener("online", keep);
  document.addEventListener("visibilitychange", function () {
    if (signedOut()) unkept = true; // whoever comes back may have signed in
    if (document.hidden || failed || signedOut()) keep();
  });
  addEventListener("beforeunload", function (e) {
    if (failed || sending && Date.now() - sentAt < 5000) e.preventDefault();
  });

  // Discarding asks in a dialog what the link's page asks.
  document.addEventListener("click", function (e) {
    var link = e.target.closest("a[data-ask]"), close = e.target.closest("dialog [data-close]");
    if (close) { e.preventDefault(); close.closest("dialog").close(); }
    if (!link || !window.HTMLDialogElement || e.defaultPrevented || e.button || e.ctrlKey || e.metaKey || e.shiftKey || e.altKey) return;
    e.preventDefault();
    if (unkept || sending) { after = function () { discard(link); }; keep(); } else discard(link);
  });

  function discard(link) {
    var request = new XMLHttpRequest();
    request.open("GET", link.href);
    request.setRequestHeader("X-Fragment", "ask");
    request.responseType = "document";
    request.onerror = function () { location = link.href; };
    request.onload = function () {
      var part = request.status === 200 && request.response.getElementById("ask");
      if (!part) { location = link.href; return; }
      var dialog = add(document.body, "dialog"), title = document.createElement("h2"), page = part.querySelector("h1");
      title.id = page.id;
      title.append.apply(title, page.childNodes);
      page.replaceWith(title);
      dialog.append(document.adoptNode(part));
      dialog.setAttribute("aria-labelledby", title.id);
      dialog.addEventListener("close", function () { dialog.remove(); link.focus(); });
      dialog.showModal();
    };
    request.send();
  }

  // The session: two minutes before its end the person is asked to stay. What the
  // answers say of it counts, since other tabs keep it alive too.
  var ending = document.getElementById("ending"), banner = document.getElementById("over");
  var notice = 120, warned = false, bell;

  function lasts(left) {
    if (!ending || !left) return;
    var seconds = parseInt(left, 10), fixed = /fixed/.test(left);
    ending.querySelectorAll("[data-fixed]").forEach(function (n) { n.hidden = n.dataset.fixed !== String(fixed); });
    if (seconds > notice + 5) {
      warned = false;
      if (ending.open) ending.close();
    }
    clearTimeout(bell);
    bell = setTimeout(look, Math.max(warned ? seconds + 1 : seconds - notice, 1) * 1000);
  }

  // life asks how long the session lasts; unless quietly, that is a sign of life.
  function life(quietly, then) {
    fetch("/", { method: "HEAD", redirect: "manual", headers: quietly ? { "X-Fragment": "result" } : {} }).then(function (answer) {
      var left = answer.headers.get("X-Session-Left");
      if (!left && (answer.status === 401 || answer.type === "opaqueredirect")) over();
      if (!left) return;
      then(parseInt(left, 10));
      lasts(left);
    }, function () { bell = setTimeout(look, patience); });
  }

  function look() {
    life(true, function (seconds) {
      if (warned || seconds > notice + 5) return;
      warned = true;
      ending.showModal();
    });
  }

  function stay() {
    life(false, function (seconds) { if (seconds > notice + 5) say(ending.dataset.stays); });
  }

  function signedOut() { return banner && !banner.hidden; }

  function over() {
    clearTimeout(bell);
    if (ending && ending.open) ending.close();
    if (!banner || signedOut()) return;
    banner.hidden = false;
    say(banner.querySelector("h2").textContent);
  }

  function signedIn() { if (banner) banner.hidden = true; }

  if (ending) {
    ending.querySelector("[data-stay]").addEventListener("click", stay);
    lasts(ending.dataset.left);
  }

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
    words.textContent = words.dataset.made.replace("{made}", bar.value);
  });
})();
