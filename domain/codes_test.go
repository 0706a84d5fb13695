package domain_test

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"guishu/domain"
)

func TestEveryCodeSaysWhatToDoInBothLanguages(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile(`^[a-z]+(-[a-z]+)*/[a-z]+(-[a-z]+)*$`)
	codes := domain.Codes()
	for _, entry := range codes {
		if !form.MatchString(string(entry.Code)) {
			t.Errorf("%q is not of the form area/reason", entry.Code)
		}
		if entry.Chinese == "" || entry.English == "" || entry.Kind.String() == "unknown" {
			t.Errorf("%s: a sentence or the kind is missing: %+v", entry.Code, entry)
		}
		found, ok := entry.Code.Entry()
		if !ok || found != entry {
			t.Errorf("%s cannot be looked up: %+v", entry.Code, found)
		}
	}
	byCode := func(a, b domain.CodeEntry) int { return strings.Compare(string(a.Code), string(b.Code)) }
	if !slices.IsSortedFunc(codes, byCode) {
		t.Error("the table is not sorted, so look-ups miss")
	}
	if len(slices.CompactFunc(codes, func(a, b domain.CodeEntry) bool { return a.Code == b.Code })) != len(codes) {
		t.Error("a code stands in the table twice")
	}
}

// The times shown as examples are what the API takes.
func TestTheTimesShownCanBeSent(t *testing.T) {
	t.Parallel()
	entry, _ := domain.ErrRequestTimeFormat.Entry()
	shown := regexp.MustCompile(`2026\S*[0-9]`)
	for _, sentence := range []string{entry.Chinese, entry.English} {
		if _, err := time.Parse(time.RFC3339, shown.FindString(sentence)); err != nil {
			t.Errorf("%q: %v", sentence, err)
		}
	}
}

func TestAnUnknownCodeHasNoEntry(t *testing.T) {
	t.Parallel()
	if entry, found := domain.Code("no/such-code").Entry(); found {
		t.Errorf("found %+v", entry)
	}
}

func TestARefusalIsFoundByItsCode(t *testing.T) {
	t.Parallel()
	for name, err := range map[string]error{
		"bare code":  domain.ErrClaimAlreadyOwned,
		"with field": domain.ErrClaimAlreadyOwned.At("customer"),
		"wrapped":    fmt.Errorf("claim: %w", domain.ErrClaimAlreadyOwned.With("line", "AGENCY")),
	} {
		if !errors.Is(err, domain.ErrClaimAlreadyOwned) {
			t.Errorf("%s: not the code", name)
		}
		if errors.Is(err, domain.ErrClaimCrossLine) {
			t.Errorf("%s: is another code too", name)
		}
		if domain.CodeOf(err) != domain.ErrClaimAlreadyOwned {
			t.Errorf("%s: CodeOf gives %q", name, domain.CodeOf(err))
		}
	}
	if _, found := domain.AsError(errors.New("disk full")); found {
		t.Error("a foreign error reads as a refusal")
	}
}

func TestSentencesTakeTheirParameters(t *testing.T) {
	t.Parallel()
	refusal := domain.ErrCustomerRequired.At("address").With("limit", "3")
	if got, want := refusal.Message(), "Fill in the required field address."; got != want {
		t.Errorf("Message() = %q, want %q", got, want)
	}
	if got, want := refusal.MessageZH(), "请填写必填项：address"; got != want {
		t.Errorf("MessageZH() = %q, want %q", got, want)
	}
	if got := domain.ErrClaimLookupLimit.With("limit", "50").Message(); !strings.Contains(got, "today's 50 look-ups") {
		t.Errorf("Message() = %q", got)
	}
	if got, want := domain.ErrAssociationNoMatch.With("x", "y").MessageZH(), "没有对应关联客户!"; got != want {
		t.Errorf("A-26 asks for %q, got %q", want, got)
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
