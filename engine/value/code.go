package value

import (
	"fmt"
	"strings"
)

// Code is a coded concept: a system (a URI or a short Godwit name) and its code.
// The zero Code means "not known".
type Code struct {
	System string `json:"system,omitempty"`
	Code   string `json:"code,omitempty"`
}

// IsZero reports whether the code is not known.
func (c Code) IsZero() bool { return c == Code{} }

// String prints system|code, the form FHIR searches use.
func (c Code) String() string {
	if c.System == "" {
		return c.Code
	}
	return c.System + "|" + c.Code
}

// Quantity is a measured number with its UCUM unit. The zero Quantity means
// "not known"; a measured zero has a unit ("1" for a bare count).
type Quantity struct {
	Number float64 `json:"number"`
	Unit   string  `json:"unit"`
}

// IsZero reports whether nothing was measured.
func (q Quantity) IsZero() bool { return q.Unit == "" }

// factors of units that differ by a plain factor, grouped by what they measure.
// UCUM, tables "base units" and "prefixes".
var unitFactors = map[string]struct {
	dim    string
	factor float64
}{
	"kg": {"mass", 1}, "g": {"mass", 1e-3}, "mg": {"mass", 1e-6}, "ug": {"mass", 1e-9},
	"m": {"length", 1}, "cm": {"length", 1e-2}, "mm": {"length", 1e-3},
	"L": {"volume", 1}, "mL": {"volume", 1e-3},
	"a": {"time", 31557600}, "mo": {"time", 2629800}, "wk": {"time", 604800},
	"d": {"time", 86400}, "h": {"time", 3600}, "min": {"time", 60}, "s": {"time", 1},
	"g/L": {"massconc", 1}, "g/dL": {"massconc", 10}, "mg/dL": {"massconc", 1e-2},
}

// In converts q to another unit of the same dimension. The error names both
// units; nothing is guessed.
func (q Quantity) In(unit string) (Quantity, error) {
	if q.IsZero() || q.Unit == unit {
		return q, nil
	}
	if q.Unit == "[degF]" && unit == "Cel" {
		return Quantity{(q.Number - 32) * 5 / 9, unit}, nil
	}
	if q.Unit == "Cel" && unit == "[degF]" {
		return Quantity{q.Number*9/5 + 32, unit}, nil
	}
	from, ok1 := unitFactors[q.Unit]
	to, ok2 := unitFactors[unit]
	if !ok1 || !ok2 || from.dim != to.dim {
		return Quantity{}, fmt.Errorf("value: cannot convert %q to %q", q.Unit, unit)
	}
	return Quantity{q.Number * from.factor / to.factor, unit}, nil
}

// String prints the number and its unit, Latin digits always.
func (q Quantity) String() string {
	if q.IsZero() {
		return "unknown"
	}
	return strings.TrimSuffix(formatFloat(q.Number)+" "+q.Unit, " 1")
}
