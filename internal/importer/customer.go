package importer

import (
	"context"

	"guishu/commands"
	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/customer"
	"guishu/domain/identity"
	"guishu/domain/staff"
)

// customerVocabulary is what makes a customer. Without a home unit they belong to
// the firm as a whole, the root.
func customerVocabulary() *vocabulary {
	return &vocabulary{
		permission: []staff.Permission{staff.RegisterCustomer},
		by:         []string{"customer_no"},
		fields: []field{
			text("name").must(), word("party", domain.Parties.Parse).must(), ref("home_unit", Unit), word("nature", domain.Natures.Parse),
			ref("advisor", Staff), text("customer_no"), word("identity_type", identity.ParseDocumentType), text("identity_number"),
			text("phone"), word("source", customer.Sources.Parse), word("channel_type", customer.ChannelTypes.Parse), text("address"),
			date("birthday"), word("gender", identity.Genders.Parse), text("employer"), text("occupation"), text("industry"),
			text("legal_representative"), text("contact_person"), text("bank_account"), text("remark"),
		},
		steps: func(it *item) []step {
			return []step{{name: "register", makes: true, send: func(ctx context.Context, r *run, call ledger.Call) (ledger.Answer, error) {
				return r.ledger.Do(ctx, call, commands.RegisterCustomer{
					Party: domain.Party(it.text("party")), CustomerNo: it.text("customer_no"), HomeUnit: r.unit(it, "home_unit"),
					Nature: domain.Nature(it.text("nature")), Advisor: domain.StaffID(it.ref("advisor")), Fields: customerFields(it),
				})
			}}}
		},
	}
}

func customerFields(it *item) commands.CustomerFields {
	return commands.CustomerFields{
		Name: it.text("name"), IdentityType: identity.DocumentType(it.text("identity_type")), IdentityNumber: it.text("identity_number"),
		Phone: it.text("phone"), Source: customer.Source(it.text("source")), ChannelType: customer.ChannelType(it.text("channel_type")),
		Address: it.text("address"), Birthday: it.text("birthday"), Gender: identity.Gender(it.text("gender")),
		Employer: it.text("employer"), Occupation: it.text("occupation"), Industry: it.text("industry"),
		LegalRepresentative: it.text("legal_representative"), ContactPerson: it.text("contact_person"),
		BankAccount: it.text("bank_account"), Remark: it.text("remark"),
	}
}

// attachmentVocabulary is what attaches an advisor to a customer. Without a day of
// entry only the position in the ledger counts (B-31).
func attachmentVocabulary() *vocabulary {
	return &vocabulary{
		permission: []staff.Permission{staff.AttachAdvisor},
		fields:     []field{ref("customer", Customer).must(), ref("advisor", Staff).must(), date("entered_on")},
		lane:       ofCustomer, // one stream, and the order of entry is the order of priority
		steps: func(it *item) []step {
			return []step{{name: "attach", makes: true, on: it.date("entered_on"), send: func(ctx context.Context, r *run, call ledger.Call) (ledger.Answer, error) {
				return r.ledger.Do(ctx, call, commands.AttachAdvisor{
					Customer: domain.CustomerID(it.ref("customer")), Advisor: domain.StaffID(it.ref("advisor")),
				})
			}}}
		},
	}
}

// ofCustomer is the lane of everything that happens to one customer.
func ofCustomer(it *item) string { return it.ref("customer").String() }
