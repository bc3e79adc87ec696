package key

import (
	"sync"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// brake slows down whoever tries passwords at the door. The failures of log-ins
// are counted in the database, which is locked; these are counted in memory, so a
// restart forgets them: it needs hands on the machine, and hands on the machine
// can copy the file and try there.
type brake struct {
	clock func() time.Time
	mu    sync.Mutex
	tries map[string]try
}

type try struct {
	failures int
	until    time.Time
}

const (
	freeTries = 5 // as for log-ins
	mostTried = 1000
	longest   = 15 * time.Minute
)

// hold refuses a name that has to wait. A name that has no slot waits as well.
func (b *brake) hold(op, who string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	wait := b.tries[b.counted(who)].until.Sub(b.clock())
	if wait <= 0 {
		return nil
	}
	return &fault.Error{Code: fault.Unavailable, Op: op, Key: "door.wait", Args: map[string]any{"count": int((wait + time.Minute - 1) / time.Minute)}}
}

func (b *brake) failed(who string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.tries == nil {
		b.tries = map[string]try{}
	}
	who = b.counted(who)
	t := b.tries[who]
	if t.failures++; t.failures >= freeTries {
		t.until = b.clock().Add(min(30*time.Second<<min(t.failures-freeTries, 10), longest))
	}
	b.tries[who] = t
}

func (b *brake) clear(who string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.tries, who)
}

// counted is where a name's failures are counted. When too many names are tried,
// new ones share one count, so that inventing names gains nothing.
func (b *brake) counted(who string) string {
	if _, ok := b.tries[who]; ok || len(b.tries) < mostTried {
		return who
	}
	return ""
}
