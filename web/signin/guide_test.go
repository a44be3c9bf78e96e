package signin

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// deploy/identity.md tells people who set up a provider what the portal demands.
func TestTheGuideTellsWhatIsDemanded(t *testing.T) {
	text, err := os.ReadFile("../../deploy/identity.md")
	if err != nil {
		t.Fatal(err)
	}
	guide := strings.Join(strings.Fields(string(text)), " ")
	p := &Provider{cfg: Config{}}
	for _, want := range []string{
		fmt.Sprintf("`iat` at most %d minutes old", int((transactionFor + skew).Minutes())),
		fmt.Sprintf("`exp` at most %d minutes later", int(logoutLife.Minutes())),
		fmt.Sprintf("looked for once in %d seconds", int(keysEvery.Seconds())),
		"`" + strings.Join(p.scopes(), " ") + "` and `PORTAL_UPSTREAM_SCOPE`",
		"https://portal.example.com" + CallbackPath,
	} {
		if !strings.Contains(guide, want) {
			t.Errorf("the guide does not say %q", want)
		}
	}
}
