package travel

import (
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

var sampleNow = time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)

// Samples are this area's pages for the tests that render every page.
func Samples(hostile string) []page.Sample {
	s := New(Deps{Clock: func() time.Time { return sampleNow }})
	today := calendar.DayOfTime(sampleNow)
	pageOf := func(name, title string, full, hostile page.Sheet, problems ...page.Problem) page.Sample {
		return page.Sample{Name: name, Template: page.SheetTemplate, Title: title, Empty: page.Sheet{}, Full: full, Hostile: hostile, Problems: problems, Wide: name != "plan a departure"}
	}
	flight := func(words string) Movement {
		return Movement{ID: db.ID{1}, Site: "NBO", Day: today + 1, Mode: Flight, Number: words, To: "CAN"}
	}
	list := func(words string) page.Sheet {
		return listSheet([]Movement{flight(words), {ID: db.ID{2}, Site: words, Day: today + 3, Mode: Bus, Number: "KBA 123A"}}, true)
	}
	one := func(words string) page.Sheet {
		born, _ := calendar.OfYear(1991)
		day := (today - 400).Date()
		return oneSheet(Opened{Movement: flight("GW 101"), MayWrite: true, Hidden: 2, Who: []people.Brief{
			{Hit: people.Hit{ID: db.ID{3}, Latin: words, Original: words, Code: "7K3QX-M2P9D", Sex: people.Female, Birth: born}}, {Hit: people.Hit{ID: db.ID{4}, Code: "9B2RT-K4W7H", Birth: day}}}}, today, nil)
	}
	plan := page.Sheet{Form: s.newForm("en", Movement{ID: db.ID{5}})}
	return []page.Sample{
		pageOf("departures", "travel.title", list("GW 101"), list(hostile)),
		pageOf("plan a departure", "travel.new.title", plan, plan, page.Problem{Field: "number", Text: page.M("travel.error.number")}),
		pageOf("a departure", "travel.one.title", one("Amina Warsame"), one(hostile), page.Problem{Field: "typed", Text: page.M("travel.error.nobody")}),
		pageOf("a departure to read", "travel.one.title", oneSheet(Opened{Movement: flight("GW 101")}, today, nil), oneSheet(Opened{Movement: flight(hostile)}, today, nil)),
	}
}
