package signin_test

import (
	"strings"
	"testing"

	jose "github.com/go-jose/go-jose/v4"

	"github.com/partnerdesk/portal/web/demo"
	"github.com/partnerdesk/portal/web/signin"
)

// A token that brings its own key, or says where it is, is asked neither.
func TestATokenDoesNotChooseItsKey(t *testing.T) {
	foreign := testKeys()[1]
	for name, header := range map[string]func(d *desk) map[string]any{
		"jku": func(d *desk) map[string]any { return map[string]any{"jku": d.issuer + "/own-keys"} },
		"x5u": func(d *desk) map[string]any { return map[string]any{"x5u": d.issuer + "/own-keys"} },
		"jwk": func(*desk) map[string]any {
			return map[string]any{"jwk": jose.JSONWebKey{Key: foreign.Public(), KeyID: "own", Algorithm: "RS256", Use: "sig"}}
		},
		"kid as an address": func(d *desk) map[string]any { return map[string]any{"kid": d.issuer + "/own-keys"} },
		"kid as a path":     func(*desk) map[string]any { return map[string]any{"kid": "../../own-keys"} },
	} {
		t.Run("V9.1.3 "+name, func(t *testing.T) {
			d := newDesk(t)
			d.idp.SetHooks(demo.Hooks{IDToken: func(tok *demo.Token) {
				tok.Key = foreign
				for key, value := range header(d) {
					tok.Header[key] = value
				}
			}})
			_, _, err := d.browser().signIn("ada")
			d.refused(err, signin.ReasonSignature)
			if d.count("/own-keys") != 0 {
				t.Error("the token's own address was called")
			}
		})
	}
}

// What is wrong in a token that nobody we know signed is not even looked at.
func TestTheSignatureComesFirst(t *testing.T) {
	for claim, value := range map[string]any{"aud": "somebody-else", "exp": 1, "nonce": "another", "tid": "another", "sub": ""} {
		t.Run("V6.8.2 V9.1.1 and then "+claim, func(t *testing.T) {
			d := newDesk(t)
			d.idp.SetHooks(demo.Hooks{IDToken: func(tok *demo.Token) { tok.Key, tok.Claims[claim] = testKeys()[1], value }})
			_, _, err := d.browser().signIn("ada")
			d.refused(err, signin.ReasonSignature)
		})
	}
}

// A person is their tenant's object, whatever their address, their name and the subject
// that the provider made up for this application.
func TestWhoAPersonIs(t *testing.T) {
	const otherTenant = "5b0f6f0e-7f0a-4b53-9a55-0d7a3d6f6b11"
	key := func(t *testing.T, change map[string]any) string {
		d := newDesk(t, func(c *signin.Config, _ *demo.Options) { c.Tenants = append(c.Tenants, otherTenant) })
		d.idp.SetHooks(demo.Hooks{IDToken: func(tok *demo.Token) {
			for claim, value := range change {
				tok.Claims[claim] = value
			}
		}})
		data, _, err := d.browser().signIn("ada")
		if err != nil {
			t.Fatal(err)
		}
		return data.Operator.Key()
	}
	ada := key(t, nil)
	if !strings.Contains(ada, demo.PartnerTenant) {
		t.Fatalf("the key %q names no tenant", ada)
	}
	t.Run("V6.8.1 V10.5.2 another address and name are the same person", func(t *testing.T) {
		if got := key(t, map[string]any{"email": "ada.married@partner.example", "preferred_username": "ada.married@partner.example", "name": "Ada Married"}); got != ada {
			t.Errorf("%q, was %q", got, ada)
		}
	})
	t.Run("V6.8.1 V10.5.2 the same address and subject in another tenant are not", func(t *testing.T) {
		if got := key(t, map[string]any{"tid": otherTenant}); got == ada {
			t.Errorf("two people, one key: %q", got)
		}
	})
	t.Run("V6.8.1 another person of the tenant with the same address is not", func(t *testing.T) {
		if got := key(t, map[string]any{"oid": otherTenant}); got == ada {
			t.Errorf("two people, one key: %q", got)
		}
	})
}
