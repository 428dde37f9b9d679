package whatsapp

import (
	"context"
	"net/http"
	"sync"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waWa6"
	"go.mau.fi/whatsmeow/store"
)

// versionWait is how long WhatsApp's page is waited for: the built-in version mostly does.
const versionWait = 10 * time.Second

// versions guards whatsmeow's version, which is one for the process: a number may be
// logging in while another one finds a newer version.
var versions sync.RWMutex

// refreshVersion takes the version that WhatsApp Web has now for ours, so that an old
// program is not refused for its age alone. It never goes back, and a failure is only
// logged. It reports whether anything changed.
func (o Options) refreshVersion(ctx context.Context) (changed bool) {
	ctx, cancel := context.WithTimeout(ctx, versionWait)
	defer cancel()
	client := o.HTTP
	if client == nil {
		client = http.DefaultClient
	}
	latest, err := whatsmeow.GetLatestVersion(ctx, client)
	versions.Lock()
	defer versions.Unlock()
	if err != nil {
		o.Log.Warn("the current version of WhatsApp Web could not be had; the known one is used", "version", store.GetWAVersion().String(), "error", short(err))
		return false
	}
	if !store.GetWAVersion().LessThan(*latest) {
		return false
	}
	o.Log.Info("a newer version of WhatsApp Web", "version", latest.String(), "before", store.GetWAVersion().String())
	store.SetWAVersion(*latest)
	return true
}

// payload is what a client says of itself when it connects, the version among it.
func payload(d *store.Device) *waWa6.ClientPayload {
	versions.RLock()
	defer versions.RUnlock()
	return d.GetClientPayload()
}

// short cuts an error that may quote a whole page.
func short(err error) string {
	const most = 300
	text := err.Error()
	if len(text) > most {
		return text[:most] + "…"
	}
	return text
}
