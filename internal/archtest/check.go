package archtest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"regexp"
	"sort"
	"strconv"
	"strings"
)

// Limits of length. The design asks for about 500 and 60; the test allows what
// "about" means and no more.
const (
	maxFileLines = 600
	maxFuncLines = 90
)

// Check reads the Go files of fsys and returns what breaks the rules, sorted.
func Check(fsys fs.FS) ([]string, error) {
	c := &checker{rules: rules(), fset: token.NewFileSet(), docs: map[string]bool{}, pkgs: map[string]bool{}}
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if base := d.Name(); name != "." && (strings.HasPrefix(base, ".") || base == "testdata" || base == "node_modules") {
				return fs.SkipDir
			}
			if bannedNames[d.Name()] {
				c.add(name, "the name %q says nothing about what is inside", d.Name())
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		src, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		return c.file(name, src)
	})
	for pkg := range c.pkgs {
		if !c.docs[pkg] {
			c.add(pkg, "no doc.go (or no package comment): say what it is and what it must never do")
		}
	}
	sort.Strings(c.found)
	return c.found, err
}

type checker struct {
	rules []rule
	fset  *token.FileSet
	docs  map[string]bool // packages with a package comment
	pkgs  map[string]bool // packages with a non-test file
	found []string
}

func (c *checker) add(where, format string, args ...any) {
	c.found = append(c.found, where+": "+fmt.Sprintf(format, args...))
}

func (c *checker) file(name string, src []byte) error {
	f, err := parser.ParseFile(c.fset, name, src, parser.ParseComments)
	if err != nil {
		return err
	}
	folder, isTest := path.Dir(name), strings.HasSuffix(name, "_test.go")
	r := ruleFor(c.rules, folder)
	if r == nil {
		c.add(name, "package %s has no rule in internal/archtest/rules.go", folder)
		return nil
	}
	if !isTest {
		c.pkgs[folder] = true
		if f.Doc != nil {
			c.docs[folder] = true
		}
		c.length(name, f, src)
	}
	for _, imp := range f.Imports {
		p, _ := strconv.Unquote(imp.Path.Value)
		c.importOf(name, folder, p, r, isTest)
	}
	if r.engine && !isTest {
		c.clock(name, f, "engines have no clock; take the day as an argument")
	}
	if strings.HasPrefix(folder, "internal/area/") && !isTest {
		c.layer(name, folder, f)
	}
	return nil
}

func (c *checker) importOf(name, folder, p string, r *rule, isTest bool) {
	rel, own := strings.CutPrefix(p, Module+"/")
	switch {
	case own:
		for _, s := range sealed {
			if (rel == s || strings.HasPrefix(rel, s+"/")) && !strings.HasPrefix(folder, s) && !strings.HasPrefix(folder, "internal/app") {
				c.add(name, "%s is sealed: only internal/app may import it", s)
			}
		}
		if rel == folder || allowed(r.may, rel) || isTest && allowed(testMay, rel) {
			return
		}
		if isTest && folder == "internal/testkit" {
			return
		}
		c.add(name, "%s may not import %s", folder, rel)
	case !r.engine || isTest:
	case engineBan[p] != "":
		c.add(name, "imports %s: %s", p, engineBan[p])
	case strings.Contains(strings.SplitN(p, "/", 2)[0], "."):
		for _, m := range engineModules {
			if p == m || strings.HasPrefix(p, m+"/") {
				return
			}
		}
		c.add(name, "imports %s, which is not among the modules an engine may use", p)
	}
}

// clock reports time.Now, time.Since and time.Until.
func (c *checker) clock(name string, f *ast.File, why string) {
	ast.Inspect(f, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if x, ok := sel.X.(*ast.Ident); ok && x.Name == "time" && (sel.Sel.Name == "Now" || sel.Sel.Name == "Since" || sel.Sel.Name == "Until") {
			c.add(c.at(name, sel.Pos()), "time.%s: %s", sel.Sel.Name, why)
		}
		return true
	})
}

var sqlText = regexp.MustCompile(`(?i)^\s*(select\s.+\sfrom\s|insert\s+into\s|update\s+\w+\s+set\s|delete\s+from\s|create\s+(table|index|unique)|alter\s+table|with\s+\w+\s+as\s*\()`)

// layer checks what each file of an area may hold (design, section 3).
func (c *checker) layer(name, folder string, f *ast.File) {
	base := strings.TrimSuffix(path.Base(name), ".go")
	is := func(kind string) bool { return base == kind || strings.HasSuffix(base, "_"+kind) }
	for _, imp := range f.Imports {
		p, _ := strconv.Unquote(imp.Path.Value)
		switch {
		case p == "net/http" && !is("web"):
			c.add(name, "only web files speak HTTP")
		case (is("rules") || is("model")) && (p == "context" || p == "net/http" || p == Module+"/internal/kernel/journal" && is("rules")):
			c.add(name, "rules and models are pure: no %s", p)
		}
	}
	if is("rules") || is("model") {
		c.clock(name, f, "rules have no clock; take the day as an argument")
	}
	if is("store") {
		return
	}
	ast.Inspect(f, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if s, err := strconv.Unquote(lit.Value); err == nil && sqlText.MatchString(strings.ReplaceAll(s, "\n", " ")) {
				c.add(c.at(name, lit.Pos()), "SQL belongs in a store file")
			}
		}
		return true
	})
}

func (c *checker) length(name string, f *ast.File, src []byte) {
	if n := strings.Count(string(src), "\n"); n > maxFileLines {
		c.add(name, "%d lines; split it by subject (limit %d)", n, maxFileLines)
	}
	for _, d := range f.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || fn.Body == nil {
			continue
		}
		if n := c.fset.Position(fn.End()).Line - c.fset.Position(fn.Pos()).Line + 1; n > maxFuncLines {
			c.add(c.at(name, fn.Pos()), "func %s has %d lines (limit %d)", fn.Name.Name, n, maxFuncLines)
		}
	}
}

func (c *checker) at(name string, pos token.Pos) string {
	return name + ":" + strconv.Itoa(c.fset.Position(pos).Line)
}
