package people

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/match"
	"github.com/godwit-health/godwit/engine/mrz"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

var today = calendar.DayOf(2026, 11, 22)

func date(t testing.TB, s string) calendar.Date {
	t.Helper()
	d, err := calendar.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// faults lists "field key" of each fault.
func faults(errs []error) []string {
	out := []string{}
	for _, e := range errs {
		out = append(out, fault.FieldOf(e)+" "+strings.TrimPrefix(fault.KeyOf(e), "people.error."))
	}
	return out
}

func TestPersonValid(t *testing.T) {
	ok := Person{Family: "محمد", GivenLatin: "Ahmed"}
	for _, c := range []struct {
		why  string
		edit func(*Person)
		want string // "field key", "" for none
	}{
		{"a name in either script", func(p *Person) {}, ""},
		{"no name yet, a wristband", func(p *Person) { *p = Person{Wristband: "W-014"} }, ""},
		{"nobody at all", func(p *Person) { *p = Person{} }, "family name_or_wristband"},
		{"one name only", func(p *Person) { *p = Person{Family: "Suharto", OneName: true} }, ""},
		{"one name, yet two", func(p *Person) { p.OneName = true }, "given one_name"},
		{"Arabic typed into the Latin box", func(p *Person) { p.FamilyLatin = "أحمد" }, "family_latin not_latin"},
		{"a Latin name with hyphen and apostrophe", func(p *Person) { p.FamilyLatin = "N’Diaye-O'Brien Đặng" }, ""},
		{"a direction override hidden in a name", func(p *Person) { p.Given = "a\u202eb" }, "given text"},
		{"a null byte", func(p *Person) { p.Given = "a\x00" }, "given text"},
		{"a name longer than any", func(p *Person) { p.Given = strings.Repeat("a", 121) }, "given text"},
		{"born tomorrow", func(p *Person) { p.Birth = date(t, "2026-11-23") }, "birth birth_future"},
		{"born today", func(p *Person) { p.Birth = date(t, "2026-11-22") }, ""},
		{"born this year, day not known", func(p *Person) { p.Birth = date(t, "2026") }, ""},
		{"born next year", func(p *Person) { p.Birth = date(t, "2027") }, "birth birth_future"},
		{"131 years old", func(p *Person) { p.Birth = date(t, "1895-01-01") }, "birth birth_too_old"},
		{"another reading without a dispute", func(p *Person) { p.BirthOther = date(t, "2005") }, "birth_other birth_other_undisputed"},
		{"a sex nobody has", func(p *Person) { p.Sex = "m" }, "sex choice"},
		{"three nationalities", func(p *Person) { p.Nationalities = []string{"ERI", "ETH", "ITA"} }, ""},
		{"XXA is a document's word", func(p *Person) { p.Nationalities = []string{"XXA"} }, "nationalities nationality"},
		{"a British national (overseas)", func(p *Person) { p.Nationalities = []string{"GBN"} }, ""},
		{"stateless, and a nationality", func(p *Person) { p.Nationalities, p.NationalityState = []string{"SDN"}, NationalityStateless }, "nationality_state nationality_both"},
		{"stateless", func(p *Person) { p.NationalityState = NationalityStateless }, ""},
		{"a language nobody knows", func(p *Person) { p.Languages = []string{"zzz"} }, "languages language"},
		{"died before being born", func(p *Person) {
			p.Birth, p.Died, p.Death = date(t, "1990"), value.Yes, date(t, "1989-12-31")
		}, "death death_before_birth"},
		{"a day of death, but alive", func(p *Person) { p.Death = date(t, "2026-01-01") }, "death death_not_died"},
		{"dies tomorrow", func(p *Person) { p.Died, p.Death = value.Yes, date(t, "2026-11-23") }, "death death_future"},
		{"a child alone, nobody named", func(p *Person) { p.Birth, p.Alone = date(t, "2012-05-01"), Unaccompanied }, "focal_name focal_needed"},
		{"a child alone, focal point named", func(p *Person) { p.Birth, p.Alone, p.FocalName = date(t, "2012"), Unaccompanied, "Hana" }, ""},
		{"a child separated, guardian named", func(p *Person) { p.Birth, p.Alone, p.Guardian = date(t, "2012"), Separated, "Aunt" }, ""},
		{"a grown-up alone needs no focal point", func(p *Person) { p.Birth, p.Alone = date(t, "1990"), Unaccompanied }, ""},
		{"alone, age not known: as a child", func(p *Person) { p.Alone = Unaccompanied }, "focal_name focal_needed"},
		{"alone, disputed whether 17 or 19", func(p *Person) {
			p.Birth, p.AgeDisputed, p.BirthOther, p.Alone = date(t, "2007-01-01"), true, date(t, "2009-06-01"), Unaccompanied
		}, "focal_name focal_needed"},
	} {
		p := ok
		c.edit(&p)
		want := []string{}
		if c.want != "" {
			want = []string{c.want}
		}
		if got := faults(p.Valid(today)); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", c.why, got, want)
		}
	}
}

func TestDisputedAge(t *testing.T) {
	p := Person{Birth: date(t, "2007-01-01"), BirthOther: date(t, "2009-06-01")}
	if p.Child(today) != value.No {
		t.Error("an undisputed nineteen-year-old is no child")
	}
	p.AgeDisputed = true
	if p.Child(today) != value.Yes {
		t.Error("while the age is disputed the person is a child")
	}
	first, last, _ := p.BirthFact().Bounds()
	if first.String() != "2007-01-01" || last.String() != "2009-06-01" {
		t.Errorf("packs reckon with %s", p.BirthFact())
	}
	if a := calendar.AtLeast(p.BirthFact(), today.Date(), 18, calendar.Years); a != value.Unknown {
		t.Errorf("a rule for adults says %s", a)
	}
	p.BirthOther = calendar.Date{}
	if p.Child(today) != value.No || p.Births()[0] != p.Birth {
		t.Error("a dispute without another reading leaves the one there is")
	}
}

func TestChildAtTheMilestone(t *testing.T) {
	p := Person{Birth: date(t, "2008-11-22")}
	if p.Child(today) != value.No || p.Child(today-1) != value.Yes {
		t.Error("eighteen at midnight of the birthday")
	}
	if c := (Person{Birth: date(t, "2008")}).Child(today); c != value.Unknown {
		t.Errorf("born some day of 2008: %s", c)
	}
	if !(Person{Birth: date(t, "2008")}).ProtectedAsChild(today) {
		t.Error("who may be a child is protected as one")
	}
	if (Person{}).ProtectedAsChild(today) || (Person{}).Child(today) != value.Unknown {
		t.Error("nothing known: not a child by default, and not an adult")
	}
}

// What both readings of a disputed age agree on, the fact for packs settles; what
// they differ on, it leaves open.
func TestDisputedAgeIsComputedBothWays(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		a := calendar.Day(rapid.IntRange(int(calendar.DayOf(1940, 1, 1)), int(today)).Draw(r, "a"))
		b := calendar.Day(rapid.IntRange(int(calendar.DayOf(1940, 1, 1)), int(today)).Draw(r, "b"))
		n := rapid.IntRange(0, 90).Draw(r, "milestone")
		p := Person{Birth: a.Date(), AgeDisputed: true, BirthOther: b.Date()}
		one := calendar.AtLeast(a.Date(), today.Date(), n, calendar.Years)
		two := calendar.AtLeast(b.Date(), today.Date(), n, calendar.Years)
		want := value.Unknown
		if one == two {
			want = one
		}
		if got := calendar.AtLeast(p.BirthFact(), today.Date(), n, calendar.Years); got != want {
			r.Fatalf("%s or %s, at least %d: %s, want %s", a, b, n, got, want)
		}
	})
}

func TestFunctioning(t *testing.T) {
	for _, c := range []struct {
		answers [6]Difficulty
		want    value.Truth
	}{ // reference/programme-protection.md, section 1.6
		{[6]Difficulty{2, 2, 2, 2, 2, 2}, value.No},
		{[6]Difficulty{1, 1, 3, 1, 1, 1}, value.Yes},
		{[6]Difficulty{1, 4, 1, 1, 1, 1}, value.Yes},
		{[6]Difficulty{1, 1, 1, 0, 1, 1}, value.Unknown},
		{[6]Difficulty{3, 1, 1, 0, 1, 1}, value.Yes},
		{[6]Difficulty{}, value.Unknown},
	} {
		f := Functioning{c.answers[0], c.answers[1], c.answers[2], c.answers[3], c.answers[4], c.answers[5], calendar.Date{}, false}
		if got := f.Disability(); got != c.want {
			t.Errorf("%v: %s, want %s", c.answers, got, c.want)
		}
	}
	f := Functioning{Seeing: 1}
	if got := faults(f.Valid(date(t, "2023"), today)); !slices.Equal(got, []string{"seeing functioning_age"}) {
		t.Errorf("a child of three: %q", got)
	}
	if got := f.Valid(date(t, "2021"), today); len(got) != 0 {
		t.Errorf("a child of four or five is not refused: %v", got)
	}
}

func TestShielded(t *testing.T) {
	p := Person{Nationalities: []string{"ERI"}}
	for status, want := range map[LegalStatus][]string{
		StatusRefugee: {"SDN", "ERI"}, StatusAsylumSeeker: {"SDN", "ERI"}, StatusOpen: {"SDN", "ERI"}, StatusNotTold: {"SDN", "ERI"},
		StatusStateless: {"SDN", "ERI"}, StatusMigrant: {"SDN"}, StatusCitizen: {"SDN"},
	} {
		if got := Shielded(p, Protection{LegalStatus: status, Feared: []string{"SDN"}}); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", status, got, want)
		}
	}
}

func TestConsentValid(t *testing.T) {
	adult := Person{Family: "A", Birth: date(t, "1990")}
	child := Person{Family: "C", Birth: date(t, "2014")}
	ok := Consent{Scope: ScopePhoto, Decision: Given, GivenBy: BySelf, On: today.Date(), Interpreter: InterpreterNone, TextVersion: 1, Mode: ModeSigned}
	for _, c := range []struct {
		why  string
		who  Person
		edit func(*Consent)
		want []string
	}{
		{"an adult signs", adult, func(c *Consent) {}, nil},
		{"nothing said", adult, func(c *Consent) { c.Decision = "" }, []string{"decision consent_decision"}},
		{"a refusal", adult, func(c *Consent) { c.Decision = Refused }, nil},
		{"a thumbprint without witness", adult, func(c *Consent) { c.Mode = ModeThumb }, []string{"witness consent_witness"}},
		{"audio, witnessed, but where is it", adult, func(c *Consent) { c.Mode, c.Witness = ModeAudio, "B" }, []string{"recording consent_recording"}},
		{"nobody said who interpreted", adult, func(c *Consent) { c.Interpreter = "" }, []string{"interpreter consent_interpreter"}},
		{"a relative interprets", adult, func(c *Consent) { c.Interpreter, c.Language = InterpreterRelative, "ti" }, nil},
		{"a child interprets, no emergency", adult, func(c *Consent) { c.Interpreter, c.Language = InterpreterChild, "ti" }, []string{"emergency consent_child_interpreter"}},
		{"a child interprets in an emergency", adult, func(c *Consent) { c.Interpreter, c.Language, c.Emergency = InterpreterChild, "ti", "bleeding" }, nil},
		{"an old text", adult, func(c *Consent) { c.TextVersion = 0 }, []string{"scope consent_text"}},
		{"tomorrow", adult, func(c *Consent) { c.On = (today + 1).Date() }, []string{"on consent_day"}},
		{"a child alone", child, func(c *Consent) { c.Assent = AssentYes }, []string{"given_by consent_age"}},
		{"a child refuses", child, func(c *Consent) { c.Decision, c.Assent = Refused, AssentNo }, nil},
		{"a parent for a child, child not asked", child, func(c *Consent) { c.GivenBy, c.Giver = ByParent, "M" }, []string{"assent consent_assent"}},
		{"a parent for a child who agrees", child, func(c *Consent) { c.GivenBy, c.Giver, c.Assent = ByParent, "M", AssentYes }, nil},
		{"a parent nobody named", child, func(c *Consent) { c.GivenBy, c.Assent = ByParent, AssentYes }, []string{"giver consent_giver_name"}},
		{"a parent for an adult", adult, func(c *Consent) { c.GivenBy, c.Giver = ByParent, "M" }, []string{"given_by consent_adult"}},
		{"a parent for an adult who cannot decide now", adult, func(c *Consent) { c.GivenBy, c.Giver, c.Capacity = ByParent, "M", CapacityLacksNow }, nil},
		{"two officers for a child", child, func(c *Consent) { c.GivenBy, c.Assent = ByOfficers, AssentYes }, nil},
	} {
		x := ok
		c.edit(&x)
		if got := faults(x.Valid(c.who, 16, today)); !slices.Equal(got, append([]string{}, c.want...)) {
			t.Errorf("%s: %q, want %q", c.why, got, c.want)
		}
	}
}

func TestConsentOfOfficersWaitsForTheSecond(t *testing.T) {
	one, two := db.NewID(), db.NewID()
	c := Consent{Scope: ScopeHIVTest, Decision: Given, GivenBy: ByOfficers, TextVersion: 1, FirstOfficer: one}
	if c.State() != ConsentPending {
		t.Errorf("one officer: %s", c.State())
	}
	c.SecondOfficer = one
	if c.State() != ConsentPending {
		t.Errorf("the same officer twice: %s", c.State())
	}
	c.SecondOfficer = two
	if c.State() != ConsentGiven {
		t.Errorf("two officers: %s", c.State())
	}
}

func TestStateOf(t *testing.T) {
	yes := Consent{ID: db.NewID(), Scope: ScopePhoto, Decision: Given, TextVersion: 1, On: date(t, "2026-11-01")}
	no := Consent{ID: db.NewID(), Scope: ScopePhoto, Decision: Refused, TextVersion: 1, On: date(t, "2026-11-01")}
	again := Consent{ID: db.NewID(), Scope: ScopePhoto, Decision: Given, TextVersion: 1, On: date(t, "2026-11-02"), Replaces: []db.ID{yes.ID, no.ID}}
	withdrawn := yes
	withdrawn.WithdrawnOn = date(t, "2026-11-03")
	old := yes
	old.TextVersion = 0
	for _, c := range []struct {
		why  string
		all  []Consent
		want ConsentState
	}{
		{"never asked", nil, ConsentNone},
		{"another scope", []Consent{{ID: db.NewID(), Scope: ScopeContact, Decision: Given, TextVersion: 1}}, ConsentNone},
		{"yes", []Consent{yes}, ConsentGiven},
		{"yes here and no there, apart", []Consent{yes, no}, ConsentRefused},
		{"asked again, having seen both", []Consent{yes, no, again}, ConsentGiven},
		{"withdrawn", []Consent{withdrawn}, ConsentWithdrawn},
		{"the text has changed", []Consent{old}, ConsentOutdated},
	} {
		if got := StateOf(c.all, ScopePhoto); got != c.want {
			t.Errorf("%s: %s, want %s", c.why, got, c.want)
		}
	}
	if got := LastWord([]Consent{withdrawn}, ScopePhoto); got != withdrawn.WithdrawnOn {
		t.Errorf("last word %s", got)
	}
}

func TestZoneFillsWhatIsNotKnown(t *testing.T) {
	read := func(lines string) mrz.Document {
		z, err := mrz.Parse(lines, today, mrz.AllowSpecimen)
		if err != nil {
			t.Fatal(err)
		}
		return z
	}
	// A refugee travel document issued by Germany: the document says XXB; the
	// person's nationality and status stay open.
	d := FromZone(read("P<D<<HASSAN<<AHMED<<<<<<<<<<<<<<<<<<<<<<<<<<\nC01X00T478XXB9001011M3001019<<<<<<<<<<<<<<<0"))
	if d.Type != RefugeeTravel || d.Issuer != "DEU" || d.Number != "C01X00T47" || d.ZoneState != "ok" {
		t.Errorf("%+v", d)
	}
	p := Prefill(Person{}, d)
	if p.FamilyLatin != "Hassan" || p.GivenLatin != "Ahmed" || p.Birth.String() != "1990-01-01" || p.Sex != Male {
		t.Errorf("%+v", p)
	}
	if len(p.Nationalities) != 0 || p.NationalityState != "" {
		t.Error("a status was read from a document")
	}
	// What the person said stays.
	p = Prefill(Person{GivenLatin: "Ahmad", Birth: date(t, "1991"), Sex: Female, Nationalities: []string{"IRQ"}}, d)
	if p.GivenLatin != "Ahmad" || p.Birth.String() != "1991" || p.Sex != Female {
		t.Errorf("the document overwrote the person: %+v", p)
	}
	got := Mismatches(p, d, match.Fold)
	var fields []string
	for _, m := range got {
		fields = append(fields, m.Field)
	}
	if !slices.Equal(fields, []string{"name", "birth", "sex"}) {
		t.Errorf("mismatches %v", got)
	}
	// The specimen's issuer is no issuer.
	if s := FromZone(read("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10")); s.Issuer != "" || s.Holder.Given != "ANNA MARIA" {
		t.Errorf("%+v", s)
	}
	// One name, birth not known, sex open.
	one := FromZone(read("P<KENNOOR<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<\nA0000001<3XXA<<<<<<0<2902289<<<<<<<<<<<<<<<8"))
	p = Prefill(Person{}, one)
	if !p.OneName || p.FamilyLatin != "Noor" || !p.Birth.IsZero() || p.Sex != SexUnknown {
		t.Errorf("%+v", p)
	}
}

func TestFailedZoneLeavesTheFieldToTheOfficer(t *testing.T) {
	// 748012 for 740812: the check digit catches it.
	z, err := mrz.Parse("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7480122F1204159ZE184226B<<<<<10", today, mrz.AllowSpecimen)
	if err != nil {
		t.Fatal(err)
	}
	d := FromZone(z)
	if d.ZoneState != "check_failed" || !slices.Contains(d.ZoneFails, "birth") || !d.Holder.Birth.IsZero() || d.Number != "L898902C3" {
		t.Errorf("%+v", d)
	}
	if d.Zone == "" {
		t.Error("the zone is not kept")
	}
}

func TestMismatches(t *testing.T) {
	doc := func(h DocumentHolder) Document { return Document{Holder: h} }
	for _, c := range []struct {
		why  string
		p    Person
		d    Document
		want []string
	}{
		{"the same in another order", Person{FamilyLatin: "Eriksson", GivenLatin: "Anna Maria"}, doc(DocumentHolder{Family: "ERIKSSON", Given: "ANNA"}), nil},
		{"a truncated name", Person{FamilyLatin: "Papandropoulous", GivenLatin: "Jonathon Alec"}, doc(DocumentHolder{Family: "PAPANDROPOULOUS", Given: "JONATHON AL", Truncated: true}), nil},
		{"another name", Person{FamilyLatin: "Eriksson"}, doc(DocumentHolder{Family: "SVENSSON"}), []string{"name"}},
		{"a year and a day in it", Person{Birth: date(t, "1990")}, doc(DocumentHolder{Birth: date(t, "1990-03-04")}), nil},
		{"a year and a day outside it", Person{Birth: date(t, "1990")}, doc(DocumentHolder{Birth: date(t, "1991-03-04")}), []string{"birth"}},
		{"the document says nothing of sex", Person{Sex: Female}, doc(DocumentHolder{Sex: ""}), nil},
		{"one of two nationalities", Person{Nationalities: []string{"ERI", "ETH"}}, doc(DocumentHolder{Nationality: "ETH"}), nil},
		{"a third", Person{Nationalities: []string{"ERI", "ETH"}}, doc(DocumentHolder{Nationality: "SDN"}), []string{"nationality"}},
		{"XXB contradicts nothing", Person{Nationalities: []string{"ERI"}}, doc(DocumentHolder{Nationality: "XXB"}), nil},
	} {
		var got []string
		for _, m := range Mismatches(c.p, c.d, match.Fold) {
			got = append(got, m.Field)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.why, got, c.want)
		}
	}
}

func TestNumberKey(t *testing.T) {
	for in, want := range map[string]string{"ab-12 34": "AB1234", "٠١٢۳": "0123", " ": "", "a/b.c": "ABC", "Ω-7": "Ω7"} {
		if got := numberKey(in); got != want {
			t.Errorf("numberKey(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestContactValid(t *testing.T) {
	for _, c := range []struct {
		c    Contact
		want []string
	}{
		{Contact{Kind: Phone, Value: "+251 (0)11 551-23.45"}, nil},
		{Contact{Kind: Phone, Value: "٠١٢٣٤٥٦٧"}, nil},
		{Contact{Kind: Phone, Value: "call me"}, []string{"contact_value phone"}},
		{Contact{Kind: Phone, Value: "12+345678"}, []string{"contact_value phone"}},
		{Contact{Kind: Email, Value: "a@b.example"}, nil},
		{Contact{Kind: Email, Value: "a b@c.d"}, []string{"contact_value email"}},
		{Contact{Kind: Address, Value: ""}, []string{"contact_value contact_value"}},
		{Contact{Kind: Address, Value: "Blue gate behind the mosque", Safe: []Safe{"shout"}}, []string{"contact_safe choice"}},
		{Contact{Value: "x"}, []string{"contact_kind choice"}},
	} {
		if got := faults(c.c.Valid()); !slices.Equal(got, append([]string{}, c.want...)) {
			t.Errorf("%+v: %q, want %q", c.c, got, c.want)
		}
	}
}

func TestRelationInverse(t *testing.T) {
	for _, k := range RelationKinds {
		if k.Inverse() == "" {
			t.Errorf("%s has no other side", k)
		}
	}
	if Mother.Inverse() != "child" || Sibling.Inverse() != "sibling" || Guardian.Inverse() != "ward" {
		t.Error("wrong other side")
	}
}
