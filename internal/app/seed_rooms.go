package app

import (
	"context"
	"fmt"

	"github.com/godwit-health/godwit/internal/area/care/mhpss"
	"github.com/godwit-health/godwit/internal/area/care/team"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// keepRoom has the counsellor and the physician of the demo keep a room: a session of
// drawing with fourteen children, and the support of somebody who came after it. Their
// rooms open with the password of the demo.
func (s *seeder) keepRoom(ctx context.Context, person db.ID) error {
	v := s.n.Rooms.Vault
	counsellor, physician := access.For(s.as(ctx, string(access.Counsellor)), "care"), access.For(s.as(ctx, string(access.Physician)), "care")
	for _, member := range []context.Context{physician, counsellor} {
		if err := v.Open(member, access.DemoPassword); err != nil {
			return fmt.Errorf("rooms: %w", err)
		}
		defer v.Close(member)
	}
	room := db.NewID()
	if err := v.Found(counsellor, room, "Quiet tent (synthetic)", string(team.Support), s.site); err != nil {
		return err
	}
	c, err := v.Candidate(counsellor, string(access.Physician))
	if err != nil {
		return err
	}
	if err := v.Admit(counsellor, room, string(access.Physician), c.Fingerprints[0]); err != nil {
		return err
	}
	today, support := s.world.Today, s.n.Rooms.Support
	if err := support.OnDuty(counsellor, room, db.NewID(), mhpss.Duty{Name: "Dr Samira Haddad", Reach: "Room 2 (synthetic)", Until: today + 30}); err != nil {
		return err
	}
	drawing := mhpss.Session{Day: today - 2, Name: "Drawing the way here (synthetic)", Aims: "Calm, and being with others", Place: "Tent 4", Girls: 8, Boys: 6, Ages: "7-11", Nicknames: []string{"Papillon", "Lion", "Sky"},
		Facilitators: []mhpss.Facilitator{{Name: "Fatou Diallo", Vetted: today - 120}, {Name: "Dr Samira Haddad", Vetted: today - 200}}, Answers: map[string][]string{"activity": {"recreational"}}}
	if err := support.Gather(counsellor, room, db.NewID(), drawing); err != nil {
		return err
	}
	id := db.NewID()
	begun := mhpss.Begun{Mode: mhpss.Individual, Explained: true, Agreed: true, Flags: []mhpss.Flag{"loss"}, Wants: "To sleep again (synthetic)"}
	if err := support.Begin(counsellor, id, room, person, begun, mhpss.Contact{How: "At the water point, by the volunteer", When: "Mornings", NoMessage: true}); err != nil {
		return err
	}
	return support.Talked(counsellor, id, db.NewID(), mhpss.Talk{Day: today - 1, Mode: mhpss.Individual, Minutes: 40, Aims: "Sleep, and a walk each day", Note: "Came after the session (synthetic)", Next: today + 6})
}
