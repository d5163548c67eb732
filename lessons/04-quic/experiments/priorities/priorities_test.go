package priorities

import (
	"slices"
	"testing"
	"testing/synctest"
)

func TestTheSendersQueueDecidesWhoEndsFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		found, err := compare(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if wrong := judge(found); wrong != "" {
			t.Error(wrong)
		}
		if !slices.IsSorted(found.inOrder) {
			t.Errorf("not incremental, they end at %v: want the order in which they were opened", found.inOrder)
		}
	})
}
