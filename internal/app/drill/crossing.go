package drill

import (
	"context"
	"slices"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/access"
)

// screening passes the travellers through the point in the east. Who has a fever is
// looked at closely; one of them is ill.
func (p *Play) screening(ctx context.Context) error {
	sc := p.Scenario
	t, err := p.at(ctx, p.East, access.Screener)
	if err != nil {
		return err
	}
	if err := p.fill(ctx, t, "/border", "/border/shift", map[string][]string{"point": {sc.East.Point.Code}}); err != nil {
		return err
	}
	order := p.rand.Perm(sc.Travellers)
	ill, warm := order[0], order[1:min(1+sc.Feverish, len(order))]
	for i := range sc.Travellers {
		if err := p.Clock.Move(ctx, sc.Every.draw(p.rand)); err != nil {
			return err
		}
		if err := p.fill(ctx, t, "/border/count", "/border/tap", map[string][]string{"direction": {"in"}, "tap": {"all"}}); err != nil {
			return err
		}
		p.marks.Passed++
		switch {
		case i == ill:
			p.marks.Arrived = p.Clock.Now()
			if sc.Clinic != nil {
				break // nothing is to be seen yet
			}
			if err := p.found(ctx, t); err != nil {
				return err
			}
		case slices.Contains(warm, i):
			p.marks.Looked++
			if err := p.harmless(ctx, t); err != nil {
				return err
			}
		}
	}
	p.say("%d travellers passed, %d were looked at closely", p.marks.Passed, p.marks.Looked)
	if sc.Clinic != nil {
		p.in(sc.Clinic.Onset.draw(p.rand), "clinic", p.clinic)
		return nil
	}
	p.signal()
	return nil
}

// harmless is a traveller with a fever who is not ill of it: they rest, and go on.
func (p *Play) harmless(ctx context.Context, t *Tab) error {
	if err := p.fill(ctx, t, "/border/travellers/new", "/border/travellers/new", asked(p.Scenario.Warm)); err != nil {
		return err
	}
	if again := t.Links(t.path + "/again"); len(again) > 0 {
		if err := p.Clock.Move(ctx, 15*time.Minute); err != nil {
			return err
		}
		return p.fill(ctx, t, again[0], "/again", asked(p.Scenario.Rested))
	}
	return nil
}

// found is the traveller who is ill: looked at, examined, kept apart, and whoever came
// with them listed.
func (p *Play) found(ctx context.Context, t *Tab) error {
	sc := p.Scenario
	p.marks.Looked++
	if err := p.fill(ctx, t, "/border/travellers/new", "/border/travellers/new", asked(sc.Ill)); err != nil {
		return err
	}
	at := t.path
	onset := calendar.DayOfTime(p.Clock.Now().Add(-sc.Onset.draw(p.rand)))
	second := dated(asked(sc.Second), "q-sign_onset", onset)
	if err := p.Clock.Move(ctx, 5*time.Minute); err != nil {
		return err
	}
	if err := p.fill(ctx, t, at+"/second", "/second", second); err != nil {
		return err
	}
	if err := p.fill(ctx, t, at+"/companions", "/companions", sc.Vehicle); err != nil {
		return err
	}
	for _, name := range sc.Companions {
		c := asked(sc.Companion)
		c["q-pl_name"] = []string{name}
		if err := p.fill(ctx, t, at+"/companions", "/companions/list", c); err != nil {
			return err
		}
		p.marks.Aboard++
	}
	p.say("a traveller with signs of %s is kept apart, %d came with them", sc.Disease, len(sc.Companions))
	return nil
}

// clinic is where whoever passed unseen is found: a nurse reports them.
func (p *Play) clinic(ctx context.Context) error {
	c := p.Scenario.Clinic
	says := p.today("start", c.Report)
	p.in(c.After.draw(p.rand), "clinic", func(ctx context.Context) error {
		t, err := p.at(ctx, p.East, access.Nurse)
		if err == nil {
			err = p.fill(ctx, t, "/surveillance/report", "/surveillance/report", says)
		}
		if err != nil {
			return err
		}
		p.marks.Aboard = len(p.Scenario.Companions)
		p.say("a clinic reports what the point let pass")
		p.signal()
		return nil
	})
	return ctx.Err()
}
