package commands

import (
	"context"

	"guishu/commands/ledger"
	"guishu/domain"

	"github.com/google/uuid"
)

// AppointFirstAdministrator gives the first administrator their role (B-28). See
// Install.
type AppointFirstAdministrator struct{ Staff domain.StaffID }

var appointFirstAdministrator = ledger.Verb{
	Name: "appoint-first-administrator", ByLedger: true,
	Title: ledger.Say("任命首位管理员", "Appoint the first administrator"),
	Does:  ledger.Say("在账本启用时任命首位管理员。", "Gives the first administrator their role when a ledger begins."),
}

// Verb is appoint-first-administrator.
func (AppointFirstAdministrator) Verb() ledger.Verb { return appointFirstAdministrator }

// MarshalText makes the body the id alone.
func (c AppointFirstAdministrator) MarshalText() ([]byte, error) {
	return []byte(c.Staff.String()), nil
}

// Run appoints; an administrator who has the role keeps it.
func (c AppointFirstAdministrator) Run(ctx context.Context, t *ledger.Task) (ledger.Answer, error) {
	firm := func(memberCase) ledger.Where { return ledger.Firm{} }
	return ledger.Write(ctx, t, theMember(c.Staff, uuid.UUID(c.Staff), firm), func(_ context.Context, m memberCase) ([]any, error) {
		root := m.tree.Root()
		if m.Holds(domain.RoleAdministrator, root.ID) {
			return nil, nil
		}
		return m.AppointFirst(domain.RequestID(t.Made("request")), root)
	})
}
