package people

import (
	"strings"
	"unicode"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/mrz"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// numberKey is the form numbers are compared in: upper-case letters and digits
// only, Latin digits.
func numberKey(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '٠' && r <= '٩':
			return '0' + r - '٠'
		case r >= '۰' && r <= '۹':
			return '0' + r - '۰'
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			return unicode.ToUpper(r)
		}
		return -1
	}, s)
}

// FromZone turns a reading of the machine-readable zone into a document. Fields
// whose check failed are left for the officer to type; the zone itself is kept.
func FromZone(z mrz.Document) Document {
	d := Document{Zone: strings.Join(z.Lines, "\n"), ZoneState: string(z.State)}
	if z.State == mrz.FormatUnknown {
		return d
	}
	for _, f := range z.Failed {
		d.ZoneFails = append(d.ZoneFails, string(f))
	}
	d.Type = zoneType(z)
	if !z.FailedOn(mrz.FieldNumber) {
		d.Number = z.Number
	}
	if p, ok := place.Lookup(z.Issuer); ok && p.Kind != place.KindSpecimen {
		d.Issuer = p.Code
	}
	if !z.FailedOn(mrz.FieldExpiry) {
		d.Expiry = z.Expiry
	}
	d.Holder = DocumentHolder{Family: z.Primary, Given: z.Secondary, Truncated: z.Truncated, Sex: string(z.Sex), Nationality: z.Nationality}
	if !z.FailedOn(mrz.FieldBirth) {
		d.Holder.Birth = z.Birth
	}
	return d
}

// zoneType reads the document code (Doc 9303 parts 4 to 7). A passport-size
// document whose nationality is XXA, XXB or XXC is a Convention travel document.
func zoneType(z mrz.Document) DocumentType {
	switch {
	case strings.HasPrefix(z.Code, "P") && (z.Nationality == place.DocStateless || z.Nationality == place.DocRefugee1951 || z.Nationality == place.DocRefugeeOther):
		return RefugeeTravel
	case strings.HasPrefix(z.Code, "P"):
		return Passport
	case strings.HasPrefix(z.Code, "V"):
		return Visa
	case strings.HasPrefix(z.Code, "I"), strings.HasPrefix(z.Code, "A"), strings.HasPrefix(z.Code, "C"):
		return NationalID
	}
	return OtherDocument
}

// Prefill takes over from a document what is not known of a person yet. A
// nationality is taken only where it is a country's; XXA to XXX say something of
// the document and nothing of the person's status.
func Prefill(p Person, d Document) Person {
	h := d.Holder
	if p.FamilyLatin == "" && p.GivenLatin == "" {
		p.FamilyLatin, p.GivenLatin = titleCase(h.Family), titleCase(h.Given)
		if h.Given == "" && h.Family != "" && p.Family == "" {
			p.OneName = true
		}
	}
	if p.Birth.IsZero() && !h.Birth.IsZero() {
		p.Birth, p.BirthSource = h.Birth, BirthDocument
	}
	if p.Sex == "" {
		switch h.Sex {
		case "F":
			p.Sex = Female
		case "M":
			p.Sex = Male
		}
	}
	if len(p.Nationalities) == 0 && p.NationalityState == "" && isNationality(h.Nationality) {
		p.Nationalities = []string{h.Nationality}
	}
	return p
}

// titleCase writes ANNA MARIA as Anna Maria: the zone has capitals only.
func titleCase(s string) string {
	start := true
	return strings.Map(func(r rune) rune {
		was := start
		start = !unicode.IsLetter(r) && r != '\''
		if was {
			return unicode.ToUpper(r)
		}
		return unicode.ToLower(r)
	}, s)
}

// Mismatch is a point on which a document and the person's record differ. Both
// values are shown; neither is put right by the program.
type Mismatch struct {
	Field            string // name, birth, sex, nationality
	Record, Document string
}

// Mismatches compares a document with the record. What either leaves open is no
// mismatch. fold gives a name's tokens (engine/match).
func Mismatches(p Person, d Document, fold func(string) []string) []Mismatch {
	h := d.Holder
	var out []Mismatch
	if h.Family != "" || h.Given != "" {
		said := append(fold(p.FamilyLatin+" "+p.GivenLatin), fold(p.Family+" "+p.Given)...)
		if len(said) > 0 && !sameName(fold(h.Family+" "+h.Given), said, h.Truncated) {
			o, l := p.Display()
			if l == "" {
				l = o
			}
			out = append(out, Mismatch{"name", l, joinName(h.Given, h.Family)})
		}
	}
	if mismatchedDates(p.Birth, h.Birth) {
		out = append(out, Mismatch{"birth", p.Birth.String(), h.Birth.String()})
	}
	if (p.Sex == Female && h.Sex == "M") || (p.Sex == Male && h.Sex == "F") {
		out = append(out, Mismatch{"sex", string(p.Sex), h.Sex})
	}
	if len(p.Nationalities) > 0 && isNationality(h.Nationality) && !contains(p.Nationalities, h.Nationality) {
		out = append(out, Mismatch{"nationality", strings.Join(p.Nationalities, " "), h.Nationality})
	}
	return out
}

// sameName reports whether every token of the document's name is among the
// record's; where the zone cut the name off, its last token may be a beginning.
func sameName(doc, said []string, truncated bool) bool {
	for i, t := range doc {
		if contains(said, t) {
			continue
		}
		if !truncated || i != len(doc)-1 {
			return false
		}
		found := false
		for _, s := range said {
			found = found || strings.HasPrefix(s, t)
		}
		if !found {
			return false
		}
	}
	return true
}

// mismatchedDates reports whether two dates cannot be the same day.
func mismatchedDates(a, b calendar.Date) bool {
	return a.Before(b) == value.Yes || b.Before(a) == value.Yes
}
