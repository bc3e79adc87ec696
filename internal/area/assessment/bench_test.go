package assessment

import (
	"fmt"
	"testing"

	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// BenchmarkLook is one decision about a member with all it needs of the record:
// what every page about a member and every change costs.
func BenchmarkLook(b *testing.B) {
	w := newWorld(b, "")
	_, m, _ := w.cleared()
	for b.Loop() {
		w.look(m)
	}
}

// BenchmarkReassess is a fact that changes nothing: looked at, and nothing written.
func BenchmarkReassess(b *testing.B) {
	w := newWorld(b, "")
	_, _, p := w.cleared()
	ctx := w.as(access.Physician)
	for b.Loop() {
		must(b, w.Refresh(ctx, p))
	}
}

// BenchmarkCasesPage is the first page of the list, of many cases, as reception
// sees it; by state it is a filter that few fit.
func BenchmarkCasesPage(b *testing.B) {
	w := newWorld(b, "")
	for i := range 600 {
		w.numbered(fmt.Sprintf("GW-%05d", i), "KLA", w.register("Amina", 34, people.Male))
	}
	reception := w.as(access.Reception)
	scope, err := w.Access.Scope(reception, access.BoardRead)
	must(b, err)
	for _, f := range []struct {
		name   string
		filter CaseFilter
	}{{"all", CaseFilter{Limit: casesPage + 1}}, {"by state", CaseFilter{State: StateCleared, Limit: casesPage + 1}}, {"by number", CaseFilter{Number: "GW-003", Limit: casesPage + 1}}} {
		b.Run("query "+f.name, func(b *testing.B) {
			for b.Loop() {
				must(b, w.DB.Read(b.Context(), func(tx *db.Tx) error { _, err := listCases(tx, scope, f.filter); return err }))
			}
		})
	}
	b.Run("page", func(b *testing.B) {
		for b.Loop() {
			w.get(reception, "/cases")
		}
	})
}
