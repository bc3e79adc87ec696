package campaign

import (
	"embed"

	"github.com/godwit-health/godwit/internal/area/programme/listed"
)

//go:embed data
var data embed.FS

// Lists are what a campaign can be made of.
type Lists struct {
	Topics, Channels, Audiences, AgeBands, Feedback, Risks, Heard, Languages listed.List
}

func newLists() Lists {
	read := func(name string) listed.List { return listed.Must(data, "data/"+name+".csv") }
	return Lists{Topics: read("topics"), Channels: read("channels"), Audiences: read("audiences"), AgeBands: read("agebands"),
		Feedback: read("feedback"), Risks: read("risks"), Heard: read("heard"), Languages: listed.Languages()}
}

// Cascades reports whether a campaign of a topic counts from screening to treatment.
func (l Lists) Cascades(topic string) bool {
	it, _ := l.Topics.Find(topic)
	return it.Columns["cascade"] != ""
}

// Counts reports whether a channel reaches people who can be counted. How many hear a
// radio is an estimate, and is never added to people.
func (l Lists) Counts(channel string) bool {
	it, _ := l.Channels.Find(channel)
	return it.Columns["counted"] == "persons"
}
