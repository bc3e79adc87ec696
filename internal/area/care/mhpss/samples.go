package mhpss

import (
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/seal"
)

var sampleNow = time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)

// Samples are this area's pages for the tests that render every page.
func Samples(hostile string) []page.Sample {
	s := New(Deps{Clock: func() time.Time { return sampleNow }})
	room := seal.Room{ID: db.ID{9}, Name: "Fatou Diallo", Purpose: "support", Site: "NBO", Members: []seal.Member{{User: db.ID{5}, Name: "Fatou Diallo"}}}
	sample := func(name string, make func(words string) page.Sheet, problems ...page.Problem) page.Sample {
		return page.Sample{Name: name, Template: page.SheetTemplate, Title: "mhpss.title", Empty: page.Sheet{}, Full: make("Fatou Diallo"), Hostile: make(hostile), Problems: problems}
	}
	add := func(what int) func(string) page.Sheet {
		return func(words string) page.Sheet {
			v, _, _ := s.addSheet(adds[what], sampleOpened(words, room), nil, "en", nil) // none of these reads the database
			return v
		}
	}
	return []page.Sample{
		sample("support", func(words string) page.Sheet {
			return listSheet(Caseload{Rooms: []seal.Room{room}, More: 2, Duty: map[db.ID]*Duty{}, Sessions: []Told[Session]{{ID: db.ID{3}, V: sampleSession(words)}},
				Cases: []Listed{{Case: sampleOpened(words, room).Case, Who: people.Brief{Hit: people.Hit{Original: words}}}, {Case: Case{ID: db.ID{4}, Begun: Begun{Mode: Peer}, Closed: &Told[Closing]{V: Closing{Why: "moved"}}}}}}, sampleNow)
		}),
		sample("support without a room", func(string) page.Sheet { return listSheet(Caseload{}, sampleNow) }),
		sample("new support", func(string) page.Sheet {
			return page.Sheet{Lead: page.M("mhpss.new_lead"), Form: newForm(db.ID{1}, db.ID{2}, []seal.Room{room, {ID: db.ID{8}, Name: "Fatou Diallo"}})}
		}, page.Problem{Field: "agreed", Text: page.M("mhpss.error.agreed")}),
		sample("one support", func(words string) page.Sheet { return oneSheet(sampleOpened(words, room), sampleNow) }),
		sample("a talk", add(0)), sample("a safety plan", add(3)), sample("a referral of support", add(4)), sample("a safe contact", add(5)), sample("the end of support", add(6)),
		sample("a session", func(words string) page.Sheet { return gatheredSheet(sampleSession(words), nil) }),
		sample("who is on duty", func(string) page.Sheet { return page.Sheet{Form: s.dutyForm([]seal.Room{room})} }),
		sample("figures of support", func(string) page.Sheet {
			return figuresSheet(Figures{From: calendar.DayOf(2026, 11, 1), To: calendar.DayOf(2026, 11, 30), Least: 10, Lines: []Figure{{"sessions", 3}, {"girls", 14}}})
		}),
	}
}

func sampleSession(words string) Session {
	return Session{Day: calendar.DayOfTime(sampleNow), Name: words, Aims: words, Place: words, Girls: 8, Boys: 6, Facilitators: []Facilitator{{words, calendar.DayOf(2026, 5, 4)}, {Name: words}},
		Nicknames: []string{words}, Answers: map[string][]string{"activity": {"recreational"}}, Note: words, Incident: words, Ages: words}
}

func sampleOpened(words string, room seal.Room) Opened {
	total := 12
	day := calendar.DayOfTime(sampleNow)
	return Opened{in: inRoom{Room: room, duty: &Duty{Name: words, Reach: words, Until: day}}, Me: db.ID{6}, Died: true, Case: Case{ID: db.ID{1}, Person: db.ID{2}, At: sampleNow,
		Begun: Begun{Mode: Individual, Wants: words, Flags: []Flag{"loss"}}, Contact: &Contact{How: words, When: words, Who: words, NoMessage: true},
		Talks:  []Told[Talk]{{V: Talk{Day: day, Mode: Family, Aims: words, Note: words, Next: day + 7}, By: db.ID{5}}},
		Scores: []Told[Score]{{At: sampleNow.Add(-time.Hour), V: Score{Instrument: "phq9", Total: &total, Check: true, Duty: words}}, {V: Score{Instrument: "k6"}}},
		Checks: []Told[Check]{{At: sampleNow.Add(-2 * time.Hour)}}, Plan: &Told[Plan]{V: Plan{Signs: words, Review: day}}, Referrals: []Told[Referral]{{V: Referral{To: words, Tells: words}}}, Erasing: db.ID{5}}}
}
