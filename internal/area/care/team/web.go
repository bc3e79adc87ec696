package team

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/seal"
)

const (
	roomsPath = "/rooms"
	openPath  = "/rooms/open"
	leavePath = "/rooms/leave"
)

// Routes adds this area's pages.
func (s *Service) Routes(mux *http.ServeMux) {
	for pattern, h := range map[string]http.HandlerFunc{
		"GET /rooms":                   s.getRooms,
		"POST /rooms":                  s.postFound,
		"POST /rooms/open":             s.postOpen,
		"GET /rooms/leave":             s.getLeave,
		"POST /rooms/words":            s.postWords,
		"POST /rooms/paper":            s.postPaper,
		"POST /rooms/renew":            s.postRenew,
		"GET /rooms/{id}":              s.getRoom,
		"POST /rooms/{id}/admit":       s.postAdmit,
		"POST /rooms/{id}/remove":      s.postRemove,
		"POST /rooms/{id}/supervision": s.postSupervision,
	} {
		mux.HandleFunc(pattern, h)
	}
}

// Leave is the quick way off a page of a room: it closes the rooms, so that whoever goes back
// is asked for a password, and leads to the first page.
func Leave() page.Link { return page.Link{Href: leavePath, Text: page.M("team.leave")} }

// Closed leads to where rooms are opened, if that is what an error is about, and back after.
func Closed(w http.ResponseWriter, r *http.Request, err error) bool {
	if !seal.IsClosed(err) {
		return false
	}
	next := ""
	if r.Method == http.MethodGet {
		next = "?next=" + url.QueryEscape(r.URL.RequestURI())
	}
	http.Redirect(w, r, roomsPath+next, http.StatusSeeOther)
	return true
}

func (s *Service) fail(w http.ResponseWriter, r *http.Request, err error) {
	if !Closed(w, r, err) {
		s.Pages.Error(w, r, err)
	}
}

func path(id db.ID) string { return roomsPath + "/" + id.String() }

func (s *Service) getRooms(w http.ResponseWriter, r *http.Request) { s.showRooms(w, r, nil, nil) }

// showRooms is the first page of rooms: closed, or those of the user.
func (s *Service) showRooms(w http.ResponseWriter, r *http.Request, failed func(f *page.Form) bool, err error) {
	state, look := s.Vault.State(r.Context())
	if look != nil {
		s.fail(w, r, look)
		return
	}
	if state != seal.Open {
		next := access.SafeNext(r.FormValue("next"))
		f := openForm(next)
		if failed != nil && !failed(f) {
			s.Pages.Error(w, r, err)
			return
		}
		s.Pages.Sheet(w, r, page.Page{Title: "team.title"}, closedSheet(f, state, fault.KeyOf(err) == "seal.error.reset" || r.FormValue("words") != ""), f)
		return
	}
	rooms, look := s.Vault.Rooms(r.Context(), "")
	var finger string
	if look == nil {
		finger, look = s.Vault.OwnFingerprint(r.Context())
	}
	if look != nil {
		s.fail(w, r, look)
		return
	}
	a, _ := access.From(r.Context())
	f := foundForm(db.NewID(), a.Sites)
	if failed != nil && !failed(f) {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "team.title"}, roomsSheet(rooms, finger, f), f)
}

func openForm(next string) *page.Form {
	return &page.Form{Action: openPath, Submit: page.M("team.open"), Fields: []page.Field{
		{Kind: page.Hidden, Name: "next", Value: next}, {Kind: page.Password, Name: "password", Label: page.M("team.q.password"), Auto: "current-password"}}}
}

func closedSheet(f *page.Form, state seal.State, reset bool) page.Sheet {
	v := page.Sheet{Lead: page.M("team.closed_lead"), Actions: []page.Link{Leave()}, Form: f, Limits: []page.Msg{page.M("team.limit.admin")}}
	if state == seal.None {
		v.Notes = []page.Callout{{Level: page.Info, Text: []page.Msg{page.M("team.first")}}}
	}
	if reset {
		v.Parts = []page.Part{
			{Title: page.M("team.paper.open"), Form: &page.Form{Action: "/rooms/words", ID: "words", Submit: page.M("team.open"), Fields: []page.Field{
				{Kind: page.LongText, Name: "words", Label: page.M("team.q.words"), Rows: 2, Dir: "ltr", Max: 400},
				{Kind: page.Password, Name: "paper_password", Label: page.M("team.q.password"), Auto: "current-password"}}}},
			{Title: page.M("team.renew"), Lead: page.M("team.renew_lead"), Form: &page.Form{Action: "/rooms/renew", ID: "renew", Danger: true, Submit: page.M("team.renew"), Fields: []page.Field{
				{Kind: page.Password, Name: "new_password", Label: page.M("team.q.password"), Auto: "current-password"}}}},
		}
	}
	return v
}

func foundForm(id db.ID, sites []string) *page.Form {
	var at []page.Option
	for _, site := range sites {
		if site != access.All {
			at = append(at, page.Option{Value: site, Text: site})
		}
	}
	return &page.Form{Action: roomsPath, Submit: page.M("team.found"), Fields: []page.Field{
		{Kind: page.Hidden, Name: "id", Value: id.String()},
		{Kind: page.Text, Name: "name", Label: page.M("team.q.name"), Hint: page.M("team.q.name_hint"), Max: 80},
		{Kind: page.Radios, Name: "purpose", Label: page.M("team.q.purpose"), Options: page.OptionsOf(Purposes, "team.purpose.")},
		{Kind: page.Select, Name: "site", Label: page.M("team.q.site"), Options: at}}}
}

func roomsSheet(rooms []seal.Room, finger string, f *page.Form) page.Sheet {
	t := &page.Table{Columns: []page.Column{{Label: page.M("team.q.name"), Wide: true}, {Label: page.M("team.q.purpose")}, {Label: page.M("team.q.site")}, {Label: page.M("team.members"), Number: true}},
		Empty: page.Empty{Title: page.M("team.none"), Text: page.M("team.none_text")}}
	v := page.Sheet{Lead: page.M("team.lead"), Actions: []page.Link{Leave()}, Table: t}
	for _, r := range rooms {
		t.Rows = append(t.Rows, []page.Cell{page.Link{Href: path(r.ID), Name: r.Name}, page.M("team.purpose." + r.Purpose), page.Code(r.Site), len(r.Members)})
	}
	for _, p := range Purposes {
		if slices.ContainsFunc(rooms, func(r seal.Room) bool { return r.Purpose == string(p) }) {
			v.Actions = append(v.Actions, page.Link{Href: "/" + string(p), Text: page.M("team.purpose." + string(p))})
		}
	}
	v.Parts = []page.Part{
		{Title: page.M("team.own"), Lead: page.M("team.own_lead"), Rows: page.Summary{{Label: page.M("team.finger"), Value: page.Code(finger)}}},
		{Title: page.M("team.concern"), Lead: page.M("team.concern_lead"), Actions: []page.Link{{Href: access.PathComplaint, Text: page.M("team.concern_go")}}},
		{Title: page.M("team.found"), Lead: page.M("team.found_lead"), Form: f},
	}
	return v
}

func (s *Service) postOpen(w http.ResponseWriter, r *http.Request) {
	if err := page.ReadForm(w, r, page.FormLimit); err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	err := s.Vault.Open(r.Context(), r.PostForm.Get("password"))
	if err == nil {
		s.Pages.Redirect(w, r, after(r), page.Msg{})
		return
	}
	s.showRooms(w, r, func(f *page.Form) bool { f.Fill(r.PostForm); return f.Fail(err) }, err)
}

// after is where somebody wanted to go when their rooms were closed.
func after(r *http.Request) string {
	if next := access.SafeNext(r.PostForm.Get("next")); next != "/" {
		return next
	}
	return roomsPath
}

func (s *Service) getLeave(w http.ResponseWriter, r *http.Request) {
	s.Vault.Close(r.Context())
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

func (s *Service) postWords(w http.ResponseWriter, r *http.Request) {
	s.reopen(w, r, func() error {
		return s.Vault.OpenPaper(r.Context(), r.PostForm.Get("words"), r.PostForm.Get("paper_password"))
	})
}

func (s *Service) postRenew(w http.ResponseWriter, r *http.Request) {
	s.reopen(w, r, func() error { return s.Vault.Renew(r.Context(), r.PostForm.Get("new_password")) })
}

// reopen is what is left after a reset.
func (s *Service) reopen(w http.ResponseWriter, r *http.Request, do func() error) {
	err := page.ReadForm(w, r, page.FormLimit)
	if err == nil {
		err = do()
	}
	if err == nil {
		s.Pages.Redirect(w, r, roomsPath, page.Msg{})
		return
	}
	r.Form.Set("words", "again")
	s.showRooms(w, r, func(f *page.Form) bool { return f.Fail(err) }, err)
}

// postPaper shows the words once: they are on no page that can be gone back to.
func (s *Service) postPaper(w http.ResponseWriter, r *http.Request) {
	words, err := s.Vault.Paper(r.Context())
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "team.paper.title", Back: page.Link{Href: roomsPath, Text: page.M("team.title")}, Return: roomsPath}, paperSheet(words), nil)
}

func paperSheet(words string) page.Sheet {
	return page.Sheet{Lead: page.M("team.paper.lead"), Rows: page.Summary{{Label: page.M("team.paper.words"), Value: page.Code(words)}}, Limits: []page.Msg{page.M("team.paper.limit")}}
}

func (s *Service) postFound(w http.ResponseWriter, r *http.Request) {
	if err := page.ReadForm(w, r, page.FormLimit); err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	id, err := db.ParseID(r.PostForm.Get("id"))
	switch {
	case err != nil:
		err = fault.New(fault.Invalid, "team.postFound", "page.error.body")
	case !slices.Contains(Purposes, Purpose(r.PostForm.Get("purpose"))):
		err = fault.Field("team.postFound", "purpose", "team.error.purpose")
	default:
		err = s.Vault.Found(r.Context(), id, r.PostForm.Get("name"), r.PostForm.Get("purpose"), r.PostForm.Get("site"))
	}
	if err == nil {
		s.Pages.Redirect(w, r, path(id), page.M("team.founded"))
		return
	}
	if Closed(w, r, err) {
		return
	}
	s.showRooms(w, r, func(f *page.Form) bool { f.Fill(r.PostForm); return f.Fail(err) }, err)
}

func (s *Service) getRoom(w http.ResponseWriter, r *http.Request) { s.showRoom(w, r, nil) }

func (s *Service) showRoom(w http.ResponseWriter, r *http.Request, change func(o *opened, v *page.Sheet) *page.Form) {
	id, err := page.PathID(r, "id")
	var o opened
	if err == nil {
		o, err = s.open(r.Context(), id)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	var failed *page.Form
	v := roomSheet(o)
	if change != nil {
		failed = change(&o, &v)
	}
	s.Pages.Sheet(w, r, page.Page{Title: "team.title", Back: page.Link{Href: roomsPath, Text: page.M("team.title")}, Return: path(id)}, v, failed)
}

const (
	admitPart = iota
	talkPart
)

func roomSheet(o opened) page.Sheet {
	t := &page.Table{Columns: []page.Column{{Label: page.M("team.q.member"), Wide: true}, {Label: page.M("team.since")}}}
	for _, m := range o.Members {
		t.Rows = append(t.Rows, []page.Cell{m.Name, m.At})
	}
	talks := &page.Table{Columns: []page.Column{{Label: page.M("team.at")}, {Label: page.M("team.q.with")}, {Label: page.M("team.q.text"), Wide: true}}, Empty: page.Empty{Title: page.M("team.no_talk")}}
	for _, k := range o.Talks {
		talks.Rows = append(talks.Rows, []page.Cell{k.At, k.With, k.Text})
	}
	looks := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("team.at")}, {Label: page.M("team.q.member"), Wide: true}}, Empty: page.Empty{Title: page.M("team.no_look")}}
	for _, l := range o.Looks {
		looks.Rows = append(looks.Rows, []page.Cell{l.At, l.By})
	}
	v := page.Sheet{Actions: []page.Link{Leave(), {Href: "/" + o.Purpose, Text: page.M("team.purpose." + o.Purpose)}},
		Rows:  page.Summary{{Label: page.M("team.q.name"), Value: o.Name}, {Label: page.M("team.q.purpose"), Value: page.M("team.purpose." + o.Purpose)}, {Label: page.M("team.q.site"), Value: page.Code(o.Site)}},
		Table: t,
		Parts: []page.Part{
			{Title: page.M("team.admit"), Lead: page.M("team.admit_lead"), Form: admitForm(o)},
			{Title: page.M("team.supervision"), Lead: page.M("team.supervision_lead"), Table: talks, Form: talkForm(o)},
			{Title: page.M("team.looked"), Lead: page.M("team.looked_lead"), Table: looks}},
	}
	if o.Looked > 0 {
		v.Parts[2].Notes = []page.Callout{{Level: page.Info, Text: []page.Msg{page.M("team.more", "n", o.Looked)}}}
	}
	if o.Sole {
		v.Notes = []page.Callout{{Level: page.Wait, Title: page.M("team.sole"), Text: []page.Msg{page.M("team.sole_text")}}}
		v.Parts = append(v.Parts, page.Part{Title: page.M("team.paper.title"), Lead: page.M("team.paper.offer"), Form: &page.Form{Action: "/rooms/paper", ID: "paper", Submit: page.M("team.paper.make")}})
	} else {
		v.Parts = append(v.Parts, page.Part{Title: page.M("team.remove"), Lead: page.M("team.remove_lead"), Form: removeForm(o)})
	}
	return v
}

func admitForm(o opened) *page.Form {
	f := &page.Form{Action: path(o.ID) + "/admit", ID: "admit", Submit: page.M("team.find"), Fields: []page.Field{
		{Kind: page.Text, Name: "login", Label: page.M("team.q.login"), Value: o.Asked, Dir: "ltr", Width: 20, Max: 60, Auto: "off"}}}
	if o.Incoming != nil {
		f.Submit = page.M("team.admit")
		var fingers []page.Option
		for _, p := range o.Incoming.Fingerprints {
			fingers = append(fingers, page.Option{Value: p, Text: p})
		}
		f.Fields = append(f.Fields, page.Field{Kind: page.Note, Label: page.M("team.compare", "name", o.Incoming.Name)},
			page.Field{Kind: page.Radios, Name: "fingerprint", Label: page.M("team.q.fingerprint"), Options: fingers})
	}
	return f
}

func talkForm(o opened) *page.Form {
	return &page.Form{Action: path(o.ID) + "/supervision", ID: "talk", Submit: page.M("team.keep"), Fields: []page.Field{
		{Kind: page.Hidden, Name: "doc", Value: o.NewTalk.String()},
		{Kind: page.Text, Name: "with", Label: page.M("team.q.with"), Max: 80},
		{Kind: page.LongText, Name: "text", Label: page.M("team.q.text"), Hint: page.M("team.q.text_hint"), Max: longSupervise}}}
}

func removeForm(o opened) *page.Form {
	var who []page.Option
	for _, m := range o.Members {
		who = append(who, page.Option{Value: m.User.String(), Text: m.Name})
	}
	return &page.Form{Action: path(o.ID) + "/remove", ID: "remove", Danger: true, Submit: page.M("team.remove"), Fields: []page.Field{
		{Kind: page.Radios, Name: "user", Label: page.M("team.q.member"), Options: who}}}
}

// postAdmit first shows the keys of whoever is meant, to be compared, and admits them when one
// was chosen.
func (s *Service) postAdmit(w http.ResponseWriter, r *http.Request) {
	id, err := page.Posted(w, r, "id")
	if err != nil {
		s.fail(w, r, err)
		return
	}
	login, finger := r.PostForm.Get("login"), r.PostForm.Get("fingerprint")
	var found *seal.Candidate
	c, err := s.Vault.Candidate(r.Context(), login)
	if err == nil {
		found = &c
		if finger != "" {
			err = s.Vault.Admit(r.Context(), id, login, finger)
			if err == nil {
				s.Pages.Redirect(w, r, path(id), page.M("team.admitted"))
				return
			}
		}
	}
	if Closed(w, r, err) {
		return
	}
	s.showRoom(w, r, func(o *opened, v *page.Sheet) *page.Form {
		o.Asked, o.Incoming = login, found
		f := admitForm(*o)
		if err != nil {
			f.Fail(err)
		}
		v.Parts[admitPart].Form = f
		return f
	})
}

func (s *Service) postRemove(w http.ResponseWriter, r *http.Request) {
	id, err := page.Posted(w, r, "id")
	if err == nil {
		var user db.ID
		if user, err = db.ParseID(r.PostForm.Get("user")); err == nil {
			err = s.Vault.Remove(r.Context(), id, user)
		} else {
			err = fault.Field("team.postRemove", "user", "team.error.member")
		}
	}
	if err == nil {
		s.Pages.Redirect(w, r, roomsPath, page.M("team.removed"))
		return
	}
	if Closed(w, r, err) {
		return
	}
	s.showRoom(w, r, func(o *opened, v *page.Sheet) *page.Form {
		f := removeForm(*o)
		f.Fail(err)
		v.Parts[len(v.Parts)-1].Form = f
		return f
	})
}

func (s *Service) postSupervision(w http.ResponseWriter, r *http.Request) {
	id, err := page.Posted(w, r, "id")
	if err == nil {
		var doc db.ID
		if doc, err = db.ParseID(r.PostForm.Get("doc")); err == nil {
			err = s.Supervise(r.Context(), id, doc, Supervision{With: r.PostForm.Get("with"), Text: r.PostForm.Get("text")})
		}
	}
	if err == nil {
		s.Pages.Redirect(w, r, path(id), page.M("team.kept"))
		return
	}
	if Closed(w, r, err) {
		return
	}
	s.showRoom(w, r, func(o *opened, v *page.Sheet) *page.Form {
		f := talkForm(*o)
		f.Fill(r.PostForm)
		f.Fail(err)
		v.Parts[talkPart].Form = f
		return f
	})
}
