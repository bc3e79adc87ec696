package mrz

import (
	"fmt"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
)

// Compose writes the zone of a document: for Godwit's own synthetic documents
// (demo, training, tests). It is not for issuing travel documents.
//
// Names are transliterated and cut at the end of their field; dates keep their
// precision (an estimated date is written as unknown). The error names the field
// that does not fit.
func Compose(d Document) ([]string, error) {
	l := layoutOf(d.Format)
	if l.format != d.Format {
		return nil, fmt.Errorf("mrz: no format %q", d.Format)
	}
	c := composer{l: l}
	for i := 0; i < l.lines; i++ {
		c.lines = append(c.lines, []byte(strings.Repeat("<", l.width)))
	}
	name := fill(d.Primary)
	if s := fill(d.Secondary); s != "" {
		name += "<<" + s
	}
	if len(name) > l.name.to-l.name.from+1 {
		name = name[:l.name.to-l.name.from+1]
	}
	issuer, nationality := d.Issuer, d.Nationality
	if issuer == "DEU" {
		issuer = "D"
	}
	if nationality == "DEU" {
		nationality = "D"
	}
	sex := string(d.Sex)
	c.put(l.name, FieldName, name)
	c.put(l.code, FieldCode, d.Code)
	c.put(l.issuer, FieldIssuer, issuer)
	c.put(l.nationality, FieldNationality, nationality)
	c.put(l.sex, FieldSex, sex)
	c.put(l.birth, FieldBirth, sixDigits(d.Birth))
	c.put(l.expiry, FieldExpiry, sixDigits(d.Expiry))
	c.digit(l.birth, l.birthCheck)
	c.digit(l.expiry, l.expiryCheck)
	c.number(fill(d.Number), fill(d.Optional))
	if !l.optional2.none() {
		c.put(l.optional2, FieldOptional, fill(d.Optional2))
	}
	if !l.optionalCheck.none() {
		c.digit(l.optional, l.optionalCheck)
	}
	if !l.compositeCheck.none() {
		var all strings.Builder
		for _, a := range l.composite {
			all.WriteString(c.get(a))
		}
		c.put(l.compositeCheck, FieldComposite, string(checkDigit(all.String())))
	}
	if c.err != nil {
		return nil, c.err
	}
	out := make([]string, l.lines)
	for i, b := range c.lines {
		out[i] = string(b)
	}
	return out, nil
}

type composer struct {
	l     layout
	lines [][]byte
	err   error
}

func (c *composer) get(a at) string { return string(c.lines[a.line-1][a.from-1 : a.to]) }

func (c *composer) put(a at, f Field, s string) {
	if len(s) > a.to-a.from+1 || strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<") != "" {
		if c.err == nil {
			c.err = fmt.Errorf("mrz: %s does not fit", f)
		}
		return
	}
	copy(c.lines[a.line-1][a.from-1:], s)
}

func (c *composer) digit(data, at at) { c.put(at, FieldComposite, string(checkDigit(c.get(data)))) }

// number writes the document number; one of more than nine characters runs on
// into the optional field where the layout allows it.
func (c *composer) number(number, optional string) {
	l := c.l
	if len(number) > 9 && l.longNumber {
		c.put(l.number, FieldNumber, number[:9])
		c.put(l.optional, FieldOptional, number[9:]+string(checkDigit(number))+"<"+optional)
		return
	}
	c.put(l.number, FieldNumber, number)
	c.digit(l.number, l.numberCheck)
	c.put(l.optional, FieldOptional, optional)
}

// fill writes a name or a number with fillers for its blanks; digits stay.
func fill(s string) string {
	var out []string
	for _, w := range strings.FieldsFunc(s, parts) {
		var b strings.Builder
		for _, r := range w {
			if r >= '0' && r <= '9' {
				b.WriteRune(r)
			} else {
				b.WriteString(transliterateWord(string(r)))
			}
		}
		if b.Len() > 0 {
			out = append(out, b.String())
		}
	}
	return strings.Join(out, "<")
}

func sixDigits(d calendar.Date) string {
	first, _, _ := d.Bounds()
	y, m, day := first.YMD()
	switch d.Precision() {
	case calendar.ToDay:
		return fmt.Sprintf("%02d%02d%02d", y%100, m, day)
	case calendar.ToMonth:
		return fmt.Sprintf("%02d%02d<<", y%100, m)
	case calendar.ToYear:
		return fmt.Sprintf("%02d<<<<", y%100)
	}
	return "<<<<<<"
}
