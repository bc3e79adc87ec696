package assessment

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"

	"github.com/godwit-health/godwit/internal/area/people"
)

// likeness is who a clearance was signed for, as salted digests: nothing of the
// person can be read from it, and it answers whether the certificate still fits
// them. Every digest covers birth date, sex and nationality too, so that none is
// of something that could be found by trying.
type likeness struct {
	Salt     string   `json:"salt"`
	Names    []string `json:"names"`              // each spelling that was shown
	Latin    string   `json:"latin,omitempty"`    // the name folded to Latin letters, where one was shown in them
	Document string   `json:"document,omitempty"` // the document named on the certificate
}

// likenessOf takes a person's likeness.
func likenessOf(h people.Holder, salt string) likeness {
	l := likeness{Salt: salt, Names: digests(h, salt, "name", spellings(h)...)}
	if latin := h.LatinKey(); latin != "" {
		l.Latin = digests(h, salt, "latin", latin)[0]
	}
	if len(h.Documents) > 0 {
		l.Document = digests(h, salt, "document", h.Documents[0].Key())[0]
	}
	return l
}

// digests takes texts about a person under a salt, each with what else is shown.
func digests(h people.Holder, salt, what string, texts ...string) []string {
	who := []string{salt, what, h.Birth.String(), string(h.Sex), strings.Join(sortedCodes(h.Nationalities), " "), string(h.NationalityState)}
	for _, group := range []string{"name", "birth", "sex", "nationality"} {
		if slices.Contains(h.Disputed, group) {
			who = append(who, "disputed "+group) // one of two values is shown: it is not the one that was
		}
	}
	out := make([]string, len(texts))
	for i, t := range texts {
		b, err := json.Marshal(append(slices.Clone(who), t))
		if err != nil {
			return nil // texts always marshal
		}
		sum := sha256.Sum256(b)
		out[i] = hex.EncodeToString(sum[:])
	}
	return out
}

func sortedCodes(codes []string) []string {
	codes = slices.Clone(codes)
	slices.Sort(codes)
	return codes
}

// spellings are the names a certificate shows: in the person's script and in
// Latin, or what stands for a name that nobody knows.
func spellings(h people.Holder) []string {
	var out []string
	for _, n := range []string{h.Name, h.Latin} {
		if n != "" && !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	if len(out) == 0 {
		return []string{h.Wristband}
	}
	return out
}

// fits reports whether a certificate signed for this likeness still shows the
// person: every spelling that was shown is still one of theirs, and so are birth
// date, sex, nationality and the document it names. A spelling in another script
// and a further document are additions, and change nothing.
func (l likeness) fits(h people.Holder) bool {
	now := likenessOf(h, l.Salt)
	if l.Salt == "" || slices.ContainsFunc(l.Names, func(n string) bool { return !slices.Contains(now.Names, n) }) {
		return false
	}
	_, named := l.document(h)
	return (l.Latin == "" || l.Latin == now.Latin) && (l.Document == "" || named)
}

// document finds the document that was named among those the person has now.
func (l likeness) document(h people.Holder) (people.Document, bool) {
	for _, d := range h.Documents {
		if digests(h, l.Salt, "document", d.Key())[0] == l.Document {
			return d, true
		}
	}
	return people.Document{}, false
}
