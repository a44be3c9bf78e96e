package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/audit"
	"github.com/partnerdesk/portal/web/database"
)

type checkCommand struct {
	Config

	Token     Secret `name:"check-token" env:"PORTAL_CHECK_TOKEN" hidden:"" help:"A person's access token for Partner Center, whose second factor is checked."`
	TokenFile string `name:"check-token-file" env:"PORTAL_CHECK_TOKEN_FILE" placeholder:"FILE" help:"File that holds such a token."`
}

// Help is shown below the usage of `portal check --help`.
func (checkCommand) Help() string {
	return "Takes the settings of serve. Signs nobody in and changes no data. " +
		"Prints one line for each part and exits with 1 if one of them is in trouble. " +
		"With a person's access token for Partner Center in PORTAL_CHECK_TOKEN it also asks whether that sign-in counts as one with a second factor."
}

// checkTimeout bounds one line of the report.
const checkTimeout = 15 * time.Second

// Run prints the report. Without a good configuration the other lines would be
// guesses, so they are left out.
func (cmd *checkCommand) Run(ctx context.Context, c console) error {
	report := report{out: c.Out}
	read, err := cmd.Settings()
	report.line("configuration", "complete", err)
	if err != nil {
		return errReported
	}
	for _, part := range []struct {
		name  string
		check func(context.Context, Settings) (string, error)
	}{
		{"identity provider", checkProvider},
		{"database", checkDatabase},
		{"upstream", checkUpstream},
	} {
		partCtx, cancel := context.WithTimeout(ctx, checkTimeout)
		good, err := part.check(partCtx, read)
		cancel()
		report.line(part.name, good, err)
	}
	if cmd.Token != "" || cmd.TokenFile != "" {
		partCtx, cancel := context.WithTimeout(ctx, checkTimeout)
		defer cancel()
		good, err := cmd.checkSecondFactor(partCtx, read)
		report.line("second factor", good, err)
	}
	if report.trouble {
		return errReported
	}
	return nil
}

// report is one line for each part that was looked at.
type report struct {
	out     io.Writer
	trouble bool
}

func (r *report) line(part, good string, err error) {
	word, text := "ok", good
	if err != nil {
		r.trouble = true
		word, text = "TROUBLE", err.Error()
	}
	fmt.Fprintf(r.out, "%-18s %-8s %s\n", part, word, text)
}

// checkProvider asks what the first sign-in would ask, and judges it by the same
// rules: the discovery document and the signing keys.
func checkProvider(ctx context.Context, s Settings) (string, error) {
	transport := newTransport(s.Roots)
	defer transport.CloseIdleConnections()
	if err := newSignIn(s, transport, time.Now).Check(ctx); err != nil {
		return "", fmt.Errorf("PORTAL_OIDC_ISSUER %s: %w", s.Issuer, err)
	}
	return s.Issuer, nil
}

// checkDatabase opens the database, but does not make one: a file created by
// whoever runs the check would not belong to the portal's user. Keys that do not open what
// was stored last would be noticed too late.
func checkDatabase(ctx context.Context, s Settings) (string, error) {
	if path, missing := missingFile(s.DatabaseURL); missing {
		folder, err := os.Stat(filepath.Dir(path))
		if err != nil || !folder.IsDir() {
			return "", fmt.Errorf("the folder of %s does not exist", path)
		}
		return path + " will be made when the portal starts", nil
	}
	db, err := database.Open(ctx, string(s.DatabaseURL))
	if err != nil {
		return "", err
	}
	defer db.Close()
	text, err := db.Describe(ctx)
	if sealed := audit.New(db, s.Ring, time.Now).Opens(ctx); err == nil && errors.Is(sealed, audit.ErrNoKey) {
		return "", fmt.Errorf("PORTAL_KEYS: %w", sealed)
	}
	return text, err
}

// checkUpstream asks Partner Center without a token. Its 401 proves address,
// certificate and the way there, and needs nobody's sign-in.
func checkUpstream(ctx context.Context, s Settings) (string, error) {
	address := s.Cloud.API + "/v1/countryvalidationrules/US"
	status, _, err := probe(ctx, newProbe(newTransport(s.Roots)), address)
	if err != nil {
		return "", err
	}
	if status != http.StatusUnauthorized {
		return "", fmt.Errorf("%s answers %d, want 401 without a token: is that Partner Center?", address, status)
	}
	return s.Cloud.API, nil
}

// checkSecondFactor asks Partner Center what it makes of a person's sign-in. An app's own
// token would tell nothing: only people need a second factor.
func (cmd *checkCommand) checkSecondFactor(ctx context.Context, s Settings) (string, error) {
	token, err := cmd.Token.orFile(cmd.TokenFile)
	if err != nil {
		return "", fmt.Errorf("%s %w", fileVariable("PORTAL_CHECK_TOKEN", cmd.TokenFile), err)
	}
	client, err := pcclient.New(pcclient.Options{
		BaseURL: s.Cloud.API, Transport: newTransport(s.Roots), Application: "Partner Desk",
		Token: func(_ context.Context, refused string) (string, error) {
			if refused != "" {
				return "", errors.New("Partner Center refuses the token of PORTAL_CHECK_TOKEN")
			}
			return strings.TrimSpace(string(token)), nil
		},
	})
	if err != nil {
		return "", err
	}
	defer client.CloseIdleConnections()
	factor, err := client.SecondFactor.Check(ctx)
	switch {
	case errors.Is(err, pcclient.ErrUnauthorized):
		return "", errors.New("Partner Center refuses the token of PORTAL_CHECK_TOKEN: is it run out, or for another API?")
	case err != nil:
		return "", err
	case factor == pcclient.SecondFactorMissing:
		return "", errors.New("the sign-in of PORTAL_CHECK_TOKEN has none: Partner Center refuses such people")
	case factor == pcclient.SecondFactorUnknown:
		return "Partner Center did not say", nil
	}
	return "Partner Center counts the sign-in as one with a second factor", nil
}

// probe reads an address, at most 1 MiB of it.
func probe(ctx context.Context, client *http.Client, address string) (status int, body []byte, err error) {
	defer client.CloseIdleConnections()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return 0, nil, err
	}
	request.Header.Set("Accept", "application/json")
	answer, err := client.Do(request)
	if err != nil {
		// The address is in the sentence already, and a proxy's may hold a password.
		if cause, ok := errors.AsType[*url.Error](err); ok {
			err = cause.Err
		}
		return 0, nil, fmt.Errorf("%s cannot be reached: %w", address, err)
	}
	defer answer.Body.Close()
	body, err = io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	if err != nil {
		return 0, nil, fmt.Errorf("%s broke off its answer: %w", address, err)
	}
	return answer.StatusCode, body, nil
}
