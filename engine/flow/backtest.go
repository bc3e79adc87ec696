package flow

import (
	"cmp"
	"math"
	"slices"
	"strconv"
)

func itoa(i int) string { return strconv.Itoa(i) }

// Ranked is one candidate place: the score a model gave it before, and whether it
// was affected after.
type Ranked struct {
	Place string
	Score Amount // more is likelier next; +Inf and -Inf are legal ends of a ranking
	Hit   bool
}

// Score of a ranking on what came to pass. A score says what one model did on one
// outbreak and nothing about the next.
type Score struct {
	State State   // Unknown when there was no hit or nothing but hits: AUC has no answer
	AUC   float64 // the chance that a hit is ranked above a miss, ties half (Mann & Whitney 1947)
	N     int     // candidates with a score
	Hits  int     // of them affected later
	// Unscored candidates had no score. They are in no number above: how many of them
	// were hit is what the model could not have said.
	Unscored, UnscoredHits int
	Top                    []TopK
}

// TopK is how many of the first K were hit. Where the K-th place is tied, the hits
// lie between Low and High, and Expected is their mean over the orders of the tied.
type TopK struct {
	K         int
	Low, High int
	Expected  float64
}

// Backtest scores a ranking. ks are the K of the top-K hits.
func Backtest(list []Ranked, ks ...int) (Score, error) {
	if len(list) == 0 {
		return Score{}, bad("candidates", "", "are none")
	}
	var s Score
	known := make([]Ranked, 0, len(list))
	for _, r := range list {
		switch {
		case r.Score.Known && math.IsNaN(r.Score.Value):
			return Score{}, bad("score", r.Place, "is no number; leave it empty where it is not known")
		case r.Score.Known:
			known = append(known, r)
		default:
			s.Unscored++
			if r.Hit {
				s.UnscoredHits++
			}
		}
		if r.Score.Known && r.Hit {
			s.Hits++
		}
	}
	s.N = len(known)
	slices.SortStableFunc(known, func(a, b Ranked) int { return cmp.Compare(b.Score.Value, a.Score.Value) })
	s.auc(known)
	for _, k := range ks {
		if k < 1 {
			return Score{}, bad("top", "", "is %d; at least 1", k)
		}
		s.Top = append(s.Top, top(known, k))
	}
	return s, nil
}

// auc counts, from the best score down, the misses that come after each hit.
func (s *Score) auc(sorted []Ranked) {
	misses := s.N - s.Hits
	if s.Hits == 0 || misses == 0 {
		return
	}
	wins, passed := 0.0, 0
	for from := 0; from < len(sorted); {
		to := ties(sorted, from)
		hits := count(sorted[from:to])
		tied := to - from - hits
		wins += float64(hits) * (float64(misses-passed-tied) + float64(tied)/2)
		passed += tied
		from = to
	}
	s.AUC, s.State = wins/(float64(s.Hits)*float64(misses)), Known
}

// ties is where the run of equal scores that begins at from ends.
func ties(sorted []Ranked, from int) int {
	to := from + 1
	for to < len(sorted) && sorted[to].Score.Value == sorted[from].Score.Value {
		to++
	}
	return to
}

func count(list []Ranked) (hits int) {
	for _, r := range list {
		if r.Hit {
			hits++
		}
	}
	return hits
}

func top(sorted []Ranked, k int) TopK {
	t := TopK{K: k}
	for from := 0; from < len(sorted) && from < k; {
		to := ties(sorted, from)
		hits, room := count(sorted[from:to]), min(k, len(sorted))-from
		if to-from <= room {
			t.Low, t.High, t.Expected = t.Low+hits, t.High+hits, t.Expected+float64(hits)
		} else {
			misses := to - from - hits
			t.Low += max(0, room-misses)
			t.High += min(hits, room)
			t.Expected += float64(hits) * float64(room) / float64(to-from)
		}
		from = to
	}
	return t
}
