package access

import (
	"bytes"
	"errors"
	"io"
	"mime/multipart"
	"unicode/utf8"
)

// shownParts reads the text fields of a multipart form and counts its files.
func shownParts(body []byte, boundary string) ([]KeptField, int) {
	if boundary == "" {
		return nil, 0
	}
	const longest = 4 << 10 // of one shown answer
	r := multipart.NewReader(bytes.NewReader(body), boundary)
	values, files := map[string][]string{}, 0
	for range 1000 {
		part, err := r.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return shownFields(values), files
		}
		if part.FileName() != "" {
			files++
			continue
		}
		text, err := io.ReadAll(io.LimitReader(part, longest))
		if err == nil && utf8.Valid(text) {
			values[part.FormName()] = append(values[part.FormName()], string(text))
		}
	}
	return shownFields(values), files
}
