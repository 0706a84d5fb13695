package http

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode"

	"guishu/commands"
	"guishu/http/question"
)

var openapi = flag.String("openapi", "", "write the OpenAPI document into this file")

// written is the OpenAPI document, which needs no ledger.
func written(t *testing.T) []byte {
	t.Helper()
	content, err := newServer(Config{Version: "test"}, new(question.Records)).api.Document()
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// .ci/run has the document written by this test, and looks at it with other programs.
func TestTheDocumentIsMadeWithoutALedger(t *testing.T) {
	t.Parallel()
	content := written(t)
	if *openapi == "" {
		return
	}
	if err := os.WriteFile(*openapi, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// schema is a part of the document that describes a value.
type schema struct {
	Ref          string             `json:"$ref"`
	Type         any                `json:"type"` // a text; several where a value may be null
	Format       string             `json:"format"`
	Description  string             `json:"description"`
	Enum         []string           `json:"enum"`
	Descriptions []string           `json:"x-enum-descriptions"`
	Properties   map[string]*schema `json:"properties"`
	Required     []string           `json:"required"`
	Items        *schema            `json:"items"`
}

// described is the document as a stranger's program reads it.
type described struct {
	Servers []struct{ URL string }
	Paths   map[string]map[string]struct {
		OperationID string `json:"operationId"`
		Description string
		Security    []map[string][]string
		Parameters  []struct {
			Name, In, Description string
			Required              bool
			Schema                *schema
		}
		Responses map[string]struct {
			Ref         string `json:"$ref"`
			Description string
		}
	}
	Components struct {
		Schemas   map[string]*schema
		Responses map[string]struct{ Description string }
	}
}

func read(t *testing.T) described {
	t.Helper()
	var d described
	if err := json.Unmarshal(written(t), &d); err != nil {
		t.Fatal(err)
	}
	return d
}

// inBoth says whether a text speaks Chinese and English.
func inBoth(text string) bool {
	han := strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) })
	return han && strings.ContainsFunc(text, func(r rune) bool { return r < unicode.MaxASCII && unicode.IsLetter(r) })
}

// K-01, K-29: whatever is named in the document is described, in both languages.
func TestTheDocumentSpeaksBothLanguages(t *testing.T) {
	t.Parallel()
	d := read(t)
	for path, operations := range d.Paths {
		for method, op := range operations {
			if !inBoth(op.Description) {
				t.Errorf("%s %s is described %q", method, path, op.Description)
			}
			for _, p := range op.Parameters {
				if !inBoth(p.Description) {
					t.Errorf("%s: the parameter %s is described %q", op.OperationID, p.Name, p.Description)
				}
			}
		}
	}
	for name, s := range d.Components.Schemas {
		for field, property := range s.Properties {
			if !inBoth(property.Description) {
				t.Errorf("%s: the field %s is described %q", name, field, property.Description)
			}
		}
		if len(s.Enum) != len(s.Descriptions) {
			t.Errorf("%s: the values %v are called %v", name, s.Enum, s.Descriptions)
		}
		for i, said := range s.Descriptions {
			if !inBoth(said) {
				t.Errorf("%s: %s is called %q", name, s.Enum[i], said)
			}
		}
	}
}

// K-01: what is never null is never said to be, what is one of several values is an
// enumeration, and ids, days and times say what they are.
func TestTheDocumentSaysWhatValuesAre(t *testing.T) {
	t.Parallel()
	d := read(t)
	if len(d.Servers) == 0 {
		t.Error("there are no servers")
	}
	for name, s := range d.Components.Schemas {
		for _, field := range slices.Sorted(maps.Keys(s.Properties)) {
			p := s.Properties[field]
			if _, several := p.Type.([]any); several {
				t.Errorf("%s: %s may be null", name, field)
			}
			switch format := p.Format; {
			case field == "id" && p.Ref == "" && format != "uuid",
				strings.HasSuffix(field, "_at") && format != "date-time",
				strings.HasSuffix(field, "_on") && format != "date":
				t.Errorf("%s: %s has the format %q", name, field, format)
			}
			if p.Type == "string" && slices.Contains([]string{"line", "kind", "status", "role", "party", "nature", "method", "ground", "mode", "result"}, field) {
				t.Errorf("%s: %s is any text", name, field)
			}
		}
		for _, field := range s.Required {
			if s.Properties[field] == nil {
				t.Errorf("%s requires %s, which it does not describe", name, field)
			}
		}
	}
	for path, operations := range d.Paths {
		for method, op := range operations {
			if op.Security == nil {
				t.Errorf("%s %s does not say who may ask", method, path)
			}
			for _, p := range op.Parameters {
				if p.In == "path" && p.Name != "version" && p.Schema.Format != "uuid" {
					t.Errorf("%s %s: %s is any text", method, path, p.Name)
				}
			}
		}
	}
}

// K-01: an operation names every code that its verb refuses with.
func TestTheDocumentNamesTheRefusalsOfEveryCommand(t *testing.T) {
	t.Parallel()
	d := read(t)
	said := map[string]string{}
	for _, operations := range d.Paths {
		for _, op := range operations {
			for _, response := range op.Responses {
				shared := d.Components.Responses[strings.TrimPrefix(response.Ref, "#/components/responses/")]
				said[op.OperationID] += response.Description + shared.Description
			}
		}
	}
	for _, command := range commands.All() {
		verb := command.Verb()
		for _, code := range verb.Refuses {
			entry := code.Entry()
			if line := fmt.Sprintf("- `%s` %s / %s\n", entry.Name, entry.Chinese, entry.English); !strings.Contains(said[verb.Name], line) {
				t.Errorf("%s does not name %s", verb.Name, entry.Name)
			}
		}
	}
}
