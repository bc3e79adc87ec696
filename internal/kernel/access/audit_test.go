package access

import (
	"sync"
	"testing"
	"time"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

func TestTheAuditSaysWhoLookedAtWhomAndWhy(t *testing.T) {
	engines(t, func(t *testing.T, w *world) {
		amal, omar, po := w.add(t, "amal", Nurse), w.add(t, "omar", Reception), w.add(t, "miriam", PrivacyOfficer)
		selam, other := db.NewID(), db.NewID()
		step := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
			w.clock.move(time.Minute)
		}
		step(w.Opened(as(t.Context(), amal), selam, "people.person"))
		step(w.Searched(as(t.Context(), omar), "people.search", []db.ID{other, selam}))
		step(w.Searched(as(t.Context(), omar), "people.search", nil))
		step(w.Opened(For(as(t.Context(), amal), "care"), other, "care.orders"))
		if err := w.Opened(t.Context(), selam, "x"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a reader without a name: %v", err)
		}
		reads := func(f ReadFilter) []Read {
			t.Helper()
			list, err := w.Reads(as(t.Context(), po), f)
			if err != nil {
				t.Fatal(err)
			}
			return list
		}
		about := reads(ReadFilter{Subject: selam})
		if len(about) != 2 || about[0].Act != ActSearched || about[0].User != omar.ID || len(about[0].Shown) != 2 ||
			about[1].Act != ActOpened || about[1].User != amal.ID || about[1].Purpose != "assessment" || about[1].What != "people.person" {
			t.Errorf("about the person: %+v", about)
		}
		if l := reads(ReadFilter{User: amal.ID}); len(l) != 2 || l[0].Purpose != "care" {
			t.Errorf("by a user: %+v", l)
		}
		if l := reads(ReadFilter{From: w.clock.now().Add(-2 * time.Minute)}); len(l) != 2 {
			t.Errorf("of the last two minutes: %+v", l)
		}
		first := reads(ReadFilter{Limit: 3})
		k := first[2].Key()
		if rest := reads(ReadFilter{Before: &k}); len(first) != 3 || len(rest) != 1 || rest[0].What != "people.person" {
			t.Errorf("the next page: %+v", rest)
		}
		if _, err := w.Reads(as(t.Context(), amal), ReadFilter{}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a nurse read the audit: %v", err)
		}
		if n, err := w.VerifyReads(t.Context()); err != nil || n != 4 {
			t.Errorf("%d lines hold together, %v", n, err)
		}
	})
}

func TestAChangedAuditShows(t *testing.T) {
	for why, sql := range map[string]string{
		"a line was changed":         "UPDATE access_read SET purpose = 'care' WHERE seq = 2",
		"a line was taken out":       "DELETE FROM access_read WHERE seq = 2",
		"another reader":             "UPDATE access_read SET usr = subject WHERE seq = 1",
		"whom a search showed":       "UPDATE access_read SET shown = x'00' WHERE act = 'searched'",
		"the last line is gone":      "UPDATE access_read_head SET seq = 2",
		"the head was changed":       "UPDATE access_read_head SET hash = x'00'",
		"the newest line is cut off": "DELETE FROM access_read WHERE seq = 3",
		"every line is cut off":      "DELETE FROM access_read",
		"the head is gone":           "DELETE FROM access_read_head",
	} {
		w := newWorld(t, db.Options{})
		amal := w.add(t, "amal", Nurse)
		ctx := as(t.Context(), amal)
		for range 2 {
			if err := w.Opened(ctx, db.NewID(), "people.person"); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Searched(ctx, "people.search", []db.ID{db.NewID()}); err != nil {
			t.Fatal(err)
		}
		if err := w.db.Write(t.Context(), func(tx *db.Tx) error { _, err := tx.Exec(sql); return err }); err != nil {
			t.Fatal(err)
		}
		if _, err := w.VerifyReads(t.Context()); fault.KeyOf(err) != "door.audit.broken" {
			t.Errorf("%s: %v", why, err)
		}
	}
}

func TestManyReadersAtOnceKeepTheChains(t *testing.T) {
	engines(t, func(t *testing.T, w *world) {
		var users []User
		for _, l := range []string{"u1", "u2", "u3", "u4"} {
			users = append(users, w.add(t, l, Nurse))
		}
		var wg sync.WaitGroup
		for _, u := range users {
			for range 3 {
				wg.Go(func() {
					for range 5 {
						if err := w.Opened(as(t.Context(), u), db.NewID(), "x"); err != nil {
							t.Error(err)
						}
					}
				})
			}
		}
		wg.Wait()
		if n, err := w.VerifyReads(t.Context()); err != nil || n != 60 {
			t.Errorf("%d lines, %v", n, err)
		}
	})
}

func TestBrokenGlassIsToldReviewedAndShut(t *testing.T) {
	engines(t, func(t *testing.T, w *world) {
		amal, po, rec := w.add(t, "amal", Nurse), w.add(t, "miriam", PrivacyOfficer), w.add(t, "rosa", Reception)
		person := db.NewID()
		far := Resource{Site: "LOS", Subject: person, Sensitivity: journal.Sensitive}
		if err := w.BreakGlass(as(t.Context(), amal), person, " because "); fault.FieldOf(err) != "reason" {
			t.Errorf("without a reason: %v", err)
		}
		if err := w.BreakGlass(as(t.Context(), rec), person, "unconscious, allergy?"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("reception broke the glass: %v", err)
		}
		who := amal.actor()
		if w.May(With(t.Context(), who), ClinicalRead, far) {
			t.Fatal("open before the glass is broken")
		}
		if err := w.BreakGlass(as(t.Context(), amal), person, "unconscious, allergy?"); err != nil {
			t.Fatal(err)
		}
		look := func() bool {
			t.Helper()
			var err error
			if who.Glass, err = w.brokenGlass(t.Context(), amal.ID); err != nil {
				t.Fatal(err)
			}
			return w.May(With(t.Context(), who), ClinicalRead, far)
		}
		if !look() {
			t.Error("shut though the glass is broken")
		}
		if w.May(With(t.Context(), who), ClinicalWrite, far) || w.May(With(t.Context(), who), ResultRead, Resource{Site: "LOS", Subject: db.NewID(), Sensitivity: journal.Clinical}) {
			t.Error("broken glass opened more than looking at one person")
		}
		if n, err := w.GlassesWaiting(as(t.Context(), po)); err != nil || n != 1 {
			t.Errorf("%d alerts, %v", n, err)
		}
		list, err := w.Glasses(as(t.Context(), po), 10)
		if err != nil || len(list) != 1 || list[0].Reason != "unconscious, allergy?" || list[0].User != amal.ID || list[0].Due().Sub(list[0].Opened) != ReviewWithin {
			t.Fatalf("%+v %v", list, err)
		}
		if err := w.ReviewGlass(as(t.Context(), amal), list[0].ID, Justified, ""); !fault.Is(err, fault.Forbidden) {
			t.Errorf("reviewed by somebody else: %v", err)
		}
		if err := w.ReviewGlass(as(t.Context(), po), list[0].ID, Misused, ""); fault.FieldOf(err) != "note" {
			t.Errorf("misused without saying why: %v", err)
		}
		if err := w.ReviewGlass(as(t.Context(), po), list[0].ID, Misused, "no emergency at that time"); err != nil {
			t.Fatal(err)
		}
		if look() {
			t.Error("misused, and still open")
		}
		if n, err := w.GlassesWaiting(as(t.Context(), po)); err != nil || n != 0 {
			t.Errorf("%d alerts, %v", n, err)
		}
		if err := w.BreakGlass(as(t.Context(), amal), person, "again unconscious"); err != nil {
			t.Fatal(err)
		}
		if w.clock.move(61 * time.Minute); look() {
			t.Error("still open after an hour")
		}
		lines, err := w.Reads(as(t.Context(), po), ReadFilter{Subject: person, Act: ActGlass})
		if err != nil || len(lines) != 2 {
			t.Errorf("the audit has %d lines of it, %v", len(lines), err)
		}
	})
}
