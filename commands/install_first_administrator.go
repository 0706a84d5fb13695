package commands

import (
	"context"

	"guishu/commands/ledger"
	"guishu/domain"

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

func byTheLedger(step string) ledger.Call {
	return ledger.ByTheLedger(firstKey+"/"+step, uuid.Nil, uuid.Nil)
}

// FirstAdministrator is who Install installed; false while it has not run, or was
// cut off before its end. An imported ledger that another program began has none.
func FirstAdministrator(ctx context.Context, l *ledger.Ledger) (domain.StaffID, bool, error) {
	who := domain.StaffID(l.Makes(byTheLedger("staff"), "staff"))
	member, err := l.Member(ctx, who)
	if err != nil {
		return domain.StaffID{}, false, err
	}
	return who, len(member.Requests) > 0, nil
}

// Install installs the first administrator and gives their id; it finishes what an
// earlier run that was cut off began, and a finished one changes nothing more.
// Errors: idempotency/key-reused when it ran with other names.
func Install(ctx context.Context, l *ledger.Ledger, first InstallFirstAdministrator) (domain.StaffID, error) {
	root, err := installRoot(ctx, l, first.Firm)
	if err != nil {
		return domain.StaffID{}, err
	}
	hired, err := l.Do(ctx, byTheLedger("staff"), HireStaff{
		EmployeeNo: first.EmployeeNo, Login: first.Login, Name: first.Name, Unit: root,
	})
	if err != nil {
		return domain.StaffID{}, err
	}
	who := domain.StaffID(hired.ID)
	_, err = l.Do(ctx, byTheLedger("access"), AppointFirstAdministrator{Staff: who})
	return who, err
}

func installRoot(ctx context.Context, l *ledger.Ledger, firm string) (domain.UnitID, error) {
	tree, err := l.Tree(ctx)
	if err != nil {
		return domain.UnitID{}, err
	}
	if root := tree.Root(); root.Known() {
		return root.ID, nil
	}
	answer, err := l.Do(ctx, byTheLedger("unit"), EstablishUnit{Code: "ROOT", Name: firm, Kind: domain.HeadOffice, Model: domain.Exclusive})
	return domain.UnitID(answer.ID), err
}
