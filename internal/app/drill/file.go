package drill

import (
	"bytes"
	"context"
	"fmt"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"

	"golang.org/x/net/html"

	"github.com/godwit-health/godwit/internal/kernel/mark"
)

// File is a file that a page gave out.
type File struct {
	Name string
	Body []byte
}

func fileOf(disposition string, body []byte) *File {
	_, params, _ := mime.ParseMediaType(disposition) // without a name it carries no mark either
	return &File{params["filename"], body}
}

// Marked reports whether its name says that it is of an exercise.
func (f *File) Marked() bool { return strings.HasPrefix(f.Name, mark.Word+"-") }

// Download sends a form that answers with a file.
func (s *Sent) Download(ctx context.Context, answers map[string][]string) (*File, error) {
	if err := s.Send(ctx, answers); err != nil {
		return nil, err
	}
	if s.tab.file == nil {
		return nil, fmt.Errorf("%s gave no file: %s", s.action, s.tab.complaint())
	}
	return s.tab.file, nil
}

// Upload puts a file into a form and sends it.
func (s *Sent) Upload(ctx context.Context, field string, f *File) error {
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, list := range s.values {
		for _, v := range list {
			if err := w.WriteField(name, v); err != nil {
				return err
			}
		}
	}
	part, err := w.CreateFormFile(field, f.Name)
	if err == nil {
		_, err = part.Write(f.Body)
	}
	if err == nil {
		err = w.Close()
	}
	if err == nil {
		err = s.tab.send(ctx, http.MethodPost, s.action, body.Bytes(), w.FormDataContentType())
	}
	if err != nil {
		return err
	}
	return s.tab.fine(s.action)
}

// Labels are what can be chosen, by value, in words.
type Labels map[string]string

// offer notes what a radio or a box stands for.
func (s *Sent) offer(form, n *html.Node, name string) {
	s.choices.Add(name, attr(n, "value"))
	each(form, named("label"), func(l *html.Node) {
		if id := attr(n, "id"); id != "" && attr(l, "for") == id {
			if s.labels[name] == nil {
				s.labels[name] = Labels{}
			}
			s.labels[name][attr(n, "value")] = read(l)
		}
	})
}

// Callout is which of the choices a box of the page names; "" where none does.
func (t *Tab) Callout(choices Labels) string {
	said, out := "", ""
	each(t.doc, named("section"), func(n *html.Node) {
		if strings.HasPrefix(attr(n, "class"), "callout") {
			said += " " + read(n)
		}
	})
	for value, words := range choices {
		if strings.Contains(said, words) && len(words) > len(choices[out]) {
			out = value
		}
	}
	return out
}
