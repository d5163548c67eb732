//go:build !linux

// Package gro gives quic-go generic receive offload, where the system is Linux.
package gro

import "net"

// Wrap returns the socket as it is.
func Wrap(socket *net.UDPConn) (net.PacketConn, error) { return socket, nil }
