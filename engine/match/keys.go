package match

import (
	"slices"
	"strings"
)

// Keys are prefixed so that both kinds live in one index column.
const (
	textPrefix     = "n:" // folded letters
	skeletonPrefix = "k:" // consonant skeleton
)

// MinSkeleton is the shortest skeleton, in classes, worth searching by prefix:
// shorter ones begin half of all names.
const MinSkeleton = 3

// Keys returns what a search index stores for a name, without repeats: for each
// token its letters and its skeletons, and the same for the parts of joined
// names. A name of three words has six to ten keys.
func Keys(name string) []string {
	var out []string
	add := func(k string) {
		if !slices.Contains(out, k) {
			out = append(out, k)
		}
	}
	var each func(t token)
	each = func(t token) {
		add(textPrefix + t.text)
		if t.alt != "" {
			add(textPrefix + t.alt)
		}
		for _, s := range t.skeletons {
			if len(s) > 1 {
				add(skeletonPrefix + s)
			}
		}
		for _, p := range t.parts {
			each(p)
		}
	}
	for _, t := range tokens(name) {
		each(t)
	}
	return out
}

// Term is one word of a query: a name matches the term if it has any of the
// Exact keys or a key that begins with any of the Prefix strings.
type Term struct {
	Exact  []string
	Prefix []string
}

// Query turns what was typed so far into terms; a name must match all of them.
// The last word is taken as unfinished, unless a blank follows it.
func Query(typed string) []Term {
	ts := tokens(typed)
	finished := strings.HasSuffix(typed, " ")
	out := make([]Term, 0, len(ts))
	for i, t := range ts {
		if i == len(ts)-1 && !finished {
			out = append(out, unfinished(t))
			continue
		}
		out = append(out, Term{Exact: exactKeys(t)})
	}
	return out
}

func exactKeys(t token) []string {
	keys := []string{textPrefix + t.text}
	if t.alt != "" {
		keys = append(keys, textPrefix+t.alt)
	}
	for _, s := range t.skeletons {
		if len(s) > 1 {
			keys = append(keys, skeletonPrefix+s)
		}
	}
	return keys
}

// unfinished looks a word up by its letters as a prefix, and by its skeleton: as
// a prefix when it is long enough, else exactly. The last letter of a half-typed
// digraph (s of sh) would spoil a prefix and is left off.
func unfinished(t token) Term {
	term := Term{Exact: exactKeys(t)[1:], Prefix: []string{textPrefix + t.text}}
	if t.alt != "" {
		term.Prefix = append(term.Prefix, textPrefix+t.alt)
		term.Exact = exactKeys(t)[2:]
	}
	for _, s := range t.skeletons {
		p := s
		if strings.HasSuffix(t.text, "h") && !t.abjad && !strings.HasSuffix(s, "h") {
			p = s + "h" // final only because the word is not finished: Moh
			if len(p) >= MinSkeleton {
				term.Prefix = append(term.Prefix, skeletonPrefix+p)
			}
			p = s
		}
		if n := len(t.text); n > 0 && !t.abjad && len(p) > 0 && strings.IndexByte("cdgkpstz", t.text[n-1]) >= 0 {
			p = p[:len(p)-1]
		}
		if len(p) >= MinSkeleton {
			term.Prefix = append(term.Prefix, skeletonPrefix+p)
		}
	}
	slices.Sort(term.Prefix)
	term.Prefix = slices.Compact(term.Prefix)
	return term
}

// Matches reports whether a name, by its keys, satisfies all terms. A store does
// the same with range scans.
func Matches(keys []string, terms []Term) bool {
	for _, t := range terms {
		if !slices.ContainsFunc(keys, t.matches) {
			return false
		}
	}
	return true
}

func (t Term) matches(key string) bool {
	if slices.Contains(t.Exact, key) {
		return true
	}
	return slices.ContainsFunc(t.Prefix, func(p string) bool { return strings.HasPrefix(key, p) })
}
