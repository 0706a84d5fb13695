package http_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"guishu/commands"
	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/payment"
)

// done carries a command out and gives its answer.
func (c *client) done(path string, body any) ledger.Answer {
	c.t.Helper()
	var answer ledger.Answer
	if body == nil {
		c.send(http.MethodPost, path, nil).is(http.StatusCreated).read(&answer)
		return answer
	}
	c.post(path, body).is(http.StatusCreated).read(&answer)
	return answer
}

func TestAPaymentIsConfirmedAttributedAndCounted(t *testing.T) { // B-06, B-11 … B-18, B-31
	t.Parallel()
	h := newHouse(t)
	wealth := h.wealth()
	h.hire("dora", wealth, domain.RoleAdvisor)
	h.hire("emil", wealth, domain.RoleAdvisor)
	h.hire("ops", h.Root, domain.RoleOperations)
	h.hire("sue", h.Root, domain.RoleSuperior)
	dora, emil, ops := h.as("dora"), h.as("emil"), h.as("ops")

	product := ops.done("/v1/products", map[string]any{"code": "P1", "name": "稳健一号", "supplier": "示例资管", "list_price_fen": 100}).ID.String()
	ops.done("/v1/products/"+product+"/opening", nil)
	customer := dora.done("/v1/customers", map[string]any{
		"party": "PERSON", "home_unit": wealth, "advisor": h.people["dora"], "nature": "DIRECT", "fields": map[string]any{
			"name": "欧阳晓明", "phone": canaryPhone, "identity_type": "RESIDENT_ID", "identity_number": canaryID, "source": "OWN", "address": "北京市朝阳区" + canaryAddress, "bank_account": canaryAccount,
		},
	}).ID.String()
	dora.done("/v1/customers/"+customer+"/attachments", map[string]any{"advisor": h.people["dora"]})
	h.as("sue").done("/v1/customers/"+customer+"/attachments", map[string]any{"advisor": h.people["emil"]})
	paid := emil.done("/v1/payments", map[string]any{
		"customer": customer, "product": product, "advisor": h.people["emil"], "amount_fen": 12345600, "nature": "DIRECT",
		"scheduled_on": h.Ledger.Today(), "identity_type": "RESIDENT_ID",
	}).ID.String()
	emil.done("/v1/payments/"+paid+"/registration", map[string]any{
		"identity_number": canaryID, "papers": []string{strings.Repeat("0123456789abcdef", 4)},
		"source": map[string]any{"head_bank": "示例银行", "branch": "示例分行", "sub_branch": "示例支行", "account": "200099998888"},
	})
	emil.send(http.MethodPost, "/v1/payments/"+paid+"/confirmation", nil).refuses(http.StatusForbidden, domain.ErrAuthzDenied)
	ops.done("/v1/payments/"+paid+"/confirmation", nil)
	ops.done("/v1/payments/"+paid+"/attribution", nil)
	h.seen()

	secret := append(canaries(), "200099998888")
	type person struct {
		ID domain.StaffID `json:"id"`
	}
	var decisions struct {
		Items []struct {
			Winner         person `json:"winner"`
			Handler        person `json:"handler"`
			FollowsHandler bool   `json:"follows_handler"`
			Candidates     []any  `json:"candidates"`
			Inputs         []any  `json:"inputs"`
		} `json:"items"`
	}
	answer := ops.get("/v1/attributions?payment=" + paid).is(http.StatusOK).lacks(secret...).read(&decisions)
	if len(decisions.Items) != 1 {
		t.Fatalf("%s", answer.body)
	}
	if d := decisions.Items[0]; d.Winner.ID != h.people["dora"] || d.Handler.ID != h.people["emil"] || d.FollowsHandler || len(d.Candidates) != 2 || len(d.Inputs) == 0 {
		t.Errorf("time priority is not shown beside the handler: %s", answer.body)
	}
	var sums struct {
		Items []struct {
			Advisor person `json:"advisor"`
			SumFen  int64  `json:"sum_fen"`
		} `json:"items"`
		Total struct {
			Count  int   `json:"count"`
			SumFen int64 `json:"sum_fen"`
		} `json:"total"`
	}
	ops.get("/v1/performance?level=PERSON&grain=MONTH").is(http.StatusOK).read(&sums)
	if len(sums.Items) != 1 || sums.Items[0].Advisor.ID != h.people["emil"] || sums.Items[0].SumFen != 12345600 || sums.Total.SumFen != 12345600 || sums.Total.Count != 1 {
		t.Errorf("performance does not follow the handler: %+v", sums)
	}
	ops.get("/v1/performance?level=GALAXY").refuses(http.StatusBadRequest, domain.ErrQueryFilter)
	for _, path := range []string{"/v1/payments", "/v1/payments/" + paid, "/v1/purchases", "/v1/attachments", "/v1/customers/" + customer + "/timeline"} {
		if answer := ops.get(path).is(http.StatusOK).lacks(secret...); !strings.Contains(answer.body, paid) && path != "/v1/attachments" {
			t.Errorf("%s does not show the payment: %s", path, answer.body)
		}
	}
	// Where the money comes from is for who may know of the account at all, and the payment
	// for who is shown it in the list; a rival is told of the decision that is theirs (B-35, C-03).
	h.hire("mark", h.Root, domain.RoleMarketingSupervisor)
	for login, shown := range map[string]bool{"ops": true, "emil": true, "dora": false, "mark": false} {
		history := h.as(login).get("/v1/customers/" + customer + "/timeline").is(http.StatusOK).lacks(secret...)
		if strings.Contains(history.body, "示例支行") != shown || !strings.Contains(history.body, paid) {
			t.Errorf("%s is told: %s", login, history.body)
		}
	}
	// Nobody of the bank's outlets can tell that it exists.
	h.as("northhead").get("/v1/payments/"+paid).refuses(http.StatusNotFound, domain.ErrQueryNotFoundOrOutOfScope)
	if answer := h.as("northhead").get("/v1/payments").is(http.StatusOK); strings.Contains(answer.body, paid) {
		t.Errorf("%s", answer.body)
	}
	emil.send(http.MethodPost, "/v1/payments/"+paid+"/cancellation", bytes.NewReader([]byte(`{"reason":"改期"}`))).refuses(http.StatusConflict, payment.ErrState)
}

// wealth is a branch of the wealth firm, whose customers have advisors.
func (h *house) wealth() domain.UnitID {
	h.Helper()
	answer, err := h.Ledger.Do(h.Context(), h.As(h.Admin), commands.EstablishUnit{
		Parent: h.Root, Code: "W01", Name: "财富分公司", Kind: domain.Branch, Model: domain.Attached,
	})
	h.Must(err)
	return domain.UnitID(answer.ID)
}
