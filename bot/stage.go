package bot

import (
	"context"
	"errors"
	"sync"
	"time"
)

// errStuck is returned for goroutines that did not end when they were told to.
var errStuck = errors.New("something did not end in time")

// stage is a set of goroutines that are stopped together.
type stage struct {
	ctx    context.Context //nolint:containedctx // its end is what a stage is
	cancel context.CancelFunc

	mu      sync.Mutex
	ended   bool
	running sync.WaitGroup
	errs    []error
}

func newStage(ctx context.Context) *stage {
	s := &stage{}
	s.ctx, s.cancel = context.WithCancel(ctx)
	return s
}

// start runs do with a context that ends with the stage, unless that ended already.
func (s *stage) start(do func(context.Context) error) { s.startWithin(s.ctx, do) }

// startWithin is start for what must end with another context too. It returns a channel
// that is closed when do has returned; at once, when the stage has ended already.
func (s *stage) startWithin(other context.Context, do func(context.Context) error) <-chan struct{} {
	done := make(chan struct{})
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		close(done)
		return done
	}
	s.running.Go(func() {
		defer close(done)
		ctx, cancel := context.WithCancelCause(other)
		defer cancel(nil)
		defer context.AfterFunc(s.ctx, func() { cancel(nil) })() //nolint:contextcheck // other is the one inherited
		if err := do(ctx); err != nil {
			s.mu.Lock()
			s.errs = append(s.errs, err)
			s.mu.Unlock()
		}
	})
	return done
}

// end stops everything and waits until it has ended, or until limit.
func (s *stage) end(limit <-chan time.Time) error {
	s.mu.Lock()
	s.ended = true
	s.mu.Unlock()
	s.cancel()
	all := make(chan struct{})
	go func() {
		s.running.Wait()
		close(all)
	}()
	select {
	case <-all:
	case <-limit:
		return errStuck
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return errors.Join(s.errs...)
}
