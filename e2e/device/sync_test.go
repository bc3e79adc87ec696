package device

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/e2e/program"
	"github.com/godwit-health/godwit/e2e/story"
)

// A laptop is invited at the hub and enrolled with the code, both in the browser.
// Somebody is registered on it while the hub is away; the page says what has not left
// it. When the hub is back everything is sent, and the hub finds the person.
func TestALaptopIsEnrolledAndWhatItRecordsReachesTheHub(t *testing.T) {
	const boss, chief, given, own = "seven terns over slack water", "eight terns over slack water", "nine terns over slack water", "ten herons on warm mud"
	dir := t.TempDir()
	hubDir, nodeDir, hubKey := filepath.Join(dir, "hub"), filepath.Join(dir, "laptop"), filepath.Join(dir, "hub.key")
	story.Godwit(t, boss+"\n", "user", "add", "boss", "--dir", hubDir, "--key-file", hubKey)
	story.Godwit(t, "", "site", "set", "MBA", "--dir", hubDir, "--key-file", hubKey, "--country", "KEN", "--name", "Mombasa", "--name-ar", "مومباسا")
	story.Godwit(t, given+"\n", "user", "add", "hadiza", "--dir", hubDir, "--key-file", hubKey, "--role", "reception", "--name", "Hadiza Bello")
	story.Godwit(t, chief+"\n", "user", "add", "chief", "--dir", nodeDir)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	syncAddr := l.Addr().String()
	l.Close()
	serveHub := func(addr string) *program.Running {
		return program.Start(t, "serve", "--dir", hubDir, "--key-file", hubKey, "--addr", addr, "--sync-addr", syncAddr)
	}
	hub := serveHub("127.0.0.1:0")
	node := program.Start(t, "serve", "--dir", nodeDir, "--addr", "127.0.0.1:0")
	t.Cleanup(func() { node.Stop() })
	h, n := story.Open(t, hub.URL), story.Open(t, node.URL)

	// On its own.
	n.In("en").SignIn("chief", chief).Sees("This computer works on its own")
	n.Visit("/").Leave(`document.querySelector("header .sync a").click()`)
	n.Sees("If it is lost, stolen or broken", "opens only with the password")
	n.Pictured("/sync", "sync-alone").Visit("/admin/nodes").Sees("This installation is not a hub")

	// Invited at the hub.
	h.In("en").SignIn("boss", boss).Sees("This is the hub").Visit("/admin/nodes").Sees("No node is enrolled").Follow("/admin/nodes/new")
	h.Pictured("/admin/nodes/new", "invite").Size(360).In("ar").Visit("/admin/nodes/new")
	h.Set("name", "Laptop 1").Set("sites", "MBA").Submit().Speaks("ar").Sees("Laptop 1", story.Say(t, "ar", "app.nodes.code_once"))
	code := story.Eval[string](h, `document.querySelector("main p.lead").innerText.trim()`)
	if story.Eval[int](h, `document.querySelectorAll("main svg[role=img] path").length`) != 1 {
		t.Error("the code is not shown as a QR code")
	}
	h.Shot("invited-ar-phone").Size(1280).Shot("invited-ar-desk")

	// Enrolled at the laptop; the sites of the hub come with the first exchange.
	n.In("en").Visit("/sync").Set("code", "nonsense").Submit().Sees("not a whole enrolment code")
	n.Set("code", strings.ToLower(code)).Submit().Sees("This device is enrolled", "Laptop 1")
	exchange := func() *story.Tab { return n.In("en").Visit("/sync").Submit() }
	exchange().Sees("The exchange is done", "Everything recorded here has reached the hub", "received, head", "Mombasa")
	story.Godwit(t, given+"\n", "user", "add", "rosa", "--dir", nodeDir, "--role", "reception", "--site", "MBA", "--name", "Rosa Quispe")

	// The hub goes away, and work goes on.
	if err := hub.Kill(); err != nil {
		t.Fatal(err)
	}
	hub.Stop()
	n.SignInFirst("rosa", given, own).Visit("/people/new")
	n.Set("family_latin", "Warsame").Set("given_latin", "Amina").Set("sex", "female").Set("birth-year", "1990").Saves()
	n.Sees("Warsame").SignIn("chief", chief)
	exchange().Sees("The exchange did not go through", "The hub cannot be reached", "not left this device", "Until it is sent it exists here only")
	n.SignIn("rosa", own).Sees("Cannot reach the hub").Pictured("/sync", "sync-waiting")
	if story.Eval[bool](n, `!!document.querySelector("main form")`) {
		t.Error("the reception is offered what it may not do")
	}

	// It is back, and nobody has to do anything but wait; the chief does not wait.
	hub = serveHub(strings.TrimPrefix(hub.URL, "http://"))
	t.Cleanup(func() { hub.Stop() })
	n.In("en").SignIn("chief", chief)
	exchange().Sees("The exchange is done", "Everything is sent", "Everything recorded here has reached the hub")
	n.Pictured("/sync", "sync-sent")

	h.In("en").SignInFirst("hadiza", given, own)
	h.Visit("/people")
	h.Leave(`(function(){var q=document.querySelector("form.search [name=q]");q.value="Amina Warsame";q.form.submit()})()`)
	h.Sees("Warsame")

	// Somebody whom this laptop was never sent is asked for by the number on the card.
	story.Godwit(t, "", "site", "set", "DAD", "--dir", hubDir, "--country", "KEN", "--name", "Dadaab")
	story.Godwit(t, given+"\n", "user", "add", "yusuf", "--dir", hubDir, "--role", "reception", "--site", "DAD", "--name", "Yusuf Ali")
	h.SignInFirst("yusuf", given, own).Visit("/people/new")
	h.Set("family_latin", "Abdi").Set("given_latin", "Hodan").Set("sex", "female").Set("birth-year", "1984").Saves()
	number := regexp.MustCompile(`\b[A-Z0-9]{5}-[A-Z0-9]{5}\b`).FindString(h.Text())
	n.SignIn("rosa", own).Pictured("/people/ask", "ask").In("en").Visit("/people")
	n.Leave(`(function(){var q=document.querySelector("form.search [name=q]");q.value="` + number + `";q.form.submit()})()`)
	n.Sees("Not here? Look at other sites").Leave(`document.querySelector("form[action='/people/ask'] button").click()`)
	n.Set("purpose", "care").Submit().Sees("Found. 1 record is here now", "belongs to another site")
	n.Shot("asked-en-desk").SignIn("chief", chief)

	forked(t, n, node, nodeDir, chief, rosa{own})

	h.SignIn("boss", boss).Visit("/admin/nodes").Sees("Laptop 1", "Enrolled", "Mombasa")
	h.Pictured("/admin/nodes", "nodes")

	// Whose records it gets, and how many, is changed at the hub.
	revoke := h.In("en").Visit("/admin/nodes").Follow("/revoke").Where()
	one := strings.TrimSuffix(revoke, "/revoke")
	h.Pictured(one, "node").In("en").Visit(one).Sees("Laptop 1", "Nothing is lost at the hub", "Invited")
	h.Set("most", "500").Submit().Sees("It counts from the next contact", "At most 500 people")
	exchange().Sees("The exchange is done")
	h.Pictured(revoke, "revoke").In("en").Visit(revoke).Sees("Laptop 1", "What it has not sent exists on it alone").Submit()
	h.Sees("The node is revoked")
	exchange().Sees("did not go through", "The hub has revoked this machine")
}

// rosa registers people.
type rosa struct{ password string }

func (r rosa) registers(n *story.Tab, family string) {
	n.In("en").SignIn("rosa", r.password).Visit("/people/new")
	n.Set("family_latin", family).Set("given_latin", "Sahra").Set("sex", "female").Set("birth-year", "1992").Saves()
}

// forked has the laptop's folder run twice. The copy is refused, its page says what
// happened, and what only it has goes to the hub under a new name; the laptop itself
// goes on afterwards in the same way.
func forked(t *testing.T, n *story.Tab, node *program.Running, dir, chief string, r rosa) {
	t.Helper()
	copied := filepath.Join(filepath.Dir(dir), "copy")
	node.Stop()
	if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Chmod(copied, 0o700), filepath.WalkDir(copied, func(p string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			err = os.Chmod(p, 0o600)
		}
		return err
	})); err != nil {
		t.Fatal(err)
	}
	*node = *program.Start(t, "serve", "--dir", dir, "--addr", strings.TrimPrefix(node.URL, "http://"))
	twin := program.Start(t, "serve", "--dir", copied, "--addr", "127.0.0.1:0")
	c := story.Open(t, twin.URL)
	exchange := func(b *story.Tab) *story.Tab { return b.In("en").SignIn("chief", chief).Visit("/sync").Submit() }
	n.In("en").SignIn("chief", chief)
	c.In("en").SignIn("chief", chief)
	r.registers(n, "Osman")
	exchange(n).Sees("The exchange is done")
	r.registers(c, "Farah")
	exchange(c).Sees("did not go through", "Send what only this machine has", "Nothing is merged in silence")
	c.Pictured("/sync", "sync-fork").In("en").Visit("/sync").Set("which", "only").Submit().Sees("under a new name")
	exchange(c).Sees("The exchange is done", "Everything recorded here has reached the hub")
	twin.Stop()
	exchange(n).Sees("This database is a copy").Set("which", "only").Submit().Sees("under a new name")
	exchange(n).Sees("The exchange is done")
	n.SignIn("rosa", r.password).Visit("/people")
	n.Leave(`(function(){var q=document.querySelector("form.search [name=q]");q.value="Sahra Farah";q.form.submit()})()`)
	n.Sees("Farah")
	n.SignIn("chief", chief)
}
