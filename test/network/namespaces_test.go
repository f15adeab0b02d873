package network_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tincan/internal/invite"
	"tincan/internal/sdp"
)

// space is a network namespace: a computer of its own.
type space struct {
	t    *testing.T
	name string
}

// command runs a command of the system's, which must succeed.
func command(t *testing.T, line string) string {
	t.Helper()
	f := strings.Fields(line)
	out, err := exec.Command(f[0], f[1:]...).CombinedOutput()
	require.NoError(t, err, "%s: %s", line, out)
	return string(out)
}

// computer makes a namespace that is gone at the end of the test.
func computer(t *testing.T, name string) space {
	t.Helper()
	s := space{t, fmt.Sprintf("tc%d%s", os.Getpid(), name)}
	command(t, "ip netns add "+s.name)
	t.Cleanup(func() { command(t, "ip netns del "+s.name) })
	s.ip("link set lo up")
	return s
}

func (s space) ip(line string) { s.t.Helper(); command(s.t, "ip -n "+s.name+" "+line) }

// inside runs a command in the namespace.
func (s space) inside(line string) string {
	s.t.Helper()
	return command(s.t, "ip netns exec "+s.name+" "+line)
}

// bridges gives it so many networks that nobody else is in, of the prefixes given by turns.
func (s space) bridges(n int, prefix func(i int) string) {
	for i := range n {
		s.ip(fmt.Sprintf("link add br-%d type veth peer name in-%d", i, i))
		s.ip(fmt.Sprintf("link set in-%d up", i))
		s.ip(fmt.Sprintf("addr add %s dev br-%d", prefix(i), i))
		s.ip(fmt.Sprintf("link set br-%d up", i))
	}
}

// rooted skips what needs a network of its own where there is none to be had.
func rooted(t *testing.T) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("needs root, for network namespaces")
	}
	if out, err := exec.Command("unshare", "-n", "true").CombinedOutput(); err != nil {
		t.Skipf("no network namespaces here: %s", out)
	}
}

var built struct {
	sync.Once
	path string
	err  error
}

// tincan is the program as it is now.
func tincan(t *testing.T) string {
	t.Helper()
	built.Do(func() {
		dir, err := os.MkdirTemp("", "tincan")
		if built.err = err; err != nil {
			return
		}
		built.path = filepath.Join(dir, "tincan")
		out, err := exec.Command("go", "build", "-o", built.path, "../../cmd/tincan").CombinedOutput()
		if err != nil {
			built.err = fmt.Errorf("%w: %s", err, out)
		}
	})
	require.NoError(t, built.err)
	return built.path
}

func TestMain(m *testing.M) {
	code := m.Run()
	if built.path != "" {
		_ = os.RemoveAll(filepath.Dir(built.path))
	}
	os.Exit(code)
}

// program is a tincan that speaks JSON in a namespace.
type program struct {
	t      *testing.T
	in     io.Writer
	pid    int
	events chan map[string]any
}

func (s space) start(t *testing.T, args ...string) *program {
	t.Helper()
	cmd := exec.Command("ip", append([]string{"netns", "exec", s.name, tincan(t)}, args...)...)
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	p := &program{t, in, cmd.Process.Pid, make(chan map[string]any, 1000)}
	var reading sync.WaitGroup
	reading.Go(func() {
		for lines := bufio.NewScanner(out); lines.Scan(); {
			var e map[string]any
			if json.Unmarshal(lines.Bytes(), &e) == nil {
				p.events <- e
			}
		}
		close(p.events)
	})
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		reading.Wait()
		_ = cmd.Wait()
	})
	return p
}

func (p *program) say(command map[string]any) {
	p.t.Helper()
	line, err := json.Marshal(command)
	require.NoError(p.t, err)
	_, err = p.in.Write(append(line, '\n'))
	require.NoError(p.t, err)
}

// await is the next event of that name.
func (p *program) await(name string) map[string]any {
	p.t.Helper()
	limit := time.After(40 * time.Second)
	for {
		select {
		case e, more := <-p.events:
			require.True(p.t, more, "it ended before %s", name)
			if e["event"] == name {
				return e
			}
			require.NotEqual(p.t, "closed", e["event"], "waiting for %s: %v", name, e)
		case <-limit:
			require.Fail(p.t, "no "+name)
		}
	}
}

// talk has two programs find each other and say something.
func talk(a, b *program) {
	a.t.Helper()
	replyLink := b.await("reply")["link"].(string)
	a.say(map[string]any{"do": "reply", "link": replyLink})
	a.await("open")
	b.await("open")
	a.say(map[string]any{"do": "send", "ref": "1", "text": "hello"})
	assert.Equal(a.t, "hello", b.await("message")["text"])
	a.await("delivered")
}

// TestIntegrationManyInterfaces: computers with more networks than a description has room
// for, all but one of which nobody else is in, find each other by the one they share.
func TestIntegrationManyInterfaces(t *testing.T) {
	rooted(t)
	docker := func(i int) string { return fmt.Sprintf("172.%d.0.1/16", 17+i) }
	others := func(i int) string {
		return []string{"192.168.122.1/24", "10.88.0.1/16", "192.168.80.1/20", "10.0.3.1/24", "192.168.56.1/24", "10.1.0.1/24", "10.2.0.1/24", "192.168.96.1/20", "10.244.0.1/24", "10.42.0.1/24", "10.3.0.1/24", "10.4.0.1/24"}[i]
	}
	for _, c := range []struct {
		name   string
		a, b   int
		prefix func(int) string
		lan    string // what they share, up to the last number
		routes bool   // by which the default route goes
	}{
		{"2 and 9 bridges", 2, 9, docker, "192.168.77.", false},
		{"9 and 2 bridges", 9, 2, docker, "192.168.77.", false},
		{"9 and 9 bridges", 9, 9, docker, "10.20.30.", false},
		{"none and 9 bridges", 0, 9, docker, "192.168.77.", false},
		{"12 and 12 bridges", 12, 12, docker, "192.168.77.", false},
		{"a network that looks like a bridge, with the default route", 12, 12, others, "172.20.5.", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, b := computer(t, "a"), computer(t, "b")
			a.bridges(c.a, c.prefix)
			b.bridges(c.b, c.prefix)
			// Last, as the system names them in this order.
			a.ip("link add lan type veth peer name lan netns " + b.name)
			for i, s := range []space{a, b} {
				s.ip(fmt.Sprintf("addr add %s%d/24 dev lan", c.lan, i+1))
				s.ip("link set lan up")
				if c.routes {
					s.ip("route add default via " + c.lan + "9")
				}
			}
			inviter := a.start(t, "new", "--json", "--stun", "none")
			link := inviter.await("invite")["link"].(string)
			joiner := b.start(t, "join", "--json", "--stun", "none", link)
			talk(inviter, joiner)
			inviter.say(map[string]any{"do": "diagnostics"})
			text := fmt.Sprint(inviter.await("diagnostics")["text"])
			assert.Regexp(t, `link made, candidates in it: [12] host\n`, text, "what the link holds, not what there is")
			gathered := len(regexp.MustCompile(`own candidate: host`).FindAllString(text, -1))
			assert.GreaterOrEqual(t, gathered, c.a+1)
		})
	}
}

// sent is how many packets have left the computer by its one network card.
func (s space) sent() string {
	out := s.inside("cat /sys/class/net/out/statistics/tx_packets")
	return strings.TrimSpace(out)
}

// TestIntegrationLoopbackStays: with --loopback nobody is asked and no packet leaves the
// computer, whatever the other side's description names.
func TestIntegrationLoopbackStays(t *testing.T) {
	rooted(t)
	alone := func(t *testing.T) space {
		s, far := computer(t, "l"), computer(t, "f")
		s.ip("link add out type veth peer name in netns " + far.name)
		far.ip("link set in up")
		s.inside("sysctl -q -w net.ipv6.conf.out.disable_ipv6=1") // else the system itself speaks
		s.ip("addr add 192.0.2.77/24 dev out")
		s.ip("link set out up arp off")
		s.ip("route add default via 192.0.2.1")
		return s
	}
	allHere := func(t *testing.T, code string, list []sdp.Candidate) {
		require.NotEmpty(t, list, code)
		for _, c := range list {
			assert.True(t, c.Address.Loopback(), "%s: %s", code, c.Address)
		}
	}
	t.Run("the counter counts", func(t *testing.T) {
		s := alone(t)
		before := s.sent()
		s.start(t, "new", "--json", "--stun", "192.0.2.9:3478").await("invite")
		assert.NotEqual(t, before, s.sent(), "a STUN server was asked")
	})
	t.Run("two programs", func(t *testing.T) {
		s := alone(t)
		before := s.sent()
		inviter := s.start(t, "new", "--json", "--loopback")
		link := inviter.await("invite")["link"].(string)
		code, err := invite.Find(link)
		require.NoError(t, err)
		inv, err := invite.ParseInvite(code, true)
		require.NoError(t, err)
		allHere(t, "invite", inv.Offer.Candidates)
		joiner := s.start(t, "join", "--json", "--loopback", link)
		talk(inviter, joiner)
		for _, p := range []*program{inviter, joiner} {
			for _, file := range []string{"udp", "udp6"} {
				table, err := os.ReadFile(fmt.Sprintf("/proc/%d/net/%s", p.pid, file))
				require.NoError(t, err)
				assert.NotContains(t, string(table), ":14E9 ", "mDNS")
				for _, line := range strings.Split(strings.TrimSpace(string(table)), "\n")[1:] {
					local := strings.Fields(line)[1]
					assert.Regexp(t, `^(0100007F|00000000000000000000000001000000):`, local, "bound to loopback alone")
				}
			}
		}
		assert.Equal(t, before, s.sent())
	})
	t.Run("an invite that names others", func(t *testing.T) {
		s := alone(t)
		before := s.sent()
		offered := s.start(t, "new", "--json", "--loopback")
		code, err := invite.Find(offered.await("invite")["link"].(string))
		require.NoError(t, err)
		inv, err := invite.ParseInvite(code, true)
		require.NoError(t, err)
		for i, text := range []string{"203.0.113.7 56030 typ srflx", "192.0.2.9 5000 typ host", "192.0.2.77 5000 typ host", "2001:db8::9 5000 typ host",
			"0b1d7ef2-7a4e-4f6c-9a51-3f1a2b3c4d5e.local 5000 typ host"} {
			one, err := sdp.Parse("a=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\na=fingerprint:sha-256 "+strings.Repeat("AB:", 31)+
				"AB\r\na=candidate:1 1 udp 1 "+text+"\r\n", false)
			require.NoError(t, err)
			require.Len(t, one.Candidates, 1, text)
			inv.Offer.Candidates = append(inv.Offer.Candidates[:min(len(inv.Offer.Candidates), 2+i)], one.Candidates...)
		}
		joiner := s.start(t, "join", "--json", "--loopback", invite.Code(inv.Bytes()).LinkText())
		joiner.await("reply")
		// The checks go out for seconds, whoever answers; a second is a dozen of them.
		time.Sleep(1500 * time.Millisecond)
		assert.Equal(t, before, s.sent())
	})
}
