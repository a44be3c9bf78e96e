// What a journey asks of a page. It runs as DevTools do, so it works with scripts
// switched off and under any content security policy.
(() => {
  // In the pseudo-languages a page says what it says in English, accented and made longer;
  // plain is that without it, so that journeys find their way by the same words.
  const pseudo = /-X[AB]$/.test(document.documentElement.lang);
  const accented = "áƀçðéƒĝĥíĵķļɱñóþǫŕšţúṽŵẋýžÁƁÇÐÉƑĜĤÍĴĶĻṀÑÓÞǪŔŠŢÚṼŴẊÝŽ", letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  const plain = s => !pseudo ? s : s.replace(/[⟦⟧\u2066-\u2069]| ·+/g, "")
    .replace(/[^\0-\x7f]/g, c => letters[accented.indexOf(c)] || c);
  const flat = s => plain(s.replace(/\s+/g, " ").trim());
  const shown = n => n.checkVisibility({ visibilityProperty: true }) && n.getClientRects().length > 0;

  // words is the text of a control as a person reads it: without what is only for
  // screen readers, without icons and key hints. Blocks part words, marks do not.
  const words = n => {
    const copy = n.cloneNode(true);
    copy.querySelectorAll(".vh, kbd, svg, [aria-hidden=true]").forEach(x => x.remove());
    copy.querySelectorAll("span, b, p, div, time").forEach(x => x.append(" "));
    return flat(copy.textContent);
  };

  const controls = text => [...document.querySelectorAll("button, a[href], summary, label, input[type=submit]")]
    .filter(n => !n.matches(".vh") && shown(n))
    .filter(n => { const w = words(n); return w === text || w.startsWith(text + " "); })
    .sort((a, b) => words(a).length - words(b).length);

  // point is where a mouse would press the node, once scrolled to.
  const point = n => {
    if (!n) return { Missing: true };
    n.scrollIntoView({ block: "center", inline: "nearest", behavior: "instant" });
    const box = n.getClientRects()[0];
    if (!box) return { Missing: true };
    const x = box.left + box.width / 2, y = box.top + box.height / 2;
    const top = document.elementFromPoint(x, y);
    const free = top && (n.contains(top) || top.contains(n) || (n.control && n.control === top));
    return { X: x, Y: y, Under: free ? "" : top ? top.outerHTML.slice(0, 120) : "nothing" };
  };

  const name = n => !n || n === document.body ? "" : n.id || words(n) || n.getAttribute("name") || n.tagName;

  return {
    control: text => point(controls(text)[0]),
    element: css => point(document.querySelector(css)),
    text: () => flat(document.body.innerText),
    html: css => { const n = document.querySelector(css); return n ? n.innerHTML : ""; },
    seen: css => { const n = document.querySelector(css); return n ? flat(n.innerText) : ""; },
    value: css => { const n = document.querySelector(css); return n ? n.value : null; },
    count: css => [...document.querySelectorAll(css)].filter(shown).length,
    focus: () => name(document.activeElement),
    said: () => plain(document.getElementById("live").textContent),
    choose: (css, value) => {
      const n = document.querySelector(css);
      if (!n || ![...n.options].some(o => o.value === value)) return false;
      n.value = value;
      n.dispatchEvent(new Event("input", { bubbles: true }));
      n.dispatchEvent(new Event("change", { bubbles: true }));
      return true;
    },

    // stop is where Tab has come to: what a person would see of it.
    stop: () => {
      const n = document.activeElement;
      if (!n || n === document.body) return { Name: "" };
      const ring = getComputedStyle(n), around = getComputedStyle(n.closest("label, .find, .pick") || n);
      const wide = s => s.outlineStyle === "none" ? 0 : parseFloat(s.outlineWidth);
      // Not hidden means: some part of it can be seen. A link that wraps has a box per
      // line, and between them lies the text around it.
      const seen = [...n.getClientRects()].flatMap(box => [[.5, .5], [.05, .5], [.95, .5], [.5, .05], [.5, .95]].map(([x, y]) =>
        document.elementFromPoint(box.left + box.width * x, box.top + box.height * y)));
      const free = seen.some(top => top && (n.contains(top) || n.control === top || (n.labels && [...n.labels].some(l => l.contains(top)))));
      return { Name: name(n), Ring: Math.max(wide(ring), wide(around)), Over: free ? "" : seen[0] ? seen[0].outerHTML.slice(0, 120) : "the edge of the window" };
    },

    // untranslated is what a page in a pseudo-language says outside its brackets: nothing
    // but names, codes and keys may stand there.
    untranslated: () => {
      if (!pseudo) return [];
      const copy = document.documentElement.cloneNode(true);
      copy.querySelectorAll("script, style, svg, bdi, code, kbd, option, textarea, .mono-box, .brand").forEach(n => n.replaceWith(" "));
      const outside = text => {
        let depth = 0, out = "";
        for (const c of text) {
          if (c === "⟦") depth++;
          else if (c === "⟧") depth--;
          else out += depth > 0 ? " " : c;
        }
        return out.split(/[^\p{L}' ]+|  +/u).map(s => s.trim()).filter(s => /\p{L}/u.test(s));
      };
      const said = [...copy.querySelectorAll("[aria-label], [placeholder], [title], [data-label], optgroup")].flatMap(n =>
        ["aria-label", "placeholder", "title", "data-label"].map(a => n.getAttribute(a) || ""));
      return [copy.textContent, ...said].flatMap(outside).filter(s => s !== "Partner Desk" && s !== "UTC");
    },

    // flaws are what no page may have, whatever it shows.
    flaws: () => {
      const out = [];
      const root = document.scrollingElement;
      if (root.scrollWidth > root.clientWidth) {
        const wide = [...document.querySelectorAll("body *")].filter(n => n.getBoundingClientRect().right > root.clientWidth + 1);
        out.push(`scrolls sideways: ${root.scrollWidth} > ${root.clientWidth}: ${wide.slice(-3).map(n => n.outerHTML.slice(0, 100)).join(" … ")}`);
      }
      const ids = [...document.querySelectorAll("[id]")].map(n => n.id);
      new Set(ids.filter((id, i) => ids.indexOf(id) !== i)).forEach(id => out.push("id twice: " + id));
      document.querySelectorAll("[aria-describedby], [aria-labelledby], label[for]").forEach(n => {
        for (const a of ["aria-describedby", "aria-labelledby", "for"]) {
          for (const id of (n.getAttribute(a) || "").split(" ").filter(Boolean)) {
            if (!ids.includes(id)) out.push(`${a} names nothing: ${id}`);
          }
        }
      });
      document.querySelectorAll("main form[method=post]").forEach(f => {
        if (!f.getAttribute("action")) out.push("a form without action");
      });
      document.querySelectorAll("[aria-invalid=true]").forEach(n => {
        if (!document.getElementById(n.id + "-err")) out.push("wrong, but not said why: " + n.id);
      });
      if (!document.title || document.querySelectorAll("h1").length !== 1) out.push("no title, or not one h1");
      return out;
    },
  };
})()
