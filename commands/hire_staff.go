package commands

import (
	"context"
	"strings"

	"guishu/domain"
	"guishu/domain/staff"
	"guishu/eventstore"

	"github.com/google/uuid"
)

// HireStaff adds a member of staff to a unit (B-02). It gives no access: that is
// requested and approved apart (B-28).
type HireStaff struct {
	EmployeeNo string         `json:"employee_no" doc:"Unique in the firm."`
	Login      string         `json:"login" doc:"Name to sign in with, unique."`
	Name       string         `json:"name"`
	Unit       domain.UnitID  `json:"unit"`
	Superior   domain.StaffID `json:"superior,omitempty" doc:"Direct superior."`
}

// HireStaff hires and answers with the staff id. Errors: staff/duplicate,
// unit/unknown, unit/closed, staff/unknown, form/required, form/value.
func (l *Ledger) HireStaff(ctx context.Context, call Call, c HireStaff) (Answer, error) {
	t, err := l.begin(ctx, call, verb{"hire-staff", c})
	if err != nil {
		return Answer{}, err
	}
	var keys []uniqueKey
	if no := strings.TrimSpace(c.EmployeeNo); no != "" {
		keys = append(keys, uniqueKey{UniqueEmployeeNo, []byte(no), staff.ErrDuplicate.At("employee_no")})
	}
	if login := foldLogin(c.Login); login != "" {
		keys = append(keys, uniqueKey{UniqueLogin, []byte(login), staff.ErrDuplicate.At("login")})
	}
	return t.create(ctx, creation{
		kind:   "staff",
		stream: func(id uuid.UUID) eventstore.Stream { return streamOf(staff.StreamPrefix, id) },
		keys:   keys,
		events: func(ctx context.Context, id uuid.UUID) ([]any, error) {
			tree, err := l.tree(ctx)
			if err != nil {
				return nil, err
			}
			unit := tree.State.Unit(c.Unit)
			if err := t.authorise(staff.ManageStaff, placeOf(unit)); err != nil {
				return nil, err
			}
			superior, err := l.person(ctx, c.Superior)
			if err != nil {
				return nil, err
			}
			return new(staff.State).Hire(staff.Hiring{
				Staff: domain.StaffID(id), EmployeeNo: c.EmployeeNo, Login: c.Login, Name: c.Name,
				Superior: c.Superior, Provenance: t.history.Provenance,
			}, unit, superior)
		},
	})
}

// foldLogin is the form in which sign-in names are compared.
func foldLogin(login string) string { return strings.ToLower(strings.TrimSpace(login)) }

// StaffByLogin is the member of staff a sign-in name belongs to; false when
// there is none.
func (l *Ledger) StaffByLogin(ctx context.Context, login string) (domain.StaffID, bool, error) {
	stream, found, err := l.Holder(ctx, UniqueLogin, []byte(foldLogin(login)))
	if err != nil || !found {
		return domain.StaffID{}, false, err
	}
	member, err := load[staff.State](ctx, l, stream)
	if err != nil {
		return domain.StaffID{}, false, err
	}
	return member.State.Staff, true, nil
}

// person is what other decisions need to know of a member of staff; the zero
// Person for the zero id.
func (l *Ledger) person(ctx context.Context, id domain.StaffID) (staff.Person, error) {
	if id.IsZero() {
		return staff.Person{}, nil
	}
	member, err := l.member(ctx, id)
	if err != nil {
		return staff.Person{}, err
	}
	return staff.Person{Staff: member.State.Staff, Active: member.State.Active()}, nil
}
