// check says: you said that a socket bound to 127.0.0.1 hears what is sent to 127.255.255.255: it was sent, and did not arrive

package whohears

func predict() []row {
	return []row{
		// to, wildcard, own, same, connected
		{"127.0.0.1", yes, yes, yes, yes},
		{"127.0.0.255", yes, no, yes, no},
		{"127.255.255.255", yes, yes, yes, no}, // b is part of everybody
		{"255.255.255.255", yes, no, yes, no},
		{"239.255.87.73", yes, no, yes, no},
		{"ff12::5749:5245", yes, no, yes, no},
	}
}
