package processes

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/godwit-health/godwit/internal/app"
	"github.com/godwit-health/godwit/internal/app/apptest"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// desk registers people at a running server, one after another, and remembers
// what the server acknowledged.
type desk struct {
	c      *http.Client
	values url.Values // of the form of registration
}

// openDesk logs in and opens the form of registration.
func openDesk(t testing.TB, address string) *desk {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	v := apptest.NewVisitor(t, address, &http.Client{Jar: jar, Timeout: apptest.Longest})
	v.LogIn("reception", app.DemoPassword())
	d := &desk{c: &http.Client{Jar: jar, Timeout: apptest.Longest, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	d.values = v.Form("/people/new").Set("sex", "female", "birth-year", "1990").Values
	return d
}

// register sends one registration and answers whether it was acknowledged. A
// server that goes away in the middle acknowledges nothing.
func (d *desk) register(ctx context.Context, address string, id db.ID, name string) (bool, error) {
	values := url.Values{}
	for k, v := range d.values {
		values[k] = v
	}
	values.Set("id", id.String())
	values.Set("family_latin", name)
	values.Set("given_latin", strings.ToUpper(name[len(name)/2:]))
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address+"/people", strings.NewReader(values.Encode()))
	if err != nil {
		return false, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := d.c.Do(req)
	if err != nil {
		return false, nil
	}
	defer resp.Body.Close()
	switch {
	case resp.StatusCode == http.StatusSeeOther && strings.HasPrefix(resp.Header.Get("Location"), "/people/"):
		return true, nil
	case resp.StatusCode == http.StatusServiceUnavailable:
		return false, nil // stopping
	}
	return false, fmt.Errorf("a registration is answered with %d to %s", resp.StatusCode, resp.Header.Get("Location"))
}

// name is unlike all others, so that no registration stops at a likely double.
func name(r *rand.Rand) string {
	var b strings.Builder
	for range 7 {
		b.WriteByte("bdfgklmnprstvz"[r.IntN(14)])
		b.WriteByte("aeiou"[r.IntN(5)])
	}
	return b.String()
}

// desks is how many people register at once.
const desks = 4

// untilEnded registers at several desks until the server has acknowledged so
// many, then calls end while the desks go on, and answers what was acknowledged.
func untilEnded(t testing.TB, address string, after int64, seed uint64, end func()) []db.ID {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), apptest.Longest)
	defer cancel()
	var count atomic.Int64
	var mu sync.Mutex
	var got []db.ID
	var wg sync.WaitGroup
	enough := make(chan struct{})
	stop := make(chan struct{})
	var once sync.Once
	all := make([]*desk, desks)
	for i := range all {
		all[i] = openDesk(t, address)
	}
	for i, d := range all {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(seed, uint64(i)))
			for {
				select {
				case <-stop:
					return
				default:
				}
				id := db.NewID()
				ok, err := d.register(ctx, address, id, name(r))
				if err != nil {
					t.Error(err)
					once.Do(func() { close(enough) })
					return
				}
				if ok {
					mu.Lock()
					got = append(got, id)
					mu.Unlock()
					if count.Add(1) >= after {
						once.Do(func() { close(enough) })
					}
				}
			}
		})
	}
	select {
	case <-enough:
	case <-ctx.Done():
		t.Error("the server acknowledges nothing")
	}
	end()
	close(stop)
	wg.Wait()
	return got
}

// whole fails unless everybody acknowledged is there and the folder is sound.
func whole(t testing.TB, dir string, acknowledged []db.ID) {
	t.Helper()
	wholeAs(t, app.Options{Dir: dir, Demo: true}, acknowledged)
}

func wholeAs(t testing.TB, o app.Options, acknowledged []db.ID) {
	t.Helper()
	n, err := app.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	if err := n.ReplaceKey(t.Context()); err != nil {
		t.Fatal(err)
	}
	lost := 0
	err = n.DB.Read(t.Context(), func(tx *db.Tx) error {
		for _, id := range acknowledged {
			if _, _, err := n.People.Identity(tx, id); err != nil {
				lost++
			}
		}
		return nil
	})
	if err != nil || lost > 0 {
		t.Errorf("%d of %d acknowledged registrations are lost (%v)", lost, len(acknowledged), err)
	}
	if lines, ok := n.Doctor(t.Context()); !ok && !onlyDisk(lines) {
		t.Errorf("doctor: %q", lines)
	}
	report, err := n.Journal.Rebuild(t.Context(), nil)
	if err != nil || !report.Same() {
		t.Errorf("the rows differ from the journal: %v, %+v", err, report)
	}
}

// onlyDisk reports that nothing but the room on this machine's disk is wrong.
func onlyDisk(lines []string) bool {
	for _, l := range lines {
		if strings.HasPrefix(l, "WRONG") && !strings.HasPrefix(l, "WRONG disk") {
			return false
		}
	}
	return true
}

// A process that is killed at any moment keeps what it acknowledged, and the next
// one goes on where it stood. GODWIT_SOAK=1 does it two hundred times.
func TestKillLosesNothingAcknowledged(t *testing.T) {
	times := 4
	if os.Getenv("GODWIT_SOAK") != "" {
		times = 200
	}
	dir := apptest.Staffed(t)
	r := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 0))
	var acknowledged []db.ID
	for i := range times {
		c := apptest.StartChild(t, dir)
		acknowledged = append(acknowledged, untilEnded(t, c.URL, 1+r.Int64N(20), r.Uint64(), func() { _ = c.End(os.Kill) })...)
		if t.Failed() {
			t.Fatalf("in round %d", i+1)
		}
	}
	whole(t, dir, acknowledged)
	t.Logf("%d kills, %d acknowledged registrations", times, len(acknowledged))
}

// moments of a change of the data key, as its files show them from outside.
var moments = []struct {
	name string
	seen func(dir string, before map[string]os.FileInfo) bool
}{
	{"at once", func(string, map[string]os.FileInfo) bool { return true }},
	{"the slots have two keys", func(dir string, before map[string]os.FileInfo) bool { return changed(dir, app.SlotsFile, before) }},
	{"the new file is being written", func(dir string, _ map[string]os.FileInfo) bool { return apptest.There(dir, app.DatabaseFile+"-next") }},
	{"the new file has its name", func(dir string, before map[string]os.FileInfo) bool { return changed(dir, app.DatabaseFile, before) }},
}

// changed says that another file has the name.
func changed(dir, name string, before map[string]os.FileInfo) bool {
	st, err := os.Stat(filepath.Join(dir, name))
	return err == nil && !os.SameFile(st, before[name])
}

// A process that is killed in the middle of a change of the data key, while people
// register, keeps what it acknowledged; so does the next, which goes on with it.
func TestAKillDuringAChangeOfTheDataKeyLosesNothing(t *testing.T) {
	dir, _ := apptest.Protected(t)
	rounds := 1
	if os.Getenv("GODWIT_SOAK") != "" {
		rounds = 30
	}
	var acknowledged []db.ID
	for i := range rounds * len(moments) {
		moment := moments[i%len(moments)]
		c := apptest.StartChild(t, dir)
		v := (&apptest.LockedHost{T: t, URL: c.URL}).Visit()
		v.LogIn("administrator", app.DemoPassword())
		got := untilEnded(t, c.URL, 8, uint64(i)+1, func() {
			before := map[string]os.FileInfo{}
			for _, name := range []string{app.SlotsFile, app.DatabaseFile} {
				st, err := os.Stat(filepath.Join(dir, name))
				if err != nil {
					t.Error(err)
				}
				before[name] = st
			}
			if a, err := app.Ask(t.Context(), filepath.Join(dir, app.SocketFile), app.Command{Name: "key-rotate"}); err != nil || !a.OK {
				t.Error(err, a.Error)
			}
			for until := time.Now().Add(apptest.Longest); !moment.seen(dir, before) && time.Now().Before(until); {
				if changed(dir, app.DatabaseFile, before) { // it went by unseen
					break
				}
			}
			_ = c.End(os.Kill)
		})
		acknowledged = append(acknowledged, got...)
		if t.Failed() {
			t.Fatalf("killed when %s", moment.name)
		}
	}
	wholeAs(t, app.Options{Dir: dir, As: "administrator", Password: app.DemoPassword()}, acknowledged)
	t.Logf("%d kills, %d acknowledged registrations", rounds*len(moments), len(acknowledged))
}

// An interrupt lets what is under way finish, and ends well.
func TestAnInterruptLosesNothingAcknowledged(t *testing.T) {
	dir := apptest.Staffed(t)
	c := apptest.StartChild(t, dir)
	acknowledged := untilEnded(t, c.URL, 10, 1, func() {
		if err := c.End(os.Interrupt); err != nil {
			t.Errorf("the server ended with %v", err)
		}
	})
	whole(t, dir, acknowledged)
	if _, err := os.Stat(dir + "/" + app.SocketFile); !os.IsNotExist(err) {
		t.Error("the socket was left behind")
	}
}

// Somebody registered twice by a form that is sent again is there once.
func TestARegistrationSentAgainIsOnePerson(t *testing.T) {
	n := apptest.Start(t)
	v := n.Visit()
	v.LogIn("reception", app.DemoPassword())
	f := v.Form("/people/new").Set("family_latin", "Quispe", "given_latin", "Marta", "sex", "female", "birth-year", "1987")
	f.Send().Says(t, 200, "Quispe")
	f.Send().Says(t, 409, "Nothing was")
	n.Read(func(tx *db.Tx) error {
		var count int
		err := tx.Row("SELECT count(*) FROM people_person").Scan(&count)
		if count != 1 {
			t.Errorf("%d persons", count)
		}
		return err
	})
}
