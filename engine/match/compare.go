package match

import (
	"math"
	"slices"

	"github.com/godwit-health/godwit/engine/calendar"
)

// Name is one name of a person in one script, in two parts where the person uses
// two. A whole name without parts goes into Given.
type Name struct{ Given, Family string }

// Record is what a comparison looks at. Everything may be missing.
type Record struct {
	Names []Name // one a script or spelling
	Birth calendar.Date
	Sex   string // "female", "male"; "" and anything else say nothing
}

// Reason is a code for one part of the evidence, used as the tail of a message
// key.
type Reason string

// The reasons.
const (
	NameSame       Reason = "name_same"        // every word is the same
	NameSpelling   Reason = "name_spelling"    // the same name in another script or spelling
	NameAlike      Reason = "name_alike"       // a slip of the pen apart
	NamePart       Reason = "name_part"        // one of the two has more words
	NameSwapped    Reason = "name_swapped"     // given and family name changed places
	NameDiffers    Reason = "name_differs"     //
	BirthSame      Reason = "birth_same"       // the same day
	BirthFirstJan  Reason = "birth_same_1jan"  // the same 1 January: mostly "not known", weighs little
	BirthCompat    Reason = "birth_compatible" // known in part; no contradiction
	BirthDigits    Reason = "birth_digits"     // one digit apart, or day and month swapped
	BirthNear      Reason = "birth_near"       // about the same age
	BirthDiffers   Reason = "birth_differs"    //
	SexSame        Reason = "sex_same"         //
	SexDiffers     Reason = "sex_differs"      //
	TwinOrSibling  Reason = "twin_or_sibling"  // same birth and family, other given name or sex: two people
	ParentAndChild Reason = "parent_and_child" // same name, a generation apart
)

// Level says what to do with a pair.
type Level uint8

// The levels. Even Likely is a question to a person, never a merge.
const (
	Unlikely Level = iota
	Possible       // show in a list of candidates
	Likely         // warn at registration
)

// Thresholds in bits. At 100,000 records a chance pair needs log2(100,000) = 17
// bits to be even odds.
const (
	PossibleBits = 8.0
	LikelyBits   = 15.0
)

// Evidence is the outcome of a comparison.
type Evidence struct {
	Bits    float64 // log2 of the likelihood ratio
	Level   Level
	Reasons []Reason
}

func (e *Evidence) add(bits float64, r Reason) {
	e.Bits += bits
	if !slices.Contains(e.Reasons, r) {
		e.Reasons = append(e.Reasons, r)
	}
}

func (e Evidence) has(r Reason) bool { return slices.Contains(e.Reasons, r) }

// Prepared is a record with its names folded, for comparing one with many.
type Prepared struct {
	names []preparedName
	birth calendar.Date
	sex   string
}

type preparedName struct{ given, family []token }

// Prepare folds a record once.
func Prepare(r Record) Prepared {
	p := Prepared{birth: r.Birth, sex: r.Sex}
	for _, n := range r.Names {
		pn := preparedName{given: tokens(n.Given), family: tokens(n.Family)}
		if len(pn.given)+len(pn.family) > 0 {
			p.names = append(p.names, pn)
		}
	}
	return p
}

// Comparer weighs pairs. The zero Comparer works; Share makes frequent names
// weigh less, which matters where one in ten is called Mohamed.
type Comparer struct {
	// Share returns which share of persons (0 to 1) has a name with this folded
	// token; 0 where it is not known.
	Share func(token string) float64
}

// Compare weighs two records.
func Compare(a, b Record) Evidence { return Comparer{}.Compare(Prepare(a), Prepare(b)) }

// Compare weighs two prepared records.
func (c Comparer) Compare(a, b Prepared) Evidence {
	var e Evidence
	n := c.bestName(a, b)
	n.evidence(&e)
	birth(a.birth, b.birth, &e)
	if a.sex != "" && b.sex != "" && known(a.sex) && known(b.sex) {
		if a.sex == b.sex {
			e.add(0.9, SexSame)
		} else {
			e.add(-4, SexDiffers) // entry errors are about one in thirty
		}
	}
	guard(n, &e)
	switch {
	case e.Bits >= LikelyBits:
		e.Level = Likely
	case e.Bits >= PossibleBits:
		e.Level = Possible
	}
	return e
}

func known(sex string) bool { return sex == "female" || sex == "male" }

// guard keeps twins, siblings, parents and children apart: they share family
// name, home and often birth date, so only given name and sex tell them apart.
func guard(n nameMatch, e *Evidence) {
	sameBirth := e.has(BirthSame) || e.has(BirthFirstJan) || e.has(BirthCompat)
	if sameBirth && n.familySame && (n.givenDiffers || e.has(SexDiffers) && !n.givenSame) {
		ceiling := LikelyBits
		if e.has(SexDiffers) {
			ceiling = PossibleBits
		}
		e.Bits = math.Min(e.Bits, ceiling-1)
		e.Reasons = append(e.Reasons, TwinOrSibling)
	}
	if e.has(BirthDiffers) && n.givenSame && n.familySame {
		e.Bits = math.Min(e.Bits, LikelyBits-1)
		e.Reasons = append(e.Reasons, ParentAndChild)
	}
}

// birth weighs two birth dates by what their precision can tell: one day in
// about 25,000 is shared by chance, a year one in 70; 1 January is the birthday
// of three in ten where birthdays are not registered (reference, section B1), so
// the same 1 January says hardly more than the year.
func birth(a, b calendar.Date, e *Evidence) {
	af, al, okA := a.Bounds()
	bf, bl, okB := b.Bounds()
	if !okA || !okB {
		return
	}
	da, exactA := a.Exact()
	db, exactB := b.Exact()
	if exactA && exactB {
		exactBirth(da, db, e)
		return
	}
	if af > bl || bf > al {
		gap := max(int(af-bl), int(bf-al))
		if gap <= 2*365 {
			e.add(-1, BirthNear)
		} else {
			e.add(-5, BirthDiffers)
		}
		return
	}
	// The wider of the two sets the weight: its days over a life of 70 years.
	width := max(al-af, bl-bf) + 1
	e.add(math.Max(0, math.Log2(70*365.25/float64(width))), BirthCompat)
}

func exactBirth(a, b calendar.Day, e *Evidence) {
	ay, am, ad := a.YMD()
	by, bm, bd := b.YMD()
	first := am == 1 && ad == 1 || bm == 1 && bd == 1
	switch {
	case a == b && first:
		e.add(7, BirthFirstJan)
	case a == b:
		e.add(14, BirthSame)
	case first && ay == by:
		e.add(5, BirthCompat) // one of them put 1 January for a day not known
	case ay == by && am == bd && ad == bm:
		e.add(10, BirthDigits)
	case digitsApart(a, b) <= 1:
		e.add(8, BirthDigits)
	case digitsApart(a, b) == 2 && (ay == by || am == bm && ad == bd):
		e.add(3, BirthDigits)
	case first && ay-by <= 2 && by-ay <= 2:
		e.add(1, BirthNear)
	case ay-by <= 1 && by-ay <= 1:
		e.add(-2, BirthNear)
	default:
		e.add(-6, BirthDiffers)
	}
}

// digitsApart counts differing digits of two dates as they are written; two
// neighbours swapped count once.
func digitsApart(a, b calendar.Day) int { return Edits(a.String(), b.String()) }
