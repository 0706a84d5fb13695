package http_test

import (
	"bytes"
	"encoding/base64"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"guishu/commands"
	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/policy"
)

type unitPage struct {
	Items []struct {
		ID   domain.UnitID `json:"id"`
		Code string        `json:"code"`
		Name string        `json:"name"`
	} `json:"items"`
	Next  string `json:"next"`
	Count *int   `json:"count"`
}

func TestAListIsPagedAndCounted(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ann := h.as("ann")
	h.seen()
	var all, first, second unitPage
	ann.get("/v1/units?count=true").is(http.StatusOK).read(&all)
	if len(all.Items) != 4 || all.Count == nil || *all.Count != 4 || all.Next != "" {
		t.Fatalf("%+v", all)
	}
	ann.get("/v1/units?limit=3").is(http.StatusOK).read(&first)
	ann.get("/v1/units?limit=3&cursor=" + first.Next).is(http.StatusOK).read(&second)
	if len(first.Items) != 3 || len(second.Items) != 1 || second.Items[0] != all.Items[3] || first.Count != nil {
		t.Errorf("first %+v, second %+v", first, second)
	}
	var below unitPage
	ann.get("/v1/units?kind=OUTLET&below=" + h.city.String()).is(http.StatusOK).read(&below)
	if len(below.Items) != 2 {
		t.Errorf("%+v", below)
	}
	ann.get("/v1/units/" + h.north.String()).is(http.StatusOK)
	ann.get("/v1/units/0192f7a0-0000-7000-8000-000000000000").refuses(http.StatusNotFound, domain.ErrQueryNotFoundOrOutOfScope)
}

// parameter is one of a route's parameters as the document describes it.
type parameter struct {
	Name string `json:"name"`
	In   string `json:"in"`
}

// lists are the addresses of everything that is paged and counted.
func (c *client) lists() []string {
	c.t.Helper()
	var document struct {
		Paths map[string]struct {
			Get struct {
				Parameters []parameter `json:"parameters"`
			} `json:"get"`
		} `json:"paths"`
	}
	c.get("/openapi.json").is(http.StatusOK).read(&document)
	var paths []string
	for path, operations := range document.Paths {
		if slices.Contains(operations.Get.Parameters, parameter{"count", "query"}) {
			paths = append(paths, path)
		}
	}
	return paths
}

func TestEveryListIsCounted(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	director := h.hire("sue", h.Root, domain.RoleSuperior)
	_, err := h.Ledger.Do(t.Context(), h.As(director), commands.PublishPolicy{EffectiveOn: h.Ledger.Today(), Rules: commands.Rules(policy.Default())})
	h.Must(err)
	customer := h.customer("ann", h.north, "王小明")
	sue := h.as("sue")
	h.seen()
	atLeast := map[string]int{"/v1/units": 4, "/v1/staff": 7, "/v1/access-requests": 6, "/v1/policies": 1, "/v1/customers": 1, "/v1/customers/{customer}/timeline": 1}
	lists := sue.lists()
	for _, path := range lists {
		var page struct {
			Items []any `json:"items"`
			Count *int  `json:"count"`
		}
		sue.get(strings.ReplaceAll(path, "{customer}", customer.String()) + "?limit=500&count=true").is(http.StatusOK).read(&page)
		if page.Count == nil || *page.Count != len(page.Items) || len(page.Items) < atLeast[path] {
			t.Errorf("%s: %d rows, counted %v", path, len(page.Items), page.Count)
		}
	}
	if len(lists) < 15 {
		t.Errorf("only %d lists", len(lists))
	}
}

func TestAListIsSortedAsAskedFor(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ann := h.as("ann")
	zhang, li := h.customer("ann", h.north, "张三"), h.customer("ann", h.north, "李四")
	h.seen()
	for sort, want := range map[string][]domain.CustomerID{
		"": {li, zhang}, "newest": {li, zhang}, "-oldest": {li, zhang}, "oldest": {zhang, li}, "-newest": {zhang, li},
		"name": {li, zhang}, "-name": {zhang, li},
	} {
		var whole, second customerPage
		ann.get("/v1/customers?sort=" + sort).is(http.StatusOK).read(&whole)
		var first struct {
			Next string `json:"next"`
		}
		ann.get("/v1/customers?limit=1&sort=" + sort).is(http.StatusOK).read(&first)
		ann.get("/v1/customers?limit=1&sort=" + sort + "&cursor=" + first.Next).is(http.StatusOK).read(&second)
		if len(whole.Items) != 2 || whole.Items[0].ID != want[0] || whole.Items[1].ID != want[1] || len(second.Items) != 1 || second.Items[0].ID != want[1] {
			t.Errorf("sorted by %q: %+v, then on the second page %+v", sort, whole.Items, second.Items)
		}
	}
}

func TestEveryListRefusesASortItDoesNotKnow(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.hire("sue", h.Root, domain.RoleSuperior)
	customer := h.customer("ann", h.north, "王小明")
	sue := h.as("sue")
	h.seen()
	lists := sue.lists()
	for _, path := range lists {
		sue.get(strings.ReplaceAll(path, "{customer}", customer.String())+"?sort=colour").refuses(http.StatusBadRequest, domain.ErrQuerySort)
	}
	if len(lists) < 15 {
		t.Errorf("only %d lists", len(lists))
	}
}

func TestBadQueriesNameWhatIsWrong(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ann := h.as("ann")
	const canary = "11010519491231002X"
	for query, want := range map[string]struct {
		code  domain.Code
		field string
	}{
		"?limit=" + canary:  {domain.ErrQueryFilter, "limit"},
		"?limit=501":        {domain.ErrQueryFilter, "limit"},
		"?limit=0":          {domain.ErrQueryFilter, "limit"},
		"?count=" + canary:  {domain.ErrQueryFilter, "count"},
		"?below=" + canary:  {domain.ErrQueryFilter, "below"},
		"?cursor=" + canary: {domain.ErrQueryCursor, "cursor"},
		"?sort=" + canary:   {domain.ErrQuerySort, "sort"},
		"?min_position=-1":  {domain.ErrQueryFilter, "min_position"},
		"?colour=red":       {domain.ErrRequestUnknownField, "colour"},
		"?limit=1&limit=2":  {domain.ErrRequestValidation, "limit"},
		"?limit=%zz":        {domain.ErrRequestMalformed, ""},
		"/" + canary:        {domain.ErrRequestIDFormat, "unit"},
		"?below=" + domain.UnitID(h.people["ann"]).String(): {domain.ErrQueryFilter, "below"},
	} {
		answer := ann.get("/v1/units" + query)
		problem := answer.refuses(http.StatusBadRequest, want.code)
		answer.lacks(canary)
		if want.field != "" && (len(problem.Errors) != 1 || problem.Errors[0].Field != want.field) {
			t.Errorf("%s: %s", query, answer.body)
		}
	}
}

func TestAFilterThatIsNoneOfItsValuesIsRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.hire("sue", h.Root, domain.RoleSuperior)
	sue := h.as("sue")
	for path, fields := range map[string][]string{
		"/v1/customers": {"view", "line", "kind", "party", "nature", "source"}, "/v1/applications": {"status", "kind", "line"},
		"/v1/payments": {"status", "line"}, "/v1/attributions": {"ground"}, "/v1/units": {"kind", "line"}, "/v1/staff": {"role"},
		"/v1/access-requests": {"status"}, "/v1/migrations": {"status"}, "/v1/performance": {"line", "level", "grain"},
	} {
		for _, field := range fields {
			answer := sue.get(path + "?" + field + "=CANARY")
			problem := answer.refuses(http.StatusBadRequest, domain.ErrQueryFilter)
			answer.lacks("CANARY")
			if len(problem.Errors) != 1 || problem.Errors[0].Field != field {
				t.Errorf("%s: %s", path, answer.body)
			}
		}
	}
	sue.post("/v1/customers/search", map[string]any{"name": "王", "view": "CANARY"}).refuses(http.StatusBadRequest, domain.ErrQueryFilter)
}

func TestWhatNoTableCanBeAskedForIsRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ann := h.as("ann")
	h.customer("ann", h.north, "王小明")
	h.customer("ann", h.north, "李小明")
	h.seen()
	for _, path := range []string{"/v1/units?name=%00", "/v1/units?code=%ff", "/v1/staff?employee_no=%00"} {
		ann.get(path).refuses(http.StatusBadRequest, domain.ErrQueryFilter)
	}
	ann.post("/v1/customers/search", map[string]any{"name": "王\x00"}).refuses(http.StatusBadRequest, domain.ErrQueryFilter)
	var first struct {
		Next string `json:"next"`
	}
	ann.get("/v1/customers?limit=1").is(http.StatusOK).read(&first)
	cursor, err := base64.RawURLEncoding.DecodeString(first.Next)
	h.Must(err)
	made := regexp.MustCompile(`"Key":\["[0-9]+"`).ReplaceAll(cursor, []byte(`"Key":["x"`))
	if bytes.Equal(made, cursor) {
		t.Fatalf("the cursor is %s", cursor)
	}
	ann.get("/v1/customers?limit=1&cursor="+base64.RawURLEncoding.EncodeToString(made)).refuses(http.StatusBadRequest, domain.ErrQueryFilter)
}

func TestMinPositionShowsTheOwnWrite(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin := h.as("admin")
	for _, name := range []string{"东街支局", "西街支局", "南街支局"} {
		var written ledger.Answer
		admin.post("/v1/units/"+h.north.String()+"/name", map[string]string{"name": name}).is(http.StatusCreated).read(&written)
		var unit struct {
			Name string `json:"name"`
		}
		admin.get("/v1/units/" + h.north.String() + "?min_position=" + strconv.FormatInt(int64(written.Position), 10)).is(http.StatusOK).read(&unit)
		if unit.Name != name {
			t.Errorf("read %q after writing %q", unit.Name, name)
		}
	}
}

func TestAPositionThatNeverComesIsGivenUp(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	answer := h.as("ann").get("/v1/units?min_position=1000000")
	answer.refuses(http.StatusServiceUnavailable, domain.ErrQueryPositionTimeout)
	if answer.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
}
