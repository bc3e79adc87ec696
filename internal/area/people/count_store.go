package people

import (
	"encoding/json"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Counted is what a person is told apart by where people are counted. What is not known
// or in open conflict is zero, and is counted as not known.
type Counted struct {
	Sex        Sex
	Birth      calendar.Date
	Status     LegalStatus
	Disability value.Truth
}

// CountedIn reads it in a transaction, as a projection may: it asks no rights, and whoever
// uses it must keep nothing of it but counts.
func CountedIn(tx *db.Tx, person db.ID) (c Counted, err error) {
	r, err := findPerson(tx, person)
	switch {
	case fault.Is(err, fault.NotFound):
		return c, nil // their record has not come here yet
	case err != nil:
		return c, err
	}
	c.Sex, c.Birth = r.Person.Sex, r.Person.Birth
	if r.Person.AgeDisputed {
		c.Birth = calendar.Date{}
	}
	for _, g := range r.Disputed {
		switch g {
		case "sex":
			c.Sex = SexUnknown
		case "birth":
			c.Birth = calendar.Date{}
		}
	}
	var p Protection
	var f Functioning
	for _, from := range []struct {
		table string
		into  any
	}{{"people_protection", &p}, {"people_functioning", &f}} {
		var body string
		err := tx.Row("SELECT body FROM "+from.table+" WHERE person = ? ORDER BY id LIMIT 1", person).Scan(&body)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err == nil {
			err = json.Unmarshal([]byte(body), from.into)
		}
		if err != nil {
			return c, fault.Wrap("people.CountedIn", err)
		}
	}
	c.Status, c.Disability = p.LegalStatus, f.Disability()
	return c, nil
}
