// Package listed reads the coded lists of the programme: what a campaign can be about, by
// which ways it speaks, which services there are. A row is a code, what it is called in
// four languages, columns of its own, and who says so; a new channel is a line of a file.
//
// It must never hold a code itself, nor answer for one that no row has.
package listed

import (
	"embed"
	"encoding/csv"
	"fmt"
	"io/fs"
	"slices"

	"github.com/godwit-health/godwit/internal/kernel/page"
)

// Item is a row.
type Item struct {
	Code      string
	Words     map[string]string // by language
	Columns   map[string]string // of this list alone
	Certainty string            // O official, S secondary, R recalled
	Source    string
}

// List is a file.
type List []Item

// spoken are the columns of words.
var spoken = []string{"en", "fr", "es", "ar"}

// Read reads a list. Its first column is the code, and its last are the words, the
// certainty and the source; a row that lacks one of these is an error that names it.
func Read(files fs.FS, name string) (List, error) {
	f, err := files.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	var out List
	for n, row := range rows[min(1, len(rows)):] {
		it := Item{Words: map[string]string{}, Columns: map[string]string{}}
		for i, head := range rows[0] {
			switch {
			case head == "code":
				it.Code = row[i]
			case slices.Contains(spoken, head):
				it.Words[head] = row[i]
			case head == "certainty":
				it.Certainty = row[i]
			case head == "source":
				it.Source = row[i]
			default:
				it.Columns[head] = row[i]
			}
		}
		if out.Has(it.Code) || !it.whole() {
			return nil, fmt.Errorf("%s: row %d is not whole, or there twice", name, n+2)
		}
		out = append(out, it)
	}
	return out, nil
}

func (it Item) whole() bool {
	for _, lang := range spoken {
		if it.Words[lang] == "" {
			return false
		}
	}
	return it.Code != "" && it.Source != "" && slices.Contains([]string{"O", "S", "R"}, it.Certainty)
}

// Must is Read of a file that is part of the program, which a test has read before.
func Must(files fs.FS, name string) List {
	l, err := Read(files, name)
	if err != nil {
		panic(err)
	}
	return l
}

// Find returns a row by its code.
func (l List) Find(code string) (Item, bool) {
	i := slices.IndexFunc(l, func(it Item) bool { return it.Code == code })
	if i < 0 {
		return Item{}, false
	}
	return l[i], true
}

// Has reports whether a code is in the list.
func (l List) Has(code string) bool {
	_, ok := l.Find(code)
	return ok
}

// All reports whether every one of some codes is.
func (l List) All(codes []string) bool {
	return !slices.ContainsFunc(codes, func(c string) bool { return !l.Has(c) })
}

// Msg is what a code is called; a code of another version of the list is shown as it is.
func (l List) Msg(code string) page.Msg {
	it, ok := l.Find(code)
	return page.Words(func(lang string) string {
		if !ok {
			return code
		}
		return it.Words[lang]
	})
}

// Msgs are what codes are called, one a line.
func (l List) Msgs(codes []string) []any {
	var out []any
	for _, c := range codes {
		out = append(out, l.Msg(c))
	}
	return out
}

// Options are the rows as the choices of a field; keep, if there is one, leaves rows out.
func (l List) Options(keep func(Item) bool) []page.Option {
	var out []page.Option
	for _, it := range l {
		if keep == nil || keep(it) {
			out = append(out, page.Option{Value: it.Code, Label: l.Msg(it.Code)})
		}
	}
	return out
}

//go:embed data
var files embed.FS

// Languages are the languages in which people are spoken to.
func Languages() List { return Must(files, "data/languages.csv") }
