package gateway

import (
	"encoding/json"
	"errors"
	"fmt"
)

// The roles that every EventStoreDB knows.
const (
	everyone       = "$all"
	administrators = "$admins"
)

// accessList says which roles or names may do what with a stream. A nil list of
// roles leaves it to the defaults.
type accessList struct {
	Read          roles // $r
	Write         roles // $w
	Delete        roles // $d
	MetadataRead  roles // $mr
	MetadataWrite roles // $mw

	named string // a default list to use instead, wherever the stream belongs
}

// The names of the default lists.
const (
	userStreams   = "$userStreamAcl"
	systemStreams = "$systemStreamAcl"
)

// UnmarshalJSON implements json.Unmarshaler: a list is an object, or the name of
// a default.
func (a *accessList) UnmarshalJSON(data []byte) error {
	var named string
	if string(data) != "null" && json.Unmarshal(data, &named) == nil {
		if named != userStreams && named != systemStreams {
			return errors.New("an access list has an unknown name")
		}
		*a = accessList{named: named}
		return nil
	}
	return a.read(data)
}

// read reads an object whose names count as they are spelled. Errors: for any other
// name, as in EventStoreDB.
func (a *accessList) read(data []byte) error {
	fields, ok := metadataFields(data)
	if !ok {
		return errors.New("an access list is an object")
	}
	for name, given := range fields {
		list, known := map[string]*roles{
			"$r": &a.Read, "$w": &a.Write, "$d": &a.Delete, "$mr": &a.MetadataRead, "$mw": &a.MetadataWrite,
		}[name]
		if !known {
			return fmt.Errorf("an access list has no %q", name)
		}
		if err := json.Unmarshal(given, list); err != nil {
			return err
		}
		if *list == nil {
			return fmt.Errorf("%q names nobody", name)
		}
	}
	return nil
}

// roles are names of roles or users. In JSON they are one or a list.
type roles []string

// UnmarshalJSON implements json.Unmarshaler.
func (r *roles) UnmarshalJSON(data []byte) error {
	var one string
	if string(data) != "null" && json.Unmarshal(data, &one) == nil {
		*r = roles{one}
		return nil
	}
	var many []string
	if err := json.Unmarshal(data, &many); err != nil {
		return err
	}
	*r = many
	return nil
}

// systemSettings are the lists for streams that have none of their own.
type systemSettings struct {
	User   accessList // $userStreamAcl
	System accessList // $systemStreamAcl
}

// defaultSettings opens ordinary streams to everyone who was let in, and
// system streams to administrators.
func defaultSettings() systemSettings {
	return systemSettings{User: forAll(everyone), System: forAll(administrators)}
}

func forAll(role string) accessList {
	list := roles{role}
	return accessList{Read: list, Write: list, Delete: list, MetadataRead: list, MetadataWrite: list}
}

// parseSettings reads a $settings event. What it does not say stays as it is by
// default; what makes no sense says nothing.
func parseSettings(data []byte) systemSettings {
	fields, ok := metadataFields(data)
	if !ok {
		return defaultSettings()
	}
	var said systemSettings
	for name, list := range map[string]*accessList{userStreams: &said.User, systemStreams: &said.System} {
		if given, ok := fields[name]; ok && json.Unmarshal(given, list) != nil {
			return defaultSettings()
		}
	}
	defaults := defaultSettings()
	return systemSettings{User: said.User.or(defaults.User), System: said.System.or(defaults.System)}
}

// or fills in what a leaves open.
func (a accessList) or(defaults accessList) accessList {
	for _, each := range []struct {
		own   *roles
		usual roles
	}{
		{&a.Read, defaults.Read}, {&a.Write, defaults.Write}, {&a.Delete, defaults.Delete},
		{&a.MetadataRead, defaults.MetadataRead}, {&a.MetadataWrite, defaults.MetadataWrite},
	} {
		if *each.own == nil {
			*each.own = each.usual
		}
	}
	return a
}
