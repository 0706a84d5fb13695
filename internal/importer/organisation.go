package importer

import (
	"context"

	"guishu/commands"
	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/staff"

	"github.com/google/uuid"
)

// unitVocabulary is what makes a unit. Without a parent it stands below the
// ledger's root: an import never makes the root.
func unitVocabulary() *vocabulary {
	return &vocabulary{
		permission: []staff.Permission{staff.ManageUnits},
		by:         []string{"code"},
		fields: []field{
			text("code").must(), text("name").must(), word("kind", domain.UnitKinds.Parse).must(),
			word("line", domain.BusinessLines.Parse), word("model", domain.OwnershipModels.Parse), ref("parent", Unit),
		},
		lane: func(*item) string { return "" }, // the tree is one stream
		steps: func(it *item) []step {
			return []step{{name: "establish", makes: true, send: func(ctx context.Context, r *run, call ledger.Call) (ledger.Answer, error) {
				return r.ledger.Do(ctx, call, commands.EstablishUnit{
					Parent: r.unit(it, "parent"), Code: it.text("code"), Name: it.text("name"), Kind: domain.UnitKind(it.text("kind")),
					Line: domain.BusinessLine(it.text("line")), Model: domain.OwnershipModel(it.text("model")),
				})
			}}}
		},
	}
}

// staffVocabulary is what makes a member of staff. It is a hiring and no more:
// access is asked for and approved apart, for imported people too (B-28), and
// somebody without a sign-in name cannot sign in.
func staffVocabulary() *vocabulary {
	return &vocabulary{
		permission: []staff.Permission{staff.ManageStaff},
		by:         []string{"login", "employee_no"},
		fields:     []field{text("name").must(), ref("unit", Unit), ref("superior", Staff), text("employee_no"), text("login")},
		steps: func(it *item) []step {
			return []step{{name: "hire", makes: true, send: func(ctx context.Context, r *run, call ledger.Call) (ledger.Answer, error) {
				return r.ledger.Do(ctx, call, commands.HireStaff{
					EmployeeNo: it.text("employee_no"), Login: it.text("login"), Name: it.text("name"),
					Unit: r.unit(it, "unit"), Superior: domain.StaffID(it.ref("superior")),
				})
			}}}
		},
	}
}

// unit is the unit a field refers to, the root if it is not given.
func (r *run) unit(it *item, field string) domain.UnitID {
	if id := it.ref(field); id != uuid.Nil {
		return domain.UnitID(id)
	}
	return r.root
}
