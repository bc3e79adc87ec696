package app_test

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/godwit-health/godwit/internal/app"
	"github.com/godwit-health/godwit/internal/app/apptest"
	"github.com/godwit-health/godwit/internal/testkit"
)

func TestAPasswordDoesNotStandInAnAddress(t *testing.T) {
	for url, fine := range map[string]bool{
		"postgres://godwit:secret@db1/godwit":          false,
		"postgres://godwit@db1/godwit?password=secret": false,
		"host=db1 dbname=godwit password=secret":       false,
		"secret":                                       false,
		"postgres://godwit@db1:5432,db2:5432/godwit?target_session_attrs=primary": true,
		"host=db1,db2 dbname=godwit passfile=/etc/godwit/pgpass":                  true,
		"service=godwit": true,
	} {
		err := app.WithoutPassword(url)
		if (err == nil) != fine {
			t.Errorf("%s: %v", url, err)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("the answer quotes the password: %v", err)
		}
	}
}

// What is done behind the pages is done by one process, and by another one once that
// one has ended.
func TestOneProcessOfAHubDoesWhatOneIsEnoughFor(t *testing.T) {
	url := testkit.Postgres(t)
	a, b := apptest.StartHubProcess(t, url), apptest.StartHubProcess(t, url)
	var at, most, did atomic.Int64
	inside, leave := make(chan struct{}), make(chan struct{})
	work := func(ctx context.Context) error {
		if n := at.Add(1); n > most.Load() {
			most.Store(n)
		}
		defer at.Add(-1)
		did.Add(1)
		close(inside)
		<-leave
		return nil
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		if done, err := a.Alone(t.Context(), "sweep", work); err != nil || !done {
			t.Errorf("the first process: %v %v", done, err)
		}
	})
	<-inside
	if done, err := b.Alone(t.Context(), "sweep", work); err != nil || done {
		t.Errorf("the second process is at it too: %v %v", done, err)
	}
	close(leave)
	wg.Wait()
	inside, leave = make(chan struct{}), make(chan struct{})
	close(leave)
	if done, err := b.Alone(t.Context(), "sweep", work); err != nil || !done {
		t.Errorf("after the first ended, the second: %v %v", done, err)
	}
	if most.Load() != 1 || did.Load() != 2 {
		t.Errorf("%d at once, %d in all; want 1 and 2", most.Load(), did.Load())
	}
}
