package people

import (
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// Here is who came to a site on a day, and when. It checks no right: an area that
// lists people shows only those that its own list may.
func (s *Service) Here(tx *db.Tx, site string, on calendar.Day) (map[db.ID]time.Time, error) {
	return cameOn(tx, site, on.String())
}
