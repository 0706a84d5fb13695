package demo

import (
	"time"

	"guishu/domain"
	"guishu/domain/policy"
)

// longAgo is when the firm's first rules took effect (B-01).
var longAgo = func() domain.Date {
	day, err := domain.NewDate(2013, time.January, 1)
	if err != nil {
		panic(err)
	}
	return day
}()

func rulesOf2013() policy.Rules { return policy.Default() }

// rulesToCome are published and not in force yet.
func rulesToCome() policy.Rules {
	rules := policy.Default()
	rules.Attribution.CommunicatedWithinDays = 45
	return rules
}
