package gateway

import (
	"bufio"
	"compress/flate"
	"compress/zlib"
	"io"

	"google.golang.org/grpc/encoding"
	_ "google.golang.org/grpc/encoding/gzip" // clients may compress what they send (G-03)
)

// gRPC knows compressions by name for the whole process, and allows this place alone to
// add one: deflate, beside gzip (G-03).
func init() { encoding.RegisterCompressor(deflate{}) }

// deflate is the compression of that name: zlib's form. Some clients send the bare
// stream, which is told by how it begins.
type deflate struct{}

// Name implements encoding.Compressor.
func (deflate) Name() string { return "deflate" }

// Compress implements encoding.Compressor.
func (deflate) Compress(w io.Writer) (io.WriteCloser, error) { return zlib.NewWriter(w), nil }

// Decompress implements encoding.Compressor.
func (deflate) Decompress(r io.Reader) (io.Reader, error) {
	buffered := bufio.NewReader(r)
	header, err := buffered.Peek(2)
	if err == nil && header[0]&0x0f == 8 && (uint(header[0])<<8|uint(header[1]))%31 == 0 {
		return zlib.NewReader(buffered)
	}
	return flate.NewReader(buffered), nil
}
