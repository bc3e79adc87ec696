package pack

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
)

// Quantity is what a count is made of.
type Quantity string

// The closed list.
const (
	Contacts   Quantity = "contacts"   // encounters that ended; of packs, or of PACK/CODE
	Persons    Quantity = "persons"    // people with a contact, each once a period; of one pack at most
	Tests      Quantity = "tests"      // results, by form
	Registered Quantity = "registered" // people who were registered
	Cases      Quantity = "cases"      // of one disease under surveillance, of whatever class but discarded
	Typed      Quantity = "typed"      // a person types it: a population, working days
	Ratio      Quantity = "ratio"      // one indicator by another
)

// Indicator is a line of indicators.csv: a count of a period, or one count by another.
type Indicator struct {
	Code    string // its word is indicator.CODE
	Measure Quantity
	Of      []string // services, forms or a disease
	// Of a ratio: the codes of what is divided and by what, and times what. Yearly says that
	// the period is brought to a year.
	Numerator, Denominator string
	Factor                 float64
	Yearly                 bool
	Unit                   string
	Weekly, Monthly        bool
	Split                  []string // sex, age, pregnancy, disability, status
	Ages                   []Ages
	HXL                    string
	Certainty              Certainty
	Source, Note           string
	Line                   int
}

// Ages are the completed years of an age band; To is 0 where it has no end.
type Ages struct{ From, To int }

// String writes it as the file does: 0-4, 60+.
func (a Ages) String() string {
	if a.To == 0 {
		return strconv.Itoa(a.From) + "+"
	}
	return strconv.Itoa(a.From) + "-" + strconv.Itoa(a.To)
}

const indicatorFile = "indicators.csv"

var indicatorColumns = []string{"code", "numerator", "denominator", "factor", "unit", "period", "split", "ages", "hxl", "certainty", "source", "note"}

// Splits are what a count can be told apart by.
var Splits = []string{"sex", "age", "pregnancy", "disability", "status"}

var (
	measurePattern = regexp.MustCompile(`^(contacts|persons|tests|registered|cases|typed)(?:\[([a-zA-Z0-9_./ -]+)\])?$`)
	indicatorCode  = regexp.MustCompile(`^[A-Z][A-Z0-9_]{1,39}$`)
	agesPattern    = regexp.MustCompile(`^(\d{1,3})(?:-(\d{1,3})|\+)$`)
	hxlPattern     = regexp.MustCompile(`^#[a-z]+(\+[a-z0-9_]+)*$`)
)

// parseIndicators reads the file; each problem names its line and column.
func parseIndicators(text string, ps *Problems) []Indicator {
	var out []Indicator
	seen := map[string]bool{}
	for _, row := range readSheet(indicatorFile, text, indicatorColumns, ps).rows {
		bad := func(column, format string, args ...any) { ps.add(indicatorFile, row.line, column, format, args...) }
		x := indicatorOf(row, bad)
		once(seen, x.Code, func() { bad("code", "%s is there twice", x.Code) })
		out = append(out, x)
	}
	counts := map[string]Indicator{}
	for _, x := range out {
		counts[x.Code] = x
	}
	for _, x := range out {
		if x.Measure != Ratio {
			continue
		}
		for column, code := range map[string]string{"numerator": x.Numerator, "denominator": x.Denominator} {
			switch y, ok := counts[code]; {
			case !ok:
				ps.add(indicatorFile, x.Line, column, "%q is neither a count (contacts, persons, tests, registered, cases[…], typed) nor the code of one", code)
			case y.Measure == Ratio:
				ps.add(indicatorFile, x.Line, column, "%s is a ratio itself", code)
			case x.Weekly && !y.Weekly || x.Monthly && !y.Monthly:
				ps.add(indicatorFile, x.Line, "period", "%s is not counted in each period of this ratio", code)
			}
		}
	}
	return out
}

func indicatorOf(row sheetRow, bad func(column, format string, args ...any)) Indicator {
	c := row.cells
	x := Indicator{Code: c["code"], Unit: c["unit"], HXL: c["hxl"], Certainty: Certainty(c["certainty"]), Source: c["source"], Note: c["note"], Line: row.line, Factor: 1}
	if !indicatorCode.MatchString(x.Code) {
		bad("code", "%q is not a code in capitals", x.Code)
	}
	if !validCertainty(x.Certainty) {
		bad("certainty", "%q is not O, S or R", x.Certainty)
	}
	if x.HXL != "" && !hxlPattern.MatchString(x.HXL) {
		bad("hxl", "%q is not a tag with attributes", x.HXL)
	}
	for _, p := range words(c["period"]) {
		switch p {
		case "week":
			x.Weekly = true
		case "month":
			x.Monthly = true
		default:
			bad("period", "%q is not week or month", p)
		}
	}
	if !x.Weekly && !x.Monthly {
		bad("period", "is empty")
	}
	x.made(c, bad)
	for _, s := range words(c["split"]) {
		if !slices.Contains(Splits, s) {
			bad("split", "%q is not one of %s", s, strings.Join(Splits, ", "))
		}
		x.Split = append(x.Split, s)
	}
	if len(x.Split) > 0 && slices.Contains([]Quantity{Typed, Cases, Ratio}, x.Measure) {
		bad("split", "a %s is not told apart", x.Measure)
	}
	x.Ages = agesOf(c["ages"], bad)
	if slices.Contains(x.Split, "age") != (len(x.Ages) > 0) {
		bad("ages", "stand with the split age, and only with it")
	}
	return x
}

// made is what the indicator is made of.
func (x *Indicator) made(c map[string]string, bad func(column, format string, args ...any)) {
	if c["denominator"] == "" {
		m := measurePattern.FindStringSubmatch(c["numerator"])
		if m == nil {
			bad("numerator", "%q is not contacts, persons, tests, registered, cases[DISEASE] or typed", c["numerator"])
			return
		}
		x.Measure, x.Of = Quantity(m[1]), words(m[2])
		switch n := len(x.Of); {
		case x.Measure == Persons && n > 1:
			bad("numerator", "persons of several packs would count somebody twice: take one, or none for all")
		case x.Measure == Persons && n == 1 && strings.Contains(x.Of[0], "/"):
			bad("numerator", "persons are counted by pack, not by encounter")
		case x.Measure == Cases && n != 1:
			bad("numerator", "cases need one disease")
		case (x.Measure == Typed || x.Measure == Registered) && n > 0:
			bad("numerator", "%s is of nothing", x.Measure)
		}
		if c["factor"] != "" {
			bad("factor", "a count has none")
		}
		return
	}
	x.Measure, x.Numerator, x.Denominator = Ratio, c["numerator"], c["denominator"]
	factor, yearly := strings.CutSuffix(c["factor"], " a year")
	x.Yearly = yearly
	var err error
	if x.Factor, err = strconv.ParseFloat(factor, 64); err != nil || x.Factor <= 0 || x.Factor > 1e6 {
		bad("factor", "%q is not a number such as 100, or 1 a year", c["factor"])
	}
}

// agesOf reads bands, which must follow each other without a gap from 0 on.
func agesOf(cell string, bad func(column, format string, args ...any)) []Ages {
	var out []Ages
	next := 0
	for _, w := range words(cell) {
		m := agesPattern.FindStringSubmatch(w)
		if m == nil {
			bad("ages", "%q is not a band such as 0-4 or 60+", w)
			return nil
		}
		var a Ages
		a.From, _ = strconv.Atoi(m[1]) // the pattern has digits only
		a.To, _ = strconv.Atoi(m[2])
		if a.From != next || next < 0 || m[2] != "" && a.To < a.From {
			bad("ages", "%s leaves a gap or overlaps", w)
			return nil
		}
		next = a.To + 1
		if m[2] == "" {
			next = -1
		}
		out = append(out, a)
	}
	if len(out) > 0 && next != -1 {
		bad("ages", "the last band has an end: write it as 60+")
	}
	return out
}

// Indicator returns an indicator by code.
func (p *Pack) Indicator(code string) (Indicator, bool) {
	i := slices.IndexFunc(p.Indicators, func(x Indicator) bool { return x.Code == code })
	if i < 0 {
		return Indicator{}, false
	}
	return p.Indicators[i], true
}

// Param is a number that the manifest gives for a day; ok is false where it gives none.
func (p *Pack) Param(id string, on calendar.Day) (v float64, ok bool) {
	for _, x := range p.Params {
		first, _, from := x.From.Bounds()
		_, last, to := x.To.Bounds()
		if x.ID == id && (!from || first <= on) && (!to || on <= last) {
			return x.Value, true
		}
	}
	return 0, false
}
