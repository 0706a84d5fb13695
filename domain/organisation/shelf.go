package organisation

import "maps"

// shelves is how many parts a shelf has; enough that a part of a tree of ten
// thousand units is quickly copied.
const shelves = 256

// shelf is a map in parts that are copied when they change, so that copying a
// shelf is copying its array and no copy sees another's changes. The caller says
// which part a key belongs in, always the same.
type shelf[K comparable, V any] [shelves]map[K]V

func (s *shelf[K, V]) get(part uint8, key K) V { return s[part][key] }

func (s *shelf[K, V]) set(part uint8, key K, value V) {
	changed := maps.Clone(s[part])
	if changed == nil {
		changed = make(map[K]V, 1)
	}
	changed[key] = value
	s[part] = changed
}

// values yields every value, in no particular order.
func (s *shelf[K, V]) values(yield func(V) bool) {
	for _, part := range s {
		for _, value := range part {
			if !yield(value) {
				return
			}
		}
	}
}

// unitShelf spreads units by the last octet of their id, which is random in
// every version of a UUID.
func unitShelf[ID ~[16]byte](id ID) uint8 { return id[15] }

// codeShelf spreads codes by a short FNV-1a hash.
func codeShelf(code string) uint8 {
	hash := uint32(2166136261)
	for i := range len(code) {
		hash = (hash ^ uint32(code[i])) * 16777619
	}
	return uint8(hash ^ hash>>8 ^ hash>>16 ^ hash>>24)
}
