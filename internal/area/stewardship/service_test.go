package stewardship

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

func day(s string) calendar.Day {
	d, err := calendar.ParseDay(s)
	if err != nil {
		panic(err)
	}
	return d
}

// Worked cases: the month clamps, and hours run through weekends.
func TestClocks(t *testing.T) {
	for _, c := range []struct {
		received string
		extended bool
		due      string
	}{
		{"2026-01-31", false, "2026-02-28"}, {"2026-01-31", true, "2026-04-30"}, {"2026-11-22", false, "2026-12-22"}, {"2024-01-31", false, "2024-02-29"},
	} {
		if got := Due(day(c.received), c.extended); got != day(c.due) {
			t.Errorf("%+v: due %v", c, got)
		}
	}
	r := Request{Received: day("2026-11-22")}
	for on, want := range map[string]Clock{"2026-11-22": Running, "2026-12-14": Running, "2026-12-15": Soon, "2026-12-22": Soon, "2026-12-23": Late} {
		if got := ClockOf(r, day(on)); got != want {
			t.Errorf("on %s: %v, want %v", on, got, want)
		}
	}
	if !MayExtend(r.Received, day("2026-12-22")) || MayExtend(r.Received, day("2026-12-23")) {
		t.Error("the person is told within the first month, or not at all")
	}
	at := time.Date(2026, 11, 20, 16, 40, 0, 0, time.UTC)
	c := Complaint{About: AboutExploitation, Received: at}
	if ForwardBy(at) != time.Date(2026, 11, 21, 16, 40, 0, 0, time.UTC) || ComplaintClock(c, at.Add(25*time.Hour)) != Late || ComplaintClock(c, at.Add(time.Hour)) != Soon {
		t.Error("a complaint about exploitation is passed on within a day, weekends included")
	}
	c.Forwarded = at.Add(time.Hour)
	if ComplaintClock(c, at.Add(25*time.Hour)) != Running || ComplaintClock(Complaint{Received: at}, at.Add(32*24*time.Hour)) != Late {
		t.Error("and then has a month like any other")
	}
}

func TestARequestIsRecordedAnsweredAndToldOn(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		person := w.register("Tesfaye")
		q := Request{ID: db.NewID(), Person: person, Asked: AskedCorrection, By: BySelf, Words: "I am older.", Wanted: "born 1989", Received: w.today()}
		w.must(w.Record(w.as("reception"), q))
		if err := w.Record(w.as("reception"), q); !fault.Is(err, fault.Conflict) {
			t.Errorf("the same form twice: %v", err)
		}
		if _, err := w.Requests(w.as("reception")); !fault.Is(err, fault.Forbidden) {
			t.Errorf("reception reads the requests: %v", err)
		}
		list, err := w.Requests(w.as("privacy_officer"))
		if err != nil || len(list) != 1 || list[0].Wanted != "born 1989" || list[0].Person != person {
			t.Fatalf("%+v %v", list, err)
		}
		if err := w.Answered(w.as("privacy_officer"), q.ID, Refused, "no"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("the privacy officer judged a finding: %v", err)
		}
		if err := w.Extend(w.as("physician"), q.ID, ""); fault.FieldOf(err) != "why" {
			t.Errorf("extended without saying why: %v", err)
		}
		w.must(w.Extend(w.as("physician"), q.ID, "the papers are at another site"))
		if err := w.Extend(w.as("physician"), q.ID, "again"); !fault.Is(err, fault.Invalid) {
			t.Errorf("extended twice: %v", err)
		}
		if err := w.Answered(w.as("physician"), q.ID, "maybe", ""); fault.KeyOf(err) == "" {
			t.Errorf("answered without an answer: %v", err)
		}
		// Something went to the destination before.
		w.must(w.Access.Register(access.Route{Name: "test.results", Means: access.Export, Purpose: "assessment", Recipients: []access.Recipient{access.DestinationAuthority},
			Action: access.ExportResults, Patterns: []string{"POST /x/export"}}))
		w.must(w.Access.Release(w.as("physician"), access.Route{Name: "test.results"}, access.DestinationAuthority.Of("USA"), person))
		w.must(w.Answered(w.as("physician"), q.ID, Refused, "Two papers say 1990."))
		if err := w.Answered(w.as("physician"), q.ID, Done, "x"); !fault.Is(err, fault.Conflict) {
			t.Errorf("answered twice: %v", err)
		}
		v, err := w.OpenRequest(w.as("physician"), q.ID)
		if err != nil || !v.Statement || v.Due() != day("2027-02-22") || len(v.ToTell) != 1 || v.ToTell[0].Recipient != "destination_authority/USA" {
			t.Fatalf("%+v %v", v, err)
		}
		if err := w.Tell(w.as("physician"), q.ID, "test.results", "care_provider"); !fault.Is(err, fault.Invalid) {
			t.Errorf("told somebody who got nothing: %v", err)
		}
		w.must(w.Tell(w.as("physician"), q.ID, "test.results", "destination_authority/USA"))
		if v, err = w.OpenRequest(w.as("physician"), q.ID); err != nil || len(v.ToTell) != 0 || len(v.Told) != 1 || v.Told[0].On != w.today() {
			t.Errorf("%+v %v", v, err)
		}
	})
}

func TestAComplaintBypassesTheSiteAndNamesNobody(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		c := Complaint{ID: db.NewID(), About: AboutStaff, Words: "The nurse shouted.", Where: "KLA", Lang: "fr"}
		// Typed by somebody who is signed in: it does not say so.
		code, err := w.File(w.as("reception"), c, "192.0.2.1")
		w.must(err)
		up := Complaint{ID: db.NewID(), About: AboutOfficer, Words: "The privacy officer laughed."}
		_, err = w.File(t.Context(), up, "192.0.2.1")
		w.must(err)
		w.must(w.DB.Read(t.Context(), func(tx *db.Tx) error {
			entries, err := w.Journal.History(tx, c.ID)
			for _, e := range entries {
				if e.Actor == w.users["reception"].User || e.Site != "" || strings.Contains(string(e.Payload), strings.ReplaceAll(code, "-", "")) {
					t.Errorf("the complaint says who typed it, or where, or its code: %+v", e.Header)
				}
			}
			return err
		}))
		for login, want := range map[string][]About{
			"privacy_officer": {AboutStaff}, "medical_officer_2": {AboutOfficer}, "medical_officer": nil, "reception": nil, "manager": nil, "administrator": nil, "nurse": nil,
		} {
			list, err := w.Complaints(w.as(login))
			var got []About
			for _, x := range list {
				got = append(got, x.About)
			}
			if !slices.Equal(got, want) || (want == nil) != fault.Is(err, fault.Forbidden) {
				t.Errorf("%s reads %v, %v", login, got, err)
			}
		}
		local := w.users["privacy_officer"]
		local.Sites = []string{"KLA"}
		if _, err := w.OpenComplaint(access.With(t.Context(), local), c.ID); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a privacy officer of the site itself: %v", err)
		}
		if _, err := w.OpenComplaint(w.as("privacy_officer"), up.ID); !fault.Is(err, fault.Forbidden) {
			t.Errorf("the privacy officer reads what is about them: %v", err)
		}
		w.must(w.Settle(w.as("privacy_officer"), c.ID, Done, "The nurse apologised."))
		got, err := w.Follow(t.Context(), " "+strings.ToLower(code)+" ", "192.0.2.9")
		if err != nil || got.Answer != Done || got.Reply != "The nurse apologised." {
			t.Errorf("%+v %v", got, err)
		}
		if _, err := w.Follow(t.Context(), "BCDF-BCDF-BCDF", "192.0.2.9"); fault.FieldOf(err) != "code" {
			t.Errorf("a code of nobody: %v", err)
		}
	})
}

func TestComplaintsAreBoundedButNotLost(t *testing.T) {
	w := newWorld(t, "")
	send := func(from string) error {
		_, err := w.File(t.Context(), Complaint{ID: db.NewID(), About: AboutService, Words: "too long a wait"}, from)
		return err
	}
	for range mostFromOne {
		w.must(send("192.0.2.1"))
	}
	if err := send("192.0.2.1"); !fault.Is(err, fault.Unavailable) {
		t.Errorf("one address without end: %v", err)
	}
	if err := send("192.0.2.2"); err != nil {
		t.Errorf("another address: %v", err)
	}
	w.clock = w.clock.Add(limitWindow)
	if err := send("192.0.2.1"); err != nil {
		t.Errorf("an hour later: %v", err)
	}
}

func TestReceiptsAreReadableAndDiffer(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		c := newReceipt()
		if len(c) != 14 || seen[c] || strings.Trim(strings.ReplaceAll(c, "-", ""), receiptLetters) != "" {
			t.Fatal(c)
		}
		seen[c] = true
		if hashReceipt(c) != hashReceipt(strings.ToLower(strings.ReplaceAll(c, "-", " "))) {
			t.Fatalf("%s typed in another way is not found", c)
		}
	}
}

const planted = "Zanzibarquartz"

func TestErasureTakesTwoOfficersAndLeavesNothing(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		person, other := w.register(planted), w.register("Other")
		from, _ := calendar.Parse("2019")
		w.must(w.people.SaveStay(w.as("reception"), person, journal.Base{}, people.Stay{ID: db.NewID(), Place: "SDN", Detail: planted + "camp", From: from}))
		w.must(w.Record(w.as("reception"), Request{ID: db.NewID(), Person: person, Asked: AskedErasure, By: BySelf, Words: planted + " asks", Received: w.today()}))
		held, err := w.Held(w.as("privacy_officer"), person)
		if err != nil || !slices.ContainsFunc(held, func(k KindCount) bool { return k.Kind == "people.stay" && k.Count == 1 }) {
			t.Fatalf("%+v %v", held, err)
		}
		e := Erasure{ID: db.NewID(), Person: person, Reason: ReasonRequest, Kinds: []string{AllKinds}}
		if err := w.AskErasure(w.as("nurse"), e); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a nurse asked: %v", err)
		}
		w.must(w.AskErasure(w.as("privacy_officer"), e))
		if _, err := w.ApproveErasure(w.as("privacy_officer"), e.ID, nil); fault.KeyOf(err) != "stewardship.error.second" {
			t.Errorf("the first officer approved it too: %v", err)
		}
		if _, err := w.ApproveErasure(w.as("physician"), e.ID, nil); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a physician approved: %v", err)
		}
		// Written between the two words: it goes as well.
		w.must(w.people.SaveStay(w.as("reception"), person, journal.Base{}, people.Stay{ID: db.NewID(), Place: "EGY", Detail: planted + "later", From: from}))
		w.must(w.Access.Opened(w.as("nurse"), person, "people.person"))
		if w.DB.Engine() == db.SQLite && !w.onDisk(planted) {
			t.Fatal("the planted words were never there: this test could not fail")
		}
		done, err := w.ApproveErasure(w.as("medical_officer"), e.ID, nil)
		if err != nil || done.Counts["people.stay"] != 2 || done.Counts["people.person"] != 1 || done.Counts[kindRequest] != 1 {
			t.Fatalf("%+v %v", done, err)
		}
		if _, err := w.ApproveErasure(w.as("medical_officer"), e.ID, nil); !fault.Is(err, fault.Conflict) {
			t.Errorf("erased twice: %v", err)
		}
		if _, err := w.people.Open(w.as("physician"), person); !fault.Is(err, fault.NotFound) {
			t.Errorf("the person is still there: %v", err)
		}
		if _, err := w.people.Open(w.as("physician"), other); err != nil {
			t.Errorf("somebody else is gone: %v", err)
		}
		report, err := w.Journal.Verify(t.Context())
		if err != nil {
			t.Errorf("the chain does not verify: %+v %v", report, err)
		}
		if n, err := w.Access.VerifyReads(t.Context()); err != nil || n == 0 {
			t.Errorf("the audit: %d %v", n, err)
		}
		w.must(rebuild(t.Context(), w))
		if w.onDisk(planted) {
			t.Error("the erased words stand in a file")
		}
		// The receipt outlives it all.
		if got, err := w.OpenErasure(w.as("privacy_officer"), e.ID); err != nil || got.State != ErasureDone || got.Total() < 4 {
			t.Errorf("%+v %v", got, err)
		}
	})
}

func rebuild(ctx context.Context, w *world) error {
	_, err := w.Journal.Rebuild(ctx, nil)
	return err
}

func TestOnlySomeKindsAreErased(t *testing.T) {
	w := newWorld(t, "")
	person := w.register("Tesfaye")
	from, _ := calendar.Parse("2019")
	w.must(w.people.SaveStay(w.as("reception"), person, journal.Base{}, people.Stay{ID: db.NewID(), Place: "SDN", Detail: planted, From: from}))
	e := Erasure{ID: db.NewID(), Person: person, Reason: ReasonMistake, Kinds: []string{"people.stay"}}
	w.must(w.AskErasure(w.as("medical_officer"), e))
	w.must(w.RefuseErasure(w.as("privacy_officer"), e.ID))
	if _, err := w.ApproveErasure(w.as("medical_officer_2"), e.ID, nil); !fault.Is(err, fault.Conflict) {
		t.Errorf("approved after it was refused: %v", err)
	}
	e.ID = db.NewID()
	w.must(w.AskErasure(w.as("medical_officer"), e))
	done, err := w.ApproveErasure(w.as("medical_officer_2"), e.ID, nil)
	if err != nil || done.Total() != 1 {
		t.Fatalf("%+v %v", done, err)
	}
	if _, err := w.people.Open(w.as("physician"), person); err != nil {
		t.Errorf("the person went with a stay: %v", err)
	}
	if w.onDisk(planted) {
		t.Error("the erased stay stands in a file")
	}
	bad := Erasure{ID: db.NewID(), Person: person, Reason: "because", Kinds: nil}
	if err := w.AskErasure(w.as("medical_officer"), bad); err == nil {
		t.Error("without a reason and without anything to erase")
	}
}

func TestTheCopyHoldsEverythingAndGoesToThePerson(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		person, other := w.register("Tesfaye"), w.register("Somebodyelse")
		from, _ := calendar.Parse("2019-06")
		w.must(w.people.SaveStay(w.as("reception"), person, journal.Base{}, people.Stay{ID: db.NewID(), Place: "SDN", Detail: "Kassala", From: from}))
		w.must(w.people.SaveProtection(w.as("physician"), person, journal.Base{}, people.Protection{LegalStatus: people.StatusRefugee, Feared: []string{"ERI"}}))
		w.must(w.Record(w.as("reception"), Request{ID: db.NewID(), Person: person, Asked: AskedCopy, By: BySelf, Words: "my copy please", Received: w.today()}))
		for _, login := range []string{"nurse", "reception", "privacy_officer", "administrator", "counsellor"} {
			if _, err := w.Copy(w.as(login), person, "en"); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s printed a copy: %v", login, err)
			}
		}
		sections, err := w.Copy(w.as("physician"), person, "fr")
		w.must(err)
		text := fmt.Sprintf("%v", sections)
		w.want("the copy", text, "Tesfaye", "Kassala", "Soudan", "Érythrée", "my copy please", "stewardship.value.refugee")
		if strings.Contains(text, "Somebodyelse") || strings.Contains(text, other.String()) {
			t.Error("somebody else is in the copy")
		}
		lines, err := w.Looked(w.as("privacy_officer"), person)
		if err != nil {
			t.Fatal(err)
		}
		var said []string
		for _, l := range lines {
			said = append(said, string(l.Act)+" "+l.Name+" "+l.What+" "+l.Recipient)
		}
		w.want("who looked", strings.Join(said, "\n"), "released Dr Samira Haddad stewardship.copy applicant", "released Miriam Cohen stewardship.looked applicant")
		if _, err := w.Looked(w.as("reception"), person); !fault.Is(err, fault.Forbidden) {
			t.Errorf("reception printed who looked: %v", err)
		}
	})
}

// Whatever kind a document has, it is found by its header.
func TestNoKindIsForgotten(t *testing.T) {
	w := newWorld(t, "")
	person := w.register("Tesfaye")
	w.must(w.DB.Write(t.Context(), func(tx *db.Tx) error {
		return w.Journal.Append(tx, journal.Author{User: db.NewID()}, journal.Change{Kind: "future.kind", Doc: db.NewID(), Subject: person, Site: "KLA",
			Sensitivity: journal.Clinical, Fields: map[string]any{"finding": planted}})
	}))
	sections, err := w.Copy(w.as("physician"), person, "en")
	w.must(err)
	w.want("a kind that no program here knows", fmt.Sprintf("%v", sections), "future.kind", planted)
	e := Erasure{ID: db.NewID(), Person: person, Reason: ReasonRetention, Kinds: []string{AllKinds}}
	w.must(w.AskErasure(w.as("privacy_officer"), e))
	done, err := w.ApproveErasure(w.as("medical_officer"), e.ID, nil)
	if err != nil || done.Counts["future.kind"] != 1 || w.onDisk(planted) {
		t.Errorf("%+v %v", done, err)
	}
}

func TestReviewItemsAreSeenByWhoMayAndSettled(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		person := w.register("Tesfaye")
		var base journal.Base
		w.must(w.DB.Read(t.Context(), func(tx *db.Tx) error {
			d, err := w.Journal.Load(tx, person)
			if err == nil {
				base = d.Version
			}
			return err
		}))
		for _, year := range []string{"1988", "1992"} {
			w.must(w.DB.Write(t.Context(), func(tx *db.Tx) error {
				return w.Journal.Append(tx, w.users["nurse"].Author(), journal.Change{Kind: "people.person", Doc: person, Base: base, Fields: map[string]any{"birth": year}})
			}))
		}
		for _, login := range []string{"radiographer", "privacy_officer", "administrator", "epidemiologist"} {
			if list, err := w.Items(w.as(login)); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s: %v %v", login, list, err)
			}
		}
		list, err := w.Items(w.as("reception"))
		if err != nil || len(list) != 1 || list[0].Doc != person || list[0].Topic != "birth" {
			t.Fatalf("%+v %v", list, err)
		}
		v, err := w.OpenItem(w.as("reception"), person, "birth")
		if err != nil || len(v.Values) != 2 || v.Values[0].By != "Almaz Bekele" {
			t.Fatalf("%+v %v", v, err)
		}
		if err := w.Resolve(w.as("reception"), person, "birth", "no such version"); fault.FieldOf(err) != "keep" {
			t.Errorf("%v", err)
		}
		keep := v.Values[0]
		w.must(w.Resolve(w.as("reception"), person, "birth", keep.Version))
		if list, err = w.Items(w.as("reception")); err != nil || len(list) != 0 {
			t.Errorf("still open: %+v %v", list, err)
		}
		rec, err := w.people.Open(w.as("reception"), person)
		if err != nil || `"`+rec.Person.Birth.String()+`"` != string(keep.Fields["birth"]) {
			t.Errorf("kept %s, shown %s, %v", keep.Fields["birth"], rec.Person.Birth, err)
		}
		if err := w.Resolve(w.as("reception"), person, "birth", keep.Version); !fault.Is(err, fault.Conflict) {
			t.Errorf("settled twice: %v", err)
		}
	})
}
