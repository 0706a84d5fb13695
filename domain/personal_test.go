package domain_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"guishu/domain"
)

// Whatever prints a personal text, the text does not show; only Reveal gives it.
func TestPersonalNeverPrints(t *testing.T) {
	t.Parallel()
	const canary = "CANARY张晓梅13800000000"
	type holder struct {
		Name   domain.Personal
		hidden domain.Personal
		Nested []domain.Personal
	}
	p := domain.NewPersonal(canary)
	h := holder{Name: p, hidden: p, Nested: []domain.Personal{p}}

	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T"} {
		fmt.Fprintf(&out, verb+verb+verb+"\n", p, h, &h)
	}
	fmt.Fprintln(&out, p, h, &h, []any{p, h}, map[domain.Personal]string{p: ""})
	fmt.Fprintln(&out, fmt.Errorf("failed for %v: %w", p, errors.New("x")))
	for _, logger := range []*slog.Logger{slog.New(slog.NewTextHandler(&out, nil)), slog.New(slog.NewJSONHandler(&out, nil))} {
		logger.Info("event", "p", p, "h", h, "all", []domain.Personal{p})
	}
	text, err := json.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	out.Write(text)

	for _, trace := range []string{"CANARY", "张晓梅", "13800000000", fmt.Sprintf("%x", "CANARY"), fmt.Sprintf("%X", "CANARY")} {
		if strings.Contains(out.String(), trace) {
			t.Errorf("%q shows in %s", trace, out.String())
		}
	}
	if !strings.Contains(out.String(), "***") {
		t.Error("nothing was printed at all")
	}
	if p.Reveal() != canary {
		t.Errorf("Reveal gives %q", p.Reveal())
	}
}

func TestPersonalStates(t *testing.T) {
	t.Parallel()
	none, some, erased := domain.NewPersonal(""), domain.NewPersonal("李"), domain.ErasedPersonal()
	if !none.IsZero() || none.Erased() || none.Reveal() != "" {
		t.Error("the empty text must be the zero Personal")
	}
	if some.IsZero() || some.Erased() || some != domain.NewPersonal("李") || some == domain.NewPersonal("王") {
		t.Error("personal texts must compare by their text")
	}
	if erased.IsZero() || !erased.Erased() || erased.Reveal() != "" {
		t.Error("an erased text must not look like none")
	}
}
