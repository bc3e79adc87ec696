package decision

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/godwit-health/godwit/engine/calendar"
)

// A cell is a disjunction of tests, perhaps negated, on one column: a subset of
// DMN's S-FEEL unary tests (DMN 1.5, chapter 9) with three additions: states
// (known, unknown, refused), lists (in list("x")) and params (param("x")).
type cell struct {
	text  string
	any   bool // -
	not   bool
	tests []test
}

type testKind uint8

const (
	testLiteral testKind = iota // text, number, date, true or false
	testRange                   // < <= > >= and brackets
	testList                    // in list("x")
	testState                   // known, unknown, refused
)

type test struct {
	kind   testKind
	text   string // literal as written without quotes; list id; state
	quoted bool
	lo, hi bound // testRange
	pos    int
}

// bound is one end of a range.
type bound struct {
	set, open bool
	text      string // as written
	num       float64
	date      bool
	param     string // param("x")
	unit      string
	pos, end  int // of text in the cell, for mutants
}

type cellError struct {
	pos int
	msg string
}

func (e *cellError) Error() string { return fmt.Sprintf("position %d: %s", e.pos+1, e.msg) }

const (
	stateKnown   = "known"
	stateUnknown = "unknown"
	stateRefused = "refused"
)

// CheckCell reports whether a cell can be read; the error gives the position.
func CheckCell(text string) error {
	_, err := parseCell(text)
	return err
}

func parseCell(text string) (*cell, error) {
	if len(text) > MaxCellBytes {
		return nil, &cellError{0, fmt.Sprintf("longer than %d bytes", MaxCellBytes)}
	}
	if !utf8.ValidString(text) {
		return nil, &cellError{0, "not valid UTF-8"}
	}
	p := &cellParser{src: text}
	c := &cell{text: text}
	p.space()
	switch {
	case p.done():
		return nil, &cellError{0, "the cell is empty; write - for any"}
	case strings.TrimSpace(text) == "-":
		c.any = true
		return c, nil
	case strings.TrimSpace(text) == "–" || strings.TrimSpace(text) == "—":
		return nil, &cellError{0, "a long dash; write - for any"}
	}
	if p.word("not") && p.accept("(") {
		c.not = true
	} else {
		p.at = 0
		p.space()
	}
	for {
		t, err := p.test()
		if err != nil {
			return nil, err
		}
		c.tests = append(c.tests, t)
		if !p.accept(",") {
			break
		}
	}
	if c.not && !p.accept(")") {
		return nil, &cellError{p.at, "not( without )"}
	}
	if !p.done() {
		if strings.ContainsAny(p.src[p.at:], "<>=") {
			// `12 > age >= 2` in published tables; the fact stands in the header.
			return nil, &cellError{p.at, "a comparison begins with its sign and does not name the fact: <12, or [2..12)"}
		}
		return nil, &cellError{p.at, fmt.Sprintf("unexpected %q", p.src[p.at:])}
	}
	return c, nil
}

type cellParser struct {
	src string
	at  int
}

func (p *cellParser) done() bool { return p.at >= len(p.src) }

func (p *cellParser) space() {
	for p.at < len(p.src) {
		r, n := utf8.DecodeRuneInString(p.src[p.at:])
		if !unicode.IsSpace(r) {
			return
		}
		p.at += n
	}
}

func (p *cellParser) accept(s string) bool {
	if strings.HasPrefix(p.src[p.at:], s) {
		p.at += len(s)
		p.space()
		return true
	}
	return false
}

// word accepts a keyword that is not the beginning of a longer word.
func (p *cellParser) word(s string) bool {
	if !strings.HasPrefix(p.src[p.at:], s) {
		return false
	}
	if r, _ := utf8.DecodeRuneInString(p.src[p.at+len(s):]); p.at+len(s) < len(p.src) && bareRune(r) {
		return false
	}
	p.at += len(s)
	p.space()
	return true
}

func bareRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("_-./+:", r)
}

func (p *cellParser) test() (test, error) {
	start := p.at
	if p.done() {
		return test{}, &cellError{p.at, "a test is missing"}
	}
	for _, op := range []string{"<=", ">=", "<", ">", "="} {
		if !p.accept(op) {
			continue
		}
		b, err := p.endpoint()
		if err != nil {
			return test{}, err
		}
		t := test{kind: testRange, pos: start}
		b.open = op == "<" || op == ">"
		if op != ">" && op != ">=" {
			t.hi = b
		}
		if op != "<" && op != "<=" {
			t.lo = b
		}
		return t, nil
	}
	switch c := p.src[p.at]; {
	case c == '[' || c == '(' || c == ']':
		return p.bracket(start)
	case p.word("in"):
		if !p.word("list") || !p.accept("(") {
			return test{}, &cellError{p.at, `want in list("name")`}
		}
		id, err := p.quotedText()
		if err != nil {
			return test{}, err
		}
		if !p.accept(")") {
			return test{}, &cellError{p.at, `in list("name" without )`}
		}
		return test{kind: testList, text: id, pos: start}, nil
	}
	if quoteOf(p.src[p.at:]) != "" {
		s, err := p.quotedText()
		return test{kind: testLiteral, text: s, quoted: true, pos: start}, err
	}
	w := p.bare()
	switch w {
	case "":
		return test{}, &cellError{p.at, fmt.Sprintf("unexpected %q", p.src[p.at:])}
	case stateKnown, stateUnknown, stateRefused:
		return test{kind: testState, text: w, pos: start}, nil
	}
	if strings.Contains(w, "..") {
		return test{}, &cellError{start, "a range needs brackets: [a..b]"}
	}
	return test{kind: testLiteral, text: w, pos: start}, nil
}

// bare reads a number, a date or a code without quotes.
func (p *cellParser) bare() string {
	start := p.at
	for p.at < len(p.src) {
		r, n := utf8.DecodeRuneInString(p.src[p.at:])
		if !bareRune(r) {
			break
		}
		p.at += n
	}
	w := p.src[start:p.at]
	p.space()
	return w
}

// quoteOf returns the end of the quotation that s begins, "" for none.
// Spreadsheets put typographic quotes in.
func quoteOf(s string) string {
	switch {
	case strings.HasPrefix(s, `"`):
		return `"`
	case strings.HasPrefix(s, "“"), strings.HasPrefix(s, "”"):
		return "”"
	}
	return ""
}

func (p *cellParser) quotedText() (string, error) {
	closer := quoteOf(p.src[p.at:])
	if closer == "" {
		return "", &cellError{p.at, `want a text in double quotes`}
	}
	start := p.at
	_, n := utf8.DecodeRuneInString(p.src[p.at:])
	end := strings.Index(p.src[p.at+n:], closer)
	if end < 0 {
		return "", &cellError{start, "text without a closing quote"}
	}
	s := p.src[p.at+n : p.at+n+end]
	p.at += n + end + len(closer)
	p.space()
	return s, nil
}

func (p *cellParser) bracket(start int) (test, error) {
	t := test{kind: testRange, pos: start}
	openLo := p.src[p.at] != '['
	p.at++
	p.space()
	lo, err := p.endpoint()
	if err != nil {
		return t, err
	}
	if !p.accept("..") {
		return t, &cellError{p.at, "want .. between the ends of a range"}
	}
	hi, err := p.endpoint()
	if err != nil {
		return t, err
	}
	lo.open = openLo
	switch {
	case p.accept("]"):
	case p.accept(")"), p.accept("["):
		hi.open = true
	default:
		return t, &cellError{p.at, "the range has no end bracket"}
	}
	t.lo, t.hi = lo, hi
	if lo.param == "" && hi.param == "" && (lo.num > hi.num || lo.num == hi.num && (lo.open || hi.open)) {
		return t, &cellError{start, fmt.Sprintf("the range is inverted or empty: %s is not before %s", lo.text, hi.text)}
	}
	return t, nil
}

// endpoint reads a number with an optional unit, a date, or param("x").
func (p *cellParser) endpoint() (bound, error) {
	b := bound{set: true, pos: p.at}
	if p.word("param") {
		if !p.accept("(") {
			return b, &cellError{p.at, `want param("name")`}
		}
		id, err := p.quotedText()
		if err != nil {
			return b, err
		}
		if !p.accept(")") {
			return b, &cellError{p.at, `param("name" without )`}
		}
		b.param, b.text = id, `param("`+id+`")`
		return b, nil
	}
	quoted := quoteOf(p.src[p.at:]) != ""
	if quoted {
		_, n := utf8.DecodeRuneInString(p.src[p.at:])
		b.pos += n
		s, err := p.quotedText()
		if err != nil {
			return b, err
		}
		b.text = s
	} else {
		b.text = p.numeral()
		p.space()
	}
	b.end = b.pos + len(b.text)
	if d, err := calendar.ParseDay(b.text); err == nil && len(b.text) == 10 {
		b.num, b.date = float64(d), true
		return b, nil
	}
	f, err := strconv.ParseFloat(b.text, 64)
	if quoted || err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
		return b, &cellError{b.pos, fmt.Sprintf("%q is not a number or a date (2026-11-22)", b.text)}
	}
	b.num = f
	b.unit = p.unit()
	return b, nil
}

// numeral reads digits, sign, point and the dashes of a date, stopping at "..".
func (p *cellParser) numeral() string {
	start := p.at
	for p.at < len(p.src) {
		c := p.src[p.at]
		if c == '.' && strings.HasPrefix(p.src[p.at:], "..") {
			break
		}
		if (c < '0' || c > '9') && c != '.' && c != '-' && c != '+' {
			break
		}
		p.at++
	}
	return p.src[start:p.at]
}

// unit reads a unit after a number: >=35 kg.
func (p *cellParser) unit() string {
	start := p.at
	for p.at < len(p.src) {
		r, n := utf8.DecodeRuneInString(p.src[p.at:])
		if !(unicode.IsLetter(r) || strings.ContainsRune("%/{}", r)) {
			break
		}
		p.at += n
	}
	u := p.src[start:p.at]
	p.space()
	return u
}
