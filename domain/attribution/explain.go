package attribution

import (
	"strconv"
	"time"

	"guishu/domain"
)

// explain says how commission and performance came to the same advisor or to two,
// so that the audit can show for each deal who else would have had it, and why.
func (c *attributionCase) explain(d *Decided, winner int) Explanation {
	if winner < 0 {
		return explanation(ExplainNobody, "handler", d.Handler.String(), "handler-status", c.handlerStatus(d))
	}
	won := d.Candidates[winner]
	params := []string{"winner", won.Advisor.String(), "position", number(won.EntryPosition)}
	if won.Advisor == d.Handler {
		return explanation(ExplainSame, params...)
	}
	if d.Ground == GroundCommunicated {
		earliest := d.Candidates[0]
		return explanation(ExplainCommunicated, append(params,
			"contact", won.LastContact.Contact.String(), "contact-position", number(won.LastContact.Position),
			"occurred-on", won.LastContact.OccurredOn.String(),
			"handler", d.Handler.String(), "handler-rank", strconv.Itoa(d.HandlerRank),
			"earliest", earliest.Advisor.String(), "earliest-position", number(earliest.EntryPosition))...)
	}
	params = append(params, "entered", written(won.EntryTime), "basis", string(won.TimeBasis), "handler", d.Handler.String())
	if d.HandlerRank == 0 {
		return explanation(ExplainHandlerNotAttached, append(params, "handler-status", c.handlerStatus(d))...)
	}
	handler := d.Candidates[d.HandlerRank-1]
	return explanation(ExplainEnteredEarlier, append(params,
		"handler-position", number(handler.EntryPosition), "handler-entered", written(handler.EntryTime),
		"handler-basis", string(handler.TimeBasis))...)
}

// handlerStatus is why the handler is no candidate. An attachment that came later
// is named only if the decision knows it, so that it never depends on more.
func (c *attributionCase) handlerStatus(d *Decided) string {
	status := statusNever
	for _, r := range c.in.Attached {
		switch {
		case r.Event.Advisor != d.Handler || !c.timeline.known(r.Fact):
		case c.timeline.counts(r.Fact):
			return statusEnded
		default:
			status = statusLater
		}
	}
	return status
}

// explanation takes the params as name, value, name, value …
func explanation(code string, params ...string) Explanation {
	e := Explanation{Code: code, Params: make([]Param, 0, len(params)/2)}
	for i := 0; i+1 < len(params); i += 2 {
		e.Params = append(e.Params, Param{Name: params[i], Value: params[i+1]})
	}
	return e
}

func number(p domain.Position) string { return strconv.FormatInt(int64(p), 10) }

func written(t time.Time) string { return t.Format(time.RFC3339Nano) }
