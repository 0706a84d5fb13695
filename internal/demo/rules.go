package demo

import (
	"time"

	"guishu/commands"
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

func rulesOf2013() commands.Rules { return commands.Rules(policy.Default()) }

// rulesToCome are published and not in force yet.
func rulesToCome() commands.Rules {
	rules := rulesOf2013()
	rules.Attribution.CommunicatedWithinDays = 45
	return rules
}
