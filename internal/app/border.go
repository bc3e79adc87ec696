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

// demoPoints are the points of the demo's country.
var demoPoints = []place.Point{
	{Code: "BUSIA", Kind: place.GroundCrossing, Country: "KEN", Faces: "UGA",
		Names: map[string]string{"en": "Busia crossing", "fr": "Poste frontière de Busia", "es": "Paso de Busia", "ar": "معبر بوسيا"}},
	{Code: "NBO-AIR", Kind: place.Airport, Country: "KEN",
		Names: map[string]string{"en": "Airport, arrivals", "fr": "Aéroport, arrivées", "es": "Aeropuerto, llegadas", "ar": "المطار، الوصول"}},
	{Code: "NBO-BUS", Kind: place.BusPark, Country: "KEN",
		Names: map[string]string{"en": "Country bus station", "fr": "Gare routière nationale", "es": "Estación de autobuses", "ar": "محطة الحافلات"}},
}

// openPoint puts a point into the gazetteer and opens it for screening.
func (n *Node) openPoint(ctx context.Context, p place.Point, post border.Post) error {
	house, err := n.as(ctx, string(access.Administrator), "administration")
	if err != nil {
		return err
	}
	if _, err := n.Gazetteer.SavePoint(house, p); err != nil {
		return err
	}
	desk, err := n.as(ctx, string(access.Manager), "public_health")
	if err != nil {
		return err
	}
	return n.Border.SavePost(desk, post)
}

// seedBorder makes points that counted and reported, and one day that nobody reported.
func (n *Node) seedBorder(ctx context.Context) error {
	site, err := demoSite()
	if err != nil {
		return err
	}
	nurse, err := n.as(ctx, string(access.Nurse), "public_health")
	if err != nil {
		return err
	}
	for i, p := range demoPoints {
		post := border.Post{Code: p.Code, Site: site.Code, Offset: 180, Corridor: i == 0}
		if err := n.openPoint(ctx, p, post); err != nil {
			return fmt.Errorf("demo point %s: %w", p.Code, err)
		}
		sh, err := n.Border.StartShift(nurse, p.Code)
		if err != nil {
			return fmt.Errorf("demo shift at %s: %w", p.Code, err)
		}
		if err := n.seedTravellers(nurse, post, sh, i); err != nil {
			return fmt.Errorf("demo counts at %s: %w", p.Code, err)
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

func (n *Node) seedTravellers(ctx context.Context, p border.Post, sh border.Shift, point int) error {
	now := p.HourAt(n.clock())
	for back := demoDays; back >= 0; back-- {
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
