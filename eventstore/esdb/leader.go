package esdb

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/gossip"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
	"google.golang.org/grpc"
)

const (
	// silence is how long a leader may say nothing before the other members of its
	// cluster are asked whether there is another one, and how long they are waited for.
	silence = 2 * time.Second
	// ownWord is how long the word of a leader itself is waited for once most members
	// have named it.
	ownWord = 500 * time.Millisecond
)

// errNoLeader says that the members of a cluster answer and name no leader that says
// the same of itself: there is an election, or the leader does not answer.
var errNoLeader = errors.New("no member of the cluster says that it leads")

// server is one that a link is to be connected to.
type server struct {
	address string
	watched bool // it is the leader of several members
}

// word is what one member of a cluster says.
type word struct {
	from    string
	leader  string // "" for none
	members []string
	err     error
}

// target finds the server that everything is asked of: the leader of the cluster that
// the connection string names. Of a server that is named alone it is that one, unless
// another one leads its cluster and can be reached.
func (l *links) target() (server, error) {
	ctx, cancel := context.WithTimeout(l.ending, silence)
	defer cancel()
	found, err := l.poll(ctx)
	if clustered(&l.config) {
		return server{found.leader, len(found.members) > 1}, err
	}
	alone := server{address: l.config.Address}
	if err != nil || len(found.members) < 2 || !l.mayFollow(found.leader) {
		return alone, nil
	}
	return server{found.leader, true}, nil
}

// mayFollow says whether what is sent to the server that is named may be sent to
// another one: not credentials without TLS to another machine.
func (l *links) mayFollow(address string) bool {
	if l.config.Username == "" || !l.config.DisableTLS {
		return true
	}
	host, _, err := net.SplitHostPort(address)
	return err == nil && loopback(host)
}

// poll asks the members of the cluster that are known who leads it, and those that
// they name, until most agree on one that says the same of itself. A member that has
// not noticed an election is so outvoted (E-06).
func (l *links) poll(ctx context.Context) (word, error) {
	ctx, cancel := context.WithCancel(ctx)
	var asking sync.WaitGroup
	defer asking.Wait()
	defer cancel()
	p := ballot{words: make(map[string]word), asked: make(map[string]bool)}
	answers := make(chan word)
	ask := func(addresses []string) {
		for _, address := range addresses {
			if p.asked[address] {
				continue
			}
			p.asked[address] = true
			asking.Go(func() {
				said := l.ask(ctx, address)
				select {
				case answers <- said:
				case <-ctx.Done():
				}
			})
		}
	}
	ask(l.candidates())
	var late <-chan time.Time
	for len(p.words) < len(p.asked) {
		select {
		case said := <-answers:
			p.words[said.from] = said
			ask(said.members)
		case <-late:
			return p.result(ctx)
		case <-ctx.Done():
			return p.result(ctx)
		}
		leader, most := p.leader()
		if most && p.words[leader].leader == leader {
			l.remember(p.members())
			return word{leader: leader, members: p.members()}, nil
		}
		if most && late == nil {
			late = time.After(ownWord)
		}
	}
	return p.result(ctx)
}

// ballot is what members have said so far.
type ballot struct {
	asked map[string]bool
	words map[string]word
}

// members are all members that somebody has named.
func (b *ballot) members() []string {
	var all []string
	for _, said := range b.words {
		all = append(all, said.members...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// leader gives the one that is named most often, and whether by most members. Who was
// asked under an address that no member has counts only where there is but one.
func (b *ballot) leader() (string, bool) {
	members := b.members()
	votes := make(map[string]int)
	leader := ""
	for _, said := range b.words {
		if said.leader == "" || len(members) > 1 && !slices.Contains(members, said.from) {
			continue
		}
		if votes[said.leader]++; votes[said.leader] > votes[leader] {
			leader = said.leader
		}
	}
	return leader, 2*votes[leader] > len(members)
}

// result is what came of asking when nothing more can be waited for: the leader that
// says it of itself and that most of those who answered name.
func (b *ballot) result(ctx context.Context) (word, error) {
	leader, _ := b.leader()
	agreed, answered := 0, 0
	var last error
	for _, said := range b.words {
		switch {
		case said.err != nil:
			last = said.err
			continue
		case said.leader == leader:
			agreed++
		}
		answered++
	}
	switch {
	case answered == 0 && last == nil:
		return word{}, fmt.Errorf("no member of the cluster answers: %w", context.Cause(ctx))
	case answered == 0:
		return word{}, last
	case leader == "" || b.words[leader].leader != leader || 2*agreed <= answered:
		return word{}, errNoLeader
	}
	return word{leader: leader, members: b.members()}, nil
}

// ask asks one member who leads.
func (l *links) ask(ctx context.Context, address string) word {
	conn, err := dial(&l.config, address)
	if err != nil {
		return word{from: address, err: err}
	}
	defer conn.Close()
	return l.askOver(ctx, conn, address)
}

func (l *links) askOver(ctx context.Context, conn *grpc.ClientConn, address string) word {
	said := word{from: address}
	cluster, err := gossip.NewGossipClient(conn).Read(ctx, &shared.Empty{})
	if err != nil {
		said.err = fmt.Errorf("asking %s who leads its cluster: %w", address, err)
		return said
	}
	for _, member := range cluster.GetMembers() {
		place := member.GetHttpEndPoint()
		name := net.JoinHostPort(place.GetAddress(), strconv.FormatUint(uint64(place.GetPort()), 10))
		said.members = append(said.members, name)
		if member.GetState() == gossip.MemberInfo_Leader && member.GetIsAlive() {
			said.leader = name
		}
	}
	if len(said.members) == 1 && said.leader != "" && !clustered(&l.config) {
		said.leader = address // by whichever name
	}
	return said
}

// candidates are the members to ask: those that were heard of last and those that the
// connection string names.
func (l *links) candidates() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append(slices.Clone(l.members), strings.Split(l.addresses, ",")...)
}

func (l *links) remember(members []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.members = members
}
