package people

import (
	"io"
	"net/http"
	"strconv"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

func photoForm(id db.ID) *page.Form {
	return &page.Form{Submit: page.M("people.photo.send"), Fields: []page.Field{hidden("id", id.String()),
		{Kind: page.Note, Label: page.M("people.photo.note")},
		{Kind: page.File, Name: "photo", Label: page.M("people.q.photo"), Hint: page.M("people.q.photo_hint", "limit", MaxPhotoBytes>>20), Accept: "image/jpeg,image/png", Capture: "environment"},
	}}
}

func (s *Service) getPhoto(w http.ResponseWriter, r *http.Request) {
	id, _, ok := s.target(w, r)
	if !ok {
		return
	}
	if _, _, err := s.forEdit(r, id, access.PersonEdit); err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	remove := personPath(id) + "/photo/remove"
	if _, err := s.Photo(r.Context(), id); err != nil {
		remove = ""
	}
	s.ask(w, r, id, "people.title.photo", photoForm(db.NewID()), remove)
}

// postPhoto takes a file. A body that says it is too large is refused before a
// byte of it is looked at; one that lies is cut off at the limit.
func (s *Service) postPhoto(w http.ResponseWriter, r *http.Request) {
	id, err := page.PathID(r, "id")
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	const room = 64 << 10 // the rest of the form
	large := &fault.Error{Code: fault.Invalid, Op: "people.postPhoto", Field: "photo", Key: "people.error.photo_large", Args: map[string]any{"limit": MaxPhotoBytes >> 20}}
	var file []byte
	doc := db.NewID()
	if r.ContentLength > MaxPhotoBytes+room {
		discard(r)
		err = large
	} else if err = page.ReadForm(w, r, MaxPhotoBytes+room); fault.KeyOf(err) == "page.error.too_large" {
		err = large
	} else if err == nil {
		if doc, err = formID(r.PostForm); err == nil {
			file, err = uploaded(r, "photo")
		}
	}
	if err == nil {
		err = s.SetPhoto(r.Context(), id, doc, file)
	}
	s.settled(w, r, err, id, "people.title.photo", photoForm(doc), personPath(id), page.M("people.photo.saved"))
}

// uploaded reads one file of a form.
func uploaded(r *http.Request, name string) ([]byte, error) {
	f, _, err := r.FormFile(name)
	if err != nil {
		return nil, fault.Field("people.uploaded", name, "people.error.photo_none")
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, MaxPhotoBytes+1))
	if err != nil {
		return nil, fault.Field("people.uploaded", name, "people.error.photo_broken")
	}
	return b, nil
}

func (s *Service) postRemovePhoto(w http.ResponseWriter, r *http.Request) {
	id, _, ok := s.target(w, r)
	if !ok {
		return
	}
	s.settled(w, r, s.RemovePhoto(r.Context(), id), id, "", nil, personPath(id), page.M("people.removed"))
}

func (s *Service) servePhoto(w http.ResponseWriter, r *http.Request) {
	id, err := page.PathID(r, "id")
	var b []byte
	if err == nil {
		b, err = s.Photo(r.Context(), id)
	}
	if err != nil {
		http.Error(w, http.StatusText(fault.CodeOf(err).Status()), fault.CodeOf(err).Status())
		return
	}
	h := w.Header()
	h.Set("Content-Type", "image/jpeg")
	h.Set("Content-Length", strconv.Itoa(len(b)))
	h.Set("Cache-Control", "no-store") // a face leaves nothing behind in the browser
	h.Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(b)
}

// slip carries a code and a day, and neither name nor service (design, section 9).
type slip struct {
	Code string
	QR   page.Symbol
	On   calendar.Day
}

func (s *Service) printSlip(w http.ResponseWriter, r *http.Request) {
	id, _, ok := s.target(w, r)
	if !ok {
		return
	}
	err := s.DB.Read(r.Context(), func(tx *db.Tx) error { _, err := s.open(r.Context(), tx, access.PersonRead, id); return err })
	if err == nil {
		err = s.Access.Release(r.Context(), slipRoute, access.Applicant, id)
	}
	var sym page.Symbol
	if err == nil {
		sym, err = page.SymbolOf(Code(id), page.M("people.slip.qr"))
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Render(w, r, page.Page{Template: "people/slip", Title: "people.title.slip", Bare: true, View: slip{Code: ShowCode(Code(id)), QR: sym, On: s.Today()}})
}

func itoa(n int) string { return strconv.Itoa(n) }

// atoi reads a number that the form itself wrote; anything else is 0.
func atoi(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		return 0
	}
	return n
}
