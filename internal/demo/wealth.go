package demo

import (
	"context"
	"fmt"

	"guishu/commands"
	"guishu/domain"
	"guishu/domain/attachment"
	"guishu/domain/customer"
	"guishu/domain/staff"

	"github.com/google/uuid"
)

// wealthStory is a customer of a wealth branch, with advisors attached.
type wealthStory struct {
	*story
	character
	branch branch
	nth    int
	id     domain.CustomerID
}

// wealthPlots says how the stories of a branch's customers go, by their number
// within the branch, twice over.
var wealthPlots = [wealthCustomers / 4]func(*wealthStory){
	(*wealthStory).bought, (*wealthStory).bought, (*wealthStory).boughtTwice, (*wealthStory).bought,
	(*wealthStory).communicated, (*wealthStory).communicated, (*wealthStory).communicated,
	(*wealthStory).enteredEarlier, (*wealthStory).enteredEarlier, (*wealthStory).communicatedWithAnother,
	(*wealthStory).reversal, (*wealthStory).returnedAndMended, (*wealthStory).returnedStanding, (*wealthStory).cancellation,
	(*wealthStory).awaitsOperations, (*wealthStory).reservation, (*wealthStory).reservation,
	(*wealthStory).lastContactWins, (*wealthStory).boughtTwice,
	(*wealthStory).prospect, (*wealthStory).prospect, (*wealthStory).contested,
	(*wealthStory).handedOver, (*wealthStory).throughChannel, (*wealthStory).prospect,
}

// tellWealth tells the story of a wealth customer.
func (f *firm) tellWealth(ctx context.Context, i int) error {
	b := branches[i%2]
	plot := i / 2 % len(wealthPlots)
	number := bankCustomers + i
	t := &wealthStory{story: f.story(ctx, fmt.Sprintf("wealth/%03d", i)), branch: b, nth: i / 2, character: inventPerson(number, b.street)}
	if plot == 3 || plot == 6 || plot == 15 || plot == 20 {
		t.character = inventFirm(number, b.street)
	}
	if i == erasedStory {
		t.erased()
		return t.err
	}
	wealthPlots[plot](t)
	return t.err
}

// erasedStory is the number of the customer who is erased.
const erasedStory = 49

// arrived enters the customer with an advisor, who is attached the day after
// (B-09, B-29).
func (t *wealthStory) arrived(daysAgo, advisor int) {
	t.arrivedWith(daysAgo, t.branch.advisor(t.nth+advisor))
}

func (t *wealthStory) arrivedWith(daysAgo int, advisor string) {
	t.past(-daysAgo)
	t.id = domain.CustomerID(do(t.story, advisor, commands.RegisterCustomer{
		Party: t.party, Fields: t.fields, HomeUnit: t.units[t.branch.code], Nature: domain.Direct, Advisor: t.who(advisor),
	}))
	t.attachedWho(-daysAgo+1, advisor)
	if t.fields.IdentityNumber == "" {
		return
	}
	t.past(-daysAgo + 2)
	do(t.story, "service1", commands.RecordIdentityVerification{
		Customer: t.id, Result: customer.IDMatch, Evidence: fmt.Sprintf("HC-%06d", t.number),
	})
}

// attached enters another advisor on a day; day 0 is live.
func (t *wealthStory) attached(day, advisor int) uuid.UUID {
	return t.attachedWho(day, t.branch.advisor(t.nth+advisor))
}

func (t *wealthStory) attachedWho(day int, advisor string) uuid.UUID {
	t.on(day)
	by := advisor
	if t.when.IsZero() { // live, only a superior attaches to a customer whom another entered
		by = "wealth"
	}
	return do(t.story, by, commands.AttachAdvisor{Customer: t.id, Advisor: t.who(advisor)})
}

// contact puts a contact on record, in which the customer answered.
func (t *wealthStory) contact(day, advisor int, product string, method attachment.ContactMethod, outcome string) {
	t.on(day)
	who := t.branch.advisor(t.nth + advisor)
	c := commands.RecordContact{
		Customer: t.id, Advisor: t.who(who), OccurredOn: t.day(day), Method: method, TwoWay: true,
		Purpose: "产品说明", Outcome: outcome,
	}
	if product != "" {
		c.Product = t.products[product]
	}
	do(t.story, who, c)
}

func (t *wealthStory) on(day int) {
	if day == 0 {
		t.live()
		return
	}
	t.past(day)
}

func (t *wealthStory) deal(product string, advisor int) *deal {
	amount := domain.Fen(100_000_00 + t.number%9*50_000_00)
	return &deal{
		story: t.story, customer: t.id, character: t.character, product: product,
		advisor: t.branch.advisor(t.nth + advisor), amount: amount,
	}
}

// bought has one advisor, bought once long ago and again today (T1).
func (t *wealthStory) bought() {
	t.arrived(650, 0)
	t.contact(-640, 0, "", attachment.ContactByVisit, "初次拜访,了解理财需求")
	t.deal("HT2401", 0).settled(-620)
	t.deal("HT2504", 0).settled(0)
}

func (t *wealthStory) boughtTwice() {
	t.arrived(500, 0)
	t.deal("HT2501", 0).settled(-395)
	t.contact(-120, 0, "HT2502", attachment.ContactByPhone, "愿意追加")
	t.deal("HT2502", 0).settled(-110)
}

// communicated bought what the advisor had told them of (E2).
func (t *wealthStory) communicated() {
	t.arrived(300, 0)
	t.contact(-12, 0, "HT2601", attachment.ContactByPhone, "对固收增强有兴趣")
	t.contact(0, 0, "HT2601", attachment.ContactByVisit, "确认购买")
	t.deal("HT2601", 0).settled(0)
}

// enteredEarlier is handled by one advisor, but another was entered earlier, and
// the customer had talked to neither: the commission goes to the other (T1).
func (t *wealthStory) enteredEarlier() {
	t.arrived(380, 0)
	t.attached(-90, 1)
	d := t.deal("HT2504", 1)
	d.settled(0)
	t.show("time-first", func(h *Highlights) { h.TimeFirstCustomer, h.TimeFirstPayment = t.id, d.id })
}

// communicatedWithAnother is handled by the advisor entered first, but the
// customer had talked about the product with another (E2).
func (t *wealthStory) communicatedWithAnother() {
	t.arrived(380, 0)
	t.attached(-60, 1)
	t.contact(-10, 1, "HT2601", attachment.ContactByVisit, "详细介绍产品,客户有意")
	d := t.deal("HT2601", 0)
	d.settled(0)
	t.show("communicated", func(h *Highlights) { h.CommunicatedCustomer, h.CommunicatedPayment = t.id, d.id })
}

// reversal is taken back after its confirmation; the attribution gets a
// counter-entry.
func (t *wealthStory) reversal() {
	t.arrived(200, 0)
	t.attached(-100, 1)
	d := t.deal("HT2504", 0)
	d.settled(-30)
	d.reversed(0, "银行退汇,款项未实际到账")
	t.show("reversed", func(h *Highlights) { h.ReversedCustomer, h.ReversedPayment = t.id, d.id })
}

func (t *wealthStory) returnedAndMended() {
	t.arrived(180, 0)
	t.contact(-8, 0, "HT2601", attachment.ContactByPhone, "确认金额")
	d := t.deal("HT2601", 0)
	d.reserved(0, 10)
	d.registered(0)
	d.returned(0, "银行回单不清晰,请重新上传")
	d.registered(0)
	d.confirmed(0)
}

func (t *wealthStory) returnedStanding() {
	t.arrived(170, 0)
	d := t.deal("HT2504", 0)
	d.reserved(0, 10)
	d.registered(0)
	d.returned(0, "户名与客户姓名不一致")
}

func (t *wealthStory) cancellation() {
	t.arrived(160, 0)
	d := t.deal("HT2601", 0)
	d.reserved(0, 15)
	d.cancelled(0, "客户资金另有安排")
}

func (t *wealthStory) awaitsOperations() {
	t.arrived(150, 0)
	t.contact(-5, 0, "HT2601", attachment.ContactByVisit, "当面签约")
	d := t.deal("HT2601", 0)
	d.reserved(0, 8)
	d.registered(0)
	t.show("registered", func(h *Highlights) { h.RegisteredPayment = d.id })
}

func (t *wealthStory) reservation() {
	t.arrived(140, 0)
	t.contact(-3, 0, "HT2503", attachment.ContactByPhone, "预约下周打款")
	t.deal("HT2503", 0).reserved(0, 12)
}

// lastContactWins has talked to two advisors about the product: the last one wins
// (E2).
func (t *wealthStory) lastContactWins() {
	t.arrived(330, 0)
	t.attached(-80, 1)
	t.contact(-20, 0, "HT2601", attachment.ContactByPhone, "电话介绍")
	t.contact(-6, 1, "HT2601", attachment.ContactByVisit, "上门讲解,客户满意")
	t.deal("HT2601", 1).settled(0)
}

func (t *wealthStory) prospect() {
	t.arrived(60, 0)
	t.contact(-40, 0, "", attachment.ContactAtEvent, "参加客户联谊会")
	t.contact(-15, 0, "HT2602", attachment.ContactByPhone, "关注黄金定投")
	t.live()
	t.reveal("service1", commands.RevealFields{Customer: t.id, Fields: []staff.Field{staff.FieldPhone}, Purpose: "电话回访"})
}

// contested has all the branch's advisors attached and nothing bought yet.
func (t *wealthStory) contested() {
	t.arrived(75, 0)
	t.attached(-40, 1)
	t.attached(0, 2)
	t.contact(-30, 0, "HT2503", attachment.ContactByPhone, "暂不考虑")
	t.contact(0, 2, "HT2503", attachment.ContactByVisit, "愿意再了解")
}

// handedOver had an advisor who leaves; the manager ends the attachment and
// another takes over (B-27).
func (t *wealthStory) handedOver() {
	before := t.branch.advisor(t.nth)
	if t.branch.code == "W01" {
		before = "leaver"
	}
	t.past(-250)
	t.id = domain.CustomerID(do(t.story, before, commands.RegisterCustomer{
		Party: t.party, Fields: t.fields, HomeUnit: t.units[t.branch.code], Nature: domain.Direct, Advisor: t.who(before),
	}))
	first := domain.AttachmentID(t.attachedWho(-249, before))
	t.live()
	do(t.story, "wealth", commands.EndAttachment{Customer: t.id, Attachment: first, Reason: "顾问变动,客户交接"})
	t.attached(0, 1)
	t.contact(0, 1, "", attachment.ContactByPhone, "告知客户顾问变更")
	t.show("handed-over", func(h *Highlights) { h.HandedOverCustomer = t.id })
}

// throughChannel came through a channel and is incomplete (B-09).
func (t *wealthStory) throughChannel() {
	t.fields = commands.CustomerFields{
		Name: t.fields.Name, Phone: t.fields.Phone, Source: customer.SourceChannel, ChannelType: customer.ChannelThirdParty, Remark: invented,
	}
	t.arrived(35, 0)
	t.contact(0, 0, "", attachment.ContactByPhone, "约定下周见面")
}

// erased asked for their data to be deleted: the key is destroyed, what happened
// stays.
func (t *wealthStory) erased() {
	t.arrived(260, 0)
	t.contact(-200, 0, "", attachment.ContactByPhone, "不再需要服务")
	t.live()
	do(t.story, "director", commands.EraseCustomer{Customer: t.id, Basis: "个人信息保护法第四十七条:本人撤回同意"})
	t.show("erased", func(h *Highlights) { h.ErasedCustomer = t.id })
}
