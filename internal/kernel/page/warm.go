package page

import (
	"context"
	"html/template"
	"io"
)

// Warm makes every page ready in every language, until ctx ends: html/template works
// out how each template must be escaped when it is first used, which for the longest
// pages takes longer than to render them ten times. Without it, the twenty people who
// begin their day at eight wait for that.
func (p *Renderer) Warm(ctx context.Context) {
	for _, l := range locales {
		s, err := p.set(l)
		if err != nil {
			return // whoever asks for a page is told
		}
		for _, t := range s.templates() {
			if ctx.Err() != nil {
				return
			}
			_ = t.Execute(io.Discard, nil) // escapes it, and then fails for want of data
		}
	}
}

func (s *localeSet) templates() []*template.Template {
	all := s.base.Templates()
	for _, a := range s.areas {
		all = append(all, a.Templates()...)
	}
	return all
}
