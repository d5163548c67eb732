// A module of its own, so that h2spec is nobody else's dependency. .ci/check runs its test. Where
// the other one has newer versions, the test says that this file wants go mod tidy.
module onthewire/lessons/05-http/h2spec

go 1.26.0

require (
	github.com/summerwind/h2spec v2.2.1+incompatible
	onthewire v0.0.0
)

require (
	github.com/fatih/color v1.19.0 // indirect
	github.com/mattn/go-colorable v0.1.14 // indirect
	github.com/mattn/go-isatty v0.0.20 // indirect
	github.com/quic-go/qpack v0.6.0 // indirect
	github.com/quic-go/quic-go v0.65.0 // indirect
	github.com/rogpeppe/go-internal v1.16.0 // indirect
	golang.org/x/crypto v0.58.0 // indirect
	golang.org/x/net v0.62.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
	golang.org/x/text v0.43.0 // indirect
)

replace onthewire => ../../..
