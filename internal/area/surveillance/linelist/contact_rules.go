package linelist

import (
	"strconv"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/decision"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/pack"
)

// packFollow says how long whom is followed up, and how the days are counted.
const packFollow = "contact-follow-up"

// Following is where a contact's follow-up stands on a day.
type Following struct {
	InForce  bool
	Status   string // a class of the pack; "" where what is not known decides
	Days     int    // how long it goes on; 0 not known
	DayNo    int    // of today, by the pack's count: day 0 is the last exposure
	DayKnown bool
	Due      bool // a visit is due today
	DueOpen  bool // whether one is due hangs on what nobody knows
	SeenAgo  int  // days since somebody saw them last; -1 never
	Never    bool // was due before today and was never seen
	Today    How  // how today's visit went; "" nobody said
}

// visitOn answers the last word on the visit of a day.
func (c Contact) visitOn(day calendar.Day) (Visit, bool) {
	for i := len(c.Visits) - 1; i >= 0; i-- {
		if c.Visits[i].Day == day {
			return c.Visits[i], true
		}
	}
	return Visit{}, false
}

// seenLast is the last day on which somebody was seen, and whether they have signs by
// what was said last.
func (c Contact) seenLast() (day calendar.Day, ever bool, signs value.Truth) {
	var on calendar.Day
	for _, v := range c.Visits {
		if last, ok := c.visitOn(v.Day); !ok || last.How != Seen {
			continue
		}
		if !ever || v.Day >= day {
			day, ever = v.Day, true
		}
		if v.Signs.Known() && v.Day >= on {
			on, signs = v.Day, v.Signs
		}
	}
	return day, ever, signs
}

// missed counts the days of follow-up before a day on which nobody saw the contact.
func (c Contact) missed(zero calendar.Day, days int, today calendar.Day) (n int) {
	for d := zero + 1; d <= zero+calendar.Day(days) && d < today; d++ {
		if v, ok := c.visitOn(d); !ok || v.How != Seen {
			n++
		}
	}
	return n
}

// followFacts are what the pack reads of a contact.
func followFacts(c Contact, d surveillance.Disease, days int, today calendar.Day) map[string]decision.Fact {
	of := func(v value.Value) decision.Fact { return decision.Fact{Value: v, AsOf: today.Date()} }
	day, ever, signs := c.seenLast()
	out := map[string]decision.Fact{"last_exposure_date": of(c.Last.Value()), "became_case": of(value.Of(!c.Became.IsZero())), "follow_cancelled": of(value.Of(c.State == Cancelled)),
		"declared_lost": of(value.Of(c.State == DeclaredLost)), "ever_seen": of(value.Of(ever))}
	if d.Follow != "" {
		out["follow_disease"] = of(value.Text(d.Follow))
	}
	if signs.Known() {
		out["has_symptoms"] = of(value.Of(signs == value.Yes))
	}
	// Whoever was never seen since was seen last when they were exposed, on day 0: that
	// keeps the last visit, which is a later day, from being taken for a maybe.
	out["last_seen_date"] = of(c.Last.Value())
	if ever {
		out["last_seen_date"] = of(day.Date().Value())
	}
	if first, last, ok := c.Last.Bounds(); ok && first == last && days > 0 {
		out["visits_missed"] = of(value.Number(float64(c.missed(first, days, today))))
	}
	return out
}

// follow decides where a follow-up stands on a day.
func follow(p *pack.Pack, c Contact, d surveillance.Disease, today calendar.Day) Following {
	out := Following{InForce: true}
	decide := func() decision.Decision {
		return p.Protocol.Decide(decision.Input{On: today, Facts: followFacts(c, d, out.Days, today)})
	}
	dec := decide()
	if o, ok := dec.Outcome(decision.Offer, "FOLLOW_UP"); ok && o.State == decision.Definite {
		out.Days, _ = strconv.Atoi(o.Args["days"]) // the pack's own number; a pack whose number is none is refused by its linter
		dec = decide()                             // the visits that were missed are counted over these days
	}
	definite := func(code string) bool {
		o, ok := dec.Outcome(decision.Flag, code)
		return ok && o.State == decision.Definite
	}
	out.Due, out.Never = definite("VISIT_DUE") && c.Open(), definite("NEVER_SEEN")
	due, told := dec.Outcome(decision.Flag, "VISIT_DUE")
	out.DueOpen = told && due.State == decision.Undetermined && c.Open()
	out.SeenAgo = -1
	if day, ever, _ := c.seenLast(); ever {
		out.SeenAgo = int(today - day)
	}
	for _, st := range p.Protocol.Standings(&dec) {
		out.Status = st.Code
		break
	}
	if first, last, ok := c.Last.Bounds(); ok && first == last {
		out.DayNo, out.DayKnown = int(today-first), true
	}
	if v, ok := c.visitOn(today); ok {
		out.Today = v.How
	}
	return out
}

// Indicators tell how contact tracing does. A number over nothing is not told. Visits
// have a day and no hour: within 48 hours is today or yesterday, within 72 the day before
// too. Seen, never seen and not known whether due are of those who are followed up today.
// Who was listed twice as a contact of one case is counted once (counted).
type Indicators struct {
	Contacts, Due, SeenToday, Never, Lost, Became int
	Seen48, Seen72                                int // of those due
	DueOpen                                       int // nobody knows whether a visit is due
	Cases, KnownBefore                            int // cases for counting, and those of them that had been listed as contacts
}

// count adds one contact.
func (n *Indicators) count(c Contact, f Following) {
	if c.State == Cancelled {
		return
	}
	n.Contacts++
	if f.DueOpen {
		n.DueOpen++
	}
	if f.Due {
		n.Due++
		if f.SeenAgo >= 0 && f.SeenAgo <= 1 {
			n.Seen48++
		}
		if f.SeenAgo >= 0 && f.SeenAgo <= 2 {
			n.Seen72++
		}
		if f.Today == Seen {
			n.SeenToday++
		}
		if f.Never {
			n.Never++
		}
	}
	if c.State == DeclaredLost {
		n.Lost++
	}
	if !c.Became.IsZero() {
		n.Became++
	}
}
