package http_test

import (
	"fmt"
	"net/http"
	"testing"

	"guishu/domain"
)

// BR-13, S-04: who may not reveal a field does not find it by guessing either, alone or
// with another condition, in rows or in a count; who may reveal it finds as before.
func TestNobodyFindsByGuessingWhatTheyMayNotReveal(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.hire("inspector", h.city, domain.RoleInspector)
	h.hire("market", h.city, domain.RoleMarketingSupervisor)
	h.hire("auditor", h.Root, domain.RoleAuditor)
	id := h.known("ann", h.north)
	h.Must(claimed(h, "ann", id))
	h.seen()
	for login, want := range map[string]int{"ann": 1, "northhead": 1, "auditor": 1, "inspector": 0, "market": 0, "bo": 0, "southhead": 0} {
		for _, body := range []map[string]any{
			{"phone": canaryPhone}, {"identity_number": canaryID}, {"phone": canaryPhone, "name": "欧阳"}, {"identity_number": canaryID, "customer_no": "C10001"},
		} {
			body["count"] = true
			var page customerPage
			h.as(login).post("/v1/customers/search", body).is(http.StatusOK).read(&page)
			if len(page.Items) != want || page.Count == nil || *page.Count != want {
				t.Errorf("%s finds %d by %s, want %d", login, len(page.Items), fmt.Sprint(body), want)
			}
		}
	}
}
