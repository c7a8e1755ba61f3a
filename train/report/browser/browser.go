// Package browser opens reports in a headless Chromium and says what a careful reader would mind: for tests only.
package browser

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Browser is a headless Chromium that is driven over its debugging pipe: JSON messages that end with a zero byte, no port and no network.
type Browser struct {
	t       *testing.T
	to      *os.File
	from    chan message
	session string
	id      int
	faults  []string // what pages wrote to the console as errors
}

// message is one of the DevTools protocol, either way.
type message struct {
	ID      int             `json:"id,omitempty"`
	Session string          `json:"sessionId,omitempty"`
	Method  string          `json:"method,omitempty"`
	Params  json.RawMessage `json:"params,omitempty"`
	Result  json.RawMessage `json:"result,omitempty"`
	Error   *struct {
		Message string `json:"message"`
	} `json:"error,omitempty"`
}

// chromium finds the browser; where there is none it skips the test, and in CI fails it.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{os.Getenv("CHROMIUM"), "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"} {
		if path, err := exec.LookPath(name); name != "" && err == nil {
			return path
		}
	}
	if os.Getenv("CI") == "true" {
		t.Fatal("no Chromium: CI must have one (apt-get install chromium), or $CHROMIUM says where it is")
	}
	t.Skip("skipped: no Chromium on this machine; $CHROMIUM says where it is")
	return ""
}

// New starts a browser that ends with the test. Without Chromium the test is skipped, in CI (CI=true) it fails.
func New(t *testing.T) *Browser {
	t.Helper()
	path := chromium(t)
	fromUs, to, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	from, toUs, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(path, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
		"--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--user-data-dir="+t.TempDir(), "--remote-debugging-pipe", "about:blank")
	command.ExtraFiles = []*os.File{fromUs, toUs} // 3 and 4 in the child
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	fromUs.Close()
	toUs.Close()
	b := &Browser{t: t, to: to, from: make(chan message, 256)}
	go b.read(from)
	t.Cleanup(func() {
		to.Close() // without its pipe the browser ends by itself
		ended := make(chan struct{})
		go func() { _ = command.Wait(); close(ended) }()
		select {
		case <-ended:
		case <-time.After(10 * time.Second):
			_ = command.Process.Kill()
			<-ended
		}
		from.Close()
	})
	var target struct{ TargetID string }
	b.call("Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	var attached struct{ SessionID string }
	b.call("Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &attached)
	b.session = attached.SessionID
	for _, domain := range []string{"Page", "Runtime", "Log"} {
		b.call(domain+".enable", nil, nil)
	}
	return b
}

func (b *Browser) read(from *os.File) {
	defer close(b.from)
	reader := bufio.NewReader(from)
	for {
		text, err := reader.ReadBytes(0)
		if err != nil {
			return
		}
		var m message
		if json.Unmarshal(text[:len(text)-1], &m) == nil {
			b.from <- m
		}
	}
}

// patience is how long an answer may take on a busy machine.
const patience = 60 * time.Second

// await takes messages until one is wanted; errors of the page are kept.
func (b *Browser) await(what string, wanted func(*message) bool) *message {
	b.t.Helper()
	late := time.After(patience)
	for {
		select {
		case m, open := <-b.from:
			if !open {
				b.t.Fatalf("the browser ended while waiting for %s", what)
			}
			b.note(&m)
			if wanted(&m) {
				return &m
			}
		case <-late:
			b.t.Fatalf("no %s from the browser within %v", what, patience)
		}
	}
}

func (b *Browser) note(m *message) {
	params := string(m.Params)
	switch {
	case m.Method == "Runtime.exceptionThrown",
		m.Method == "Runtime.consoleAPICalled" && strings.Contains(params, `"type":"error"`),
		m.Method == "Log.entryAdded" && !strings.Contains(params, `"level":"verbose"`) && !strings.Contains(params, `"level":"info"`):
		b.faults = append(b.faults, params)
	}
}

func (b *Browser) call(method string, params, into any) {
	b.t.Helper()
	b.id++
	id := b.id
	raw, err := json.Marshal(params)
	if err != nil {
		b.t.Fatal(err)
	}
	if params == nil {
		raw = []byte("{}")
	}
	text, err := json.Marshal(message{ID: id, Session: b.session, Method: method, Params: raw})
	if err != nil {
		b.t.Fatal(err)
	}
	if _, err := b.to.Write(append(text, 0)); err != nil {
		b.t.Fatal(err)
	}
	m := b.await(method, func(m *message) bool { return m.ID == id })
	if m.Error != nil {
		b.t.Fatalf("%s: %s", method, m.Error.Message)
	}
	if into != nil {
		if err := json.Unmarshal(m.Result, into); err != nil {
			b.t.Fatalf("%s: %v", method, err)
		}
	}
}

// open shows a file in a window of the given width.
func (b *Browser) open(path string, width int, scheme, media string) {
	b.t.Helper()
	absolute, err := filepath.Abs(path)
	if err != nil {
		b.t.Fatal(err)
	}
	b.call("Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false}, nil)
	b.call("Emulation.setEmulatedMedia", map[string]any{"media": media, "features": []map[string]string{{"name": "prefers-color-scheme", "value": scheme}}}, nil)
	b.call("Page.navigate", map[string]any{"url": "file://" + absolute}, nil)
	b.await("load", func(m *message) bool { return m.Method == "Page.loadEventFired" })
}

// run evaluates JavaScript that gives a list of texts: what is wrong.
func (b *Browser) run(script string) (faults []string) {
	b.t.Helper()
	var out struct {
		Result           struct{ Value []string }
		ExceptionDetails json.RawMessage
	}
	b.call("Runtime.evaluate", map[string]any{"expression": script, "returnByValue": true}, &out)
	if out.ExceptionDetails != nil {
		b.t.Fatalf("the checking script failed: %s", out.ExceptionDetails)
	}
	return out.Result.Value
}

// pageFaults looks at a page as a careful reader would: nothing runs out of the window, no text in a chart is cut or lies over another, every
// text can be told from its ground, every chart says in words what it shows.
const pageFaults = `(() => {
  const faults = [], seen = new Set(), say = (t) => { if (faults.length < 20 && !seen.has(t)) { seen.add(t); faults.push(t); } };
  for (const d of document.querySelectorAll('details')) d.open = true;
  const wide = document.documentElement.scrollWidth;
  if (wide > innerWidth) {
    const table = [...document.querySelectorAll('table')].filter((t) => getComputedStyle(t.parentElement).overflowX === 'visible' && t.getBoundingClientRect().right > innerWidth).map((t) => t.caption.textContent);
    say('the page is ' + wide + ' wide in a window of ' + innerWidth + (table.length ? ', because of the tables ' + table.join(' | ') : ''));
  }
  if (document.querySelectorAll('script').length) say('the page has a script');
  for (const e of document.querySelectorAll('main *, header *, footer *')) {
    if (e.closest('.table') || e.closest('svg')) continue;
    const r = e.getBoundingClientRect();
    if (r.right > innerWidth + 1 || r.left < -1) say(e.tagName + ' runs out of the window: ' + e.textContent.slice(0, 60));
  }
  const ids = new Set();
  for (const e of document.querySelectorAll('[id]')) { if (ids.has(e.id)) say('id twice: ' + e.id); ids.add(e.id); }
  for (const svg of document.querySelectorAll('svg.chart')) {
    const title = svg.querySelector('title'), desc = svg.querySelector('desc'), box = svg.getBoundingClientRect();
    const name = title ? title.textContent : '?';
    if (svg.getAttribute('role') !== 'img' || !title || !title.textContent || !desc || !desc.textContent) say('chart without words: ' + name);
    const texts = [];
    for (const t of svg.querySelectorAll('text')) {
      const r = t.getBoundingClientRect();
      if (r.width === 0 || !t.textContent.trim()) continue;
      if (r.left < box.left - 1 || r.right > box.right + 1 || r.top < box.top - 1 || r.bottom > box.bottom + 1) say(name + ': cut text ' + t.textContent);
      if (!/rotate\(-45\)/.test(t.getAttribute('transform') || '')) texts.push([t, r]);
    }
    for (let i = 0; i < texts.length; i++) for (let k = 0; k < i; k++) {
      const a = texts[i][1], b = texts[k][1];
      const w = Math.min(a.right, b.right) - Math.max(a.left, b.left), h = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (w > 1 && h > 0.35 * Math.min(a.height, b.height)) say(name + ': ' + texts[i][0].textContent + ' lies over ' + texts[k][0].textContent);
    }
  }
  const rgb = (c) => { const m = c.match(/[\d.]+/g).map(Number); return m.length > 3 && m[3] === 0 ? null : m; };
  const light = (c) => { const [r, g, b] = c.slice(0, 3).map((v) => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const ground = (e) => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c) return c; } return [255, 255, 255]; };
  for (const e of document.querySelectorAll('h1, h2, h3, p, li, td, th, small, caption, figcaption, summary, a, .tone, svg.chart text:not(.cell)')) {
    if (!e.textContent.trim() || e.getClientRects().length === 0) continue;
    const s = getComputedStyle(e), ink = rgb(e.tagName === 'text' ? s.fill : s.color);
    const a = light(ink), b = light(ground(e)), contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5) say('hard to read (' + contrast.toFixed(1) + ' : 1): ' + e.tagName + ' ' + e.textContent.slice(0, 40));
  }
  return faults;
})()`

// Check opens a report in every window that it must fit, in light and dark, and as it is printed.
func (b *Browser) Check(t *testing.T, path string) {
	t.Helper()
	for _, width := range []int{360, 1280} {
		for _, scheme := range []string{"light", "dark"} {
			b.open(path, width, scheme, "screen")
			for _, fault := range b.run(pageFaults) {
				t.Errorf("%s at %d, %s: %s", filepath.Base(path), width, scheme, fault)
			}
		}
	}
	b.open(path, 720, "light", "print")
	for _, fault := range b.run(pageFaults) {
		t.Errorf("%s printed: %s", filepath.Base(path), fault)
	}
	for _, fault := range b.faults {
		t.Errorf("%s: the console says %s", filepath.Base(path), fault)
	}
	b.faults = nil
	if info, err := os.Stat(path); err != nil || info.Size() > 2_000_000 {
		t.Errorf("%s: %v, or over 2 MB: %s", path, err, fmt.Sprint(info.Size()))
	}
}
