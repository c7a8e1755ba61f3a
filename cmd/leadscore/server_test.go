package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
)

// server is a leadscore serve that a script started.
type server struct {
	command *exec.Cmd
	log     bytes.Buffer
	read    chan struct{} // closed when its log has ended
}

// startServer returns once the server's log says where it listens.
func (s *script) startServer(_ bool, args []string) {
	command := s.command(append([]string{"leadscore", "serve", "--listen", "127.0.0.1:0"}, args...))
	stderr, err := command.StderrPipe()
	s.check(err)
	s.check(command.Start())
	s.server = &server{command: command, read: make(chan struct{})}
	lines := bufio.NewReader(stderr)
	address := regexp.MustCompile(`msg=serving address=(\S+)`)
	for {
		line, err := lines.ReadString('\n')
		s.server.log.WriteString(line)
		if err != nil {
			s.Fatalf("the server ended:\n%s", s.server.log.String())
		}
		if at := address.FindStringSubmatch(line); at != nil {
			s.env["ADDRESS"] = at[1]
			break
		}
	}
	go func() {
		defer close(s.server.read)
		_, _ = io.Copy(&s.server.log, lines) // ends with the process
	}()
}

// stopServer sends a signal and waits for the end.
func (s *script) stopServer(_ bool, args []string) {
	signals := map[string]syscall.Signal{"SIGTERM": syscall.SIGTERM, "SIGINT": syscall.SIGINT}
	s.check(s.server.command.Process.Signal(signals[args[0]]))
	<-s.server.read
	_ = s.server.command.Wait() // the exit code is looked at
	s.stderr, s.code = s.server.log.String(), s.server.command.ProcessState.ExitCode()
	s.server = nil
	s.checkCode(false, args[1:])
}

func (s *script) killServer() {
	if s.server != nil {
		_ = s.server.command.Process.Kill()
		_ = s.server.command.Wait()
	}
}

func (s *script) json(_ bool, keys []string) {
	var object map[string]any
	decoder := json.NewDecoder(strings.NewReader(s.stdout))
	if err := decoder.Decode(&object); err != nil || decoder.More() {
		s.Fatalf("stdout is not one JSON object: %v\n%s", err, s.stdout)
	}
	for _, key := range keys {
		if _, ok := object[key]; !ok {
			s.Fatalf("the JSON has no %q:\n%.2000s", key, s.stdout)
		}
	}
}
