package stock

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/godwit-health/godwit/engine/calendar"
)

// Pack says from which lots to take n units on a day: the one that expires first, first; of
// two that expire together the one of the lower number. What expires before until is left:
// it must still be good when it is used. missing is how many units there are too few.
func FirstOut(shelves []Shelf, n int64, on, until calendar.Day) (picks []Pick, missing int64) {
	good := slices.DeleteFunc(slices.Clone(shelves), func(s Shelf) bool { return !s.Usable(max(on, until)) })
	slices.SortFunc(good, func(a, b Shelf) int {
		return cmp.Or(cmp.Compare(a.Expiry, b.Expiry), cmp.Compare(a.Number, b.Number), bytes.Compare(a.ID[:], b.ID[:]))
	})
	for _, s := range good {
		if n <= 0 {
			break
		}
		take := min(n, s.N)
		picks = append(picks, Pick{Lot: s.Lot, N: take})
		n -= take
	}
	return picks, max(n, 0)
}

// Standing is how an item stands at a site.
type Standing struct {
	Item
	Level
	Shelves  []Shelf
	OnHand   int64 // usable: neither expired nor held
	Expired  int64
	Held     int64
	Below    []Shelf      // lots whose balance is below zero
	Next     calendar.Day // the first expiry of what is usable; 0 where there is none
	Expiring int64        // usable, and expires by the day that was asked for
}

// Low reports whether there is less than the minimum; where none was said, whether there is
// nothing of what was there.
func (s Standing) Low() bool {
	if s.Min > 0 {
		return s.OnHand < s.Min
	}
	return s.OnHand <= 0 && len(s.Shelves) > 0
}

// ToOrder is how many units fill it up to its maximum; 0 where none was said.
func (s Standing) ToOrder() int64 {
	if s.Max == 0 || !s.Low() {
		return 0
	}
	return max(s.Max-s.OnHand, 0)
}

// Stand sums the shelves of an item on a day; what expires by soon is called expiring.
func Stand(i Item, l Level, shelves []Shelf, on, soon calendar.Day) Standing {
	s := Standing{Item: i, Level: l, Shelves: shelves}
	for _, h := range shelves {
		switch {
		case h.N < 0:
			s.Below = append(s.Below, h)
		case h.N == 0:
		case h.Expiry < on:
			s.Expired += h.N
		case h.Held != "":
			s.Held += h.N
		default:
			s.OnHand += h.N
			if s.Next == 0 || h.Expiry < s.Next {
				s.Next = h.Expiry
			}
			if h.Expiry <= soon {
				s.Expiring += h.N
			}
		}
	}
	return s
}
