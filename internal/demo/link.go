package demo

import (
	"fmt"
	"net/url"

	"guishu/domain"
)

// Reader is who the links below are read as.
const Reader = "auditor1"

// Link is something worth a look over HTTP, read by Reader unless it is open to
// anybody.
type Link struct {
	Chinese, English string
	Path             string
	Open             bool // needs no sign-in: a page for a browser
}

// Links are what is worth a look in a demo begun on a day.
func (h Highlights) Links(begunOn domain.Date) []Link {
	month := url.QueryEscape(begunOn.AddDays(-30).String())
	return []Link{
		{"接口描述 (OpenAPI)", "the API's description", "/openapi.json", true},
		{"一位客户的时间线:两人认领、批准其一、另一份失效", "a customer's timeline: two claims, one approved", fmt.Sprintf("/v1/customers/%s/timeline", h.RivalsCustomer), false},
		{"待审批的申请(任何审批人的收件箱)", "applications that wait for approval", "/v1/applications?status=PENDING&limit=5", false},
		{"提成没有归经办人的判定:谁、为什么", "commission that went to somebody else, and why", "/v1/attributions?apart=true&standing=true&limit=3", false},
		{"一个月前谁管这位客户(之后已调整)", "who owned this customer a month ago", fmt.Sprintf("/v1/customers/%s/ownership?as_of=%s", h.AdjustedCustomer, month), false},
		{"业绩汇总:按分支机构、年份", "performance by branch and year", "/v1/performance?level=BRANCH&depth=3&grain=YEAR", false},
		{"已删除个人信息的客户:事还在,人已不可读", "an erased customer: what happened stays", fmt.Sprintf("/v1/customers/%s/timeline", h.ErasedCustomer), false},
	}
}
