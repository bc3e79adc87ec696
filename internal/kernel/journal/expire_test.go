package journal_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

const lastDay = calendar.Day(20_000)

func (n *node) guest(f fields) db.ID {
	n.t.Helper()
	id := db.NewID()
	n.append(almaz, journal.Change{Kind: "t.guest", Doc: id, Site: "centre", Sensitivity: journal.Clinical, Purpose: "public_health", Fields: f})
	return id
}

func (n *node) expire(id db.ID, today calendar.Day) error {
	return n.d.Write(n.t.Context(), func(tx *db.Tx) error { return n.j.Expire(tx, journal.Author{}, id, today) })
}

// forgot checks that a document is gone for good: its rows, what is rebuilt, and its
// payload, while the chain still verifies.
func (n *node) forgot(id db.ID) {
	n.t.Helper()
	n.verify()
	n.rebuild()
	if n.there(id) {
		n.t.Error("it is still there")
	}
	for _, e := range n.entries() {
		if bytes.Contains(e.Payload, []byte(planted)) {
			n.t.Error("a payload is left")
		}
	}
}

func midnight(d calendar.Day) time.Time { return time.Unix(int64(d)*24*60*60, 0).UTC() }

// What is kept until a day goes after that day and not on it, without two officers and
// on every node; what has no such day stays.
func TestWhatIsKeptUntilADayGoesAfterItEverywhere(t *testing.T) {
	pairs(t, func(t *testing.T, from, to *node) {
		id, person := from.guest(fields{"name": planted, "until": lastDay}), from.create(fields{"given": "A", "until": lastDay})
		endless := from.guest(fields{"name": "A"})
		to.pull(from)
		for name, err := range map[string]error{"on its last day": from.expire(id, lastDay), "of a kind without a day": from.expire(person, lastDay+1),
			"that says no day": from.expire(endless, lastDay+1)} {
			if !fault.Is(err, fault.Forbidden) {
				t.Errorf("a document %s: %v", name, err)
			}
		}
		if err := from.expire(id, lastDay+1); err != nil {
			t.Fatal(err)
		}
		to.pull(from)
		for _, n := range []*node{from, to} {
			n.forgot(id)
			n.load(person)
		}
	})
}

// What a node expires whose clock is ahead stays everywhere else until its day has come
// there, also in a rebuild, and goes then.
func TestAClockThatIsAheadDestroysNothingElsewhere(t *testing.T) {
	pairs(t, func(t *testing.T, from, to *node) {
		clock := &clockAt{midnight(lastDay - 30)}
		to.j = newJournal(t, to.d, func(o *journal.Options) { o.Clock = clock.now })
		id := from.guest(fields{"name": planted, "until": lastDay})
		to.pull(from)
		if err := from.expire(id, lastDay+1); err != nil { // its clock says so
			t.Fatal(err)
		}
		to.pull(from)
		stays := func() {
			t.Helper()
			to.verify()
			to.rebuild()
			if string(to.load(id).Fields["name"]) != `"`+planted+`"` {
				t.Error("it is gone")
			}
		}
		stays()
		if err := to.expire(id, lastDay+1); !fault.Is(err, fault.Forbidden) {
			t.Errorf("expired before its day: %v", err)
		}
		clock.Time = midnight(lastDay + 1)
		stays() // a rebuild is not what erases
		if err := to.expire(id, lastDay+1); err != nil {
			t.Fatal(err)
		}
		from.pull(to)
		from.forgot(id)
		to.forgot(id)
	})
}

// Two changes that did not see each other say different days: it stays until the latest,
// on every node, and not for ever.
func TestADisputedDayExpiresOnTheLatest(t *testing.T) {
	pairs(t, func(t *testing.T, from, to *node) {
		id := from.guest(fields{"name": "A", "until": lastDay})
		seen := from.load(id).Version
		for i, by := range []journal.Author{almaz, bruno} {
			from.append(by, journal.Change{Kind: "t.guest", Doc: id, Base: seen, Purpose: "public_health", Fields: fields{"until": lastDay + []calendar.Day{5, 2}[i]}})
		}
		if len(from.load(id).Disputed) != 1 {
			t.Fatal("there is no dispute")
		}
		to.pull(from)
		if err := from.expire(id, lastDay+5); !fault.Is(err, fault.Forbidden) {
			t.Errorf("on the latest day: %v", err)
		}
		if err := from.expire(id, lastDay+6); err != nil {
			t.Fatalf("after the latest day: %v", err)
		}
		to.pull(from)
		from.forgot(id)
		to.forgot(id)
	})
}

// A node that says of somebody's record that it is of a kind that expires is not
// honest; ours does not follow.
func TestAnErasureThatNamesAnotherKindIsRefusedFromOutside(t *testing.T) {
	pairs(t, func(t *testing.T, from, to *node) {
		person, id := from.create(fields{"given": "A"}), from.guest(fields{"until": lastDay})
		to.pull(from)
		if err := from.expire(id, lastDay+1); err != nil {
			t.Fatal(err)
		}
		e := clone(from.missing(to))
		e[0].Payload = bytes.Replace(e[0].Payload, []byte(id.String()), []byte(person.String()), 1)
		all := from.entries()
		e[0].Commitment, e[0].Hash = journal.Recommit(e[0].Header, e[0].Raw, e[0].Secret, e[0].Payload, all[len(all)-2].Hash)
		wantCode(t, to.j.Apply(t.Context(), e), fault.Invalid, "journal.two_officers")
		to.load(person)
	})
}
