package report

import (
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/pack"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// Samples are this package's pages for the tests that render every page.
func Samples(hostile string) []page.Sample {
	sample := func(name, title string, wide bool, make func(words string) page.Sheet, problems ...page.Problem) page.Sample {
		return page.Sample{Name: name, Template: page.SheetTemplate, Title: title, Empty: page.Sheet{}, Full: make("Nyota"), Hostile: make(hostile), Problems: problems, Wide: wide}
	}
	month := Period{Monthly, calendar.DayOf(2026, 10, 1)}
	site := func(words string) place.Site {
		return place.Site{Code: "NBO", Country: "KEN", Names: map[string]string{"en": words, "fr": words, "es": words, "ar": words}}
	}
	p := samplePack()
	number := func(n int64, cells map[string]int64) Figure { return Figure{Value: &n, Cells: cells} }
	figures := map[string]Figure{"VISITS": number(14, map[string]int64{"sex=f": 9, "sex=m": 2, "sex=u": 3, "age=0-4": 6, "age=5+": 8}), "POPULATION": number(0, nil)}
	opened := func(words string) Opened {
		at := time.Date(2026, 11, 3, 8, 0, 0, 0, time.UTC)
		return Opened{Place: site(words), Pack: p, Counted: figures, State: Late, MaySign: true, Today: calendar.DayOf(2026, 11, 22), Targets: []Ministry{{ID: db.ID{1}, Name: words}},
			Report: Report{Site: "NBO", Period: month, Versions: []Version{{Withdrawn: true, Comment: words, At: at}, {Figures: figures, Comment: words, At: at}}}}
	}
	return []page.Sample{
		sample("reports", "report.title", true, func(words string) page.Sheet {
			b := Board{Freq: Monthly, Periods: []Period{month, month.Before(1)}, InTime: 1, Missing: 1}
			b.Lines = []Line{{Site: site(words), Periods: []Opened{{Report: Report{Site: "NBO", Period: month}, State: InTime}, {Report: Report{Site: "NBO", Period: month.Before(1)}, State: Missing}}}}
			return boardSheet(b, "en")
		}),
		sample("weekly reports", "report.title", true, func(words string) page.Sheet {
			week := Period{Weekly, calendar.DayOf(2026, 11, 16)}
			return boardSheet(Board{Freq: Weekly, Periods: []Period{week}, Lines: []Line{{Site: site(words), Periods: []Opened{{Report: Report{Site: "NBO", Period: week}, State: Due}}}}}, "en")
		}),
		sample("a report", "report.one", true, func(words string) page.Sheet {
			o := opened(words)
			return oneSheet(o, signForm(o), "en")
		}, page.Problem{Field: "n-VISITS", Text: page.M("report.error.number")}),
		sample("a report that nobody signed", "report.one", true, func(words string) page.Sheet {
			o := opened(words)
			o.Versions, o.State, o.Targets = nil, Missing, nil
			return oneSheet(o, signForm(o), "en")
		}),
		sample("a period", "report.period", true, func(words string) page.Sheet {
			w := Whole{Period: month, Pack: p, Sites: []place.Site{site(words), site("Mtoni")}, Reported: []bool{true, false}, K: 5}
			for _, x := range reported(p, Monthly) {
				w.Releases = append(w.Releases, released(x, []Figure{figures[x.Code], {}}, 20))
			}
			return wholeSheet(w, "en")
		}),
		sample("ministries", "report.dhis2.title", false, func(words string) page.Sheet {
			return ministriesSheet([]Ministry{{ID: db.ID{1}, Name: words, Freq: Monthly, DataSet: "pBOMPrpg1QX"}}, db.ID{2}, true)
		}),
		sample("a ministry", "report.dhis2.one", false, func(words string) page.Sheet {
			return page.Sheet{Lead: page.M("report.dhis2.one_lead"), Form: ministryForm(Ministry{ID: db.ID{1}, Name: words, URL: "https://dhis2.example.org", User: words, Freq: Monthly, Elements: words, Units: words, Whole: true}, true)}
		}, page.Problem{Field: "url", Text: page.M("report.error.url")}),
		sample("a push", "report.push.title", true, func(words string) page.Sheet { return pushSheet(samplePreview(words, month), nil) }),
		sample("a push that was tried", "report.push.title", true, func(words string) page.Sheet {
			return pushSheet(samplePreview(words, month), &Outcome{State: PushRejected, Confirmed: true, Conflicts: []Conflict{{Row: -1, Code: "E8022", Text: words}}})
		}),
		sample("a push without a password", "report.push.title", true, func(words string) page.Sheet {
			v := samplePreview(words, month)
			v.Password, v.Push = false, Push{}
			return pushSheet(v, nil)
		}),
	}
}

func samplePreview(words string, month Period) Preview {
	rows := []Row{{"VISITS", "", "f7n9E0hX8qk", "", "14"}, {"VISITS", "sex=f", "Ix2HsbDMLea", "Prlt0C1RF0s", "9"}}
	set := Set{DataSet: "pBOMPrpg1QX", OrgUnit: "DiszpKrYNg8", Period: month.Code(), Rows: rows, Delete: []Row{{"POPULATION", "", "eY5ehpbEsB7", "", "7"}}}
	return Preview{Ministry: Ministry{ID: db.ID{1}, Name: words}, Report: Report{Site: "NBO", Period: month}, Set: set, Empty: []Element{{"VISITS", "sex=m", "x", ""}}, Held: 2, Password: true,
		Push: Push{Sent: []Sent{{Hash: set.hash(), At: time.Date(2026, 11, 4, 8, 0, 0, 0, time.UTC), Outcome: Outcome{State: PushPartial, Stored: 1, Conflicts: []Conflict{{Row: 1, Code: "E8122", Text: words}}}}}}}
}

// samplePack is a pack of three indicators.
func samplePack() *pack.Pack {
	words := map[string]string{"indicator.VISITS": "Visits", "indicator.POPULATION": "Population", "indicator.RATE": "Visits a person"}
	return &pack.Pack{Words: map[string]map[string]string{"en": words, "fr": words, "es": words, "ar": words}, Indicators: []pack.Indicator{
		{Code: "VISITS", Measure: pack.Contacts, Weekly: true, Monthly: true, Split: []string{"sex", "age"}, Ages: []pack.Ages{{From: 0, To: 4}, {From: 5}}, Certainty: pack.Recalled, Source: "godwit"},
		{Code: "POPULATION", Measure: pack.Typed, Weekly: true, Monthly: true, Certainty: pack.Official, Source: "unhcr"},
		{Code: "RATE", Measure: pack.Ratio, Numerator: "VISITS", Denominator: "POPULATION", Factor: 1, Weekly: true, Monthly: true, Certainty: pack.Recalled, Source: "godwit"}}}
}
