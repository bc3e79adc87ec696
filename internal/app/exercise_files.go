package app

import (
	"fmt"

	"github.com/godwit-health/godwit/internal/kernel/mark"
)

// ofThisWorld refuses files of an exercise that a command brings to a real installation,
// and tables that a command brings to an exercise without saying that they are of one.
// What is taken loses the mark here: some files are read by the number of a column.
func (n *Node) ofThisWorld(c Command) error {
	if c.Place != nil && !n.Exercise { // a gazetteer is real in an exercise too
		if err := mark.Check(c.Place.Data, false); err != nil {
			return err
		}
	}
	var sets []map[string][]byte
	if c.Import != nil {
		sets = append(sets, c.Import.Files)
	}
	if c.GoData != nil {
		sets = append(sets, c.GoData.Files)
	}
	for _, files := range sets {
		for name, b := range files {
			if err := mark.Check(b, n.Exercise); err != nil {
				return fmt.Errorf("%s: %s", name, Sentence(err))
			}
			if n.Exercise {
				files[name] = mark.Strip(b)
			}
		}
	}
	return nil
}
