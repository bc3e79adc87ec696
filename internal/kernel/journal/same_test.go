package journal_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// doseKind records vaccines given to a person on a day: an act each.
func doseKind() journal.Kind {
	return journal.Kind{
		Name: "t.dose", Schema: 1, Tables: []string{"t_dose"},
		Groups: []journal.Group{{Name: "dose", Class: journal.Append, Fields: []string{"day", "vaccines", "seen", "corrects"}}},
		Acts: func(d *journal.Doc) journal.Acts {
			var f struct {
				Day      int64    `json:"day"`
				Vaccines []string `json:"vaccines"`
				Seen     []db.ID  `json:"seen"`
				Corrects []db.ID  `json:"corrects"`
			}
			if d.Decode(&f) != nil {
				return journal.Acts{}
			}
			return journal.Acts{Day: f.Day, Keys: f.Vaccines, Seen: append(f.Seen, f.Corrects...), Replaces: f.Corrects}
		},
		Project: func(tx *db.Tx, d *journal.Doc) error {
			what, err := json.Marshal(d.Fields)
			if err != nil {
				return err
			}
			_, err = tx.Exec("INSERT INTO t_dose (doc, what, error) VALUES (?, ?, ?) ON CONFLICT (doc) DO UPDATE SET what = excluded.what, error = excluded.error",
				d.ID, string(what), d.Error)
			return err
		},
	}
}

// give records a dose of that day and answers its document.
func (n *node) give(by journal.Author, subject db.ID, day int, seen []db.ID, vaccines ...string) db.ID {
	n.t.Helper()
	id := db.NewID()
	n.append(by, journal.Change{Kind: "t.dose", Doc: id, Subject: subject, Site: "centre", Sensitivity: journal.Clinical,
		Fields: fields{"day": day, "vaccines": vaccines, "seen": seen}})
	return id
}

func (n *node) change(by journal.Author, c journal.Change) {
	n.t.Helper()
	c.Kind, c.Base = "t.dose", n.load(c.Doc).Version
	n.append(by, c)
}

// pairs are the open review items of two documents that look like one act.
func (n *node) pairs() (open []journal.Review) {
	n.t.Helper()
	n.read(func(tx *db.Tx) error {
		all, err := n.j.Reviews(tx, 1000)
		open = slices.DeleteFunc(all, func(r journal.Review) bool { return r.Topic != journal.TopicSameAct })
		return err
	})
	return open
}

func (n *node) wantPairs(what string, want int) {
	n.t.Helper()
	if got := n.pairs(); len(got) != want {
		n.t.Fatalf("%s: %d review items, want %d: %+v", what, len(got), want, got)
	}
}

func TestTheSameDoseByTwoNursesOpensAReviewItem(t *testing.T) {
	stores(t, func(t *testing.T, n *node) {
		child := db.NewID()
		first := n.give(almaz, child, 20, nil, "MMR", "polio")
		n.wantPairs("one dose", 0)
		second := n.give(bruno, child, 20, nil, "polio")
		n.wantPairs("two nurses", 1)
		r := n.pairs()[0]
		if both := []db.ID{r.Doc, r.Other}; !slices.Contains(both, first) || !slices.Contains(both, second) || r.Kind != "t.dose" || r.Opened.IsZero() {
			t.Fatalf("the item is %+v", r)
		}
		for _, doc := range []db.ID{first, second} {
			if of := n.reviewsOf(doc); len(of) != 1 || of[0].Topic != journal.TopicSameAct {
				t.Errorf("reviews of %s: %+v", doc, of)
			}
		}
		n.rebuild()
		n.wantPairs("after a rebuild", 1)
	})
}

func TestWhatIsNotTheSameActOpensNothing(t *testing.T) {
	stores(t, func(t *testing.T, n *node) {
		child, other := db.NewID(), db.NewID()
		first := n.give(almaz, child, 20, nil, "MMR")
		n.give(bruno, child, 20, nil, "polio")
		n.give(bruno, child, 21, nil, "MMR")
		n.give(bruno, other, 20, nil, "MMR")
		n.wantPairs("another vaccine, another day, another child", 0)
		second := n.give(bruno, child, 20, []db.ID{first}, "MMR")
		n.wantPairs("one who had seen the first", 0)
		n.give(journal.Author{User: db.ID{3, 3}}, child, 20, []db.ID{second}, "MMR")
		n.wantPairs("one who had seen it through the second", 0)
		n.give(almaz, other, 30, nil, "BCG")
		n.give(almaz, other, 30, nil, "BCG")
		n.wantPairs("one nurse at one installation, who knows what she did", 0)
		n.rebuild()
	})
}

func TestTwoRecordsOfOneActAreSettledByStrikingOneOutOrKeepingBoth(t *testing.T) {
	stores(t, func(t *testing.T, n *node) {
		child := db.NewID()
		a, b, c := n.give(almaz, child, 20, nil, "MMR"), n.give(bruno, child, 20, nil, "MMR"), n.give(journal.Author{User: db.ID{3, 3}}, child, 20, nil, "MMR")
		n.wantPairs("three nurses", 3)
		n.change(almaz, journal.Change{Doc: a, EnteredInError: true})
		n.wantPairs("the first struck out", 1)
		n.change(almaz, journal.Change{Doc: b, Distinct: []db.ID{c}})
		n.wantPairs("the others kept", 0)
		if d := n.load(b); len(d.Fields) != 2 || len(d.Disputed) != 0 {
			t.Errorf("the journal's own field shows: %+v", d.Fields)
		}
		n.rebuild()
		n.wantPairs("after a rebuild", 0)
		n.verify()
	})
}

func TestTheSameActIsFoundWhenAnotherSitesEntriesArrive(t *testing.T) {
	stores(t, func(t *testing.T, hub *node) {
		site := sqliteNode(t)
		child := db.NewID()
		here := hub.give(almaz, child, 20, nil, "MMR")
		there := site.give(almaz, child, 20, nil, "MMR")
		hub.pull(site)
		site.pull(hub)
		hub.wantPairs("one nurse at two sites, at the hub", 1)
		site.wantPairs("and at the site", 1)
		// Both decide at once that it is two doses; nothing new is in dispute.
		hub.change(almaz, journal.Change{Doc: here, Distinct: []db.ID{there}})
		site.change(bruno, journal.Change{Doc: here, Distinct: []db.ID{there}})
		hub.pull(site)
		site.pull(hub)
		for _, n := range []*node{hub, site} {
			n.wantPairs("kept both", 0)
			if got := n.reviews(); len(got) != 0 {
				t.Errorf("reviews %v", got)
			}
			n.rebuild()
		}
	})
}

func TestErasingOneOfTwoEndsTheReviewItem(t *testing.T) {
	stores(t, func(t *testing.T, n *node) {
		child := db.NewID()
		a := n.give(almaz, child, 20, nil, "MMR")
		n.give(bruno, child, 20, nil, "MMR")
		n.write(func(tx *db.Tx) error { return n.j.Erase(tx, almaz, bruno, a, "request") })
		n.wantPairs("one erased", 0)
		n.rebuild()
	})
}

func TestADocumentThatChangesItsDayIsComparedThere(t *testing.T) {
	stores(t, func(t *testing.T, n *node) {
		child := db.NewID()
		a := n.give(almaz, child, 20, nil, "MMR")
		n.give(bruno, child, 21, nil, "MMR")
		n.change(almaz, journal.Change{Doc: a, Fields: fields{"day": 21}})
		n.wantPairs("moved to the other's day", 1)
		n.change(almaz, journal.Change{Doc: a, Fields: fields{"day": 22}})
		n.wantPairs("moved away", 0)
		n.rebuild()
	})
}

func TestAKindMayNotUseTheJournalsFieldOfDistinctDocuments(t *testing.T) {
	k := doseKind()
	k.Groups[0].Fields = append(k.Groups[0].Fields, "distinct:"+db.NewID().String())
	_, err := journal.New(journal.Options{DB: sqliteNode(t).d, Kinds: []journal.Kind{k}})
	wantCode(t, err, fault.Internal, "journal.bad_kind")
}

// Three nodes, one of them on PostgreSQL where there is one, give, correct, strike
// out and tell apart, and sync in any order: in the end all have the same items.
func TestNodesThatHaveHeardEverythingHaveTheSameActsToReview(t *testing.T) {
	stores(t, func(t *testing.T, hub *node) {
		nodes := []*node{hub, sqliteNode(t), sqliteNode(t)}
		rapid.Check(t, func(rt *rapid.T) {
			child := db.NewID()
			known := make([][]db.ID, len(nodes))
			for range rapid.IntRange(2, 10).Draw(rt, "steps") {
				at := rapid.IntRange(0, len(nodes)-1).Draw(rt, "node")
				if rapid.Bool().Draw(rt, "sync") {
					from := rapid.IntRange(0, len(nodes)-1).Draw(rt, "with")
					nodes[at].pull(nodes[from])
					for _, id := range known[from] {
						if !slices.Contains(known[at], id) {
							known[at] = append(known[at], id)
						}
					}
					continue
				}
				giveSome(rt, nodes[at], child, &known[at])
			}
			for range 2 {
				for i := range nodes {
					nodes[i].pull(nodes[(i+1)%len(nodes)])
					nodes[i].pull(nodes[(i+2)%len(nodes)])
				}
			}
			want := fmt.Sprint(nodes[0].pairs())
			for i, n := range nodes {
				if got := fmt.Sprint(n.pairs()); got != want {
					rt.Fatalf("node %d has items\n%s\nand node 0\n%s", i, got, want)
				}
			}
		})
		for _, n := range nodes {
			n.verify()
			n.rebuild()
		}
	})
}

func giveSome(rt *rapid.T, n *node, child db.ID, known *[]db.ID) {
	by := rapid.SampledFrom([]journal.Author{almaz, bruno}).Draw(rt, "nurse")
	var old []db.ID
	for _, id := range *known {
		if n.d.Read(context.Background(), func(tx *db.Tx) error { _, err := n.j.Load(tx, id); return err }) == nil {
			old = append(old, id)
		}
	}
	switch what := rapid.IntRange(0, 5).Draw(rt, "what"); {
	case what == 0 && len(old) > 0:
		n.change(by, journal.Change{Doc: rapid.SampledFrom(old).Draw(rt, "which"), EnteredInError: true})
	case what == 1 && len(old) > 1:
		n.change(by, journal.Change{Doc: old[0], Distinct: []db.ID{rapid.SampledFrom(old[1:]).Draw(rt, "from")}})
	case what == 2 && len(old) > 0:
		n.change(by, journal.Change{Doc: rapid.SampledFrom(old).Draw(rt, "which"), Fields: fields{"day": rapid.IntRange(20, 21).Draw(rt, "day")}})
	default:
		var seen []db.ID
		for _, id := range old {
			if rapid.IntRange(0, 2).Draw(rt, "saw") == 0 {
				seen = append(seen, id)
			}
		}
		vaccines := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"MMR", "polio", "BCG"}), 1, 2, rapid.ID[string]).Draw(rt, "vaccines")
		id := n.give(by, child, rapid.IntRange(20, 21).Draw(rt, "day"), seen, vaccines...)
		*known = append(*known, id)
		if len(old) > 0 && rapid.IntRange(0, 3).Draw(rt, "correct") == 0 {
			n.change(by, journal.Change{Doc: id, Fields: fields{"corrects": []db.ID{rapid.SampledFrom(old).Draw(rt, "what was wrong")}}})
		}
	}
}
