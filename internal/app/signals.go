package app

import (
	"context"
	"fmt"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/area/surveillance/linelist"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// lookAtCases classifies the cases anew of which something came from another
// installation, where this one is in charge of their site: what both sides knew
// together may say something else than either said.
func (n *Node) lookAtCases(ctx context.Context, tx *db.Tx, headers []journal.Header) error {
	seen := map[db.ID]bool{}
	for _, h := range headers {
		if !linelist.IsCase(h.Kind) || seen[h.Doc] {
			continue
		}
		seen[h.Doc] = true
		mine, err := n.Sync.InCharge(tx, h.Site)
		if err != nil {
			return err
		}
		if !mine {
			continue
		}
		if err := n.Cases.Look(ctx, tx, h.Doc, "elsewhere"); err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
	}
	return nil
}

// signalCard is what the first page says of signals: to those who work on them how
// many wait, to everybody else where to report one.
func (n *Node) signalCard(ctx context.Context) ([]todayCard, error) {
	if !n.Access.Ever(ctx, access.SignalRaise) {
		return nil, nil
	}
	tell := page.Link{Href: "/surveillance/tell", Text: page.M("app.today.tell")}
	if !n.Access.Ever(ctx, access.SignalRead) {
		return []todayCard{{Title: page.M("app.today.signals"), Text: page.M("app.today.tell_text"), Links: []page.Link{tell, {Href: "/surveillance/mine", Text: page.M("app.today.told")}}}}, nil
	}
	open, overdue, err := n.Signals.Waiting(ctx)
	if err != nil {
		return nil, err
	}
	card := todayCard{Title: page.M("app.nav.surveillance"), Text: page.M("app.today.signals_open", "count", open), Links: []page.Link{{Href: "/surveillance", Text: page.M("app.today.open")}, tell}}
	if overdue > 0 {
		card.Text = page.M("app.today.signals_overdue", "count", open, "overdue", overdue)
	}
	return []todayCard{card}, nil
}

// seedSignals makes the signals of a demo: one at each stage, and one that is late.
func (n *Node) seedSignals(ctx context.Context) error {
	now := n.clock()
	today := calendar.DayOfTime(now)
	hours := func(h int) time.Time { return now.Add(-time.Duration(h) * time.Hour) }
	goOn := surveillance.Step{Act: surveillance.ActTriage, Outcome: surveillance.GoOn, Why: "Fits a sign of the list, not known yet."}
	isTrue := surveillance.Step{Act: surveillance.ActVerify, Outcome: surveillance.GoOn, Why: "The clinic and the community leader say the same."}
	for i, s := range []struct {
		login string
		surveillance.Raised
		steps []surveillance.Step
	}{
		{"volunteer", surveillance.Raised{Source: surveillance.Community, Sign: "awd", Place: "Camp, section B", Country: "KEN", Start: (today - 2).Date(), Detected: hours(3), Cases: surveillance.Of(4)}, nil},
		{"nurse", surveillance.Raised{Source: surveillance.Rumour, Sign: "animals", Place: "Lake shore", Country: "KEN", Detected: hours(30)}, nil},
		{"screener", surveillance.Raised{Source: surveillance.Border, Sign: "bleeding", Disease: "filovirus", Place: "Busia crossing", Country: "UGA", Start: (today - 1).Date(), Detected: hours(9),
			Cases: surveillance.Of(1)}, []surveillance.Step{goOn}},
		{"physician", surveillance.Raised{Source: surveillance.Care, Disease: "measles", Place: "Transit centre", Country: "KEN", Start: (today - 5).Date(), Detected: hours(26), Cases: surveillance.Of(6),
			Deaths: surveillance.Of(0)}, []surveillance.Step{goOn, isTrue}},
		{"epidemiologist", surveillance.Raised{Source: surveillance.Hotline, Disease: "cholera", Place: "Market road", Country: "KEN", Start: (today - 4).Date(), Detected: hours(24), Cases: surveillance.Of(11),
			Deaths: surveillance.Of(1)}, []surveillance.Step{goOn, isTrue,
			{Act: surveillance.ActAssess, Likelihood: 4, Consequence: 3, Why: "Shared water point, two sections of the camp."}, {Act: surveillance.ActNotify, On: today},
			{Act: surveillance.ActRespond, Action: "investigation", On: today}}},
		{"volunteer", surveillance.Raised{Source: surveillance.Community, Sign: "rash", Place: "School", Country: "KEN", Detected: hours(20)}, []surveillance.Step{
			{Act: surveillance.ActTriage, Outcome: surveillance.Discard, Why: "Insect bites, seen by the school nurse."}}},
	} {
		reporter, err := n.As(ctx, s.login, "public_health")
		if err != nil {
			return err
		}
		id, err := n.Signals.Report(reporter, s.Raised)
		if err != nil {
			return fmt.Errorf("demo signal %d: %w", i, err)
		}
		officer, err := n.As(ctx, string(access.Epidemiologist), "public_health")
		if err != nil {
			return err
		}
		for _, st := range s.steps {
			if err := n.Signals.Do(officer, id, st); err != nil {
				return fmt.Errorf("demo signal %d, %s: %w", i, st.Act, err)
			}
		}
	}
	return n.seedCases(ctx, today)
}

// seedCases makes the cases of a demo: a small outbreak whose species is known since
// two days, and a measles case that waits for its result.
func (n *Node) seedCases(ctx context.Context, today calendar.Day) error {
	nurse, err := n.As(ctx, string(access.Nurse), "public_health")
	if err != nil {
		return err
	}
	yes, no := value.Of(true), value.Of(false)
	age := func(years int) calendar.Date {
		d, _ := calendar.BornAtAge(years, 1, today) // an age between 0 and 130 is one
		return d
	}
	lab := func(of, code string, days int) linelist.Result {
		return linelist.Result{Of: of, Value: value.Text(code), Final: true, Collected: (today - calendar.Day(days+1)).Date(), On: (today - calendar.Day(days)).Date(), Lab: "Reference laboratory (synthetic)"}
	}
	var made []db.ID
	for i, s := range []struct {
		linelist.Case
		signs   map[string]value.Value
		results []linelist.Result
	}{
		{linelist.Case{Disease: "filovirus", Number: "DEMO-001", Name: "Trader (synthetic)", Sex: people.Female, Birth: age(41), Country: "UGA", Area: "Border district", Onset: (today - 12).Date(), Reported: (today - 8).Date(),
			Imported: value.Yes, From: "Across the lake", Ending: linelist.Dead, Ended: (today - 4).Date()}, map[string]value.Value{"sign:fever": yes, "sign:onset_sudden": yes, "sign:bleeding_unexplained": yes, "case.death_sudden": no},
			[]linelist.Result{lab("lab:pcr:filovirus", "positive", 5), lab("lab:species:filovirus", "BDBV", 2)}},
		{linelist.Case{Disease: "bdbv", Number: "DEMO-002", Name: "Her brother (synthetic)", Sex: people.Male, Birth: age(36), Country: "KEN", Area: "Camp", Place: "Section B", Onset: (today - 3).Date(), Reported: (today - 2).Date(), Ending: linelist.Alive,
			Isolated: (today - 2).Date()}, map[string]value.Value{"sign:fever": yes, "sign:onset_sudden": yes, "exposure:case": value.Text("confirmed")}, []linelist.Result{lab("lab:pcr:filovirus", "positive", 1)}},
		{linelist.Case{Disease: "bdbv", Number: "DEMO-003", Name: "Nurse (synthetic)", Sex: people.Female, Birth: age(29), Work: value.Yes, Country: "KEN", Area: "Camp", Onset: (today - 1).Date(), Reported: today.Date(), Ending: linelist.Alive},
			map[string]value.Value{"sign:fever": yes, "sign:onset_sudden": yes, "exposure:case": value.Text("probable")}, []linelist.Result{{Of: "lab:pcr:filovirus", Collected: today.Date()}}},
		{linelist.Case{Disease: "measles", Number: "DEMO-004", Sex: people.Female, Birth: age(3), Country: "KEN", Area: "Camp", Onset: (today - 4).Date(), Reported: (today - 1).Date(), Ending: linelist.Alive},
			map[string]value.Value{"sign:fever": yes, "sign:rash_maculopapular": yes}, []linelist.Result{{Of: "lab:igm:measles", Collected: (today - 1).Date()}}},
		{linelist.Case{Disease: "cholera", Number: "DEMO-005", Sex: people.Male, Birth: age(52), Country: "KEN", Area: "Market road", Onset: (today - 1).Date(), Reported: today.Date(), Ending: linelist.Alive},
			map[string]value.Value{"sign:stool_watery": yes, "sign:stool_blood": no}, nil},
	} {
		id, err := n.Cases.Record(nurse, s.Case, false)
		if err == nil {
			err = n.Cases.Answer(nurse, id, journal.Base{}, s.signs)
		}
		for _, r := range s.results {
			if err == nil {
				err = n.Cases.AddResult(nurse, id, r)
			}
		}
		if err != nil {
			return fmt.Errorf("demo case %d: %w", i, err)
		}
		made = append(made, id)
		if i == 0 {
			if err := n.seedContacts(nurse, id, today); err != nil {
				return err
			}
		}
	}
	for _, l := range []linelist.Link{{From: made[0], To: made[1], Sure: linelist.Certain, Type: linelist.Touched, Last: (today - 10).Date()}, {From: made[1], To: made[2], Sure: linelist.Likely, Type: linelist.Near}} {
		if err := n.Cases.LinkSource(nurse, l, false); err != nil {
			return fmt.Errorf("demo chain: %w", err)
		}
	}
	return nil
}

// seedContacts lists contacts of a demo's first case: one who was seen yesterday, one
// whom nobody found, and one who is due for the first time.
func (n *Node) seedContacts(ctx context.Context, source db.ID, today calendar.Day) error {
	for _, s := range []struct {
		name string
		ago  int
		how  linelist.How
	}{{"Porter (synthetic)", 9, linelist.Seen}, {"Neighbour (synthetic)", 7, linelist.NotSeen}, {"Boat crew (synthetic)", 6, ""}} {
		id, err := n.Cases.ListContact(ctx, source, linelist.Contact{Name: s.name, Area: "Border district", Last: (today - calendar.Day(s.ago)).Date()}, linelist.Touched, false)
		if err == nil && s.how != "" {
			err = n.Cases.Visited(ctx, id, linelist.Visit{Day: today - 1, How: s.how})
		}
		if err != nil {
			return fmt.Errorf("demo contact: %w", err)
		}
	}
	return nil
}
