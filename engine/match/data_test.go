package match

import (
	"encoding/csv"
	"os"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/testkit"
)

type labelled struct {
	id      string
	cluster string
	rec     Record
}

func readSet(t *testing.T, file string, fields map[string]string) []labelled {
	t.Helper()
	f, err := os.Open(testkit.Data(t, file))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.TrimLeadingSpace = true
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	col := map[string]int{}
	for i, h := range rows[0] {
		col[strings.TrimSpace(h)] = i
	}
	var out []labelled
	for _, row := range rows[1:] {
		get := func(name string) string {
			if i, ok := col[fields[name]]; ok {
				return strings.TrimSpace(row[i])
			}
			return ""
		}
		birth := get("birth")
		if len(birth) == 8 {
			birth = birth[:4] + "-" + birth[4:6] + "-" + birth[6:]
		}
		d, _ := calendar.Parse(birth) // the sets hold impossible dates on purpose: not known
		sex := map[string]string{"f": "female", "m": "male"}[get("sex")]
		l := labelled{id: get("id"), rec: Record{Names: []Name{{get("given"), get("family")}}, Birth: d, Sex: sex}}
		if parts := strings.Split(l.id, "-"); len(parts) > 1 {
			l.cluster = parts[1] // rec-1070-org, rec-1070-dup-0
		}
		out = append(out, l)
	}
	return out
}

// blocks are the keys by which candidates are found here; an index of people uses
// the same Keys.
func blocks(r Record) []string {
	var out []string
	seen := map[string]bool{}
	add := func(k string) {
		if !seen[k] {
			seen[k] = true
			out = append(out, k)
		}
	}
	if day, ok := r.Birth.Exact(); ok {
		add("d" + day.String())
	}
	for _, n := range r.Names {
		for _, k := range append(Keys(n.Given), Keys(n.Family)...) {
			add(k)
		}
	}
	return out
}

type scored struct {
	found, truth, positives, right int
	candidates                     int
}

// measure compares the candidate pairs of two sets once and scores them at each of
// the thresholds.
func measure(a, b []labelled, same bool, thresholds ...float64) []scored {
	index := map[string][]int{}
	pb := make([]Prepared, len(b))
	for j, l := range b {
		pb[j] = Prepare(l.rec)
		for _, k := range blocks(l.rec) {
			index[k] = append(index[k], j)
		}
	}
	clusters := map[string]int{}
	for _, l := range b {
		clusters[l.cluster]++
	}
	out := make([]scored, len(thresholds))
	for i, l := range a {
		p := Prepare(l.rec)
		seen := map[int]bool{}
		for _, k := range blocks(l.rec) {
			for _, j := range index[k] {
				if seen[j] || same && j <= i {
					continue
				}
				seen[j] = true
				match := l.cluster == b[j].cluster
				e := (Comparer{}).Compare(p, pb[j])
				for k, bits := range thresholds {
					out[k].count(match, e.Bits >= bits)
				}
			}
		}
	}
	for k := range out {
		for _, n := range clusters {
			if same {
				out[k].truth += n * (n - 1) / 2
			} else {
				out[k].truth += n
			}
		}
	}
	return out
}

func (s *scored) count(match, positive bool) {
	s.candidates++
	if match {
		s.found++
	}
	if positive {
		s.positives++
		if match {
			s.right++
		}
	}
}

func (s scored) log(t *testing.T, name string) (precision, recall float64) {
	precision, recall = float64(s.right)/float64(max(s.positives, 1)), float64(s.right)/float64(s.truth)
	t.Logf("%s: %d candidates, block recall %.4f, precision %.4f, recall %.4f", name, s.candidates,
		float64(s.found)/float64(s.truth), precision, recall)
	return precision, recall
}

// FEBRL is a gate against regressions, not evidence (reference, section B1). Here
// only names and birth date are compared, and its errors replace whole given names
// under one birth date, which is what twins look like: those stay Possible by
// design. The bars are just below what was measured.
func TestFEBRL(t *testing.T) {
	fields := map[string]string{"id": "rec_id", "given": "given_name", "family": "surname", "birth": "date_of_birth"}
	three := readSet(t, "match/dataset3.csv", fields)
	a, b := readSet(t, "match/dataset4a.csv", fields), readSet(t, "match/dataset4b.csv", fields)
	m3, m4 := measure(three, three, true, LikelyBits, PossibleBits), measure(a, b, false, LikelyBits, PossibleBits)
	for _, tt := range []struct {
		name              string
		s                 scored
		precision, recall float64
	}{
		{"FEBRL3 likely", m3[0], 0.995, 0.73}, {"FEBRL3 possible", m3[1], 0.93, 0.93},
		{"FEBRL4 likely", m4[0], 0.995, 0.81}, {"FEBRL4 possible", m4[1], 0.86, 0.955},
	} {
		p, r := tt.s.log(t, tt.name)
		if p < tt.precision || r < tt.recall {
			t.Errorf("%s: precision %.4f (bar %.3f), recall %.4f (bar %.3f)", tt.name, p, tt.precision, r, tt.recall)
		}
	}
}

// Uganda: names, birth date and sex, with errors in most fields of a pair.
func TestUganda(t *testing.T) {
	set := readSet(t, "match/uganda-5000.csv", map[string]string{"id": "rec_id", "given": "given_name", "family": "surname", "birth": "date_of_birth", "sex": "sex"})
	for _, tt := range []struct {
		name              string
		bits              float64
		precision, recall float64
	}{{"Uganda likely", LikelyBits, 0.99, 0.82}, {"Uganda possible", PossibleBits, 0.92, 0.98}} {
		p, r := measure(set, set, true, tt.bits)[0].log(t, tt.name)
		if p < tt.precision || r < tt.recall {
			t.Errorf("%s: precision %.4f (bar %.3f), recall %.4f (bar %.3f)", tt.name, p, tt.precision, r, tt.recall)
		}
	}
}
