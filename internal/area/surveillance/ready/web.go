package ready

import (
	"net/http"
	"slices"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

const boardPath = "/surveillance/ready"

// Routes adds this package's pages.
func (s *Service) Routes(mux *http.ServeMux) {
	for pattern, h := range map[string]http.HandlerFunc{
		"GET /surveillance/ready":                            s.getBoard,
		"GET /surveillance/ready/print":                      s.getPrintBoard,
		"GET /surveillance/ready/actions":                    s.getActions,
		"GET /surveillance/ready/{sort}/{code}":              s.getPlace,
		"GET /surveillance/ready/{sort}/{code}/print":        s.getPrintPlace,
		"GET /surveillance/ready/{sort}/{code}/drill":        s.getDrill,
		"POST /surveillance/ready/{sort}/{code}/drill":       s.postDrill,
		"GET /surveillance/ready/{sort}/{code}/{what}":       s.getNew,
		"POST /surveillance/ready/{sort}/{code}/{what}":      s.postNew,
		"GET /surveillance/ready/{sort}/{code}/{what}/{id}":  s.getChange,
		"POST /surveillance/ready/{sort}/{code}/{what}/{id}": s.postChange,
	} {
		mux.HandleFunc(pattern, h)
	}
}

var printRoute = access.Route{Name: "surveillance.preparedness", Means: access.Print, Purpose: "public_health", Recipients: []access.Recipient{access.Statistics}, Action: access.ExportStatistics,
	Patterns: []string{"GET /surveillance/ready/print", "GET /surveillance/ready/{sort}/{code}/print"}}

// Outlets are this package's ways out.
func Outlets() []access.Route { return []access.Route{printRoute} }

func refOf(r *http.Request) string { return r.PathValue("sort") + "/" + r.PathValue("code") }

func placePath(ref string) string { return boardPath + "/" + ref }

func recordPath(r Record) string {
	return placePath(r.Place) + "/" + string(r.What) + "/" + r.ID.String()
}

func boardLink() page.Link { return page.Link{Href: boardPath, Text: page.M("ready.title")} }

// said begins the keys of the words of a sort of record.
var said = map[What]string{Plan: "ready.plan.", Item: "ready.item.", Contact: "ready.contact.", Exercise: "ready.exercise.", Review: "ready.review.", Action: "ready.action."}

// gapTags are what is missing of one sort, each with how many there are.
func gapTags(gaps []Gap, w What) []any {
	many := map[Why]int{}
	disputed := false
	for _, g := range gaps {
		if g.What == w {
			many[g.Why]++
			disputed = disputed || len(g.Record.Disputed) > 0
		}
	}
	var out []any
	if disputed {
		out = append(out, disputedTag())
	}
	for _, why := range []Why{None, Expired, Overdue, Short, Unowned, Unconfirmed, Untested, Alone, Unknown} {
		if n := many[why]; n > 0 {
			out = append(out, whyTag(why, n))
		}
	}
	return out
}

func whyTag(why Why, n int) page.Tag {
	level := page.Wait
	if why.Grave() {
		level = page.Danger
	}
	if n > 1 {
		return page.Tag{Level: level, Text: page.M("ready.many", "what", page.M("ready.why."+string(why)), "n", n)}
	}
	return page.Tag{Level: level, Text: page.M("ready.why." + string(why))}
}

func disputedTag() page.Tag { return page.Tag{Level: page.Wait, Text: page.M("ready.disputed")} }

func inOrder() page.Tag { return page.Tag{Level: page.Done, Text: page.M("ready.in_order")} }

func (s *Service) getBoard(w http.ResponseWriter, r *http.Request) {
	list, err := s.Board(r.Context())
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	v := boardView(list, page.LocaleOf(r).Code)
	v.Actions = []page.Link{{Href: boardPath + "/actions", Text: page.M("ready.actions.title")}}
	if s.Access.Ever(r.Context(), access.ExportStatistics) {
		v.Actions = append(v.Actions, page.Link{Href: boardPath + "/print", Text: page.M("ready.print")})
	}
	pg := page.Page{Title: "ready.title", Wide: true}
	if s.Access.Ever(r.Context(), access.SignalRead) { // a screener came from their point
		pg.Back = page.Link{Href: "/surveillance", Text: page.M("ready.surveillance")}
	}
	s.Pages.Sheet(w, r, pg, v, nil)
}

func boardView(list []Standing, lang string) page.Sheet {
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("ready.place"), Wide: true}, {Label: page.M("ready.plan.list")}, {Label: page.M("ready.item.list")},
		{Label: page.M("ready.contact.list")}, {Label: page.M("ready.exercise.list")}, {Label: page.M("ready.action.list")}}, Empty: page.Empty{Title: page.M("ready.no_place")}}
	grave := 0
	for _, st := range list {
		row := []page.Cell{page.Link{Href: placePath(st.Ref()), Name: st.Name(lang)}}
		for _, sort := range Boarded {
			tags := gapTags(st.Gaps, sort)
			if sort == Exercise { // beside which reviews stand
				tags = append(tags, gapTags(st.Gaps, Review)...)
			}
			row = append(row, orOrder(tags))
		}
		actions := []any{page.M("ready.open", "count", st.Open)}
		row = append(row, append(actions, gapTags(st.Gaps, Action)...))
		t.Rows = append(t.Rows, row)
		if st.grave() > 0 {
			grave++
		}
	}
	v := page.Sheet{Lead: page.M("ready.lead"), Table: t, Limits: []page.Msg{page.M("ready.limits")}}
	if grave > 0 {
		v.Notes = []page.Callout{{Level: page.Danger, Title: page.M("ready.grave", "count", grave)}}
	}
	return v
}

func orOrder(tags []any) []any {
	if len(tags) == 0 {
		return []any{inOrder()}
	}
	return tags
}

func (s *Service) getActions(w http.ResponseWriter, r *http.Request) {
	list, err := s.Waiting(r.Context())
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "ready.actions.title", Wide: true, Back: boardLink()}, actionsView(list, s.today(), page.LocaleOf(r).Code), nil)
}

func actionsView(list []Waiting, today calendar.Day, lang string) page.Sheet {
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("ready.action.name"), Wide: true}, {Label: page.M("ready.place")}, {Label: page.M("ready.action.owner")}, {Label: page.M("ready.action.due")}, {Label: page.M("ready.state")}},
		Empty: page.Empty{Title: page.M("ready.actions.none")}}
	late := 0
	for _, a := range list {
		gaps := gapsOf(a.Record, today)
		if slices.Contains(gaps, Overdue) {
			late++
		}
		where := any(page.Code(a.At.Code))
		if a.At.Sort != "" {
			where = page.Link{Href: placePath(a.Place), Name: a.At.Name(lang)}
		}
		name := any(a.Name())
		if a.Edits {
			name = page.Link{Href: recordPath(a.Record), Name: a.Name()}
		}
		t.Rows = append(t.Rows, []page.Cell{name, where, answerCell(a.Record, "owner"), answerCell(a.Record, "due"), stateOf(gaps)})
	}
	v := page.Sheet{Lead: page.M("ready.actions.lead"), Table: t}
	if late > 0 {
		v.Notes = []page.Callout{{Level: page.Danger, Title: page.M("ready.actions.late", "count", late)}}
	}
	return v
}

// stateOf is how a record stands, in words.
func stateOf(gaps []Why) []any {
	var out []any
	for _, why := range gaps {
		out = append(out, whyTag(why, 1))
	}
	return orOrder(out)
}

func dayCell(d calendar.Day) any {
	if d == 0 {
		return nil
	}
	return d.Date()
}

func (s *Service) getPlace(w http.ResponseWriter, r *http.Request) {
	k, err := s.Open(r.Context(), refOf(r))
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "ready.of_place", Wide: true, Back: boardLink()}, placeView(k, page.LocaleOf(r).Code, true), nil)
}

// placeView is the page of a place; on paper there is nothing to press.
func placeView(k Kit, lang string, screen bool) page.Sheet {
	base := placePath(k.Place.Ref())
	v := page.Sheet{Rows: page.Summary{{Label: page.M("ready.place"), Value: k.Place.Name(lang)}, {Label: page.M("ready.state"), Value: wholeState(k.Gaps)}}}
	if screen && k.Prints && !k.Place.Guarded {
		v.Actions = append(v.Actions, page.Link{Href: base + "/print", Text: page.M("ready.print")})
	}
	for _, w := range Whats {
		p := page.Part{Title: page.M(said[w] + "list"), Table: tableOf(k, w, screen)}
		if slices.ContainsFunc(k.Gaps, func(g Gap) bool { return g.What == w && g.Why == None }) {
			p.Notes = []page.Callout{{Level: page.Danger, Title: page.M(said[w] + "missing")}}
		}
		if screen && k.Edits {
			p.Actions = []page.Link{{Href: base + "/" + string(w), Text: page.M(said[w] + "add")}}
			if w == Exercise {
				p.Actions = append(p.Actions, page.Link{Href: base + "/drill", Text: page.M("ready.drill.add")})
			}
		}
		v.Parts = append(v.Parts, p)
	}
	v.Limits = []page.Msg{page.M("ready.limits")}
	return v
}

func wholeState(gaps []Gap) []any {
	if len(gaps) == 0 {
		return []any{inOrder()}
	}
	return []any{page.Tag{Level: page.Wait, Text: page.M("ready.gaps", "count", len(gaps))}}
}

// columns are what the list of a sort shows beside the name and how it stands.
var columns = map[What][]string{
	Plan:     {"version", "dated", "kept", "tested", "next"},
	Item:     {"have", "minimum", "counted", "expires"},
	Contact:  {"name", "phone", "deputy", "deputy_phone", "confirmed"},
	Exercise: {"format", "held", "people", "objectives", "findings", "next"},
	Review:   {"held", "worked", "failed"},
	Action:   {"owner", "due", "done"},
}

func tableOf(k Kit, w What, screen bool) *page.Table {
	first := "name"
	if w == Contact {
		first = "function"
	}
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M(said[w] + first), Wide: true}}, Empty: page.Empty{Title: page.M("ready.nothing")}}
	for _, c := range columns[w] {
		t.Columns = append(t.Columns, page.Column{Label: page.M(said[w] + c)})
	}
	t.Columns = append(t.Columns, page.Column{Label: page.M("ready.state")})
	list := k.Of(w)
	if w == Action {
		byDue(list)
		slices.SortStableFunc(list, func(a, b Record) int { return len(a.Answers["done"]) - len(b.Answers["done"]) }) // what is done comes last
	}
	last := latest(list)
	for i, r := range list {
		name := any(r.Name())
		if w == Contact {
			name = page.M("ready.function." + r.Answers["function"])
		}
		if screen && k.Edits {
			name = page.Link{Href: recordPath(r), Name: r.Name()}
			if w == Contact {
				name = page.Link{Href: recordPath(r), Text: page.M("ready.function." + r.Answers["function"])}
			}
		}
		if r.Doubtful(first) {
			name = []any{name, disputedTag()}
		}
		row := []page.Cell{name}
		for _, c := range columns[w] {
			row = append(row, answerCell(r, c))
		}
		t.Rows = append(t.Rows, append(row, recordState(r, gapsAmong(r, i == last, k.Today))))
	}
	return t
}

func recordState(r Record, gaps []Why) any {
	if len(gaps) == 0 && r.What == Action {
		if r.Open() {
			return page.M("ready.waits")
		}
		return page.Tag{Level: page.Done, Text: page.M("ready.was_done")}
	}
	if len(gaps) == 0 && (r.What == Exercise || r.What == Review) {
		return page.M("ready.was_held")
	}
	return stateOf(gaps)
}

// choiceWords begins the keys of the words of what is chosen.
var choiceWords = map[string]string{"function": "ready.function.", "format": "ready.format.", "lasting": "ready.lasting."}

// answerCell shows an answer, and says where another stands against it.
func answerCell(r Record, name string) any {
	if r.Doubtful(name) {
		return []any{shownCell(r, name), disputedTag()}
	}
	return shownCell(r, name)
}

// shownCell shows an answer; what nobody gave reads "not known".
func shownCell(r Record, name string) any {
	i := slices.IndexFunc(Asked[r.What], func(q Question) bool { return q.Name == name })
	v := r.Answers[name]
	switch q := Asked[r.What][i]; {
	case q.Sort == Choice && v != "":
		return page.M(choiceWords[name] + v)
	case name == "expires" && r.Answers["lasting"] == "lasts":
		return page.M("ready.lasting.lasts")
	case v == "" && name == "done":
		return page.M("ready.not_yet")
	case v == "":
		return nil
	case q.Sort == PastOn || q.Sort == NextOn:
		return dayCell(r.Day(name))
	case q.Sort == Phone:
		return page.Code(v)
	case name == "have" || name == "minimum":
		return page.M("ready.quantity", "n", v, "unit", r.Answers["unit"])
	}
	return v
}

// printed opens what is printed, and notes that it left.
func (s *Service) printed(r *http.Request, k *Kit) error {
	if k != nil && k.Place.Guarded {
		return fault.New(fault.Forbidden, "ready.print", "ready.error.guarded")
	}
	return s.Access.Release(r.Context(), printRoute, access.Statistics, db.ID{})
}

func (s *Service) getPrintBoard(w http.ResponseWriter, r *http.Request) {
	list, err := s.Board(r.Context())
	if err == nil {
		err = s.printed(r, nil)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	open := slices.DeleteFunc(slices.Clone(list), func(st Standing) bool { return st.Guarded })
	v := boardView(open, page.LocaleOf(r).Code)
	if n := len(list) - len(open); n > 0 {
		v.Limits = append(v.Limits, page.M("ready.guarded", "count", n))
	}
	s.Pages.Sheet(w, r, page.Page{Title: "ready.title", Back: boardLink()}, v, nil)
}

func (s *Service) getPrintPlace(w http.ResponseWriter, r *http.Request) {
	k, err := s.Open(r.Context(), refOf(r))
	if err == nil {
		err = s.printed(r, &k)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "ready.of_place", Back: page.Link{Href: placePath(k.Place.Ref()), Text: page.M("ready.of_place")}}, placeView(k, page.LocaleOf(r).Code, false), nil)
}
