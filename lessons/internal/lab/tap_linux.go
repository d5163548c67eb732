package lab

import (
	"encoding/binary"
	"os"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"onthewire/lessons/internal/lab/netlink"
)

// tap reads from a packet socket (packet(7)) in the bridge's namespace. It sees each frame
// as it comes in by a port, and again as it goes out by others.
func (b *bridge) tap(hosts []*Host, see func(Packet)) (remove func(), err error) {
	var socket *os.File
	senders := make(map[int]string) // by the number of the port
	err = inside(b.ns, func() error {
		fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, int(toNetwork(unix.ETH_P_ALL)))
		if err != nil {
			return os.NewSyscallError("socket AF_PACKET", err)
		}
		socket = os.NewFile(uintptr(fd), "packet socket")
		unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, 8<<20) // as much of it as is allowed
		for _, h := range hosts {
			port, err := netlink.Index(h.port.name)
			if err != nil {
				return err
			}
			senders[port] = h.Name
		}
		return nil
	})
	if err != nil {
		if socket != nil {
			socket.Close()
		}
		return nil, err
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		readPackets(socket, senders, see)
	}()
	return func() { socket.Close(); <-done }, nil
}

// readPackets tells of each packet that comes from a sender, until the socket is closed.
func readPackets(socket *os.File, senders map[int]string, see func(Packet)) {
	raw, err := socket.SyscallConn()
	if err != nil {
		return
	}
	frame := make([]byte, 64<<10)
	for {
		var n int
		var from unix.Sockaddr
		var receiving error
		err := raw.Read(func(fd uintptr) bool {
			n, from, receiving = unix.Recvfrom(int(fd), frame, 0)
			return receiving != unix.EAGAIN && receiving != unix.EINTR
		})
		if err != nil || receiving != nil {
			return
		}
		link := from.(*unix.SockaddrLinklayer)
		name, known := senders[link.Ifindex]
		ip := link.Protocol == toNetwork(unix.ETH_P_IP) || link.Protocol == toNetwork(unix.ETH_P_IPV6)
		if !known || !ip || link.Pkttype == unix.PACKET_OUTGOING {
			continue
		}
		p := decode(slices.Clone(frame[:n]))
		p.Time, p.From = time.Now(), name
		see(p)
	}
}

func toNetwork(n uint16) uint16 {
	return binary.NativeEndian.Uint16(binary.BigEndian.AppendUint16(nil, n))
}
