package dump

import (
	"bytes"
	"testing"
)

func TestARowEndsWhereALineDoes(t *testing.T) {
	const head = "GET /a/longer/path HTTP/1.1\r\nHost: x\r\n\r\n"
	want := []string{
		"47 45 54 20 2f 61 2f 6c 6f 6e 67 65 72 2f 70 61  GET /a/longer/pa",
		"74 68 20 48 54 54 50 2f 31 2e 31 0d 0a           th HTTP/1.1\\r\\n",
		"48 6f 73 74 3a 20 78 0d 0a                       Host: x\\r\\n",
		"0d 0a                                            \\r\\n",
	}
	rows := Rows([]byte(head), 16)
	for i, row := range rows {
		if i >= len(want) || row.String() != want[i] {
			t.Errorf("row %d is %q", i, row)
		}
	}
	if len(rows) != len(want) {
		t.Errorf("%d rows, want %d", len(rows), len(want))
	}
}

func TestARowEndsAtAPlaceToo(t *testing.T) {
	rows := Rows([]byte("0123456789"), 16, 0, 4, 10)
	if len(rows) != 2 || rows[1].At != 4 || string(rows[1].Bytes) != "456789" {
		t.Errorf("the rows are %v", rows)
	}
}

func FuzzNoByteIsLost(f *testing.F) {
	f.Add([]byte("GET / HTTP/1.1\r\n\r\n\x00\xff"), byte(15), 3)
	f.Fuzz(func(t *testing.T, b []byte, perRow byte, place int) {
		var got []byte
		for _, row := range Rows(b, 1+int(perRow%16), place) {
			if row.At != len(got) || len(row.Bytes) == 0 || len(row.Bytes) > 1+int(perRow%16) {
				t.Fatalf("a row of %d bytes at %d, behind %d", len(row.Bytes), row.At, len(got))
			}
			got = append(got, row.Bytes...)
		}
		if !bytes.Equal(got, b) {
			t.Errorf("%q has become %q", b, got)
		}
	})
}
