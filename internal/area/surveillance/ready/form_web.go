package ready

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// recordForm asks what there is to ask of a record, filled with what it says already.
func (s *Service) recordForm(rec Record, known bool) *page.Form {
	f := &page.Form{Action: recordPath(rec), Submit: page.M("ready.save"), Cancel: page.Link{Href: placePath(rec.Place), Text: page.M("ready.of_place")}}
	if !known {
		f.Action = placePath(rec.Place) + "/" + string(rec.What)
		f.Fields = append(f.Fields, page.Field{Kind: page.Hidden, Name: "id", Value: rec.ID.String()})
	}
	if rec.What == Action && !rec.From.IsZero() && !known {
		f.Fields = append(f.Fields, page.Field{Kind: page.Hidden, Name: "from", Value: rec.From.String()})
	}
	for _, q := range Asked[rec.What] {
		if !known && (q.Name == "done" || q.Name == "result") {
			continue
		}
		f.Fields = append(f.Fields, s.field(rec, q))
	}
	if known {
		// Kept over a post that fails: whoever sends it again has seen what stands now.
		f.Fields = append(f.Fields, page.Field{Kind: page.Hidden, Name: "seen", Value: rec.Stands(), Keep: true})
		f.Fields = append(f.Fields, page.Field{Kind: page.Checks, Name: "gone", Label: page.M("ready.gone"), Optional: true, Options: []page.Option{{Value: "yes", Label: page.M("ready.gone_yes")}}})
	}
	return f
}

// hinted are the questions that need a word more.
var hinted = []string{"plan.kept", "plan.tested", "plan.next", "item.minimum", "item.next", "contact.name", "contact.confirmed", "contact.next", "exercise.people", "exercise.findings", "exercise.next", "review.name", "action.owner"}

func (s *Service) field(rec Record, q Question) page.Field {
	key := said[rec.What] + q.Name
	v := rec.Answers[q.Name]
	f := page.Field{Name: q.Name, Label: page.M(key), Value: v, Optional: !q.Needed, Auto: "off"}
	if slices.Contains(hinted, string(rec.What)+"."+q.Name) {
		f.Hint = page.M(key + "_hint")
	}
	switch q.Sort {
	case Words:
		f.Kind, f.Max, f.Dir = page.Text, longWords, "auto"
	case Long:
		f.Kind, f.Max, f.Dir, f.Rows = page.LongText, longText, "auto", 4
	case Phone:
		f.Kind, f.Max, f.Dir, f.Width = page.Text, longPhone, "ltr", 20
	case Number:
		f.Kind, f.Max, f.Dir, f.Width = page.Text, 8, "ltr", 4
	case Choice:
		f.Kind = page.Select
		f.Options = append([]page.Option{{Value: "", Label: page.M("ready.choose")}}, page.OptionsOf(q.Choices, choiceWords[q.Name])...)
	case PastOn, NextOn:
		f.Kind = page.Date
		if d := rec.Day(q.Name); d != 0 {
			f.SetDate(d.Date(), s.today())
		}
	}
	return f
}

// readRecord reads a posted record. What the form did not ask stays as it was.
func (s *Service) readRecord(typed url.Values, rec Record) (Record, error) {
	was := rec.Answers
	rec.Answers = map[string]string{}
	for _, q := range Asked[rec.What] {
		rec.Answers[q.Name] = was[q.Name]
		switch q.Sort {
		case PastOn, NextOn:
			if !typed.Has(q.Name + "-year") {
				continue
			}
			d, err := page.ReadDate(typed, q.Name, s.today())
			if err != nil {
				return rec, err
			}
			day, exact := d.Exact()
			switch {
			case d.IsZero():
				rec.Answers[q.Name] = ""
			case !exact:
				return rec, fault.Field("ready.readRecord", q.Name, "ready.error.day")
			default:
				rec.Answers[q.Name] = day.String()
			}
		case Number:
			if typed.Has(q.Name) {
				rec.Answers[q.Name] = page.Digits(typed.Get(q.Name))
			}
		default:
			if typed.Has(q.Name) {
				rec.Answers[q.Name] = typed.Get(q.Name)
			}
		}
	}
	rec.Gone = rec.Gone || typed.Get("gone") == "yes"
	rec.Seen = typed.Get("seen")
	return rec, nil
}

// asked is the record that a page is about, before anything is known of it.
func (s *Service) asked(r *http.Request) (Record, error) {
	rec := Record{What: What(r.PathValue("what")), Place: refOf(r), Answers: map[string]string{}}
	if !slices.Contains(Whats, rec.What) {
		return rec, fault.New(fault.NotFound, "ready.asked", "page.error.not_found")
	}
	return rec, s.DB.Read(r.Context(), func(tx *db.Tx) error {
		p, err := s.placeIn(tx, rec.Place)
		if err != nil {
			return err
		}
		return s.edits(r.Context(), p)
	})
}

func (s *Service) getNew(w http.ResponseWriter, r *http.Request) {
	rec, err := s.asked(r)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	rec.ID = db.NewID()
	if id, err := db.ParseID(r.URL.Query().Get("from")); err == nil {
		rec.From = id
	}
	s.show(w, r, rec, s.recordForm(rec, false), false)
}

func (s *Service) show(w http.ResponseWriter, r *http.Request, rec Record, f *page.Form, known bool) {
	v := page.Sheet{Lead: page.M("ready.no_names"), Form: f}
	if known {
		p := page.Part{Title: page.M("ready.stands")}
		for _, q := range Asked[rec.What] {
			p.Rows = append(p.Rows, page.Row{Label: page.M(said[rec.What] + q.Name), Value: answerCell(rec, q.Name)})
		}
		v.Parts = []page.Part{p}
	}
	if known && (rec.What == Exercise || rec.What == Review) {
		v.Actions = []page.Link{{Href: placePath(rec.Place) + "/" + string(Action) + "?from=" + rec.ID.String(), Text: page.M("ready.action.add")}}
	}
	title := said[rec.What] + "add"
	if known {
		title = said[rec.What] + "change"
	}
	s.Pages.Sheet(w, r, page.Page{Title: title, Back: page.Link{Href: placePath(rec.Place), Text: page.M("ready.of_place")}}, v, f)
}

func (s *Service) postNew(w http.ResponseWriter, r *http.Request) {
	rec, err := s.asked(r)
	if err == nil {
		err = page.ReadForm(w, r, page.FormLimit)
	}
	if err == nil {
		if rec.ID, err = db.ParseID(r.PostForm.Get("id")); err != nil {
			err = fault.New(fault.Invalid, "ready.postNew", "page.error.body")
		}
	}
	if err == nil && r.PostForm.Has("from") {
		if rec.From, err = db.ParseID(r.PostForm.Get("from")); err != nil {
			err = fault.New(fault.Invalid, "ready.postNew", "page.error.body")
		}
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	rec.New = true
	s.save(w, r, rec, false)
}

func (s *Service) getChange(w http.ResponseWriter, r *http.Request) {
	rec, err := s.known(r)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.show(w, r, rec, s.recordForm(rec, true), true)
}

// known is the record of an address.
func (s *Service) known(r *http.Request) (Record, error) {
	want, err := s.asked(r)
	if err != nil {
		return want, err
	}
	id, err := page.PathID(r, "id")
	if err != nil {
		return want, err
	}
	rec, err := s.Record(r.Context(), id)
	if err == nil && (rec.What != want.What || rec.Place != want.Place) {
		err = fault.New(fault.NotFound, "ready.known", "page.error.not_found")
	}
	return rec, err
}

func (s *Service) postChange(w http.ResponseWriter, r *http.Request) {
	rec, err := s.known(r)
	if err == nil {
		err = page.ReadForm(w, r, page.FormLimit)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.save(w, r, rec, true)
}

func (s *Service) save(w http.ResponseWriter, r *http.Request, rec Record, known bool) {
	f := s.recordForm(rec, known)
	f.Fill(r.PostForm)
	read, err := s.readRecord(r.PostForm, rec)
	if err == nil {
		err = s.Save(r.Context(), read)
	}
	if !known && fault.KeyOf(err) == "ready.error.changed" {
		s.again(w, r, rec, err)
		return
	}
	switch {
	case err == nil:
		s.Pages.Redirect(w, r, placePath(rec.Place), page.M("ready.saved"))
	case f.Fail(err):
		s.show(w, r, rec, f, known)
	default:
		s.Pages.Error(w, r, err)
	}
}

// again shows the form of a record that is there already to whoever sent that of a new
// one once more: what was typed, beside what stands now.
func (s *Service) again(w http.ResponseWriter, r *http.Request, rec Record, err error) {
	now, lost := s.Record(r.Context(), rec.ID)
	if lost != nil {
		s.Pages.Error(w, r, lost)
		return
	}
	f := s.recordForm(now, true)
	asked := s.recordForm(now, true)
	f.Fill(r.PostForm)
	for i, q := range asked.Fields { // a new record is not asked all that a known one is
		if !r.PostForm.Has(q.Name) && !r.PostForm.Has(q.Name+"-year") {
			f.Fields[i] = q
		}
	}
	f.Fail(err)
	s.show(w, r, now, f, true)
}
