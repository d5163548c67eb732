// check says: you said that a socket connected to the sender does not hear what is sent to 127.0.0.1: it was sent, and arrived

package whohears

func predict() []row {
	return []row{
		// to, wildcard, own, same, connected
		{"127.0.0.1", yes, yes, yes, no}, // a connection is no place to send to
		{"127.0.0.255", yes, no, yes, no},
		{"127.255.255.255", yes, no, yes, no},
		{"255.255.255.255", yes, no, yes, no},
		{"239.255.87.73", yes, no, yes, no},
		{"ff12::5749:5245", yes, no, yes, no},
	}
}
