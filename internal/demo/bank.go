package demo

import (
	"context"
	"fmt"

	"guishu/commands"
	"guishu/domain"
	"guishu/domain/customer"
	"guishu/domain/ownership"
	"guishu/domain/staff"
)

// bankStory is a customer of an outlet and what happens to their ownership.
type bankStory struct {
	*story
	character
	outlet outlet
	nth    int // within the outlet
	id     domain.CustomerID
}

// bankPlots says how the stories of an outlet's customers go on, by their number
// within the outlet.
var bankPlots = [bankCustomers / 8]func(*bankStory){
	(*bankStory).ownedAndPaid, (*bankStory).ownedAndPaid, (*bankStory).owned, (*bankStory).owned, (*bankStory).revealed,
	(*bankStory).owned, (*bankStory).completed, (*bankStory).owned, (*bankStory).referred,
	(*bankStory).claimedToday, (*bankStory).claimedToday, (*bankStory).phoneWithClaim,
	(*bankStory).pending, (*bankStory).pending,
	(*bankStory).rejected, (*bankStory).withdrawn, (*bankStory).rivals,
	(*bankStory).crossed, (*bankStory).awaitsConsent,
	(*bankStory).adjusted, (*bankStory).dissolved, (*bankStory).rejectedThenAnother, (*bankStory).adjustmentPending,
	(*bankStory).unclaimed, (*bankStory).incomplete,
}

// tellBank tells the story of a bank customer.
func (f *firm) tellBank(ctx context.Context, i int) error {
	o := outlets[i%len(outlets)]
	plot := i / len(outlets)
	t := &bankStory{story: f.story(ctx, fmt.Sprintf("bank/%03d", i)), outlet: o, nth: plot, character: inventPerson(i, o.street)}
	if plot == 3 || plot == 10 || plot == 23 {
		t.character = inventFirm(i, o.street)
	}
	bankPlots[plot](t)
	return t.err
}

// arrived enters the customer at the outlet, so many days ago, and has the
// document checked.
func (t *bankStory) arrived(daysAgo int) {
	t.past(-daysAgo)
	t.id = domain.CustomerID(do(t.story, t.entrant(), commands.RegisterCustomer{
		Party: t.party, Fields: t.fields, CustomerNo: t.no, HomeUnit: t.units[t.outlet.code], Nature: domain.Direct,
	}))
	if t.fields.IdentityNumber == "" {
		return
	}
	t.past(-daysAgo + 1)
	do(t.story, t.outlet.head(), commands.RecordIdentityVerification{
		Customer: t.id, Result: customer.IDMatch, Evidence: fmt.Sprintf("HC-%06d", t.number),
	})
}

func (t *bankStory) lookedUp(who string, kind ownership.ApplicationKind) {
	if t.number%2 == 0 {
		t.lookUp(who, commands.LookUpCustomer{CustomerNo: t.no, Kind: kind})
		return
	}
	t.lookUp(who, commands.LookUpCustomer{
		IdentityType: t.fields.IdentityType, IdentityNumber: t.fields.IdentityNumber, Name: t.fields.Name, Kind: kind,
	})
}

func (t *bankStory) claim(who string, kind ownership.ApplicationKind, phone string) domain.ApplicationID {
	return domain.ApplicationID(do(t.story, who, commands.ClaimCustomer{
		Customer: t.id, Line: t.outlet.line, Kind: kind, Phone: phone,
	}))
}

func (t *bankStory) approve(who string, application domain.ApplicationID) {
	do(t.story, who, commands.ApproveClaim{Customer: t.id, Line: t.outlet.line, Application: application})
}

func (t *bankStory) reject(who string, application domain.ApplicationID, reason string) {
	do(t.story, who, commands.RejectClaim{Customer: t.id, Line: t.outlet.line, Application: application, Reason: reason})
}

// owned is a customer whose manager owns them since long ago.
func (t *bankStory) owned() {
	since := 150 + t.number*5%900
	t.arrived(since)
	t.past(-since + 3)
	application := t.claim(t.outlet.manager(t.nth), ownership.EstablishRelation, t.fields.Phone)
	t.past(-since + 4)
	t.approve(t.outlet.head(), application)
}

// ownedAndPaid bought through their manager. Nobody is attached in a bank, so
// nobody earns a commission (B-30).
func (t *bankStory) ownedAndPaid() {
	t.owned()
	p := t.deal("HT2402", t.outlet.manager(t.nth), domain.Fen(20_000_00+t.number*1_000_00))
	p.reserved(-100, 5)
	p.registered(-99)
	p.confirmed(-97)
	t.show("bank", func(h *Highlights) { h.BankCustomer = t.id })
}

func (t *bankStory) revealed() {
	t.owned()
	t.live()
	t.reveal(t.outlet.manager(t.nth), commands.RevealFields{Customer: t.id, Fields: []staff.Field{staff.FieldPhone}, Purpose: "预约回访"})
}

// referred is offered to a colleague of the manager who owns them, who takes them on,
// declines, or has not answered yet; or the offer is taken back.
func (t *bankStory) referred() {
	t.owned()
	t.live()
	from, to := t.outlet.manager(t.nth), t.outlet.manager(t.nth+1)
	id := domain.ReferralID(do(t.story, from, commands.OfferReferral{Customer: t.id, Target: t.who(to), Remark: "客户想了解理财产品"}))
	switch t.number % 4 {
	case 1:
		do(t.story, to, commands.AcceptReferral{Referral: id})
	case 2:
		do(t.story, to, commands.RejectReferral{Referral: id, Reason: "本月客户已排满"})
	case 3:
		do(t.story, from, commands.CancelReferral{Referral: id})
	}
}

// completed has a field added by the manager who owns them (B-20).
func (t *bankStory) completed() {
	employer := t.fields.Employer
	t.fields.Employer = ""
	t.owned()
	t.live()
	do(t.story, t.outlet.manager(t.nth), commands.SupplementCustomer{
		Customer: t.id, Fields: commands.CustomerFields{Employer: employer, Occupation: "退休"},
	})
}

// claimedToday goes the usual way: looked up, claimed, approved (A-04 … A-14).
func (t *bankStory) claimedToday() {
	t.arrived(20 + t.number%15)
	t.live()
	who := t.outlet.manager(t.nth)
	t.lookedUp(who, "")
	t.approve(t.outlet.head(), t.claim(who, "", t.fields.Phone))
}

// phoneWithClaim came from the old system without a phone; the claim brings it
//
func (t *bankStory) phoneWithClaim() {
	phone := t.fields.Phone
	t.fields.Phone = ""
	t.arrived(400)
	t.live()
	who := t.outlet.manager(t.nth)
	t.lookedUp(who, "")
	t.approve(t.outlet.head(), t.claim(who, "", phone))
}

func (t *bankStory) pending() {
	t.arrived(10 + t.number%10)
	t.live()
	who := t.outlet.manager(t.nth)
	t.lookedUp(who, "")
	application := t.claim(who, "", t.fields.Phone)
	if t.outlet.login == "zhongshan" {
		t.show("pending", func(h *Highlights) { h.PendingCustomer, h.PendingApplication = t.id, application })
	}
}

func (t *bankStory) rejected() {
	t.arrived(30)
	t.live()
	who := t.outlet.manager(t.nth)
	t.lookedUp(who, "")
	t.reject(t.outlet.head(), t.claim(who, "", t.fields.Phone), "客户电话未核实,请先回访确认")
}

func (t *bankStory) withdrawn() {
	t.arrived(30)
	t.live()
	who := t.outlet.manager(t.nth)
	t.lookedUp(who, "")
	application := t.claim(who, "", t.fields.Phone)
	do(t.story, who, commands.WithdrawClaim{Customer: t.id, Line: t.outlet.line, Application: application})
}

// rivals claim the same customer; approving one supersedes the other.
func (t *bankStory) rivals() {
	t.arrived(45)
	t.live()
	first, second := t.outlet.manager(0), t.outlet.manager(1)
	t.lookedUp(first, "")
	early := t.claim(first, "", t.fields.Phone)
	t.lookedUp(second, "")
	late := t.claim(second, "", t.fields.Phone)
	winner := early
	if t.number%2 == 1 {
		winner = late // first come is not first served: the head decides
	}
	t.approve(t.outlet.head(), winner)
	t.show("rivals", func(h *Highlights) { h.RivalsCustomer = t.id })
}

// crossed is claimed from another institution: the head of the home outlet
// consents, the applicant's own head approves.
func (t *bankStory) crossed() {
	t.arrived(60)
	t.live()
	from := t.outlet.neighbour()
	t.lookedUp(from.manager(0), ownership.CrossInstitution)
	application := t.claim(from.manager(0), ownership.CrossInstitution, t.fields.Phone)
	do(t.story, t.outlet.head(), commands.ConsentToClaim{Customer: t.id, Line: t.outlet.line, Application: application})
	t.approve(from.head(), application)
}

func (t *bankStory) awaitsConsent() {
	t.arrived(60)
	t.live()
	from := t.outlet.neighbour()
	t.lookedUp(from.manager(1), ownership.CrossInstitution)
	t.claim(from.manager(1), ownership.CrossInstitution, t.fields.Phone)
}

// adjusted goes from one manager to the other, asked for by the head and approved
// by somebody above.
func (t *bankStory) adjusted() {
	t.owned()
	t.live()
	t.approve("director", t.adjustment())
	t.show("adjusted", func(h *Highlights) { h.AdjustedCustomer = t.id })
}

func (t *bankStory) adjustment() domain.ApplicationID {
	return domain.ApplicationID(do(t.story, t.outlet.head(), commands.RequestAdjustment{
		Customer: t.id, Line: t.outlet.line, NewOwner: t.who(t.outlet.manager(t.nth + 1)), Reason: "原客户经理轮岗",
	}))
}

func (t *bankStory) adjustmentPending() {
	t.owned()
	t.live()
	t.adjustment()
}

// dissolved belongs to nobody any more; the owner asked for it.
func (t *bankStory) dissolved() {
	t.owned()
	t.live()
	application := domain.ApplicationID(do(t.story, t.outlet.manager(t.nth), commands.RequestDissolution{
		Customer: t.id, Line: t.outlet.line, Reason: "客户迁往外省",
	}))
	t.approve(t.outlet.head(), application)
}

// rejectedThenAnother is refused to one manager and given to the other.
func (t *bankStory) rejectedThenAnother() {
	t.arrived(50)
	t.live()
	first, second := t.outlet.manager(0), t.outlet.manager(1)
	t.lookedUp(first, "")
	t.reject(t.outlet.head(), t.claim(first, "", t.fields.Phone), "该客户由另一位客户经理走访,谁走访谁回访")
	t.lookedUp(second, "")
	t.approve(t.outlet.head(), t.claim(second, "", t.fields.Phone))
}

// entrant is who enters the outlet's customers: the teller, where there is one.
func (t *bankStory) entrant() string {
	if t.outlet.login == "zhongshan" {
		return "zhongshan-teller"
	}
	return t.outlet.manager(t.nth)
}

// unclaimed belongs to nobody, but at two outlets: there the wealth manager, and
// the manager of the city above, claims them.
func (t *bankStory) unclaimed() {
	t.arrived(90)
	t.live()
	switch t.outlet.login {
	case "binjiang":
		t.lookedUp("binjiang-wealth", "")
		t.approve(t.outlet.head(), t.claim("binjiang-wealth", "", t.fields.Phone))
		p := t.deal("HT2504", "binjiang-wealth", 80_000_00)
		p.reserved(0, 9)
		p.registered(0)
	case "yingyebu":
		t.lookUp("city1", commands.LookUpCustomer{CustomerNo: t.no, Line: t.outlet.line})
		t.approve("director", t.claim("city1", "", t.fields.Phone))
	}
}

// incomplete is a prospect from the street: a name and a phone.
func (t *bankStory) incomplete() {
	t.fields = commands.CustomerFields{Name: t.fields.Name, Phone: t.fields.Phone, Source: customer.SourceEvent, Remark: invented}
	t.no = ""
	t.live()
	t.id = domain.CustomerID(do(t.story, t.entrant(), commands.RegisterCustomer{
		Party: t.party, Fields: t.fields, HomeUnit: t.units[t.outlet.code], Nature: domain.Direct,
	}))
}

func (t *bankStory) deal(code, advisor string, amount domain.Fen) *deal {
	return &deal{story: t.story, customer: t.id, character: t.character, product: code, advisor: advisor, amount: amount}
}
