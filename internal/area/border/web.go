package border

import (
	"net/http"

	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// Routes adds this package's pages.
func (s *Service) Routes(mux *http.ServeMux) {
	for pattern, h := range map[string]http.HandlerFunc{
		"GET /border":                      s.getPoints,
		"GET /border/board":                s.getBoard,
		"GET /border/points/{point}/board": s.getPointBoard,
		"GET /border/points/new":           s.getPoint,
		"GET /border/points/{code}":        s.getPoint,
		"POST /border/points":              s.postPoint,
		"POST /border/shift":               s.postShift,
		"GET /border/shift/end":            s.getEnd,
		"POST /border/shift/end":           s.postEnd,
		"GET /border/count":                s.getCount,
		"POST /border/tap":                 s.postTap,
		"POST /border/taps":                s.postTaps,
		"GET /border/hours":                s.getHours,
		"POST /border/hours":               s.postHours,
		"GET /border/points/{point}/day":   s.getDay,
		"POST /border/points/{point}/day":  s.postDay,
	} {
		mux.HandleFunc(pattern, h)
	}
}

// fail answers an error: whoever has no shift is sent to begin one.
func (s *Service) fail(w http.ResponseWriter, r *http.Request, err error) {
	if fault.KeyOf(err) == "border.error.no_shift" {
		s.Pages.Redirect(w, r, "/border", page.M("border.error.no_shift"))
		return
	}
	s.Pages.Error(w, r, err)
}

// readTotals reads a box a number; an empty one was not counted.
func readTotals(r *http.Request) (Totals, []error) {
	out := Totals{}
	var errs []error
	for _, w := range Whats {
		n, ok, err := page.ReadNumber(r.PostForm, string(w))
		if err != nil || ok && n != float64(int64(n)) {
			errs = append(errs, fault.Field("border.readTotals", string(w), "border.error.number"))
			continue
		}
		if ok {
			out[w] = int64(n)
		}
	}
	return out, errs
}

// totalFields are the boxes of a report, what stands in them first being was.
func totalFields(was Totals) []page.Field {
	var out []page.Field
	for _, w := range Whats {
		f := page.Field{Kind: page.Number, Name: string(w), Label: page.M("border.what." + string(w)), Width: 6}
		if n, ok := was[w]; ok {
			f.Value = itoa(n)
		}
		out = append(out, f)
	}
	return out
}

// totalCell shows a number; one that nobody counted is not known.
func totalCell(t Totals, w What) any {
	if n, ok := t[w]; ok {
		return n
	}
	return nil
}
