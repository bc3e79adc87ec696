package story

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/godwit-health/godwit/e2e/browser"
)

// Answers are typed by the names of the fields of a form; several boxes to tick are
// parted by bars.
type Answers map[string]string

// usual are the measurements of a grown-up in good health: a number that a form
// must not query.
var usual = Answers{
	"weight": "62", "height": "165", "systolic": "118", "diastolic": "76", "pulse": "72", "temperature": "36.8", "head_circumference": "46", "muac": "15",
	"creatinine": "0.8", "fit_to_fly": "yes",
}

// Tries bounds how often a form may ask for more.
const Tries = 6

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

// Fill answers what the form of the page still asks.
func (b *Tab) Fill(known Answers) int {
	b.T.Helper()
	all := Answers{}
	for _, list := range []Answers{usual, known} {
		for k, v := range list {
			all[k] = v
		}
	}
	js, _ := json.Marshal(all)
	n := Eval[int](b, fmt.Sprintf(fillJS, js, browser.Quote(time.Now().UTC().Format(time.DateOnly))))
	if n < 0 {
		b.T.Fatalf("no form at %s: %s", b.Where(), b.Text())
	}
	return n
}

// Complete answers the form of the page and sends it, again and again until
// nothing is wrong with it: an answer may bring more questions.
func (b *Tab) Complete(known Answers) *Tab {
	b.T.Helper()
	for range Tries {
		n := b.Fill(known)
		before := b.Problems()
		b.Submit()
		switch problems := b.Problems(); {
		case problems == "":
			return b
		case n == 0 && problems == before:
			b.T.Fatalf("the form at %s stays wrong: %s\n%s", b.Where(), problems,
				Eval[string](b, `[...document.querySelectorAll("main .has-error")].map(e=>e.innerText).join("\n")`))
		}
	}
	b.T.Fatalf("the form at %s has no end: %s", b.Where(), b.Problems())
	return b
}
