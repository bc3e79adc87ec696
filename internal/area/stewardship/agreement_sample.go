package stewardship

import (
	"context"
	"strings"
	"time"

	"github.com/godwit-health/godwit/engine/calendar"
	"github.com/godwit-health/godwit/internal/kernel/access"
	"github.com/godwit-health/godwit/internal/kernel/db"
	"github.com/godwit-health/godwit/internal/kernel/fault"
	"github.com/godwit-health/godwit/internal/kernel/page"
)

// sharingSamples are the pages about sharing agreements.
func sharingSamples(now time.Time, banner *page.Banner) []page.Sample {
	id, today := db.ID{1, 2, 3}, calendar.DayOfTime(now)
	words := New(Deps{Sharers: []Sharer{{Part: PartIdentity, Fields: []string{"family_latin", "birth", "sex"}}, {Part: PartJourney, Fields: []string{"place", "from"}}, {Part: PartResults}}})
	words.Clock = func() time.Time { return now }
	words.Link = sampleLink{}
	g := Agreement{ID: id, Peer: "Ministry of Health, hub", Pin: "c0ffee0123456789c0ffee0123456789c0ffee0123456789c0ffee0123456789", Country: "KEN", Purpose: "sharing",
		Fields:    map[Part][]string{PartIdentity: {"family_latin", "birth", "sex"}, PartResults: {"tb_smear", "hiv"}},
		Sensitive: []string{"hiv"}, From: today - 400, Expires: today + 200, Contacts: "privacy officers of both sides", Inbox: "KLA", Cap: 20}
	packet := Packet{ID: id, Person: id, Agreement: id, From: "hub", Made: now, Parts: map[Part][]Piece{
		PartIdentity: {{Values: map[string]any{"family_latin": "Tesfaye", "birth": "1990-05-03", "sex": "female"}}},
		PartResults:  {{On: "2026-11-20", Values: map[string]any{"tb_smear": "positive"}}}}}
	handed := HandedOver{Packet: packet, Peer: g.Peer, Recipient: access.CareProvider, Sent: true, Taken: true, Steps: map[Step]Reply{
		StepReceived: {At: now}, StepOutcome: {At: now.Add(time.Hour), Outcome: OutcomeContinued, Words: "On treatment", ByCode: true}}}
	draft := AgreementView{Agreement: g, State: AgreementDrafted, Linked: true, MaySign: true, Drafter: "Miriam Cohen", Terms: "0123456789abcdef"}
	draft.Drafted = now
	held := draft
	held.State, held.MaySign, held.People, held.Stand = AgreementInForce, false, 2, Stand{Begun: true, Sent: 3, Took: 2, Head: "0123456789abcdef", Came: 4, Contact: now}
	held.Queries = []Query{{At: now, Asked: true}, {At: now, Found: true}, {At: now}}
	form, err := words.agreementForm(context.Background(), "en", []OtherHub{{Name: g.Peer, Pin: g.Pin}})
	if err != nil {
		form = &page.Form{}
	}
	offer, _ := words.offerView(id, Offer{Agreement: g, Parts: packet.Parts, Digest: "x"})
	refused, _ := words.offerView(id, Offer{Agreement: g, Parts: packet.Parts, Refused: fault.New(fault.Forbidden, "sample", "door.release.consent")})
	pageOf := func(name, title string, full page.Sheet, problems ...page.Problem) page.Sample {
		return page.Sample{Name: name, Template: page.SheetTemplate, Title: title, Empty: page.Sheet{}, Full: full, Problems: problems, Wide: full.Table != nil}
	}
	with := func(s page.Sample) page.Sample { s.Banner = banner; return s }
	answer := packetForm(id)
	reply := replyForm()
	return []page.Sample{
		pageOf("agreements", "stewardship.agreements.title", page.Sheet{Lead: page.M("stewardship.agreements.lead"), Table: agreementTable([]AgreementView{draft, held})}),
		pageOf("draft an agreement", "stewardship.agreements.new", page.Sheet{Lead: page.M("stewardship.agreements.new_lead"), Parts: []page.Part{{Form: form}}}, page.Problem{Field: "expires", Text: page.M("stewardship.error.expires")}),
		pageOf("agreement to sign", "stewardship.agreements.one", words.agreementView(draft, true)),
		pageOf("agreement in force", "stewardship.agreements.one", words.agreementView(held, true)),
		pageOf("hubs of others", "stewardship.hubs.title", hubsView(OwnCard{Name: "Hub", Card: "godwit-card-1." + strings.Repeat("q2VydA", 100), Fingerprint: "ABCD-EFGH-JKMN-PQRS"}, sampleHubs(g), hubForm()), page.Problem{Field: "fingerprint", Text: page.M("stewardship.hubs.error_sure")}),
		pageOf("a hub of others", "stewardship.hubs.one", hubView(sampleHubs(g)[0], revokeForm(g.Pin)), page.Problem{Field: "sure", Text: page.M("stewardship.hubs.error_sure")}),
		with(pageOf("hand over", "stewardship.handover.title", words.handOversView(id, []HandedOver{handed}, []Agreement{g}))),
		with(pageOf("what would be handed over", "stewardship.handover.one", offer)),
		with(pageOf("no consent to hand over", "stewardship.handover.one", refused)),
		pageOf("code for an answer", "stewardship.handover.done", codeView("ABCD-2345-GHJK-6789")),
		pageOf("handed over to us", "stewardship.inbox.title", page.Sheet{Lead: page.M("stewardship.inbox.lead"), Table: inboxTable([]HandedOver{handed})}),
		pageOf("somebody handed over to us", "stewardship.inbox.one", words.packetView(handed, answer), page.Problem{Field: "step", Text: page.M("stewardship.error.choose")}),
		pageOf("answer with a code", "stewardship.reply.title", page.Sheet{Lead: page.M("stewardship.reply.lead"), Parts: []page.Part{{Form: reply}}}, page.Problem{Field: "code", Text: page.M("stewardship.error.reply_code")}),
		pageOf("answered with a code", "stewardship.reply.thanks", page.Sheet{Lead: page.M("stewardship.reply.thanks_lead")}),
	}
}

// sampleLink stands where the exchange does, so that pages show what a hub shows.
type sampleLink struct{ Link }

func sampleHubs(g Agreement) []KnownHub {
	known := OtherHub{Name: g.Peer, Pin: g.Pin}
	return []KnownHub{{OtherHub: known, Fingerprint: "ABCD-EFGH-JKMN-PQRS", ByFile: true}, {OtherHub: known, Fingerprint: "BCDE-EFGH-JKMN-PQRS"}, {OtherHub: known, Fingerprint: "CDEF-EFGH-JKMN-PQRS", Revoked: true}}
}
