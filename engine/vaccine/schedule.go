package vaccine

import (
	"slices"
	"strings"
)

// Schedule is supporting data compiled for use. It never changes after Compile and may
// be shared by any number of goroutines.
type Schedule struct {
	data         *Data
	products     []product
	productOf    map[string]int
	observations map[string]int
	coded        map[CodedValue]int // by system and code, folded, without text
	titles       []string
	groups       []Group
	antigens     []antigen
	conflicts    [][]conflict // by the current product
	warnings     []string
}

// Warnings say what of the supporting data is not used.
func (s *Schedule) Warnings() []string { return slices.Clone(s.warnings) }

// Version is that of the supporting data.
func (s *Schedule) Version() string { return s.data.Version }

// Groups are the vaccine groups in the order of the supporting data.
func (s *Schedule) Groups() []Group { return slices.Clone(s.groups) }

// Antigens are the names of the antigens that have series.
func (s *Schedule) Antigens() []string {
	out := make([]string, len(s.antigens))
	for i := range s.antigens {
		out[i] = s.antigens[i].name
	}
	return out
}

// Product returns a vaccine type by its code; leading zeros do not matter.
func (s *Schedule) Product(code string) (Product, bool) {
	i, ok := s.productOf[fold(code)]
	if !ok || s.products[i].data < 0 {
		return Product{}, false
	}
	return s.data.Products[s.products[i].data], true
}

// product is a vaccine type by number.
type product struct {
	code     string
	data     int // in Data.Products; -1 when only series name it
	antigens []association
}

type association struct {
	antigen int
	at      window
}

type conflict struct {
	previous           int
	begin, minEnd, end Period
}

type antigen struct {
	data      *Antigen
	name      string
	group     int // vaccine group
	immunity  []int
	births    []birthRule
	contra    []contraRule
	vaccine   []vaccineContra
	series    []series
	groups    []string // series groups in order
	completed bool     // a skip asks whether a series group is complete
}

type birthRule struct {
	*BirthImmunity
	country   string
	exclusion []int
}

type contraRule struct {
	observation int
	at          window
}

type vaccineContra struct {
	observation int
	vaccines    []vaccine
}

type vaccine struct {
	product      int
	at           window
	trade, maker string
	volume       float64
	forecast     bool
}

type series struct {
	*Series
	antigen     int
	group       int // vaccine group
	seriesGroup int
	equivalent  []int
	genders     genderSet
	indications []indication
	doses       []seriesDose
	completed   bool
}

type indication struct {
	observation int
	at          window
}

type seriesDose struct {
	*SeriesDose
	preferable  []vaccine
	acceptable  []vaccine
	inadvertent productSet
	intervals   []interval
	allowable   []interval
	skips       []skip
	conflicts   []conflict // of its preferable vaccines, by previous product
}

type interval struct {
	*IntervalRule
	vaccines    productSet
	observation int // -1 none
}

type skip struct {
	*SkipRule
	sets []skipSet
}

type skipSet struct {
	*SkipSet
	conditions []condition
}

type condition struct {
	*SkipCondition
	vaccines productSet // nil: any
	groups   []int
}

// productSet is a set of products by number.
type productSet []uint64

func (s productSet) has(i int) bool { return i>>6 < len(s) && s[i>>6]&(1<<(i&63)) != 0 }

// genderSet are the genders a series is for; empty is all.
type genderSet uint8

const (
	female genderSet = 1 << iota
	male
	unknownGender
)

// fold makes codes and names comparable: case, blanks and leading zeros do not matter.
func fold(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	if t := strings.TrimLeft(s, "0"); t != "" {
		return t
	}
	return s
}
