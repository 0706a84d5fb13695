package endtoend

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/google/uuid"

	"guishu/internal/waiting"
)

// mistake is one thing that somebody sends wrongly, and how it is refused.
type mistake struct {
	name    string
	who     person
	request request
	status  int
	code    string
	field   string // at fault, if one is named
}

// Whatever is wrong with a request, it gets a stable code, a sentence in the
// reader's language, the field at fault, and nothing is written.
func TestBadInputIsRefusedClearlyAndWritesNothing(t *testing.T) {
	t.Parallel()
	f := establish(install(t).start())
	w := f.settle()
	mistakes := append(f.unreadable(), f.unkeyed(w)...)
	mistakes = append(mistakes, f.strangers()...)
	mistakes = append(mistakes, f.notTheirs(w)...)
	mistakes = append(mistakes, f.senseless(w)...)
	mistakes = append(mistakes, f.tooLate(w)...)
	database := f.connect()
	before := last(t, database)
	for _, m := range mistakes {
		m.refuses(t, f.program)
	}
	if after := last(t, database); after != before {
		t.Errorf("%d mistakes wrote %d events", len(mistakes), after-before)
	}
	if left := one[int](t, database, `SELECT count(*) FROM registry.reservation WHERE NOT confirmed`); left != 0 {
		t.Errorf("mistakes left %d reservations", left)
	}
	t.Logf("%d mistakes", len(mistakes))
}

var chinese = regexp.MustCompile(`\p{Han}`)

// refuses sends the mistake as a Chinese and as an English reader.
func (m mistake) refuses(t *testing.T, p *program) {
	t.Helper()
	details := map[string]string{}
	for _, language := range []string{"zh-CN", "en"} {
		r := m.request
		r.headers = append([]string{"Accept-Language", language}, r.headers...)
		answered := p.send(m.who, r)
		if answered.status != m.status || answered.code() != m.code {
			t.Errorf("%s: status %d and code %q, want %d and %s: %s", m.name, answered.status, answered.code(), m.status, m.code, answered.body)
			return
		}
		whole := answered.refused(t, m.status, m.code)
		if got := answered.header.Get("Content-Language"); got != language {
			t.Errorf("%s: answered in %q, asked in %s", m.name, got, language)
		}
		if m.field != "" && (len(whole.Errors) == 0 || whole.Errors[0].Field != m.field) {
			t.Errorf("%s: the field %s is not named: %s", m.name, m.field, answered.body)
		}
		details[language] = whole.Detail
	}
	if !chinese.MatchString(details["zh-CN"]) || chinese.MatchString(details["en"]) {
		t.Errorf("%s: the details are %q", m.name, details)
	}
}

// world is what mistakes are made with.
type world struct {
	manager, rival, stranger, head, superior person // the stranger works at another outlet
	advisor, operator                        person
	customer, theirs, owned, sold            string // customers: the manager's own, the rival's, an owned one, the advisor's
	rejected                                 string // an application for theirs
	awaited, pending                         string // a customer with a pending application, and that
	product, closed                          string // products
	payment                                  string // reserved
	used                                     request
}

func (f *firm) settle() world {
	f.t.Helper()
	managers := f.crowd("rm", "RELATIONSHIP_MANAGER", f.north, 2)
	w := world{
		manager: managers[0], rival: managers[1],
		stranger: f.crowd("far", "RELATIONSHIP_MANAGER", f.south, 1)[0],
		head:     f.crowd("head", "OUTLET_HEAD", f.north, 1)[0],
		superior: f.crowd("sup", "SUPERIOR", f.root, 1)[0],
		advisor:  f.crowd("adv", "ADVISOR", f.wealth, 1)[0],
		operator: f.crowd("ops", "OPERATIONS", f.office, 1)[0],
	}
	bank := func(who person) string {
		return f.done(who, "/v1/customers", fields{"party": "PERSON", "home_unit": f.north, "fields": f.somebody()}).ID
	}
	w.customer, w.theirs, w.owned = bank(w.manager), bank(w.rival), bank(w.rival)
	application := f.done(w.rival, "/v1/claims", fields{"customer": w.owned, "line": "SELF_OPERATED"}).ID
	f.done(w.head, approval(application), nil)
	w.rejected = f.done(w.rival, "/v1/claims", fields{"customer": w.theirs, "line": "SELF_OPERATED"}).ID
	f.done(w.head, "/v1/applications/"+w.rejected+"/rejection", fields{"reason": "资料不全"})
	w.awaited = bank(w.rival)
	w.pending = f.done(w.rival, "/v1/claims", fields{"customer": w.awaited, "line": "SELF_OPERATED"}).ID
	w.sold = f.done(w.advisor, "/v1/customers", fields{
		"party": "PERSON", "home_unit": f.wealth, "advisor": w.advisor.id, "fields": fields{"name": "周一凡", "phone": "13910009999", "source": "OWN"},
	}).ID
	f.done(w.advisor, "/v1/customers/"+w.sold+"/attachments", fields{"advisor": w.advisor.id})
	for code, into := range map[string]*string{"OPEN": &w.product, "SHUT": &w.closed} {
		*into = f.done(w.operator, "/v1/products", fields{"code": code, "name": "示例产品", "supplier": "示例供应商"}).ID
	}
	f.done(w.operator, "/v1/products/"+w.product+"/opening", nil)
	w.payment = f.done(w.advisor, "/v1/payments", reservation(w.sold, w.product, w.advisor)).ID
	w.used = command("/v1/units", fields{"parent": f.city, "code": "USED", "name": "已用", "kind": "OUTLET", "line": "AGENCY"})
	f.send(f.admin, w.used).done(f.t)
	return w
}

// unreadable are bodies that are no command.
func (f *firm) unreadable() []mistake {
	unit := func(body string, headers ...string) request {
		return request{method: http.MethodPost, path: "/v1/units", body: body, key: uuid.NewString(), headers: headers}
	}
	whole := fields{"parent": f.city, "code": "BAD", "name": "不应有", "kind": "OUTLET", "line": "AGENCY"}
	with := func(name string, value any) string {
		changed := fields{name: value}
		for field, kept := range whole {
			if field != name {
				changed[field] = kept
			}
		}
		return written(changed)
	}
	const malformed, validation = "request/malformed", "request/validation"
	return []mistake{
		{"half a JSON", f.admin, unit(`{"code":"BAD"`), 400, malformed, ""},
		{"no JSON", f.admin, unit(`code=BAD`), 400, malformed, ""},
		{"a list", f.admin, unit(`[]`), 400, malformed, ""},
		{"nothing", f.admin, unit("", "Content-Type", "application/json"), 400, malformed, ""},
		{"two objects", f.admin, unit(written(whole) + `{}`), 400, malformed, ""},
		{"a field twice", f.admin, unit(`{"code":"BAD","code":"BAD2"}`), 400, malformed, ""},
		{"broken UTF-8", f.admin, unit("{\"code\":\"\xff\xfe\"}"), 400, malformed, ""},
		{"a hundred thousand levels", f.admin, unit(`{"code":` + strings.Repeat("[", 100_000)), 400, malformed, ""},
		{"a number for a text", f.admin, unit(with("code", 7)), 400, validation, "code"},
		{"an object for a text", f.admin, unit(with("name", fields{})), 400, validation, "name"},
		{"an unknown field", f.admin, unit(with("colour", "red")), 400, "request/unknown-field", "colour"},
		{"another case", f.admin, unit(with("Code", "BAD")), 400, "request/unknown-field", ""},
		{"an id that is none", f.admin, unit(with("parent", "no-id")), 400, "request/id-format", "parent"},
		{"2 MiB", f.admin, unit(with("name", strings.Repeat("名", 700_000))), 413, "request/too-large", ""},
		{"plain text", f.admin, unit(written(whole), "Content-Type", "text/plain"), 415, "request/media-type", ""},
		{"a form", f.admin, unit(written(whole), "Content-Type", "application/x-www-form-urlencoded"), 415, "request/media-type", ""},
		{"another character set", f.admin, unit(written(whole), "Content-Type", "application/json; charset=gbk"), 415, "request/media-type", ""},
		{"no content type", f.admin, unit(written(whole), "Content-Type", ""), 415, "request/media-type", ""},
		{"no such address", f.admin, request{method: http.MethodGet, path: "/v1/nowhere"}, 404, "request/not-found", ""},
		{"no such method", f.admin, request{method: http.MethodDelete, path: "/v1/units"}, 405, "request/method", ""},
		{"an unknown parameter", f.admin, request{method: http.MethodGet, path: "/v1/units?colour=red"}, 400, "request/unknown-field", "colour"},
		{"a limit of none", f.admin, request{method: http.MethodGet, path: "/v1/units?limit=0"}, 400, "query/filter", "limit"},
		{"an id in an address that is none", f.admin, command("/v1/units/none/closure", fields{"reason": "x"}), 400, "request/id-format", "unit"},
		{"an address and a body that differ", f.admin, command("/v1/units/"+f.north+"/name", fields{"unit": f.south, "name": "x"}), 400, validation, "unit"},
	}
}

// unkeyed are commands with something wrong about their headers.
func (f *firm) unkeyed(w world) []mistake {
	unit := func(headers ...string) request {
		return command("/v1/units", fields{"parent": f.city, "code": "BAD", "name": "不应有", "kind": "OUTLET", "line": "AGENCY"}, headers...)
	}
	reused := w.used
	reused.body = strings.Replace(reused.body, "已用", "另一", 1)
	elsewhere := command("/v1/units/"+f.north+"/name", fields{"name": "另一"})
	elsewhere.key = w.used.key
	return []mistake{
		{"no key", f.admin, unit("Idempotency-Key", ""), 400, "idempotency/key-required", "Idempotency-Key"},
		{"a short key", f.admin, unit("Idempotency-Key", "short"), 400, "idempotency/key-required", ""},
		{"a key with another body", f.admin, reused, 409, "idempotency/key-reused", ""},
		{"a key with another command", f.admin, elsewhere, 409, "idempotency/key-reused", ""},
		{"a past time without a batch", f.admin, unit("Effective-At", "2020-01-01T00:00:00+08:00"), 409, "import/batch-not-approved", ""},
		{"a time that is none", f.admin, unit("Effective-At", "yesterday"), 400, "request/time-format", "Effective-At"},
		{"a batch that is none", f.admin, unit("Migration-Batch", "no-id"), 400, "request/id-format", "Migration-Batch"},
	}
}

// strangers bring nothing that lets them in.
func (f *firm) strangers() []mistake {
	signIn := func(body fields) request {
		return request{method: http.MethodPost, path: "/v1/session", body: written(body)}
	}
	me := request{method: http.MethodGet, path: "/v1/me"}
	basic := me
	basic.headers = []string{"Authorization", "Basic YWRtaW46YWRtaW4="}
	elsewhere := command("/v1/units", fields{"parent": f.city, "code": "BAD", "name": "x", "kind": "OUTLET"}, "Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site")
	return []mistake{
		{"nobody", person{}, me, 401, "auth/required", ""},
		{"a session that is none", person{session: "made-up"}, me, 401, "auth/required", ""},
		{"a token that is none", person{token: "guishu_" + strings.Repeat("x", 43)}, me, 401, "auth/token-invalid", ""},
		{"another scheme", person{}, basic, 401, "auth/required", ""},
		{"a wrong password", person{}, signIn(fields{"login": "second", "password": "wrong horse battery"}), 401, "auth/sign-in-failed", ""},
		{"an unknown name", person{}, signIn(fields{"login": "nobody-at-all", "password": password}), 401, "auth/sign-in-failed", ""},
		{"a default password", person{}, signIn(fields{"login": "admin", "password": "admin"}), 401, "auth/sign-in-failed", ""},
		{"another site's page", f.admin, elsewhere, 403, "auth/cross-site", ""},
	}
}

// notTheirs are about what does not exist, or not for who asks.
func (f *firm) notTheirs(w world) []mistake {
	const absent = "query/not-found-or-out-of-scope"
	nowhere := uuid.NewString()
	supplement := func(customer string) request {
		return command("/v1/customers/"+customer+"/supplement", fields{"fields": fields{"remark": "x"}})
	}
	return []mistake{
		{"an unknown customer", w.manager, supplement(nowhere), 404, absent, ""},
		{"somebody else's customer", w.manager, supplement(w.theirs), 404, absent, ""},
		{"a customer of another outlet", w.stranger, supplement(w.theirs), 404, absent, ""},
		{"an unknown payment", w.advisor, command("/v1/payments/"+nowhere+"/registration", registration(1)), 404, absent, ""},
		{"an unknown application", w.head, command(approval(nowhere), nil), 404, absent, ""},
		{"an unknown customer's claim", w.manager, command("/v1/claims", fields{"customer": nowhere, "line": "SELF_OPERATED"}), 404, absent, ""},
		{"no permission to establish", w.manager, command("/v1/units", fields{"parent": f.city, "code": "B", "name": "x", "kind": "OUTLET"}), 403, "authz/denied", ""},
		{"no permission to confirm", w.advisor, command("/v1/payments/"+w.payment+"/confirmation", fields{}), 403, "authz/denied", ""},
		{"no permission to approve", w.manager, command(approval(w.rejected), nil), 403, "authz/denied", ""},
		{"no permission for customers, though administrator", f.admin, supplement(w.customer), 403, "authz/denied", ""},
	}
}

// senseless are commands that can be read and make no sense.
func (f *firm) senseless(w world) []mistake {
	customer := func(change fields) request {
		profile := fields{"name": "郑明哲", "phone": "13910008888", "source": "OWN"}
		for name, value := range change {
			profile[name] = value
		}
		return command("/v1/customers", fields{"party": "PERSON", "home_unit": f.north, "fields": profile})
	}
	payment := func(name string, value any) request {
		body := reservation(w.sold, w.product, w.advisor)
		body[name] = value
		return command("/v1/payments", body)
	}
	right := residentNumber(4242)
	wrong := right[:17] + map[bool]string{true: "1", false: "0"}[right[17] == '0']
	return []mistake{
		{"no name", w.manager, customer(fields{"name": ""}), 400, "customer/required", "fields.name"},
		{"no phone", w.manager, customer(fields{"phone": ""}), 400, "customer/required", "fields.phone"},
		{"a phone that is none", w.manager, customer(fields{"phone": "12345"}), 400, "contact/phone-format", "fields.phone"},
		{"a wrong check digit", w.manager, customer(fields{"identity_type": "RESIDENT_ID", "identity_number": wrong}), 400, "identity/id-checksum", "fields.identity_number"},
		{"somebody's document", w.manager, customer(fields{"identity_type": "RESIDENT_ID", "identity_number": residentNumber(1)}), 409, "customer/duplicate-identity", "fields.identity_number"},
		{"a channel of no type", w.manager, customer(fields{"source": "CHANNEL"}), 400, "customer/channel-type-required", ""},
		{"a birthday to come", w.manager, customer(fields{"birthday": "2999-01-01"}), 400, "form/value", "fields.birthday"},
		{"a NUL in a name", w.manager, customer(fields{"name": "郑\x00明"}), 400, "customer/name", "fields.name"},
		{"nothing to pay", w.advisor, payment("amount_fen", 0), 400, "payment/amount", "amount_fen"},
		{"less than nothing to pay", w.advisor, payment("amount_fen", -1), 400, "payment/amount", "amount_fen"},
		{"half a fen", w.advisor, payment("amount_fen", 0.5), 400, "request/validation", "amount_fen"},
		{"more money than there is", w.advisor, payment("amount_fen", int64(1)<<60), 400, "money/overflow", "amount_fen"},
		{"a day gone by", w.advisor, payment("scheduled_on", "2020-01-01"), 400, "payment/date", "scheduled_on"},
		{"a product that is closed", w.advisor, payment("product", w.closed), 422, "payment/product-closed", "product"},
		{"no such product", w.advisor, payment("product", uuid.NewString()), 422, "product/unknown", "product"},
		{"a unit's code twice", f.admin, command("/v1/units", fields{"parent": f.city, "code": "N01", "name": "x", "kind": "OUTLET", "line": "AGENCY"}), 409, "unit/duplicate", "code"},
		{"an outlet below an outlet", f.admin, command("/v1/units", fields{"parent": f.north, "code": "BAD", "name": "x", "kind": "OUTLET"}), 400, "unit/level", "kind"},
		{"a sign-in name twice", f.admin, command("/v1/staff", fields{"employee_no": "E-new", "login": " SECOND ", "name": "新", "unit": f.north}), 409, "staff/duplicate", "login"},
		{"a rejection without a reason", w.head, command("/v1/applications/"+w.pending+"/rejection", fields{"reason": " "}), 400, "approval/reject-reason-required", "reason"},
		{"a second application beside the first", w.rival, command("/v1/claims", fields{"customer": w.awaited, "line": "SELF_OPERATED"}), 409, "claim/duplicate-pending", ""},
		{"withdrawing somebody else's", w.manager, command("/v1/applications/"+w.pending+"/withdrawal", nil), 404, "query/not-found-or-out-of-scope", ""},
	}
}

// tooLate are steps that the state does not allow (any more).
func (f *firm) tooLate(w world) []mistake {
	confirm := command("/v1/payments/"+w.payment+"/confirmation", fields{})
	return []mistake{
		{"a claim on an owned customer", w.manager, command("/v1/claims", fields{"customer": w.owned, "line": "SELF_OPERATED"}), 409, "claim/already-owned", ""},
		{"a claim across lines", w.manager, command("/v1/claims", fields{"customer": w.customer, "line": "AGENCY"}), 422, "claim/cross-line", ""},
		{"approving what was rejected", w.head, command(approval(w.rejected), nil), 409, "approval/not-pending", ""},
		{"withdrawing what was rejected", w.rival, command("/v1/applications/"+w.rejected+"/withdrawal", nil), 409, "approval/not-pending", ""},
		{"confirming what is not registered", w.operator, confirm, 409, "payment/state", ""},
		{"reversing what is not confirmed", w.operator, command("/v1/payments/"+w.payment+"/reversal", fields{"reason": "错账"}), 409, "payment/state", ""},
		{"registering an incomplete customer's payment", w.advisor, command("/v1/payments/"+w.payment+"/registration", registration(77)), 422, "payment/customer-incomplete", ""},
		{"attaching twice", w.advisor, command("/v1/customers/"+w.sold+"/attachments", fields{"advisor": w.advisor.id}), 409, "attachment/already-attached", ""},
		{"opening what is open", w.operator, command("/v1/products/"+w.product+"/opening", nil), 409, "product/state", ""},
		{"granting oneself", f.second, command("/v1/staff/"+f.second.id+"/access/"+uuid.NewString()+"/approval", nil), 404, "query/not-found-or-out-of-scope", ""},
	}
}

var requestID = regexp.MustCompile(`"request_id":"[^"]+"`)

// What is out of scope and what does not exist cannot be told apart: the answers
// are the same byte for byte, but for the request's own id.
func TestOutOfScopeReadsAsNotFound(t *testing.T) {
	t.Parallel()
	f := establish(install(t).start())
	w := f.settle()
	for name, address := range map[string]string{
		"supplement": "/v1/customers/{}/supplement", "erasure": "/v1/customers/{}/erasure", "attachments": "/v1/customers/{}/attachments",
		"reveal": "/v1/customers/{}/reveal",
	} {
		who, body := w.stranger, fields{}
		switch name {
		case "supplement":
			body["fields"] = fields{"remark": "x"}
		case "erasure":
			who, body["basis"] = f.crowd("sup2", "SUPERIOR", f.city, 1)[0], "本人要求"
		case "attachments":
			who, body["advisor"] = w.advisor, w.stranger.id
		case "reveal":
			body["fields"], body["purpose"] = []string{"phone"}, "核实"
		}
		customer := w.theirs
		if name == "erasure" {
			customer = w.sold // of the wealth branch, which is not below the city
		}
		there := f.post(who, strings.Replace(address, "{}", customer, 1), body)
		nowhere := f.post(who, strings.Replace(address, "{}", uuid.NewString(), 1), body)
		there.refused(t, http.StatusNotFound, "query/not-found-or-out-of-scope")
		if a, b := requestID.ReplaceAllString(there.body, ""), requestID.ReplaceAllString(nowhere.body, ""); a != b || there.status != nowhere.status {
			t.Errorf("%s tells what is out of scope from what does not exist:\n%s\n%s", name, a, b)
		}
		for header := range there.header {
			if header != "X-Request-Id" && header != "Date" && there.header.Get(header) != nowhere.header.Get(header) {
				t.Errorf("%s: the header %s tells them apart", name, header)
			}
		}
	}
}

// A departure ends every access at once, also in the middle of a session; so do the
// revocation and the end of a token (B-28).
func TestAccessEndsAtOnce(t *testing.T) {
	t.Parallel()
	f := establish(install(t).start())
	leaver := f.employ("leaver", "RELATIONSHIP_MANAGER", f.north)
	type token struct {
		ID     string `json:"id"`
		Secret string `json:"secret"`
	}
	made := func(name string) token {
		var one token
		f.post(leaver, "/v1/me/tokens", fields{"name": name}).is(t, http.StatusOK).read(t, &one)
		return one
	}
	kept, revoked, expired := made("kept"), made("revoked"), made("expired")
	f.get(person{token: revoked.Secret}, "/v1/me").is(t, http.StatusOK)
	f.send(leaver, request{method: http.MethodDelete, path: "/v1/me/tokens/" + revoked.ID}).is(t, http.StatusNoContent)
	f.get(person{token: revoked.Secret}, "/v1/me").refused(t, http.StatusUnauthorized, "auth/token-invalid")
	if _, err := f.connect().Exec(within(t), `UPDATE auth.token SET expires_at = now() - interval '1 second' WHERE id = $1`, expired.ID); err != nil {
		t.Fatal(err)
	}
	f.get(person{token: expired.Secret}, "/v1/me").refused(t, http.StatusUnauthorized, "auth/token-invalid")
	f.get(leaver, "/v1/me").is(t, http.StatusOK)
	f.get(person{token: kept.Secret}, "/v1/me").is(t, http.StatusOK)
	f.done(f.admin, "/v1/staff/"+leaver.id+"/departure", fields{"on": today(), "reason": "离职"})
	database := f.connect()
	before := last(t, database)
	// By the ledger at first, and for want of a sign-in soon after: which, is a
	// matter of moments.
	f.get(leaver, "/v1/me").is(t, http.StatusUnauthorized)
	f.get(person{token: kept.Secret}, "/v1/me").is(t, http.StatusUnauthorized)
	f.post(leaver, "/v1/customers", fields{"party": "PERSON", "home_unit": f.north, "fields": f.somebody()}).is(t, http.StatusUnauthorized)
	f.post(person{}, "/v1/session", fields{"login": "leaver", "password": password}).is(t, http.StatusUnauthorized)
	waiting.Until(t, "nothing to be left to sign in with", func() bool {
		return one[int](t, database, `SELECT (SELECT count(*) FROM auth.credential WHERE staff = $1) + (SELECT count(*) FROM auth.session WHERE staff = $1)
			+ (SELECT count(*) FROM auth.token WHERE staff = $1 AND revoked_at IS NULL)`, leaver.id) == 0
	})
	f.post(person{}, "/v1/session", fields{"login": "leaver", "password": password}).refused(t, http.StatusUnauthorized, "auth/sign-in-failed")
	if after := last(t, database); after != before {
		t.Errorf("somebody who has left wrote %d events", after-before)
	}
}
