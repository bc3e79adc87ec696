package app

import (
	"context"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/key"
)

// leastCost is the cheapest password hash that a slot file may have.
var leastCost = key.Cost{Memory: 19 * 1024, Time: 2, Threads: 1}

// protected is the staffed folder as a real node's, its key in slots: only the
// administrator has one yet. Made once a test run and copied.
var protected struct {
	sync.Once
	files map[string][]byte
	words string
}

func protectedFolder(t testing.TB) (dir, words string) {
	t.Helper()
	protected.Do(func() {
		from := staffedFolder(t)
		if err := os.Remove(filepath.Join(from, demoFile)); err != nil {
			t.Fatal(err)
		}
		a, err := Run(context.Background(), Options{Dir: from, slotCost: leastCost, Clock: (&clock{now: testDay}).Now},
			Command{Name: "key-protect", Login: "administrator", Password: demoPassword()})
		if err != nil || !a.OK {
			t.Fatal(err, a.Error)
		}
		protected.words = regexp.MustCompile(`(?m)^  ([a-z]+(?: [a-z]+){11})$`).FindStringSubmatch(strings.Join(a.Lines, "\n"))[1]
		protected.files = filesOf(t, from)
	})
	if protected.words == "" {
		t.Fatal("the protected folder could not be made")
	}
	return folderWith(t, protected.files), protected.words
}

// filesOf are the files of a folder, as a cut at this moment would leave them.
func filesOf(t testing.TB, dir string) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !e.Type().IsRegular() || e.Name() == lockFile {
			continue
		}
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if os.IsNotExist(err) { // it came and went
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		all[e.Name()] = b
	}
	return all
}

func folderWith(t testing.TB, files map[string][]byte) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "gw-") // short: a socket's path has 107 bytes
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	for name, b := range files {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// lockedHost is a real node after a power cut.
type lockedHost struct {
	*Host
	t     testing.TB
	clock *clock
	url   string
}

func lockedNode(t testing.TB, dir string) *lockedHost {
	t.Helper()
	c := &clock{now: testDay.Add(time.Hour)}
	h, err := claim(Options{Dir: dir, Clock: c.Now, Log: textLog(os.Stderr)})
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(h.Handler())
	l := &lockedHost{h, t, c, srv.URL}
	t.Cleanup(func() { srv.Close(); _ = h.Close() })
	return l
}

func (l *lockedHost) visit() *visitor {
	l.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		l.t.Fatal(err)
	}
	return &visitor{l.t, l.url, &http.Client{Jar: jar, Timeout: longest}}
}

// tries a log-in and says whether it went in.
func (v *visitor) tries(login, password string) (answer, bool) {
	v.t.Helper()
	a := v.post("/login", url.Values{"login": {login}, "password": {password}})
	return a, a.status == 200 && !strings.HasPrefix(a.path, "/login")
}

// cut ends the node as a power cut does, and starts it again.
func (l *lockedHost) cut() *lockedHost {
	l.t.Helper()
	files := filesOf(l.t, l.o.Dir)
	if err := l.Close(); err != nil {
		l.t.Error(err)
	}
	return lockedNode(l.t, folderWith(l.t, files))
}

// mustUnlock logs the administrator in, which opens the node.
func (l *lockedHost) mustUnlock() *Node {
	l.t.Helper()
	l.visit().logIn("administrator", demoPassword())
	n := l.node.Load()
	if n == nil {
		l.t.Fatal("a log-in did not open the node")
	}
	return n
}

// Whatever is asked of a locked node, by whatever method: the way to the door, the
// door, languages and assets, and nothing of anybody.
func TestALockedNodeShowsItsDoorOnly(t *testing.T) {
	dir, _ := protectedFolder(t)
	routes := patterns(t, startNode(t).mux)
	l := lockedNode(t, dir)
	c := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	seen := 0
	for _, p := range routes {
		_, path, found := strings.Cut(p, " ")
		if !found {
			path = p
		}
		path = strings.TrimSuffix(path, "{$}")
		path = regexp.MustCompile(`\{[a-z_]+(\.\.\.)?\}`).ReplaceAllString(path, "01930000-0000-7000-8000-000000000001")
		for _, method := range []string{"GET", "POST", "PUT", "DELETE"} {
			req, err := http.NewRequestWithContext(t.Context(), method, l.url+path, strings.NewReader("login=&password="))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			resp, err := c.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
			seen++
			switch to := resp.Header.Get("Location"); {
			case strings.HasPrefix(path, "/install") && resp.StatusCode == http.StatusNotFound: // only where the node has a certificate of its own
			case path == access.PathLogIn, strings.HasPrefix(path, "/lang/"), strings.HasPrefix(path, "/assets/"):
			case resp.StatusCode != http.StatusSeeOther || !strings.HasPrefix(to, access.PathLogIn):
				t.Errorf("%s %s: %d to %q", method, path, resp.StatusCode, to)
			case method == "POST" && !strings.Contains(to, "lost=form"):
				t.Errorf("%s %s: nobody is told that the form is lost", method, path)
			}
			if len(resp.Cookies()) > 0 && !strings.HasPrefix(path, "/lang/") {
				t.Errorf("%s %s sets a cookie", method, path)
			}
		}
	}
	if seen < 200 {
		t.Fatalf("only %d routes: the list is read wrongly", seen)
	}
	for lang, word := range map[string]string{"en": "The records are locked", "fr": "Les dossiers sont verrouillés", "es": "Los registros están bloqueados", "ar": "السجلات مقفلة"} {
		v := l.visit()
		v.get("/lang/"+lang+"?return=/login").says(t, 200, word)
		v.get("/recovery").says(t, 200)
	}
	v := l.visit()
	v.get("/healthz").says(t, 503, "locked")
	v.get("/metrics").says(t, 200, "godwit_open 0")
	if l.node.Load() != nil || l.State() != StateLocked {
		t.Error("the node is open although nobody logged in")
	}
}

// After a cut the first who logs in opens the node, is logged in, and comes to the
// page that was asked for; the next one just logs in.
func TestAfterAPowerCutTheFirstLogInOpensTheNode(t *testing.T) {
	dir, _ := protectedFolder(t)
	l := lockedNode(t, dir)
	v := l.visit()
	if a, in := v.tries("administrator", "another thing altogether"); in || a.status != 422 {
		t.Fatalf("a wrong password: %d at %s", a.status, a.path)
	}
	a := v.get("/admin/users")
	a.says(t, 200, "The records are locked")
	f := v.pick(a, "/login")
	f.values.Set("login", "administrator")
	f.values.Set("password", demoPassword())
	if a = v.post("/login", f.values); a.status != 200 || a.path != "/admin/users" {
		t.Fatalf("after the log-in: %d at %s", a.status, a.path)
	}
	v.get("/healthz").says(t, 200, "ok")
	// Who has no slot yet gets one by logging in, and opens the node the next time.
	l.visit().logIn("nurse", demoPassword())
	again := l.cut()
	again.visit().logIn("nurse", demoPassword())
	if again.node.Load() == nil {
		t.Error("the nurse's slot did not open the node")
	}
	third := again.cut()
	if a, in := third.visit().tries("physician", demoPassword()); in || third.node.Load() != nil || a.status != 422 {
		t.Errorf("somebody without a slot opened the node: %d", a.status)
	}
}

// A wrong password and a name that nobody has get the same answer, and after a few
// both wait.
func TestTriesAtALockedDoorWait(t *testing.T) {
	dir, _ := protectedFolder(t)
	l := lockedNode(t, dir)
	var said []string
	for _, login := range []string{"administrator", "nobody.here"} {
		v := l.visit()
		for range 5 {
			a, in := v.tries(login, "another thing altogether")
			if in {
				t.Fatal("in")
			}
			said = append(said, strings.ReplaceAll(text(a.doc), login, ""))
		}
		a, in := v.tries(login, demoPassword())
		if in || a.status != 422 || !strings.Contains(text(a.doc), "Too many attempts") {
			t.Errorf("%s does not wait: %d %s", login, a.status, text(a.doc))
		}
	}
	for _, s := range said {
		if s != said[0] {
			t.Errorf("the answers differ:\n%s\n%s", said[0], s)
		}
	}
	l.clock.move(time.Hour)
	l.mustUnlock()
}

func TestSeveralLogInsAtOnceOpenTheNodeOnce(t *testing.T) {
	dir, _ := protectedFolder(t)
	l := lockedNode(t, dir)
	l.mustUnlock()
	l.visit().logIn("nurse", demoPassword())
	l = l.cut()
	var all sync.WaitGroup
	for i := range 8 {
		login := []string{"administrator", "nurse"}[i%2]
		v := l.visit()
		all.Go(func() {
			if a, in := v.tries(login, demoPassword()); !in {
				t.Errorf("%s: %d at %s: %s", login, a.status, a.path, text(a.doc))
			}
		})
	}
	all.Wait()
	if r, err := l.node.Load().Journal.Verify(t.Context()); err != nil || !r.OK() {
		t.Errorf("%v %+v", err, r)
	}
}

// Somebody who was disabled and whose slot is still there, because a cut came
// between, does not open the node; the next one who does takes that slot away, and
// the data key is replaced.
func TestADisabledUsersSlotDoesNotOpenTheNode(t *testing.T) {
	dir, _ := protectedFolder(t)
	l := lockedNode(t, dir)
	n := l.mustUnlock()
	l.visit().logIn("nurse", demoPassword())
	n.Access.UseSlots(nil, nil) // what the cut left undone
	if a := n.Do(t.Context(), Command{Name: "user-disable", Login: "nurse"}); !a.OK {
		t.Fatal(a.Error)
	}
	l = l.cut()
	if a, in := l.visit().tries("nurse", demoPassword()); in || a.status != 422 || l.State() != StateLocked {
		t.Fatalf("a disabled user: %d, node %s", a.status, l.State())
	}
	if _, err := l.keys().DataKey(t.Context()); err == nil {
		t.Error("the slots stayed unlocked")
	}
	n = l.mustUnlock()
	users, err := l.keys().Users()
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
	dir, words := protectedFolder(t)
	l := lockedNode(t, dir)
	n := l.mustUnlock()
	l.visit().logIn("nurse", demoPassword())
	kept := filesOf(t, dir)[slotsFile]
	if a := n.Do(t.Context(), Command{Name: "user-disable", Login: "nurse"}); !a.OK {
		t.Fatal(a.Error)
	}
	if err := n.replaceKey(t.Context()); err != nil {
		t.Fatal(err)
	}
	files := filesOf(t, dir)
	files[slotsFile] = kept
	for what, open := range map[string]func(h *Host) error{
		"the password":  func(h *Host) error { return h.Unlock(t.Context(), "nurse", demoPassword(), "") },
		"another's":     func(h *Host) error { return h.Unlock(t.Context(), "administrator", demoPassword(), "") },
		"the old words": func(h *Host) error { return h.UnlockWords(t.Context(), words, "", "") },
	} {
		old := lockedNode(t, folderWith(t, files))
		if err := open(old.Host); err == nil || old.node.Load() != nil {
			t.Errorf("%s and the old slot file open the new database (%v)", what, err)
		}
	}
	now := l.cut()
	if _, in := now.visit().tries("nurse", demoPassword()); in {
		t.Error("a disabled user is in")
	}
	now.mustUnlock()
}

// A slot file that was copied while the data key was changed holds both keys. Who
// is disabled then has neither in the end: a change that was under way is followed
// by another.
func TestWhoIsDisabledDuringAChangeOfTheDataKeyHasNoneOfTheKeys(t *testing.T) {
	dir, _ := protectedFolder(t)
	l := lockedNode(t, dir)
	n := l.mustUnlock()
	l.visit().logIn("nurse", demoPassword())
	if _, err := l.keys().Rotate(); err != nil {
		t.Fatal(err)
	}
	kept := filesOf(t, dir)[slotsFile]
	if a := n.Do(t.Context(), Command{Name: "user-disable", Login: "nurse"}); !a.OK {
		t.Fatal(a.Error)
	}
	if err := n.replaceKey(t.Context()); err != nil {
		t.Fatal(err)
	}
	files := filesOf(t, dir)
	files[slotsFile] = kept
	old := lockedNode(t, folderWith(t, files))
	if err := old.Unlock(t.Context(), "nurse", demoPassword(), ""); !strings.Contains(Sentence(err), "does not fit") {
		t.Errorf("a kept copy with both keys: %v", err)
	}
}

// Every step of a change of the data key may be the last before a cut. Whatever it
// leaves opens with the same password, whole, and the change is ended there.
func TestACutInAnyStepOfAChangeOfTheDataKey(t *testing.T) {
	dir, words := protectedFolder(t)
	l := lockedNode(t, dir)
	n := l.mustUnlock()
	before, err := n.Journal.Verify(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	old, _ := l.keys().DataKey(t.Context())
	left := map[string]map[string][]byte{}
	if err := n.Access.WantRotation(t.Context()); err != nil {
		t.Fatal(err)
	}
	left["it was asked for"] = filesOf(t, dir)
	next, err := l.keys().Rotate()
	if err != nil {
		t.Fatal(err)
	}
	left["the next key is in the slots"] = filesOf(t, dir)
	half := filesOf(t, dir)
	half[databaseFile+"-next"] = half[databaseFile][:len(half[databaseFile])/2+100]
	left["the new file is half written"] = half
	if err := n.DB.Rekey(t.Context(), next); err != nil {
		t.Fatal(err)
	}
	left["the new file has its name"] = filesOf(t, dir)
	if err := l.keys().Settle(); err != nil {
		t.Fatal(err)
	}
	left["the old key is gone"] = filesOf(t, dir)
	for step, files := range left {
		for _, with := range []string{"password", "words"} {
			again := lockedNode(t, folderWith(t, files))
			if with == "password" {
				again.mustUnlock()
			} else if err := again.UnlockWords(t.Context(), words, "", ""); err != nil {
				t.Fatalf("%s: %v", step, err)
			}
			n := again.node.Load()
			if r, err := n.Journal.Verify(t.Context()); err != nil || !r.OK() || r.Entries < before.Entries {
				t.Errorf("%s: %v, %d entries of %d", step, err, r.Entries, before.Entries)
			}
			if err := n.replaceKey(t.Context()); err != nil {
				t.Fatalf("%s: going on: %v", step, err)
			}
			if now, err := again.keys().DataKey(t.Context()); err != nil || string(now) == string(old) || again.keys().State().Rotating {
				t.Errorf("%s: the data key was not replaced (%v)", step, err)
			}
			if due, err := n.Access.RotationDue(t.Context()); err != nil || due != nil {
				t.Errorf("%s: it is still due (%v)", step, err)
			}
			again.cut().mustUnlock()
		}
	}
}

// The recovery words open the node when nobody can log in, and give an
// administrator, and nobody else, a new password by the ordinary rules.
func TestTheRecoveryWordsOpenTheNode(t *testing.T) {
	dir, words := protectedFolder(t)
	l := lockedNode(t, dir)
	v := l.visit()
	first, rest, _ := strings.Cut(words, " ")
	v.post("/recovery", url.Values{"words": {"godwitt " + rest}}).says(t, 422, "Word 1 is not in the list")
	v.post("/recovery", url.Values{"words": {rest}}).says(t, 422, "12 words")
	v.post("/recovery", url.Values{"words": {"abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about"}}).says(t, 422, "wrong")
	v.post("/recovery", url.Values{"words": {words}, "login": {"administrator"}, "password": {"short"}, "again": {"short"}}).says(t, 422, "at least 12")
	v.post("/recovery", url.Values{"words": {words}, "login": {"administrator"}, "password": {"nine terns over slack water"}, "again": {"x"}}).says(t, 422, "differ")
	if l.node.Load() != nil {
		t.Fatal("open")
	}
	v.post("/recovery", url.Values{"words": {words}, "login": {"nurse"}, "password": {"nine terns over slack water"}, "again": {"nine terns over slack water"}}).says(t, 422, "No administrator")
	if l.State() != StateLocked {
		t.Fatalf("a nurse's name left the node %s", l.State())
	}
	spoken := strings.ToUpper(first) + ", " + rest
	v.post("/recovery", url.Values{"words": {spoken}, "login": {"administrator"}, "password": {"nine terns over slack water"}, "again": {"nine terns over slack water"}}).says(t, 200, "The records are open")
	if _, in := l.visit().tries("administrator", demoPassword()); in {
		t.Error("the old password still logs in")
	}
	a, in := v.tries("administrator", "nine terns over slack water")
	if !in || !strings.HasPrefix(a.path, "/password") {
		t.Errorf("the given password is not to be changed: %s", a.path)
	}
	privacy := l.visit()
	privacy.logIn("privacy_officer", demoPassword())
	if a := privacy.get("/audit/accounts"); !strings.Contains(text(a.doc), "Command line of the machine A new password was given Pavel Novak") {
		t.Errorf("the privacy officer is not told: %s", text(a.doc))
	}
	// The slot has the new password as well.
	if _, in := l.cut().visit().tries("administrator", "nine terns over slack water"); !in {
		t.Error("the new password does not unlock")
	}
	plain := lockedNode(t, folderWith(t, protected.files))
	plain.visit().post("/recovery", url.Values{"words": {words}}).says(t, 200, "The records are open", "Sign in")
}

// A password that was changed is the slot's from then on; the one before opens
// nothing.
func TestTheSlotFollowsThePassword(t *testing.T) {
	dir, _ := protectedFolder(t)
	l := lockedNode(t, dir)
	l.mustUnlock()
	v := l.visit()
	v.logIn("administrator", demoPassword())
	const fresh = "nine terns over slack water"
	v.post("/password", url.Values{"old": {demoPassword()}, "password": {"password1234"}, "again": {"password1234"}}).says(t, 422)
	v.post("/password", url.Values{"old": {demoPassword()}, "password": {fresh}, "again": {fresh}}).says(t, 200, "Your password is changed")
	l = l.cut()
	if _, in := l.visit().tries("administrator", demoPassword()); in || l.State() != StateLocked {
		t.Error("the old password unlocks")
	}
	if a, in := l.visit().tries("administrator", fresh); !in {
		t.Errorf("the new password does not unlock: %d", a.status)
	}
}

// An older slot file that was put back opens, is reported, and is not taken for
// the newest one until the data key was replaced.
func TestAnOlderSlotFileIsReported(t *testing.T) {
	dir, _ := protectedFolder(t)
	before := filesOf(t, dir)[slotsFile]
	l := lockedNode(t, dir)
	l.mustUnlock()
	l.visit().logIn("nurse", demoPassword())
	files := filesOf(t, dir)
	files[slotsFile] = before
	old := lockedNode(t, folderWith(t, files))
	for range 2 {
		n := old.mustUnlock()
		a := n.Do(t.Context(), Command{Name: "doctor"})
		if a.OK || !strings.Contains(strings.Join(a.Lines, "\n"), "older than the records know of") {
			t.Fatalf("doctor says %q", a.Lines)
		}
		old = old.cut()
	}
	n := old.mustUnlock()
	if a := n.Do(t.Context(), Command{Name: "key-rotate"}); !a.OK {
		t.Fatal(a.Error)
	}
	if err := n.replaceKey(t.Context()); err != nil {
		t.Fatal(err)
	}
	if a := old.cut().mustUnlock().Do(t.Context(), Command{Name: "key-status"}); !a.OK {
		t.Errorf("after the data key was replaced: %q %s", a.Lines, a.Error)
	}
}

// A database that cannot be opened locks the slots again and says why.
func TestAnOpeningThatFailsLocksAgain(t *testing.T) {
	dir, _ := protectedFolder(t)
	files := filesOf(t, dir)
	b := files[databaseFile]
	for i := range 4096 {
		b[i] ^= 0xff
	}
	l := lockedNode(t, folderWith(t, files))
	a, in := l.visit().tries("administrator", demoPassword())
	if in || l.State() != StateLocked || !strings.Contains(text(a.doc), "does not fit this database") {
		t.Errorf("%d: %s", a.status, text(a.doc))
	}
	if _, err := l.keys().DataKey(t.Context()); err == nil {
		t.Error("the slots stayed unlocked")
	}
}

// An empty folder is not set up by whoever comes first to its address.
func TestANodeThatIsNotSetUpSaysSo(t *testing.T) {
	l := lockedNode(t, folderWith(t, nil))
	v := l.visit()
	for _, path := range []string{"/", "/login", "/recovery", "/people"} {
		v.get(path).says(t, 503, "not set up", "godwit user add LOGIN")
	}
	v.post("/login", url.Values{"login": {"x"}, "password": {"y"}}).says(t, 503, "not set up")
	if exists(l.o.Dir, slotsFile) || isNode(l.o.Dir) {
		t.Error("something was made")
	}
	a, err := l.Do(t.Context(), Command{Name: "user-add", Login: "first", FullName: "First One", Password: "nine terns over slack water"})
	if err != nil || !a.OK || !strings.Contains(strings.Join(a.Lines, "\n"), "recovery words") {
		t.Fatal(err, fmt.Sprint(a))
	}
	l.visit().logIn("first", "nine terns over slack water")
}

// A set-up that fails leaves an empty folder, also while it is served, and the next
// try succeeds; one that a cut ended is finished by the same command, which shows
// recovery words then.
func TestASetUpThatFailsOrIsCutIsDoneAgain(t *testing.T) {
	l := lockedNode(t, folderWith(t, nil))
	elsewhere := t.TempDir()
	first := Command{Name: "user-add", Login: "first", FullName: "First One", Password: "nine terns over slack water"}
	bad := first
	bad.Login = "has a space"
	inside := first
	inside.KeyFile = filepath.Join(l.o.Dir, "host.key")
	taken := first
	taken.KeyFile = filepath.Join(elsewhere, "taken.key")
	if err := key.Create(taken.KeyFile); err != nil {
		t.Fatal(err)
	}
	kept, _ := os.ReadFile(taken.KeyFile)
	for _, c := range []Command{bad, inside, taken} {
		a, err := l.Do(t.Context(), c)
		if err == nil && a.Error == "" {
			t.Errorf("%+v was done", c)
		}
		if left := filesOf(t, l.o.Dir); len(left) > 0 || l.State() != StateNew {
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
		dir := folderWith(t, nil)
		h, err := claim(Options{Dir: dir, slotCost: leastCost})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.keys().Create(t.Context(), nil, first.Login, first.Password); err != nil {
			t.Fatal(err)
		}
		again := first
		if cut == "before the user" {
			if _, err := h.openWith(t.Context(), h.o); err != nil {
				t.Fatal(err)
			}
			again.As, again.Unlock = first.Login, first.Password
		}
		if err := h.Close(); err != nil {
			t.Fatal(err)
		}
		a, err := Run(t.Context(), Options{Dir: dir}, again)
		if err != nil || !a.OK || !strings.Contains(strings.Join(a.Lines, "\n"), "The recovery words of this node") {
			t.Errorf("%s: %v %+v", cut, err, a)
		}
		lockedNode(t, dir).visit().logIn(first.Login, first.Password)
	}
}
