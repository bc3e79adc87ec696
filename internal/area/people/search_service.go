package people

import (
	"context"
	"slices"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/match"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// searchLimit is how many persons a search shows. Who needs more types more.
const searchLimit = 20

// Hit is one person a search found, with what tells namesakes apart.
type Hit struct {
	ID              db.ID
	Code            string
	Original, Latin string
	NameLang        string
	Wristband       string
	Birth           calendar.Date
	AgeDisputed     bool
	Sex             Sex
	Nationalities   []string
	Died            bool
	Site            string
}

func (r personRow) hit() Hit {
	o, l := r.Person.Display()
	return Hit{ID: r.ID, Code: r.Code, Original: o, Latin: l, NameLang: r.Person.NameLang, Wristband: r.Person.Wristband,
		Birth: r.Person.Birth, AgeDisputed: r.Person.AgeDisputed, Sex: r.Person.Sex, Nationalities: r.Person.Nationalities,
		Died: !r.Person.MayBeContacted(), Site: r.Site}
}

// Found is the answer to a search.
type Found struct {
	Query Query
	Hits  []Hit
	More  bool // there are more than are shown, or may be
}

// Search looks for persons by name in any script, by number, and by year of birth
// beside a name, among those the actor may search. It writes one line into the
// read audit, with the persons it shows.
func (s *Service) Search(ctx context.Context, typed string) (Found, error) {
	const op = "people.Search"
	out := Found{Query: ParseQuery(typed, s.Today())}
	scope, err := s.Access.Reach(ctx, op, access.PersonSearch)
	if err != nil {
		return out, fault.Wrap(op, err)
	}
	if out.Query.Empty() {
		return out, nil
	}
	var shown []db.ID
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		ids, more, err := Find(tx, out.Query, scope, searchLimit, DefaultCaps)
		if err != nil {
			return err
		}
		rows, err := findPersons(tx, ids)
		if err != nil {
			return err
		}
		out.Hits, shown, out.More = nil, nil, more
		for _, id := range ids {
			if r, ok := rows[id]; ok {
				out.Hits = append(out.Hits, r.hit())
				shown = append(shown, id)
			}
		}
		return nil
	})
	if err != nil {
		return out, fault.Wrap(op, err)
	}
	return out, fault.Wrap(op, s.Access.Searched(ctx, "people.search", shown))
}

// Find answers the ids for a query, best first, among those in scope; more says
// that there are others, or may be. It audits nothing: Search does.
func Find(tx *db.Tx, q Query, scope access.Scope, limit int, caps Caps) ([]db.ID, bool, error) {
	if q.Empty() {
		return nil, false, nil
	}
	if q.Number != "" {
		ids, err := findByNumber(tx, q.Number, scope, limit)
		if err != nil || len(ids) > 0 || q.Year == 0 {
			return ids, len(ids) == limit, err
		}
		ids, err = findByYear(tx, q.Year, scope, limit)
		return ids, len(ids) == limit, err
	}
	return findByName(tx, q.Terms, q.Year, scope, limit, caps)
}

// documentSame is a reason of this area's own beside those of engine/match.
const documentSame match.Reason = "document_same"

// likelyCap is how many rows are compared for each word of a new name.
const likelyCap = 300

// likely returns persons who may be the one that is being registered, best first.
// numbers are those of the documents shown: who has one of them is the first.
func (s *Service) likely(ctx context.Context, tx *db.Tx, p Person, self db.ID, numbers []string) ([]Likely, error) {
	scope, err := s.Access.Scope(ctx, access.PersonSearch)
	if err != nil || scope.Empty() {
		return nil, err
	}
	original, latin := p.Display()
	var terms []match.Term
	for _, n := range []string{original, latin} {
		terms = append(terms, match.Query(n+" ")...)
	}
	near, err := nearNames(tx, terms, p, scope)
	if err != nil {
		return nil, err
	}
	sameNumber := map[db.ID]bool{}
	for _, n := range numbers {
		ids, err := findByDocument(tx, numberKey(n), scope)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			sameNumber[id] = true
			near = append(near, id)
		}
	}
	rows, err := findPersons(tx, near)
	if err != nil {
		return nil, err
	}
	mine := match.Prepare(matchRecord(p))
	var out []Likely
	for id, r := range rows {
		if id == self {
			continue
		}
		e := match.Comparer{}.Compare(mine, match.Prepare(matchRecord(r.Person)))
		if sameNumber[id] {
			e.Bits += 20
			e.Reasons = append([]match.Reason{documentSame}, e.Reasons...)
		} else if e.Level < match.Likely {
			continue
		}
		o, l := r.Person.Display()
		out = append(out, Likely{ID: id, Code: r.Code, Name: o, Latin: l, Birth: r.Person.Birth, Sex: r.Person.Sex, Bits: e.Bits, Reasons: e.Reasons})
	}
	slices.SortFunc(out, func(a, b Likely) int {
		if a.Bits != b.Bits {
			return int(b.Bits*100) - int(a.Bits*100)
		}
		return strings.Compare(a.Code, b.Code)
	})
	return out[:min(len(out), 5)], nil
}

// nearNames returns persons who share one of the rarest words of a name and may
// have been born within two years.
func nearNames(tx *db.Tx, terms []match.Term, p Person, scope access.Scope) ([]db.ID, error) {
	type counted struct {
		t match.Term
		n int
	}
	var all []counted
	for _, t := range terms {
		n, err := common(tx, t, DefaultCaps.Probe)
		if err != nil {
			return nil, err
		}
		if n > 0 {
			all = append(all, counted{t, n})
		}
	}
	slices.SortStableFunc(all, func(a, b counted) int { return a.n - b.n })
	v := newSieve(nil, 0, scope)
	if from, to := birthYears(p); from != anyYearFrom {
		v.and("year_from <= ? AND year_to >= ?", to+2, from-2)
	}
	var out []db.ID
	for _, c := range all[:min(len(all), 3)] {
		ids, _, err := scanNames(tx, c.t, v, DefaultCaps.Scan, likelyCap)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			if !contains(out, id) {
				out = append(out, id)
			}
		}
	}
	return out, nil
}

func matchRecord(p Person) match.Record {
	r := match.Record{Birth: p.Birth, Sex: string(p.Sex)}
	if p.Given != "" || p.Family != "" {
		r.Names = append(r.Names, match.Name{Given: p.Given, Family: p.Family})
	}
	if p.GivenLatin != "" || p.FamilyLatin != "" {
		r.Names = append(r.Names, match.Name{Given: p.GivenLatin, Family: p.FamilyLatin})
	}
	return r
}

// refoldBatch is how many persons are folded again in one transaction.
const refoldBatch = 500

// Refold brings the search index to the version of engine/match in this program,
// if it is behind. Progress is called after each batch; it may be nil. A run that
// was stopped starts again from the beginning; searches go on meanwhile and may
// miss who has not been folded yet.
func (s *Service) Refold(ctx context.Context, progress func(done int)) error {
	const op = "people.Refold"
	var version int
	var some bool
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if version, err = foldVersion(tx); err != nil {
			return err
		}
		some, err = anyPerson(tx)
		return err
	})
	if err != nil || version == match.FoldVersion {
		return fault.Wrap(op, err)
	}
	var last db.ID
	for done := 0; some; {
		var ids []db.ID
		err := s.DB.Write(ctx, func(tx *db.Tx) (err error) {
			if ids, err = personsAfter(tx, last, refoldBatch); err != nil {
				return err
			}
			for _, id := range ids {
				if err := s.refold(tx, id); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fault.Wrap(op, err)
		}
		if len(ids) == 0 {
			break
		}
		last = ids[len(ids)-1]
		done += len(ids)
		if progress != nil {
			progress(done)
		}
	}
	return fault.Wrap(op, s.DB.Write(ctx, setFoldVersion))
}

// refold projects one person again.
func (s *Service) refold(tx *db.Tx, id db.ID) error {
	d, err := s.Journal.Load(tx, id)
	if notFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	return projectPerson(tx, d)
}

// Arrived says that a person is here today, and answers who else of the same name
// is, so that the right one is called.
func (s *Service) Arrived(ctx context.Context, id db.ID) ([]Hit, error) {
	var same []Hit
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		row, err := s.open(ctx, tx, access.PersonRead, id)
		if err != nil {
			return err
		}
		day := s.Today().String()
		if same, err = s.namesakes(tx, row, day); err != nil {
			return err
		}
		here, err := arrivedOn(tx, id, row.Site, day)
		if err != nil || here {
			return err
		}
		if err := s.Access.Check(ctx, access.PersonEdit, row.resource()); err != nil {
			return err
		}
		return s.put(ctx, tx, row, kindArrival, db.NewID(), journal.Identity, journal.Base{}, nil, Arrival{Day: day})
	})
	return same, fault.Wrap("people.Arrived", err)
}

func (s *Service) namesakes(tx *db.Tx, row personRow, day string) ([]Hit, error) {
	ids, err := namesakes(tx, row.Site, day, row.NameKey, row.ID)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	rows, err := findPersons(tx, ids)
	if err != nil {
		return nil, err
	}
	var out []Hit
	for _, id := range ids {
		if r, ok := rows[id]; ok {
			out = append(out, r.hit())
		}
	}
	return out, nil
}

// TodayRow is one person of today's list.
type TodayRow struct {
	Hit
	Namesake bool // another of the same name is on the list
	Urgent   bool // a child for whom nobody answers
}

// TodayList returns who came to a site today, in the order in which they came.
func (s *Service) TodayList(ctx context.Context, site string) ([]TodayRow, error) {
	const op = "people.TodayList"
	scope, err := s.Access.Reach(ctx, op, access.PersonRead)
	if err != nil {
		return nil, fault.Wrap(op, err)
	}
	var out []TodayRow
	var shown []db.ID
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		where, args := scope.WhereIn("a", access.Columns{Subject: "person"})
		ids, err := arrivals(tx, site, s.Today().String(), where, args)
		if err != nil {
			return err
		}
		rows, err := findPersons(tx, ids)
		if err != nil {
			return err
		}
		names := map[string]int{}
		for _, r := range rows {
			names[r.NameKey]++
		}
		out, shown = nil, nil
		for _, id := range ids {
			r, ok := rows[id]
			if !ok {
				continue
			}
			out = append(out, TodayRow{Hit: r.hit(), Namesake: r.NameKey != "" && names[r.NameKey] > 1, Urgent: r.Person.Urgent(s.Today())})
			shown = append(shown, id)
		}
		return nil
	})
	if err != nil || len(shown) == 0 {
		return out, fault.Wrap(op, err)
	}
	return out, fault.Wrap(op, s.Access.Searched(ctx, "people.today", shown))
}

// LikelyDoubles returns persons who may be the one described, best first, for a
// form that wants to say so before it is sent. Register asks again.
func (s *Service) LikelyDoubles(ctx context.Context, p Person) (out []Likely, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error { out, err = s.likely(ctx, tx, p, db.ID{}, nil); return err })
	return out, fault.Wrap("people.LikelyDoubles", err)
}
