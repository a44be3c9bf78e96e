package handlers_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/partnerdesk/portal/web/database/databasetest"
)

// what is no key of ours names nothing, on both engines: PostgreSQL takes
// neither NUL nor broken UTF-8 for a text, and that is no trouble of the database.
func TestA53OddKeysNameNothing(t *testing.T) { databasetest.Both(t, testA53OddKeysNameNothing) }

func testA53OddKeysNameNothing(t *testing.T) {
	site := newSite(t)
	id := site.customer(harbourline)
	b := site.signIn("Ada Admin")
	f := b.edit(id)
	token := f.values.Get("csrf")
	review := f.fill("email", "typed@harbourline.example").press().want(http.StatusOK)
	odds := []string{"%00", "%ff", "%27%20OR%201=1", "$1", "..%2f..", "%C0%AE", "9007199254740993", "-1"}
	for _, odd := range odds {
		b.get(overview(id) + "/saves/" + odd).want(http.StatusNotFound)
		b.get(overview(id) + "/history/" + odd).want(http.StatusNotFound)
		b.post(overview(id)+"/saves/"+odd+"/close", url.Values{"csrf": {token}}).want(http.StatusForbidden) // the token of another form
		b.post(overview(id)+"/history/"+odd+"/undo", url.Values{"csrf": {token}}).want(http.StatusNotFound)
		b.get(billing(id) + "/review?draft=" + odd).want(http.StatusOK)
		b.get(billing(id) + "/merge?draft=" + odd).want(http.StatusOK)
		b.get(billing(id) + "?draft=" + odd).want(http.StatusOK)
		b.get(overview(id) + "/draft/discard?draft=" + odd).want(http.StatusNotFound)
		b.post(overview(id)+"/draft/discard?draft="+odd, url.Values{"csrf": {token}}).want(http.StatusNotFound)
		b.post(overview(id)+"/draft?draft="+odd, f.values).want(http.StatusBadRequest)
		b.post(billing(id)+"/review?draft="+odd, url.Values{"csrf": {token}, "key": {"x"}}).want(http.StatusNotFound)
		b.get("/changes?who=" + odd + "&customer=" + string(id) + "&via=" + odd).want(http.StatusOK)
		b.get(overview(id) + "/history?who=" + odd).want(http.StatusOK)
		b.get(overview(id) + "/history.csv?who=" + odd).want(http.StatusOK)

		key, err := url.QueryUnescape(odd)
		must(t, err)
		review.form("key").fill("key", key).press("do", "save").want(http.StatusNotFound)
	}
	for _, odd := range odds {
		key, err := url.QueryUnescape(odd)
		must(t, err)
		f.values.Set("key", key)
		b.post(overview(id)+"/draft?"+f.action.RawQuery, f.values).want(http.StatusNoContent)
		f.values.Del("key")
		b.post(billing(id)+"/merge?"+f.action.RawQuery, url.Values{"csrf": {token}, "etag": {f.values.Get("etag")}, "base": {f.values.Get("base")}, "key": {key}}).want(http.StatusConflict)
	}
	site.wantPuts(0, 0)
}
