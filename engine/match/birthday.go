package match

import (
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
)

// birthday is a birth date as somebody wrote it. Impossible days and months are kept:
// a slip of the pen still tells who it was.
type birthday struct {
	year, month, day int16 // 0 is not known
	digits           string
	day0             int32 // days since 1970 for possible dates
	exact            bool
}

func (b birthday) firstOfJanuary() bool { return b.month == 1 && b.day == 1 }

// readBirth reads year, month and day in the order in which they are written;
// dayFirst says which comes first of two that could be either.
func readBirth(s string, dayFirst bool) birthday {
	if cut := strings.IndexAny(s, "T "); cut >= 8 {
		s = s[:cut] // a time of day
	} else if len(s) == 9 && cut > 0 && !strings.ContainsAny(s, "-/.") {
		s = s[:cut] + s[cut+1:] // a blank that slipped into 19971122
	}
	var parts [][]byte
	inNumber := false
	for _, r := range s {
		switch {
		case r >= '٠' && r <= '٩':
			r = '0' + r - '٠'
		case r >= '۰' && r <= '۹':
			r = '0' + r - '۰'
		}
		if r >= '0' && r <= '9' {
			if !inNumber {
				parts = append(parts, nil)
			}
			inNumber = true
			parts[len(parts)-1] = append(parts[len(parts)-1], byte(r))
			continue
		}
		if !strings.ContainsRune("-/. ", r) {
			return birthday{}
		}
		inNumber = false
	}
	if len(parts) == 1 && len(parts[0]) == 8 {
		p := parts[0]
		parts = [][]byte{p[:4], p[4:6], p[6:]}
	}
	return ofParts(parts, dayFirst)
}

func ofParts(parts [][]byte, dayFirst bool) birthday {
	if len(parts) == 0 || len(parts) > 3 {
		return birthday{}
	}
	n := [3]int{}
	for i, p := range parts {
		if len(p) > 4 {
			return birthday{}
		}
		for _, c := range p {
			n[i] = n[i]*10 + int(c-'0')
		}
	}
	switch {
	case len(parts[0]) == 4:
	case len(parts) == 3 && len(parts[2]) == 4 && dayFirst:
		n = [3]int{n[2], n[1], n[0]}
	case len(parts) == 3 && len(parts[2]) == 4:
		n = [3]int{n[2], n[0], n[1]}
	case len(parts) == 2 && len(parts[1]) == 4:
		n = [3]int{n[1], n[0], 0}
	default:
		return birthday{}
	}
	return ofNumbers(n[0], n[1], n[2])
}

func ofNumbers(year, month, day int) birthday {
	if year < 1000 || year > 2999 || month > 99 || day > 99 {
		return birthday{}
	}
	b := birthday{year: int16(year), month: int16(month), day: int16(day)}
	d := []byte{'0' + byte(year/1000), '0' + byte(year/100%10), '0' + byte(year/10%10), '0' + byte(year%10)}
	if month > 0 {
		d = append(d, '0'+byte(month/10), '0'+byte(month%10))
	}
	if month > 0 && (day > 0 || month > 12) {
		d = append(d, '0'+byte(day/10), '0'+byte(day%10))
	}
	b.digits = string(d)
	if month >= 1 && month <= 12 && day >= 1 && day <= calendar.DaysInMonth(year, month) {
		b.day0, b.exact = int32(calendar.DayOf(year, month, day)), true
	}
	return b
}

// dayFirst looks through a column written as 03/04/1990: a first number above 12
// says that days come first.
func dayFirst(cells []string) bool {
	first, second := 0, 0
	for _, c := range cells {
		b := readBirth(c, false)
		if b.year == 0 || len(c) > 4 && c[4] == '-' {
			continue
		}
		if b.month > 12 {
			first++
		}
		if b.day > 12 {
			second++
		}
	}
	return first > second
}

// Levels of two birth dates.
const (
	birthUnknown uint8 = iota
	birthDay
	birthJanuary // the same 1 January: mostly "not known"
	birthPart    // the same as far as both are known
	birthFilled  // the same year, and one of them has 1 January for it
	birthSwapped // day and month
	birthSlip    // one digit, or two neighbours
	birthTwo     // two of day, month and year
	birthYear    // the year
	birthNear    // within two years
	birthOther
)

var birthLevels = []string{"unknown", "same day", "same 1 January", "same as far as known", "1 January of the same year", "day and month swapped",
	"one digit", "two parts", "same year", "within two years", "other"}

func compareBirth(a, b *birthday) uint8 {
	switch {
	case a.year == 0 || b.year == 0:
		return birthUnknown
	case a.digits == b.digits && len(a.digits) == 8:
		if a.firstOfJanuary() {
			return birthJanuary
		}
		return birthDay
	case a.month == 0 || b.month == 0 || a.day == 0 || b.day == 0:
		return compareParts(a, b)
	case a.year == b.year && (a.firstOfJanuary() || b.firstOfJanuary()):
		return birthFilled
	case a.year == b.year && a.month == b.day && a.day == b.month:
		return birthSwapped
	case oneSlip(a.digits, b.digits):
		return birthSlip
	case sameParts(a, b) >= 2:
		return birthTwo
	case a.year == b.year:
		return birthYear
	case abs16(a.year-b.year) <= 2:
		return birthNear
	}
	return birthOther
}

// compareParts compares dates of which one is known to the month or year only.
func compareParts(a, b *birthday) uint8 {
	if a.year == b.year {
		if a.month == 0 || b.month == 0 || a.month == b.month {
			return birthPart
		}
		return birthYear
	}
	switch {
	case oneSlip(a.digits[:4], b.digits[:4]):
		if abs16(a.year-b.year) <= 2 {
			return birthNear
		}
		return birthSlip
	case abs16(a.year-b.year) <= 2:
		return birthNear
	}
	return birthOther
}

func sameParts(a, b *birthday) int {
	n := 0
	for _, same := range []bool{a.year == b.year, a.month == b.month, a.day == b.day} {
		if same {
			n++
		}
	}
	return n
}

func abs16(n int16) int16 {
	if n < 0 {
		return -n
	}
	return n
}

// oneSlip reports one changed digit, or two neighbours that changed places.
func oneSlip(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	first, n := -1, 0
	for i := range len(a) {
		if a[i] != b[i] {
			if n++; n == 1 {
				first = i
			} else if n > 2 || i != first+1 || a[first] != b[i] || a[i] != b[first] {
				return false
			}
		}
	}
	return n > 0
}
