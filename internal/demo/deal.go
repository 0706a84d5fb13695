package demo

import (
	"guishu/commands"
	"guishu/domain"
)

// deal is a customer's payment for a product on its way (B-11).
type deal struct {
	*story
	character
	customer domain.CustomerID
	product  string
	advisor  string // who handles it
	amount   domain.Fen
	id       domain.PaymentID
}

// reserved reserves the payment on a day, to be made so many days later. Day 0 is
// live; banks and papers follow with the registration (B-12).
func (d *deal) reserved(day, ahead int) {
	d.on(day)
	d.id = domain.PaymentID(do(d.story, d.advisor, commands.ReservePayment{
		Customer: d.customer, Product: d.products[d.product], Advisor: d.who(d.advisor), AmountFen: d.amount,
		Nature: domain.Direct, ScheduledOn: d.day(day + ahead), IdentityType: d.fields.IdentityType,
	}))
}

// registered completes the payment.
func (d *deal) registered(day int) {
	d.on(day)
	do(d.story, d.advisor, commands.RegisterPayment{
		Payment: d.id, IdentityNumber: d.fields.IdentityNumber,
		Source: commands.BankSource{HeadBank: "海棠银行(演示)", Branch: "临江市分行", SubBranch: "滨江支行", Account: d.fields.BankAccount},
		Papers: []string{paper(d.name + "/" + d.product)},
	})
}

// confirmed says that operations saw the money (B-14).
func (d *deal) confirmed(day int) {
	d.on(day)
	do(d.story, d.operator(), commands.ConfirmPayment{Payment: d.id})
}

func (d *deal) returned(day int, reason string) {
	d.on(day)
	do(d.story, d.operator(), commands.ReturnPayment{Payment: d.id, Reason: reason})
}

func (d *deal) cancelled(day int, reason string) {
	d.on(day)
	do(d.story, d.advisor, commands.CancelPayment{Payment: d.id, Reason: reason})
}

func (d *deal) reversed(day int, reason string) {
	d.on(day)
	do(d.story, d.operator(), commands.ReversePayment{Payment: d.id, Reason: reason})
}

// settled goes all the way within four days.
func (d *deal) settled(day int) {
	if day == 0 {
		d.reserved(0, 10)
		d.registered(0)
		d.confirmed(0)
		return
	}
	d.reserved(day, 3)
	d.registered(day + 1)
	d.confirmed(day + 3)
}

func (d *deal) operator() string { return [...]string{"ops1", "ops2"}[d.number%2] }

func (d *deal) on(day int) {
	if day == 0 {
		d.live()
		return
	}
	d.past(day)
}
