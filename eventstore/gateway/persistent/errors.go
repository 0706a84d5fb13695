package persistent

import (
	"errors"
	"fmt"
)

// ErrClosed is what every method gives after Service.Close.
var ErrClosed = errors.New("persistent subscriptions: closed")

// ErrDropped tells a consumer that its subscription was deleted, updated or
// restarted, or that it asked for the stop itself.
var ErrDropped = errors.New("persistent subscription: the consumer was dropped")

// NotFoundError says that there is no such subscription.
type NotFoundError struct{ Name Name }

func (e *NotFoundError) Error() string {
	return fmt.Sprintf("persistent subscription: %s has no group %q", e.Name.Source, e.Name.Group)
}

// ExistsError says that there is such a subscription already.
type ExistsError struct{ Name Name }

func (e *ExistsError) Error() string {
	return fmt.Sprintf("persistent subscription: %s has a group %q already", e.Name.Source, e.Name.Group)
}

// FullError says that a subscription has as many consumers as it may have.
type FullError struct{ Name Name }

func (e *FullError) Error() string {
	return fmt.Sprintf("persistent subscription: group %q of %s has all the consumers it may have", e.Name.Group, e.Name.Source)
}

// InvalidError says what makes a request unusable.
type InvalidError struct{ Reason string }

func (e *InvalidError) Error() string { return "persistent subscription: " + e.Reason }

func invalid(format string, arguments ...any) error {
	return &InvalidError{Reason: fmt.Sprintf(format, arguments...)}
}
