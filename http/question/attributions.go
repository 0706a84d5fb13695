package question

import (
	"errors"
	"time"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/attribution"
	"guishu/domain/policy"
	"guishu/domain/staff"
	"guishu/projections/attributions"

	"github.com/google/uuid"
)

// AttributionFilter narrows the list of decisions.
type AttributionFilter struct {
	Paging
	Payment  domain.PaymentID   `query:"payment"`
	Customer domain.CustomerID  `query:"customer"`
	Product  domain.ProductID   `query:"product"`
	Winner   domain.StaffID     `query:"winner" doc:"提成归此人。 Who has the commission."`
	Handler  domain.StaffID     `query:"handler" doc:"由此人经办。 Who handled the deal."`
	Ground   attribution.Ground `query:"ground"`
	Apart    bool               `query:"apart" doc:"仅提成不归经办人的。 Only where somebody else than who handled the deal has the commission."`
	Standing bool               `query:"standing" doc:"不含已被取代和已冲回的。 Leave out superseded and countered ones."`
	From     domain.Date        `query:"from" doc:"此日或以后判定。 Decided on this day or later."`
	To       domain.Date        `query:"to" doc:"此日或以前判定。 Decided on this day or earlier."`
}

// Attribution is a decision as it is shown: who earned the commission, who handled
// the deal, and why the two are the same or not.
type Attribution struct {
	ID             domain.DecisionID         `json:"id"`
	Payment        domain.PaymentID          `json:"payment"`
	Customer       *Named[domain.CustomerID] `json:"customer"`
	Product        *Named[domain.ProductID]  `json:"product,omitempty"`
	AmountFen      domain.Fen                `json:"amount_fen"`
	Handler        *Named[domain.StaffID]    `json:"handler,omitempty" doc:"经办人，业绩归此人。 Performance follows this."`
	HandlerRank    int                       `json:"handler_rank" doc:"经办人在候选人中的次序；不在其中则为 0。 Among the candidates; 0 when not one of them."`
	Winner         *Named[domain.StaffID]    `json:"winner,omitempty" doc:"提成归此人；无人下挂则没有。 Commission follows this; missing where nobody was attached."`
	WinnerUnit     *Named[domain.UnitID]     `json:"winner_unit,omitempty"`
	FollowsHandler bool                      `json:"follows_handler" doc:"提成是否归经办人。 Whether the commission goes to the handler."`
	Ground         attribution.Ground        `json:"ground,omitempty"`
	Mode           policy.AttributionMode    `json:"mode"`
	PolicyVersion  int                       `json:"policy_version"`
	Reason         attribution.Reason        `json:"reason"`
	Explanation    Explanation               `json:"explanation" doc:"为什么归此人。 Why it is so."`
	Candidates     []Candidate               `json:"candidates" doc:"候选人，按次序；最早录入的在前。 By rank; the earliest entry is the first."`
	Shares         []Share                   `json:"shares,omitempty" doc:"提成如何分配。 How the commission is shared."`
	Inputs         []Input                   `json:"inputs" doc:"据以判定的事件。 The events it was computed from."`
	InputsHash     string                    `json:"inputs_hash" doc:"这些事件的摘要，可据以重算核对。 A hash of these, by which a recomputation is compared."`
	Supersedes     domain.DecisionID         `json:"supersedes,omitempty" doc:"取代的判定。 The decision that it supersedes."`
	SupersededBy   domain.DecisionID         `json:"superseded_by,omitempty" doc:"被此判定取代。 The decision that superseded it."`
	Countered      bool                      `json:"countered" doc:"是否已冲回。 Whether it was taken back."`
	CounteredAt    time.Time                 `json:"countered_at,omitzero"`
	Standing       bool                      `json:"standing" doc:"是否有效。 Whether it stands."`
	DecidedAt      time.Time                 `json:"decided_at"`
	Position       domain.Position           `json:"position"`
}

// Explanation says in a stable code how winner and handler came to be the same
// advisor or two.
type Explanation struct {
	Code   string            `json:"code" enum:"handler-is-winner,winner-entered-earlier,winner-communicated,handler-not-attached,nobody-attached" doc:"稳定的代码。 A stable code."`
	Text   string            `json:"text" doc:"同样的意思，用读者的语言说。 The same as a sentence, in the reader's language."`
	Params map[string]string `json:"params,omitempty" doc:"其中的人和位置。 The persons and positions in it."`
}

// Candidate is an advisor who could have earned the commission.
type Candidate struct {
	Advisor        *Named[domain.StaffID] `json:"advisor"`
	Rank           int                    `json:"rank" doc:"次序，1 为最先。 1 comes first."`
	EntryPosition  domain.Position        `json:"entry_position" doc:"录入的位置。 The position of the entry."`
	EntryTime      time.Time              `json:"entry_time" doc:"录入时间，先比较它。 What priority compares first."`
	Asserted       bool                   `json:"asserted"`
	AssertedTime   time.Time              `json:"asserted_time,omitzero" doc:"声明的录入时间。 The time that was stated."`
	AssertedCounts bool                   `json:"asserted_counts" doc:"迁移批次是否及时获批，使声明的时间有效。 Its migration batch was approved in time."`
	LastContactOn  domain.Date            `json:"last_contact_on,omitzero" doc:"最近一次有效沟通（E2）。 The last one that qualifies (E2)."`
	Score          *int                   `json:"score,omitempty" doc:"效率得分，百分之几；未计则没有。 Of efficiency, in hundredths; missing where it was not scored."`
}

// Share is what one advisor gets of the deal.
type Share struct {
	Advisor        *Named[domain.StaffID] `json:"advisor"`
	PerTenThousand int                    `json:"per_ten_thousand" doc:"万分之几。 The share in ten-thousandths."`
	AmountFen      domain.Fen             `json:"amount_fen"`
}

// Input is an event that a decision was computed from.
type Input struct {
	Event    uuid.UUID       `json:"event"`
	Position domain.Position `json:"position"`
	Type     string          `json:"type"`
}

// Attributions are decisions with candidates and inputs, beside who handled the deal
// (B-31).
func Attributions() List[*AttributionFilter, attributions.Query, attributions.Listed, Attribution] {
	return List[*AttributionFilter, attributions.Query, attributions.Listed, Attribution]{
		About: About{
			Name: "list-attributions", Title: ledger.Say("归属判定列表", "List attribution decisions"), Needs: staff.ReadAttribution,
			Does: ledger.Say("列出业绩归属的判定：提成归谁、由谁经办、为什么。", "Lists the decisions about commissions: who has it, who handled the deal, and why."),
		},
		Of: attributions.Attributions(),
		Choose: func(r *Reader, in *AttributionFilter) (attributions.Query, error) {
			return attributions.Query{
				Payment: in.Payment, Customer: in.Customer, Product: in.Product, Winner: in.Winner, Handler: in.Handler,
				Ground: in.Ground, Apart: in.Apart, Standing: in.Standing, Decided: r.days(in.From, in.To),
			}, errors.Join(known("ground", in.Ground), span(in.From, in.To))
		},
		Show: showAttribution,
	}
}

func showAttribution(r *Reader, d *attributions.Listed) Attribution {
	path, line := r.place(d.WinnerUnit)
	eyes := r.eyes.on(path, line, d.Winner == r.who() || d.Handler == r.who())
	shown := Attribution{
		ID: d.Decision, Payment: d.Payment, Customer: client(eyes, d.Customer, d.CustomerNo, d.CustomerName), Product: named(d.Product, d.ProductCode, d.ProductName),
		AmountFen: d.AmountFen, Handler: named(d.Handler, d.HandlerNo, d.HandlerName), HandlerRank: d.HandlerRank,
		Winner: named(d.Winner, d.WinnerNo, d.WinnerName), WinnerUnit: r.Department(d.WinnerUnit), FollowsHandler: d.FollowsHandler,
		Ground: d.Ground, Mode: d.Mode, PolicyVersion: d.PolicyVersion, Reason: d.Reason, InputsHash: d.InputsHash,
		Explanation: r.explain(d.Explanation), Candidates: []Candidate{}, Inputs: []Input{}, Supersedes: d.Supersedes, SupersededBy: d.SupersededBy,
		Countered: d.Countered, CounteredAt: r.when(d.CounteredAt), Standing: d.Standing, DecidedAt: r.when(d.DecidedAt), Position: d.Position,
	}
	for _, c := range d.Candidates {
		shown.Candidates = append(shown.Candidates, showCandidate(r, c))
	}
	for _, s := range d.Shares {
		shown.Shares = append(shown.Shares, Share{Advisor: r.Colleague(s.Advisor), PerTenThousand: s.PerTenThousand, AmountFen: s.AmountFen})
	}
	for _, i := range d.Inputs {
		shown.Inputs = append(shown.Inputs, Input{Event: i.Event, Position: i.Position, Type: i.Type})
	}
	return shown
}

func showCandidate(r *Reader, c attribution.Candidate) Candidate {
	shown := Candidate{
		Advisor: r.Colleague(c.Advisor), Rank: c.Rank, EntryPosition: c.EntryPosition, EntryTime: r.when(c.EntryTime),
		Asserted: c.Asserted, AssertedTime: r.when(c.AssertedTime), AssertedCounts: c.AssertedCounts,
	}
	if c.LastContact != nil {
		shown.LastContactOn = c.LastContact.OccurredOn
	}
	if c.Score != nil {
		shown.Score = &c.Score.Total
	}
	return shown
}

// AttributionAddress names one decision.
type AttributionAddress struct {
	Fresh
	Decision domain.DecisionID `path:"decision"`
}

// OneAttribution is one decision.
func OneAttribution() Single[*AttributionAddress, Attribution] {
	return single(About{
		Name: "get-attribution", Title: ledger.Say("归属判定", "An attribution decision"), Does: ledger.Say("查看一次业绩归属判定。", "Shows one decision about a commission."),
	}, Attributions(), func(in *AttributionAddress) any { return in.Decision })
}
