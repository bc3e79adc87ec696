package travel

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// Routes adds this area's pages.
func (s *Service) Routes(mux *http.ServeMux) {
	for pattern, h := range map[string]http.HandlerFunc{
		"GET /travel":            s.getList,
		"GET /travel/new":        s.getNew,
		"POST /travel/new":       s.postNew,
		"GET /travel/{id}":       s.getOne,
		"POST /travel/{id}/on":   s.postOn,
		"POST /travel/{id}/off":  s.postOff,
		"POST /travel/{id}/move": s.postMove,

		"GET /travel/{id}/people/{person}":           s.getPerson,
		"POST /travel/{id}/people/{person}/declare":  s.postDeclare,
		"POST /travel/{id}/people/{person}/withdraw": s.postWithdraw,
		"POST /travel/{id}/people/{person}/check":    s.postCheck,
		"POST /travel/{id}/people/{person}/sign":     s.postSign,
		"POST /travel/{id}/people/{person}/step":     s.postStep,
		"POST /travel/{id}/people/{person}/arrived":  s.postArrived,
		"GET /travel-checks/{id}":                    s.getCheck,

		"GET /travel/{id}/people/{person}/escort":         s.getEscort,
		"POST /travel/{id}/people/{person}/escort/assign": s.postAssign,
		"POST /travel/{id}/people/{person}/escort/brief":  s.postBrief,
		"POST /travel/{id}/people/{person}/escort/log":    s.postLog,
		"POST /travel/{id}/people/{person}/escort/note":   s.postNote,
		"POST /travel/{id}/people/{person}/print/note":    s.printNote,
		"POST /travel/{id}/people/{person}/print/file":    s.printFile,
		"GET /travel-notes/{id}":                          s.getNote,
		"POST /travel-notes/{id}":                         s.postAnswer,
	} {
		mux.HandleFunc(pattern, h)
	}
}

func listLink() page.Link { return page.Link{Href: "/travel", Text: page.M("travel.title")} }

func path(id db.ID) string { return "/travel/" + id.String() }

func (s *Service) getList(w http.ResponseWriter, r *http.Request) {
	list, more, err := s.List(r.Context(), s.today())
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	coming, moreNotes, err := s.Notes(r.Context())
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	v := listSheet(list, s.mayPlan(r), more)
	mine, err := s.Mine(r.Context())
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	if len(mine) > 0 {
		v.Parts = append(v.Parts, minePart(mine))
	}
	if len(coming) > 0 {
		v.Parts = append(v.Parts, comingPart(coming, moreNotes))
	}
	if s.Beyond != nil {
		v.Actions = append(v.Actions, s.Beyond(r.Context(), s.today()+1)...)
	}
	s.Pages.Sheet(w, r, page.Page{Title: "travel.title", Wide: true}, v, nil)
}

// mayPlan reports whether the reader may plan a movement of their own site.
func (s *Service) mayPlan(r *http.Request) bool {
	a, ok := access.From(r.Context())
	return ok && s.Access.May(r.Context(), access.TravelWrite, access.Resource{Kind: kindMovement, Site: a.Site(), Sensitivity: journal.Identity})
}

func listSheet(list []Listed, write, more bool) page.Sheet {
	v := page.Sheet{Lead: page.M("travel.lead"), Table: &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("travel.q.day")}, {Label: page.M("travel.q.number")}, {Label: page.M("travel.q.mode")}, {Label: page.M("travel.q.to")}, {Label: page.M("travel.q.site")}, {Label: page.M("travel.q.ready")}},
		Empty: page.Empty{Title: page.M("travel.none")}}}
	if write {
		v.Actions = append(v.Actions, page.Link{Href: "/travel/new", Text: page.M("travel.new.title")})
	}
	for _, m := range list {
		v.Table.Rows = append(v.Table.Rows, []page.Cell{whenCell(m.Movement), page.Link{Href: path(m.ID), Name: m.Number}, page.M("travel.mode." + string(m.Mode)), toCell(m.To), page.Code(m.Site), readyCell(m)})
	}
	if more {
		v.Limits = append(v.Limits, page.M("travel.more", "count", most))
	}
	return v
}

// whenCell is when a movement leaves, to the hour where it is known.
func whenCell(m Movement) any {
	if m.At.IsZero() {
		return m.Day
	}
	return m.At
}

func readyCell(m Listed) any {
	switch {
	case m.People == 0:
		return page.M("travel.nobody")
	case m.Unlooked:
		return page.M("travel.people", "count", m.People)
	case m.Waiting > 0:
		return []any{page.Tag{Level: page.Wait, Text: page.M("travel.waiting", "count", m.Waiting)}, page.M("travel.people", "count", m.People)}
	}
	return []any{page.Tag{Level: page.Done, Text: page.M("travel.all_ready")}, page.M("travel.people", "count", m.People)}
}

func toCell(code string) any {
	if code == "" {
		return nil
	}
	return page.Country(code)
}

// whenFields ask when a movement leaves and by whom.
func (s *Service) whenFields(m Movement, carriers []Choice) []page.Field {
	day := page.Field{Kind: page.Date, Name: "day", Label: page.M("travel.q.day")}
	day.SetDate(m.Day.Date(), s.today())
	at := ""
	if !m.At.IsZero() {
		at = m.At.UTC().Format("15:04")
	}
	hours := ""
	if m.Hours > 0 {
		hours = strconv.Itoa(m.Hours)
	}
	groups := []page.Option{{Value: "", Label: page.M("travel.q.not_said")}}
	for _, c := range carriers {
		groups = append(groups, page.Option{Value: c.Code, Text: c.Word})
	}
	return []page.Field{day,
		{Kind: page.Text, Name: "at", Label: page.M("travel.q.at"), Hint: page.M("travel.q.at_hint"), Value: at, Max: 5, Width: 4, Dir: "ltr", Auto: "off", Optional: true},
		{Kind: page.Text, Name: "hours", Label: page.M("travel.q.hours"), Value: hours, Max: 4, Width: 4, Dir: "ltr", Auto: "off", Optional: true},
		{Kind: page.Select, Name: "carrier", Label: page.M("travel.q.carrier"), Hint: page.M("travel.q.carrier_hint"), Options: groups, Value: m.Carrier, Optional: true}}
}

func (s *Service) newForm(locale string, m Movement, carriers []Choice) *page.Form {
	countries := []page.Option{{Value: "", Label: page.M("travel.q.not_said")}}
	for _, p := range place.Sorted(locale) {
		countries = append(countries, page.Option{Value: p.Code, Text: p.Name(locale)})
	}
	return &page.Form{Action: "/travel/new", Submit: page.M("travel.save"), Fields: append([]page.Field{
		{Kind: page.Hidden, Name: "id", Value: m.ID.String()},
		{Kind: page.Radios, Name: "mode", Label: page.M("travel.q.mode"), Inline: true, Options: page.OptionsOf(Modes, "travel.mode.")},
		{Kind: page.Text, Name: "number", Label: page.M("travel.q.number"), Max: longNumber, Width: 10, Dir: "ltr", Auto: "off"},
		{Kind: page.Select, Name: "to", Label: page.M("travel.q.to"), Options: countries, Optional: true},
	}, s.whenFields(m, carriers)...)}
}

func (s *Service) showNew(w http.ResponseWriter, r *http.Request, f *page.Form) {
	s.Pages.Sheet(w, r, page.Page{Title: "travel.new.title", Back: listLink()}, page.Sheet{Form: f}, f)
}

func (s *Service) getNew(w http.ResponseWriter, r *http.Request) {
	if !s.mayPlan(r) {
		s.Pages.Error(w, r, fault.New(fault.Forbidden, "travel.getNew", "door.forbidden"))
		return
	}
	s.showNew(w, r, s.newForm(page.LocaleOf(r).Code, Movement{ID: db.NewID(), Day: s.today() + 1}, s.carriers(r)))
}

// carriers are the groups of carriers in the reader's words.
func (s *Service) carriers(r *http.Request) (out []Choice) {
	_ = s.DB.Read(r.Context(), func(tx *db.Tx) error { out = s.choices(tx, page.LocaleOf(r).Code); return nil }) // without them the form still plans
	return out
}

// readWhen reads the day, the hour and the carrier of a movement.
func (s *Service) readWhen(r *http.Request, m *Movement) error {
	const op = "travel.readWhen"
	date, err := page.ReadDate(r.PostForm, "day", s.today())
	if err != nil {
		return err
	}
	m.Day, _ = date.Exact() // no exact day is one long past
	m.Carrier = r.PostForm.Get("carrier")
	m.At, m.Hours = time.Time{}, 0
	if at := strings.TrimSpace(page.Digits(r.PostForm.Get("at"))); at != "" {
		hour, err := time.Parse("15:04", at)
		if err != nil {
			return fault.Field(op, "at", "travel.error.at")
		}
		m.At = time.Unix(0, 0).UTC().AddDate(0, 0, int(m.Day)).Add(time.Duration(hour.Hour())*time.Hour + time.Duration(hour.Minute())*time.Minute)
	}
	if hours := strings.TrimSpace(page.Digits(r.PostForm.Get("hours"))); hours != "" {
		if m.Hours, err = strconv.Atoi(hours); err != nil {
			return fault.Field(op, "hours", "travel.error.hours")
		}
	}
	return nil
}

func (s *Service) postNew(w http.ResponseWriter, r *http.Request) {
	if err := page.ReadForm(w, r, page.FormLimit); err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	m := Movement{Mode: Mode(r.PostForm.Get("mode")), Number: strings.TrimSpace(r.PostForm.Get("number")), To: r.PostForm.Get("to")}
	var err error
	if m.ID, err = db.ParseID(r.PostForm.Get("id")); err != nil {
		s.Pages.Error(w, r, fault.New(fault.Invalid, "travel.postNew", "page.error.body"))
		return
	}
	if err = s.readWhen(r, &m); err == nil {
		_, err = s.Plan(r.Context(), m)
	}
	if err == nil {
		s.Pages.Redirect(w, r, path(m.ID), page.M("travel.saved"))
		return
	}
	f := s.newForm(page.LocaleOf(r).Code, m, s.carriers(r))
	f.Fill(r.PostForm)
	if !f.Fail(err) {
		s.Pages.Error(w, r, err)
		return
	}
	s.showNew(w, r, f)
}

func (s *Service) postMove(w http.ResponseWriter, r *http.Request) {
	id, err := page.Posted(w, r, "id")
	var m Movement
	if err == nil {
		err = s.readWhen(r, &m)
	}
	if err == nil {
		err = s.Move(r.Context(), id, m.Day, m.At, m.Hours, m.Carrier)
	}
	if err == nil {
		s.Pages.Redirect(w, r, path(id), page.M("travel.saved"))
		return
	}
	m.ID = id
	f := s.moveForm(m, s.carriers(r))
	f.Fill(r.PostForm)
	if !f.Fail(err) {
		s.Pages.Error(w, r, err)
		return
	}
	s.show(w, r, f)
}

func (s *Service) moveForm(m Movement, carriers []Choice) *page.Form {
	return &page.Form{Action: path(m.ID) + "/move", Submit: page.M("travel.save"), Fields: s.whenFields(m, carriers)}
}

func (s *Service) getOne(w http.ResponseWriter, r *http.Request) { s.show(w, r, nil) }

func (s *Service) show(w http.ResponseWriter, r *http.Request, failed *page.Form) {
	id, err := page.PathID(r, "id")
	var o Opened
	if err == nil {
		o, err = s.Open(r.Context(), id, page.LocaleOf(r).Code)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	v := s.oneSheet(o, failed)
	if s.Beyond != nil {
		v.Actions = append(v.Actions, s.Beyond(r.Context(), o.Day)...)
	}
	s.Pages.Sheet(w, r, page.Page{Title: "travel.one.title", Back: listLink(), Wide: true}, v, failed)
}

func movementRows(m Movement, carriers []Choice) page.Summary {
	rows := page.Summary{{Label: page.M("travel.q.day"), Value: whenCell(m)}, {Label: page.M("travel.q.mode"), Value: page.M("travel.mode." + string(m.Mode))},
		{Label: page.M("travel.q.number"), Value: page.Code(m.Number)}, {Label: page.M("travel.q.to"), Value: toCell(m.To)}}
	for _, c := range carriers {
		if c.Code == m.Carrier {
			rows = append(rows, page.Row{Label: page.M("travel.q.carrier"), Value: c.Word})
		}
	}
	return rows
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

// standCell says how far somebody is and what stands against them.
func standCell(p Passenger) []any {
	var out []any
	switch {
	case p.Traveller.State == Boarded || p.Traveller.State == Arrived:
		out = append(out, page.Tag{Level: page.Done, Text: page.M("travel.state." + string(p.Traveller.State))})
	case p.Traveller.State != "":
		out = append(out, page.Tag{Level: page.Quiet, Text: page.M("travel.state." + string(p.Traveller.State))})
	case len(p.Gaps) == 0:
		out = append(out, page.Tag{Level: page.Done, Text: page.M("travel.ready")})
	default:
		out = append(out, page.Tag{Level: page.Wait, Text: page.M("travel.not_ready")})
		for _, g := range p.Gaps {
			out = append(out, page.M("travel.gap."+string(g)))
		}
	}
	if p.Level.Accompanied() {
		out = append(out, page.M("travel.level."+string(p.Level)))
	}
	return out
}

func (s *Service) oneSheet(o Opened, failed *page.Form) page.Sheet {
	v := page.Sheet{Rows: movementRows(o.Movement, o.Carriers),
		Table: &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("travel.q.person"), Wide: true}, {Label: page.M("travel.q.code")}, {Label: page.M("travel.q.sex_age")}, {Label: page.M("travel.q.ready")}}, Empty: page.Empty{Title: page.M("travel.nobody")}}}
	if o.Hidden > 0 {
		v.Notes = []page.Callout{{Level: page.Info, Text: []page.Msg{page.M("travel.hidden", "count", o.Hidden)}}}
	}
	var off []page.Option
	for _, b := range o.Who {
		name := nameOf(b.Brief)
		about := []any{page.Sex(b.Sex).Msg()}
		if !b.Birth.IsZero() {
			about = append(about, page.Age(b.Birth, s.today()))
		}
		v.Table.Rows = append(v.Table.Rows, []page.Cell{page.Link{Href: personPath(o.ID, b.ID), Name: name}, page.Code(b.Code), about, standCell(b)})
		off = append(off, page.Option{Value: b.ID.String(), Text: name})
	}
	if !o.MayWrite {
		return v
	}
	on, move := onForm(o.ID), s.moveForm(o.Movement, o.Carriers)
	if failed != nil {
		if failed.Action == move.Action {
			move = failed
		} else {
			on = failed
		}
	}
	v.Parts = append(v.Parts, page.Part{Title: page.M("travel.on"), Form: on})
	if len(off) > 0 {
		v.Parts = append(v.Parts, page.Part{Title: page.M("travel.off"), Form: &page.Form{Action: path(o.ID) + "/off", Submit: page.M("travel.off"), Fields: []page.Field{
			{Kind: page.Select, Name: "person", Label: page.M("travel.q.person"), Options: append([]page.Option{{Value: "", Label: page.M("travel.q.choose")}}, off...)}}}})
	}
	v.Parts = append(v.Parts, page.Part{Title: page.M("travel.move"), Lead: page.M("travel.move_lead"), Form: move})
	return v
}

// onForm takes somebody onto the list by the code or number that is typed.
func onForm(id db.ID) *page.Form {
	return &page.Form{Action: path(id) + "/on", Submit: page.M("travel.on"), Fields: []page.Field{{Kind: page.Text, Name: "typed", Label: page.M("travel.q.typed"), Hint: page.M("travel.q.typed_hint"), Max: longNumber, Width: 20, Dir: "ltr", Auto: "off"}}}
}

func (s *Service) postOn(w http.ResponseWriter, r *http.Request) {
	id, err := page.Posted(w, r, "id")
	if err == nil {
		err = s.Board(r.Context(), id, r.PostForm.Get("typed"))
	}
	if err == nil {
		s.Pages.Redirect(w, r, path(id), page.M("travel.saved"))
		return
	}
	f := onForm(id)
	f.Fill(r.PostForm)
	if !f.Fail(err) {
		s.Pages.Error(w, r, err)
		return
	}
	s.show(w, r, f)
}

func (s *Service) postOff(w http.ResponseWriter, r *http.Request) {
	id, err := page.Posted(w, r, "id")
	if err == nil {
		var person db.ID
		if person, err = db.ParseID(r.PostForm.Get("person")); err != nil {
			err = fault.New(fault.Invalid, "travel.postOff", "travel.error.choose")
		} else {
			err = s.TakeOff(r.Context(), id, person)
		}
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Redirect(w, r, path(id), page.M("travel.saved"))
}
