package vaccine

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
)

// maxHistory is the most that a history file may hold.
const maxHistory = 4 << 20

// history is a patient as a JSON file has it.
type history struct {
	ID           string            `json:"id"`
	Birth        string            `json:"birth"`
	Gender       string            `json:"gender"`
	Country      string            `json:"country"`
	Doses        []historyDose     `json:"doses"`
	Observations []historyObserved `json:"observations"`
}

type historyDose struct {
	Date      calendar.Date `json:"date"`
	CVX       string        `json:"cvx"`
	MVX       string        `json:"mvx"`
	TradeName string        `json:"tradeName"`
	Volume    float64       `json:"volume"`
	LotExpiry calendar.Date `json:"lotExpiry"`
	Condition bool          `json:"condition"`
}

type historyObserved struct {
	Code    string        `json:"code"`
	System  string        `json:"system"`
	Date    calendar.Date `json:"date"`
	Unknown bool          `json:"unknown"`
}

// ReadPatient reads one patient from JSON:
//
//	{"birth": "2024-02-29", "gender": "female", "country": "US",
//	 "doses": [{"date": "2024-05-02", "cvx": "107", "mvx": "SKB", "tradeName": "", "volume": 0.5,
//	            "lotExpiry": "2025-06", "condition": false}],
//	 "observations": [{"code": "160", "date": "2025-01-01"}, {"code": "38013005", "system": "SNOMED"},
//	                  {"code": "007", "unknown": true}]}
//
// Only birth is needed. A field that is not among these is an error, so that a slip of
// the pen is not taken for "none".
func ReadPatient(r io.Reader) (Patient, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxHistory+1))
	if err != nil {
		return Patient{}, err
	}
	if len(b) > maxHistory {
		return Patient{}, errorf("history", "is larger than %d MB", maxHistory>>20)
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	var h history
	if err := d.Decode(&h); err != nil {
		return Patient{}, errorf(fmt.Sprintf("history line %d", lineAt(b, d.InputOffset())), "%s", readable(err))
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return Patient{}, errorf("history", "holds more than one patient")
	}
	return h.patient()
}

// Record is a patient of a list. Line is its place; a patient that could not be read has
// an Err.
type Record struct {
	ID      string
	Line    int
	Patient Patient
	Err     error
}

// ReadPatients reads patients one a line, in the form of ReadPatient with an "id". A line
// that cannot be read is handed on with its error, and the others are read. It ends when
// each answers false.
func ReadPatients(r io.Reader, each func(Record) bool) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxHistory)
	for n := 1; lines.Scan(); n++ {
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		rec := Record{Line: n}
		var h history
		d := json.NewDecoder(bytes.NewReader(lines.Bytes()))
		d.DisallowUnknownFields()
		if err := d.Decode(&h); err != nil {
			rec.Err = errorf(fmt.Sprintf("line %d", n), "%s", readable(err))
		} else if rec.ID = h.ID; d.More() {
			rec.Err = errorf(fmt.Sprintf("line %d", n), "holds more than one patient")
		} else {
			rec.Patient, rec.Err = h.patient()
		}
		if !each(rec) {
			return nil
		}
	}
	return lines.Err()
}

func (h *history) patient() (Patient, error) {
	p := Patient{Country: h.Country}
	var err error
	if p.Birth, err = calendar.ParseDay(h.Birth); err != nil {
		return Patient{}, errorf("birth", "has to be a full date such as 2024-02-29")
	}
	switch strings.ToLower(h.Gender) {
	case "female", "f":
		p.Gender = Female
	case "male", "m":
		p.Gender = Male
	case "", "unknown", "u", "other":
	default:
		return Patient{}, errorf("gender", "is female, male or unknown")
	}
	for i, d := range h.Doses {
		if d.CVX == "" {
			return Patient{}, errorf(fmt.Sprintf("doses[%d]", i), "has no cvx")
		}
		if d.Volume < 0 {
			return Patient{}, errorf(fmt.Sprintf("doses[%d]", i), "volume is below zero")
		}
		p.Doses = append(p.Doses, Dose{Date: d.Date, Product: d.CVX, Maker: d.MVX, TradeName: d.TradeName, Volume: d.Volume,
			LotExpiry: d.LotExpiry, Condition: d.Condition})
	}
	for i, o := range h.Observations {
		if o.Code == "" {
			return Patient{}, errorf(fmt.Sprintf("observations[%d]", i), "has no code")
		}
		p.History = append(p.History, Observed(o))
	}
	return p, nil
}

func lineAt(b []byte, offset int64) int {
	return 1 + bytes.Count(b[:min(int(offset), len(b))], []byte("\n"))
}

// readable drops the values of the input, which are a person's, from what a decoder says.
func readable(err error) string {
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &wrong):
		return fmt.Sprintf("%s is a %s", wrong.Field, wrong.Value)
	case strings.HasPrefix(err.Error(), "json: unknown field"):
		return strings.TrimPrefix(err.Error(), "json: ")
	case strings.HasPrefix(err.Error(), "calendar:"):
		return "has a date that does not exist"
	}
	return "is not JSON of a patient"
}
