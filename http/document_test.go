package http

import (
	"flag"
	"os"
	"testing"

	"guishu/http/question"
)

var openapi = flag.String("openapi", "", "write the OpenAPI document into this file")

// document is the OpenAPI document, which needs no ledger.
func document(t *testing.T) []byte {
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
	content := document(t)
	if *openapi == "" {
		return
	}
	if err := os.WriteFile(*openapi, content, 0o600); err != nil {
		t.Fatal(err)
	}
}
