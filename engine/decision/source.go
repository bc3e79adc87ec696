package decision

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"math"
	"sort"
	"strconv"

	"github.com/godwit-health/godwit/engine/calendar"
)

// Source is a protocol as written: what Compile reads and what is hashed.
type Source struct {
	ID, Version string
	DateBasis   string // the fact whose day decides which dated rows hold; "" for Input.On
	Facts       []FactDef
	Lists       []ListDef
	Params      []ParamDef
	Tables      []*Table
}

// SameDay as a LongestAge means that a fact holds only on the day it was asked.
const SameDay = -1

// FactDef declares a fact.
type FactDef struct {
	Name        string
	Type        string   // bool, int, decimal, date, code, list
	Values      []string // the codes a code or list fact may have; empty: any
	Unit        string   // UCUM, an ISO 4217 currency, or empty
	Min, Max    *float64 // the values a number may have at all; nil: no limit
	LongestAge  int      // days a fact stays good after it was asked; 0 for ever, SameDay
	Sensitivity string   // carried for the callers; the engine does not read it
	Derive      string   // an expression over other facts, e.g. age_years(dob, exam_date)
}

// ListDef is a dated list of codes.
type ListDef struct {
	ID      string
	Entries []ListEntry
}

// ListEntry is one code of a list and when it belongs to it, both days included;
// nil is an open end.
type ListEntry struct {
	Code      string
	From, To  *calendar.Day
	Value     string // what country_value reads: a number
	Certainty string // O, S or R
	Source    string
	Note      string
}

// ParamDef is a dated number that cells name as param("id").
type ParamDef struct {
	ID     string
	Unit   string
	Values []ParamValue
}

// ParamValue is a parameter's number from one day to another, both included.
type ParamValue struct {
	Value     float64
	From, To  *calendar.Day
	Certainty string
	Source    string
}

// Hash returns the SHA-256 of everything in the source that can change a
// decision or its explanation, as hex. Order of facts, lists and parameters
// does not matter; order of tables and rows does.
func (s Source) Hash() string {
	h := hasher{sha256.New()}
	h.text("godwit decision source 1", s.ID, s.Version, s.DateBasis)
	facts := append([]FactDef(nil), s.Facts...)
	sort.Slice(facts, func(i, j int) bool { return facts[i].Name < facts[j].Name })
	for _, f := range facts {
		h.text("fact", f.Name, f.Type, f.Unit, strconv.Itoa(f.LongestAge), f.Sensitivity, f.Derive)
		h.text(f.Values...)
		h.float(f.Min)
		h.float(f.Max)
	}
	lists := append([]ListDef(nil), s.Lists...)
	sort.Slice(lists, func(i, j int) bool { return lists[i].ID < lists[j].ID })
	for _, l := range lists {
		h.text("list", l.ID)
		for _, e := range l.Entries {
			h.text(e.Code, e.Value, e.Certainty, e.Source, e.Note)
			h.day(e.From)
			h.day(e.To)
		}
	}
	params := append([]ParamDef(nil), s.Params...)
	sort.Slice(params, func(i, j int) bool { return params[i].ID < params[j].ID })
	for _, p := range params {
		h.text("param", p.ID, p.Unit)
		for _, v := range p.Values {
			h.float(&v.Value)
			h.text(v.Certainty, v.Source)
			h.day(v.From)
			h.day(v.To)
		}
	}
	for _, t := range s.Tables {
		h.table(t)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// hasher writes length-prefixed parts, so that no two sources give one stream.
type hasher struct{ hash.Hash }

func (h hasher) text(parts ...string) {
	var n [8]byte
	binary.BigEndian.PutUint64(n[:], uint64(len(parts)))
	h.Write(n[:])
	for _, p := range parts {
		binary.BigEndian.PutUint64(n[:], uint64(len(p)))
		h.Write(n[:])
		h.Write([]byte(p))
	}
}

func (h hasher) float(f *float64) {
	if f == nil {
		h.text()
		return
	}
	h.text(strconv.FormatUint(math.Float64bits(*f), 16))
}

func (h hasher) day(d *calendar.Day) {
	if d == nil {
		h.text()
		return
	}
	h.text(d.String())
}

func (h hasher) table(t *Table) {
	h.text("table", t.Name, string(t.Policy))
	h.text(t.Order...)
	h.text(t.Inputs...)
	h.text(t.Outputs...)
	for _, r := range t.Rows {
		h.text("row", r.ID, r.Certainty, r.Source, r.Note)
		h.day(r.From)
		h.day(r.To)
		h.text(r.Cells...)
		h.text(r.Out...)
	}
}

// Hash of the source the protocol was compiled from.
func (p *Protocol) Hash() string { return p.hash }
