package vaccine

import "fmt"

// Error is input that cannot be worked with. Place names the file and line, or the
// field; it never holds a person's data.
type Error struct {
	Place   string
	Problem string
}

// Error says where and what.
func (e *Error) Error() string {
	if e.Place == "" {
		return "vaccine: " + e.Problem
	}
	return fmt.Sprintf("vaccine: %s: %s", e.Place, e.Problem)
}

func errorf(place, format string, args ...any) *Error {
	return &Error{Place: place, Problem: fmt.Sprintf(format, args...)}
}
