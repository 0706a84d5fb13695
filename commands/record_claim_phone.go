package commands

import (
	"context"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/customer"
	"guishu/domain/ownership"
)

// RecordClaimPhone keeps the phone that an approved application brought: the
// reaction to the approval.
type RecordClaimPhone struct {
	Customer    domain.CustomerID
	Line        domain.BusinessLine
	Application domain.ApplicationID
}

var recordClaimPhone = ledger.Verb{
	Name: "record-claim-phone", ByLedger: true,
	Title: ledger.Say("保存申请所带手机号", "Keep a claim's phone"),
	Does:  ledger.Say("认领获批后，把申请所带的手机号记入客户信息。", "Keeps the phone that an approved application brought with the customer."),
}

// Verb is record-claim-phone.
func (RecordClaimPhone) Verb() ledger.Verb { return recordClaimPhone }

// Run records; an application without a phone changes nothing, and
// neither does one whose approval was followed by another phone.
func (c RecordClaimPhone) Run(ctx context.Context, t *ledger.Task) (ledger.Answer, error) {
	application, err := c.approved(ctx, t.Ledger())
	if err != nil {
		return ledger.Answer{}, err
	}
	return ledger.Write(ctx, t, theCustomer(c.Customer), func(_ context.Context, s customerCase) ([]any, error) {
		return c.record(s.State, application)
	})
}

func (c RecordClaimPhone) record(s *customer.State, application ownership.Application) ([]any, error) {
	if application.Phone.IsZero() || application.Phone.Erased() || s.Erased {
		return nil, nil
	}
	return s.RecordPhone(application.Phone, c.Application, application.Decided)
}

// Settled says whether nothing is left to record, by what the log holds.
func (c RecordClaimPhone) Settled(ctx context.Context, l *ledger.Ledger) (bool, error) {
	application, err := c.approved(ctx, l)
	if err != nil {
		return false, err
	}
	of, err := ledger.Fold[customer.State](ctx, l, customerStream(c.Customer))
	if err != nil {
		return false, err
	}
	left, err := c.record(of.State, application)
	return err == nil && len(left) == 0, err
}

// approved is the application. What is kept of the slot may be behind the approval
// that this answers.
func (c RecordClaimPhone) approved(ctx context.Context, l *ledger.Ledger) (ownership.Application, error) {
	kept, err := slot(ctx, l, c.Customer, c.Line)
	if err != nil {
		return ownership.Application{}, err
	}
	application, _ := kept.State.Find(c.Application)
	if application.Decided != 0 {
		return application, nil
	}
	l.Forget(kept.Stream)
	read, err := slot(ctx, l, c.Customer, c.Line)
	if err != nil {
		return ownership.Application{}, err
	}
	application, _ = read.State.Find(c.Application)
	return application, nil
}
