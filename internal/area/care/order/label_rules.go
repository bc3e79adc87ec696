package order

import (
	"crypto/sha256"
	"strconv"

	"github.com/godwit-health/godwit/engine/calendar"
	codes "github.com/godwit-health/godwit/internal/area/people"
	"github.com/godwit-health/godwit/internal/kernel/db"
)

// Number is the order's number for tubes, films and lists: written as a person's
// code is, with its check character. It follows from the id, so no two nodes need
// to agree on it, and it says nothing about the person or the service.
func Number(id db.ID) string {
	h := sha256.Sum256(append([]byte("order.number"), id[:]...))
	return codes.Code(db.ID(h[:16]))
}

// birthYear is the year of birth as paper needs it beside a code, to tell two
// people apart: the year, or the first and the last that it may be; "" when it is
// not known.
func birthYear(d calendar.Date) string {
	first, last, ok := d.Bounds()
	if !ok {
		return ""
	}
	from, _, _ := first.YMD()
	to, _, _ := last.YMD()
	if from == to {
		return strconv.Itoa(from)
	}
	return strconv.Itoa(from) + "–" + strconv.Itoa(to)
}
