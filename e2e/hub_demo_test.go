package e2e

import (
	"regexp"
	"strings"
	"testing"
)

// demoPair starts a demonstration of a hub and a laptop, and answers both.
func demoPair(t *testing.T) (hub, laptop *tab) {
	t.Helper()
	r := start(t, "demo", "--with-hub", "--dir", t.TempDir(), "--addr", "127.0.0.1:0", "--families", "4")
	t.Cleanup(r.Stop)
	at := regexp.MustCompile(`laptop +(http://localhost:\d+)`).FindStringSubmatch(strings.Join(r.Lines, "\n"))
	if at == nil {
		t.Fatalf("it does not say where the laptop is: %q", r.Lines)
	}
	return open(t, r.URL), open(t, at[1])
}

// The demonstration shows a hub and a node: the laptop has what the hub's centre has,
// the same people log in there, and what one of them records reaches the hub.
func TestTheDemoShowsAHubAndANode(t *testing.T) {
	hub, laptop := demoPair(t)
	hub.in("en").logIn("administrator").visit("/admin/nodes").sees("Laptop 1", "Enrolled").visit("/sync").sees("This is the hub")
	laptop.in("en").logIn("reception").visit("/sync").sees("Everything recorded here has reached the hub", "Laptop 1")
	laptop.visit("/people/new").set("family_latin", "Warsame").set("given_latin", "Amina").set("sex", "female").set("birth-year", "1990").saves()
	laptop.logIn("administrator").visit("/sync").submit().sees("The exchange is done")
	hub.logIn("reception").visit("/people")
	hub.leave(`(function(){var q=document.querySelector("form.search [name=q]");q.value="Amina Warsame";q.form.submit()})()`)
	hub.sees("Warsame")
}
