package match_test

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/match"
)

// families is a register of houses: siblings, some of them twins, with one family
// name, address, phone and mother, and some children registered twice.
func families(t *testing.T) (table *match.Table, child []int) {
	t.Helper()
	given := strings.Fields("amina yusuf sahra omar hodan farah nadia bilal rahma idris zahra malik salma tariq leila hamid noura jamal asha karim tesfaye petros selam mehret dawit") // sahra and zahra are one letter apart
	part := strings.Fields("wa ha te ndi oke mwa ra pe ga ngu fe ko li sa to mbe")
	r := rand.New(rand.NewPCG(3, 11))
	var b strings.Builder
	b.WriteString("id,given,family,birth,sex,street,phone,mother_name\n")
	row := func(c int, cells ...string) {
		fmt.Fprintf(&b, "%d,%s\n", len(child), strings.Join(cells, ","))
		child = append(child, c)
	}
	n := 0
	for house := range 400 {
		name := part[r.IntN(16)] + part[r.IntN(16)] + part[r.IntN(16)]
		shared := []string{fmt.Sprintf("%d %s road", 1+r.IntN(90), part[r.IntN(16)]+part[r.IntN(16)]), strconv.Itoa(710000000 + r.IntN(9000000)), given[r.IntN(25)] + " " + part[r.IntN(16)] + "ri"}
		birth := func() string { return fmt.Sprintf("%d-%02d-%02d", 2005+r.IntN(18), 1+r.IntN(12), 1+r.IntN(28)) }
		first := birth()
		order := r.Perm(25)
		for k := range 3 {
			born := first
			if k == 2 || house%4 > 0 { // one house in four has twins
				born = birth()
			}
			cells := append([]string{given[order[k]], name, born, []string{"f", "m"}[r.IntN(2)]}, shared...)
			row(n, cells...)
			if k == 0 && house%3 == 0 {
				cells[0] += "h" // registered again, a letter more
				row(n, cells...)
			}
			n++
		}
	}
	table, err := match.ReadTable(strings.NewReader(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	return table, child
}

func born(t *match.Table, row int) string { return t.Rows[row][t.Column("birth")] }

func TestSiblingsAndTwinsAreNeverLikely(t *testing.T) {
	table, child := families(t)
	for _, tt := range []struct {
		name   string
		ignore []string
	}{{"with the mother's name", nil}, {"without it", []string{"mother_name"}}} {
		l, err := match.Dedupe(table, match.LinkOptions{ID: "id", Ignore: tt.ignore})
		if err != nil {
			t.Fatal(err)
		}
		found := 0
		for _, p := range l.Pairs {
			switch {
			case child[p.A] == child[p.B] && p.Probability >= 0.5:
				found++
			case child[p.A] != child[p.B] && p.Probability >= 0.5 && (born(table, p.A) != born(table, p.B) || match.Edits(table.Rows[p.A][1], table.Rows[p.B][1]) > 2):
				t.Errorf("%s: two children at %.4f: %v and %v, weights %.1f", tt.name, p.Probability, table.Rows[p.A], table.Rows[p.B], p.Weights)
			}
		}
		if found < 130 {
			t.Errorf("%s: %d of 134 children registered twice are found", tt.name, found)
		}
	}
}

// FuzzTable: any bytes give rows as wide as the header, or an error.
func FuzzTable(f *testing.F) {
	for _, s := range []string{"id,a\n1,b\n", "\ufeffid;a\n1;b\n", "id\ta\n1\tb\n", "id,a\n1\n", "id,a\n\"1,b\n", "", "\xff\xfei", "id,a\n1,\x00\n", "a,a\n1,2\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		table, err := match.ReadTable(strings.NewReader(string(b)))
		if err != nil {
			return
		}
		for _, row := range table.Rows {
			if len(row) != len(table.Columns) {
				t.Fatalf("%d cells, %d columns", len(row), len(table.Columns))
			}
			for _, c := range row {
				if c != strings.TrimSpace(c) {
					t.Fatalf("blanks around %q", c)
				}
			}
		}
		if _, err := table.IDs(table.Columns[0]); err != nil || len(table.Rows) > 200 {
			return
		}
		l, err := match.Dedupe(table, match.LinkOptions{ID: table.Columns[0]})
		if err != nil {
			return
		}
		for _, p := range l.Pairs {
			if !(p.Probability >= match.LeastProbability && p.Probability <= 1) || p.A >= p.B {
				t.Fatalf("pair %+v", p)
			}
		}
	})
}
