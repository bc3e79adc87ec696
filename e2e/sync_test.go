package e2e

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// signIn signs in at a real node.
func (b *tab) signIn(login, password string) *tab {
	b.t.Helper()
	b.visit("/login")
	if eval[bool](b, `!!document.querySelector("form[action='/logout']")`) {
		b.leave(`document.querySelector("form[action='/logout'] button").click()`)
		b.visit("/login")
	}
	b.set("login", login).set("password", password).submit()
	if b.where() == "/login" {
		b.t.Fatalf("log-in of %s refused: %s", login, b.text())
	}
	return b
}

// signInFirst signs in with a password that somebody gave, and chooses another.
func (b *tab) signInFirst(login, given, own string) *tab {
	b.t.Helper()
	return b.signIn(login, given).set("old", given).set("password", own).set("again", own).submit()
}

// pictured leaves pictures of the page as it is on a phone and on a desk.
func (b *tab) pictured(path, name string) *tab {
	b.t.Helper()
	for _, sh := range []struct {
		lang  string
		width int
	}{{"ar", 360}, {"en", 360}, {"ar", 1280}, {"en", 1280}} {
		b.size(sh.width).in(sh.lang).visit(path).speaks(sh.lang)
		if wide := eval[int](b, `document.documentElement.scrollWidth-document.documentElement.clientWidth`); wide > 0 {
			b.t.Errorf("%s in %s is %d pixels wider than a window of %d", path, sh.lang, wide, sh.width)
		}
		b.shot(name + "-" + sh.lang + "-" + map[int]string{360: "phone", 1280: "desk"}[sh.width])
	}
	return b
}

// A laptop is invited at the hub and enrolled with the code, both in the browser.
// Somebody is registered on it while the hub is away; the page says what has not left
// it. When the hub is back everything is sent, and the hub finds the person.
func TestALaptopIsEnrolledAndWhatItRecordsReachesTheHub(t *testing.T) {
	const boss, chief, given, own = "seven terns over slack water", "eight terns over slack water", "nine terns over slack water", "ten herons on warm mud"
	dir := t.TempDir()
	hubDir, nodeDir, hubKey := filepath.Join(dir, "hub"), filepath.Join(dir, "laptop"), filepath.Join(dir, "hub.key")
	godwit(t, boss+"\n", "user", "add", "boss", "--dir", hubDir, "--key-file", hubKey)
	godwit(t, "", "site", "set", "MBA", "--dir", hubDir, "--key-file", hubKey, "--country", "KEN", "--name", "Mombasa", "--name-ar", "مومباسا")
	godwit(t, given+"\n", "user", "add", "hadiza", "--dir", hubDir, "--key-file", hubKey, "--role", "reception", "--name", "Hadiza Bello")
	godwit(t, chief+"\n", "user", "add", "chief", "--dir", nodeDir)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	syncAddr := l.Addr().String()
	l.Close()
	serveHub := func(addr string) *running {
		return start(t, "serve", "--dir", hubDir, "--key-file", hubKey, "--addr", addr, "--sync-addr", syncAddr)
	}
	hub := serveHub("127.0.0.1:0")
	node := start(t, "serve", "--dir", nodeDir, "--addr", "127.0.0.1:0")
	t.Cleanup(func() { node.Stop() })
	h, n := open(t, hub.URL), open(t, node.URL)

	// On its own.
	n.in("en").signIn("chief", chief).sees("This computer works on its own")
	n.visit("/").leave(`document.querySelector("header .sync a").click()`)
	n.sees("If it is lost, stolen or broken", "opens only with the password")
	n.pictured("/sync", "sync-alone").visit("/admin/nodes").sees("This installation is not a hub")

	// Invited at the hub.
	h.in("en").signIn("boss", boss).sees("This is the hub").visit("/admin/nodes").sees("No node is enrolled").follow("/admin/nodes/new")
	h.pictured("/admin/nodes/new", "invite").size(360).in("ar").visit("/admin/nodes/new")
	h.set("name", "Laptop 1").set("sites", "MBA").submit().speaks("ar").sees("Laptop 1", say(t, "ar", "app.nodes.code_once"))
	code := eval[string](h, `document.querySelector("main p.lead").innerText.trim()`)
	if eval[int](h, `document.querySelectorAll("main svg[role=img] path").length`) != 1 {
		t.Error("the code is not shown as a QR code")
	}
	h.shot("invited-ar-phone").size(1280).shot("invited-ar-desk")

	// Enrolled at the laptop; the sites of the hub come with the first exchange.
	n.in("en").visit("/sync").set("code", "nonsense").submit().sees("not a whole enrolment code")
	n.set("code", strings.ToLower(code)).submit().sees("This device is enrolled", "Laptop 1")
	exchange := func() *tab { return n.in("en").visit("/sync").submit() }
	exchange().sees("The exchange is done", "Everything recorded here has reached the hub", "received, head", "Mombasa")
	godwit(t, given+"\n", "user", "add", "rosa", "--dir", nodeDir, "--role", "reception", "--site", "MBA", "--name", "Rosa Quispe")

	// The hub goes away, and work goes on.
	if err := hub.Kill(); err != nil {
		t.Fatal(err)
	}
	hub.Stop()
	n.signInFirst("rosa", given, own).visit("/people/new")
	n.set("family_latin", "Warsame").set("given_latin", "Amina").set("sex", "female").set("birth-year", "1990").saves()
	n.sees("Warsame").signIn("chief", chief)
	exchange().sees("The exchange did not go through", "The hub cannot be reached", "not left this device", "Until it is sent it exists here only")
	n.signIn("rosa", own).sees("Cannot reach the hub").pictured("/sync", "sync-waiting")
	if eval[bool](n, `!!document.querySelector("main form")`) {
		t.Error("the reception is offered what it may not do")
	}

	// It is back, and nobody has to do anything but wait; the chief does not wait.
	hub = serveHub(strings.TrimPrefix(hub.URL, "http://"))
	t.Cleanup(func() { hub.Stop() })
	n.in("en").signIn("chief", chief)
	exchange().sees("The exchange is done", "Everything is sent", "Everything recorded here has reached the hub")
	n.pictured("/sync", "sync-sent")

	h.in("en").signInFirst("hadiza", given, own)
	h.visit("/people")
	h.leave(`(function(){var q=document.querySelector("form.search [name=q]");q.value="Amina Warsame";q.form.submit()})()`)
	h.sees("Warsame")

	// Somebody whom this laptop was never sent is asked for by the number on the card.
	godwit(t, "", "site", "set", "DAD", "--dir", hubDir, "--country", "KEN", "--name", "Dadaab")
	godwit(t, given+"\n", "user", "add", "yusuf", "--dir", hubDir, "--role", "reception", "--site", "DAD", "--name", "Yusuf Ali")
	h.signInFirst("yusuf", given, own).visit("/people/new")
	h.set("family_latin", "Abdi").set("given_latin", "Hodan").set("sex", "female").set("birth-year", "1984").saves()
	number := regexp.MustCompile(`\b[A-Z0-9]{5}-[A-Z0-9]{5}\b`).FindString(h.text())
	n.signIn("rosa", own).pictured("/people/ask", "ask").in("en").visit("/people")
	n.leave(`(function(){var q=document.querySelector("form.search [name=q]");q.value="` + number + `";q.form.submit()})()`)
	n.sees("Not here? Ask the hub").leave(`document.querySelector("form[action='/people/ask'] button").click()`)
	n.set("purpose", "care").submit().sees("Found. 1 record is here now", "belongs to another site")
	n.shot("asked-en-desk").signIn("chief", chief)

	forked(t, n, node, nodeDir, chief, rosa{own})

	h.signIn("boss", boss).visit("/admin/nodes").sees("Laptop 1", "Enrolled", "Mombasa")
	h.pictured("/admin/nodes", "nodes")

	// Whose records it gets, and how many, is changed at the hub.
	revoke := h.in("en").visit("/admin/nodes").follow("/revoke").where()
	one := strings.TrimSuffix(revoke, "/revoke")
	h.pictured(one, "node").in("en").visit(one).sees("Laptop 1", "Nothing is lost at the hub", "Invited")
	h.set("most", "500").submit().sees("It counts from the next contact", "At most 500 people")
	exchange().sees("The exchange is done")
	h.pictured(revoke, "revoke").in("en").visit(revoke).sees("Laptop 1", "What it has not sent exists on it alone").submit()
	h.sees("The node is revoked")
	exchange().sees("did not go through", "The hub has revoked this machine")
}

// rosa registers people.
type rosa struct{ password string }

func (r rosa) registers(n *tab, family string) {
	n.in("en").signIn("rosa", r.password).visit("/people/new")
	n.set("family_latin", family).set("given_latin", "Sahra").set("sex", "female").set("birth-year", "1992").saves()
}

// forked has the laptop's folder run twice. The copy is refused, its page says what
// happened, and what only it has goes to the hub under a new name; the laptop itself
// goes on afterwards in the same way.
func forked(t *testing.T, n *tab, node *running, dir, chief string, r rosa) {
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
	*node = *start(t, "serve", "--dir", dir, "--addr", strings.TrimPrefix(node.URL, "http://"))
	twin := start(t, "serve", "--dir", copied, "--addr", "127.0.0.1:0")
	c := open(t, twin.URL)
	exchange := func(b *tab) *tab { return b.in("en").signIn("chief", chief).visit("/sync").submit() }
	n.in("en").signIn("chief", chief)
	c.in("en").signIn("chief", chief)
	r.registers(n, "Osman")
	exchange(n).sees("The exchange is done")
	r.registers(c, "Farah")
	exchange(c).sees("did not go through", "Send what only this machine has", "Nothing is merged in silence")
	c.pictured("/sync", "sync-fork").in("en").visit("/sync").set("which", "only").submit().sees("under a new name")
	exchange(c).sees("The exchange is done", "Everything recorded here has reached the hub")
	twin.Stop()
	exchange(n).sees("This database is a copy").set("which", "only").submit().sees("under a new name")
	exchange(n).sees("The exchange is done")
	n.signIn("rosa", r.password).visit("/people")
	n.leave(`(function(){var q=document.querySelector("form.search [name=q]");q.value="Sahra Farah";q.form.submit()})()`)
	n.sees("Farah")
	n.signIn("chief", chief)
}
