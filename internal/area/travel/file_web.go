package travel

import (
	"net/http"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

func fileForm(at string) *page.Form {
	return &page.Form{Action: at + "/print/file", Submit: page.M("travel.file_print"), Fields: []page.Field{
		{Kind: page.Radios, Name: "file_to", Label: page.M("travel.q.file_to"), Options: page.OptionsOf(FilesTo, "travel.file.")}}}
}

func filePart(p Person, or func(*page.Form) *page.Form) page.Part {
	return page.Part{Title: page.M("travel.file"), Lead: page.M("travel.file_lead"), Form: or(fileForm(personPath(p.Movement.ID, p.ID)))}
}

func (s *Service) printFile(w http.ResponseWriter, r *http.Request) {
	id, err := page.Posted(w, r, "id")
	var person db.ID
	if err == nil {
		person, err = page.PathID(r, "person")
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	at := personPath(id, person)
	c, err := s.PrintFile(r.Context(), id, person, FileTo(r.PostForm.Get("file_to")), page.LocaleOf(r).Code)
	if err != nil {
		f := fileForm(at)
		f.Fill(r.PostForm)
		if !f.Fail(err) {
			s.Pages.Error(w, r, err)
			return
		}
		s.showPerson(w, r, f)
		return
	}
	s.Pages.Sheet(w, r, page.Page{Title: "travel.file", Banner: c.Banner, Back: page.Link{Href: at, Text: page.M("travel.person.title")}, Return: at}, fileSheet(c), nil)
}

// fileSheet is a medical file on paper: what has to be done first, then what is needed on
// the way, what stands, and what was found.
func fileSheet(c Carried) page.Sheet {
	v := page.Sheet{Print: true, Lead: page.M("travel.file." + string(c.To)), Limits: []page.Msg{page.M("travel.limit.file")}}
	about := append(page.Summary{{Label: page.M("travel.q.name"), Value: []any{nameOf(c.Brief), page.Code(c.Code)}}, {Label: page.M("travel.q.sex"), Value: page.Sex(c.Sex).Msg()}, {Label: page.M("travel.q.birth"), Value: c.Birth}},
		movementRows(c.Movement, nil)...)
	v.Parts = append(v.Parts, page.Part{Rows: append(append(about, escortRows(c.Along)...), saidNeeds(c.Check)...), Title: page.M("travel.person.title")})
	if c.Note.Written() {
		v.Parts = append(v.Parts, actionsPart(c.Note, c.Words), page.Part{Title: page.M("travel.note"), Rows: noteRows(c.Note, c.siteName())})
	}
	v.Parts = append(v.Parts, filedPart("travel.file.problems", c.Problems), filedPart("travel.file.results", c.Check.Found))
	return v
}

func filedPart(title string, list []Filed) page.Part {
	t := &page.Table{Columns: []page.Column{{Label: page.M("travel.q.day")}, {Label: page.M("travel.q.text"), Wide: true}}, Empty: page.Empty{Title: page.M("travel.file.empty")}}
	for _, f := range list {
		var on any
		if f.On != 0 {
			on = f.On
		}
		t.Rows = append(t.Rows, []page.Cell{on, f.Text})
	}
	return page.Part{Title: page.M(title), Table: t}
}
