package mhpss

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/care/team"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/seal"
)

const listPath = "/support"

// Routes adds this area's pages.
func (s *Service) Routes(mux *http.ServeMux) {
	for pattern, h := range map[string]http.HandlerFunc{
		"GET /support":              s.getList,
		"GET /support/new":          s.getNew,
		"POST /support/new":         s.postNew,
		"GET /support/session":      s.getSession,
		"POST /support/session":     s.postSession,
		"GET /support/session/{id}": s.getGathered,
		"GET /support/setup":        s.getSetup,
		"POST /support/duty":        s.postDuty,
		"POST /support/words":       s.postWords,
		"GET /support/figures":      s.getFigures,
		"GET /support/{id}":         s.getOne,
		"GET /support/{id}/{what}":  s.getAdd,
		"POST /support/{id}/{what}": s.postAdd,
	} {
		mux.HandleFunc(pattern, h)
	}
}

func path(id db.ID) string { return listPath + "/" + id.String() }

// Entry is the link from a person's page: the same for everybody who may be in a room,
// whether or not there is a case.
func Entry(person db.ID) string { return listPath + "/new?person=" + person.String() }

func (s *Service) fail(w http.ResponseWriter, r *http.Request, err error) {
	if !team.Closed(w, r, err) {
		s.Pages.Error(w, r, err)
	}
}

// sheet shows a page of this area: its title says nothing, and there is a quick way off it.
func (s *Service) sheet(w http.ResponseWriter, r *http.Request, pg page.Page, v page.Sheet, f *page.Form) {
	v.Actions = append([]page.Link{team.Leave()}, v.Actions...)
	pg.Title = "mhpss.title"
	if pg.Back.Href == "" {
		pg.Back = page.Link{Href: listPath, Text: page.M("mhpss.title")}
	}
	s.Pages.Sheet(w, r, pg, v, f)
}

func (s *Service) getList(w http.ResponseWriter, r *http.Request) {
	c, err := s.Load(r.Context())
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.sheet(w, r, page.Page{Wide: true, Back: page.Link{Href: "/rooms", Text: page.M("team.title")}}, listSheet(c, s.Clock()), nil)
}

func listSheet(c Caseload, now time.Time) page.Sheet {
	if len(c.Rooms) == 0 {
		return page.Sheet{Notes: []page.Callout{{Level: page.Info, Title: page.M("mhpss.no_room"), Text: []page.Msg{page.M("mhpss.no_room_text")}}}, Actions: []page.Link{{Href: "/rooms", Text: page.M("team.title")}}}
	}
	v := page.Sheet{Actions: []page.Link{{Href: listPath + "/session", Text: page.M("mhpss.session.new")}, {Href: listPath + "/figures", Text: page.M("mhpss.figures")}, {Href: listPath + "/setup", Text: page.M("mhpss.setup")}}}
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("mhpss.q.person"), Wide: true}, {Label: page.M("mhpss.q.mode")}, {Label: page.M("mhpss.q.next")}, {Label: page.M("mhpss.q.state")}},
		Empty: page.Empty{Title: page.M("mhpss.none"), Text: page.M("mhpss.none_text"), Action: page.Link{Href: "/people", Text: page.M("mhpss.find")}}}
	for _, l := range c.Cases {
		t.Rows = append(t.Rows, []page.Cell{page.Link{Href: path(l.ID), Name: nameOf(l.Who)}, page.M("mhpss.mode." + string(l.Mode)), dayCell(l.Next()), stateTag(l.Case)})
		if since, duty := l.Waits(); !since.IsZero() {
			v.Notes = append(v.Notes, waitNote(l.ID, since, duty, now))
		}
	}
	v.Table = t
	st := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("mhpss.q.day")}, {Label: page.M("mhpss.q.name"), Wide: true}, {Label: page.M("mhpss.q.came"), Number: true}}, Empty: page.Empty{Title: page.M("mhpss.session.none")}}
	for _, x := range c.Sessions {
		st.Rows = append(st.Rows, []page.Cell{x.V.Day.Date(), page.Link{Href: listPath + "/session/" + x.ID.String(), Name: x.V.Name}, x.V.All()})
	}
	v.Parts = []page.Part{{Title: page.M("mhpss.session.all"), Table: st}}
	if c.More > 0 {
		v.Limits = []page.Msg{page.M("mhpss.more", "n", c.More)}
	}
	for _, room := range c.Rooms {
		if c.Duty[room.ID] == nil {
			v.Notes = append(v.Notes, page.Callout{Level: page.Wait, Title: page.M("mhpss.no_duty", "room", room.Name), Text: []page.Msg{page.M("mhpss.no_duty_text")}, Links: []page.Link{{Href: listPath + "/setup", Text: page.M("mhpss.setup")}}})
		}
	}
	return v
}

// waitNote is the clock of a safety check that is owed, with who is on duty.
func waitNote(id db.ID, since time.Time, duty string, now time.Time) page.Callout {
	text := []page.Msg{page.M("mhpss.waits_text", "minutes", int(now.Sub(since).Minutes()))}
	if duty != "" {
		text = append(text, page.M("mhpss.waits_duty", "who", duty))
	}
	return page.Callout{Level: page.Danger, Title: page.M("mhpss.waits"), Text: text, Links: []page.Link{{Href: path(id) + "/check", Text: page.M("mhpss.check")}}}
}

func nameOf(b people.Brief) string {
	for _, name := range []string{b.Original, b.Latin, b.Code} {
		if name != "" {
			return name
		}
	}
	return "?"
}

func dayCell(d calendar.Day) page.Cell {
	if d == 0 {
		return page.M("mhpss.no_day")
	}
	return d.Date()
}

func stateTag(c Case) page.Tag {
	since, _ := c.Waits()
	switch {
	case !since.IsZero():
		return page.Tag{Level: page.Danger, Text: page.M("mhpss.waits")}
	case !c.Erasing.IsZero():
		return page.Tag{Level: page.Wait, Text: page.M("mhpss.erase.asked")}
	case c.Closed != nil:
		return page.Tag{Level: page.Quiet, Text: page.M("mhpss.end." + string(c.Closed.V.Why))}
	}
	return page.Tag{Level: page.Info, Text: page.M("mhpss.goes_on")}
}

func (s *Service) getNew(w http.ResponseWriter, r *http.Request) { s.showNew(w, r, nil, nil) }

func (s *Service) showNew(w http.ResponseWriter, r *http.Request, failed func(*page.Form) bool, err error) {
	person, bad := db.ParseID(r.FormValue("person"))
	if bad != nil {
		s.Pages.Error(w, r, fault.New(fault.NotFound, "mhpss.getNew", "page.error.not_found"))
		return
	}
	rooms, look := s.Rooms(r.Context())
	var banner *page.Banner
	if look == nil {
		look = s.DB.Read(r.Context(), func(tx *db.Tx) (err error) { banner, err = s.People.Banner(r.Context(), tx, person); return err })
	}
	if look == nil { // the line of the person's own page, which says nothing of a room
		look = s.Access.Opened(r.Context(), person, "people.person")
	}
	if look != nil {
		s.fail(w, r, look)
		return
	}
	f := newForm(db.NewID(), person, rooms)
	if failed != nil && !failed(f) {
		s.fail(w, r, err)
		return
	}
	v := page.Sheet{Lead: page.M("mhpss.new_lead"), Form: f}
	if len(rooms) == 0 {
		v, f = listSheet(Caseload{}, s.Clock()), nil
	}
	s.sheet(w, r, page.Page{Banner: banner}, v, f)
}

func roomField(rooms []seal.Room) page.Field {
	q := page.Field{Kind: page.Radios, Name: "room", Label: page.M("mhpss.q.room")}
	for _, r := range rooms {
		q.Options = append(q.Options, page.Option{Value: r.ID.String(), Text: r.Name})
	}
	if len(rooms) == 1 { // nothing to choose
		q = page.Field{Kind: page.Hidden, Name: "room", Value: rooms[0].ID.String()}
	}
	return q
}

func yes(name, label string) page.Field {
	return page.Field{Kind: page.Radios, Name: name, Label: page.M(label), Inline: true, Options: []page.Option{{Value: "yes", Label: page.M("page.truth.yes")}, {Value: "no", Label: page.M("page.truth.no")}}}
}

func long(name, label string) page.Field {
	return page.Field{Kind: page.LongText, Name: name, Label: page.M(label), Optional: true, Max: longText, Rows: 3, Dir: "auto"}
}

func line(name, label string) page.Field {
	return page.Field{Kind: page.Text, Name: name, Label: page.M(label), Optional: true, Max: lineText, Auto: "off", Dir: "auto"}
}

func newForm(id, person db.ID, rooms []seal.Room) *page.Form {
	fields := []page.Field{{Kind: page.Hidden, Name: "id", Value: id.String()}, {Kind: page.Hidden, Name: "person", Value: person.String()}}
	if len(rooms) > 0 {
		fields = append(fields, roomField(rooms))
	}
	fields = append(fields, yes("explained", "mhpss.q.explained"), yes("agreed", "mhpss.q.agreed"),
		page.Field{Kind: page.Radios, Name: "mode", Label: page.M("mhpss.q.mode"), Options: page.OptionsOf(Modes, "mhpss.mode.")},
		page.Field{Kind: page.Checks, Name: "flags", Label: page.M("mhpss.q.flags"), Hint: page.M("mhpss.q.flags_hint"), Optional: true, Options: page.OptionsOf(Flags, "mhpss.flag.")},
		long("wants", "mhpss.q.wants"))
	return &page.Form{Action: listPath + "/new", Submit: page.M("mhpss.begin"), Fields: append(fields, contactFields()...)}
}

func contactFields() []page.Field {
	return []page.Field{{Kind: page.Heading, Label: page.M("mhpss.contact")},
		yes("none", "mhpss.q.contact_none"), line("how", "mhpss.q.how"), line("when", "mhpss.q.when"), line("who", "mhpss.q.who"), yes("no_message", "mhpss.q.no_message")}
}

func readContact(v url.Values) Contact {
	return Contact{None: v.Get("none") == "yes", How: v.Get("how"), When: v.Get("when"), Who: v.Get("who"), NoMessage: v.Get("no_message") == "yes"}
}

func (s *Service) postNew(w http.ResponseWriter, r *http.Request) {
	if err := page.ReadForm(w, r, page.FormLimit); err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	v := r.PostForm
	id, err := db.ParseID(v.Get("id"))
	person, err2 := db.ParseID(v.Get("person"))
	if err != nil || err2 != nil {
		s.Pages.Error(w, r, fault.New(fault.Invalid, "mhpss.postNew", "page.error.body"))
		return
	}
	b := Begun{Mode: Mode(v.Get("mode")), Explained: v.Get("explained") == "yes", Agreed: v.Get("agreed") == "yes", Wants: strings.TrimSpace(v.Get("wants"))}
	for _, f := range v["flags"] {
		b.Flags = append(b.Flags, Flag(f))
	}
	room, err := db.ParseID(v.Get("room"))
	if err != nil {
		err = fault.Field("mhpss.postNew", "room", "mhpss.error.room")
	} else {
		err = s.Begin(r.Context(), id, room, person, b, readContact(v))
	}
	if err == nil {
		s.Pages.Redirect(w, r, path(id), page.M("mhpss.kept"))
		return
	}
	s.showNew(w, r, func(f *page.Form) bool { f.Fill(v); return f.Fail(err) }, err)
}

func (s *Service) getOne(w http.ResponseWriter, r *http.Request) {
	id, err := page.PathID(r, "id")
	var o Opened
	if err == nil {
		o, err = s.Look(r.Context(), id)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.sheet(w, r, page.Page{Banner: o.Banner}, oneSheet(o, s.Clock()), nil)
}

// oneSheet is a case: what waits, what was agreed on, what was done.
func oneSheet(o Opened, now time.Time) page.Sheet {
	v := page.Sheet{Rows: page.Summary{{Label: page.M("mhpss.q.state"), Value: stateTag(o.Case)}, {Label: page.M("mhpss.q.mode"), Value: page.M("mhpss.mode." + string(o.Mode))},
		{Label: page.M("mhpss.since"), Value: o.At}, {Label: page.M("mhpss.q.next"), Value: dayCell(o.Next())}}}
	if o.Wants != "" {
		v.Rows = append(v.Rows, page.Row{Label: page.M("mhpss.q.wants"), Value: o.Wants})
	}
	for _, f := range o.Flags {
		v.Rows = append(v.Rows, page.Row{Label: page.M("mhpss.q.flag"), Value: page.Tag{Level: page.Wait, Text: page.M("mhpss.flag." + string(f))}})
	}
	if o.Died {
		v.Notes = append(v.Notes, page.Callout{Level: page.Info, Text: []page.Msg{page.M("mhpss.error.died")}})
	}
	if since, duty := o.Waits(); !since.IsZero() {
		v.Notes = append(v.Notes, waitNote(o.ID, since, duty, now))
	}
	if o.Closed == nil {
		for _, what := range adds {
			v.Actions = append(v.Actions, page.Link{Href: path(o.ID) + "/" + what.name, Text: page.M(what.title)})
		}
	}
	v.Parts = append(v.Parts, contactPart(o.Contact), o.talksPart(), o.scoresPart())
	if o.Plan != nil {
		v.Parts = append(v.Parts, planPart(o.Plan.V))
	}
	if len(o.Referrals) > 0 {
		v.Parts = append(v.Parts, o.refersPart())
	}
	return withErasure(v, o)
}

func withErasure(v page.Sheet, o Opened) page.Sheet {
	f := &page.Form{Action: path(o.ID) + "/erase", ID: "erase", Danger: true, Submit: page.M("mhpss.erase.ask")}
	p := page.Part{Title: page.M("mhpss.erase"), Lead: page.M("mhpss.erase.lead"), Form: f}
	switch {
	case o.Erasing == o.Me && !o.Me.IsZero():
		p.Form, p.Notes = nil, []page.Callout{{Level: page.Wait, Text: []page.Msg{page.M("mhpss.erase.waits")}}}
	case !o.Erasing.IsZero():
		f.Submit = page.M("mhpss.erase.agree")
	}
	v.Parts = append(v.Parts, p)
	return v
}

func contactPart(c *Contact) page.Part {
	p := page.Part{Title: page.M("mhpss.contact")}
	switch {
	case c == nil:
	case c.None:
		p.Notes = []page.Callout{{Level: page.Danger, Text: []page.Msg{page.M("mhpss.contact_none")}}}
	default:
		for _, x := range []struct{ label, value string }{{"mhpss.q.how", c.How}, {"mhpss.q.when", c.When}, {"mhpss.q.who", c.Who}} {
			p.Rows = append(p.Rows, page.Row{Label: page.M(x.label), Value: x.value})
		}
	}
	if c != nil && c.NoMessage {
		p.Notes = append(p.Notes, page.Callout{Level: page.Danger, Text: []page.Msg{page.M("mhpss.no_message")}})
	}
	return p
}

func (o Opened) talksPart() page.Part {
	t := &page.Table{Columns: []page.Column{{Label: page.M("mhpss.q.day")}, {Label: page.M("mhpss.q.mode")}, {Label: page.M("mhpss.q.aims"), Wide: true}, {Label: page.M("mhpss.q.note"), Wide: true}, {Label: page.M("mhpss.by")}}, Empty: page.Empty{Title: page.M("mhpss.no_talk")}}
	for i := len(o.Talks) - 1; i >= 0; i-- {
		x := o.Talks[i]
		t.Rows = append(t.Rows, []page.Cell{x.V.Day.Date(), page.M("mhpss.mode." + string(x.V.Mode)), x.V.Aims, x.V.Note, team.NameIn(o.in.Room, x.By)})
	}
	return page.Part{Title: page.M("mhpss.talks"), Table: t}
}

func (o Opened) scoresPart() page.Part {
	t := &page.Table{Columns: []page.Column{{Label: page.M("mhpss.at")}, {Label: page.M("mhpss.q.instrument")}, {Label: page.M("mhpss.total"), Number: true}, {Label: page.M("mhpss.says"), Wide: true}}, Empty: page.Empty{Title: page.M("mhpss.no_score")}}
	for i := len(o.Scores) - 1; i >= 0; i-- {
		x := o.Scores[i].V
		var total page.Cell = page.M("mhpss.no_total")
		if x.Total != nil {
			total = *x.Total
		}
		t.Rows = append(t.Rows, []page.Cell{o.Scores[i].At, instrumentName(o.Pack, x.Instrument), total, codeWords(o.Pack, x.Codes)})
	}
	p := page.Part{Title: page.M("mhpss.scores"), Table: t}
	for _, k := range o.Checks {
		p.Rows = append(p.Rows, page.Row{Label: page.M("mhpss.check"), Value: append([]any{k.At}, codeWords(o.Pack, append(outcomeCode(k.V), k.V.Codes...))...)})
	}
	return p
}

func outcomeCode(c Check) []string {
	if v := c.Answers["safety_outcome"]; len(v) > 0 {
		return []string{"value.safety_outcome." + v[0]}
	}
	return nil
}

func instrumentName(p *pack.Pack, code string) page.Msg {
	return packWord(p, "value.instrument."+code, code)
}

func packWord(p *pack.Pack, key, or string) page.Msg {
	return page.Words(func(lang string) string {
		if p != nil {
			if text, ok := p.Word(lang, key); ok {
				return text
			}
		}
		return or
	})
}

// codeWords are what codes of the pack mean, as the version in force has them.
func codeWords(p *pack.Pack, codes []string) (out []any) {
	for _, c := range codes {
		out = append(out, packWord(p, c, c))
	}
	return out
}

func planPart(v Plan) page.Part {
	p := page.Part{Title: page.M("mhpss.plan")}
	for _, x := range planFields(v) {
		if x.value != "" {
			p.Rows = append(p.Rows, page.Row{Label: page.M("mhpss.plan." + x.name), Value: x.value})
		}
	}
	p.Rows = append(p.Rows, page.Row{Label: page.M("mhpss.q.review"), Value: dayCell(v.Review)})
	return p
}

type named struct{ name, value string }

func planFields(v Plan) []named {
	return []named{{"signs", v.Signs}, {"alone", v.Alone}, {"places", v.Places}, {"people", v.People}, {"lines", v.Lines}, {"around", v.Around}}
}

func (o Opened) refersPart() page.Part {
	t := &page.Table{Columns: []page.Column{{Label: page.M("mhpss.at")}, {Label: page.M("mhpss.q.to"), Wide: true}, {Label: page.M("mhpss.q.tells"), Wide: true}}}
	for _, x := range o.Referrals {
		t.Rows = append(t.Rows, []page.Cell{x.At, x.V.To, x.V.Tells})
	}
	return page.Part{Title: page.M("mhpss.refer"), Table: t}
}

func (s *Service) getFigures(w http.ResponseWriter, r *http.Request) {
	year, month, _ := s.today().YMD()
	from := calendar.DayOf(year, month, 1)
	if m, err := time.Parse("2006-01", r.FormValue("month")); err == nil {
		from = calendar.DayOfTime(m)
	}
	to := monthFrom(from, 1) - 1
	v, err := s.Figures(r.Context(), from, to)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.sheet(w, r, page.Page{}, figuresSheet(v), nil)
}

// monthFrom is the first day of the month that is so many after that of a first day.
func monthFrom(first calendar.Day, n int) calendar.Day {
	year, month, _ := first.YMD()
	return calendar.DayOfTime(time.Date(year, time.Month(month+n), 1, 0, 0, 0, 0, time.UTC))
}

func figuresSheet(v Figures) page.Sheet {
	t := &page.Table{Columns: []page.Column{{Label: page.M("mhpss.figure"), Wide: true}, {Label: page.M("mhpss.count"), Number: true}}}
	for _, l := range v.Lines {
		var n page.Cell = page.M("mhpss.few", "n", strconv.Itoa(v.Least))
		if v.Told(l.Count) {
			n = l.Count
		}
		t.Rows = append(t.Rows, []page.Cell{page.M("mhpss.figure." + l.Key), n})
	}
	before, after := monthFrom(v.From, -1).String()[:7], monthFrom(v.From, 1).String()[:7]
	return page.Sheet{Lead: page.M("mhpss.figures_lead"), Rows: page.Summary{{Label: page.M("mhpss.from"), Value: v.From.Date()}, {Label: page.M("mhpss.to"), Value: v.To.Date()}}, Table: t,
		Actions: []page.Link{{Href: listPath + "/figures?month=" + before, Text: page.M("mhpss.before")}, {Href: listPath + "/figures?month=" + after, Text: page.M("mhpss.after")}}, Limits: []page.Msg{page.M("mhpss.figures_limit")}}
}
