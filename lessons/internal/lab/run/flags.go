package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// A share is written as 1% or as 0.01.
type share float64

func (s *share) UnmarshalText(text []byte) error {
	number, percent := strings.CutSuffix(string(text), "%")
	value, err := strconv.ParseFloat(number, 64)
	if err != nil {
		return fmt.Errorf("%q is no share such as 1%% or 0.01", text)
	}
	switch {
	case percent:
		value /= 100
	case value >= 1: // or --loss 1 would lose all
		return fmt.Errorf("%s could be a share or percent: write %s%% or %.4g", text, text, value/100)
	}
	*s = share(value)
	return nil
}

// A size is a number with K, M or G for thousands, millions and billions.
type size int64

func (s *size) UnmarshalText(text []byte) error {
	number, factor := string(text), 1.0
	for letter, f := range map[string]float64{"K": 1e3, "M": 1e6, "G": 1e9} {
		if rest, ok := strings.CutSuffix(strings.ToUpper(number), letter); ok {
			number, factor = rest, f
			break
		}
	}
	value, err := strconv.ParseFloat(number, 64)
	if err != nil || !(value >= 0) || value*factor > math.MaxInt64/16 {
		return fmt.Errorf("%q is no size such as 64K or 100M", text)
	}
	*s = size(value * factor)
	return nil
}
