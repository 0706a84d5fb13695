package demo

import (
	"fmt"
	"io"
	"strings"

	"guishu/domain"

	"golang.org/x/text/width"
)

// Print writes what a visitor needs: where the demo runs, who to sign in as, and
// commands that show something.
func (h Highlights) Print(w io.Writer, address string, begunOn domain.Date, events int64) error {
	var page strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&page, format+"\n", args...) }
	line("")
	line("  归属 Guishu 演示 · demo      %s", address)
	line("")
	line("  海棠银行与海棠财富都是虚构的,其中的人也是。始于 %s,共 %d 个事件。", begunOn, events)
	line("  The bank, the wealth firm and everybody in them are invented. Begun on %s, %d events.", begunOn, events)
	line("")
	line("  登录 sign-ins · 密码都是 the password is always   %s", Password)
	line("")
	signIns(line)
	line("")
	line("  看什么 what to look at · 浏览器打开 in a browser   %s/docs", address)
	line("")
	line("  # 先以审计身份登录 · first sign in as the auditor")
	line("  %s", SignInCommand(address))
	for _, link := range h.Links(begunOn) {
		line("")
		line("  # %s · %s", link.Chinese, link.English)
		line("  %s", link.Command(address))
	}
	line("")
	line("  Ctrl-C 停止,再次运行接着用;--fresh 清空重来 · Ctrl-C stops; run again to go on, --fresh to start anew")
	line("")
	_, err := io.WriteString(w, page.String())
	return err
}

func signIns(line func(string, ...any)) {
	var login, role, see int
	for _, s := range SignIns {
		login, role, see = max(login, columns(s.Login)), max(role, columns(s.role())), max(see, columns(s.See))
	}
	for _, s := range SignIns {
		line("  %s  %s  %s  %s", pad(s.Login, login), pad(s.role(), role), pad(s.See, see), s.SeeAlso)
	}
}

func (s SignIn) role() string { return s.Role + " " + s.English }

// pad fills a text with spaces to so many columns.
func pad(text string, wanted int) string {
	return text + strings.Repeat(" ", max(0, wanted-columns(text)))
}

// columns is how many columns a terminal needs for a text: Chinese characters
// take two.
func columns(text string) int {
	sum := 0
	for _, r := range text {
		sum++
		if kind := width.LookupRune(r).Kind(); kind == width.EastAsianWide || kind == width.EastAsianFullwidth {
			sum++
		}
	}
	return sum
}

// cookies is where the commands keep the session.
const cookies = "/tmp/guishu-demo.cookies"

// SignInCommand signs in as Reader with curl.
func SignInCommand(address string) string {
	return fmt.Sprintf(`curl -s -c %s -H 'Content-Type: application/json' -d '{"login":"%s","password":"%s"}' %s/v1/session`,
		cookies, Reader, Password, address)
}

// Command reads the link with curl.
func (l Link) Command(address string) string {
	if l.Open {
		return fmt.Sprintf("curl -s %s%s", address, l.Path)
	}
	return fmt.Sprintf("curl -s -b %s '%s%s'", cookies, address, l.Path)
}
