package expr

import (
	"fmt"
	"sort"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// SyntaxError is a mistake in an expression's text.
type SyntaxError struct {
	Pos int    // byte offset in the source
	Msg string // what is wrong, in words
}

// Error prints the position (counted from 1) and the reason.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("expression, position %d: %s", e.Pos+1, e.Msg)
}

func syntaxf(pos int, format string, args ...any) error {
	return &SyntaxError{Pos: pos, Msg: fmt.Sprintf(format, args...)}
}

type tokenKind uint8

const (
	tokEnd tokenKind = iota
	tokNumber
	tokString
	tokName // a bare name or a keyword
	tokVar  // ${name}, or a declared name
	tokOp   // operator or punctuation
)

type token struct {
	kind tokenKind
	text string
	num  float64
	pos  int
}

// lexer cuts an expression into tokens. names are declared names, longest first,
// which may contain spaces and operator characters (DMN 1.5, 10.3.1.2, rule 27).
type lexer struct {
	src   string
	mode  Mode
	names []string
}

func newLexer(src string, mode Mode, names []string) *lexer {
	sorted := append([]string(nil), names...)
	sort.Slice(sorted, func(i, j int) bool {
		if len(sorted[i]) != len(sorted[j]) {
			return len(sorted[i]) > len(sorted[j])
		}
		return sorted[i] < sorted[j]
	})
	return &lexer{src: src, mode: mode, names: sorted}
}

// operators, longest first.
var operators = []string{"**", "!=", "<=", ">=", "..", "=", "<", ">", "+", "-", "*", "/", "(", ")", "[", "]", ",", ".", "?"}

// spacedNames are FEEL built-in functions whose names hold spaces.
var spacedNames = []string{"list contains", "string length", "starts with", "ends with", "upper case", "lower case"}

func (l *lexer) tokens() ([]token, error) {
	var out []token
	pos := 0
	for {
		for pos < len(l.src) {
			r, n := utf8.DecodeRuneInString(l.src[pos:])
			if !unicode.IsSpace(r) {
				break
			}
			pos += n
		}
		if pos >= len(l.src) {
			return append(out, token{kind: tokEnd, pos: pos}), nil
		}
		t, next, err := l.next(pos)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
		pos = next
	}
}

func (l *lexer) next(pos int) (token, int, error) {
	rest := l.src[pos:]
	if name, ok := l.declared(pos); ok {
		return token{kind: tokVar, text: name, pos: pos}, pos + len(name), nil
	}
	r, _ := utf8.DecodeRuneInString(rest)
	switch {
	case strings.HasPrefix(rest, "${"):
		end := strings.IndexByte(rest, '}')
		if end < 0 {
			return token{}, 0, syntaxf(pos, "${ without }")
		}
		name := strings.TrimSpace(rest[2:end])
		if name == "" {
			return token{}, 0, syntaxf(pos, "${} names no question")
		}
		return token{kind: tokVar, text: name, pos: pos}, pos + end + 1, nil
	case r == '\'' || r == '"' || r == '‘' || r == '’' || r == '“' || r == '”':
		return l.str(pos, r)
	case r >= '0' && r <= '9', r == '.' && len(rest) > 1 && rest[1] >= '0' && rest[1] <= '9':
		return l.number(pos)
	case r == '_' || unicode.IsLetter(r):
		return l.name(pos)
	}
	for _, op := range operators {
		if strings.HasPrefix(rest, op) {
			return token{kind: tokOp, text: op, pos: pos}, pos + len(op), nil
		}
	}
	return token{}, 0, syntaxf(pos, "unexpected %q", r)
}

// declared matches the longest declared name at pos that ends at a word border.
func (l *lexer) declared(pos int) (string, bool) {
	for _, n := range l.names {
		if n == "" || !strings.HasPrefix(l.src[pos:], n) {
			continue
		}
		if after, _ := utf8.DecodeRuneInString(l.src[pos+len(n):]); len(l.src) > pos+len(n) {
			last, _ := utf8.DecodeLastRuneInString(n)
			if wordRune(last) && wordRune(after) {
				continue
			}
		}
		return n, true
	}
	return "", false
}

func wordRune(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }

// closers maps an opening quote to its end; spreadsheets put typographic ones in.
var closers = map[rune]string{'\'': "'", '"': `"`, '‘': "’", '’': "’", '“': "”", '”': "”"}

func (l *lexer) str(pos int, quote rune) (token, int, error) {
	start := pos + utf8.RuneLen(quote)
	closer := closers[quote]
	var b strings.Builder
	for i := start; i < len(l.src); {
		if strings.HasPrefix(l.src[i:], closer) {
			return token{kind: tokString, text: b.String(), pos: pos}, i + len(closer), nil
		}
		// FEEL escapes (DMN 1.5, 10.3.1.2, rule 64); XPath has none.
		if l.src[i] == '\\' && l.mode != Form && i+1 < len(l.src) {
			switch l.src[i+1] {
			case 'n':
				b.WriteByte('\n')
			case 't':
				b.WriteByte('\t')
			case '"', '\'', '\\':
				b.WriteByte(l.src[i+1])
			default:
				return token{}, 0, syntaxf(i, "unknown escape \\%c", l.src[i+1])
			}
			i += 2
			continue
		}
		b.WriteByte(l.src[i])
		i++
	}
	return token{}, 0, syntaxf(pos, "text without a closing quote")
}

func (l *lexer) number(pos int) (token, int, error) {
	i, dot := pos, false
	for i < len(l.src) {
		c := l.src[i]
		if c == '.' && !dot && i+1 < len(l.src) && l.src[i+1] >= '0' && l.src[i+1] <= '9' {
			dot = true
		} else if c < '0' || c > '9' {
			break
		}
		i++
	}
	f, err := strconv.ParseFloat(l.src[pos:i], 64)
	if err != nil {
		return token{}, 0, syntaxf(pos, "%q is not a number", l.src[pos:i])
	}
	return token{kind: tokNumber, text: l.src[pos:i], num: f, pos: pos}, i, nil
}

func (l *lexer) name(pos int) (token, int, error) {
	if l.mode != Form {
		for _, n := range spacedNames {
			if strings.HasPrefix(l.src[pos:], n) {
				after := strings.TrimLeft(l.src[pos+len(n):], " \t")
				if strings.HasPrefix(after, "(") {
					return token{kind: tokName, text: n, pos: pos}, pos + len(n), nil
				}
			}
		}
	}
	i := pos
	for i < len(l.src) {
		r, n := utf8.DecodeRuneInString(l.src[i:])
		joins := wordRune(r)
		if !joins && i+n < len(l.src) {
			// XPath names may hold hyphens (count-selected); a FEEL path a dot.
			nx, _ := utf8.DecodeRuneInString(l.src[i+n:])
			joins = (r == '-' && l.mode == Form || r == '.' && l.mode != Form) && (nx == '_' || unicode.IsLetter(nx))
		}
		if !joins {
			break
		}
		i += n
	}
	return token{kind: tokName, text: l.src[pos:i], pos: pos}, i, nil
}
