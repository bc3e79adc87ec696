package flow

import (
	"fmt"
	"math"
	"strings"
)

// Error is input that a method cannot work with.
type Error struct {
	Param string // the parameter or column
	At    string // the place, row or case; empty when it is about the whole
	Why   string // what is wrong with it and what to do
}

// Error prints where and why.
func (e *Error) Error() string {
	var b strings.Builder
	if e.At != "" {
		b.WriteString(e.At)
		b.WriteString(": ")
	}
	if e.Param != "" {
		b.WriteString(e.Param)
		b.WriteString(" ")
	}
	b.WriteString(e.Why)
	return b.String()
}

func bad(param, at, format string, args ...any) error {
	return &Error{Param: param, At: at, Why: fmt.Sprintf(format, args...)}
}

// Amount is a number, or not known. The zero Amount is not known.
type Amount struct {
	Value float64
	Known bool
}

// Of is a known amount.
func Of(v float64) Amount { return Amount{Value: v, Known: true} }

// State says what stands behind an answer.
type State uint8

// The states of an answer. The zero State is Unknown: nobody can have forgotten
// to say that a number is known.
const (
	Unknown     State = iota // what would decide it is not known, or it is not identifiable
	Known                    // Value is the answer
	Unreachable              // there is no way; that is known
)

// String is the word of the state, as the command prints it.
func (s State) String() string { return [...]string{"unknown", "known", "unreachable"}[s] }

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// number refuses what is not a finite number.
func number(param, at string, v float64) error {
	if !finite(v) {
		return bad(param, at, "is %v; it must be a number", v)
	}
	return nil
}

// atLeastZero refuses negative numbers and what is no number.
func atLeastZero(param, at string, v float64) error {
	if err := number(param, at, v); err != nil {
		return err
	}
	if v < 0 {
		return bad(param, at, "is %v; it cannot be negative", v)
	}
	return nil
}

// positive refuses zero too.
func positive(param, at string, v float64) error {
	if err := number(param, at, v); err != nil {
		return err
	}
	if v <= 0 {
		return bad(param, at, "is %v; it must be more than 0", v)
	}
	return nil
}

// probability refuses what is not in 0..1.
func probability(param, at string, p float64) error {
	if err := number(param, at, p); err != nil {
		return err
	}
	if p < 0 || p > 1 {
		return bad(param, at, "is %v; a probability or share lies in 0 to 1", p)
	}
	return nil
}

// first returns the first error.
func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
