package border

import (
	"net/url"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/engine/form"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// AskPack adds the questions of a pack's form to a page's form, with what was typed.
// judge says what is wrong with the answers, and skip leaves questions to somebody else.
func AskPack(into *page.Form, f *form.Form, day calendar.Day, typed url.Values, judge bool, skip ...func(*form.Row) bool) (*form.Result, map[string][]string) {
	answers := page.Answers(f, typed)
	res := f.Check(answers, nil, day, skip...)
	if typed != nil {
		into.Fill(typed)
	}
	into.Ask(f.View(answers, res), typed, judge)
	return res, answers
}
