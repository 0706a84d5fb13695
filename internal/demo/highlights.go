package demo

import "guishu/domain"

// Highlights are the things of the demo that are worth a look.
type Highlights struct {
	Batch    domain.BatchID // under which history came
	Proposer domain.StaffID // of it
	Leaver   domain.StaffID // the advisor who leaves
	Superior domain.StaffID // theirs

	BankCustomer         domain.CustomerID    // owned, and bought
	RivalsCustomer       domain.CustomerID    // two claims, one superseded
	AdjustedCustomer     domain.CustomerID    // went from one manager to another
	PendingCustomer      domain.CustomerID    // of a claim that waits for zhongshan-head
	PendingApplication   domain.ApplicationID // that claim
	TimeFirstCustomer    domain.CustomerID    // handled by one advisor, earned by another by T1
	TimeFirstPayment     domain.PaymentID
	CommunicatedCustomer domain.CustomerID // handled by one advisor, earned by another by E2
	CommunicatedPayment  domain.PaymentID
	ReversedCustomer     domain.CustomerID // bought, taken back
	ReversedPayment      domain.PaymentID
	RegisteredPayment    domain.PaymentID // waits for operations
	HandedOverCustomer   domain.CustomerID
	ErasedCustomer       domain.CustomerID
}

// candidate is something worth a look that a story has named.
type candidate struct {
	story string
	name  func(*Highlights)
}

// show names something worth a look. Of several stories that name the same the
// one with the smallest name stands, whichever is told first.
func (t *story) show(what string, name func(*Highlights)) {
	if t.err != nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if before, named := t.candidates[what]; named && before.story < t.name {
		return
	}
	t.candidates[what] = candidate{t.name, name}
}

// highlights is what the stories have named.
func (f *firm) highlights() Highlights {
	shown := Highlights{Batch: f.batch, Proposer: f.staff["ops1"], Leaver: f.staff["leaver"], Superior: f.staff["wealth"]}
	for _, c := range f.candidates {
		c.name(&shown)
	}
	return shown
}
