// Package dhis2 sends data value sets to a DHIS2 and reads what it answers.
//
// The contract is that of the developer documentation (dhis2-docs, web-api/data.md, 2026)
// and of the code up to 2.44. What it means is in the body and not in the status of HTTP:
// up to 2.42 a set of which a part was taken answers 409, from 2.43 on 200, and both say
// WARNING. Before 2.38 the summary is the root of the answer. An answer that never came, or
// a server's error, is asked again, which is safe because a value is known by its element,
// period, org unit and category; and then the values are read back and compared.
//
// It sends over TLS, or to this machine itself, follows no redirection, and puts neither an
// address nor a log-in nor what a server says into an error.
package dhis2
