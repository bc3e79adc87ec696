package sync

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// The hub and a node are put back, and the node writes again under its old name and comes
// first. Two other nodes have what it wrote before, and what was written on it.
func TestAPartUnderWhoseNumberTheHubHasAnotherEntryIsIssuedAgainOnce(t *testing.T) {
	hub, keep, back := hubPutBack(t)
	a, place := hub.nodeAt("A", "camp")
	b := hub.node("B", "camp")
	c, placeC := hub.nodeAt("C", "camp")
	all := []*side{a, b, c}
	rounds := func(times int, all ...*side) {
		t.Helper()
		for range times {
			for _, s := range all {
				s.at(hub.Address).sync()
			}
		}
	}
	amal := a.put("t.person", "camp", db.ID{}, map[string]any{"given": "Amal", "allergy": "none known"})
	other := a.put("t.person", "camp", db.ID{}, map[string]any{"given": "Other"})
	rounds(2, all...)
	keep()
	a.close()
	old := copied(t, place)
	*a = *newSide(t, place)
	a.edit(amal, map[string]any{"allergy": "latex"})
	note := a.put("t.note", "camp", amal, map[string]any{"given": "only in the parts"})
	a.edit(note, map[string]any{"given": "edited"})
	rounds(1, a, b, c)
	b.edit(amal, map[string]any{"family": "who had seen latex"})
	rounds(1, b, c)
	wasLatex, wasFamily := c.entry(amal, "latex"), c.entry(amal, "who had seen latex")
	c.close()
	oldC := copied(t, placeC)
	*c = *newSide(t, placeC)

	back()
	a.close()
	*a = *newSide(t, old)
	a.edit(amal, map[string]any{"allergy": "penicillin"})
	a.edit(other, map[string]any{"given": "Other again"})
	rounds(1, a)
	rounds(1, c, b)
	rounds(2, all...)
	later := b.put("t.note", "camp", amal, map[string]any{"given": "later"})
	rounds(2, all...)

	check := func() {
		t.Helper()
		for _, s := range append(all, hub) {
			d := s.load(amal)
			want(t, "allergies that are disputed", fmt.Sprint(values(d, "allergy", "allergy")), `["latex" "penicillin"]`)
			want(t, "names that are disputed", len(d.Disputed["name"]), 0)
			want(t, "the family name", string(d.Fields["family"]), `"who had seen latex"`)
			for _, id := range []db.ID{amal, note, other, later} {
				want(t, "what is shown", s.row(id), hub.row(id))
			}
			want(t, "what only the parts had", s.row(note), `{"given":"edited"}`)
			for _, was := range []journal.Entry{wasLatex, wasFamily} {
				now := s.again(was)
				want(t, "how often it was issued again", len(now), 1)
				want(t, "its author", now[0].Actor, was.Actor)
				want(t, "its time", now[0].HLC, was.HLC)
				want(t, "what it is at all of them", now[0].Hash, hub.again(was)[0].Hash)
			}
			s.whole()
			if r, err := s.Journal.Rebuild(t.Context(), nil); err != nil || !r.Same() {
				t.Errorf("the rows are not what the journal makes: %v %+v", err, r)
			}
		}
	}
	check()
	said := 0
	for _, e := range mustNodes(t, hub) {
		acts, err := hub.Acts(t.Context(), e.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, act := range acts {
			if act.Act == NodeReissued {
				said++
			}
		}
	}
	want(t, "nodes that say what they issued again", said, 2)

	// A disk from before all of it has the parts once more.
	c.close()
	*c = *newSide(t, oldC)
	rounds(2, c, a, b)
	check()
}

// Another node came first, and brought a later part of what the node had written.
func TestAChainThatDoesNotLeadToAPartThatIsThereIsRefusedAndItsEndIssuedAgain(t *testing.T) {
	hub, keep, back := hubPutBack(t)
	a, place := hub.nodeAt("A", "camp")
	b := hub.node("B", "port")
	first := a.put("t.person", "camp", db.ID{}, map[string]any{"given": "First"})
	a.sync()
	b.sync()
	keep()
	a.close()
	old := copied(t, place)
	*a = *newSide(t, place)
	a.put("t.person", "camp", db.ID{}, map[string]any{"given": "gone with both disks"})
	kept := a.put("t.person", "port", db.ID{}, map[string]any{"given": "kept at B"})
	a.at(hub.Address).sync()
	b.at(hub.Address).sync()
	back()
	b.at(hub.Address).sync()
	want(t, "what B brought", hub.row(kept), b.row(kept))
	a.close()
	*a = *newSide(t, old)
	again := a.put("t.person", "camp", db.ID{}, map[string]any{"given": "Again"})
	a.at(hub.Address).refused("journal.fork")
	st, err := a.Status(t.Context())
	if err != nil || !Refused(st.Trouble) {
		t.Fatalf("whoever looks after it is not offered anything: %q %v", st.Trouble, err)
	}
	want(t, "entries issued again", len(a.reissued()[0].Versions), 1)
	for range 2 {
		a.sync()
		b.sync()
	}
	for _, id := range []db.ID{first, again, kept} {
		want(t, "at A", a.row(id), hub.row(id))
	}
	want(t, "at B", b.row(kept), hub.row(kept))
	for _, s := range []*side{hub, a, b} {
		s.whole()
	}
}

// values are those that are disputed of a field.
func values(d *journal.Doc, group, field string) (out []string) {
	for _, a := range d.Disputed[group] {
		out = append(out, string(a.Fields[field]))
	}
	slices.Sort(out)
	return out
}

// entry finds the one of a document whose payload holds a word.
func (s *side) entry(doc db.ID, word string) journal.Entry {
	s.t.Helper()
	for _, e := range s.history(doc) {
		if strings.Contains(string(e.Payload), word) {
			return e
		}
	}
	s.t.Fatalf("nothing of %s says %q", doc, word)
	return journal.Entry{}
}

// again finds what an entry was issued again as.
func (s *side) again(was journal.Entry) (out []journal.Entry) {
	s.t.Helper()
	for _, e := range s.history(was.Doc) {
		if string(e.Payload) == string(was.Payload) && e.Version.Origin.Installation != was.Version.Origin.Installation {
			out = append(out, e)
		}
	}
	if len(out) == 0 {
		s.t.Fatalf("%s was not issued again", was.Version)
	}
	return out
}
