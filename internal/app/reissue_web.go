package app

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/godwit-health/godwit/internal/edge/sync"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// What a machine alone has that was refused under its name goes to the hub under a new
// one, when its administrator has said what became of the other machine.

const reissuePath = syncPath + "/reissue"

// reissueView explains, and asks.
type reissueView struct {
	Text []page.Msg
	Form *page.Form
}

// The answers to what becomes of the other machine.
const (
	reissueOnly = "only" // it is gone
	reissueBoth = "both" // it is used too
)

func reissueForm() *page.Form {
	return &page.Form{Action: reissuePath, Submit: page.M("app.reissue.do"), Fields: []page.Field{
		{Kind: page.Radios, Name: "which", Label: page.M("app.reissue.which"), Options: []page.Option{
			{Value: reissueOnly, Label: page.M("app.reissue.only")}, {Value: reissueBoth, Label: page.M("app.reissue.both")}}},
		{Kind: page.LongText, Name: "code", Label: page.M("app.reissue.code"), Hint: page.M("app.reissue.code_hint"), Optional: true, Auto: "off", Dir: "ltr", Rows: 2, Max: 400}}}
}

func reissuing(f *page.Form) *reissueView {
	return &reissueView{Text: []page.Msg{page.M("app.reissue.what"), page.M("app.reissue.how")}, Form: f}
}

func (n *Node) postReissue(w http.ResponseWriter, r *http.Request) {
	if !n.manages(w, r) {
		return
	}
	if err := page.ReadForm(w, r, maxUserForm); err != nil {
		n.Pages.Error(w, r, err)
		return
	}
	f := reissueForm()
	f.Fill(r.PostForm)
	which, code := r.PostForm.Get("which"), strings.TrimSpace(r.PostForm.Get("code"))
	switch {
	case which == reissueOnly:
		code = ""
	case which != reissueBoth:
		f.Note("which", page.M("app.reissue.choose"))
	case code == "":
		f.Note("code", page.M("sync.bad_code"))
	}
	if f.Failed() {
		n.showSync(w, r, f)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), 3*syncPatience)
	defer cancel()
	changes, err := n.reissue(ctx, code)
	switch {
	case err == nil:
		n.Pages.Redirect(w, r, syncPath, page.M("app.reissue.done", "count", changes))
	case f.Fail(err):
		n.showSync(w, r, f)
	case code != "" && fault.Is(err, fault.Forbidden): // the hub does not take the code
		f.Note("code", page.M(fault.KeyOf(err)))
		n.showSync(w, r, f)
	case fault.KeyOf(err) != "" && fault.CodeOf(err) != fault.Internal:
		n.Pages.Redirect(w, r, syncPath, page.M("app.reissue.failed"))
	default:
		n.Pages.Error(w, r, err)
	}
}

// reissue issues again what only this machine has, and with a code makes it a node of
// its own. It answers how many changes that were.
func (n *Node) reissue(ctx context.Context, code string) (changes int, err error) {
	st, err := n.Sync.Status(ctx)
	if err != nil {
		return 0, err
	}
	if !sync.Refused(st.Trouble) {
		return 0, fault.New(fault.Conflict, "app.reissue", "app.reissue.not_refused")
	}
	if code != "" { // before anything is changed
		if err := sync.CheckCode(code); err != nil {
			return 0, err
		}
	}
	moved, err := n.Sync.Reissue(ctx, sync.Client{})
	if err != nil {
		return 0, err
	}
	for _, m := range moved {
		changes += len(m.Versions)
	}
	if code != "" {
		if _, err := n.Sync.EnrolAnew(ctx, sync.Client{}, code); err != nil {
			return changes, err
		}
	}
	n.wakeSync()
	return changes, nil
}

// reissueCommand is that on the command line.
func (n *Node) reissueCommand(ctx context.Context, code string) ([]string, error) {
	changes, err := n.reissue(ctx, code)
	if err != nil {
		return nil, err
	}
	lines := []string{fmt.Sprintf("%s that only this machine has: sent to the hub under a new name with the next exchange", count(changes, "change"))}
	if code == "" {
		return append(lines, "this machine goes on alone: the other one is refused from now on"), nil
	}
	return append(lines, "this machine is a node of its own now"), nil
}

// maySendAnew says whether this page offers it.
func (n *Node) maySendAnew(ctx context.Context, st sync.Status) bool {
	return st.Enrolled && sync.Refused(st.Trouble) && n.Access.Ever(ctx, access.NodeManage)
}
