package app

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/fault"
)

func (n *Node) addUser(ctx context.Context, c Command) ([]string, error) {
	first, err := n.Access.NeedsFirst(ctx)
	if err != nil {
		return nil, err
	}
	u := access.User{Login: c.Login, Name: c.FullName, Programmes: c.Programmes, Ceiling: c.Ceiling, Locale: c.Locale}
	for _, r := range c.Roles {
		u.Roles = append(u.Roles, access.Role(r))
	}
	if first && len(u.Roles) == 0 {
		if _, err = n.Access.Bootstrap(ctx, c.Login, c.FullName, c.Password); err != nil {
			return nil, err
		}
		return []string{"made " + c.Login + ", the first administrator of this node"}, nil
	}
	if len(u.Roles) > 0 { // without a role AddUser says what is missing
		if u.Sites, err = n.sitesFor(ctx, c.Sites, u.Roles); err != nil {
			return nil, err
		}
	}
	made, err := n.Access.AddUser(ctx, u, c.Password, true)
	if err != nil {
		return nil, err
	}
	return []string{"made " + made.Login + "; the password has to be changed at the first log-in"}, nil
}

func (n *Node) listUsers(ctx context.Context) ([]string, error) {
	users, err := n.Access.Users(ctx)
	if err != nil {
		return nil, err
	}
	var lines []string
	for _, u := range users {
		state := ""
		if u.Disabled {
			state = "  disabled"
		}
		roles := make([]string, len(u.Roles))
		for i, r := range u.Roles {
			roles[i] = string(r)
		}
		lines = append(lines, fmt.Sprintf("%-20s %-30s %s%s", u.Login, strings.Join(roles, ","), strings.Join(u.Sites, ","), state))
	}
	return lines, nil
}

// changeUser changes what the command names of a user and leaves the rest.
func (n *Node) changeUser(ctx context.Context, c Command) ([]string, error) {
	users, err := n.Access.Users(ctx)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(users, func(u access.User) bool { return strings.EqualFold(u.Login, c.Login) })
	if at < 0 {
		return nil, fault.New(fault.NotFound, "app.changeUser", "page.error.not_found")
	}
	u := users[at]
	if c.FullName+c.Ceiling+c.Locale == "" && len(c.Roles)+len(c.Sites)+len(c.Programmes) == 0 {
		return nil, fmt.Errorf("say what is to change: --name, --role, --site, --programme, --ceiling or --locale; nothing was changed")
	}
	if len(c.Roles) > 0 {
		u.Roles = nil
		for _, r := range c.Roles {
			u.Roles = append(u.Roles, access.Role(r))
		}
	}
	if len(c.Sites) > 0 || len(c.Roles) > 0 {
		sites := c.Sites
		if len(sites) == 0 {
			sites = u.Sites
		}
		if u.Sites, err = n.sitesFor(ctx, sites, u.Roles); err != nil {
			return nil, err
		}
	}
	for _, part := range []struct{ from, to *string }{{&c.FullName, &u.Name}, {&c.Ceiling, &u.Ceiling}, {&c.Locale, &u.Locale}} {
		if *part.from != "" {
			*part.to = *part.from
		}
	}
	if len(c.Programmes) > 0 {
		u.Programmes = c.Programmes
	}
	if err := n.Access.EditUser(ctx, u); err != nil {
		return nil, err
	}
	return []string{"changed " + u.Login + "; it holds from the next page that they open"}, nil
}

// roleWords say what each role is here to do, for whoever gives them out.
var roleWords = map[access.Role]string{
	access.Reception:      "registers people, books, opens cases; sees no legal status and no result",
	access.Nurse:          "history, vital signs, vaccines, specimens",
	access.Physician:      "examines, classifies, signs",
	access.Radiographer:   "the orders of the radiology station",
	access.Laboratory:     "the orders of the laboratory station",
	access.Counsellor:     "counselling before and after a test, with its results",
	access.Screener:       "screens at a border; searches nobody, sees the own shift only",
	access.Volunteer:      "reports what is seen in the community; opens no record",
	access.Epidemiologist: "signals and counts; of people only what an outbreak needs",
	access.Manager:        "the flow of the day and the figures of the programme",
	access.MedicalOfficer: "answers for the protocols and for clinical decisions",
	access.PrivacyOfficer: "reads who looked, answers the person; no clinical content",
	access.Administrator:  "users, sites, the node; nothing of any person",
}

// RoleLines lists the roles that a user can have, with what each is for and which
// of them an account can only have alone. It needs no node.
func RoleLines() []string {
	var lines []string
	for _, r := range access.Roles() {
		line := fmt.Sprintf("%-16s %s", r, roleWords[r])
		if !access.Compatible([]access.Role{r, access.Nurse}) && !access.Compatible([]access.Role{r, access.Physician}) {
			line += " (never beside another role)"
		}
		lines = append(lines, line)
	}
	return lines
}
