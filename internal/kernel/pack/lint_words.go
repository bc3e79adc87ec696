package pack

import (
	_ "embed" // the words that call for sensitivity
	"regexp"
	"sort"
	"strconv"
	"strings"
)

// serviceKinds are the outcomes whose code is a service of the centre.
var serviceKinds = map[string]bool{"require": true, "offer": true, "waive": true, "defer": true, "contraindicate": true}

// wordKinds are the outcomes whose code is shown by a word of its own.
var wordKinds = map[string]bool{
	"hold": true, "classify": true, "treat": true, "refer": true, "notify": true, "escort": true, "flag": true,
}

// words: every sentence a person or an officer will read exists in every
// language. A rule without its sentence cannot be explained to whom it concerns.
func (l *linter) words() {
	need := map[string]Problem{} // key → who needs it
	want := func(key, file string, row int) {
		if _, ok := need[key]; !ok {
			need[key] = Problem{File: file, Row: row}
		}
	}
	for _, r := range l.rules {
		want("row."+r.id, r.file, r.line)
		if _, err := strconv.ParseFloat(r.level, 64); err != nil && r.level != "" {
			want("level."+r.level, r.file, r.line)
		}
		for _, c := range r.codes {
			switch {
			case serviceKinds[r.kind]:
				want("service."+c, r.file, r.line)
			case wordKinds[r.kind]:
				want(r.kind+"."+c, r.file, r.line)
			}
		}
	}
	for _, s := range l.p.Services {
		want("service."+s.Code, manifestFile, 0)
	}
	for _, f := range l.p.Facts {
		if !f.Asked() {
			continue
		}
		want(f.QuestionKey(), manifestFile, 0)
		for _, v := range f.Values {
			want("value."+f.Name+"."+v, manifestFile, 0)
		}
	}
	for _, e := range l.p.Encounters {
		want("encounter."+e.Code, manifestFile, 0)
	}
	for _, g := range l.p.Programmes {
		want("programme."+g.Code, manifestFile, 0)
		for _, c := range g.Outcomes {
			want("end."+c, manifestFile, 0)
		}
	}
	for _, s := range l.p.Schedules {
		for _, v := range s.Visits {
			want("form."+v.Code, "schedules/"+s.ID+".csv", v.Line)
		}
	}
	for _, x := range l.p.Indicators {
		want("indicator."+x.Code, indicatorFile, x.Line)
	}
	want("pack.title", manifestFile, 0)
	for _, lang := range Languages {
		l.language(lang, need)
	}
}

func (l *linter) language(lang string, need map[string]Problem) {
	file := "locales/" + lang + ".json"
	words, ok := l.p.Words[lang]
	if !ok {
		l.say(Error, "no-words", file, 0, "", "is missing")
		return
	}
	keys := make([]string, 0, len(need))
	for k := range need {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for _, k := range keys {
		if strings.TrimSpace(words[k]) == "" {
			l.say(Error, "no-words", file, 0, k, "is missing; needed by %s", strings.TrimSuffix(Problem{File: need[k].File, Row: need[k].Row}.Error(), ": "))
		}
		if lang != "en" && strings.HasPrefix(k, "row.") && words[k] != "" && words[k] == l.p.Words["en"][k] {
			l.say(Warning, "not-translated", file, 0, k, "is the English sentence")
		}
	}
	stale := make([]string, 0)
	for k := range words {
		if _, ok := need[k]; !ok && strings.HasPrefix(k, "row.") {
			stale = append(stale, k)
		}
	}
	sort.Strings(stale)
	for _, k := range stale {
		l.say(Warning, "stale-words", file, 0, k, "belongs to no row")
	}
}

//go:embed sensitive-words.txt
var sensitiveWordList string

// facts: what is collected is used (IOM data protection principle 3), is as
// sensitive as it is, and a destination never reads the disability questions,
// which serve the person and the programme (reference notes on protection,
// section 1.6: the identifier must not decide on admission).
func (l *linter) facts() {
	used := map[string]bool{l.p.DateBasis: true}
	for _, r := range l.rules {
		for _, f := range r.facts {
			used[f] = true
		}
	}
	l.spread(used)
	sensitive := regexp.MustCompile(`(?i)(` + strings.Join(sensitiveWords(), "|") + `)`)
	for _, f := range l.p.Facts {
		key := "facts." + f.Name
		if f.Asked() && !used[f.Name] && f.UsedBy == "" {
			l.say(Error, "unused-fact", manifestFile, 0, key, "is collected but nothing uses it; used_by may name the form or report that does")
		}
		if f.Sensitivity == "" && f.Asked() && !ofRecord(f.From) {
			l.say(Error, "no-sensitivity", manifestFile, 0, key, "has no sensitivity (identity, clinical, sensitive or sealed)")
		}
		if sensitive.MatchString(f.Name) && sensitivities[f.Sensitivity] < sensitivities["sensitive"] {
			l.say(Error, "no-sensitivity", manifestFile, 0, key, "speaks of what must be marked sensitive or sealed")
		}
		l.answer(key, f)
		if l.p.Kind == "destination" && (washingtonGroup(f.Name) || washingtonGroup(f.From)) {
			l.say(Error, "disability-in-destination", manifestFile, 0, key, "a destination's rules must not read the Washington Group questions")
		}
	}
	for _, r := range l.rules {
		for _, f := range r.facts {
			if l.p.Kind == "destination" && washingtonGroup(f) {
				l.say(Error, "disability-in-destination", r.file, r.line, f, "%s: a destination's rules must not read the Washington Group questions", r.id)
			}
		}
	}
}

// diagnosis is the name of a fact that only a physician can say.
var diagnosis = regexp.MustCompile(`(^|_)(dx|diagnosis)($|_)`)

// answer checks who may answer a fact.
func (l *linter) answer(key string, f Fact) {
	observed := strings.HasPrefix(f.From, "obs:")
	switch {
	case f.Answer != "" && f.Answer != AnswerPhysician:
		l.say(Error, "answer", manifestFile, 0, key, "answer is %q; it may be %s, or left out for whoever works on the plan", f.Answer, AnswerPhysician)
	case f.Answer != "" && !observed:
		l.say(Error, "answer", manifestFile, 0, key, "answer is for observations (from: obs:…); what is of the record or the case, or derived, is not answered here")
	case f.Answer == "" && observed && diagnosis.MatchString(f.Name):
		l.say(Error, "answer", manifestFile, 0, key, "is a diagnosis by its name: it needs answer: %s", AnswerPhysician)
	}
}

// spread marks the facts that used derived facts are derived from.
func (l *linter) spread(used map[string]bool) {
	for changed := true; changed; {
		changed = false
		for _, d := range l.p.Facts {
			if d.Derive == "" || !used[d.Name] {
				continue
			}
			for _, w := range derivePart.FindAllString(d.Derive, -1) {
				if !used[w] {
					used[w], changed = true, true
				}
			}
		}
	}
}

var derivePart = regexp.MustCompile(`[A-Za-z_][A-Za-z0-9_.]*`)

// ofRecord reports whether a fact comes from the identity, case or journey, whose
// sensitivity the record itself gives.
func ofRecord(from string) bool {
	return strings.HasPrefix(from, "person.") || strings.HasPrefix(from, "case.") || strings.HasPrefix(from, "journey.")
}

// washingtonGroup reports whether a fact's name or origin is of the short set:
// wg_seeing, person.wg.seeing, wg:walking.
func washingtonGroup(name string) bool { return washingtonPart.MatchString(name) }

var washingtonPart = regexp.MustCompile(`(^|[._:])(wg|washington)([._:]|$)`)

func sensitiveWords() []string {
	var ws []string
	for _, line := range strings.Split(sensitiveWordList, "\n") {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			ws = append(ws, regexp.QuoteMeta(line))
		}
	}
	return ws
}
