package outbreak

import (
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/area/surveillance"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

var sampleNow = time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)

// Samples are this package's pages for the tests that render every page.
func Samples(hostile string) []page.Sample {
	s := New(Deps{Clock: func() time.Time { return sampleNow }, Lists: surveillance.New(surveillance.Deps{}).Lists()})
	sheet := func(name, title string, of func(words string) page.Sheet, problems ...page.Problem) page.Sample {
		full := of("Kalobeyei")
		return page.Sample{Name: name, Template: page.SheetTemplate, Title: title, Empty: page.Sheet{}, Full: full, Hostile: of(hostile), Problems: problems, Wide: full.Table != nil}
	}
	people := func(words string) Page {
		return Page{Who: []Who{sampleWho(words)}, Total: 120, Certain: 7, Looking: true}
	}
	return []page.Sample{
		sheet("outbreaks", "outbreak.title", func(words string) page.Sheet {
			return listSheet([]Listed{{sampleOutbreak(words), []string{words}}}, true)
		}),
		sheet("an outbreak", "outbreak.one.title", func(words string) page.Sheet {
			return oneSheet(Opened{Outbreak: sampleOutbreak(words), Names: []string{words}, Users: map[db.ID]string{{7}: words}, In: Incubation{Known: true, Days: 23}, MayDeclare: true, MayPeople: true, Page: people(words)})
		}),
		sheet("declare an outbreak", "outbreak.new.title", func(words string) page.Sheet {
			o := sampleOutbreak(words)
			sites := []place.Site{{Code: "CAMP", Names: map[string]string{"en": words}}}
			return page.Sheet{Lead: page.M("outbreak.new.lead"), Form: s.asks(o, Step{State: Active, Why: words}, "/outbreaks/new", States, "en", sites, []string{words, words})}
		}, page.Problem{Field: "from", Text: page.M("outbreak.error.from")}),
		sheet("whom to offer care", "outbreak.people.title", func(words string) page.Sheet { return peopleSheet(people(words), sampleOutbreak(words), 50, "CAMP") }),
		sheet("exposure and offers", "outbreak.person.title", func(words string) page.Sheet { return personSheet(sampleTold(words), nil) }, page.Problem{Field: "note", Text: page.M("outbreak.error.nothing")}),
		sheet("exposure on the journey", "outbreak.exposure.title", func(words string) page.Sheet {
			t := sampleTold(words)
			return exposureSheet(Seen{List: []Exposure{t.Exposure, {Disease: "cholera", Answer: Unknown}}, Places: t.Places}, db.ID{5})
		}),
		sheet("who leaves", "outbreak.leaving.title", func(words string) page.Sheet {
			w := sampleWho(words)
			return leavingSheet(Departures{Day: calendar.DayOfTime(sampleNow) + 1, Hidden: 2, Count: map[Answer]int{Yes: 1, Unknown: 1}, List: []Departing{
				{Leaving: Leaving{Person: db.ID{5}, Number: words}, Answer: Yes, Who: w, Met: []DepartingMet{{sampleOutbreak(words), w}}}, {Leaving: Leaving{Person: db.ID{6}, Number: words}, Answer: Unknown, Who: w}}})
		}),
	}
}

func sampleOutbreak(words string) Outbreak {
	today := calendar.DayOfTime(sampleNow)
	return Outbreak{ID: db.ID{1}, Disease: "measles", Places: []string{"KE-TURKANA", "site:CAMP"}, From: (today - 20).Date(), Source: words, Signal: db.ID{3},
		Steps: []Step{{State: Suspected, Why: words, By: db.ID{7}, At: sampleNow.Add(-time.Hour)}, {State: Active, Why: words, By: db.ID{7}, At: sampleNow}}}
}

func sampleWho(words string) Who {
	today := calendar.DayOfTime(sampleNow)
	born, _ := calendar.BornAtAge(34, 2, today) // an age between 0 and 130 is one
	return Who{Person: db.ID{5}, Brief: people.Brief{Hit: people.Hit{ID: db.ID{5}, Code: "AAER7QVKTA", Original: words, Birth: born, Sex: people.Female}, MayCall: true, Resource: access.Resource{Site: "CAMP"}},
		On: today, Answer: Yes, Last: Forever, Flags: []string{words}, Barred: []Care{{Code: "OCV", Word: words}},
		Care: []Care{{Code: "SYMPTOM_CHECK", Word: words, Why: []string{words}, Offer: Offer{Told: []OfferIs{{State: Offered, By: db.ID{7}, At: sampleNow}, {State: Given, Note: words, By: db.ID{7}, At: sampleNow}}}},
			{Code: "MEASLES_VACCINE", Word: words, Open: true, Why: []string{words}, Ask: []pack.Question{{Fact: "person_pregnant", Text: words}}}, {Code: "YF_VACCINE", Word: words}}}
}

func sampleTold(words string) Told {
	today := calendar.DayOfTime(sampleNow)
	o := sampleOutbreak(words)
	stay := people.Stay{ID: db.ID{8}, Place: "KEN", Detail: words, From: (today - 90).Date(), Ongoing: true, Source: people.StaySaid}
	return Told{Outbreak: o, Names: []string{words}, Who: sampleWho(words), MayOffer: true, Users: map[db.ID]string{{7}: words}, Places: map[db.ID]string{{9}: words},
		Exposure: Exposure{Disease: "measles", Answer: Yes, Met: []MetBy{{Meeting: Meeting{Certain: true, Last: Forever, Of: db.ID{8}, Lies: Inside}, Outbreak: o, Stay: stay},
			{Meeting: Meeting{Last: today, Of: db.ID{8}, Lies: Around}, Outbreak: o, Stay: people.Stay{Place: "KEN", To: today.Date()}},
			{Meeting: Meeting{Certain: true, Last: today, Of: db.ID{9}, Came: true}, Outbreak: o, On: people.Came{Site: "CAMP", Day: today}}}}}
}
