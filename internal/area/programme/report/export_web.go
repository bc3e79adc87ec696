package report

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/pack"
)

// exports are the tables that leave: the situation report's counts, and who does what
// where, when and for whom.
var exports = []string{"counts", "5w"}

func (s *Service) getExport(w http.ResponseWriter, r *http.Request) {
	_, p, err := s.period(r)
	what, to, form := r.PathValue("what"), r.PathValue("to"), r.PathValue("form")
	if err == nil && (!slices.Contains(exports, what) || to != "partner" && to != "public" || form != "csv" && form != "xlsx") {
		err = fault.New(fault.NotFound, "report.getExport", "page.error.not_found")
	}
	var v Whole
	if err == nil {
		v, err = s.Whole(r.Context(), p, to)
	}
	if err == nil {
		err = s.Access.Release(r.Context(), fileRoute, access.Statistics, db.ID{})
	}
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	rows := countRows(v)
	if what == "5w" {
		rows = whoRows(v)
	}
	body, kind, err := file(rows, form)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", what+"-"+p.Code()+"-"+to+"."+form))
	_, _ = w.Write(body) // who closed the page has no use for the error
}

// countRows are the counts of a period with HXL tags below the heads.
func countRows(v Whole) [][]string {
	rows := [][]string{{"start", "end", "country", "site", "indicator", "definition", "cell", "value", "suppressed", "certainty"},
		{"#date+start", "#date+end", "#country+code", "#loc+code", "#indicator+code", "#indicator+name", "#group", "#indicator+value+num", "#meta+suppressed", "#meta+certainty"}}
	line := func(country, site string, x pack.Indicator, cell string, c Count) {
		if !c.Known {
			return // nobody reported it: no line is no zero
		}
		left := "no"
		if c.Hidden {
			left = "yes"
		}
		word, _ := v.Pack.Word("en", "indicator."+x.Code)
		rows = append(rows, []string{v.Period.First.String(), v.Period.Last().String(), country, site, x.Code, word, cell, c.String(), left, string(x.Certainty)})
	}
	for _, rel := range v.Releases {
		line("", "", rel.Indicator, "", rel.Total)
		for _, key := range sortedKeys(rel.Cells) {
			line("", "", rel.Indicator, key, rel.Cells[key])
		}
		for i, c := range rel.Sites {
			line(v.Sites[i].Country, v.Sites[i].Code, rel.Indicator, "", c)
		}
	}
	return rows
}

// whoRows are the table of who does what where, when and for whom. Reached people over
// activities are no sum: each line stands for itself.
func whoRows(v Whole) [][]string {
	rows := [][]string{{"sector", "activity", "country", "adm", "site", "start", "end", "status", "unit", "reached", "double_count"},
		{"#sector", "#activity+code", "#country+code", "#adm+code", "#loc+code", "#date+start", "#date+end", "#status", "#output+unit", "#reached", "#meta+rule"}}
	for _, rel := range v.Releases {
		x := rel.Indicator
		if x.Measure != pack.Contacts && x.Measure != pack.Persons && x.Measure != pack.Registered {
			continue
		}
		rule := "each contact"
		if x.Measure != pack.Contacts {
			rule = "once a period and site"
		}
		for i, c := range rel.Sites {
			if site := v.Sites[i]; c.Known {
				rows = append(rows, []string{"HEA", x.Code, site.Country, site.Area, site.Code, v.Period.First.String(), v.Period.Last().String(), "ongoing", string(x.Measure), c.String(), rule})
			}
		}
	}
	return rows
}

// harmless keeps a spreadsheet from running a cell (OWASP, CSV injection).
func harmless(s string) string {
	if s != "" && strings.ContainsAny(s[:1], "=+-@\t\r") {
		return "'" + s
	}
	return s
}

func file(rows [][]string, form string) (body []byte, kind string, err error) {
	for _, row := range rows {
		for i := range row {
			row[i] = harmless(row[i])
		}
	}
	var b bytes.Buffer
	if form == "csv" {
		w := csv.NewWriter(&b)
		w.UseCRLF = true // RFC 4180
		err = w.WriteAll(rows)
		return b.Bytes(), "text/csv; charset=utf-8", err
	}
	x := excelize.NewFile()
	defer x.Close()
	for i, row := range rows {
		at, err := excelize.CoordinatesToCellName(1, i+1)
		if err != nil {
			return nil, "", err
		}
		cells := make([]any, len(row))
		for j, c := range row {
			cells[j] = c
		}
		if err := x.SetSheetRow("Sheet1", at, &cells); err != nil {
			return nil, "", err
		}
	}
	err = x.Write(&b)
	return b.Bytes(), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", err
}
