package main

import "github.com/godwit-health/godwit/internal/app"

type importGoDataCmd struct {
	onNode
	Folder  string `arg:"" name:"folder" help:"Folder with cases_clean.csv, contacts_clean.csv, followups_clean.csv and relationships_clean.csv." type:"existingdir" placeholder:"DIR"`
	By      string `required:"" help:"Log-in of the epidemiologist or medical officer who imports. The password is asked for." placeholder:"LOGIN"`
	Disease string `required:"" help:"Disease of the outbreak, such as covid, bdbv or cholera." placeholder:"CODE"`
}

// Help adds an example.
func (importGoDataCmd) Help() string {
	return "What was imported before is not taken again. Rows that are in doubt are listed by file and row, without a name.\n\nExample:\n\n  godwit import godata ./export --dir ./node --by e.petrova --disease covid"
}

// Run runs the command.
func (c *importGoDataCmd) Run(w *world) error {
	files, err := app.GoDataImport(c.Folder, c.Disease)
	if err != nil {
		return err
	}
	cmd, err := c.with(w, app.Command{Name: "import-godata", Login: c.By, GoData: files})
	if err != nil {
		return err
	}
	if cmd.Password = cmd.Unlock; c.As != c.By || cmd.Unlock == "" {
		if cmd.Password, err = readLine(w, "Password of "+c.By+": "); err != nil {
			return err
		}
	}
	return run1(w, c.Dir, c.unlocking, cmd)
}
