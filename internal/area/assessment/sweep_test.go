package assessment

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/pack"
)

// stricter is the next version of the United States' pack: whoever is 30 or older
// also has the IGRA.
func stricter(t *testing.T, w *world) *pack.Pack {
	t.Helper()
	files := pack.Files{}
	for name, text := range w.shelf.packs["us-immigrant"].Files {
		files[name] = text
	}
	const name = "tables/1-services.csv"
	lines := strings.Split(files[name], "\n")
	inputs := strings.Split(lines[1], ",|,")[0]
	cells := []string{}
	for _, in := range strings.Split(inputs, ",")[3:] {
		if in == "age_years" {
			cells = append(cells, ">=30")
		} else {
			cells = append(cells, "-")
		}
	}
	files[name] = strings.Join(append(lines[:2:2], append([]string{"US-NEW,,," + strings.Join(cells, ",") + ",|,require,IGRA,|,O,cdc-ti-tb,"}, lines[2:]...)...), "\n")
	p, err := pack.Parse(files)
	must(t, err)
	return p
}

func (w *world) program() context.Context {
	a, _ := access.From(access.Operator(w.t.Context()))
	a.Purpose = "assessment"
	return access.With(w.t.Context(), a)
}

func TestAnActivatedVersionIsAskedAboutEverybody(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		_, m, _ := w.cleared() // 34: the new row asks for more
		child := w.register("Binta", 8, people.Female)
		_, ms := w.open("us-immigrant", nil, child)
		_, other := w.open("canada-ime", value.Facts{"category": value.Text("refugee")}, w.register("Chidi", 40, people.Male))
		must(t, w.SweepRules(w.program()))
		if w.look(m).Member.State != StateCleared {
			t.Fatal("nothing changed, and a clearance was suspended")
		}
		before := map[db.ID]db.ID{ms[0]: w.look(ms[0]).Last.ID, other[0]: w.look(other[0]).Last.ID}

		w.shelf.packs["us-immigrant"] = stricter(t, w)
		must(t, w.SweepRules(w.program()))
		v := w.look(m)
		if v.Member.State != StateSuspended || v.Clearance.Cause != "rules" || w.item(m, "IGRA").State != ItemRequired {
			t.Fatalf("%s %q, IGRA %s", v.Member.State, v.Clearance.Cause, w.item(m, "IGRA").State)
		}
		if n, _ := w.Waiting(w.as(access.Physician)); n != 1 {
			t.Errorf("%d alerts to who signed", n)
		}
		if w.order(m, "IGRA").ID.IsZero() {
			t.Error("what is required now is not ordered")
		}
		if v := w.look(ms[0]); v.Last.ID == before[ms[0]] || v.Last.Hash != v.Pack.Hash {
			t.Error("an open case is not decided by the new version")
		}
		if w.look(other[0]).Last.ID != before[other[0]] {
			t.Error("another destination was decided anew")
		}
		at, err := w.Sweeps(t.Context())
		must(t, err)
		if got := at["us-immigrant"]; got.Looked != 2 || got.Total != 2 || got.Moved != 1 || got.Ended.IsZero() {
			t.Errorf("the sweep says %+v", got)
		}
		last := w.look(m).Last.ID
		must(t, w.SweepRules(w.program()))
		if w.look(m).Last.ID != last {
			t.Error("to look twice decided twice")
		}
	})
}

func TestAVersionThatSaysTheSameSuspendsNobody(t *testing.T) {
	one(t, func(t *testing.T, w *world) {
		_, m, p := w.cleared()
		same := *w.shelf.packs["us-immigrant"]
		same.Hash, same.Version = "same", "2027.1"
		w.shelf.packs["us-immigrant"] = &same
		must(t, w.SweepRules(w.program()))
		v := w.look(m)
		if v.Member.State != StateCleared || v.Last.Hash != "same" {
			t.Fatalf("%s, decided by %s", v.Member.State, v.Last.Hash)
		}
		// The certificate names the version that was signed.
		v, err := w.Certificate(w.as(access.Physician), db.NewID(), m)
		must(t, err)
		b, err := w.banner(p)
		must(t, err)
		if text := w.render(t, "assessment/certificate", certificate(v, b)); !strings.Contains(text, "us-immigrant 2026.1") || strings.Contains(text, "2027.1") {
			t.Error("the certificate names another version than was signed")
		}
	})
}

func TestAStoppedVersionSuspendsWhoWasClearedByIt(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		id, m, _ := w.cleared()
		must(t, w.Close(w.as(access.Reception), id))
		delete(w.shelf.packs, "us-immigrant")
		must(t, w.SweepRules(w.program()))
		var c *Clearance
		var cs Case
		var member Member
		w.read(func(tx *db.Tx) (err error) {
			if c, err = lastClearance(tx, m); err != nil {
				return err
			}
			if cs, _, _, err = loadCase(tx, id); err != nil {
				return err
			}
			member, err = loadMember(tx, m)
			return err
		})
		if c.State != ClearanceSuspended || c.Cause != "rules" || cs.Closed || member.State != StateSuspended {
			t.Errorf("%s %q, closed %v, %s", c.State, c.Cause, cs.Closed, member.State)
		}
	})
}

// cut ends a context after a destination's rules were asked for a number of times,
// which is once a batch: as a kill between two batches does.
type cut struct {
	*shelf
	left int
	stop context.CancelFunc
}

func (c *cut) Rules(tx *db.Tx, id string) (string, error) {
	if c.left--; c.left < 0 {
		c.stop()
	}
	return c.shelf.Rules(tx, id)
}

func TestASweepGoesOnWhereItWasKilled(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		persons := make([]db.ID, sweepBatch+7)
		for i := range persons {
			persons[i] = w.register("Amina", 34, people.Male)
		}
		_, ms := w.open("us-immigrant", nil, persons...)
		must(t, w.SweepRules(w.program()))
		w.shelf.packs["us-immigrant"] = stricter(t, w)
		anew := func() (n int) {
			for _, m := range ms {
				if v := w.look(m); v.current() {
					n++
				}
			}
			return n
		}
		ctx, stop := context.WithCancel(w.program())
		w.Service.Packs = &cut{shelf: w.shelf, left: 1, stop: stop}
		if err := w.SweepRules(ctx); !errors.Is(err, context.Canceled) && !fault.Is(err, fault.Unavailable) {
			t.Fatalf("killed: %v", err)
		}
		w.Service.Packs = w.shelf
		if n := anew(); n != sweepBatch {
			t.Fatalf("%d of %d were looked at before the kill", n, len(ms))
		}
		at, err := w.Sweeps(t.Context())
		must(t, err)
		if got := at["us-immigrant"]; got.Looked != sweepBatch || got.Total != len(ms) || !got.Ended.IsZero() {
			t.Errorf("after the kill: %+v", got)
		}
		must(t, w.SweepRules(w.program()))
		at, err = w.Sweeps(t.Context())
		must(t, err)
		if got := at["us-immigrant"]; anew() != len(ms) || got.Looked != len(ms) || got.Ended.IsZero() {
			t.Errorf("%d looked at, %+v", anew(), got)
		}
		// A change during a sweep begins it again.
		w.shelf.packs["us-immigrant"].StoppedRows = []string{"US-S12"}
		must(t, w.SweepRules(w.program()))
		if anew() != len(ms) {
			t.Error("a stopped row was not looked at")
		}
	})
}

func TestARecordThatCannotBeReadKeepsNobodyWaiting(t *testing.T) {
	one(t, func(t *testing.T, w *world) {
		_, ms := w.open("us-immigrant", nil, w.register("Amina", 34, people.Male), w.register("Binta", 34, people.Female))
		must(t, w.SweepRules(w.program()))
		w.shelf.packs["us-immigrant"] = stricter(t, w)
		w.unreadable(ms[0])
		if err := w.SweepRules(w.program()); err == nil {
			t.Error("nothing was said of a record that cannot be read")
		}
		if !w.look(ms[1]).current() {
			t.Error("the next one waited for it")
		}
		at, err := w.Sweeps(t.Context())
		must(t, err)
		if !at["us-immigrant"].Ended.IsZero() {
			t.Error("it counts as looked at")
		}
	})
}

// unreadable spoils what is stored of a member, so that to look at them fails.
func (w *world) unreadable(member db.ID) {
	w.t.Helper()
	must(w.t, w.DB.Write(w.t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(`UPDATE assessment_decision SET record = '{' WHERE member = ?`, member)
		return err
	}))
}

func TestARecordThatCannotBeReadKeepsNoOtherDestinationWaiting(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		ime := value.Facts{"category": value.Text("refugee")}
		_, canada := w.open("canada-ime", ime, w.register("Amina", 34, people.Male)) // looked at first
		_, us := w.open("us-immigrant", nil, w.register("Binta", 34, people.Female))
		must(t, w.SweepRules(w.program()))
		other := *w.shelf.packs["canada-ime"]
		other.Hash, other.Version = "other", "2027.1"
		w.shelf.packs["canada-ime"], w.shelf.packs["us-immigrant"] = &other, stricter(t, w)
		w.unreadable(canada[0])
		if err := w.SweepRules(w.program()); err == nil {
			t.Error("nothing was said of a record that cannot be read")
		}
		if !w.look(us[0]).current() {
			t.Error("a later destination waited for it")
		}
		at, err := w.Sweeps(t.Context())
		must(t, err)
		if !at["canada-ime"].Ended.IsZero() || at["us-immigrant"].Ended.IsZero() {
			t.Errorf("looked at to the end: %+v", at)
		}
	})
}

func TestAFailureOfAnEarlierBatchIsTold(t *testing.T) {
	one(t, func(t *testing.T, w *world) {
		persons := make([]db.ID, sweepBatch+1)
		for i := range persons {
			persons[i] = w.register("Amina", 34, people.Male)
		}
		_, ms := w.open("us-immigrant", nil, persons...)
		must(t, w.SweepRules(w.program()))
		w.shelf.packs["us-immigrant"] = stricter(t, w)
		first := slices.MinFunc(ms, func(a, b db.ID) int { return bytes.Compare(a[:], b[:]) })
		last := slices.MaxFunc(ms, func(a, b db.ID) int { return bytes.Compare(a[:], b[:]) })
		w.unreadable(first)
		if err := w.SweepRules(w.program()); err == nil {
			t.Error("nothing was said of a record of the first batch that cannot be read")
		}
		if !w.look(last).current() {
			t.Error("the next batch waited for it")
		}
	})
}

func TestALookAheadSaysHowManyWouldChange(t *testing.T) {
	one(t, func(t *testing.T, w *world) {
		_, m, _ := w.cleared()
		w.open("us-immigrant", nil, w.register("Binta", 8, people.Female), w.register("Chidi", 41, people.Male))
		officer := w.as(access.MedicalOfficer)
		next := stricter(t, w)
		im, err := w.Impact(officer, next, w.today())
		must(t, err)
		if im != (Impact{Open: 3, Looked: 3, Moved: 2}) {
			t.Errorf("%+v", im)
		}
		if im, err := w.Impact(officer, next, w.day(1)); err != nil || im.Open != 0 {
			t.Errorf("from tomorrow: %+v %v", im, err)
		}
		if _, err := w.Impact(w.as(access.Nurse), next, w.today()); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a nurse: %v", err)
		}
		if v := w.look(m); v.Member.State != StateCleared || !v.current() {
			t.Error("to look ahead changed something")
		}
	})
}
