// Package fault is Godwit's one error type. It stands above every other kernel
// package so that all of them, and every area, speak of failure in one way
// (docs/adr/0002-fault.md).
//
// A fault carries a code, the operation, the field and a message key; only an
// edge (web, command line, exchange) turns it into a status and a sentence. It
// must never carry personal data: its text may reach a log.
package fault

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// Code is the class of a failure.
type Code string

// The closed set of codes.
const (
	Invalid     Code = "invalid"     // the input is wrong; Field says where
	NotFound    Code = "not_found"   // no such thing, or not yours to know of
	Conflict    Code = "conflict"    // somebody else changed it, or it was done already
	Forbidden   Code = "forbidden"   // not allowed
	Unavailable Code = "unavailable" // try again: locked, full, starting
	Internal    Code = "internal"    // our mistake
)

// Error is a failure. Key is a message key of the locale catalogue; Args are its
// placeholders and must hold no personal data.
type Error struct {
	Code  Code
	Op    string         // package.Operation, for the log
	Field string         // the question or column at fault, if one is
	Key   string         // what to tell the user
	Args  map[string]any // placeholders of Key
	Err   error          // cause
}

// Error prints the chain for a log.
func (e *Error) Error() string {
	var b strings.Builder
	if e.Op != "" {
		b.WriteString(e.Op)
		b.WriteString(": ")
	}
	b.WriteString(string(e.Code))
	if e.Field != "" {
		fmt.Fprintf(&b, " (%s)", e.Field)
	}
	if e.Key != "" {
		fmt.Fprintf(&b, " [%s]", e.Key)
	}
	if e.Err != nil {
		b.WriteString(": ")
		b.WriteString(e.Err.Error())
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// New makes a fault with a message key.
func New(code Code, op, key string) *Error { return &Error{Code: code, Op: op, Key: key} }

// Field makes an Invalid fault about one field.
func Field(op, field, key string) *Error {
	return &Error{Code: Invalid, Op: op, Field: field, Key: key}
}

// Wrap adds the operation to err and keeps its code; nil stays nil.
func Wrap(op string, err error) error {
	if err == nil {
		return nil
	}
	return &Error{Code: CodeOf(err), Op: op, Field: FieldOf(err), Key: KeyOf(err), Args: argsOf(err), Err: err}
}

// CodeOf returns the code of the outermost fault in err, Internal for any other
// error and "" for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return Internal
}

// Is reports whether err is a fault of this code.
func Is(err error, code Code) bool { return err != nil && CodeOf(err) == code }

// FieldOf returns the field at fault, if the error names one.
func FieldOf(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Field
	}
	return ""
}

// KeyOf returns the message key, if the error has one.
func KeyOf(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Key
	}
	return ""
}

func argsOf(err error) map[string]any {
	var e *Error
	if errors.As(err, &e) {
		return e.Args
	}
	return nil
}

// ArgsOf returns the placeholders of the message key.
func ArgsOf(err error) map[string]any { return argsOf(err) }

// Status is the HTTP status of a code.
func (c Code) Status() int {
	switch c {
	case Invalid:
		return http.StatusUnprocessableEntity
	case NotFound:
		return http.StatusNotFound
	case Conflict:
		return http.StatusConflict
	case Forbidden:
		return http.StatusForbidden
	case Unavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}
