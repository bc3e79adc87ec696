package pack

import (
	"path"
	"slices"
	"sort"

	"github.com/godwit-health/godwit/engine/form"
)

// pendingChoice is the answer that means "still to come"; it needs no value of
// the fact, because the fact is then unknown where it has none of that name.
const pendingChoice = "pending"

// forms: every question has words in every language, and what a form can answer
// is what the rules can read.
func (l *linter) forms() {
	names := make([]string, 0, len(l.p.forms))
	for n := range l.p.forms {
		names = append(names, n)
	}
	sort.Strings(names)
	for _, n := range names {
		f := l.p.forms[n]
		file := l.formFile(n)
		for _, lang := range Languages {
			for _, q := range f.Untranslated(lang) {
				l.say(Error, "no-words", file, 0, q, "has no words in %s", lang)
			}
		}
		for i := range f.Rows {
			l.answers(file, &f.Rows[i])
		}
	}
}

func (l *linter) formFile(name string) string {
	for _, p := range l.p.Files.paths() {
		if path.Base(p) == name+".csv" && path.Base(path.Dir(p)) == "forms" {
			return p
		}
	}
	return "forms/" + name + ".csv"
}

// answers checks one question against the fact it gives.
func (l *linter) answers(file string, q *form.Row) {
	if !q.Asked() || q.Fact == "" {
		return
	}
	for _, f := range l.p.Facts {
		if f.From != "obs:"+q.Fact && (f.From != "" || f.Name != q.Fact) {
			continue
		}
		if q.Bool() != (f.Type == "bool") && q.Type == form.SelectOne {
			l.say(Error, "form-type", file, q.Line, q.Name, "answers fact %s, which is of type %s", f.Name, f.Type)
			continue
		}
		for _, c := range q.Choices {
			if f.Type == "code" && c.Name != pendingChoice && !slices.Contains(f.Values, c.Name) {
				l.say(Error, "form-value", file, q.Line, q.Name, "can answer %q, which is not a value of fact %s", c.Name, f.Name)
			}
		}
		if q.Unit != f.Unit && (f.Type == "int" || f.Type == "decimal") {
			l.say(Error, "form-unit", file, q.Line, q.Name, "is in %q, fact %s in %q", q.Unit, f.Name, f.Unit)
		}
	}
}
