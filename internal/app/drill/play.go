package drill

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// Play is a drill under way.
type Play struct {
	Scenario Scenario
	East     string // where each side's pages are
	West     string
	Password string
	Clock    *Clock
	Say      func(string) // a line for whoever looks on; nil where nobody does

	rand   *rand.Rand
	agenda []turn
	desks  map[desk]*Tab
	marks  Marks
}

// desk is where somebody works.
type desk struct {
	base string
	who  string
}

// Marks is what a play came to beside the records.
type Marks struct {
	Signal                db.ID
	Arrived, Case, Listed time.Time
	Left                  time.Time // a contact travelled on
	Known                 time.Time // here, that they are followed there
	Over                  time.Time // their follow-up there
	Told                  time.Time // here, what became of them
	Contacts              []db.ID   // listed in the east
	Traveller             db.ID     // of them, who travelled on
	Passed, Looked        int
	Aboard                int
	Pages, Unmarked       int // pages and files that came, and those without the mark of an exercise
}

func (p *Play) say(format string, args ...any) {
	if p.Say != nil {
		p.Say(fmt.Sprintf(format, args...))
	}
}

// at is the browser of somebody at their desk, who logs in when they first come to it.
func (p *Play) at(ctx context.Context, base string, role access.Role) (*Tab, error) {
	return p.log(ctx, desk{base, string(role)})
}

func (p *Play) log(ctx context.Context, d desk) (*Tab, error) {
	if t := p.desks[d]; t != nil {
		return t, nil
	}
	t, err := open(d.base)
	if err != nil {
		return nil, err
	}
	t.looked = func(marked bool) {
		p.marks.Pages++
		if !marked {
			p.marks.Unmarked++
		}
	}
	if err := t.LogIn(ctx, d.who, p.Password); err != nil {
		return nil, err
	}
	p.desks[d] = t
	return t, nil
}

// step has somebody do what a stage of the scenario says, after the time that it takes
// them; taken says whether somebody says before that it is theirs.
func (p *Play) step(st Stage, what string, do func(ctx context.Context, taken bool) error) {
	after := st.After.draw(p.rand)
	taken := p.rand.Float64() < st.Taken
	p.in(after, what, func(ctx context.Context) error { return do(ctx, taken) })
}

// Run plays the scenario from a seed.
func (p *Play) Run(ctx context.Context, seed uint64) (Marks, error) {
	p.rand = rand.New(rand.NewPCG(seed, 0x6f64776974)) //nolint:gosec // a game, which is to be the same again
	p.desks, p.agenda, p.marks = map[desk]*Tab{}, nil, Marks{}
	p.in(0, "agreement", p.agree)
	p.in(0, "screening", p.screening)
	err := p.goOn(ctx)
	return p.marks, err
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

// dated answers a date too.
func dated(says map[string][]string, name string, day calendar.Day) map[string][]string {
	out := maps.Clone(says)
	if out == nil {
		out = map[string][]string{}
	}
	y, mo, d := day.YMD()
	out[name+"-day"], out[name+"-month"], out[name+"-year"] = []string{strconv.Itoa(d)}, []string{strconv.Itoa(mo)}, []string{strconv.Itoa(y)}
	return out
}

// today answers a date with the day of the exercise.
func (p *Play) today(name string, says map[string][]string) map[string][]string {
	return dated(says, name, calendar.DayOfTime(p.Clock.Now()))
}

// unique leaves out what was there before, and keeps the order.
func unique(list []string) []string {
	var out []string
	for _, x := range list {
		if !slices.Contains(out, x) {
			out = append(out, x)
		}
	}
	return out
}
