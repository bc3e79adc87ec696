package people

import (
	"encoding/json"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/match"
	"github.com/godwit-health/godwit/engine/mrz"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// Samples are every page of this area with invented people, for the tests that
// render all pages and for the style guide.
func Samples() []page.Sample {
	const locale = "en"
	today := sampleDay
	rec := sampleRecord()
	b := sampleBanner(rec)
	one := func(name, title string, f *page.Form) page.Sample {
		return page.Sample{Name: name, Template: "people/edit", Title: title, Empty: editView{}, Full: editView{Form: f, Remove: button("/people/x/stays/y/remove", "people.remove", true)}, Banner: b}
	}
	parts := func(name, title string, v sections, banner *page.Banner) page.Sample {
		return page.Sample{Name: name, Template: "people/sections", Title: title, Empty: sections{}, Full: v, Banner: banner}
	}
	a := asking{info: Scopes[0], minor: true, person: rec.Person, today: today, locale: locale, warned: true}
	sym, _ := page.SymbolOf(rec.Code, page.M("people.slip.qr"))
	out := []page.Sample{
		{Name: "find", Template: "people/find", Title: "people.title.find", Empty: findView{}, Full: sampleFind(rec)},
		{Name: "found", Template: "people/found", Empty: foundView{}, Full: sampleFind(rec).Found, Fragment: true},
		parts("today", "people.title.today", todayView([]TodayRow{{Hit: sampleHit(rec), Namesake: true, Urgent: true}, {Hit: sampleHit(rec)}}), nil),
		{Name: "register", Template: "people/register", Title: "people.title.register", Empty: registerView{}, Full: sampleRegister(rec, locale)},
		{Name: "saved", Template: "people/saved", Title: "people.title.saved", Empty: savedView{}, Full: savedView{Href: personPath(rec.ID), Code: ShowCode(rec.Code)}},
		parts("record", "people.title.record", recordView(rec, recordMay{Slip: true, Looked: true}, today), b),
		parts("record for reception", "people.title.record", recordView(sampleReception(), recordMay{Slip: true}, today), b),
		parts("journey", "people.title.journey", sections{Sections: []section{journeySection(rec, rec.Base, true, today)}}, b),
		parts("consents", "people.title.consents", consentsView(rec, db.ID{9}, func(Scope) bool { return true }), b),
		parts("family", "people.title.family", familyPage(rec.Families[0], true, memberForm(rec.Families[0].ID)), nil),
		one("stay", "people.title.stay", stayForm(rec.Stays[0], rec.Base, rec.ID, locale, today)),
		one("document", "people.title.document", documentForm(rec.Documents[0], rec.Base, rec.ID, locale, today)),
		one("contact", "people.title.contact", contactForm(rec.Contacts[0], rec.Base, rec.ID, locale)),
		one("ask", "people.title.ask", consentForm(a, rec.ID)),
		one("withdraw", "people.title.withdraw", withdrawForm()),
		one("photo", "people.title.photo", photoForm(rec.ID)),
		one("new family", "people.title.new_family", newFamilyForm(rec.ID)),
		one("member", "people.title.member", memberChangeForm(Member{Role: RoleChild})),
		one("relation", "people.title.relation", relateForm(rec.ID, kin(rec))),
		one("safety", "people.title.edit_safety", &page.Form{Fields: safetyFields(*rec.Safety, today)}),
		one("protection", "people.title.edit_protection", &page.Form{Fields: protectionFields(*rec.Protection, locale)}),
		one("functioning", "people.title.edit_functioning", &page.Form{Fields: functioningFields(*rec.Functioning)}),
		{Name: "slip", Template: "people/slip", Title: "people.title.slip", Empty: slip{}, Full: slip{Code: ShowCode(rec.Code), QR: sym, On: today}, Bare: true},
		{Name: "consent sheet", Template: "people/consent-sheet", Title: "people.title.consent_sheet", Empty: consentSheet{}, Full: sampleSheet(rec), Bare: true},
	}
	for name, e := range editSections() {
		out = append(out, one("edit "+name, "people.title.edit_"+name, editForm(e, rec.Person, rec.Base, locale, today)))
	}
	return out
}

var sampleDay = calendar.DayOf(2026, 11, 22)

func sampleDate(s string) calendar.Date {
	d, _ := calendar.Parse(s)
	return d
}

func sampleHit(rec Record) Hit {
	o, l := rec.Person.Display()
	return Hit{ID: rec.ID, Code: rec.Code, Original: o, Latin: l, NameLang: "am", Birth: rec.Person.Birth, Sex: rec.Person.Sex, Site: "KLA"}
}

// sampleRecord has something in every part of a record, and something wrong in
// most.
func sampleRecord() Record {
	id, other := db.ID{1, 2, 3}, db.ID{4, 5, 6}
	p := Person{Given: "አልማዝ", Family: "በቀለ", GivenLatin: "Almaz", FamilyLatin: "Bekele", NameLang: "am", OtherNames: []string{"Almaz B. Tadesse"}, Wristband: "W-014",
		Birth: sampleDate("2009"), BirthSource: BirthSaid, AgeDisputed: true, BirthOther: sampleDate("2007-01-01"), Sex: Female, Languages: []string{"am", "ar"}, Interpreter: value.Yes,
		Nationalities: []string{"ETH", "ERI"}, Alone: Unaccompanied, FocalName: "Hana Girma", FocalReach: "+256 772 000000", Died: value.Yes, Death: sampleDate("2026-11")}
	rec := Record{ID: id, Code: Code(id), Site: "KLA", Person: p, Registered: sampleDay,
		Stays:   []Stay{{ID: other, Place: "ETH", From: sampleDate("2009"), To: sampleDate("2019-03"), Sure: SureCertain}, {ID: id, Place: "SDN", Detail: "Gedaref", From: sampleDate("2019-01"), To: sampleDate("2021-06-30"), Sure: SureGuess}, {ID: id, Place: "UGA", From: sampleDate("2024-05"), Ongoing: true, Disputed: true}},
		Journey: Journey{Complete: true, CompleteOn: sampleDay.Date()},
		Documents: []Document{{ID: other, Type: RefugeeTravel, Number: "C01X00T47", Issuer: "DEU", Expiry: sampleDate("2025-10-01"), ZoneState: "check_failed",
			Holder: DocumentHolder{Family: "BEKELE", Given: "ALMAS", Birth: sampleDate("1999-01-01"), Sex: "M", Nationality: "XXB"}}, {ID: id, Type: CaseNumber, Number: "HAP 12345678"}},
		Contacts: []Contact{{ID: other, Kind: Phone, Value: "+256 772 123456", Owner: RelativeContact, Name: "Aunt Sara", Safe: []Safe{SafeCall, SafeText}, SafeTime: "after six", NoMessage: true, Note: "Ask for the tailor."}, {ID: id, Kind: Address, Value: "Blue gate, Kansanga"}},
		Photo:    other, Namesakes: []Hit{{ID: other, Code: Code(other), Latin: "Almaz Bekele"}},
		Safety:      &Safety{HasAllergy: value.Yes, Allergies: []Allergy{{Substance: "penicillin", Reaction: "swelling", Severe: true}, {Substance: "latex"}}, Pregnant: value.Yes, PregnantOn: sampleDate("2026-11-20"), LastPeriod: sampleDate("2026-09-01")},
		Protection:  &Protection{LegalStatus: StatusAsylumSeeker, Feared: []string{"ERI"}, Note: "Brother still there."},
		Functioning: &Functioning{Seeing: LotOfDifficulty, Hearing: NoDifficulty, Walking: SomeDifficulty, Asked: sampleDay.Date()},
		MayEdit:     true, MayJourney: true, MayWriteJourney: true, MayConsent: true, MayRecordConsent: true, MaySafety: true, MayRecordSafety: true,
		MayProtection: true, MayWriteProtection: true, MayClinical: true, MayWriteClinical: true}
	rec.Gaps = Gaps(rec.Stays, sampleDate("2009"), sampleDay)
	rec.Consents = []Consent{
		{ID: other, Scope: ScopeAssessment, Named: "USA", Decision: Given, GivenBy: ByOfficers, Assent: AssentNo, On: sampleDay.Date(), Interpreter: InterpreterChild, InterpreterName: "Sara", Language: "am", Emergency: "bleeding", TextVersion: 1, Mode: ModeThumb, Witness: "Sr. Akello", FirstOfficer: db.ID{8}},
		{ID: id, Scope: ScopeShareCare, Decision: Given, GivenBy: BySelf, Capacity: CapacitySupported, On: sampleDay.Date(), Interpreter: InterpreterRelative, TextVersion: 1, Mode: ModeAudio, Witness: "B", Recording: "tape 3", WithdrawnOn: sampleDay.Date(), WithdrawnBy: BySelf, Withdrawal: "I changed my mind"},
	}
	child := MemberView{Member: Member{ID: other, Person: other, Role: RoleSibling}, Hit: Hit{ID: other, Code: Code(other), Latin: "Sara Bekele", Birth: sampleDate("2015-02-03"), Sex: Female, Died: true}, Child: value.Yes, Urgent: true}
	gone := child
	gone.Member.Left = true
	rec.Families = []FamilyView{{Family: Family{ID: other, Unit: UnitFamily, Number: "GW-10001", Note: "Travel with the group of 12 October."}, Code: Code(other), Role: RoleHead,
		Members: []MemberView{{Member: Member{ID: id, Person: id, Role: RoleHead}, Hit: Hit{ID: id, Code: Code(id), Latin: "Almaz Bekele"}}, child, gone}}}
	rec.Relations = []RelationView{{ID: other, Other: child.Hit, Word: "sibling"}}
	raw := func(s string) json.RawMessage { return json.RawMessage(s) }
	rec.Conflicts = []Conflict{
		{Kind: kindPerson, Doc: id, Group: "name", Shown: 0, Values: []ConflictValue{{Version: "v1", At: sampleDay, Fields: map[string]json.RawMessage{"family_latin": raw(`"Bekele"`)}}, {Version: "v2", At: sampleDay, Fields: map[string]json.RawMessage{"family_latin": raw(`"Beqele"`), "one_name": raw("true")}}}},
		{Kind: kindSafety, Doc: other, Group: "allergy", Shown: -1, Values: []ConflictValue{{Version: "v1", At: sampleDay, Fields: map[string]json.RawMessage{"allergies": raw(`[{"substance":"latex"}]`)}}, {Version: "v2", At: sampleDay, Fields: map[string]json.RawMessage{}}}},
	}
	return rec
}

// sampleReception is the same record as somebody sees it who may not know the
// clinical parts.
func sampleReception() Record {
	rec := sampleRecord()
	rec.MaySafety, rec.MayProtection, rec.MayClinical, rec.MayConsent, rec.MayJourney, rec.MayWriteJourney, rec.MayEdit = false, false, false, false, false, false, false
	rec.Safety, rec.Protection, rec.Functioning, rec.Families, rec.Relations, rec.Documents, rec.Contacts = nil, nil, nil, nil, nil, nil, nil
	return rec
}

func sampleBanner(rec Record) *page.Banner {
	o, l := rec.Person.Display()
	return &page.Banner{Href: personPath(rec.ID), Name: o, NameLang: "am", Latin: l, Sex: page.Female, Born: rec.Person.Birth, On: sampleDay, AgeDispute: true, Case: "GW-10001", CaseHref: "/families/x",
		Languages: rec.Person.Languages, Interp: value.Yes, Allergies: []string{"penicillin", "latex"}, HasAllergy: value.Yes, Consent: consentTag(ConsentPending),
		Flags: []page.Tag{{Level: page.Danger, Text: page.M("people.flag.urgent_child")}, {Level: page.Danger, Text: page.M("people.flag.pregnant", "date", sampleDay)}}}
}

func sampleFind(rec Record) findView {
	other := sampleHit(rec)
	other.Original, other.Latin, other.Wristband, other.Died = "", "", "W-014", true
	return findView{Typed: "almaz", Asked: true, Register: true, Found: foundOf(Found{Hits: []Hit{sampleHit(rec), other}, More: true}),
		Form: &page.Form{Method: "get", Action: "/people", Fields: []page.Field{{Kind: page.Text, Name: "q", Label: page.M("people.find.label"), Hint: page.M("people.find.hint"), Value: "almaz"}}}}
}

func sampleRegister(rec Record, locale string) registerView {
	likely := []Likely{{ID: rec.ID, Code: rec.Code, Name: "አልማዝ በቀለ", Latin: "Almaz Bekele", Birth: rec.Person.Birth, Sex: Female, Reasons: []match.Reason{match.NameSpelling, match.BirthSame, match.SexSame}}}
	z := mrz.Document{State: mrz.CheckFailed, Failed: []mrz.Field{mrz.FieldBirth}, Ask: []mrz.Question{mrz.AskBirthCentury}}
	v := registerView{Alerts: []page.Callout{zoneCallout(z)}, Zone: zoneForm(db.ID{7}), Likely: likelyTable(likely),
		Form: registerForm(draft{id: rec.ID, person: rec.Person, document: rec.Documents[0], likely: likely}, locale, sampleDay)}
	return v.arrange()
}

func sampleSheet(rec Record) consentSheet {
	return consentSheet{Code: ShowCode(rec.Code), Scope: page.M("people.scope.share_care"), Text: page.M("people.consent.text.share_care"), Refusal: page.M("people.consent.refusal.share_care"),
		Basis: page.M("people.consent.basis.consent"), Version: 1, Sharing: true, On: sampleDay}
}
