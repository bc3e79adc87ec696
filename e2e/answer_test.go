package e2e

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/godwit-health/godwit/e2e/browser"
)

// answers are typed by the names of the fields of a form; several boxes to tick are
// parted by bars.
type answers map[string]string

// usual are the measurements of a grown-up in good health: a number that a form
// must not query.
var usual = answers{
	"weight": "62", "height": "165", "systolic": "118", "diastolic": "76", "pulse": "72", "temperature": "36.8", "head_circumference": "46", "muac": "15",
	"creatinine": "0.8", "fit_to_fly": "yes",
}

// tries bounds how often a form may ask for more.
const tries = 6

// fillJS answers every question that has no answer yet: as known says, and
// otherwise with what is not remarkable (no, normal, negative, today). It does not
// touch what is marked optional, unless known names it. It returns how many it
// answered.
const fillJS = `(function(known,day){
	var form=document.querySelector("main form.form:not(.compact)"),n=0,seen={};
	if(!form)return -1;
	var plain=n=>n.replace(/^(q-|fact\.)/,"");
	var calm=["no","normal","neg","none","not_done","known"];
	[...form.querySelectorAll("[name]")].forEach(function(e){
		if(e.type==="hidden"||seen[e.name])return;
		seen[e.name]=true;
		var box=e.closest(".field"),optional=box&&box.querySelector(":scope > label .optional, :scope > fieldset > legend .optional");
		var want=known[plain(e.name)],all=[...form.querySelectorAll("[name]")].filter(x=>x.name===e.name);
		if(want===undefined&&known[plain(e.name).replace(/-(day|month|year)$/,"")]===undefined&&optional&&!(box.classList.contains("has-error")))return;
		if(e.type==="radio"){
			if(all.some(x=>x.checked))return;
			var values=all.map(x=>x.value),v=want!==undefined?want:calm.find(c=>values.includes(c)||values.includes("="+c));
			var pick=all.find(x=>x.value===v||x.value==="="+v)||(want===undefined?all[0]:null);
			if(pick){pick.checked=true;n++}
		}else if(e.type==="checkbox"){
			if(all.some(x=>x.checked))return;
			var ticks=want!==undefined?all.filter(x=>want.split("|").includes(x.value)):e.closest(".extra")?[]:[all.find(x=>x.value==="none")||all[0]];
			ticks.forEach(x=>{x.checked=true;n++});
		}else if(e.tagName==="SELECT"){
			if(e.value)return;
			e.value=want!==undefined?want:e.options[1].value;n++;
		}else if(/-(day|month|year)$/.test(e.name)){
			var part=e.name.replace(/^.*-/,""),base=plain(e.name).replace(/-(day|month|year)$/,"");
			var d=(known[base]||day).split("-");
			if(e.value||known[base]==="")return;
			e.value=String(+{year:d[0],month:d[1],day:d[2]}[part]);n++;
		}else if(!e.value&&e.type!=="file"&&!/-(age|unknown)$/.test(e.name)){
			e.value=want!==undefined?want:(e.inputMode==="decimal"||e.inputMode==="numeric"?"1":"e2e");n++;
		}
	});
	return n;
})(%s,%s)`

// fill answers what the form of the page still asks.
func (b *tab) fill(known answers) int {
	b.t.Helper()
	all := answers{}
	for _, list := range []answers{usual, known} {
		for k, v := range list {
			all[k] = v
		}
	}
	js, _ := json.Marshal(all)
	n := eval[int](b, fmt.Sprintf(fillJS, js, browser.Quote(time.Now().UTC().Format(time.DateOnly))))
	if n < 0 {
		b.t.Fatalf("no form at %s: %s", b.where(), b.text())
	}
	return n
}

// problems is the summary of what is wrong with the form, "" when nothing is.
func (b *tab) problems() string {
	return eval[string](b, `(document.querySelector("main .problems")||{innerText:""}).innerText`)
}

// complete answers the form of the page and sends it, again and again until
// nothing is wrong with it: an answer may bring more questions.
func (b *tab) complete(known answers) *tab {
	b.t.Helper()
	for range tries {
		n := b.fill(known)
		before := b.problems()
		b.submit()
		switch problems := b.problems(); {
		case problems == "":
			return b
		case n == 0 && problems == before:
			b.t.Fatalf("the form at %s stays wrong: %s\n%s", b.where(), problems,
				eval[string](b, `[...document.querySelectorAll("main .has-error")].map(e=>e.innerText).join("\n")`))
		}
	}
	b.t.Fatalf("the form at %s has no end: %s", b.where(), b.problems())
	return b
}

// links are the paths that main or the banner lead to and that contain part.
func (b *tab) links(part string) []string {
	b.t.Helper()
	return eval[[]string](b, fmt.Sprintf(`[...document.querySelectorAll("main a[href], .banner a[href]")].map(a=>a.getAttribute("href")).filter(h=>h.includes(%s))`, browser.Quote(part)))
}

// status is the HTTP status of the page.
func (b *tab) status() int {
	b.t.Helper()
	return eval[int](b, `performance.getEntriesByType("navigation")[0].responseStatus`)
}

// row follows the link of the line, card or list item that says all the words.
func (b *tab) row(words ...string) *tab {
	b.t.Helper()
	js, _ := json.Marshal(words)
	find := fmt.Sprintf(`(function(words){
		var rows=[...document.querySelectorAll("main tr, main .board-member, main .callout, main li")].filter(r=>words.every(w=>r.textContent.includes(w))&&r.querySelector("a[href]"));
		return rows.length?rows[0].querySelector("a[href]"):null;})(%s)`, js)
	if !eval[bool](b, `!!`+find) {
		b.t.Fatalf("no line with %q at %s: %.1500s", words, b.where(), b.text())
	}
	b.leave(find + `.click()`)
	return b
}

// says reports whether the page says it.
func (b *tab) says(words string) bool {
	b.t.Helper()
	return strings.Contains(strings.ToLower(b.text()), strings.ToLower(words))
}
