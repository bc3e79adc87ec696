package main

import "github.com/godwit-health/godwit/internal/app"

type keyCmd struct {
	Status  keyStatusCmd  `cmd:"" help:"Say who can unlock the node, and whether its key file is as it was left."`
	Unlock  keyUnlockCmd  `cmd:"" help:"Open the records of a node that is being served and locked."`
	Protect keyProtectCmd `cmd:"" help:"Put the plain key of an older folder into slots, with an administrator's password."`
	Words   keyWordsCmd   `cmd:"" help:"Print new recovery words; the ones before open nothing then."`
	Rotate  keyRotateCmd  `cmd:"" help:"Replace the data key and write the database anew under it."`
	Repair  keyRepairCmd  `cmd:"" help:"Write a damaged key file anew from the slots that are well."`
	Host    keyHostCmd    `cmd:"" help:"A key file for a machine that nobody attends."`
}

type keyStatusCmd struct {
	unlocking
	Dir string `xor:"where" required:"" help:"Folder of the node." type:"existingdir"`
}

// Run runs the command.
func (c *keyStatusCmd) Run(w *world) error {
	return do(w, c.Dir, c.unlocking, app.Command{Name: "key-status"})
}

type keyUnlockCmd struct {
	Login string `arg:"" help:"Log-in of somebody who can unlock the node."`
	Dir   string `required:"" help:"Folder of the node." type:"existingdir"`
}

// Run runs the command.
func (c *keyUnlockCmd) Run(w *world) error {
	return do(w, c.Dir, unlocking{As: c.Login}, app.Command{Name: "key-unlock"})
}

type keyProtectCmd struct {
	Login string `arg:"" help:"Log-in of an administrator of the node, whose password is asked for."`
	Dir   string `required:"" help:"Folder of the node." type:"existingdir"`
}

// Help adds an example.
func (keyProtectCmd) Help() string {
	return "Example:\n\n  godwit key protect admin --dir ./node\n\nThe plain key file is destroyed, and the data key replaced: a copy of the old one opens nothing that is written after. It prints the recovery words: have paper ready."
}

// Run runs the command.
func (c *keyProtectCmd) Run(w *world) error {
	password, err := readLine(w, "Password of "+c.Login+": ")
	if err != nil {
		return err
	}
	return run1(w, c.Dir, unlocking{}, app.Command{Name: "key-protect", Login: c.Login, Password: password})
}

type keyWordsCmd struct {
	unlocking
	Dir string `xor:"where" required:"" help:"Folder of the node." type:"existingdir"`
}

// Run runs the command.
func (c *keyWordsCmd) Run(w *world) error {
	return do(w, c.Dir, c.unlocking, app.Command{Name: "key-words"})
}

type keyRotateCmd struct {
	unlocking
	Dir string `xor:"where" required:"" help:"Folder of the node." type:"existingdir"`
}

// Run runs the command.
func (c *keyRotateCmd) Run(w *world) error {
	return do(w, c.Dir, c.unlocking, app.Command{Name: "key-rotate"})
}

type keyRepairCmd struct {
	unlocking
	Dir string `xor:"where" required:"" help:"Folder of the node." type:"existingdir"`
}

// Run runs the command.
func (c *keyRepairCmd) Run(w *world) error {
	return do(w, c.Dir, c.unlocking, app.Command{Name: "key-repair"})
}

type keyHostCmd struct {
	Add    keyHostAddCmd    `cmd:"" help:"Make a key file that opens this node: for a machine that nobody attends."`
	Remove keyHostRemoveCmd `cmd:"" help:"Take the key file's slot away and replace the data key."`
}

type keyHostAddCmd struct {
	File string `arg:"" help:"Where to make it: not in the node's folder, and best on another disk." type:"path"`
	Dir  string `required:"" help:"Folder of the node." type:"existingdir"`
	As   string `help:"Log-in of a user whose password opens a locked node." placeholder:"LOGIN"`
}

// Help adds an example.
func (keyHostAddCmd) Help() string {
	return "Example:\n\n  godwit key host add /etc/godwit/host.key --dir ./node --as admin\n  godwit serve --dir ./node --key-file /etc/godwit/host.key\n\nThe file is made; one that exists is left alone. Whoever has it and the folder reads everything."
}

// Run runs the command.
func (c *keyHostAddCmd) Run(w *world) error {
	return do(w, c.Dir, unlocking{As: c.As}, app.Command{Name: "key-host-add", File: c.File})
}

type keyHostRemoveCmd struct {
	unlocking
	Dir string `xor:"where" required:"" help:"Folder of the node." type:"existingdir"`
}

// Run runs the command.
func (c *keyHostRemoveCmd) Run(w *world) error {
	return do(w, c.Dir, c.unlocking, app.Command{Name: "key-host-remove"})
}
