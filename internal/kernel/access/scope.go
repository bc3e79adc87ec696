package access

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// Scope is what an actor may see of a list: a condition that holds for exactly
// those rows on which Check would say yes.
//
// It is not written by hand. The policies can tell two documents apart only by
// whether the site is one of the actor's, by the sensitivity, and so on: a few
// hundred combinations. Each is put to the policies once, the allowed ones are
// drawn together into as few terms as possible, and the terms become SQL. So a
// change in policy.cedar changes the lists with it.
type Scope struct {
	actor Actor
	terms []term
	all   term // every combination there is, to see which conditions are none
}

// Columns names the columns of a table that a Scope reads. An empty name means
// the usual one: site, programme, sensitivity, station, shift, subject. A table
// needs station and shift only if a policy asks for them in the action at hand
// (orders, results and worklists; screenings).
type Columns struct{ Site, Programme, Sensitivity, Station, Shift, Subject string }

// The dimensions along which a policy can tell documents apart.
const (
	dimSite = iota
	dimProgramme
	dimSensitivity
	dimStation
	dimShift
	dimGlass
	dimOpened
	dims
)

// term holds a set of classes for each dimension, as bits; it stands for every
// combination of them.
type term [dims]uint8

// Classes of a place (site, programme) and of a shift.
const (
	mine  = iota // one of the actor's
	other        // another
	none         // ""
)

// stationClasses: one for each station a policy names, then any other, then "".
var stationClasses = []string{Radiology, LabStation, Counselling, DoctorDesk}

const elsewhere = "\x00elsewhere" // a code that no site, programme, station or shift has

// shape is all of an actor that decides which combinations are allowed; the
// codes themselves do not.
type shape struct {
	action                                Action
	roles, purpose                        string
	sites, everywhere, programmes, allOf_ bool
	shift, glass, opened                  bool
	sensitivity                           journal.Sensitivity
}

type scopeCache struct {
	sync.Mutex
	terms map[shape][]term
}

func shapeOf(a Actor, action Action) shape {
	roles := make([]string, len(a.Roles))
	for i, r := range a.Roles {
		roles[i] = string(r)
	}
	slices.Sort(roles)
	return shape{
		action: action, roles: strings.Join(roles, " "), purpose: a.Purpose,
		sites: len(codes(a.Sites)) > 0, everywhere: slices.Contains(a.Sites, All),
		programmes: len(codes(a.Programmes)) > 0, allOf_: slices.Contains(a.Programmes, All),
		shift: a.Shift != "", glass: len(a.Glass) > 0, opened: len(a.Opened) > 0, sensitivity: a.Sensitivity,
	}
}

func codes(list []string) []string {
	var out []string
	for _, s := range list {
		if s != "" && s != All {
			out = append(out, s)
		}
	}
	return out
}

// universe is the classes that can occur for this actor: someone without sites
// has no document at "one of mine".
func universe(a Actor) term {
	place := func(list []string) uint8 {
		m := uint8(1<<other | 1<<none)
		if len(codes(list)) > 0 {
			m |= 1 << mine
		}
		return m
	}
	var t term
	t[dimSite], t[dimProgramme] = place(a.Sites), place(a.Programmes)
	t[dimSensitivity] = 1<<4 - 1
	t[dimStation] = 1<<(len(stationClasses)+2) - 1
	t[dimShift] = 1<<other | 1<<none
	if a.Shift != "" {
		t[dimShift] |= 1 << mine
	}
	t[dimGlass] = 1 // not behind broken glass
	if len(a.Glass) > 0 {
		t[dimGlass] |= 2
	}
	t[dimOpened] = 1 // not taken into care here
	if len(a.Opened) > 0 {
		t[dimOpened] |= 2
	}
	return t
}

// scope works out the allowed combinations, or takes them from the cache.
func (p *policy) scope(cache *scopeCache, a Actor, action Action) (Scope, error) {
	s := Scope{actor: a, all: universe(a)}
	key := shapeOf(a, action)
	cache.Lock()
	terms, ok := cache.terms[key]
	cache.Unlock()
	if ok {
		s.terms = terms
		return s, nil
	}
	terms, err := p.allowed(a, action, s.all)
	if err != nil {
		return Scope{}, err
	}
	cache.Lock()
	if cache.terms == nil || len(cache.terms) > 4096 {
		cache.terms = map[shape][]term{}
	}
	cache.terms[key] = terms
	cache.Unlock()
	s.terms = terms
	return s, nil
}

func (p *policy) allowed(a Actor, action Action, all term) ([]term, error) {
	if !action.Valid() {
		return nil, fmt.Errorf("no policy speaks of action %q", action)
	}
	if !p.purposes[a.Purpose] {
		return nil, fmt.Errorf("purpose %q is not in the list", a.Purpose)
	}
	who := p.principal(a)
	var terms []term
	var walk func(dim int, t term) error
	walk = func(dim int, t term) error {
		if dim == dims {
			yes, err := p.decideAround(who, a, action, example(a, t), circumstance{a.Purpose, t[dimGlass] == 2, t[dimOpened] == 2})
			if yes {
				terms = append(terms, t)
			}
			return err // one combination that cannot be evaluated refuses the list
		}
		for bit := uint8(1); bit != 0; bit <<= 1 {
			if all[dim]&bit != 0 {
				t[dim] = bit
				if err := walk(dim+1, t); err != nil {
					return err
				}
			}
		}
		return nil
	}
	if err := walk(0, term{}); err != nil {
		return nil, err
	}
	return gather(terms), nil
}

// example makes a document of one combination; whose it is, the circumstance says.
func example(a Actor, t term) Resource {
	pick := func(bits uint8, own string) string {
		switch bits {
		case 1 << mine:
			return own
		case 1 << other:
			return elsewhere
		}
		return ""
	}
	first := func(list []string) string {
		if c := codes(list); len(c) > 0 {
			return c[0]
		}
		return ""
	}
	r := Resource{
		Site: pick(t[dimSite], first(a.Sites)), Programme: pick(t[dimProgramme], first(a.Programmes)),
		Shift: pick(t[dimShift], a.Shift),
	}
	for i, s := range []journal.Sensitivity{journal.Identity, journal.Clinical, journal.Sensitive, journal.Sealed} {
		if t[dimSensitivity] == 1<<i {
			r.Sensitivity = s
		}
	}
	for i, st := range append(slices.Clone(stationClasses), elsewhere, "") {
		if t[dimStation] == 1<<i {
			r.Station = st
		}
	}
	return r
}

// gather draws terms together that differ in one dimension only, then drops
// those that another covers.
func gather(terms []term) []term {
	for _, dim := range []int{dimShift, dimStation, dimGlass, dimOpened, dimProgramme, dimSite, dimSensitivity} {
		at := map[term]int{}
		var out []term
		for _, t := range terms {
			key := t
			key[dim] = 0
			if i, ok := at[key]; ok {
				out[i][dim] |= t[dim]
			} else {
				at[key] = len(out)
				out = append(out, t)
			}
		}
		terms = out
	}
	var out []term
	for i, t := range terms {
		covered := false
		for j, u := range terms {
			if i != j && u.covers(t) && (!t.covers(u) || j < i) {
				covered = true
			}
		}
		if !covered {
			out = append(out, t)
		}
	}
	return out
}

func (t term) covers(u term) bool {
	for d := range t {
		if t[d]&u[d] != u[d] {
			return false
		}
	}
	return true
}

// Empty reports that no row can be seen at all: a page says so instead of
// showing an empty list.
func (s Scope) Empty() bool { return len(s.terms) == 0 }

// Where is the condition for a table with the usual column names; alias is the
// table's alias in the query, or "".
func (s Scope) Where(alias string) (string, []any) { return s.WhereIn(alias, Columns{}) }

// WhereIn is Where for a table whose columns have other names. In the person
// table the subject is the row itself: Columns{Subject: "id"}.
func (s Scope) WhereIn(alias string, c Columns) (string, []any) {
	if s.Empty() {
		return "(1=0)", nil
	}
	col := func(name, usual string) string {
		if name == "" {
			name = usual
		}
		if alias != "" {
			name = alias + "." + name
		}
		return name
	}
	b := &sqlBuilder{}
	for _, t := range s.terms {
		b.term(s, t, Columns{
			Site: col(c.Site, "site"), Programme: col(c.Programme, "programme"), Sensitivity: col(c.Sensitivity, "sensitivity"),
			Station: col(c.Station, "station"), Shift: col(c.Shift, "shift"), Subject: col(c.Subject, "subject"),
		})
	}
	if len(b.or) == 0 {
		return "(1=1)", nil
	}
	return "(" + strings.Join(b.or, " OR ") + ")", b.args
}

type sqlBuilder struct {
	or   []string
	args []any
	open bool // a term without conditions was met: everything is allowed
}

func (b *sqlBuilder) term(s Scope, t term, c Columns) {
	if b.open {
		return
	}
	var and []string
	add := func(sql string, args []any) {
		if sql != "" {
			and = append(and, sql)
			b.args = append(b.args, args...)
		}
	}
	for d := range t {
		if t[d] == s.all[d] {
			continue // every class: no condition
		}
		switch d {
		case dimSite:
			add(ofPlace(c.Site, t[d], codes(s.actor.Sites)))
		case dimProgramme:
			add(ofPlace(c.Programme, t[d], codes(s.actor.Programmes)))
		case dimSensitivity:
			add(ofSensitivity(c.Sensitivity, t[d]))
		case dimStation:
			add(ofStation(c.Station, t[d]))
		case dimShift:
			add(ofPlace(c.Shift, t[d], []string{s.actor.Shift}))
		case dimGlass:
			add(ofGlass(c.Subject, t[d], s.actor))
		case dimOpened:
			add(ofOpened(c.Subject, t[d], s.actor))
		}
	}
	if len(and) == 0 {
		b.or, b.args, b.open = nil, nil, true
		return
	}
	b.or = append(b.or, strings.Join(and, " AND "))
}

// ofPlace writes a set of classes of a code column. Only proper subsets come here.
func ofPlace(col string, bits uint8, own []string) (string, []any) {
	args := make([]any, len(own))
	for i, s := range own {
		args[i] = s
	}
	in := func(not string) string { return col + not + " IN (" + marks(len(own)) + ")" }
	switch bits {
	case 1 << mine:
		return in(""), args
	case 1 << other:
		if len(own) == 0 || own[0] == "" {
			return col + " <> ''", nil
		}
		return "(" + col + " <> '' AND " + in(" NOT") + ")", args
	case 1 << none:
		return col + " = ''", nil
	case 1<<mine | 1<<none:
		return "(" + col + " = '' OR " + in("") + ")", args
	case 1<<mine | 1<<other:
		return col + " <> ''", nil
	case 1<<other | 1<<none:
		return in(" NOT"), args
	}
	return "1=0", nil
}

func ofSensitivity(col string, bits uint8) (string, []any) {
	known := []journal.Sensitivity{journal.Identity, journal.Clinical, journal.Sensitive}
	var in, out []any
	for i, s := range known {
		if bits&(1<<i) != 0 {
			in = append(in, int64(s))
		} else {
			out = append(out, int64(s))
		}
	}
	if bits&(1<<3) == 0 {
		return col + " IN (" + marks(len(in)) + ")", in
	}
	return col + " NOT IN (" + marks(len(out)) + ")", out // sealed, and what is not known
}

func ofStation(col string, bits uint8) (string, []any) {
	var in, out []any
	for i, s := range append(slices.Clone(stationClasses), "") {
		bit := uint8(1) << i
		if s == "" {
			bit = 1 << (len(stationClasses) + 1)
		}
		if bits&bit != 0 {
			in = append(in, s)
		} else {
			out = append(out, s)
		}
	}
	if bits&(1<<len(stationClasses)) == 0 { // not "any other station"
		return col + " IN (" + marks(len(in)) + ")", in
	}
	return col + " NOT IN (" + marks(len(out)) + ")", out
}

func ofGlass(col string, bits uint8, a Actor) (string, []any) {
	args := make([]any, len(a.Glass))
	for i, id := range a.Glass {
		args[i] = id
	}
	if bits == 2 {
		return col + " IN (" + marks(len(args)) + ")", args
	}
	return "(" + col + " IS NULL OR " + col + " NOT IN (" + marks(len(args)) + "))", args
}

// ofOpened asks the table that Actor.Opened was read from: a clinic takes hundreds into
// its care, too many for a list of arguments.
func ofOpened(col string, bits uint8, a Actor) (string, []any) {
	own := codes(a.Sites)
	args := make([]any, 0, len(own)+1)
	for _, s := range own {
		args = append(args, s)
	}
	in := " IN (SELECT subject FROM access_opened WHERE site IN (" + marks(len(own)) + ") AND shut = 0 AND until > ?)"
	args = append(args, a.OpenedAt)
	if bits == 2 {
		return col + in, args
	}
	return "(" + col + " IS NULL OR " + col + " NOT" + in + ")", args
}

func marks(n int) string {
	return strings.TrimSuffix(strings.Repeat("?,", n), ",")
}
