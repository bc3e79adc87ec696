package journal

import (
	"encoding/binary"
	"math"
)

// appendCell writes one cell so that equal cells and no others give equal bytes.
// A blob of 16 bytes, which a key is, keeps its order.
func appendCell(b []byte, c any) []byte {
	switch v := c.(type) {
	case int64:
		return binary.BigEndian.AppendUint64(append(b, 1), uint64(v))
	case float64:
		return binary.BigEndian.AppendUint64(append(b, 2), math.Float64bits(v))
	case string:
		return append(binary.AppendUvarint(append(b, 3), uint64(len(v))), v...)
	case []byte:
		return append(binary.AppendUvarint(append(b, 4), uint64(len(v))), v...)
	}
	return append(b, 0)
}
