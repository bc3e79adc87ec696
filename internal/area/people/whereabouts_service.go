package people

import (
	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// Came is a day on which a person came to a site.
type Came struct {
	ID   db.ID
	Site string
	Day  calendar.Day
}

// Whereabouts is where a person has been: what they told, and where they came.
type Whereabouts struct {
	Stays   []Stay
	Journey Journey
	Came    []Came
	Birth   calendar.Date // as facts have it; zero is not known
}

// WhereaboutsOf answers where a person has been. It checks no rights and audits
// nothing: like Facts it is for rules.
func (s *Service) WhereaboutsOf(tx *db.Tx, person db.ID) (w Whereabouts, err error) {
	row, err := findPerson(tx, person)
	if err != nil {
		return w, err
	}
	w.Birth = row.Person.BirthFact()
	if w.Stays, w.Journey, err = journeyOf(tx, person); err != nil {
		return w, err
	}
	w.Came, err = arrivalsOf(tx, person)
	return w, err
}

// BeenIn lists people who may have been in a country between two days, in the order
// of their ids and after one of them. It reads an index and checks no rights.
func (s *Service) BeenIn(tx *db.Tx, country string, from, to calendar.Day, after db.ID, limit int) ([]db.ID, error) {
	return beenIn(tx, country, from, to, after, limit)
}

// CameTo lists people who came to a site between two days, like BeenIn.
func (s *Service) CameTo(tx *db.Tx, site string, from, to calendar.Day, after db.ID, limit int) ([]db.ID, error) {
	return cameTo(tx, site, from, to, after, limit)
}

// IsJourney reports whether a kind of document says where a person has been.
func IsJourney(kind string) bool {
	return kind == kindStay || kind == kindJourney || kind == kindArrival
}
