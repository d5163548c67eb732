package wire

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"
)

func ExampleHeader() {
	have := []byte("what has come of it")
	b, _ := Header{Kind: Get, Name: "notes.txt", Offset: int64(len(have)), Size: 1000,
		Time: time.Unix(1_800_000_000, 0), Sum: sha256.Sum256(have)}.Append(nil)
	fmt.Print(hex.Dump(b))
	// Output:
	// 00000000  01 02 00 09 00 00 00 00  00 00 00 13 00 00 00 00  |................|
	// 00000010  00 00 03 e8 18 fa e2 76  93 b4 00 00 00 00 00 00  |.......v........|
	// 00000020  62 85 ce f8 1b 85 22 a3  4c 36 be 0d a6 68 15 11  |b.....".L6...h..|
	// 00000030  03 00 6c 58 08 99 29 08  d5 54 51 a8 65 bd 35 59  |..lX..)..TQ.e.5Y|
	// 00000040  6e 6f 74 65 73 2e 74 78  74                       |notes.txt|
}
