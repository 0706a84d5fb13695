package importer

import (
	"context"
	"slices"

	"guishu/commands"
	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/identity"
	"guishu/domain/payment"
	"guishu/domain/staff"
)

// paymentVocabulary is what makes a payment and takes it to the state it had come
// to: reserved, registered, confirmed, or from there cancelled or reversed (B-11).
func paymentVocabulary() *vocabulary {
	return &vocabulary{
		permission: []staff.Permission{staff.ReservePayment, staff.RegisterPayment, staff.ConfirmPayment},
		fields: []field{
			ref("customer", Customer).must(), ref("product", Product).must(), ref("advisor", Staff).must(),
			word("status", payment.Statuses.Parse).must(), amount("reserved_amount").must(), amount("amount"),
			date("reserved_on"), date("registered_on"), date("confirmed_on"), date("ended_on"), text("reason"),
			text("external_no"), word("nature", domain.Natures.Parse), date("scheduled_on"),
			word("identity_type", identity.ParseDocumentType), text("identity_number"),
			text("head_bank"), text("branch"), text("sub_branch"), text("account"),
		},
		check: checkPayment,
		lane:  ofCustomer,
		steps: paymentSteps,
	}
}

// path is the states a payment passes on its way to one.
func path(to payment.Status) []payment.Status {
	switch to {
	case payment.StatusReserved:
		return []payment.Status{payment.StatusReserved}
	case payment.StatusCancelled:
		return []payment.Status{payment.StatusReserved, payment.StatusCancelled}
	case payment.StatusRegistered:
		return []payment.Status{payment.StatusReserved, payment.StatusRegistered}
	case payment.StatusReturned:
		return []payment.Status{payment.StatusReserved, payment.StatusRegistered, payment.StatusReturned}
	case payment.StatusConfirmed:
		return []payment.Status{payment.StatusReserved, payment.StatusRegistered, payment.StatusConfirmed}
	case payment.StatusReversed:
		return []payment.Status{payment.StatusReserved, payment.StatusRegistered, payment.StatusConfirmed, payment.StatusReversed}
	}
	return nil
}

// checkPayment finds what makes no sense before anything is written: a payment
// must not be left half-way because its second step is refused.
func checkPayment(it *item) *domain.Error {
	steps := path(payment.Status(it.text("status")))
	came := slices.Contains(steps, payment.StatusRegistered)
	switch {
	case it.amount("reserved_amount") <= 0:
		return payment.ErrAmount.At("reserved_amount")
	case came && it.text("amount") == "":
		return domain.ErrFormRequired.At("amount")
	case came && it.amount("amount") <= 0:
		return payment.ErrAmount.At("amount")
	case ends(steps) && it.text("reason") == "":
		return domain.ErrFormRequired.At("reason")
	}
	last, stated := domain.Date{}, true
	for _, status := range steps {
		name, on := dayField(status), day(it, status)
		if it.date(name).IsZero() && !on.IsZero() {
			name = "confirmed_on" // the registration's day is taken from there
		}
		switch {
		case on.Before(last) && !on.IsZero():
			return payment.ErrDate.At(name)
		case !on.IsZero() && !stated:
			// A step without a day is recorded as of now; nothing can follow it earlier.
			return domain.ErrFormRequired.At(dayField(steps[0]))
		}
		last, stated = on, !on.IsZero()
	}
	return nil
}

// ends says that the way ends in a state that needs a reason.
func ends(steps []payment.Status) bool {
	last := steps[len(steps)-1]
	return last == payment.StatusCancelled || last == payment.StatusReturned || last == payment.StatusReversed
}

// dayField is the field that holds the day of a step.
func dayField(status payment.Status) string {
	switch status {
	case payment.StatusReserved:
		return "reserved_on"
	case payment.StatusRegistered:
		return "registered_on"
	case payment.StatusConfirmed:
		return "confirmed_on"
	}
	return "ended_on"
}

// day is when a step happened. A payment that was confirmed on a day and whose
// registration is not known apart was registered that day.
func day(it *item, status payment.Status) domain.Date {
	on := it.date(dayField(status))
	if on.IsZero() && status == payment.StatusRegistered {
		return it.date("confirmed_on")
	}
	return on
}

func paymentSteps(it *item) []step {
	var steps []step
	for _, status := range path(payment.Status(it.text("status"))) {
		s := paymentStep(it, status)
		s.on = day(it, status)
		steps = append(steps, s)
	}
	return steps
}

func paymentStep(it *item, status payment.Status) step {
	id := func() domain.PaymentID { return domain.PaymentID(it.id) }
	switch status {
	case payment.StatusReserved:
		return step{name: "reserve", makes: true, send: func(ctx context.Context, r *run, call ledger.Call) (ledger.Answer, error) {
			return r.ledger.Do(ctx, call, reservation(it))
		}}
	case payment.StatusRegistered:
		return step{name: "register", send: func(ctx context.Context, r *run, call ledger.Call) (ledger.Answer, error) {
			return r.ledger.Do(ctx, call, commands.RegisterPayment{Payment: id(), AmountFen: it.amount("amount")})
		}}
	case payment.StatusConfirmed:
		return step{name: "confirm", send: func(ctx context.Context, r *run, call ledger.Call) (ledger.Answer, error) {
			return r.ledger.Do(ctx, call, commands.ConfirmPayment{Payment: id()})
		}}
	case payment.StatusReturned:
		return step{name: "return", send: func(ctx context.Context, r *run, call ledger.Call) (ledger.Answer, error) {
			return r.ledger.Do(ctx, call, commands.ReturnPayment{Payment: id(), Reason: it.text("reason")})
		}}
	case payment.StatusReversed:
		return step{name: "reverse", send: func(ctx context.Context, r *run, call ledger.Call) (ledger.Answer, error) {
			return r.ledger.Do(ctx, call, commands.ReversePayment{Payment: id(), Reason: it.text("reason")})
		}}
	}
	return step{name: "cancel", send: func(ctx context.Context, r *run, call ledger.Call) (ledger.Answer, error) {
		return r.ledger.Do(ctx, call, commands.CancelPayment{Payment: id(), Reason: it.text("reason")})
	}}
}

func reservation(it *item) commands.ReservePayment {
	return commands.ReservePayment{
		Customer: domain.CustomerID(it.ref("customer")), Product: domain.ProductID(it.ref("product")), Advisor: domain.StaffID(it.ref("advisor")),
		AmountFen: it.amount("reserved_amount"), Nature: domain.Nature(it.text("nature")), ScheduledOn: it.date("scheduled_on"),
		IdentityType: identity.DocumentType(it.text("identity_type")), IdentityNumber: it.text("identity_number"),
		Source:     commands.BankSource{HeadBank: it.text("head_bank"), Branch: it.text("branch"), SubBranch: it.text("sub_branch"), Account: it.text("account")},
		ExternalNo: it.text("external_no"),
	}
}
