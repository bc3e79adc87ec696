package main

import (
	"cmp"
	"path/filepath"
	"strings"

	"github.com/godwit-health/godwit/internal/app"
)

type syncCmd struct {
	Enrol   syncEnrolCmd   `cmd:"" help:"Enrol this node at a hub, by the code that the hub printed."`
	Export  syncExportCmd  `cmd:"" help:"Write what has not left this node into a file, for its hub."`
	Import  syncImportCmd  `cmd:"" help:"Take such a file at the hub, or the hub's answer at the node."`
	Now     syncNowCmd     `cmd:"" help:"Exchange with the hub now."`
	Reissue syncReissueCmd `cmd:"" help:"Send what only this machine has under a new name, after the hub refused it as a copy or a fork."`
	Status  syncStatusCmd  `cmd:"" help:"Say what has not left this machine, and what the hub has."`
}

type syncExportCmd struct {
	unlocking
	To  string `required:"" help:"File to make, such as on a stick. One that exists is left alone." type:"path"`
	Dir string `required:"" help:"Folder of the node." type:"existingdir"`
}

// Help adds an example.
func (syncExportCmd) Help() string {
	return "Example:\n\n  godwit sync export --to /media/stick/laptop1.godwit --dir ./node\n\nThe file holds what has not left this node, encrypted to its hub and signed. There: godwit sync import laptop1.godwit --reply answer.godwit --dir ./hub"
}

// Run runs the command.
func (c *syncExportCmd) Run(w *world) error {
	return do(w, c.Dir, c.unlocking, app.Command{Name: "sync-export", File: c.To})
}

type syncImportCmd struct {
	unlocking
	File  string `arg:"" help:"File of a node, at its hub; or the hub's answer, at the node." type:"existingfile"`
	Reply string `help:"At a hub: file to make with the answer for the node." type:"path"`
	Dir   string `xor:"where" required:"" help:"Folder of the node or hub." type:"existingdir"`
}

// Help adds an example.
func (syncImportCmd) Help() string {
	return "Example:\n\n  godwit sync import laptop1.godwit --reply answer.godwit --dir ./hub\n  godwit sync import answer.godwit --dir ./node\n\nA file may be imported twice, or late. One that was changed, cut, or made for another machine is refused whole."
}

// Run runs the command.
func (c *syncImportCmd) Run(w *world) error {
	file, err := filepath.Abs(c.File) // a running server has a working folder of its own
	if err != nil {
		return err
	}
	return do(w, c.Dir, c.unlocking, app.Command{Name: "sync-import", File: file, Reply: c.Reply})
}

type syncEnrolCmd struct {
	unlocking
	Code string `arg:"" help:"The code: address, stroke, groups of letters and digits."`
	Dir  string `xor:"where" required:"" help:"Folder of the node." type:"existingdir"`
}

// Help adds an example.
func (syncEnrolCmd) Help() string {
	return "Example:\n\n  godwit sync enrol hub.example.org:8443/ABCDE-FGHJK-… --dir ./node\n\nThe code works once. It also says what the hub's key begins with, so that no other machine can answer in its place."
}

// Run runs the command.
func (c *syncEnrolCmd) Run(w *world) error {
	return do(w, c.Dir, c.unlocking, app.Command{Name: "sync-enrol", Code: c.Code})
}

type syncNowCmd struct {
	unlocking
	Dir string `xor:"where" required:"" help:"Folder of the node." type:"existingdir"`
}

// Help adds an example.
func (syncNowCmd) Help() string {
	return "Example:\n\n  godwit sync now --dir ./node\n\nA server does this by itself every half minute. What a cut leaves undone goes on where it was."
}

// Run runs the command.
func (c *syncNowCmd) Run(w *world) error {
	return do(w, c.Dir, c.unlocking, app.Command{Name: "sync-now"})
}

type syncReissueCmd struct {
	unlocking
	Code string `help:"A new code from the hub, if the other machine is used too: this one becomes a node of its own."`
	Dir  string `xor:"where" required:"" help:"Folder of the node." type:"existingdir"`
}

// Help adds an example.
func (syncReissueCmd) Help() string {
	return "Example:\n\n  godwit sync reissue --dir ./node\n\nOnly after the exchange said that two machines wrote under one name. Without --code this machine goes on alone, and the other one is refused from then on."
}

// Run runs the command.
func (c *syncReissueCmd) Run(w *world) error {
	return do(w, c.Dir, c.unlocking, app.Command{Name: "sync-reissue", Code: c.Code})
}

type syncStatusCmd struct {
	unlocking
	Dir string `xor:"where" required:"" help:"Folder of the node." type:"existingdir"`
}

// Help adds an example.
func (syncStatusCmd) Help() string { return "Example:\n\n  godwit sync status --dir ./node" }

// Run runs the command.
func (c *syncStatusCmd) Run(w *world) error {
	return do(w, c.Dir, c.unlocking, app.Command{Name: "sync-status"})
}

type hubCmd struct {
	Serve  hubServeCmd  `cmd:"" help:"Run a hub on PostgreSQL: as many of these as there are machines, on one database."`
	Invite hubInviteCmd `cmd:"" help:"Print a code by which one node enrols."`
	Nodes  hubNodesCmd  `cmd:"" help:"List the nodes: last contact, what was received, what is wrong."`
	Revoke hubRevokeCmd `cmd:"" help:"End what a lost, seized or retired node may do."`
}

type hubServeCmd struct {
	Database string   `required:"" help:"The database, with every server that may have it. Its password comes from PGPASSWORD, PGPASSFILE or a service file." placeholder:"postgres://…"`
	Replica  string   `help:"A streaming standby of it, which reports may ask; they may be some seconds old." placeholder:"postgres://…"`
	Addr     string   `default:"127.0.0.1:8080" help:"Where to listen for browsers."`
	Host     []string `help:"Name or address by which browsers reach this hub, once for each. Any other is refused." placeholder:"NAME"`
	TLS      bool     `name:"tls" help:"A TLS proxy is in front: cookies travel over TLS only."`
	Public   string   `help:"Address by which travellers' own phones reach this installation, for the poster of a point of entry." placeholder:"https://poe.example.org"`
	SyncAddr string   `help:"Listen here for nodes, such as 0.0.0.0:8443." placeholder:"ADDRESS"`
	SyncName string   `help:"Name and port by which nodes reach this hub; the address if left out." placeholder:"HOST:PORT"`
	Country  string   `help:"Country where this site examines, three letters; proposed for new cases." placeholder:"XXX"`
}

// Help adds an example.
func (hubServeCmd) Help() string {
	return "Example:\n\n  godwit user add admin --database postgres://godwit@db1/godwit\n  godwit hub serve --database 'postgres://godwit@db1,db2/godwit?target_session_attrs=read-write&sslmode=verify-full' --host hub.example.org --tls --sync-addr 0.0.0.0:8443 --sync-name hub.example.org:8443\n\n" +
		"Several processes may serve one database; a balancer asks each at /healthz. What was acknowledged is kept when one is killed."
}

// Run runs the command.
func (c *hubServeCmd) Run(w *world) error {
	return app.Serve(w.ctx, app.ServeOptions{Database: c.Database, Replica: c.Replica, Addr: c.Addr, Country: strings.ToUpper(c.Country), Hosts: c.Host, Public: c.Public, TLS: c.TLS,
		SyncAddr: c.SyncAddr, SyncName: cmp.Or(c.SyncName, c.SyncAddr), Out: w.out, Log: logger(w.err)})
}

type hubInviteCmd struct {
	unlocking
	Name string   `arg:"" help:"What the node is called here."`
	Dir  string   `xor:"where" required:"" help:"Folder of the hub." type:"existingdir"`
	Site []string `help:"Code of a site whose people the node gets, once for each."`
	Most int      `help:"How many people the node holds at most; 100,000 if left out."`
}

// Help adds an example.
func (hubInviteCmd) Help() string {
	return "Example:\n\n  godwit hub invite \"Laptop Dadaab 1\" --dir ./hub --site DAD"
}

// Run runs the command.
func (c *hubInviteCmd) Run(w *world) error {
	return do(w, c.Dir, c.unlocking, app.Command{Name: "hub-invite", Login: c.Name, Sites: c.Site, Most: c.Most})
}

type hubNodesCmd struct {
	unlocking
	Dir string `xor:"where" required:"" help:"Folder of the hub." type:"existingdir"`
}

// Help adds an example.
func (hubNodesCmd) Help() string { return "Example:\n\n  godwit hub nodes --dir ./hub" }

// Run runs the command.
func (c *hubNodesCmd) Run(w *world) error {
	return do(w, c.Dir, c.unlocking, app.Command{Name: "hub-nodes"})
}

type hubRevokeCmd struct {
	unlocking
	Name string `arg:"" help:"What the node is called here."`
	Dir  string `xor:"where" required:"" help:"Folder of the hub." type:"existingdir"`
}

// Help adds an example.
func (hubRevokeCmd) Help() string {
	return "Example:\n\n  godwit hub revoke \"Laptop Dadaab 1\" --dir ./hub\n\nAt once and for good. What the node had sent stays at the hub; work goes on from there."
}

// Run runs the command.
func (c *hubRevokeCmd) Run(w *world) error {
	return do(w, c.Dir, c.unlocking, app.Command{Name: "hub-revoke", Login: c.Name})
}
