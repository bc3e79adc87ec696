package drill

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// Notice tells the other side of a case, and answers once somebody there has opened it.
// It is what a notice under a sharing agreement takes the place of.
type Notice interface {
	Tell(ctx context.Context, p *Play, linked string) error
	// Clock is the clock that runs from when a case was recorded; "" is none.
	Clock() surveillance.Clocked
}

// Play is a drill under way.
type Play struct {
	Scenario Scenario
	East     string // where each side's pages are
	West     string
	Password string
	Clock    *Clock
	Notice   Notice       // Exchange where it is nil
	Say      func(string) // a line for whoever looks on; nil where nobody does
	rand     *rand.Rand
	pages    int // that were opened
	unmarked int // of them, without the mark of an exercise
}

// Marks is what a play came to beside the records.
type Marks struct {
	Signal                        db.ID
	Arrived, Case, Listed, Notice time.Time
	NoticeClock                   surveillance.Clocked
	Passed, Looked, Contacts      int
	Aboard                        int
	Seen                          int // contacts who were visited
	Pages, Unmarked               int
	Follow                        time.Time
}

func (p *Play) say(format string, args ...any) {
	if p.Say != nil {
		p.Say(fmt.Sprintf(format, args...))
	}
}

// log opens a browser for somebody.
func (p *Play) log(ctx context.Context, base string, role access.Role) (*Tab, error) {
	t, err := open(base)
	if err == nil {
		t.looked = func(marked bool) {
			p.pages++
			if !marked {
				p.unmarked++
			}
		}
		err = t.LogIn(ctx, string(role), p.Password)
	}
	return t, err
}

// wait lets a step take its time; taken says whether somebody says that it is theirs.
func (p *Play) wait(ctx context.Context, st Stage) (taken bool, err error) {
	d := st.After.draw(p.rand)
	taken = p.rand.Float64() < st.Taken
	return taken, p.Clock.Move(ctx, d)
}

// Run plays the scenario from a seed.
func (p *Play) Run(ctx context.Context, seed uint64) (Marks, error) {
	p.rand = rand.New(rand.NewPCG(seed, 0x6f64776974)) //nolint:gosec // a game, which is to be the same again
	if p.Notice == nil {
		p.Notice = Exchange{}
	}
	var m Marks
	for _, step := range []struct {
		name string
		do   func(context.Context, *Marks) error
	}{{"screening", p.screening}, {"clinic", p.clinic}, {"signal", p.signal}, {"response", p.response}, {"case", p.record}, {"contacts", p.contacts}, {"notice", p.notice}, {"follow-up", p.followUp}, {"actions", p.actions}} {
		if err := step.do(ctx, &m); err != nil {
			return m, fmt.Errorf("%s: %w", step.name, err)
		}
	}
	m.Pages, m.Unmarked = p.pages, p.unmarked
	return m, nil
}

// screening passes the travellers through the point in the east. Who has a fever is
// looked at closely; one of them is ill.
func (p *Play) screening(ctx context.Context, m *Marks) error {
	sc := p.Scenario
	t, err := p.log(ctx, p.East, access.Screener)
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
		m.Passed++
		switch {
		case i == ill:
			m.Arrived = p.Clock.Now()
			if sc.Clinic != nil {
				break // nothing is to be seen yet
			}
			if err := p.found(ctx, t, m); err != nil {
				return err
			}
		case contains(warm, i):
			m.Looked++
			if err := p.harmless(ctx, t); err != nil {
				return err
			}
		}
	}
	p.say("%d travellers passed, %d were looked at closely", m.Passed, m.Looked)
	return nil
}

func contains(list []int, i int) bool {
	for _, x := range list {
		if x == i {
			return true
		}
	}
	return false
}

// fill opens a page and sends a form of it.
func (p *Play) fill(ctx context.Context, t *Tab, page, ends string, answers map[string][]string) error {
	if err := t.Get(ctx, page); err != nil {
		return err
	}
	f, err := t.Form(ends)
	if err != nil {
		return err
	}
	for _, b := range []string{"tap"} { // a button with a name
		if v, ok := answers[b]; ok {
			f.values[b] = v
		}
	}
	return f.Send(ctx, answers)
}

// asked are answers by the names of a pack's questions as a form has them.
func asked(answers map[string][]string) map[string][]string {
	out := map[string][]string{}
	for name, v := range answers {
		out["q-"+name] = v
		out[name] = v
	}
	return out
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
func (p *Play) found(ctx context.Context, t *Tab, m *Marks) error {
	sc := p.Scenario
	m.Looked++
	if err := p.fill(ctx, t, "/border/travellers/new", "/border/travellers/new", asked(sc.Ill)); err != nil {
		return err
	}
	at := t.path
	second := asked(sc.Second)
	onset := calendar.DayOfTime(p.Clock.Now().Add(-sc.Onset.draw(p.rand)))
	y, mo, d := onset.YMD()
	for part, n := range map[string]int{"day": d, "month": mo, "year": y} {
		second["q-sign_onset-"+part] = []string{strconv.Itoa(n)}
	}
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
		m.Aboard++
	}
	p.say("a traveller with signs of %s is kept apart, %d came with them", sc.Disease, len(sc.Companions))
	return nil
}

// clinic is where whoever passed unseen is found: a nurse reports them.
func (p *Play) clinic(ctx context.Context, m *Marks) error {
	c := p.Scenario.Clinic
	if c == nil {
		return nil
	}
	if err := p.Clock.Move(ctx, c.Onset.draw(p.rand)); err != nil {
		return err
	}
	says := p.today("start", c.Report)
	if err := p.Clock.Move(ctx, c.After.draw(p.rand)); err != nil {
		return err
	}
	t, err := p.log(ctx, p.East, access.Nurse)
	if err == nil {
		err = p.fill(ctx, t, "/surveillance/report", "/surveillance/report", says)
	}
	m.Aboard = len(p.Scenario.Companions)
	p.say("a clinic reports what the point let pass")
	return err
}

const signals = "/surveillance/signals/"

// signal is triage, verification and assessment at the desk in the east.
func (p *Play) signal(ctx context.Context, m *Marks) error {
	for _, st := range []struct {
		act surveillance.Act
		Stage
	}{{surveillance.ActTriage, p.Scenario.Triage}, {surveillance.ActVerify, p.Scenario.Verify}, {surveillance.ActAssess, p.Scenario.Assess}} {
		taken, err := p.wait(ctx, st.Stage)
		if err != nil {
			return err
		}
		t, err := p.log(ctx, p.East, access.Epidemiologist)
		if err == nil && m.Signal.IsZero() {
			err = p.findSignal(ctx, t, m)
		}
		if err == nil {
			err = p.act(ctx, t, m.Signal, st.act, taken, st.Says)
		}
		if err != nil {
			return err
		}
		p.say("%s", st.act)
	}
	return nil
}

func (p *Play) findSignal(ctx context.Context, t *Tab, m *Marks) error {
	if err := t.Get(ctx, "/surveillance"); err != nil {
		return err
	}
	links := t.Links(signals)
	if len(links) == 0 {
		return errors.New("the desk has no signal: nothing was detected")
	}
	id, err := db.ParseID(path.Base(links[0]))
	m.Signal = id
	return err
}

// act does something to a signal; taken says whether somebody takes the step first.
func (p *Play) act(ctx context.Context, t *Tab, signal db.ID, act surveillance.Act, taken bool, says map[string][]string) error {
	at := signals + signal.String()
	if taken {
		if err := p.fill(ctx, t, at, "/take", nil); err != nil {
			return err
		}
	}
	return p.fill(ctx, t, at+"/"+string(act), "/"+string(act), says)
}

// response begins it: the level above is told, and the first action is done.
func (p *Play) response(ctx context.Context, m *Marks) error {
	if _, err := p.wait(ctx, p.Scenario.Notify); err != nil {
		return err
	}
	t, err := p.log(ctx, p.East, access.Epidemiologist)
	if err == nil {
		err = p.act(ctx, t, m.Signal, surveillance.ActNotify, false, p.today("on", p.Scenario.Notify.Says))
	}
	if err != nil {
		return err
	}
	p.say("the level above was told")
	taken, err := p.wait(ctx, p.Scenario.Respond)
	if err != nil {
		return err
	}
	if t, err = p.log(ctx, p.East, access.Epidemiologist); err != nil {
		return err
	}
	return p.respond(ctx, t, m, p.Scenario.Response[0], taken)
}

// today answers a date with the day of the exercise.
func (p *Play) today(name string, says map[string][]string) map[string][]string {
	out := map[string][]string{}
	for k, v := range says {
		out[k] = v
	}
	y, mo, d := calendar.DayOfTime(p.Clock.Now()).YMD()
	out[name+"-day"], out[name+"-month"], out[name+"-year"] = []string{strconv.Itoa(d)}, []string{strconv.Itoa(mo)}, []string{strconv.Itoa(y)}
	return out
}

func (p *Play) respond(ctx context.Context, t *Tab, m *Marks, r Response, taken bool) error {
	says := map[string][]string{"action": {r.Action}}
	if r.Needless != "" {
		says["needless"], says["why"] = []string{"yes"}, []string{r.Needless}
	} else {
		says = p.today("on", says)
	}
	return p.act(ctx, t, m.Signal, surveillance.ActRespond, taken, says)
}

const linelist = "/linelist/"

// caseLinks are the links of a page to cases.
func caseLinks(t *Tab) []string {
	var out []string
	for _, l := range t.Links(linelist) {
		if _, err := db.ParseID(strings.TrimPrefix(l, linelist)); err == nil {
			out = append(out, l)
		}
	}
	return out
}

// record makes a case of the signal.
func (p *Play) record(ctx context.Context, m *Marks) error {
	if _, err := p.wait(ctx, p.Scenario.Case); err != nil {
		return err
	}
	t, err := p.log(ctx, p.East, access.Epidemiologist)
	if err == nil {
		err = p.fill(ctx, t, "/linelist/new?signal="+m.Signal.String(), "/linelist/new", p.caseSays())
	}
	if err != nil {
		return err
	}
	m.Case = p.Clock.Now()
	p.say("a case was recorded")
	return nil
}

func (p *Play) theCase(ctx context.Context, t *Tab) (string, error) {
	if err := t.Get(ctx, "/linelist"); err != nil {
		return "", err
	}
	links := caseLinks(t)
	if len(links) == 0 {
		return "", errors.New("the line list is empty")
	}
	return links[0], nil
}

// contacts lists whoever came with the case.
func (p *Play) contacts(ctx context.Context, m *Marks) error {
	if _, err := p.wait(ctx, p.Scenario.Contacts); err != nil {
		return err
	}
	t, err := p.log(ctx, p.East, access.Epidemiologist)
	if err != nil {
		return err
	}
	at, err := p.theCase(ctx, t)
	if err == nil && p.Scenario.Clinic == nil {
		err = p.fill(ctx, t, at+"/circle", "/circle", nil)
	} else if err == nil {
		err = p.recalled(ctx, t, at, m)
	}
	if err == nil {
		err = t.Get(ctx, at)
	}
	if err != nil {
		return err
	}
	m.Listed, m.Contacts = p.Clock.Now(), len(unique(t.Links("/contacts/")))
	p.say("%d of %d contacts are listed", m.Contacts, m.Aboard)
	return nil
}

// recalled lists those whom the case remembers.
func (p *Play) recalled(ctx context.Context, t *Tab, at string, m *Marks) error {
	y, mo, d := calendar.DayOfTime(m.Arrived).YMD()
	for _, name := range p.Scenario.Companions {
		if p.rand.Float64() >= p.Scenario.Clinic.Recall {
			continue
		}
		if err := p.fill(ctx, t, at+"/contact", "/contact", map[string][]string{"name": {name}, "last-day": {strconv.Itoa(d)}, "last-month": {strconv.Itoa(mo)}, "last-year": {strconv.Itoa(y)}}); err != nil {
			return err
		}
	}
	return nil
}

// caseSays is what the case says beside what its signal does.
func (p *Play) caseSays() map[string][]string {
	if p.Scenario.Clinic == nil {
		return nil
	}
	return p.Scenario.Clinic.Case
}

func unique(list []string) []string {
	seen := map[string]bool{}
	var out []string
	for _, x := range list {
		if !seen[x] {
			seen[x] = true
			out = append(out, x)
		}
	}
	return out
}

// notice tells the other side.
func (p *Play) notice(ctx context.Context, m *Marks) error {
	if _, err := p.wait(ctx, p.Scenario.Notice); err != nil {
		return err
	}
	t, err := p.log(ctx, p.East, access.Epidemiologist)
	if err != nil {
		return err
	}
	at, err := p.theCase(ctx, t)
	if err == nil {
		err = p.Notice.Tell(ctx, p, at)
	}
	if err != nil {
		return err
	}
	m.Notice, m.NoticeClock = p.Clock.Now(), p.Notice.Clock()
	p.say("the other side has opened the case")
	return nil
}

// Exchange is the exchange of records: somebody in the east starts it, and somebody in
// the west opens the case.
type Exchange struct{}

// Clock implements Notice: records that are exchanged are no notice of an authority to
// another, which has a clock of its own (surveillance.ClockAcross, from when it was sent).
func (Exchange) Clock() surveillance.Clocked { return "" }

// Tell implements Notice.
func (Exchange) Tell(ctx context.Context, p *Play, linked string) error {
	t, err := p.log(ctx, p.East, access.Administrator)
	if err == nil {
		err = p.fill(ctx, t, "/sync", "/sync/now", nil)
	}
	if err != nil {
		return err
	}
	if t, err = p.log(ctx, p.West, access.Epidemiologist); err != nil {
		return err
	}
	return t.Get(ctx, linked)
}

// actions are the other early response actions, in the order in which they are done.
func (p *Play) actions(ctx context.Context, m *Marks) error {
	for _, r := range p.Scenario.Response[1:] {
		if err := p.Clock.Move(ctx, r.After.draw(p.rand)); err != nil {
			return err
		}
		t, err := p.log(ctx, p.East, access.Epidemiologist)
		if err == nil {
			err = p.respond(ctx, t, m, r, false)
		}
		if err != nil {
			return err
		}
	}
	p.say("the early response is complete")
	return nil
}

// followUp visits the contacts once.
func (p *Play) followUp(ctx context.Context, m *Marks) error {
	if _, err := p.wait(ctx, p.Scenario.FollowUp); err != nil {
		return err
	}
	t, err := p.log(ctx, p.East, access.Nurse)
	if err == nil {
		err = t.Get(ctx, "/contacts")
	}
	if err != nil {
		return err
	}
	for _, at := range unique(t.Links("/contacts/")) {
		if err := p.fill(ctx, t, at, "/visit", p.Scenario.FollowUp.Says); err != nil {
			return err
		}
		m.Seen++
	}
	m.Follow = p.Clock.Now()
	p.say("%d of %d contacts were seen", m.Seen, m.Contacts)
	return nil
}
