package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/audit"
	"github.com/partnerdesk/portal/web/database/databasetest"
	"github.com/partnerdesk/portal/web/seal"
)

// portal runs one command line and returns its exit code and what it printed.
func portal(t *testing.T, args ...string) (code int, out, complaints string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code = execute(t.Context(), args, console{Out: &stdout, Err: &stderr})
	return code, stdout.String(), stderr.String()
}

func TestHelpNamesEveryCommand(t *testing.T) {
	code, out, _ := portal(t, "--help")
	if code != 0 {
		t.Errorf("exit code %d", code)
	}
	for _, command := range []string{"serve", "demo", "simulate", "check", "migrate", "audit", "keys", "healthcheck", "version"} {
		if !strings.Contains(out, "\n  "+command) {
			t.Errorf("no %s in:\n%s", command, out)
		}
		if code, out, _ := portal(t, command, "--help"); code != 0 || !strings.Contains(out, "Usage: portal "+command) {
			t.Errorf("%s --help: exit code %d, %s", command, code, out)
		}
	}
}

func TestSecretsHaveNoPlaceInTheHelp(t *testing.T) {
	t.Setenv("PORTAL_KEYS", "hunter2")
	_, out, _ := portal(t, "serve", "--help")
	for _, shown := range []string{"hunter2", "--keys=", "--oidc-client-secret="} {
		if strings.Contains(out, shown) {
			t.Errorf("help shows %s", shown)
		}
	}
}

func TestSecretsAreNotTakenFromTheCommandLine(t *testing.T) {
	for flag, secret := range map[string]string{"--keys": "hunter2", "--oidc-client-secret": "hunter2", "--database-url": "postgres://portal:hunter2@db/portal"} {
		for _, args := range [][]string{{"serve", flag + "=" + secret}, {"check", flag, secret}} {
			code, out, complaints := portal(t, args...)
			if code == 0 || !strings.Contains(complaints, flag+" is not taken") || strings.Contains(out+complaints, "hunter2") {
				t.Errorf("%v: exit code %d: %s%s", args, code, out, complaints)
			}
		}
	}
	if code, out, complaints := portal(t, "check", "--check-token", "hunter2"); code == 0 || !strings.Contains(complaints, "--check-token is not taken") || strings.Contains(out+complaints, "hunter2") {
		t.Errorf("--check-token: exit code %d: %s%s", code, out, complaints)
	}
	t.Setenv("PORTAL_KEYS", seal.NewKey())
	if _, out, _ := portal(t, "check"); strings.Contains(out, "PORTAL_KEYS") {
		t.Errorf("the variable is refused too: %s", out)
	}
}

func TestAMisspeltCommandIsNotRun(t *testing.T) {
	code, _, complaints := portal(t, "chekc")
	if code != 80 || !strings.Contains(complaints, `portal --help`) {
		t.Errorf("exit code %d: %s", code, complaints)
	}
}

func TestF47ServeRefusesABadConfigurationAtOnce(t *testing.T) {
	code, _, complaints := portal(t, "serve", "--time-zone=Nowhere")
	unit, err := os.ReadFile("../../deploy/portal.service")
	if err != nil {
		t.Fatal(err)
	}
	if code != 78 || !strings.Contains(string(unit), "\nRestartPreventExitStatus=78 80\n") {
		t.Errorf("exit code %d: systemd would start it again and again", code)
	}
	for _, variable := range []string{"PORTAL_BASE_URL", "PORTAL_KEYS", "PORTAL_OIDC_CLIENT_ID", "PORTAL_TIME_ZONE"} {
		if !strings.Contains(complaints, variable) {
			t.Errorf("%s is not named in:\n%s", variable, complaints)
		}
	}
}

// A slip of the pen in a variable's name would leave a protection off that somebody
// believes is on.
func TestUnknownVariablesAreRefused(t *testing.T) {
	t.Setenv("PORTAL_CROWD_CONTROL", "") // set to nothing: not set
	t.Setenv("PORTAL_RECOVERY_APP", "")
	t.Setenv("PORTAL_SERVICE_HOST", "10.0.0.1") // by Kubernetes, for a service of that name
	t.Setenv("PORTAL_PORT_8080_TCP_ADDR", "10.0.0.1")
	t.Setenv("PORTAL_DB_SERVICE_PORT_PSQL", "5432")
	database := "--database-url=sqlite:" + filepath.Join(t.TempDir(), "portal.db")
	if code, out, complaints := portal(t, "migrate", database); code != 0 {
		t.Fatalf("without any: exit code %d, %s%s", code, out, complaints)
	}
	for slip, meant := range map[string]string{
		"PORTAL_OIDC_CONFRM":          "PORTAL_OIDC_CONFIRM",
		"PORTAL_PORTFOLIO":            "PORTAL_PORTFOLIOS",
		"PORTAL_OIDC_FACTOR":          "PORTAL_OIDC_FACTORS",
		"PORTAL_DATABASE_URL_FIEL":    "PORTAL_DATABASE_URL_FILE",
		"PORTAL_TRUSTED_PROXY":        "PORTAL_TRUSTED_PROXIES",
		"PORTAL_CHECK_TOKN":           "PORTAL_CHECK_TOKEN",
		"PORTAL_AUDIT_VALUES_IN_DAYS": "PORTAL_AUDIT_VALUES_DAYS",
	} {
		t.Run("F-47 V13 "+slip, func(t *testing.T) {
			t.Setenv(slip, "hunter2")
			for _, command := range [][]string{{"serve"}, {"check"}, {"migrate", database}, {"audit", "verify"}} {
				code, out, complaints := portal(t, command...)
				want := "\n  " + slip + " is no setting of the portal: the nearest is " + meant + "\n"
				if code != 78 || out != "" || !strings.Contains(complaints, want) || strings.Contains(complaints, "hunter2") {
					t.Errorf("%s: exit code %d, %s%s", command, code, out, complaints)
				}
			}
			if code, _, complaints := portal(t, "keys", "new"); code != 0 {
				t.Errorf("keys new, which reads none: exit code %d, %s", code, complaints)
			}
		})
	}
}

func TestKeysNewPrintsAKeyThatReads(t *testing.T) {
	code, out, _ := portal(t, "keys", "new")
	if _, err := seal.ParseKeys(out); code != 0 || err != nil {
		t.Errorf("exit code %d, %v", code, err)
	}
}

func TestVersionIsOneLine(t *testing.T) {
	code, out, _ := portal(t, "version")
	if code != 0 || !strings.HasPrefix(out, "portal ") || strings.Count(out, "\n") != 1 {
		t.Errorf("exit code %d, %q", code, out)
	}
}

func TestMigrateThenVerify(t *testing.T) {
	database := "--database-url=sqlite:" + filepath.Join(t.TempDir(), "portal.db")
	for range 2 {
		if code, out, complaints := portal(t, "migrate", database); code != 0 {
			t.Fatalf("migrate: exit code %d, %s%s", code, out, complaints)
		}
	}
	t.Setenv("PORTAL_KEYS", seal.NewKey())
	code, out, complaints := portal(t, "audit", "verify", database)
	if code != 0 || !strings.Contains(out, "0 entries") {
		t.Errorf("audit verify: exit code %d, %s%s", code, out, complaints)
	}
}

// The trail on the command line: proved, noted, exported, and told when it is broken.
func TestAuditCommands(t *testing.T) {
	url := "sqlite:" + filepath.Join(t.TempDir(), "portal.db")
	db := databasetest.OpenURL(t, url)
	key := seal.NewKey()
	ring, err := seal.ParseKeys(key)
	if err != nil {
		t.Fatal(err)
	}
	trail := audit.New(db, ring, time.Now)
	customer := pcclient.TenantID("0b1f7a52-6f0e-4a53-9d4c-51a4f6f0c001")
	for day := range 3 {
		err := db.Write(t.Context(), func(tx *sql.Tx) error {
			_, err := trail.Append(t.Context(), tx, audit.Entry{Kind: audit.Applied, Customer: customer, Fields: []string{"email"}, Time: time.Date(2026, 5, 4+day, 12, 0, 0, 0, time.UTC)},
				audit.Values{Before: map[string]string{"email": "old@harbourline.example"}, After: map[string]string{"email": "new@harbourline.example"}})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	database := "--database-url=" + url
	run := func(want int, args ...string) string {
		t.Helper()
		code, out, complaints := portal(t, append([]string{"audit"}, append(args, database)...)...)
		if code != want {
			t.Fatalf("%v: exit code %d, want %d: %s%s", args, code, want, out, complaints)
		}
		return out + complaints
	}

	for args, want := range map[string]string{
		"export":                           "3 entries.",
		"export --from 2026-05-05":         "2 entries.",
		"export --to 2026-05-05":           "2 entries.",
		"export --to 2026-05-05T12:00:00Z": "1 entry.",
		"export --format csv --customer " + string(customer):     "left out",
		"export --customer 0b1f7a52-6f0e-4a53-9d4c-51a4f6f0c002": "0 entries.",
	} {
		if out := run(0, strings.Fields(args)...); !strings.Contains(out, want) || strings.Contains(out, "@harbourline") {
			t.Errorf("%s: %s", args, out)
		}
	}
	for _, args := range []string{"export --from soon", "export --to 4.5.2026", "export --customer Harbourline", "verify --noted 12"} {
		t.Setenv("PORTAL_KEYS", key)
		if out := run(1, strings.Fields(args)...); !strings.Contains(out, "must be") {
			t.Errorf("%s: %s", args, out)
		}
	}
	t.Setenv("PORTAL_KEYS", "")
	if out := run(78, "export", "--values"); !strings.Contains(out, "PORTAL_KEYS is missing") {
		t.Errorf("values without keys: %s", out)
	}
	t.Setenv("PORTAL_KEYS", key)
	for _, format := range []string{"jsonl", "csv"} {
		if out := run(0, "export", "--values", "--format="+format); strings.Count(out, "old@harbourline.example") != 3 {
			t.Errorf("values as %s: %s", format, out)
		}
	}

	out := run(0, "verify")
	_, noted, found := strings.Cut(out, "To be noted: ")
	if !found || !strings.Contains(out, "whole: 3 entries") {
		t.Fatalf("verify: %s", out)
	}
	run(0, "verify", "--noted", strings.TrimSpace(noted))
	id, _, _ := strings.Cut(key, ":")
	t.Setenv("PORTAL_KEYS", seal.NewKey())
	if out := run(1, "verify"); !strings.Contains(out, `sealed with the key "`+id+`", which is not among the keys`) {
		t.Errorf("V11.2.2 the key is gone: %s", out)
	}
	if out := run(0, "verify", "--without", id); !strings.Contains(out, "whole: 3 entries") || !strings.Contains(out, "Not checked, as their key is gone: the values of 3 entries") {
		t.Errorf("V11.2.2 the key is gone for good: %s", out)
	}
	t.Setenv("PORTAL_KEYS", key)
	shell, err := sql.Open("sqlite", strings.TrimPrefix(url, "sqlite:"))
	if err != nil {
		t.Fatal(err)
	}
	defer shell.Close()
	if _, err := shell.Exec(`DROP TRIGGER audit_never_deleted; DELETE FROM audit WHERE seq = 3`); err != nil {
		t.Fatal(err)
	}
	run(0, "verify") // nothing in the file tells
	if out := run(1, "verify", "--noted", strings.TrimSpace(noted)); !strings.Contains(out, "broken at entry 3") || !strings.Contains(out, "before it: 2 entries in order") {
		t.Errorf("cut off at the end: %s", out)
	}
	if _, err := shell.Exec(`DROP TRIGGER audit_never_updated; UPDATE audit SET operator_name = 'x' WHERE seq = 1`); err != nil {
		t.Fatal(err)
	}
	for _, command := range []string{"verify", "export"} {
		if out := run(1, command); !strings.Contains(out, "the audit trail is broken at entry 1: its facts were changed") {
			t.Errorf("I-7 %s: %s", command, out)
		}
	}
}

// A trail is looked for where it is said to be; a slip of the path makes no empty one.
func TestAuditCommandsMakeNoDatabase(t *testing.T) {
	t.Setenv("PORTAL_KEYS", seal.NewKey())
	path := filepath.Join(t.TempDir(), "elsewhere.db")
	for _, command := range []string{"verify", "export"} {
		code, out, complaints := portal(t, "audit", command, "--database-url=sqlite:"+path)
		if code != 1 || out != "" || !strings.Contains(complaints, path+" does not exist") {
			t.Errorf("%s: exit code %d, %s%s", command, code, out, complaints)
		}
		if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s made a file: %v", command, err)
		}
	}
}

func TestHealthcheck(t *testing.T) {
	status := http.StatusOK
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/healthz" {
			t.Errorf("asked %s", r.URL.Path)
		}
		w.WriteHeader(status)
	}))
	defer server.Close()
	listen := "--listen=" + server.Listener.Addr().String()
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1") // must not be used for this machine
	if code, out, complaints := portal(t, "healthcheck", listen); code != 0 || out+complaints != "" {
		t.Errorf("well: exit code %d, %s%s", code, out, complaints)
	}
	status = http.StatusServiceUnavailable
	if code, _, _ := portal(t, "healthcheck", listen); code != 1 {
		t.Errorf("unwell: exit code %d", code)
	}
	server.Close()
	if code, _, _ := portal(t, "healthcheck", listen); code != 1 {
		t.Errorf("gone: exit code %d", code)
	}
}

// world is what check looks at: a provider and a Partner Center that can be made
// wrong.
type world struct {
	issuer    string // as announced; "" is the truth
	challenge string // the PKCE methods it says it has
	keys      string // its key set
	upstream  int    // answer to a call without a token
	factor    string // isMfaCompliant, in the answer to one with a token
	refused   bool   // such a call gets a 401
}

const checkToken = "the token of a person"

func (w world) serve(t *testing.T) (issuer, api string) {
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	address := strings.Replace(server.URL, "127.0.0.1", "localhost", 1)
	if w.issuer == "" {
		w.issuer = address
	}
	mux.HandleFunc("GET /.well-known/openid-configuration", func(rw http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(rw, `{"issuer":%q,"authorization_endpoint":"%[2]s/a","token_endpoint":"%[2]s/t","jwks_uri":"%[2]s/k","code_challenge_methods_supported":[%[3]s]}`,
			w.issuer, address, w.challenge)
	})
	mux.HandleFunc("GET /k", func(rw http.ResponseWriter, _ *http.Request) { fmt.Fprint(rw, w.keys) })
	mux.HandleFunc("GET /v1/countryvalidationrules/US", func(rw http.ResponseWriter, r *http.Request) {
		switch token := r.Header.Get("Authorization"); {
		case token == "":
			rw.WriteHeader(w.upstream)
		case token != "Bearer "+checkToken || r.Header.Get("ValidateMfa") != "true":
			t.Errorf("check sent %q", token)
		case w.refused:
			rw.WriteHeader(http.StatusUnauthorized)
		default:
			rw.Header().Set("isMfaCompliant", w.factor)
			fmt.Fprint(rw, "{}")
		}
	})
	return address, address
}

// wellWorld is one in which a check finds nothing wrong.
func wellWorld() world {
	modulus := base64.RawURLEncoding.EncodeToString(bytes.Repeat([]byte{0xc5}, 256))
	return world{challenge: `"S256"`, keys: `{"keys":[{"kty":"RSA","e":"AQAB","n":"` + modulus + `"}]}`, upstream: http.StatusUnauthorized}
}

func TestCheck(t *testing.T) {
	for name, row := range map[string]struct {
		change func(*world)
		folder string
		code   int
		want   string
	}{
		"all is well":                  {func(*world) {}, "", 0, "upstream           ok"},
		"a provider that is silent":    {func(w *world) { w.challenge = "" }, "", 0, "identity provider  ok"},
		"another issuer":               {func(w *world) { w.issuer = "https://other.example.com" }, "", 1, "identity provider  TROUBLE"},
		"R-03 a provider without S256": {func(w *world) { w.challenge = `"plain"` }, "", 1, "identity provider  TROUBLE"},
		"a provider without keys":      {func(w *world) { w.keys = `{"keys":[]}` }, "", 1, "identity provider  TROUBLE"},
		"an upstream that lets all in": {func(w *world) { w.upstream = http.StatusOK }, "", 1, "upstream           TROUBLE"},
		"F-23 an upstream that moved":  {func(w *world) { w.upstream = http.StatusFound }, "", 1, "upstream           TROUBLE"},
		"a folder that is not there":   {func(*world) {}, "gone", 1, "database           TROUBLE"},
	} {
		t.Run(name, func(t *testing.T) {
			changed := wellWorld()
			row.change(&changed)
			issuer, api := changed.serve(t)
			path := filepath.Join(t.TempDir(), row.folder, "portal.db")
			t.Setenv("PORTAL_KEYS", seal.NewKey())
			t.Setenv("PORTAL_OIDC_CLIENT_SECRET", "secret-of-the-check")
			code, out, complaints := portal(t, "check", "--base-url=https://portal.example.com", "--oidc-client-id=desk",
				"--oidc-issuer="+issuer, "--upstream-url="+api, "--database-url=sqlite:"+path)
			if code != row.code || !strings.Contains(out, row.want) || complaints != "" || strings.Count(out, "\n") != 4 {
				t.Errorf("exit code %d, want %d and %q in\n%s%s", code, row.code, row.want, out, complaints)
			}
			if _, err := os.Stat(path); err == nil {
				t.Error("check made a database")
			}
		})
	}
}

// Keys that are not those of the database are noticed before anybody's work is.
func TestCheckTriesTheKeys(t *testing.T) {
	issuer, api := wellWorld().serve(t)
	key, other := seal.NewKey(), seal.NewKey()
	ring, err := seal.ParseKeys(key)
	if err != nil {
		t.Fatal(err)
	}
	url := "sqlite:" + filepath.Join(t.TempDir(), "portal.db")
	db := databasetest.OpenURL(t, url)
	trail := audit.New(db, ring, time.Now)
	check := func(keys string, code int, want string) {
		t.Helper()
		t.Setenv("PORTAL_KEYS", keys)
		t.Setenv("PORTAL_OIDC_CLIENT_SECRET", "secret-of-the-check")
		got, out, complaints := portal(t, "check", "--base-url=https://portal.example.com", "--oidc-client-id=desk",
			"--oidc-issuer="+issuer, "--upstream-url="+api, "--database-url="+url)
		if got != code || !strings.Contains(out, want) {
			t.Errorf("V11.2.2 exit code %d, want %d and %q in\n%s%s", got, code, want, out, complaints)
		}
	}
	check(other, 0, "database           ok")
	err = db.Write(t.Context(), func(tx *sql.Tx) error {
		_, err := trail.Append(t.Context(), tx, audit.Entry{Kind: audit.Applied}, audit.Values{After: map[string]string{"email": "a@a.example"}})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	id, _, _ := strings.Cut(key, ":")
	check(key, 0, "database           ok")
	check(other+","+key, 0, "database           ok")
	check(other, 1, `database           TROUBLE  PORTAL_KEYS: a key is missing: the newest values of the audit trail are sealed with "`+id+`"`)
}

func TestF21CheckAsksForASecondFactor(t *testing.T) {
	for name, row := range map[string]struct {
		factor  string
		refused bool
		code    int
		want    string
	}{
		"there is one":         {"true", false, 0, "second factor      ok       Partner Center counts"},
		"there is none":        {"false", false, 1, "second factor      TROUBLE  the sign-in of PORTAL_CHECK_TOKEN has none"},
		"it does not say":      {"", false, 0, "second factor      ok       Partner Center did not say"},
		"the token is refused": {"", true, 1, "second factor      TROUBLE  Partner Center refuses the token"},
	} {
		t.Run("F-21 "+name, func(t *testing.T) {
			world := wellWorld()
			world.factor, world.refused = row.factor, row.refused
			issuer, api := world.serve(t)
			t.Setenv("PORTAL_KEYS", seal.NewKey())
			t.Setenv("PORTAL_OIDC_CLIENT_SECRET", "secret-of-the-check")
			file := filepath.Join(t.TempDir(), "token")
			if err := os.WriteFile(file, []byte(checkToken+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			t.Setenv("PORTAL_CHECK_TOKEN_FILE", file)
			code, out, complaints := portal(t, "check", "--base-url=https://portal.example.com", "--oidc-client-id=desk",
				"--oidc-issuer="+issuer, "--upstream-url="+api, "--database-url=sqlite:"+filepath.Join(t.TempDir(), "portal.db"))
			if code != row.code || !strings.Contains(out, row.want) || strings.Contains(out+complaints, checkToken) {
				t.Errorf("exit code %d, want %d and %q in\n%s%s", code, row.code, row.want, out, complaints)
			}
		})
	}
}

func TestSimulateServesUntilToldToStop(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	out := &firstLine{written: make(chan string, 1)}
	ended := make(chan int, 1)
	go func() {
		ended <- execute(ctx, []string{"simulate", "--listen=127.0.0.1:0", "--customers=3"}, console{Out: out, Err: new(bytes.Buffer)})
	}()
	_, address, found := strings.Cut(strings.TrimSpace(<-out.written), " on ")
	if !found {
		t.Fatal("no address printed")
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address+"/v1/customers", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer anything")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	http.DefaultClient.CloseIdleConnections()
	if answer.StatusCode != http.StatusOK {
		t.Errorf("customers: %d", answer.StatusCode)
	}
	stop()
	if code := <-ended; code != 0 {
		t.Errorf("exit code %d", code)
	}
}

// firstLine hands the first thing written to whoever waits for it.
type firstLine struct{ written chan string }

func (f *firstLine) Write(p []byte) (int, error) {
	select {
	case f.written <- string(p):
	default:
	}
	return len(p), nil
}
