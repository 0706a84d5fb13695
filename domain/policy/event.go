// Package policy is the rules that differ from firm to firm, as versioned data
// with an effective date: every decision names the version in force (B-01).
package policy

import "guishu/domain"

// Stream is the name of the one stream that holds all versions.
const Stream = "policy"

// Published puts a version of the rules in force from a day on. Versions are
// 1, 2, 3 …; the one with the latest EffectiveOn not after the day rules, and
// among equals the highest version.
type Published struct {
	Version     int         `label:"版本|Version"`
	EffectiveOn domain.Date `label:"生效日期|In force from"`
	Rules       Rules       `label:"规则|Rules"`
	Note        string      `label:"说明|Note"`
}

// published1 is Published before there were rules of attachments.
type published1 struct {
	Version     int
	EffectiveOn domain.Date
	Rules       rules1
	Note        string
}

type rules1 struct {
	Claim       ClaimRules
	Payment     PaymentRules
	Attribution AttributionRules
	Masking     MaskingRules
}

func (p published1) up() Published {
	r := p.Rules
	return Published{
		Version: p.Version, EffectiveOn: p.EffectiveOn, Note: p.Note,
		Rules: Rules{Claim: r.Claim, Payment: r.Payment, Attribution: r.Attribution, Masking: r.Masking},
	}
}
