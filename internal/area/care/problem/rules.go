package problem

import (
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Limits on a list that is read from a file.
const (
	mostTerms = 2000
	fileLimit = 1 << 20
)

// columns of a list: the first three must be there.
var columns = []string{"system", "code", "name", "name_en", "name_fr", "name_es", "name_ar", "condition", "sensitive"}

// Row is a line of a list that was not taken, and why.
type Row struct {
	Line  int
	Field string
	Key   string // of the sentence
}

// Listed is what was read from a file.
type Listed struct {
	Terms []Words
	Bad   []Row
}

// ReadList reads a short list from CSV: columns system (icd10, icd11, own), code, name, and
// optionally name_en, name_fr, name_es, name_ar, condition (a code of surveillance's list)
// and sensitive (yes, no or empty). A line that is wrong is named and the others stay; a
// file whose header is wrong, or that is too large, is refused whole.
func ReadList(r io.Reader, known func(string) bool) (Listed, error) {
	const op = "problem.ReadList"
	limited := &io.LimitedReader{R: r, N: fileLimit + 1}
	cr := csv.NewReader(limited)
	cr.FieldsPerRecord = -1
	head, err := cr.Read()
	if err != nil {
		return Listed{}, &fault.Error{Code: fault.Invalid, Op: op, Field: "file", Key: "problem.error.file"}
	}
	at := map[string]int{}
	for i, c := range head {
		c = strings.ToLower(strings.TrimSpace(strings.TrimPrefix(c, "\ufeff")))
		if _, twice := at[c]; twice || !slices.Contains(columns, c) {
			return Listed{}, &fault.Error{Code: fault.Invalid, Op: op, Field: "file", Key: "problem.error.header"}
		}
		at[c] = i
	}
	for _, c := range columns[:3] {
		if _, ok := at[c]; !ok {
			return Listed{}, &fault.Error{Code: fault.Invalid, Op: op, Field: "file", Key: "problem.error.header"}
		}
	}
	var out Listed
	for {
		row, err := cr.Read()
		if limited.N <= 0 || len(out.Terms) > mostTerms {
			return Listed{}, &fault.Error{Code: fault.Invalid, Op: op, Field: "file", Key: "problem.error.too_large"}
		}
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		var broken *csv.ParseError
		if errors.As(err, &broken) {
			out.Bad = append(out.Bad, Row{broken.StartLine, "", "problem.error.line"})
			continue
		}
		if err != nil {
			return Listed{}, &fault.Error{Code: fault.Invalid, Op: op, Field: "file", Key: "problem.error.file"}
		}
		line, _ := cr.FieldPos(0)
		out.take(row, line, at, known)
	}
}

// take adds a line, or says what is wrong with it.
func (l *Listed) take(row []string, line int, at map[string]int, known func(string) bool) {
	cell := func(c string) string {
		if i, ok := at[c]; ok && i < len(row) {
			return strings.TrimSpace(row[i])
		}
		return ""
	}
	if strings.Join(row, "") == "" {
		return
	}
	w := Words{System: System(strings.ToLower(cell("system"))), Code: cell("code"), Name: cell("name"), Disease: cell("condition"), Names: map[string]string{}}
	for _, lang := range []string{"en", "fr", "es", "ar"} {
		w.Names[lang] = cell("name_" + lang)
	}
	switch strings.ToLower(cell("sensitive")) {
	case "yes":
		w.Sensitive = true
	case "", "no":
	default:
		l.Bad = append(l.Bad, Row{line, "sensitive", "problem.error.yes_no"})
		return
	}
	w.tidy()
	if errs := w.valid(known); len(errs) > 0 {
		for _, err := range errs {
			l.Bad = append(l.Bad, Row{line, fault.FieldOf(err), fault.KeyOf(err)})
		}
		return
	}
	if slices.ContainsFunc(l.Terms, w.Same) {
		l.Bad = append(l.Bad, Row{line, "code", "problem.error.twice"})
		return
	}
	l.Terms = append(l.Terms, w)
}
