package importer

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
)

// largestFile is the most bytes of a file that rows are read from.
const largestFile = 1 << 30

// open reads the file of a table from a folder. The file must lie within the folder:
// neither its path nor a symbolic link may lead out of it, so that a mapping from
// somebody else cannot show what else its reader may read (S-16). Only a file of
// fixed size is read, which those that a system makes up are not.
func (t *table) open(folder, path string) ([]byte, error) {
	failed := func(reason string, err error) error { return &FileError{File: t.path, Reason: reason, Err: err} }
	outside := &FileError{
		File: t.path, Code: ErrFileOutside,
		Reason: "it lies outside the folder of the import; put it there, or name another folder with --from",
	}
	local, err := within(folder, path)
	if err != nil {
		return nil, outside
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, failed("its folder cannot be opened", err)
	}
	defer root.Close()
	// A pipe that nobody writes to would be waited for.
	file, err := root.OpenFile(local, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	var system syscall.Errno
	switch {
	case err != nil && !errors.As(err, &system): // the root says so, not the system
		return nil, outside
	case err != nil:
		return nil, failed("it cannot be opened", err)
	}
	defer file.Close()
	info, err := file.Stat()
	switch {
	case err != nil:
		return nil, failed("it cannot be opened", err)
	case !info.Mode().IsRegular():
		return nil, failed("it is no file", nil)
	case info.Size() > largestFile:
		return nil, t.tooLarge(0, fmt.Sprintf("it is larger than %d MiB; split it", largestFile>>20))
	}
	data := make([]byte, info.Size())
	if _, err := io.ReadFull(file, data); err != nil {
		return nil, failed("it cannot be read", err)
	}
	if more, _ := file.Read(make([]byte, 1)); more > 0 {
		return nil, failed("it is no file of a fixed size", nil)
	}
	return data, nil
}

// within is a path as seen from a folder; an error when it cannot lie in it.
func within(folder, path string) (string, error) {
	if filepath.IsAbs(path) {
		whole, err := filepath.Abs(folder)
		if err != nil {
			return "", err
		}
		if path, err = filepath.Rel(whole, path); err != nil {
			return "", err
		}
	}
	return filepath.Localize(filepath.ToSlash(filepath.Clean(path)))
}

// tooLarge refuses a table that would take more memory than an import may.
func (t *table) tooLarge(line int, reason string) error {
	return &FileError{File: t.path, Line: line, Code: ErrFileTooLarge, Reason: reason}
}
