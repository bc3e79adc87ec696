package app

import (
	"context"
	"maps"
	"strconv"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/area/border"
	"github.com/godwit-health/godwit/internal/area/border/ground"
	"github.com/godwit-health/godwit/internal/area/border/traveller"
	"github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/area/surveillance/linelist"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// sweepKept takes note of the date and erases what borders keep until a day and not longer,
// when the program starts and every hour, until ctx ends.
func (n *Node) sweepKept(ctx context.Context) {
	every := time.NewTicker(sweepEvery)
	defer every.Stop()
	for {
		if _, err := n.alone(ctx, "kept", n.eraseKept); err != nil && ctx.Err() == nil {
			n.log.Error("erasing what was kept until a day", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
	}
}

// eraseKept does so once.
func (n *Node) eraseKept(ctx context.Context) error {
	date, err := n.Journal.Witness(ctx)
	if err != nil {
		return err
	}
	if date.Ahead || date.Behind {
		n.log.Warn("the date of the clock is doubted: an administrator looks at it", "page", datePath, "clock", date.Clock, "known", date.Known)
	}
	if _, err = n.Travellers.Sweep(ctx); err != nil {
		return err
	}
	_, err = n.Across.Sweep(ctx)
	return err
}

// borderTasks are what waits at borders: to port health whoever is held, and to those who
// look after the points what is to be repaired. Whoever has neither has no card.
func (n *Node) borderTasks(ctx context.Context) ([]todayCard, error) {
	var out []todayCard
	if a, _ := access.From(ctx); !a.Is(access.Screener) && n.Access.Ever(ctx, access.ScreeningRead) {
		held, err := n.Travellers.Waiting(ctx)
		if err != nil && fault.KeyOf(err) != "border.error.no_shift" {
			return nil, err
		}
		if len(held) > 0 {
			out = append(out, todayCard{page.M("traveller.held.title"), traveller.HeldText(held, n.clock()), []page.Link{{Href: "/border/measures", Text: page.M("app.today.open")}}})
		}
	}
	if n.Access.Ever(ctx, access.BorderEdit) {
		list, err := n.Ground.Repairs(ctx)
		if err != nil {
			return nil, err
		}
		if len(list) > 0 {
			out = append(out, todayCard{page.M("ground.repairs.title"), page.M("ground.repairs.count", "count", len(list)), []page.Link{{Href: "/border/repairs", Text: page.M("app.today.open")}}})
		}
	}
	return out, nil
}

// originsOf gives the line list what a signal came from: the signal, to whoever may
// read it, and where a border raised it, the traveller.
type originsOf struct{ n *Node }

// Origin implements linelist.Origins.
func (o originsOf) Origin(ctx context.Context, tx *db.Tx, signal db.ID) (linelist.Origin, error) {
	sig, err := o.n.Signals.ReadIn(ctx, tx, signal)
	if err != nil {
		return linelist.Origin{}, err
	}
	out := linelist.Origin{Case: linelist.Case{Disease: sig.Disease, Country: sig.Country, Place: sig.Place, Onset: sig.Start, Person: sig.Person}}
	if sig.About.IsZero() {
		return out, nil
	}
	from, err := o.n.Travellers.Origin(ctx, tx, sig.About, func(site string) error { return linelist.MayCome(ctx, o.n.Access, site) })
	if fault.Is(err, fault.NotFound) {
		return out, nil // another area raised it, or follow-up is over
	}
	if err != nil {
		return out, err
	}
	caseOfTraveller(&out.Case, from)
	if from.Vehicle != nil {
		for _, c := range from.Vehicle.Companions {
			out.Contacts = append(out.Contacts, contactOf(c, from))
		}
	}
	return out, nil
}

// caseOfTraveller takes over what the second screening was told.
func caseOfTraveller(c *linelist.Case, from traveller.Origin) {
	told := from.Second
	c.Name, c.Sex, c.Birth = told.One("traveller_name"), sexOf(told.One("traveller_sex")), bornOf(told.One("traveller_age"), from.Day)
	if c.Disease == "" {
		c.Disease = from.Disease
	}
	if told.One("ended") == "isolated" {
		c.Isolated = from.Day.Date()
	}
	c.Signs = map[string]linelist.Sign{}
	for _, sign := range from.Signs() {
		c.Signs["sign:"+sign] = linelist.Sign{Value: value.Of(true), On: from.Day.Date()}
	}
}

// contactOf is a companion as a contact. Its id follows from the companion's, so that
// whoever lists them twice lists them once.
func contactOf(c traveller.Companion, from traveller.Origin) linelist.Contact {
	id := c.ID
	id[0] ^= 0x80 // the companion's document is the border's
	return linelist.Contact{ID: id, Name: c.Answers.One("pl_name"), Sex: sexOf(c.Answers.One("pl_sex")), Birth: bornOf(c.Answers.One("pl_age"), from.Day),
		Place: c.Answers.One("pl_address"), Last: from.Vehicle.Day.Date()}
}

func sexOf(told string) people.Sex {
	switch people.Sex(told) {
	case people.Female, people.Male, people.SexOther:
		return people.Sex(told)
	}
	return ""
}

// bornOf is the birth of somebody who said how old they are; no age gives none.
func bornOf(age string, on calendar.Day) calendar.Date {
	n, err := strconv.Atoi(age)
	if err != nil {
		return calendar.Date{}
	}
	d, err := calendar.BornAtAge(n, 1, on)
	if err != nil {
		return calendar.Date{}
	}
	return d
}

// seedFound makes two travellers who were looked at closely at a point of the demo: one
// who rested and went on, and one who is isolated with a review to come.
func (n *Node) seedFound(ctx context.Context, sh border.Shift) error {
	a, _ := access.From(ctx)
	a.Shift = sh.ID.String()
	ctx = access.With(ctx, a)
	first := func(more traveller.Answers) traveller.Answers {
		out := traveller.Answers{"screen_consent": {"agreed"}, "corpse_or_very_ill": {"no"}, "known_contact": {"no"}, "visible_sign": {"no"}, "temp1_device": {"ncit"}, "temp1_c": {"36.6"}, "ambient_c": {"26"},
			"recent_sign": {"no"}, "exposed_recently": {"no"}, "listed_stay": {"no"}, "temp2_taken": {"no"}}
		maps.Copy(out, more)
		return out
	}
	if _, err := n.Travellers.Begin(ctx, db.NewID(), first(traveller.Answers{"temp1_c": {"37.7"}})); err != nil {
		return err
	}
	id := db.NewID()
	if _, err := n.Travellers.Begin(ctx, id, first(traveller.Answers{"temp1_c": {"38.8"}, "visible_sign": {"yes"}, "recent_sign": {"yes"}})); err != nil {
		return err
	}
	onset := calendar.DayOfTime(n.clock()) - 1
	if err := n.Travellers.SecondScreening(ctx, id, traveller.Answers{"traveller_name": {"Traveller (synthetic)"}, "traveller_age": {"27"}, "traveller_sex": {"male"}, "itinerary": {"From the lake by bus"},
		"stay1_place": {"Nyota"}, "stay1_from": {(onset - 20).String()}, "stay1_to": {onset.String()}, "stay2_place": {"Lake guest house"}, "stay2_from": {onset.String()}, "stay2_to": {(onset + 1).String()},
		"sign_onset": {onset.String()}, "signs": {"fever", "rash_acute"}, "antipyretic_6h": {"no"}, "suspicion": {"measles"}, "ended": {"isolated"}}); err != nil {
		return err
	}
	if err := n.Travellers.CameWith(ctx, id, traveller.Conveyance{Kind: "bus", Number: "KBX 000A", Hours: "5", Ill: value.Yes}); err != nil {
		return err
	}
	if err := n.Travellers.ListCompanion(ctx, db.NewID(), id, traveller.Answers{"pl_name": {"Companion (synthetic)"}, "pl_seat": {"12"}}); err != nil {
		return err
	}
	return n.Travellers.Order(ctx, db.NewID(), id, traveller.Answers{"measure": {"isolation"}, "measure_compulsory": {"no"}, "legal_basis": {"IHR 23.3"}, "order_giver": {"Dr Samira Haddad"}, "reasons": {"Fever and rash"},
		"alternatives": {"A mask alone: the waiting room is shared"}, "measure_consent": {"given"}, "language": {"Swahili"}, "told_risks": {"yes"}, "planned_end": {(onset + 3).String()}, "review_hours": {"4"},
		"conditions": {"food_water", "shelter", "clothing", "belongings", "treatment", "phone", "language", "respect"}, "complaint_told": {"yes"}})
}

// seedGround gives a point of the demo what it has: a station that works, one that is
// broken since yesterday, a thermometer, its capacities and the other side.
func (n *Node) seedGround(ctx context.Context, point string) error {
	desk, err := n.As(ctx, string(access.Manager), "public_health")
	if err != nil {
		return err
	}
	nurse, err := n.As(ctx, string(access.Nurse), "public_health")
	if err != nil {
		return err
	}
	check := func(works string) map[string][]string {
		return map[string][]string{"station_works": {works}, "water_there": {works}, "soap_there": {"yes"}, "chlorine_there": {"no"}, "chlorine_measured": {"no"}, "thermometer": {"yes"}}
	}
	for name, works := range map[string]string{"Arrivals": "yes", "Bus lane": "no"} {
		id := db.NewID()
		if err := n.Ground.AddStation(desk, id, point, name); err != nil {
			return err
		}
		if err := n.Ground.CheckStation(nurse, id, check(works)); err != nil {
			return err
		}
	}
	device := db.NewID()
	if err := n.Ground.AddDevice(desk, device, point, "Thermometer 1", "ncit"); err != nil {
		return err
	}
	if err := n.Ground.CheckDevice(nurse, device, ground.DeviceCheck{Reference: "37.0", Reading: "37.2", Good: true}); err != nil {
		return err
	}
	list := map[string][]string{"e4": {"partial"}}
	for _, c := range []string{"r1", "r2", "r3", "r4", "r5", "e1", "e2", "e3", "e5", "e6", "e7"} {
		list[c] = []string{"yes"}
	}
	if err := n.Ground.Assess(desk, point, list); err != nil {
		return err
	}
	if err := n.Ground.Agree(desk, ground.Side{Point: point, OtherName: "Busia (Uganda), synthetic", Ours: "Port health office", Theirs: "Port health office", Procedures: []string{"screening", "referral", "notification"}, Shared: value.Yes}); err != nil {
		return err
	}
	return n.Ground.Waited(nurse, point, ground.Wait{Minutes: "35", Drivers: "60", Vehicles: "55", Goods: "12"})
}
