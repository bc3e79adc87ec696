package traveller

import (
	"embed"
	"encoding/csv"
	"fmt"
	"strings"
)

//go:embed data/suspicions.csv
var data embed.FS

// named is what a suspicion of the screening pack is called by those who hear of it.
type named struct {
	Disease string // surveillance's, "" where only the sign is known
	Sign    string // a lay definition
	Listing string // the disease as the pack conveyance-contacts names it
}

// suspicions reads data/suspicions.csv, which ships with the program: a mistake in it is
// found by the first test that runs.
func suspicions() map[string]named {
	raw, err := data.ReadFile("data/suspicions.csv")
	if err != nil {
		panic(err)
	}
	rows, err := csv.NewReader(strings.NewReader(string(raw))).ReadAll()
	if err != nil || len(rows) < 2 || len(rows[0]) != 4 {
		panic(fmt.Sprintf("traveller/data/suspicions.csv: %v", err))
	}
	out := map[string]named{}
	for _, r := range rows[1:] {
		out[r[0]] = named{r[1], r[2], r[3]}
	}
	return out
}
