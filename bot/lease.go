package bot

import (
	"context"
	"time"
)

// Leases gives one process at a time the right to something that must have one
// owner: a mailbox, a WhatsApp number, the clock that makes things due. A lease
// that is not renewed runs out, and another process takes it.
type Leases interface {
	// Acquire takes or renews the lease until now+ttl. It reports false, and no
	// error, when another owner holds it.
	Acquire(ctx context.Context, name, owner string, now time.Time, ttl time.Duration) (bool, error)
	// Yield gives it up, so that another need not wait for it to run out.
	Yield(ctx context.Context, name, owner string) error
}
