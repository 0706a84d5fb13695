package question

import (
	"time"

	"guishu/domain"
	"guishu/domain/attribution"
)

// explain is a decision's explanation as it is shown.
func (r *Reader) explain(e attribution.Explanation) Explanation {
	shown := Explanation{Code: e.Code}
	for _, p := range e.Params {
		if shown.Params == nil {
			shown.Params = map[string]string{}
		}
		shown.Params[p.Name] = r.asShown(p.Value)
	}
	shown.Text = r.explained(e.Code, shown.Params)
	return shown
}

// asShown is a parameter as answers show it: a time in the business's zone.
func (r *Reader) asShown(value string) string {
	if at, err := time.Parse(time.RFC3339, value); err == nil {
		return r.when(at).Format(time.RFC3339Nano)
	}
	return value
}

// explained is a decision's explanation as a sentence: who has the commission,
// who handled the deal, and why the two are the same or not (B-31).
func (r *Reader) explained(code string, params map[string]string) string {
	who := func(name string) string {
		id, err := domain.ParseStaffID(params[name])
		if err != nil || id.IsZero() {
			return r.Language.Of("(无)", "nobody")
		}
		if known := r.Colleague(id); known != nil && known.Name != "" {
			return known.Name
		}
		return id.String()
	}
	switch code {
	case attribution.ExplainSame:
		return r.Language.Of(
			"提成归经办人"+who("winner")+":其录入位置 "+params["position"]+",没有其他人优先。",
			"The commission goes to the handler, "+who("winner")+", entered at position "+params["position"]+"; nobody came first.")
	case attribution.ExplainEnteredEarlier:
		return r.Language.Of(
			"业绩归经办人"+who("handler")+"(录入位置 "+params["handler-position"]+"),提成归更早录入的"+who("winner")+"(录入位置 "+params["position"]+")。",
			"Performance follows the handler, "+who("handler")+" (entered at position "+params["handler-position"]+"); the commission goes to "+who("winner")+", entered earlier (position "+params["position"]+").")
	case attribution.ExplainCommunicated:
		return r.Language.Of(
			"提成归"+who("winner")+":客户在 "+params["occurred-on"]+" 与其沟通后成交(联络记录位置 "+params["contact-position"]+");经办人是"+who("handler")+",最早录入的是"+who("earliest")+"。",
			"The commission goes to "+who("winner")+": the customer communicated with them on "+params["occurred-on"]+" and then bought (contact at position "+params["contact-position"]+"); the handler is "+who("handler")+", the earliest entered "+who("earliest")+".")
	case attribution.ExplainHandlerNotAttached:
		return r.Language.Of(
			"业绩归经办人"+who("handler")+",但其在打款确认时没有下挂;提成归最早录入的"+who("winner")+"(录入位置 "+params["position"]+")。",
			"Performance follows the handler, "+who("handler")+", who was not attached when the payment was confirmed; the commission goes to "+who("winner")+", entered first (position "+params["position"]+").")
	case attribution.ExplainNobody:
		return r.Language.Of(
			"打款确认时没有下挂的财富管理师,提成不归任何人;经办人是"+who("handler")+"。",
			"No advisor was attached when the payment was confirmed, so nobody has the commission; the handler is "+who("handler")+".")
	}
	return ""
}
