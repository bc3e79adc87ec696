package page

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/language"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
)

func newRenderer(t testing.TB) *Renderer {
	t.Helper()
	p, err := New(Options{Clock: func() time.Time { return time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC) }})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func speaks(t testing.TB, code string) *speaker {
	t.Helper()
	l, ok := localeOf(code)
	if !ok {
		t.Fatalf("no language %q", code)
	}
	s, err := newRenderer(t).set(l)
	if err != nil {
		t.Fatal(err)
	}
	return &s.speak
}

var tagRE = regexp.MustCompile(`<[^>]*>`)

// bare takes the isolating characters out, to compare the words alone.
func bare(s string) string {
	return strings.NewReplacer("\u2067", "", "\u2068", "", "\u2069", "").Replace(s)
}

func TestPluralCategoriesAreThoseOfCLDR(t *testing.T) {
	// CLDR, "Language Plural Rules", Arabic.
	for n, want := range map[int]string{0: "zero", 1: "one", 2: "two", 3: "few", 10: "few", 11: "many", 99: "many", 100: "other", 102: "other", 103: "few", 1000: "other"} {
		if got := Category(language.Arabic, n); got != want {
			t.Errorf("Arabic %d is %s, want %s", n, got, want)
		}
	}
	if got := strings.Join(Categories(language.Arabic), " "); got != "few many one other two zero" {
		t.Errorf("Arabic has %s", got)
	}
	if got := Category(language.French, 0); got != "one" {
		t.Errorf("French 0 is %s, want one", got)
	}
	if got := Category(language.English, -1); got != "one" {
		t.Errorf("English -1 is %s, want one", got)
	}
}

func TestAMessageChoosesItsPlural(t *testing.T) {
	ar := speaks(t, "ar")
	for n, want := range map[int]string{2: "سنتان (2)", 3: "3 سنوات", 11: "11 سنة"} {
		if got := bare(ar.plain(M("page.age.years", "count", n))); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}

func TestNumbersLookTheSameInEveryLanguage(t *testing.T) {
	for _, l := range locales {
		s := speaks(t, l.Code)
		for _, c := range []struct {
			v    any
			want string
		}{
			{37.5, "37.5"}, {0, "0"}, {1234, "1234"}, {12480, "12\u202f480"}, {1234567, "1\u202f234\u202f567"}, {-3, "\u22123"},
			{value.Quantity{Number: 61.5, Unit: "kg"}, "61.5\u00a0kg"}, {value.Quantity{Number: 38.2, Unit: "Cel"}, "38.2\u00a0°C"},
			{value.Quantity{Number: 3, Unit: "1"}, "3"}, {12345.678, "12\u202f345.678"},
		} {
			if got := string(s.num(c.v)); got != `<bdi dir="ltr">`+c.want+`</bdi>` {
				t.Errorf("%s: %v is %s", l.Code, c.v, got)
			}
		}
		if got := string(s.num(value.Quantity{})); got != string(s.html(M("page.unknown"))) {
			t.Errorf("%s: nothing measured shows %s", l.Code, got)
		}
	}
}

// "34 a" and a box with an "a" beside it are read by nobody.
func TestUnitsOfTimeAreWords(t *testing.T) {
	for lang, want := range map[string][]string{"en": {"34 years", "1 week", "years", "°C"}, "fr": {"34 ans", "1 semaine", "ans", "°C"}, "es": {"34 años", "1 semana", "años", "°C"}, "ar": {"34 سنة", "أسبوع", "سنة", "°C"}} {
		s := speaks(t, lang)
		for i, got := range []string{string(s.num(value.Quantity{Number: 34, Unit: "a"})), string(s.num(value.Quantity{Number: 1, Unit: "wk"})), string(s.unit("a")), string(s.unit("Cel"))} {
			if got = tagRE.ReplaceAllString(bare(got), ""); !strings.Contains(got, want[i]) {
				t.Errorf("%s: %q, want %q", lang, got, want[i])
			}
		}
	}
	if got := string(speaks(t, "en").num(value.Quantity{Number: 2.5, Unit: "wk"})); !strings.Contains(got, "2.5\u00a0wk") {
		t.Errorf("part of a week keeps its unit: %q", got)
	}
}

func TestPlaceholdersAreEscapedAndIsolated(t *testing.T) {
	s := speaks(t, "en")
	got := string(s.html(M("page.banner.wristband", "code", `<b onclick="x">`)))
	if got != `Wristband <bdi>&lt;b onclick=&#34;x&#34;&gt;</bdi>` {
		t.Errorf("%s", got)
	}
	if got := s.plain(M("page.banner.wristband", "code", "W1")); got != "Wristband \u2068W1\u2069" {
		t.Errorf("%q", got)
	}
	if got := bare(s.plain(M("page.banner.wristband"))); got != "Wristband {code}" {
		t.Errorf("a forgotten placeholder must be seen: %q", got)
	}
	if got := s.plain(M("page.no_such_key")); got != "[page.no_such_key]" {
		t.Errorf("a forgotten key must be seen: %q", got)
	}
	if got := s.plain(Msg{}); got != "" {
		t.Errorf("the zero message says %q", got)
	}
}

func TestWordsFromElsewhereFollowTheReader(t *testing.T) {
	m := Words(func(lang string) string { return "in " + lang })
	if got := speaks(t, "fr").plain(m); got != "in fr" {
		t.Error(got)
	}
	if got := speaks(t, Pseudo).plain(m); got != "⟦in en⟧" {
		t.Error(got)
	}
	if got := speaks(t, "es").plain(Country("SDN")); got != "Sudán" {
		t.Error(got)
	}
	if got := speaks(t, "fr").plain(Language("am")); !strings.EqualFold(got, "amharique") {
		t.Error(got)
	}
	if got := speaks(t, "fr").plain(Language("not a code")); got != "not a code" {
		t.Error(got)
	}
}

func date(t testing.TB, s string) calendar.Date {
	t.Helper()
	d, err := calendar.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestDatesAreToldAsExactlyAsTheyAreKnown(t *testing.T) {
	for _, c := range []struct{ stored, lang, want string }{
		{"", "en", "date not known"},
		{"2011-06-03", "en", "3 June 2011"},
		{"2011-06", "en", "June 2011"},
		{"2011", "en", "2011"},
		{"1996-11-22/1997-11-21", "en", "about 1996–1997"},
		{"1996-01-01/1996-12-31", "en", "about 1996"},
		{"2026-03-01/2026-05-31", "en", "between March 2026 and May 2026"},
		{"2026-03-01/2026-03-09", "en", "between 1 March 2026 and 9 March 2026"},
		{"2011-06-03", "es", "3 de junio de 2011"},
		{"2011-06", "fr", "juin 2011"},
		{"2011-06-03", "ar", "3 يونيو 2011"},
		{"1996-11-22/1997-11-21", "ar", "حوالي 1996–1997"},
	} {
		if got := bare(speaks(t, c.lang).dateText(date(t, c.stored))); got != c.want {
			t.Errorf("%q in %s: %q, want %q", c.stored, c.lang, got, c.want)
		}
	}
}

func TestATimeElementHasOnlyWhatIsKnown(t *testing.T) {
	s := speaks(t, "en")
	for stored, want := range map[string]string{"2011-06-03": `datetime="2011-06-03"`, "2011-06": `datetime="2011-06"`, "2011": `datetime="2011"`} {
		if got := string(s.date(date(t, stored))); !strings.Contains(got, want) {
			t.Errorf("%s: %s", stored, got)
		}
	}
	if got := string(s.date(date(t, "1996-01-01/1997-12-31"))); strings.Contains(got, "<time") {
		t.Errorf("an estimate is no machine-readable time: %s", got)
	}
}

func TestAgesAreRangesWhereTheBirthDateIsOpen(t *testing.T) {
	on := calendar.DayOf(2026, 11, 22)
	for _, c := range []struct{ birth, want string }{
		{"", "age not known"},
		{"2030-01-01", "age not known"}, // after the day: not an age
		{"2008-11-22", "18 years"},
		{"2008-11-23", "17 years"},
		{"2008", "17 to 18 years"},
		{"2008-11", "17 to 18 years"},
		{"2025-02-11", "21 months"},
		{"2024-11-22", "2 years"},
		{"2024-11-23", "23 months"},
		{"2026-10-30", "3 weeks"},
		{"2026-11-20", "2 days"},
		{"2026-11-21", "1 day"},
		{"2026-11", "0 to 3 weeks"},
		{"2025", "10 to 22 months"},
		{"1994-11-23/1997-11-22", "29 to 31 years"},
	} {
		if got := bare(speaks(t, "en").plain(Age(date(t, c.birth), on))); got != c.want {
			t.Errorf("born %q: %q, want %q", c.birth, got, c.want)
		}
	}
}

func TestTheBannerSaysHowExactlyABirthDateIsKnown(t *testing.T) {
	for stored, want := range map[string]string{
		"": "birth date not known", "2008-01-02": "born 2 January 2008", "2008": "born 2008 (only the year is known)",
		"2008-01": "born January 2008 (day not known)", "1994-11-23/1997-11-22": "born about 1994–1997 (estimated)",
	} {
		if got := bare(speaks(t, "en").plain(bornMsg(date(t, stored)))); got != want {
			t.Errorf("%q: %q, want %q", stored, got, want)
		}
	}
}

func TestTextIsForWhatIsNotAPage(t *testing.T) {
	p := newRenderer(t)
	if got := p.Text("fr", M("page.save")); got != "Enregistrer" {
		t.Error(got)
	}
	if got := p.Text("xx", M("page.save")); got != "Save" {
		t.Error(got)
	}
}

// The parts of a date are isolated, and so are dates in a sentence. A browser that
// is to find the direction of the outer one by its first letter finds none.
func TestADateInASentenceRunsInTheReadersDirection(t *testing.T) {
	d, err := calendar.OfDay(1972, 10, 15)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range Locales() {
		s := speaks(t, l.Code)
		if got := string(s.html(M("page.banner.died", "date", d))); !strings.Contains(got, `<bdi dir="`+l.Dir+`"><time`) {
			t.Errorf("%s: %s", l.Code, got)
		}
		if got := s.plain(M("page.banner.died", "date", d)); strings.Contains(got, "\u2067") != (l.Dir == "rtl") {
			t.Errorf("%s: %q", l.Code, got)
		}
	}
}

// A time of day in a sentence is told as on the rest of the page, and not as a
// machine prints it.
func TestATimeInASentence(t *testing.T) {
	at := time.Date(2026, 11, 22, 17, 35, 55, 463359000, time.UTC)
	for _, lang := range []string{"en", "fr", "es", "ar"} {
		s := speaks(t, lang)
		for form, got := range map[string]string{"page": string(s.html(M("page.banner.died", "date", at))), "text": s.plain(M("page.banner.died", "date", at))} {
			if !strings.Contains(got, "17:35") || !strings.Contains(got, "2026") || strings.Contains(got, "+0000") || strings.Contains(got, ".463") {
				t.Errorf("%s, %s: %s", lang, form, got)
			}
		}
	}
}
