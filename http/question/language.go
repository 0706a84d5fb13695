package question

// Language is one of the two that people are answered in (C-08).
type Language int

// The languages. Chinese is what people are answered in unless they ask otherwise.
const (
	Chinese Language = iota
	English
)

// Tag is the language's name in headers and pages.
func (l Language) Tag() string {
	if l == English {
		return "en"
	}
	return "zh-CN"
}

// Of picks the text in the language.
func (l Language) Of(chinese, english string) string {
	if l == English {
		return english
	}
	return chinese
}
