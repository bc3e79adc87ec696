package across

import (
	"io"
	"net/http"
	"strconv"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// parcelLimit is the largest file that is taken.
const parcelLimit = 8 << 20

func (s *Service) getFiles(w http.ResponseWriter, r *http.Request) { s.showFiles(w, r, false, nil) }

func (s *Service) showFiles(w http.ResponseWriter, r *http.Request, made bool, wrong error) {
	terms, err := s.Carried(r.Context())
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	out, in := filesForms(terms)
	var f *page.Form
	if wrong != nil {
		if f = in; made {
			f = out
		}
		f.Fill(r.PostForm)
		if !f.Fail(wrong) {
			s.Pages.Error(w, r, wrong)
			return
		}
	}
	s.Pages.Sheet(w, r, page.Page{Title: "across.files.title", Back: boardLink()}, filesView(terms, out, in), f)
}

func filesForms(terms []Terms) (out, in *page.Form) {
	var options []page.Option
	for _, t := range terms {
		options = append(options, page.Option{Value: t.ID.String(), Text: t.Peer})
	}
	return &page.Form{Action: boardPath + "/export", Submit: page.M("across.files.make"), Fields: []page.Field{{Kind: page.Radios, Name: "agreement", Label: page.M("across.files.to"), Options: options}}},
		&page.Form{Action: boardPath + "/files", Submit: page.M("across.files.take"), Fields: []page.Field{{Kind: page.File, Name: "file", Label: page.M("across.files.file"), Hint: page.M("across.files.file_hint"), Accept: ".godwit"}}}
}

func filesView(terms []Terms, out, in *page.Form) page.Sheet {
	v := page.Sheet{Lead: page.M("across.files.lead"), Limits: []page.Msg{page.M("across.files.limit_sealed"), page.M("across.files.limit_again")}}
	made := page.Part{Title: page.M("across.files.make_title"), Lead: page.M("across.files.make_lead"), Form: out}
	if len(terms) == 0 {
		made.Lead, made.Form = page.M("across.files.none"), nil
	}
	v.Parts = []page.Part{made, {Title: page.M("across.files.take_title"), Lead: page.M("across.files.take_lead"), Form: in}}
	return v
}

func (s *Service) postExport(w http.ResponseWriter, r *http.Request) {
	if err := page.ReadForm(w, r, page.FormLimit); err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	id, err := db.ParseID(r.PostForm.Get("agreement"))
	if err != nil {
		err = fault.Field("across.postExport", "agreement", "across.error.choose")
	}
	var p Parcel
	if err == nil {
		p, err = s.MakeFile(r.Context(), id)
	}
	if err != nil {
		s.showFiles(w, r, true, err)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Disposition", `attachment; filename="notices-`+s.today().String()+`.godwit"`)
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Length", strconv.Itoa(len(p.Body)))
	_, _ = w.Write(p.Body) // who closed the page has no use for the error
}

func (s *Service) postImport(w http.ResponseWriter, r *http.Request) {
	if err := page.ReadForm(w, r, parcelLimit+page.FormLimit); err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	body, err := readParcel(r)
	var taken int
	if err == nil {
		taken, err = s.TakeFile(r.Context(), body)
	}
	if err != nil {
		s.showFiles(w, r, false, asField(err))
		return
	}
	done := page.M("across.files.again")
	if taken > 0 {
		done = page.M("across.files.taken", "count", taken)
	}
	s.Pages.Redirect(w, r, boardPath, done)
}

// asField puts a refusal beside the file that it is about.
func asField(err error) error {
	if fault.FieldOf(err) != "" || fault.Is(err, fault.Internal) || fault.Is(err, fault.Unavailable) || fault.KeyOf(err) == "door.forbidden" {
		return err
	}
	return fault.Field("across.postImport", "file", fault.KeyOf(err))
}

func readParcel(r *http.Request) ([]byte, error) {
	const op = "across.readParcel"
	file, _, err := r.FormFile("file")
	if err != nil {
		return nil, fault.Field(op, "file", "across.error.file_none")
	}
	defer file.Close()
	b, err := io.ReadAll(io.LimitReader(file, parcelLimit+1))
	if err != nil || len(b) > parcelLimit {
		return nil, fault.Field(op, "file", "sync.bad_batch")
	}
	return b, nil
}
