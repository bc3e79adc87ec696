package access

import (
	_ "embed"
	"fmt"
	"iter"
	"slices"
	"sync"

	cedar "github.com/cedar-policy/cedar-go"
	"github.com/cedar-policy/cedar-go/ast"
	"github.com/cedar-policy/cedar-go/types"
	policyast "github.com/cedar-policy/cedar-go/x/exp/ast"

	"github.com/godwit-health/godwit/internal/kernel/journal"
)

//go:embed policy.cedar
var policyText []byte

// policy is the compiled policy file, one list of rules an action, so that a
// decision evaluates only what can say something about it.
type policy struct {
	rules    map[Action]ruleList
	purposes map[string]bool
	actions  types.EntityMap // the actions with their groups
	roles    map[Role]types.EntityUID

	// Documents differ in few ways that a policy can see: their records are made
	// once. Making them costs more than deciding.
	records struct {
		sync.RWMutex
		resources map[seen]types.Entity
		contexts  map[circumstance]types.Record
	}
}

// seen is what policies see of a document, and circumstance of a request.
type seen struct {
	site, programme, station, shift string
	level                           types.Long
}

type circumstance struct {
	purpose       string
	glass, opened bool
}

// ruleList is the policies of one action, in the order of the file.
type ruleList []namedRule

type namedRule struct {
	id   cedar.PolicyID
	rule *cedar.Policy
	of   types.EntityUID // the role of "principal in Role::…", zero when for anybody
}

// concerned is the rules that can apply to one user: a rule for a role they do
// not have can neither apply nor err.
type concerned struct {
	rules ruleList
	roles types.EntityUIDSet
}

// All makes it what cedar.Authorize walks.
func (c concerned) All() iter.Seq2[cedar.PolicyID, *cedar.Policy] {
	return func(yield func(cedar.PolicyID, *cedar.Policy) bool) {
		for _, r := range c.rules {
			if (r.of == types.EntityUID{} || c.roles.Contains(r.of)) && !yield(r.id, r.rule) {
				return
			}
		}
	}
}

const (
	typeUser     = types.EntityType("User")
	typeRole     = types.EntityType("Role")
	typeAction   = types.EntityType("Action")
	typeResource = types.EntityType("Resource")
)

var (
	theUser     = types.NewEntityUID(typeUser, "actor")
	theResource = types.NewEntityUID(typeResource, "resource")
)

// compile reads a policy file. Each policy needs an @id, each id is used once,
// and each action and role it names must exist: a misspelt name in a forbid
// would silently forbid nothing.
func compile(text []byte, purposes []Purpose) (*policy, error) {
	list, err := cedar.NewPolicyListFromBytes("policy.cedar", text)
	if err != nil {
		return nil, fmt.Errorf("policy.cedar: %w", err)
	}
	p := &policy{
		rules: map[Action]ruleList{}, purposes: map[string]bool{},
		actions: types.EntityMap{}, roles: map[Role]types.EntityUID{},
	}
	for _, q := range purposes {
		p.purposes[q.Code] = true
	}
	for _, r := range append(Roles(), clinician) {
		p.roles[r] = types.NewEntityUID(typeRole, types.String(r))
	}
	for _, a := range acts {
		var in []types.EntityUID
		for _, g := range a.Groups {
			in = append(in, types.NewEntityUID(typeAction, types.String(g)))
		}
		uid := types.NewEntityUID(typeAction, types.String(a.Action))
		p.actions[uid] = types.Entity{UID: uid, Parents: types.NewEntityUIDSet(in...)}
	}
	seen := map[string]bool{}
	for _, rule := range list {
		line := rule.Position().Line
		id, ok := rule.Annotations()["id"]
		if !ok || id == "" || seen[string(id)] {
			return nil, fmt.Errorf("policy.cedar:%d: a policy needs an @id of its own (%q)", line, id)
		}
		seen[string(id)] = true
		if err := p.checkNames((*policyast.Policy)(rule.AST())); err != nil {
			return nil, fmt.Errorf("policy.cedar:%d: %s: %w", line, id, err)
		}
		for _, a := range acts {
			if speaksOf(rule.AST(), a) {
				p.rules[a.Action] = append(p.rules[a.Action], namedRule{id: cedar.PolicyID(id), rule: forAction(rule), of: roleOf(rule)})
			}
		}
	}
	return p, nil
}

// roleOf is the role in the scope of a policy, if it has one.
func roleOf(rule *cedar.Policy) types.EntityUID {
	if s, ok := (*policyast.Policy)(rule.AST()).Principal.(policyast.ScopeTypeIn); ok {
		return s.Entity
	}
	return types.EntityUID{}
}

// forAction is a policy without the scopes that the index of rules has answered
// already: which action, and whose role. Cedar would build the set of a policy's
// actions anew for every decision.
func forAction(rule *cedar.Policy) *cedar.Policy {
	lean := *(*policyast.Policy)(rule.AST())
	switch lean.Action.(type) {
	case policyast.ScopeTypeEq, policyast.ScopeTypeIn, policyast.ScopeTypeInSet:
		lean.Action = policyast.ScopeTypeAll{}
	}
	if _, ok := lean.Principal.(policyast.ScopeTypeIn); ok {
		lean.Principal = policyast.ScopeTypeAll{}
	}
	return cedar.NewPolicyFromAST((*ast.Policy)(&lean))
}

// speaksOf reports whether the scope of a policy covers the action.
func speaksOf(rule *ast.Policy, a act) bool {
	covers := func(uid types.EntityUID) bool {
		return string(uid.ID) == string(a.Action) || slices.Contains(a.Groups, group(uid.ID))
	}
	switch s := (*policyast.Policy)(rule).Action.(type) {
	case policyast.ScopeTypeAll:
		return true
	case policyast.ScopeTypeEq:
		return string(s.Entity.ID) == string(a.Action)
	case policyast.ScopeTypeIn:
		return covers(s.Entity)
	case policyast.ScopeTypeInSet:
		return slices.ContainsFunc(s.Entities, covers)
	}
	return true // a scope we do not know is evaluated, not skipped
}

// checkNames finds actions, groups and roles that do not exist, wherever the
// policy names them, and codes that a Scope could not follow: a rule that named
// one site would hold for single documents and not for lists.
func (p *policy) checkNames(rule *policyast.Policy) error {
	var names []types.EntityUID
	var odd string
	switch s := rule.Action.(type) {
	case policyast.ScopeTypeEq:
		names = append(names, s.Entity)
	case policyast.ScopeTypeIn:
		names = append(names, s.Entity)
	case policyast.ScopeTypeInSet:
		names = append(names, s.Entities...)
	}
	switch s := rule.Principal.(type) {
	case policyast.ScopeTypeIn:
		names = append(names, s.Entity)
	case policyast.ScopeTypeEq:
		return fmt.Errorf("names one user; name a role")
	}
	if _, all := rule.Resource.(policyast.ScopeTypeAll); !all {
		return fmt.Errorf("names one resource; use its attributes")
	}
	for _, c := range rule.Conditions {
		policyast.Inspect(policyast.NewNode(c.Body), func(n policyast.IsNode) bool {
			if v, ok := n.(policyast.NodeValue); ok {
				switch v := v.Value.(type) {
				case types.EntityUID:
					names = append(names, v)
				case types.String:
					if v != "" && !p.purposes[string(v)] && !slices.Contains(stationClasses, string(v)) {
						odd = string(v)
					}
				}
			}
			return true
		})
	}
	if odd != "" {
		return fmt.Errorf("%q is no purpose and no station that lists know (scope.go)", odd)
	}
	for _, n := range names {
		switch n.Type {
		case typeRole:
			if _, ok := p.roles[Role(n.ID)]; !ok {
				return fmt.Errorf("there is no role %q", n.ID)
			}
		case typeAction:
			if !Action(n.ID).Valid() && !slices.Contains([]group{personal, clinical, looking, caring, export}, group(n.ID)) {
				return fmt.Errorf("there is no action %q", n.ID)
			}
		default:
			return fmt.Errorf("there is no %s", n)
		}
	}
	return nil
}

// level is a sensitivity as the policies count it. What is not known counts as
// sealed, so that nothing opens by mistake.
func level(s journal.Sensitivity) types.Long {
	switch s {
	case journal.Identity:
		return 0
	case journal.Clinical:
		return 1
	case journal.Sensitive:
		return 2
	}
	return 3
}

// ceiling is the same for what a user may open: what is not known opens nothing.
func ceiling(s journal.Sensitivity) types.Long {
	switch s {
	case journal.Identity:
		return 0
	case journal.Clinical:
		return 1
	case journal.Sensitive, journal.Sealed:
		return 2 // sealed content never opens by a role (policy "bound-sealed")
	}
	return -1
}

// entities is what one decision sees: a user, a resource and the actions,
// without a map to build.
type entities struct {
	user, resource types.Entity
	actions        types.EntityMap
}

// Get finds an entity for Cedar.
func (e *entities) Get(uid types.EntityUID) (types.Entity, bool) {
	switch uid.Type {
	case typeUser:
		return e.user, uid == theUser
	case typeResource:
		return e.resource, uid == theResource
	}
	return e.actions.Get(uid)
}

// principal is an actor as Cedar sees them.
func (p *policy) principal(a Actor) types.Entity {
	var in []types.EntityUID
	for _, r := range a.Roles {
		if uid, ok := p.roles[r]; ok {
			in = append(in, uid)
		}
		if r.clinician() {
			in = append(in, p.roles[clinician])
		}
	}
	return types.Entity{
		UID: theUser, Parents: types.NewEntityUIDSet(in...),
		Attributes: types.NewRecord(types.RecordMap{
			"everywhere":     types.Boolean(slices.Contains(a.Sites, All)),
			"sites":          textSet(a.Sites),
			"all_programmes": types.Boolean(slices.Contains(a.Programmes, All)),
			"programmes":     textSet(a.Programmes),
			"sensitivity":    ceiling(a.Sensitivity),
			"shift":          types.String(a.Shift),
		}),
	}
}

func textSet(list []string) types.Set {
	vals := make([]types.Value, 0, len(list))
	for _, s := range list {
		if s != "" && s != All { // an empty code is not a site that one can work at
			vals = append(vals, types.String(s))
		}
	}
	return types.NewSet(vals...)
}

// decide evaluates the policies. A refusal that comes from an error says so.
func (p *policy) decide(a Actor, action Action, r Resource) (bool, error) {
	return p.decideAs(p.principal(a), a, action, r)
}

func (p *policy) decideAs(who types.Entity, a Actor, action Action, r Resource) (bool, error) {
	return p.decideAround(who, a, action, r, circumstance{a.Purpose, !r.Subject.IsZero() && slices.Contains(a.Glass, r.Subject), a.OpenedTo(r.Subject)})
}

// decideAround is decideAs where what is known of the subject was worked out already.
func (p *policy) decideAround(who types.Entity, a Actor, action Action, r Resource, around circumstance) (bool, error) {
	rules, ok := p.rules[action]
	if !ok || !action.Valid() {
		return false, fmt.Errorf("no policy speaks of action %q", action)
	}
	if len(a.Roles) == 0 || a.User.IsZero() {
		return false, nil
	}
	if !p.purposes[a.Purpose] {
		return false, fmt.Errorf("purpose %q is not in the list", a.Purpose)
	}
	resource, context := p.recordsOf(seen{r.Site, r.Programme, r.Station, r.Shift, level(r.Sensitivity)}, around)
	env := &entities{user: who, resource: resource, actions: p.actions}
	decision, diag := cedar.Authorize(concerned{rules, who.Parents}, env, types.Request{
		Principal: theUser, Action: types.NewEntityUID(typeAction, types.String(action)), Resource: theResource, Context: context,
	})
	if len(diag.Errors) > 0 {
		// Cedar skips a policy that errs: a forbid that cannot be evaluated would
		// forbid nothing. Here an error is a refusal. Only the policy's id is
		// reported: the message may quote attributes.
		return false, fmt.Errorf("policy %s cannot be evaluated", diag.Errors[0].PolicyID)
	}
	return decision == cedar.Allow, nil
}

// mostRecords bounds the cache; codes come from documents and are few.
const mostRecords = 10000

func (p *policy) recordsOf(d seen, c circumstance) (types.Entity, types.Record) {
	p.records.RLock()
	resource, ok1 := p.records.resources[d]
	context, ok2 := p.records.contexts[c]
	p.records.RUnlock()
	if ok1 && ok2 {
		return resource, context
	}
	resource = types.Entity{UID: theResource, Attributes: types.NewRecord(types.RecordMap{
		"site":        types.String(d.site),
		"programme":   types.String(d.programme),
		"sensitivity": d.level,
		"station":     types.String(d.station),
		"shift":       types.String(d.shift),
	})}
	context = types.NewRecord(types.RecordMap{"purpose": types.String(c.purpose), "glass": types.Boolean(c.glass), "opened": types.Boolean(c.opened)})
	p.records.Lock()
	defer p.records.Unlock()
	if p.records.resources == nil || len(p.records.resources) >= mostRecords {
		p.records.resources = map[seen]types.Entity{}
	}
	if p.records.contexts == nil {
		p.records.contexts = map[circumstance]types.Record{}
	}
	p.records.resources[d], p.records.contexts[c] = resource, context
	return resource, context
}
