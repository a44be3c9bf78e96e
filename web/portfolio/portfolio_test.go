package portfolio_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/partnerdesk/portal/pcclient"
	"github.com/partnerdesk/portal/web/portfolio"
)

const (
	mine   pcclient.TenantID = "11111111-2222-4333-8444-555555555555"
	theirs pcclient.TenantID = "99999999-2222-4333-8444-555555555555"
)

func rules(t *testing.T, lines ...string) portfolio.Rules {
	t.Helper()
	r := portfolio.Rules{}
	for _, line := range lines {
		value, rule, _ := strings.Cut(line, "=")
		if err := r.Add(value, rule); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

func TestAPortfolioHoldsWhatItsRulesSayAndNothingElse(t *testing.T) {
	for _, test := range []struct {
		rule     string
		customer portfolio.Customer
		want     bool
	}{
		{"all", portfolio.Customer{ID: theirs}, true},
		{"customer:" + strings.ToUpper(string(mine)), portfolio.Customer{ID: mine}, true},
		{"customer:" + string(mine), portfolio.Customer{ID: theirs}, false},
		{"country:de", portfolio.Customer{ID: theirs, Country: "DE"}, true},
		{"country:DE", portfolio.Customer{ID: theirs, Country: "AT"}, false},
		{"country:DE", portfolio.Customer{ID: theirs}, false},
		{"domain:contoso.com", portfolio.Customer{Domain: "Contoso.com"}, true},
		{"domain:.contoso.com", portfolio.Customer{Domain: "shop.contoso.com"}, true},
		{"domain:contoso.com", portfolio.Customer{Domain: "evilcontoso.com"}, false},
		{"domain:contoso.com", portfolio.Customer{Domain: "contoso.com.evil.example"}, false},
		{"domain:contoso.com", portfolio.Customer{}, false},
		{"domain:de", portfolio.Customer{Domain: "kontor.de"}, true},
		{"domain:de", portfolio.Customer{Domain: "de.kontor.at"}, false},
	} {
		if got := rules(t, "G="+test.rule).Of([]string{"G"}).Holds(test.customer); got != test.want {
			t.Errorf("%s holds %v: %v", test.rule, test.customer, got)
		}
	}
}

func TestPortfoliosAddUpAndGiveNothingByDefault(t *testing.T) {
	r := rules(t, "A=customer:"+string(mine), "A=country:DE", "B=domain:contoso.com", "C=all")
	both := r.Of([]string{"A", "unknown", "B"})
	for _, c := range []portfolio.Customer{{ID: mine}, {ID: theirs, Country: "DE"}, {ID: theirs, Domain: "contoso.com"}} {
		if !both.Holds(c) {
			t.Errorf("%v is not in", c)
		}
	}
	if both.Holds(portfolio.Customer{ID: theirs, Domain: "fabrikam.com", Country: "FR"}) || both.Whole() {
		t.Error("more is in than the rules say")
	}
	none := r.Of([]string{"unknown"})
	if !none.Empty() || none.Whole() || none.Holds(portfolio.Customer{ID: mine, Domain: "contoso.com", Country: "DE"}) {
		t.Error("a value without a rule gives customers")
	}
	if p := r.Of([]string{"C", "A"}); !p.Whole() || !p.Holds(portfolio.Customer{ID: theirs}) || p.ByCountry() {
		t.Error("all is not all")
	}
	if p := portfolio.Rules(nil).Of(nil); !p.Whole() || !p.Holds(portfolio.Customer{}) || p.Asks(portfolio.Customer{}) || p.Empty() {
		t.Error("without rules somebody has less than everything")
	}
}

func TestAPortfolioAsksForWhatCouldDecide(t *testing.T) {
	r := rules(t, "A=customer:"+string(mine), "B=domain:contoso.com", "C=country:DE")
	for _, test := range []struct {
		values   string
		customer portfolio.Customer
		want     bool
	}{
		{"A", portfolio.Customer{ID: theirs}, false},
		{"A B", portfolio.Customer{ID: mine}, false},
		{"B", portfolio.Customer{ID: theirs}, true},
		{"B", portfolio.Customer{ID: theirs, Domain: "fabrikam.com"}, false},
		{"B C", portfolio.Customer{ID: theirs, Domain: "fabrikam.com"}, true},
		{"B C", portfolio.Customer{ID: theirs, Domain: "contoso.com"}, false},
		{"C", portfolio.Customer{ID: theirs, Country: "FR"}, false},
	} {
		if got := r.Of(strings.Fields(test.values)).Asks(test.customer); got != test.want {
			t.Errorf("%s asks about %v: %v", test.values, test.customer, got)
		}
	}
}

func TestAShortPortfolioCanBeListed(t *testing.T) {
	r := rules(t, "A=customer:"+string(theirs), "A=customer:"+string(mine), "B=customer:"+string(mine), "C=country:DE", "D=all")
	if got := r.Of([]string{"A", "B"}).List(2); !slices.Equal(got, []pcclient.TenantID{mine, theirs}) {
		t.Errorf("got %v", got)
	}
	for _, values := range []string{"A C", "A D"} {
		if got := r.Of(strings.Fields(values)).List(10); got != nil {
			t.Errorf("%s: %v", values, got)
		}
	}
	if got := r.Of([]string{"A"}).List(1); got != nil {
		t.Errorf("a longer one: %v", got)
	}
	if got := r.Of(nil).List(10); got == nil || len(got) != 0 {
		t.Errorf("an empty one: %#v", got)
	}
}

func TestWhatIsNoRuleIsRefused(t *testing.T) {
	for _, rule := range []string{"", "everything", "all:DE", "country:", "country:DEU", "country:D1", "domain:", "domain:.", "domain:a..b", "domain:*.contoso.com", "domain:ex ample.com", "customer:", "customer:contoso.com", "tenant:" + string(mine)} {
		if err := (portfolio.Rules{}).Add("G", rule); err == nil {
			t.Errorf("%q is a rule", rule)
		}
	}
}
