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

// Words are the same in both languages.
type Words struct{ Chinese, English string }

// Say gives words in both languages.
func Say(chinese, english string) Words { return Words{Chinese: chinese, English: english} }

// In is the words in a language.
func (w Words) In(l Language) string { return l.Of(w.Chinese, w.English) }
