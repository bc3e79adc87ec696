package people

import (
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/match"
)

// Holder is what a certificate says of its holder, and what it may be held against:
// the name as shown, birth date, sex, nationality and the documents people travel
// on, the main one first.
type Holder struct {
	Name, Latin      string // in its own script and in Latin; either may be empty
	Wristband        string // stands for a name that is not known
	Birth            calendar.Date
	Sex              Sex
	Nationalities    []string
	NationalityState NationalityState
	Documents        []Document
	Disputed         []string // groups of the identity in open conflict
}

// travelDocuments are those that a border takes, the main one first.
var travelDocuments = []DocumentType{Passport, RefugeeTravel, LaissezPasser, SeamanBook}

// LatinKey is the name folded to Latin letters, "" where none is shown in them:
// two spellings with one key are the same name (José and JOSE).
func (h Holder) LatinKey() string {
	for _, n := range []string{h.Latin, h.Name} {
		if n != "" && isLatin(n) {
			return strings.Join(match.Fold(n), " ")
		}
	}
	return ""
}

// Key is what makes a document this one and no other.
func (d Document) Key() string { return string(d.Type) + " " + d.Issuer + " " + numberKey(d.Number) }
