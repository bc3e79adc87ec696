package assessment

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// list are the numbers of the cases that somebody sees with a filter, in order.
func (w *world) list(a access.Actor, f CaseFilter) []string {
	w.t.Helper()
	if f.Limit == 0 {
		f.Limit = 100
	}
	scope, err := w.Access.Scope(access.With(w.t.Context(), a), access.BoardRead)
	must(w.t, err)
	var out []string
	w.read(func(tx *db.Tx) error {
		list, err := listCases(tx, scope, f)
		for _, l := range list {
			out = append(out, fmt.Sprintf("%s:%d", l.Case.Number, len(l.Members)))
		}
		return err
	})
	return out
}

// numbered opens a case with a number at a site.
func (w *world) numbered(number, site string, persons ...db.ID) (db.ID, []db.ID) {
	w.t.Helper()
	c := NewCase{ID: db.NewID(), Site: site, Case: Case{Number: number, Destination: "us-immigrant", ExamDate: w.today().Date()}}
	var ms []db.ID
	for _, p := range persons {
		m := NewMember{ID: db.NewID(), Person: p, Relation: "head"}
		c.Members, ms = append(c.Members, m), append(ms, m.ID)
	}
	a, _ := access.From(w.as(access.Reception))
	a.Sites = []string{site}
	must(w.t, w.Open(access.With(w.t.Context(), a), c))
	return c.ID, ms
}

func TestTheListOfCases(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		here, _ := access.From(w.as(access.Reception))
		there := here
		there.Sites = []string{"NBO"}
		p, q := w.register("Amina", 34, people.Male), w.register("Yusuf", 40, people.Male)
		a, am := w.numbered("GW-1", "KLA", p, q)
		w.numbered("GW-10", "KLA", q)
		w.numbered("GW-2", "NBO", q)
		c, cm := w.numbered("GW-3", "KLA", q)
		expect := func(what string, who access.Actor, f CaseFilter, want string) {
			t.Helper()
			if got := strings.Join(w.list(who, f), " "); got != want {
				t.Errorf("%s: %q, want %q", what, got, want)
			}
		}
		expect("newest first, of this site", here, CaseFilter{}, "GW-3:1 GW-10:1 GW-1:2")
		expect("of the other", there, CaseFilter{}, "GW-2:1")
		expect("by number, in its order", here, CaseFilter{Number: "GW-1"}, "GW-1:2 GW-10:1")
		expect("after the first by number", here, CaseFilter{Number: "GW-1", After: a}, "GW-10:1")
		expect("after the newest", here, CaseFilter{After: c}, "GW-10:1 GW-1:2")
		expect("a page", here, CaseFilter{Limit: 2}, "GW-3:1 GW-10:1")
		expect("nobody is cleared", here, CaseFilter{State: StateCleared}, "")
		must(t, w.Leave(w.as(access.Reception), a, am[1]))
		expect("who left is not counted", here, CaseFilter{Number: "GW-1", Limit: 1}, "GW-1:1")
		w.ready(cm[0], nil)
		w.sign(cm[0])
		expect("by state, the case once", here, CaseFilter{State: StateCleared}, "GW-3:1")
		expect("by state and number", here, CaseFilter{State: StateCleared, Number: "GW-1"}, "")
		expect("after it", here, CaseFilter{State: StateCleared, After: c}, "")
		must(t, w.Close(w.as(access.Physician), c))
		expect("closed, it is not in the list", here, CaseFilter{}, "GW-10:1 GW-1:1")
		expect("nor by state", here, CaseFilter{State: StateCleared}, "")
		expect("and it is among the closed", here, CaseFilter{Closed: true}, "GW-3:1")
		scope, err := w.Access.Scope(access.With(t.Context(), here), access.BoardRead)
		must(t, err)
		w.read(func(tx *db.Tx) error {
			counts, err := countStates(tx, scope, w.today())
			n := 0
			for _, c := range counts {
				n += c
			}
			if n != 2 || counts[StateCleared] != 0 {
				t.Errorf("%v: two members of open cases at this site", counts)
			}
			return err
		})
		nobody, _ := access.From(w.as(access.Laboratory))
		if got := w.list(nobody, CaseFilter{}); len(got) != 0 {
			t.Errorf("the laboratory sees %v", got)
		}
	})
}

// Who broke the glass on one person sees that person's part, and nobody else's.
func TestTheListShowsOnlyMembersInScope(t *testing.T) {
	w := newWorld(t, "")
	p, q := w.register("Amina", 34, people.Male), w.register("Yusuf", 40, people.Male)
	w.numbered("GW-1", "KLA", p, q)
	a, _ := access.From(w.as(access.Physician))
	a.Sites, a.Glass = []string{"NBO"}, []db.ID{p}
	scope, err := w.Access.Scope(access.With(t.Context(), a), access.CaseRead)
	must(t, err)
	w.read(func(tx *db.Tx) error {
		list, err := listCases(tx, scope, CaseFilter{Limit: 9})
		if len(list) != 1 || len(list[0].Members) != 1 || list[0].Members[0].Person != p {
			t.Errorf("%+v", list)
		}
		return err
	})
}

func TestTheListInTheBrowser(t *testing.T) {
	w := newWorld(t, "")
	var last db.ID
	for i := range casesPage + 3 {
		last, _ = w.numbered(fmt.Sprintf("GW-%03d", i), "KLA", w.register("Amina", 34, people.Male))
	}
	reception := w.as(access.Reception)
	first := w.get(reception, "/cases")
	first.says(t, "the list", "GW-052", "GW-003", "Amina", "Answer missing", "</bdi> person", "from=50", last.String())
	first.omits(t, "the first page", "GW-002")
	next := first.Body[strings.Index(first.Body, `href="/cases?after=`)+6:]
	next = strings.ReplaceAll(next[:strings.IndexByte(next, '"')], "&amp;", "&")
	second := w.get(reception, next)
	second.says(t, "the second page", "GW-002", "GW-000")
	second.omits(t, "the second page", "GW-003", "from=")
	w.get(reception, "/cases?number=gw-01").says(t, "by number", "GW-010", "GW-019")
	manager := w.get(w.as(access.Manager), "/cases")
	manager.says(t, "a manager's list", "GW-052")
	manager.omits(t, "a manager's list", "Amina")
	for _, r := range []access.Role{access.Laboratory, access.Radiographer, access.Administrator, access.PrivacyOfficer, access.Screener, access.Epidemiologist} {
		if got := w.get(w.as(r), "/cases"); got.Code != http.StatusForbidden {
			t.Errorf("%s: %d", r, got.Code)
		}
	}
	w.get(reception, "/cases?closed=yes").says(t, "the closed", "No case here")
}

// Every page that shows a person leaves a line in the read audit.
func TestReadingIsNoted(t *testing.T) {
	w := newWorld(t, "")
	id, m, _ := w.cleared()
	doctor := w.as(access.Physician)
	w.answer(m, value.Facts{"contact": value.NotKnown()})
	member := "/cases/" + id.String() + "/members/" + m.String()
	for _, path := range []string{"/cases", "/cases/" + id.String(), "/cases/" + id.String() + "/people", member, member + "/answer", member + "/waive", member + "/override", member + "/print/why", "/alerts"} {
		before, err := w.Access.VerifyReads(t.Context())
		must(t, err)
		if got := w.get(doctor, path); got.Code != http.StatusOK {
			t.Errorf("%s: %d", path, got.Code)
		}
		if after, _ := w.Access.VerifyReads(t.Context()); after <= before {
			t.Errorf("%s leaves no line in the audit", path)
		}
	}
}
