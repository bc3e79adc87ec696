package surveillance

// TextFault says what is wrong with a free text that must hold nothing of anybody:
// "long", or "personal" where it holds a telephone number, a document's number or an
// address. "" is right.
func TextFault(text string, most int) string { return textFault(text, most) }
