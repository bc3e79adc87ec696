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

// Numbered is who has the code, or is in a family known by the number or code, that
// was typed. It checks no right, like Here.
func (s *Service) Numbered(tx *db.Tx, typed string) ([]db.ID, error) {
	key := numberKey(typed)
	if code, ok := ParseCode(typed); ok {
		key = code
	}
	if key == "" {
		return nil, nil
	}
	return haveNumber(tx, key)
}

// FamilyNumbers are what others know the families by that people are in now: the
// number of the family, else its code. Who is in none is left out. It checks no
// right, like Here.
func (s *Service) FamilyNumbers(tx *db.Tx, people []db.ID) (map[db.ID]string, error) {
	return familyNumbers(tx, people)
}
