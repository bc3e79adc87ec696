package backup

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// The kinds of a cell, the five that both engines have.
const (
	cellNull = iota
	cellInteger
	cellReal
	cellText
	cellBlob
)

var errCell = errors.New("a cell ends before its length")

// appendCell writes one value of a row, as db.Rows scans it into an any.
func appendCell(b []byte, v any) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return append(b, cellNull), nil
	case int64:
		return binary.AppendVarint(append(b, cellInteger), v), nil
	case float64:
		return binary.BigEndian.AppendUint64(append(b, cellReal), math.Float64bits(v)), nil
	case string:
		b = binary.AppendUvarint(append(b, cellText), uint64(len(v)))
		return append(b, v...), nil
	case []byte:
		b = binary.AppendUvarint(append(b, cellBlob), uint64(len(v)))
		return append(b, v...), nil
	}
	return nil, fmt.Errorf("no cell for %T", v)
}

// cell reads one value and answers what is left. A blob points into b.
func cell(b []byte) (v any, rest []byte, err error) {
	if len(b) == 0 {
		return nil, nil, errCell
	}
	kind, b := b[0], b[1:]
	switch kind {
	case cellNull:
		return nil, b, nil
	case cellInteger:
		i, n := binary.Varint(b)
		if n <= 0 {
			return nil, nil, errCell
		}
		return i, b[n:], nil
	case cellReal:
		if len(b) < 8 {
			return nil, nil, errCell
		}
		return math.Float64frombits(binary.BigEndian.Uint64(b)), b[8:], nil
	case cellText, cellBlob:
		size, n := binary.Uvarint(b)
		if n <= 0 || size > uint64(len(b)-n) {
			return nil, nil, errCell
		}
		end := n + int(size)
		if kind == cellText {
			return string(b[n:end]), b[end:], nil
		}
		return b[n:end:end], b[end:], nil
	}
	return nil, nil, fmt.Errorf("a cell of kind %d", kind)
}
