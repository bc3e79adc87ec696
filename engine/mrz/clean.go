package mrz

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxInput is the longest text Parse reads, in bytes. The longest zone is 90
// characters; the rest is room for blanks and line breaks of a scanner.
const MaxInput = 1000

// Reason says why nothing could be read.
type Reason string

// The reasons, used as the tail of message keys.
const (
	ReasonEmpty     Reason = "empty"
	ReasonTooLong   Reason = "too_long"
	ReasonCharacter Reason = "character" // a character outside the alphabet, at Line and Pos
	ReasonLength    Reason = "length"    // Line has Got characters, Want were expected
	ReasonLayout    Reason = "layout"    // no layout has such lines
	ReasonSpecimen  Reason = "specimen"  // issued by UTO, the country of specimens
)

// Error is a zone that cannot be read. It holds no character of the document.
type Error struct {
	Reason    Reason
	Line, Pos int // counted from 1; 0 where it concerns the whole
	Got, Want int // lengths
}

// Error names line and position.
func (e *Error) Error() string {
	switch e.Reason {
	case ReasonCharacter:
		return fmt.Sprintf("mrz: line %d position %d: not a letter A-Z, a digit or <", e.Line, e.Pos)
	case ReasonLength:
		return fmt.Sprintf("mrz: line %d has %d characters, not %d", e.Line, e.Got, e.Want)
	case ReasonTooLong:
		return fmt.Sprintf("mrz: %d bytes, at most %d are read", e.Got, MaxInput)
	case ReasonEmpty:
		return "mrz: nothing to read"
	case ReasonSpecimen:
		return "mrz: a specimen (UTO), not a document"
	}
	return "mrz: not two lines of 44 or 36 nor three lines of 30 characters"
}

// clean turns what a scanner or a typist sends into lines of the alphabet:
// upper case, no blanks or control characters, Latin digits, chevrons as "<".
func clean(text string) ([]string, *Error) {
	if len(text) > MaxInput {
		return nil, &Error{Reason: ReasonTooLong, Got: len(text)}
	}
	var lines []string
	var b strings.Builder
	flush := func() {
		if b.Len() > 0 {
			lines = append(lines, b.String())
			b.Reset()
		}
	}
	for _, r := range text {
		switch {
		case isLineBreak(r):
			flush()
			continue
		case r == utf8.RuneError:
			return nil, &Error{Reason: ReasonCharacter, Line: len(lines) + 1, Pos: b.Len() + 1}
		case unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r):
			continue // stray blanks, a scanner's STX and ETX, direction marks, a byte order mark
		}
		s := zoneChars(r)
		if s == "" {
			return nil, &Error{Reason: ReasonCharacter, Line: len(lines) + 1, Pos: b.Len() + 1}
		}
		b.WriteString(s)
	}
	flush()
	if len(lines) == 0 {
		return nil, &Error{Reason: ReasonEmpty}
	}
	return lines, nil
}

func isLineBreak(r rune) bool {
	return r == '\n' || r == '\r' || r == '\v' || r == '\f' || r == '\u0085' || r == '\u2028' || r == '\u2029'
}

// zoneChars returns the characters of the zone that r stands for, "" for none.
func zoneChars(r rune) string {
	switch {
	case r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '<':
		return string(r)
	case r >= 'a' && r <= 'z':
		return string(r - 'a' + 'A')
	case r >= '٠' && r <= '٩': // Arabic keyboard
		return string('0' + r - '٠')
	case r >= '۰' && r <= '۹': // Persian keyboard
		return string('0' + r - '۰')
	case r >= '０' && r <= '９': // full width
		return string('0' + r - '０')
	case r >= 'Ａ' && r <= 'Ｚ':
		return string('A' + r - 'Ａ')
	case r == '‹' || r == '＜' || r == '〈':
		return "<"
	case r == '«' || r == '《':
		return "<<"
	}
	return ""
}

// arrange finds the layout of the cleaned lines and returns them at full width.
// A line break in the wrong place or none at all is mended by the total length;
// a miscounted tail of fillers is mended on lines that end in fillers.
func arrange(lines []string) (layout, []string, []Repair, *Error) {
	if l, ok := byShape(lines); ok {
		return l, lines, nil, nil
	}
	all := strings.Join(lines, "")
	whole := map[int]int{88: 2, 72: 2, 90: 3}[len(all)] // lines of a zone of this length
	if whole == 0 || len(lines) > 1 && len(lines) != whole {
		l, out, repairs, err := mendTails(lines)
		if err == nil || whole == 0 {
			return l, out, repairs, err
		}
	}
	var l layout
	switch len(all) {
	case 88:
		l = layoutOf(pick(all, MRVA, TD3))
	case 72:
		l = layoutOf(pick(all, MRVB, TD2))
	default:
		l = layoutOf(TD1)
	}
	if all[0] < 'A' || all[0] > 'Z' {
		return layout{}, nil, nil, &Error{Reason: ReasonLayout}
	}
	out := make([]string, 0, l.lines)
	for i := 0; i < l.lines; i++ {
		out = append(out, all[i*l.width:(i+1)*l.width])
	}
	return l, out, nil, nil
}

func pick(zone string, visa, other Format) Format {
	if zone[0] == 'V' {
		return visa
	}
	return other
}

// byShape accepts lines that already have the shape of a layout.
func byShape(lines []string) (layout, bool) {
	for _, s := range lines {
		if len(s) != len(lines[0]) {
			return layout{}, false
		}
	}
	first := lines[0][0]
	if first < 'A' || first > 'Z' {
		return layout{}, false
	}
	switch {
	case len(lines) == 2 && len(lines[0]) == 44:
		return layoutOf(pick(lines[0], MRVA, TD3)), true
	case len(lines) == 2 && len(lines[0]) == 36:
		return layoutOf(pick(lines[0], MRVB, TD2)), true
	case len(lines) == 3 && len(lines[0]) == 30:
		return layoutOf(TD1), true
	}
	return layout{}, false
}

// mendTails adds or takes fillers at the end of lines that end in them: people
// who type a zone miscount them, and some scanners drop them.
func mendTails(lines []string) (layout, []string, []Repair, *Error) {
	first := lines[0][0]
	var l layout
	switch {
	case first < 'A' || first > 'Z':
		return l, nil, nil, &Error{Reason: ReasonLayout}
	case len(lines) == 3:
		l = layoutOf(TD1)
	case len(lines) == 2 && len(lines[1]) > 36:
		l = layoutOf(pick(lines[0], MRVA, TD3))
	case len(lines) == 2:
		l = layoutOf(pick(lines[0], MRVB, TD2))
	default:
		return l, nil, nil, &Error{Reason: ReasonLayout}
	}
	out := make([]string, len(lines))
	var repairs []Repair
	for i, s := range lines {
		t, ok := mendTail(s, l, i+1)
		if !ok {
			return l, nil, nil, &Error{Reason: ReasonLength, Line: i + 1, Got: len(s), Want: l.width}
		}
		if t != s {
			n := min(len(s), len(t))
			repairs = append(repairs, Repair{Line: i + 1, Pos: n + 1, From: s[n:], To: t[n:]})
		}
		out[i] = t
	}
	return l, out, repairs, nil
}

func mendTail(s string, l layout, line int) (string, bool) {
	if len(s) == l.width {
		return s, true
	}
	open := false
	for _, n := range l.openLines {
		open = open || n == line
	}
	// The fixed part of an open line ends at 5 (names of two-line documents), at
	// 15 (TD1 line 1) or at 28 (visa line 2); a name has at least two letters.
	least := map[bool]int{true: 7, false: 2}[line == l.issuer.line]
	if l.number.line == line {
		least = max(least, l.expiryCheck.to, l.numberCheck.to)
		if l.format == TD1 {
			least = l.numberCheck.to
		}
	}
	switch {
	case !open || len(s) < least:
		return "", false
	case len(s) < l.width:
		return s + strings.Repeat("<", l.width-len(s)), true
	}
	return s[:l.width], strings.Trim(s[l.width:], "<") == "" && s[l.width-1] == '<'
}
