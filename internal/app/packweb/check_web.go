package packweb

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// checkView is the run of a version's worked cases and the linter's findings.
type checkView struct {
	Callouts []page.Callout
	Cases    page.Table
	Findings page.Table
}

func (s *Web) getCheck(w http.ResponseWriter, r *http.Request) {
	v, p, err := s.open(r)
	if err != nil {
		s.Pages.Error(w, r, err)
		return
	}
	s.Pages.Render(w, r, page.Page{Template: "packs/check", Title: "packs.check.title", TitleArgs: []any{"pack", title(p), "version", v.Number},
		Back: page.Link{Href: path(v), Text: title(p)}, View: checkOf(p.TestOwn(), p.Lint(s.today())), Wide: true})
}

func checkOf(rep pack.Report, findings []pack.Finding) checkView {
	v := checkView{}
	passed := page.Callout{Level: page.Done, Title: page.M("packs.check.passed", "count", rep.Passed)}
	if !rep.OK() {
		passed = page.Callout{Level: page.Danger, Title: page.M("packs.check.failed", "count", rep.Failed), Text: []page.Msg{page.M("packs.check.passed", "count", rep.Passed)}}
	}
	clean := page.Callout{Level: page.Done, Title: page.M("packs.check.clean")}
	if n := pack.Errors(findings); n > 0 {
		clean = page.Callout{Level: page.Danger, Title: page.M("packs.check.errors", "count", n)}
	}
	v.Callouts = []page.Callout{passed, clean}
	v.Cases = page.Table{Columns: []page.Column{{Label: page.M("packs.check.case")}, {Label: page.M("packs.check.wrong"), Wide: true}, {Label: page.M("packs.check.rows")}},
		Empty: page.Empty{Title: page.M("packs.check.no_failures")}}
	for _, f := range rep.Failures {
		v.Cases.Rows = append(v.Cases.Rows, []page.Cell{page.Code(f.Case), wrong(f), page.Code(strings.Join(f.Rows, " "))})
	}
	v.Findings = page.Table{Columns: []page.Column{{Label: page.M("packs.check.severity")}, {Label: page.M("packs.check.place")}, {Label: page.M("packs.check.text"), Wide: true}},
		Empty: page.Empty{Title: page.M("packs.check.no_findings")}}
	for _, f := range findings {
		tag := page.Tag{Level: page.Info, Text: page.M("packs.check.warning")}
		if f.Severity == pack.Error {
			tag = page.Tag{Level: page.Danger, Text: page.M("packs.check.error")}
		}
		v.Findings.Rows = append(v.Findings.Rows, []page.Cell{tag, page.Code(where(f)), f.Text})
	}
	return v
}

func wrong(f pack.Failure) page.Cell {
	if f.Err != nil {
		return f.Err.Error()
	}
	var ms []page.Msg
	for _, m := range f.Wrong {
		ms = append(ms, page.M("packs.check.expected", "what", m.What, "want", strings.Join(m.Want, ", "), "got", strings.Join(m.Got, ", ")))
	}
	return ms
}

func where(f pack.Finding) string {
	p := f.File
	if f.Row > 0 {
		p += ":" + strconv.Itoa(f.Row)
	}
	if f.Column != "" {
		p += " " + f.Column
	}
	return p
}
