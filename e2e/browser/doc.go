// Package browser drives the pages of a running program as a person does: it opens a
// path, answers the fields of a form by their names, sends it, follows a link, and
// reads what the page says in the reader's language.
//
// The stories of package e2e and of the packages below it are told with it. A story
// names a text by its key (Say), so that it holds in every language and when words
// change.
package browser
