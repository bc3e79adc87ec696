package mark

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Word is the mark.
const Word = "EXERCISE"

// said is what the member of a JSON object says beside its name.
const said = "nothing of this happened"

// The kinds that can carry it.
const (
	kindCSV  = "text/csv"
	kindXLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	kindJSON = "application/json"
)

// sealed are the kinds that cannot carry it and need not.
var sealed = map[string]string{
	"application/octet-stream":   "a sealed file: each entry in it has the mark in its header, and no other installation opens it",
	"application/x-x509-ca-cert": "the authority's certificate: no record, and its name says the installation",
}

// largest is the largest file that is looked through, unpacked.
const largest = 64 << 20

// Into puts the mark into a file of a kind (its media type).
func Into(kind string, b []byte) ([]byte, error) {
	media, _, err := mime.ParseMediaType(kind)
	if err != nil {
		return nil, fmt.Errorf("mark: a file without a kind")
	}
	switch {
	case sealed[media] != "":
		return b, nil
	case media == kindCSV:
		return intoCSV(b)
	case media == kindXLSX:
		return intoXLSX(b)
	case media == kindJSON:
		return intoJSON(b)
	}
	return nil, fmt.Errorf("mark: %s cannot carry the mark of an exercise", media)
}

// carries reports whether what is of a kind is a file, also where it is shown and not
// saved.
func carries(kind string) bool {
	media, _, err := mime.ParseMediaType(kind)
	return err == nil && (media == kindCSV || media == kindXLSX)
}

// lines reads a CSV. A file that a spreadsheet saved may have other commas.
func lines(b []byte) ([][]string, rune, error) {
	b = bytes.TrimPrefix(b, []byte("\ufeff"))
	first, _, _ := bytes.Cut(b, []byte("\n"))
	comma, most := ',', bytes.Count(first, []byte(","))
	for _, c := range ";\t" {
		if n := bytes.Count(first, []byte(string(c))); n > most {
			comma, most = c, n
		}
	}
	r := csv.NewReader(bytes.NewReader(b))
	r.Comma, r.FieldsPerRecord, r.LazyQuotes = comma, -1, true
	all, err := r.ReadAll()
	return all, comma, err
}

func intoCSV(b []byte) ([]byte, error) {
	all, comma, err := lines(b)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	w.Comma, w.UseCRLF = comma, bytes.Contains(b, []byte("\r\n"))
	for _, line := range all {
		if err := w.Write(append([]string{Word}, line...)); err != nil {
			return nil, err
		}
	}
	if len(all) == 0 {
		_ = w.Write([]string{Word}) // into a buffer
	}
	w.Flush()
	return out.Bytes(), w.Error()
}

func intoXLSX(b []byte) ([]byte, error) {
	x, err := excelize.OpenReader(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	defer x.Close()
	for _, sheet := range x.GetSheetList() {
		rows, err := x.GetRows(sheet)
		if err == nil {
			err = x.InsertCols(sheet, "A", 1)
		}
		if err != nil {
			return nil, err
		}
		for i := range max(len(rows), 1) {
			if err := x.SetCellStr(sheet, fmt.Sprintf("A%d", i+1), Word); err != nil {
				return nil, err
			}
		}
	}
	var out bytes.Buffer
	err = x.Write(&out)
	return out.Bytes(), err
}

func intoJSON(b []byte) ([]byte, error) {
	b = bytes.TrimLeft(b, " \t\r\n")
	if !json.Valid(b) || len(b) == 0 || b[0] != '{' {
		return nil, fmt.Errorf("mark: JSON that is no object cannot carry the mark of an exercise")
	}
	member := `{"` + Word + `":"` + said + `"`
	rest := bytes.TrimLeft(b[1:], " \t\r\n")
	if rest[0] != '}' {
		member += ","
	}
	return append([]byte(member), rest...), nil
}

// Found is what a file says.
type Found int

// What it can say.
const (
	NoTable Found = iota // it is nothing that could carry the mark
	Without              // no line has it
	Partly               // some lines have it
	Every                // every line has it
)

// Find looks for the mark in a file, by what is in it and not by what it is called.
func Find(b []byte) Found {
	if z, err := gzip.NewReader(bytes.NewReader(b)); err == nil {
		if b, err = io.ReadAll(io.LimitReader(z, largest)); err != nil && len(b) == 0 {
			return NoTable
		}
	}
	if len(b) > largest {
		b = b[:largest]
	}
	switch trimmed := bytes.TrimLeft(b, "\ufeff \t\r\n"); {
	case bytes.HasPrefix(b, []byte("PK")):
		return inXLSX(b)
	case !isText(b):
		return NoTable
	case len(trimmed) > 0 && trimmed[0] == '{':
		var object map[string]json.RawMessage
		if json.Unmarshal(trimmed, &object) == nil {
			if _, ok := object[Word]; ok {
				return Every
			}
			return NoTable // what is no table of people is not asked for it
		}
	}
	all, _, err := lines(b)
	if err != nil {
		if bytes.Contains(b, []byte(Word)) {
			return Partly // it cannot be read, and says so somewhere
		}
		return NoTable
	}
	return of(all)
}

func isText(b []byte) bool {
	return utf8.Valid(b) && !bytes.ContainsAny(b, "\x00\x01\x02\x03\x04\x05\x06\x07\x08")
}

func inXLSX(b []byte) Found {
	x, err := excelize.OpenReader(bytes.NewReader(b), excelize.Options{RawCellValue: true, UnzipSizeLimit: largest, UnzipXMLSizeLimit: largest / 2})
	if err != nil {
		return NoTable
	}
	defer x.Close()
	var all [][]string
	for _, sheet := range x.GetSheetList() {
		rows, err := x.GetRows(sheet)
		if err != nil {
			return NoTable
		}
		all = append(all, rows...)
	}
	return of(all)
}

func of(all [][]string) Found {
	with, without := 0, 0
	for _, line := range all {
		marked, blank := false, true
		for _, cell := range line {
			cell = strings.TrimSpace(cell)
			marked, blank = marked || cell == Word, blank && cell == ""
		}
		switch {
		case marked:
			with++
		case !blank:
			without++
		}
	}
	switch {
	case with+without == 0:
		return NoTable
	case with == 0:
		return Without
	case without == 0:
		return Every
	}
	return Partly
}

// Check refuses a file of an exercise where the installation is real, and a table that
// does not say on every line that it is one where the installation is an exercise.
func Check(b []byte, exercise bool) error {
	const op = "mark.Check"
	found := Find(b)
	switch {
	case !exercise && (found == Partly || found == Every):
		return fault.New(fault.Invalid, op, "mark.error.exercise")
	case exercise && (found == Partly || found == Without):
		return fault.New(fault.Invalid, op, "mark.error.actual")
	}
	return nil
}

// Strip takes the marks out of a CSV, for a program that counts its columns.
func Strip(b []byte) []byte {
	if bytes.HasPrefix(b, []byte("PK")) || !isText(b) || Find(b) != Every {
		return b
	}
	all, comma, err := lines(b)
	if err != nil {
		return b
	}
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	w.Comma = comma
	for _, line := range all {
		if len(line) > 0 && line[0] == Word {
			line = line[1:]
		}
		_ = w.Write(line) // into a buffer
	}
	w.Flush()
	return out.Bytes()
}
