package course

import (
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/care/order"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

const (
	listPath = "/courses"
	newPath  = "/courses/new"
	// ContinuityPath is the page of a corridor; with an id it is that of a person.
	ContinuityPath = "/continuity"
	movesPath      = "/transfers"
)

// Routes adds this area's pages.
func (s *Service) Routes(mux *http.ServeMux) {
	for pattern, h := range map[string]http.HandlerFunc{
		"GET /courses":                    s.getRecall,
		"GET /courses/new":                s.getNew,
		"POST /courses/new":               s.postNew,
		"GET /courses/{id}":               s.getOne,
		"POST /courses/{id}/form":         s.postForm,
		"POST /courses/{id}/absent":       s.postAbsent,
		"POST /courses/{id}/tests":        s.postTests,
		"POST /courses/{id}/end":          s.postEnd,
		"GET /courses/{id}/doses":         s.getDoses,
		"POST /courses/{id}/doses":        s.postDose,
		"POST /courses/{id}/undo":         s.postUndo,
		"GET /courses/{id}/transfer":      s.getTransfer,
		"POST /courses/{id}/transfer":     s.postTransfer,
		"GET /transfers/{id}":             s.getMove,
		"POST /transfers/{id}":            s.postMove,
		"GET " + ContinuityPath:           s.getCorridor,
		"GET " + ContinuityPath + "/{id}": s.getContinuity,
	} {
		mux.HandleFunc(pattern, h)
	}
}

// allCodes chooses every programme; a code of a pack is in capitals.
const allCodes = "all"

func path(id db.ID) string { return listPath + "/" + id.String() }

// After is where an order leads once its result is saved: to the course that asked its
// form. It is empty for an order of anything else.
func After(o order.Order) string {
	if !ours(o.Service) {
		return ""
	}
	return path(o.Case)
}

func listLink() page.Link { return page.Link{Href: listPath, Text: page.M("course.title")} }

// packWord is a word of a pack, in the reader's language.
func packWord(p *pack.Pack, key, code string) page.Msg {
	if p == nil {
		return page.M("course.code", "code", code)
	}
	return page.Words(func(lang string) string {
		if w, ok := p.Word(lang, key); ok {
			return w
		}
		return code
	})
}

func programmeName(p *pack.Pack, code string) page.Msg { return packWord(p, "programme."+code, code) }

// visitName is what a pack calls a visit; a code that stands twice in a plan is counted.
func visitName(p *pack.Pack, code string, again int) page.Msg {
	switch code {
	case codeDose:
		return page.M("course.due.dose")
	case codeForm:
		return page.M("course.due.form")
	}
	name := packWord(p, "form."+code, code)
	if again == 0 {
		return name
	}
	return page.M("course.visit_nth", "visit", name, "n", again+1)
}

func outcomeName(p *pack.Pack, code string) page.Msg {
	if p == nil {
		return page.M("course.code", "code", code)
	}
	return page.Words(func(lang string) string {
		for _, key := range []string{"classify." + code, "end." + code} {
			if w, ok := p.Word(lang, key); ok {
				return w
			}
		}
		return code
	})
}

// nameOf is what a list calls somebody.
func nameOf(b people.Brief) string {
	for _, name := range []string{b.Original, b.Latin, b.Code} {
		if name != "" {
			return name
		}
	}
	return "?"
}

// String writes a place of the list for an address.
func (a after) String() string {
	return strconv.Itoa(int(a.Day)) + "." + hex.EncodeToString(a.ID[:]) + "." + strconv.Itoa(a.N)
}

func parsePlace(s string) (*after, error) {
	if s == "" {
		return nil, nil
	}
	parts := strings.Split(s, ".")
	bad := fault.New(fault.Invalid, "course.parsePlace", "page.error.body")
	if len(parts) != 3 {
		return nil, bad
	}
	day, err := strconv.ParseInt(parts[0], 10, 32)
	id, err2 := hex.DecodeString(parts[1])
	n, err3 := strconv.ParseInt(parts[2], 10, 16)
	if err != nil || err2 != nil || err3 != nil || len(id) != len(db.ID{}) {
		return nil, bad
	}
	return &after{calendar.Day(day), db.ID(id), int(n)}, nil
}

func (s *Service) getRecall(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	code := q.Get("programme")
	if code == allCodes {
		code = ""
	}
	list, err := s.Recall(r.Context(), code, q.Get("after"))
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "course.title", Wide: true}, recallSheet(list), nil)
}

// programmes lists the programmes of packs by code, in the order of the packs.
func programmes(packs []*pack.Pack) (codes []string, of map[string]*pack.Pack) {
	of = map[string]*pack.Pack{}
	for _, p := range packs {
		for _, g := range p.Programmes {
			if of[g.Code] == nil {
				codes = append(codes, g.Code)
				of[g.Code] = p
			}
		}
	}
	return codes, of
}

func recallSheet(l Recall) page.Sheet {
	codes, of := programmes(l.Packs)
	filter := page.Field{Kind: page.Select, Name: "programme", Label: page.M("course.q.programme"), Value: l.Code, Options: []page.Option{{Value: allCodes, Label: page.M("course.all")}}}
	if filter.Value == "" {
		filter.Value = allCodes
	}
	for _, c := range codes {
		filter.Options = append(filter.Options, page.Option{Value: c, Label: programmeName(of[c], c)})
	}
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("course.q.person"), Wide: true}, {Label: page.M("course.q.code")}, {Label: page.M("course.q.programme")},
		{Label: page.M("course.q.visit")}, {Label: page.M("course.q.until")}, {Label: page.M("course.q.state")}},
		Empty: page.Empty{Title: page.M("course.none"), Text: page.M("course.none_text"), Action: page.Link{Href: "/people", Text: page.M("course.find")}}}
	for _, x := range l.Lines {
		p := of[x.recall.Code]
		state := page.Tag{Level: page.Info, Text: page.M("course.state.due")}
		if x.Overdue(l.Today) {
			state = page.Tag{Level: page.Wait, Text: page.M("course.state.overdue_by", "count", int(l.Today-x.To))}
		}
		to := path(x.Course)
		if x.Visit == codeDose {
			to += "/doses"
		}
		t.Rows = append(t.Rows, []page.Cell{page.Link{Href: to, Name: nameOf(x.Who)}, page.Code(x.Who.Code), programmeName(p, x.recall.Code), visitName(p, x.Visit, 0), x.To, state})
	}
	if l.Next != "" {
		t.Pager.Next = listPath + "?programme=" + url.QueryEscape(l.Code) + "&after=" + url.QueryEscape(l.Next)
	}
	v := page.Sheet{Lead: page.M("course.lead"), Filter: &page.Form{Action: listPath, Method: "get", Compact: true, Submit: page.M("course.show"), Fields: []page.Field{filter}}, Table: t}
	if len(l.In) > 0 {
		v.Parts = append(v.Parts, page.Part{Title: page.M("course.incoming"), Table: movesTable(l, l.In, of)})
	}
	if len(l.Out) > 0 {
		v.Parts = append(v.Parts, page.Part{Title: page.M("course.outgoing"), Table: movesTable(l, l.Out, of)})
	}
	if len(l.In)+len(l.Out) >= mostMoving {
		v.Limits = append(v.Limits, page.M("course.limit.moves", "count", mostMoving))
	}
	v.Limits = append(v.Limits, page.M("course.limit.recall"))
	return v
}

func movesTable(l Recall, list []Transfer, of map[string]*pack.Pack) *page.Table {
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("course.q.person"), Wide: true}, {Label: page.M("course.q.programme")}, {Label: page.M("course.q.from")}, {Label: page.M("course.q.to")}, {Label: page.M("course.q.state")}, {Label: page.M("course.q.since")}}}
	for _, x := range list {
		t.Rows = append(t.Rows, []page.Cell{page.Link{Href: movesPath + "/" + x.ID.String(), Name: nameOf(l.Who[x.Person])}, programmeName(of[x.Code], x.Code), page.Code(x.From), page.Code(x.To), moveTag(x.State), x.Since})
	}
	return t
}

func moveTag(state TransferState) page.Tag {
	level := page.Wait
	switch state {
	case Arrived:
		level = page.Done
	case Withdrawn:
		level = page.Quiet
	case Refused, NotCome:
		level = page.Danger
	}
	return page.Tag{Level: level, Text: page.M("course.move." + string(state))}
}

func (s *Service) newForm(id, person db.ID, offers []Offer) *page.Form {
	var what []page.Option
	for _, o := range offers {
		opt := page.Option{Value: o.Key(), Label: programmeName(o.Pack, o.Code)}
		switch {
		case !o.Open.IsZero():
			opt.Hint = page.M("course.goes_on")
		case o.For == value.No:
			opt.Hint = page.M("course.not_for")
		case o.For != value.Yes:
			opt.Hint = page.M("course.perhaps_for")
		}
		what = append(what, opt)
	}
	on := page.Field{Kind: page.Date, Name: "on", Label: page.M("course.q.enrolled_on"), Hint: page.M("course.q.enrolled_hint")}
	on.SetDate(s.today().Date(), s.today())
	return &page.Form{Action: newPath, Submit: page.M("course.enrol"), Fields: []page.Field{
		{Kind: page.Hidden, Name: "id", Value: id.String()}, {Kind: page.Hidden, Name: "person", Value: person.String()},
		{Kind: page.Radios, Name: "what", Label: page.M("course.q.what"), Options: what}, on}}
}

func (s *Service) showNew(w http.ResponseWriter, r *http.Request, id, person db.ID, chosen string, failed func(*page.Form) bool, err error) {
	offers, look := s.Offers(r.Context(), person)
	var banner *page.Banner
	if look == nil {
		look = s.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
			banner, err = s.People.Banner(r.Context(), tx, person)
			return err
		})
	}
	if look == nil {
		look = s.Access.Opened(r.Context(), person, "care.course")
	}
	if look != nil {
		s.Pages.Error(w, r, look)
		return
	}
	f := s.newForm(id, person, offers)
	if slices.ContainsFunc(offers, func(o Offer) bool { return o.Key() == chosen }) {
		f.Find("what").Value = chosen
	}
	if failed != nil && !failed(f) {
		s.Pages.Error(w, r, err)
		return
	}
	v := page.Sheet{Form: f}
	if len(offers) == 0 {
		v, f = page.Sheet{Notes: []page.Callout{{Level: page.Info, Text: []page.Msg{page.M("course.no_packs")}}}, Actions: []page.Link{{Href: "/packs", Text: page.M("course.packs")}}}, nil
	}
	s.Pages.Sheet(w, r, page.Page{Title: "course.new.title", Banner: banner, Back: page.Link{Href: "/people/" + person.String(), Text: page.M("course.person")}}, v, f)
}

func (s *Service) getNew(w http.ResponseWriter, r *http.Request) {
	person, err := db.ParseID(r.URL.Query().Get("person"))
	if err != nil {
		s.Pages.Error(w, r, fault.New(fault.NotFound, "course.getNew", "page.error.not_found"))
		return
	}
	s.showNew(w, r, db.NewID(), person, strings.ReplaceAll(r.URL.Query().Get("what"), "+", " "), nil, nil)
}

func (s *Service) postNew(w http.ResponseWriter, r *http.Request) {
	if err := page.ReadForm(w, r, page.FormLimit); err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	id, err := db.ParseID(r.PostForm.Get("id"))
	person, err2 := db.ParseID(r.PostForm.Get("person"))
	if err != nil || err2 != nil {
		s.Pages.Error(w, r, fault.New(fault.Invalid, "course.postNew", "page.error.body"))
		return
	}
	packID, code, _ := strings.Cut(r.PostForm.Get("what"), " ")
	on, err := s.readDay(r.PostForm, "on")
	if err == nil {
		err = s.Enrol(r.Context(), id, person, packID, code, on)
	}
	if err == nil {
		s.Pages.Redirect(w, r, path(id), page.M("course.enrolled"))
		return
	}
	s.showNew(w, r, id, person, "", func(f *page.Form) bool { f.Fill(r.PostForm); return f.Fail(err) }, err)
}

// readDay reads a whole day of a form; an empty one is today.
func (s *Service) readDay(typed url.Values, name string) (calendar.Day, error) {
	d, err := page.ReadDate(typed, name, s.today())
	if err != nil {
		return 0, err
	}
	if d.IsZero() {
		return s.today(), nil
	}
	day, ok := d.Exact()
	if !ok {
		return 0, fault.Field("course.readDay", name, "course.error.whole_day")
	}
	return day, nil
}

// act does what a button of a page does, and shows where it leads.
func (s *Service) act(w http.ResponseWriter, r *http.Request, done string, do func(id db.ID) error) {
	id, err := page.Posted(w, r, "id")
	if err == nil {
		err = do(id)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Redirect(w, r, path(id), page.M(done))
}
