package domain_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"guishu/domain"
)

var (
	errOwned = domain.NewCode("sample/owned", domain.Conflict, "A-13", "已有归属", "Somebody owns it.")
	errLimit = domain.NewCode("sample/limit", domain.Limit, "", "今日已达 {limit} 次", "You have used up today's {limit}.")
)

// The times shown as examples are what the API takes.
func TestTheTimesShownCanBeSent(t *testing.T) {
	t.Parallel()
	entry := domain.ErrRequestTimeFormat.Entry()
	shown := regexp.MustCompile(`2026\S*[0-9]`)
	for _, sentence := range []string{entry.Chinese, entry.English} {
		if _, err := time.Parse(time.RFC3339, shown.FindString(sentence)); err != nil {
			t.Errorf("%q: %v", sentence, err)
		}
	}
}

func TestACodeIsFoundByItsName(t *testing.T) {
	t.Parallel()
	codes := []domain.Code{errOwned, errLimit}
	if found := domain.FindCode(codes, "sample/limit"); found != errLimit {
		t.Errorf("found %v", found)
	}
	if found := domain.FindCode(codes, "no/such-code"); !found.IsZero() || found.Name() != "" || found.Kind() != 0 || found.Entry() != (domain.CodeEntry{}) {
		t.Errorf("found %v", found)
	}
}

func TestACodeMarshalsAsItsName(t *testing.T) {
	t.Parallel()
	if text, err := json.Marshal(map[domain.Code]domain.Code{errOwned: errLimit}); err != nil || string(text) != `{"sample/owned":"sample/limit"}` {
		t.Errorf("%s %v", text, err)
	}
}

func TestARefusalIsFoundByItsCode(t *testing.T) {
	t.Parallel()
	for name, err := range map[string]error{
		"bare code":  errOwned,
		"with field": errOwned.At("customer"),
		"wrapped":    fmt.Errorf("claim: %w", errOwned.With("line", "AGENCY")),
	} {
		if !errors.Is(err, errOwned) {
			t.Errorf("%s: not the code", name)
		}
		if errors.Is(err, errLimit) {
			t.Errorf("%s: is another code too", name)
		}
		if domain.CodeOf(err) != errOwned {
			t.Errorf("%s: CodeOf gives %v", name, domain.CodeOf(err))
		}
	}
	foreign := errors.New("disk full")
	if _, found := domain.AsError(foreign); found || !domain.CodeOf(foreign).IsZero() {
		t.Error("a foreign error reads as a refusal")
	}
}

func TestSentencesTakeTheirParameters(t *testing.T) {
	t.Parallel()
	refusal := domain.ErrFormRequired.At("address").With("limit", "3")
	if got, want := refusal.Message(), "Fill in the required field address."; got != want {
		t.Errorf("Message() = %q, want %q", got, want)
	}
	if got, want := refusal.MessageZH(), "凡带*号的为必填项：address"; got != want {
		t.Errorf("MessageZH() = %q, want %q", got, want)
	}
	if got := errLimit.With("limit", "50").Message(); !strings.Contains(got, "today's 50") {
		t.Errorf("Message() = %q", got)
	}
	if got, want := errOwned.With("x", "y").MessageZH(), "已有归属"; got != want {
		t.Errorf("MessageZH() = %q, want %q", got, want)
	}
}

func TestWithLeavesTheOriginalAlone(t *testing.T) {
	t.Parallel()
	first := domain.ErrRequestTooLarge.With("limit", "10")
	second := first.With("limit", "20")
	if first.Params["limit"] != "10" || second.Params["limit"] != "20" {
		t.Errorf("first %v, second %v", first.Params, second.Params)
	}
}
