package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"time"
)

// grants is the identity provider, and takes notes of the tokens it gives away. A
// refresh token works once: when the process that has spent it dies before the new one
// is kept, the session ends with it, and nobody could have prevented that.
type grants struct {
	http.Handler

	mu      sync.Mutex
	owners  map[string]string      // email by refresh token
	refused map[string][]time.Time // when somebody's refresh token was refused, by email
	secrets []string
}

func (g *grants) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost || r.URL.Path != "/token" {
		g.Handler.ServeHTTP(w, r)
		return
	}
	asked, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(asked))
	answer := httptest.NewRecorder()
	g.Handler.ServeHTTP(answer, r)
	g.note(asked, answer)
	for name, values := range answer.Header() {
		w.Header()[name] = values
	}
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes())
}

func (g *grants) note(asked []byte, answer *httptest.ResponseRecorder) {
	form, _ := url.ParseQuery(string(asked))
	g.mu.Lock()
	defer g.mu.Unlock()
	if owner := g.owners[form.Get("refresh_token")]; owner != "" && answer.Code == http.StatusBadRequest {
		g.refused[owner] = append(g.refused[owner], time.Now())
	}
	var given struct {
		Access  string `json:"access_token"`
		Refresh string `json:"refresh_token"`
		ID      string `json:"id_token"`
	}
	if json.Unmarshal(answer.Body.Bytes(), &given) != nil || given.Refresh == "" {
		return
	}
	var claims struct{ Email string }
	if parts := strings.Split(given.ID, "."); len(parts) == 3 {
		if text, err := base64.RawURLEncoding.DecodeString(parts[1]); err == nil {
			_ = json.Unmarshal(text, &claims)
		}
	}
	g.owners[given.Refresh] = claims.Email
	g.secrets = append(g.secrets, given.Access, given.Refresh)
}

// excuses adds why a session was gone that nobody had ended: its refresh token was
// refused, or Partner Center refused its renewed token as well.
func (f *fleet) excuses(h *history) {
	f.grants.mu.Lock()
	defer f.grants.mu.Unlock()
	for i, s := range h.sights {
		if s.ended || s.alive || s.excuse != "" {
			continue
		}
		for _, at := range f.grants.refused[s.email] {
			if at.Before(s.at) {
				h.sights[i].excuse = "its refresh token came twice"
			}
		}
		refused := map[string]int{} // 401s by request ID
		for _, call := range h.upstream.Requests {
			if call.Status == http.StatusUnauthorized && call.Time.Before(s.at) && call.Time.After(s.at.Add(-patience)) {
				if refused[call.Headers["MS-RequestId"]]++; refused[call.Headers["MS-RequestId"]] > 1 {
					h.sights[i].excuse = "Partner Center refused a renewed token"
				}
			}
		}
	}
}
