package drill

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// day is how long it is from one visit of a contact to the next.
const day = 24 * time.Hour

// signer is the second officer of an agreement.
const signer = "medical_officer_2"

// agree has the officers of both sides write down and sign what each may tell the other.
func (p *Play) agree(ctx context.Context) error {
	number := ""
	for _, side := range []struct {
		base      string
		own, peer Side
	}{{p.East, p.Scenario.East, p.Scenario.West}, {p.West, p.Scenario.West, p.Scenario.East}} {
		t, err := p.at(ctx, side.base, access.PrivacyOfficer)
		if err == nil {
			err = t.Get(ctx, "/agreements/new")
		}
		if err != nil {
			return err
		}
		f, err := t.Form("/agreements/new")
		if err != nil {
			return err
		}
		says := dated(p.Scenario.Agreement.Says, "expires", calendar.DayOfTime(p.Clock.Now())+calendar.Day(p.Scenario.Agreement.Days))
		says["pin"], says["number"], says["country"], says["inbox"] = f.choices["pin"], []string{number}, []string{side.peer.Site.Country}, []string{side.own.Site.Code}
		if err := f.Send(ctx, says); err != nil {
			return err
		}
		at := t.path
		number = path.Base(at)
		if t, err = p.log(ctx, desk{side.base, signer}); err == nil {
			err = p.fill(ctx, t, at, "/sign", nil)
		}
		if err != nil {
			return err
		}
	}
	p.say("both sides have signed what they tell each other")
	return nil
}

// notice tells the west of the case.
func (p *Play) notice(ctx context.Context) error {
	t, err := p.at(ctx, p.East, access.Epidemiologist)
	if err != nil {
		return err
	}
	at, err := p.theCase(ctx, t)
	if err != nil {
		return err
	}
	sent, err := p.tell(ctx, t, at, p.Scenario.NoticeSays)
	if err != nil {
		return err
	}
	p.say("a notice of the case is under way")
	return p.received(ctx, sent, func(ctx context.Context, _ string) error {
		p.say("the other side has accepted the case")
		return p.carry(ctx, p.West, p.East, func(context.Context) error { return nil })
	})
}

// leaves is a contact who travels on; the desk in the east hands them over.
func (p *Play) leaves(ctx context.Context) error {
	t, err := p.at(ctx, p.East, access.Epidemiologist)
	if err == nil {
		err = t.Get(ctx, "/contacts")
	}
	if err != nil {
		return err
	}
	p.marks.Left = p.Clock.Now()
	i := slices.IndexFunc(t.Anchors(contacts), func(a Anchor) bool { return a.Text == p.Scenario.Companions[0] })
	if i < 0 { // nobody knows of them, or nobody is to be followed any more
		p.say("somebody who came along travels on, and nobody is looking for them")
		return nil
	}
	at := t.Anchors(contacts)[i].Href
	if p.marks.Traveller, err = db.ParseID(path.Base(at)); err != nil {
		return err
	}
	p.say("a contact travels on")
	p.step(p.Scenario.Travels.Stage, "hand-over", func(ctx context.Context, _ bool) error { return p.handOver(ctx, t, at) })
	return nil
}

// handOver hands a contact over, and follows what comes of it.
func (p *Play) handOver(ctx context.Context, t *Tab, at string) error {
	sent, err := p.tell(ctx, t, at, p.today("arrives", p.Scenario.Travels.Says))
	if err != nil {
		return err
	}
	p.say("the contact is handed over")
	return p.received(ctx, sent, func(ctx context.Context, came string) error {
		p.say("the other side has accepted the contact")
		w, err := p.at(ctx, p.West, access.Epidemiologist)
		if err != nil {
			return err
		}
		there := w.Links(contacts)
		if len(there) == 0 {
			return errors.New("what was accepted is in no list there")
		}
		p.in(p.Scenario.Abroad.After.draw(p.rand), "follow-up there", func(ctx context.Context) error {
			return p.abroad(ctx, away{came, there[0], sent}, p.Scenario.Abroad.Days)
		})
		return p.carry(ctx, p.West, p.East, func(ctx context.Context) error {
			p.marks.Known = p.Clock.Now()
			p.say("it is known that the contact is followed there")
			return t.Get(ctx, sent)
		})
	})
}

// tell sends a notice of what stands at a page and answers where its line is.
func (p *Play) tell(ctx context.Context, t *Tab, at string, says map[string][]string) (sent string, err error) {
	if err := t.Get(ctx, at+"/across"); err != nil {
		return "", err
	}
	offers := t.Links("/across/new/")
	if len(offers) == 0 {
		return "", fmt.Errorf("no agreement covers %s: %s", at, t.Reads())
	}
	if err := p.fill(ctx, t, offers[0], offers[0], says); err != nil {
		return "", err
	}
	return t.path, nil
}

// received brings a notice to the west, where somebody opens it and then accepts it.
func (p *Play) received(ctx context.Context, sent string, then func(ctx context.Context, came string) error) error {
	t, err := p.at(ctx, p.East, access.Epidemiologist)
	if err == nil {
		err = t.Get(ctx, "/across")
	}
	if err != nil {
		return err
	}
	own := t.Anchors(sent)
	if len(own) == 0 {
		return errors.New("what was sent is in no list here")
	}
	number := own[0].Text
	return p.carry(ctx, p.East, p.West, func(context.Context) error {
		p.in(p.Scenario.Open.draw(p.rand), "opening", func(ctx context.Context) error {
			w, err := p.at(ctx, p.West, access.Epidemiologist)
			if err == nil {
				err = w.Get(ctx, "/across")
			}
			if err != nil {
				return err
			}
			for _, a := range w.Anchors("/across/came/") {
				if a.Text == number {
					return p.opened(ctx, w, a.Href, then)
				}
			}
			return fmt.Errorf("%s did not come", number)
		})
		return nil
	})
}

// opened is a notice that somebody reads, and accepts later.
func (p *Play) opened(ctx context.Context, w *Tab, came string, then func(ctx context.Context, came string) error) error {
	if err := w.Get(ctx, came); err != nil {
		return err
	}
	p.in(p.Scenario.Accept.draw(p.rand), "acceptance", func(ctx context.Context) error {
		if err := p.fill(ctx, w, came, "/accept", nil); err != nil {
			return err
		}
		return then(ctx, came)
	})
	return nil
}

// carry takes a sealed file from one hub to the other: it is made at once, and put in
// when whoever has it is there. No link is needed, nor any address but the two.
func (p *Play) carry(ctx context.Context, from, to string, then func(context.Context) error) error {
	t, err := p.at(ctx, from, access.Epidemiologist)
	if err == nil {
		err = t.Get(ctx, "/across/files")
	}
	if err != nil {
		return err
	}
	f, err := t.Form("/across/export")
	if err != nil {
		return err
	}
	file, err := f.Download(ctx, map[string][]string{"agreement": f.choices["agreement"]})
	if err != nil {
		return err
	}
	p.in(p.Scenario.Carry.draw(p.rand), "file", func(ctx context.Context) error {
		t, err := p.at(ctx, to, access.Epidemiologist)
		if err == nil {
			err = t.Get(ctx, "/across/files")
		}
		if err != nil {
			return err
		}
		f, err := t.Form("/across/files")
		if err != nil {
			return err
		}
		if err := f.Upload(ctx, "file", file); err != nil {
			return err
		}
		return then(ctx)
	})
	return nil
}

// away is where somebody who travelled on stands: what came and the contact in the west,
// and the line of what was sent in the east.
type away struct{ came, at, sent string }

// abroad visits in the west, day by day, who travelled on; once their follow-up is over
// the desk there tells what became of them. Whoever was not there on the last day is
// called on again: the worklist does not ask for it, and nobody would ever hear the end.
func (p *Play) abroad(ctx context.Context, a away, days int) error {
	w, err := p.at(ctx, p.West, access.Epidemiologist)
	if err == nil {
		err = w.Get(ctx, a.came)
	}
	if err != nil {
		return err
	}
	if f, err := w.Form("/outcome"); err == nil && w.Callout(f.labels["outcome"]) != "" {
		p.marks.Over = p.Clock.Now()
		p.step(p.Scenario.Outcome, "outcome", func(ctx context.Context, _ bool) error { return p.outcome(ctx, w, a) })
		return nil
	}
	t, err := p.at(ctx, p.West, access.Nurse)
	if err == nil {
		_, err = p.visit(ctx, t, a.at, p.Scenario.Abroad, false)
	}
	if err == nil && days > 1 {
		p.in(day, "follow-up there", func(ctx context.Context) error { return p.abroad(ctx, a, days-1) })
	}
	return err
}

// outcome tells the east what became of the contact, as the list there says it.
func (p *Play) outcome(ctx context.Context, w *Tab, a away) error {
	if err := w.Get(ctx, a.came); err != nil {
		return err
	}
	f, err := w.Form("/outcome")
	if err != nil {
		return err
	}
	if err := f.Send(ctx, map[string][]string{"outcome": {w.Callout(f.labels["outcome"])}}); err != nil {
		return err
	}
	return p.carry(ctx, p.West, p.East, func(ctx context.Context) error {
		t, err := p.at(ctx, p.East, access.Epidemiologist)
		if err != nil {
			return err
		}
		p.marks.Told = p.Clock.Now()
		p.say("what became of the contact is known here")
		return t.Get(ctx, a.sent)
	})
}
