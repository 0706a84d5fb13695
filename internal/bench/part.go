package bench

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"

	"guishu/internal/bench/load"
)

// RunPart is what this program does when it runs as a part of a measurement.
func RunPart(ctx context.Context, part Part, in io.Reader, out io.Writer) error {
	switch part {
	case PartLoad:
		return load.Serve(in, out)
	case PartAppend:
		return serveAppends(ctx, in, out)
	}
	return fmt.Errorf("there is no part %q", part)
}

// helper is another process of this program, which takes orders in lines of JSON.
type helper struct {
	command *exec.Cmd
	in      io.WriteCloser
	orders  *json.Encoder
	answers *json.Decoder
}

func (r *run) helper(ctx context.Context, part Part) (*helper, error) {
	command := exec.CommandContext(ctx, r.Program, "bench", "--part", string(part))
	command.Stderr = os.Stderr
	in, err := command.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", part, err)
	}
	return &helper{command: command, in: in, orders: json.NewEncoder(in), answers: json.NewDecoder(bufio.NewReader(out))}, nil
}

// ask gives an order and waits for its answer.
func (h *helper) ask(order, answer any) error {
	if err := h.orders.Encode(order); err != nil {
		return fmt.Errorf("give an order to another process: %w", err)
	}
	if err := h.answers.Decode(answer); err != nil {
		return fmt.Errorf("hear from another process: %w", err)
	}
	return nil
}

func (h *helper) end() error { return errors.Join(h.in.Close(), h.command.Wait()) }
