package http

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"guishu/commands"
	"guishu/domain"
	"guishu/domain/identity"
	"guishu/domain/payment"
	"guishu/domain/staff"
	"guishu/projections/payments"
	"guishu/projections/purchases"
)

// paymentRoutes are about payments, from their reservation on.
func (s *Server) paymentRoutes() {
	const area = "划款 Payments"
	// Payments within the reader's scope: reserved, registered, confirmed (B-35).
	list(s, area, route{http.MethodGet, "/v1/payments", "list-payments", "划款列表", "List payments", forStaff}, paymentList(), choosePayments, showPayment)
	// One payment.
	one(s, area, route{http.MethodGet, "/v1/payments/{payment}", "get-payment", "划款", "A payment", forStaff}, paymentModels(), s.payment)
	// What was bought, and how long it is held (B-17, B-18).
	list(s, area, route{http.MethodGet, "/v1/purchases", "list-purchases", "购买记录", "List purchases", forStaff}, purchaseList(), choosePurchases, showPurchase)
	// Reserve.
	command(s, area, route{http.MethodPost, "/v1/payments", "reserve-payment", "划款预约", "Reserve a payment", forStaff}, do[commands.ReservePayment](s))
	// Register, with the bank account and the papers.
	command(s, area, route{http.MethodPost, "/v1/payments/{payment}/registration", "register-payment", "划款登记", "Register", forStaff}, do[commands.RegisterPayment](s))
	// Confirm, by another member of operations.
	command(s, area, route{http.MethodPost, "/v1/payments/{payment}/confirmation", "confirm-payment", "打款确认", "Confirm", forStaff}, do[commands.ConfirmPayment](s))
	// Send back to be corrected.
	command(s, area, route{http.MethodPost, "/v1/payments/{payment}/return", "return-payment", "退回登记", "Return", forStaff}, do[commands.ReturnPayment](s))
	// End before confirmation.
	command(s, area, route{http.MethodPost, "/v1/payments/{payment}/cancellation", "cancel-payment", "取消划款", "Cancel", forStaff}, do[commands.CancelPayment](s))
	// Take back after confirmation.
	command(s, area, route{http.MethodPost, "/v1/payments/{payment}/reversal", "reverse-payment", "冲正划款", "Reverse", forStaff}, do[commands.ReversePayment](s))
}

// paymentFilter chooses payments.
type paymentFilter struct {
	Paging
	Status        payment.Status      `query:"status"`
	Customer      domain.CustomerID   `query:"customer"`
	Product       domain.ProductID    `query:"product"`
	Advisor       domain.StaffID      `query:"advisor"`
	Below         domain.UnitID       `query:"below" doc:"The advisor's unit is this one or below it."`
	Line          domain.BusinessLine `query:"line"`
	ExternalNo    string              `query:"external_no" maxLength:"64"`
	ReservedFrom  domain.Date         `query:"reserved_from"`
	ReservedTo    domain.Date         `query:"reserved_to"`
	ConfirmedFrom domain.Date         `query:"confirmed_from"`
	ConfirmedTo   domain.Date         `query:"confirmed_to"`
}

// paid is a payment as the API shows it.
type paid struct {
	ID           domain.PaymentID         `json:"id"`
	ExternalNo   string                   `json:"external_no,omitempty"`
	Status       payment.Status           `json:"status"`
	Customer     domain.CustomerID        `json:"customer"`
	CustomerNo   string                   `json:"customer_no,omitempty"`
	CustomerName string                   `json:"customer_name,omitempty"`
	Product      *named[domain.ProductID] `json:"product"`
	Advisor      *named[domain.StaffID]   `json:"advisor" doc:"Who handles the deal."`
	Unit         *named[domain.UnitID]    `json:"unit" doc:"The advisor's, when reserved."`
	AmountFen    domain.Fen               `json:"amount_fen"`
	Nature       domain.Nature            `json:"nature,omitempty"`
	ScheduledOn  *domain.Date             `json:"scheduled_on,omitempty"`
	Bank         string                   `json:"bank,omitempty" doc:"Of the debit account, where the reader may know of it."`
	HasIdentity  bool                     `json:"has_identity"`
	HasAccount   bool                     `json:"has_account"`
	Papers       int                      `json:"papers"`
	Exceptions   []domain.Exception       `json:"exceptions,omitempty" doc:"Gates that imported history passed without."`
	ReservedAt   *time.Time               `json:"reserved_at"`
	ReservedBy   domain.StaffID           `json:"reserved_by,omitempty"`
	RegisteredAt *time.Time               `json:"registered_at,omitempty"`
	RegisteredBy domain.StaffID           `json:"registered_by,omitempty"`
	ConfirmedAt  *time.Time               `json:"confirmed_at,omitempty"`
	ConfirmedBy  domain.StaffID           `json:"confirmed_by,omitempty"`
	ClosedAt     *time.Time               `json:"closed_at,omitempty" doc:"Returned, cancelled or reversed."`
	Reason       string                   `json:"reason,omitempty"`
	Batch        domain.BatchID           `json:"batch,omitempty"`
	Position     domain.Position          `json:"position"`
}

func paymentModels() []string { return []string{"units", "staff", "customers", "products", "payments"} }

func paymentList() lister[payments.Query, payments.Listed] {
	return lister[payments.Query, payments.Listed]{models: paymentModels(), list: payments.List, count: payments.Count}
}

func choosePayments(a *asking, in *paymentFilter) (payments.Query, error) {
	scope, err := a.scope(staff.ReadPayments)
	if err != nil {
		return payments.Query{}, err
	}
	below, err := a.below(in.Below)
	if err != nil {
		return payments.Query{}, err
	}
	return payments.Query{
		Scope: scope, Who: a.who(), Status: in.Status, Customer: in.Customer, Product: in.Product, Advisor: in.Advisor, Below: below,
		Line: in.Line, ExternalNo: in.ExternalNo, Reserved: a.days(in.ReservedFrom, in.ReservedTo),
		Confirmed: a.days(in.ConfirmedFrom, in.ConfirmedTo), Sort: in.Sort, After: in.after(), Limit: in.Limit,
	}, errors.Join(known("status", in.Status), known("line", in.Line), span(in.ReservedFrom, in.ReservedTo), span(in.ConfirmedFrom, in.ConfirmedTo))
}

// showPayment shows the customer as to whoever sees customers where the payment
// is.
func showPayment(a *asking, p *payments.Listed) paid {
	path, line := a.place(p.Unit)
	eyes := a.eyes.on(path, line, slices.Contains([]domain.StaffID{p.Advisor, p.ReservedBy, p.RegisteredBy}, a.who()))
	bank := strings.TrimSpace(p.HeadBank + " " + p.Branch + " " + p.SubBranch)
	return paid{
		ID: p.Payment.Payment, ExternalNo: p.ExternalNo, Status: p.Status, Customer: p.Customer, CustomerNo: p.CustomerNo,
		CustomerName: eyes.shown(staff.FieldName, p.CustomerName, identity.MaskName), Product: some(p.Product, p.ProductCode, p.ProductName),
		Advisor: some(p.Advisor, p.AdvisorNo, p.AdvisorName), Unit: some(p.Unit, "", p.UnitName), AmountFen: p.AmountFen, Nature: p.Nature,
		ScheduledOn: day(p.ScheduledOn), Bank: eyes.masked(staff.FieldBankAccount, bank), HasIdentity: p.HasIdentity, HasAccount: p.HasAccount,
		Papers: p.Papers, Exceptions: p.Exceptions, ReservedAt: a.when(p.ReservedAt), ReservedBy: p.ReservedBy,
		RegisteredAt: a.when(p.RegisteredAt), RegisteredBy: p.RegisteredBy, ConfirmedAt: a.when(p.ConfirmedAt), ConfirmedBy: p.ConfirmedBy,
		ClosedAt: a.when(p.ClosedAt), Reason: p.Reason, Batch: p.Batch, Position: p.Position,
	}
}

// paymentAddress names one payment.
type paymentAddress struct {
	Fresh
	Payment domain.PaymentID `path:"payment"`
}

func (s *Server) payment(a *asking, in *paymentAddress) (paid, error) {
	scope, err := a.scope(staff.ReadPayments)
	if err != nil {
		return paid{}, err
	}
	found, err := payments.Get(a.ctx, s.Read, scope, a.who(), in.Payment)
	if err != nil {
		return paid{}, err
	}
	return showPayment(a, &found), nil
}

// purchaseFilter chooses purchases.
type purchaseFilter struct {
	Paging
	Customer domain.CustomerID `query:"customer"`
	Product  domain.ProductID  `query:"product"`
	Advisor  domain.StaffID    `query:"advisor"`
	Below    domain.UnitID     `query:"below"`
	From     domain.Date       `query:"from" doc:"Bought on this day or later."`
	To       domain.Date       `query:"to" doc:"Bought on this day or earlier."`
	Held     domain.Date       `query:"held_on" doc:"Held on this day: bought by then, established, not matured, not reversed."`
	Standing bool              `query:"standing" doc:"Leave out reversed ones."`
}

// purchase is a purchase as the API shows it.
type purchase struct {
	Payment      domain.PaymentID         `json:"payment"`
	Customer     domain.CustomerID        `json:"customer"`
	CustomerName string                   `json:"customer_name,omitempty"`
	Product      *named[domain.ProductID] `json:"product"`
	Supplier     string                   `json:"supplier,omitempty"`
	Advisor      domain.StaffID           `json:"advisor"`
	Unit         domain.UnitID            `json:"unit"`
	AmountFen    domain.Fen               `json:"amount_fen"`
	BoughtOn     domain.Date              `json:"bought_on"`
	HeldFrom     *domain.Date             `json:"held_from,omitempty"`
	HeldTo       *domain.Date             `json:"held_to,omitempty"`
	Reversed     bool                     `json:"reversed"`
	Position     domain.Position          `json:"position"`
}

func purchaseList() lister[purchases.Query, purchases.Holding] {
	return lister[purchases.Query, purchases.Holding]{models: append(paymentModels(), "purchases"), list: purchases.List, count: purchases.Count}
}

func choosePurchases(a *asking, in *purchaseFilter) (purchases.Query, error) {
	scope, err := a.scope(staff.ReadPayments)
	if err != nil {
		return purchases.Query{}, err
	}
	below, err := a.below(in.Below)
	if err != nil {
		return purchases.Query{}, err
	}
	return purchases.Query{
		Scope: scope, Who: a.who(), Customer: in.Customer, Product: in.Product, Advisor: in.Advisor, Below: below, From: in.From, To: in.To,
		Held: in.Held, Standing: in.Standing, Sort: in.Sort, After: in.after(), Limit: in.Limit,
	}, span(in.From, in.To)
}

func showPurchase(a *asking, p *purchases.Holding) purchase {
	path, line := a.place(p.Unit)
	eyes := a.eyes.on(path, line, p.Advisor == a.who())
	return purchase{
		Payment: p.Payment, Customer: p.Customer, CustomerName: eyes.shown(staff.FieldName, p.CustomerName, identity.MaskName),
		Product: some(p.Product, p.ProductCode, p.ProductName), Supplier: p.Supplier, Advisor: p.Advisor, Unit: p.Unit, AmountFen: p.AmountFen,
		BoughtOn: p.BoughtOn, HeldFrom: day(p.HeldFrom), HeldTo: day(p.HeldTo), Reversed: p.Reversed, Position: p.Position,
	}
}
