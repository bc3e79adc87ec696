package value

import "fmt"

// Truth is the answer to a question about a person. The zero value is Unknown.
type Truth uint8

// The four answers. Refused is kept apart from Unknown so that a question the
// person declined is not asked again; in logic the two weigh the same.
const (
	Unknown Truth = iota
	No
	Yes
	Refused
)

// TruthOf turns a settled bool into Yes or No.
func TruthOf(b bool) Truth {
	if b {
		return Yes
	}
	return No
}

// ParseTruth reads "yes", "no", "refused" and "unknown" ("" is unknown).
func ParseTruth(s string) (Truth, error) {
	switch s {
	case "", "unknown":
		return Unknown, nil
	case "yes", "true":
		return Yes, nil
	case "no", "false":
		return No, nil
	case "refused":
		return Refused, nil
	}
	return Unknown, fmt.Errorf("value: %q is not yes, no, unknown or refused", s)
}

// Known reports whether the answer is Yes or No.
func (t Truth) Known() bool { return t == Yes || t == No }

// And is Kleene's strong conjunction: one No settles it.
func (t Truth) And(o Truth) Truth {
	switch {
	case t == No || o == No:
		return No
	case t == Yes && o == Yes:
		return Yes
	}
	return Unknown
}

// Or is Kleene's strong disjunction: one Yes settles it.
func (t Truth) Or(o Truth) Truth {
	switch {
	case t == Yes || o == Yes:
		return Yes
	case t == No && o == No:
		return No
	}
	return Unknown
}

// Not turns Yes into No and back; what is not known stays so.
func (t Truth) Not() Truth {
	switch t {
	case Yes:
		return No
	case No:
		return Yes
	}
	return Unknown
}

// String returns the code used in packs, forms and the journal.
func (t Truth) String() string {
	switch t {
	case Yes:
		return "yes"
	case No:
		return "no"
	case Refused:
		return "refused"
	}
	return "unknown"
}

// MarshalText and UnmarshalText carry a Truth in JSON as its code.
func (t Truth) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (t *Truth) UnmarshalText(b []byte) error {
	v, err := ParseTruth(string(b))
	*t = v
	return err
}
