package growth

import (
	"embed"
	"encoding/csv"
	"fmt"
	"math"
	"strconv"
	"sync"
)

//go:embed data/*.csv
var files embed.FS

// lms is one line of a table: the power, the median and the coefficient of variation.
type lms struct{ l, m, s float64 }

// table is a reference by sex over equal steps of what it goes by: days, months, or
// millimetres.
type table struct {
	name  string
	per   float64 // steps in a unit of the argument: 10 for tables by tenths of a centimetre
	first int
	rows  [2][]lms // of boys, of girls
}

// at is the line for x units, between two by straight lines. There is none outside of the
// table.
func (t *table) at(sex Sex, x float64) (lms, bool) {
	if sex != Male && sex != Female {
		return lms{}, false
	}
	rows := t.rows[sex-Male]
	pos := x*t.per - float64(t.first)
	// A tenth of a centimetre has no exact binary form: 78.9 may come as 78.89999.
	if near := math.Round(pos); math.Abs(pos-near) < 1e-6 {
		pos = near
	}
	i := int(math.Floor(pos))
	if pos < 0 || i >= len(rows) {
		return lms{}, false
	}
	part := pos - float64(i)
	if part == 0 {
		return rows[i], true
	}
	if i+1 == len(rows) {
		return lms{}, false
	}
	a, b := rows[i], rows[i+1]
	return lms{a.l + part*(b.l-a.l), a.m + part*(b.m-a.m), a.s + part*(b.s-a.s)}, true
}

// tables are all that this package holds, read when somebody first asks.
type tables struct {
	standard       [indices]*table // by age in days
	reference      [indices]*table // by age in months, of a few indices
	length, height *table          // weight by them
}

var read = sync.OnceValue(func() *tables {
	out := &tables{length: load("weight-for-length", 10), height: load("weight-for-height", 10)}
	for i, name := range map[Index]string{
		WeightForAge: "weight-for-age", LengthForAge: "length-for-age", BMIForAge: "bmi-for-age", ArmForAge: "arm-for-age",
		HeadForAge: "head-for-age", TricepsForAge: "triceps-for-age", SubscapularForAge: "subscapular-for-age",
	} {
		out.standard[i] = load(name, 1)
	}
	for i, name := range map[Index]string{WeightForAge: "weight-for-age-5-10", LengthForAge: "height-for-age-5-19", BMIForAge: "bmi-for-age-5-19"} {
		out.reference[i] = load(name, 1)
	}
	return out
})

// load reads a table that is built in. One that cannot be read is a fault of the build.
func load(name string, per float64) *table {
	t := &table{name: name, per: per}
	f, err := files.Open("data/" + name + ".csv")
	if err != nil {
		panic(err)
	}
	defer f.Close()
	in := csv.NewReader(f)
	in.Comment = '#'
	rows, err := in.ReadAll()
	if err != nil {
		panic(fmt.Sprintf("growth: %s: %v", name, err))
	}
	for n, row := range rows[1:] {
		var v [5]float64
		for i := range v {
			if v[i], err = strconv.ParseFloat(row[i], 64); err != nil {
				panic(fmt.Sprintf("growth: %s: row %d: %v", name, n+2, err))
			}
		}
		at, sex := int(math.Round(v[1]*per)), int(v[0])-1
		if len(t.rows[sex]) == 0 {
			t.first = at
		}
		if at != t.first+len(t.rows[sex]) {
			panic(fmt.Sprintf("growth: %s: row %d leaves a step out", name, n+2))
		}
		t.rows[sex] = append(t.rows[sex], lms{v[2], v[3], v[4]})
	}
	return t
}
