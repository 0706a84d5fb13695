package payment_test

import (
	"strings"
	"testing"
	"time"

	"guishu/domain"
	"guishu/domain/domaintest"
	"guishu/domain/identity"
	"guishu/domain/payment"
	"guishu/domain/product"
)

type (
	rule  = domaintest.Rule[payment.State]
	state = payment.State
	past  = domaintest.Past
)

var (
	now      = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	today    = domain.DateOf(now, domain.ChinaZone())
	clerk    = domain.StaffID{2}
	operator = domain.StaffID{3}
	paper    = strings.Repeat("ab", 32)
	account  = "110912345678"
	whole    = payment.Source{HeadBank: "示例银行", Branch: "福州分行", SubBranch: "鼓楼支行", Account: domain.NewPersonal(account)}
	number   = domain.NewPersonal("11010519491231002X")
	imported = domain.History{Provenance: domain.ApprovedHistory, EffectiveAt: now.AddDate(-1, 0, 0)}
)

func deal(amount domain.Fen) payment.Deal {
	return payment.Deal{
		Payment: domain.PaymentID{1}, Customer: domain.CustomerID{1}, Product: domain.ProductID{1},
		Advisor: domain.StaffID{1}, Unit: domain.UnitID{1}, AmountFen: amount,
	}
}

// sparse is a reservation with all that may be empty left empty (B-12).
func sparse() payment.Reserved {
	return payment.Reserved{Deal: deal(500_00), Nature: domain.Direct, ScheduledOn: today.AddDays(3), IdentityType: "RESIDENT_ID"}
}

func registered() payment.Registered {
	return payment.Registered{
		Deal: deal(500_00), RegisteredBy: clerk, IdentityType: "RESIDENT_ID", IdentityNumber: number,
		Source: whole, Papers: []string{paper},
	}
}

func confirmed() payment.Confirmed {
	return payment.Confirmed{Deal: deal(500_00), ConfirmedBy: operator, RegisteredBy: clerk}
}

func reserve(changes ...func(*payment.Reserving)) func(*state) ([]any, error) {
	in := payment.Reserving{
		Deal: deal(500_00), Nature: domain.Direct, ScheduledOn: today.AddDays(3), IdentityType: "RESIDENT_ID",
		Product: payment.Product{Known: true, Open: true}, Today: today, Now: now,
	}
	for _, change := range changes {
		change(&in)
	}
	return func(s *state) ([]any, error) { return s.Reserve(in) }
}

func register(changes ...func(*payment.Registering)) func(*state) ([]any, error) {
	in := payment.Registering{
		IdentityNumber: number, Source: whole, Papers: []string{strings.ToUpper(paper), paper}, RegisteredBy: clerk, RequiredPapers: 1, Now: now,
	}
	for _, change := range changes {
		change(&in)
	}
	return func(s *state) ([]any, error) { return s.Register(in) }
}

func confirm(changes ...func(*payment.Confirming)) func(*state) ([]any, error) {
	in := payment.Confirming{ConfirmedBy: operator, Now: now}
	for _, change := range changes {
		change(&in)
	}
	return func(s *state) ([]any, error) { return s.Confirm(in) }
}

func TestReserve(t *testing.T) {
	domaintest.Run(t,
		rule{
			Name: "B-12 a reservation may leave the document's number, bank and account empty",
			When: reserve(), Then: []any{sparse()},
		},
		rule{
			Name: "B-12 a reservation takes what is known already",
			When: reserve(func(in *payment.Reserving) {
				in.IdentityNumber, in.Source, in.Papers = number, whole, []string{paper}
			}),
			Then: []any{payment.Reserved{
				Deal: deal(500_00), Nature: domain.Direct, ScheduledOn: today.AddDays(3), IdentityType: "RESIDENT_ID",
				IdentityNumber: number, Source: whole, Papers: []string{paper},
			}},
		},
		rule{Name: "B-11 a payment is reserved once", Given: []any{sparse()}, When: reserve(), Refused: payment.ErrState},
		rule{
			Name: "B-12 the amount is above zero", When: reserve(func(in *payment.Reserving) { in.Deal.AmountFen = 0 }),
			Refused: payment.ErrAmount, At: "amount_fen",
		},
		rule{
			Name: "B-12 an amount beyond reason is refused", When: reserve(func(in *payment.Reserving) { in.Deal.AmountFen = 1e14 + 1 }),
			Refused: domain.ErrMoneyOverflow, At: "amount_fen",
		},
		rule{
			Name: "B-12 the product is open", When: reserve(func(in *payment.Reserving) { in.Product.Open = false }),
			Refused: payment.ErrProductClosed,
		},
		rule{
			Name: "B-12 the product exists", When: reserve(func(in *payment.Reserving) { in.Product = payment.Product{} }),
			Refused: product.ErrUnknown,
		},
		rule{
			Name: "B-12 a reservation says when the money will come", When: reserve(func(in *payment.Reserving) { in.ScheduledOn = domain.Date{} }),
			Refused: payment.ErrRequired, At: "scheduled_on",
		},
		rule{
			Name: "B-12 a reservation says direct or channel", When: reserve(func(in *payment.Reserving) { in.Nature = "" }),
			Refused: payment.ErrRequired, At: "nature",
		},
		rule{
			Name: "B-12 a reservation names the type of the document", When: reserve(func(in *payment.Reserving) { in.IdentityType = "" }),
			Refused: payment.ErrRequired, At: "identity_type",
		},
		rule{
			Name: "B-12 money is not scheduled for a day gone by", When: reserve(func(in *payment.Reserving) { in.ScheduledOn = today.AddDays(-1) }),
			Refused: payment.ErrDate, At: "scheduled_on",
		},
		rule{
			Name: "B-12 a slip in the year is caught", When: reserve(func(in *payment.Reserving) { in.ScheduledOn = today.AddDays(36500) }),
			Refused: payment.ErrDate, At: "scheduled_on",
		},
		rule{
			Name: "B-12 an account given is well-formed", When: reserve(func(in *payment.Reserving) { in.Source.Account = domain.NewPersonal("12") }),
			Refused: identity.ErrAccountFormat, At: "account",
		},
		rule{
			Name:    "B-12 a document's number given is checked",
			When:    reserve(func(in *payment.Reserving) { in.IdentityNumber = domain.NewPersonal("110105194912310021") }),
			Refused: identity.ErrIDChecksum, At: "identity_number",
		},
		rule{
			Name:    "B-12 a document's type is one of the list",
			When:    reserve(func(in *payment.Reserving) { in.IdentityType = "LIBRARY_CARD" }),
			Refused: identity.ErrIDType, At: "identity_type",
		},
		rule{
			Name: "B-12 papers are named by their content", When: reserve(func(in *payment.Reserving) { in.Papers = []string{"contract.pdf"} }),
			Refused: domain.ErrFormValue, At: "papers",
		},
		rule{
			Name: "B-12 a payment is somebody's deal", When: reserve(func(in *payment.Reserving) { in.Deal.Advisor = domain.StaffID{} }),
			Refused: payment.ErrRequired, At: "advisor",
		},
		rule{
			Name: "B-31 history passes with missing fields as exceptions",
			When: reserve(func(in *payment.Reserving) {
				in.History, in.ExternalNo = imported, "Z063OYW0"
				in.Nature, in.ScheduledOn, in.IdentityType, in.Product.Open = "", today.AddDays(-365), "", false
			}),
			Then: []any{payment.Reserved{
				Deal: deal(500_00), ExternalNo: "Z063OYW0", ScheduledOn: today.AddDays(-365),
				Exceptions: []domain.Exception{
					{Code: "payment/required", Fields: []string{"nature", "identity_type"}},
					{Code: "payment/product-closed", Fields: []string{"product"}},
				},
			}},
		},
		rule{
			Name: "B-31 history still needs an amount",
			When: reserve(func(in *payment.Reserving) { in.History, in.Deal.AmountFen = imported, -1 }), Refused: payment.ErrAmount,
		},
		rule{
			Name: "B-31 history still needs a product that exists",
			When: reserve(func(in *payment.Reserving) { in.History, in.Product = imported, payment.Product{} }), Refused: product.ErrUnknown,
		},
		rule{
			Name: "B-31 history still needs a unit",
			When: reserve(func(in *payment.Reserving) { in.History, in.Deal.Unit = imported, domain.UnitID{} }), Refused: payment.ErrRequired, At: "unit",
		},
		rule{
			Name: "B-31 history lies not in the future",
			When: reserve(func(in *payment.Reserving) {
				in.History = domain.History{Provenance: domain.ApprovedHistory, EffectiveAt: now.Add(time.Second)}
			}),
			Refused: payment.ErrDate, At: "effective_at",
		},
	)
}

func TestRegister(t *testing.T) {
	without := func(change func(*payment.Source)) func(*payment.Registering) {
		return func(in *payment.Registering) { change(&in.Source) }
	}
	corrected := registered()
	corrected.Deal.AmountFen = 400_00
	full := sparse()
	full.IdentityNumber, full.Source, full.Papers = number, whole, []string{paper}
	domaintest.Run(t,
		rule{Name: "B-12 a registration completes the reservation", Given: []any{sparse()}, When: register(), Then: []any{registered()}},
		rule{
			Name: "B-12 what the reservation has need not be given again", Given: []any{full},
			When: register(func(in *payment.Registering) {
				in.IdentityNumber, in.Source, in.Papers = domain.Personal{}, payment.Source{}, nil
			}),
			Then: []any{registered()},
		},
		rule{
			Name: "B-12 the amount may be corrected", Given: []any{sparse()},
			When: register(func(in *payment.Registering) { in.AmountFen = 400_00 }), Then: []any{corrected},
		},
		rule{
			Name: "B-12 the amount stays above zero", Given: []any{sparse()},
			When: register(func(in *payment.Registering) { in.AmountFen = -1 }), Refused: payment.ErrAmount,
		},
		rule{
			Name: "B-12 a registration has the number of the document", Given: []any{sparse()},
			When:    register(func(in *payment.Registering) { in.IdentityNumber = domain.Personal{} }),
			Refused: payment.ErrRequired, At: "identity_number",
		},
		rule{
			Name: "B-12 a registration has the head bank", Given: []any{sparse()},
			When:    register(without(func(s *payment.Source) { s.HeadBank = " " })),
			Refused: payment.ErrRequired, At: "head_bank",
		},
		rule{
			Name: "B-12 a registration has the branch", Given: []any{sparse()},
			When:    register(without(func(s *payment.Source) { s.Branch = "" })),
			Refused: payment.ErrRequired, At: "branch",
		},
		rule{
			Name: "B-12 a registration has the sub-branch", Given: []any{sparse()},
			When:    register(without(func(s *payment.Source) { s.SubBranch = "" })),
			Refused: payment.ErrRequired, At: "sub_branch",
		},
		rule{
			Name: "B-12 a registration has the account", Given: []any{sparse()},
			When:    register(without(func(s *payment.Source) { s.Account = domain.Personal{} })),
			Refused: payment.ErrAccountRequired, At: "account",
		},
		rule{
			Name: "B-12 the account is well-formed", Given: []any{sparse()},
			When:    register(without(func(s *payment.Source) { s.Account = domain.NewPersonal("hello") })),
			Refused: identity.ErrAccountFormat, At: "account",
		},
		rule{
			Name: "B-12 a registration has as many different papers as the policy asks for", Given: []any{sparse()},
			When:    register(func(in *payment.Registering) { in.RequiredPapers = 2 }),
			Refused: payment.ErrAttachmentRequired, At: "papers",
		},
		rule{
			Name: "B-13 the customer is complete before registration", Given: []any{sparse()},
			When:    register(func(in *payment.Registering) { in.CustomerMissing = []string{"address"} }),
			Refused: payment.ErrCustomerIncomplete,
		},
		rule{Name: "B-11 what was not reserved is not registered", When: register(), Refused: payment.ErrState},
		rule{
			Name:  "B-11 a returned registration is registered again",
			Given: []any{sparse(), registered(), payment.Returned{Deal: deal(500_00), Reason: "账号有误"}},
			When:  register(), Then: []any{registered()},
		},
		rule{
			Name:  "B-31 history passes with missing fields as exceptions",
			Given: []any{past{Event: payment.Reserved{Deal: deal(500_00)}, Fact: domain.Fact{EffectiveAt: imported.EffectiveAt}}},
			When: func(s *state) ([]any, error) {
				return s.Register(payment.Registering{RegisteredBy: clerk, RequiredPapers: 1, CustomerMissing: []string{"phone", "address"}, History: imported, Now: now})
			},
			Then: []any{payment.Registered{Deal: deal(500_00), RegisteredBy: clerk, Exceptions: []domain.Exception{
				{Code: "payment/required", Fields: []string{"identity_type", "identity_number", "head_bank", "branch", "sub_branch"}},
				{Code: "payment/account-required", Fields: []string{"account"}},
				{Code: "payment/attachment-required", Fields: []string{"papers"}},
				{Code: "payment/customer-incomplete", Fields: []string{"phone", "address"}},
			}}},
		},
		rule{
			Name:    "B-31 history registers not before it reserved",
			Given:   []any{past{Event: sparse(), Fact: domain.Fact{EffectiveAt: imported.EffectiveAt.Add(time.Second)}}},
			When:    register(func(in *payment.Registering) { in.History = imported }),
			Refused: payment.ErrDate,
		},
	)
}

func TestConfirm(t *testing.T) {
	reservedLater := past{Event: sparse(), Fact: domain.Fact{EffectiveAt: imported.EffectiveAt.Add(time.Second)}}
	less, self := confirmed(), confirmed()
	less.Deal.AmountFen = 499_99
	self.ConfirmedBy = clerk
	self.Exceptions = []domain.Exception{{Code: "payment/self-confirm", Fields: []string{"confirmed_by"}}}
	domaintest.Run(t,
		rule{Name: "B-14 operations confirms the money", Given: []any{sparse(), registered()}, When: confirm(), Then: []any{confirmed()}},
		rule{
			Name: "B-14 what came in is what is confirmed", Given: []any{sparse(), registered()},
			When: confirm(func(in *payment.Confirming) { in.AmountFen = 499_99 }), Then: []any{less},
		},
		rule{
			Name: "B-12 nothing is no amount to confirm", Given: []any{sparse(), registered()},
			When: confirm(func(in *payment.Confirming) { in.AmountFen = -1 }), Refused: payment.ErrAmount,
		},
		rule{
			Name: "B-06 who registered does not confirm", Given: []any{sparse(), registered()},
			When: confirm(func(in *payment.Confirming) { in.ConfirmedBy = clerk }), Refused: payment.ErrSelfConfirm,
		},
		rule{
			Name: "B-31 in history one pair of eyes is an exception", Given: []any{sparse(), registered()},
			When: confirm(func(in *payment.Confirming) { in.ConfirmedBy, in.History = clerk, imported }), Then: []any{self},
		},
		rule{Name: "B-11 what is only reserved is not confirmed", Given: []any{sparse()}, When: confirm(), Refused: payment.ErrState},
		rule{
			Name: "B-31 history too keeps the order of states", Given: []any{sparse()},
			When: confirm(func(in *payment.Confirming) { in.History = imported }), Refused: payment.ErrState,
		},
		rule{Name: "B-14 a payment is confirmed once", Given: []any{sparse(), registered(), confirmed()}, When: confirm(), Refused: payment.ErrState},
		rule{
			Name: "B-31 history confirms not before it reserved", Given: []any{reservedLater, registered()},
			When: confirm(func(in *payment.Confirming) { in.History = imported }), Refused: payment.ErrDate,
		},
	)
}

func TestTheWaysBack(t *testing.T) {
	because := func(decide func(*state, payment.Ending) ([]any, error), reason string) func(*state) ([]any, error) {
		return func(s *state) ([]any, error) { return decide(s, payment.Ending{Reason: reason, Now: now}) }
	}
	returned := payment.Returned{Deal: deal(500_00), Reason: "账号有误"}
	cancelled := payment.Cancelled{Deal: deal(500_00), Reason: "客户放弃"}
	reversed := payment.Reversed{Deal: deal(500_00), Reason: "退款"}
	back, cancel, reverse := (*state).Return, (*state).Cancel, (*state).Reverse
	domaintest.Run(t,
		rule{
			Name: "B-11 a registration is returned with the reason", Given: []any{sparse(), registered()},
			When: because(back, " 账号有误 "), Then: []any{returned},
		},
		rule{
			Name: "B-11 a return needs a reason", Given: []any{sparse(), registered()},
			When: because(back, "."), Refused: payment.ErrReasonRequired,
		},
		rule{Name: "B-11 a reservation is not returned", Given: []any{sparse()}, When: because(back, "x"), Refused: payment.ErrState},
		rule{Name: "B-11 a reservation is cancelled", Given: []any{sparse()}, When: because(cancel, "客户放弃"), Then: []any{cancelled}},
		rule{
			Name: "B-11 a registration is cancelled", Given: []any{sparse(), registered()},
			When: because(cancel, "客户放弃"), Then: []any{cancelled},
		},
		rule{
			Name: "B-11 a returned payment is cancelled", Given: []any{sparse(), registered(), returned},
			When: because(cancel, "客户放弃"), Then: []any{cancelled},
		},
		rule{
			Name: "B-11 cancelling needs a reason", Given: []any{sparse()},
			When: because(cancel, "\u200b"), Refused: payment.ErrReasonRequired,
		},
		rule{
			Name: "B-11 a confirmed payment is not cancelled", Given: []any{sparse(), registered(), confirmed()},
			When: because(cancel, "x"), Refused: payment.ErrState,
		},
		rule{
			Name: "B-11 a confirmed payment is reversed with the reason", Given: []any{sparse(), registered(), confirmed()},
			When: because(reverse, "退款"), Then: []any{reversed},
		},
		rule{
			Name: "B-11 a reversal needs a reason", Given: []any{sparse(), registered(), confirmed()},
			When: because(reverse, "123"), Refused: payment.ErrReasonRequired,
		},
		rule{
			Name: "B-11 what is not confirmed is not reversed", Given: []any{sparse(), registered()},
			When: because(reverse, "x"), Refused: payment.ErrState,
		},
		rule{
			Name: "B-11 a payment is reversed once", Given: []any{sparse(), registered(), confirmed(), reversed},
			When: because(reverse, "x"), Refused: payment.ErrState,
		},
		rule{
			Name: "B-11 a cancelled payment is over", Given: []any{sparse(), cancelled},
			When: register(), Refused: payment.ErrState,
		},
	)
}

func TestARefusedStepNamesBothStates(t *testing.T) {
	t.Parallel()
	_, err := confirm()(domaintest.Fold[state](sparse()))
	refusal, _ := domain.AsError(err)
	if refusal == nil || refusal.Params["state"] != "RESERVED" || refusal.Params["wanted"] != "CONFIRMED" {
		t.Errorf("got %+v", refusal)
	}
}

func TestAReplyHoldsNoPersonalData(t *testing.T) {
	t.Parallel()
	_, err := register(func(in *payment.Registering) { in.Source.Account = domain.NewPersonal("6222-secret") })(domaintest.Fold[state](sparse()))
	if err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("got %v", err)
	}
}
