package app_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/godwit-health/godwit/internal/app"
	"github.com/godwit-health/godwit/internal/app/apptest"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/key"
)

// An administrator destroys the records on the page, with the site's code: nobody
// who was logged in sees anything any more, and the folder opens with nothing.
func TestTheRecordsAreDestroyedFromThePage(t *testing.T) {
	dir, words := apptest.Protected(t)
	l := apptest.StartLocked(t, dir)
	l.MustUnlock()
	nurse, admin := l.Visit(), l.Visit()
	nurse.LogIn("nurse", app.DemoPassword())
	admin.LogIn("administrator", app.DemoPassword())
	nurse.Get(app.DestroyPath).Says(t, 403)
	nurse.Post(app.DestroyPath, url.Values{"code": {"NBO-1"}}).Says(t, 403)
	admin.Get("/").Says(t, 200, "This device")
	admin.Get(app.DevicePath).Says(t, 200, "administrator", "as it was left", "Destroy the records")
	a := admin.Get(app.DestroyPath)
	a.Says(t, 200, "have reached no other place")
	site, err := app.DemoSite()
	if err != nil {
		t.Fatal(err)
	}
	admin.Post(app.DestroyPath, url.Values{"code": {"XXX"}}).Says(t, 422, "Nothing was destroyed")
	nurse.Get("/worklist").Says(t, 200)
	dataKey, _ := l.Keys().DataKey(t.Context())
	admin.Post(app.DestroyPath, url.Values{"code": {site.Code}}).Says(t, 410, "were destroyed")
	for _, path := range []string{"/", "/worklist", "/people", "/login", "/recovery", app.DestroyPath} {
		nurse.Get(path).Says(t, 410, "were destroyed")
	}
	nurse.Post("/login", url.Values{"login": {"administrator"}, "password": {app.DemoPassword()}}).Says(t, 410)
	nurse.Get("/healthz").Says(t, 503, "destroyed")
	if _, err := l.Keys().DataKey(t.Context()); err == nil {
		t.Error("the data key is still in memory")
	}
	files := apptest.FilesOf(t, dir)
	for name, b := range files {
		if strings.HasPrefix(name, app.SlotsFile) || name == app.KeyFile || bytes.Contains(b, dataKey) {
			t.Errorf("%s is still there", name)
		}
	}
	again := apptest.StartLocked(t, apptest.FolderWith(t, files))
	again.Visit().Get("/people").Says(t, 410)
	if err := again.UnlockWords(t.Context(), words, "", ""); err != nil || again.Node() != nil {
		t.Errorf("the words: %v", err)
	}
	if _, err := app.Open(t.Context(), app.Options{Dir: apptest.FolderWith(t, files), As: "administrator", Password: app.DemoPassword()}); fault.KeyOf(err) != "key.destroyed" {
		t.Errorf("opening says %v", err)
	}
}

// Destroying waits for nobody: not for a read under way, which would hold up the
// closing of the database, and not for an opening, which then comes to nothing.
func TestDestroyingWaitsForNobody(t *testing.T) {
	dir, _ := apptest.Protected(t)
	l := apptest.StartLocked(t, dir)
	n := l.MustUnlock()
	reading, held := make(chan struct{}), make(chan struct{})
	ended := make(chan error, 1)
	go func() {
		ended <- n.DB.Read(context.Background(), func(tx *db.Tx) error { close(reading); <-held; return nil })
	}()
	<-reading
	if err := l.Destroy(); err != nil { // would hang here
		t.Fatal(err)
	}
	l.Visit().Get("/people").Says(t, 410)
	close(held)
	<-ended

	other := apptest.StartLocked(t, apptest.FolderWith(t, apptest.ProtectedFiles(t)))
	err := other.UnlockBy(t.Context(), func(s *key.Slots) error { return s.Unlock(t.Context(), "administrator", app.DemoPassword()) },
		func(*app.Node) error { return other.Destroy() })
	if fault.KeyOf(err) != "key.destroyed" || other.Node() != nil || other.State() != app.StateDestroyed {
		t.Errorf("an opening went on after it: %v, %s", err, other.State())
	}
}

// What works behind the pages is stopped before the key goes: else it would tell the
// log of a fault that is none.
func TestWorkIsStoppedBeforeTheKeyIsDestroyed(t *testing.T) {
	dir, _ := apptest.Protected(t)
	l := apptest.StartLocked(t, dir)
	n := l.MustUnlock()
	var whole bool
	l.WhenStopped(func() {
		whole = apptest.There(dir, app.SlotsFile)
		_, err := l.Keys().DataKey(t.Context())
		whole = whole && err == nil
	})
	if err := l.Destroy(); err != nil {
		t.Fatal(err)
	}
	if ended := n.Life().Err() != nil; !whole || !ended {
		t.Errorf("stopped while the key was there: %v; requests ended: %v", whole, ended)
	}
}

// planted are people of several scripts, and the log-ins of the staff.
var planted = []string{"Zaragozana", "Ouedraogo", "وارسامي", "حبيبة", "ወርቅነሽ", "Дмитриевна", "administrator", "radiographer", "physician"}

// encodings of a word, as a file could hold it.
func encodings(word string) map[string][]byte {
	little, big := []byte{}, []byte{}
	for _, u := range utf16.Encode([]rune(word)) {
		little, big = binary.LittleEndian.AppendUint16(little, u), binary.BigEndian.AppendUint16(big, u)
	}
	return map[string][]byte{"UTF-8": []byte(word), "UTF-16LE": little, "UTF-16BE": big}
}

// tells names the first planted word that the files of a folder hold.
func tells(t testing.TB, dir string) string {
	t.Helper()
	for name, b := range apptest.FilesOf(t, dir) {
		if bytes.Contains(b, []byte("SQLite format 3")) {
			return name + " is not encrypted"
		}
		for _, word := range planted {
			for how, e := range encodings(word) {
				if bytes.Contains(b, e) {
					return name + " holds " + word + " in " + how
				}
			}
		}
	}
	return ""
}

// A copy of the folder tells nobody's name, of those in the records and of those
// who log in: not while people work, not while the database is written anew, not
// after a cut and not after an end.
func TestACopyOfTheFolderNamesNobody(t *testing.T) {
	dir, _ := apptest.Protected(t)
	l := apptest.StartLocked(t, dir)
	n := l.MustUnlock()
	for _, login := range []string{"radiographer", "physician", "reception"} {
		l.Visit().LogIn(login, app.DemoPassword())
	}
	v := l.Visit()
	v.LogIn("reception", app.DemoPassword())
	for _, p := range [][]string{
		{"family_latin", "Zaragozana", "given_latin", "Ouedraogo", "sex", "female", "birth-year", "1990"},
		{"family", "وارسامي", "given", "حبيبة", "sex", "female", "birth-year", "1991"},
		{"family", "ወርቅነሽ", "given", "ወርቅነሽ", "sex", "female", "birth-year", "1992"},
		{"family", "Дмитриевна", "given", "Дмитриевна", "sex", "female", "birth-year", "1993"},
	} {
		v.Form("/people/new").Set(p...).Send().Says(t, 200)
	}
	found := 0
	apptest.ReadFrom(n, t, func(tx *db.Tx) error { return tx.Row("SELECT count(*) FROM people_person").Scan(&found) })
	if found != 4 {
		t.Fatalf("%d of 4 are registered", found)
	}
	look := func(when string) {
		t.Helper()
		if said := tells(t, dir); said != "" {
			t.Errorf("%s: %s", when, said)
		}
	}
	look("while people work")
	sawNext := false
	for range 4 {
		if err := n.Access.WantRotation(t.Context()); err != nil {
			t.Fatal(err)
		}
		done := make(chan error, 1)
		go func() { done <- n.ReplaceKey(context.Background()) }()
		for busy := true; busy; {
			select {
			case err := <-done:
				if busy = false; err != nil {
					t.Fatal(err)
				}
			default:
				sawNext = sawNext || apptest.There(dir, app.DatabaseFile+"-next")
				look("while the database is written anew")
			}
		}
	}
	if !sawNext {
		t.Error("the new file was never looked at")
	}
	if err := n.DB.Scrub(t.Context()); err != nil {
		t.Fatal(err)
	}
	look("after a scrub")
	cut := apptest.FolderWith(t, apptest.FilesOf(t, dir))
	if said := tells(t, cut); said != "" {
		t.Errorf("after a cut: %s", said)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	look("at rest")
	// The same search finds what is there in the clear.
	for how, b := range encodings(planted[3]) {
		if err := os.WriteFile(filepath.Join(cut, "plain"), b, 0o600); err != nil {
			t.Fatal(err)
		}
		if tells(t, cut) == "" {
			t.Errorf("the search does not find %s", how)
		}
	}
}
