package page

import (
	"time"

	"github.com/godwit-health/godwit/internal/kernel/access"
)

// DoorSamples are the door's pages for the tests that render every page.
func DoorSamples() []Sample {
	demo := Table{Caption: M("door.demo.title"), Tight: true,
		Columns: []Column{{Label: M("door.login.name")}, {Label: M("door.login.password")}, {Label: M("door.me.roles"), Wide: true}}}
	for _, a := range access.DemoAccounts([]string{"KLA"}, []string{"immigrant"}) {
		demo.Rows = append(demo.Rows, []Cell{Code(a.User.Login), Code(a.Password), roleMsgs(a.User.Roles)})
	}
	at := time.Date(2026, 11, 22, 10, 2, 0, 0, time.UTC)
	return []Sample{
		{Name: "sign in", Template: "door/login", Title: "door.login.title", Empty: doorView{},
			Full:     doorView{Notice: Callout{Level: Info, Text: []Msg{M("door.kept.waiting")}}, Form: signInForm("/people"), Demo: demo, Complain: true},
			Problems: []Problem{{Text: M("door.wrong")}, {Text: M("door.wait", "count", 2)}}},
		{Name: "locked records", Template: "door/locked", Title: "door.locked.title", Empty: lockedView{State: "locked"},
			Full: lockedView{Notice: Callout{Level: Wait, Text: []Msg{M("door.kept.lost")}}, State: "locked", Form: signInForm("/people"),
				Recover: Link{Href: PathRecovery, Text: M("door.locked.recover")}},
			Problems: []Problem{{Text: M("door.wrong")}}},
		{Name: "recovery words", Template: "door/locked", Title: "door.recover.title", Empty: lockedView{State: "recovery"},
			Full:     lockedView{State: "recovery", Form: recoveryForm()},
			Problems: []Problem{{Field: "login", Text: M("door.recover.not_administrator")}}},
		{Name: "not set up", Template: "door/locked", Title: "door.new.title", Empty: lockedView{State: "new"}, Full: lockedView{State: "new"}},
		{Name: "destroyed", Template: "door/locked", Title: "door.gone.title", Empty: lockedView{State: "destroyed"}, Full: lockedView{State: "destroyed", Hub: "by_hand"}, Hostile: lockedView{State: "destroyed", Hub: "told"}},
		{Name: "locked screen", Template: "door/unlock", Title: "door.unlock.title", Empty: unlockView{Who: M("door.unlock.who", "name", "")},
			Full: unlockView{Notice: Callout{Level: Wait, Text: []Msg{M("door.kept.large"), M("door.kept.lost")}},
				Who: M("door.unlock.who", "name", "Amal Idris"), Form: unlockForm("/")}},
		{Name: "kept forms", Template: "door/kept", Title: "door.kept.title", Empty: keptView{Empty: Empty{Title: M("door.kept.none"), Action: Link{Href: "/", Text: M("page.home")}}},
			Full: keptView{Forms: []keptForm{
				{ID: "01930000-0000-7000-8000-000000000001", Path: "/people/new", At: at, Files: 1, Rows: []keptRow{{"name", "ሰላም ተስፋዬ"}, {"birth-year", "2008"}}},
				{ID: "01930000-0000-7000-8000-000000000002", Path: "/orders/01930000-0000-7000-8000-000000000003", At: at},
			}}},
		{Name: "no permission", Template: "door/refused", Title: "page.refused.title", Empty: refusedView{},
			Full: refusedView{Glass: Link{Href: "/glass/01930000-0000-7000-8000-000000000001", Text: M("door.refused.glass")}}},
		{Name: "broken glass", Template: "door/login", Title: "door.glass.title", Empty: doorView{},
			Full:     doorView{Notice: Callout{Level: Wait, Text: []Msg{M("door.glass.text"), M("door.glass.told")}}, Form: glassForm("/people")},
			Problems: []Problem{{Field: "reason", Text: M("door.glass.reason")}}},
		{Name: "own password", Template: "door/login", Title: "door.password.title", Empty: doorView{},
			Full:     doorView{Notice: Callout{Level: Info, Text: []Msg{M("door.password.temporary")}}, Form: passwordForm()},
			Problems: []Problem{{Field: "password", Text: M("door.password.short")}}},
		{Name: "own account", Template: "door/me", Title: "door.me.title", Empty: meView{},
			Full: meView{Rows: Summary{
				{Label: M("door.me.name"), Value: "Amal Idris"},
				{Label: M("door.login.name"), Value: Code("amal")},
				{Label: M("door.me.roles"), Value: roleMsgs([]access.Role{access.Nurse, access.Counsellor})},
				{Label: M("door.me.sites"), Value: []string{"KLA"}},
				{Label: M("door.me.programmes"), Value: M("door.me.all")},
				{Label: M("door.me.sensitivity"), Value: M("door.sensitivity.clinical")},
				{Label: M("door.me.purpose"), Value: PurposeMsg("assessment")},
			}}},
	}
}
