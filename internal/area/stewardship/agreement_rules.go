package stewardship

import (
	"crypto/sha256"
	"encoding/json"
	"maps"
	"slices"

	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// terms is the digest of what both hubs must have written alike. Whom each calls the
// other, which of its sites take part and who receives there is each side's own.
func (a Agreement) terms() []byte {
	fields := map[Part][]string{}
	for p, f := range a.Fields {
		if len(f) > 0 {
			fields[p] = sorted(f)
		}
	}
	list := []any{a.ID, a.Purpose, fields, sorted(a.Sensitive), a.From, a.To, a.Expires}
	if a.Notices() { // the digest of an agreement from before there were notices stays
		list = append(list, sorted(a.Diseases), a.Keep)
	}
	b, err := json.Marshal(list)
	if err != nil {
		panic(err) // plain values
	}
	sum := sha256.Sum256(append([]byte("godwit agreement 1\x00"), b...))
	return sum[:]
}

func sorted(list []string) []string {
	out := append([]string{}, list...)
	slices.Sort(out)
	return slices.Compact(out)
}

// mayGo decides whether somebody may be handed over under an agreement: whose site takes
// part, who agreed, and to whom nothing may go. Care abroad in a country that a person
// fled is held to the rule for its authorities: whose clinic it is cannot be told from
// here (design, section 9).
func (a Agreement) mayGo(st access.Standing, consents []people.Consent) error {
	const op = "stewardship.HandOver"
	to := a.Recipient()
	agreed := st.Agreed(a.Purpose, to)
	switch {
	case len(a.Sites) > 0 && !slices.Contains(a.Sites, st.Site):
		return fault.New(fault.Forbidden, op, "stewardship.error.not_site")
	case a.Purpose != "public_health" && !agreed:
		return fault.New(fault.Forbidden, op, "door.release.consent")
	case st.Protected == value.No || to.Authority() && agreed || isNamed(consents, a.Purpose, a.Country):
		return nil
	case slices.Contains(st.Nationalities, a.Country) || slices.Contains(st.Feared, a.Country):
		return fault.New(fault.Forbidden, op, "door.release.feared")
	case !st.Told:
		return fault.New(fault.Forbidden, op, "door.release.nationality")
	}
	return nil
}

// isNamed reports whether a consent for the purpose names the country.
func isNamed(consents []people.Consent, purpose, country string) bool {
	for _, info := range people.Scopes {
		if info.Purpose != purpose || info.Recipient == "" {
			continue
		}
		some := slices.DeleteFunc(slices.Clone(consents), func(c people.Consent) bool { return c.Scope != info.Scope || c.Named != country })
		if people.StateOf(some, info.Scope) == people.ConsentGiven {
			return true
		}
	}
	return false
}

// digestOf stands for the parts of a packet, so that what is sent is what was read.
func digestOf(parts map[Part][]Piece) string {
	b, err := json.Marshal(parts)
	if err != nil {
		return ""
	}
	return textDigest(string(b))
}

// stepAt is how far a hand-over is by what was answered: the furthest step, and when it
// was said.
func stepAt(replies []Reply) map[Step]Reply {
	out := map[Step]Reply{}
	for _, r := range replies {
		if old, ok := out[r.Step]; !ok || r.At.Before(old.At) {
			out[r.Step] = r
		}
	}
	return out
}

// partsIn lists the parts of an agreement or a packet in the order of the house.
func partsIn[T any](of map[Part]T) []Part {
	order := []Part{PartIdentity, PartJourney, PartClearance, PartResults, PartCase, PartCaseWho, PartContact, PartContactWho}
	all := slices.Collect(maps.Keys(of))
	slices.SortFunc(all, func(x, y Part) int {
		i, j := slices.Index(order, x), slices.Index(order, y)
		if i == j {
			return 0
		}
		return i - j
	})
	return all
}
