package count

import "strings"

// Again are the statements by which old documents are projected once more.
func Again() (out []string) {
	for _, s := range strings.Split(again, ";") {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}
