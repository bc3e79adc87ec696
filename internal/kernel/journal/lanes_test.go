package journal_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

func (n *node) heads() (all []journal.Head) {
	n.t.Helper()
	n.read(func(tx *db.Tx) (err error) { all, err = n.j.Heads(tx); return err })
	return all
}

// beside is another process on the same database.
func (n *node) beside(more ...func(*journal.Options)) *node {
	return &node{n.t, n.o, n.d, newJournal(n.t, n.d, more...)}
}

func TestARestartGoesOnWithTheSameLane(t *testing.T) {
	stores(t, func(t *testing.T, n *node) {
		for i := range 4 {
			n.create(fields{"given": fmt.Sprint(i)})
			if err := n.j.Close(t.Context()); err != nil {
				t.Fatal(err)
			}
			n.j = newJournal(t, n.d)
		}
		if h := n.heads(); len(h) != 1 || h[0].Seq != 4 || h[0].Origin.Lane != 0 {
			t.Errorf("got %+v", h)
		}
		n.verify()
	})
}

func TestProcessesBesideEachOtherHaveLanesOfTheirOwn(t *testing.T) {
	stores(t, func(t *testing.T, n *node) {
		other := n.beside()
		for i := range 3 {
			n.create(fields{"given": fmt.Sprint("a", i)})
			other.create(fields{"given": fmt.Sprint("b", i)})
		}
		if h := n.heads(); len(h) != 2 || h[0].Seq != 3 || h[1].Seq != 3 || h[0].Origin.Installation != h[1].Origin.Installation {
			t.Errorf("got %+v", h)
		}
		for _, x := range []*node{n, other} {
			if err := x.j.Close(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		third := n.beside()
		third.create(fields{"given": "c"})
		if h := n.heads(); len(h) != 2 || h[0].Seq != 4 {
			t.Errorf("a third process did not take a free lane: %+v", h)
		}
		n.verify()
	})
}

func TestALaneWhoseHolderIsSilentIsTakenOverAndTheHolderGoesOn(t *testing.T) {
	stores(t, func(t *testing.T, n *node) {
		clock := &clockAt{time.Now()}
		set := func(o *journal.Options) { o.Clock, o.Lease = clock.now, time.Minute }
		n.j = newJournal(t, n.d, set)
		other := n.beside(set)
		a := n.create(fields{"given": "1"})
		clock.Time = clock.Add(2 * time.Minute)
		other.create(fields{"given": "2"})
		if h := n.heads(); len(h) != 1 || h[0].Seq != 2 {
			t.Fatalf("the lane was not taken over: %+v", h)
		}
		// The first process wakes up and still believes that the lane is its own.
		n.update(bruno, a, fields{"given": "3"})
		n.create(fields{"given": "4"})
		if h := n.heads(); len(h) != 2 || h[0].Seq != 2 || h[1].Seq != 2 {
			t.Errorf("got %+v", h)
		}
		wantRow(t, n, a, "3|allergy ?|phone ?|disputed |error false|notes ")
		if r := n.verify(); r.Entries != 4 {
			t.Errorf("%+v", r)
		}
		n.rebuild()
	})
}

func TestASilentHolderKeepsALaneThatNobodyTook(t *testing.T) {
	stores(t, func(t *testing.T, n *node) {
		clock := &clockAt{time.Now()}
		n.j = newJournal(t, n.d, func(o *journal.Options) { o.Clock, o.Lease = clock.now, time.Minute })
		n.create(fields{"given": "1"})
		clock.Time = clock.Add(24 * time.Hour)
		n.create(fields{"given": "2"})
		if h := n.heads(); len(h) != 1 || h[0].Seq != 2 {
			t.Errorf("got %+v", h)
		}
	})
}

func TestWritersAtOnceLeaveNoGapAndFewLanes(t *testing.T) {
	stores(t, func(t *testing.T, n *node) {
		const callers, each = 12, 8
		shared := n.create(fields{"given": "shared", "note": "0"})
		var wg sync.WaitGroup
		for c := range callers {
			wg.Go(func() {
				for i := range each {
					err := n.d.Write(context.Background(), func(tx *db.Tx) error {
						if i%2 == 0 {
							return n.j.Append(tx, almaz, newPerson(db.NewID(), fields{"given": fmt.Sprint(c, i)}))
						}
						d, err := n.j.Load(tx, shared)
						if err != nil {
							return err
						}
						return n.j.Append(tx, bruno, edit(shared, d.Version, fields{"note": fmt.Sprint(c, " ", i), "given": fmt.Sprint(c)}))
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		r := n.verify()
		if r.Entries != callers*each+1 || r.Origins > 8 {
			t.Errorf("%+v", r)
		}
		d := n.load(shared)
		if got := len(d.Items("notes")); got != callers*each/2+1 {
			t.Errorf("%d notes", got)
		}
		if len(d.Disputed) != 0 {
			t.Errorf("whoever saw the newest is in no conflict: %v", d.Disputed)
		}
		n.rebuild()
	})
}

func TestACountIsKeptByLane(t *testing.T) {
	stores(t, func(t *testing.T, n *node) {
		other := n.beside()
		var lanes []int64
		for _, x := range []*node{n, other, n} {
			x.write(func(tx *db.Tx) error {
				l, err := x.j.Lane(tx)
				if err != nil {
					return err
				}
				lanes = append(lanes, l)
				return x.j.Append(tx, almaz, newPerson(db.NewID(), nil))
			})
		}
		if lanes[0] != lanes[2] || lanes[0] == lanes[1] {
			t.Errorf("lanes %v", lanes)
		}
	})
}
