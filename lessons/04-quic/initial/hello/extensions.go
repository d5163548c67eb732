package hello

import (
	"fmt"

	"onthewire/lessons/04-quic/initial/field"
)

const (
	x25519MLKEM768 = 0x11ec // draft-ietf-tls-ecdhe-mlkem

	mlkemKey        = 1184 // bytes of an encapsulation key of ML-KEM-768 (FIPS 203)
	mlkemCiphertext = 1088
)

// extensions reads all of them. read has, by type, how the bytes of one are read.
func extensions(r *field.Reader, read map[uint64]func(*field.Reader)) {
	r.Within("extensions", r.Uint("extensions length", 2), func() {
		for r.More() {
			extension(r, read)
		}
	})
}

func extension(r *field.Reader, read map[uint64]func(*field.Reader)) {
	name := "extension"
	if head := r.Rest(); len(head) >= 2 {
		kind := uint64(head[0])<<8 | uint64(head[1])
		name = extensionNames[kind]
		if name == "" {
			name = fmt.Sprintf("extension %d", kind)
		}
	}
	r.Group(name, func() {
		kind := r.Uint("Type", 2)
		size := r.Uint("Length", 2)
		switch inside := read[kind]; {
		case size == 0:
		case inside != nil:
			r.Within("Data", size, func() { inside(r) })
		default:
			r.Bytes("Data", size)
		}
	})
}

var inClientHello = map[uint64]func(*field.Reader){
	0: serverName,
	5: func(r *field.Reader) {
		named(r, "status_type", 1, statusTypes)
		r.Bytes("responder_id_list", r.Uint("responder_id_list length", 2))
		r.Bytes("request_extensions", r.Uint("request_extensions length", 2))
	},
	10: list("named_group_list", 2, "NamedGroup", 2, groups),
	11: list("ec_point_format_list", 1, "ECPointFormat", 1, pointFormats),
	13: list("supported_signature_algorithms", 2, "SignatureScheme", 2, signatures),
	16: protocols,
	41: preSharedKey,
	43: list("versions", 1, "ProtocolVersion", 2, versions),
	45: list("ke_modes", 1, "PskKeyExchangeMode", 1, pskModes),
	50: list("supported_signature_algorithms", 2, "SignatureScheme", 2, signatures),
	51: func(r *field.Reader) {
		r.Within("client_shares", r.Uint("client_shares length", 2), func() {
			for r.More() {
				keyShare(r, mlkemKey, "ML-KEM-768 encapsulation key")
			}
		})
	},
	57: parameters,
}

var inServerHello = map[uint64]func(*field.Reader){
	41: func(r *field.Reader) { r.Uint("selected_identity", 2) },
	43: func(r *field.Reader) { named(r, "selected_version", 2, versions) },
	51: func(r *field.Reader) { keyShare(r, mlkemCiphertext, "ML-KEM-768 ciphertext") },
}

var inRetryRequest = map[uint64]func(*field.Reader){
	43: inServerHello[43],
	51: func(r *field.Reader) { named(r, "selected_group", 2, groups) },
}

// list reads numbers of one size, behind a length of another.
func list(name string, lengthSize uint64, one string, size uint64, names map[uint64]string) func(*field.Reader) {
	return func(r *field.Reader) {
		r.Within(name, r.Uint(name+" length", lengthSize), func() {
			for r.More() {
				named(r, one, size, names)
			}
		})
	}
}

func serverName(r *field.Reader) {
	r.Within("server_name_list", r.Uint("server_name_list length", 2), func() {
		for r.More() {
			named(r, "name_type", 1, nameTypes)
			r.Say("%+q", r.Bytes("HostName", r.Uint("HostName length", 2)))
		}
	})
}

func protocols(r *field.Reader) {
	r.Within("protocol_name_list", r.Uint("protocol_name_list length", 2), func() {
		for r.More() {
			r.Say("%+q", r.Bytes("ProtocolName", r.Uint("ProtocolName length", 1)))
		}
	})
}

// keyShare reads a public key. That of X25519MLKEM768 is two, one behind the other.
func keyShare(r *field.Reader, first uint64, what string) {
	r.Group("KeyShareEntry", func() {
		group := named(r, "group", 2, groups)
		size := r.Uint("key_exchange length", 2)
		if group == x25519MLKEM768 && size == first+32 {
			r.Bytes(what, first)
			r.Bytes("X25519 public key", 32)
			return
		}
		r.Bytes("key_exchange", size)
	})
}

func preSharedKey(r *field.Reader) {
	r.Within("identities", r.Uint("identities length", 2), func() {
		for r.More() {
			r.Bytes("identity", r.Uint("identity length", 2))
			r.Uint("obfuscated_ticket_age", 4)
		}
	})
	r.Within("binders", r.Uint("binders length", 2), func() {
		for r.More() {
			r.Bytes("binder", r.Uint("binder length", 1))
		}
	})
}
