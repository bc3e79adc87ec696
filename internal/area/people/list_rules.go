package people

import "strings"

// splitList takes a typed list apart at commas, semicolons and line ends, the
// Arabic comma among them.
func splitList(s string) []string {
	var out []string
	for _, f := range strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ';' || r == '\n' || r == '،' || r == '؛' }) {
		if f = strings.TrimSpace(f); f != "" && !contains(out, f) {
			out = append(out, f)
		}
	}
	return out
}

// joinList writes a list as it is typed.
func joinList(list []string) string { return strings.Join(list, "; ") }
