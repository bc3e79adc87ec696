package match

import (
	"math"
	"slices"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
)

// Vectors: W. Winkler (1990), table of string comparators, and W. Cohen et al. (2003).
func TestJaroWinkler(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want float64
	}{
		{"MARTHA", "MARHTA", 0.961}, {"DWAYNE", "DUANE", 0.840}, {"DIXON", "DICKSONX", 0.813},
		{"SHACKLEFORD", "SHACKELFORD", 0.982}, {"DUNNINGHAM", "CUNNIGHAM", 0.896}, {"NICHLESON", "NICHULSON", 0.956}, {"JONES", "JOHNSON", 0.832},
		{"", "A", 0}, {"ABC", "ABC", 1}, {"AB", "CD", 0},
	} {
		if got := JaroWinkler(tt.a, tt.b); math.Abs(got-tt.want) > 0.0006 {
			t.Errorf("%s %s: %.4f, want %.3f", tt.a, tt.b, got, tt.want)
		}
	}
}

func TestEdits(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"a", "", 1}, {"kitten", "sitting", 3}, {"abcd", "acbd", 1}, {"ca", "abc", 3}, {"محمد", "محمود", 1}} {
		if got := Edits(tt.a, tt.b); got != tt.want {
			t.Errorf("%s %s: %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
}

func rec(given, family, birth, sex string) Record {
	d, err := calendar.Parse(birth)
	if err != nil {
		panic(err)
	}
	return Record{Names: []Name{{given, family}}, Birth: d, Sex: sex}
}

func TestCompare(t *testing.T) {
	for _, tt := range []struct {
		name   string
		a, b   Record
		level  Level
		reason []Reason
	}{
		{"the same", rec("Amina", "Warsame", "1990-05-17", "female"), rec("Amina", "Warsame", "1990-05-17", "female"), Likely, []Reason{NameSame, BirthSame, SexSame}},
		{"another script", rec("أمينة", "ورسمه", "1990-05-17", "female"), rec("Amina", "Warsame", "1990-05-17", "female"), Likely, []Reason{NameSpelling, BirthSame, SexSame}},
		{"swapped names", rec("Warsame", "Amina", "1990-05-17", "female"), rec("Amina", "Warsame", "1990-05-17", "female"), Likely, []Reason{NameSame, NameSwapped, BirthSame, SexSame}},
		{"a chain cut short", rec("Amina Ali", "Warsame", "1990-05-17", "female"), rec("Amina", "Warsame", "1990-05-17", "female"), Likely, []Reason{NamePart, BirthSame, SexSame}},
		{"day and month swapped", rec("Amina", "Warsame", "1990-05-07", ""), rec("Amina", "Warsame", "1990-07-05", ""), Likely, []Reason{NameSame, BirthDigits}},
		{"only the year is known", rec("Amina", "Warsame", "1990", "female"), rec("Amina", "Warsame", "1990-05-17", "female"), Likely, []Reason{NameSame, BirthCompat, SexSame}},
		{"an estimated age", rec("Amina", "Warsame", "1988-01-01/1992-12-31", "female"), rec("Amina", "Warsame", "1990-05-17", "female"), Likely, []Reason{NameSame, BirthCompat, SexSame}},
		{"a common first name and 1 January", rec("Mohamed", "Ali", "1990-01-01", "male"), rec("Mohamed", "Osman", "1990-01-01", "male"), Possible, []Reason{NameDiffers, BirthFirstJan, SexSame}},
		{"one name, one year", rec("Noor", "", "1990-01-01", ""), rec("Noor", "", "1990-01-01", ""), Possible, []Reason{NameSame, BirthFirstJan}},
		{"twins: other given name", rec("Hassan", "Ali Warsame", "2020-05-17", "male"), rec("Omar", "Ali Warsame", "2020-05-17", "male"), Possible, []Reason{NameDiffers, BirthSame, SexSame, TwinOrSibling}},
		{"twins: other sex", rec("Noor", "Ali Warsame", "2020-05-17", "male"), rec("Amal", "Ali Warsame", "2020-05-17", "female"), Unlikely, []Reason{NameDiffers, BirthSame, SexDiffers, TwinOrSibling}},
		{"father and son of one name", rec("Omar", "Ali", "1960-02-03", "male"), rec("Omar", "Ali", "1992-09-21", "male"), Possible, []Reason{NameSame, BirthDiffers, SexSame, ParentAndChild}},
		{"strangers", rec("Hassan", "Omar", "1970-03-04", "male"), rec("Amina", "Warsame", "1990-05-17", "female"), Unlikely, []Reason{NameDiffers, BirthDiffers, SexDiffers}},
		{"nothing known", Record{}, Record{}, Unlikely, nil},
		{"a name and nothing else", rec("Amina", "Warsame", "", ""), rec("Amina", "Warsame", "", ""), Possible, []Reason{NameSame}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := Compare(tt.a, tt.b)
			if e.Level != tt.level || !slices.Equal(e.Reasons, tt.reason) {
				t.Errorf("level %d, %.1f bits, %v; want level %d %v", e.Level, e.Bits, e.Reasons, tt.level, tt.reason)
			}
			if back := Compare(tt.b, tt.a); math.Abs(back.Bits-e.Bits) > 1e-9 {
				t.Errorf("not symmetric: %.2f and %.2f", e.Bits, back.Bits)
			}
		})
	}
}

func TestFirstOfJanuaryWeighsLess(t *testing.T) {
	jan := Compare(rec("Omar", "Ali", "1990-01-01", ""), rec("Omar", "Ali", "1990-01-01", ""))
	may := Compare(rec("Omar", "Ali", "1990-05-17", ""), rec("Omar", "Ali", "1990-05-17", ""))
	if jan.Bits >= may.Bits-5 {
		t.Errorf("1 January %.1f bits, 17 May %.1f", jan.Bits, may.Bits)
	}
}

func TestFrequentNamesWeighLess(t *testing.T) {
	c := Comparer{Share: func(s string) float64 {
		if s == "mohamed" {
			return 0.1
		}
		return 0
	}}
	a, b := Prepare(rec("Mohamed", "Ali", "", "")), Prepare(rec("Mohamed", "Ali", "", ""))
	if got, plain := c.Compare(a, b).Bits, (Comparer{}).Compare(a, b).Bits; got >= plain {
		t.Errorf("%.1f bits, not below %.1f", got, plain)
	}
}

func BenchmarkCompare(b *testing.B) {
	x, y := Prepare(rec("Amina Ali", "Warsame", "1990-05-17", "female")), Prepare(rec("Aminah", "Warsama", "1990-05-18", "female"))
	b.ReportAllocs()
	for b.Loop() {
		Comparer{}.Compare(x, y)
	}
}
