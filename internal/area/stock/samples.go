package stock

import (
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

var sampleNow = time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)

// Samples are this area's pages for the tests that render every page.
func Samples(hostile string) []page.Sample {
	sample := func(name, title string, make func(words string) page.Sheet, problems ...page.Problem) page.Sample {
		full := make("Amoxicillin")
		return page.Sample{Name: name, Template: page.SheetTemplate, Title: title, Empty: page.Sheet{}, Full: full, Hostile: make(hostile), Problems: problems, Wide: full.Table != nil || len(full.Parts) > 0}
	}
	out := []page.Sample{
		sample("stock", "stock.title", func(words string) page.Sheet { return listSheet(sampleOverview(words), "all", soonDays, "en") }),
		sample("a stock card", "stock.card.title", func(words string) page.Sheet { return cardSheet(sampleCard(words), "en") }),
		sample("a new item", "stock.new.title", func(words string) page.Sheet {
			return page.Sheet{Form: itemForm(listPath+"/new", Item{Name: words}, Level{}, true)}
		}, page.Problem{Field: "code", Text: page.M("stock.error.code")}),
		sample("an item changed", "stock.edit.title", func(words string) page.Sheet {
			return page.Sheet{Form: itemForm(listPath+"/new", sampleItem(words), Level{Min: 10, Max: 20}, false)}
		}),
		sample("a list brought in", "stock.import.title", func(string) page.Sheet {
			return importSheet(importForm("CAMP"), 3, []RowFault{{Line: 4, Column: "atc", Key: "stock.error.atc"}, {Line: 9, Key: "stock.error.quotes"}})
		}, page.Problem{Field: "file", Text: page.M("stock.error.no_file")}),
		sample("what arrives", "stock.arrive.title", func(words string) page.Sheet {
			c := Coming{Transfer: Transfer{ID: db.ID{7}, N: 40, From: "FAR", To: "CAMP", Day: 20778}, Item: sampleItem(words), Lot: Lot{Number: "B2417", Expiry: 20900}, Sender: place.Site{Code: "FAR"}, Moves: true}
			return arriveSheet(c, arriveForm(c), "en")
		}, page.Problem{Field: "n", Text: page.M("stock.error.number")}),
		sample("a lot held", "stock.hold.title", func(words string) page.Sheet {
			c := sampleCard(words)
			return holdSheet(c, c.Shelves[0].Lot, holdForm(c, c.Shelves[0].Lot))
		}),
	}
	for _, a := range acts {
		out = append(out, sample("stock: "+a, "stock.act."+a, func(words string) page.Sheet {
			c := sampleCard(words)
			return actSheet(c, actForm(c, a, db.ID{9}, "en"), "en")
		}, page.Problem{Field: "n", Text: page.M("stock.error.number")}))
	}
	return out
}

func sampleItem(name string) Item {
	return Item{ID: db.ID{1}, Code: "AMOX-250", Name: name, Sort: Medicine, ATC: "J01CA04", Strength: "250 mg", Unit: Tablet}
}

func sampleOverview(words string) Overview {
	day := calendar.DayOfTime(sampleNow)
	site := place.Site{Code: "CAMP", Names: map[string]string{"en": words}}
	shelves := []Shelf{{Lot{ID: db.ID{2}, Number: "B2417", Expiry: day + 30}, 40}, {Lot{ID: db.ID{3}, Number: "B2399", Expiry: day - 3}, 12}, {Lot{ID: db.ID{4}, Number: "B2500", Expiry: day + 300}, -2}, {Lot{ID: db.ID{5}, Number: "B2600", Expiry: day + 300, Held: "recall"}, 5}}
	o := Overview{Site: site, Sites: []place.Site{site}, Left: true, Edits: true, Moves: true, On: day, Soon: day + soonDays, Names: map[db.ID]Item{{1}: sampleItem(words)}, Lots: map[db.ID]Lot{{2}: shelves[0].Lot},
		Transfer: []Transfer{{ID: db.ID{7}, Item: db.ID{1}, Lot: db.ID{2}, N: 40, From: "FAR", To: "CAMP", Day: day}, {ID: db.ID{8}, Item: db.ID{1}, N: 40, From: "CAMP", To: "FAR", Day: day}}}
	for _, l := range []Level{{Min: 100, Max: 200}, {}, {Min: 10}} {
		o.List = append(o.List, Stand(sampleItem(words), l, shelves, day, day+soonDays))
	}
	o.List = append(o.List, Stand(sampleItem(words), Level{}, nil, day, day))
	return o
}

func sampleCard(words string) Card {
	o := sampleOverview(words)
	c := Card{Standing: o.List[0], Site: o.Site, To: []place.Site{{Code: "FAR"}}, Left: true, Lots: map[db.ID]Lot{}, Edits: true, Moves: true, On: o.On}
	for _, h := range c.Shelves {
		c.Lots[h.Lot.ID] = h.Lot
	}
	for _, w := range []Why{Received, Issued, Counted, Sent, Arrived} {
		c.Lines = append(c.Lines, Line{Movement: Movement{Lot: db.ID{2}, N: 5, Why: w, Party: words, Day: o.On}})
	}
	c.Lines = append(c.Lines, Line{Movement: Movement{Lot: db.ID{2}, N: -5, Why: Lost, Reason: string(Heat), Day: o.On}}, Line{Movement: Movement{N: -50, Why: Given, Day: o.On}, Sum: true})
	return c
}
