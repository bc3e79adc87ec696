package pack

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sort"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
)

// Case is one worked case: facts on a date and what must come out.
type Case struct {
	ID      string
	Pack    string
	On      calendar.Date
	Facts   []RawFact // in the file's order
	Journey json.RawMessage
	Expect  Expect
	Line    int
	Err     error // why the line cannot be run; the other fields hold what could be read
}

// RawFact is a fact as the file gives it; the pack's definition types it.
type RawFact struct {
	Name string
	JSON json.RawMessage
}

// Expect is what must come out. A nil set is not compared; an empty one must be
// empty. Sets are of definite outcomes.
type Expect struct {
	Sets         map[string][]string // by outcome kind: require, classify, hold, offer, …
	Undetermined []string            // "kind code" or "kind" of outcomes left open
	Blocked      []string            // codes required and contraindicated at once
	Ask          []string            // facts to ask for, in any order
	Unconfirmed  []string            // "kind code" of outcomes that rest on a recalled row or list
	Highest      []string            // the highest code of each output-order table; none where nothing applies
	ValidUntil   *calendar.Date      // nil: not compared; zero: no date
}

// caseFile is where a pack keeps its own worked cases.
const caseFile = "cases.jsonl"

// maxCaseLine bounds one line of a case file.
const maxCaseLine = 256 << 10

// ParseCases reads a case file, one JSON object a line. A line that cannot be
// read becomes a case with its error, so that the run goes on and counts it as
// failed. Empty lines are passed over.
func ParseCases(r io.Reader) ([]Case, error) {
	var cases []Case
	br := bufio.NewReaderSize(r, 64<<10)
	for line := 1; ; line++ {
		text, tooLong, err := readLine(br)
		if err != nil && !errors.Is(err, io.EOF) {
			return cases, fmt.Errorf("line %d: %w", line, err)
		}
		if line == 1 {
			text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
		}
		if trimmed := bytes.TrimSpace(text); len(trimmed) > 0 || tooLong {
			c := Case{Line: line, Err: fmt.Errorf("is longer than %d kB", maxCaseLine>>10)}
			if !tooLong {
				c = parseCase(trimmed, line)
			}
			cases = append(cases, c)
		}
		if errors.Is(err, io.EOF) {
			return cases, nil
		}
	}
}

// readLine returns a line without its end; the rest of one that is too long is
// read and thrown away.
func readLine(br *bufio.Reader) (line []byte, tooLong bool, err error) {
	for {
		part, err := br.ReadSlice('\n')
		if len(line)+len(part) > maxCaseLine {
			tooLong = true
		} else {
			line = append(line, part...)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		return bytes.TrimRight(line, "\r\n"), tooLong, err
	}
}

func parseCase(text []byte, line int) Case {
	c := Case{Line: line}
	top, err := objectMembers(text)
	if err != nil {
		c.Err = err
		return c
	}
	seen := map[string]bool{}
	for _, m := range top {
		seen[m.Name] = true
		if err := c.set(m); err != nil && c.Err == nil {
			c.Err = err
		}
	}
	for _, key := range []string{"id", "facts", "expect"} {
		if !seen[key] && c.Err == nil {
			c.Err = fmt.Errorf("%s is missing", key)
		}
	}
	return c
}

// set reads one top-level member. Members the format does not know (a note, a
// title) are the author's own and are passed over.
func (c *Case) set(m RawFact) error {
	switch m.Name {
	case "id":
		return text(m, &c.ID)
	case "pack":
		return text(m, &c.Pack)
	case "on":
		var s string
		if err := text(m, &s); err != nil {
			return err
		}
		d, err := calendar.ParseDay(s)
		if err != nil {
			return fmt.Errorf("on: %q is not a day (want 2026-11-22)", s)
		}
		c.On = d.Date()
	case "facts":
		fs, err := objectMembers(m.JSON)
		if err != nil {
			return fmt.Errorf("facts: %w", err)
		}
		c.Facts = fs
	case "journey":
		c.Journey = m.JSON
	case "expect":
		return c.Expect.parse(m.JSON)
	}
	return nil
}

func text(m RawFact, into *string) error {
	if err := json.Unmarshal(m.JSON, into); err != nil || string(m.JSON) == "null" {
		return fmt.Errorf("%s: %s is not a text", m.Name, clip(m.JSON))
	}
	return nil
}

func (e *Expect) parse(raw json.RawMessage) error {
	members, err := objectMembers(raw)
	if err != nil {
		return fmt.Errorf("expect: %w", err)
	}
	e.Sets = map[string][]string{}
	for _, m := range members {
		if err := e.set(m); err != nil {
			return fmt.Errorf("expect.%w", err)
		}
	}
	if len(members) == 0 {
		return errors.New("expect: is empty, so the case could not fail")
	}
	return nil
}

func (e *Expect) set(m RawFact) error {
	if m.Name == "valid_until" {
		var s *string
		if err := json.Unmarshal(m.JSON, &s); err != nil {
			return fmt.Errorf("valid_until: %s is neither a day nor null", clip(m.JSON))
		}
		e.ValidUntil = &calendar.Date{}
		if s == nil {
			return nil
		}
		d, err := calendar.ParseDay(*s)
		if err != nil {
			return fmt.Errorf("valid_until: %q is neither a day nor null", *s)
		}
		*e.ValidUntil = d.Date()
		return nil
	}
	set := []string{}
	if err := json.Unmarshal(m.JSON, &set); err != nil || string(m.JSON) == "null" {
		return fmt.Errorf("%s: %s is not a list of texts", m.Name, clip(m.JSON))
	}
	sort.Strings(set)
	switch m.Name {
	case "undetermined":
		e.Undetermined = set
	case "blocked":
		e.Blocked = set
	case "ask":
		e.Ask = set
	case "unconfirmed":
		e.Unconfirmed = set
	case "highest":
		e.Highest = set
	default:
		if !expectKinds[m.Name] {
			return fmt.Errorf("%s: is not a thing to expect (%s)", m.Name, strings.Join(expectKeys(), ", "))
		}
		e.Sets[m.Name] = set
	}
	return nil
}

// objectMembers parts a JSON object into its members in order. A name given twice
// is an error: one of the two would be lost without a word.
func objectMembers(raw []byte) ([]RawFact, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	tok, err := dec.Token()
	if err != nil {
		return nil, fmt.Errorf("is not JSON: %s", jsonProblem(err))
	}
	if tok != json.Delim('{') {
		return nil, errors.New("is not a JSON object")
	}
	var ms []RawFact
	seen := map[string]bool{}
	for dec.More() {
		tok, err := dec.Token()
		if err != nil {
			return nil, fmt.Errorf("is not JSON: %s", jsonProblem(err))
		}
		name := tok.(string) // the decoder allows nothing else here
		if seen[name] {
			return nil, fmt.Errorf("%q is there twice", name)
		}
		seen[name] = true
		var v json.RawMessage
		if err := dec.Decode(&v); err != nil {
			return nil, fmt.Errorf("%q is not JSON: %s", name, jsonProblem(err))
		}
		ms = append(ms, RawFact{name, v})
	}
	if _, err := dec.Token(); err != nil {
		return nil, fmt.Errorf("is not JSON: %s", jsonProblem(err))
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("has something after the object")
	}
	return ms, nil
}

func jsonProblem(err error) string {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return "it ends too early"
	}
	return err.Error()
}

// clip shortens a value for a message.
func clip(raw []byte) string {
	if len(raw) > 60 {
		return string(raw[:60]) + "…"
	}
	return string(raw)
}
