package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/godwit-health/godwit/internal/area/surveillance/linelist"
)

// GoDataCommand is what a command says of an import of Go.Data.
type GoDataCommand struct {
	Files   map[string][]byte `json:"files"`
	Disease string            `json:"disease"`
}

// GoDataImport reads the files of a folder.
func GoDataImport(dir, disease string) (*GoDataCommand, error) {
	c := &GoDataCommand{Files: map[string][]byte{}, Disease: disease}
	left := maxPlaceFile // what travels to a running server
	for _, name := range linelist.GoDataFiles {
		f, err := os.Open(filepath.Join(dir, name))
		if err != nil {
			return nil, err
		}
		b, err := io.ReadAll(io.LimitReader(f, int64(left)+1))
		if err = errors.Join(err, f.Close()); err != nil {
			return nil, err
		}
		if left -= len(b); left < 0 {
			return nil, fmt.Errorf("%s: the files are larger than %d MB together", name, maxPlaceFile>>20)
		}
		c.Files[name] = b
	}
	return c, nil
}

// goDataCommand imports as the user whose password was given: cases are clinical, and
// whoever runs the machine has no right to them.
func (n *Node) goDataCommand(ctx context.Context, c Command) ([]string, error) {
	if c.GoData == nil {
		return nil, fmt.Errorf("there is no command %s", c.Name)
	}
	v, err := n.Access.Vouch(ctx, c.Login, c.Password, "command line")
	if err != nil {
		return nil, err
	}
	if v.Temporary { // somebody else knows it
		return nil, errors.New("log in once and change the password first")
	}
	ctx, err = n.As(ctx, c.Login, "public_health")
	if err != nil {
		return nil, err
	}
	rep, err := n.Cases.ImportGoData(ctx, c.GoData.Files, c.GoData.Disease)
	if err != nil {
		return nil, err
	}
	var lines []string
	for _, name := range linelist.GoDataFiles {
		t := rep.Files[name]
		lines = append(lines, fmt.Sprintf("%s: %d rows new, %d here already", name, t.New, t.Here))
	}
	for _, d := range rep.Doubts {
		lines = append(lines, fmt.Sprintf("%s:%d: %s", d.File, d.Row, d.What))
	}
	return append(lines, fmt.Sprintf("%d doubts; results of laboratories and the list of locations are not read", len(rep.Doubts))), nil
}
