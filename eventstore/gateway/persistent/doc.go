// Package persistent keeps persistent subscriptions over any eventstore.Store:
// the store remembers how far a group of consumers has come, hands each event to
// one of them, again when it is not acknowledged in time, and puts aside (parks)
// what cannot be processed.
//
// Group is the state machine: who gets what, what timed out, what to park, how
// far a restart may resume. It does no I/O and is told the time. Subscription
// runs one Group over a Store; Service keeps all subscriptions of a store and
// their configuration. Everything that must outlive the process stands in
// ordinary streams of the store:
//
//	$persistentSubscriptionConfig                       what subscriptions there are
//	$persistentsubscription-<source>::<group>-checkpoint  how far a group has come
//	$persistentsubscription-<source>::<group>-parked      links to what was parked
//
// Delivery is at least once. One Service at a time serves a store.
package persistent
