package match

import "math"

// Limits of the probability of a pair that looks like siblings or twins.
const (
	neverAutomatic = 0.998 // below the 0.999 at which links are made without asking
	neverLikely    = 0.49
	familiesFrom   = 0.05 // siblings for each pair of one person, from which a file holds families
)

// kin tells siblings and twins from one person: they share family name, home, phone
// and sometimes the birth date, so that nothing but given name and sex tells them
// apart, and no amount of what they share may outweigh that. In a file that holds
// families, or says who lives with whom, such a pair is never likely; in one that
// holds none, a given name that differs is mostly one that was written wrong, and the
// pair is only never linked without asking.
type kin struct {
	d        *dataset
	homes    []int // fields that people of one house share
	births   []int
	families bool
}

func newKin(r *run) *kin {
	k := &kin{d: r.d}
	for n, f := range r.d.fields {
		switch {
		case f.births != nil:
			k.births = append(k.births, n)
		case f.kind == Household:
			k.families = true
			k.homes = append(k.homes, n)
		case f.kind == Street || f.kind == Phone || f.kind == House:
			k.homes = append(k.homes, n)
		}
	}
	if r.d.names == nil || k.families {
		return k
	}
	siblings := 0.0
	for i, p := range r.blocked.patterns {
		if k.differ(p) && k.shareHome(p) && k.otherBirth(p) {
			siblings += r.blocked.counts[i]
		}
	}
	k.families = siblings > familiesFrom*r.w.share*r.w.total
	return k
}

// differ reports one family name, and nothing of the person's own that agrees: another
// given name, or one that is only like it (Sahra, Zahra) and another birth date.
func (k *kin) differ(p pattern) bool {
	var given, family uint8
	for n, f := range k.d.fields {
		switch f.part {
		case givenPart:
			given = p.level(n)
		case familyPart:
			family = p.level(n)
		}
	}
	if family < textSame || family > textAlike {
		return false
	}
	switch given {
	case textSame, textNickname:
		return false
	case textOther:
		return true
	}
	return k.otherBirth(p)
}

func (k *kin) shareHome(p pattern) bool {
	for _, n := range k.homes {
		if p.level(n) == textSame && k.d.fields[n].kind != House {
			return true
		}
	}
	return false
}

func (k *kin) otherBirth(p pattern) bool {
	for _, n := range k.births {
		if l := p.level(n); l == birthOther || l == birthNear || l == birthYear {
			return true
		}
	}
	return false
}

// never reports a pair that must not teach what one person looks like.
func (k *kin) never(p pattern) bool { return k.families && k.differ(p) }

// limit is the most that a pair of this pattern may have, in bits of odds.
func (k *kin) limit(p pattern) float64 {
	switch {
	case k.d.names == nil || !k.differ(p):
		return math.Inf(1)
	case k.families:
		return odds(neverLikely)
	}
	return odds(neverAutomatic)
}

func odds(p float64) float64 { return math.Log2(p / (1 - p)) }
