package journal

import (
	"bytes"
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// field is one field of a payload or a state: a name and a JSON value as written.
type field struct {
	name string
	raw  []byte
}

func (f field) isNull() bool { return len(f.raw) == 4 && f.raw[0] == 'n' }

// encodeFields writes the changed fields as a JSON object with sorted names, the
// way encoding/json would but for the common types without reflection, and
// returns the object and its fields, which share its bytes.
func encodeFields(b []byte, in map[string]any) ([]byte, []field, error) {
	fields := make([]field, 0, len(in))
	for n := range in {
		fields = append(fields, field{name: n})
	}
	slices.SortFunc(fields, func(a, b field) int { return strings.Compare(a.name, b.name) })
	var few [32]int
	ends := few[:0]
	b = append(b, '{')
	for i := range fields {
		if i > 0 {
			b = append(b, ',')
		}
		n := fields[i].name
		b = append(appendString(b, n), ':')
		start := len(b)
		var err error
		if b, err = appendValue(b, in[n]); err != nil {
			return nil, nil, &fault.Error{Code: fault.Internal, Op: "journal.Append", Field: n, Key: "journal.bad_value"}
		}
		ends = append(ends, start, len(b))
	}
	b = append(b, '}')
	if len(b) > maxPayload {
		return nil, nil, fault.Field("journal.Append", "fields", "journal.too_long")
	}
	for i := range fields { // only now: the bytes may have moved while they grew
		fields[i].raw = b[ends[2*i]:ends[2*i+1]:ends[2*i+1]]
	}
	return b, fields, nil
}

func appendValue(b []byte, v any) ([]byte, error) {
	switch x := v.(type) {
	case nil:
		return append(b, "null"...), nil
	case string:
		return appendString(b, x), nil
	case bool:
		return strconv.AppendBool(b, x), nil
	case int:
		return strconv.AppendInt(b, int64(x), 10), nil
	case int64:
		return strconv.AppendInt(b, x, 10), nil
	case float64:
		if a := math.Abs(x); a == 0 || a >= 1e-6 && a < 1e21 { // as encoding/json chooses
			return strconv.AppendFloat(b, x, 'f', -1, 64), nil
		}
	case db.ID:
		if x.IsZero() {
			return append(b, "null"...), nil
		}
		return append(append(append(b, '"'), x.String()...), '"'), nil
	case json.RawMessage:
		if x == nil {
			return append(b, "null"...), nil
		}
	}
	var buf bytes.Buffer
	e := json.NewEncoder(&buf)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return append(b, bytes.TrimRight(buf.Bytes(), "\n")...), nil
}

const hexDigits = "0123456789abcdef"

// appendString writes a JSON string (RFC 8259, section 7). What is not UTF-8
// becomes U+FFFD, as encoding/json does, and so does NUL.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= 0x20 && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(s[i:])
			if r != utf8.RuneError || n > 1 {
				i += n
				continue
			}
			b = append(append(b, s[from:i]...), "\ufffd"...)
			i++
			from = i
			continue
		}
		b = append(b, s[from:i]...)
		switch c {
		case 0: // no text column holds it
			b = append(b, "\ufffd"...)
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, '\\', 'n')
		case '\t':
			b = append(b, '\\', 't')
		default:
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
		i++
		from = i
	}
	return append(append(b, s[from:]...), '"')
}

// decodeFields takes a payload apart, keeping each value as written. It accepts
// what any version of Godwit may have sent: unknown fields are as good as known.
func decodeFields(payload []byte) ([]field, error) {
	var m map[string]json.RawMessage
	if len(payload) > maxPayload || json.Unmarshal(payload, &m) != nil || m == nil {
		return nil, fault.Field("journal.decodeFields", "payload", "journal.bad_payload")
	}
	fields := make([]field, 0, len(m))
	for n, raw := range m {
		fields = append(fields, field{n, raw})
	}
	slices.SortFunc(fields, func(a, b field) int { return strings.Compare(a.name, b.name) })
	return fields, nil
}

// overlay lays changed fields over those of a group; null takes a field away.
// Both are sorted; neither is changed.
func overlay(under, over []field) []field {
	if len(under) == 0 && !slices.ContainsFunc(over, field.isNull) {
		return over
	}
	out := make([]field, 0, len(under)+len(over))
	for len(under) > 0 || len(over) > 0 {
		switch {
		case len(over) == 0 || len(under) > 0 && under[0].name < over[0].name:
			out = append(out, under[0])
			under = under[1:]
		default:
			if len(under) > 0 && under[0].name == over[0].name {
				under = under[1:]
			}
			if !over[0].isNull() {
				out = append(out, over[0])
			}
			over = over[1:]
		}
	}
	return out
}
