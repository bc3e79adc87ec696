package stock

import (
	"context"
	"io"
	"net/http"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// ImportItems brings a list of items in: all that can be read, or, where strict, only a list
// without a fault. It says what is wrong and how many items were saved.
func (s *Service) ImportItems(ctx context.Context, site, text string, strict bool) (saved int, faults []RowFault, err error) {
	const op = "stock.ImportItems"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return 0, nil, err
	}
	if site, err = s.editable(ctx, site); err != nil {
		return 0, nil, err
	}
	rows, faults := ParseList(text)
	if len(faults) > 0 && strict || len(rows) == 0 {
		return 0, faults, nil
	}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		for _, row := range rows {
			row.Item.ID = ItemKey(row.Item.Code)
			if err := s.saveItem(tx, a, row.Item, site, row.Level); err != nil {
				return err
			}
		}
		return nil
	})
	return len(rows), faults, fault.Wrap(op, err)
}

func importForm(site string) *page.Form {
	return &page.Form{Action: withSite(listPath+"/import", site), Submit: page.M("stock.import.submit"), Fields: []page.Field{
		{Kind: page.File, Name: "file", Label: page.M("stock.import.file"), Hint: page.M("stock.import.hint"), Accept: ".csv,text/csv", Optional: true},
		{Kind: page.LongText, Name: "text", Label: page.M("stock.import.text"), Dir: "ltr", Rows: 6, Max: maxImport, Optional: true},
		{Kind: page.Radios, Name: "keep", Label: page.M("stock.import.keep"), Options: []page.Option{{Value: "all", Label: page.M("stock.import.all")}, {Value: "good", Label: page.M("stock.import.good")}}}}}
}

func (s *Service) getImport(w http.ResponseWriter, r *http.Request) {
	site, err := s.editable(r.Context(), r.URL.Query().Get("site"))
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.showImport(w, r, site, importForm(site), 0, nil)
}

func (s *Service) showImport(w http.ResponseWriter, r *http.Request, site string, f *page.Form, saved int, faults []RowFault) {
	s.Pages.Sheet(w, r, page.Page{Title: "stock.import.title", Back: backTo(site)}, importSheet(f, saved, faults), f)
}

// mostFaults is how many faults a page shows.
const mostFaults = 100

func importSheet(f *page.Form, saved int, faults []RowFault) page.Sheet {
	v := page.Sheet{Lead: page.M("stock.import.lead"), Form: f}
	if saved > 0 {
		v.Notes = append(v.Notes, page.Callout{Level: page.Done, Text: []page.Msg{page.M("stock.import.saved", "count", saved)}})
	}
	if len(faults) == 0 {
		return v
	}
	if saved == 0 {
		v.Notes = append(v.Notes, page.Callout{Level: page.Wait, Text: []page.Msg{page.M("stock.import.nothing")}})
	}
	v.Table = &page.Table{Caption: page.M("stock.import.faults", "count", len(faults)), Tight: true, Columns: []page.Column{{Label: page.M("stock.import.line"), Number: true}, {Label: page.M("stock.import.column")}, {Label: page.M("stock.import.fault"), Wide: true}}}
	for i, x := range faults {
		if i == mostFaults {
			v.Limits = append(v.Limits, page.M("stock.import.more", "count", len(faults)-mostFaults))
			break
		}
		m := page.M(x.Key)
		for k, arg := range x.Args { // one argument at most
			m.Args = append(m.Args, k, arg)
		}
		column := any(page.M("stock.nothing"))
		if x.Column != "" {
			column = page.Code(x.Column)
		}
		v.Table.Rows = append(v.Table.Rows, []page.Cell{x.Line, column, m})
	}
	return v
}

func (s *Service) postImport(w http.ResponseWriter, r *http.Request) {
	site, err := s.editable(r.Context(), r.URL.Query().Get("site"))
	if err == nil {
		err = page.ReadForm(w, r, maxImport+page.FormLimit)
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	f := importForm(site)
	f.Fill(r.PostForm)
	text := r.PostForm.Get("text")
	if file, _, err := r.FormFile("file"); err == nil {
		b, err := io.ReadAll(io.LimitReader(file, maxImport+1))
		_ = file.Close()
		if err != nil {
			s.Pages.Error(w, r, err)
			return
		}
		text = string(b)
	}
	keep := r.PostForm.Get("keep")
	switch {
	case text == "":
		f.Note("file", page.M("stock.error.no_file"))
	case keep != "all" && keep != "good":
		f.Note("keep", page.M("stock.error.keep"))
	}
	if f.Failed() {
		s.showImport(w, r, site, f, 0, nil)
		return
	}
	saved, faults, err := s.ImportItems(r.Context(), site, text, keep == "all")
	switch {
	case err != nil:
		s.Pages.Error(w, r, err)
	case len(faults) == 0:
		s.Pages.Redirect(w, r, withSite(listPath, site), page.M("stock.import.saved", "count", saved))
	default:
		s.showImport(w, r, site, f, saved, faults)
	}
}
