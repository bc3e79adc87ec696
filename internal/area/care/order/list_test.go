package order

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// crowd fills the stations: people who came and people who did not, films and HIV
// tests in every state that a list tells apart, at this site and at another.
func (w *world) crowd(seed uint64) {
	w.t.Helper()
	rnd := rand.New(rand.NewPCG(seed, 1))
	lab, counsellor, tech := w.as(access.Laboratory), w.as(access.Counsellor), w.as(access.Radiographer)
	must := func(err error) {
		w.t.Helper()
		if err != nil {
			w.t.Fatal(err)
		}
	}
	here := map[db.ID]time.Time{}
	for i := range 24 {
		w.person, w.cas = w.register(people.Person{Given: fmt.Sprint("Amina ", i), Family: "Warsame", Birth: calendar.DayOf(1960+i, 11, 1).Date(), Sex: people.Female}), db.NewID()
		if rnd.IntN(2) == 0 {
			here[w.person] = w.clock.Add(-time.Duration(rnd.IntN(100)) * time.Minute)
		}
		for range 1 + rnd.IntN(3) { // as many cases
			w.cas = db.NewID()
			film := w.place("CXR", "film", "radiology")
			if rnd.IntN(3) == 0 {
				must(w.Perform(tech, Act{ID: db.NewID(), Order: film, Identity: "photo"}))
			}
			if rnd.IntN(3) == 0 { // of another site, which nobody here sees
				must(w.DB.Write(tech, func(tx *db.Tx) error {
					a, _ := access.From(tech)
					return w.Place(tx, a.Author(), Request{Subject: w.person, Case: db.NewID(), Pack: "us-immigrant", Code: "CXR", Service: "CXR", Station: "radiology",
						Form: "film", Sensitivity: journal.Clinical, Site: "NBO", Programme: "immigrant"})
				}))
			}
			if rnd.IntN(3) == 0 { // not talked about yet
				w.place("HIV", "hiv", "laboratory", sensitive)
				continue
			}
			id := w.hivOrder(w.person)
			yes := w.says(id, people.Given)
			switch rnd.IntN(6) {
			case 1:
				must(w.consent(counsellor, id, people.Refused))
			case 2:
				must(w.people.RecordConsent(counsellor, w.person, []people.Consent{yes}))
				must(w.people.Withdraw(counsellor, w.person, yes.ID, people.BySelf, "I thought again"))
			case 3:
				must(w.people.RecordConsent(counsellor, w.person, []people.Consent{yes}))
			case 4, 5:
				must(w.people.RecordConsent(counsellor, w.person, []people.Consent{yes}))
				res := w.record(lab, Entry{Order: id, Identity: "photo", Answers: given("result", []string{"pos", "neg"}[rnd.IntN(2)])}).Result.ID
				if rnd.IntN(2) == 0 {
					must(w.Tell(counsellor, Telling{ID: db.NewID(), Result: res, Interp: "not_needed", Counselled: true, Care: CareLater}))
				}
			}
			if rnd.IntN(3) == 0 {
				sputum := w.place("SPUTUM3", "sputum", "laboratory")
				must(w.Perform(lab, Act{ID: db.NewID(), Order: sputum, Identity: "photo", Specimen: 1, Label: "S"}))
			}
		}
	}
	w.Service.Here = func(_ *db.Tx, site string, _ calendar.Day) (map[db.ID]time.Time, error) {
		if site != "KLA" {
			return nil, nil
		}
		return here, nil
	}
	at := w.clock
	w.Service.Clock = func() time.Time { return at } // two lists of one moment
}

// pages walks through every page of a list as somebody does who follows its links.
func (w *world) pages(ctx context.Context, station string) (lines []Line, first List) {
	w.t.Helper()
	turn := func(part Part, from int) []Line {
		w.t.Helper()
		list, err := w.ListPart(ctx, station, part, from)
		if err != nil {
			w.t.Fatal(err)
		}
		if from == 0 && part == PartHere {
			first = list
		}
		for _, l := range list.Lines {
			if part != PartHere && l.part() != part {
				w.t.Errorf("%s, %s from %d has a line of another part: %s", station, part, from, l.part())
			}
		}
		v := worklist(station, part, list, nil)
		last := v.Tables[len(v.Tables)-1].Pager
		if last.Next != "" {
			u, err := url.Parse(last.Next)
			if err != nil {
				w.t.Fatal(err)
			}
			if p, n := readPart(u.Query()); u.Path != "/worklist/"+station || n != from+listedAtOnce || part != PartHere && p != part {
				w.t.Errorf("%s, %s from %d leads on to %s", station, part, from, last.Next)
			}
		}
		return list.Lines
	}
	lines = turn(PartHere, 0)
	for from := listedAtOnce; from < first.Awaited; from += listedAtOnce {
		lines = append(lines, turn(PartAwaited, from)...)
	}
	for from := 0; from < first.Later; from += listedAtOnce {
		lines = append(lines, turn(PartLater, from)...)
	}
	return lines, first
}

// The pages of a list, one after the other, are the list: nobody is on none, nobody is
// on two, and each line says what the order itself says when it is opened, and no more
// than the same user may know of it.
func TestThePagesOfAWorklistAreTheListAndEachLineIsItsOrder(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		w.crowd(7)
		compared, unmet, told := 0, 0, 0
		for _, role := range []access.Role{access.Radiographer, access.Laboratory, access.Counsellor, access.Nurse, access.Physician} {
			for _, station := range []string{"radiology", "laboratory", access.Counselling} {
				ctx := w.as(role)
				whole, err := w.Worklist(ctx, station)
				if err != nil {
					t.Fatal(err)
				}
				paged, first := w.pages(ctx, station)
				// The list has here first, then the others by how long they wait.
				inParts := slices.Clone(whole)
				slices.SortStableFunc(inParts, func(a, b Line) int { return strings.Compare(rank(a), rank(b)) })
				if !reflect.DeepEqual(paged, inParts) && len(paged)+len(inParts) > 0 {
					t.Errorf("%s at %s: %d lines on the pages, %d on the list, or not the same", role, station, len(paged), len(whole))
				}
				n := map[Part]int{}
				for _, l := range whole {
					n[l.part()]++
				}
				if first.Awaited != n[PartAwaited] || first.Later != n[PartLater] {
					t.Errorf("%s at %s: counted %d awaited and %d later, listed %v", role, station, first.Awaited, first.Later, n)
				}
				for _, l := range whole {
					w.same(ctx, l)
					compared++
					unmet += len(l.Unmet)
					if l.Tell {
						told++
					}
				}
			}
		}
		if compared < 150 || unmet < 20 || told < 5 {
			t.Errorf("too few lines to show anything: %d lines, %d needs, %d to tell", compared, unmet, told)
		}
	})
}

func rank(l Line) string {
	return map[Part]string{PartHere: "1", PartAwaited: "2", PartLater: "3"}[l.part()]
}

// same compares a line of a list with its order, read alone.
func (w *world) same(ctx context.Context, l Line) {
	w.t.Helper()
	a, _ := access.From(ctx)
	var o Order
	var steps []Step
	var consent people.ConsentState
	var briefs map[db.ID]Brief
	w.read(func(tx *db.Tx) (err error) {
		if o, err = findOrder(tx, l.Order.ID); err != nil {
			return err
		}
		if steps, err = stepsOf(tx, o.ID); err != nil {
			return err
		}
		if o.needsConsent() {
			own, err := w.consentAlone(tx, o)
			if err != nil {
				return err
			}
			consent = own
		}
		briefs, err = w.People.Briefs(tx, []db.ID{o.Subject})
		return err
	})
	want := Line{Order: o, Person: briefs[o.Subject], Waiting: l.Waiting, Here: l.Here, Next: next(o, steps), Tell: l.Tell, Again: l.Tell && toldBefore(steps)}
	if o.Status.Open() {
		want.Unmet, want.Consent = Unmet(o, steps, consent), consent
	}
	if !reflect.DeepEqual(l, want) {
		w.t.Errorf("%v: on the list %+v, alone %+v", a.Roles, l, want)
	}
	may := w.Access.May(ctx, access.WorklistRead, o.Resource()) || w.Access.May(ctx, access.CounsellingRecord, o.Resource()) || w.Access.May(ctx, access.ResultTell, o.Resource())
	if !may || o.Site != "KLA" {
		w.t.Errorf("%v is shown what they may not see: %+v", a.Roles, o)
	}
}

// consentAlone is how the consent for one order stands, read from the person's own
// records and from nobody else's.
func (w *world) consentAlone(tx *db.Tx, o Order) (people.ConsentState, error) {
	said, err := w.people.ConsentsOf(tx, []db.ID{o.Subject})
	scope, _ := people.ScopeFor(o.Consent)
	return people.StateFor(said[o.Subject], scope, o.ID), err
}

// However many are planned, each is on a page, and only whom the page shows is noted
// as looked at.
func TestEverybodyPlannedIsOnAPageAndOnlyWhoIsShownIsNoted(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		const planned = mostListed + 30
		all := map[db.ID]bool{}
		for range planned {
			all[w.place("CXR", "film", "radiology", func(r *Request) { r.Subject = db.NewID() })] = true
		}
		begun := w.place("CXR", "film", "radiology", func(r *Request) { r.Subject = db.NewID() })
		if list, err := w.ListPart(w.as(access.Nurse), "radiology", PartHere, 0); err != nil || len(list.Lines) != planned+1 || list.Awaited+list.Later != 0 {
			t.Errorf("where nobody notes who comes everybody is here, and on the page: %d, %d awaited, %d later, %v", len(list.Lines), list.Awaited, list.Later, err)
		}
		tech := w.as(access.Radiographer)
		if err := w.Perform(tech, Act{ID: db.NewID(), Order: begun, Identity: "photo"}); err != nil {
			t.Fatal(err)
		}
		w.Service.Here = func(*db.Tx, string, calendar.Day) (map[db.ID]time.Time, error) { return nil, nil }
		lines, first := w.pages(tech, "radiology")
		if first.Later != planned || first.Awaited != 1 || len(first.Lines) != 1 || first.Lines[0].Order.ID != begun {
			t.Errorf("the first page: %d lines, %d awaited, %d later", len(first.Lines), first.Awaited, first.Later)
		}
		for _, l := range lines {
			delete(all, l.Order.ID)
		}
		if len(lines) != planned+1 || len(all) != 0 {
			t.Errorf("%d lines on all pages, %d are on none", len(lines), len(all))
		}
		page, err := w.ListPart(tech, "radiology", PartLater, listedAtOnce)
		if err != nil || len(page.Lines) != listedAtOnce {
			t.Fatalf("the second page: %d %v", len(page.Lines), err)
		}
		var shown []db.ID
		for _, l := range page.Lines {
			shown = append(shown, l.Order.Subject)
		}
		noted := map[db.ID]int{}
		reads, err := w.Access.Reads(w.as(access.PrivacyOfficer), access.ReadFilter{User: w.users[access.Radiographer], Limit: 1000})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range reads {
			for _, id := range r.Shown {
				noted[id]++
			}
		}
		for _, l := range lines {
			want := 1
			if slices.Contains(shown, l.Order.Subject) {
				want = 2
			}
			if noted[l.Order.Subject] != want {
				t.Errorf("somebody was noted as looked at %d times, and shown %d times", noted[l.Order.Subject], want)
			}
		}
		if page, err := w.ListPart(tech, "radiology", PartLater, planned+5); err != nil || len(page.Lines) != 0 {
			t.Errorf("behind the last page: %d %v", len(page.Lines), err)
		}
		if _, err := w.ListPart(w.as(access.Reception), "radiology", PartLater, 0); err == nil {
			t.Error("reception reads a page of the list")
		}
	})
}

func TestAPageOfAListIsReadFromItsAddress(t *testing.T) {
	for q, want := range map[string]string{"": "here 0", "part=later": "later 0", "part=later&from=50": "later 50", "part=awaited&from=-3": "awaited 0",
		"part=here&from=50": "here 0", "part=x": "here 0", "part=later&from=x": "later 0", "part=later&from=99999999999999999999": "later 1000000"} {
		v, err := url.ParseQuery(q)
		if err != nil {
			t.Fatal(err)
		}
		if part, from := readPart(v); fmt.Sprint(part, " ", from) != want {
			t.Errorf("%q: %s %d, want %s", q, part, from, want)
		}
	}
}
