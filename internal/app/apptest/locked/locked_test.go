package locked

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/godwit-health/godwit/internal/app"
	"github.com/godwit-health/godwit/internal/app/apptest"
	"github.com/godwit-health/godwit/internal/kernel/key"
)

// After a cut the first who logs in opens the node, is logged in, and comes to the
// page that was asked for; the next one just logs in.
func TestAfterAPowerCutTheFirstLogInOpensTheNode(t *testing.T) {
	dir, _ := apptest.Protected(t)
	l := apptest.StartLocked(t, dir)
	v := l.Visit()
	if a, in := v.Tries("administrator", "another thing altogether"); in || a.Status != 422 {
		t.Fatalf("a wrong password: %d at %s", a.Status, a.Path)
	}
	a := v.Get("/admin/users")
	a.Says(t, 200, "The records are locked")
	f := v.Pick(a, "/login")
	f.Values.Set("login", "administrator")
	f.Values.Set("password", app.DemoPassword())
	if a = v.Post("/login", f.Values); a.Status != 200 || a.Path != "/admin/users" {
		t.Fatalf("after the log-in: %d at %s", a.Status, a.Path)
	}
	v.Get("/healthz").Says(t, 200, "ok")
	// Who has no slot yet gets one by logging in, and opens the node the next time.
	l.Visit().LogIn("nurse", app.DemoPassword())
	again := l.Cut()
	again.Visit().LogIn("nurse", app.DemoPassword())
	if again.Node() == nil {
		t.Error("the nurse's slot did not open the node")
	}
	third := again.Cut()
	if a, in := third.Visit().Tries("physician", app.DemoPassword()); in || third.Node() != nil || a.Status != 422 {
		t.Errorf("somebody without a slot opened the node: %d", a.Status)
	}
}

// A wrong password and a name that nobody has get the same answer, and after a few
// both wait.
func TestTriesAtALockedDoorWait(t *testing.T) {
	dir, _ := apptest.Protected(t)
	l := apptest.StartLocked(t, dir)
	var said []string
	for _, login := range []string{"administrator", "nobody.here"} {
		v := l.Visit()
		for range 5 {
			a, in := v.Tries(login, "another thing altogether")
			if in {
				t.Fatal("in")
			}
			said = append(said, strings.ReplaceAll(apptest.Text(a.Doc), login, ""))
		}
		a, in := v.Tries(login, app.DemoPassword())
		if in || a.Status != 422 || !strings.Contains(apptest.Text(a.Doc), "Too many attempts") {
			t.Errorf("%s does not wait: %d %s", login, a.Status, apptest.Text(a.Doc))
		}
	}
	for _, s := range said {
		if s != said[0] {
			t.Errorf("the answers differ:\n%s\n%s", said[0], s)
		}
	}
	l.Clock.Move(time.Hour)
	l.MustUnlock()
}

func TestSeveralLogInsAtOnceOpenTheNodeOnce(t *testing.T) {
	dir, _ := apptest.Protected(t)
	l := apptest.StartLocked(t, dir)
	l.MustUnlock()
	l.Visit().LogIn("nurse", app.DemoPassword())
	l = l.Cut()
	var all sync.WaitGroup
	for i := range 8 {
		login := []string{"administrator", "nurse"}[i%2]
		v := l.Visit()
		all.Go(func() {
			if a, in := v.Tries(login, app.DemoPassword()); !in {
				t.Errorf("%s: %d at %s: %s", login, a.Status, a.Path, apptest.Text(a.Doc))
			}
		})
	}
	all.Wait()
	if r, err := l.Node().Journal.Verify(t.Context()); err != nil || !r.OK() {
		t.Errorf("%v %+v", err, r)
	}
}

// Somebody who was disabled and whose slot is still there, because a cut came
// between, does not open the node; the next one who does takes that slot away, and
// the data key is replaced.
func TestADisabledUsersSlotDoesNotOpenTheNode(t *testing.T) {
	dir, _ := apptest.Protected(t)
	l := apptest.StartLocked(t, dir)
	n := l.MustUnlock()
	l.Visit().LogIn("nurse", app.DemoPassword())
	n.Access.UseSlots(nil, nil) // what the cut left undone
	if a := n.Do(t.Context(), app.Command{Name: "user-disable", Login: "nurse"}); !a.OK {
		t.Fatal(a.Error)
	}
	l = l.Cut()
	if a, in := l.Visit().Tries("nurse", app.DemoPassword()); in || a.Status != 422 || l.State() != app.StateLocked {
		t.Fatalf("a disabled user: %d, node %s", a.Status, l.State())
	}
	if _, err := l.Keys().DataKey(t.Context()); err == nil {
		t.Error("the slots stayed unlocked")
	}
	n = l.MustUnlock()
	users, err := l.Keys().Users()
	if err != nil || len(users) != 1 {
		t.Errorf("slots of %v (%v)", users, err)
	}
	if due, err := n.Access.RotationDue(t.Context()); err != nil || due == nil {
		t.Errorf("no change of the data key is due (%v)", err)
	}
}

// A disabled user who kept a copy of the slot file and knows the password has
// nothing of the database as it is written from then on.
func TestAKeptCopyOfTheSlotsOpensNothingNew(t *testing.T) {
	dir, words := apptest.Protected(t)
	l := apptest.StartLocked(t, dir)
	n := l.MustUnlock()
	l.Visit().LogIn("nurse", app.DemoPassword())
	kept := apptest.FilesOf(t, dir)[app.SlotsFile]
	if a := n.Do(t.Context(), app.Command{Name: "user-disable", Login: "nurse"}); !a.OK {
		t.Fatal(a.Error)
	}
	if err := n.ReplaceKey(t.Context()); err != nil {
		t.Fatal(err)
	}
	files := apptest.FilesOf(t, dir)
	files[app.SlotsFile] = kept
	for what, open := range map[string]func(h *app.Host) error{
		"the password":  func(h *app.Host) error { return h.Unlock(t.Context(), "nurse", app.DemoPassword(), "") },
		"another's":     func(h *app.Host) error { return h.Unlock(t.Context(), "administrator", app.DemoPassword(), "") },
		"the old words": func(h *app.Host) error { return h.UnlockWords(t.Context(), words, "", "") },
	} {
		old := apptest.StartLocked(t, apptest.FolderWith(t, files))
		if err := open(old.Host); err == nil || old.Node() != nil {
			t.Errorf("%s and the old slot file open the new database (%v)", what, err)
		}
	}
	now := l.Cut()
	if _, in := now.Visit().Tries("nurse", app.DemoPassword()); in {
		t.Error("a disabled user is in")
	}
	now.MustUnlock()
}

// A slot file that was copied while the data key was changed holds both keys. Who
// is disabled then has neither in the end: a change that was under way is followed
// by another.
func TestWhoIsDisabledDuringAChangeOfTheDataKeyHasNoneOfTheKeys(t *testing.T) {
	dir, _ := apptest.Protected(t)
	l := apptest.StartLocked(t, dir)
	n := l.MustUnlock()
	l.Visit().LogIn("nurse", app.DemoPassword())
	if _, err := l.Keys().Rotate(); err != nil {
		t.Fatal(err)
	}
	kept := apptest.FilesOf(t, dir)[app.SlotsFile]
	if a := n.Do(t.Context(), app.Command{Name: "user-disable", Login: "nurse"}); !a.OK {
		t.Fatal(a.Error)
	}
	if err := n.ReplaceKey(t.Context()); err != nil {
		t.Fatal(err)
	}
	files := apptest.FilesOf(t, dir)
	files[app.SlotsFile] = kept
	old := apptest.StartLocked(t, apptest.FolderWith(t, files))
	if err := old.Unlock(t.Context(), "nurse", app.DemoPassword(), ""); !strings.Contains(app.Sentence(err), "does not fit") {
		t.Errorf("a kept copy with both keys: %v", err)
	}
}

// Every step of a change of the data key may be the last before a cut. Whatever it
// leaves opens with the same password, whole, and the change is ended there.
func TestACutInAnyStepOfAChangeOfTheDataKey(t *testing.T) {
	dir, words := apptest.Protected(t)
	l := apptest.StartLocked(t, dir)
	n := l.MustUnlock()
	before, err := n.Journal.Verify(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	old, _ := l.Keys().DataKey(t.Context())
	left := map[string]map[string][]byte{}
	if err := n.Access.WantRotation(t.Context()); err != nil {
		t.Fatal(err)
	}
	left["it was asked for"] = apptest.FilesOf(t, dir)
	next, err := l.Keys().Rotate()
	if err != nil {
		t.Fatal(err)
	}
	left["the next key is in the slots"] = apptest.FilesOf(t, dir)
	half := apptest.FilesOf(t, dir)
	half[app.DatabaseFile+"-next"] = half[app.DatabaseFile][:len(half[app.DatabaseFile])/2+100]
	left["the new file is half written"] = half
	if err := n.DB.Rekey(t.Context(), next); err != nil {
		t.Fatal(err)
	}
	left["the new file has its name"] = apptest.FilesOf(t, dir)
	if err := l.Keys().Settle(); err != nil {
		t.Fatal(err)
	}
	left["the old key is gone"] = apptest.FilesOf(t, dir)
	for step, files := range left {
		for _, with := range []string{"password", "words"} {
			again := apptest.StartLocked(t, apptest.FolderWith(t, files))
			if with == "password" {
				again.MustUnlock()
			} else if err := again.UnlockWords(t.Context(), words, "", ""); err != nil {
				t.Fatalf("%s: %v", step, err)
			}
			n := again.Node()
			if r, err := n.Journal.Verify(t.Context()); err != nil || !r.OK() || r.Entries < before.Entries {
				t.Errorf("%s: %v, %d entries of %d", step, err, r.Entries, before.Entries)
			}
			if err := n.ReplaceKey(t.Context()); err != nil {
				t.Fatalf("%s: going on: %v", step, err)
			}
			if now, err := again.Keys().DataKey(t.Context()); err != nil || string(now) == string(old) || again.Keys().State().Rotating {
				t.Errorf("%s: the data key was not replaced (%v)", step, err)
			}
			if due, err := n.Access.RotationDue(t.Context()); err != nil || due != nil {
				t.Errorf("%s: it is still due (%v)", step, err)
			}
			again.Cut().MustUnlock()
		}
	}
}

// The recovery words open the node when nobody can log in, and give an
// administrator, and nobody else, a new password by the ordinary rules.
func TestTheRecoveryWordsOpenTheNode(t *testing.T) {
	dir, words := apptest.Protected(t)
	l := apptest.StartLocked(t, dir)
	v := l.Visit()
	first, rest, _ := strings.Cut(words, " ")
	v.Post("/recovery", url.Values{"words": {"godwitt " + rest}}).Says(t, 422, "Word 1 is not in the list")
	v.Post("/recovery", url.Values{"words": {rest}}).Says(t, 422, "12 words")
	v.Post("/recovery", url.Values{"words": {"abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about"}}).Says(t, 422, "wrong")
	v.Post("/recovery", url.Values{"words": {words}, "login": {"administrator"}, "password": {"short"}, "again": {"short"}}).Says(t, 422, "at least 12")
	v.Post("/recovery", url.Values{"words": {words}, "login": {"administrator"}, "password": {"nine terns over slack water"}, "again": {"x"}}).Says(t, 422, "differ")
	if l.Node() != nil {
		t.Fatal("open")
	}
	v.Post("/recovery", url.Values{"words": {words}, "login": {"nurse"}, "password": {"nine terns over slack water"}, "again": {"nine terns over slack water"}}).Says(t, 422, "No administrator")
	if l.State() != app.StateLocked {
		t.Fatalf("a nurse's name left the node %s", l.State())
	}
	spoken := strings.ToUpper(first) + ", " + rest
	v.Post("/recovery", url.Values{"words": {spoken}, "login": {"administrator"}, "password": {"nine terns over slack water"}, "again": {"nine terns over slack water"}}).Says(t, 200, "The records are open")
	if _, in := l.Visit().Tries("administrator", app.DemoPassword()); in {
		t.Error("the old password still logs in")
	}
	a, in := v.Tries("administrator", "nine terns over slack water")
	if !in || !strings.HasPrefix(a.Path, "/password") {
		t.Errorf("the given password is not to be changed: %s", a.Path)
	}
	privacy := l.Visit()
	privacy.LogIn("privacy_officer", app.DemoPassword())
	if a := privacy.Get("/audit/accounts"); !strings.Contains(apptest.Text(a.Doc), "Command line of the machine A new password was given Pavel Novak") {
		t.Errorf("the privacy officer is not told: %s", apptest.Text(a.Doc))
	}
	// The slot has the new password as well.
	if _, in := l.Cut().Visit().Tries("administrator", "nine terns over slack water"); !in {
		t.Error("the new password does not unlock")
	}
	plain := apptest.StartLocked(t, apptest.FolderWith(t, apptest.ProtectedFiles(t)))
	plain.Visit().Post("/recovery", url.Values{"words": {words}}).Says(t, 200, "The records are open", "Sign in")
}

// A password that was changed is the slot's from then on; the one before opens
// nothing.
func TestTheSlotFollowsThePassword(t *testing.T) {
	dir, _ := apptest.Protected(t)
	l := apptest.StartLocked(t, dir)
	l.MustUnlock()
	v := l.Visit()
	v.LogIn("administrator", app.DemoPassword())
	const fresh = "nine terns over slack water"
	v.Post("/password", url.Values{"old": {app.DemoPassword()}, "password": {"password1234"}, "again": {"password1234"}}).Says(t, 422)
	v.Post("/password", url.Values{"old": {app.DemoPassword()}, "password": {fresh}, "again": {fresh}}).Says(t, 200, "Your password is changed")
	l = l.Cut()
	if _, in := l.Visit().Tries("administrator", app.DemoPassword()); in || l.State() != app.StateLocked {
		t.Error("the old password unlocks")
	}
	if a, in := l.Visit().Tries("administrator", fresh); !in {
		t.Errorf("the new password does not unlock: %d", a.Status)
	}
}

// An older slot file that was put back opens, is reported, and is not taken for
// the newest one until the data key was replaced.
func TestAnOlderSlotFileIsReported(t *testing.T) {
	dir, _ := apptest.Protected(t)
	before := apptest.FilesOf(t, dir)[app.SlotsFile]
	l := apptest.StartLocked(t, dir)
	l.MustUnlock()
	l.Visit().LogIn("nurse", app.DemoPassword())
	files := apptest.FilesOf(t, dir)
	files[app.SlotsFile] = before
	old := apptest.StartLocked(t, apptest.FolderWith(t, files))
	for range 2 {
		n := old.MustUnlock()
		a := n.Do(t.Context(), app.Command{Name: "doctor"})
		if a.OK || !strings.Contains(strings.Join(a.Lines, "\n"), "older than the records know of") {
			t.Fatalf("doctor says %q", a.Lines)
		}
		old = old.Cut()
	}
	n := old.MustUnlock()
	if a := n.Do(t.Context(), app.Command{Name: "key-rotate"}); !a.OK {
		t.Fatal(a.Error)
	}
	if err := n.ReplaceKey(t.Context()); err != nil {
		t.Fatal(err)
	}
	if a := old.Cut().MustUnlock().Do(t.Context(), app.Command{Name: "key-status"}); !a.OK {
		t.Errorf("after the data key was replaced: %q %s", a.Lines, a.Error)
	}
}

// A database that cannot be opened locks the slots again and says why.
func TestAnOpeningThatFailsLocksAgain(t *testing.T) {
	dir, _ := apptest.Protected(t)
	files := apptest.FilesOf(t, dir)
	b := files[app.DatabaseFile]
	for i := range 4096 {
		b[i] ^= 0xff
	}
	l := apptest.StartLocked(t, apptest.FolderWith(t, files))
	a, in := l.Visit().Tries("administrator", app.DemoPassword())
	if in || l.State() != app.StateLocked || !strings.Contains(apptest.Text(a.Doc), "does not fit this database") {
		t.Errorf("%d: %s", a.Status, apptest.Text(a.Doc))
	}
	if _, err := l.Keys().DataKey(t.Context()); err == nil {
		t.Error("the slots stayed unlocked")
	}
}

// An empty folder is not set up by whoever comes first to its address.
func TestANodeThatIsNotSetUpSaysSo(t *testing.T) {
	l := apptest.StartLocked(t, apptest.FolderWith(t, nil))
	v := l.Visit()
	for _, path := range []string{"/", "/login", "/recovery", "/people"} {
		v.Get(path).Says(t, 503, "not set up", "godwit user add LOGIN")
	}
	v.Post("/login", url.Values{"login": {"x"}, "password": {"y"}}).Says(t, 503, "not set up")
	if apptest.There(l.Dir, app.SlotsFile) || app.IsNode(l.Dir) {
		t.Error("something was made")
	}
	a, err := l.Do(t.Context(), app.Command{Name: "user-add", Login: "first", FullName: "First One", Password: "nine terns over slack water"})
	if err != nil || !a.OK || !strings.Contains(strings.Join(a.Lines, "\n"), "recovery words") {
		t.Fatal(err, fmt.Sprint(a))
	}
	l.Visit().LogIn("first", "nine terns over slack water")
}

// A set-up that fails leaves an empty folder, also while it is served, and the next
// try succeeds; one that a cut ended is finished by the same command, which shows
// recovery words then.
func TestASetUpThatFailsOrIsCutIsDoneAgain(t *testing.T) {
	l := apptest.StartLocked(t, apptest.FolderWith(t, nil))
	elsewhere := t.TempDir()
	first := app.Command{Name: "user-add", Login: "first", FullName: "First One", Password: "nine terns over slack water"}
	bad := first
	bad.Login = "has a space"
	inside := first
	inside.KeyFile = filepath.Join(l.Dir, "host.key")
	taken := first
	taken.KeyFile = filepath.Join(elsewhere, "taken.key")
	if err := key.Create(taken.KeyFile); err != nil {
		t.Fatal(err)
	}
	kept, _ := os.ReadFile(taken.KeyFile)
	for _, c := range []app.Command{bad, inside, taken} {
		a, err := l.Do(t.Context(), c)
		if err == nil && a.Error == "" {
			t.Errorf("%+v was done", c)
		}
		if left := apptest.FilesOf(t, l.Dir); len(left) > 0 || l.State() != app.StateNew {
			t.Errorf("after %v %q: %d files, %s", err, a.Error, len(left), l.State())
		}
	}
	if now, err := os.ReadFile(taken.KeyFile); err != nil || string(now) != string(kept) {
		t.Error("another node's key file was harmed")
	}
	a, err := l.Do(t.Context(), first)
	if err != nil || !a.OK {
		t.Fatal(err, a.Error)
	}

	for _, cut := range []string{"before the database", "before the user"} {
		dir := apptest.FolderWith(t, nil)
		h, err := app.Claim(app.Options{Dir: dir, SlotCost: apptest.LeastCost})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.Keys().Create(t.Context(), nil, first.Login, first.Password); err != nil {
			t.Fatal(err)
		}
		again := first
		if cut == "before the user" {
			if _, err := h.OpenWith(t.Context(), app.Options{Dir: dir}); err != nil {
				t.Fatal(err)
			}
			again.As, again.Unlock = first.Login, first.Password
		}
		if err := h.Close(); err != nil {
			t.Fatal(err)
		}
		a, err := app.Run(t.Context(), app.Options{Dir: dir}, again)
		if err != nil || !a.OK || !strings.Contains(strings.Join(a.Lines, "\n"), "The recovery words of this node") {
			t.Errorf("%s: %v %+v", cut, err, a)
		}
		apptest.StartLocked(t, dir).Visit().LogIn(first.Login, first.Password)
	}
}
