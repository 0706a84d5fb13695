package commands

import (
	"context"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/attribution"
	"guishu/domain/staff"
)

// DecideAttribution decides who earned the commission of a confirmed payment: set
// off by the confirmation, and again where late facts may have changed it (B-30,
// B-31).
type DecideAttribution struct {
	Payment domain.PaymentID `json:"payment"`
}

var decideAttribution = ledger.Verb{
	Name: "decide-attribution", Needs: staff.RecomputeDecision,
	Title:   ledger.Say("重新计算归属", "Decide the attribution anew"),
	Does:    ledger.Say("计算已确认划款的业绩归属；与现行结果相同时不写入。", "Decides who earned the commission of a confirmed payment. Nothing is written when the standing decision is the same."),
	Refuses: []domain.Code{attribution.ErrNotConfirmed, attribution.ErrCountered},
}

// Verb is decide-attribution.
func (DecideAttribution) Verb() ledger.Verb { return decideAttribution }

// Run decides; nothing is written when the standing decision is the same.
func (c DecideAttribution) Run(ctx context.Context, t *ledger.Task) (ledger.Answer, error) {
	return ledger.Write(ctx, t, theAttribution(c.Payment), func(ctx context.Context, s attributionCase) ([]any, error) {
		found, err := attribute(ctx, t.Ledger(), s.inputs)
		if err != nil {
			return nil, err
		}
		t.Apply(found.PolicyVersion)
		return s.Record(found)
	})
}
