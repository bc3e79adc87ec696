package referral

import (
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

var sampleNow = time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)

// Samples are this area's pages for the tests that render every page.
func Samples(hostile string) []page.Sample {
	sample := func(name, title string, make func(words string) page.Sheet, problems ...page.Problem) page.Sample {
		return page.Sample{Name: name, Template: page.SheetTemplate, Title: title, Empty: page.Sheet{}, Full: make("Severe pneumonia"), Hostile: make(hostile), Problems: problems, Wide: name == "referrals"}
	}
	return []page.Sample{
		sample("referrals", "referral.title", func(words string) page.Sheet {
			late, done, shut := sampleOpened(words), sampleOpened(words), sampleOpened(words)
			late.Now = late.Due.Add(time.Hour)
			done.Steps = append(done.Steps, Step{Step: Result, Words: words, How: Here, At: sampleNow})
			shut.ToClosed, shut.Urgency, shut.AsSender = true, "planned", false
			return listSheet(Lists{Received: []Opened{shut}, Sent: []Opened{sampleOpened(words), late}, Answered: []Opened{done}, More: true})
		}),
		sample("a new referral", "referral.new.title", func(words string) page.Sheet {
			return page.Sheet{Lead: page.M("referral.new.lead"), Form: newForm(db.ID{1}, Draft{Person: db.ID{2}, Encounter: db.ID{3}, Urgencies: Shipped(),
				Sites: []place.Site{{Code: "A", Names: map[string]string{"en": words}}, {Code: "B", Names: map[string]string{"en": words}, Closed: true}}, Pieces: samplePieces(words)}, "en")}
		}, page.Problem{Field: "reason", Text: page.M("referral.error.reason")}),
		sample("a referral", "referral.one.title", func(words string) page.Sheet { return oneSheet(sampleOpened(words), "en", nil) },
			page.Problem{Field: "step", Text: page.M("referral.error.step")}),
		sample("a referral by letter", "referral.one.title", func(words string) page.Sheet {
			o := sampleOpened(words)
			o.To, o.ToSite, o.Agreed = ToAbroad, "", value.Unknown
			return oneSheet(o, "en", nil)
		}),
		sample("a referral whose site was closed", "referral.one.title", func(words string) page.Sheet {
			o := sampleOpened(words)
			o.ToClosed = true
			return oneSheet(o, "en", nil)
		}),
		sample("a referral that came", "referral.one.title", func(words string) page.Sheet {
			o := sampleOpened(words)
			o.AsSender, o.MayPrint, o.Now = false, false, o.Due.Add(time.Hour)
			return oneSheet(o, "en", nil)
		}),
		sample("a referral that was not taken", "referral.one.title", func(words string) page.Sheet {
			o := sampleOpened(words)
			o.Steps = append(o.Steps, Step{Step: Declined, Words: words, How: OnPaper, At: sampleNow})
			return oneSheet(o, "en", nil)
		}),
		sample("a referral letter", "referral.letter.title", func(words string) page.Sheet {
			v, _ := letterSheet(sampleOpened(words), "0123-4567-89AB-CDEF", "https://godwit.example.org", "en")
			return v
		}),
		sample("answer a referral", "referral.reply.title", func(string) page.Sheet {
			return page.Sheet{Lead: page.M("referral.reply.lead"), Parts: []page.Part{{Form: replyForm()}}}
		}, page.Problem{Field: "code", Text: page.M("referral.error.code")}),
	}
}

func samplePieces(words string) []Piece {
	say := func(w string) map[string]string { return map[string]string{"en": w, "fr": w, "es": w, "ar": w} }
	return []Piece{{"a", Line{Group: "found", Words: say(words)}}, {"b", Line{Group: "measured", Label: say(words), Measure: value.Quantity{Number: 7.4, Unit: "kg"}, Day: calendar.DayOfTime(sampleNow)}},
		{"c", Line{Group: "problem", Label: say(words), Words: say(words), Sensitive: true}}}
}

func sampleOpened(words string) Opened {
	lines, _ := chosen(samplePieces(words), []string{"a", "b", "c"})
	return Opened{Referral: Referral{ID: db.ID{1}, Person: db.ID{2}, Site: "A", To: ToSite, ToSite: "B", Urgency: "emergency", Due: sampleNow.Add(4 * time.Hour), Reason: words, Done: words, Summary: lines,
		Transport: "ambulance", Agreed: value.Yes, Encounter: db.ID{3}, At: sampleNow, Steps: []Step{{ID: db.ID{4}, Step: Received, How: Here, At: sampleNow}, {ID: db.ID{5}, Step: Seen, Words: words, How: ByCode, At: sampleNow}}},
		Who: people.Brief{Hit: people.Hit{Original: words, Latin: "Amina", Code: "7K3QX-M2P9D", Sex: "female"}}, FromName: words, ToName: words, AsSender: true, MayWrite: true, MayPrint: true, Now: sampleNow}
}
