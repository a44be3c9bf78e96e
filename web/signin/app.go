package signin

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"github.com/partnerdesk/portal/pcclient"
)

// AppTokenSource returns a source of tokens that act as the application itself and
// not as a person, by the client credentials grant (RFC 6749, section 4.4). They
// are for reading what became of a save whose process died, where an operator of
// the portal allows that. The scope is the resource's ".default", derived from the
// scope people are asked for: Entra gives an application no other.
//
// A token is kept until five minutes before its end. Errors say that there is no
// token, and never what the provider wrote.
func (p *Provider) AppTokenSource() pcclient.TokenSource {
	var mu sync.Mutex
	var token *oauth2.Token
	return func(ctx context.Context, refused string) (string, error) {
		mu.Lock()
		defer mu.Unlock()
		if token != nil && token.AccessToken != refused && p.now().Before(token.Expiry.Add(-5*time.Minute)) {
			return token.AccessToken, nil
		}
		fresh, err := p.appToken(ctx)
		if err != nil {
			return "", err
		}
		token = fresh
		return token.AccessToken, nil
	}
}

func (p *Provider) appToken(ctx context.Context) (*oauth2.Token, error) {
	d, err := p.discover(ctx)
	if err != nil {
		return nil, err
	}
	proof, err := p.proof(d)
	if err != nil {
		return nil, errNoAppToken
	}
	config := clientcredentials.Config{
		ClientID: p.cfg.ClientID, ClientSecret: p.cfg.ClientSecret,
		TokenURL: d.oauth.Endpoint.TokenURL, AuthStyle: d.oauth.Endpoint.AuthStyle,
		Scopes: []string{appScope(p.cfg.Scope)}, EndpointParams: proof,
	}
	token, err := config.Token(context.WithValue(ctx, oauth2.HTTPClient, p.client))
	if refused := new(oauth2.RetrieveError); errors.As(err, &refused) {
		if status := refused.Response.StatusCode; status >= http.StatusInternalServerError || status == http.StatusTooManyRequests {
			return nil, ErrUnavailable
		}
		return nil, errNoAppToken
	}
	if err != nil {
		return nil, ErrUnavailable
	}
	return token, nil
}

var errNoAppToken = errors.New("the identity provider gives the application no token")

// appScope is the ".default" scope of the resource that a delegated scope is of.
func appScope(scope string) string {
	if at := strings.LastIndex(scope, "/"); at > len("https://") {
		return scope[:at] + "/.default"
	}
	return scope
}
