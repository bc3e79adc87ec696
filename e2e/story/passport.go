package story

import (
	"strings"
)

// CheckDigit is that of ICAO Doc 9303, part 3, section 4.9: weights 7, 3, 1; letters
// count from 10; the filler is 0.
func CheckDigit(s string) string {
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

// Passport is what stands in the machine-readable zone of a passport.
type Passport struct {
	Issuer, Surname, Given, Number, Nationality string
	Born, Sex, Expires                          string // yymmdd, F or M, yymmdd
}

// Td3 writes the two lines of a passport (ICAO Doc 9303, part 4, section 4.2).
func (p Passport) Td3() string {
	pad := func(s string, n int) string { return (s + strings.Repeat("<", n))[:n] }
	first := pad("P<"+p.Issuer+p.Surname+"<<"+strings.ReplaceAll(p.Given, " ", "<"), 44)
	number, personal := pad(p.Number, 9), pad("", 14)
	number += CheckDigit(number)
	born, expires := p.Born+CheckDigit(p.Born), p.Expires+CheckDigit(p.Expires)
	personal += "<" // an empty personal number may have the filler as its check digit
	return first + "\n" + number + p.Nationality + born + p.Sex + expires + personal + CheckDigit(number+born+expires+personal)
}
