package processes

import (
	"context"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"testing"

	"github.com/godwit-health/godwit/internal/app"
	"github.com/godwit-health/godwit/internal/app/apptest"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/testkit"
)

// pair is a primary with a standby that confirms every commit, and a staffed hub on it.
func pair(t testing.TB) (primary, standby *testkit.PostgresServer, url string) {
	t.Helper()
	primary = testkit.NewPostgresServer(t, "wal_level=replica", "max_wal_senders=4")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(primary.Exec(t.Context(), "postgres", "CREATE DATABASE hub"))
	n, err := app.Open(t.Context(), app.Options{Database: primary.URL("hub"), Clock: apptest.NewClock(apptest.Day).Now, Quick: true})
	must(err)
	_, err = n.Seed(t.Context(), 1, 0)
	must(err)
	must(n.Close())
	standby, err = primary.Standby("second")
	must(err)
	t.Cleanup(standby.Stop)
	// From here on a commit waits until the standby has it on its disk.
	must(primary.Exec(t.Context(), "postgres", "ALTER SYSTEM SET synchronous_standby_names = 'second'"))
	must(primary.Exec(t.Context(), "postgres", "SELECT pg_reload_conf()"))
	return primary, standby, primary.URL("hub", standby) + "&target_session_attrs=read-write"
}

// hubLoad registers people at several processes, and counts what each acknowledged.
type hubLoad struct {
	mu    sync.Mutex
	got   []db.ID
	tried int
	acked chan int // which process
	hubs  int
	stop  chan struct{}
	wg    sync.WaitGroup
}

const desksEach = 2

func startLoad(t testing.TB, processes []*apptest.Child) *hubLoad {
	t.Helper()
	l := &hubLoad{acked: make(chan int, 1<<16), hubs: len(processes), stop: make(chan struct{})}
	for at, p := range processes {
		for i := range desksEach {
			d := openDesk(t, p.URL)
			l.wg.Go(func() { l.desk(t, d, p.URL, at, uint64(at*desksEach+i)) })
		}
	}
	return l
}

func (l *hubLoad) desk(t testing.TB, d *desk, url string, at int, seed uint64) {
	for r := rand.New(rand.NewPCG(42, seed)); ; {
		select {
		case <-l.stop:
			return
		default:
		}
		id := db.NewID()
		done, err := d.register(context.WithoutCancel(t.Context()), url, id, name(r))
		if err != nil {
			t.Error(err)
			return
		}
		l.mu.Lock()
		l.tried++
		if done {
			l.got = append(l.got, id)
			l.acked <- at
		}
		l.mu.Unlock()
	}
}

// until waits for every process to have acknowledged so many more.
func (l *hubLoad) until(t testing.TB, more int) {
	t.Helper()
	for len(l.acked) > 0 {
		<-l.acked
	}
	ctx, cancel := context.WithTimeout(t.Context(), apptest.Longest)
	defer cancel()
	got := make([]int, l.hubs)
	for slices.Min(got) < more {
		select {
		case at := <-l.acked:
			got[at]++
		case <-ctx.Done():
			t.Fatalf("the processes acknowledged %d more, want %d each", got, more)
		}
	}
}

// The primary is lost under load, and the standby takes over: what was acknowledged is
// there, once, and both processes go on by themselves.
func TestNothingAcknowledgedIsLostWithThePrimary(t *testing.T) {
	if testing.Short() {
		t.Skip("two servers and two processes")
	}
	primary, standby, url := pair(t)
	processes := []*apptest.Child{apptest.StartChild(t, url), apptest.StartChild(t, url)}
	l := startLoad(t, processes)
	l.until(t, 15)
	if err := primary.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := standby.Promote(); err != nil {
		t.Fatal(err)
	}
	l.until(t, 15)
	close(l.stop)
	l.wg.Wait()
	for _, p := range processes {
		resp, err := http.Get(p.URL + "/healthz")
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			t.Errorf("after the standby took over a process says %d of its health", resp.StatusCode)
		}
	}
	n, err := app.Open(t.Context(), app.Options{Database: standby.URL("hub"), Clock: apptest.NewClock(apptest.Day).Now, Quick: true})
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	there := map[db.ID]int{}
	people := 0
	if err := n.DB.Read(t.Context(), func(tx *db.Tx) error {
		rows, err := tx.Query("SELECT id FROM people_person")
		if err != nil {
			return err
		}
		ids, err := rows.IDs()
		people = len(ids)
		for _, id := range ids {
			there[id]++
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for _, id := range l.got {
		if there[id] != 1 {
			t.Errorf("a registration that was acknowledged is there %d times", there[id])
		}
	}
	t.Logf("%d tried, %d acknowledged, %d there", l.tried, len(l.got), people)
	if people > l.tried {
		t.Errorf("%d people are there, of %d that were sent", people, l.tried)
	}
	report, err := n.Journal.Verify(t.Context())
	if err != nil || !report.OK() {
		t.Errorf("chain: %v %v", err, report.Problems)
	}
	if rebuilt, err := n.Journal.Rebuild(t.Context(), nil); err != nil || !rebuilt.Same() {
		t.Errorf("rows: %v %v", err, rebuilt)
	}
}
