package main

import "github.com/godwit-health/godwit/internal/app"

// Hubs of other organisations. What is shared with them, the agreements say, which two
// officers sign in the browser; here the machines are made known to each other.
type peerCmd struct {
	Invite peerInviteCmd `cmd:"" help:"Print a code by which the hub of another organisation makes itself known."`
	Enrol  peerEnrolCmd  `cmd:"" help:"Make this hub known at another, by the code that it printed."`
	Card   peerCardCmd   `cmd:"" help:"Print this hub's card and its fingerprint, for a hub that it never has a link with."`
	Add    peerAddCmd    `cmd:"" help:"Make the hub of a card known here, by the fingerprint that was read out."`
	List   peerListCmd   `cmd:"" help:"List the hubs of other organisations and their keys."`
	Swap   peerSwapCmd   `cmd:"" help:"Exchange now with those that this hub calls."`
}

type peerInviteCmd struct {
	unlocking
	Name string `arg:"" help:"What the other hub is called here."`
	Dir  string `xor:"where" required:"" help:"Folder of the hub." type:"existingdir"`
}

// Help adds an example.
func (peerInviteCmd) Help() string {
	return "Example:\n\n  godwit peer invite \"Ministry of Health, hub\" --dir ./hub"
}

// Run runs the command.
func (c *peerInviteCmd) Run(w *world) error {
	return do(w, c.Dir, c.unlocking, app.Command{Name: "peer-invite", Login: c.Name})
}

type peerEnrolCmd struct {
	unlocking
	Name string `arg:"" help:"What the other hub is called here."`
	Code string `arg:"" help:"The code: address, stroke, groups of letters and digits."`
	Dir  string `xor:"where" required:"" help:"Folder of the hub." type:"existingdir"`
}

// Help adds an example.
func (peerEnrolCmd) Help() string {
	return "Example:\n\n  godwit peer enrol \"Hub of the agency\" hub.example.org:8443/ABCDE-FGHJK-… --dir ./hub\n\nOnly one side enrols at the other; what is shared goes both ways."
}

// Run runs the command.
func (c *peerEnrolCmd) Run(w *world) error {
	return do(w, c.Dir, c.unlocking, app.Command{Name: "peer-enrol", Login: c.Name, Code: c.Code})
}

type peerListCmd struct {
	unlocking
	Dir string `xor:"where" required:"" help:"Folder of the hub." type:"existingdir"`
}

// Help adds an example.
func (peerListCmd) Help() string { return "Example:\n\n  godwit peer list --dir ./hub" }

// Run runs the command.
func (c *peerListCmd) Run(w *world) error {
	return do(w, c.Dir, c.unlocking, app.Command{Name: "peer-list"})
}

type peerSwapCmd struct {
	unlocking
	Dir string `xor:"where" required:"" help:"Folder of the hub." type:"existingdir"`
}

// Help adds an example.
func (peerSwapCmd) Help() string { return "Example:\n\n  godwit peer swap --dir ./hub" }

// Run runs the command.
func (c *peerSwapCmd) Run(w *world) error {
	return do(w, c.Dir, c.unlocking, app.Command{Name: "peer-swap"})
}

type peerCardCmd struct {
	unlocking
	Name string `arg:"" help:"What this hub calls itself."`
	Dir  string `xor:"where" required:"" help:"Folder of the hub." type:"existingdir"`
}

// Help adds an example.
func (peerCardCmd) Help() string {
	return "Example:\n\n  godwit peer card \"Hub of the agency\" --dir ./hub\n\nA card is no secret. That it is yours, the fingerprint shows: read it out by telephone."
}

// Run runs the command.
func (c *peerCardCmd) Run(w *world) error {
	return do(w, c.Dir, c.unlocking, app.Command{Name: "peer-card", Login: c.Name})
}

type peerAddCmd struct {
	unlocking
	Name        string `arg:"" help:"What the other hub is called here."`
	Card        string `arg:"" help:"The card that it printed."`
	Fingerprint string `arg:"" help:"The fingerprint, as somebody there read it out."`
	Dir         string `xor:"where" required:"" help:"Folder of the hub." type:"existingdir"`
}

// Help adds an example.
func (peerAddCmd) Help() string {
	return "Example:\n\n  godwit peer add \"Ministry of Health, hub\" godwit-card-1.… ABCD-EFGH-JKMN-PQRS --dir ./hub\n\nBoth sides add each other; what is shared then travels as files."
}

// Run runs the command.
func (c *peerAddCmd) Run(w *world) error {
	return do(w, c.Dir, c.unlocking, app.Command{Name: "peer-add", Login: c.Name, Code: c.Card, Typed: c.Fingerprint})
}
