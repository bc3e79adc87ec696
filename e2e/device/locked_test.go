package device

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/e2e/program"
	"github.com/godwit-health/godwit/e2e/story"
)

// A real node loses power while somebody is at work. It starts locked, says so in
// the language of who sits there, also on a phone; the receptionist logs in, which
// opens it for everybody, and goes on with the page that was open.
func TestAfterAPowerCutWorkGoesOn(t *testing.T) {
	const admin, given, own = "seven terns over slack water", "eight terns over slack water", "nine herons on warm mud"
	dir := filepath.Join(t.TempDir(), "n")
	made := story.Godwit(t, admin+"\n", "user", "add", "admin", "--dir", dir)
	if !strings.Contains(made, "recovery words") {
		t.Fatalf("no recovery words: %s", made)
	}
	story.Godwit(t, admin+"\n", "site", "set", "NBO", "--dir", dir, "--as", "admin", "--country", "KEN", "--name", "Nairobi")
	story.Godwit(t, admin+"\n"+given+"\n", "user", "add", "rosa", "--dir", dir, "--as", "admin", "--role", "reception", "--name", "Rosa Quispe")
	node := program.Start(t, "serve", "--dir", dir, "--addr", "127.0.0.1:0")
	t.Cleanup(func() { _ = node.Kill() })
	b := story.Open(t, node.URL)
	b.In("en").Visit("/login").Sees("The records are locked")
	b.Set("login", "rosa").Set("password", given).Submit()
	b.Sees("Somebody gave you this password").Set("old", given).Set("password", own).Set("again", own).Submit()
	b.Visit("/people/new").Set("family_latin", "Warsame").Set("given_latin", "Amina").Set("sex", "female").Set("birth-year", "1990").Saves()
	person := b.Where()
	b.Sees("Warsame")

	if err := node.Kill(); err != nil {
		t.Fatal(err)
	}
	node.Stop()
	node = program.Start(t, "serve", "--dir", dir, "--addr", strings.TrimPrefix(node.URL, "http://"))
	t.Cleanup(node.Stop)
	b.Size(360).Visit(person)
	if b.Where() != "/login" {
		t.Fatalf("a locked node shows %s", b.Where())
	}
	b.Sees("The records are locked").SeesNot("Warsame").Shot("locked-en-phone")
	b.In("ar").Visit(person).Sees("السجلات مقفلة").Shot("locked-ar-phone")
	b.Visit("/recovery").Shot("recovery-ar-phone")
	b.Size(1280).In("ar").Visit(person).Shot("locked-ar-desk")
	b.In("en").Visit("/recovery").Shot("recovery-en-desk")
	b.Visit(person).Shot("locked-en-desk")
	b.Set("login", "rosa").Set("password", "not the password at all").Submit()
	b.Sees("wrong")
	b.Visit(person).Set("login", "rosa").Set("password", own).Submit()
	if b.Where() != person {
		t.Fatalf("after the log-in: %s, want %s", b.Where(), person)
	}
	b.Sees("Warsame")
	b.Visit("/people/new").Set("family_latin", "Osei").Set("given_latin", "Kofi").Set("sex", "male").Set("birth-year", "1985").Saves()
	b.Sees("Osei")

	// The administrator sees who can open the device, and destroys it on the way out.
	b.Visit("/").Leave(`document.querySelector("form[action='/logout'] button").click()`)
	b.Visit("/login").Set("login", "admin").Set("password", admin).Submit()
	b.Follow("/admin/device").Sees("admin", "rosa", "as it was left").Shot("device-en-desk")
	b.Size(360).In("ar").Visit("/admin/device").Shot("device-ar-phone")
	b.Follow("/destroy").Shot("destroy-ar-phone")
	b.Size(1280).In("en").Visit("/admin/device/destroy").Sees("have reached no other place").Shot("destroy-en-desk")
	b.Set("code", "KLA").Submit()
	b.Sees("Nothing was destroyed").Set("code", "NBO").Submit()
	b.Sees("The records on this device were destroyed").Visit(person).SeesNot("Warsame").Sees("were destroyed").Shot("destroyed-en-desk")
}
