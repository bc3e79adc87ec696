package main

import "github.com/godwit-health/godwit/internal/app"

// Hubs of other organisations. What is shared with them, the agreements say, which two
// officers sign in the browser; here the machines are made known to each other.
type peerCmd struct {
	Invite peerInviteCmd `cmd:"" help:"Print a code by which the hub of another organisation makes itself known."`
	Enrol  peerEnrolCmd  `cmd:"" help:"Make this hub known at another, by the code that it printed."`
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
