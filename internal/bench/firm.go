package bench

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"

	"guishu/commands"
	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/customer"
	"guishu/http/auth"
	"guishu/internal/app"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"
)

// firm is an invented bank, made through the commands: one city with outlets,
// managers at them, and customers whose home they are.
type firm struct {
	app       *app.App
	admin     domain.StaffID
	city      domain.UnitID
	outlets   []domain.UnitID
	managers  []manager
	customers []domain.CustomerID
	keys      atomic.Int64
}

// manager is somebody who claims customers, signed in.
type manager struct {
	staff  domain.StaffID
	outlet domain.UnitID
	cookie string
}

// newFirm makes a firm: every outlet has as many managers, and every customer's
// home is the first outlet, where all managers stand who claim.
func newFirm(ctx context.Context, a *app.App, managers, customers int) (*firm, error) {
	f := &firm{app: a}
	var err error
	f.admin, err = commands.Install(ctx, a.Ledger, commands.InstallFirstAdministrator{
		Firm: "示例银行", Name: "管理员甲", Login: "admin", EmployeeNo: "A0001",
	})
	if err != nil {
		return nil, err
	}
	tree, err := a.Ledger.Tree(ctx)
	if err != nil {
		return nil, err
	}
	if f.city, err = f.unit(ctx, tree.Root().ID, "C01", domain.City, ""); err != nil {
		return nil, err
	}
	for i := range 60 {
		outlet, err := f.unit(ctx, f.city, fmt.Sprintf("N%03d", i), domain.Outlet, domain.SelfOperated)
		if err != nil {
			return nil, err
		}
		f.outlets = append(f.outlets, outlet)
	}
	for i := range managers {
		m, err := f.hire(ctx, fmt.Sprintf("manager%03d", i), f.outlets[0])
		if err != nil {
			return nil, err
		}
		f.managers = append(f.managers, m)
	}
	return f, f.register(ctx, customers)
}

// call is one by somebody under a fresh key.
func (f *firm) call(who domain.StaffID) ledger.Call {
	return ledger.Call{Actor: who, Key: fmt.Sprintf("bench-firm-%d", f.keys.Add(1))}
}

func (f *firm) unit(ctx context.Context, parent domain.UnitID, code string, kind domain.UnitKind, line domain.BusinessLine) (domain.UnitID, error) {
	answer, err := f.app.Ledger.Do(ctx, f.call(f.admin), commands.EstablishUnit{
		Parent: parent, Code: code, Name: "网点" + code, Kind: kind, Line: line, Model: domain.Exclusive,
	})
	return domain.UnitID(answer.ID), err
}

// hire hires a manager with access to their outlet and signs them in.
func (f *firm) hire(ctx context.Context, login string, outlet domain.UnitID) (manager, error) {
	l := f.app.Ledger
	hired, err := l.Do(ctx, ledger.ByTheLedger("hire-"+login, uuid.Nil, uuid.Nil), commands.HireStaff{EmployeeNo: "E-" + login, Login: login, Name: "员工甲", Unit: outlet})
	if err != nil {
		return manager{}, err
	}
	m := manager{staff: domain.StaffID(hired.ID), outlet: outlet}
	request, err := l.Do(ctx, f.call(m.staff), commands.RequestAccess{Staff: m.staff, Role: domain.RoleRelationshipManager, Unit: outlet})
	if err != nil {
		return manager{}, err
	}
	if _, err = l.Do(ctx, f.call(f.admin), commands.GrantAccess{Staff: m.staff, Request: domain.RequestID(request.ID)}); err != nil {
		return manager{}, err
	}
	m.cookie, err = f.signIn(ctx, m.staff)
	return m, err
}

// signIn begins a session, as signing in with a password does after the password
// was checked, and gives its cookie.
func (f *firm) signIn(ctx context.Context, who domain.StaffID) (string, error) {
	answer := httptest.NewRecorder()
	if _, err := f.app.Auth.SignIn(ctx, answer, auth.Verified{Staff: who}); err != nil {
		return "", err
	}
	for _, cookie := range answer.Result().Cookies() {
		if cookie.Name == auth.SessionCookie {
			return (&http.Cookie{Name: cookie.Name, Value: cookie.Value}).String(), nil
		}
	}
	return "", fmt.Errorf("signing in set no cookie")
}

// register registers customers, many at once, and has somebody who takes no part
// in what is measured claim each of them: what a look-up before a claim leaves in
// memory is there.
func (f *firm) register(ctx context.Context, count int) error {
	first, err := f.hire(ctx, "first", f.outlets[0])
	if err != nil {
		return err
	}
	var mu sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(64)
	for i := range count {
		group.Go(func() error {
			answer, err := f.app.Ledger.Do(ctx, f.call(first.staff), commands.RegisterCustomer{
				Party: domain.Person, HomeUnit: f.outlets[0],
				Fields: commands.CustomerFields{Name: "张三丰", Phone: fmt.Sprintf("138%08d", i), Source: customer.SourceOwn},
			})
			if err != nil {
				return fmt.Errorf("register a customer: %w", err)
			}
			id := domain.CustomerID(answer.ID)
			if _, err := f.app.Ledger.Do(ctx, f.call(first.staff), commands.ClaimCustomer{Customer: id}); err != nil {
				return fmt.Errorf("claim a customer: %w", err)
			}
			mu.Lock()
			defer mu.Unlock()
			f.customers = append(f.customers, id)
			return nil
		})
	}
	return group.Wait()
}
