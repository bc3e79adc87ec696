// Package alert keeps the weekly reporting of the sites and says when what was counted
// is more than it may be.
//
// # Vocabulary
//
//   - Reporter: a unit (a site, or an area of the gazetteer) that is expected to report
//     every week, with its setting, its diseases and the day by which a report is on
//     time.
//   - Received: that a reporter sent its week, and when. A week nobody sent is missing,
//     which is never zero; a zero report is a report.
//   - Completeness: reports received of reports expected. Timeliness: those on time, of
//     reports expected.
//   - Headcount: how many people live at a unit, on a day, by a source.
//   - Series: the weeks of one disease in one unit. The count of a week is what was
//     reported, or what the line list knows where that is more. What only the line list
//     knows of a week that was not reported is "at least".
//   - Rule: a row of pack alert-thresholds, EARS, or Farrington flexible. Each says yes,
//     no, or what it would need to know.
//   - Alert: that a rule said yes of a unit, a disease and a week. It is acknowledged by
//     an officer, with a reason, and never deleted.
//   - Watched: that the counts which a source reports day by day, such as a ministry's
//     situation reports, are held against rules too. Nobody's are until somebody says so.
//   - Daily: the days of a watched source in one unit. A day has a number of its own, or
//     none: it was not reported, or its number is that of several days together.
//   - Standing: what every rule said the last time anybody looked. It is worked out again
//     at any time and is in no journal.
//
// # Journal kinds
//
// surveillance.reporter, surveillance.received, surveillance.headcount,
// surveillance.watched and surveillance.alert are about nobody and go to every node. Their ids follow from what
// they are of, so that two installations that write one before they met write one
// document; an alert only ever gains.
//
// # What it must never do
//
//   - Take a week or a day that was not reported for one without cases, or the number of
//     several days for that of one.
//   - Say "no alert" where the history is too short to tell.
//   - Hold a threshold in Go: they are rows of a pack, with their source.
//   - Delete an alert, or count the rows of cases for a page.
//
// # Standards
//
// WHO AFRO IDSR 2019 (weekly reporting, completeness, timeliness); WHO EWARN 2012;
// Hutwagner et al. 2003 (EARS); Noufaily et al. 2013 (Farrington flexible). ISO 8601
// weeks.
package alert
