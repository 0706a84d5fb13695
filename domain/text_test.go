package domain_test

import (
	"errors"
	"strings"
	"testing"

	"guishu/domain"
)

// Two names that differ look different, and are read as they are written (S-17).
func TestALineHoldsNothingThatNobodySees(t *testing.T) {
	t.Parallel()
	hidden := "\u0085\u00ad\u034f\u061c\u115f\u180e\u200b\u200c\u200d\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2060\u2064\u2066\u2067\u2068\u2069\u3164\ufeff\uffa0\U000e0041"
	for _, r := range hidden {
		for _, text := range []string{string(r) + "东街支行", "东街" + string(r) + "支行", "东街支行" + string(r)} {
			if err := domain.CheckLine(text, "name", 100); !errors.Is(err, domain.ErrFormInvisible) {
				t.Errorf("%+q: %v", text, err)
			}
		}
		if visible := domain.Visible("东街" + string(r) + "支行"); visible != "东街支行" {
			t.Errorf("%+q becomes %+q", r, visible)
		}
	}
	for _, text := range []string{"a\nb", "a\x00", "a\x7f", "\xff", "\ufffd", strings.Repeat("长", 101)} {
		if err := domain.CheckLine(text, "name", 100); !errors.Is(err, domain.ErrFormValue) {
			t.Errorf("%+q: %v", text, err)
		}
	}
	for _, text := range []string{"", "东街支行（营业部）", "葛\U000e0100飾区", "Société Générale", "一\u3000二", "№ 1 · ☎️", "ﾃｽﾄ", strings.Repeat("长", 100)} {
		if err := domain.CheckLine(text, "name", 100); err != nil || domain.Visible(text) != text {
			t.Errorf("%+q: %v, %+q", text, err, domain.Visible(text))
		}
	}
}

// What says why holds a letter, of any script, that somebody sees (S-14).
func TestAReasonHasLetters(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", " ", ".", "。。。", "—", "-", "123", "\u200b", "\u3164", "\u115f\u1160", "\uffa0", "\u2800", "\u0301", "☎️", "\xff"} {
		if !domain.Wordless(text) {
			t.Errorf("%+q says something", text)
		}
	}
	for _, text := range []string{"误", "客户要求", "moved", "№ 5 a", "тест", "\u200b误", "ﾃｽﾄ"} {
		if domain.Wordless(text) {
			t.Errorf("%+q says nothing", text)
		}
	}
}
