package journal_test

import (
	"context"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// Three nodes, one of them a hub on PostgreSQL where there is one, edit the same
// documents and sync now and then; in the end all have the same rows. The rules
// alone are tested with many more cases in merge_test.go.
func TestNodesThatHaveHeardEverythingShowTheSame(t *testing.T) {
	stores(t, func(t *testing.T, hub *node) {
		nodes := []*node{hub, sqliteNode(t), sqliteNode(t)}
		rapid.Check(t, func(rt *rapid.T) {
			doc := db.NewID()
			nodes[0].append(almaz, newPerson(doc, fields{"given": "start", "allergy": "none"}))
			pages := make([][]journal.Base, len(nodes))
			for range rapid.IntRange(1, 10).Draw(rt, "steps") {
				at := rapid.IntRange(0, len(nodes)-1).Draw(rt, "node")
				n := nodes[at]
				if rapid.Bool().Draw(rt, "sync") {
					n.pull(nodes[rapid.IntRange(0, len(nodes)-1).Draw(rt, "with")])
					continue
				}
				work(rt, n, doc, &pages[at])
			}
			for range 2 {
				for i := range nodes {
					nodes[i].pull(nodes[(i+1)%len(nodes)])
					nodes[i].pull(nodes[(i+2)%len(nodes)])
				}
			}
			want := nodes[0].row(doc)
			for i, n := range nodes {
				if got := n.row(doc); got != want {
					rt.Fatalf("node %d shows\n%s\nand node 0\n%s", i, got, want)
				}
				if a, b := fmt.Sprint(n.reviewsOf(doc)), fmt.Sprint(nodes[0].reviewsOf(doc)); a != b {
					rt.Fatalf("node %d has reviews %s and node 0 %s", i, a, b)
				}
			}
		})
		for _, n := range nodes {
			n.verify()
			n.rebuild()
		}
	})
}

func work(rt *rapid.T, n *node, doc db.ID, pages *[]journal.Base) {
	var d *journal.Doc
	err := n.d.Read(context.Background(), func(tx *db.Tx) (err error) { d, err = n.j.Load(tx, doc); return err })
	if err != nil {
		return // it has not come here yet
	}
	*pages = append(*pages, d.Version)
	base := (*pages)[len(*pages)-1]
	if rapid.Bool().Draw(rt, "old page") {
		base = (*pages)[rapid.IntRange(0, len(*pages)-1).Draw(rt, "page")]
	}
	c := edit(doc, base, fields{})
	for _, f := range []string{"given", "family", "allergy", "note", "phone"} {
		if rapid.IntRange(0, 2).Draw(rt, f) == 0 {
			c.Fields[f] = fmt.Sprint(f, rapid.IntRange(0, 999).Draw(rt, "value"))
		}
	}
	for _, alts := range d.Disputed {
		for _, a := range alts {
			if rapid.Bool().Draw(rt, "resolve") {
				c.Resolves = append(c.Resolves, a.Version)
			}
		}
	}
	n.append(bruno, c)
}

func (n *node) reviewsOf(doc db.ID) (all []journal.Review) {
	n.t.Helper()
	n.read(func(tx *db.Tx) (err error) { all, err = n.j.ReviewsOf(tx, doc); return err })
	return all
}
