package main

import (
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestAComparisonHasALineForEachWay(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{Files: []string{"testdata/throughput.txtar"}})
}
