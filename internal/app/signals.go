package app

import (
	"context"
	"fmt"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/care/order"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// labSignal raises a signal when a result says a notifiable disease. An order raises
// one, however many of its specimens are positive.
func (n *Node) labSignal(ctx context.Context, tx *db.Tx, r order.Result) error {
	if r.InError || r.Refused {
		return nil
	}
	for code, seen := range r.Facts {
		text, ok := seen.Value.Str()
		if !ok {
			continue
		}
		disease := n.Signals.Lists().DiseaseOf(code, text)
		if disease == "" {
			continue
		}
		about := r.Order
		if about.IsZero() {
			about = r.ID
		}
		_, err := n.Signals.Raise(ctx, tx, surveillance.Raised{Source: surveillance.Laboratory, Disease: disease, Site: r.Site, Programme: r.Programme, Cases: surveillance.Of(1),
			Person: r.Subject, Sensitivity: r.Sens, About: about})
		if err != nil {
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
		reporter, err := n.as(ctx, s.login, "public_health")
		if err != nil {
			return err
		}
		id, err := n.Signals.Report(reporter, s.Raised)
		if err != nil {
			return fmt.Errorf("demo signal %d: %w", i, err)
		}
		officer, err := n.as(ctx, string(access.Epidemiologist), "public_health")
		if err != nil {
			return err
		}
		for _, st := range s.steps {
			if err := n.Signals.Do(officer, id, st); err != nil {
				return fmt.Errorf("demo signal %d, %s: %w", i, st.Act, err)
			}
		}
	}
	return nil
}
