package persistent

import (
	"context"
	"time"

	"github.com/google/uuid"

	"guishu/eventstore"
)

// parkAtOnce is how many events are put aside in one append.
const parkAtOnce = 100

// job is what is to be written now.
type job struct {
	parkings []Parking
	mark     *Mark
	truncate Place // 0: nothing
}

func (j *job) empty() bool { return len(j.parkings) == 0 && j.mark == nil && j.truncate == 0 }

// job takes what is to be written; with force, also what could wait. Callers
// hold mu.
func (s *Subscription) job(now time.Time, force bool) *job {
	j := &job{parkings: s.group.Parking(parkAtOnce, uuid.New)}
	if mark, due := s.group.Checkpoint(now, force); due {
		j.mark = &mark
	}
	if to, news := s.group.Truncation(s.replayTo, force); news {
		j.truncate = to
	}
	return j
}

// write writes until nothing is left.
func (s *Subscription) write() {
	var pause backoff
	for {
		s.mu.Lock()
		j := s.job(time.Now(), false)
		if j.empty() || s.closed {
			s.writing = false
			s.arm(time.Now())
			s.mu.Unlock()
			return
		}
		s.mu.Unlock()
		err := s.do(s.ending, j)
		if err == nil {
			pause.reset()
			continue
		}
		if s.ending.Err() == nil {
			s.log.Warn("the progress of a persistent subscription could not be written and will be tried again", "error", err)
		}
		if !pause.wait(s.ending) {
			s.mu.Lock()
			s.writing = false
			s.mu.Unlock()
			return
		}
	}
}

// flush writes everything that a restart can make use of, once everything else
// has ended.
func (s *Subscription) flush(ctx context.Context) {
	for {
		s.mu.Lock()
		if s.group == nil {
			s.mu.Unlock()
			return
		}
		j := s.job(time.Now(), true)
		s.mu.Unlock()
		if j.empty() {
			return
		}
		if err := s.do(ctx, j); err != nil {
			s.log.Warn("the progress of a persistent subscription was not written at its end: some events will come again", "error", err)
			return
		}
	}
}

// do writes a job. What is parked stands before the checkpoint passes it.
func (s *Subscription) do(ctx context.Context, j *job) error {
	if len(j.parkings) > 0 {
		if err := s.park(ctx, j.parkings); err != nil {
			return err
		}
	}
	if j.mark != nil {
		if err := s.writeCheckpoint(ctx, *j.mark); err != nil {
			return err
		}
	}
	if j.truncate > 0 {
		return s.truncateParked(ctx, j.truncate)
	}
	return nil
}

// endOfStream copies what is known of a stream the subscription writes to. Only
// one goroutine writes at a time, so the copy stays true until it has written.
func (s *Subscription) endOfStream(end *streamEnd) streamEnd {
	s.mu.Lock()
	defer s.mu.Unlock()
	return *end
}

func (s *Subscription) park(ctx context.Context, parkings []Parking) error {
	end := s.endOfStream(&s.parked)
	stream := s.name.parkedStream()
	var fields map[string]int64
	if _, restricted := end.metadata["$acl"]; !restricted {
		fields = map[string]int64{"$tb": int64(end.from())}
	}
	if err := s.records.begin(ctx, stream, &end, fields); err != nil {
		return err
	}
	links := make([]eventstore.NewEvent, len(parkings))
	for i := range parkings {
		link, err := parkedLink(&parkings[i])
		if err != nil {
			return err
		}
		links[i] = link
	}
	appended, err := s.config.Store.Append(ctx, eventstore.Append{Stream: stream, Expected: eventstore.AnyRevision, Events: links})
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if end.tb == deletedBefore {
		s.parked.tb = int64(end.next)
	}
	s.parked.next = max(s.parked.next, Place(appended.Last)+1)
	s.parked.metadata["$acl"] = administratorsOnly
	s.group.Parked(len(parkings))
	s.step()
	return nil
}

func (s *Subscription) writeCheckpoint(ctx context.Context, mark Mark) error {
	end := s.endOfStream(&s.checkpoints)
	stream := s.name.checkpointStream()
	var fields map[string]int64
	if _, limited := end.metadata["$maxCount"]; !limited {
		fields = map[string]int64{"$maxCount": checkpointsKept}
	}
	if err := s.records.begin(ctx, stream, &end, fields); err != nil {
		return err
	}
	if err := s.records.append(ctx, stream, checkpointEvent(mark.Place, s.name.Source)); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.checkpoints.tb = 0
	s.checkpoints.metadata["$maxCount"] = nil
	s.group.Checkpointed(mark, time.Now())
	s.step()
	return nil
}

func (s *Subscription) truncateParked(ctx context.Context, to Place) error {
	if err := s.records.setMetadata(ctx, s.name.parkedStream(), map[string]int64{"$tb": int64(to)}); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.parked.tb = int64(to)
	s.group.Truncated(to)
	s.step()
	return nil
}
