package app

import (
	"context"
	"fmt"

	"github.com/godwit-health/godwit/internal/area/border"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/page"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// borderCard is where a screener's day begins.
func borderCard(a access.Actor) []todayCard {
	if !a.Is(access.Screener) {
		return nil
	}
	return []todayCard{{page.M("app.nav.border"), page.M("app.today.border_text"), []page.Link{{Href: "/border", Text: page.M("app.today.open")}}}}
}

// DemoPoints are the points of the demo's country.
var DemoPoints = []place.Point{
	{Code: "BUSIA", Kind: place.GroundCrossing, Country: "KEN", Faces: "UGA",
		Names: map[string]string{"en": "Busia crossing", "fr": "Poste frontière de Busia", "es": "Paso de Busia", "ar": "معبر بوسيا"}},
	{Code: "NBO-AIR", Kind: place.Airport, Country: "KEN",
		Names: map[string]string{"en": "Airport, arrivals", "fr": "Aéroport, arrivées", "es": "Aeropuerto, llegadas", "ar": "المطار، الوصول"}},
	{Code: "NBO-BUS", Kind: place.BusPark, Country: "KEN",
		Names: map[string]string{"en": "Country bus station", "fr": "Gare routière nationale", "es": "Estación de autobuses", "ar": "محطة الحافلات"}},
}

// OpenPoint puts a point into the gazetteer and opens it for screening.
func (n *Node) OpenPoint(ctx context.Context, p place.Point, post border.Post) error {
	house, err := n.As(ctx, string(access.Administrator), "administration")
	if err != nil {
		return err
	}
	if _, err := n.Gazetteer.SavePoint(house, p); err != nil {
		return err
	}
	desk, err := n.As(ctx, string(access.Manager), "public_health")
	if err != nil {
		return err
	}
	return n.Border.SavePost(desk, post)
}

// SeedBorder makes points that counted and reported, and one day that nobody reported.
func (n *Node) SeedBorder(ctx context.Context) error {
	site, err := DemoSite()
	if err != nil {
		return err
	}
	nurse, err := n.As(ctx, string(access.Nurse), "public_health")
	if err != nil {
		return err
	}
	for i, p := range DemoPoints {
		post := border.Post{Code: p.Code, Site: site.Code, Offset: 180, Corridor: i == 0}
		if err := n.OpenPoint(ctx, p, post); err != nil {
			return fmt.Errorf("demo point %s: %w", p.Code, err)
		}
		sh, err := n.seedShifts(nurse, post, i)
		if err != nil {
			return fmt.Errorf("demo shifts at %s: %w", p.Code, err)
		}
		if i == 0 {
			if err := n.seedFound(nurse, sh); err != nil {
				return fmt.Errorf("demo travellers at %s: %w", p.Code, err)
			}
			if err := n.seedGround(ctx, p.Code); err != nil {
				return fmt.Errorf("demo ground at %s: %w", p.Code, err)
			}
			if err := n.seedReady(ctx); err != nil {
				return fmt.Errorf("demo preparedness: %w", err)
			}
		}
	}
	return nil
}

// demoDays is how many days the demo's points have counted.
const demoDays = 10

// seedShifts makes the days that are over under a shift that was handed over, and today
// under the one that is at work, which so has what it counted itself and nothing else.
func (n *Node) seedShifts(ctx context.Context, p border.Post, point int) (border.Shift, error) {
	before, err := n.Border.StartShift(ctx, p.Code)
	if err != nil {
		return before, err
	}
	if err := n.seedTravellers(ctx, p, before, point, demoDays, 1); err != nil {
		return before, err
	}
	a, _ := access.From(ctx)
	a.Shift = before.ID.String()
	if err := n.Border.EndShift(access.With(ctx, a), "Soap is nearly used up. The evening bus is expected late."); err != nil {
		return before, err
	}
	sh, err := n.Border.StartShift(ctx, p.Code)
	if err != nil {
		return sh, err
	}
	return sh, n.seedTravellers(ctx, p, sh, point, 0, 0)
}

func (n *Node) seedTravellers(ctx context.Context, p border.Post, sh border.Shift, point, from, to int) error {
	now := p.HourAt(n.clock())
	for back := from; back >= to; back-- {
		first := now - now.OfDay() - border.Hour(24*back)
		sums := border.Totals{}
		t := border.Tally{ID: db.NewID(), Shift: sh.ID}
		for h := border.Hour(6); h < 20 && first+h <= now; h++ {
			for i, d := range border.Directions {
				passed := int64(40/(point+1) + (int(h)*7+back*11+i*5)%23)
				washed, screened := passed-int64((int(h)+back)%3), passed-int64((int(h)+i)%4)
				for what, many := range map[border.What]int64{border.Passed: passed, border.HandWashed: washed, border.Screened: screened, border.RefusedScreening: int64((int(h)+back)%9) / 8, border.Informed: passed / 2} {
					t.Counts = append(t.Counts, border.Count{Key: border.Key{Hour: first + h, What: what, Direction: d}, N: many})
					sums[what] += many
				}
			}
		}
		if len(t.Counts) > 0 {
			if err := n.Border.Count(ctx, t); err != nil {
				return err
			}
		}
		if back == 0 || back == 3 && point == 2 { // today is not over; one day nobody reported
			continue
		}
		for _, w := range border.Whats { // what nobody did is reported as none
			sums[w] += 0
		}
		if err := n.Border.Close(ctx, p.Code, first.Day(), sums, false, ""); err != nil {
			return err
		}
	}
	return nil
}
