package mrz

import (
	"strconv"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
)

// misread are the pairs a camera or an eye takes for each other.
var misread = map[byte]byte{'O': '0', 'I': '1', 'S': '5', 'B': '8', 'Z': '2', 'G': '6'}

var misreadBack = map[byte]byte{'0': 'O', '1': 'I', '5': 'S', '8': 'B', '2': 'Z', '6': 'G'}

// repairTypes puts right what the type of a field decides: a letter where only a
// digit can stand, a digit where only a letter can. Fields that hold both
// (document number, optional data) are left alone: there the check digit cannot
// tell a good guess from a bad one often enough.
func (r *reader) repairTypes() {
	l := r.l
	for _, a := range []at{l.birth, l.birthCheck, l.expiry, l.expiryCheck, l.numberCheck, l.optionalCheck, l.compositeCheck} {
		r.swap(a, misread)
	}
	for _, a := range []at{l.code, l.issuer, l.nationality, l.name} {
		r.swap(a, misreadBack)
	}
}

func (r *reader) swap(a at, table map[byte]byte) {
	if a.none() {
		return
	}
	line := r.work[a.line-1]
	for i := a.from - 1; i < a.to; i++ {
		if c, ok := table[line[i]]; ok {
			r.doc.Repairs = append(r.doc.Repairs, Repair{Line: a.line, Pos: i + 1, From: string(line[i]), To: string(c)})
			line[i] = c
		}
	}
}

// checkDigits verifies every check digit of the layout.
func (r *reader) checkDigits() {
	l := r.l
	r.checkNumber()
	r.check(FieldBirth, r.get(l.birth), r.get(l.birthCheck))
	r.check(FieldExpiry, r.get(l.expiry), r.get(l.expiryCheck))
	if !l.optionalCheck.none() {
		r.check(FieldOptional, r.get(l.optional), r.get(l.optionalCheck))
	}
	if !l.compositeCheck.none() {
		var all strings.Builder
		for _, a := range l.composite {
			all.WriteString(r.get(a))
		}
		if string(checkDigit(all.String())) != r.get(l.compositeCheck) {
			r.fail(FieldComposite)
		}
	}
}

// check compares one digit. An empty field may leave its digit empty too: "<"
// and 0 weigh the same (Doc 9303 part 4, 4.2.2.2, note on the optional field).
func (r *reader) check(f Field, data, digit string) {
	if digit == string(checkDigit(data)) || digit == "<" && strings.Trim(data, "<") == "" {
		return
	}
	r.fail(f)
}

// checkNumber reads the document number with its digit. A number of more than
// nine characters leaves the digit's place empty and runs on, with its digit, at
// the start of the optional field (Doc 9303 parts 5 and 6, note j).
func (r *reader) checkNumber() {
	l := r.l
	number, digit := r.get(l.number), r.get(l.numberCheck)
	if l.longNumber && digit == "<" && !strings.Contains(number, "<") {
		rest, _, _ := strings.Cut(r.get(l.optional), "<")
		if len(rest) >= 2 {
			r.long = true
			number += rest[:len(rest)-1]
			digit = rest[len(rest)-1:]
		}
	}
	r.doc.Number = trimFill(number)
	before := len(r.doc.Failed)
	r.check(FieldNumber, number, digit)
	if len(r.doc.Failed) > before {
		r.candidates(number, digit)
	}
}

// candidates lists the numbers that pass when one likely misread character is
// put right. They are offered, never taken: about one wrong number in ten passes.
func (r *reader) candidates(number, digit string) {
	for i := 0; i < len(number); i++ {
		c, ok := misread[number[i]]
		if !ok {
			c, ok = misreadBack[number[i]]
		}
		if !ok {
			continue
		}
		try := number[:i] + string(c) + number[i+1:]
		if string(checkDigit(try)) == digit {
			r.doc.Candidates = append(r.doc.Candidates, trimFill(try))
		}
	}
	if len(r.doc.Candidates) > 0 {
		r.ask(AskNumber)
	}
}

// interpret reads the fields by the rules of Doc 9303 part 3 and our own for the
// century.
func (r *reader) interpret(now calendar.Day) {
	l, d := r.l, r.doc
	d.Code = trimFill(r.get(l.code))
	d.Issuer = r.country(l.issuer, FieldIssuer)
	d.Nationality = r.country(l.nationality, FieldNationality)
	r.names(r.get(l.name))
	switch s := r.get(l.sex); s {
	case "M", "F":
		d.Sex = Sex(s)
	case "<", "X": // X belongs on the printed page, some issuers put it here too
	default:
		r.fail(FieldSex)
	}
	d.Birth = r.birth(r.get(l.birth), now)
	d.Expiry = r.date(FieldExpiry, r.get(l.expiry), 2000)
	if _, last, ok := d.Expiry.Bounds(); ok {
		if first, _, ok := d.Birth.Bounds(); ok && last < first {
			r.ask(AskExpiry)
		}
	}
	optional := r.get(l.optional)
	if r.long {
		_, optional, _ = strings.Cut(optional, "<")
	}
	d.Optional = trimFill(optional)
	d.Optional2 = trimFill(r.get(l.optional2))
}

// country reads a state code. Germany writes D; a code is one or three letters.
func (r *reader) country(a at, f Field) string {
	s := strings.TrimRight(r.get(a), "<")
	switch {
	case s == "D":
		return "DEU"
	case s == "":
		if f == FieldIssuer {
			r.fail(f)
		}
		return ""
	case len(s) != 3 || !letters(s):
		r.fail(f)
	}
	return s
}

func letters(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < 'A' || s[i] > 'Z' {
			return false
		}
	}
	return s != ""
}

// names parts the identifiers at the first "<<". Without one the whole name is
// the primary identifier: many people have one name.
func (r *reader) names(field string) {
	d := r.doc
	if field[len(field)-1] != '<' {
		d.Truncated = true
		r.ask(AskNameTruncated)
	}
	if strings.ContainsAny(field, "0123456789") {
		r.ask(AskNameCharacters)
	}
	trimmed := strings.Trim(field, "<")
	if trimmed == "" {
		r.fail(FieldName)
		return
	}
	primary, secondary, _ := strings.Cut(trimmed, "<<")
	d.Primary, d.Secondary = trimFill(primary), trimFill(secondary)
}

// birth finds the century: this one if that day has come, else the last; from 99
// years of age on, the other reading is as likely and a person is asked.
func (r *reader) birth(s string, now calendar.Day) calendar.Date {
	year, _, _ := now.YMD()
	this := year / 100 * 100
	d := r.date(FieldBirth, s, this)
	first, _, ok := d.Bounds()
	if !ok {
		return d
	}
	if first > now {
		d = r.date(FieldBirth, s, this-100)
	}
	_, last, _ := d.Bounds()
	if calendar.CompletedYears(last, now) >= 99 {
		r.ask(AskBirthCentury)
	}
	return d
}

// date reads YYMMDD with unknown parts. What does not exist fails the field.
func (r *reader) date(f Field, s string, century int) calendar.Date {
	yy, mm, dd := s[:2], s[2:4], s[4:]
	// Zeros stand for "not known" in documents of several issuers, although
	// Doc 9303 wants fillers; no month or day is 00.
	if zeros := mm == "00" || dd == "00"; zeros && f == FieldBirth {
		r.ask(AskBirthZeros)
		if yy == "00" && mm == "00" && dd == "00" {
			return calendar.Date{}
		}
	}
	unknown := func(p string) bool { return p == "<<" || p == "00" }
	if yy == "<<" {
		if !(unknown(mm) || digits(mm)) || !(unknown(dd) || digits(dd)) {
			r.fail(f)
		}
		return calendar.Date{} // a month without a year says nothing
	}
	var d calendar.Date
	var err error
	y, ok := number(yy)
	m, okM := number(mm)
	day, okD := number(dd)
	switch {
	case ok && unknown(mm) && unknown(dd):
		d, err = calendar.OfYear(century + y)
	case ok && okM && unknown(dd):
		d, err = calendar.OfMonth(century+y, m)
	case ok && okM && okD:
		d, err = calendar.OfDay(century+y, m, day)
	default:
		r.fail(f)
		return calendar.Date{}
	}
	if err != nil {
		r.fail(f)
		return calendar.Date{}
	}
	return d
}

func digits(s string) bool { _, ok := number(s); return ok }

// number reads two digits; Atoi alone would take a sign.
func number(s string) (int, bool) {
	if len(s) != 2 || s[0] < '0' || s[0] > '9' || s[1] < '0' || s[1] > '9' {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	return n, err == nil
}
