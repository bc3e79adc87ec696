package drill

import (
	"context"
	"errors"
	"path"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

const signals = "/surveillance/signals/"

// stage is a step of the signal.
type stage struct {
	act surveillance.Act
	Stage
}

// signal is triage, verification and assessment at the desk in the east, and what
// follows from them.
func (p *Play) signal() {
	sc := p.Scenario
	p.stages([]stage{{surveillance.ActTriage, sc.Triage}, {surveillance.ActVerify, sc.Verify}, {surveillance.ActAssess, sc.Assess}})
}

func (p *Play) stages(list []stage) {
	if len(list) == 0 {
		p.response()
		return
	}
	st := list[0]
	p.step(st.Stage, string(st.act), func(ctx context.Context, taken bool) error {
		if p.marks.Signal.IsZero() {
			if err := p.findSignal(ctx); err != nil {
				return err
			}
		}
		if err := p.act(ctx, st.act, taken, st.Says); err != nil {
			return err
		}
		p.stages(list[1:])
		return nil
	})
}

func (p *Play) findSignal(ctx context.Context) error {
	t, err := p.at(ctx, p.East, access.Epidemiologist)
	if err == nil {
		err = t.Get(ctx, "/surveillance")
	}
	if err != nil {
		return err
	}
	links := t.Links(signals)
	if len(links) == 0 {
		return errors.New("the desk has no signal: nothing was detected")
	}
	p.marks.Signal, err = db.ParseID(path.Base(links[0]))
	return err
}

// act does something to the signal; taken says whether somebody takes the step first.
func (p *Play) act(ctx context.Context, act surveillance.Act, taken bool, says map[string][]string) error {
	t, err := p.at(ctx, p.East, access.Epidemiologist)
	if err != nil {
		return err
	}
	at := signals + p.marks.Signal.String()
	if taken {
		if err := p.fill(ctx, t, at, "/take", nil); err != nil {
			return err
		}
	}
	if err := p.fill(ctx, t, at+"/"+string(act), "/"+string(act), says); err != nil {
		return err
	}
	p.say("%s %s", act, strings.Join(says["action"], ""))
	return nil
}

// response begins it: the level above is told, the first action is done, and then the
// others, a case is recorded, and its contacts are listed.
func (p *Play) response() {
	p.step(p.Scenario.Notify, "the level above", func(ctx context.Context, _ bool) error {
		return p.act(ctx, surveillance.ActNotify, false, p.today("on", p.Scenario.Notify.Says))
	})
	p.step(p.Scenario.Respond, "response", func(ctx context.Context, taken bool) error {
		for i, r := range p.Scenario.Response {
			if i == 0 {
				if err := p.respond(ctx, r, taken); err != nil {
					return err
				}
				continue
			}
			p.in(r.After.draw(p.rand), r.Action, func(ctx context.Context) error { return p.respond(ctx, r, false) })
		}
		return nil
	})
	p.step(p.Scenario.Case, "case", func(ctx context.Context, _ bool) error { return p.record(ctx) })
}

func (p *Play) respond(ctx context.Context, r Response, taken bool) error {
	says := map[string][]string{"action": {r.Action}}
	if r.Needless != "" {
		says["needless"], says["why"] = []string{"yes"}, []string{r.Needless}
	} else {
		says = p.today("on", says)
	}
	return p.act(ctx, surveillance.ActRespond, taken, says)
}

// record makes a case of the signal.
func (p *Play) record(ctx context.Context) error {
	t, err := p.at(ctx, p.East, access.Epidemiologist)
	if err != nil {
		return err
	}
	var says map[string][]string
	if c := p.Scenario.Clinic; c != nil {
		says = c.Case
	}
	if err := p.fill(ctx, t, "/linelist/new?signal="+p.marks.Signal.String(), "/linelist/new", says); err != nil {
		return err
	}
	p.marks.Case = p.Clock.Now()
	p.say("a case was recorded")
	p.step(p.Scenario.Notice, "notice", func(ctx context.Context, _ bool) error { return p.notice(ctx) })
	p.step(p.Scenario.Contacts, "contacts", func(ctx context.Context, _ bool) error { return p.contacts(ctx) })
	return nil
}

const cases = "/linelist/"

// theCase is where the case in the east stands.
func (p *Play) theCase(ctx context.Context, t *Tab) (string, error) {
	if err := t.Get(ctx, "/linelist"); err != nil {
		return "", err
	}
	for _, l := range t.Links(cases) {
		if _, err := db.ParseID(strings.TrimPrefix(l, cases)); err == nil {
			return l, nil
		}
	}
	return "", errors.New("the line list is empty")
}

const contacts = "/contacts/"

// contacts lists whoever came with the case.
func (p *Play) contacts(ctx context.Context) error {
	t, err := p.at(ctx, p.East, access.Epidemiologist)
	if err != nil {
		return err
	}
	at, err := p.theCase(ctx, t)
	if err == nil && p.Scenario.Clinic == nil {
		err = p.fill(ctx, t, at+"/circle", "/circle", nil)
	} else if err == nil {
		err = p.recalled(ctx, t, at)
	}
	if err == nil {
		err = t.Get(ctx, at)
	}
	if err != nil {
		return err
	}
	p.marks.Listed = p.Clock.Now()
	for _, l := range unique(t.Links(contacts)) {
		id, err := db.ParseID(path.Base(l))
		if err != nil {
			return err
		}
		p.marks.Contacts = append(p.marks.Contacts, id)
	}
	p.say("%d of %d contacts are listed", len(p.marks.Contacts), p.marks.Aboard)
	p.in(p.Scenario.FollowUp.After.draw(p.rand), "follow-up", func(ctx context.Context) error { return p.followUp(ctx, p.Scenario.FollowUp.Days) })
	p.in(p.Scenario.Travels.Leaves.draw(p.rand), "departure", p.leaves)
	return nil
}

// recalled lists those whom the case remembers.
func (p *Play) recalled(ctx context.Context, t *Tab, at string) error {
	for _, name := range p.Scenario.Companions {
		if p.rand.Float64() >= p.Scenario.Clinic.Recall {
			continue
		}
		says := dated(map[string][]string{"name": {name}}, "last", calendar.DayOfTime(p.marks.Arrived))
		if err := p.fill(ctx, t, at+"/contact", "/contact", says); err != nil {
			return err
		}
	}
	return nil
}

// followUp visits on one day those whom the worklist in the east names, and comes again
// on the next for at most so many days.
func (p *Play) followUp(ctx context.Context, days int) error {
	t, err := p.at(ctx, p.East, access.Nurse)
	if err == nil {
		err = t.Get(ctx, "/contacts")
	}
	if err != nil {
		return err
	}
	due := unique(t.Links(contacts))
	seen := 0
	for _, at := range due {
		gone := !p.marks.Left.IsZero() && path.Base(at) == p.marks.Traveller.String()
		found, err := p.visit(ctx, t, at, p.Scenario.FollowUp, gone)
		if err != nil {
			return err
		}
		if found {
			seen++
		}
	}
	if len(due) > 0 {
		p.say("%d of %d contacts were seen", seen, len(due))
	}
	if days > 1 {
		p.in(day, "follow-up", func(ctx context.Context) error { return p.followUp(ctx, days-1) })
	}
	return nil
}

// visit is one visit; found says whether they were there.
func (p *Play) visit(ctx context.Context, t *Tab, at string, v Visits, gone bool) (found bool, err error) {
	says := v.Says
	if found = p.rand.Float64() < v.Seen && !gone; !found {
		says = v.Missed
	}
	return found, p.fill(ctx, t, at, "/visit", says)
}
