// Package packets has experiments with socket options: those about single packets.
package packets
