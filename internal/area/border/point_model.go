package border

import (
	"time"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/place"
)

// Post is what makes a point of the gazetteer one where travellers are screened.
type Post struct {
	Code   string `json:"code"`   // of the place.Point
	Site   string `json:"site"`   // code of the site of Godwit's whose staff works there
	Offset int    `json:"offset"` // minutes by which the point's clock is ahead of UTC
	// Corridor says that travellers of an outbreak area come this way now: what is
	// broken here is to be repaired first.
	Corridor bool `json:"corridor"`
	Shut     bool `json:"shut"` // nobody is screened there any more
}

// Point is a point of entry or of congregation with its post.
type Point struct {
	place.Point
	Post Post
	ID   db.ID // of the post
}

// Open reports whether travellers are screened there.
func (p Point) Open() bool { return !p.Closed && !p.Post.Shut }

// screens reports whether travellers can be screened at a kind of point.
func screens(k place.PointKind) bool { return k.Entry() || k.Congregation() }

// Offsets of the world's clocks, in minutes.
const (
	leastOffset = -12 * 60
	mostOffset  = 14 * 60
)

// Valid returns one fault for each thing that is wrong.
func (p Post) Valid() []error {
	var errs []error
	check := func(ok bool, field string) {
		if !ok {
			errs = append(errs, fault.Field("border.Post", field, "border.error.choose"))
		}
	}
	check(p.Code != "", "code")
	check(p.Site != "", "site")
	check(p.Offset >= leastOffset && p.Offset <= mostOffset && p.Offset%15 == 0, "offset")
	return errs
}

// Hour is an hour since 1970 by the clock of a point.
type Hour int64

// HourAt is the hour at the point at an instant.
func (p Post) HourAt(at time.Time) Hour {
	s := at.Unix() + int64(p.Offset)*60
	return Hour((s - (s%3600+3600)%3600) / 3600)
}

// HourAt is the hour at the point at an instant.
func (p Point) HourAt(at time.Time) Hour { return p.Post.HourAt(at) }
