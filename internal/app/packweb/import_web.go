package packweb

import (
	"errors"
	"io"
	"net/http"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/packs"
)

// maxZip bounds an uploaded pack.
const maxZip = 8 << 20

func importForm() *page.Form {
	return &page.Form{Submit: page.M("packs.import.button"), Cancel: page.Link{Href: "/packs", Text: page.M("packs.cancel")}, Fields: []page.Field{
		{Kind: page.Note, Name: "what", Label: page.M("packs.import.note")},
		{Kind: page.File, Name: "zip", Label: page.M("packs.import.file"), Hint: page.M("packs.import.file_hint"), Accept: ".zip,application/zip"},
	}}
}

var importPage = page.Page{Title: "packs.import.title", Back: page.Link{Href: "/packs", Text: page.M("packs.title")}}

func (s *Web) getImport(w http.ResponseWriter, r *http.Request) {
	if !s.may(r, access.PackImport) {
		s.Pages.Error(w, r, fault.New(fault.Forbidden, "packweb.import", "page.error.forbidden"))
		return
	}
	s.Pages.Form(w, r, importPage, importForm())
}

func (s *Web) postImport(w http.ResponseWriter, r *http.Request) {
	if !s.may(r, access.PackImport) { // before the body is read
		s.Pages.Error(w, r, fault.New(fault.Forbidden, "packweb.import", "page.error.forbidden"))
		return
	}
	if err := page.ReadForm(w, r, maxZip); err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	f := importForm()
	files, err := uploaded(r)
	if err == nil {
		id, importErr := s.Registry.Import(r.Context(), files)
		if importErr == nil {
			s.Pages.Redirect(w, r, "/packs/"+id.String(), page.M("packs.import.done"))
			return
		}
		err = importErr
	}
	var ps pack.Problems
	if errors.As(err, &ps) {
		f.Note("zip", page.M("packs.error.invalid", "count", len(ps)))
		for _, p := range ps[:min(len(ps), 20)] {
			f.Note("", page.M("packs.quote", "text", p.Error()))
		}
		s.Pages.Form(w, r, importPage, f)
		return
	}
	if !f.Fail(err) {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Form(w, r, importPage, f)
}

// uploaded reads the posted archive.
func uploaded(r *http.Request) (pack.Files, error) {
	const op = "packweb.import"
	file, _, err := r.FormFile("zip")
	if err != nil {
		return nil, fault.Field(op, "zip", "packs.error.no_file")
	}
	defer file.Close()
	b, err := io.ReadAll(io.LimitReader(file, maxZip+1))
	if err != nil {
		return nil, fault.Wrap(op, err)
	}
	if len(b) > maxZip {
		return nil, fault.Field(op, "zip", "packs.error.too_large")
	}
	files, err := pack.ReadZip(b)
	if err == nil {
		files.Include(packs.Builtin())
	}
	return files, err
}
