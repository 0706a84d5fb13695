package esdb

import (
	"strconv"
	"strings"
)

// checkVersion says what is wrong with a server's version, such as 24.10.6, nothing
// where it serves. What is no version at all counts as an old one: 20.10 was the last
// that did not say.
func checkVersion(version string) error {
	parts := strings.Split(version, ".")
	var numbers [2]int
	for i := range min(len(numbers), len(parts)) {
		numbers[i] = leadingNumber(parts[i])
	}
	if numbers[0] < 23 || numbers[0] == 23 && numbers[1] < 10 {
		return &ServerTooOldError{Major: numbers[0], Minor: numbers[1]}
	}
	for _, part := range parts[:min(3, len(parts))] {
		if _, err := strconv.Atoi(part); err != nil {
			return &VersionError{Version: version}
		}
	}
	return nil
}

// leadingNumber is the number that a text begins with, 0 for none.
func leadingNumber(text string) int {
	end := 0
	for end < len(text) && text[end] >= '0' && text[end] <= '9' {
		end++
	}
	number, _ := strconv.Atoi(text[:end])
	return number
}
