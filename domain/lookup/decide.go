package lookup

import (
	"strings"
	"unicode/utf8"

	"guishu/domain"
	"guishu/domain/ownership"
	"guishu/domain/policy"
	"guishu/domain/staff"
)

// Answer is what a look-up found: one reason where the customer cannot be claimed
//
type Answer string

// The values of Answer.
const (
	Claimable      Answer = "CLAIMABLE"
	AlreadyClaimed Answer = "ALREADY_CLAIMED"
	OtherOutlet    Answer = "OTHER_OUTLET"
	OtherLine      Answer = "OTHER_LINE"
	NoSuchCustomer Answer = "NO_SUCH_CUSTOMER"
	NameMismatch   Answer = "NAME_MISMATCH" // the document is a customer's, of another name
	Attachable     Answer = "ATTACHABLE"    // to LookUpToAttach, in place of Claimable
	Exclusive      Answer = "EXCLUSIVE"     // to LookUpToAttach: the home unit attaches nobody
)

// Answers is every answer.
var Answers = domain.NewEnumeration(domain.ErrFormValue.At("answer"),
	domain.Named(Claimable, "可认领", "claimable"),
	domain.Named(AlreadyClaimed, "已被认领", "already claimed"),
	domain.Named(OtherOutlet, "非本网点客户", "another outlet's"),
	domain.Named(OtherLine, "非本条线客户", "the other line's"),
	domain.Named(NoSuchCustomer, "没有此客户", "no such customer"),
	domain.Named(NameMismatch, "证件与姓名不符", "document and name differ"),
	domain.Named(Attachable, "可申请下挂", "attachable"),
	domain.Named(Exclusive, "归属机构不采用下挂方式", "of a unit that attaches nobody"),
)

// Valid says whether a is one of Answers.
func (a Answer) Valid() bool { return Answers.Valid(a) }

// Words is every value with its names.
func (Answer) Words() []domain.Word { return Answers.Words() }

// Question is a look-up: who asks, by what kind of key, for which line and kind
// of application.
type Question struct {
	By   Means
	Line domain.BusinessLine
	Kind ownership.ApplicationKind // ESTABLISH finds customers within reach, CROSS_INSTITUTION those beyond it too
}

// Found is the customer a key belongs to; the zero Found is none.
type Found struct {
	Customer    ownership.Customer
	Owner       domain.StaffID // of the slot, zero for none
	NameDiffers bool           // the typed name is not the customer's
}

// LookUp answers a look-up and puts it on record, whatever the answer, so that
// nobody can search the ledger unseen. It refuses with
// claim/lookup-limit when the day's quota is used up; nothing is answered then.
func (s *State) LookUp(q Question, found Found, asker ownership.Person, rules policy.ClaimRules) ([]any, Answer, error) {
	switch {
	case !asker.Active:
		return nil, "", staff.ErrInactive
	case !q.By.Valid():
		return nil, "", ErrKeysMissing
	case !q.Line.Valid():
		return nil, "", ownership.ErrLineMismatch.At("line")
	case q.Kind != "" && q.Kind != ownership.EstablishRelation && q.Kind != ownership.CrossInstitution:
		return nil, "", domain.ErrFormValue.At("kind")
	}
	if err := s.within(rules); err != nil {
		return nil, "", err
	}
	answer := judge(q, found, asker, rules)
	return []any{lookedUp(q.By, answer, found, asker)}, answer, nil
}

// judge gives the first reason that holds against claiming the customer.
func judge(q Question, found Found, asker ownership.Person, rules policy.ClaimRules) Answer {
	home := found.Customer.Home
	near := asker.KindFor(home) == ownership.EstablishRelation
	crossing := q.Kind == ownership.CrossInstitution && rules.CrossInstitution != policy.CrossOff
	switch {
	case found.Customer.Customer.IsZero():
		return NoSuchCustomer
	case found.NameDiffers:
		return NameMismatch
	case !home.Serves(q.Line) || !asker.Unit.Serves(q.Line):
		return OtherLine
	case !near && !crossing:
		return OtherOutlet
	case !found.Owner.IsZero():
		return AlreadyClaimed
	}
	return Claimable
}

// Refusal is what the asker is told when the customer cannot be claimed; nil for
// a claimable one. Ordinary staff are told as much as the policy discloses,
// by default only that there is nothing to claim; approvers always the exact
// reason. The owner is named, by id, only where the policy says so.
func (a Answer) Refusal(owner domain.StaffID, approver bool, disclosure policy.Disclosure) error {
	switch {
	case a == Claimable:
		return nil
	case a == NameMismatch:
		return ErrNameIDMismatch
	case !approver && disclosure != policy.Exact && disclosure != policy.ExactWithOwner:
		return ErrNotClaimable
	}
	refusal := ErrNotClaimable.With("reason", string(a))
	if a == AlreadyClaimed && disclosure == policy.ExactWithOwner && !owner.IsZero() {
		refusal = refusal.With("owner", owner.String())
	}
	return refusal
}

// longestPurpose is the most characters a purpose may have.
const longestPurpose = 200

// Reveal records who is about to see which fields in clear and what for, before
// anything is shown (C-04). Which fields the reader may reveal is for
// staff.Principal to say.
func Reveal(customer domain.CustomerID, staff domain.StaffID, fields []string, purpose string, rules policy.MaskingRules) ([]any, error) {
	purpose = strings.TrimSpace(purpose)
	switch {
	case customer.IsZero() || staff.IsZero():
		return nil, domain.ErrQueryNotFoundOrOutOfScope
	case len(fields) == 0:
		return nil, domain.ErrFormRequired.At("fields")
	case !utf8.ValidString(purpose) || utf8.RuneCountInString(purpose) > longestPurpose:
		return nil, domain.ErrFormValue.At("purpose")
	case domain.Wordless(purpose) && (purpose != "" || rules.RevealNeedsPurpose):
		return nil, ErrPurposeRequired.At("purpose")
	}
	return []any{Revealed{Customer: customer, Staff: staff, Fields: fields, Purpose: purpose}}, nil
}
