package linelist

import (
	"cmp"
	"slices"

	"github.com/godwit-health/godwit/engine/match"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// traced is a contact with what says who it is: the registered person, if it is one, and
// the cases whose contact it is.
type traced struct {
	Followed
	Person  db.ID
	Sources []db.ID
}

// onePerson reports whether two contacts are of one person, so surely that they are
// counted once. A name alone is not enough: whoever listed the second may have said that
// it is another of that name.
func onePerson(a, b traced) bool {
	switch {
	case !a.Person.IsZero() && !b.Person.IsZero():
		return a.Person == b.Person
	case !a.Became.IsZero() && !b.Became.IsZero():
		return a.Became == b.Became
	}
	born, known := a.Birth.Exact()
	other, too := b.Birth.Exact()
	name := match.Skeleton(a.Name)
	return known && too && born == other && a.Sex != "" && a.Sex == b.Sex && name != "" && name == match.Skeleton(b.Name)
}

// counted puts the contacts of one person of one case into one: two installations may have
// listed them, or an import. Whoever was cancelled is left out.
func counted(list []traced) []Followed {
	list = slices.DeleteFunc(slices.Clone(list), func(k traced) bool { return k.State == Cancelled })
	group := make([]int, len(list)) // the first of those who are one
	of := map[db.ID][]int{}
	for i, k := range list {
		group[i] = i
		for _, source := range k.Sources {
			for _, j := range of[source] {
				if group[i] != group[j] && onePerson(list[j], k) {
					from, to := max(group[i], group[j]), min(group[i], group[j])
					for n := range i + 1 {
						if group[n] == from {
							group[n] = to
						}
					}
				}
			}
			of[source] = append(of[source], i)
		}
	}
	var out []Followed
	at := map[int]int{}
	for i, k := range list {
		n, there := at[group[i]]
		if !there {
			at[group[i]] = len(out)
			out = append(out, k.Followed)
			continue
		}
		out[n] = joined(out[n], k.Followed)
	}
	return out
}

// joined is what is known of one person who was listed twice: seen if seen under either,
// lost only if lost under both.
func joined(a, b Followed) Followed {
	if a.State == DeclaredLost {
		a.State = b.State
	}
	if a.Became.IsZero() {
		a.Became = b.Became
	}
	a.Due = a.Due || b.Due
	a.DueOpen = !a.Due && (a.DueOpen || b.DueOpen)
	if a.SeenAgo < 0 || b.SeenAgo >= 0 && b.SeenAgo < a.SeenAgo {
		a.SeenAgo = b.SeenAgo
	}
	a.Never = (a.Never || b.Never) && a.SeenAgo < 0
	if b.Today == Seen || a.Today == "" {
		a.Today = b.Today
	}
	return a
}

// NewCases tells of the cases for counting of a period how many had been listed as
// contacts by the day of their report: whether tracing is ahead of the disease. Open is of
// whom the days do not tell.
type NewCases struct {
	NewLine
	Sources []NewLine // by where they were infected: "yes" elsewhere, "no" here, "unknown"
	Areas   []NewLine // "" where it is not known
	Over    bool      // there are more than are read one by one, and nothing is told
}

// NewLine is a part of them.
type NewLine struct {
	Key              string
	All, Known, Open int
}

func (l *NewLine) add(known value.Truth) {
	l.All++
	switch known {
	case value.Yes:
		l.Known++
	case value.Unknown:
		l.Open++
	}
}

// newCases counts cases with the contacts that became them.
func newCases(cases []Case, became map[db.ID][]Contact) NewCases {
	var out NewCases
	sources, areas := map[string]*NewLine{}, map[string]*NewLine{}
	line := func(of map[string]*NewLine, key string) *NewLine {
		if of[key] == nil {
			of[key] = &NewLine{Key: key}
		}
		return of[key]
	}
	for _, c := range cases {
		known := knownBefore(c, became[c.ID])
		imported := c.Imported
		if imported == value.Refused {
			imported = value.Unknown
		}
		for _, l := range []*NewLine{&out.NewLine, line(sources, imported.String()), line(areas, c.Area)} {
			l.add(known)
		}
	}
	sorted := func(of map[string]*NewLine) (list []NewLine) {
		for _, l := range of {
			list = append(list, *l)
		}
		slices.SortFunc(list, func(a, b NewLine) int { return cmp.Or(b.All-a.All, cmp.Compare(a.Key, b.Key)) })
		return list
	}
	out.Sources, out.Areas = sorted(sources), sorted(areas)
	return out
}

// knownBefore reports whether a case had been listed as a contact by the day of its
// report. Days have no hour: listed on that day counts.
func knownBefore(c Case, list []Contact) value.Truth {
	out := value.No
	reported, by, dated := c.Reported.Bounds()
	for _, k := range list {
		if k.State == Cancelled {
			continue
		}
		first, last, ok := k.Listed.Bounds()
		switch {
		case ok && dated && last <= reported:
			return value.Yes
		case !ok || !dated || first <= by:
			out = value.Unknown
		}
	}
	return out
}
