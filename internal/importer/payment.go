package importer

import (
	"context"
	"slices"

	"guishu/commands"
	"guishu/domain"
	"guishu/domain/staff"
)

// paymentVocabulary is what makes a payment and takes it to the state it had come
// to: reserved, registered, confirmed, or from there cancelled or reversed (B-11).
func paymentVocabulary() *vocabulary {
	return &vocabulary{
		permission: []staff.Permission{staff.ReservePayment, staff.RegisterPayment, staff.ConfirmPayment},
		fields: []field{
			ref("customer", Customer).must(), ref("product", Product).must(), ref("advisor", Staff).must(),
			word("status", domain.ParsePaymentStatus).must(), amount("reserved_amount").must(), amount("amount"),
			date("reserved_on"), date("registered_on"), date("confirmed_on"), date("ended_on"), text("reason"),
			text("external_no"), word("nature", domain.ParseNature), date("scheduled_on"),
			word("identity_type", domain.ParseDocumentType), text("identity_number"),
			text("head_bank"), text("branch"), text("sub_branch"), text("account"),
		},
		check: checkPayment,
		lane:  ofCustomer,
		steps: paymentSteps,
	}
}

// path is the states a payment passes on its way to one.
func path(to domain.PaymentStatus) []domain.PaymentStatus {
	switch to {
	case domain.PaymentReserved:
		return []domain.PaymentStatus{domain.PaymentReserved}
	case domain.PaymentCancelled:
		return []domain.PaymentStatus{domain.PaymentReserved, domain.PaymentCancelled}
	case domain.PaymentRegistered:
		return []domain.PaymentStatus{domain.PaymentReserved, domain.PaymentRegistered}
	case domain.PaymentReturned:
		return []domain.PaymentStatus{domain.PaymentReserved, domain.PaymentRegistered, domain.PaymentReturned}
	case domain.PaymentConfirmed:
		return []domain.PaymentStatus{domain.PaymentReserved, domain.PaymentRegistered, domain.PaymentConfirmed}
	case domain.PaymentReversed:
		return []domain.PaymentStatus{domain.PaymentReserved, domain.PaymentRegistered, domain.PaymentConfirmed, domain.PaymentReversed}
	}
	return nil
}

// checkPayment finds what makes no sense before anything is written: a payment
// must not be left half-way because its second step is refused.
func checkPayment(it *item) *domain.Error {
	steps := path(domain.PaymentStatus(it.text("status")))
	came := slices.Contains(steps, domain.PaymentRegistered)
	switch {
	case it.amount("reserved_amount") <= 0:
		return domain.ErrPaymentAmount.At("reserved_amount")
	case came && it.text("amount") == "":
		return domain.ErrFormRequired.At("amount")
	case came && it.amount("amount") <= 0:
		return domain.ErrPaymentAmount.At("amount")
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
			return domain.ErrPaymentDate.At(name)
		case !on.IsZero() && !stated:
			// A step without a day is recorded as of now; nothing can follow it earlier.
			return domain.ErrFormRequired.At(dayField(steps[0]))
		}
		last, stated = on, !on.IsZero()
	}
	return nil
}

// ends says that the way ends in a state that needs a reason.
func ends(steps []domain.PaymentStatus) bool {
	last := steps[len(steps)-1]
	return last == domain.PaymentCancelled || last == domain.PaymentReturned || last == domain.PaymentReversed
}

// dayField is the field that holds the day of a step.
func dayField(status domain.PaymentStatus) string {
	switch status {
	case domain.PaymentReserved:
		return "reserved_on"
	case domain.PaymentRegistered:
		return "registered_on"
	case domain.PaymentConfirmed:
		return "confirmed_on"
	}
	return "ended_on"
}

// day is when a step happened. A payment that was confirmed on a day and whose
// registration is not known apart was registered that day.
func day(it *item, status domain.PaymentStatus) domain.Date {
	on := it.date(dayField(status))
	if on.IsZero() && status == domain.PaymentRegistered {
		return it.date("confirmed_on")
	}
	return on
}

func paymentSteps(it *item) []step {
	var steps []step
	for _, status := range path(domain.PaymentStatus(it.text("status"))) {
		s := paymentStep(it, status)
		s.on = day(it, status)
		steps = append(steps, s)
	}
	return steps
}

func paymentStep(it *item, status domain.PaymentStatus) step {
	payment := func() domain.PaymentID { return domain.PaymentID(it.id) }
	switch status {
	case domain.PaymentReserved:
		return step{name: "reserve", makes: true, send: func(ctx context.Context, r *run, call commands.Call) (commands.Answer, error) {
			return r.ledger.ReservePayment(ctx, call, reservation(it))
		}}
	case domain.PaymentRegistered:
		return step{name: "register", send: func(ctx context.Context, r *run, call commands.Call) (commands.Answer, error) {
			return r.ledger.RegisterPayment(ctx, call, commands.RegisterPayment{Payment: payment(), AmountFen: it.amount("amount")})
		}}
	case domain.PaymentConfirmed:
		return step{name: "confirm", send: func(ctx context.Context, r *run, call commands.Call) (commands.Answer, error) {
			return r.ledger.ConfirmPayment(ctx, call, commands.ConfirmPayment{Payment: payment()})
		}}
	case domain.PaymentReturned:
		return step{name: "return", send: func(ctx context.Context, r *run, call commands.Call) (commands.Answer, error) {
			return r.ledger.ReturnPayment(ctx, call, commands.ReturnPayment{Payment: payment(), Reason: it.text("reason")})
		}}
	case domain.PaymentReversed:
		return step{name: "reverse", send: func(ctx context.Context, r *run, call commands.Call) (commands.Answer, error) {
			return r.ledger.ReversePayment(ctx, call, commands.ReversePayment{Payment: payment(), Reason: it.text("reason")})
		}}
	}
	return step{name: "cancel", send: func(ctx context.Context, r *run, call commands.Call) (commands.Answer, error) {
		return r.ledger.CancelPayment(ctx, call, commands.CancelPayment{Payment: payment(), Reason: it.text("reason")})
	}}
}

func reservation(it *item) commands.ReservePayment {
	return commands.ReservePayment{
		Customer: domain.CustomerID(it.ref("customer")), Product: domain.ProductID(it.ref("product")), Advisor: domain.StaffID(it.ref("advisor")),
		AmountFen: it.amount("reserved_amount"), Nature: domain.Nature(it.text("nature")), ScheduledOn: it.date("scheduled_on"),
		IdentityType: domain.DocumentType(it.text("identity_type")), IdentityNumber: it.text("identity_number"),
		Source:     commands.BankSource{HeadBank: it.text("head_bank"), Branch: it.text("branch"), SubBranch: it.text("sub_branch"), Account: it.text("account")},
		ExternalNo: it.text("external_no"),
	}
}
