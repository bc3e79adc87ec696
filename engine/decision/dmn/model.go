package dmn

import (
	"io"
	"strings"

	"github.com/godwit-health/godwit/engine/expr"
)

// versions maps the namespaces of DMN models to their version.
var versions = map[string]string{
	"http://www.omg.org/spec/DMN/20151101/dmn.xsd":   "1.1",
	"http://www.omg.org/spec/DMN/20151101/dmn11.xsd": "1.1",
	"http://www.omg.org/spec/DMN/20180521/MODEL/":    "1.2",
	"https://www.omg.org/spec/DMN/20191111/MODEL/":   "1.3",
	"https://www.omg.org/spec/DMN/20211108/MODEL/":   "1.4",
	"https://www.omg.org/spec/DMN/20230324/MODEL/":   "1.5",
	"https://www.omg.org/spec/DMN/20240513/MODEL/":   "1.6",
}

// Model is a DMN document.
type Model struct {
	Name      string
	Version   string // of DMN
	Inputs    []*InputData
	Decisions []*Decision
	Items     []*Item

	names []string // every name an expression may use
}

// InputData is a named input.
type InputData struct {
	ID, Name, TypeRef string
	Description       string
}

// Item is an item definition: a type with a base, allowed values, parts.
type Item struct {
	Name, TypeRef string
	Collection    bool
	Allowed       string // unary tests
	Parts         []*Item

	allowed []*test
}

// Decision is a decision with its logic: a table or a literal expression.
type Decision struct {
	ID, Name, TypeRef string
	Inputs            []string // ids of required input data
	Requires          []string // ids of required decisions
	Table             *Table
	Literal           string

	literal *expr.Expr
	node    *node
}

// Table is a decision table.
type Table struct {
	HitPolicy   string // UNIQUE, ANY, FIRST, PRIORITY, COLLECT, RULE ORDER, OUTPUT ORDER
	Aggregation string // SUM, COUNT, MIN, MAX or empty
	Inputs      []*InputClause
	Outputs     []*OutputClause
	Rules       []*Rule
	Annotations []string // names of annotation columns
}

// InputClause is an input column.
type InputClause struct {
	Label, Expression, TypeRef string
	Values                     string // unary tests, or empty

	expr   *expr.Expr
	values []*test
}

// OutputClause is an output column.
type OutputClause struct {
	Name, TypeRef string
	Values        string // in order of priority, or empty
	Default       string

	values []*expr.Expr
	def    *expr.Expr
}

// Rule is a row.
type Rule struct {
	ID          string
	Description string
	In, Out     []string
	Annotations []string

	in   []*cell
	out  []*expr.Expr
	node *node
}

// Read reads a model and checks that all of it is within the subset.
func Read(r io.Reader) (*Model, error) {
	root, err := readXML(r)
	if err != nil {
		return nil, err
	}
	version, ok := versions[root.space]
	if !ok || root.name != "definitions" {
		return nil, root.errorf("not a DMN model of version 1.1 to 1.6 (namespace %q)", root.space)
	}
	m := &Model{Name: root.attr("name"), Version: version}
	for _, k := range root.kids {
		if k.space != root.space {
			continue // diagrams and extensions
		}
		switch k.name {
		case "inputData":
			m.Inputs = append(m.Inputs, readInput(k))
		case "itemDefinition":
			m.Items = append(m.Items, readItem(k))
		case "decision":
			d, err := readDecision(k)
			if err != nil {
				return nil, err
			}
			m.Decisions = append(m.Decisions, d)
		case "description", "extensionElements", "knowledgeSource", "textAnnotation", "association",
			"elementCollection", "organizationUnit", "performanceIndicator", "group":
		default:
			return nil, k.errorf("the element is not supported")
		}
	}
	return m, m.bind(root)
}

func readInput(n *node) *InputData {
	in := &InputData{ID: n.attr("id"), Name: n.attr("name")}
	if v := n.kid("variable"); v != nil {
		in.TypeRef = typeRef(v)
	}
	if d := n.kid("description"); d != nil {
		in.Description = strings.TrimSpace(d.text)
	}
	return in
}

// typeRef reads an attribute (1.2 on) or an element (1.1) without its prefix.
func typeRef(n *node) string {
	t := n.attr("typeRef")
	if t == "" {
		if k := n.kid("typeRef"); k != nil {
			t = strings.TrimSpace(k.text)
		}
	}
	if i := strings.LastIndexByte(t, ':'); i >= 0 {
		t = t[i+1:]
	}
	return t
}

func readItem(n *node) *Item {
	it := &Item{Name: n.attr("name"), TypeRef: typeRef(n), Collection: n.attr("isCollection") == "true"}
	if a := n.kid("allowedValues"); a != nil {
		it.Allowed = a.textOf()
	}
	for _, c := range n.all("itemComponent") {
		it.Parts = append(it.Parts, readItem(c))
	}
	return it
}

func readDecision(n *node) (*Decision, error) {
	d := &Decision{ID: n.attr("id"), Name: n.attr("name"), node: n}
	if d.Name == "" {
		return nil, n.errorf("the decision has no name")
	}
	if v := n.kid("variable"); v != nil {
		d.TypeRef = typeRef(v)
	}
	for _, k := range n.kids {
		if k.space != n.space {
			continue
		}
		switch k.name {
		case "informationRequirement":
			for _, q := range k.kids {
				ref := strings.TrimPrefix(q.attr("href"), "#")
				switch q.name {
				case "requiredInput":
					d.Inputs = append(d.Inputs, ref)
				case "requiredDecision":
					d.Requires = append(d.Requires, ref)
				}
			}
		case "decisionTable":
			t, err := readTable(k)
			if err != nil {
				return nil, err
			}
			d.Table = t
		case "literalExpression":
			if lang := k.attr("expressionLanguage"); lang != "" && !strings.Contains(strings.ToUpper(lang), "FEEL") {
				return nil, k.errorf("expression language %q is not supported", lang)
			}
			d.Literal = k.textOf()
		case "variable", "description", "question", "allowedAnswers", "extensionElements", "authorityRequirement",
			"supportedObjective", "impactedPerformanceIndicator", "decisionMaker", "decisionOwner", "usingProcess", "usingTask":
		default:
			return nil, k.errorf("the element is not supported")
		}
	}
	if d.Table == nil && d.Literal == "" {
		return nil, n.errorf("the decision has neither a table nor an expression")
	}
	return d, nil
}

var hitPolicies = map[string]bool{"UNIQUE": true, "ANY": true, "FIRST": true, "PRIORITY": true, "COLLECT": true, "RULE ORDER": true, "OUTPUT ORDER": true}

var aggregations = map[string]bool{"": true, "SUM": true, "COUNT": true, "MIN": true, "MAX": true}

func readTable(n *node) (*Table, error) {
	t := &Table{HitPolicy: n.attr("hitPolicy"), Aggregation: n.attr("aggregation")}
	if t.HitPolicy == "" {
		t.HitPolicy = "UNIQUE"
	}
	if !hitPolicies[t.HitPolicy] {
		return nil, n.errorf("%q is not a hit policy", t.HitPolicy)
	}
	if !aggregations[t.Aggregation] || t.Aggregation != "" && t.HitPolicy != "COLLECT" {
		return nil, n.errorf("aggregation %q with hit policy %s", t.Aggregation, t.HitPolicy)
	}
	for _, k := range n.all("input") {
		c := &InputClause{Label: k.attr("label")}
		if e := k.kid("inputExpression"); e != nil {
			c.Expression, c.TypeRef = e.textOf(), typeRef(e)
		}
		if c.Expression == "" {
			return nil, k.errorf("the input has no expression")
		}
		c.Values = k.kid("inputValues").textOf()
		t.Inputs = append(t.Inputs, c)
	}
	for _, k := range n.all("output") {
		c := &OutputClause{Name: k.attr("name"), TypeRef: typeRef(k)}
		c.Values = k.kid("outputValues").textOf()
		c.Default = k.kid("defaultOutputEntry").textOf()
		t.Outputs = append(t.Outputs, c)
	}
	if len(t.Outputs) == 0 {
		return nil, n.errorf("the table has no output")
	}
	if t.Aggregation != "" && t.Aggregation != "COUNT" && len(t.Outputs) > 1 {
		return nil, n.errorf("%s of several outputs is not defined", t.Aggregation)
	}
	for _, k := range n.all("annotation") {
		t.Annotations = append(t.Annotations, k.attr("name"))
	}
	for _, k := range n.all("rule") {
		r, err := readRule(k, t)
		if err != nil {
			return nil, err
		}
		t.Rules = append(t.Rules, r)
	}
	return t, nil
}

func readRule(n *node, t *Table) (*Rule, error) {
	r := &Rule{ID: n.attr("id"), node: n}
	if d := n.kid("description"); d != nil {
		r.Description = strings.TrimSpace(d.text)
	}
	for _, k := range n.all("inputEntry") {
		r.In = append(r.In, k.textOf())
	}
	for _, k := range n.all("outputEntry") {
		r.Out = append(r.Out, k.textOf())
	}
	for _, k := range n.all("annotationEntry") {
		r.Annotations = append(r.Annotations, k.textOf())
	}
	if len(r.In) != len(t.Inputs) || len(r.Out) != len(t.Outputs) {
		return nil, n.errorf("the rule has %d inputs and %d outputs, the table %d and %d", len(r.In), len(r.Out), len(t.Inputs), len(t.Outputs))
	}
	return r, nil
}
