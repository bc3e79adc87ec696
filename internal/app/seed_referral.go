package app

import (
	"context"
	"fmt"
	"math"
	"strconv"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/growth"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/app/demo"
	"github.com/godwit-health/godwit/internal/area/care/encounter"
	"github.com/godwit-health/godwit/internal/area/care/referral"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// referred has the nurse of the demo send two of a family to the clinic on the road: the
// head, whom the clinic saw and answered for, and the youngest, who waits there.
func (s *seeder) referred(ctx context.Context, f *demo.Family, regs []people.Registration) error {
	nurse, there := access.For(s.as(ctx, string(access.Nurse)), "care"), access.For(s.as(ctx, string(access.Nurse)+"_clinic"), "care")
	youngest, born := 0, calendar.Day(0)
	for i := range regs {
		if first, _, ok := f.Members[i].Birth.Bounds(); ok && (i == 0 || first > born) {
			youngest, born = i, first
		}
	}
	if err := s.weighed(nurse, f.Members[youngest], regs[youngest].ID); err != nil {
		return fmt.Errorf("growth: %w", err)
	}
	answered := db.NewID()
	for _, r := range []referral.Request{
		{ID: answered, Person: regs[0].ID, Urgency: "soon", Reason: "Blood pressure high at three visits (synthetic)", Transport: "public"},
		{ID: db.NewID(), Person: regs[youngest].ID, Urgency: "emergency", Reason: "Fast breathing, drinks little (synthetic)", Done: "Kept warm, fed (synthetic)", Transport: "vehicle"},
	} {
		r.To, r.ToSite, r.Agreed = referral.ToSite, DemoClinic().Code, value.Yes
		if err := s.n.Referrals.Send(nurse, r); err != nil {
			return fmt.Errorf("referral: %w", err)
		}
	}
	for _, x := range []referral.Said{{Step: referral.Received}, {Step: referral.Seen}, {Step: referral.Result, Words: "Measured again, one medicine begun, to be seen in a month (synthetic)"}} {
		x.ID, x.Referral = db.NewID(), answered
		if err := s.n.Referrals.Say(there, x); err != nil {
			return fmt.Errorf("referral answered: %w", err)
		}
	}
	return nil
}

// weighed has the nurse measure a child under five, who is somewhat thin for her age. Of
// whoever is older nothing is measured.
func (s *seeder) weighed(nurse context.Context, m demo.Member, person db.ID) error {
	sex, z := growth.Male, -1.4
	if m.Sex == "female" {
		sex = growth.Female
	}
	first, _, ok := m.Birth.Bounds()
	months := int(float64(s.world.Today-first) / growth.DaysPerMonth)
	if !ok || months < 6 || months >= 60 {
		return nil
	}
	at := func(i growth.Index) string {
		return strconv.FormatFloat(math.Round(growth.Rules{}.Curve(i, sex, z, growth.PositionUnknown)[months].Y*10)/10, 'f', 1, 64)
	}
	return s.sees(nurse, person, visit{pack: "nutrition", code: "NUTRITION", setting: encounter.Mobile, end: encounter.Ending{Where: encounter.WentHome, Advice: "Measure again in a month (synthetic)"},
		answers: map[string][]string{"weight": {at(growth.WeightForAge)}, "height": {at(growth.LengthForAge)}, "muac": {"128"}, "oedema": {"none"}}})
}
