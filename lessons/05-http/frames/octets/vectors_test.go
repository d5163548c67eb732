package octets

import (
	"encoding/hex"
	"strings"
	"testing"

	"golang.org/x/net/http2/hpack"
)

func bytesOf(t *testing.T, text string) []byte {
	t.Helper()
	octets, err := hex.DecodeString(strings.Join(strings.Fields(text), ""))
	if err != nil {
		t.Fatal(err)
	}
	return octets
}

func lines(headers []Header) string {
	var all []string
	for _, h := range headers {
		all = append(all, h.String())
	}
	return strings.Join(all, "\n")
}

func TestTheNumbersOfTheRFCAreRead(t *testing.T) { // appendix C.1
	for _, c := range []struct {
		octets string
		prefix int
		want   int
	}{{"0a", 5, 10}, {"1f9a0a", 5, 1337}, {"2a", 8, 42}} {
		r := &reader{octets: bytesOf(t, c.octets)}
		if got := r.integer("5.1", "number", c.prefix); got != c.want || r.left() != 0 || r.err != nil {
			t.Errorf("%s is %d with %d bytes left, %v, want %d", c.octets, got, r.left(), r.err, c.want)
		}
	}
}

// The examples of RFC 7541, appendix C. The blocks of one series are of one connection.
func TestTheBlocksOfTheRFCAreReadAndFillTheTable(t *testing.T) {
	const date1, date2 = "date: Mon, 21 Oct 2013 20:13:21 GMT", "date: Mon, 21 Oct 2013 20:13:22 GMT"
	const location, cookie = "location: https://www.example.com", "set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1"
	first := ":method: GET\n:scheme: http\n:path: /\n:authority: www.example.com"
	requests := []string{first, first + "\ncache-control: no-cache", ":method: GET\n:scheme: https\n:path: /index.html\n:authority: www.example.com\ncustom-key: custom-value"}
	responses := []string{
		":status: 302\ncache-control: private\n" + date1 + "\n" + location,
		":status: 307\ncache-control: private\n" + date1 + "\n" + location,
		":status: 200\ncache-control: private\n" + date2 + "\n" + location + "\ncontent-encoding: gzip\n" + cookie,
	}
	for _, series := range []struct {
		name   string
		most   int
		blocks []string
		want   []string
		sizes  []int // of the table after each
	}{
		{"C.2.1", 4096, []string{"400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572"}, []string{"custom-key: custom-header"}, []int{55}},
		{"C.2.2", 4096, []string{"040c 2f73 616d 706c 652f 7061 7468"}, []string{":path: /sample/path"}, []int{0}},
		{"C.2.3", 4096, []string{"1008 7061 7373 776f 7264 0673 6563 7265 74"}, []string{"password: secret"}, []int{0}},
		{"C.2.4", 4096, []string{"82"}, []string{":method: GET"}, []int{0}},
		{"C.3", 4096, []string{
			"8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d",
			"8286 84be 5808 6e6f 2d63 6163 6865",
			"8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65",
		}, requests, []int{57, 110, 164}},
		{"C.4", 4096, []string{
			"8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff",
			"8286 84be 5886 a8eb 1064 9cbf",
			"8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf",
		}, requests, []int{57, 110, 164}},
		{"C.5", 256, []string{
			`4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3120
			474d 546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70 6c65 2e63 6f6d`,
			"4803 3330 37c1 c0bf",
			`88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d 54c0 5a04 677a 6970 7738
			666f 6f3d 4153 444a 4b48 514b 425a 584f 5157 454f 5049 5541 5851 5745 4f49 553b 206d 6178 2d61 6765 3d33
			3630 303b 2076 6572 7369 6f6e 3d31`,
		}, responses, []int{222, 222, 215}},
		{"C.6", 256, []string{
			`4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad 1718
			63c7 8f0b 97c8 e9ae 82ae 43d3`,
			"4883 640e ffc1 c0bf",
			`88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 821d d7f2 e6c7
			b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106 3d50 07`,
		}, responses, []int{222, 222, 215}},
	} {
		d := &Decoder{table{most: series.most}}
		for i, block := range series.blocks {
			octets := bytesOf(t, block)
			headers, fields, err := d.Block(octets)
			if got := lines(headers); got != series.want[i] || err != nil {
				t.Errorf("%s, block %d: %v\n%s\nwant\n%s", series.name, i+1, err, got, series.want[i])
			}
			if d.table.size != series.sizes[i] {
				t.Errorf("%s, block %d: the table has %d bytes, want %d", series.name, i+1, d.table.size, series.sizes[i])
			}
			covers(t, fields, 0, len(octets))
		}
	}
}

// covers wants each byte in exactly one field without parts.
func covers(t testing.TB, fields []Field, from, end int) {
	t.Helper()
	at := from
	for _, f := range fields {
		if f.At != at {
			t.Fatalf("%s begins at %d, want %d", f.Name, f.At, at)
		}
		at += f.Size
		if len(f.Parts) > 0 {
			covers(t, f.Parts, f.At, f.At+f.Size)
		}
	}
	if at != end {
		t.Fatalf("the fields end at %d, want %d", at, end)
	}
}

func TestTheStaticTableIsThatOfXNet(t *testing.T) {
	for i, want := range static {
		theirs, err := hpack.NewDecoder(4096, nil).DecodeFull([]byte{0x80 | byte(i+1)})
		if err != nil || theirs[0].Name != want.Name || theirs[0].Value != want.Value {
			t.Errorf("entry %d is %v, %v, want %v", i+1, theirs, err, want)
		}
	}
}

func TestEveryLetterIsReadAsItWasCoded(t *testing.T) {
	var text []byte
	for letter := range 256 {
		text = append(text, byte(letter), 'a')
	}
	got, err := unhuffman(hpack.AppendHuffmanString(nil, string(text)))
	if err != nil || string(got) != string(text) {
		t.Errorf("%q, %v", got, err)
	}
}

func TestABadBlockIsRefused(t *testing.T) {
	for block, want := range map[string]string{
		"80":           "no table has an entry 0",
		"be":           "no table has an entry 62",
		"40":           "the bytes end before Length",
		"4001":         "Name has 1 bytes, and only 0 are left",
		"ffffffffff7f": "has no end, or is too large",
		"823f21":       "a new size of the table has to come first",
		"3fe21f":       "a table of 4097 bytes, and we allow 4096",
		"0081ff":       "Name: it does not end in up to seven bits of 1", // a whole byte of padding
		"00811c":       "Name: it does not end in",                       // zeros
		"0084ffffffff": "a code for the end of the string",
	} {
		_, _, err := NewDecoder().Block(bytesOf(t, block))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", block, err, want)
		}
	}
}
