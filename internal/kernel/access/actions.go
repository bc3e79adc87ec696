package access

import "slices"

// Action is something a user does that a policy decides on. The list is closed:
// an action that is not in it is refused.
type Action string

// People.
const (
	// PersonSearch looks for people by name, number or birth year.
	PersonSearch Action = "person.search"
	// PersonRead opens a person's identity: names, birth, sex, languages, contacts, family, photo.
	PersonRead Action = "person.read"
	// PersonRegister makes a new person.
	PersonRegister Action = "person.register"
	// PersonEdit changes identity, contacts, documents, family or photo.
	PersonEdit Action = "person.edit"
	// PersonMerge links two records of one person, or parts them again.
	PersonMerge Action = "person.merge"
	// JourneyRead opens the person's stays and crossings.
	JourneyRead Action = "journey.read"
	// JourneyWrite adds or changes a stay or a crossing.
	JourneyWrite Action = "journey.write"
	// ProtectionRead opens legal status, feared country, disputed age and what keeps a child safe.
	ProtectionRead Action = "protection.read"
	// ProtectionWrite records them.
	ProtectionWrite Action = "protection.write"
	// ConsentRead opens what the person agreed to and refused.
	ConsentRead Action = "consent.read"
	// ConsentRecord records consent, assent, refusal or withdrawal.
	ConsentRecord Action = "consent.record"
)

// Care.
const (
	// SafetyRead shows what a station must know before it touches the person:
	// allergies, pregnancy of the day, infection control, red flags.
	SafetyRead Action = "safety.read"
	// SafetyRecord answers such a question at the station (pregnancy before an X-ray).
	SafetyRecord Action = "safety.record"
	// ClinicalRead opens observations, history and findings.
	ClinicalRead Action = "clinical.read"
	// ClinicalWrite records them.
	ClinicalWrite Action = "clinical.write"
	// WorklistRead opens the worklist of a station.
	WorklistRead Action = "worklist.read"
	// OrderRead opens an order for a service.
	OrderRead Action = "order.read"
	// OrderCreate orders a service.
	OrderCreate Action = "order.create"
	// OrderCancel withdraws an order.
	OrderCancel Action = "order.cancel"
	// OrderPerform carries an order out: identity confirmed, image or specimen taken, dose given.
	OrderPerform Action = "order.perform"
	// ResultRead opens a result.
	ResultRead Action = "result.read"
	// ResultRecord enters a result.
	ResultRecord Action = "result.record"
	// ResultCorrect replaces a result that was wrong.
	ResultCorrect Action = "result.correct"
	// ResultTell records that a result was given to the person, face to face.
	ResultTell Action = "result.tell"
	// CounsellingRead opens what was noted in counselling before and after a test.
	CounsellingRead Action = "counselling.read"
	// CounsellingRecord records counselling.
	CounsellingRecord Action = "counselling.record"
)

// Assessment.
const (
	// BoardRead opens the family board: who waits for what, in codes for those who may not know why.
	BoardRead Action = "board.read"
	// CaseRead opens a case: destination, members, dates, state.
	CaseRead Action = "case.read"
	// CaseOpen opens a new case.
	CaseOpen Action = "case.open"
	// CaseEdit changes members, destination or the date of the examination.
	CaseEdit Action = "case.edit"
	// PlanRead opens what is required of a person and why.
	PlanRead Action = "plan.read"
	// PlanAnswer answers a question the plan asks.
	PlanAnswer Action = "plan.answer"
	// PlanDiagnose answers a question that is a physician's judgement: a diagnosis, the
	// reading of a test, an estimate.
	PlanDiagnose Action = "plan.diagnose"
	// PlanWaive sets a requirement aside by a rule of the destination.
	PlanWaive Action = "plan.waive"
	// CaseClassify sets a class or lifts a hold.
	CaseClassify Action = "case.classify"
	// CaseOverride decides against the pack, with a reason.
	CaseOverride Action = "case.override"
	// CaseSign signs the assessment and clears.
	CaseSign Action = "case.sign"
	// CaseReopen suspends a clearance and opens the case again.
	CaseReopen Action = "case.reopen"
	// AlertRead opens the alerts sent to those who acted on a fact that changed.
	AlertRead Action = "alert.read"
	// AlertAnswer says what was done about one.
	AlertAnswer Action = "alert.answer"
)

// What leaves the program: exporting is a right of its own, beside reading.
const (
	// ExportCopy prints the person's own copy of their record.
	ExportCopy Action = "export.copy"
	// ExportLooked prints the list of who opened the record.
	ExportLooked Action = "export.looked"
	// ExportWhy prints the "why am I asked?" sheet for the person.
	ExportWhy Action = "export.why"
	// ExportSlip prints labels and slips, which carry codes only.
	ExportSlip Action = "export.slip"
	// ExportWorklist prints a station's worklist.
	ExportWorklist Action = "export.worklist"
	// ExportCertificate prints or sends a certificate of clearance.
	ExportCertificate Action = "export.certificate"
	// ExportResults sends or prints results for whoever is to act on them.
	ExportResults Action = "export.results"
	// ExportHandOver prints the note with which somebody is handed over, for who takes over.
	ExportHandOver Action = "export.handover"
	// ExportReferral prints what somebody carries to whoever cares for them next: the
	// letter of a referral, a growth chart.
	ExportReferral Action = "export.referral"
	// ExportLineList takes out cases and contacts for the health authority.
	ExportLineList Action = "export.linelist"
	// ExportStatistics takes out counts with small cells suppressed.
	ExportStatistics Action = "export.statistics"
)

// Border.
const (
	// ScreeningRecord records a traveller's screening.
	ScreeningRecord Action = "screening.record"
	// ScreeningRead opens the screenings of the own shift.
	ScreeningRead Action = "screening.read"
	// BorderRead opens the points, their boards, stations and capacities: counts, and
	// nothing of anybody.
	BorderRead Action = "border.read"
	// BorderEdit changes points, stations, devices and capacities.
	BorderEdit Action = "border.edit"
)

// Surveillance.
const (
	// SignalRaise reports something that may be a public health event, also a rumour, and
	// follows what became of the own reports.
	SignalRaise Action = "signal.raise"
	// SignalRead opens signals, their steps and their clocks.
	SignalRead Action = "signal.read"
	// SignalWork takes a signal, and triages, verifies, assesses, answers and closes it.
	SignalWork Action = "signal.work"
	// CountRecord keeps counts as reports give them, typed or from a file; they are read
	// with StatisticsRead.
	CountRecord Action = "count.record"
	// WeekReport sends the weekly report of a site.
	WeekReport Action = "week.report"
	// LineListRead opens cases of a disease under surveillance, their contacts and chains.
	LineListRead Action = "linelist.read"
	// LineListWrite records a case, what is known of it, its results and its contacts.
	LineListWrite Action = "linelist.write"
	// LineListOverride classifies a case against its definition, with a reason.
	LineListOverride Action = "linelist.override"
	// ContactFollow opens the contacts that are due and records how they were seen.
	ContactFollow Action = "contact.follow"
	// NoticeRead opens what was sent to another authority of cases and contacts, and what
	// came from one.
	NoticeRead Action = "notice.read"
	// NoticeSend gives notice of a case across a border, hands a contact over, corrects
	// and withdraws.
	NoticeSend Action = "notice.send"
	// NoticeTake accepts a case or a contact into the own list, or refuses, and tells what
	// became of them.
	NoticeTake Action = "notice.take"
	// OutbreakRead opens the declared outbreaks and their steps, which name nobody.
	OutbreakRead Action = "outbreak.read"
	// OutbreakDeclare declares an outbreak, changes it and ends it.
	OutbreakDeclare Action = "outbreak.declare"
	// PrepareRead opens plans, stock, contacts, exercises and reviews of points and sites,
	// which name nobody but offices.
	PrepareRead Action = "prepare.read"
	// PrepareEdit changes them.
	PrepareEdit Action = "prepare.edit"
	// ExposureRead opens who may have met an outbreak, and what somebody was exposed to.
	ExposureRead Action = "exposure.read"
	// ExposureOffer offers care to them and notes what became of it.
	ExposureOffer Action = "exposure.offer"
	// TravelRead opens who leaves when.
	TravelRead Action = "travel.read"
	// TravelWrite plans a departure and says who is on it.
	TravelWrite Action = "travel.write"
	// TravelSign decides whether somebody is fit to travel.
	TravelSign Action = "travel.sign"
	// FlowRecord keeps how people move: matrices, counts at flow points, surveys, mapped
	// sites and routes. What is made of them is read with StatisticsRead.
	FlowRecord Action = "flow.record"
	// FlowCount counts who passes a flow monitoring point, says which hours were watched
	// and asks who agrees to be asked. It holds nobody's name and opens nothing.
	FlowCount Action = "flow.count"
)

// What a programme reports. Nothing of it is about a person.
const (
	// ProgrammeReport fills in and signs the report of a site.
	ProgrammeReport Action = "programme.report"
	// ProgrammeEdit changes projects, guidance and what goes to which system of a ministry,
	// and records the hand-over of a site.
	ProgrammeEdit Action = "programme.edit"
	// Stock: what a site has on its shelves. It is about nobody.
	// StockRead sees what a site has.
	StockRead Action = "stock.read"
	// StockWrite receives, issues, counts, loses and sends.
	StockWrite Action = "stock.write"
	// StockEdit says what is kept and how much of it, imports lists, and holds a lot back.
	StockEdit Action = "stock.edit"
	// Programme. What it holds names nobody.
	// CampaignRead opens campaigns, their messages, activities and rumours.
	CampaignRead Action = "campaign.read"
	// CampaignRecord records an activity, a stretch of a cascade, a rumour and that one was heard
	// again, and raises a signal of it.
	CampaignRecord Action = "campaign.record"
	// CampaignEdit plans campaigns, writes messages and answers rumours.
	CampaignEdit Action = "campaign.edit"
	// CampaignApprove approves a version of a message, as a second person, or withdraws it.
	CampaignApprove Action = "campaign.approve"
	// DirectoryRead opens the service directory as staff see it, with what is not published.
	DirectoryRead Action = "directory.read"
	// DirectoryConfirm says that a service of the own site is still as it is written.
	DirectoryConfirm Action = "directory.confirm"
	// DirectoryEdit changes services and says how each is published.
	DirectoryEdit Action = "directory.edit"
)

// The rights of the person, and the audit.
const (
	// RoomUse belongs to those who may be members of a sealed room (package seal). It opens
	// none: that is what a member's key does.
	RoomUse Action = "room.use"
	// RightsRecord notes a person's request (copy, correction, objection, erasure).
	RightsRecord Action = "rights.record"
	// RightsRead opens the requests and their clocks.
	RightsRead Action = "rights.read"
	// RightsDecide answers one.
	RightsDecide Action = "rights.decide"
	// CorrectionDecide corrects, or refuses with the person's statement attached.
	CorrectionDecide Action = "correction.decide"
	// ComplaintFile files a complaint.
	ComplaintFile Action = "complaint.file"
	// ComplaintRead opens complaints; never somebody of the site they are about.
	ComplaintRead Action = "complaint.read"
	// ComplaintDecide answers one.
	ComplaintDecide Action = "complaint.decide"
	// ComplaintUp opens and answers complaints about the privacy officer, who must not.
	ComplaintUp Action = "complaint.up"
	// ErasureRequest asks that documents be destroyed.
	ErasureRequest Action = "erasure.request"
	// ErasureApprove is the second officer's approval; it destroys them.
	ErasureApprove Action = "erasure.approve"
	// ReviewRead opens the conflicts and likely doubles that wait for a person to look.
	ReviewRead Action = "review.read"
	// ReviewResolve settles one.
	ReviewResolve Action = "review.resolve"
	// GlassBreak opens a record outside the own rights, with a reason; it alerts the privacy officer.
	GlassBreak Action = "glass.break"
	// AgreementRead opens the sharing agreements with other hubs and what went under them.
	AgreementRead Action = "agreement.read"
	// AgreementDecide drafts one, signs it as the second officer, or ends it.
	AgreementDecide Action = "agreement.decide"
	// AuditRead opens the read audit.
	AuditRead Action = "audit.read"
	// AuditReview judges a broken glass.
	AuditReview Action = "audit.review"
)

// The house.
const (
	// StatisticsRead opens counts and dashboards.
	StatisticsRead Action = "statistics.read"
	// PackRead opens packs, their rules and sources.
	PackRead Action = "pack.read"
	// PackImport brings in a new version of a pack.
	PackImport Action = "pack.import"
	// PackApprove approves a version (two officers).
	PackApprove Action = "pack.approve"
	// PackActivate sets when an approved version takes effect.
	PackActivate Action = "pack.activate"
	// PackStop stops a rule or a version in an emergency.
	PackStop Action = "pack.stop"
	// PlaceRead opens sites, stations and regions.
	PlaceRead Action = "place.read"
	// PlaceEdit changes them.
	PlaceEdit Action = "place.edit"
	// PlaceMap says which place a name means that no place has.
	PlaceMap Action = "place.map"
	// UserRead opens the list of users.
	UserRead Action = "user.read"
	// UserEdit makes, changes and disables users.
	UserEdit Action = "user.edit"
	// NodeManage looks after the node: checks, backup, settings.
	NodeManage Action = "node.manage"
)

// group is a set of actions that a policy can name.
type group string

const (
	personal group = "personal" // is about one person, or shows persons: bound by site, programme, sensitivity and purpose
	clinical group = "clinical" // may show clinical content
	looking  group = "looking"  // changes nothing: what a broken glass opens
	caring   group = "caring"   // what a clinic does for somebody who was taken into its care
	export   group = "export"   // takes something out of the program
)

// act is one row of the closed list.
type act struct {
	Action Action
	Groups []group
}

// acts gives each action its groups. An action missing here does not exist.
var acts = []act{
	{PersonSearch, []group{personal}},
	{PersonRead, []group{personal, looking, caring}},
	{PersonRegister, []group{personal}},
	{PersonEdit, []group{personal, caring}},
	{PersonMerge, []group{personal}},
	{JourneyRead, []group{personal, looking, caring}},
	{JourneyWrite, []group{personal, caring}},
	{ProtectionRead, []group{personal, caring}},
	{ProtectionWrite, []group{personal, caring}},
	{ConsentRead, []group{personal, looking, caring}},
	{ConsentRecord, []group{personal, caring}},

	{SafetyRead, []group{personal, clinical, looking, caring}},
	{SafetyRecord, []group{personal, clinical, caring}},
	{ClinicalRead, []group{personal, clinical, looking, caring}},
	{ClinicalWrite, []group{personal, clinical, caring}},
	{WorklistRead, []group{personal, clinical}},
	{OrderRead, []group{personal, clinical, looking, caring}},
	{OrderCreate, []group{personal, clinical, caring}},
	{OrderCancel, []group{personal, clinical, caring}},
	{OrderPerform, []group{personal, clinical, caring}},
	{ResultRead, []group{personal, clinical, looking, caring}},
	{ResultRecord, []group{personal, clinical, caring}},
	{ResultCorrect, []group{personal, clinical, caring}},
	{ResultTell, []group{personal, clinical, caring}},
	{CounsellingRead, []group{personal, clinical, caring}},
	{CounsellingRecord, []group{personal, clinical, caring}},

	{BoardRead, []group{personal}},
	{CaseRead, []group{personal, looking}},
	{CaseOpen, []group{personal}},
	{CaseEdit, []group{personal}},
	{PlanRead, []group{personal, clinical, looking}},
	{PlanAnswer, []group{personal, clinical}},
	{PlanDiagnose, []group{personal, clinical}},
	{PlanWaive, []group{personal, clinical}},
	{CaseClassify, []group{personal, clinical}},
	{CaseOverride, []group{personal, clinical}},
	{CaseSign, []group{personal, clinical}},
	{CaseReopen, []group{personal, clinical}},
	{AlertRead, []group{personal, clinical}},
	{AlertAnswer, []group{personal, clinical}},

	{ExportCopy, []group{personal, clinical, export}},
	{ExportLooked, []group{personal, export}},
	{ExportWhy, []group{personal, clinical, export}},
	{ExportSlip, []group{personal, export, caring}},
	{ExportWorklist, []group{personal, clinical, export}},
	{ExportCertificate, []group{personal, clinical, export}},
	{ExportResults, []group{personal, clinical, export, caring}},
	{ExportHandOver, []group{personal, clinical, export, caring}},
	{ExportReferral, []group{personal, clinical, export, caring}},
	{ExportLineList, []group{personal, clinical, export}},
	{ExportStatistics, []group{export}},

	{ScreeningRecord, []group{personal, clinical}},
	{ScreeningRead, []group{personal, clinical}},
	{BorderRead, nil},
	{BorderEdit, nil},

	{SignalRaise, nil},
	{SignalRead, []group{personal}},
	{SignalWork, []group{personal}},
	{CountRecord, nil},
	{WeekReport, []group{personal}},
	{LineListRead, []group{personal, clinical}},
	{LineListWrite, []group{personal, clinical}},
	{LineListOverride, []group{personal, clinical}},
	{ContactFollow, []group{personal, clinical}},
	{NoticeRead, []group{personal, clinical}},
	{NoticeSend, []group{personal, clinical, export}},
	{NoticeTake, []group{personal, clinical}},
	{OutbreakRead, nil},
	{PrepareRead, nil},
	{PrepareEdit, nil},
	{OutbreakDeclare, nil},
	{ExposureRead, []group{personal, clinical, looking}},
	{ExposureOffer, []group{personal, clinical}},
	{TravelRead, []group{personal}},
	{TravelWrite, []group{personal}},
	{TravelSign, []group{personal, clinical}},
	{FlowRecord, nil},
	{FlowCount, nil},
	{ProgrammeReport, []group{personal}},
	{ProgrammeEdit, nil},

	{RoomUse, nil},

	{StockRead, nil},
	{StockWrite, nil},
	{StockEdit, nil},

	{CampaignRead, nil},
	{CampaignRecord, nil},
	{CampaignEdit, nil},
	{CampaignApprove, nil},
	{DirectoryRead, nil},
	{DirectoryConfirm, nil},
	{DirectoryEdit, nil},

	{RightsRecord, []group{personal}},
	{RightsRead, []group{personal}},
	{RightsDecide, []group{personal}},
	{CorrectionDecide, []group{personal, clinical}},
	{ComplaintFile, nil},
	{ComplaintRead, nil},
	{ComplaintDecide, nil},
	{ComplaintUp, nil},
	{ErasureRequest, []group{personal}},
	{ErasureApprove, []group{personal}},
	{ReviewRead, []group{personal}},
	{ReviewResolve, []group{personal}},
	{GlassBreak, nil},
	{AgreementRead, nil},
	{AgreementDecide, nil},
	{AuditRead, nil},
	{AuditReview, nil},

	{StatisticsRead, nil},
	{PackRead, nil},
	{PackImport, nil},
	{PackApprove, nil},
	{PackActivate, nil},
	{PackStop, nil},
	{PlaceRead, nil},
	{PlaceEdit, nil},
	{PlaceMap, nil},
	{UserRead, nil},
	{UserEdit, nil},
	{NodeManage, nil},
}

// Actions lists the closed list in its order.
func Actions() []Action {
	out := make([]Action, len(acts))
	for i, a := range acts {
		out[i] = a.Action
	}
	return out
}

// Valid reports whether a is in the closed list.
func (a Action) Valid() bool {
	return slices.ContainsFunc(acts, func(x act) bool { return x.Action == a })
}

// Personal reports whether a is about a person.
func (a Action) Personal() bool { return a.in(personal) }

// Clinical reports whether a may show clinical content.
func (a Action) Clinical() bool { return a.in(clinical) }

// Export reports whether a takes something out of the program.
func (a Action) Export() bool { return a.in(export) }

func (a Action) in(g group) bool {
	for _, x := range acts {
		if x.Action == a {
			return slices.Contains(x.Groups, g)
		}
	}
	return false
}
