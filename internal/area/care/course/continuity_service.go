package course

import (
	"context"
	"slices"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// GapKind is what is missing in a person's care.
type GapKind string

// The closed list.
const (
	GapVisit    GapKind = "visit"    // expected and not recorded
	GapMissed   GapKind = "missed"   // doses that somebody saw to be missed
	GapUnknown  GapKind = "unknown"  // days of a course of doses of which nothing is recorded
	GapTransfer GapKind = "transfer" // asked and not answered, refused, or not come
	GapResult   GapKind = "result"   // a result that was never given
)

// Gap is one thing that was due and is not recorded anywhere that this installation
// knows.
type Gap struct {
	Kind     GapKind
	Course   Course // zero for a result
	Pack     *pack.Pack
	Visit    string
	Again    int
	From, To calendar.Day
	Days     int
	State    TransferState
	Order    db.ID
	Site     string
}

// Missing is what is missing in one person's care.
type Missing struct {
	Person db.ID
	Banner *page.Banner
	Gaps   []Gap
	Here   string // the actor's site: the rest was due elsewhere
}

// Continuity lists what was due to a person and is not recorded, as far as the actor may
// read it: visits, doses, transfers without an answer, and results that nobody gave.
func (s *Service) Continuity(ctx context.Context, person db.ID) (out Missing, err error) {
	const op = "course.Continuity"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return out, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out = Missing{Person: person, Here: a.Site()}
		if _, err := s.brief(ctx, tx, access.ClinicalRead, person); err != nil {
			return err
		}
		if out.Banner, err = s.People.Banner(ctx, tx, person); err != nil {
			return err
		}
		list, err := of(tx, person)
		for _, c := range list {
			if err == nil && s.Access.May(ctx, access.ClinicalRead, c.Resource()) {
				err = s.gapsOf(tx, c, &out)
			}
		}
		return err
	})
	if err != nil {
		return out, fault.Wrap(op, err)
	}
	untold, err := s.Orders.Untold(ctx, person)
	if err != nil {
		return out, fault.Wrap(op, err)
	}
	for _, t := range untold {
		out.Gaps = append(out.Gaps, Gap{Kind: GapResult, Order: t.Order.ID, From: calendar.DayOfTime(t.Order.Since), To: calendar.DayOfTime(t.Order.Since), Site: t.Order.Site})
	}
	return out, fault.Wrap(op, s.Access.Opened(ctx, person, "care.continuity"))
}

func (s *Service) gapsOf(tx *db.Tx, c Course, out *Missing) error {
	p, err := s.Packs.ByHash(tx, c.Hash)
	if err != nil && !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Unavailable) {
		return err
	}
	visits, err := visitsOf(tx, c.ID)
	if err != nil {
		return err
	}
	doses, err := dosesOf(tx, c.ID, 0, never)
	if err != nil {
		return err
	}
	moves, err := transfersOf(tx, c.ID)
	if err != nil {
		return err
	}
	for _, g := range gaps(c, visits, doses, moves, s.today()) {
		g.Course, g.Pack = c, p
		out.Gaps = append(out.Gaps, g)
	}
	return nil
}

// gaps lists what is missing in a course up to a day, or to its end.
func gaps(c Course, visits []Visit, doses []Dose, moves []Transfer, today calendar.Day) (out []Gap) {
	until := today
	if !c.Open() {
		until = min(until, c.Ending.On)
	}
	open := c
	open.Ending = Ending{}
	for _, p := range pending(open, visits, nil) {
		if p.N >= 0 && !p.NotDated && p.To < until && (c.Open() || !p.Every) {
			out = append(out, Gap{Kind: GapVisit, Visit: p.Code, Again: p.Again, From: p.From, To: p.To, Site: c.Site})
		}
	}
	if c.Plan.Doses && c.Plan.First != 0 {
		cal := calendarOf(doses)
		var missed, unknown Gap
		note := func(g *Gap, kind GapKind, day calendar.Day) {
			if g.Days == 0 {
				g.Kind, g.From, g.Site = kind, day, c.Site
			}
			g.To = day
			g.Days++
		}
		for day := c.Plan.First; day < until; day++ {
			switch cal.States[day] {
			case Missed:
				note(&missed, GapMissed, day)
			case "":
				note(&unknown, GapUnknown, day)
			}
		}
		for _, g := range []Gap{missed, unknown} {
			if g.Days > 0 {
				out = append(out, g)
			}
		}
	}
	for _, t := range moves {
		switch t.State {
		case Asked, Refused, Accepted, NotCome:
			day := calendar.DayOfTime(t.Since)
			out = append(out, Gap{Kind: GapTransfer, State: t.State, From: day, To: day, Site: t.To})
		}
		if t.State != Withdrawn {
			break // the last one says how it stands
		}
	}
	return out
}

// Step is where a corridor holds or breaks for a course.
type Step string

// The closed list, in the order of a way.
const (
	StepContinued  Step = "continued"   // a visit or a dose at the end of the corridor, or arrived
	StepNoTransfer Step = "no_transfer" // the person came, and nobody asked
	StepWaiting    Step = "waiting"     // asked and not answered
	StepRefused    Step = "refused"
	StepNotCome    Step = "not_come" // accepted, and not arrived
	StepNothing    Step = "nothing"  // arrived, and nothing is recorded since
)

// Steps lists them.
var Steps = []Step{StepContinued, StepNoTransfer, StepWaiting, StepRefused, StepNotCome, StepNothing}

// Corridor is how the care of people held who went from one place to another.
type Corridor struct {
	From, To  string // as chosen: site:CODE or country:CODE
	Since     calendar.Day
	Counts    map[Step]int
	Total     int
	Cut       bool // more courses began there than are looked at
	Names     bool // the reader may see names at both ends: small counts are shown
	Sites     []place.Site
	Countries []string
	Asked     bool
}

// The limits of a corridor: a year back, and how much of it is looked at.
const (
	corridorDays = 365
	mostCourses  = 5000
	smallCount   = 5
)

// CorridorOf counts, for the courses that began at one end in the last year and whose
// person went to the other, where each stands. It names nobody.
func (s *Service) CorridorOf(ctx context.Context, from, to string) (out Corridor, err error) {
	const op = "course.CorridorOf"
	if !s.Access.Ever(ctx, access.ClinicalRead) && !s.Access.Ever(ctx, access.StatisticsRead) {
		return out, fault.New(fault.Forbidden, op, "page.error.forbidden")
	}
	err = s.DB.ReadStale(ctx, func(tx *db.Tx) error {
		out = Corridor{From: from, To: to, Since: s.today() - corridorDays, Counts: map[Step]int{}, Asked: from != "" && to != ""}
		all, err := s.Sites.All(tx)
		if err != nil {
			return err
		}
		for _, x := range all {
			if !x.Guarded { // a shelter or a place of detention is no end of a corridor that is shown
				out.Sites = append(out.Sites, x)
				if !slices.Contains(out.Countries, x.Country) {
					out.Countries = append(out.Countries, x.Country)
				}
			}
		}
		slices.Sort(out.Countries)
		if !out.Asked {
			return nil
		}
		ends := [2][]string{ends(out.Sites, from), ends(out.Sites, to)}
		if len(ends[0]) == 0 || len(ends[1]) == 0 {
			return fault.Field(op, "from", "course.error.no_site")
		}
		out.Names = true
		for _, code := range append(slices.Clone(ends[0]), ends[1]...) {
			out.Names = out.Names && s.Access.May(ctx, access.ClinicalRead, access.Resource{Kind: KindCourse, Site: code, Sensitivity: journal.Clinical})
		}
		return s.walk(tx, ends[0], ends[1], &out)
	})
	return out, fault.Wrap(op, err)
}

// ends lists the sites that an end of a corridor stands for.
func ends(sites []place.Site, chosen string) (out []string) {
	kind, code, _ := strings.Cut(chosen, ":")
	for _, x := range sites {
		if kind == "site" && x.Code == code || kind == "country" && x.Country == code {
			out = append(out, x.Code)
		}
	}
	return out
}

func (s *Service) walk(tx *db.Tx, from, to []string, out *Corridor) error {
	came := map[db.ID]bool{}
	for _, site := range to {
		var after db.ID
		for {
			ids, err := s.People.CameTo(tx, site, out.Since, s.today(), after, 1000)
			if err != nil {
				return err
			}
			for _, id := range ids {
				came[id], after = true, id
			}
			if len(ids) < 1000 {
				break
			}
		}
	}
	for _, site := range from {
		if slices.Contains(to, site) {
			continue
		}
		list, err := begunAt(tx, site, out.Since, s.today(), mostCourses+1)
		if err != nil {
			return err
		}
		if len(list) > mostCourses {
			list, out.Cut = list[:mostCourses], true
		}
		for _, c := range list {
			step, ok, err := s.step(tx, c, to, came[c.Person])
			if err != nil {
				return err
			}
			if ok {
				out.Counts[step]++
				out.Total++
			}
		}
	}
	return nil
}

// step says where a course stands on its way to some sites; ok is false where the person
// never went there.
func (s *Service) step(tx *db.Tx, c Course, to []string, came bool) (Step, bool, error) {
	moves, err := transfersOf(tx, c.ID)
	if err != nil {
		return "", false, err
	}
	moves = slices.DeleteFunc(moves, func(t Transfer) bool { return !slices.Contains(to, t.To) || t.State == Withdrawn })
	if !came && len(moves) == 0 && !slices.Contains(to, c.Ending.Where) {
		return "", false, nil
	}
	visits, err := visitsOf(tx, c.ID)
	if err != nil {
		return "", false, err
	}
	doses, err := dosesOf(tx, c.ID, 0, never)
	if err != nil {
		return "", false, err
	}
	there := slices.Contains(to, c.Ending.Where) || slices.ContainsFunc(visits, func(v Visit) bool { return !v.Absent && slices.Contains(to, v.Site) }) ||
		slices.ContainsFunc(doses, func(d Dose) bool { return d.State.taken() && slices.Contains(to, d.Site) })
	if there {
		return StepContinued, true, nil
	}
	if len(moves) == 0 {
		return StepNoTransfer, true, nil
	}
	switch moves[0].State {
	case Asked:
		return StepWaiting, true, nil
	case Refused:
		return StepRefused, true, nil
	case Arrived:
		return StepNothing, true, nil
	}
	return StepNotCome, true, nil
}

// Count is how many courses stand at a step, as far as the reader may know it: where they
// may not see names, a small number is not told, and neither is what would give it away.
func (c Corridor) Count(step Step) (n int, told value.Truth) {
	n = c.Counts[step]
	if c.Names || n == 0 || n >= smallCount {
		return n, value.Yes
	}
	return 0, value.No
}

// TotalTold reports whether the sum gives no small count away.
func (c Corridor) TotalTold() bool {
	for _, st := range Steps {
		if _, told := c.Count(st); told == value.No {
			return false
		}
	}
	return true
}
