package travel

import (
	"net/http"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

func notePath(id db.ID) string { return "/travel-notes/" + id.String() }

// noteParts are the hand-over on the page of whoever goes along: the note as it is, its
// form as long as nobody accepted it, and the way to paper.
func (s *Service) noteParts(a Along, or func(*page.Form) *page.Form) (out []page.Part) {
	_, done := told(a.Answers, Accepted)
	if a.Note.Written() {
		out = append(out, actionsPart(a.Note, a.Words), page.Part{Title: page.M("travel.note"), Rows: noteRows(a.Note, a.siteName())})
	}
	if len(a.Answers) > 0 {
		out = append(out, answersPart(a.Answers))
	}
	if a.Sender && !done {
		out = append(out, page.Part{Title: page.M("travel.note_write"), Lead: page.M("travel.note_lead"), Form: or(noteForm(a, s.today()))})
	}
	if a.Sender && a.Note.Written() {
		out = append(out, page.Part{Title: page.M("travel.note_print"), Lead: page.M("travel.note_print_lead"),
			Form: &page.Form{Action: personPath(a.Movement.ID, a.ID) + "/print/note", Submit: page.M("travel.note_print")}})
	}
	return out
}

// siteName is the name of the site that takes over.
func (a Along) siteName() string {
	for _, c := range a.Sites {
		if c.Code == a.Note.ToSite {
			return c.Word
		}
	}
	return a.Note.ToSite
}

// actionsPart is what has to be done by when; it stands before everything else of a note.
func actionsPart(n Note, words map[string]string) page.Part {
	t := &page.Table{Columns: []page.Column{{Label: page.M("travel.q.by_day")}, {Label: page.M("travel.q.within")}, {Label: page.M("travel.q.to_do"), Wide: true}}, Empty: page.Empty{Title: page.M("travel.no_actions")}}
	for _, d := range n.Actions {
		word := words[d.Visit]
		if word == "" {
			word = d.Visit
		}
		var what any = d.Text
		if d.Text == "" {
			what = page.M("travel.nothing")
		}
		t.Rows = append(t.Rows, []page.Cell{d.Day, word, what})
	}
	return page.Part{Title: page.M("travel.actions"), Table: t}
}

func noteRows(n Note, site string) page.Summary {
	to := []any{}
	for _, text := range []string{site, n.To} {
		if text != "" {
			to = append(to, text)
		}
	}
	rows := page.Summary{{Label: page.M("travel.q.receiver"), Value: to}, {Label: page.M("travel.q.arrival_day"), Value: n.Arrival},
		{Label: page.M("travel.q.condition"), Value: n.Condition}, {Label: page.M("travel.q.medicines"), Value: n.Medicines}}
	if n.Equipment != "" {
		rows = append(rows, page.Row{Label: page.M("travel.q.equipment"), Value: n.Equipment})
	}
	return append(rows, page.Row{Label: page.M("travel.q.written_by"), Value: []any{n.By, n.At}})
}

func answersPart(list []Answer) page.Part {
	t := &page.Table{Columns: []page.Column{{Label: page.M("travel.q.told_at")}, {Label: page.M("travel.q.told")}, {Label: page.M("travel.q.words"), Wide: true}}}
	for _, a := range list {
		what := []any{page.Tag{Level: page.Done, Text: page.M("travel.told." + string(a.Step))}}
		if a.Outcome != "" {
			what = append(what, page.M("travel.outcome."+string(a.Outcome)))
		}
		who := any(a.By)
		if a.ByCode {
			who = page.M("travel.by_code")
		}
		t.Rows = append(t.Rows, []page.Cell{a.At, what, []any{who, a.Words}})
	}
	return page.Part{Title: page.M("travel.answers_title"), Table: t}
}

func noteForm(a Along, today calendar.Day) *page.Form {
	n := a.Note
	arrival := n.Arrival
	if !n.Written() {
		arrival = arrivalOf(a.Movement)
	}
	day := page.Field{Kind: page.Date, Name: "arrival", Label: page.M("travel.q.arrival_day")}
	day.SetDate(arrival.Date(), today)
	sites := []page.Option{{Value: "", Label: page.M("travel.q.no_site")}}
	for _, c := range a.Sites {
		sites = append(sites, page.Option{Value: c.Code, Text: c.Word})
	}
	f := &page.Form{Action: escortPath(a.Movement.ID, a.ID) + "/note", Submit: page.M("travel.note_save"), Fields: []page.Field{
		{Kind: page.Select, Name: "to_site", Label: page.M("travel.q.to_site"), Options: sites, Value: n.ToSite, Optional: true},
		{Kind: page.Text, Name: "to", Label: page.M("travel.q.receiver"), Hint: page.M("travel.q.receiver_hint"), Value: n.To, Max: longLine, Dir: "auto", Auto: "off", Optional: true}, day}}
	was := map[string]string{}
	for _, d := range n.Actions {
		was[d.Visit] = d.Text
	}
	for _, d := range a.Due {
		f.Fields = append(f.Fields, page.Field{Kind: page.LongText, Name: strings.ToLower(d.Visit), Label: page.M("travel.q.action", "when", a.Words[d.Visit]), Hint: page.M("travel.q.action_hint"), Value: was[d.Visit], Rows: 2, Max: longText, Optional: true})
	}
	f.Fields = append(f.Fields,
		page.Field{Kind: page.LongText, Name: "condition", Label: page.M("travel.q.condition"), Hint: page.M("travel.q.condition_hint"), Value: n.Condition, Rows: 3, Max: longText},
		page.Field{Kind: page.LongText, Name: "medicines", Label: page.M("travel.q.medicines"), Hint: page.M("travel.q.medicines_hint"), Value: n.Medicines, Rows: 3, Max: longText},
		page.Field{Kind: page.LongText, Name: "equipment", Label: page.M("travel.q.equipment"), Value: n.Equipment, Rows: 2, Max: longText, Optional: true})
	return f
}

func (s *Service) postNote(w http.ResponseWriter, r *http.Request) {
	var shown Along
	s.actAlong(w, r, func(string) *page.Form { return noteForm(shown, s.today()) }, func(movement, person db.ID) error {
		v := r.PostForm
		lang := page.LocaleOf(r).Code
		n := Note{ToSite: v.Get("to_site"), To: v.Get("to"), Condition: v.Get("condition"), Medicines: v.Get("medicines"), Equipment: v.Get("equipment")}
		shown = Along{Person: Person{Movement: Movement{ID: movement}}}
		shown.ID = person
		texts, err := s.noteAsks(r, &shown, lang)
		if err != nil {
			return err
		}
		date, err := page.ReadDate(v, "arrival", s.today())
		if err != nil {
			return err
		}
		n.Arrival, _ = date.Exact()
		return s.Write(r.Context(), movement, person, n, texts)
	})
}

// noteAsks reads what has to be done, by visit of the schedule, and fills in what the form
// of a note needs to be shown again.
func (s *Service) noteAsks(r *http.Request, shown *Along, lang string) (map[string]string, error) {
	texts := map[string]string{}
	err := s.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		if shown.Due, shown.Words, err = s.due(tx, s.today(), lang); err == nil {
			shown.Sites, err = s.receivers(tx, "", lang)
		}
		return err
	})
	for _, d := range shown.Due {
		texts[d.Visit] = r.PostForm.Get(strings.ToLower(d.Visit))
	}
	return texts, err
}

// printNote shows the note for paper, with its code: it stands nowhere else.
func (s *Service) printNote(w http.ResponseWriter, r *http.Request) {
	id, err := page.Posted(w, r, "id")
	var person db.ID
	if err == nil {
		person, err = page.PathID(r, "person")
	}
	var p Printed
	if err == nil {
		p, err = s.PrintNote(r.Context(), id, person, page.LocaleOf(r).Code)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "travel.note", Banner: p.Banner, Back: page.Link{Href: escortPath(id, person), Text: page.M("travel.escort.title")}, Return: escortPath(id, person)}, printedSheet(p, r.Host+s.ReplyPath), nil)
}

func printedSheet(p Printed, reply string) page.Sheet {
	v := page.Sheet{Print: true, Parts: []page.Part{actionsPart(p.Note, p.Words), {Title: page.M("travel.note"), Rows: append(movementRows(p.Movement, nil), noteRows(p.Note, p.siteName())...)}}}
	if len(p.Log) > 0 {
		v.Parts = append(v.Parts, logPart(p.Along))
	}
	if p.Code != "" {
		v.Parts = append(v.Parts, page.Part{Title: page.M("travel.code"), Lead: page.M("travel.code_lead"), Rows: page.Summary{{Label: page.M("travel.q.reply_code"), Value: page.Code(p.Code)}, {Label: page.M("travel.q.reply_at"), Value: page.Code(reply)}}})
	}
	return v
}

// comingPart is the hand-overs of the list of departures.
func comingPart(list []Came, more bool) page.Part {
	t := &page.Table{Tight: true, Columns: []page.Column{{Label: page.M("travel.q.arrival_day")}, {Label: page.M("travel.q.person"), Wide: true}, {Label: page.M("travel.q.receiver")}, {Label: page.M("travel.q.told")}}}
	for _, c := range list {
		state := page.Tag{Level: page.Wait, Text: page.M("travel.not_accepted")}
		if _, ok := told(c.Answers, Accepted); ok {
			state = page.Tag{Level: page.Done, Text: page.M("travel.told.accepted")}
		}
		to := any(c.To)
		if c.Mine {
			to = page.M("travel.to_us")
		} else if c.To == "" {
			to = page.Code(c.ToSite)
		}
		t.Rows = append(t.Rows, []page.Cell{c.Arrival, page.Link{Href: notePath(c.ID), Name: nameOf(c.Who)}, to, state})
	}
	part := page.Part{Title: page.M("travel.coming"), Lead: page.M("travel.coming_lead"), Table: t}
	if more {
		part.Notes = []page.Callout{{Level: page.Info, Title: page.M("travel.more_notes", "count", mostNotes)}}
	}
	return part
}

func (s *Service) getNote(w http.ResponseWriter, r *http.Request) { s.showNote(w, r, nil) }

func (s *Service) showNote(w http.ResponseWriter, r *http.Request, failed *page.Form) {
	id, err := page.PathID(r, "id")
	var n Received
	if err == nil {
		n, err = s.Receive(r.Context(), id, page.LocaleOf(r).Code)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "travel.note", Back: listLink()}, receivedSheet(n, failed), failed)
}

// receivedSheet is a note as who takes over reads it.
func receivedSheet(n Received, failed *page.Form) page.Sheet {
	v := page.Sheet{Parts: []page.Part{actionsPart(n.Note, n.Words), {Title: page.M("travel.note"), Rows: append(page.Summary{{Label: page.M("travel.q.person"), Value: []any{nameOf(n.Who), page.Code(n.Who.Code)}}}, noteRows(n.Note, n.ToSite)...)}}}
	if _, ok := told(n.Answers, Accepted); ok {
		v.Notes = []page.Callout{{Level: page.Done, Title: page.M("travel.accepted")}}
	}
	if len(n.Answers) > 0 {
		v.Parts = append(v.Parts, answersPart(n.Answers))
	}
	if _, over := told(n.Answers, Followed); n.MayAnswer && !over {
		f := answerForm(n.ID, n.Answers)
		if failed != nil {
			f = failed
		}
		v.Parts = append(v.Parts, page.Part{Title: page.M("travel.tell"), Lead: page.M("travel.tell_lead"), Form: f})
	}
	return v
}

func answerForm(id db.ID, given []Answer) *page.Form {
	steps := []page.Option{{Value: string(Accepted), Label: page.M("travel.tell.accepted")}, {Value: string(Followed), Label: page.M("travel.tell.followed")}}
	if _, ok := told(given, Accepted); ok {
		steps = steps[1:]
	}
	return &page.Form{Action: notePath(id), Submit: page.M("travel.tell"), Fields: []page.Field{
		{Kind: page.Radios, Name: "step", Label: page.M("travel.q.told"), Options: steps},
		{Kind: page.Radios, Name: "outcome", Label: page.M("travel.q.outcome"), Hint: page.M("travel.q.outcome_hint"), Options: page.OptionsOf(Outcomes, "travel.outcome."), Optional: true},
		{Kind: page.LongText, Name: "words", Label: page.M("travel.q.words"), Rows: 2, Max: longText, Optional: true}}}
}

func (s *Service) postAnswer(w http.ResponseWriter, r *http.Request) {
	id, err := page.Posted(w, r, "id")
	if err == nil {
		v := r.PostForm
		err = s.Answer(r.Context(), id, Answer{Step: Step(v.Get("step")), Outcome: Outcome(v.Get("outcome")), Words: v.Get("words")})
		if err == nil {
			s.Pages.Redirect(w, r, notePath(id), page.M("travel.saved"))
			return
		}
	}
	f := answerForm(id, nil)
	f.Fill(r.PostForm)
	if !f.Fail(err) {
		s.Pages.Error(w, r, err)
		return
	}
	s.showNote(w, r, f)
}
