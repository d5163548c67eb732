package frames

import (
	"fmt"
	"strconv"

	"golang.org/x/net/http2"
)

// sections are those of RFC 9113 that define a frame.
var sections = map[http2.FrameType]string{
	http2.FrameData: "6.1", http2.FrameHeaders: "6.2", http2.FramePriority: "6.3", http2.FrameRSTStream: "6.4",
	http2.FrameSettings: "6.5", http2.FramePushPromise: "6.6", http2.FramePing: "6.7", http2.FrameGoAway: "6.8",
	http2.FrameWindowUpdate: "6.9", http2.FrameContinuation: "6.10",
}

// flags names those that are set. What a bit means depends on the type.
func flags(h http2.FrameHeader) (names []string) {
	known := []struct {
		types []http2.FrameType
		bit   http2.Flags
		name  string
	}{
		{[]http2.FrameType{http2.FrameData, http2.FrameHeaders}, 0x1, "END_STREAM"},
		{[]http2.FrameType{http2.FrameSettings, http2.FramePing}, 0x1, "ACK"},
		{[]http2.FrameType{http2.FrameHeaders, http2.FramePushPromise, http2.FrameContinuation}, 0x4, "END_HEADERS"},
		{[]http2.FrameType{http2.FrameData, http2.FrameHeaders, http2.FramePushPromise}, 0x8, "PADDED"},
		{[]http2.FrameType{http2.FrameHeaders}, 0x20, "PRIORITY"},
	}
	for _, k := range known {
		for _, t := range k.types {
			if t == h.Type && h.Flags.Has(k.bit) {
				names = append(names, k.name)
			}
		}
	}
	return names
}

// says puts what is in a frame into words.
func says(frame http2.Frame) (words []string) {
	switch f := frame.(type) {
	case *http2.DataFrame:
		const most = 48
		data := f.Data()
		if len(data) > most {
			return []string{printable(string(data[:most])) + " ..."}
		}
		return []string{printable(string(data))}
	case *http2.SettingsFrame:
		f.ForeachSetting(func(s http2.Setting) error {
			words = append(words, fmt.Sprintf("%v %d", s.ID, s.Val))
			return nil
		})
	case *http2.WindowUpdateFrame:
		words = append(words, fmt.Sprintf("%d bytes more", f.Increment))
	case *http2.RSTStreamFrame:
		words = append(words, f.ErrCode.String())
	case *http2.GoAwayFrame:
		words = append(words, fmt.Sprintf("last stream %d", f.LastStreamID), f.ErrCode.String())
		if len(f.DebugData()) > 0 {
			words = append(words, printable(string(f.DebugData())))
		}
	case *http2.PingFrame:
		words = append(words, fmt.Sprintf("%x", f.Data))
	}
	return words
}

// printable is text as a terminal may have it: whoever sent it could have put anything in.
func printable(text string) string {
	quoted := strconv.Quote(text)
	if plain := quoted[1 : len(quoted)-1]; plain != text {
		return quoted
	}
	return text
}
