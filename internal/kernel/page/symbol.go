package page

import (
	"strconv"
	"strings"

	"rsc.io/qr"

	"github.com/godwit-health/godwit/internal/kernel/fault"
)

// Symbol is a QR code as a path of unit squares, for a slip or a label. It is
// shown with {{symbol .QR}}. It never carries HIV, TB, pregnancy, mental health or
// protection status (design, section 9): a code of a person or an order, no more.
type Symbol struct {
	Size int
	Path string
	Name Msg // for a screen reader
}

// SymbolOf draws a text with the quiet zone of four modules that ISO/IEC 18004
// asks for.
func SymbolOf(text string, name Msg) (Symbol, error) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return Symbol{}, fault.Wrap("page.SymbolOf", err)
	}
	const quiet = 4
	var b strings.Builder
	for y := range code.Size {
		for x := range code.Size {
			if code.Black(x, y) {
				b.WriteString("M" + strconv.Itoa(x+quiet) + " " + strconv.Itoa(y+quiet) + "h1v1h-1z")
			}
		}
	}
	return Symbol{Size: code.Size + 2*quiet, Path: b.String(), Name: name}, nil
}
