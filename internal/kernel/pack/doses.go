package pack

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
)

// Medicines is the kind of a pack that holds the doses of a country or a site: doses/*.csv,
// and dosecases.csv with what must come out. A country enters its own; two officers put it
// in force as any pack.
const Medicines = "medicines"

// DoseBy says what a dose hangs on.
type DoseBy string

// The closed list.
const (
	ByKilogram DoseBy = "kg"    // so much for each kilogram, in a band of weight
	ByBand     DoseBy = "band"  // so much in a band of weight
	Fixed      DoseBy = "fixed" // so much, for whoever is no child
)

// Limits of caution: what the pack says of pregnancy and breastfeeding.
type Limit string

// The closed list.
const (
	May   Limit = "may"
	Ask   Limit = "ask"   // somebody weighs it, and says why
	Never Limit = "never" // and not before it is known
)

// Dose is one rule of a medicine. Amounts are in micrograms, weights in grams, volumes in
// microlitres and pieces in thousandths, so that nothing is rounded before it is said.
type Dose struct {
	ID         string
	Medicine   string // ATC code
	Indication string
	Form       string // tablet, capsule, suspension …; its word is form.<form>
	By         DoseBy

	AgeFrom, AgeTo       int   // days; AgeTo is the first day that is too old, 0 none
	WeightFrom, WeightTo int64 // WeightTo is the first weight that is too much, 0 none
	WeightAge            int   // days for which a weight holds

	PerKilogram, Amount int64 // one of them
	MostDose, MostDay   int64 // 0: none was said
	Times, Days         int   // a day; days of it

	Strength int64 // in a piece, or in Per
	Per      int64 // the volume that holds Strength; 0: it is a piece
	Round    int64 // what can be measured out: of the volume, or of a piece

	Pregnancy, Breastfeeding Limit
	Allergy                  []string // words of an allergy that forbid it
	Interacts                []Interaction

	From, To     calendar.Date
	Certainty    Certainty
	Source, Note string
	File         string
	Line         int
}

// Interaction is another medicine that does not go with it.
type Interaction struct {
	ATC  string // or the beginning of codes
	Tier string // stop or ask
}

// Confirmed reports whether the rule is more than memory: one that is not is shown, and
// nothing is given by it.
func (d Dose) Confirmed() bool { return d.Certainty != Recalled }

// Liquid reports whether it is measured by volume.
func (d Dose) Liquid() bool { return d.Per > 0 }

var doseColumns = []string{"id", "medicine", "indication", "form", "by", "age_from", "age_to", "weight_from", "weight_to", "weight_age", "mg_per_kg", "mg", "max_dose_mg", "max_day_mg", "times", "days",
	"strength_mg", "per_ml", "round", "pregnancy", "breastfeeding", "allergy", "interacts", "from", "to", "certainty", "source", "note"}

var (
	atcPattern    = regexp.MustCompile(`^[A-Z][0-9]{2}[A-Z]{2}[0-9]{2}$`)
	atcBeginning  = regexp.MustCompile(`^[A-Z]([0-9]{2}([A-Z]([A-Z]([0-9]{2})?)?)?)?$`)
	doseWord      = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	doseID        = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)
	decimalNumber = regexp.MustCompile(`^[0-9]{1,6}(\.[0-9]{1,3})?$`)
)

// milli reads a decimal number of at most three places as thousandths.
func milli(s string) (int64, bool) {
	if !decimalNumber.MatchString(s) {
		return 0, false
	}
	whole, part, _ := strings.Cut(s, ".")
	n, err := strconv.ParseInt(whole+(part + "000")[:3], 10, 64)
	return n, err == nil
}

func (p *Pack) parseDoses(ps *Problems) {
	seen := map[string]bool{}
	for _, f := range p.Files.in("doses", ".csv") {
		for _, row := range readSheet(f, p.Files[f], doseColumns, ps).rows {
			d, ok := dose(f, row, ps)
			once(seen, d.ID, func() { ps.add(f, row.line, "id", "%s is there twice", d.ID); ok = false })
			if ok {
				p.Doses = append(p.Doses, d)
			}
		}
	}
}

// dose reads a row; each problem names its column.
func dose(file string, row sheetRow, ps *Problems) (Dose, bool) {
	c, before := row.cells, len(*ps)
	bad := func(column, format string, args ...any) { ps.add(file, row.line, column, format, args...) }
	amount := func(column string) int64 {
		if c[column] == "" {
			return 0
		}
		n, ok := milli(c[column])
		if !ok {
			bad(column, "%q is not a number with at most three decimals", c[column])
		}
		return n
	}
	count := func(column string, most int) int {
		if c[column] == "" {
			return 0
		}
		n, err := strconv.Atoi(c[column])
		if err != nil || n < 0 || n > most {
			bad(column, "%q is not a whole number up to %d", c[column], most)
		}
		return n
	}
	d := Dose{ID: c["id"], Medicine: c["medicine"], Indication: c["indication"], Form: c["form"], By: DoseBy(c["by"]), AgeFrom: count("age_from", 60000), AgeTo: count("age_to", 60000),
		WeightFrom: amount("weight_from"), WeightTo: amount("weight_to"), WeightAge: count("weight_age", 3650), PerKilogram: amount("mg_per_kg"), Amount: amount("mg"), MostDose: amount("max_dose_mg"), MostDay: amount("max_day_mg"),
		Times: count("times", 24), Days: count("days", 1000), Strength: amount("strength_mg"), Per: amount("per_ml"), Round: amount("round"), Pregnancy: Limit(c["pregnancy"]), Breastfeeding: Limit(c["breastfeeding"]),
		Certainty: Certainty(c["certainty"]), Source: c["source"], Note: c["note"], File: file, Line: row.line}
	for _, w := range strings.Split(c["allergy"], ";") {
		if w = strings.ToLower(strings.TrimSpace(w)); w != "" {
			d.Allergy = append(d.Allergy, w)
		}
	}
	for _, w := range words(c["interacts"]) {
		tier, atc, _ := strings.Cut(w, ":")
		if tier != "stop" && tier != "ask" || !atcBeginning.MatchString(atc) {
			bad("interacts", "%q is not stop:CODE or ask:CODE", w)
		}
		d.Interacts = append(d.Interacts, Interaction{ATC: atc, Tier: tier})
	}
	var ok bool
	if d.From, d.To, ok = row.window(file, ps); !ok {
		return d, false
	}
	d.check(bad)
	return d, len(*ps) == before
}

// check is what one row can show by itself.
func (d Dose) check(bad func(column, format string, args ...any)) {
	if !doseID.MatchString(d.ID) {
		bad("id", "%q is not an id", d.ID)
	}
	if !atcPattern.MatchString(d.Medicine) {
		bad("medicine", "%q is not an ATC code of a substance, such as J01CA04", d.Medicine)
	}
	for column, w := range map[string]string{"indication": d.Indication, "form": d.Form} {
		if !doseWord.MatchString(w) {
			bad(column, "%q is not a word of small letters, digits and underscores", w)
		}
	}
	for column, l := range map[string]Limit{"pregnancy": d.Pregnancy, "breastfeeding": d.Breastfeeding} {
		if !slices.Contains([]Limit{May, Ask, Never}, l) {
			bad(column, "%q is not may, ask or never", l)
		}
	}
	if d.AgeTo > 0 && d.AgeTo <= d.AgeFrom {
		bad("age_to", "is not after age_from")
	}
	if d.WeightTo > 0 && d.WeightTo <= d.WeightFrom {
		bad("weight_to", "is not more than weight_from")
	}
	d.checkBy(bad)
	if d.Times == 0 {
		bad("times", "is empty")
	}
	if d.Days == 0 {
		bad("days", "is empty")
	}
	if d.Strength == 0 {
		bad("strength_mg", "is empty")
	}
	if d.Round == 0 {
		bad("round", "is empty: say what can be measured out, such as 0.5")
	}
	if !validCertainty(d.Certainty) {
		bad("certainty", "%q is not O, S or R", d.Certainty)
	}
	if d.MostDay > 0 && d.Times > 0 && d.Amount*int64(d.Times) > d.MostDay {
		bad("max_day_mg", "is less than what the row gives in a day")
	}
	if d.MostDose > 0 && d.Amount > d.MostDose {
		bad("max_dose_mg", "is less than the dose")
	}
}

func (d Dose) checkBy(bad func(column, format string, args ...any)) {
	switch d.By {
	case ByKilogram:
		if d.PerKilogram == 0 || d.Amount > 0 {
			bad("mg_per_kg", "a dose by kilogram has mg_per_kg and no mg")
		}
		if d.MostDay == 0 {
			bad("max_day_mg", "a dose by kilogram has a daily maximum")
		}
	case ByBand:
		if d.Amount == 0 || d.PerKilogram > 0 {
			bad("mg", "a dose by band has mg and no mg_per_kg")
		}
	case Fixed:
		if d.Amount == 0 || d.PerKilogram > 0 || d.WeightFrom > 0 || d.WeightTo > 0 {
			bad("mg", "a fixed dose has mg, and neither mg_per_kg nor a band of weight")
		}
	default:
		bad("by", "%q is not kg, band or fixed", d.By)
	}
	if d.By == Fixed {
		return
	}
	if d.WeightFrom == 0 || d.WeightTo == 0 {
		bad("weight_from", "says from which weight to which it holds")
	}
	if d.WeightAge == 0 {
		bad("weight_age", "says for how many days a weight holds")
	}
}

// childUntil is the parameter that says from how many days of age nobody is a child.
const childUntil = "child_until"

// doses: each row has its source, its words, no other row beside it for the same person, and
// none for a child without a weight.
func (l *linter) doses() {
	if len(l.p.Doses) == 0 {
		l.say(Error, "no-doses", "doses", 0, "", "a pack of medicines without a dose")
	}
	if len(l.p.DoseCases) == 0 {
		l.say(Error, "no-cases", doseCaseFile, 0, "", "a pack without worked cases cannot be checked")
	}
	i := slices.IndexFunc(l.p.Params, func(p Param) bool { return p.ID == childUntil && p.Unit == "d" })
	if i < 0 {
		l.say(Error, "no-child", manifestFile, 0, "params", "there is no parameter %s in d", childUntil)
	}
	need := map[string]Problem{"pack.title": {File: manifestFile}}
	for n, d := range l.p.Doses {
		for _, key := range []string{"medicine." + d.Medicine, "indication." + d.Indication, "form." + d.Form} {
			need[key] = Problem{File: d.File, Row: d.Line}
		}
		if len(SourceIDs(d.Source)) == 0 {
			l.say(Error, "no-source", d.File, d.Line, "source", "cites no source")
		}
		for _, id := range SourceIDs(d.Source) {
			if _, ok := l.p.SourceByID(id); !ok {
				l.say(Error, "unknown-source", d.File, d.Line, "source", "%q is not the id of a source in pack.yaml", id)
			}
		}
		if d.By == Fixed && i >= 0 && float64(d.AgeFrom) < l.p.Params[i].Value {
			l.say(Error, "child-without-weight", d.File, d.Line, "age_from", "a fixed dose could be a child's: no child's dose without a weight")
		}
		if !d.Confirmed() {
			l.say(Warning, "recalled-dose", d.File, d.Line, "certainty", "is only recalled: it is shown and never given")
		}
		for _, e := range l.p.Doses[:n] {
			if d.overlaps(e) {
				l.say(Error, "overlap", d.File, d.Line, "weight_from", "%s holds for the same person as %s", d.ID, e.ID)
			}
		}
	}
	for _, lang := range Languages {
		l.language(lang, need)
	}
}

// overlaps reports whether two rows could hold for one person on one day.
func (d Dose) overlaps(e Dose) bool {
	meet := func(a, b, x, y int64) bool { return (b == 0 || x < b) && (y == 0 || a < y) }
	days := func(d Dose) (from, to int64) {
		from, to = int64(firstDay), int64(lastDay)
		if x, ok := d.From.Exact(); ok {
			from = int64(x)
		}
		if x, ok := d.To.Exact(); ok {
			to = int64(x)
		}
		return from, to
	}
	df, dt := days(d)
	ef, et := days(e)
	return d.Medicine == e.Medicine && d.Indication == e.Indication && d.Form == e.Form && d.Strength == e.Strength && d.Per == e.Per &&
		meet(int64(d.AgeFrom), int64(d.AgeTo), int64(e.AgeFrom), int64(e.AgeTo)) && meet(d.WeightFrom, d.WeightTo, e.WeightFrom, e.WeightTo) && df <= et && ef <= dt
}
