package team

import (
	"time"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/seal"
)

// Samples are this area's pages for the tests that render every page.
func Samples(hostile string) []page.Sample {
	at := time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)
	const finger = "ABCD EFGH 2345 MNOP"
	sample := func(name, title string, make func(words string) page.Sheet) page.Sample {
		return page.Sample{Name: name, Template: page.SheetTemplate, Title: title, Empty: page.Sheet{}, Full: make("Fatou Diallo"), Hostile: make(hostile)}
	}
	room := func(words string, sole bool) opened {
		r := seal.Room{ID: db.ID{1}, Name: words, Purpose: "support", Site: "NBO", Members: []seal.Member{{User: db.ID{2}, Name: words, At: at}}}
		if !sole {
			r.Members = append(r.Members, seal.Member{User: db.ID{3}, Name: "Fatou Diallo", At: at})
		}
		return opened{Room: r, Sole: sole, Looked: 3, Talks: []talk{{at, words, Supervision{With: words, Text: words}}}, Looks: []look{{at, words}, {at, ""}},
			Asked: "counsellor", Incoming: &seal.Candidate{Name: words, Fingerprints: []string{finger}}}
	}
	return []page.Sample{
		sample("rooms that are closed", "team.title", func(string) page.Sheet { return closedSheet(openForm("/support"), seal.None, false) }),
		sample("rooms after a reset", "team.title", func(string) page.Sheet { return closedSheet(openForm("/support"), seal.Closed, true) }),
		sample("the own rooms", "team.title", func(words string) page.Sheet {
			return roomsSheet([]seal.Room{room(words, true).Room, room("Fatou Diallo", false).Room}, finger, foundForm(db.ID{1}, []string{"NBO"}))
		}),
		sample("a room", "team.title", func(words string) page.Sheet { return roomSheet(room(words, false)) }),
		sample("a room of one", "team.title", func(words string) page.Sheet { return roomSheet(room(words, true)) }),
		sample("the words of the paper", "team.paper.title", func(string) page.Sheet {
			return paperSheet("ability able about above absent absorb abstract absurd abuse access accident")
		}),
	}
}
