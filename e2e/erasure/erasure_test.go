package erasure

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

	"github.com/godwit-health/godwit/e2e/program"
	"github.com/godwit-health/godwit/e2e/story"
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
	first := program.Start(t, "demo", "--dir", dir, "--addr", "127.0.0.1:0")
	defer first.Stop()
	b := story.Open(t, first.URL).Size(1280)

	other := registersThe(b, story.Tale{Lang: "en", Speaks: "sw", Lives: "KEN", Script: [2]string{"", ""}, Number: "E2E-KEPT",
		Mother: story.Passport{Issuer: "KEN", Surname: "WANJIRU", Given: "ATIENO", Number: "A11223344"[:9], Nationality: "KEN", Born: "850505", Sex: "F", Expires: "310101"}})
	before := b.Visit(other).Text()
	person, code := plants(b)
	asksToErase(b, person, code)
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

	again := program.Start(t, "demo", "--dir", dir, "--addr", "127.0.0.1:0")
	defer again.Stop()
	b.Base = again.URL
	erases(b, code)
	b.LogIn("reception").Visit(person).SeesNot(planted["surname"])
	if b.Status() != 404 {
		t.Errorf("the erased record answers %d: %s", b.Status(), b.Text())
	}
	b.Visit("/people").Set("q", planted["surname"]).Submit().Sees(story.Say(t, "en", "page.search.none"))
	if after := b.Visit(other).Text(); after != before {
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
func registersThe(b *story.Tab, s story.Tale) string {
	b.T.Helper()
	b.LogIn("reception").In(s.Lang).Visit("/people/new")
	b.Set("zone", s.Mother.Td3()).Submit("zone-form")
	b.Set("languages", s.Speaks).Set("interpreter", "no")
	b.Saves()
	return b.Where()
}

// plants registers the person whose record holds the planted words, and returns
// where it is and its code.
func plants(b *story.Tab) (person, code string) {
	b.T.Helper()
	b.LogIn("reception").Visit("/people/new")
	b.Set("family_latin", planted["surname"]).Set("given_latin", planted["given"]).Set("family", planted["script"]).Set("other_names", planted["other"])
	b.Set("birth-year", "1979").Set("sex", "male").Set("languages", "ru").Set("interpreter", "no").Set("nationalities", "UKR").Set("arrived", "yes")
	b.Set("doc_type", "passport").Set("doc_number", planted["document"]).Set("doc_issuer", "UKR")
	b.Set("contact_kind", "address").Set("contact_value", planted["contact"]+" street 5").Set("contact_owner", "self")
	b.Saves()
	person = b.Where()
	if !story.PersonPath.MatchString(person) {
		b.T.Fatalf("not registered: %s", b.Problems())
	}
	code = story.PersonCode.FindString(b.Text())
	b.Visit(person).Follow("/stays/new").Set("place", "UKR").Set("detail", planted["stay"]).Set("from-year", "1979").Set("to-year", "2020").Submit()

	b.Visit(person).Follow("/family").Set("family_note", planted["family"]+" said that they travel alone").Complete(story.Answers{"unit": "family", "role": "head"})

	b.Visit(person).Follow("/cases/new").Follow("destination=us-immigrant")
	b.Set("members", strings.TrimPrefix(person, "/people/")).Set("number", planted["case"]).Set("exam_country", "KEN").Submit()
	board := b.Where()
	b.LogIn("physician").Visit(board).Follow("/members/").Follow("/waive")
	b.Set("service", "CXR").Set("reason", planted["decision"]+" was the reason that was given").Submit().Sees(story.Say(b.T, "en", "assessment.act.done"))
	return person, code
}

// asksToErase records the person's wish and lets the privacy officer ask for it.
func asksToErase(b *story.Tab, person, code string) {
	b.T.Helper()
	b.LogIn("reception").Visit(person).Follow("/rights/new").Set("asked", "erasure").Set("words", planted["request"]+" said: forget me").Complete(story.Answers{"by": "self"})
	b.LogIn("privacy_officer").Visit("/erasures/new?person=" + code)
	b.Sees(story.Say(b.T, "en", "stewardship.erasures.warn"))
	b.Set("kinds", "*").Complete(nil)
	b.Sees(story.Say(b.T, "en", "stewardship.erasures.waits"), story.Say(b.T, "en", "stewardship.erasures.other"))
	if story.Eval[bool](b, `!!document.querySelector("form[action$='/approve']")`) {
		b.T.Error("who asked for the erasure may approve it too")
	}
}

// erases is the second officer's word.
func erases(b *story.Tab, code string) {
	b.T.Helper()
	b.LogIn("medical_officer").Visit("/erasures").Row(code)
	b.Leave(`document.querySelector("form[action$='/approve'] button").click()`)
	b.Sees(story.Say(b.T, "en", "stewardship.erasures.receipt"), story.Say(b.T, "en", "stewardship.erasures.done"))
	for part, word := range planted {
		if b.Says(word) {
			b.T.Errorf("the receipt says the word of the %s", part)
		}
	}
}

// run runs the command to its end and returns what it printed.
func run(t testing.TB, args ...string) string {
	t.Helper()
	out, err := exec.Command(program.Command(t), args...).CombinedOutput()
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
