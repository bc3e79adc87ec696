package growthcmd

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/godwit-health/godwit/engine/growth"
)

// Env is what the commands work with.
type Env struct {
	In       io.Reader // standard input
	Out, Err io.Writer
}

// Commands are the subcommands of godwit growth.
type Commands struct {
	Zscore ZscoreCmd `cmd:"" help:"Give the z-scores of children by the WHO standards (0-5 years) and reference (5-19 years)."`
}

// ZscoreCmd is godwit growth zscore.
type ZscoreCmd struct {
	File string  `arg:"" help:"CSV with the columns id, sex (m, f), age_days, weight_kg, length_cm, measured (l lying, h standing), muac_cm, oedema (y, n), in any order; also head_cm, triceps_mm, subscapular_mm. \"-\" is standard input."`
	From float64 `name:"reference-from" default:"61" help:"Age in months from which the reference of 5 to 19 years holds: 61 as in WHO AnthroPlus, 60 as in the R package anthroplus 1.0."`
}

// partial is the exit status when some cells could not be read.
type partial struct{ cells int }

// Error says how many; each was named before.
func (p partial) Error() string { return fmt.Sprintf("%d cells could not be read", p.cells) }

// ExitCode implements kong.ExitCoder.
func (partial) ExitCode() int { return 1 }

// maxProblems is how many problems are named; the rest are counted.
const maxProblems = 100

// Run implements kong's command.
func (c *ZscoreCmd) Run(e *Env) error {
	if !(c.From >= 60 && c.From <= 61) {
		return fmt.Errorf("--reference-from: %v is neither 60 nor 61 nor between", c.From)
	}
	in, name := e.In, "standard input"
	if c.File != "-" {
		f, err := os.Open(c.File)
		if err != nil {
			return err
		}
		defer f.Close()
		in, name = f, c.File
	}
	s, err := newSheet(in)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	out := csv.NewWriter(e.Out)
	out.Comma = s.in.Comma
	if err := s.answer(growth.Rules{ReferenceFrom: c.From}, out); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	for i, p := range s.problems {
		if i == maxProblems {
			fmt.Fprintf(e.Err, "%s: and %d more\n", name, len(s.problems)-i)
			break
		}
		fmt.Fprintf(e.Err, "%s: %s\n", name, p)
	}
	if len(s.problems) > 0 {
		return partial{len(s.problems)}
	}
	return nil
}

// sheet is a file of children.
type sheet struct {
	in       *csv.Reader
	header   []string
	at       map[string]int // of each column that is known
	scored   []growth.Index
	problems []string
}

// The columns that are read, and which must be there.
var (
	needed   = []string{"sex", "age_days"}
	measures = []string{"weight_kg", "length_cm", "muac_cm", "head_cm", "triceps_mm", "subscapular_mm"}
)

func newSheet(r io.Reader) (*sheet, error) {
	b := bufio.NewReader(r)
	if mark, err := b.Peek(3); err == nil && string(mark) == "\ufeff" {
		_, _ = b.Discard(3) // a byte order mark, as Excel writes
	}
	s := &sheet{in: csv.NewReader(b), at: map[string]int{}}
	s.in.FieldsPerRecord = -1
	s.in.Comma = separator(b)
	var err error
	switch s.header, err = s.in.Read(); {
	case errors.Is(err, io.EOF):
		return nil, errors.New("the file is empty; the first line names the columns")
	case err != nil:
		return nil, err
	}
	for i, name := range s.header {
		s.header[i] = strings.TrimSpace(name)
		name = strings.ToLower(s.header[i])
		if _, twice := s.at[name]; twice && name != "" {
			return nil, fmt.Errorf("column %q stands there twice", name)
		}
		s.at[name] = i
	}
	for _, name := range needed {
		if _, ok := s.at[name]; !ok {
			return nil, fmt.Errorf("no column %s; there are %s", name, strings.Join(s.header, ", "))
		}
	}
	if !slices.ContainsFunc(measures, func(m string) bool { _, ok := s.at[m]; return ok }) {
		return nil, fmt.Errorf("no column of a measure: %s", strings.Join(measures, ", "))
	}
	s.scored = []growth.Index{growth.WeightForAge, growth.LengthForAge, growth.WeightForLength, growth.BMIForAge, growth.ArmForAge}
	for column, i := range map[string]growth.Index{"head_cm": growth.HeadForAge, "triceps_mm": growth.TricepsForAge, "subscapular_mm": growth.SubscapularForAge} {
		if _, ok := s.at[column]; ok {
			s.scored = append(s.scored, i)
		}
	}
	slices.Sort(s.scored)
	for _, name := range s.added() {
		if _, there := s.at[name]; there {
			return nil, fmt.Errorf("the file has a column %s already: rename it, or take it out", name)
		}
	}
	return s, nil
}

// separator is what stands between the cells of the first line. Where a comma is the
// decimal point, programs write semicolons.
func separator(b *bufio.Reader) rune {
	line, _ := b.Peek(b.Size())
	if i := bytes.IndexByte(line, '\n'); i >= 0 {
		line = line[:i]
	}
	for _, c := range ";\t" {
		if bytes.ContainsRune(line, c) && !bytes.ContainsRune(line, ',') {
			return c
		}
	}
	return ','
}

// added are the columns that the answer has after the file's own.
func (s *sheet) added() (out []string) {
	for _, i := range s.scored {
		out = append(out, i.String())
	}
	return append(out, "flag", "flagged", "undefined")
}

// answer writes the file with the scores of each row.
func (s *sheet) answer(rules growth.Rules, out *csv.Writer) error {
	if err := out.Write(append(slices.Clone(s.header), s.added()...)); err != nil {
		return err
	}
	for {
		row, err := s.in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			out.Flush()
			return err
		}
		line, _ := s.in.FieldPos(0)
		if len(row) > len(s.header) {
			s.problem(line, "", fmt.Sprintf("has %d cells for %d columns: nothing of it was read", len(row), len(s.header)))
			row = append(row[:len(s.header):len(s.header)], make([]string, len(s.added()))...)
		} else {
			row = append(row, make([]string, len(s.header)-len(row))...)
			row = append(row, s.scores(rules.Assess(s.child(line, row)))...)
		}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// scores are the cells of a result. An undefined score is empty.
func (s *sheet) scores(r growth.Result) (out []string) {
	var flagged, undefined []string
	stands := false
	for _, i := range s.scored {
		score := r.Of(i)
		if score.State != growth.Stands {
			out, undefined = append(out, ""), append(undefined, i.String()+" "+score.State.String())
			continue
		}
		stands = true
		out = append(out, strconv.FormatFloat(score.Z, 'f', 6, 64))
		if score.Implausible {
			flagged = append(flagged, i.String())
		}
	}
	flag := ""
	if stands {
		flag = strconv.Itoa(min(len(flagged), 1))
	}
	return append(out, flag, strings.Join(flagged, " "), strings.Join(undefined, "; "))
}

// child reads a row. What cannot be read is said, and is not measured.
func (s *sheet) child(line int, row []string) growth.Child {
	word := func(column string, means map[string]int) int {
		cell := s.cell(row, column)
		v, ok := means[strings.ToLower(cell)]
		if cell != "" && !ok {
			s.problem(line, column, fmt.Sprintf("%q is none of %s", cell, strings.Join(slices.Sorted(maps.Keys(means)), ", ")))
		}
		return v
	}
	c := growth.NewChild(growth.Sex(word("sex", map[string]int{"m": int(growth.Male), "f": int(growth.Female)})), s.number(line, row, "age_days", true))
	c.Position = growth.Position(word("measured", map[string]int{"l": int(growth.Lying), "h": int(growth.Standing)}))
	c.Oedema = word("oedema", map[string]int{"y": 1, "n": 0}) == 1
	for i, v := range []*float64{&c.Weight, &c.Length, &c.Arm, &c.Head, &c.Triceps, &c.Subscapular} {
		*v = s.number(line, row, measures[i], false)
	}
	return c
}

func (s *sheet) cell(row []string, column string) string {
	i, ok := s.at[column]
	if !ok {
		return ""
	}
	return strings.TrimSpace(row[i])
}

// number reads a measure, or an age, which alone may be zero.
func (s *sheet) number(line int, row []string, column string, zero bool) float64 {
	cell := s.cell(row, column)
	if cell == "" {
		return math.NaN()
	}
	point := cell
	if s.in.Comma != ',' {
		point = strings.Replace(cell, ",", ".", 1)
	}
	v, err := strconv.ParseFloat(point, 64)
	switch {
	case err != nil || math.IsNaN(v) || math.IsInf(v, 0):
		s.problem(line, column, fmt.Sprintf("%q is not a number (a decimal point, no unit)", cell))
	case v < 0 || v == 0 && !zero:
		s.problem(line, column, fmt.Sprintf("%q cannot be: it must be above 0", cell))
	default:
		return v
	}
	return math.NaN()
}

func (s *sheet) problem(line int, column, what string) {
	if column != "" {
		what = column + ": " + what
	}
	s.problems = append(s.problems, fmt.Sprintf("line %d: %s", line, what))
}
