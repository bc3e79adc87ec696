package page

import (
	"net/http"
	"strings"

	"github.com/godwit-health/godwit/internal/kernel/db"
)

// Sheet is a page that needs no markup of its own: notes, what can be done, a list or
// an answer, and forms, in this order. Whatever is zero is left out. An area renders it
// with Renderer.Sheet and shows it in its samples under the template SheetTemplate.
type Sheet struct {
	Lead    Msg
	Notes   []Callout
	Actions []Link // what can be done from here, as buttons
	Filter  *Form
	Rows    Summary
	Drawing *Drawing
	Table   *Table
	Form    *Form
	Parts   []Part
	Limits  []Msg  // of what the page was made of, under everything
	Symbol  Symbol // after everything else, for a sheet to print
	Print   bool   // a button that prints the page
}

// Part is a section of a Sheet.
type Part struct {
	Title    Msg
	Lead     Msg
	Notes    []Callout
	Lines    []string // of a file or a log, shown as they are
	Rows     Summary
	Drawing  *Drawing
	Table    *Table
	Timeline Timeline
	Form     *Form
	Actions  []Link
}

// SheetTemplate is the template of every Sheet.
const SheetTemplate = "page/sheet"

// Sheet writes a sheet. f is the form whose problems it shows, if it has one: after a
// failed post, the form that failed.
func (p *Renderer) Sheet(w http.ResponseWriter, r *http.Request, pg Page, v Sheet, f *Form) {
	pg.Template, pg.View = SheetTemplate, v
	if f != nil {
		pg.Problems = append(pg.Problems, f.Problems()...)
	}
	p.Render(w, r, pg)
}

// FormLimit is how many bytes a posted form may have, unless its page says otherwise.
const FormLimit = 64 << 10

// Posted reads an id of the path and the form of a POST, of FormLimit at most.
func Posted(w http.ResponseWriter, r *http.Request, name string) (db.ID, error) {
	id, err := PathID(r, name)
	if err != nil {
		return id, err
	}
	return id, ReadForm(w, r, FormLimit)
}

// OptionsOf makes the choices of a field from a list of codes; the words of a code
// have the key prefix + code, in small letters as all keys.
func OptionsOf[T ~string](list []T, prefix string) []Option {
	var out []Option
	for _, v := range list {
		out = append(out, Option{Value: string(v), Label: M(prefix + strings.ToLower(string(v)))})
	}
	return out
}
