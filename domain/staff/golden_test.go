package staff_test

import (
	"testing"

	"guishu/domain"
	"guishu/domain/domaintest"
	"guishu/domain/staff"
)

// C-01, C-02: the stored form of every event that was ever released is held in
// testdata/events; a type without its file fails, and so does one that would be
// stored differently by now.
func TestGoldenEventsAreStoredAsReleased(t *testing.T) {
	t.Parallel()
	var (
		outlet  = domaintest.Sample[domain.UnitID]("outlet")
		other   = domaintest.Sample[domain.UnitID]("other outlet")
		ann     = domaintest.Sample[domain.StaffID]("ann")
		bo      = domaintest.Sample[domain.StaffID]("bo")
		head    = domaintest.Sample[domain.StaffID]("head")
		request = domaintest.Sample[domain.RequestID]("request")
	)
	domaintest.Golden(t, staff.Aggregate(),
		staff.Hired{
			Staff: ann, EmployeeNo: "E-1001", Login: "ann", Name: domain.NewPersonal("安示例"), Unit: outlet, Superior: head,
			Exceptions: []domain.Exception{{Code: "form/required", Fields: []string{"login"}}},
		},
		staff.AccessRequested{Request: request, Staff: ann, Role: domain.RoleRelationshipManager, Unit: outlet, RequestedBy: head},
		staff.AccessGranted{Request: request, Staff: ann, Role: domain.RoleRelationshipManager, Unit: outlet, ApprovedBy: bo},
		staff.AccessWithdrawn{Request: request, Staff: ann, WithdrawnBy: ann},
		staff.AccessRefused{Request: request, Staff: ann, RefusedBy: bo, Reason: "未签保密协议"},
		staff.AccessRevoked{Staff: ann, Role: domain.RoleRelationshipManager, Unit: outlet, Reason: "岗位调整"},
		staff.Transferred{Staff: ann, From: outlet, To: other, Superior: head},
		staff.Departed{Staff: ann, On: domaintest.Day(t, "2026-06-30"), Reason: "个人原因"},
	)
}
