package commands

import (
	"context"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/staff"

	"github.com/google/uuid"
)

// WithdrawAccessRequest takes a request for access back before it is answered (B-28).
type WithdrawAccessRequest struct {
	Staff   domain.StaffID   `json:"staff"`
	Request domain.RequestID `json:"request"`
}

var withdrawAccessRequest = ledger.Verb{
	Name: "withdraw-access-request", Needs: staff.RequestAccess,
	Title:   ledger.Say("撤回权限申请", "Withdraw a request for access"),
	Does:    ledger.Say("申请人或本人在答复前撤回权限申请。", "Takes a request for access back before it is answered: by the one who asked, or for whom."),
	Refuses: []domain.Code{staff.ErrGrantNotPending},
}

// Verb is withdraw-access-request.
func (WithdrawAccessRequest) Verb() ledger.Verb { return withdrawAccessRequest }

// Run carries it out.
func (c WithdrawAccessRequest) Run(ctx context.Context, t *ledger.Task) (ledger.Answer, error) {
	own := func(m memberCase) ledger.Where {
		request, _ := m.Request(c.Request)
		return ledger.PlaceOf(m.asked(c.Request)).IfOwn(t.Actor() == c.Staff || t.Actor() == request.RequestedBy)
	}
	return ledger.Write(ctx, t, theMember(c.Staff, uuid.UUID(c.Request), own), func(_ context.Context, m memberCase) ([]any, error) {
		return m.Withdraw(c.Request, t.Actor())
	})
}
