// Package report is what a site tells of a week or a month, and what leaves of it.
//
// # Vocabulary
//
//   - Period: an ISO week (2026W47) or a month (202611), as DHIS2 writes them.
//   - Figure: what a report says of one indicator (pack care-indicators): a number, or that
//     it was not reported. A zero is said by a person. A number comes from the tallies and
//     may be changed by who signs; then it is told apart only as far as that still adds up.
//   - Version: a report as it was signed. A correction is another version; all are kept, and
//     the last signed one holds. A version may withdraw the report.
//   - Ministry: a DHIS2 of a health authority, with what goes to which data element.
//   - Push: what was sent of one report to one ministry, and what it answered.
//
// # Journal kinds
//
// programme.report, programme.ministry and programme.push hold counts and codes, and are
// about nobody.
//
// # What it must never do
//
//   - Make a zero of a number that nobody gave, or a rate of a denominator of zero.
//   - Let a table leave with a count below the limit, or with what would tell one.
//   - Send anything without a person who presses, or keep a password where it is logged,
//     synchronised or shown.
package report
