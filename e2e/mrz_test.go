package e2e

import (
	"strings"
	"testing"
)

// checkDigit is that of ICAO Doc 9303, part 3, section 4.9: weights 7, 3, 1; letters
// count from 10; the filler is 0.
func checkDigit(s string) string {
	sum := 0
	for i, r := range s {
		v := 0
		switch {
		case r >= '0' && r <= '9':
			v = int(r - '0')
		case r >= 'A' && r <= 'Z':
			v = int(r-'A') + 10
		}
		sum += v * []int{7, 3, 1}[i%3]
	}
	return string(rune('0' + sum%10))
}

// passport is what stands in the machine-readable zone of a passport.
type passport struct {
	issuer, surname, given, number, nationality string
	born, sex, expires                          string // yymmdd, F or M, yymmdd
}

// td3 writes the two lines of a passport (ICAO Doc 9303, part 4, section 4.2).
func (p passport) td3() string {
	pad := func(s string, n int) string { return (s + strings.Repeat("<", n))[:n] }
	first := pad("P<"+p.issuer+p.surname+"<<"+strings.ReplaceAll(p.given, " ", "<"), 44)
	number, personal := pad(p.number, 9), pad("", 14)
	number += checkDigit(number)
	born, expires := p.born+checkDigit(p.born), p.expires+checkDigit(p.expires)
	personal += "<" // an empty personal number may have the filler as its check digit
	return first + "\n" + number + p.nationality + born + p.sex + expires + personal + checkDigit(number+born+expires+personal)
}

func TestCheckDigitsAreThoseOfTheStandard(t *testing.T) {
	// The specimen of ICAO Doc 9303, part 4, appendix A.
	for field, want := range map[string]string{"L898902C3": "6", "740812": "2", "120415": "9", "ZE184226B<<<<<": "1"} {
		if got := checkDigit(field); got != want {
			t.Errorf("%s: %s, want %s", field, got, want)
		}
	}
}
