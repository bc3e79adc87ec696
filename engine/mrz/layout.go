package mrz

// Format is a layout of Doc 9303.
type Format string

// The layouts.
const (
	TD1  Format = "TD1"   // card, 3 × 30
	TD2  Format = "TD2"   // 2 × 36
	TD3  Format = "TD3"   // passport, 2 × 44
	MRVA Format = "MRV-A" // visa, 2 × 44
	MRVB Format = "MRV-B" // visa, 2 × 36
)

// at is a run of characters: line, first and last position, counted from 1 and
// inclusive, as Doc 9303 prints them. The zero at means "this layout has none".
type at struct{ line, from, to int }

func (a at) none() bool { return a.line == 0 }

type layout struct {
	format                  Format
	lines, width            int
	code, issuer, name      at
	number, numberCheck     at
	nationality, sex        at
	birth, birthCheck       at
	expiry, expiryCheck     at
	optional, optionalCheck at
	optional2               at
	composite               []at
	compositeCheck          at
	longNumber              bool  // the number may run on into optional
	openLines               []int // lines that end in fillers, so that a miscounted tail can be mended
}

// twoLines builds the layouts that share their second line: TD2, TD3 and visas.
func twoLines(f Format, width int) layout {
	return layout{
		format: f, lines: 2, width: width,
		code: at{1, 1, 2}, issuer: at{1, 3, 5}, name: at{1, 6, width},
		number: at{2, 1, 9}, numberCheck: at{2, 10, 10},
		nationality: at{2, 11, 13},
		birth:       at{2, 14, 19}, birthCheck: at{2, 20, 20},
		sex:    at{2, 21, 21},
		expiry: at{2, 22, 27}, expiryCheck: at{2, 28, 28},
		optional:  at{2, 29, width},
		openLines: []int{1, 2},
	}
}

// layoutOf returns the table of one format (Doc 9303 parts 4 to 7).
func layoutOf(f Format) layout {
	switch f {
	case TD1:
		return layout{
			format: TD1, lines: 3, width: 30,
			code: at{1, 1, 2}, issuer: at{1, 3, 5}, name: at{3, 1, 30},
			number: at{1, 6, 14}, numberCheck: at{1, 15, 15},
			optional: at{1, 16, 30}, optional2: at{2, 19, 29},
			birth: at{2, 1, 6}, birthCheck: at{2, 7, 7},
			sex:    at{2, 8, 8},
			expiry: at{2, 9, 14}, expiryCheck: at{2, 15, 15},
			nationality:    at{2, 16, 18},
			composite:      []at{{1, 6, 30}, {2, 1, 7}, {2, 9, 15}, {2, 19, 29}},
			compositeCheck: at{2, 30, 30},
			longNumber:     true,
			openLines:      []int{1, 3},
		}
	case TD2:
		l := twoLines(TD2, 36)
		l.optional = at{2, 29, 35}
		l.composite = []at{{2, 1, 10}, {2, 14, 20}, {2, 22, 35}}
		l.compositeCheck = at{2, 36, 36}
		l.longNumber = true
		l.openLines = []int{1}
		return l
	case TD3:
		l := twoLines(TD3, 44)
		l.optional, l.optionalCheck = at{2, 29, 42}, at{2, 43, 43}
		l.composite = []at{{2, 1, 10}, {2, 14, 20}, {2, 22, 43}}
		l.compositeCheck = at{2, 44, 44}
		l.openLines = []int{1}
		return l
	case MRVA:
		return twoLines(MRVA, 44)
	}
	return twoLines(MRVB, 36)
}

// checkDigit is the sum of the characters weighted 7, 3, 1 modulo 10 (Doc 9303
// part 3, 4.9). Characters must be of the alphabet.
func checkDigit(s string) byte {
	weights := [3]int{7, 3, 1}
	sum := 0
	for i := 0; i < len(s); i++ {
		sum += weights[i%3] * charValue(s[i])
	}
	return byte('0' + sum%10)
}

func charValue(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'A' && c <= 'Z':
		return int(c-'A') + 10
	}
	return 0
}
