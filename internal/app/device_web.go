package app

import (
	"net/http"
	"strings"

	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

const (
	DevicePath  = "/admin/device"
	DestroyPath = DevicePath + "/destroy"
)

func (n *Node) deviceRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET /admin/device", n.getDevice)
	mux.HandleFunc("POST /admin/device/rotate", n.postRotate)
	mux.HandleFunc("GET /admin/device/destroy", n.getDestroy)
	mux.HandleFunc("POST /admin/device/destroy", n.postDestroy)
}

// manages answers an error page to whoever does not look after the machine.
func (n *Node) manages(w http.ResponseWriter, r *http.Request) bool {
	if err := n.Access.Check(r.Context(), access.NodeManage, access.Resource{}); err != nil {
		n.Pages.Error(w, r, err)
		return false
	}
	return true
}

// deviceView is what opens the records of this device, and how that stands.
type deviceView struct {
	Notice  page.Callout
	Rows    page.Summary
	Rotate  bool
	Destroy page.Link
	Number  []string // of the certificate that devices install, to read out
	Install page.Link
	Date    page.Link
}

func (n *Node) getDevice(w http.ResponseWriter, r *http.Request) {
	if !n.manages(w, r) {
		return
	}
	v := deviceView{Notice: n.keyNotice(r), Date: page.Link{Href: datePath, Text: page.M("app.date.title")}}
	if !n.host.o.onServer() {
		v.Destroy = page.Link{Href: DestroyPath, Text: page.M("app.destroy.title")}
	}
	v.Number, v.Install = n.host.trust()
	if s := n.host.Keys(); s != nil {
		users, err := s.Users()
		if err != nil && !fault.Is(err, fault.Conflict) {
			n.Pages.Error(w, r, err)
			return
		}
		var cells []page.Cell
		for _, u := range users {
			cells = append(cells, page.Code(u))
		}
		v.Rows, v.Rotate = page.Summary{{Label: page.M("app.device.unlockers"), Value: cells}}, true
	}
	n.Pages.Render(w, r, page.Page{Template: "app/device", Title: "app.device.title", View: v})
}

// keyNotice is what an administrator should do about the key; none where it is as
// it was left.
func (n *Node) keyNotice(r *http.Request) page.Callout {
	s := n.host.Keys()
	switch {
	case s == nil && n.Demo:
		return page.Callout{Level: page.Info, Title: page.M("app.device.demo")}
	case n.host.o.onServer():
		return page.Callout{Level: page.Info, Title: page.M("app.device.server"), Text: []page.Msg{page.M("app.device.server_text")}}
	case s == nil:
		return page.Callout{Level: page.Danger, Title: page.M("app.device.plain"), Text: []page.Msg{page.M("app.device.plain_do")}}
	case n.rolledBack.Load():
		return page.Callout{Level: page.Danger, Title: page.M("key.rolled_back"), Text: []page.Msg{page.M("app.device.rolled_back_do")}}
	}
	st := s.State()
	due, err := n.Access.RotationDue(r.Context())
	switch {
	case st.Problem != nil:
		return page.Callout{Level: page.Danger, Title: page.M(fault.KeyOf(st.Problem)), Text: []page.Msg{page.M("app.device.harmed_do")}}
	case st.Rotating || due != nil || err != nil:
		return page.Callout{Level: page.Wait, Title: page.M("app.device.rotating"), Text: []page.Msg{page.M("app.device.rotating_text")}}
	}
	return page.Callout{Level: page.Done, Title: page.M("app.device.well")}
}

func (n *Node) postRotate(w http.ResponseWriter, r *http.Request) {
	if !n.manages(w, r) {
		return
	}
	if n.host.Keys() == nil {
		n.Pages.Error(w, r, fault.New(fault.NotFound, "app.rotate", "page.error.not_found"))
		return
	}
	if err := n.Access.WantRotation(r.Context()); err != nil {
		n.Pages.Error(w, r, err)
		return
	}
	n.tellKeys()
	n.Pages.Redirect(w, r, DevicePath, page.M("app.device.rotating"))
}

// destroyView asks before the records are destroyed.
type destroyView struct {
	Unsent page.Callout
	Hub    bool // there is one to tell
	Form   *page.Form
}

func (n *Node) getDestroy(w http.ResponseWriter, r *http.Request) {
	if n.mayDestroy(w, r) {
		n.showDestroy(w, r, "")
	}
}

func (n *Node) showDestroy(w http.ResponseWriter, r *http.Request, wrong string) {
	st, err := n.Sync.Status(r.Context())
	if err != nil {
		n.Pages.Error(w, r, err)
		return
	}
	f := destroyForm(n.confirmation(r.Context()))
	if wrong != "" {
		f.Note("code", page.M(wrong))
	}
	n.Pages.Form(w, r, page.Page{Template: "app/destroy", Title: "app.destroy.title", View: destroyView{Unsent: unsentNotice(st.Unsent), Hub: st.Enrolled, Form: f},
		Back: page.Link{Href: DevicePath, Text: page.M("app.device.title")}}, f)
}

func destroyForm(word string) *page.Form {
	return &page.Form{Action: DestroyPath, Submit: page.M("app.destroy.submit"), Danger: true, Cancel: page.Link{Href: DevicePath, Text: page.M("app.device.title")},
		Fields: []page.Field{{Kind: page.Text, Name: "code", Label: page.M("app.destroy.type", "code", word), Auto: "off", Dir: "ltr", Width: 20, Max: 20}}}
}

// unsentNotice says what would be lost.
func unsentNotice(changes int64) page.Callout {
	if changes == 0 {
		return page.Callout{Level: page.Done, Title: page.M("app.destroy.sent")}
	}
	return page.Callout{Level: page.Danger, Title: page.M("app.destroy.unsent", "count", int(changes))}
}

// mayDestroy lets the administrator of a node in; what a database server keeps is not
// destroyed from a page.
func (n *Node) mayDestroy(w http.ResponseWriter, r *http.Request) bool {
	if n.host.o.onServer() {
		n.Pages.Error(w, r, fault.New(fault.NotFound, "app.destroy", "page.error.not_found"))
		return false
	}
	return n.manages(w, r)
}

func (n *Node) postDestroy(w http.ResponseWriter, r *http.Request) {
	if !n.mayDestroy(w, r) {
		return
	}
	if err := page.ReadForm(w, r, maxUserForm); err != nil {
		n.Pages.Error(w, r, err)
		return
	}
	if strings.TrimSpace(r.PostForm.Get("code")) != n.confirmation(r.Context()) {
		n.showDestroy(w, r, "app.destroy.wrong")
		return
	}
	if err := n.host.Destroy(); err != nil {
		n.Pages.Error(w, r, err)
		return
	}
	page.Destroyed(n.Pages, w, r, n.host.toldHub())
}
