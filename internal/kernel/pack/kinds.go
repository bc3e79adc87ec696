package pack

import "sort"

// expectKinds are the outcome kinds a case may name, the closed set of
// engine/decision without valid, which is written valid_until.
var expectKinds = map[string]bool{
	"require": true, "offer": true, "waive": true, "defer": true, "contraindicate": true, "treat": true,
	"classify": true, "hold": true, "clear": true, "refer": true, "notify": true, "form": true, "escort": true,
	"flag": true,
}

func expectKeys() []string {
	keys := []string{"valid_until", "undetermined", "blocked", "ask", "unconfirmed"}
	for k := range expectKinds {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
