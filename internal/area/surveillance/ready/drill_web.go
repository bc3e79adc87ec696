package ready

import (
	"errors"
	"io"
	"net/http"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

func (s *Service) drillForm(ref string) *page.Form {
	held := page.Field{Kind: page.Date, Name: "held", Label: page.M("ready.exercise.held")}
	held.SetDate(s.today().Date(), s.today())
	return &page.Form{Action: placePath(ref) + "/drill", Submit: page.M("ready.save"), Cancel: page.Link{Href: placePath(ref), Text: page.M("ready.of_place")}, Fields: []page.Field{
		{Kind: page.File, Name: "file", Label: page.M("ready.drill.file"), Hint: page.M("ready.drill.file_hint"), Accept: ".json,application/json"}, held,
		{Kind: page.Text, Name: "people", Label: page.M("ready.exercise.people"), Hint: page.M("ready.exercise.people_hint"), Max: 8, Dir: "ltr", Width: 4, Optional: true, Auto: "off"}}}
}

func (s *Service) getDrill(w http.ResponseWriter, r *http.Request) {
	if ref, ok := s.drillPlace(w, r); ok {
		s.showDrill(w, r, ref, s.drillForm(ref))
	}
}

// drillPlace is the place of an address, to whoever may record an exercise there.
func (s *Service) drillPlace(w http.ResponseWriter, r *http.Request) (string, bool) {
	ref := refOf(r)
	var p Place
	err := s.DB.Read(r.Context(), func(tx *db.Tx) (err error) { p, err = s.placeIn(tx, ref); return err })
	if err == nil {
		err = s.edits(r.Context(), p)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
	}
	return ref, err == nil
}

func (s *Service) showDrill(w http.ResponseWriter, r *http.Request, ref string, f *page.Form) {
	s.Pages.Sheet(w, r, page.Page{Title: "ready.drill.add", Back: page.Link{Href: placePath(ref), Text: page.M("ready.of_place")}}, page.Sheet{Lead: page.M("ready.drill.lead"), Form: f}, f)
}

func (s *Service) postDrill(w http.ResponseWriter, r *http.Request) {
	ref, ok := s.drillPlace(w, r)
	if !ok {
		return
	}
	if err := page.ReadForm(w, r, mostScore+page.FormLimit); err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	f := s.drillForm(ref)
	f.Fill(r.PostForm)
	p, err := readScore(r)
	held, dayErr := s.heldOn(r)
	if err = errors.Join(err, dayErr); err == nil {
		err = s.Save(r.Context(), exerciseOf(p, ref, held, page.Digits(r.PostForm.Get("people")), db.NewID)...)
	}
	switch {
	case err == nil:
		s.Pages.Redirect(w, r, placePath(ref), page.M("ready.saved"))
	case f.Fail(err):
		s.showDrill(w, r, ref, f)
	default:
		s.Pages.Error(w, r, err)
	}
}

func (s *Service) heldOn(r *http.Request) (calendar.Day, error) {
	d, err := page.ReadDate(r.PostForm, "held", s.today())
	if err != nil {
		return 0, err
	}
	day, exact := d.Exact()
	if !exact {
		return 0, fault.Field("ready.heldOn", "held", "ready.error.day")
	}
	return day, nil
}

func readScore(r *http.Request) (Played, error) {
	const op = "ready.readScore"
	file, _, err := r.FormFile("file")
	if err != nil {
		return Played{}, fault.Field(op, "file", "ready.error.needed")
	}
	defer file.Close()
	raw, err := io.ReadAll(io.LimitReader(file, mostScore+1))
	if err != nil {
		return Played{}, fault.Field(op, "file", "ready.error.score")
	}
	return ReadScore(raw)
}
