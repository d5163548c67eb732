// check says: you said that a socket bound to 127.0.0.255 does not hear what is sent to 127.0.0.255

package whohears

func predict() []row {
	return []row{
		// to, wildcard, own, same, connected
		{"127.0.0.1", yes, yes, yes, yes},
		{"127.0.0.255", yes, no, no, no}, // which no interface shows
		{"127.255.255.255", yes, no, no, no},
		{"255.255.255.255", yes, no, no, no},
		{"239.255.87.73", yes, no, no, no},
		{"ff12::5749:5245", yes, no, no, no},
	}
}
