package question

import (
	"errors"
	"slices"
	"strings"
	"time"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/payment"
	"guishu/domain/staff"
	"guishu/projections/payments"
	"guishu/projections/purchases"
)

// PaymentFilter narrows the list of payments.
type PaymentFilter struct {
	Paging
	Status        payment.Status      `query:"status"`
	Customer      domain.CustomerID   `query:"customer"`
	Product       domain.ProductID    `query:"product"`
	Advisor       domain.StaffID      `query:"advisor"`
	Below         domain.UnitID       `query:"below" doc:"经办人所在机构为此机构或其下级。 The advisor's unit is this one or below it."`
	Line          domain.BusinessLine `query:"line"`
	ExternalNo    string              `query:"external_no" maxLength:"64"`
	ReservedFrom  domain.Date         `query:"reserved_from" doc:"此日或以后预约。 Reserved on this day or later."`
	ReservedTo    domain.Date         `query:"reserved_to" doc:"此日或以前预约。 Reserved on this day or earlier."`
	ConfirmedFrom domain.Date         `query:"confirmed_from" doc:"此日或以后确认。 Confirmed on this day or later."`
	ConfirmedTo   domain.Date         `query:"confirmed_to" doc:"此日或以前确认。 Confirmed on this day or earlier."`
}

// Payment is a payment as it is shown.
type Payment struct {
	ID           domain.PaymentID          `json:"id"`
	ExternalNo   string                    `json:"external_no,omitempty"`
	Status       payment.Status            `json:"status"`
	Customer     *Named[domain.CustomerID] `json:"customer"`
	Product      *Named[domain.ProductID]  `json:"product"`
	Advisor      *Named[domain.StaffID]    `json:"advisor" doc:"经办的财富管理师。 Who handles the deal."`
	Unit         *Named[domain.UnitID]     `json:"unit" doc:"预约时经办人所在机构。 The advisor's, when reserved."`
	AmountFen    domain.Fen                `json:"amount_fen"`
	Nature       domain.Nature             `json:"nature,omitempty"`
	ScheduledOn  domain.Date               `json:"scheduled_on,omitzero"`
	Bank         string                    `json:"bank,omitempty" doc:"划出账号的开户行，读者可知时才有。 Of the debit account, where the reader may know of it."`
	HasIdentity  bool                      `json:"has_identity" doc:"是否已有证件号码。 Whether it has an ID number."`
	HasAccount   bool                      `json:"has_account" doc:"是否已有银行账号。 Whether it has a bank account."`
	Papers       int                       `json:"papers" doc:"附件份数。 How many papers it has."`
	Exceptions   []Exception               `json:"exceptions,omitempty" doc:"导入的历史未满足的要求。 Gates that imported history passed without."`
	ReservedAt   time.Time                 `json:"reserved_at"`
	ReservedBy   *Named[domain.StaffID]    `json:"reserved_by,omitempty"`
	RegisteredAt time.Time                 `json:"registered_at,omitzero"`
	RegisteredBy *Named[domain.StaffID]    `json:"registered_by,omitempty"`
	ConfirmedAt  time.Time                 `json:"confirmed_at,omitzero"`
	ConfirmedBy  *Named[domain.StaffID]    `json:"confirmed_by,omitempty"`
	ClosedAt     time.Time                 `json:"closed_at,omitzero" doc:"退回、取消或冲正的时间。 Returned, cancelled or reversed."`
	Reason       string                    `json:"reason,omitempty"`
	Batch        *Named[domain.BatchID]    `json:"batch,omitempty"`
	Position     domain.Position           `json:"position"`
}

// Exception is a gate that imported history passed without.
type Exception struct {
	Code   string   `json:"code" doc:"该要求未满足时的错误代码。 The code of the error that the gate would have given."`
	Fields []string `json:"fields" doc:"缺少的字段。 What was missing."`
}

func exceptions(all []domain.Exception) []Exception {
	var shown []Exception
	for _, e := range all {
		shown = append(shown, Exception{Code: e.Code, Fields: append([]string{}, e.Fields...)})
	}
	return shown
}

// Payments are those within the reader's scope: reserved, registered, confirmed
// (B-35).
func Payments() List[*PaymentFilter, payments.Query, payments.Listed, Payment] {
	return List[*PaymentFilter, payments.Query, payments.Listed, Payment]{
		About: About{
			Name: "list-payments", Title: ledger.Say("划款列表", "List payments"), Needs: staff.ReadPayments,
			Does: ledger.Say("列出本人经办的划款，或辖内的划款。", "Lists the payments one handles, or those of one's jurisdiction."),
		},
		Of: payments.Payments(),
		Choose: func(r *Reader, in *PaymentFilter) (payments.Query, error) {
			below, err := r.below(in.Below)
			if err != nil {
				return payments.Query{}, err
			}
			return payments.Query{
				Status: in.Status, Customer: in.Customer, Product: in.Product, Advisor: in.Advisor, Below: below,
				Line: in.Line, ExternalNo: in.ExternalNo, Reserved: r.days(in.ReservedFrom, in.ReservedTo),
				Confirmed: r.days(in.ConfirmedFrom, in.ConfirmedTo),
			}, errors.Join(known("status", in.Status), known("line", in.Line), span(in.ReservedFrom, in.ReservedTo), span(in.ConfirmedFrom, in.ConfirmedTo))
		},
		Show: showPayment,
	}
}

// showPayment shows the customer as to those who see customers where the payment is.
func showPayment(r *Reader, p *payments.Listed) Payment {
	path, line := r.place(p.Unit)
	eyes := r.eyes.on(path, line, slices.Contains([]domain.StaffID{p.Advisor, p.ReservedBy, p.RegisteredBy}, r.who()))
	bank := strings.TrimSpace(p.HeadBank + " " + p.Branch + " " + p.SubBranch)
	return Payment{
		ID: p.Payment.Payment, ExternalNo: p.ExternalNo, Status: p.Status, Customer: client(eyes, p.Customer, p.CustomerNo, p.CustomerName),
		Product: named(p.Product, p.ProductCode, p.ProductName), Advisor: named(p.Advisor, p.AdvisorNo, p.AdvisorName),
		Unit: r.Department(p.Unit), AmountFen: p.AmountFen, Nature: p.Nature, ScheduledOn: p.ScheduledOn,
		Bank: eyes.masked(staff.FieldBankAccount, bank), HasIdentity: p.HasIdentity, HasAccount: p.HasAccount, Papers: p.Papers,
		Exceptions: exceptions(p.Exceptions), ReservedAt: r.when(p.ReservedAt), ReservedBy: r.Colleague(p.ReservedBy),
		RegisteredAt: r.when(p.RegisteredAt), RegisteredBy: r.Colleague(p.RegisteredBy), ConfirmedAt: r.when(p.ConfirmedAt),
		ConfirmedBy: r.Colleague(p.ConfirmedBy), ClosedAt: r.when(p.ClosedAt), Reason: p.Reason, Batch: r.batch(p.Batch), Position: p.Position,
	}
}

// PaymentAddress names one payment.
type PaymentAddress struct {
	Fresh
	Payment domain.PaymentID `path:"payment"`
}

// OnePayment is one payment.
func OnePayment() Single[*PaymentAddress, Payment] {
	return single(About{
		Name: "get-payment", Title: ledger.Say("划款", "A payment"), Does: ledger.Say("查看一笔划款。", "Shows one payment."),
	}, Payments(), func(in *PaymentAddress) any { return in.Payment })
}

// PurchaseFilter narrows the list of purchases.
type PurchaseFilter struct {
	Paging
	Customer domain.CustomerID `query:"customer"`
	Product  domain.ProductID  `query:"product"`
	Advisor  domain.StaffID    `query:"advisor"`
	Below    domain.UnitID     `query:"below" doc:"经办人所在机构为此机构或其下级。 The advisor's unit is this one or below it."`
	From     domain.Date       `query:"from" doc:"此日或以后购买。 Bought on this day or later."`
	To       domain.Date       `query:"to" doc:"此日或以前购买。 Bought on this day or earlier."`
	Held     domain.Date       `query:"held_on" doc:"此日持有：已购买、已成立、未到期、未冲正。 Held on this day: bought by then, established, not matured, not reversed."`
	Standing bool              `query:"standing" doc:"不含已冲正的。 Leave out reversed ones."`
}

// Purchase is a purchase as it is shown.
type Purchase struct {
	Payment   domain.PaymentID          `json:"payment"`
	Customer  *Named[domain.CustomerID] `json:"customer"`
	Product   *Named[domain.ProductID]  `json:"product"`
	Supplier  string                    `json:"supplier,omitempty"`
	Advisor   *Named[domain.StaffID]    `json:"advisor"`
	Unit      *Named[domain.UnitID]     `json:"unit"`
	AmountFen domain.Fen                `json:"amount_fen"`
	BoughtOn  domain.Date               `json:"bought_on"`
	HeldFrom  domain.Date               `json:"held_from,omitzero" doc:"自此日起持有。 Held from this day on."`
	HeldTo    domain.Date               `json:"held_to,omitzero" doc:"至此日止持有。 Held up to this day."`
	Reversed  bool                      `json:"reversed"`
	Position  domain.Position           `json:"position"`
}

// Purchases are what was bought, and how long it is held (B-17, B-18).
func Purchases() List[*PurchaseFilter, purchases.Query, purchases.Holding, Purchase] {
	return List[*PurchaseFilter, purchases.Query, purchases.Holding, Purchase]{
		About: About{
			Name: "list-purchases", Title: ledger.Say("购买记录", "List purchases"), Needs: staff.ReadPayments,
			Does: ledger.Say("列出已确认的购买及其持有期。", "Lists what was bought, and how long it is held."),
		},
		Of: purchases.Purchases(),
		Choose: func(r *Reader, in *PurchaseFilter) (purchases.Query, error) {
			below, err := r.below(in.Below)
			if err != nil {
				return purchases.Query{}, err
			}
			return purchases.Query{
				Customer: in.Customer, Product: in.Product, Advisor: in.Advisor, Below: below, From: in.From, To: in.To,
				Held: in.Held, Standing: in.Standing,
			}, span(in.From, in.To)
		},
		Show: showPurchase,
	}
}

func showPurchase(r *Reader, p *purchases.Holding) Purchase {
	path, line := r.place(p.Unit)
	eyes := r.eyes.on(path, line, p.Advisor == r.who())
	return Purchase{
		Payment: p.Payment, Customer: client(eyes, p.Customer, p.CustomerNo, p.CustomerName), Product: named(p.Product, p.ProductCode, p.ProductName),
		Supplier: p.Supplier, Advisor: r.Colleague(p.Advisor), Unit: r.Department(p.Unit), AmountFen: p.AmountFen,
		BoughtOn: p.BoughtOn, HeldFrom: p.HeldFrom, HeldTo: p.HeldTo, Reversed: p.Reversed, Position: p.Position,
	}
}
