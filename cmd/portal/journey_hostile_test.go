package main

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// Texts that would be scripts, elements or members of the language's own objects, if any
// page took them for more than text.
const (
	hostileCompany = `__proto__ </script><script>window.hit=1</script><img name=getElementById src=/x onerror="window.hit=2">`
	hostileLast    = `constructor"><form id="form" name="querySelector"><input name="elements">`
	hostileFloor   = "\u2028window.hit=3//\u2029</template><svg onload=window.hit=4>${window.hit=5}{{7*7}}"
	hostileTyped   = `</textarea></script><script>window.hit=6</script>'"&lt;b&gt; $& $' {name}`
)

// What others stored, and what somebody types, is text in every part of a real browser:
// pages, what scripts put into them, the form's old and new values, the find box.
func hostileTexts(p *tab) {
	p.signIn("Ada Admin")
	patch, err := json.Marshal(map[string]any{"companyName": hostileCompany, "lastName": hostileLast, "defaultAddress": map[string]string{"addressLine2": hostileFloor}})
	if err != nil {
		p.t.Fatal(err)
	}
	p.elsewhere(p.t, harbourline, string(patch))
	id := string(p.id(p.t, harbourline))
	p.open("/customers/" + id)
	p.see(hostileCompany, hostileLast, "{{7*7}}")
	p.wantInert()
	p.open("/customers/" + id + "/billing")
	p.wantValue("companyName", hostileCompany)
	p.wantValue("lastName", hostileLast)
	p.fill("firstName", hostileTyped)
	p.fill("lastName", "Whitfield")
	p.fill("companyName", "constructor")
	p.wantInert()
	if p.mode.scripts {
		p.comes("Draft saved at ")
		p.see(hostileLast) // a script tells what stood there before
		p.wantInert()
	}
	p.press(review)
	p.see(hostileTyped, hostileCompany, hostileLast)
	p.wantInert()
	p.press("Back to editing")
	p.wantValue("firstName", hostileTyped)
	p.wantInert()
	p.open("/customers/" + id + "/history")
	p.see(hostileCompany)
	p.wantInert()
	p.pressPart(`main td a[href*="/history/"]`)
	p.see(hostileLast)
	p.wantInert()
	p.open("/customers?q=" + "%3C%2Fscript%3E%3Cscript%3Ewindow.hit%3D7%3C%2Fscript%3E%E2%80%A8")
	p.see("</script><script>window.hit=7</script>")
	p.wantInert()
	if p.mode.scripts { // the find box draws what it fetches
		p.open("/help")
		p.keys("/")
		p.keys("__proto__")
		p.until("the customer is offered", func() bool { return strings.Contains(askPage[string](p, "seen", "#find-hits"), "__proto__ </script>") })
		p.wantInert()
	}
}

// wantInert wants nothing of a page to have run, become an element, or taken the name of
// something that scripts ask for.
func (p *tab) wantInert() {
	p.t.Helper()
	found := eval[[]string](p, `(() => {
		const bad = [];
		if (window.hit !== undefined) bad.push("a text has run: " + window.hit);
		if ("polluted" in {} || ({}).hit !== undefined) bad.push("every object has a new member");
		for (const n of document.querySelectorAll("img, iframe, object, embed, base, script:not([src]), style, [onload], [onerror]")) bad.push(n.outerHTML.slice(0, 80));
		for (const n of document.querySelectorAll("[id], [name]")) for (const key of new Set([n.id, n.getAttribute("name")])) {
			if (!key) continue;
			if (key in Object.prototype) bad.push(key + " is a member of every object");
			if (n.form && key in HTMLFormElement.prototype) bad.push(key + " stands in for a member of its form");
			if (n.matches("form, img, iframe, object, embed") && key in Document.prototype) bad.push(key + " stands in for a member of the document");
		}
		return bad;
	})()`)
	if len(found) > 0 {
		p.fail("%q", found)
	}
}

// After all that a person does, and after signing out, the browser holds nothing: no
// storage, no database, no cache of scripts, no cookie that a script reads, and at the end
// no cookie of the session's either.
func nothingKeptInTheBrowser(p *tab) {
	p.signIn("Ada Admin")
	p.open("/settings")
	p.open("/customers?q=harbour")
	p.billing(harbourline)
	p.fill("email", "kept@harbourline.example")
	if p.mode.scripts {
		p.comes("Draft saved at ")
	}
	p.wantNothingKept()
	p.press(review)
	p.press(save)
	p.see("Billing profile saved.")
	p.open("/customers/" + string(p.id(p.t, harbourline)) + "/history")
	p.wantNothingKept()
	p.leave()
	p.wantNothingKept()
	p.call(func(ctx context.Context) error {
		kept, err := chromedp.Call(ctx, network.GetCookies, network.GetCookiesParams{URLs: []string{p.site + "/"}})
		for _, c := range kept.Cookies {
			p.t.Errorf("the cookie %s is left", c.Name)
		}
		return err
	})
}

func (p *tab) wantNothingKept() {
	p.t.Helper()
	if kept := eval[string](p, `[localStorage.length, sessionStorage.length, document.cookie].join()`); kept != "0,0," {
		p.fail("kept: %s", kept)
	}
	if !p.mode.scripts {
		return // promises do not end then; who could have kept something?
	}
	kept := eval[string](p, `(async () => [...(await indexedDB.databases()).map(d => "database " + d.name), ...(await caches.keys()).map(k => "cache " + k),
		...(await navigator.serviceWorker.getRegistrations()).map(r => "worker " + r.scope)].join())()`, chromedp.EvalAwaitPromise)
	if kept != "" {
		p.fail("kept: %s", kept)
	}
}
