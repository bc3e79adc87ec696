package db_test

import (
	"bytes"
	"encoding/json"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

func TestIDsAscendAndAreVersion7(t *testing.T) {
	var last db.ID
	for range 20000 { // many in one millisecond, so the counter runs over
		id := db.NewID()
		if bytes.Compare(last[:], id[:]) >= 0 {
			t.Fatalf("%s follows %s", id, last)
		}
		last = id
	}
	u, err := uuid.Parse(last.String())
	if err != nil || u.Version() != 7 || u.Variant() != uuid.RFC4122 {
		t.Errorf("%s: version %d, variant %v, %v", last, u.Version(), u.Variant(), err)
	}
}

func TestIDsOfManyGoroutinesDiffer(t *testing.T) {
	var mu sync.Mutex
	seen := make(map[db.ID]bool)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			var mine []db.ID
			for range 2000 {
				mine = append(mine, db.NewID())
			}
			mu.Lock()
			defer mu.Unlock()
			for _, id := range mine {
				seen[id] = true
			}
		})
	}
	wg.Wait()
	if len(seen) != 16000 {
		t.Errorf("%d different ids of 16000", len(seen))
	}
}

func TestIDText(t *testing.T) {
	id := db.NewID()
	if got, err := db.ParseID(id.String()); err != nil || got != id {
		t.Errorf("got %v, %v", got, err)
	}
	b, err := json.Marshal(struct{ A, B db.ID }{A: id})
	if err != nil || string(b) != `{"A":"`+id.String()+`","B":""}` {
		t.Errorf("got %s, %v", b, err)
	}
	var back struct{ A, B db.ID }
	if err := json.Unmarshal(b, &back); err != nil || back.A != id || !back.B.IsZero() {
		t.Errorf("got %+v, %v", back, err)
	}
	for _, bad := range []string{"", "x", id.String() + "0", id.String()[:35], "00000000-0000-0000-0000-000000000000",
		"0189-0a5d-ac96774b-bcce-b302099a8057", "zzzzzzzz-ac96-774b-bcce-b302099a8057"} {
		if _, err := db.ParseID(bad); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: got %v", bad, err)
		}
	}
}
