package dmn

import (
	"fmt"
	"io"
	"io/fs"
	"path"
	"sort"
	"strconv"
	"strings"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/value"
)

// The namespace of XML Schema instance attributes.
const xsiSpace = "http://www.w3.org/2001/XMLSchema-instance"

// TestCase is a case of the DMN TCK.
type TestCase struct {
	ID      string
	Inputs  map[string]Datum
	Results []TestResult
	Err     error // the case cannot be read: it fails
}

// TestResult is what a decision must come to.
type TestResult struct {
	Decision string
	Want     Datum
}

// TestFile is a file of cases about one model.
type TestFile struct {
	Model string // file name of the model, in the same folder
	Cases []TestCase
}

// RunTCK runs the cases of every file *-test-*.xml below the root of a file
// system against the model each names, and prints each case that fails with what
// was expected and what came out. A case that cannot be run counts as failed. The
// error is only of the file system.
func RunTCK(fsys fs.FS, w io.Writer) (passed, failed int, err error) {
	var files []string
	err = fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if ok, _ := path.Match("*-test-*.xml", path.Base(p)); ok && !d.IsDir() {
			files = append(files, p)
		}
		return nil
	})
	if err != nil {
		return 0, 0, err
	}
	sort.Strings(files)
	for _, f := range files {
		p, n, err := runFile(fsys, f, w)
		if err != nil {
			return passed, failed, err
		}
		passed, failed = passed+p, failed+n
	}
	return passed, failed, nil
}

func runFile(fsys fs.FS, name string, w io.Writer) (passed, failed int, err error) {
	fh, err := fsys.Open(name)
	if err != nil {
		return 0, 0, err
	}
	defer fh.Close()
	tf, err := ReadTests(fh)
	if err != nil {
		// How many cases the file has cannot be told: it counts as one.
		fmt.Fprintf(w, "FAIL %s: %v\n", name, err)
		return 0, 1, nil
	}
	m, merr := readModel(fsys, path.Join(path.Dir(name), tf.Model))
	for _, c := range tf.Cases {
		why := ""
		switch {
		case merr != nil:
			why = merr.Error()
		case c.Err != nil:
			why = c.Err.Error()
		default:
			why = c.Run(m)
		}
		if why == "" {
			passed++
			continue
		}
		failed++
		fmt.Fprintf(w, "FAIL %s, case %s: %s\n", name, c.ID, why)
	}
	return passed, failed, nil
}

func readModel(fsys fs.FS, name string) (*Model, error) {
	fh, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer fh.Close()
	return Read(fh)
}

// Run evaluates the case; it returns "" or what went wrong.
func (c TestCase) Run(m *Model) string {
	if len(c.Results) == 0 {
		return "the case expects nothing"
	}
	for _, r := range c.Results {
		got, err := m.Evaluate(r.Decision, c.Inputs)
		if err != nil {
			return err.Error()
		}
		if !got.Equal(r.Want) {
			return fmt.Sprintf("%s: expected %s, got %s", r.Decision, r.Want, got)
		}
	}
	return ""
}

// ReadTests reads a file of test cases.
func ReadTests(r io.Reader) (*TestFile, error) {
	root, err := readXML(r)
	if err != nil {
		return nil, err
	}
	if root.name != "testCases" {
		return nil, root.errorf("not a file of DMN TCK test cases")
	}
	tf := &TestFile{}
	if n := root.kid("modelName"); n != nil {
		tf.Model = strings.TrimSpace(n.text)
	}
	for _, n := range root.all("testCase") {
		tf.Cases = append(tf.Cases, readCase(n))
	}
	return tf, nil
}

func readCase(n *node) TestCase {
	c := TestCase{ID: n.attr("id"), Inputs: map[string]Datum{}}
	if t := n.attr("type"); t != "" && t != "decision" {
		c.Err = n.errorf("cases of type %q are not supported", t)
		return c
	}
	for _, in := range n.all("inputNode") {
		d, err := readDatum(in)
		if err != nil {
			c.Err = err
			return c
		}
		c.Inputs[in.attr("name")] = d
	}
	for _, out := range n.all("resultNode") {
		r := TestResult{Decision: out.attr("name")}
		if e := out.kid("expected"); e != nil && out.attr("errorResult") != "true" {
			d, err := readDatum(e)
			if err != nil {
				c.Err = err
				return c
			}
			r.Want = d
		}
		c.Results = append(c.Results, r)
	}
	return c
}

// readDatum reads the value, list or components inside an element.
func readDatum(n *node) (Datum, error) {
	if n.attrNS(xsiSpace, "nil") == "true" {
		return Datum{}, nil
	}
	if parts := n.all("component"); len(parts) > 0 {
		d := Datum{Context: true}
		for _, p := range parts {
			v, err := readDatum(p)
			if err != nil {
				return Datum{}, err
			}
			d.Fields = append(d.Fields, Field{p.attr("name"), v})
		}
		return d, nil
	}
	if l := n.kid("list"); l != nil {
		d := Datum{IsList: true}
		for _, it := range l.all("item") {
			v, err := readDatum(it)
			if err != nil {
				return Datum{}, err
			}
			d.List = append(d.List, v)
		}
		return d, nil
	}
	if v := n.kid("value"); v != nil {
		return readScalar(v)
	}
	return Datum{}, nil
}

func readScalar(n *node) (Datum, error) {
	if n.attrNS(xsiSpace, "nil") == "true" {
		return Datum{}, nil
	}
	typ := n.attrNS(xsiSpace, "type")
	if i := strings.LastIndexByte(typ, ':'); i >= 0 {
		typ = typ[i+1:]
	}
	text := strings.TrimSpace(n.text)
	switch typ {
	case "string", "":
		return Scalar(value.Text(n.text)), nil
	case "boolean":
		switch text {
		case "true", "1":
			return Scalar(value.Of(true)), nil
		case "false", "0":
			return Scalar(value.Of(false)), nil
		}
	case "decimal", "double", "float", "integer", "int", "long":
		if f, err := strconv.ParseFloat(text, 64); err == nil {
			return Scalar(value.Number(f)), nil
		}
	case "date":
		if d, err := calendar.ParseDay(text); err == nil {
			return Scalar(value.Day(int(d))), nil
		}
	}
	return Datum{}, n.errorf("%q is not a value of type %q in the subset", text, typ)
}
