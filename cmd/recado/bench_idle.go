package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// benchIdleCmd runs this very program as `serve`, on an empty folder and then again
// on what it left there.
type benchIdleCmd struct {
	benchBases
	Runs int           `default:"5" help:"How often the program is started again."`
	Wait time.Duration `default:"10s" help:"How long nothing happens before the memory is read."`
}

// benchIdleResult is what starting and waiting took.
type benchIdleResult struct {
	First   float64 // ms from exec until /readyz says yes, with an empty folder: it makes the database and imports the example
	Again   spread  // ms, on a folder that is there
	IdleMB  float64 // resident after benchIdleCmd.Wait without work, after the last start
	PeakMB  float64 // the most until then
	DrainMS float64 // from SIGTERM until the end, of the last
}

// String is the result for people.
func (r benchIdleResult) String() string {
	return fmt.Sprintf(`start and idle
  first start         %8.0f ms until /readyz, making the database
  later starts        %8.0f ms (%.0f to %.0f)
  idle                %8.1f MB resident, %.1f MB at most
  end                 %8.0f ms after SIGTERM
`, r.First, r.Again.Median, r.Again.Min, r.Again.Max, r.IdleMB, r.PeakMB, r.DrainMS)
}

// Run starts and stops the program.
func (c *benchIdleCmd) Run(ctx context.Context, std Streams) error {
	folder, err := os.MkdirTemp(c.Folder, "recado-bench-*")
	if err != nil {
		return fmt.Errorf("make a folder: %w", err)
	}
	r, err := c.measure(ctx, std, folder)
	if err = errors.Join(err, os.RemoveAll(folder)); err != nil {
		return err
	}
	return c.show(std.Out, r)
}

func (c *benchIdleCmd) measure(ctx context.Context, std Streams, folder string) (r benchIdleResult, err error) {
	var again []float64
	for run := range c.Runs + 1 {
		child, took, err := serveIn(ctx, std, folder)
		if err != nil {
			return r, err
		}
		if run == 0 {
			r.First = took
		} else {
			again = append(again, took)
		}
		if run == c.Runs {
			select {
			case <-time.After(c.Wait):
			case <-ctx.Done():
			}
			pid := strconv.Itoa(child.Process.Pid)
			r.IdleMB, r.PeakMB = resident(pid, "VmRSS"), resident(pid, "VmHWM")
		}
		begun := time.Now()
		if err := errors.Join(child.Process.Signal(syscall.SIGTERM), child.Wait()); err != nil {
			return r, fmt.Errorf("end the program: %w", err)
		}
		r.DrainMS = sinceMS(begun)
	}
	r.Again = spreadOf(again)
	return r, nil
}

// serveIn starts the program and waits until it is ready; took is in ms.
func serveIn(ctx context.Context, std Streams, folder string) (child *exec.Cmd, took float64, err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, 0, fmt.Errorf("find this program: %w", err)
	}
	web, err := freePort(ctx)
	if err != nil {
		return nil, 0, err
	}
	mail, err := freePort(ctx)
	if err != nil {
		return nil, 0, err
	}
	child = exec.CommandContext(ctx, self, "serve")
	child.Dir, child.Stderr = folder, std.Err
	child.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "RECADO_") })
	child.Env = append(child.Env, "RECADO_WEB_LISTEN="+web, "RECADO_SMTP_IN_LISTEN="+mail, "RECADO_LOG_LEVEL=warn")
	begun := time.Now()
	if err := child.Start(); err != nil {
		return nil, 0, fmt.Errorf("start the program: %w", err)
	}
	if err := ready(ctx, "http://"+web+"/readyz", begun.Add(lateTime)); err != nil {
		return nil, 0, errors.Join(err, child.Process.Kill(), child.Wait())
	}
	return child, sinceMS(begun), nil
}

// ready asks until the answer is yes.
func ready(ctx context.Context, url string, end time.Time) error {
	for time.Now().Before(end) {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		if answer, err := http.DefaultClient.Do(request); err == nil {
			if err := answer.Body.Close(); err == nil && answer.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-time.After(time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return errors.New("the program was not ready in time")
}

// freePort is an address on which nobody listens at present.
func freePort(ctx context.Context) (string, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	return l.Addr().String(), l.Close()
}

func sinceMS(begun time.Time) float64 { return float64(time.Since(begun).Microseconds()) / 1000 }
