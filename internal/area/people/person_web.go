package people

import (
	"net/url"
	"strconv"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// The questions about a person, used by registration and by the edit pages: each
// set of fields has a function that shows what is known and one that reads it.

// mainNames is how many of the name fields stand open at registration.
const mainNames = 4

func nameFields(p Person) []page.Field {
	return []page.Field{
		{Kind: page.Text, Name: "family_latin", Label: page.M("people.q.family_latin"), Value: p.FamilyLatin, Max: maxName, Dir: "ltr", Hint: page.M("people.q.latin_hint")},
		{Kind: page.Text, Name: "given_latin", Label: page.M("people.q.given_latin"), Value: p.GivenLatin, Max: maxName, Dir: "ltr"},
		{Kind: page.Text, Name: "family", Label: page.M("people.q.family"), Value: p.Family, Max: maxName, Dir: "auto", Lang: p.NameLang, Hint: page.M("people.q.script_hint"),
			Extra: []page.Extra{{Name: "one_name", Value: "yes", Label: page.M("people.q.one_name"), Ticked: p.OneName}}},
		{Kind: page.Text, Name: "given", Label: page.M("people.q.given"), Value: p.Given, Max: maxName, Dir: "auto", Lang: p.NameLang},
		{Kind: page.Text, Name: "other_names", Label: page.M("people.q.other_names"), Value: joinList(p.OtherNames), Optional: true, Hint: page.M("people.q.other_names_hint")},
		{Kind: page.Text, Name: "wristband", Label: page.M("people.q.wristband"), Value: p.Wristband, Optional: true, Width: 20, Dir: "ltr", Hint: page.M("people.q.wristband_hint")},
	}
}

func readName(v url.Values, p *Person) {
	p.FamilyLatin, p.GivenLatin = text(v, "family_latin"), text(v, "given_latin")
	p.Family, p.Given = text(v, "family"), text(v, "given")
	p.OneName = v.Get("one_name") != ""
	p.OtherNames = splitList(text(v, "other_names"))
	p.Wristband = text(v, "wristband")
}

func birthFields(p Person, on calendar.Day) []page.Field {
	f := page.Field{Kind: page.Date, Name: "birth", Label: page.M("people.q.birth"), Date: page.DateInput{AllowAge: true, AllowUnknown: true, Partial: true}}
	f.SetDate(p.Birth, on)
	return []page.Field{f, {Kind: page.Select, Name: "birth_source", Label: page.M("people.q.birth_source"), Options: choices("people.birth_source.", BirthSources), Value: string(p.BirthSource), Optional: true}}
}

// readBirth reads the birth date. An estimated age that is shown again and sent
// back unchanged must stay the interval it was, not move with the calendar.
func readBirth(v url.Values, p *Person, on calendar.Day, errs *[]error) {
	shown := page.Field{Kind: page.Date, Name: "birth"}
	shown.SetDate(p.Birth, on)
	if d := shown.Date; d.Age != "" && page.Digits(v.Get("birth-age")) == d.Age && v.Get("birth-year") == "" && v.Get("birth-unknown") == "" {
		p.BirthSource = BirthSource(v.Get("birth_source"))
		return
	}
	p.Birth = dateOf(v, "birth", on, errs)
	p.BirthSource = BirthSource(v.Get("birth_source"))
}

func sexField(p Person) page.Field {
	return page.Field{Kind: page.Radios, Name: "sex", Label: page.M("people.q.sex"), Inline: true, Value: sexValue(p), Options: []page.Option{
		{Value: "female", Label: page.M("page.sex.female")}, {Value: "male", Label: page.M("page.sex.male")},
		{Value: "other", Label: page.M("people.sex.other")}, {Value: "unknown", Label: page.M("people.sex.unknown")}}}
}

// sexValue shows a recorded sex; that nothing was recorded ticks nothing.
func sexValue(p Person) string { return string(p.Sex) }

func readSex(v url.Values, p *Person) {
	p.Sex = Sex(v.Get("sex"))
	if p.Sex == "unknown" {
		p.Sex = SexUnknown
	}
}

func languageFields(p Person, locale string) []page.Field {
	var out []page.Field
	for i := 1; i <= max(2, len(p.Languages)+1); i++ {
		f := page.Field{Kind: page.Select, Name: numbered("languages", i), Label: page.M("people.q.languages"), Options: languages(locale)}
		if i > 1 {
			f.Label, f.Optional = page.M("people.q.languages_more"), true
		}
		if i <= len(p.Languages) {
			f.Value = p.Languages[i-1]
		}
		out = append(out, f)
	}
	return append(out, page.Field{Kind: page.Radios, Name: "interpreter", Label: page.M("people.q.interpreter"), Inline: true, Options: yesNo(), Value: truthValue(p.Interpreter)})
}

func readLanguages(v url.Values, p *Person) {
	p.Languages = several(v, "languages")
	p.Interpreter = truth(v, "interpreter")
}

func nationalityFields(p Person, locale string) []page.Field {
	var out []page.Field
	for i := 1; i <= max(2, len(p.Nationalities)+1); i++ {
		f := page.Field{Kind: page.Select, Name: numbered("nationalities", i), Label: page.M("people.q.nationalities"), Hint: page.M("people.q.nationalities_hint"), Options: nationalities(locale)}
		if i > 1 {
			f.Label, f.Optional, f.Hint = page.M("people.q.nationalities_more"), true, page.Msg{}
		}
		if i <= len(p.Nationalities) {
			f.Value = p.Nationalities[i-1]
		}
		out = append(out, f)
	}
	return append(out, page.Field{Kind: page.Radios, Name: "nationality_state", Label: page.M("people.q.nationality_state"), Optional: true,
		Options: choices("people.nationality.", NationalityStates), Value: string(p.NationalityState)})
}

func readNationality(v url.Values, p *Person) {
	p.Nationalities = several(v, "nationalities")
	p.NationalityState = NationalityState(v.Get("nationality_state"))
}

func childFields(p Person) []page.Field {
	return []page.Field{
		{Kind: page.Radios, Name: "accompaniment", Label: page.M("people.q.accompaniment"), Hint: page.M("people.q.accompaniment_hint"), Optional: true, Options: []page.Option{
			{Value: string(Accompanied), Label: page.M("people.accompaniment.accompanied")},
			{Value: string(Separated), Label: page.M("people.accompaniment.separated"), Hint: page.M("people.accompaniment.separated_hint")},
			{Value: string(Unaccompanied), Label: page.M("people.accompaniment.unaccompanied"), Hint: page.M("people.accompaniment.unaccompanied_hint")}},
			Value: string(p.Alone)},
		{Kind: page.Text, Name: "guardian", Label: page.M("people.q.guardian"), Value: p.Guardian, Max: maxName, Optional: true},
		{Kind: page.Text, Name: "focal_name", Label: page.M("people.q.focal_name"), Hint: page.M("people.q.focal_hint"), Value: p.FocalName, Max: maxName, Optional: true},
		{Kind: page.Text, Name: "focal_reach", Label: page.M("people.q.focal_reach"), Value: p.FocalReach, Max: maxName, Optional: true, Dir: "auto"},
	}
}

func readChild(v url.Values, p *Person) {
	p.Alone = Accompaniment(v.Get("accompaniment"))
	p.Guardian, p.FocalName, p.FocalReach = text(v, "guardian"), text(v, "focal_name"), text(v, "focal_reach")
}

func disputeFields(p Person, on calendar.Day) []page.Field {
	f := page.Field{Kind: page.Date, Name: "birth_other", Label: page.M("people.q.birth_other"), Hint: page.M("people.q.birth_other_hint"), Optional: true,
		Date: page.DateInput{AllowAge: true, AllowUnknown: true, Partial: true}}
	f.SetDate(p.BirthOther, on)
	return []page.Field{
		{Kind: page.Note, Label: page.M("people.q.dispute_note")},
		{Kind: page.Radios, Name: "age_disputed", Label: page.M("people.q.age_disputed"), Inline: true, Options: yesNo(), Value: yesIf(p.AgeDisputed)},
		f,
	}
}

func readDispute(v url.Values, p *Person, on calendar.Day, errs *[]error) {
	p.AgeDisputed = truth(v, "age_disputed") == value.Yes
	p.BirthOther = dateOf(v, "birth_other", on, errs)
	if !p.AgeDisputed {
		p.BirthOther = calendar.Date{}
	}
}

func deathFields(p Person, on calendar.Day) []page.Field {
	f := page.Field{Kind: page.Date, Name: "death", Label: page.M("people.q.death"), Optional: true, Date: page.DateInput{Partial: true, AllowUnknown: true}}
	f.SetDate(p.Death, on)
	return []page.Field{
		{Kind: page.Note, Label: page.M("people.q.death_note")},
		{Kind: page.Radios, Name: "died", Label: page.M("people.q.died"), Inline: true, Options: yesNo(), Value: truthValue(p.Died)},
		f,
	}
}

func readDeath(v url.Values, p *Person, on calendar.Day, errs *[]error) {
	p.Died = truth(v, "died")
	p.Death = dateOf(v, "death", on, errs)
}

// Safety.

func safetyFields(s Safety, today calendar.Day) []page.Field {
	out := []page.Field{
		{Kind: page.Heading, Label: page.M("people.section.allergies")},
		{Kind: page.Radios, Name: "has_allergy", Label: page.M("people.q.has_allergy"), Options: []page.Option{
			{Value: "yes", Label: page.M("people.allergy.yes")}, {Value: "no", Label: page.M("people.allergy.none_known")}, {Value: "refused", Label: page.TruthMsg(value.Refused)}}, Value: truthValue(s.HasAllergy)},
	}
	for i := 1; i <= max(2, len(s.Allergies)+1); i++ {
		var a Allergy
		if i <= len(s.Allergies) {
			a = s.Allergies[i-1]
		}
		f := page.Field{Kind: page.Text, Name: numbered("allergies", i), Label: page.M("people.q.allergies", "number", i), Value: a.Substance, Max: maxName, Optional: true,
			Extra: []page.Extra{{Name: "severe", Value: strconv.Itoa(i), Label: page.M("people.q.severe"), Ticked: a.Severe}}}
		out = append(out, f, page.Field{Kind: page.Text, Name: numbered("reaction", i), Label: page.M("people.q.reaction", "number", i), Value: a.Reaction, Max: maxText, Optional: true})
	}
	period := page.Field{Kind: page.Date, Name: "last_period", Label: page.M("people.q.last_period"), Optional: true, Date: page.DateInput{Partial: true, AllowUnknown: true}}
	period.SetDate(s.LastPeriod, today)
	due := page.Field{Kind: page.Date, Name: "due", Label: page.M("people.q.due"), Optional: true, Date: page.DateInput{Partial: true, AllowUnknown: true}}
	due.SetDate(s.Due, today)
	// The answer of another day is not shown as ticked: pregnancy is asked anew.
	pregnant := ""
	if d, ok := s.PregnantOn.Exact(); ok && d == today {
		pregnant = truthValue(s.Pregnant)
	}
	return append(out,
		page.Field{Kind: page.Heading, Label: page.M("people.section.pregnancy"), Hint: page.M("people.q.pregnancy_hint")},
		page.Field{Kind: page.Radios, Name: "pregnant", Label: page.M("people.q.pregnant"), Inline: true, Options: append(yesNoUnknown(), page.Option{Value: "refused", Label: page.TruthMsg(value.Refused)}), Value: pregnant},
		period, due)
}

func readSafety(v url.Values, old Safety, on calendar.Day, errs *[]error) Safety {
	s := Safety{HasAllergy: truth(v, "has_allergy")}
	severe := map[string]bool{}
	for _, n := range v["severe"] {
		severe[n] = true
	}
	for i := 1; i <= 3*maxList+1; i++ {
		if name := text(v, numbered("allergies", i)); name != "" {
			s.Allergies = append(s.Allergies, Allergy{Substance: name, Reaction: text(v, numbered("reaction", i)), Severe: severe[strconv.Itoa(i)]})
		}
	}
	if v.Get("pregnant") == "" { // not asked today: what was said another day stands with its day
		s.Pregnant, s.PregnantOn, s.LastPeriod, s.Due = old.Pregnant, old.PregnantOn, old.LastPeriod, old.Due
		return s
	}
	s.Pregnant = truth(v, "pregnant")
	s.PregnantOn = on.Date()
	s.LastPeriod, s.Due = dateOf(v, "last_period", on, errs), dateOf(v, "due", on, errs)
	return s
}

// Protection and functioning.

func protectionFields(p Protection, locale string) []page.Field {
	out := []page.Field{
		{Kind: page.Note, Label: page.M("people.q.protection_note")},
		{Kind: page.Select, Name: "legal_status", Label: page.M("people.q.legal_status"), Optional: true, Options: choices("people.status.", LegalStatuses), Value: string(p.LegalStatus)},
	}
	for i := 1; i <= max(1, len(p.Feared)+1); i++ {
		f := page.Field{Kind: page.Select, Name: numbered("feared", i), Label: page.M("people.q.feared"), Hint: page.M("people.q.feared_hint"), Optional: true, Options: countries(locale)}
		if i > 1 {
			f.Label, f.Hint = page.M("people.q.feared_more"), page.Msg{}
		}
		if i <= len(p.Feared) {
			f.Value = p.Feared[i-1]
		}
		out = append(out, f)
	}
	return append(out, page.Field{Kind: page.LongText, Name: "protection_note", Label: page.M("people.q.protection_more"), Value: p.Note, Optional: true, Max: maxText, Rows: 3})
}

func readProtection(v url.Values) Protection {
	return Protection{LegalStatus: LegalStatus(v.Get("legal_status")), Feared: several(v, "feared"), Note: text(v, "protection_note")}
}

func functioningFields(f Functioning) []page.Field {
	// The introduction is part of the set and stands alone, before the first question.
	out := []page.Field{{Kind: page.Note, Label: page.M("people.wg.wording")}, {Kind: page.Note, Label: page.M("people.wg.use")}, {Kind: page.Note, Label: page.M("people.wg.note")}}
	for i, d := range FunctioningDomains {
		q := page.Field{Kind: page.Radios, Name: d, Label: page.M("people.wg." + d), Optional: true}
		for a := NoDifficulty; a <= CannotDo; a++ {
			q.Options = append(q.Options, page.Option{Value: strconv.Itoa(int(a)), Label: page.M("people.wg.answer." + strconv.Itoa(int(a)))})
		}
		if a := f.Answers()[i]; a != DifficultyUnknown {
			q.Value = strconv.Itoa(int(a))
		}
		out = append(out, q)
	}
	return append(out, page.Field{Kind: page.Radios, Name: "proxy", Label: page.M("people.wg.proxy"), Inline: true, Options: yesNo(), Value: yesIf(f.Proxy), Optional: true})
}

func readFunctioning(v url.Values, on calendar.Day) Functioning {
	answer := func(name string) Difficulty {
		n, err := strconv.Atoi(v.Get(name))
		if err != nil && v.Get(name) != "" {
			return -1 // refused by Valid
		}
		return Difficulty(n)
	}
	return Functioning{Seeing: answer("seeing"), Hearing: answer("hearing"), Walking: answer("walking"), Remembering: answer("remembering"),
		SelfCare: answer("self_care"), Communicating: answer("communicating"), Asked: on.Date(), Proxy: truth(v, "proxy") == value.Yes}
}

func truthValue(t value.Truth) string {
	if t == value.Unknown {
		return ""
	}
	return t.String()
}

// yesIf ticks yes for what is recorded as so; a recorded "no" and "not asked" are
// one state in the record and tick nothing.
func yesIf(b bool) string {
	if b {
		return "yes"
	}
	return ""
}
