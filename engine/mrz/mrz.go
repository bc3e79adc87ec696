package mrz

import (
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
)

// State is how far a reading can be relied on.
type State string

// The states of a reading.
const (
	OK            State = "ok"
	Repaired      State = "ok_repaired"    // show Repairs and let a person confirm
	CheckFailed   State = "check_failed"   // Failed names the fields to type by hand
	FormatUnknown State = "format_unknown" // nothing read; Raw is kept
)

// Field names a part of the zone.
type Field string

// The fields a reading can fail on.
const (
	FieldCode        Field = "code"
	FieldIssuer      Field = "issuer"
	FieldName        Field = "name"
	FieldNumber      Field = "number"
	FieldNationality Field = "nationality"
	FieldBirth       Field = "birth"
	FieldSex         Field = "sex"
	FieldExpiry      Field = "expiry"
	FieldOptional    Field = "optional"
	FieldComposite   Field = "composite"
)

// Question is something a person at the desk must settle from the printed page.
type Question string

// The questions, used as the tail of message keys.
const (
	AskBirthCentury   Question = "birth_century"       // 99 years or older, or a baby: the zone has two digits of the year
	AskBirthZeros     Question = "birth_zeros"         // zeros where Doc 9303 wants fillers; read as not known
	AskExpiry         Question = "expiry_before_birth" // the expiry lies before the birth
	AskNumber         Question = "number_candidates"   // the number fails its check; Candidates pass it
	AskNameTruncated  Question = "name_truncated"      // the name field is full: the name may go on
	AskNameCharacters Question = "name_characters"     // the name holds what is not a letter
)

// Sex is what the document says.
type Sex string

// The sexes of a document. Unspecified is "<"; the printed page shows X.
const (
	Unspecified Sex = ""
	Male        Sex = "M"
	Female      Sex = "F"
)

// Repair is a character (or a tail of fillers) that was changed, with its place
// counted from 1.
type Repair struct {
	Line, Pos int
	From, To  string
}

// Document is one reading. Dates have the precision of the zone: an unknown day
// gives a month, never the first of it.
type Document struct {
	State  State
	Format Format
	Failed []Field

	Code        string // P, PT, I, V …
	Issuer      string // ISO 3166 alpha-3 or a special code; Germany's D is DEU
	Nationality string // the same; "" where the zone leaves it open
	Primary     string // mostly the family name; the whole name where there is no other part
	Secondary   string // mostly the given names
	Truncated   bool   // the name field is full to its last character: match by prefix
	Number      string // without fillers; an inner filler is a space
	Birth       calendar.Date
	Sex         Sex
	Expiry      calendar.Date
	Optional    string // optional data, fillers trimmed; personal number in some passports
	Optional2   string // TD1 only

	Repairs    []Repair
	Candidates []string // document numbers that pass the check with one likely misread character put right
	Ask        []Question

	Lines []string // as read, cleaned, before repair
	Raw   string   // as received, if within MaxInput
}

// FailedOn reports whether the field failed its check digit or is not legal.
func (d Document) FailedOn(f Field) bool {
	for _, x := range d.Failed {
		if x == f {
			return true
		}
	}
	return false
}

// Expired answers whether the document's validity has ended on a day; Unknown
// where the zone has no full expiry or its check failed.
func (d Document) Expired(on calendar.Day) value.Truth {
	if d.FailedOn(FieldExpiry) {
		return value.Unknown
	}
	return d.Expiry.Before(on.Date())
}

// Option changes how Parse reads.
type Option uint8

// AllowSpecimen accepts documents of UTO, the country that Doc 9303 prints its
// examples with. For tests and training only: in production they are rejected.
const AllowSpecimen Option = 1

// Parse reads a zone typed or sent by a keyboard scanner: lower case, blanks,
// any line break or none. now decides the century of birth.
//
// The error, an *Error, is not nil only where no document could be read (State
// FormatUnknown) or the document is a specimen. A failed check digit is no error:
// State is CheckFailed, Failed names the fields, and all that could be read is
// there to be confirmed against the printed page.
func Parse(lines string, now calendar.Day, options ...Option) (Document, error) {
	d := Document{State: FormatUnknown}
	if len(lines) <= MaxInput {
		d.Raw = lines
	}
	cleaned, err := clean(lines)
	if err != nil {
		return d, err
	}
	d.Lines = cleaned
	l, arranged, repairs, err := arrange(cleaned)
	if err != nil {
		return d, err
	}
	d.Lines, d.Repairs, d.Format = arranged, repairs, l.format
	r := newReader(l, arranged, &d)
	r.repairTypes()
	r.checkDigits()
	r.interpret(now)
	switch {
	case len(d.Failed) > 0:
		d.State = CheckFailed
	case len(d.Repairs) > 0:
		d.State = Repaired
	default:
		d.State = OK
	}
	if d.Issuer == Specimen || d.Nationality == Specimen {
		if len(options) == 0 || options[0] != AllowSpecimen {
			return d, &Error{Reason: ReasonSpecimen}
		}
	}
	return d, nil
}

// reader holds the work on one zone: its characters, repaired where the place
// allows only one kind of character.
type reader struct {
	l    layout
	work [][]byte
	doc  *Document
	long bool // the number runs on into the optional field
}

func newReader(l layout, lines []string, d *Document) *reader {
	r := &reader{l: l, doc: d}
	for _, s := range lines {
		r.work = append(r.work, []byte(s))
	}
	return r
}

// get returns the characters at a place.
func (r *reader) get(a at) string {
	if a.none() {
		return ""
	}
	return string(r.work[a.line-1][a.from-1 : a.to])
}

func (r *reader) fail(f Field) {
	if !r.doc.FailedOn(f) {
		r.doc.Failed = append(r.doc.Failed, f)
	}
}

func (r *reader) ask(q Question) {
	for _, x := range r.doc.Ask {
		if x == q {
			return
		}
	}
	r.doc.Ask = append(r.doc.Ask, q)
}

// trimFill drops outer fillers and reads inner ones as blanks.
func trimFill(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == '<' }), " ")
}
