package e2e

import (
	"bytes"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/ext/serdes"

	"github.com/godwit-health/godwit/internal/kernel/key"
)

// planted are words that stand nowhere in the program and in no demo world. Each is
// typed into another part of the record.
var planted = map[string]string{
	"surname": "QUOKKAMURE", "given": "ZYXOLAT", "script": "Плакунцветков", "other": "Kestrelwort", "document": "PQZXJ7739",
	"contact": "Vexillumgate", "stay": "Ombralith", "decision": "Thrumwick", "request": "Gallimaufrix",
	"family": "Numbatquill", "case": "YAFFINGALE-77",
}

// What is erased is nowhere any more, and the chain still holds: a person is
// registered, asks to be forgotten, two officers decide, and after the rows were
// made anew no file and no page of the decrypted database holds a planted word.
func TestStoryAPersonIsErased(t *testing.T) {
	dir := t.TempDir()
	first := start(t, "demo", "--dir", dir, "--addr", "127.0.0.1:0")
	defer first.Stop()
	b := open(t, first.URL).size(1280)

	other := b.registersThe(tale{lang: "en", speaks: "sw", lives: "KEN", script: [2]string{"", ""}, number: "E2E-KEPT",
		mother: passport{issuer: "KEN", surname: "WANJIRU", given: "ATIENO", number: "A11223344"[:9], nationality: "KEN", born: "850505", sex: "F", expires: "310101"}})
	before := b.visit(other).text()
	person, code := b.plants()
	b.asksToErase(person, code)
	first.Stop()

	for part, word := range planted {
		if !inPages(t, dir, word) {
			t.Errorf("the word of the %s (%s) is not in the database, so not to find it later shows nothing", part, word)
		}
	}
	safe := t.TempDir()
	identity := filepath.Join(safe, "organisation.key")
	recipient := strings.TrimSpace(run(t, "backup", "key", "--out", identity))
	run(t, "backup", "--dir", dir, "--to", filepath.Join(safe, "bk"), "--recipient", recipient)

	again := start(t, "demo", "--dir", dir, "--addr", "127.0.0.1:0")
	defer again.Stop()
	b.Base = again.URL
	b.erases(code)
	b.logIn("reception").visit(person).seesNot(planted["surname"])
	if b.status() != 404 {
		t.Errorf("the erased record answers %d: %s", b.status(), b.text())
	}
	b.visit("/people").set("q", planted["surname"]).submit().sees(say(t, "en", "page.search.none"))
	if after := b.visit(other).text(); after != before {
		t.Errorf("another person's record changed:\n%s\nwas\n%s", after, before)
	}
	again.Stop()

	if out := run(t, "rebuild", "--dir", dir); !strings.Contains(out, "every row is as it was") {
		t.Errorf("after the erasure rows and journal differ: %s", out)
	}
	if out := run(t, "doctor", "--dir", dir); !regexp.MustCompile(`ok +chain: \d+ entries of \d+ origins verified`).MatchString(out) {
		t.Errorf("the chain does not verify: %s", out)
	}
	for part, word := range planted {
		if inPages(t, dir, word) {
			t.Errorf("the word of the %s (%s) is still in a page of the database", part, word)
		}
	}
	for _, found := range inFiles(t, dir) {
		t.Errorf("after the erasure there is %s", found)
	}
	restoresTheOldBackup(t, dir, safe, identity)
}

// restoresTheOldBackup restores what was backed up before the erasure, with the list
// of what was erased since: it brings nothing back.
func restoresTheOldBackup(t testing.TB, dir, safe, identity string) {
	t.Helper()
	list := filepath.Join(safe, "erased.txt")
	if err := os.WriteFile(list, []byte(run(t, "erased", "list", "--dir", dir)), 0o600); err != nil {
		t.Fatal(err)
	}
	found, err := filepath.Glob(filepath.Join(safe, "bk", "*.godwit.age"))
	if err != nil || len(found) != 1 {
		t.Fatalf("the backups are %v (%v)", found, err)
	}
	restored := filepath.Join(safe, "restored")
	run(t, "restore", "--from", found[0], "--identity", identity, "--dir", restored, "--erasures", list)
	if out := run(t, "verify", "--dir", restored); strings.Contains(out, "WRONG") {
		t.Errorf("the restored node is not well: %s", out)
	}
	for part, word := range planted {
		if inPages(t, restored, word) {
			t.Errorf("the word of the %s (%s) came back with the backup", part, word)
		}
	}
	for _, found := range inFiles(t, safe) { // the restored node is in it too
		t.Errorf("beside the backup there is %s", found)
	}
}

// registersThe registers one person and returns their record.
func (b *tab) registersThe(s tale) string {
	b.t.Helper()
	b.logIn("reception").in(s.lang).visit("/people/new")
	b.set("zone", s.mother.td3()).submit("zone-form")
	b.set("languages", s.speaks).set("interpreter", "no")
	b.saves()
	return b.where()
}

var personCode = regexp.MustCompile(`\b[0-9A-Z]{5}-[0-9A-Z]{5}\b`)

// plants registers the person whose record holds the planted words, and returns
// where it is and its code.
func (b *tab) plants() (person, code string) {
	b.t.Helper()
	b.logIn("reception").visit("/people/new")
	b.set("family_latin", planted["surname"]).set("given_latin", planted["given"]).set("family", planted["script"]).set("other_names", planted["other"])
	b.set("birth-year", "1979").set("sex", "male").set("languages", "ru").set("interpreter", "no").set("nationalities", "UKR").set("arrived", "yes")
	b.set("doc_type", "passport").set("doc_number", planted["document"]).set("doc_issuer", "UKR")
	b.set("contact_kind", "address").set("contact_value", planted["contact"]+" street 5").set("contact_owner", "self")
	b.saves()
	person = b.where()
	if !personPath.MatchString(person) {
		b.t.Fatalf("not registered: %s", b.problems())
	}
	code = personCode.FindString(b.text())
	b.visit(person).follow("/stays/new").set("place", "UKR").set("detail", planted["stay"]).set("from-year", "1979").set("to-year", "2020").submit()

	b.visit(person).follow("/family").set("family_note", planted["family"]+" said that they travel alone").complete(answers{"unit": "family", "role": "head"})

	b.visit(person).follow("/cases/new").follow("destination=us-immigrant")
	b.set("members", strings.TrimPrefix(person, "/people/")).set("number", planted["case"]).set("exam_country", "KEN").submit()
	board := b.where()
	b.logIn("physician").visit(board).follow("/members/").follow("/waive")
	b.set("service", "CXR").set("reason", planted["decision"]+" was the reason that was given").submit().sees(say(b.t, "en", "assessment.act.done"))
	return person, code
}

// asksToErase records the person's wish and lets the privacy officer ask for it.
func (b *tab) asksToErase(person, code string) {
	b.t.Helper()
	b.logIn("reception").visit(person).follow("/rights/new").set("asked", "erasure").set("words", planted["request"]+" said: forget me").complete(answers{"by": "self"})
	b.logIn("privacy_officer").visit("/erasures/new?person=" + code)
	b.sees(say(b.t, "en", "stewardship.erasures.warn"))
	b.set("kinds", "*").complete(nil)
	b.sees(say(b.t, "en", "stewardship.erasures.waits"), say(b.t, "en", "stewardship.erasures.other"))
	if eval[bool](b, `!!document.querySelector("form[action$='/approve']")`) {
		b.t.Error("who asked for the erasure may approve it too")
	}
}

// erases is the second officer's word.
func (b *tab) erases(code string) {
	b.t.Helper()
	b.logIn("medical_officer").visit("/erasures").row(code)
	b.leave(`document.querySelector("form[action$='/approve'] button").click()`)
	b.sees(say(b.t, "en", "stewardship.erasures.receipt"), say(b.t, "en", "stewardship.erasures.done"))
	for part, word := range planted {
		if b.says(word) {
			b.t.Errorf("the receipt says the word of the %s", part)
		}
	}
}

// run runs the command to its end and returns what it printed.
func run(t testing.TB, args ...string) string {
	t.Helper()
	out, err := exec.Command(command(t), args...).CombinedOutput()
	if err != nil && len(out) == 0 {
		t.Fatalf("godwit %s: %v", args[0], err)
	}
	return string(out)
}

// inPages reports whether a word stands in any page of the database of a stopped
// node, in whatever letters: pages in use and free ones, decrypted.
func inPages(t testing.TB, dir, word string) bool {
	t.Helper()
	pages, small := decrypted(t, dir)
	return bytes.Contains(pages, []byte(word)) || bytes.Contains(small, []byte(strings.ToLower(word)))
}

// clear is the database that was decrypted last, until it changes.
var clear struct {
	path         string
	at           time.Time
	pages, small []byte // as they are, and in small letters
}

// decrypted copies the database of a stopped node page by page, free pages too, as
// the backup interface of SQLite does (sqlite.org/c3ref/backup_finish.html).
func decrypted(t testing.TB, dir string) (asTheyAre, small []byte) {
	t.Helper()
	path := filepath.Join(dir, "godwit.db")
	st, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if clear.path == path && clear.at.Equal(st.ModTime()) {
		return clear.pages, clear.small
	}
	if log, err := os.Stat(path + "-wal"); err == nil && log.Size() > 0 {
		t.Fatalf("the node left %d bytes in its log", log.Size())
	}
	data, err := key.File(filepath.Join(dir, "godwit.key")).DataKey(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c, err := sqlite3.Open("file:" + filepath.ToSlash(path) + "?vfs=adiantum")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Exec("PRAGMA hexkey='" + hex.EncodeToString(data) + "'"); err != nil {
		t.Fatal(err)
	}
	pages, err := serdes.Serialize(c, "main")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(pages, []byte("SQLite format 3\x00")) {
		t.Fatal("the database was not decrypted")
	}
	clear.path, clear.at, clear.pages, clear.small = path, st.ModTime(), pages, bytes.ToLower(pages)
	return clear.pages, clear.small
}

// inFiles names the planted words that stand in files of a folder, in whatever letters.
func inFiles(t testing.TB, dir string) (found []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		data = bytes.ToLower(data)
		for part, word := range planted {
			if bytes.Contains(data, []byte(strings.ToLower(word))) {
				found = append(found, "the word of the "+part+" in "+path)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
