package commands

import (
	"context"

	"guishu/domain"
	"guishu/domain/organisation"
	"guishu/domain/staff"
	"guishu/eventstore"

	"github.com/google/uuid"
)

// InstallFirstAdministrator begins an empty ledger: the firm at the top of the
// organisation and the one person whose access nobody approves, because there is
// nobody yet (B-28, A-61).
type InstallFirstAdministrator struct {
	Firm       string // name of the root unit
	Name       string // of the administrator
	Login      string
	EmployeeNo string
}

// firstKey makes the installation the same command whoever runs it and however
// often: it happens once.
const firstKey = "install-first-administrator"

func byTheLedger(step string) Call { return ByTheLedger(firstKey+"/"+step, uuid.Nil, uuid.Nil) }

// FirstAdministrator is who InstallFirstAdministrator installed; false while it
// has not run, or was cut off before its end. An imported ledger that another
// program began has none.
func (l *Ledger) FirstAdministrator(ctx context.Context) (domain.StaffID, bool, error) {
	t, err := l.begin(ctx, byTheLedger("staff"), verb{name: "hire-staff"})
	if err != nil {
		return domain.StaffID{}, false, err
	}
	who := domain.StaffID(t.made("staff", 0))
	member, err := l.member(ctx, who)
	if err != nil {
		return domain.StaffID{}, false, err
	}
	return who, len(member.State.Requests) > 0, nil
}

// InstallFirstAdministrator installs and gives the administrator's id; it
// finishes what an earlier run that was cut off began, and a finished one changes
// nothing more. Errors: idempotency/key-reused when it ran with other names.
func (l *Ledger) InstallFirstAdministrator(ctx context.Context, c InstallFirstAdministrator) (domain.StaffID, error) {
	root, err := l.installRoot(ctx, c.Firm)
	if err != nil {
		return domain.StaffID{}, err
	}
	hired, err := l.HireStaff(ctx, byTheLedger("staff"), HireStaff{
		EmployeeNo: c.EmployeeNo, Login: c.Login, Name: c.Name, Unit: root,
	})
	if err != nil {
		return domain.StaffID{}, err
	}
	who := domain.StaffID(hired.ID)
	t, err := l.beginReaction(ctx, byTheLedger("access"), verb{"appoint-first-administrator", who.String()})
	if err != nil {
		return domain.StaffID{}, err
	}
	_, err = t.writeMember(ctx, who, uuid.UUID(who), func(member *staff.State, tree *organisation.Tree) ([]any, error) {
		if member.Holds(domain.RoleAdministrator, root) {
			return nil, nil
		}
		return member.AppointFirst(domain.RequestID(t.made("request", 0)), tree.Unit(root))
	})
	return who, err
}

func (l *Ledger) installRoot(ctx context.Context, firm string) (domain.UnitID, error) {
	tree, err := l.tree(ctx)
	if err != nil {
		return domain.UnitID{}, err
	}
	if tree.Revision != eventstore.NoRevision {
		return tree.State.Root().ID, nil
	}
	answer, err := l.EstablishUnit(ctx, byTheLedger("unit"), EstablishUnit{Code: "ROOT", Name: firm, Kind: domain.HeadOffice, Model: domain.Exclusive})
	return domain.UnitID(answer.ID), err
}
