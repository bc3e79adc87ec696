package main

import "github.com/godwit-health/godwit/internal/app"

type importCmd struct {
	Outbreak importOutbreakCmd `cmd:"" help:"Bring the files of an outbreak in, as they are published."`
	GoData   importGoDataCmd   `cmd:"" name:"godata" help:"Bring cases, contacts, follow-ups and relationships of Go.Data in."`
}

type importOutbreakCmd struct {
	onNode
	Map    string `required:"" help:"YAML file that says what each file is, such as docs/examples/drc-2026.yaml." type:"existingfile" placeholder:"MAP.yaml"`
	DryRun bool   `help:"Try it out: say all that would be kept, skipped or doubtful, and keep nothing."`
	Folder string `arg:"" help:"Folder with the files." type:"existingdir" placeholder:"FOLDER"`
}

// Help documents what it does.
func (importOutbreakCmd) Help() string {
	return "Names are looked up in the gazetteer and among what officers said of them; one that no place has waits (godwit place unmatched). A number that was not reported is kept as such and never zero. Every row that is skipped or doubtful is listed with its file, its row and why; cumulative counts that fall, and new ones that do not fit them, are listed and kept as they were reported. All is kept in one step or not at all, and a second time changes nothing.\n\n" +
		"Example:\n\n  godwit import outbreak --map docs/examples/drc-2026.yaml ./drc-2026 --dir ./node --dry-run\n\nExit status 1 when a row was skipped."
}

// Run runs the command.
func (c *importOutbreakCmd) Run(w *world) error {
	in, err := app.ImportFolder(c.Map, c.Folder, c.DryRun)
	if err != nil {
		return err
	}
	return do(w, c.Dir, c.unlocking, app.Command{Name: "import-outbreak", Import: in})
}
