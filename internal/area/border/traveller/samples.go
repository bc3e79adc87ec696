package traveller

import (
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/border"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/area/surveillance/outbreak"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

var sampleNow = time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)

// Samples are this package's pages for the tests that render every page; packs answers
// the packs that ship, by id.
func Samples(hostile string, packs func(id string) *pack.Pack) []page.Sample {
	pageOf := func(name, title string, full, hostile page.Sheet, problems ...page.Problem) page.Sample {
		return page.Sample{Name: name, Template: page.SheetTemplate, Title: title, Empty: page.Sheet{}, Full: full, Hostile: hostile, Problems: problems, Wide: full.Table != nil}
	}
	one := func(words string) Opened { return sampleOpened(words, packs(packScreening)) }
	care := func(words string) Care { return sampleCare(words, packs(packMeasures)) }
	sheet := func(form string, p *pack.Pack) Sheet {
		f, _ := p.Form(form) // every pack that ships has it, and a page without it would show
		return Sheet{Pack: p, Form: f, Day: one("").Day, Screening: one("").Screening}
	}
	formPage := func(what string, sh Sheet) page.Sheet {
		f, _, _ := asked(sh, db.ID{3}, path(db.ID{2})+"/"+what, true, nil, false)
		return page.Sheet{Lead: page.M("traveller.lead." + what), Form: f}
	}
	vehicle := func(words string) page.Sheet {
		sh := VehicleSheet{Sheet: sheet(formCompanion, packs(packDeclarations)), Listing: packs(packConveyance), Kinds: kindsOf(packs(packConveyance)), Contacts: 21,
			Vehicle: &Vehicle{Conveyance: Conveyance{Kind: "bus", Number: words, Hours: "7", Ill: value.Yes, Lists: []string{"LIST_ALL_ABOARD"}},
				Companions: []Companion{{Answers: Answers{"pl_name": {words}, "pl_seat": {"3"}, "pl_phone": {words}}}}}}
		return companionsView(sh, nil, nil)
	}
	list := func(words string) page.Sheet {
		rest := one(words).Screening
		rest.Second, rest.Findings = nil, []Finding{{Needs: []string{"REMEASURE"}}}
		return ownView([]Screening{one(words).Screening, rest}, []Measure{care(words).Measure})
	}
	declare := func(kind Declares, version string) page.Sheet {
		p := packs(packDeclarations)
		sh := DeclarationSheet{Sheet: Sheet{Pack: p, Point: samplePoint("Busia"), Day: one("").Day}, Declaration: Declaration{Kind: kind, Version: version, Day: one("").Day}}
		if sh.Declaration.Form = whichForm(p, sh.Declaration); sh.Declaration.Form == "" {
			sh.Versions = versions(p)
		} else {
			sh.Form, _ = p.Form(formFile(sh.Declaration.Form))
		}
		if kind == TravellerDeclares {
			f, _, _ := publicForm(sh, "BUSIA", db.ID{3}, nil, false)
			return publicView(sh, f, "en")
		}
		f, _, _ := declareForm(sh, db.ID{3}, nil, false)
		return declareView(sh, f)
	}
	declared := func(words string) page.Sheet {
		d := Declaration{ID: db.ID{6}, Point: "BUSIA", Day: one("").Day, At: sampleNow, Kind: ShipDeclares, Version: "2024", Form: "SHIP_DECLARATION", Until: one("").Day + 42, Needs: []string{"PORT_HEALTH_ASSESSMENT"}, Flags: []string{"STOWAWAYS"},
			Answers: Answers{"ship_name": {words}, "sdh_1": {"yes"}, "sdh_8": {"yes"}, "sdh_8_what": {words}}, Sick: []Answers{{"sick_name": {words}, "sick_illness": {words}}}}
		return declaredView(Declared{Declaration: d, Pack: packs(packDeclarations), Point: samplePoint(words), Vehicle: &Vehicle{Companions: []Companion{{Answers: Answers{"pl_name": {words}}}}}, Mine: true}, "en")
	}
	own := Declaration{ID: db.ID{6}, Kind: TravellerDeclares, At: sampleNow, Needs: []string{"SECONDARY_SCREENING"}}
	poster, err := newPoster("https://192.168.4.20:8443/declare/BUSIA")
	if err != nil {
		panic(err)
	}
	released := care(hostile)
	released.Ended, released.Why = sampleNow, hostile
	return []page.Sample{
		pageOf("declarations", "traveller.declarations.title", declarationsView([]Declaration{own, {ID: db.ID{7}, Kind: ShipDeclares}}, codeForm()), declarationsView([]Declaration{own}, codeForm()), page.Problem{Field: "code", Text: page.M("traveller.error.code")}),
		pageOf("a ship declares", "traveller.declares.new_ship", declare(ShipDeclares, "2024"), declare(ShipDeclares, "")),
		pageOf("an aircraft declares", "traveller.declares.new_aircraft", declare(AircraftDeclares, ""), declare(AircraftDeclares, "2005")),
		pageOf("a declaration", "traveller.declared.title", declared("MV Uhuru"), declared(hostile)),
		pageOf("somebody declares", "traveller.public.title", declare(TravellerDeclares, ""), declare(TravellerDeclares, "")),
		pageOf("the code of a declaration", "traveller.public.done", doneView(own), doneView(own)),
		{Name: "poster", Template: "traveller/poster", Title: "traveller.public.title", Empty: posterView{}, Full: poster, Hostile: poster},
		pageOf("looked at closely", "traveller.own.title", list("Amina"), list(hostile)),
		pageOf("a closer look", "traveller.new.title", formPage("new", sheet(formFirst, packs(packScreening))), formPage("new", sheet(formFirst, packs(packScreening)))),
		pageOf("second screening", "traveller.do.second", formPage("second", sheet(formSecond, packs(packScreening))), formPage("second", sheet(formSecond, packs(packScreening)))),
		pageOf("a traveller", "traveller.one.title", screeningView(one("Amina"), "en"), screeningView(one(hostile), "en")),
		pageOf("who came with them", "traveller.do.companions", vehicle("KBA 123A"), vehicle(hostile)),
		pageOf("a measure is taken", "traveller.do.measure", formPage("measure", sheet(formMeasure, packs(packMeasures))), formPage("measure", sheet(formMeasure, packs(packMeasures)))),
		pageOf("who is held", "traveller.held.title", waitingView([]Measure{care("").Measure}, sampleNow.Add(9*time.Hour)), waitingView([]Measure{care(hostile).Measure, released.Measure}, sampleNow)),
		pageOf("a measure", "traveller.care.title", careView(care("Amina"), "en", true), careView(released, "en", true)),
		pageOf("look after somebody", "traveller.care.review", lookView(Reviewed, lookForm(db.ID{4}, Reviewed)), lookView(Reviewed, lookForm(db.ID{4}, Reviewed)), page.Problem{Field: "food", Text: page.M("traveller.error.choose")}),
		pageOf("an appeal is answered", "traveller.care.answer", lookView(Answered, lookForm(db.ID{4}, Answered)), lookView(Answered, lookForm(db.ID{4}, Answered))),
	}
}

func samplePoint(name string) border.Point {
	return border.Point{ID: db.ID{1}, Point: place.Point{Code: "BUSIA", Kind: place.GroundCrossing, Names: map[string]string{"en": name}, Country: "KEN", Faces: "UGA"}, Post: border.Post{Code: "BUSIA", Site: "BUS", Offset: 180}}
}

// sampleOpened is a traveller who is suspected of a haemorrhagic fever.
func sampleOpened(words string, p *pack.Pack) Opened {
	sc := Screening{ID: db.ID{2}, Site: "BUS", Point: "BUSIA", Day: calendar.DayOfTime(sampleNow), At: sampleNow, Until: calendar.DayOfTime(sampleNow) + 42, Signal: db.ID{5},
		First: Answers{"screen_consent": {"agreed"}, "corpse_or_very_ill": {"no"}, "known_contact": {"no"}, "visible_sign": {"yes"}, "temp1_device": {"ncit"}, "temp1_c": {"38.9"}, "recent_sign": {"yes"},
			"exposed_recently": {"unknown"}, "listed_stay": {"unknown"}, "temp2_taken": {"no"}},
		Second: Answers{"traveller_name": {words}, "traveller_age": {"31"}, "traveller_phone": {words}, "itinerary": {words}, "antipyretic_6h": {"no"}, "suspicion": {"vhf"}, "ended": {"isolated"},
			"stay1_place": {words}, "stay1_from": {"2026-10"}, "stay1_to": {"2026-11-14"}, "stay2_place": {words}, "stay2_from-not": {"unknown"}, "stay2_to": {"2026-11-22"}}}
	sc.Journey = sampleJourney(words)
	found, err := find(p, sc)
	if err != nil {
		panic(err) // the packs that ship do not hold together
	}
	found.Journey = &Journey{Answer: outbreak.Unknown} // before somebody declared one
	found.At = sampleNow
	sc.Findings = []Finding{{Class: Secondary, At: sampleNow.Add(-10 * time.Minute)}, found}
	o := Opened{Screening: sc, Pack: p, Point: samplePoint(words), Now: sampleNow, Mine: true, MayDesk: true,
		Signal:   surveillance.Raising{ID: db.ID{5}, Stage: surveillance.Triage, Due: sampleNow.Add(24 * time.Hour), Pace: surveillance.InTime, At: sampleNow},
		Measures: []Measure{{ID: db.ID{4}, Screening: db.ID{2}, Code: "isolation", At: sampleNow, Due: sampleNow.Add(4 * time.Hour)}},
		Vehicle:  &Vehicle{Companions: []Companion{{}}}}
	in, _ := inputOf(p, sc) // it gave the finding just now
	_, o.Explanation = p.Explain(in, "en")
	return o
}

// sampleJourney has a meeting of each sort, and a place that nobody knows.
func sampleJourney(words string) *Journey {
	day := calendar.DayOfTime(sampleNow)
	return &Journey{Answer: outbreak.Possible, Stays: 2, Declared: 2, Unplaced: []int{2}, Met: []Met{
		{Outbreak: db.ID{8}, Disease: "measles", State: outbreak.Active, Since: (day - 20).Date(), Source: words, Stay: 1, Certain: true, Counts: true, First: day - 8, Last: day - 8},
		{Outbreak: db.ID{9}, Disease: "cholera", State: outbreak.Suspected, Since: (day - 9).Date(), Source: words, Stay: 2, Around: true, Last: day}}}
}

func sampleCare(words string, p *pack.Pack) Care {
	m := Measure{ID: db.ID{4}, Screening: db.ID{2}, Point: "BUSIA", Day: calendar.DayOfTime(sampleNow), At: sampleNow.Add(-26 * time.Hour), Code: "isolation", Due: sampleNow.Add(-time.Hour),
		Answers: Answers{"measure": {"isolation"}, "measure_compulsory": {"no"}, "legal_basis": {words}, "order_giver": {words}, "reasons": {words}, "alternatives": {words}, "measure_consent": {"given"}, "language": {words}, "told_risks": {"yes"}},
		Looks:   []Look{{Act: Reviewed, Food: value.Yes, Phone: value.No, Words: words, At: sampleNow.Add(-5 * time.Hour)}, {Act: Answered, Upheld: value.Yes, Words: words, At: sampleNow.Add(-3 * time.Hour)}, {Act: Appealed, Words: words, At: sampleNow.Add(-2 * time.Hour)}}}
	c := Care{Measure: m, Point: samplePoint(words), Pack: p, Names: map[db.ID]string{{}: words}, Now: sampleNow, Whole: true}
	c.Ruling, _, _ = rule(p, m, sampleNow) // a pack without the form has no ruling
	return c
}
