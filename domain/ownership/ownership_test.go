package ownership_test

import (
	"strings"
	"testing"

	"guishu/domain"
	"guishu/domain/customer"
	"guishu/domain/domaintest"
	"guishu/domain/identity"
	"guishu/domain/organisation"
	"guishu/domain/ownership"
	"guishu/domain/policy"
	"guishu/domain/staff"
)

var (
	unit        = domaintest.ID[domain.UnitID]
	staffID     = domaintest.ID[domain.StaffID]
	application = domaintest.ID[domain.ApplicationID]
	zhang       = domaintest.ID[domain.CustomerID]("zhang")
	mobile      = domain.NewPersonal("+8613800138000")
	rules       = policy.Default().Claim
)

const agency = domain.Agency

// bank is a county with two agency outlets and a self-operated one, and another
// county.
func bank() *organisation.Tree {
	below := func(name, parent string, kind domain.UnitKind, line domain.BusinessLine) organisation.UnitEstablished {
		return organisation.UnitEstablished{Unit: unit(name), Parent: unit(parent), Code: name, Name: name, Kind: kind, Line: line}
	}
	return domaintest.Fold[organisation.Tree](
		organisation.UnitEstablished{Unit: unit("bank"), Code: "bank", Name: "bank", Kind: domain.HeadOffice, Model: domain.Exclusive},
		below("county", "bank", domain.County, ""),
		below("far", "bank", domain.County, ""),
		below("north", "county", domain.Outlet, agency),
		below("south", "county", domain.Outlet, agency),
		below("self", "county", domain.Outlet, domain.SelfOperated),
		below("it", "bank", domain.HQIT, ""),
	)
}

// of is an active member of staff of a unit.
func of(name, at string) ownership.Person {
	return ownership.Person{Staff: staffID(name), Unit: bank().Unit(unit(at)), Active: true}
}

// at is the customer at home in a unit, with a phone on record.
func at(home string) ownership.Customer {
	return ownership.Customer{Customer: zhang, Home: bank().Unit(unit(home)), Phone: mobile}
}

// claim is an application of a kind by somebody of a unit for a customer of the
// north outlet.
func claim(name string, kind ownership.ApplicationKind, who, from string) ownership.ClaimFiled {
	return ownership.ClaimFiled{
		Application: application(name), Kind: kind, Customer: zhang, Line: agency,
		Applicant: staffID(who), Unit: unit(from), HomeUnit: unit("north"),
	}
}

func adjustment(name, by, to string) ownership.ClaimFiled {
	c := claim(name, ownership.AdjustRelation, by, "north")
	c.NewOwner, c.Reason = staffID(to), "on leave"
	return c
}

func dissolution(name, by string) ownership.ClaimFiled {
	c := claim(name, ownership.DissolveRelation, by, "north")
	c.Reason = "moved away"
	return c
}

func approved(name string) ownership.ClaimApproved {
	return ownership.ClaimApproved{Application: application(name), Approver: staffID("head")}
}

func established(name, who, from string) ownership.Established {
	return ownership.Established{Customer: zhang, Line: agency, Owner: staffID(who), Unit: unit(from), Application: application(name)}
}

func consented(name string) ownership.HomeHeadConsented {
	return ownership.HomeHeadConsented{Application: application(name), By: staffID("north-head")}
}

func superseded(name, winner string) ownership.ClaimSuperseded {
	return ownership.ClaimSuperseded{Application: application(name), Winner: application(winner)}
}

// owned is a slot that li of the north outlet owns.
func owned() []any {
	return []any{claim("1", ownership.EstablishRelation, "li", "north"), approved("1"), established("1", "li", "north")}
}

type (
	rule     = domaintest.Rule[ownership.State]
	decision = func(*ownership.State) ([]any, error)
)

func TestFile(t *testing.T) {
	in := ownership.Claim{Application: application("1"), Kind: ownership.EstablishRelation, Line: agency}
	file := func(in ownership.Claim, customer ownership.Customer, who ownership.Person, rules policy.ClaimRules) decision {
		return func(s *ownership.State) ([]any, error) { return s.File(in, customer, who, rules) }
	}
	second, third := in, in
	second.Application, third.Application = application("2"), application("3")
	cross := in
	cross.Kind = ownership.CrossInstitution
	unsaid := in
	unsaid.Kind = ""
	phoned := in
	phoned.Phone = "138-0013-8000"
	withPhone := claim("1", ownership.EstablishRelation, "li", "north")
	withPhone.Phone = mobile
	badPhone := in
	badPhone.Phone = "123"
	selfLine := in
	selfLine.Line = domain.SelfOperated
	noLine := in
	noLine.Line = ""
	change := in
	change.Kind = ownership.AdjustRelation
	li, wang, county := of("li", "north"), of("wang", "south"), of("chen", "county")
	left := li
	left.Active = false
	erased := at("north")
	erased.Erased = true
	full := li
	full.Owned = 3
	busy := in
	busy.FiledToday = 2
	off, free, serial, capped := rules, rules, rules, rules
	off.CrossInstitution, free.CrossInstitution, serial.ParallelApplications = policy.CrossOff, policy.CrossFree, false
	capped.MaxOwned, capped.MaxClaimsPerDay = 3, 2
	pending := claim("1", ownership.EstablishRelation, "li", "north")
	domaintest.Run(t,
		rule{Name: "A-05 a manager claims a customer of the own outlet", When: file(in, at("north"), li, rules), Then: []any{pending}},
		rule{Name: "A-05 and none of another outlet", When: file(in, at("south"), li, rules), Refused: ownership.ErrScopeOutlet},
		rule{Name: "A-06 a county's manager claims customers of the outlets below", When: file(in, at("north"), county, rules), Then: []any{claim("1", ownership.EstablishRelation, "chen", "county")}},
		rule{Name: "S-03 who works at a department has its customers within reach, not its parent's", When: file(in, at("north"), of("zhao", "it"), rules), Refused: ownership.ErrScopeSubtree},
		rule{Name: "A-06 and none of another county", When: file(in, at("far"), county, rules), Refused: ownership.ErrScopeSubtree},
		rule{Name: "A-07 nobody claims in a line that is not theirs", When: file(in, at("county"), of("zhao", "self"), rules), Refused: ownership.ErrLineMismatch},
		rule{Name: "A-07 a line is one of two", When: file(noLine, at("north"), li, rules), Refused: ownership.ErrLineMismatch, At: "line"},
		rule{Name: "A-08 self-operated staff do not claim agency customers", When: file(in, at("north"), of("zhao", "self"), rules), Refused: ownership.ErrCrossLine},
		rule{Name: "A-08 nor do they as a crossing", When: file(cross, at("north"), of("zhao", "self"), free), Refused: ownership.ErrCrossLine},
		rule{Name: "A-08 agency staff do not claim self-operated customers", When: file(selfLine, at("self"), li, rules), Refused: ownership.ErrCrossLine},
		rule{Name: "A-08 not even in their own line", When: file(in, at("self"), li, rules), Refused: ownership.ErrCrossLine},
		rule{Name: "A-08 a customer of another outlet is claimed across institutions", When: file(cross, at("north"), wang, rules), Then: []any{claim("1", ownership.CrossInstitution, "wang", "south")}},
		rule{Name: "A-08 which the policy may switch off", When: file(cross, at("north"), wang, off), Refused: ownership.ErrCrossInstitutionDisabled},
		rule{Name: "A-08 or leave to everybody", When: file(cross, at("north"), wang, free), Then: []any{claim("1", ownership.CrossInstitution, "wang", "south")}},
		rule{Name: "A-08 the kind follows from the place if nobody says", When: file(unsaid, at("north"), wang, rules), Then: []any{claim("1", ownership.CrossInstitution, "wang", "south")}},
		rule{Name: "A-09 the phone is kept with the application", When: file(phoned, at("north"), li, rules), Then: []any{withPhone}},
		rule{Name: "A-09 the phone is well-formed", When: file(badPhone, at("north"), li, rules), Refused: identity.ErrPhoneFormat, At: "phone"},
		rule{Name: "A-09 one waits for the own decision", Given: []any{pending}, When: file(second, at("north"), li, rules), Refused: ownership.ErrDuplicatePending},
		rule{Name: "A-09 several may apply at the same time", Given: []any{pending}, When: file(second, at("north"), county, rules), Then: []any{claim("2", ownership.EstablishRelation, "chen", "county")}},
		rule{Name: "A-09 unless the policy lets them wait", Given: []any{pending}, When: file(second, at("north"), county, serial), Refused: ownership.ErrPendingByOther},
		rule{Name: "A-73 who withdrew may apply again", Given: []any{pending, ownership.ClaimWithdrawn{Application: application("1")}}, When: file(second, at("north"), li, rules), Then: []any{claim("2", ownership.EstablishRelation, "li", "north")}},
		rule{Name: "A-76 an application's id is used once", Given: []any{pending, ownership.ClaimWithdrawn{Application: application("1")}}, When: file(in, at("north"), li, rules), Refused: domain.ErrIdempotencyKeyReused},
		rule{Name: "A-13 who is owned is not claimed", Given: owned(), When: file(third, at("north"), county, rules), Refused: ownership.ErrAlreadyOwned},
		rule{Name: "A-70 nor by the owner again", Given: owned(), When: file(third, at("north"), li, rules), Refused: ownership.ErrAlreadyOwned},
		rule{Name: "A-70 who was released may be claimed", Given: append(owned(), ownership.Dissolved{Customer: zhang, Line: agency, Owner: staffID("li")}), When: file(second, at("north"), li, rules), Then: []any{claim("2", ownership.EstablishRelation, "li", "north")}},
		rule{Name: "A-72 nobody owns more than the cap", When: file(in, at("north"), full, capped), Refused: ownership.ErrCapacity},
		rule{Name: "A-72 nobody files more a day than the cap", When: file(busy, at("north"), li, capped), Refused: ownership.ErrDailyLimit},
		rule{Name: "B-28 who left files nothing", When: file(in, at("north"), left, rules), Refused: staff.ErrInactive},
		rule{Name: "A-11 a change is not filed as a claim", When: file(change, at("north"), li, rules), Refused: domain.ErrFormValue, At: "kind"},
		rule{Name: "A-03 there is a customer", When: file(in, ownership.Customer{}, li, rules), Refused: domain.ErrQueryNotFoundOrOutOfScope},
		rule{Name: "an erased customer is not claimed", When: file(in, erased, li, rules), Refused: customer.ErrErased},
		rule{Name: "A-76 an application has an id", When: file(ownership.Claim{Kind: ownership.EstablishRelation, Line: agency}, at("north"), li, rules), Refused: domain.ErrFormRequired},
	)
}

func TestFileChange(t *testing.T) {
	li, wang, head := of("li", "north"), of("wang", "north"), of("head", "north")
	adjust := func(in ownership.Change, by, to ownership.Person, rules policy.ClaimRules) decision {
		return func(s *ownership.State) ([]any, error) {
			return s.FileAdjustment(in, at("north"), by, to, rules)
		}
	}
	dissolve := func(in ownership.Change, by ownership.Person) decision {
		return func(s *ownership.State) ([]any, error) { return s.FileDissolution(in, at("north"), by) }
	}
	own := ownership.Change{Application: application("2"), Reason: " on leave "}
	over := ownership.Change{Application: application("2"), Reason: "on leave", Supervises: true}
	leaves := ownership.Change{Application: application("2"), Reason: "moved away"}
	unreasoned, long := own, own
	unreasoned.Reason, long.Reason = "...", strings.Repeat("长", 501)
	left, full := wang, wang
	left.Active, full.Owned = false, 3
	off, capped := rules, rules
	off.CrossInstitution, capped.MaxOwned = policy.CrossOff, 3
	domaintest.Run(t,
		rule{Name: "A-70 an owner asks to hand a customer over", Given: owned(), When: adjust(own, li, wang, rules), Then: []any{adjustment("2", "li", "wang")}},
		rule{Name: "A-71 a head asks to, for whoever is away", Given: owned(), When: adjust(over, head, wang, rules), Then: []any{adjustment("2", "head", "wang")}},
		rule{Name: "A-70 nobody else does", Given: owned(), When: adjust(own, head, wang, rules), Refused: ownership.ErrNotOwner},
		rule{Name: "A-70 there is an owner to hand over from", When: adjust(own, li, wang, rules), Refused: ownership.ErrNotOwned},
		rule{Name: "A-70 a customer is handed to somebody else", Given: owned(), When: adjust(over, head, li, rules), Refused: ownership.ErrSameOwner, At: "new_owner"},
		rule{Name: "A-08 a customer is not handed across lines", Given: owned(), When: adjust(over, head, of("zhao", "self"), rules), Refused: ownership.ErrCrossLine, At: "new_owner"},
		rule{Name: "A-08 nor across institutions where that is switched off", Given: owned(), When: adjust(over, head, of("sun", "south"), off), Refused: ownership.ErrCrossInstitutionDisabled},
		rule{Name: "B-27 a customer is handed to somebody active", Given: owned(), When: adjust(over, head, left, rules), Refused: staff.ErrInactive, At: "new_owner"},
		rule{Name: "A-72 a customer is handed to somebody with room", Given: owned(), When: adjust(over, head, full, capped), Refused: ownership.ErrCapacity},
		rule{Name: "A-70 handing over has a reason", Given: owned(), When: adjust(unreasoned, li, wang, rules), Refused: domain.ErrFormRequired, At: "reason"},
		rule{Name: "A-70 a reason ends somewhere", Given: owned(), When: adjust(long, li, wang, rules), Refused: domain.ErrFormValue, At: "reason"},
		rule{Name: "A-09 one waits for the own decision", Given: append(owned(), dissolution("3", "li")), When: adjust(own, li, wang, rules), Refused: ownership.ErrDuplicatePending},
		rule{Name: "A-70 an owner asks to release a customer", Given: owned(), When: dissolve(leaves, li), Then: []any{dissolution("2", "li")}},
		rule{Name: "A-70 nobody else does that either", Given: owned(), When: dissolve(leaves, wang), Refused: ownership.ErrNotOwner},
		rule{Name: "A-70 there is an owner to release", When: dissolve(leaves, li), Refused: ownership.ErrNotOwned},
		rule{Name: "A-70 releasing has a reason", Given: owned(), When: dissolve(ownership.Change{Application: application("2")}, li), Refused: domain.ErrFormRequired, At: "reason"},
	)
}

func TestApprove(t *testing.T) {
	li, chen, wang := of("li", "north"), of("chen", "county"), of("wang", "south")
	approve := func(name, by string, customer ownership.Customer, gains ownership.Person, rules policy.ClaimRules) decision {
		return func(s *ownership.State) ([]any, error) {
			return s.Approve(ownership.Approval{Application: application(name), Approver: staffID(by)}, customer, gains, rules)
		}
	}
	phoneless := at("north")
	phoneless.Phone = domain.Personal{}
	unreadable, erased := at("north"), at("north")
	unreadable.Phone, erased.Erased = domain.ErasedPersonal(), true
	filed := claim("1", ownership.EstablishRelation, "li", "north")
	phoned := filed
	phoned.Phone = mobile
	rival := claim("2", ownership.EstablishRelation, "chen", "county")
	crossing := claim("1", ownership.CrossInstitution, "wang", "south")
	off, free, capped := rules, rules, rules
	off.CrossInstitution, free.CrossInstitution, capped.MaxOwned = policy.CrossOff, policy.CrossFree, 3
	left, full := li, li
	left.Active, full.Owned = false, 3
	won := []any{approved("1"), established("1", "li", "north")}
	domaintest.Run(t,
		rule{Name: "A-14 an approved claim makes an owner", Given: []any{filed}, When: approve("1", "head", at("north"), li, rules), Then: won},
		rule{Name: "A-13 the application's phone is enough", Given: []any{phoned}, When: approve("1", "head", phoneless, li, rules), Then: won},
		rule{Name: "A-13 a phone is mandatory at approval", Given: []any{filed}, When: approve("1", "head", phoneless, li, rules), Refused: ownership.ErrPhoneRequired},
		rule{Name: "A-13 an erased phone is none", Given: []any{filed}, When: approve("1", "head", unreadable, li, rules), Refused: ownership.ErrPhoneRequired},
		rule{Name: "nobody gains an erased customer", Given: []any{filed}, When: approve("1", "head", erased, li, rules), Refused: customer.ErrErased},
		rule{Name: "A-70 an erased customer is released", Given: append(owned(), dissolution("2", "li")), When: approve("2", "head", erased, ownership.Person{}, rules),
			Then: []any{approved("2"), ownership.Dissolved{Customer: zhang, Line: agency, Owner: staffID("li"), Application: application("2"), Reason: "moved away"}}},
		rule{Name: "A-13 rivals are superseded in the same decision", Given: []any{filed, rival}, When: approve("1", "head", at("north"), li, rules),
			Then: append(won[:2:2], superseded("2", "1"))},
		rule{Name: "A-13 a later application may win", Given: []any{filed, rival}, When: approve("2", "head", at("north"), chen, rules),
			Then: []any{approved("2"), established("2", "chen", "county"), superseded("1", "2")}},
		rule{Name: "A-13 the loser is told that the customer is owned", Given: append([]any{filed, rival}, append(won[:2:2], superseded("2", "1"))...),
			When: approve("2", "head", at("north"), chen, rules), Refused: ownership.ErrAlreadyOwned},
		rule{Name: "A-14 what is approved is not approved again", Given: owned(), When: approve("1", "head", at("north"), li, rules), Refused: ownership.ErrNotPending},
		rule{Name: "A-14 what is rejected is not approved", Given: []any{filed, ownership.ClaimRejected{Application: application("1")}}, When: approve("1", "head", at("north"), li, rules), Refused: ownership.ErrNotPending},
		rule{Name: "A-73 what is withdrawn is not approved", Given: []any{filed, ownership.ClaimWithdrawn{Application: application("1")}}, When: approve("1", "head", at("north"), li, rules), Refused: ownership.ErrNotPending},
		rule{Name: "A-14 nobody approves the own application", Given: []any{filed}, When: approve("1", "li", at("north"), li, rules), Refused: ownership.ErrSelfApproval},
		rule{Name: "A-14 nobody approves the own gain", Given: append(owned(), adjustment("2", "li", "head")), When: approve("2", "head", at("north"), of("head", "north"), rules), Refused: ownership.ErrSelfApproval},
		rule{Name: "A-14 an unknown application is not found", When: approve("1", "head", at("north"), li, rules), Refused: domain.ErrQueryNotFoundOrOutOfScope},
		rule{Name: "B-28 who left in the meantime becomes no owner", Given: []any{filed}, When: approve("1", "head", at("north"), left, rules), Refused: staff.ErrInactive},
		rule{Name: "A-05 who moved to another outlet in the meantime becomes no owner", Given: []any{filed}, When: approve("1", "head", at("north"), of("li", "south"), rules), Refused: ownership.ErrScopeOutlet},
		rule{Name: "A-08 who moved to the other line in the meantime becomes no owner", Given: []any{filed}, When: approve("1", "head", at("north"), of("li", "self"), rules), Refused: ownership.ErrCrossLine},
		rule{Name: "A-72 who has no room any more becomes no owner", Given: []any{filed}, When: approve("1", "head", at("north"), full, capped), Refused: ownership.ErrCapacity},
		rule{Name: "A-70 it is the applicant who becomes owner", Given: []any{filed}, When: approve("1", "head", at("north"), chen, rules), Refused: staff.ErrUnknown},

		rule{Name: "A-08 a crossing needs the consent of the home outlet's head", Given: []any{crossing}, When: approve("1", "head", at("north"), wang, rules), Refused: ownership.ErrSecondApproverRequired},
		rule{Name: "A-08 the one who consented is not the approver", Given: []any{crossing, consented("1")}, When: approve("1", "north-head", at("north"), wang, rules), Refused: ownership.ErrSecondApproverRequired},
		rule{Name: "A-08 a crossing with consent is approved", Given: []any{crossing, consented("1")}, When: approve("1", "head", at("north"), wang, rules),
			Then: []any{approved("1"), established("1", "wang", "south")}},
		rule{Name: "A-08 a free crossing needs no consent", Given: []any{crossing}, When: approve("1", "head", at("north"), wang, free),
			Then: []any{approved("1"), established("1", "wang", "south")}},
		rule{Name: "A-08 a crossing is not approved once they are switched off", Given: []any{crossing, consented("1")}, When: approve("1", "head", at("north"), wang, off), Refused: ownership.ErrCrossInstitutionDisabled},

		rule{Name: "A-70 an approved adjustment changes the owner", Given: append(owned(), adjustment("2", "li", "wang")), When: approve("2", "head", at("north"), of("wang", "north"), rules),
			Then: []any{approved("2"), ownership.Adjusted{Customer: zhang, Line: agency, From: staffID("li"), To: staffID("wang"), Unit: unit("north"), Application: application("2"), Reason: "on leave"}}},
		rule{Name: "A-13 an adjustment needs a phone", Given: append(owned(), adjustment("2", "li", "wang")), When: approve("2", "head", phoneless, of("wang", "north"), rules), Refused: ownership.ErrPhoneRequired},
		rule{Name: "A-08 an adjustment to another outlet needs consent", Given: append(owned(), adjustment("2", "li", "wang")), When: approve("2", "head", at("north"), wang, rules), Refused: ownership.ErrSecondApproverRequired},
		rule{Name: "A-70 an approved dissolution leaves nobody, phone or not", Given: append(owned(), dissolution("2", "li")), When: approve("2", "head", phoneless, ownership.Person{}, rules),
			Then: []any{approved("2"), ownership.Dissolved{Customer: zhang, Line: agency, Owner: staffID("li"), Application: application("2"), Reason: "moved away"}}},
		rule{Name: "A-70 a change supersedes other changes", Given: append(owned(), dissolution("2", "li"), adjustment("3", "boss", "wang")), When: approve("2", "head", at("north"), ownership.Person{}, rules),
			Then: []any{approved("2"), ownership.Dissolved{Customer: zhang, Line: agency, Owner: staffID("li"), Application: application("2"), Reason: "moved away"}, superseded("3", "2")}},
		rule{Name: "A-70 a superseded change is not pending", Given: append(owned(), adjustment("2", "li", "wang"), superseded("2", "9")), When: approve("2", "head", at("north"), of("wang", "north"), rules), Refused: ownership.ErrNotPending},
	)
}

func TestConsentRejectWithdraw(t *testing.T) {
	crossing := claim("1", ownership.CrossInstitution, "wang", "south")
	filed := claim("1", ownership.EstablishRelation, "li", "north")
	consent := func(name, by string, heads bool) decision {
		return func(s *ownership.State) ([]any, error) {
			return s.Consent(ownership.Consent{Application: application(name), By: staffID(by), HeadsHome: heads})
		}
	}
	reject := func(by, reason string) decision {
		return func(s *ownership.State) ([]any, error) {
			return s.Reject(ownership.Rejection{Application: application("1"), Approver: staffID(by), Reason: reason}, rules)
		}
	}
	withdraw := func(name, by string) decision {
		return func(s *ownership.State) ([]any, error) { return s.Withdraw(application(name), staffID(by)) }
	}
	withdrawn := ownership.ClaimWithdrawn{Application: application("1")}
	lax := rules
	lax.RejectReasonRunes = 0
	domaintest.Run(t,
		rule{Name: "A-08 the home outlet's head consents", Given: []any{crossing}, When: consent("1", "north-head", true), Then: []any{consented("1")}},
		rule{Name: "A-08 no other head does", Given: []any{crossing}, When: consent("1", "head", false), Refused: ownership.ErrOutOfJurisdiction},
		rule{Name: "A-08 one consent is enough", Given: []any{crossing, consented("1")}, When: consent("1", "north-head", true), Refused: ownership.ErrNotPending},
		rule{Name: "A-08 a claim within the outlet needs none", Given: []any{filed}, When: consent("1", "north-head", true), Refused: domain.ErrFormValue},
		rule{Name: "A-08 nobody consents to the own application", Given: []any{crossing}, When: consent("1", "wang", true), Refused: ownership.ErrSelfApproval},
		rule{Name: "A-08 nobody consents to what is decided", Given: []any{crossing, withdrawn}, When: consent("1", "north-head", true), Refused: ownership.ErrNotPending},
		rule{Name: "A-14 an application is rejected with a reason", Given: []any{filed}, When: reject("head", " 电话不符 "),
			Then: []any{ownership.ClaimRejected{Application: application("1"), Approver: staffID("head"), Reason: "电话不符"}}},
		rule{Name: "A-14 a rejection has a reason", Given: []any{filed}, When: reject("head", "  "), Refused: ownership.ErrRejectReasonRequired},
		rule{Name: "A-14 a rejection has a reason in words (S-14)", Given: []any{filed}, When: reject("head", "。。。"), Refused: ownership.ErrRejectReasonRequired},
		rule{Name: "A-14 a rejection has a reason of characters that somebody sees (S-14)", Given: []any{filed}, When: reject("head", "不\u200b\u200b"), Refused: ownership.ErrRejectReasonRequired},
		rule{Name: "A-14 of two characters", Given: []any{filed}, When: reject("head", "不"), Refused: ownership.ErrRejectReasonRequired},
		rule{Name: "A-14 of one at least, whatever the policy says", Given: []any{filed}, When: func(s *ownership.State) ([]any, error) {
			return s.Reject(ownership.Rejection{Application: application("1"), Approver: staffID("head")}, lax)
		}, Refused: ownership.ErrRejectReasonRequired},
		rule{Name: "A-14 nobody rejects the own application", Given: []any{filed}, When: reject("li", "because"), Refused: ownership.ErrSelfApproval},
		rule{Name: "A-14 what is decided is not rejected", Given: owned(), When: reject("head", "because"), Refused: ownership.ErrNotPending},
		rule{Name: "A-73 an applicant withdraws", Given: []any{filed}, When: withdraw("1", "li"), Then: []any{withdrawn}},
		rule{Name: "A-73 nobody else does", Given: []any{filed}, When: withdraw("1", "chen"), Refused: ownership.ErrNotApplicant},
		rule{Name: "A-73 what is decided is not withdrawn", Given: owned(), When: withdraw("1", "li"), Refused: ownership.ErrNotPending},
		rule{Name: "A-73 what is withdrawn is not withdrawn again", Given: []any{filed, withdrawn}, When: withdraw("1", "li"), Refused: ownership.ErrNotPending},
		rule{Name: "A-73 what was never filed is not found", When: withdraw("1", "li"), Refused: domain.ErrQueryNotFoundOrOutOfScope},
	)
}

func TestStream(t *testing.T) {
	t.Parallel()
	if got := ownership.StreamOf(zhang, agency); got != "ownership-"+zhang.String()+"-AGENCY" {
		t.Errorf("A-07 a slot is a customer in a line: %s", got)
	}
}

// A race of two hundred: the decision that supersedes them all, and the cost of
// one more claim on such a slot.
func BenchmarkCrowdedSlot(b *testing.B) {
	var given []any
	for i := range 200 {
		given = append(given, claim(string(rune(i)), ownership.EstablishRelation, string(rune(i)), "north"))
	}
	state := domaintest.Fold[ownership.State](given...)
	customer, late := at("north"), of("late", "north")
	winner := of(string(rune(7)), "north")
	b.Run("approve", func(b *testing.B) {
		for b.Loop() {
			if _, err := state.Approve(ownership.Approval{Application: application(string(rune(7))), Approver: staffID("head")}, customer, winner, rules); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("file, clone and apply", func(b *testing.B) {
		for b.Loop() {
			events, err := state.File(ownership.Claim{Application: application("late"), Line: agency}, customer, late, rules)
			if err != nil {
				b.Fatal(err)
			}
			state.Clone().Apply(events[0], domain.Fact{})
		}
	})
}
