package expr

import (
	"sort"

	"github.com/godwit-health/godwit/engine/value"
)

// Op says what a Node does.
type Op uint8

// The kinds of node.
const (
	OpLiteral Op = iota // Value
	OpVar               // Name
	OpCurrent           // `.` in a form, `?` in a unary test
	OpAnd               // Args[0] and Args[1]
	OpOr
	OpNot
	OpEq
	OpNe
	OpLt
	OpLe
	OpGt
	OpGe
	OpAdd
	OpSub
	OpMul
	OpDiv
	OpMod
	OpPow
	OpNeg
	OpIf      // condition, then, else
	OpCall    // Name(Args...)
	OpList    // [a, b, c]
	OpBetween // Args[0] in Args[1]..Args[2]; Open says which ends are open
)

// Node is one part of a parsed expression. It is immutable after parsing.
type Node struct {
	Op        Op
	Name      string      // of a variable or function
	Value     value.Value // of a literal
	Null      bool        // the literal null
	Args      []*Node
	Pos       int  // byte offset in the source
	OpenLo    bool // OpBetween: the low end is excluded
	OpenHi    bool // OpBetween: the high end is excluded
	fn        *Func
	prepared  any // a compiled regular expression
	emptyTest bool
}

// Expr is a parsed expression, safe for concurrent use.
type Expr struct {
	src  string
	root *Node
	mode Mode
	vars []string
}

// String returns the source the expression was parsed from.
func (e *Expr) String() string { return e.src }

// Root returns the syntax tree; do not change it.
func (e *Expr) Root() *Node { return e.root }

// Vars returns the variables the expression reads, sorted, each once.
func (e *Expr) Vars() []string { return e.vars }

// Inspect visits every node, parents first.
func (e *Expr) Inspect(visit func(*Node)) { inspect(e.root, visit) }

// UsesCurrent reports whether the expression reads the current answer (`.`).
func (e *Expr) UsesCurrent() bool {
	found := false
	e.Inspect(func(n *Node) { found = found || n.Op == OpCurrent })
	return found
}

func inspect(n *Node, visit func(*Node)) {
	visit(n)
	for _, a := range n.Args {
		inspect(a, visit)
	}
}

func collectVars(root *Node) []string {
	seen := map[string]bool{}
	inspect(root, func(n *Node) {
		if n.Op == OpVar {
			seen[n.Name] = true
		}
	})
	vars := make([]string, 0, len(seen))
	for v := range seen {
		vars = append(vars, v)
	}
	sort.Strings(vars)
	return vars
}
