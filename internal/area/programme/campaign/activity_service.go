package campaign

import (
	"context"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/journal"
)

// sexes are those by which people are counted where it is known.
var sexes = []string{"female", "male"}

// groupKey names a group of people of an activity.
func groupKey(sex, band string) string { return sex + "-" + band }

// groupKeys are all groups, in the order of a form.
func groupKeys(l Lists) []string {
	var out []string
	for _, sex := range sexes {
		for _, b := range l.AgeBands {
			out = append(out, groupKey(sex, b.Code))
		}
	}
	return out
}

// Act records an activity with a version that may be used. One that is sent twice is
// there once.
func (s *Service) Act(ctx context.Context, x Activity) error {
	const op = "campaign.Act"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	ck := check{op: op}
	ck.text("place", &x.Place, 2, longPlace)
	ck.text("note", &x.Note, 0, longText)
	s.counted(&ck, x)
	if x.Day == 0 {
		ck.bad("day", "day")
	}
	if x.Day > s.today() {
		ck.bad("day", "future")
	}
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		if err := s.may(ctx, access.CampaignRecord, kindActivity, a.Site()); err != nil {
			return err
		}
		c, err := one(tx, kindCampaign, x.Campaign, asCampaign)
		if err != nil {
			return err
		}
		if x.Day != 0 && x.Day < c.From {
			ck.bad("day", "before_campaign")
		}
		if !contains(c.Channels, x.Channel) {
			ck.bad("channel", "choose")
		}
		if !contains(c.Audiences, x.Audience) {
			ck.bad("audience", "choose")
		}
		if err := s.usable(tx, &ck, x); err != nil {
			return err
		}
		if err := ck.err(); err != nil {
			return err
		}
		return s.made(tx, a, journal.Change{Kind: kindActivity, Doc: x.ID, Site: a.Site(), Fields: map[string]any{"campaign": x.Campaign, "day": x.Day, "place": x.Place, "channel": x.Channel,
			"version": x.Version, "audience": x.Audience, "reached": x.Reached, "groups": x.Groups, "distinct": x.Distinct, "note": x.Note, "by": a.User, "at": s.now()}})
	}))
}

// counted checks the numbers: what is known of groups is not more than everybody.
func (s *Service) counted(ck *check, x Activity) {
	ck.count("reached", x.Reached)
	sum, known := 0, false
	all := groupKeys(s.lists)
	for key, n := range x.Groups {
		ck.count("n-"+key, n)
		if !contains(all, key) {
			ck.bad("reached", "choose")
		}
		if n.Known {
			sum, known = sum+n.N, true
		}
	}
	if known && (!x.Reached.Known || sum > x.Reached.N) {
		ck.bad("reached", "groups")
	}
}

// usable checks that the version of an activity was approved, and is of this campaign.
func (s *Service) usable(tx *db.Tx, ck *check, x Activity) error {
	m, err := messageWith(tx, x.Campaign, x.Version)
	if err != nil {
		return err
	}
	if m.StandingOf(x.Version) != Approved {
		ck.bad("version", "not_approved")
	}
	return nil
}

// Strike says that an activity was recorded by mistake: it stays to be read, and counts
// no more.
func (s *Service) Strike(ctx context.Context, activity db.ID, why string) error {
	const op = "campaign.Strike"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	ck := check{op: op}
	ck.text("why", &why, 3, longText)
	if err := ck.err(); err != nil {
		return err
	}
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		x, err := one(tx, kindActivity, activity, asActivity)
		if err == nil {
			err = s.may(ctx, access.CampaignRecord, kindActivity, x.Site)
		}
		if err != nil {
			return err
		}
		return s.put(tx, a, journal.Change{Kind: kindActivity, Doc: activity, Site: x.Site, Fields: map[string]any{"struck": true, "why": why}})
	}))
}

// Screen records a stretch of a cascade. A step that is higher than one before it is asked
// about, and stands once somebody says why.
func (s *Service) Screen(ctx context.Context, x Cascade) error {
	const op = "campaign.Screen"
	a, err := access.Acting(ctx, op)
	if err != nil {
		return err
	}
	ck := check{op: op}
	ck.text("place", &x.Place, 2, longPlace)
	ck.text("why", &x.Why, 0, longText)
	known := false
	for _, step := range cascadeSteps {
		ck.count(step, x.Steps[step])
		known = known || x.Steps[step].Known
	}
	if !known {
		ck.bad(cascadeSteps[0], "number")
	}
	switch {
	case x.From == 0:
		ck.bad("from", "day")
	case x.To == 0 || x.To < x.From:
		ck.bad("to", "before")
	case x.To > s.today():
		ck.bad("to", "future")
	}
	if rise, ok := RiseOf(x.Steps); ok && len(x.Why) < 3 {
		ck.bad(rise.Step, "rise_"+rise.Step)
	}
	return fault.Wrap(op, s.DB.Write(ctx, func(tx *db.Tx) error {
		if err := s.may(ctx, access.CampaignRecord, kindCascade, a.Site()); err != nil {
			return err
		}
		c, err := one(tx, kindCampaign, x.Campaign, asCampaign)
		switch {
		case err != nil:
			return err
		case !s.lists.Cascades(c.Topic):
			return fault.New(fault.NotFound, op, "page.error.not_found")
		}
		if err := ck.err(); err != nil {
			return err
		}
		return s.made(tx, a, journal.Change{Kind: kindCascade, Doc: x.ID, Site: a.Site(), Fields: map[string]any{"campaign": x.Campaign, "from": x.From, "to": x.To, "place": x.Place,
			"steps": x.Steps, "why": x.Why, "by": a.User, "at": s.now()}})
	}))
}
