package postgres

// Queued is how many appends wait for the writer to look at them.
func (s *Store) Queued() int64 { return s.writer.queued.Load() }
