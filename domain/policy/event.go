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
