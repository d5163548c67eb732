// check says: you said that a socket bound to 0.0.0.0 does not hear what is sent to 127.0.0.255

package whohears

func predict() []row {
	return []row{
		// to, wildcard, own, same, connected
		{"127.0.0.1", yes, yes, yes, yes},
		{"127.0.0.255", no, no, yes, no}, // nobody is bound to it but the third
		{"127.255.255.255", no, no, yes, no},
		{"255.255.255.255", no, no, yes, no},
		{"239.255.87.73", no, no, yes, no},
		{"ff12::5749:5245", no, no, yes, no},
	}
}
