package commands

import (
	"context"
	"strings"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/customer"
	"guishu/domain/identity"
	"guishu/domain/payment"
	"guishu/domain/staff"
	"guishu/eventstore"

	"github.com/google/uuid"
)

// illFormedPayment is what a payment that cannot be is refused with.
var illFormedPayment = []domain.Code{
	payment.ErrState, payment.ErrRequired, payment.ErrAmount, payment.ErrDate, domain.ErrMoneyOverflow,
	identity.ErrAccountFormat, identity.ErrCardChecksum, customer.ErrErased,
}

// BankSource is the account a payment comes from and the bank that keeps it
// (B-12).
type BankSource struct {
	HeadBank  string `json:"head_bank,omitempty" doc:"银行总行名称。 Name of the bank's head office."`
	Branch    string `json:"branch,omitempty" doc:"分行名称。 Name of the branch."`
	SubBranch string `json:"sub_branch,omitempty" doc:"支行名称。 Name of the sub-branch."`
	Account   string `json:"account,omitempty" doc:"划出银行账号。 The debit account."`
}

func (b BankSource) source() payment.Source {
	return payment.Source{
		HeadBank: b.HeadBank, Branch: b.Branch, SubBranch: b.SubBranch,
		Account: domain.NewPersonal(strings.TrimSpace(b.Account)),
	}
}

// paymentCase is what a decision about a payment rests on.
type paymentCase struct {
	*payment.State
	customer *customer.State
	at       ledger.Place
}

// thePayment is a payment at the unit of its deal, or one of the actor's own.
func thePayment(id domain.PaymentID) ledger.Target[paymentCase] {
	return ledger.Target[paymentCase]{
		ID: uuid.UUID(id), Stream: paymentStream(id),
		Load: func(ctx context.Context, t *ledger.Task) (found ledger.Found[paymentCase], err error) {
			state, err := ledger.Load[payment.State](ctx, t.Ledger(), paymentStream(id))
			if err != nil {
				return found, err
			}
			if !state.State.Known() {
				return found, domain.ErrQueryNotFoundOrOutOfScope
			}
			deal := state.State.Deal
			tree, err := t.Ledger().Tree(ctx)
			if err != nil {
				return found, err
			}
			who, err := ledger.Load[customer.State](ctx, t.Ledger(), customerStream(deal.Customer))
			at := ledger.PlaceOf(tree.Unit(deal.Unit)).IfOwn(deal.Advisor == t.Actor())
			return ledger.Found[paymentCase]{
				State: paymentCase{state.State, who.State, at}, Revision: state.Revision, Where: at,
			}, err
		},
	}
}

func paymentStream(id domain.PaymentID) eventstore.Stream {
	return ledger.StreamOf(payment.StreamPrefix, id)
}

// inRole is nil when the actor holds the role for the payment's unit (B-06).
func (p paymentCase) inRole(t *ledger.Task, role domain.Role) error {
	if t.May(func(who staff.Principal) bool { return who.HasRole(role, p.at.Path, p.at.Line) }) {
		return nil
	}
	return payment.ErrConfirmRole.With("role", string(role))
}

// canonicalDocument checks a document's number and gives the form in which it is
// compared; none is none.
func canonicalDocument(kind identity.DocumentType, number string, today domain.Date) (domain.Personal, error) {
	if strings.TrimSpace(number) == "" {
		return domain.Personal{}, nil
	}
	document, err := identityDocument(kind, number, today)
	if err != nil {
		return domain.Personal{}, err
	}
	return domain.NewPersonal(document.Number()), nil
}
