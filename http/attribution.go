package http

import (
	"errors"
	"net/http"
	"time"

	"guishu/commands"
	"guishu/domain"
	"guishu/domain/attribution"
	"guishu/domain/identity"
	"guishu/domain/policy"
	"guishu/domain/staff"
	"guishu/projections/attributions"

	"github.com/google/uuid"
)

// attributionRoutes are about who earned a commission.
func (s *Server) attributionRoutes() {
	const area = "业绩归属 Attribution"
	// Decisions with candidates and inputs, beside who handled the deal.
	list(s, area, route{http.MethodGet, "/v1/attributions", "list-attributions", "归属判定列表", "List attribution decisions", forStaff}, attributionList(), chooseAttributions, showDecision)
	// One decision.
	one(s, area, route{http.MethodGet, "/v1/attributions/{decision}", "get-attribution", "归属判定", "An attribution decision", forStaff}, attributionModels(), s.decision)
	// Decide a confirmed payment's attribution anew; nothing is written when the
	// standing decision is the same.
	command(s, area, route{http.MethodPost, "/v1/payments/{payment}/attribution", "decide-attribution", "重新计算归属", "Decide the attribution anew", forStaff}, do[commands.DecideAttribution](s))
}

// attributionFilter chooses decisions.
type attributionFilter struct {
	Paging
	Payment  domain.PaymentID   `query:"payment"`
	Customer domain.CustomerID  `query:"customer"`
	Product  domain.ProductID   `query:"product"`
	Winner   domain.StaffID     `query:"winner"`
	Handler  domain.StaffID     `query:"handler"`
	Ground   attribution.Ground `query:"ground"`
	Apart    bool               `query:"apart" doc:"Only where somebody else than who handled the deal has the commission."`
	Standing bool               `query:"standing" doc:"Leave out superseded and countered ones."`
	From     domain.Date        `query:"from"`
	To       domain.Date        `query:"to"`
}

// decision is a decision as the API shows it: who earned the commission, who
// handled the deal, and why the two are the same or not.
type decision struct {
	ID             domain.DecisionID        `json:"id"`
	Payment        domain.PaymentID         `json:"payment"`
	Customer       domain.CustomerID        `json:"customer"`
	CustomerName   string                   `json:"customer_name,omitempty"`
	Product        *named[domain.ProductID] `json:"product,omitempty"`
	AmountFen      domain.Fen               `json:"amount_fen"`
	Handler        *named[domain.StaffID]   `json:"handler,omitempty" doc:"Performance follows this."`
	HandlerRank    int                      `json:"handler_rank" doc:"Among the candidates; 0 when not one of them."`
	Winner         *named[domain.StaffID]   `json:"winner,omitempty" doc:"Commission follows this; missing where nobody was attached."`
	WinnerUnit     domain.UnitID            `json:"winner_unit,omitempty"`
	FollowsHandler bool                     `json:"follows_handler"`
	Ground         attribution.Ground       `json:"ground,omitempty"`
	Mode           policy.AttributionMode   `json:"mode"`
	PolicyVersion  int                      `json:"policy_version"`
	Reason         attribution.Reason       `json:"reason"`
	Explanation    explanation              `json:"explanation"`
	Candidates     []candidate              `json:"candidates" doc:"By rank; the earliest entry is the first."`
	Shares         []share                  `json:"shares,omitempty"`
	Inputs         []input                  `json:"inputs" doc:"The events it was computed from."`
	InputsHash     string                   `json:"inputs_hash"`
	Supersedes     domain.DecisionID        `json:"supersedes,omitempty"`
	SupersededBy   domain.DecisionID        `json:"superseded_by,omitempty"`
	Countered      bool                     `json:"countered"`
	CounteredAt    *time.Time               `json:"countered_at,omitempty"`
	Standing       bool                     `json:"standing"`
	DecidedAt      *time.Time               `json:"decided_at"`
	Position       domain.Position          `json:"position"`
}

// explanation says in a stable code how winner and handler came to be the same
// advisor or two.
type explanation struct {
	Code   string            `json:"code"`
	Text   string            `json:"text" doc:"The same as a sentence, in the reader's language."`
	Params map[string]string `json:"params,omitempty"`
}

// candidate is an advisor who could have earned the commission.
type candidate struct {
	Advisor        *named[domain.StaffID] `json:"advisor"`
	Rank           int                    `json:"rank"`
	EntryPosition  domain.Position        `json:"entry_position"`
	EntryTime      *time.Time             `json:"entry_time" doc:"What priority compares first."`
	Asserted       bool                   `json:"asserted"`
	AssertedTime   *time.Time             `json:"asserted_time,omitempty"`
	AssertedCounts bool                   `json:"asserted_counts" doc:"Its migration batch was approved in time."`
	LastContactOn  *domain.Date           `json:"last_contact_on,omitempty" doc:"The last one that qualifies (E2)."`
	Score          *int                   `json:"score,omitempty" doc:"Of efficiency, in hundredths; missing where it was not scored."`
}

// share is what one advisor gets of the deal.
type share struct {
	Advisor        domain.StaffID `json:"advisor"`
	PerTenThousand int            `json:"per_ten_thousand"`
	AmountFen      domain.Fen     `json:"amount_fen"`
}

// input is an event that a decision was computed from.
type input struct {
	Event    uuid.UUID       `json:"event"`
	Position domain.Position `json:"position"`
	Type     string          `json:"type"`
}

func attributionModels() []string { return append(paymentModels(), "purchases", "attributions") }

func attributionList() lister[attributions.Query, attributions.Listed] {
	return lister[attributions.Query, attributions.Listed]{models: attributionModels(), list: attributions.List, count: attributions.Count}
}

func chooseAttributions(a *asking, in *attributionFilter) (attributions.Query, error) {
	scope, err := a.scope(staff.ReadAttribution)
	if err != nil {
		return attributions.Query{}, err
	}
	return attributions.Query{
		Scope: scope, Who: a.who(), Payment: in.Payment, Customer: in.Customer, Product: in.Product, Winner: in.Winner, Handler: in.Handler,
		Ground: in.Ground, Apart: in.Apart, Standing: in.Standing, Decided: a.days(in.From, in.To), Sort: in.Sort, After: in.after(), Limit: in.Limit,
	}, errors.Join(known("ground", in.Ground), span(in.From, in.To))
}

func showDecision(a *asking, d *attributions.Listed) decision {
	path, line := a.place(d.WinnerUnit)
	eyes := a.eyes.on(path, line, d.Winner == a.who() || d.Handler == a.who())
	shown := decision{
		ID: d.Decision, Payment: d.Payment, Customer: d.Customer, CustomerName: eyes.shown(staff.FieldName, d.CustomerName, identity.MaskName),
		Product: some(d.Product, "", d.ProductName), AmountFen: d.AmountFen, Handler: some(d.Handler, d.HandlerNo, d.HandlerName), HandlerRank: d.HandlerRank,
		Winner: some(d.Winner, d.WinnerNo, d.WinnerName), WinnerUnit: d.WinnerUnit, FollowsHandler: d.FollowsHandler, Ground: d.Ground, Mode: d.Mode,
		PolicyVersion: d.PolicyVersion, Reason: d.Reason, Explanation: explanation{Code: d.Explanation.Code}, InputsHash: d.InputsHash,
		Candidates: []candidate{}, Inputs: []input{}, Supersedes: d.Supersedes, SupersededBy: d.SupersededBy,
		Countered: d.Countered, CounteredAt: a.when(d.CounteredAt), Standing: d.Standing, DecidedAt: a.when(d.DecidedAt), Position: d.Position,
	}
	for _, p := range d.Explanation.Params {
		if shown.Explanation.Params == nil {
			shown.Explanation.Params = map[string]string{}
		}
		shown.Explanation.Params[p.Name] = p.Value
	}
	shown.Explanation.Text = a.explained(shown.Explanation.Code, shown.Explanation.Params)
	for _, c := range d.Candidates {
		shown.Candidates = append(shown.Candidates, showCandidate(a, c))
	}
	for _, s := range d.Shares {
		shown.Shares = append(shown.Shares, share{Advisor: s.Advisor, PerTenThousand: s.PerTenThousand, AmountFen: s.AmountFen})
	}
	for _, i := range d.Inputs {
		shown.Inputs = append(shown.Inputs, input{Event: i.Event, Position: i.Position, Type: i.Type})
	}
	return shown
}

func showCandidate(a *asking, c attribution.Candidate) candidate {
	shown := candidate{
		Advisor: a.colleague(c.Advisor), Rank: c.Rank, EntryPosition: c.EntryPosition, EntryTime: a.when(c.EntryTime),
		Asserted: c.Asserted, AssertedTime: a.when(c.AssertedTime), AssertedCounts: c.AssertedCounts,
	}
	if c.LastContact != nil {
		shown.LastContactOn = day(c.LastContact.OccurredOn)
	}
	if c.Score != nil {
		shown.Score = &c.Score.Total
	}
	return shown
}

// decisionAddress names one decision.
type decisionAddress struct {
	Fresh
	Decision domain.DecisionID `path:"decision"`
}

func (s *Server) decision(a *asking, in *decisionAddress) (decision, error) {
	scope, err := a.scope(staff.ReadAttribution)
	if err != nil {
		return decision{}, err
	}
	found, err := attributions.Get(a.ctx, s.Read, scope, a.who(), in.Decision)
	if err != nil {
		return decision{}, err
	}
	return showDecision(a, &found), nil
}
