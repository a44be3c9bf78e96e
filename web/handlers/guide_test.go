package handlers

import (
	"net/http"
	"os"
	"regexp"
	"slices"
	"testing"
)

// Whoever follows the guides registers these addresses elsewhere: each is one that
// the portal answers.
func TestTheGuidesNameAddressesThatAnswer(t *testing.T) {
	routes := (&site{}).routes()
	for _, file := range []string{"README.md", "identity.md"} {
		text, err := os.ReadFile("../../deploy/" + file)
		if err != nil {
			t.Fatal(err)
		}
		found := regexp.MustCompile(`https://portal\.example\.com(/[a-z/-]*)`).FindAllStringSubmatch(string(text), -1)
		if len(found) == 0 {
			t.Errorf("%s names none", file)
		}
		for _, address := range found {
			if !slices.ContainsFunc(routes, func(rt route) bool {
				return rt.path == address[1] && (rt.method == http.MethodGet || rt.machine())
			}) {
				t.Errorf("%s tells people to register %s, which is no page", file, address[0])
			}
		}
	}
}
