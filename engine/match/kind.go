package match

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// Kind is what a column holds, and so how two cells of it are compared.
type Kind uint8

// The kinds. Text is what no other kind fits: compared as a whole and word by word.
const (
	Ignored    Kind = iota
	Given           // given names
	Family          // family names; a patronymic or grandfather's name too
	WholeName       // a name in one piece, or another name of the same person
	Birth           // birth date, to the day, month or year
	BirthYear       // a column of its own for each part
	BirthMonth      //
	BirthDay        //
	Age             // in years, as told: within a few years
	Sex             //
	Phone           //
	Document        // number of a document, a card or a register
	Email           //
	Street          // a line of an address
	House           // number of a house
	Postcode        //
	Place           // village, town, district, camp
	Region          // state, province, country
	Category        // one of few: occupation, nationality, language
	Household       // other members' names, head, mother's or father's name, household number
	Text            //
)

var kindNames = [...]string{"ignore", "given", "family", "name", "birth", "birth-year", "birth-month", "birth-day", "age", "sex", "phone",
	"document", "email", "street", "house", "postcode", "place", "region", "category", "household", "text"}

// String is the name that a map uses.
func (k Kind) String() string { return kindNames[k] }

// KindNames are the kinds that a map may name.
func KindNames() []string { return slices.Clone(kindNames[:]) }

// ParseKind reads the name of a kind.
func ParseKind(s string) (Kind, error) {
	i := slices.Index(kindNames[:], strings.ToLower(strings.TrimSpace(s)))
	if i < 0 {
		return 0, fmt.Errorf("there is no kind of column %q; there is %s", s, strings.Join(kindNames[:], ", "))
	}
	return Kind(i), nil
}

// headerWords name a kind by a word of the header, in the four languages and some of
// the forms in use. The first that fits decides, so the narrow ones stand first.
var headerWords = []struct {
	kind  Kind
	words string
}{
	{BirthYear, "birthyear yob byear"}, {BirthMonth, "birthmonth mob bmonth"}, {BirthDay, "birthday bday"},
	{Birth, "dob birthdate dateofbirth birth_date born naissance nacimiento birthdt ميلاد"},
	{Email, "email mail courriel correo"},
	{Phone, "phone tel telephone mobile cell msisdn telefono telefon handy whatsapp هاتف"},
	{Postcode, "postcode zip zipcode postal plz postcodes"},
	{Document, "nin ssn passport document doc nid nationalid identifier identity cedula dni curp unhcr card mrn medicare art"},
	{Sex, "sex gender sexe sexo geschlecht جنس"},
	{Age, "age edad alter"},
	{Household, "household mother father guardian spouse head mere pere madre padre famille hogar hh"},
	{WholeName, "fullname whole_name alias aka maiden"},
	{Given, "given givenname first firstname forename forenames prenom prenoms nombre nombres vorname fname middlename"},
	{Family, "family surname last lastname lname familyname apellido apellidos nachname patronymic father_name grandfather nom"},
	{WholeName, "name names nombrecompleto اسم"},
	{House, "house housenumber streetnumber hausnummer"},
	{Street, "street address addr adresse direccion strasse line road"},
	{Region, "state province region country county governorate pays pais wilaya"},
	{Place, "suburb city town village district place birthplace camp parish commune ville ciudad municipality locality residence subcounty zone kebele woreda"},
	{Category, "occupation job profession nationality religion language ethnicity marital education status"},
}

// kindByHeader types a column by the words of its header; Ignored when they say
// nothing.
func kindByHeader(header string) Kind {
	words := headerTokens(header)
	has := func(list string) bool {
		for _, w := range strings.Fields(list) {
			if slices.Contains(words, w) {
				return true
			}
		}
		return false
	}
	both := func(a, b string) bool { return has(a) && has(b) }
	switch {
	case both("birth born naissance nacimiento", "place country city town district lieu lugar village"):
		return Place
	case both("birth", "year"):
		return BirthYear
	case both("birth", "month"):
		return BirthMonth
	case both("birth", "day"):
		return BirthDay
	case both("date fecha", "birth naissance nacimiento") || has("birth"):
		return Birth
	case both("street house building", "number no num nr"):
		return House
	case both("phone mobile tel telephone", "number no") || has("phone"):
		return Phone
	case both("id number no num", "national soc sec social passport card document doc art tax unhcr case registration"):
		return Document
	case both("first given forename", "surname last family") || both("full whole", "name"):
		return WholeName
	case both("mother father spouse guardian", "name names"):
		return Household
	case both("middle other", "name names initial"):
		return WholeName
	case both("post zip", "code"):
		return Postcode
	}
	for _, h := range headerWords {
		if has(h.words) {
			return h.kind
		}
	}
	return Ignored
}

// headerTokens parts a header into lower-case words, at marks, digits and humps.
func headerTokens(header string) []string {
	var b strings.Builder
	var before rune
	for _, r := range header {
		switch {
		case unicode.IsLetter(r):
			if unicode.IsUpper(r) && unicode.IsLower(before) {
				b.WriteByte(' ')
			}
			b.WriteRune(unicode.ToLower(r))
		default:
			b.WriteByte(' ')
		}
		before = r
	}
	words := strings.Fields(foldMarks(b.String()))
	return append(words, strings.Join(words, ""))
}

// foldMarks takes the marks off Latin letters: prénom.
func foldMarks(s string) string {
	if isPlain(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if r < 0x80 || r > 0x24f {
			return r
		}
		us := units([]rune{r})
		if len(us) == 1 && len(us[0].text) == 1 {
			return rune(us[0].text[0])
		}
		return r
	}, s)
}

// kindSample is how many cells are looked at to type a column.
const kindSample = 2000

// kindOf types a column by its header, and where the cells do not bear that out, by
// the cells.
func kindOf(header string, cells []string) Kind {
	p := profileOf(cells)
	if p.filled == 0 {
		return Ignored
	}
	switch k := kindByHeader(header); k {
	case Birth:
		if p.dates*2 < p.filled {
			if p.years*2 >= p.filled {
				return BirthYear
			}
			return p.kind()
		}
		return k
	case BirthYear, BirthMonth, BirthDay, Age:
		if p.numbers*2 < p.filled {
			if p.dates*2 >= p.filled {
				return Birth
			}
			return p.kind()
		}
		return k
	case Sex:
		if p.sexes*2 < p.filled {
			return p.kind()
		}
		return k
	case Ignored:
		return p.kind()
	default:
		return k
	}
}

// profile is what the cells of a column look like.
type profile struct {
	filled, dates, years, sexes, emails, phones, numbers, codes, words, letters int
	distinct                                                                    int
}

func profileOf(cells []string) profile {
	var p profile
	seen := map[string]bool{}
	step := max(1, len(cells)/kindSample)
	for i := 0; i < len(cells); i += step {
		c := cells[i]
		if c == "" {
			continue
		}
		p.filled++
		seen[c] = true
		digits, letters, blanks := countRunes(c)
		d := readBirth(c, false)
		switch {
		case d.year > 0 && d.month > 0:
			p.dates++
		case d.year > 0:
			p.years++
		}
		if sexOf(c) != 0 {
			p.sexes++
		}
		if strings.Contains(c, "@") {
			p.emails++
		}
		if digits > 0 && letters == 0 && strings.IndexFunc(c, func(r rune) bool { return r == '/' }) < 0 {
			p.numbers++
		}
		if digits >= 7 && letters == 0 {
			p.phones++
		}
		if digits > 2 {
			p.codes++
		}
		if letters > 0 && digits == 0 {
			p.letters++
		}
		if blanks > 0 {
			p.words++
		}
	}
	p.distinct = len(seen)
	return p
}

func countRunes(s string) (digits, letters, blanks int) {
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case unicode.IsLetter(r):
			letters++
		case r == ' ':
			blanks++
		}
	}
	return digits, letters, blanks
}

// kind types a column by its cells alone. A date that is not said to be the birth
// date may be any date, and two people registered on one day are not one person.
func (p profile) kind() Kind {
	most := func(n int) bool { return n*10 >= p.filled*8 }
	switch {
	case most(p.emails):
		return Email
	case most(p.sexes):
		return Sex
	case most(p.dates):
		return Category
	case most(p.codes) && p.distinct*10 >= p.filled*6:
		return Document
	case p.distinct*20 <= p.filled:
		return Category
	case most(p.letters) && p.words*2 < p.filled:
		return Place
	}
	return Text
}

// sexOf reads a sex: 1 female, 2 male, 0 not told or not one of these.
func sexOf(s string) uint8 {
	switch strings.ToLower(s) {
	case "f", "female", "w", "woman", "femme", "féminin", "feminin", "mujer", "femenino", "أنثى", "انثى", "ж":
		return 1
	case "m", "male", "h", "man", "homme", "masculin", "hombre", "masculino", "ذكر", "м":
		return 2
	}
	return 0
}
