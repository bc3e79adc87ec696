package mrz

import (
	"strings"
	"testing"

	"github.com/godwit-health/godwit/engine/calendar"
	"pgregory.net/rapid"
)

// Whatever document is composed is read back the same, in every layout.
func TestComposeAndParseAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := rapid.SampledFrom([]Format{TD1, TD2, TD3, MRVA, MRVB}).Draw(t, "format")
		number := rapid.StringMatching(`[A-Z0-9]{3,9}`).Draw(t, "number")
		if (f == TD1 || f == TD2) && rapid.Bool().Draw(t, "long") {
			number = rapid.StringMatching(`[A-Z0-9]{10,12}`).Draw(t, "long number")
		}
		birth := rapid.SampledFrom([]string{"1990-05-17", "1990-05", "1990", "", "2026-11-22", "1930-02-28"}).Draw(t, "birth")
		in := Document{Format: f, Code: map[bool]string{true: "V", false: "P"}[f == MRVA || f == MRVB],
			Issuer:      rapid.SampledFrom([]string{"DEU", "KEN", "XXA"}).Draw(t, "issuer"),
			Nationality: rapid.SampledFrom([]string{"DEU", "XXB", "XXX", "SOM"}).Draw(t, "nationality"),
			Primary:     rapid.StringMatching(`[A-Z]{2,9}( [A-Z]{2,5})?`).Draw(t, "primary"),
			Secondary:   rapid.StringMatching(`([A-Z]{2,8})?`).Draw(t, "secondary"),
			Number:      number, Birth: must(calendar.Parse(birth)), Expiry: must(calendar.Parse("2031-03-04")),
			Sex: rapid.SampledFrom([]Sex{Male, Female, Unspecified}).Draw(t, "sex"),
		}
		lines, err := Compose(in)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Parse(strings.Join(lines, ""), today)
		if err != nil {
			t.Fatal(err)
		}
		if got.State != OK || got.Format != f || got.Issuer != in.Issuer || got.Nationality != in.Nationality ||
			got.Primary != in.Primary || got.Secondary != in.Secondary || got.Number != in.Number ||
			got.Birth != in.Birth || got.Expiry != in.Expiry || got.Sex != in.Sex {
			t.Fatalf("composed %+v\nread %+v", in, got)
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add(line1 + "\n" + line2)
	f.Add("I<UTOD23145890<7349<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<")
	f.Add("I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<D231458907UTO7408122F1204159<<<<<<<6")
	f.Add("V<UTO\nL8988901C4XXX4009078F9612109")
	f.Fuzz(func(t *testing.T, in string) {
		d, err := Parse(in, today)
		if (d.State == FormatUnknown) != (err != nil && d.Format == "") {
			t.Fatalf("state %s, err %v", d.State, err)
		}
		if d.Format == "" {
			return
		}
		l := layoutOf(d.Format)
		if len(d.Lines) != l.lines {
			t.Fatalf("%d lines for %s", len(d.Lines), d.Format)
		}
		for _, s := range d.Lines {
			if len(s) != l.width {
				t.Fatalf("line of %d for %s", len(s), d.Format)
			}
		}
		if d.State != CheckFailed && (d.Primary == "" || d.Issuer == "") {
			t.Fatalf("ok without name or issuer: %+v", d)
		}
	})
}

func FuzzTransliterate(f *testing.F) {
	f.Add("محمّد O'Brien-Łęcka Щукин")
	f.Fuzz(func(t *testing.T, in string) {
		if out := Transliterate(in); strings.Trim(out, "ABCDEFGHIJKLMNOPQRSTUVWXYZ ") != "" {
			t.Fatalf("%q", out)
		}
	})
}
