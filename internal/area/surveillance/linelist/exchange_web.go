package linelist

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

func (s *Service) exportForm(f Filter) *page.Form {
	form := filterForm(f, s.Lists)
	return &page.Form{Action: "/linelist/export", Submit: page.M("linelist.out.save"), Fields: append(form.Fields,
		page.Field{Kind: page.Radios, Name: "to", Label: page.M("linelist.out.to"), Options: []page.Option{
			{Value: string(access.HealthAuthority), Label: page.M("linelist.out.authority"), Hint: page.M("linelist.out.authority_hint")}, {Value: string(access.CareProvider), Label: page.M("linelist.out.care")}}},
		page.Field{Kind: page.Text, Name: "country", Label: page.M("linelist.out.country"), Hint: page.M("linelist.out.country_hint"), Max: 100, Optional: true, Auto: "off", Dir: "auto"},
		page.Field{Kind: page.Radios, Name: "format", Label: page.M("linelist.out.format"), Options: page.OptionsOf(Formats, "linelist.out.")})}
}

func (s *Service) getTakeOut(w http.ResponseWriter, r *http.Request) {
	if !s.Access.Ever(r.Context(), access.ExportLineList) {
		s.Pages.Error(w, r, fault.New(fault.Forbidden, "linelist.getTakeOut", "door.forbidden"))
		return
	}
	s.showTakeOut(w, r, s.exportForm(s.readFilter(r.URL.Query())))
}

func (s *Service) showTakeOut(w http.ResponseWriter, r *http.Request, f *page.Form) {
	s.Pages.Sheet(w, r, page.Page{Title: "linelist.out.title", Back: listLink()}, page.Sheet{Lead: page.M("linelist.out.lead"), Form: f,
		Limits: []page.Msg{page.M("linelist.out.limit_names"), page.M("linelist.out.limit_guarded"), page.M("linelist.out.limit_cells")}}, f)
}

func (s *Service) postExport(w http.ResponseWriter, r *http.Request) {
	if err := page.ReadForm(w, r, page.FormLimit); err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	f := s.exportForm(Filter{})
	f.Fill(r.PostForm)
	to, format, err := readExport(r)
	var out Exported
	if err == nil {
		out, err = s.Export(r.Context(), s.readFilter(r.PostForm), to)
	}
	var b bytes.Buffer
	if err == nil {
		err = WriteSheet(&b, format, out.Rows)
	}
	if err != nil {
		if !f.Fail(err) {
			s.Pages.Error(w, r, err)
			return
		}
		s.showTakeOut(w, r, f)
		return
	}
	kind := "text/csv; charset=utf-8"
	if format == XLSX {
		kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", `attachment; filename="line-list-`+s.today().String()+`.`+string(format)+`"`)
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(b.Bytes()) // who closed the page has no use for the error
}

func readExport(r *http.Request) (access.Recipient, Format, error) {
	const op = "linelist.readExport"
	var errs []error
	to := access.Recipient(r.PostForm.Get("to"))
	switch to {
	case access.CareProvider:
	case access.HealthAuthority:
		code := strings.ToUpper(strings.TrimSpace(r.PostForm.Get("country")))
		if _, ok := place.Country(code); !ok {
			found := place.Find(r.PostForm.Get("country"), 2)
			if len(found) != 1 {
				errs = append(errs, fault.Field(op, "country", "linelist.error.country"))
				break
			}
			code = found[0].Code
		}
		to = to.Of(code)
	default:
		errs = append(errs, fault.Field(op, "to", "linelist.error.choose"))
	}
	format := Format(r.PostForm.Get("format"))
	if format != CSV && format != XLSX {
		errs = append(errs, fault.Field(op, "format", "linelist.error.choose"))
	}
	return to, format, errors.Join(errs...)
}

func (s *Service) importForm() *page.Form {
	diseases := []page.Option{{Value: "", Label: page.M("linelist.in.disease_column")}}
	for _, d := range s.Lists.Diseases {
		diseases = append(diseases, page.Option{Value: d.Code, Label: diseaseMsg(d.Code)})
	}
	return &page.Form{Action: "/linelist/bring-in", Submit: page.M("linelist.in.save"), Fields: []page.Field{
		{Kind: page.File, Name: "file", Label: page.M("linelist.in.file"), Hint: page.M("linelist.in.file_hint"), Accept: ".csv,.xlsx,text/csv"},
		{Kind: page.Select, Name: "disease", Label: page.M("linelist.in.disease"), Options: diseases},
		{Kind: page.LongText, Name: "map", Label: page.M("linelist.in.map"), Hint: page.M("linelist.in.map_hint"), Rows: 12, Max: 10_000, Dir: "ltr", Optional: true},
		{Kind: page.Radios, Name: "trial", Label: page.M("linelist.in.trial"), Options: []page.Option{{Value: "yes", Label: page.M("linelist.in.try")}, {Value: "no", Label: page.M("linelist.in.keep")}}},
	}}
}

func (s *Service) getBringIn(w http.ResponseWriter, r *http.Request) {
	if !s.Access.Ever(r.Context(), access.LineListWrite) {
		s.Pages.Error(w, r, fault.New(fault.Forbidden, "linelist.getBringIn", "door.forbidden"))
		return
	}
	s.showBringIn(w, r, s.importForm(), nil)
}

func (s *Service) showBringIn(w http.ResponseWriter, r *http.Request, f *page.Form, rep *SheetReport) {
	v := page.Sheet{Lead: page.M("linelist.in.lead"), Form: f}
	if rep != nil {
		v.Parts = append(v.Parts, reportPart(*rep))
	}
	s.Pages.Sheet(w, r, page.Page{Title: "linelist.in.title", Back: listLink()}, v, f)
}

// mostDoubts is how many doubts a page shows.
const mostDoubts = 200

func reportPart(rep SheetReport) page.Part {
	p := page.Part{Title: page.M("linelist.in.report"), Rows: page.Summary{{Label: page.M("linelist.in.new"), Value: rep.New}, {Label: page.M("linelist.in.here"), Value: rep.Here}, {Label: page.M("linelist.in.doubts"), Value: len(rep.Doubts)}}}
	for i, d := range rep.Doubts {
		if i == mostDoubts {
			break
		}
		p.Lines = append(p.Lines, fmt.Sprintf("%s, line %d: %s", d.File, d.Row, d.What))
	}
	return p
}

// postBringIn reads the file that was sent; it is kept nowhere. A file whose columns are
// not all known comes back with a map to be filled in.
func (s *Service) postBringIn(w http.ResponseWriter, r *http.Request) {
	err := page.ReadForm(w, r, sheetLimit+page.FormLimit)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	f := s.importForm()
	f.Fill(r.PostForm)
	sheet, name, err := readFile(r)
	var m ColumnMap
	if err == nil {
		m, err = ParseMap(r.PostForm.Get("map"))
		if len(m) == 0 && err == nil {
			m = sheet.Suggest()
			f.Find("map").Value = m.Text(sheet.Head)
		}
		if err != nil {
			err = &fault.Error{Code: fault.Invalid, Op: "linelist.postBringIn", Field: "map", Key: "linelist.error.map", Err: err}
		}
	}
	trial := r.PostForm.Get("trial")
	if err == nil && trial != "yes" && trial != "no" {
		err = fault.Field("linelist.postBringIn", "trial", "linelist.error.choose")
	}
	var rep SheetReport
	if err == nil {
		rep, err = s.ImportSheet(r.Context(), sheet, m, name, r.PostForm.Get("disease"), trial == "yes")
	}
	switch {
	case err != nil && f.Fail(err):
		s.showBringIn(w, r, f, nil)
	case err != nil:
		s.Pages.Error(w, r, err)
	case trial == "yes" || len(rep.Doubts) > 0:
		s.showBringIn(w, r, f, &rep)
	default:
		s.Pages.Redirect(w, r, "/linelist", page.M("linelist.in.done", "new", strconv.Itoa(rep.New), "here", strconv.Itoa(rep.Here)))
	}
}

func readFile(r *http.Request) (Sheet, string, error) {
	const op = "linelist.readFile"
	file, head, err := r.FormFile("file")
	if err != nil {
		return Sheet{}, "", fault.Field(op, "file", "linelist.error.file_none")
	}
	defer file.Close()
	b, err := io.ReadAll(io.LimitReader(file, sheetLimit+1))
	if err != nil {
		return Sheet{}, "", &fault.Error{Code: fault.Invalid, Op: op, Field: "file", Key: "linelist.error.file", Err: err}
	}
	sheet, err := ReadSheet(b)
	if err != nil {
		return Sheet{}, "", &fault.Error{Code: fault.Invalid, Op: op, Field: "file", Key: "linelist.error.file", Err: err}
	}
	return sheet, filepath.Base(head.Filename), nil
}
