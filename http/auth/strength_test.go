package auth_test

import (
	"strings"
	"testing"

	"guishu/domain"
	"guishu/http/auth"
)

// S-08, W-21: each refusal says what is wrong, and what is hard to guess is taken
// whatever it is made of.
func TestAPasswordIsJudgedByHowEasilyItIsGuessed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		login, password string
		refused         domain.Code // none where it is taken
	}{
		{"ann", "correct horse battery", domain.Code{}},
		{"ann", "haitang-demo-2026", domain.Code{}},
		{"ann", "今天天气很好我们去公园吧", domain.Code{}},
		{"ann", "Tr0ub4dor&3xQ", domain.Code{}},
		{"ann", "pérsonne ne sait", domain.Code{}},
		{"ann", strings.Repeat("long and winding roads, ", 6)[:128], domain.Code{}},
		{"it", "with a sign-in name", domain.Code{}},
		{"ann", "", auth.ErrPasswordWeak},
		{"ann", "1234567890", auth.ErrPasswordWeak},
		{"ann", "          ", auth.ErrPasswordWeak},
		{"ann", "elevenrunes", auth.ErrPasswordWeak},
		{"ann", "今天天气很好", auth.ErrPasswordWeak},            // 18 bytes
		{"ann", "eleven\u0301 rune", auth.ErrPasswordWeak}, // twelve with its accent apart
		{"ann", "short\u200b\u200b\u200b\u200b\u200b\u200b\u200b\u200b", auth.ErrPasswordWeak},
		{"ann", "twelve bytes\xff", auth.ErrPasswordWeak},
		{"ann", strings.Repeat("long and winding roads, ", 11), auth.ErrPasswordLong},
		{"wang.fang", "my-WANG.FANG-password", auth.ErrPasswordLogin},
		{"wang.fang", "xx wang fang 2026", auth.ErrPasswordLogin},
		{"wang.fang@bank.example", "wangfang2026!!", auth.ErrPasswordLogin},
		{"admin", "ａｄｍｉｎ-ledger-2026", auth.ErrPasswordLogin},
		{"ann", strings.Repeat(" ", 12), auth.ErrPasswordPattern},
		{"ann", strings.Repeat("\u3000", 12), auth.ErrPasswordPattern},
		{"ann", "aaaaaaaaaaaa", auth.ErrPasswordPattern},
		{"ann", "123456789012", auth.ErrPasswordPattern},
		{"ann", "１２３４５６７８９０１２", auth.ErrPasswordPattern},
		{"ann", "1 2 3 4 5 6 7 8 9 0", auth.ErrPasswordPattern},
		{"ann", "abcdefghijkl", auth.ErrPasswordPattern},
		{"ann", "zyxwvutsrqpo", auth.ErrPasswordPattern},
		{"ann", "abc123abc123", auth.ErrPasswordPattern},
		{"ann", "QWERTYUIOP[]", auth.ErrPasswordPattern},
		{"ann", "1qaz2wsx3edc", auth.ErrPasswordPattern},
		{"ann", "aaaabbbbcccc1111", auth.ErrPasswordPattern},
		{"ann", "密密密密密密密密密密密密", auth.ErrPasswordPattern},
		{"ann", "Password2026!", auth.ErrPasswordCommon},
		{"ann", "P@ssw0rd2026!!", auth.ErrPasswordCommon},
		{"ann", "passwordpassword", auth.ErrPasswordPattern},
		{"ann", "iloveyou1314520", auth.ErrPasswordCommon},
		{"ann", "woaini5201314", auth.ErrPasswordCommon},
		{"ann", "20260101dragon", auth.ErrPasswordCommon},
		{"ann", "basketballbasketball", auth.ErrPasswordCommon},
		{"ann", "administrator", auth.ErrPasswordCommon},
	} {
		err := auth.CheckPassword(c.password, c.login)
		switch {
		case c.refused.IsZero() && err != nil:
			t.Errorf("%q is refused: %v", c.password, err)
		case !c.refused.IsZero():
			t.Logf("%q", c.password)
			wants(t, err, c.refused)
			if refusal, _ := domain.AsError(err); refusal != nil && refusal.Field != "password" {
				t.Errorf("%q is refused at %q", c.password, refusal.Field)
			}
		}
	}
}

// Every refusal of a password is one of these, whatever is typed.
func FuzzCheckPassword(f *testing.F) {
	f.Add("correct horse battery", "ann")
	f.Add("\u200b\u3164 ", "@")
	f.Fuzz(func(t *testing.T, password, login string) {
		if err := auth.CheckPassword(password, login); err != nil {
			if refusal, ok := domain.AsError(err); !ok || refusal.Kind() != domain.Invalid {
				t.Errorf("%q: %v", password, err)
			}
		}
	})
}
