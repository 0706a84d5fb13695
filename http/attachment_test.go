package http_test

import (
	"net/http"
	"strings"
	"testing"

	"guishu/commands"
	"guishu/commands/commandstest"
	"guishu/domain"
	"guishu/domain/attachment"
)

// attachmentRequests is what the list of requests answers with.
type attachmentRequests struct {
	Items []struct {
		ID     string                  `json:"id"`
		Status attachment.AskingStatus `json:"status"`
		Reason string                  `json:"reason"`
	} `json:"items"`
}

// S-01, W-03, B-30: an advisor of another branch finds a customer by an exact look-up,
// asks, and reads nothing until the head of the home unit has approved; the asker and
// the other branch's head approve nothing.
func TestAnAdvisorAsksTheHomeApprovesAndTheAdvisorReads(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	home := h.wealth()
	other := h.Unit(h.Root, "W02", domain.Branch, "")
	h.hire("dora", home, domain.RoleAdvisor)
	h.hire("homehead", home, domain.RoleSuperior)
	h.hire("guest", other, domain.RoleAdvisor)
	h.hire("otherhead", other, domain.RoleSuperior)
	guest, homehead, otherhead := h.as("guest"), h.as("homehead"), h.as("otherhead")
	customer := h.Do(h.people["dora"], commands.RegisterCustomer{
		Party: domain.Person, HomeUnit: home, Advisor: h.people["dora"], Fields: commandstest.Document("赵示例", "E70000001"),
	}).ID.String()
	page := "/v1/customers/" + customer
	self := map[string]any{"advisor": h.people["guest"]}
	asking := map[string]any{"reason": "客户主动联系"}

	guest.post(page+"/attachments", self).refuses(http.StatusNotFound, domain.ErrQueryNotFoundOrOutOfScope)
	guest.post(page+"/attachment-requests", asking).refuses(http.StatusNotFound, domain.ErrQueryNotFoundOrOutOfScope)
	found := guest.post("/v1/attachment-look-ups", map[string]any{"identity_type": "PASSPORT", "identity_number": "E70000001", "name": "赵示例"})
	if !strings.Contains(found.body, customer) {
		t.Fatalf("the look-up answered %d: %s", found.status, found.body)
	}
	guest.post(page+"/attachments", self).refuses(http.StatusUnprocessableEntity, attachment.ErrApprovalRequired)
	asked := guest.done(page+"/attachment-requests", asking).ID.String()
	h.seen()
	guest.get(page).refuses(http.StatusNotFound, domain.ErrQueryNotFoundOrOutOfScope)
	guest.get("/v1/attachment-requests").is(http.StatusOK).lacks("赵示例")

	lists := func(who *client, want ...string) {
		t.Helper()
		var list attachmentRequests
		who.get("/v1/attachment-requests?status=PENDING").is(http.StatusOK).read(&list)
		if len(list.Items) != len(want) || len(want) > 0 && (list.Items[0].ID != want[0] || list.Items[0].Reason != "客户主动联系") {
			t.Errorf("listed are %+v, want %v", list.Items, want)
		}
	}
	lists(guest, asked)
	lists(homehead, asked)
	lists(otherhead)
	lists(h.as("dora"))

	approval := page + "/attachment-requests/" + asked + "/approval"
	guest.post(approval, map[string]any{}).refuses(http.StatusForbidden, domain.ErrAuthzDenied)
	otherhead.post(approval, map[string]any{}).refuses(http.StatusNotFound, domain.ErrQueryNotFoundOrOutOfScope)
	homehead.done(approval, map[string]any{})
	homehead.post(approval, map[string]any{}).refuses(http.StatusConflict, attachment.ErrRequestNotPending)
	h.seen()
	guest.get(page).is(http.StatusOK)
	lists(homehead)

	homehead.done(page+"/attachments/"+asked+"/end", map[string]any{"reason": "恶性争抢"})
	h.seen()
	guest.get(page).refuses(http.StatusNotFound, domain.ErrQueryNotFoundOrOutOfScope)
	guest.post(page+"/attachments", self).refuses(http.StatusUnprocessableEntity, attachment.ErrApprovalRequired)
}
