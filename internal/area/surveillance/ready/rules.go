package ready

import (
	"cmp"
	"slices"

	"github.com/godwit-health/godwit/engine/calendar"
)

// Why is why something is no reason to feel safe.
type Why string

// The closed list.
const (
	None        Why = "none"        // there is nothing of the kind
	Unknown     Why = "unknown"     // a number or a day that nobody gave
	Overdue     Why = "overdue"     // the day for it has passed
	Expired     Why = "expired"     // past its day
	Short       Why = "short"       // less than the least
	Unconfirmed Why = "unconfirmed" // nobody said that the contact still holds
	Untested    Why = "untested"    // a plan that nobody tried
	Unowned     Why = "unowned"     // an action that is nobody's
	Alone       Why = "alone"       // a contact without a deputy
)

// Grave reports whether a gap is worse than something that is not known.
func (w Why) Grave() bool { return w == None || w == Overdue || w == Expired || w == Short }

// Gap is one thing that is missing.
type Gap struct {
	What   What
	Why    Why
	Record Record // none for None
}

// Gaps are what is missing among the records of a place on a day. No gap is the only
// way to be in order.
func Gaps(records []Record, today calendar.Day) []Gap {
	var out []Gap
	there := map[What]bool{}
	last := latest(records)
	for i, r := range records {
		if r.Left() {
			continue
		}
		there[r.What] = true
		for _, why := range gapsAmong(r, i == last, today) {
			out = append(out, Gap{r.What, why, r})
		}
	}
	for _, w := range Boarded {
		if !there[w] {
			out = append(out, Gap{What: w, Why: None})
		}
	}
	slices.SortStableFunc(out, func(a, b Gap) int { return cmp.Compare(slices.Index(Whats, a.What), slices.Index(Whats, b.What)) })
	return out
}

// latest is where the exercise stands that was held last; -1 is nowhere.
func latest(records []Record) int {
	last := -1
	for i, r := range records {
		if r.What == Exercise && !r.Left() && (last < 0 || r.Day("held") >= records[last].Day("held")) {
			last = i
		}
	}
	return last
}

// gapsAmong are the gaps of a record among others: the latest exercise says when the next
// is due.
func gapsAmong(r Record, latest bool, today calendar.Day) []Why {
	out := gapsOf(r, today)
	if latest {
		out = append(out, dated(r.Day("next"), today)...)
	}
	return once(out)
}

// gapsOf are the gaps of a record by itself. What two say otherwise nobody knows.
func gapsOf(r Record, today calendar.Day) []Why {
	out := shownGaps(r, today)
	if len(r.Disputed) > 0 {
		out = append(out, Unknown)
	}
	return once(out)
}

func shownGaps(r Record, today calendar.Day) []Why {
	switch r.What {
	case Plan:
		out := dated(r.Day("next"), today)
		if r.Day("dated") == 0 || r.Answers["kept"] == "" {
			out = append(out, Unknown)
		}
		// What was tried was the plan of that day, not one that was written later.
		if tested := r.Day("tested"); tested == 0 || tested < r.Day("dated") {
			out = append(out, Untested)
		}
		return out
	case Item:
		return itemGaps(r, today)
	case Contact:
		return contactGaps(r, today)
	case Action:
		if !r.Open() {
			return nil
		}
		out := dated(r.Day("due"), today)
		if r.Answers["owner"] == "" {
			out = append(out, Unowned)
		}
		return out
	}
	return nil
}

func itemGaps(r Record, today calendar.Day) []Why {
	out := dated(r.Day("next"), today)
	have, haveKnown := r.Count("have")
	least, leastKnown := r.Count("minimum")
	switch {
	case !haveKnown || !leastKnown || r.Day("counted") == 0:
		out = append(out, Unknown)
	case have < least:
		out = append(out, Short)
	}
	if r.Answers["lasting"] != "lasts" {
		switch expires := r.Day("expires"); {
		case expires == 0:
			out = append(out, Unknown)
		case expires < today:
			out = append(out, Expired)
		}
	}
	return out
}

func contactGaps(r Record, today calendar.Day) []Why {
	var out []Why
	// Whoever is to be asked again and was not, holds as little as whoever never was.
	if next := r.Day("next"); r.Day("confirmed") == 0 || next == 0 || next < today {
		out = append(out, Unconfirmed)
	}
	if r.Answers["phone"] == "" {
		out = append(out, Unknown)
	}
	if r.Answers["deputy"] == "" || r.Answers["deputy_phone"] == "" {
		out = append(out, Alone)
	}
	return out
}

func dated(due, today calendar.Day) []Why {
	switch {
	case due == 0:
		return []Why{Unknown}
	case due < today:
		return []Why{Overdue}
	}
	return nil
}

func once(list []Why) []Why {
	var out []Why
	for _, w := range list {
		if !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	return out
}

// byDue puts open actions in order: what is overdue first, by the day; what has no day
// after what has one.
func byDue(list []Record) {
	slices.SortStableFunc(list, func(a, b Record) int {
		x, y := a.Day("due"), b.Day("due")
		switch {
		case x == 0 && y != 0:
			return 1
		case y == 0 && x != 0:
			return -1
		}
		return cmp.Or(cmp.Compare(x, y), cmp.Compare(a.Place, b.Place), cmp.Compare(a.Name(), b.Name()))
	})
}
