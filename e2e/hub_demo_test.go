package e2e

import (
	"regexp"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/e2e/program"
	"github.com/godwit-health/godwit/e2e/story"
)

// demoPair starts a demonstration of a hub and a laptop, and answers both.
func demoPair(t *testing.T) (hub, laptop *story.Tab) {
	t.Helper()
	r := program.Start(t, "demo", "--with-hub", "--dir", t.TempDir(), "--addr", "127.0.0.1:0", "--families", "4")
	t.Cleanup(r.Stop)
	at := regexp.MustCompile(`laptop +(http://localhost:\d+)`).FindStringSubmatch(strings.Join(r.Lines, "\n"))
	if at == nil {
		t.Fatalf("it does not say where the laptop is: %q", r.Lines)
	}
	return story.Open(t, r.URL), story.Open(t, at[1])
}

// The demonstration shows a hub and a node: the laptop has what the hub's centre has,
// the same people log in there, and what one of them records reaches the hub.
func TestTheDemoShowsAHubAndANode(t *testing.T) {
	hub, laptop := demoPair(t)
	hub.In("en").LogIn("administrator").Visit("/admin/nodes").Sees("Laptop 1", "Enrolled").Visit("/sync").Sees("This is the hub")
	laptop.In("en").LogIn("reception").Visit("/sync").Sees("Everything recorded here has reached the hub", "Laptop 1")
	laptop.Visit("/people/new").Set("family_latin", "Warsame").Set("given_latin", "Amina").Set("sex", "female").Set("birth-year", "1990").Saves()
	laptop.LogIn("administrator").Visit("/sync").Submit().Sees("The exchange is done")
	hub.LogIn("reception").Visit("/people")
	hub.Leave(`(function(){var q=document.querySelector("form.search [name=q]");q.value="Amina Warsame";q.form.submit()})()`)
	hub.Sees("Warsame")
}
