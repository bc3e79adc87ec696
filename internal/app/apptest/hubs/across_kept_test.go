package hubs

import (
	"context"
	"errors"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/app"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/area/stewardship"
	"github.com/godwit-health/godwit/internal/area/surveillance/across"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// Every entry of an exercise carries its mark where a programme stands, and a hub that
// takes no programme of another takes it all the same from another exercise.
func TestTwoExercisesTellEachOther(t *testing.T) {
	exercise := func(o *journal.Options) { o.Exercise = true }
	a, b := byCards(t, onDisk(t), onDisk(t), exercise)
	id := agreeOnNotices(a, b, nil)
	of, _ := a.contact("Okello Banduwalo", 2)
	_, err := a.tell(across.OfContact, of, id, nil)
	a.must(err)
	_, err = b.take(a.file(id))
	b.must(err)
	if came := b.board(); len(came.Came) != 1 {
		t.Errorf("came: %+v", came.Came)
	}
	records := agree(a, b, nil)
	person := a.register("Tesfayewit")
	a.consent(person, people.Given, "")
	a.handOver(person, records)
	_, err = b.take(a.file(records))
	b.must(err)
	if came := b.inbox(); len(came) != 1 {
		t.Errorf("handed over: %+v", came)
	}
}

// What comes is in the inbox or was not taken: a crash between the two would leave a
// notice that nobody ever sees, and that the sender holds for taken.
func TestANoticeThatCannotBePutIntoTheInboxIsNotTaken(t *testing.T) {
	a, b := byCards(t, onDisk(t), onDisk(t))
	id := agreeOnNotices(a, b, nil)
	of, _ := a.contact("Okello Banduwalo", 2)
	_, err := a.tell(across.OfContact, of, id, nil)
	a.must(err)
	file := a.file(id)
	arrived := b.sync.Sharing.Arrived
	b.sync.Sharing.Arrived = func(context.Context, *db.Tx, db.ID, []db.ID) error { return errors.New("the power failed") }
	if _, err := b.take(file); err == nil {
		t.Fatal("it was taken")
	}
	b.sync.Sharing.Arrived = arrived
	if n, err := b.take(file); err != nil || n == 0 || len(b.board().Came) != 1 {
		t.Errorf("the file again: %d %v, came %+v", n, err, b.board().Came)
	}
}

// hungUp is a carrier whose officer closes the page while the file is taken.
type hungUp struct {
	across.Carrier
	leave func()
}

func (h hungUp) Import(ctx context.Context, body []byte) (int, error) {
	h.leave()
	return h.Carrier.Import(ctx, body)
}

func TestAFileIsTakenToItsEndThoughThePageIsClosed(t *testing.T) {
	a, b := byCards(t, onDisk(t), onDisk(t))
	id := agreeOnNotices(a, b, nil)
	of, _ := a.contact("Okello Banduwalo", 2)
	_, err := a.tell(across.OfContact, of, id, nil)
	a.must(err)
	ctx, leave := context.WithCancel(b.as("epidemiologist"))
	defer leave()
	b.across.Carrier = hungUp{app.Carrier{Sync: b.sync}, leave}
	if n, err := b.across.TakeFile(ctx, a.file(id)); err != nil || n == 0 || len(b.board().Came) != 1 {
		t.Errorf("%d %v, came %+v", n, err, b.board().Came)
	}
}

// What does not fit into one file goes with the next, once the first is acknowledged.
func TestMoreThanOneFileHoldsGoesWithTheNext(t *testing.T) {
	a, b := byCards(t, onDisk(t), onDisk(t))
	id := agreeOnNotices(a, b, nil)
	const notices = 60
	_, source := a.contact("Okello Banduwalo", 2)
	_, err := a.tell(across.OfCase, source, id, nil)
	a.must(err)
	for range notices - 1 {
		of, _ := a.contact("Okello Banduwalo", 2)
		_, err := a.tell(across.OfContact, of, id, nil)
		a.must(err)
	}
	a.sync.FileLimit = 12 << 10
	files := 0
	for ; files < notices; files++ {
		n, err := b.take(a.file(id))
		b.must(err)
		if n == 0 {
			break
		}
		_, err = a.take(b.file(id))
		a.must(err)
	}
	if came := b.board(); len(came.Came) != notices || files < 2 {
		t.Errorf("%d of %d came in %d files", len(came.Came), notices, files)
	}
}

// What is of another time than was agreed is neither offered nor told.
func TestAContactOfAnotherTimeThanWasAgreedIsNotTold(t *testing.T) {
	a, b := byCards(t, onDisk(t), onDisk(t))
	id := agreeOnNotices(a, b, func(h *shareHub, g *stewardship.Agreement) { g.From = calendar.DayOfTime(h.clock.Now()) - 3 })
	before, _ := a.contact("Okello Banduwalo", 5)
	_, err := a.tell(across.OfContact, before, id, nil)
	wantKey(t, "somebody last exposed before the time", err, "across.error.not_covered")
	if _, offers, _, err := a.across.Offers(a.as("epidemiologist"), across.OfContact, before); err != nil || len(offers) != 0 {
		t.Errorf("offered: %v %v", offers, err)
	}
	within, _ := a.contact("Nakato Sseremba", 3)
	_, err = a.tell(across.OfContact, within, id, nil)
	a.must(err)
}
