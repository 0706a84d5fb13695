package http_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

func TestTheDocumentHoldsEveryRoute(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var document struct {
		OpenAPI string `json:"openapi"`
		Paths   map[string]map[string]struct {
			OperationID string           `json:"operationId"`
			Parameters  []map[string]any `json:"parameters"`
			Responses   map[string]any   `json:"responses"`
			Security    []map[string]any `json:"security"`
		} `json:"paths"`
		Components struct {
			Schemas map[string]any `json:"schemas"`
		} `json:"components"`
	}
	answer := h.browser().get("/openapi.json").is(http.StatusOK).read(&document)
	if document.OpenAPI != "3.1.0" {
		t.Errorf("version %s", document.OpenAPI)
	}
	for _, route := range h.server.Routes() {
		if !strings.HasPrefix(route.Path, "/v1/") {
			continue
		}
		described, found := document.Paths[route.Path][strings.ToLower(route.Method)]
		if !found || described.OperationID == "" || len(described.Responses) < 2 {
			t.Errorf("%s %s is not described: %+v", route.Method, route.Path, described)
		}
		for _, part := range strings.Split(route.Path, "/") {
			if strings.HasPrefix(part, "{") && !hasParameter(described.Parameters, strings.Trim(part, "{}")) {
				t.Errorf("%s %s does not describe %s", route.Method, route.Path, part)
			}
		}
	}
	if len(h.server.Routes()) < 40 {
		t.Errorf("only %d routes", len(h.server.Routes()))
	}
	// Every reference leads somewhere.
	for part := range strings.SplitSeq(answer.body, `"$ref":"#/components/schemas/`) {
		name, _, _ := strings.Cut(part, `"`)
		if _, found := document.Components.Schemas[name]; !found && !strings.HasPrefix(part, "{") {
			t.Errorf("a reference to %q, which is not there", name)
		}
	}
}

// What an answer may leave out is not required of it.
func TestTheDocumentRequiresOnlyWhatIsAlwaysAnswered(t *testing.T) {
	t.Parallel()
	var document struct {
		Components struct {
			Schemas map[string]struct {
				Required   []string       `json:"required"`
				Properties map[string]any `json:"properties"`
			} `json:"schemas"`
		} `json:"components"`
	}
	newHouse(t).browser().get("/openapi.json").is(http.StatusOK).read(&document)
	for _, name := range []string{"Answer", "Claimable"} {
		schema := document.Components.Schemas[name]
		if _, known := schema.Properties["repeated"]; !known || slices.Contains(schema.Required, "repeated") || !slices.Contains(schema.Required, "position") {
			t.Errorf("%s: %+v", name, schema)
		}
	}
}

func hasParameter(parameters []map[string]any, name string) bool {
	for _, p := range parameters {
		if p["name"] == name && p["in"] == "path" && p["required"] == true {
			return true
		}
	}
	return false
}

func TestPagesLoadNothingFromElsewhere(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, path := range []string{"/", "/docs", "/docs/docs.js", "/docs/page.css"} {
		page := h.browser().get(path).is(http.StatusOK)
		page.lacks("http://", "https://", "cdn")
		if policy := page.header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") {
			t.Errorf("%s: the policy is %q", path, policy)
		}
	}
	if home := h.browser().get("/"); !strings.Contains(home.body, `lang="zh-CN"`) || !strings.Contains(home.body, "客户归属账本") {
		t.Error("the home page does not speak Chinese first")
	}
}
