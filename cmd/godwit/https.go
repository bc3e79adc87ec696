package main

import "github.com/godwit-health/godwit/internal/app"

type httpsCmd struct {
	Show    httpsShowCmd    `cmd:"" help:"Print the fingerprint of the certificate that devices install."`
	Replace httpsReplaceCmd `cmd:"" help:"Make another certificate, which every device then has to install."`
}

type httpsShowCmd struct {
	unlocking
	Dir string `required:"" help:"Folder of the node." type:"existingdir"`
}

// Help adds an example.
func (httpsShowCmd) Help() string {
	return "Example:\n\n  godwit https show --dir ./node\n\nRead it out to whoever installs the certificate on a phone, tablet or computer."
}

// Run runs the command.
func (c *httpsShowCmd) Run(w *world) error {
	return do(w, c.Dir, c.unlocking, app.Command{Name: "https-show"})
}

type httpsReplaceCmd struct {
	unlocking
	Dir string `required:"" help:"Folder of the node." type:"existingdir"`
}

// Help adds an example.
func (httpsReplaceCmd) Help() string {
	return "Example:\n\n  godwit https replace --dir ./node\n\nWhile 'godwit serve --https' runs. Do it when somebody else may have had the key, or when 'godwit doctor' says that its years are nearly over."
}

// Run runs the command.
func (c *httpsReplaceCmd) Run(w *world) error {
	return do(w, c.Dir, c.unlocking, app.Command{Name: "https-replace"})
}
