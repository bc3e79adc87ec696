package mhpss

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/godwit-health/godwit/engine/form"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/seal"
)

const facilitatorsAsked = 3

func (s *Service) getSession(w http.ResponseWriter, r *http.Request) { s.showSession(w, r, nil, nil) }

func (s *Service) showSession(w http.ResponseWriter, r *http.Request, typed url.Values, failed error) {
	rooms, err := s.Rooms(r.Context())
	var p *pack.Pack
	if err == nil {
		err = s.DB.Read(r.Context(), func(tx *db.Tx) (err error) { p, err = s.Packs.Active(tx, packID, s.today()); return err })
	}
	if fault.Is(err, fault.Unavailable) && !seal.IsClosed(err) || fault.Is(err, fault.NotFound) {
		err = nil
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	switch {
	case len(rooms) == 0:
		s.sheet(w, r, page.Page{}, listSheet(Caseload{}, s.Clock()), nil)
		return
	case p == nil:
		s.sheet(w, r, page.Page{}, page.Sheet{Notes: []page.Callout{{Level: page.Wait, Text: []page.Msg{page.M("mhpss.error.no_pack")}}}}, nil)
		return
	}
	f := s.sessionForm(p, rooms, typed)
	if failed != nil {
		f.Fill(typed)
		if !f.Fail(failed) {
			s.fail(w, r, failed)
			return
		}
	}
	s.sheet(w, r, page.Page{}, page.Sheet{Lead: page.M("mhpss.session.lead"), Parts: []page.Part{{Title: page.M("mhpss.session.new"), Form: f}}}, f)
}

// asksOf are the questions of the pack's form that counts do not answer.
func asksOf(p *pack.Pack, f *page.Form, typed url.Values, s *Service, only string) {
	pf, ok := p.Form(sessionForm)
	if !ok {
		return
	}
	answers := page.Answers(pf, typed)
	for _, it := range pf.View(answers, pf.Check(answers, nil, s.today())) {
		switch it.Name {
		case "session_facilitators", "session_children", "attended_female", "attended_male":
		default:
			if (it.Name == "activity") == (only == "activity") {
				f.Ask([]form.Item{it}, typed, false)
			}
		}
	}
}

func (s *Service) sessionForm(p *pack.Pack, rooms []seal.Room, typed url.Values) *page.Form {
	count := func(name string) page.Field {
		return page.Field{Kind: page.Number, Name: name, Label: page.M("mhpss.figure." + name), Width: 4, Optional: true}
	}
	f := &page.Form{Action: listPath + "/session", Submit: page.M("mhpss.keep"), Fields: []page.Field{{Kind: page.Hidden, Name: "doc", Value: db.NewID().String()}, roomField(rooms),
		date("day", "mhpss.q.day", s.today(), s.today(), false), {Kind: page.Text, Name: "name", Label: page.M("mhpss.q.name"), Max: lineText, Dir: "auto"}}}
	asksOf(p, f, typed, s, "activity")
	f.Fields = append(f.Fields, page.Field{Kind: page.LongText, Name: "aims", Label: page.M("mhpss.q.aims"), Max: longText, Rows: 3, Dir: "auto"}, line("place", "mhpss.q.place"),
		page.Field{Kind: page.Heading, Label: page.M("mhpss.facilitators"), Hint: page.M("mhpss.facilitators_hint")})
	for i := range facilitatorsAsked {
		name := fmt.Sprintf("facilitator_%d", i+1)
		q := line(name, "mhpss.q.facilitator")
		q.Label = page.M("mhpss.q.facilitator", "n", i+1)
		d := date(fmt.Sprintf("vetted_%d", i+1), "mhpss.q.vetted", 0, s.today(), true)
		d.Label = page.M("mhpss.q.vetted", "n", i+1)
		f.Fields = append(f.Fields, q, d)
	}
	f.Fields = append(f.Fields, page.Field{Kind: page.Heading, Label: page.M("mhpss.attendance"), Hint: page.M("mhpss.attendance_hint")},
		count("girls"), count("boys"), count("women"), count("men"), line("ages", "mhpss.q.ages"),
		page.Field{Kind: page.LongText, Name: "nicknames", Label: page.M("mhpss.q.nicknames"), Hint: page.M("mhpss.q.nicknames_hint"), Optional: true, Max: longText, Rows: 3, Dir: "auto"})
	asksOf(p, f, typed, s, "")
	f.Fields = append(f.Fields, long("note", "mhpss.q.note"), long("incident", "mhpss.q.incident"))
	return f
}

func (s *Service) readSession(v url.Values) (Session, error) {
	out := Session{Name: strings.TrimSpace(v.Get("name")), Aims: strings.TrimSpace(v.Get("aims")), Place: v.Get("place"), Ages: v.Get("ages"), Note: v.Get("note"), Incident: v.Get("incident")}
	var errs []error
	var err error
	if out.Day, err = readDay(v, "day", s.today()); err != nil {
		errs = append(errs, err)
	}
	for name, into := range map[string]*int{"girls": &out.Girls, "boys": &out.Boys, "women": &out.Women, "men": &out.Men} {
		if *into, err = number(v, name); err != nil {
			errs = append(errs, err)
		}
	}
	for i := range facilitatorsAsked {
		f := Facilitator{Name: strings.TrimSpace(v.Get(fmt.Sprintf("facilitator_%d", i+1)))}
		if f.Vetted, err = readDay(v, fmt.Sprintf("vetted_%d", i+1), s.today()); err != nil {
			errs = append(errs, err)
		}
		if f.Name != "" {
			out.Facilitators = append(out.Facilitators, f)
		}
	}
	for name := range strings.FieldsFuncSeq(v.Get("nicknames"), func(r rune) bool { return r == '\n' || r == ',' || r == '،' }) {
		if name = strings.TrimSpace(name); name != "" {
			out.Nicknames = append(out.Nicknames, name)
		}
	}
	return out, errors.Join(errs...)
}

func (s *Service) postSession(w http.ResponseWriter, r *http.Request) {
	if err := page.ReadForm(w, r, page.FormLimit); err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	v := r.PostForm
	doc, err := db.ParseID(v.Get("doc"))
	if err != nil {
		s.Pages.Error(w, r, fault.New(fault.Invalid, "mhpss.postSession", "page.error.body"))
		return
	}
	out, err := s.readSession(v)
	room, bad := db.ParseID(v.Get("room"))
	if bad != nil {
		err = errors.Join(err, fault.Field("mhpss.postSession", "room", "mhpss.error.room"))
	}
	if err == nil {
		err = s.DB.Read(r.Context(), func(tx *db.Tx) error {
			p, err := s.Packs.Active(tx, packID, s.today())
			if err != nil {
				return err
			}
			if pf, ok := p.Form(sessionForm); ok {
				out.Answers = page.Answers(pf, v)
			}
			return nil
		})
	}
	if err == nil {
		err = s.Gather(r.Context(), room, doc, out)
	}
	if err == nil {
		s.Pages.Redirect(w, r, listPath+"/session/"+doc.String(), page.M("mhpss.kept"))
		return
	}
	s.showSession(w, r, v, err)
}

func (s *Service) getGathered(w http.ResponseWriter, r *http.Request) {
	id, err := page.PathID(r, "id")
	var v Told[Session]
	if err == nil {
		v, _, err = s.session(r.Context(), id)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	var p *pack.Pack
	_ = s.DB.Read(r.Context(), func(tx *db.Tx) (err error) { p, err = s.Packs.Active(tx, packID, s.today()); return err }) // without it codes stand for words
	s.sheet(w, r, page.Page{}, gatheredSheet(v.V, p), nil)
}

func gatheredSheet(v Session, p *pack.Pack) page.Sheet {
	out := page.Sheet{Actions: []page.Link{{Href: "/people", Text: page.M("mhpss.follow_up")}}, Rows: page.Summary{{Label: page.M("mhpss.q.name"), Value: v.Name}, {Label: page.M("mhpss.q.day"), Value: v.Day.Date()}}}
	if a := v.Answers["activity"]; len(a) > 0 {
		out.Rows = append(out.Rows, page.Row{Label: page.M("mhpss.q.activity"), Value: packWord(p, "value.activity."+a[0], a[0])})
	}
	for _, x := range []named{{"aims", v.Aims}, {"place", v.Place}, {"ages", v.Ages}, {"note", v.Note}, {"incident", v.Incident}} {
		if x.value != "" {
			out.Rows = append(out.Rows, page.Row{Label: page.M("mhpss.q." + x.name), Value: x.value})
		}
	}
	t := &page.Table{Columns: []page.Column{{Label: page.M("mhpss.figure"), Wide: true}, {Label: page.M("mhpss.count"), Number: true}}}
	for _, x := range []struct {
		key string
		n   int
	}{{"girls", v.Girls}, {"boys", v.Boys}, {"women", v.Women}, {"men", v.Men}} {
		t.Rows = append(t.Rows, []page.Cell{page.M("mhpss.figure." + x.key), x.n})
	}
	out.Table = t
	ft := &page.Table{Columns: []page.Column{{Label: page.M("mhpss.facilitators"), Wide: true}, {Label: page.M("mhpss.vetted")}}, Empty: page.Empty{Title: page.M("mhpss.no_facilitator")}}
	for _, f := range v.Facilitators {
		ft.Rows = append(ft.Rows, []page.Cell{f.Name, dayCell(f.Vetted)})
	}
	out.Parts = []page.Part{{Title: page.M("mhpss.facilitators"), Table: ft}}
	if len(v.Nicknames) > 0 {
		out.Parts = append(out.Parts, page.Part{Title: page.M("mhpss.q.nicknames"), Lines: v.Nicknames})
	}
	return out
}

func (s *Service) getSetup(w http.ResponseWriter, r *http.Request) { s.showSetup(w, r, nil) }

func (s *Service) showSetup(w http.ResponseWriter, r *http.Request, failed func(duty, words *page.Form) *page.Form) {
	rooms, err := s.Rooms(r.Context())
	if err != nil {
		s.fail(w, r, err)
		return
	}
	if len(rooms) == 0 {
		s.sheet(w, r, page.Page{}, listSheet(Caseload{}, s.Clock()), nil)
		return
	}
	v := page.Sheet{}
	var p *pack.Pack
	if err := s.DB.Read(r.Context(), func(tx *db.Tx) (err error) { p, err = s.Packs.Active(tx, packID, s.today()); return err }); err != nil && !fault.Is(err, fault.Unavailable) && !fault.Is(err, fault.NotFound) {
		s.fail(w, r, err)
		return
	}
	have := &page.Table{Columns: []page.Column{{Label: page.M("mhpss.q.instrument"), Wide: true}, {Label: page.M("mhpss.q.lang")}, {Label: page.M("mhpss.q.source"), Wide: true}}, Empty: page.Empty{Title: page.M("mhpss.no_words")}}
	for _, room := range rooms {
		in, err := s.read(r.Context(), room.ID)
		if err != nil {
			s.fail(w, r, err)
			return
		}
		if in.duty != nil {
			v.Rows = append(v.Rows, page.Row{Label: page.M("mhpss.duty"), Value: []any{room.Name, in.duty.Name, in.duty.Reach, in.duty.Until.Date()}})
		}
		for _, x := range in.wordings {
			have.Rows = append(have.Rows, []page.Cell{instrumentName(p, x.Instrument), page.Language(x.Lang), x.Source})
		}
	}
	duty, words := s.dutyForm(rooms), wordsForm(p, rooms)
	var f *page.Form
	if failed != nil {
		f = failed(duty, words)
	}
	v.Parts = []page.Part{{Title: page.M("mhpss.duty"), Lead: page.M("mhpss.duty_lead"), Form: duty}, {Title: page.M("mhpss.words"), Lead: page.M("mhpss.words_lead"), Table: have, Form: words}}
	s.sheet(w, r, page.Page{Return: listPath + "/setup"}, v, f)
}

func (s *Service) dutyForm(rooms []seal.Room) *page.Form {
	return &page.Form{Action: listPath + "/duty", ID: "duty", Submit: page.M("mhpss.keep"), Fields: []page.Field{{Kind: page.Hidden, Name: "doc", Value: db.NewID().String()}, roomField(rooms),
		{Kind: page.Text, Name: "name", Label: page.M("mhpss.q.duty"), Max: lineText, Auto: "off", Dir: "auto"}, {Kind: page.Text, Name: "reach", Label: page.M("mhpss.q.reach"), Max: lineText, Auto: "off", Dir: "auto"},
		date("until", "mhpss.q.until", s.today(), s.today(), false)}}
}

func wordsForm(p *pack.Pack, rooms []seal.Room) *page.Form {
	if p == nil {
		return nil
	}
	room := roomField(rooms)
	room.Name = "words_room"
	f := &page.Form{Action: listPath + "/words", ID: "words", Submit: page.M("mhpss.keep"), Fields: []page.Field{{Kind: page.Hidden, Name: "words_doc", Value: db.NewID().String()}, room}}
	var what, in []page.Option
	for _, code := range instruments(p) {
		what = append(what, page.Option{Value: code, Label: instrumentName(p, code)})
	}
	for _, code := range languages {
		in = append(in, page.Option{Value: code, Label: page.Language(code)})
	}
	f.Fields = append(f.Fields, page.Field{Kind: page.Radios, Name: "instrument", Label: page.M("mhpss.q.instrument"), Options: what},
		page.Field{Kind: page.Select, Name: "lang", Label: page.M("mhpss.q.lang"), Options: in},
		page.Field{Kind: page.Text, Name: "source", Label: page.M("mhpss.q.source"), Hint: page.M("mhpss.q.source_hint"), Max: lineText, Dir: "auto"},
		page.Field{Kind: page.LongText, Name: "items", Label: page.M("mhpss.q.items"), Hint: page.M("mhpss.q.items_hint"), Rows: 9, Max: 4000, Dir: "auto"})
	return f
}

func (s *Service) postDuty(w http.ResponseWriter, r *http.Request) {
	if err := page.ReadForm(w, r, page.FormLimit); err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	v := r.PostForm
	doc, err := db.ParseID(v.Get("doc"))
	room, err2 := db.ParseID(v.Get("room"))
	if err2 != nil {
		err2 = fault.Field("mhpss.postDuty", "room", "mhpss.error.room")
	}
	until, err3 := readDay(v, "until", s.today())
	err = errors.Join(err, err2, err3)
	if err == nil {
		err = s.OnDuty(r.Context(), room, doc, Duty{Name: v.Get("name"), Reach: v.Get("reach"), Until: until})
	}
	s.afterSetup(w, r, err, true)
}

func (s *Service) postWords(w http.ResponseWriter, r *http.Request) {
	if err := page.ReadForm(w, r, page.FormLimit); err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	v := r.PostForm
	doc, err := db.ParseID(v.Get("words_doc"))
	room, err2 := db.ParseID(v.Get("words_room"))
	if err2 != nil {
		err2 = fault.Field("mhpss.postWords", "words_room", "mhpss.error.room")
	}
	x := Wording{Instrument: v.Get("instrument"), Lang: v.Get("lang"), Source: v.Get("source")}
	for l := range strings.Lines(v.Get("items")) {
		if l = strings.TrimSpace(l); l != "" {
			x.Items = append(x.Items, l)
		}
	}
	err = errors.Join(err, err2)
	if err == nil {
		err = s.Import(r.Context(), room, doc, x)
	}
	s.afterSetup(w, r, err, false)
}

func (s *Service) afterSetup(w http.ResponseWriter, r *http.Request, err error, isDuty bool) {
	if err == nil {
		s.Pages.Redirect(w, r, listPath+"/setup", page.M("mhpss.kept"))
		return
	}
	if c := fault.CodeOf(err); c != fault.Invalid && c != fault.Conflict {
		s.fail(w, r, err)
		return
	}
	s.showSetup(w, r, func(duty, words *page.Form) *page.Form {
		f := words
		if isDuty {
			f = duty
		}
		f.Fill(r.PostForm)
		f.Fail(err)
		return f
	})
}
