package packweb

import (
	"net/http"
	"slices"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// act is something an officer does to a version: its form and its deed.
type act struct {
	right access.Action
	key   string                  // of its words: key + title, link, note, button, done
	open  func(pack.Version) bool // whether the version stands so that it makes sense
	form  func(s *Web, v pack.Version, p *pack.Pack) *page.Form
	do    func(s *Web, r *http.Request, v pack.Version, id db.ID) error
}

// actOrder is the order in which a version's page offers them.
var actOrder = []string{"submit", "approve", "activate", "stop"}

var acts = map[string]act{
	"submit": {access.PackImport, "packs.submit.", func(v pack.Version) bool { return v.Status == pack.Draft }, submitForm,
		func(s *Web, r *http.Request, v pack.Version, id db.ID) error {
			return s.Registry.Submit(r.Context(), v.ID, id)
		}},
	"approve": {access.PackApprove, "packs.approve.", func(v pack.Version) bool { return v.Status == pack.Review }, approveForm,
		func(s *Web, r *http.Request, v pack.Version, id db.ID) error {
			return s.Registry.Approve(r.Context(), v.ID, id)
		}},
	"activate": {access.PackActivate, "packs.activate.", func(v pack.Version) bool { return v.Status == pack.Approved }, activateForm, activate},
	"stop":     {access.PackStop, "packs.stop.", func(v pack.Version) bool { return v.Life.Activated && !v.Life.Whole }, stopForm, stop},
}

func (s *Web) getAct(a act) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !s.may(r, a.right) {
			s.Pages.Error(w, r, fault.New(fault.Forbidden, "packweb.act", "page.error.forbidden"))
			return
		}
		v, p, err := s.open(r)
		if err != nil {
			s.Pages.Error(w, r, err)
			return
		}
		f := a.form(s, v, p)
		f.Find("act").Value = db.NewID().String()
		if a.right == access.PackActivate {
			note, ok, err := s.impactNote(r, v, p)
			if err != nil {
				s.Pages.Error(w, r, err)
				return
			}
			if ok {
				f.Fields = slices.Insert(f.Fields, len(f.Fields)-1, note)
			}
		}
		s.Pages.Form(w, r, actPage(a, v, p), f)
	}
}

func (s *Web) postAct(a act) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := page.ReadForm(w, r, 1<<16); err != nil {
			s.Pages.Error(w, r, err)
			return
		}
		v, p, err := s.open(r)
		if err != nil {
			s.Pages.Error(w, r, err)
			return
		}
		f := a.form(s, v, p)
		f.Fill(r.Form)
		id, err := db.ParseID(r.Form.Get("act"))
		if err != nil {
			err = fault.New(fault.Invalid, "packweb.act", "page.error.body")
		} else {
			err = a.do(s, r, v, id)
		}
		if err != nil {
			if !f.Fail(err) {
				s.Pages.Error(w, r, err)
				return
			}
			s.Pages.Form(w, r, actPage(a, v, p), f)
			return
		}
		s.Pages.Redirect(w, r, path(v), page.M(a.key+"done"))
	}
}

func actPage(a act, v pack.Version, p *pack.Pack) page.Page {
	return page.Page{Title: a.key + "title", TitleArgs: []any{"pack", title(p), "version", v.Number}, Back: page.Link{Href: path(v), Text: title(p)}}
}

// start is what every act's form begins with: its id, and what it does.
func start(v pack.Version, key string) *page.Form {
	return &page.Form{Submit: page.M(key + "button"), Cancel: page.Link{Href: path(v), Text: page.M("packs.cancel")}, Fields: []page.Field{
		{Kind: page.Hidden, Name: "act"},
		{Kind: page.Note, Name: "what", Label: page.M(key + "note")},
	}}
}

func submitForm(_ *Web, v pack.Version, _ *pack.Pack) *page.Form { return start(v, "packs.submit.") }

func approveForm(_ *Web, v pack.Version, _ *pack.Pack) *page.Form { return start(v, "packs.approve.") }

func activateForm(_ *Web, v pack.Version, _ *pack.Pack) *page.Form {
	f := start(v, "packs.activate.")
	q := page.Field{Kind: page.Date, Name: "from", Label: page.M("packs.activate.from"), Hint: page.M("packs.activate.from_hint")}
	if w := v.Life.Waiting; w != nil { // the second officer sees what the first asked for, and still decides
		f.Fields = append(f.Fields, page.Field{Kind: page.Note, Name: "waiting", Label: page.M("packs.activate.waiting", "date", w.From.Date())})
	}
	f.Fields = append(f.Fields, q)
	return f
}

func activate(s *Web, r *http.Request, v pack.Version, id db.ID) error {
	d, err := page.ReadDate(r.Form, "from", s.today())
	if err != nil {
		return err
	}
	from, ok := d.Exact()
	if !ok || d.Precision() != calendar.ToDay {
		return fault.Field("packweb.activate", "from", "packs.error.full_day")
	}
	return s.Registry.Activate(r.Context(), v.ID, id, from)
}

// What a stop is about.
const (
	wholeVersion = "whole"
	someRows     = "rows"
)

func stopForm(_ *Web, v pack.Version, p *pack.Pack) *page.Form {
	f := start(v, "packs.stop.")
	f.Danger = true
	what := page.Field{Kind: page.Radios, Name: "what_is", Label: page.M("packs.stop.what"), Options: []page.Option{
		{Value: wholeVersion, Label: page.M("packs.stop.whole"), Hint: page.M("packs.stop.whole_hint")},
		{Value: someRows, Label: page.M("packs.stop.rows"), Hint: page.M("packs.stop.rows_hint")},
	}}
	rows := page.Field{Kind: page.Checks, Name: "rows", Label: page.M("packs.stop.which"), Optional: true}
	for _, t := range p.Tables {
		for _, row := range t.Rows {
			if p.CanStopRow(row.ID) == "" {
				id := row.ID
				rows.Options = append(rows.Options, page.Option{Value: id, Text: id, Hint: page.Words(func(lang string) string { return p.Sentence(lang, id) })})
			}
		}
	}
	reason := page.Field{Kind: page.LongText, Name: "reason", Label: page.M("packs.stop.reason"), Hint: page.M("packs.stop.reason_hint"), Max: 500, Rows: 3}
	if w := v.Life.StopWaits; w != nil {
		waiting := page.M("packs.stop.waiting_whole", "text", w.Reason)
		if len(w.Rows) > 0 {
			waiting = page.M("packs.stop.waiting_rows", "rows", strings.Join(w.Rows, " "), "text", w.Reason)
		}
		f.Fields = append(f.Fields, page.Field{Kind: page.Note, Name: "waiting", Label: waiting})
	}
	f.Fields = append(f.Fields, what)
	if len(rows.Options) > 0 {
		f.Fields = append(f.Fields, rows)
	}
	f.Fields = append(f.Fields, reason)
	return f
}

func stop(s *Web, r *http.Request, v pack.Version, id db.ID) error {
	var rows []string
	switch r.Form.Get("what_is") {
	case wholeVersion:
	case someRows:
		for _, row := range r.Form["rows"] {
			if row = strings.TrimSpace(row); row != "" {
				rows = append(rows, row)
			}
		}
		if len(rows) == 0 {
			return fault.Field("packweb.stop", "rows", "packs.error.which_rows")
		}
	default:
		return fault.Field("packweb.stop", "what_is", "packs.error.what")
	}
	return s.Registry.Stop(r.Context(), v.ID, id, rows, r.Form.Get("reason"))
}
