// What a page is held against: the criteria of WCAG 2.2 that a script can judge, by
// their numbers, and the layout. Each check answers with what is wrong.
(() => {
  const flat = s => s.replace(/\s+/g, " ").trim();
  const all = (css, root = document) => [...root.querySelectorAll(css)];
  const shown = n => n.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true }) && n.getClientRects().length > 0;
  const tell = n => flat(n.outerHTML.replace(/>[^]*/, ">")).slice(0, 90) + flat(n.textContent).slice(0, 40);
  const wrong = (css, is) => all(css).filter(shown).filter(is).map(tell);
  const byId = id => document.getElementById(id);
  const referred = (n, name) => (n.getAttribute(name) || "").split(" ").filter(Boolean).map(byId).filter(Boolean);

  // unseen is what only a screen reader gets: clipped to a pixel.
  const unseen = n => !!n.closest(".vh, .skip:not(:focus), [aria-hidden=true].vh, .stacks thead") && n.closest(".vh, .skip, thead").getBoundingClientRect().width < 2 || !!n.closest(".skip:not(:focus)");
  const visibleText = n => {
    const copy = n.cloneNode(true);
    all(".vh, svg", copy).forEach(x => x.remove());
    return flat(copy.textContent);
  };
  const heard = n => {
    const copy = n.cloneNode(true);
    all("svg, [aria-hidden=true]", copy).forEach(x => x.remove());
    return flat(n.getAttribute("aria-label") || referred(n, "aria-labelledby").map(x => x.textContent).join(" ") || copy.textContent);
  };
  const region = n => flat(n.getAttribute("aria-label") || referred(n, "aria-labelledby").map(x => x.textContent).join(" "));
  const labelled = n => flat([...(n.labels || [])].map(heard).join(" ")) || heard(n);

  const inputs = "input:not([type=hidden]), select, textarea";
  const controls = "a[href], button, summary, " + inputs;
  const main = () => document.querySelector("main");
  const error = () => document.title.startsWith("Error: ");

  // tabbables are the places where Tab has to stop, in the order of the document: of a
  // group of radios one.
  const tabbables = () => {
    const dialog = document.querySelector("dialog:modal");
    return all(controls + ", [tabindex]", dialog || document)
      .filter(n => n.tabIndex >= 0 && !n.disabled && shown(n))
      .filter(n => {
        if (n.type !== "radio") return true;
        const group = all("input[type=radio]").filter(r => r.name === n.name && r.form === n.form && shown(r));
        return n === (group.find(r => r.checked) || group[0]);
      });
  };

  // textBoxes are the boxes of the lines of text, each with its node.
  const textBoxes = () => {
    const found = [];
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const range = document.createRange();
    for (let text; (text = walk.nextNode());) {
      const parent = text.parentElement;
      if (!text.data.trim() || parent.matches("option, optgroup, script, style") || !shown(parent) || unseen(parent)) continue;
      range.selectNodeContents(text);
      for (const box of range.getClientRects()) {
        if (box.width > 1 && box.height > 1) found.push({ node: parent, box, text: flat(text.data) });
      }
    }
    return found;
  };

  // layer is what moves by itself: what sticks may lie over what scrolls.
  const layer = n => {
    for (; n && n !== document.body; n = n.parentElement) {
      if (n.matches("dialog, .hits") || /sticky|fixed/.test(getComputedStyle(n).position)) return n;
    }
    return document.body;
  };

  // The ends of long names are cut off by design, with an ellipsis: the whole name is
  // the heading of the page that such a link leads to, or of this one.
  const shortened = n => !!n.closest(".recents a, .crumbs bdi, .who b, select");

  // layout: nothing is cut off, lies over something else, or leaves the window.
  const layout = () => {
    const out = [], root = document.scrollingElement;
    if (root.scrollWidth > root.clientWidth + 1) out.push(`scrolls sideways: ${root.scrollWidth} in ${root.clientWidth}`);
    const texts = textBoxes().filter(t => !shortened(t.node));
    for (const { node, box, text } of texts) {
      if (box.left < -1 || box.right > root.clientWidth + 1) out.push(`outside the window: "${text}" ${tell(node)}`);
      for (let n = node; n && n !== document.body; n = n.parentElement) {
        const style = getComputedStyle(n), clips = style.overflowX !== "visible";
        const part = n.matches(".btn, .tag, kbd, .mono-box, .linkbtn, summary");
        if (!clips && !part || style.display.startsWith("inline") && !part) continue;
        const around = n.getBoundingClientRect();
        const scrolls = /auto|scroll/.test(style.overflowY);
        if (box.left < around.left - 1.5 || box.right > around.right + 1.5 || !scrolls && (box.top < around.top - 3 || box.bottom > around.bottom + 3)) {
          out.push(`cut off: "${text}" by ${tell(n)}`);
        }
        if (scrolls) break;
      }
    }
    const boxes = texts.map(t => ({ ...t, layer: layer(t.node) }));
    all(inputs + ", .btn").filter(shown).filter(n => !unseen(n)).forEach(n => boxes.push({ node: n, box: n.getBoundingClientRect(), text: n.id || heard(n), layer: layer(n) }));
    for (let i = 0; i < boxes.length; i++) {
      for (let j = 0; j < i; j++) {
        const a = boxes[i], b = boxes[j];
        if (a.layer !== b.layer || a.node.contains(b.node) || b.node.contains(a.node)) continue;
        const x = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
        const y = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
        // A line of text is higher than its letters: a third of it may meet the next.
        if (x <= 2 || y <= Math.max(3, Math.min(a.box.height, b.box.height) / 3)) continue;
        if ([a, b].some(({ node }) => node.closest(".find kbd, .bar .grow > kbd"))) continue; // the key stands in its box
        out.push(`"${b.text}" and "${a.text}" lie over each other: ${tell(b.node)} ${tell(a.node)}`);
      }
    }
    return [...new Set(out)];
  };

  // Places with an order of their own, each with its reason.
  const reordered = n => n.id === "others"; // told beside the form, and above it where there is no room beside

  const unordered = () => {
    const out = [], rtl = getComputedStyle(document.body).direction === "rtl";
    for (const parent of all("body, body *")) {
      if (parent.closest("svg, select") || parent.childElementCount < 2 || !shown(parent)) continue;
      const boxes = [...parent.children]
        .filter(n => shown(n) && !unseen(n) && !reordered(n) && !n.matches("dialog, br"))
        .filter(n => !/absolute|fixed|sticky/.test(getComputedStyle(n).position))
        .map(n => ({ n, b: n.getBoundingClientRect() })).filter(({ b }) => b.width > 1 && b.height > 1);
      boxes.slice(1).forEach(({ n, b }, i) => {
        const { n: before, b: a } = boxes[i];
        const above = b.bottom <= a.top + 2;
        const sameLine = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > Math.min(a.height, b.height) / 2;
        const left = rtl ? b.left >= a.right - 2 : b.right <= a.left + 2;
        if (above || sameLine && left) out.push(`${tell(n)} is shown before ${tell(before)}`);
      });
    }
    return out;
  };

  const words = /\b(on the (left|right)|to the (left|right)|at the (left|right)|(left|right)[- ]hand|the (green|red|blue|grey|yellow|orange) |round (button|mark))\b/i;

  const criteria = {
    "1.1.1": () => [
      ...all("svg").filter(n => n.getAttribute("aria-hidden") !== "true" && !n.getAttribute("aria-label")).map(n => "an icon neither hidden nor named: " + tell(n)),
      ...all("svg").filter(shown).filter(n => n.getBBox().width === 0).map(n => "an icon without a picture: " + n.innerHTML),
      ...all("canvas, object, embed, input[type=image]").map(n => "neither text nor icon: " + tell(n)),
      ...all(controls).filter(shown).filter(n => !n.matches("[tabindex='-1']") && !labelled(n) && !n.value).map(n => "no name: " + tell(n)),
    ],
    "1.2.1": () => all("audio, video, iframe, object").map(tell),
    "1.3.1": () => [
      ...wrong("fieldset", n => !n.querySelector(":scope > legend") || !heard(n.querySelector("legend"))),
      ...all("td[data-label]").filter(n => {
        const heads = all("thead th", n.closest("table"));
        const head = heads[n.cellIndex];
        return head && !flat(head.textContent).includes(n.dataset.label);
      }).map(n => "labelled unlike its column: " + tell(n)),
      ...wrong("table", n => !n.caption && !n.getAttribute("aria-label") && !n.getAttribute("aria-labelledby")),
    ],
    "1.3.2": unordered,
    "1.3.3": () => textBoxes().filter(t => words.test(t.text) && !t.node.closest("bdi, dd, td, .v")).map(t => "says where or in which colour alone: " + t.text),
    "1.3.5": () => all("[autocomplete]").filter(n => n.getAttribute("autocomplete") !== "off").map(n => "details of a customer are not the operator's own: " + tell(n)),
    "1.4.1": () => [
      ...wrong(".wrong", n => !n.querySelector(".err svg") || !visibleText(n.querySelector(".err"))),
      ...wrong(".tag", n => !visibleText(n)),
      ...wrong(".note, .summary", n => !n.querySelector("svg") || !visibleText(n)),
      ...wrong(".dot", n => !/changed/.test(n.nextElementSibling && n.nextElementSibling.textContent)),
      ...wrong("ins, del, .dif", n => getComputedStyle(n).textDecorationLine === "none"),
      ...wrong(".side nav [aria-current]", n => !(parseInt(getComputedStyle(n).fontWeight, 10) > 500)),
      ...wrong("p a", n => getComputedStyle(n).textDecorationLine === "none" && getComputedStyle(n).borderStyle === "none"),
    ],
    "1.4.5": () => [
      ...all("img, picture, svg text, [style*=url]").map(tell),
      ...all("body *").filter(n => getComputedStyle(n).backgroundImage.includes("url(")).map(n => "a picture behind text: " + tell(n)),
    ],
    "1.4.10": () => {
      const root = document.scrollingElement;
      return root.scrollWidth > root.clientWidth ? [`scrolls sideways: ${root.scrollWidth} > ${root.clientWidth}`] : [];
    },
    "1.4.13": () => all("body [title]").map(n => "told on hover only: " + tell(n)),
    "2.1.1": () => [
      ...all("[onclick], [role=button]:not(button), [role=link]:not(a)").map(n => "only for a mouse: " + tell(n)),
      ...wrong(controls, n => n.tabIndex < 0 && !n.matches(".vh[aria-hidden=true], [role=option]")),
      ...all("a:not([href])").map(n => "a link to nowhere: " + tell(n)),
    ],
    "2.1.4": () => all("[accesskey]").map(tell),
    "2.2.1": () => all("meta[http-equiv=refresh]").map(tell),
    "2.2.2": () => [
      ...all("marquee, blink").map(tell),
      ...document.getAnimations().filter(a => a.effect.getComputedTiming().endTime > 5000).map(a => "moves on: " + tell(a.effect.target)),
    ],
    "2.4.1": () => {
      const skip = document.querySelector("body a"), to = skip && byId((skip.getAttribute("href") || "").slice(1));
      const first = document.querySelector("dialog:modal") || tabbables()[0] === skip;
      return first && to && to === main() && to.tabIndex === -1 ? [] : ["the first stop does not skip to main"];
    },
    "2.4.2": () => /^.+ – Partner Desk$/.test(document.title) && error() === !!byId("problems") ? [] : ["the title is " + document.title],
    "2.4.3": () => all("[tabindex]").filter(n => n.tabIndex > 0).map(tell),
    "2.4.4": () => {
      const out = [], names = new Map(), sections = all("section, nav, aside");
      all("main a[href]").filter(shown).forEach(n => {
        // What a link is about may stand in the heading above it.
        const name = sections.indexOf(n.closest("section, nav, aside")) + heard(n), to = n.getAttribute("href"), seen = names.get(name);
        if (seen !== undefined && seen !== to) out.push(`"${heard(n)}" leads to ${seen} and to ${to}`);
        names.set(name, to);
      });
      return out;
    },
    "2.4.6": () => [
      ...wrong("h1, h2, h3, h4, label, legend", n => !heard(n)),
      ...all("h1, h2, h3").filter(shown).map(heard).filter((t, i, list) => list.indexOf(t) !== i).map(t => "two headings: " + t),
    ],
    "2.5.8": () => wrong(controls, n => {
      if (n.matches("[tabindex='-1']") || unseen(n) || n.labels && n.labels.length && n.matches("[type=radio], [type=checkbox]")) return false;
      const box = n.getBoundingClientRect();
      // A link in a sentence is as high as its line.
      const inLine = getComputedStyle(n).display === "inline" && flat(n.parentElement.textContent).length > flat(n.textContent).length;
      return !inLine && (box.width < 24 || box.height < 23.5) && !apart(n);
    }),
    "3.1.2": () => textBoxes().filter(t => /[\u0590-\u06ff\u3040-\u30ff\u4e00-\u9fff]/.test(t.text) && !t.node.closest("bdi, [dir=auto], [lang]:not(html), [aria-hidden=true]"))
      .map(t => "a name without bdi: " + t.text),
    "3.3.1": () => [
      ...all("[aria-invalid=true]").flatMap(n => {
        const told = referred(n, "aria-describedby").find(x => x.id === n.id + "-err");
        if (!told || !visibleText(told)) return ["wrong, but not said why: " + tell(n)];
        const text = visibleText(told), summary = byId("problems");
        return error() && summary && !all("a", summary).some(a => flat(a.textContent) === text) ? ["not in the summary: " + text] : [];
      }),
      ...(error() && !byId("problems") && !document.querySelector("[aria-invalid=true]") ? ["an error page that names none"] : []),
      ...all("#problems a").filter(a => !byId(a.hash.slice(1))).map(a => "leads nowhere: " + tell(a)),
    ],
    "3.3.2": () => [
      ...wrong(inputs, n => n.type !== "submit" && !labelled(n)),
      ...all("#form .field").filter(shown).filter(f => f.querySelector("input[type=text], select"))
        .filter(f => !!f.querySelector("[aria-required=true]") === /\(optional\)/.test(f.textContent)).map(f => "neither required nor optional: " + tell(f)),
    ],
    "3.3.3": () => all(".err").map(visibleText).filter(t => !/^(Enter|Choose|Write|Use|Take|Shorten|Leave|Add|Pick|Give|Check|Remove|Type|Fill|Set|Select)\b/.test(t) && !/\b(enter|choose|use|must|needs?|has to|write|try|pick)\b/i.test(t))
      .map(t => "does not say how to put it right: " + t),
    "3.3.8": () => all("input[type=password], [autocomplete*=one-time]").map(tell),
    "4.1.2": () => [
      ...wrong("[role=combobox]", n => !n.hasAttribute("aria-expanded") || !byId(n.getAttribute("aria-controls"))),
      ...all("nav, section[aria-label], section[aria-labelledby], form[aria-label], aside").filter(shown).map(n => n.localName + " " + region(n)).filter((t, i, list) => list.indexOf(t) !== i).map(t => "two of one name: " + t),
      ...all("[aria-describedby], [aria-labelledby], [aria-controls]").flatMap(n => ["aria-describedby", "aria-labelledby", "aria-controls"].flatMap(name =>
        (n.getAttribute(name) || "").split(" ").filter(id => id && !byId(id)).map(id => `${name} names nothing: ${id}`))),
    ],
    "4.1.3": () => {
      const live = byId("live");
      return live && live.getAttribute("role") === "status" && all("[role=status], [aria-live], [role=alert]").length === 1 ? [] : ["not one status region"];
    },
  };

  // apart: a small target is one that no circle of 24 px around another meets.
  const apart = n => {
    const centre = b => [b.left + b.width / 2, b.top + b.height / 2];
    const [x, y] = centre(n.getBoundingClientRect());
    return all(controls).filter(shown).filter(m => m !== n && !unseen(m) && !n.contains(m) && !m.contains(n)).every(m => {
      const b = m.getBoundingClientRect();
      const dx = Math.max(b.left - x, 0, x - b.right), dy = Math.max(b.top - y, 0, y - b.bottom);
      return Math.hypot(dx, dy) >= 12 && (b.width >= 24 && b.height >= 24 || Math.hypot(x - centre(b)[0], y - centre(b)[1]) >= 24);
    });
  };

  // small are the targets that a finger misses where the pointer is coarse.
  const small = () => wrong("button, select, input:not([type=hidden], [type=radio], [type=checkbox]), summary, .btn, .linkbtn, .side nav a", n =>
    !n.matches(".vh, .demo *") && n.getBoundingClientRect().height < 43.5);

  // spaced sets the text as WCAG 1.4.12 lets people set it.
  const spaced = on => {
    const others = document.adoptedStyleSheets.filter(s => !s.spaced), sheet = new CSSStyleSheet();
    sheet.spaced = true;
    sheet.replaceSync("* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important } p { margin-block-end: 2em !important }");
    document.adoptedStyleSheets = on ? [...others, sheet] : others;
  };

  // places are the boxes of what a person looks for: landmarks, headings, controls.
  const places = () => all("main, header, nav, aside, h1, h2, .foot, .card, .note, " + controls).filter(shown).filter(n => !unseen(n) && !n.closest("dialog") && getComputedStyle(n).display !== "inline")
    .map(n => ({ n, b: n.getBoundingClientRect() }));

  return {
    numbers: () => Object.keys(criteria),
    flaws: () => Object.entries(criteria).flatMap(([number, check]) => check().map(flaw => number + " " + flaw)),
    check: number => criteria[number](),
    layout,
    small,
    spaced,
    is: (query, is) => matchMedia(query).matches === is,

    // mirrored turns the page around, and back to how it came.
    mirrored: on => {
      const root = document.documentElement;
      window.came = window.came || root.dir;
      root.dir = on ? { ltr: "rtl", rtl: "ltr" }[window.came] : window.came;
    },

    // geometry tells where everything stands: [left, top, width, height] in px.
    geometry: () => places().map(({ n, b }) => ({ what: tell(n), box: [b.left, b.top + scrollY, b.width, b.height] })),

    // edges are the controls whose border cannot be told from what is under them.
    edges: () => wrong(".btn, input:not([type=hidden], [type=radio], [type=checkbox]), select, .card, .note, .summary, .pick", n => {
      const style = getComputedStyle(n);
      return !unseen(n) && (style.borderTopStyle === "none" || parseFloat(style.borderTopWidth) < 1 || style.borderTopColor === getComputedStyle(document.body).backgroundColor);
    }),

    // printed is what has no use on paper.
    printed: () => wrong("nav:not(.crumbs), .side, .foot, .demo, form.bar, button, .btn, .skip, td.end a, .line p > a", n => !unseen(n)),

    moving: () => document.getAnimations().map(a => tell(a.effect.target)),

    // frame is the way around the portal as every page has it, in its order.
    frame: () => all(".side .brand, .side .find input, .side nav:not(.recents) a, .own a, .own button").map(n => heard(n) || labelled(n)),

    // fonts tells how wide this browser sets a text: where that differs, so do pictures.
    fonts: () => ["system-ui, sans-serif", "ui-monospace, monospace"].map(font => {
      const text = document.createElement("span");
      text.textContent = "Harbourline Ceramics 0123456789";
      text.style.cssText = "position: absolute; white-space: nowrap; font: 100px " + font;
      document.documentElement.append(text);
      const wide = Math.round(text.getBoundingClientRect().width);
      text.remove();
      return wide;
    }).join(" and ") + " px",

    tabbables: () => tabbables().length,
    tabbable: () => tabbables().indexOf(document.activeElement),
    names: () => tabbables().map(n => n.id || heard(n) || n.localName),
  };
})()
