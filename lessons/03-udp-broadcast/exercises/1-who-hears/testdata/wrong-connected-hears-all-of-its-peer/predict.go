// check says: you said that a socket connected to the sender hears what is sent to 127.0.0.255

package whohears

func predict() []row {
	return []row{
		// to, wildcard, own, same, connected
		{"127.0.0.1", yes, yes, yes, yes},
		{"127.0.0.255", yes, no, yes, yes}, // it is from the peer, after all
		{"127.255.255.255", yes, no, yes, yes},
		{"255.255.255.255", yes, no, yes, yes},
		{"239.255.87.73", yes, no, yes, yes},
		{"ff12::5749:5245", yes, no, yes, yes},
	}
}
