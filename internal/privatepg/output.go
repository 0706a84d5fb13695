package privatepg

import (
	"fmt"
	"io"
	"os"
	"sync"
)

// limitedFile is a log file that is put aside when it is full, so that it and its
// predecessor never take more than twice the limit.
type limitedFile struct {
	path  string
	limit int64

	mutex sync.Mutex
	file  *os.File
	size  int64
}

// openLimitedFile goes on with the file at path, or begins it.
func openLimitedFile(path string) (*limitedFile, error) {
	f := &limitedFile{path: path, limit: 8 << 20}
	if err := f.open(); err != nil {
		return nil, err
	}
	return f, nil
}

func (f *limitedFile) open() error {
	file, err := os.OpenFile(f.path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("open the log: %w", err)
	}
	info, err := file.Stat()
	if err != nil {
		file.Close()
		return fmt.Errorf("open the log: %w", err)
	}
	f.file, f.size = file, info.Size()
	return nil
}

// Write never fails: PostgreSQL must not stand still because its log cannot be
// written (a full disk, say).
func (f *limitedFile) Write(text []byte) (int, error) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if f.file == nil {
		return len(text), nil
	}
	if f.size > 0 && f.size+int64(len(text)) > f.limit {
		f.file.Close()
		f.file = nil
		os.Rename(f.path, f.path+".1") // where this fails the file only grows
		if f.open() != nil {
			return len(text), nil
		}
	}
	n, _ := f.file.Write(text)
	f.size += int64(n)
	return len(text), nil
}

// Close ends the log; later writes are dropped.
func (f *limitedFile) Close() error {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if f.file == nil {
		return nil
	}
	err := f.file.Close()
	f.file = nil
	return err
}

// tail keeps the last few lines that were written to it.
type tail struct {
	mutex sync.Mutex
	text  []byte
}

var _ io.Writer = (*tail)(nil)

// Write keeps the end of the text.
func (t *tail) Write(text []byte) (int, error) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.text = append(t.text, text...)
	t.text = t.text[max(0, len(t.text)-4096):]
	return len(text), nil
}

// line is what was written last, in one line.
func (t *tail) line() string {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	return lastLines(string(t.text), 3)
}
