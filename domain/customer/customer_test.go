package customer_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"guishu/domain"
	"guishu/domain/customer"
	"guishu/domain/domaintest"
	"guishu/domain/identity"
	"guishu/domain/organisation"

	"pgregory.net/rapid"
)

var (
	unit        = domaintest.ID[domain.UnitID]
	person      = domaintest.ID[domain.StaffID]
	zhang       = domaintest.ID[domain.CustomerID]("zhang")
	application = domaintest.ID[domain.ApplicationID]("application")
	payment     = domaintest.ID[domain.PaymentID]
	personal    = domain.NewPersonal

	outlet = organisation.Unit{ID: unit("outlet"), Kind: domain.Outlet, Model: domain.Exclusive, Line: domain.Agency}
	branch = organisation.Unit{ID: unit("branch"), Kind: domain.Branch, Model: domain.Attached}
	gone   = organisation.Unit{ID: unit("gone"), Kind: domain.Branch, Model: domain.Attached, Closed: true}

	advisor = customer.Advisor{Staff: person("advisor"), Active: true}
)

// The numbers are valid in form and belong to nobody: region 110105, born on
// 1949-12-31, and a credit code in the national range.
const (
	woman   = "11010519491231002X"
	another = "440524188001010014"
	firm    = "91350100M000100Y43"
)

type rule = domaintest.Rule[customer.State]

func day(text string) domain.Date {
	d, err := domain.ParseDate(text)
	if err != nil {
		panic(err)
	}
	return d
}

var today = day("2026-05-20")

// prospect is a person with what a potential customer needs.
func prospect() customer.Registration {
	return customer.Registration{
		Customer: zhang, Party: domain.Person, Advisor: advisor.Staff,
		Fields: customer.Fields{Name: "张晓梅", Phone: "138 0013 8000", Source: customer.SourceOwn},
	}
}

func registered() customer.Registered {
	return customer.Registered{
		Customer: zhang, Party: domain.Person, Name: personal("张晓梅"), Phone: personal("+8613800138000"),
		HomeUnit: branch.ID, Source: customer.SourceOwn, Advisor: advisor.Staff,
	}
}

// identified is registered with a document.
func identified() customer.Registered {
	r := registered()
	r.IdentityType, r.IdentityNumber = identity.ResidentCard, personal(woman)
	r.Details.Birthday, r.Details.Gender = personal("1949-12-31"), personal("FEMALE")
	return r
}

func formal() customer.BecameFormal {
	return customer.BecameFormal{Customer: zhang, Payment: payment("first")}
}

func erased() customer.Erased { return customer.Erased{Customer: zhang, Basis: "PIPL 47"} }

func TestRegister(t *testing.T) {
	register := func(home organisation.Unit, change func(*customer.Registration)) func(*customer.State) ([]any, error) {
		return func(s *customer.State) ([]any, error) {
			in := prospect()
			change(&in)
			return s.Register(in, home, advisor, today)
		}
	}
	same := func(*customer.Registration) {}
	fields := func(change func(*customer.Fields)) func(*customer.Registration) {
		return func(r *customer.Registration) { change(&r.Fields) }
	}
	bare := func(r *customer.Registration) {
		r.Fields.Phone, r.Fields.Source, r.Advisor = "", "", domain.StaffID{}
	}
	imported := registered()
	imported.Phone, imported.Source, imported.Advisor = domain.Personal{}, "", domain.StaffID{}
	imported.Exceptions = []domain.Exception{{Code: "customer/required", Fields: []string{"phone", "source", "advisor"}}}
	atOutlet := registered()
	atOutlet.HomeUnit, atOutlet.Advisor = outlet.ID, domain.StaffID{}
	extended := fields(func(f *customer.Fields) { f.Phone = "025-84567890 转 801" })
	reached := registered()
	reached.HomeUnit, reached.Phone = outlet.ID, personal("+862584567890 ext. 801")
	channel := registered()
	channel.Source, channel.ChannelType, channel.Nature = customer.SourceChannel, customer.ChannelBank, domain.ThroughChannel
	company := customer.Registered{
		Customer: zhang, Party: domain.Organisation, Name: personal("福州某某有限公司"), Phone: personal("+86591" + "87654321"),
		IdentityType: identity.SocialCreditCode, IdentityNumber: personal(firm), HomeUnit: branch.ID, Source: customer.SourceOwn,
		Advisor: advisor.Staff, Details: customer.Details{ContactPerson: personal("李娜")},
	}
	companyFields := customer.Fields{
		Name: "福州某某有限公司", Phone: "0591-87654321", Source: customer.SourceOwn, ContactPerson: "李娜",
		IdentityType: identity.SocialCreditCode, IdentityNumber: strings.ToLower(firm),
	}
	domaintest.Run(t,
		rule{Name: "B-09 a prospect needs name, phone, source and advisor", When: register(branch, same), Then: []any{registered()}},
		rule{Name: "B-08 a customer is registered once", Given: []any{registered()}, When: register(branch, same), Refused: domain.ErrIdempotencyKeyReused},
		rule{Name: "B-09 a name is required", When: register(branch, fields(func(f *customer.Fields) { f.Name = " " })), Refused: customer.ErrRequired, At: "name"},
		rule{Name: "B-09 a name is required of history too", When: register(branch, func(r *customer.Registration) { r.Fields.Name, r.Provenance = "", domain.ApprovedHistory }), Refused: customer.ErrRequired, At: "name"},
		rule{Name: "A-16 a phone is required", When: register(branch, fields(func(f *customer.Fields) { f.Phone = "" })), Refused: customer.ErrRequired, At: "phone"},
		rule{Name: "A-16 a phone is well-formed", When: register(branch, fields(func(f *customer.Fields) { f.Phone = "12345" })), Refused: identity.ErrPhoneFormat, At: "phone"},
		rule{Name: "A-16 a phone keeps its extension", When: register(outlet, extended), Then: []any{reached}},
		rule{Name: "A-16 an imported phone is well-formed too", When: register(branch, func(r *customer.Registration) { r.Fields.Phone, r.Provenance = "12345", domain.ApprovedHistory }), Refused: identity.ErrPhoneFormat, At: "phone"},
		rule{Name: "B-09 a source is required", When: register(branch, fields(func(f *customer.Fields) { f.Source = "" })), Refused: customer.ErrRequired, At: "source"},
		rule{Name: "B-09 a source is from the list", When: register(branch, fields(func(f *customer.Fields) { f.Source = "LUCK" })), Refused: domain.ErrFormValue, At: "source"},
		rule{Name: "B-09 a channel has a type", When: register(branch, fields(func(f *customer.Fields) { f.Source = customer.SourceChannel })), Refused: customer.ErrChannelTypeRequired, At: "channel_type"},
		rule{Name: "B-09 a channel's customer is registered with its type", When: register(branch, func(r *customer.Registration) {
			r.Fields.Source, r.Fields.ChannelType, r.Nature = customer.SourceChannel, customer.ChannelBank, domain.ThroughChannel
		}), Then: []any{channel}},
		rule{Name: "B-09 only a channel has a type", When: register(branch, fields(func(f *customer.Fields) { f.ChannelType = customer.ChannelBank })), Refused: domain.ErrFormValue, At: "channel_type"},
		rule{Name: "B-09 an advisor is required where customers are attached", When: register(branch, func(r *customer.Registration) { r.Advisor = domain.StaffID{} }), Refused: customer.ErrRequired, At: "advisor"},
		rule{Name: "B-09 no advisor is required where customers are owned", When: register(outlet, func(r *customer.Registration) { r.Advisor = domain.StaffID{} }), Then: []any{atOutlet}},
		rule{Name: "B-09 the advisor is known", When: register(branch, func(r *customer.Registration) { r.Advisor = person("nobody") }), Refused: customer.ErrAdvisorUnknown, At: "advisor"},
		rule{Name: "B-09 the advisor is active", When: func(s *customer.State) ([]any, error) {
			return s.Register(prospect(), branch, customer.Advisor{Staff: advisor.Staff}, today)
		}, Refused: customer.ErrAdvisorUnknown},
		rule{Name: "B-31 the advisor of history may have left", When: func(s *customer.State) ([]any, error) {
			in := prospect()
			in.Provenance = domain.ApprovedHistory
			return s.Register(in, branch, customer.Advisor{Staff: advisor.Staff}, today)
		}, Then: []any{registered()}},
		rule{Name: "B-16 history may lack fields, on record", When: register(branch, func(r *customer.Registration) { bare(r); r.Provenance = domain.ApprovedHistory }), Then: []any{imported}},
		rule{Name: "B-09 all that is missing is said at once", When: register(branch, bare), Refused: customer.ErrRequired, At: "phone"},
		rule{Name: "B-09 the home unit is open", When: register(gone, same), Refused: organisation.ErrClosed, At: "home_unit"},
		rule{Name: "B-09 the home unit exists, for history too", When: register(organisation.Unit{}, func(r *customer.Registration) { r.Provenance = domain.ApprovedHistory }), Refused: organisation.ErrUnknown, At: "home_unit"},
		rule{Name: "B-08 a customer is a person or an organisation", When: register(branch, func(r *customer.Registration) { r.Party = "DOG" }), Refused: domain.ErrFormValue, At: "party"},
		rule{Name: "A-58 an organisation has a credit code and a contact person", When: register(branch, func(r *customer.Registration) { r.Party, r.Fields = domain.Organisation, companyFields }), Then: []any{company}},
		rule{Name: "A-58 a contact person is required", When: register(branch, func(r *customer.Registration) {
			r.Party, r.Fields = domain.Organisation, companyFields
			r.Fields.ContactPerson = ""
		}), Refused: customer.ErrRequired, At: "contact_person"},
		rule{Name: "B-09 an organisation has no resident card", When: register(branch, func(r *customer.Registration) {
			r.Party, r.Fields = domain.Organisation, companyFields
			r.Fields.IdentityType, r.Fields.IdentityNumber = identity.ResidentCard, woman
		}), Refused: identity.ErrIDType, At: "identity_type"},
		rule{Name: "B-09 a document tells birthday and gender", When: register(branch, fields(func(f *customer.Fields) {
			f.IdentityType, f.IdentityNumber = identity.ResidentCard, "11010519491231002x"
		})), Then: []any{identified()}},
		rule{Name: "B-09 a birthday agrees with the document", When: register(branch, fields(func(f *customer.Fields) {
			f.IdentityType, f.IdentityNumber, f.Birthday = identity.ResidentCard, woman, "1949-12-30"
		})), Refused: customer.ErrBirthdayMismatch, At: "birthday"},
		rule{Name: "B-09 a gender agrees with the document", When: register(branch, fields(func(f *customer.Fields) {
			f.IdentityType, f.IdentityNumber, f.Gender = identity.ResidentCard, woman, identity.Male
		})), Refused: domain.ErrFormValue, At: "gender"},
		rule{Name: "A-04 a number has a right check digit", When: register(branch, fields(func(f *customer.Fields) {
			f.IdentityType, f.IdentityNumber = identity.ResidentCard, "110105194912310021"
		})), Refused: identity.ErrIDChecksum, At: "identity_number"},
		rule{Name: "A-04 a number has a type", When: register(branch, fields(func(f *customer.Fields) { f.IdentityNumber = woman })), Refused: customer.ErrRequired, At: "identity_type"},
		rule{Name: "A-04 a type has a number", When: register(branch, fields(func(f *customer.Fields) { f.IdentityType = identity.ResidentCard })), Refused: customer.ErrRequired, At: "identity_number"},
		rule{Name: "B-09 a birthday is a day", When: register(branch, fields(func(f *customer.Fields) { f.Birthday = "1990-02-30" })), Refused: domain.ErrFormDateFormat, At: "birthday"},
		rule{Name: "B-09 nobody is born tomorrow", When: register(branch, fields(func(f *customer.Fields) { f.Birthday = "2026-05-21" })), Refused: domain.ErrFormValue, At: "birthday"},
		rule{Name: "B-12 a bank account is well-formed", When: register(branch, fields(func(f *customer.Fields) { f.BankAccount = "6222x" })), Refused: identity.ErrAccountFormat, At: "bank_account"},
		rule{Name: "A-25 a customer number is well-formed", When: register(branch, func(r *customer.Registration) { r.CustomerNo = "12 34" }), Refused: customer.ErrNumberFormat, At: "customer_no"},
		rule{Name: "B-09 a nature is from the list", When: register(branch, func(r *customer.Registration) { r.Nature = "SHY" }), Refused: domain.ErrFormValue, At: "nature"},
		rule{Name: "B-09 a gender is from the list", When: register(branch, fields(func(f *customer.Fields) { f.Gender = "YES" })), Refused: domain.ErrFormValue, At: "gender"},
		rule{Name: "B-09 an address is printable", When: register(branch, fields(func(f *customer.Fields) { f.Address = "a\x00" })), Refused: domain.ErrFormValue, At: "address"},
		rule{Name: "B-09 a remark ends somewhere", When: register(branch, fields(func(f *customer.Fields) { f.Remark = strings.Repeat("长", 2001) })), Refused: domain.ErrFormValue, At: "remark"},
	)
}

func TestSupplement(t *testing.T) {
	attached := customer.Relation{Attached: true}
	supplement := func(relation customer.Relation, in customer.Supplement) func(*customer.State) ([]any, error) {
		return func(s *customer.State) ([]any, error) { return s.Supplement(in, relation, today) }
	}
	address := customer.Supplement{Fields: customer.Fields{Address: " 福建省福州市鼓楼区某路 1 号 "}}
	addressed := customer.Supplemented{Customer: zhang, Details: customer.Details{Address: personal("福建省福州市鼓楼区某路 1 号")}}
	change := func(f customer.Fields) customer.Supplement { return customer.Supplement{Fields: f} }
	clear := func(names ...string) customer.Supplement { return customer.Supplement{Cleared: names} }
	viaChannel := registered()
	viaChannel.Source, viaChannel.ChannelType = customer.SourceChannel, customer.ChannelBank
	domaintest.Run(t,
		rule{Name: "B-20 an attached advisor supplements a prospect", Given: []any{registered()}, When: supplement(attached, address), Then: []any{addressed}},
		rule{Name: "B-20 an owner supplements a prospect", Given: []any{registered()}, When: supplement(customer.Relation{Owner: true}, address), Then: []any{addressed}},
		rule{Name: "B-20 nobody else does", Given: []any{registered()}, When: supplement(customer.Relation{}, address), Refused: domain.ErrAuthzDenied},
		rule{Name: "B-14, B-21 a formal customer is locked", Given: []any{registered(), formal()}, When: supplement(attached, address), Refused: customer.ErrLockedUseModification},
		rule{Name: "B-21 a formal customer is locked for everybody", Given: []any{registered(), formal()}, When: supplement(customer.Relation{}, address), Refused: customer.ErrLockedUseModification},
		rule{Name: "an erased customer stays erased", Given: []any{registered(), erased()}, When: supplement(attached, address), Refused: customer.ErrErased},
		rule{Name: "who was never registered is not found", When: supplement(attached, address), Refused: domain.ErrQueryNotFoundOrOutOfScope},
		rule{Name: "S-17 what nobody sees is left out of a text, as of a name", Given: []any{registered()}, When: supplement(attached, change(customer.Fields{Address: "福建省\u202e福州市\u200b鼓楼区某路 1 号"})), Then: []any{addressed}},
		rule{Name: "B-20 nothing new is nothing to record", Given: []any{registered()}, When: supplement(attached, change(customer.Fields{Name: "张 晓梅", Phone: "+8613800138000"})), Then: nil},
		rule{Name: "B-20 a document added tells birthday and gender", Given: []any{registered()}, When: supplement(attached, change(customer.Fields{IdentityType: identity.ResidentCard, IdentityNumber: woman})),
			Then: []any{customer.Supplemented{Customer: zhang, IdentityType: identity.ResidentCard, IdentityNumber: personal(woman), Details: customer.Details{Birthday: personal("1949-12-31"), Gender: personal("FEMALE")}}}},
		rule{Name: "B-20 another document tells them anew", Given: []any{identified()}, When: supplement(attached, change(customer.Fields{IdentityNumber: another})),
			Then: []any{customer.Supplemented{Customer: zhang, IdentityNumber: personal(another), Details: customer.Details{Birthday: personal("1880-01-01"), Gender: personal("MALE")}}}},
		rule{Name: "B-20 a birthday agrees with the document on record", Given: []any{identified()}, When: supplement(attached, change(customer.Fields{Birthday: "1950-01-01"})), Refused: customer.ErrBirthdayMismatch},
		rule{Name: "B-20 a number needs a type, given or on record", Given: []any{registered()}, When: supplement(attached, change(customer.Fields{IdentityNumber: woman})), Refused: customer.ErrRequired, At: "identity_type"},
		rule{Name: "B-20 a document is taken out with type and number", Given: []any{identified()}, When: supplement(attached, clear("identity_number")),
			Then: []any{customer.Supplemented{Customer: zhang, Cleared: []string{"identity_number", "identity_type"}}}},
		rule{Name: "B-09 what entry required is not emptied", Given: []any{registered()}, When: supplement(attached, clear("phone")), Refused: customer.ErrRequired, At: "phone"},
		rule{Name: "B-20 only known fields are emptied", Given: []any{registered()}, When: supplement(attached, clear("kind")), Refused: domain.ErrFormValue, At: "cleared"},
		rule{Name: "B-20 a field is emptied", Given: []any{registered(), addressed}, When: supplement(attached, clear("address")),
			Then: []any{customer.Supplemented{Customer: zhang, Cleared: []string{"address"}}}},
		rule{Name: "B-09 a source that becomes a channel has a type", Given: []any{registered()}, When: supplement(attached, change(customer.Fields{Source: customer.SourceChannel})), Refused: customer.ErrChannelTypeRequired},
		rule{Name: "B-09 a source that is no channel any more loses its type", Given: []any{viaChannel}, When: supplement(attached, change(customer.Fields{Source: customer.SourceReferral})),
			Then: []any{customer.Supplemented{Customer: zhang, Source: customer.SourceReferral, Cleared: []string{"channel_type"}}}},
		rule{Name: "A-16 a phone is well-formed", Given: []any{registered()}, When: supplement(attached, change(customer.Fields{Phone: "abc"})), Refused: identity.ErrPhoneFormat, At: "phone"},
		rule{Name: "A-16 a name is well-formed", Given: []any{registered()}, When: supplement(attached, change(customer.Fields{Name: "123"})), Refused: identity.ErrName, At: "name"},
	)
}

func TestRecords(t *testing.T) {
	verify := func(result customer.IDVerification, evidence string) func(*customer.State) ([]any, error) {
		return func(s *customer.State) ([]any, error) {
			return s.VerifyIdentity(customer.Verification{Result: result, Evidence: evidence})
		}
	}
	link := func(no string) func(*customer.State) ([]any, error) {
		return func(s *customer.State) ([]any, error) { return s.Link(no) }
	}
	phone := func(number string) func(*customer.State) ([]any, error) {
		return func(s *customer.State) ([]any, error) { return s.RecordPhone(personal(number), application, 2) }
	}
	typed := customer.Supplemented{Customer: zhang, Phone: personal("+8613700137000")}
	erase := func(basis string) func(*customer.State) ([]any, error) {
		return func(s *customer.State) ([]any, error) { return s.Erase(basis) }
	}
	become := func(by domain.PaymentID) func(*customer.State) ([]any, error) {
		return func(s *customer.State) ([]any, error) { return s.BecomeFormal(by) }
	}
	verified := customer.IdentityVerified{Customer: zhang, Result: customer.IDMatch, Evidence: "slip 7"}
	linked := customer.Linked{Customer: zhang, CustomerNo: "C0001"}
	domaintest.Run(t,
		rule{Name: "A-21 the answer of the networked verification is recorded", Given: []any{identified()}, When: verify(customer.IDMatch, " slip 7 "), Then: []any{verified}},
		rule{Name: "A-21 there is a document to verify", Given: []any{registered()}, When: verify(customer.IDMatch, "slip 7"), Refused: customer.ErrRequired, At: "identity_number"},
		rule{Name: "A-21 an answer has its evidence", Given: []any{identified()}, When: verify(customer.IDMatch, ""), Refused: domain.ErrFormRequired, At: "evidence"},
		rule{Name: "A-21 not checked is no answer", Given: []any{identified()}, When: verify(customer.IDNotChecked, "x"), Refused: domain.ErrFormValue, At: "result"},
		rule{Name: "A-25 a customer is linked to the core bank", Given: []any{registered()}, When: link(" C0001 "), Then: []any{linked}},
		rule{Name: "A-25 the same link again is nothing to record", Given: []any{registered(), linked}, When: link("C0001"), Then: nil},
		rule{Name: "A-25 there is one link", Given: []any{registered(), linked}, When: link("C0002"), Refused: customer.ErrAlreadyLinked},
		rule{Name: "A-25 a customer number is well-formed", Given: []any{registered()}, When: link("?"), Refused: customer.ErrLinkKeyFormat},
		rule{Name: "A-13 an approved claim's phone is taken over", Given: []any{registered()}, When: phone("13900139000"),
			Then: []any{customer.PhoneRecorded{Customer: zhang, Phone: personal("+8613900139000"), Application: application}}},
		rule{Name: "A-13 a formal customer's phone too", Given: []any{registered(), formal()}, When: phone("13900139000"),
			Then: []any{customer.PhoneRecorded{Customer: zhang, Phone: personal("+8613900139000"), Application: application}}},
		rule{Name: "A-13 a phone typed before the approval gives way to the claim's", Given: []any{registered(), typed}, When: phone("13900139000"),
			Then: []any{customer.PhoneRecorded{Customer: zhang, Phone: personal("+8613900139000"), Application: application}}},
		rule{Name: "A-13 a phone typed after the approval stays", Given: []any{registered(), customer.IdentityVerified{Customer: zhang, Result: customer.IDMatch}, typed}, When: phone("13900139000"), Then: nil},
		rule{Name: "A-13 the phone on record is nothing to record", Given: []any{registered()}, When: phone("13800138000"), Then: nil},
		rule{Name: "A-09 a phone is well-formed", Given: []any{registered()}, When: phone("1"), Refused: identity.ErrPhoneFormat},
		rule{Name: "an erased customer gets no phone", Given: []any{registered(), erased()}, When: phone("13900139000"), Refused: customer.ErrErased},
		rule{Name: "B-14 the first confirmed payment makes a customer formal", Given: []any{registered()}, When: become(payment("first")), Then: []any{formal()}},
		rule{Name: "B-14 a later one changes nothing", Given: []any{registered(), formal()}, When: become(payment("second")), Then: nil},
		rule{Name: "B-14 nor does the first one again", Given: []any{registered(), formal()}, When: become(payment("first")), Then: nil},
		rule{Name: "B-14 an erased customer's payment still counts", Given: []any{registered(), erased()}, When: become(payment("first")), Then: []any{formal()}},
		rule{Name: "B-14 there is a payment", Given: []any{registered()}, When: become(domain.PaymentID{}), Refused: domain.ErrFormRequired},
		rule{Name: "B-14 there is a customer", When: become(payment("first")), Refused: domain.ErrQueryNotFoundOrOutOfScope},
		rule{Name: "erasure has a legal ground", Given: []any{registered()}, When: erase(" "), Refused: domain.ErrFormRequired, At: "basis"},
		rule{Name: "erasure has a legal ground in words (S-14)", Given: []any{registered()}, When: erase("."), Refused: domain.ErrFormRequired, At: "basis"},
		rule{Name: "erasure is recorded", Given: []any{registered()}, When: erase("PIPL 47"), Then: []any{erased()}},
		rule{Name: "erasure happens once", Given: []any{registered(), erased()}, When: erase("PIPL 47"), Then: nil},
	)
}

func TestKindAndCompleteness(t *testing.T) {
	t.Parallel()
	potential := domaintest.Fold[customer.State](registered())
	if potential.Kind() != customer.Prospect || !potential.ToBeCompleted(nil) {
		t.Error("B-08, B-16 who has not paid is potential, and to be completed")
	}
	if got, want := potential.MissingForFormal(), []string{"identity_type", "identity_number", "address", "bank_account", "birthday"}; !slices.Equal(got, want) {
		t.Errorf("B-13 missing: %v, want %v", got, want)
	}
	details := customer.Supplemented{Customer: zhang, Details: customer.Details{Address: personal("x"), BankAccount: personal("12345678")}}
	complete := domaintest.Fold[customer.State](identified(), details)
	if c := complete.Completeness(); !c.Complete() || c.Filled != c.Required || !complete.ToBeCompleted(nil) {
		t.Errorf("B-16 a complete prospect is still to be completed: %+v", c)
	}
	dealt := domaintest.Fold[customer.State](identified(), details, formal())
	if dealt.Kind() != customer.Formal || dealt.ToBeCompleted(nil) {
		t.Error("B-16 who paid and is complete is among my customers")
	}
	if incomplete := domaintest.Fold[customer.State](registered(), formal()); !incomplete.ToBeCompleted(nil) {
		t.Error("B-16 who paid and is incomplete is to be completed")
	}
	exceptions := []domain.Exception{
		{Code: "customer/required", Fields: []string{"phone", "source"}}, {Code: "payment/attachment-required", Fields: []string{"papers"}}, {Code: "payment/product-closed"},
	}
	if open := dealt.Open(exceptions); !reflect.DeepEqual(open, exceptions[1:]) || !dealt.ToBeCompleted(open) {
		t.Errorf("B-16 what was supplemented is no exception any more, the rest is: %+v", open)
	}
	sourceless := registered()
	sourceless.Source = ""
	if open := domaintest.Fold[customer.State](sourceless).Open(exceptions[:1]); len(open) != 1 {
		t.Errorf("B-16 one of two fields is still missing: %+v", open)
	}
	company := registered()
	company.Party = domain.Organisation
	if got := domaintest.Fold[customer.State](company).MissingForFormal(); !slices.Contains(got, "legal_representative") || slices.Contains(got, "birthday") {
		t.Errorf("A-58 an organisation has a legal representative and no birthday: %v", got)
	}
	if got := domaintest.Fold[customer.State](identified()).Identity().Canonical(); got != "RESIDENT_ID:"+woman {
		t.Error("the identity is read back")
	}
}

// a verification is about the name and number it was made for.
func TestVerificationLapses(t *testing.T) {
	t.Parallel()
	verified := customer.IdentityVerified{Customer: zhang, Result: customer.IDMatch, Evidence: "slip"}
	kept := domaintest.Fold[customer.State](identified(), verified, customer.Supplemented{Customer: zhang, Details: customer.Details{Remark: personal("x")}})
	lapsed := domaintest.Fold[customer.State](identified(), verified, customer.Supplemented{Customer: zhang, Name: personal("张小梅")})
	if kept.Verification != customer.IDMatch || lapsed.Verification != customer.IDNotChecked {
		t.Errorf("after another remark %s, after another name %s", kept.Verification, lapsed.Verification)
	}
}

// Once the key is gone the store gives erased texts; the state must be the same
// as that of somebody who heard of the erasure live.
func TestErasureFoldsTheSame(t *testing.T) {
	t.Parallel()
	unreadable := identified()
	unreadable.Name, unreadable.Phone, unreadable.IdentityNumber = domain.ErasedPersonal(), domain.ErasedPersonal(), domain.ErasedPersonal()
	unreadable.Details.Birthday, unreadable.Details.Gender = domain.ErasedPersonal(), domain.ErasedPersonal()
	live, later := domaintest.Fold[customer.State](identified(), erased()), domaintest.Fold[customer.State](unreadable, erased())
	if !reflect.DeepEqual(live, later) {
		t.Errorf("live %+v, later %+v", live, later)
	}
	if live.Profile.Name.Reveal() != "" || !live.Identity().IsZero() {
		t.Error("an erased customer still has a name or document")
	}
}

// Whatever is supplemented, folding the event gives exactly the fields asked for,
// and asking again changes nothing.
func TestSupplementIsIdempotent(t *testing.T) {
	t.Parallel()
	names := []string{"", "张晓梅", "李娜", "欧阳修文"}
	rapid.Check(t, func(t *rapid.T) {
		state := domaintest.Fold[customer.State](registered())
		relation := customer.Relation{Owner: true}
		for range rapid.IntRange(1, 6).Draw(t, "steps") {
			in := customer.Supplement{Fields: customer.Fields{
				Name:           rapid.SampledFrom(names).Draw(t, "name"),
				Phone:          rapid.SampledFrom([]string{"", "13800138000", "13900139000"}).Draw(t, "phone"),
				IdentityType:   rapid.SampledFrom([]identity.DocumentType{"", identity.ResidentCard}).Draw(t, "type"),
				IdentityNumber: rapid.SampledFrom([]string{"", woman, another}).Draw(t, "number"),
				Source:         rapid.SampledFrom([]customer.Source{"", customer.SourceChannel, customer.SourceOwn}).Draw(t, "source"),
				ChannelType:    rapid.SampledFrom([]customer.ChannelType{"", customer.ChannelBank}).Draw(t, "channel"),
				Address:        rapid.SampledFrom([]string{"", "甲", "乙"}).Draw(t, "address"),
				Birthday:       rapid.SampledFrom([]string{"", "1949-12-31", "2000-01-01"}).Draw(t, "birthday"),
			}}
			if rapid.Bool().Draw(t, "clears") {
				in.Cleared = []string{rapid.SampledFrom([]string{"address", "identity_number", "birthday"}).Draw(t, "cleared")}
			}
			events, err := state.Supplement(in, relation, today)
			if err != nil {
				continue
			}
			before, next := state.Clone(), state.Clone()
			for _, event := range events {
				next.Apply(event, domain.Fact{})
			}
			if !reflect.DeepEqual(before, state) {
				t.Fatal("folding into a clone changed the state")
			}
			if again, err := next.Supplement(customer.Supplement{Fields: in.Fields}, relation, today); err != nil || len(again) != 0 {
				t.Fatalf("the same again: %v %v", again, err)
			}
			if next.Profile.Name.IsZero() || next.Profile.Phone.IsZero() || next.Profile.Source == "" {
				t.Fatal("what entry required was lost")
			}
			if (next.Profile.Source == customer.SourceChannel) != (next.Profile.ChannelType != "") {
				t.Fatal("a channel and its type come apart")
			}
			state = next
		}
	})
}
