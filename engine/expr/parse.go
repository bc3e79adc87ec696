package expr

import (
	"unicode/utf8"

	"github.com/godwit-health/godwit/engine/value"
)

// Mode says how an expression is written and which null rules hold.
type Mode uint8

// The three modes; see the package comment.
const (
	Form Mode = iota // XLSForm
	Feel             // packs: FEEL syntax, Kleene logic
	DMN              // imported models: FEEL syntax, DMN's null rules
)

// Limits on outside text.
const (
	MaxSource = 16 << 10 // bytes
	MaxDepth  = 64       // nesting
	MaxNodes  = 4096
)

// Options say how to parse.
type Options struct {
	Mode  Mode
	Names []string         // declared names, which may hold spaces or operator characters
	Funcs map[string]*Func // functions beside the built-in ones
}

// ParseForm parses an XLSForm expression.
func ParseForm(src string) (*Expr, error) { return Parse(src, Options{Mode: Form}) }

// ParseFeel parses a pack's FEEL-like expression; names are the declared names.
func ParseFeel(src string, names ...string) (*Expr, error) {
	return Parse(src, Options{Mode: Feel, Names: names})
}

// Parse parses an expression. Errors are *SyntaxError and give the position.
func Parse(src string, o Options) (*Expr, error) {
	if len(src) > MaxSource {
		return nil, syntaxf(MaxSource, "longer than %d bytes", MaxSource)
	}
	if !utf8.ValidString(src) {
		return nil, syntaxf(0, "not valid UTF-8")
	}
	toks, err := newLexer(src, o.Mode, o.Names).tokens()
	if err != nil {
		return nil, err
	}
	p := &parser{toks: toks, opts: o}
	root, err := p.expression(0)
	if err != nil {
		return nil, err
	}
	if t := p.peek(); t.kind != tokEnd {
		return nil, syntaxf(t.pos, "unexpected %q", t.text)
	}
	return &Expr{src: src, root: root, mode: o.Mode, vars: collectVars(root)}, nil
}

type parser struct {
	toks  []token
	at    int
	nodes int
	opts  Options
}

func (p *parser) peek() token { return p.toks[p.at] }

func (p *parser) isOp(s string) bool { t := p.peek(); return t.kind == tokOp && t.text == s }

func (p *parser) isWord(s string) bool { t := p.peek(); return t.kind == tokName && t.text == s }

func (p *parser) acceptOp(s string) bool {
	if p.isOp(s) {
		p.at++
		return true
	}
	return false
}

func (p *parser) expectOp(s string) error {
	if p.acceptOp(s) {
		return nil
	}
	t := p.peek()
	if t.kind == tokEnd {
		return syntaxf(t.pos, "%q is missing at the end", s)
	}
	return syntaxf(t.pos, "want %q, found %q", s, t.text)
}

func (p *parser) expectWord(s string) error {
	if p.isWord(s) {
		p.at++
		return nil
	}
	return syntaxf(p.peek().pos, "want %q", s)
}

func (p *parser) node(n Node) (*Node, error) {
	if p.nodes++; p.nodes > MaxNodes {
		return nil, syntaxf(n.Pos, "more than %d parts", MaxNodes)
	}
	return &n, nil
}

func (p *parser) expression(depth int) (*Node, error) {
	if depth > MaxDepth {
		return nil, syntaxf(p.peek().pos, "nested more than %d deep", MaxDepth)
	}
	return p.or(depth)
}

func (p *parser) or(depth int) (*Node, error) {
	left, err := p.and(depth)
	for err == nil && p.isWord("or") {
		pos := p.peek().pos
		p.at++
		var right *Node
		if right, err = p.and(depth); err == nil {
			left, err = p.node(Node{Op: OpOr, Args: []*Node{left, right}, Pos: pos})
		}
	}
	return left, err
}

func (p *parser) and(depth int) (*Node, error) {
	left, err := p.comparison(depth)
	for err == nil && p.isWord("and") {
		pos := p.peek().pos
		p.at++
		var right *Node
		if right, err = p.comparison(depth); err == nil {
			left, err = p.node(Node{Op: OpAnd, Args: []*Node{left, right}, Pos: pos})
		}
	}
	return left, err
}

var comparisons = map[string]Op{"=": OpEq, "!=": OpNe, "<": OpLt, "<=": OpLe, ">": OpGt, ">=": OpGe}

func (p *parser) comparison(depth int) (*Node, error) {
	left, err := p.sum(depth)
	if err != nil {
		return nil, err
	}
	t := p.peek()
	if op, ok := comparisons[t.text]; ok && t.kind == tokOp {
		p.at++
		right, err := p.sum(depth)
		if err != nil {
			return nil, err
		}
		return p.node(Node{Op: op, Args: []*Node{left, right}, Pos: t.pos, emptyTest: p.opts.Mode == Form && (isEmptyText(left) || isEmptyText(right))})
	}
	if p.opts.Mode != Form && p.isWord("in") {
		p.at++
		return p.inTest(left, t.pos, depth)
	}
	if p.opts.Mode != Form && p.isWord("between") {
		p.at++
		lo, err := p.sum(depth)
		if err != nil {
			return nil, err
		}
		if err := p.expectWord("and"); err != nil {
			return nil, err
		}
		hi, err := p.sum(depth)
		if err != nil {
			return nil, err
		}
		return p.node(Node{Op: OpBetween, Args: []*Node{left, lo, hi}, Pos: t.pos})
	}
	return left, nil
}

func isEmptyText(n *Node) bool {
	s, ok := n.Value.Str()
	return n.Op == OpLiteral && ok && s == ""
}

// inTest reads what may stand after "in": an interval, or a list of values.
func (p *parser) inTest(left *Node, pos, depth int) (*Node, error) {
	openLo := p.isOp("(") || p.isOp("]")
	if !openLo && !p.isOp("[") {
		right, err := p.sum(depth)
		if err != nil {
			return nil, err
		}
		return p.call("list contains", []*Node{right, left}, pos)
	}
	p.at++
	first, err := p.expression(depth + 1)
	if err != nil {
		return nil, err
	}
	if p.acceptOp("..") {
		last, err := p.expression(depth + 1)
		if err != nil {
			return nil, err
		}
		openHi := p.isOp(")") || p.isOp("[")
		if !openHi && !p.isOp("]") {
			return nil, syntaxf(p.peek().pos, "the range has no end bracket")
		}
		p.at++
		return p.node(Node{Op: OpBetween, Args: []*Node{left, first, last}, Pos: pos, OpenLo: openLo, OpenHi: openHi})
	}
	items := []*Node{first}
	for p.acceptOp(",") {
		next, err := p.expression(depth + 1)
		if err != nil {
			return nil, err
		}
		items = append(items, next)
	}
	if !p.acceptOp("]") {
		if err := p.expectOp(")"); err != nil {
			return nil, err
		}
	}
	list, err := p.node(Node{Op: OpList, Args: items, Pos: pos})
	if err != nil {
		return nil, err
	}
	return p.call("list contains", []*Node{list, left}, pos)
}

func (p *parser) sum(depth int) (*Node, error) {
	left, err := p.product(depth)
	for err == nil && (p.isOp("+") || p.isOp("-")) {
		t := p.peek()
		p.at++
		op := OpAdd
		if t.text == "-" {
			op = OpSub
		}
		var right *Node
		if right, err = p.product(depth); err == nil {
			left, err = p.node(Node{Op: op, Args: []*Node{left, right}, Pos: t.pos})
		}
	}
	return left, err
}

func (p *parser) product(depth int) (*Node, error) {
	left, err := p.power(depth)
	for err == nil {
		t, op := p.peek(), OpMul
		switch {
		case p.isOp("*"):
		case p.isOp("/") && p.opts.Mode != Form, p.isWord("div"):
			op = OpDiv
		case p.isWord("mod"):
			op = OpMod
		default:
			return left, nil
		}
		p.at++
		var right *Node
		if right, err = p.power(depth); err == nil {
			left, err = p.node(Node{Op: op, Args: []*Node{left, right}, Pos: t.pos})
		}
	}
	return left, err
}

func (p *parser) power(depth int) (*Node, error) {
	left, err := p.unary(depth)
	for err == nil && p.isOp("**") {
		pos := p.peek().pos
		p.at++
		var right *Node
		if right, err = p.unary(depth); err == nil {
			left, err = p.node(Node{Op: OpPow, Args: []*Node{left, right}, Pos: pos})
		}
	}
	return left, err
}

func (p *parser) unary(depth int) (*Node, error) {
	if depth > MaxDepth {
		return nil, syntaxf(p.peek().pos, "nested more than %d deep", MaxDepth)
	}
	if t := p.peek(); p.acceptOp("-") {
		arg, err := p.unary(depth + 1)
		if err != nil {
			return nil, err
		}
		if f, ok := arg.Value.Float(); arg.Op == OpLiteral && ok {
			arg.Value, arg.Pos = value.Number(-f), t.pos
			return arg, nil
		}
		return p.node(Node{Op: OpNeg, Args: []*Node{arg}, Pos: t.pos})
	}
	return p.primary(depth)
}

func (p *parser) primary(depth int) (*Node, error) {
	t := p.peek()
	p.at++
	switch t.kind {
	case tokNumber:
		return p.node(Node{Op: OpLiteral, Value: value.Number(t.num), Pos: t.pos})
	case tokString:
		return p.node(Node{Op: OpLiteral, Value: value.Text(t.text), Pos: t.pos})
	case tokVar:
		return p.node(Node{Op: OpVar, Name: t.text, Pos: t.pos})
	case tokName:
		return p.named(t, depth)
	case tokOp:
		switch t.text {
		case "(":
			n, err := p.expression(depth + 1)
			if err != nil {
				return nil, err
			}
			return n, p.expectOp(")")
		case ".", "?":
			if (t.text == ".") == (p.opts.Mode == Form) {
				return p.node(Node{Op: OpCurrent, Pos: t.pos})
			}
		case "[":
			if p.opts.Mode != Form {
				return p.list(t, depth)
			}
		}
	case tokEnd:
		return nil, syntaxf(t.pos, "the expression ends too early")
	}
	return nil, syntaxf(t.pos, "unexpected %q", t.text)
}

func (p *parser) list(t token, depth int) (*Node, error) {
	n := Node{Op: OpList, Pos: t.pos}
	for !p.acceptOp("]") {
		if len(n.Args) > 0 {
			if err := p.expectOp(","); err != nil {
				return nil, err
			}
		}
		item, err := p.expression(depth + 1)
		if err != nil {
			return nil, err
		}
		n.Args = append(n.Args, item)
	}
	return p.node(n)
}

// named reads what a bare name begins: a constant, if, not, a call or a variable.
func (p *parser) named(t token, depth int) (*Node, error) {
	if p.isOp("(") && !(t.text == "if" && p.opts.Mode != Form) {
		return p.callExpr(t, depth)
	}
	switch t.text {
	case "true", "false":
		return p.node(Node{Op: OpLiteral, Value: value.Of(t.text == "true"), Pos: t.pos})
	case "null":
		if p.opts.Mode != Form {
			return p.node(Node{Op: OpLiteral, Null: true, Pos: t.pos})
		}
	case "if":
		if p.opts.Mode != Form {
			return p.ifThenElse(t, depth)
		}
	case "and", "or", "in", "between", "then", "else", "div", "mod":
		return nil, syntaxf(t.pos, "unexpected %q", t.text)
	}
	if p.opts.Mode == Form {
		return nil, syntaxf(t.pos, "%q is not a function; a question is written ${%s}, a text '%s'", t.text, t.text, t.text)
	}
	return p.node(Node{Op: OpVar, Name: t.text, Pos: t.pos})
}

func (p *parser) ifThenElse(t token, depth int) (*Node, error) {
	n := Node{Op: OpIf, Pos: t.pos}
	for _, word := range []string{"then", "else", ""} {
		part, err := p.expression(depth + 1)
		if err != nil {
			return nil, err
		}
		n.Args = append(n.Args, part)
		if word != "" {
			if err := p.expectWord(word); err != nil {
				return nil, err
			}
		}
	}
	return p.node(n)
}

func (p *parser) callExpr(t token, depth int) (*Node, error) {
	p.at++ // (
	var args []*Node
	for !p.acceptOp(")") {
		if len(args) > 0 {
			if err := p.expectOp(","); err != nil {
				return nil, err
			}
		}
		a, err := p.expression(depth + 1)
		if err != nil {
			return nil, err
		}
		args = append(args, a)
	}
	return p.call(t.text, args, t.pos)
}

func (p *parser) call(name string, args []*Node, pos int) (*Node, error) {
	switch {
	case name == "not" && len(args) == 1:
		return p.node(Node{Op: OpNot, Args: args, Pos: pos})
	case name == "if" && len(args) == 3 && p.opts.Mode == Form:
		return p.node(Node{Op: OpIf, Args: args, Pos: pos})
	}
	fn, ok := p.opts.Funcs[name]
	if !ok {
		fn, ok = builtin[name]
	}
	if !ok || fn.modes&(1<<p.opts.Mode) == 0 && fn.modes != 0 {
		return nil, syntaxf(pos, "there is no function %q", name)
	}
	if len(args) < fn.Min || fn.Max >= 0 && len(args) > fn.Max {
		return nil, syntaxf(pos, "%s takes %s, not %d", name, fn.arity(), len(args))
	}
	n := Node{Op: OpCall, Name: name, Args: args, Pos: pos, fn: fn}
	if fn.prepare != nil {
		prep, err := fn.prepare(args)
		if err != nil {
			return nil, syntaxf(pos, "%s: %v", name, err)
		}
		n.prepared = prep
	}
	return p.node(n)
}
