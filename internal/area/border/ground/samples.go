package ground

import (
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/border"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

var sampleNow = time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)

// Samples are this package's pages for the tests that render every page; packs answers
// the packs that ship, by id.
func Samples(hostile string, packs func(id string) *pack.Pack) []page.Sample {
	s := New(Deps{Clock: func() time.Time { return sampleNow }})
	pageOf := func(name, title string, full, hostile page.Sheet, problems ...page.Problem) page.Sample {
		return page.Sample{Name: name, Template: page.SheetTemplate, Title: title, Empty: page.Sheet{}, Full: full, Hostile: hostile, Problems: problems, Wide: full.Table != nil || len(full.Parts) > 3}
	}
	day := calendar.DayOfTime(sampleNow)
	o := func(words string) Overview {
		st := sampleStation(words)
		return Overview{Point: samplePoint(words), Shift: db.ID{7}, Stations: []Station{st, {ID: db.ID{3}, Name: words}}, Devices: []Device{sampleDevice(words), {ID: db.ID{5}, Name: words}},
			Repairs:  []Repair{{Station: st, PointName: words, Alarms: []string{Broken, "NO_WATER"}, Since: sampleNow.Add(-30 * time.Hour), Due: sampleNow.Add(-6 * time.Hour)}},
			Assessed: []Assessment{{Day: day, Result: WithGaps, Routine: "80", Emergency: "71"}, {Day: day - 200}},
			Side: Side{Point: "BUSIA", OtherName: words, Ours: words, Theirs: words, Procedures: joint, Shared: value.Yes, Words: words,
				Waits: []Wait{{At: sampleNow, Minutes: "40", Vehicles: "120", Why: words}}},
			Rules: packs(packStation), Scores: packs(packCapacities), Now: sampleNow, Works: true, Edits: true}
	}
	station := func(words string) page.Sheet {
		f, _ := packs(packStation).Form(formStation) // every pack that ships has it
		sh := StationSheet{Station: sampleStation(words), Point: samplePoint(words), Pack: packs(packStation), Form: f, Works: true, Edits: true}
		asked, _, _ := s.stationForm(sh, nil, false)
		return stationView(sh, asked)
	}
	capacities := func(words string) page.Sheet {
		f, _ := packs(packCapacities).Form(formCapacities)
		asked, _, _ := capacityForm(CapacitySheet{Point: samplePoint(words), Pack: packs(packCapacities), Form: f, Day: day, Last: Assessment{Answers: map[string][]string{"r1": {"yes"}, "evidence": {words}}}}, nil, false)
		return page.Sheet{Lead: page.M("ground.capacity.lead"), Form: asked}
	}
	return []page.Sample{
		pageOf("what a point has", "ground.title", overviewView(o("Busia"), "en"), overviewView(o(hostile), "en")),
		pageOf("repairs", "ground.repairs.title", repairsView(o("Busia").Repairs, packs(packStation), sampleNow), repairsView(o(hostile).Repairs, nil, sampleNow)),
		pageOf("a station", "ground.station.check", station("Gate 2"), station(hostile)),
		pageOf("a device", "ground.device.check", deviceView(sampleDevice("NCIT 3"), deviceForm(db.ID{4}), true, true), deviceView(sampleDevice(hostile), deviceForm(db.ID{4}), true, true), page.Problem{Field: "reading", Text: page.M("ground.error.number")}),
		pageOf("a new station", "ground.station.add", page.Sheet{Form: nameForm("/x")}, page.Sheet{Form: nameForm("/x")}, page.Problem{Field: "name", Text: page.M("ground.error.name")}),
		pageOf("capacities", "ground.capacity.do", capacities("Busia"), capacities(hostile)),
		pageOf("the other side", "ground.side.title", page.Sheet{Lead: page.M("ground.side.lead"), Form: sideForm("BUSIA", o("Busia").Side)}, page.Sheet{Form: sideForm("BUSIA", o(hostile).Side)}, page.Problem{Field: "words", Text: page.M("ground.error.personal")}),
		pageOf("waiting", "ground.wait.add", page.Sheet{Lead: page.M("ground.wait.lead"), Form: waitForm("BUSIA")}, page.Sheet{Form: waitForm("BUSIA")}, page.Problem{Field: "minutes", Text: page.M("ground.error.number")}),
	}
}

func samplePoint(name string) border.Point {
	return border.Point{ID: db.ID{1}, Point: place.Point{Code: "BUSIA", Kind: place.GroundCrossing, Names: map[string]string{"en": name}, Country: "KEN", Faces: "UGA"}, Post: border.Post{Code: "BUSIA", Site: "BUS", Offset: 180, Corridor: true}}
}

func sampleStation(name string) Station {
	return Station{ID: db.ID{2}, Point: "BUSIA", Name: name, Checks: []Check{{At: sampleNow.Add(-30 * time.Hour), Alarms: []string{Broken}}, {At: sampleNow.Add(-2 * time.Hour), Alarms: []string{Broken, "NO_WATER"}}}}
}

func sampleDevice(name string) Device {
	return Device{ID: db.ID{4}, Point: "BUSIA", Name: name, Kind: "ncit", Checks: []DeviceCheck{{Reference: "37.0", Reading: "37.1", Good: true, At: sampleNow.Add(-26 * time.Hour)}, {Reference: "37.0", Reading: "35.2", At: sampleNow}}}
}
