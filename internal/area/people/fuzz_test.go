package people

import (
	"net/url"
	"testing"
	"unicode/utf8"

	"github.com/godwit-health/godwit/engine/match"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Whatever is posted to the registration, reading it does not fail but by naming
// fields, and what is valid survives being written and read.
func FuzzReadRegistration(f *testing.F) {
	id := db.NewID().String()
	f.Add("id=" + id + "&given_latin=Almaz&birth-year=1988&birth-month=5&sex=female&languages=am&languages2=ti&nationalities=ETH")
	f.Add("id=" + id + "&birth-age=30&doc_zone=P%3CUTO&doc_type=passport&doc_number=1&contact_value=%2B1&contact_safe=call&distinct=" + id)
	f.Add("id=" + id + "&family_id=" + id + "&role=head&place=ETH&from-year=2020&other_names=a%2Cb%3Bc")
	f.Add("id=%00&sex=%ff&birth-year=٢٠٠٠")
	f.Fuzz(func(t *testing.T, body string) {
		v, err := url.ParseQuery(body)
		if err != nil {
			return
		}
		r, errs := readRegistration(v, today)
		r.Day = today
		if !r.ID.IsZero() {
			errs = append(errs, r.valid()...)
		}
		for _, e := range errs {
			if !fault.Is(e, fault.Invalid) || fault.KeyOf(e) == "" {
				t.Fatalf("not a fault of the form: %v", e)
			}
		}
		if len(errs) > 0 {
			return
		}
		fields, err := change(nil, r.Person)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := change(r.Person, r.Person); err != nil || len(again) != 0 {
			t.Fatalf("a person differs from itself: %v %v (of %v)", again, err, fields)
		}
		for _, s := range []string{r.Person.Family, r.Person.Given, r.Person.Wristband} {
			if !utf8.ValidString(s) {
				t.Fatal("not UTF-8")
			}
		}
	})
}

// Whatever is typed into the search box becomes a query, and a person with the
// name typed passes their own signature.
func FuzzParseQuery(f *testing.F) {
	for _, s := range []string{"almaz", "محمد 1990", "W-014", "AB 123", "\x00\xff", "%_'\"", "1990", "ABCDE-FGHJK", "mohamed "} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		q := ParseQuery(typed, today)
		if q.Year != 0 && (q.Year > 2026 || q.Year < 1896) {
			t.Fatalf("year %d", q.Year)
		}
		keys := match.Keys(typed)
		sig := signature(keys)
		for _, term := range match.Query(typed + " ") {
			masks := sigMasks(term)
			if len(masks) == 0 || !match.Matches(keys, []match.Term{term}) {
				continue
			}
			passes := false
			for _, m := range masks {
				passes = passes || sig&m == m
			}
			if !passes {
				t.Fatalf("%q does not pass its own signature", typed)
			}
		}
		for _, term := range q.Terms {
			for _, s := range spansOf(term) {
				if where, args := s.where(); where == "" || len(args) == 0 {
					t.Fatal("an empty range")
				}
			}
		}
	})
}
