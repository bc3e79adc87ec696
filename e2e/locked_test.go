package e2e

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// godwit runs a command to its end with these lines typed in.
func godwit(t testing.TB, typed string, args ...string) string {
	t.Helper()
	cmd := exec.Command(command(t), args...)
	cmd.Stdin = strings.NewReader(typed)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("godwit %s: %v: %s", args[0]+" "+args[1], err, out)
	}
	return string(out)
}

// A real node loses power while somebody is at work. It starts locked, says so in
// the language of who sits there, also on a phone; the receptionist logs in, which
// opens it for everybody, and goes on with the page that was open.
func TestAfterAPowerCutWorkGoesOn(t *testing.T) {
	const admin, given, own = "seven terns over slack water", "eight terns over slack water", "nine herons on warm mud"
	dir := filepath.Join(t.TempDir(), "n")
	made := godwit(t, admin+"\n", "user", "add", "admin", "--dir", dir)
	if !strings.Contains(made, "recovery words") {
		t.Fatalf("no recovery words: %s", made)
	}
	godwit(t, admin+"\n", "site", "set", "NBO", "--dir", dir, "--as", "admin", "--country", "KEN", "--name", "Nairobi")
	godwit(t, admin+"\n"+given+"\n", "user", "add", "rosa", "--dir", dir, "--as", "admin", "--role", "reception", "--name", "Rosa Quispe")
	node := start(t, "serve", "--dir", dir, "--addr", "127.0.0.1:0")
	t.Cleanup(func() { _ = node.Kill() })
	b := open(t, node.URL)
	b.in("en").visit("/login").sees("The records are locked")
	b.set("login", "rosa").set("password", given).submit()
	b.sees("Somebody gave you this password").set("old", given).set("password", own).set("again", own).submit()
	b.visit("/people/new").set("family_latin", "Warsame").set("given_latin", "Amina").set("sex", "female").set("birth-year", "1990").saves()
	person := b.where()
	b.sees("Warsame")

	if err := node.Kill(); err != nil {
		t.Fatal(err)
	}
	node.Stop()
	node = start(t, "serve", "--dir", dir, "--addr", strings.TrimPrefix(node.URL, "http://"))
	t.Cleanup(node.Stop)
	b.size(360).visit(person)
	if b.where() != "/login" {
		t.Fatalf("a locked node shows %s", b.where())
	}
	b.sees("The records are locked").seesNot("Warsame").shot("locked-en-phone")
	b.in("ar").visit(person).sees("السجلات مقفلة").shot("locked-ar-phone")
	b.visit("/recovery").shot("recovery-ar-phone")
	b.size(1280).in("ar").visit(person).shot("locked-ar-desk")
	b.in("en").visit("/recovery").shot("recovery-en-desk")
	b.visit(person).shot("locked-en-desk")
	b.set("login", "rosa").set("password", "not the password at all").submit()
	b.sees("wrong")
	b.visit(person).set("login", "rosa").set("password", own).submit()
	if b.where() != person {
		t.Fatalf("after the log-in: %s, want %s", b.where(), person)
	}
	b.sees("Warsame")
	b.visit("/people/new").set("family_latin", "Osei").set("given_latin", "Kofi").set("sex", "male").set("birth-year", "1985").saves()
	b.sees("Osei")

	// The administrator sees who can open the device, and destroys it on the way out.
	b.visit("/").leave(`document.querySelector("form[action='/logout'] button").click()`)
	b.visit("/login").set("login", "admin").set("password", admin).submit()
	b.follow("/admin/device").sees("admin", "rosa", "as it was left").shot("device-en-desk")
	b.size(360).in("ar").visit("/admin/device").shot("device-ar-phone")
	b.follow("/destroy").shot("destroy-ar-phone")
	b.size(1280).in("en").visit("/admin/device/destroy").sees("have reached no other place").shot("destroy-en-desk")
	b.set("code", "KLA").submit()
	b.sees("Nothing was destroyed").set("code", "NBO").submit()
	b.sees("The records on this device were destroyed").visit(person).seesNot("Warsame").sees("were destroyed").shot("destroyed-en-desk")
}
