package http_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"guishu/commands"
	"guishu/domain"
	"guishu/domain/aggregates"
	"guishu/domain/staff"
)

// event is an entry of a timeline as the wire shows it.
type event struct {
	Type    string `json:"type"`
	Details []struct {
		Field string `json:"field"`
		Value string `json:"value"`
	} `json:"details"`
}

type events struct {
	Items []event `json:"items"`
	Next  string  `json:"next"`
	Count *int    `json:"count"`
}

// thing is the detail of an entry that says what of its area it is about.
func (e event) thing() string {
	for _, d := range e.Details {
		if d.Field == aggregates.All().AreaOf(e.Type).String() || d.Field == "decision" {
			return d.Value
		}
	}
	return ""
}

// dealt is a customer of the wealth firm with contacts, payments and decisions of two
// rivals, and one of a bank's outlet with applications and a referral; and readers, who
// are readers of every role at each of three places, and those who did it.
func (h *house) dealt() (customers []domain.CustomerID, readers map[string]string) {
	h.Helper()
	wealth := h.wealth()
	readers = map[string]string{}
	for _, role := range domain.Roles.Values() {
		for place, at := range map[string]domain.UnitID{"root": h.Root, "wealth": wealth, "north": h.north} {
			login := strings.ToLower(string(role)) + "." + place
			who := h.Join(login, at)
			asked, err := h.Ledger.Do(h.Context(), h.As(who), commands.RequestAccess{Staff: who, Role: role, Unit: at})
			if domain.CodeOf(err) == staff.ErrRole {
				continue // no role of that unit
			}
			h.Must(err)
			h.Do(h.Admin, commands.GrantAccess{Staff: who, Request: domain.RequestID(asked.ID)})
			h.signsIn(login, who)
			readers[login] = string(role) + " at " + place
		}
	}
	for _, login := range []string{"dora", "emil"} {
		h.hire(login, wealth, domain.RoleAdvisor)
	}
	for _, login := range []string{"ann", "bo", "dora", "emil", "northhead", "southhead"} {
		readers[login] = login
	}
	dora, emil, ops := h.as("dora"), h.as("emil"), h.as("operations.root")
	product := ops.done("/v1/products", map[string]any{"code": "P1", "name": "稳健一号", "supplier": "示例资管", "list_price_fen": 100}).ID
	ops.done("/v1/products/"+product.String()+"/opening", nil)
	investor := dora.done("/v1/customers", map[string]any{
		"party": "PERSON", "home_unit": wealth, "advisor": h.people["dora"], "nature": "DIRECT", "fields": map[string]any{
			"name": "欧阳晓明", "phone": canaryPhone, "identity_type": "RESIDENT_ID", "identity_number": canaryID, "source": "OWN", "address": "北京市朝阳区" + canaryAddress, "bank_account": canaryAccount,
		},
	}).ID.String()
	for login, seller := range map[string]*client{"dora": dora, "emil": emil} {
		h.as("superior.root").done("/v1/customers/"+investor+"/attachments", map[string]any{"advisor": h.people[login]})
		seller.done("/v1/customers/"+investor+"/contacts", map[string]any{
			"advisor": h.people[login], "occurred_on": h.Ledger.Today(), "method": "PHONE", "purpose": "目的" + login, "outcome": "结果" + login,
		})
		paid := seller.done("/v1/payments", map[string]any{
			"customer": investor, "product": product, "advisor": h.people[login], "amount_fen": 12345600, "nature": "DIRECT",
			"scheduled_on": h.Ledger.Today(), "identity_type": "RESIDENT_ID",
		}).ID.String()
		seller.done("/v1/payments/"+paid+"/registration", map[string]any{
			"identity_number": canaryID, "papers": []string{strings.Repeat("0123456789abcdef", 4)},
			"source": map[string]any{"head_bank": "示例银行", "branch": "示例分行", "sub_branch": "示例支行", "account": "200099998888"},
		})
		ops.done("/v1/payments/"+paid+"/confirmation", nil)
		ops.done("/v1/payments/"+paid+"/attribution", nil)
	}
	saver := h.customer("ann", h.north, "王小明")
	h.Must(claimed(h, "ann", saver))
	h.as("ann").done("/v1/referrals", map[string]any{"customer": saver, "target": h.people["bo"]})
	h.as("ann").post("/v1/customers/"+saver.String()+"/reveal", map[string]any{"fields": []string{"phone"}, "purpose": "电话回访"}).is(http.StatusCreated)
	h.seen()
	id, err := domain.ParseCustomerID(investor)
	h.Must(err)
	return []domain.CustomerID{id, saver}, readers
}

// C-03, B-35: the timeline tells nobody what the list of its area denies them, and
// neither the size of a page nor the count tells that something was left out.
func TestTheTimelineShowsNobodyWhatTheListsDeny(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	customers, readers := h.dealt()
	lists := map[domain.Area]string{
		domain.AreaApplication: "/v1/applications?customer=%s", domain.AreaContact: "/v1/customers/%s/contacts",
		domain.AreaReferral: "/v1/referrals?customer=%s", domain.AreaPayment: "/v1/payments?customer=%s", domain.AreaAttribution: "/v1/attributions?customer=%s",
	}
	told, hidden := map[domain.Area]int{}, map[domain.Area]int{}
	for login, name := range readers {
		reader := h.as(login)
		for _, customer := range customers {
			path := "/v1/customers/" + customer.String() + "/timeline"
			answer := reader.get(path + "?count=true&limit=500")
			if answer.status != http.StatusOK {
				continue
			}
			var all events
			answer.lacks(canaries()...).read(&all)
			if *all.Count != len(all.Items) || all.Next != "" {
				t.Errorf("%s: %d events are counted as %d", name, len(all.Items), *all.Count)
			}
			shown := map[domain.Area]map[string]bool{}
			for area := range lists {
				shown[area] = map[string]bool{}
			}
			for _, e := range all.Items {
				if area := aggregates.All().AreaOf(e.Type); shown[area] != nil {
					shown[area][e.thing()] = true
				}
			}
			for area, list := range lists {
				var page struct {
					Items []struct {
						ID string `json:"id"`
					} `json:"items"`
				}
				if listed := reader.get(fmt.Sprintf(list, customer)); listed.status == http.StatusOK {
					listed.read(&page)
				}
				want := map[string]bool{}
				for _, item := range page.Items {
					want[item.ID] = true
				}
				if !maps.Equal(shown[area], want) {
					t.Errorf("%s: the timeline tells of the %ss %v, the list of %v", name, area, shown[area], want)
				}
				if len(want) > 0 {
					told[area]++
				} else {
					hidden[area]++
				}
			}
			var few []event
			for cursor := ""; ; {
				var page events
				reader.get(path + "?limit=3&cursor=" + cursor).is(http.StatusOK).read(&page)
				if cursor = page.Next; cursor != "" && len(page.Items) != 3 {
					t.Errorf("%s: a page of three has %d", name, len(page.Items))
				}
				few = append(few, page.Items...)
				if cursor == "" {
					break
				}
			}
			if !slices.EqualFunc(few, all.Items, func(a, b event) bool { return a.Type == b.Type }) {
				t.Errorf("%s: by pages of three %d events, in one %d", name, len(few), len(all.Items))
			}
		}
	}
	for area := range lists {
		if told[area] == 0 || hidden[area] == 0 {
			t.Errorf("the %ss are shown to %d and hidden from %d: neither may be none", area, told[area], hidden[area])
		}
	}
}

// Beside what the lists say stands what the requirements say, by hand: what each role
// at the firm's head is told by a timeline (B-35, C-03, A-11, A-54, A-56).
func TestWhatEachRoleIsToldByATimeline(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	customers, _ := h.dealt()
	for login, want := range map[string]string{
		"inspector.root":        "contact customer oversight",
		"customer_service.root": "attribution contact customer oversight payment",
		"operations.root":       "attribution contact customer oversight payment",
		"auditor.root":          "application attribution contact customer oversight payment referral",
		"superior.root":         "application attribution contact customer oversight payment referral",
		"administrator.root":    "",
		"inspector.wealth":      "contact customer",
		"dora":                  "attribution contact customer payment",
		"ann":                   "application customer referral",
		"outlet_head.north":     "application customer oversight referral",
		"emil":                  "attribution contact customer payment",
	} {
		if _, known := h.people[login]; !known {
			t.Errorf("nobody signs in as %s", login)
			continue
		}
		areas := map[string]bool{}
		for _, customer := range customers {
			answer := h.as(login).get("/v1/customers/" + customer.String() + "/timeline?limit=500")
			if answer.status != http.StatusOK {
				continue
			}
			var all events
			answer.read(&all)
			for _, e := range all.Items {
				areas[aggregates.All().AreaOf(e.Type).String()] = true
			}
		}
		if got := strings.Join(slices.Sorted(maps.Keys(areas)), " "); got != want {
			t.Errorf("%s is told of %q, want %q", login, got, want)
		}
	}
}
