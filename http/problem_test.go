package http_test

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
	"testing"

	"guishu/commands"
	"guishu/domain"
	"guishu/domain/identity"
	door "guishu/http"
	"guishu/http/api"
	"guishu/http/auth"
)

func TestBadInputGetsAStableCodeAndIsNeverRepeated(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ann := h.as("ann")
	const canary = "11010519491231002X"
	customer := h.customer("ann", h.north, "张三").String()
	big := `{"customer":"` + strings.Repeat("x", 70<<10) + `"}`
	for name, c := range map[string]struct {
		method, path, body string
		headers            []string
		status             int
		code               domain.Code
		field              string
	}{
		"no JSON":             {body: canary, status: 400, code: domain.ErrRequestMalformed},
		"half an object":      {body: `{"customer":"` + canary, status: 400, code: domain.ErrRequestMalformed},
		"nothing":             {body: ` `, status: 400, code: domain.ErrRequestMalformed},
		"a list":              {body: `["` + canary + `"]`, status: 400, code: domain.ErrRequestMalformed},
		"null":                {body: `null`, status: 400, code: domain.ErrRequestMalformed},
		"two objects":         {body: `{} {}`, status: 400, code: domain.ErrRequestMalformed},
		"a name twice":        {body: `{"phone":"1","phone":"2"}`, status: 400, code: domain.ErrRequestMalformed},
		"bytes that are none": {body: "{\"phone\":\"\xff\xfe\"}", status: 400, code: domain.ErrRequestMalformed},
		"wrong type":          {body: `{"customer":"` + customer + `","phone":11010519491231002}`, status: 400, code: domain.ErrRequestValidation, field: "phone"},
		"bad id":              {body: `{"customer":"` + canary + `"}`, status: 400, code: domain.ErrRequestIDFormat, field: "customer"},
		"unknown field":       {body: `{"custommer":"` + canary + `"}`, status: 400, code: domain.ErrRequestUnknownField, field: "custommer"},
		"value as a name":     {body: `{"` + canary + `":1}`, status: 400, code: domain.ErrRequestUnknownField, field: "?"},
		"number as a name":    {body: `{"13800138000":1}`, status: 400, code: domain.ErrRequestUnknownField, field: "?"},
		"too large":           {body: big, status: 413, code: domain.ErrRequestTooLarge},
		"form":                {body: `a=b`, headers: []string{"Content-Type", "application/x-www-form-urlencoded"}, status: 415, code: domain.ErrRequestMediaType},
		"other charset":       {body: `{}`, headers: []string{"Content-Type", "application/json; charset=gb18030"}, status: 415, code: domain.ErrRequestMediaType},
		"no media":            {body: `{}`, headers: []string{"Content-Type", ""}, status: 415, code: domain.ErrRequestMediaType},
		"unknown address":     {path: "/v1/" + canary, body: `{}`, status: 404, code: domain.ErrRequestNotFound},
		"unknown method":      {method: http.MethodDelete, path: "/v1/claims", status: 405, code: domain.ErrRequestMethod},
		"unknown parameter":   {path: "/v1/claims?" + canary + "=1", body: `{}`, status: 400, code: domain.ErrRequestUnknownField, field: "?"},
		"bad effective time":  {body: `{"customer":"` + customer + `"}`, headers: []string{"Effective-At", canary}, status: 400, code: domain.ErrRequestTimeFormat, field: "Effective-At"},
		"no effective time":   {body: `{"customer":"` + customer + `"}`, headers: []string{"Effective-At", "0001-01-01T00:00:00Z"}, status: 400, code: domain.ErrRequestTimeFormat, field: "Effective-At"},
		"bad batch":           {body: `{"customer":"` + customer + `"}`, headers: []string{"Migration-Batch", canary}, status: 400, code: domain.ErrRequestIDFormat, field: "Migration-Batch"},
		"phone":               {body: `{"customer":"` + customer + `","phone":"` + canary + `"}`, status: 400, code: identity.ErrPhoneFormat},
		"nobody's customer":   {body: `{"customer":"0192f7a0-0000-7000-8000-000000000000"}`, status: 404, code: domain.ErrQueryNotFoundOrOutOfScope},
	} {
		t.Run(name, func(t *testing.T) {
			if c.method == "" {
				c.method = http.MethodPost
			}
			if c.path == "" {
				c.path = "/v1/claims"
			}
			answer := (&client{t: t, h: h, http: ann.http}).send(c.method, c.path, bytes.NewReader([]byte(c.body)), c.headers...)
			problem := answer.refuses(c.status, c.code)
			answer.lacks(canary, "13800138000")
			if c.field != "" && (len(problem.Errors) == 0 || problem.Errors[0].Field != c.field) {
				t.Errorf("the field is not named: %s", answer.body)
			}
		})
	}
	if logged := h.log.String(); strings.Contains(logged, canary) {
		t.Errorf("the log repeats what was sent: %s", logged)
	}
}

// A field is named as it was sent, whether its JSON could not be read or a rule
// refused it.
func TestFieldsAreNamedAsTheyWereSent(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.hire("sue", h.Root, domain.RoleSuperior)
	ops := h.hire("ops", h.Root, domain.RoleOperations)
	launched, err := h.Ledger.Do(t.Context(), h.As(ops), commands.LaunchProduct{Code: "F1", Name: "示例稳健一号", Supplier: "示例基金"})
	h.Must(err)
	_, err = h.Ledger.Do(t.Context(), h.As(ops), commands.OpenSubscription{Product: domain.ProductID(launched.ID)})
	h.Must(err)
	customer := func(fields string) string {
		return `{"party":"PERSON","home_unit":"` + h.north.String() + `","fields":{` + fields + `}}`
	}
	deal := func(account string) string {
		return `{"customer":"` + h.customer("ann", h.north, "王小明").String() + `","product":"` + launched.ID.String() + `","advisor":"` + h.people["ann"].String() +
			`","amount_fen":100,"nature":"DIRECT","scheduled_on":"` + h.Ledger.Today().String() + `","identity_type":"PASSPORT","source":{"account":` + account + `}}`
	}
	policy := func(efficiency string) string {
		return `{"effective_on":"` + h.Ledger.Today().String() + `","rules":{"claim":{"disclosure":"merged","cross_institution":"off","reject_reason_characters":2,"daily_look_ups":50,"approval_working_days":2},
			"payment":{"confirm_role":"OPERATIONS"},"attribution":{"mode":"TIME_FIRST","split":"winner_takes_all","communicated_within_days":30,"efficiency":` + efficiency + `},"masking":{}}}`
	}
	for name, c := range map[string]struct {
		who, path, body string
		fields          []string
	}{
		"unread, in a part":       {"ann", "/v1/customers", customer(`"name":1`), []string{"fields.name"}},
		"refused, in a part":      {"ann", "/v1/customers", customer(`"name":"王小明","source":"OWN","phone":"1"`), []string{"fields.phone"}},
		"several missing":         {"ann", "/v1/customers", customer(`"name":"王小明"`), []string{"fields.phone", "fields.source"}},
		"at the top":              {"ann", "/v1/customers", strings.Replace(customer(`"name":"王小明","phone":"13800138000","source":"OWN"`), "PERSON", "ALIEN", 1), []string{"party"}},
		"unread, of a payment":    {"ann", "/v1/payments", deal(`1`), []string{"source.account"}},
		"refused, of a payment":   {"ann", "/v1/payments", deal(`"x"`), []string{"source.account"}},
		"refused, parts in parts": {"sue", "/v1/policies", policy(`{"contacts_cap":-1}`), []string{"rules.attribution.efficiency.contacts_cap"}},
		"in a search":             {"ann", "/v1/customers/search", `{"phone":"1"}`, []string{"phone"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var problem api.Problem
			answer := h.as(c.who).send(http.MethodPost, c.path, strings.NewReader(c.body)).is(http.StatusBadRequest).read(&problem)
			var named []string
			for _, one := range problem.Errors {
				named = append(named, one.Field)
			}
			if !slices.Equal(named, c.fields) {
				t.Errorf("named are %v, want %v: %s", named, c.fields, answer.body)
			}
		})
	}
}

func TestProblemsSpeakTheReadersLanguage(t *testing.T) { // C-08
	t.Parallel()
	h := newHouse(t)
	for header, want := range map[string]string{
		"":                               "请先登录",
		"zh-CN,zh;q=0.9,en;q=0.8":        "请先登录",
		"en-GB,en;q=0.9":                 "Sign in first",
		"fr, en;q=0.3, zh;q=0.2":         "Sign in first",
		"de":                             "请先登录",
		"en;q=0.5, zh-Hans;q=0.6, *;q=1": "请先登录",
	} {
		problem := h.browser().get("/v1/me", "Accept-Language", header).refuses(http.StatusUnauthorized, auth.ErrRequired)
		if !strings.Contains(problem.Detail, want) {
			t.Errorf("%q is answered %q", header, problem.Detail)
		}
	}
}

func TestAMethodNotKnownIsAnsweredWithThoseThatAre(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	answer := h.browser().send(http.MethodPut, "/v1/session", nil)
	answer.refuses(http.StatusMethodNotAllowed, domain.ErrRequestMethod)
	if allow := answer.header.Values("Allow"); strings.Join(allow, ",") != "POST,DELETE" {
		t.Errorf("allowed are %v", allow)
	}
}

func TestAPanicIsAnsweredWithItsRequestAndNothingElse(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(c *door.Config) {
		c.Checks = []door.Check{{Name: "fragile", Ask: panics}}
	})
	problem := h.browser().get("/readyz").refuses(http.StatusInternalServerError, domain.ErrServerInternal)
	logged := h.log.String()
	if !strings.Contains(logged, problem.RequestID) || !strings.Contains(logged, "a request panicked") {
		t.Errorf("the log does not name the request: %s", logged)
	}
	h.browser().get("/healthz").is(http.StatusOK)
}
